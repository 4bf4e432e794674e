"""Home, and the page of a thing: short, complete by their links, and readable in any window."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import httpx
import pytest

from browser import READERS, accessible, needs_chromium, opened
from conftest import Server
from kg.ask.figures import figures
from kg.ask.quantity import figure_in_words
from kg.graph import KnowledgeGraph
from kg.vocab import BASE

SHOWN = ("纸灯业", "青岚纸坊", "灯纸", "城州", "走马灯")


@pytest.fixture(scope="module")
def paths(world: KnowledgeGraph) -> list[str]:
    return [f"/{world.find(name)[0].thing.iri.removeprefix(BASE)}" for name in SHOWN]


def test_home_leads_everywhere(http: httpx.Client, world: KnowledgeGraph) -> None:
    page = http.get("/").text
    links = {unescape(link) for link in re.findall(r'href="(/[^"]*)"', page)}
    for thing in world.names.of_kind("Industry"):
        slug = thing.iri.rsplit("/", 1)[-1]
        assert {f"/chain/{slug}", f"/figures?industry={slug}", f"/audit?industry={slug}", f"/industry/{slug}"} <= links
    assert {"/document/w1", "/document/w2", "/queries", "/figures", "/sparql"} <= links
    assert {http.get(link, headers={"Accept": "*/*"}).status_code for link in links} == {200}


def test_every_relation_is_on_the_page_or_behind_its_link(
    http: httpx.Client, world: KnowledgeGraph, paths: list[str]
) -> None:
    for path in paths:
        page = http.get(path).text
        links = re.findall(r'href="(\?all=[^"#]+)#([^"]+)"', page)
        told = page + "".join(http.get(path + unescape(link)).text for link, _ in links)
        for edge in world.entity(BASE + path[1:]).edges:
            assert f">{world.names.label(edge.other, 'zh')}</a>" in unescape(told), (path, edge)


def test_a_long_list_is_cut_and_its_link_has_the_rest(http: httpx.Client, paths: list[str]) -> None:
    industry = http.get(paths[0]).text
    cut = re.findall(r'href="(\?all=([^"#]+))#', industry)
    assert cut
    for link, name in cut:
        whole = http.get(paths[0] + unescape(link)).text
        assert len(whole) > len(industry)
        assert f'href="?all={name}#' not in whole
        assert f'id="{name}"' in whole


def test_what_is_inferred_is_folded_and_says_why(http: httpx.Client, paths: list[str]) -> None:
    page = http.get(paths[1]).text
    folded = page[page.index('<details class="fold"') : page.index("</details>", page.index('class="fold"'))]
    reasons = re.findall(r'href="(/why\?[^"]+)"', folded)
    assert reasons
    assert page.count('href="/why?') == len(reasons), "only what is inferred asks why"
    why = http.get(unescape(reasons[0]))
    assert (why.status_code, "不成立" in why.text) == (200, False)


def test_no_page_of_a_thing_is_a_dead_end(http: httpx.Client, paths: list[str]) -> None:
    for path in paths:
        page = http.get(path).text
        links = {unescape(link) for link in re.findall(r'(?:href|src)="(/[^"]*)"', page)}
        for start in ("/explore?thing=", "/picture.svg?thing=", "/queries/", "/passage/"):
            there = sorted(link for link in links if link.startswith(start))
            assert there, (path, start)
            assert {http.get(link).status_code for link in there[:3]} == {200}, (path, start)


@pytest.mark.slow
@needs_chromium
@READERS
def test_it_is_read_in_any_window_and_by_any_reader(
    browser: Any, world_server: Server, paths: list[str], reader: dict[str, Any]
) -> None:
    with opened(browser, world_server.url, **reader) as page:
        for path in ("/", *paths[:3]):
            page.goto(world_server.url + path)
            if path != "/":
                page.locator("details.fold > summary").click()
            assert accessible(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], path


@pytest.mark.parametrize("document", ["w1", "w2"])
def test_the_page_of_a_document_says_what_is_known_of_it_and_leads_to_its_sections(
    http: httpx.Client, world: KnowledgeGraph, document: str
) -> None:
    page = http.get(f"/document/{document}", params={"lang": "en"}, headers={"Accept": "text/html"}).text
    work = world.citer.works.documents[f"{BASE}document/{document}"]
    assert work.issued in page
    listed = page.partition('<ol class="contents">')[2].partition("</ol>")[0]
    numbers = [int(number) for number in re.findall(r"(\d+) passages?<", listed)]
    rows = world.sparql(f"SELECT ?p ?s {{ ?p ivc:fromDocument <{work.iri}> ; ivc:sectionPath ?s }}")
    assert sum(numbers) == len(rows) > 0  # type: ignore[arg-type]
    assert len(numbers) == len({row["s"] for row in rows})  # type: ignore[index]
    assert 'id="questions"' not in page
    assert "/picture.svg" not in page


def test_the_page_of_a_figure_begins_with_it_and_marks_what_the_audit_found(
    http: httpx.Client, world: KnowledgeGraph
) -> None:
    found = {iri for finding in world.audit() for iri in (finding.focus, *finding.involved)}
    for one in figures(world.store, {}):
        page = unescape(http.get(f"/{one.iri.removeprefix(BASE)}", params={"lang": "en"}).text)
        (headline,) = re.findall('<p class="headline">(.*?)</p>', page)
        assert re.sub("<[^>]+>", "", headline) == figure_in_words(one, world.names, "en")
        assert ('class="flag ' in page) == (one.iri in found), one.iri
