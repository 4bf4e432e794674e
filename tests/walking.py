"""What walks over pages share: which pages there are, and what a page is checked for."""

from __future__ import annotations

import re
from collections import deque
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx

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


def walk(client: httpx.Client, lang: str) -> dict[str, str]:
    """Kind of page → the address of the first page of that kind on the way along the links from the home page.

    Raises:
        AssertionError: a link of the pages on the way leads nowhere.
    """
    origin = str(client.base_url).rstrip("/")
    found: dict[str, str] = {}
    waiting = deque(["/"])
    while waiting:
        address = waiting.popleft()
        kind = kind_of(address)
        if kind in found:
            continue
        answer = client.get(address, headers={"Accept": "text/html,*/*;q=0.8", "Accept-Language": lang})
        assert answer.status_code == 200, (address, answer.status_code)
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        found[kind] = address
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
    for _ in range(count + 40):
        page.keyboard.press("Tab")
    reached = set(page.evaluate("() => [...window.walked].map(Number)"))
    missed = sorted(set(range(count)) - reached)
    radios = page.evaluate(
        "() => [...document.querySelectorAll('input[type=radio][data-walk]')].map((e) => Number(e.dataset.walk))"
    )
    missed = [n for n in missed if n not in radios]  # of a group, Tab reaches one; the arrow keys the others
    return [
        "the Tab key does not reach "
        + page.evaluate("(n) => document.querySelector(`[data-walk='${n}']`).outerHTML.slice(0, 120)", n)
        for n in missed[:3]
    ]
