"""The page of a chain: all there without a script, parts that can be hidden with one, on every window and on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import httpx
import pytest

from browser import READERS, accessible, needs_chromium, opened, sheets
from conftest import Run, Server
from kg.ask.chain import IN_ORDER
from kg.ask.profile import profile
from kg.graph import KnowledgeGraph
from kg.vocab import BASE

PATH = "/chain/paper-lanterns"


@pytest.fixture(scope="module")
def http(world_server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=world_server.url, timeout=60) as client:
        yield client


def _text(http: httpx.Client, lang: str = "en") -> str:
    return http.get(f"{PATH}.html", params={"lang": lang}).text


def test_arrows_counts_figures_and_sources_are_there_without_a_script(
    http: httpx.Client, world: KnowledgeGraph
) -> None:
    chain, text = world.chain("纸灯业"), _text(http)
    fed = [b for view in chain.views for a, b in pairwise(view.stages) if b.iri in {c.iri for c in a.feeds}]
    assert text.count('class="tier feeds ordered"') == len(fed) > 0
    assert f"⇢</span> {IN_ORDER.en}" in text
    assert re.search(r"<p>\d+ segments · \d+ compan", text)
    beside = profile(world.store, world.names, chain)
    assert all(f'href="/observation/{c.iri.rpartition("/")[2]}"' in text for c in beside.figures)
    assert all(f'href="/region/{r.iri.rpartition("/")[2]}"' in text for r in beside.regions)
    assert "data of 2026-02-10" in text
    assert 'href="/document/w1"' in text
    assert '<details class="shown" hidden>' in text


def test_findings_are_marked_where_they_touch_and_told_below(http: httpx.Client, world: KnowledgeGraph) -> None:
    text, remarks = _text(http), profile(world.store, world.names, world.chain("纸灯业")).remarks
    told = re.findall(r'<li id="(finding-\d+)" class="(\w+)">', text)
    assert told == [(f"finding-{n}", remark.severity.lower()) for n, remark in enumerate(remarks, 1)]
    marks = set(re.findall(r'class="flag \w+" href="#(finding-\d+)"', text))
    assert marks
    assert marks <= {name for name, _ in told}
    for remark in remarks:
        assert all(f'href="/finding/{f.iri.rpartition("/")[2]}"' in text for f in remark.findings)


@pytest.mark.parametrize("industry", ["paper-lanterns", "wind-chimes", "paper-umbrellas"])
def test_findings_have_one_number_everywhere(http: httpx.Client, world: KnowledgeGraph, kg: Run, industry: str) -> None:
    iri = f"{BASE}industry/{industry}"
    number = len(world.audit(iri))
    assert number
    assert [
        one["findings"]
        for one in http.get("/", headers={"Accept": "application/json"}).json()["industries"]
        if one["iri"] == iri
    ] == [number]
    assert len(http.get("/audit.json", params={"industry": industry}).json()["findings"]) == number
    text = http.get(f"/chain/{industry}.html", params={"lang": "en"}).text
    assert f'Findings of the audit <span class="badge">{number}</span>' in text
    told = re.findall(r'<li id="finding-\d+" class="\w+">.*?</strong>(?: <span class="badge">(\d+)</span>)?', text)
    assert sum(int(several or 1) for several in told) == number
    assert f"{number} audit finding" in http.get(f"/industry/{industry}", params={"lang": "en"}).text
    assert f"{number} finding(s)" in kg("audit", industry, "--format", "text", code=None).stderr


@pytest.mark.slow
@needs_chromium
def test_parts_are_hidden_by_keyboard_and_stay_so_in_the_address(browser: Any, world_server: Server) -> None:
    with opened(browser, world_server.url) as page:
        page.goto(world_server.url + PATH)
        company = page.locator('[data-part="companies"]').first
        assert company.is_visible()
        page.locator("details.shown summary").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        assert not company.is_visible()
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        assert page.evaluate("location.search") == "?hide=companies%2Cproducts"
        page.reload()
        assert not company.is_visible()
        page.locator("a.language").click()
        assert not page.locator('[data-part="products"]').first.is_visible()
        assert page.locator("html").get_attribute("lang") == "en"
        for name in ("companies", "products"):
            page.locator(f'input[value="{name}"]').check()
        assert page.evaluate("location.search") == "?lang=en"
        assert page.locator('[data-part="companies"]').first.is_visible()
        stage = page.locator(".tier").first
        page.locator(f'input[value="{stage.get_attribute("data-part")}"]').uncheck()
        assert not stage.is_visible()
        page.locator('input[value="passages"]').uncheck()
        assert page.locator(".cite:visible").count() == 0


@pytest.mark.slow
@needs_chromium
@READERS
def test_anybody_can_read_it_on_any_window(browser: Any, world_server: Server, reader: dict[str, Any]) -> None:
    with opened(browser, world_server.url, **reader) as page:
        page.goto(world_server.url + PATH)
        assert accessible(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.slow
@needs_chromium
def test_without_a_script_all_is_shown(browser: Any, world_server: Server) -> None:
    with opened(browser, world_server.url, java_script_enabled=False) as page:
        page.goto(f"{world_server.url}{PATH}?hide=companies")
        assert page.locator('[data-part="companies"]').first.is_visible()
        assert not page.locator("details.shown").is_visible()


@pytest.mark.slow
@needs_chromium
def test_on_paper_it_is_one_or_two_sheets(browser: Any, world_server: Server) -> None:
    with opened(browser, world_server.url) as page:
        page.goto(world_server.url + PATH)
        assert sheets(page) <= 2
