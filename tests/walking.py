"""What walks over pages share: which pages there are, and what a page is checked for."""

from __future__ import annotations

import re
from collections import deque
from html import unescape
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx

from kg.terms import LANGS

_LINK = re.compile(r'<a\b[^>]*\bhref="([^"]+)"')
_MOST_TABS = 400
"""Presses of the Tab key after which a page counts as endless."""


def kind_of(address: str) -> str:
    """What kind of page an address is of: its route, with * for a name, and the names of its parameters."""
    parts = urlsplit(address)
    names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)} - {"lang", "cursor"})
    first, *rest = parts.path.strip("/").split("/")
    route = f"/{first}" + ("/*" if rest else "")
    return f"{route}?{'&'.join(names)}" if names else route


class WalkedPage(NamedTuple):
    """A page on the way: its address, and its language, which the address may name."""

    address: str
    lang: str


def walk(client: httpx.Client) -> dict[str, WalkedPage]:
    """Kind of page → the first page of that kind on the way along the links from the home page.

    The pages are asked for in Chinese and in English by turns, so that one walk follows links of both languages.

    Raises:
        AssertionError: a link of the pages on the way leads nowhere.
    """
    origin = str(client.base_url).rstrip("/")
    found: dict[str, WalkedPage] = {}
    waiting = deque(["/"])
    while waiting:
        address = waiting.popleft()
        kind = kind_of(address)
        if kind in found:
            continue
        named = dict(parse_qsl(urlsplit(address).query)).get("lang")
        lang = named or LANGS[len(found) % 2]
        answer = client.get(address, headers={"Accept": "text/html,*/*;q=0.8", "Accept-Language": lang})
        assert answer.status_code == 200, (address, answer.status_code)
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        found[kind] = WalkedPage(address, lang)
        for link in map(unescape, _LINK.findall(answer.text)):
            target = urlsplit(urljoin(origin + address, link))
            if f"{target.scheme}://{target.netloc}" == origin and f"lang={other(lang)}" not in link:
                waiting.append(target.path + (f"?{target.query}" if target.query else ""))
    return found


def other(lang: str) -> str:
    """The other language."""
    return "en" if lang == "zh" else "zh"


def too_wide(page: Any) -> list[str]:
    """Whether the page scrolls sideways, and because of which element."""
    wide = page.evaluate(
        """() => {
          const room = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= room) return [];
          const beyond = [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > room + 1);
          return beyond.slice(0, 3).map((e) => e.outerHTML.slice(0, 120));
        }"""
    )
    return [f"wider than the window: {wide}"] if wide else []


def _not_reached(page: Any, count: int, presses: int) -> list[int]:
    """Press Tab *presses* times. The numbers below *count* of the elements that have not had the focus so far."""
    for _ in range(presses):
        page.keyboard.press("Tab")
    return sorted(set(range(count)) - set(page.evaluate("() => [...window.walked].map(Number)")))


def beyond_keyboard(page: Any) -> list[str]:
    """The elements to operate that the Tab key does not reach."""
    count = page.evaluate(
        """() => {
          const all = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")];
          const shown = all.filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.disabled && e.tabIndex >= 0);
          shown.forEach((e, n) => { e.dataset.walk = n; });
          window.walked = new Set();
          document.addEventListener("focusin", (e) => window.walked.add(e.target.dataset.walk));
          document.activeElement?.blur();
          return shown.length;
        }"""
    )
    if count > _MOST_TABS:
        return []
    missed = _not_reached(page, count, presses=count + 2)
    if missed:  # some element takes the key more than once, as an editor or a list may
        missed = _not_reached(page, count, presses=40)
    radios = page.evaluate(
        "() => [...document.querySelectorAll('input[type=radio][data-walk]')].map((e) => Number(e.dataset.walk))"
    )
    missed = [n for n in missed if n not in radios]  # of a group, Tab reaches one; the arrow keys the others
    return [
        "the Tab key does not reach "
        + page.evaluate("(n) => document.querySelector(`[data-walk='${n}']`).outerHTML.slice(0, 120)", n)
        for n in missed[:3]
    ]
