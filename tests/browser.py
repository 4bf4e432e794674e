"""A real browser for the tests: the system's Chromium, driven by Playwright, with axe-core for accessibility.

``browser`` is started once for each file of tests; :func:`opened` gives a page of its own that reaches nothing but the
server or the files under test, and that fails the test at its end if the page printed an error or asked elsewhere.
A test takes both so::

    @needs_chromium
    def test_home(browser, world_server):
        with opened(browser, world_server.url) as page:
            page.goto(world_server.url + "/")
            assert accessible(page) == []
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
DESKTOP = (1366, 768)
PHONE = (390, 844)
"""Width and height in CSS pixels of the two windows in which pages are looked at."""
READERS = pytest.mark.parametrize(
    "reader",
    [
        {"lang": "zh", "size": DESKTOP, "color_scheme": "light"},
        {"lang": "en", "size": PHONE, "color_scheme": "dark"},
    ],
    ids=["desktop", "phone"],
)
"""Options of :func:`opened`: each language, window and colour scheme once, as they seldom hang on each other."""
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")  # while it runs, its process cannot run an event loop of its own
def browser() -> Iterator[Any]:
    """A headless Chromium (``playwright.sync_api.Browser``), one for each file of tests."""
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield started
        started.close()


@contextmanager
def opened(
    browser: Any, origin: str, size: tuple[int, int] = DESKTOP, *, lang: str = "zh", **options: Any
) -> Iterator[Any]:
    """A page (``playwright.sync_api.Page``) in a profile of its own.

    Args:
        browser: the fixture.
        origin: prefix of every address that the page may ask, such as ``http://127.0.0.1:8000`` or ``file:///…/site/``.
        size: width and height of the window in CSS pixels.
        lang: the language that the browser prefers.
        options: further options of Playwright's ``new_context``: ``color_scheme``, ``reduced_motion``,
            ``java_script_enabled`` …

    Raises:
        AssertionError: at the end, if the page printed an error or asked another address.
    """
    wrong: list[str] = []
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="zh-CN" if lang == "zh" else "en-GB", **options
    )
    page = context.new_page()
    page.on("console", lambda said: wrong.append(f"console: {said.text}") if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(f"script: {error}"))

    def allow(route: Any) -> None:
        if route.request.url.startswith((origin, "data:", "blob:")):
            route.continue_()
        else:
            wrong.append(f"asked {route.request.url}")
            route.abort()

    context.route("**/*", allow)
    try:
        yield page
    finally:
        context.close()
    assert not wrong, wrong


def sheets(page: Any) -> int:
    """The number of sheets on which Chromium prints the page, of the size that its style sheet asks for."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))


def accessible(page: Any, *, asks: bool = True) -> list[str]:
    """What axe-core finds wrong with the page: a line for each rule that is broken, with the first elements that break it.

    Args:
        page: the page.
        asks: whether axe-core may ask for the page's style sheets; the policy of a site's page forbids it.
    """
    from axe_playwright_python.sync_playwright import Axe

    page.wait_for_load_state()  # a style sheet that is still to come would leave colours without contrast
    found = Axe().run(page, options={"preload": asks}).response["violations"]
    return [f"{v['id']} ({v['impact']}): " + "; ".join(n["html"][:160] for n in v["nodes"][:3]) for v in found]
