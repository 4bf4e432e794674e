"""A walk over the pages, as a reader takes it: from the home page along the links, one page of each kind, in both languages.

On each page: nothing on the console, nothing asked of another host, no finding of axe-core, no sideways scroll at 360 px,
everything that can be operated is reached with the Tab key, and the content is there without scripts.
"""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from browser import accessible, needs_chromium, opened
from conftest import Server
from walking import beyond_keyboard, too_wide, walk

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


@pytest.fixture(scope="module", params=["en"])
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def pages(world_server: Server, lang: str) -> dict[str, str]:
    """Kind of page → path and query string of one of that kind."""
    with httpx.Client(base_url=world_server.url, timeout=60) as client:
        return walk(client, lang)


def test_the_walk_comes_to_every_kind_of_page(pages: dict[str, str]) -> None:
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


def test_each_page_is_sound(browser: Any, world_server: Server, pages: dict[str, str], lang: str) -> None:
    wrong: dict[str, list[str]] = {}
    for kind, path in pages.items():
        if kind not in SOUND:
            continue
        try:
            with opened(browser, world_server.url, (360, 740), lang=lang) as page:
                page.goto(world_server.url + path)
                found = [*accessible(page), *too_wide(page), *beyond_keyboard(page)]
        except AssertionError as error:  # the console, or another host
            found = [str(error)]
        if found:
            wrong[f"{kind} {path}"] = found
    assert not wrong


def test_each_page_reads_without_scripts(browser: Any, world_server: Server, pages: dict[str, str], lang: str) -> None:
    with opened(browser, world_server.url, lang=lang, java_script_enabled=False) as page:
        for kind, path in pages.items():
            if kind not in SOUND:
                continue
            page.goto(world_server.url + path)
            assert len(page.inner_text("body").strip()) > 40, kind
            if not kind.startswith("/explore"):
                assert page.inner_text("h1").strip(), kind


def test_each_page_has_a_heading_before_any_script_runs(world_server: Server, pages: dict[str, str], lang: str) -> None:
    with httpx.Client(base_url=world_server.url, timeout=60, headers={"Accept": "text/html"}) as client:
        for kind, path in pages.items():
            if not kind.startswith("/explore"):
                text = client.get(path, headers={"Accept-Language": lang}).text
                assert re.search(r"<h1\b[^>]*>[^<]*(<(?!/h1>)[^>]*>[^<]*)*[^<\s]", text), kind
