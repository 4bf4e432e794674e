"""Names that hold markup, marks of direction, pictures and 10,000 characters: text on every page, which stays in its place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browser import needs_chromium, opened
from conftest import WORLD, Server, served
from kg.graph import KnowledgeGraph
from kg.source.project import Project
from poisoned import poisoned
from sites import dead, made
from walking import too_wide

pytestmark = pytest.mark.slow
NARROW = (360, 740)
MARKUP = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
BACKWARDS = "\u202egnp.exe\u202c \u2067שלום\u2069 右到左"
LONG = "长" * 10_000
UNBROKEN = "x" * 10_000
PICTURES = "👩‍🚀🚀🏳️‍🌈 火箭"
NAMES = {
    "纸灯业": f"{PICTURES}{MARKUP}",
    "明盈灯业": LONG,
    "Mingying Lamps": UNBROKEN,
    "青岚纸坊": BACKWARDS,
    "灯纸": MARKUP,
    "lantern paper": UNBROKEN,
    "走马灯": LONG,
    "市场规模": BACKWARDS,
    "中国": MARKUP,
}
"""Label of tests/world → the name in its place."""
PATHS = (
    "/",
    "/industry/paper-lanterns",
    "/organization/mingying-lamps",
    "/organization/qinglan",
    "/chain/paper-lanterns",
    "/passage/w1-L0020",
    "/figures",
    "/figures?industry=paper-lanterns",
    "/figures?industry=paper-lanterns&indicator=market-size",
    "/matrix/industries-by-indicators",
    "/matrix/industries-by-regions",
    "/compare?a=mingying-lamps&b=qinglan",
    "/compare?a=paper-lanterns&b=wind-chimes",
    "/path?from=qinglan&to=mingying-lamps",
    "/audit",
    "/audit?industry=paper-lanterns",
    "/explore?thing=paper-lanterns",
    "/explore?thing=mingying-lamps",
    "/cite?thing=mingying-lamps",
    "/cite?chain=paper-lanterns",
    "/cite?subject=qinglan&predicate=ivc:suppliesTo&object=mingying-lamps",
    "/why?subject=qinglan&predicate=ivc:suppliesTo&object=mingying-lamps",
    "/queries?q=mingying",
    "/queries/company-profile?company=mingying-lamps",
    "/queries/figures-of-industry?industry=paper-lanterns",
    "/search?q=mingying-lamps",
    "/ask?q=qinglan",
    "/sparql?query=SELECT+?x+?n+{+?x+a+ivc:Company+;+rdfs:label+?n+}",
)


@pytest.fixture(scope="module")
def server(world: KnowledgeGraph, world_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    store = poisoned(world, tmp_path_factory.mktemp("poisoned") / "store", NAMES)
    with served(Project.find(WORLD, store), tmp_path_factory.mktemp("serve"), "--workers", "1") as running:
        yield running


def _harm(page: Any) -> list[str]:
    """What a name has made of the page: a wide page, or an element that no template has."""
    made = page.locator("img[src=x], [onerror]").count()
    return [*too_wide(page), *(["an element of a name"] if made else [])]


@needs_chromium
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_hostile_name_is_text_in_its_place(browser: Any, server: Server, lang: str) -> None:
    wrong = {}
    with opened(browser, server.url, NARROW, lang=lang) as page:
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        for path in PATHS:
            response = page.goto(server.url + path)
            if found := [*([] if response.status == 200 else [f"status {response.status}"]), *_harm(page)]:
                wrong[path] = found
    assert wrong == {}


@needs_chromium
def test_the_site_of_hostile_names(browser: Any, kites: Project, tmp_path: Path) -> None:
    graph = KnowledgeGraph(kites.store_folder / "current")
    names = {"风筝业": f"{PICTURES}{MARKUP}", "竹邻社": LONG, "Zhulin Guild": UNBROKEN, "绘面": BACKWARDS}
    site = tmp_path / "site"
    assert made(poisoned(graph, tmp_path / "store", names), site).failed == ()
    assert dead(site) == []
    files = [path.relative_to(site) for path in site.rglob("*") if path.is_file()]
    assert all(part.isascii() and len(part) < 100 for file in files for part in file.parts)
    pages = (
        "index",
        "search",
        "sparql",
        "industry/kites",
        "organization/zhulin",
        "chain/kites",
        "explore--kites",
        "audit",
    )
    for lang in ("zh", "en"):
        with opened(browser, site.as_uri(), NARROW, lang=lang) as page:
            page.on("dialog", lambda dialog: pytest.fail(dialog.message))
            for name in pages:
                page.goto(f"{site.as_uri()}/{lang}/{name}.html")
                assert _harm(page) == [], name
            page.goto(f"{site.as_uri()}/{lang}/search.html?q=zhulin")
            page.wait_for_selector("#matches a")
            assert _harm(page) == []
            page.goto(f"{site.as_uri()}/{lang}/sparql.html#query=SELECT+*+%7B+?x+rdfs:label+?n+%7D")
            page.wait_for_selector("#result table", timeout=60_000)
            assert _harm(page) == []
