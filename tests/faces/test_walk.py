"""A walk over the pages, as a reader takes it: from the home page along the links, one page of each kind,
the kinds in Chinese and in English by turns.

On each page: nothing on the console, nothing asked of another host, no finding of axe-core, no sideways scroll at 360 px,
everything that can be operated is reached with the Tab key, and the content is there without scripts.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from browser import accessible, needs_chromium, opened
from conftest import Server, forgetful
from kg.terms import LANGS
from walking import WalkedPage, beyond_keyboard, too_wide, walk

pytestmark = [pytest.mark.slow, needs_chromium]


SOUND = {
    "/",
    "/chain/*",
    "/figures",
    "/queries",
    "/compare",
    "/path",
    "/explore",
    "/audit",
    "/why",
    "/sparql",
    "/queries/*",
    "/industry/*",
    "/observation/*",
    "/passage/*",
    "/document/*",
    "/figures?industry",
    "/audit?industry",
    "/explore?thing",
}
"""Kinds of pages that are opened in the browser; the others, which would take minutes, are only read as they are sent."""


@pytest.fixture(scope="module")
def pages(world_server: Server) -> dict[str, WalkedPage]:
    """Kind of page → one page of that kind."""
    with forgetful(base_url=world_server.url, timeout=60) as client:
        return walk(client)


def test_the_walk_comes_to_every_kind_of_page(pages: dict[str, WalkedPage]) -> None:
    """The tests below would otherwise hold of fewer pages than they seem to."""
    wanted = SOUND | {
        "/",
        "/queries",
        "/queries/*",
        "/audit",
        "/explore?thing",
        "/chain/*",
        "/why",
        "/sparql?query",
    }
    things = {
        "/industry/*",
        "/organization/*",
        "/segment/*",
        "/observation/*",
        "/passage/*",
        "/finding/*",
        "/document/*",
        "/list/*",
    }
    assert wanted | things <= set(pages)


def test_the_browser_opens_as_many_pages_in_each_language(pages: dict[str, WalkedPage]) -> None:
    spoken = Counter(page.lang for kind, page in pages.items() if kind in SOUND)
    assert min(spoken["zh"], spoken["en"]) > len(SOUND) / 3, spoken


def test_each_page_is_sound(browser: Any, world_server: Server, pages: dict[str, WalkedPage]) -> None:
    wrong: dict[str, list[str]] = {}
    for kind, (address, lang) in pages.items():
        if kind not in SOUND:
            continue
        try:
            with opened(browser, world_server.url, (360, 740), lang=lang) as page:
                page.goto(world_server.url + address)
                found = [*accessible(page), *too_wide(page), *beyond_keyboard(page)]
        except AssertionError as error:  # the console, or another host
            found = [str(error)]
        if found:
            wrong[f"{kind} {address}"] = found
    assert not wrong


@pytest.mark.parametrize("lang", LANGS)
def test_each_page_reads_without_scripts(
    browser: Any, world_server: Server, pages: dict[str, WalkedPage], lang: str
) -> None:
    with opened(browser, world_server.url, lang=lang, java_script_enabled=False) as page:
        for kind, walked in pages.items():
            if kind not in SOUND or walked.lang != lang:
                continue
            page.goto(world_server.url + walked.address)
            assert len(page.inner_text("body").strip()) > 40, kind
            if not kind.startswith("/explore"):
                assert page.inner_text("h1").strip(), kind


def test_each_page_has_a_heading_before_any_script_runs(world_server: Server, pages: dict[str, WalkedPage]) -> None:
    with forgetful(base_url=world_server.url, timeout=60, headers={"Accept": "text/html"}) as client:
        for kind, (address, lang) in pages.items():
            if not kind.startswith("/explore"):
                text = client.get(address, headers={"Accept-Language": lang}).text
                assert f'<html lang="{lang}">' in text, kind
                assert re.search(r"<h1\b[^>]*>[^<]*(<(?!/h1>)[^>]*>[^<]*)*[^<\s]", text), kind
