"""The page of the audit: filters in the URL, counts, the figures and the arithmetic of each finding."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import httpx
import pytest

from browser import PHONE, accessible, needs_chromium, opened
from conftest import Server
from kg.ask import plain
from kg.ask.audit import audit, read_filters
from kg.graph import KnowledgeGraph
from kg.terms import slug
from kg.vocab import BASE

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def http(world_server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=world_server.url, timeout=120) as client:
        yield client


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "asked", [{}, {"severity": "Warning"}, {"industry": "风铃业", "rule": "A02"}, {"rule": "A05", "severity": "Info"}]
)
def test_page_and_data_keep_the_filters(
    http: httpx.Client, world: KnowledgeGraph, asked: dict[str, str], lang: str
) -> None:
    found = audit(world.store, read_filters(world.store, world.names, **asked))
    body = http.get("/audit.json", params=asked).json()
    assert body.pop("dataset") == world.manifest["dataset_sha256"]
    assert body == json.loads(json.dumps(plain.audit(found, world.names)))
    page = unescape(http.get("/audit", params={**asked, "lang": lang}, headers=HTML).text)
    assert page.count('<article class="finding') == len(found.findings)
    for finding in found.findings:
        assert finding.message.pick(lang) in page
        assert f'href="/{finding.iri.removeprefix(BASE)}"' in page
        assert all(f'<td colspan="5">{step}</td>' in page for step in finding.working.pick(lang).splitlines())
        assert all(slug(passage) in page for passage in finding.passages)
        assert all(f'href="/{claim.iri.removeprefix(BASE)}"' in page for claim in found.figures_of(finding))
    chosen = re.findall(r'<option value="([^"]+)" selected>', page)
    assert len(chosen) == len(asked)
    for counts in found.counts.values():
        for value, n in counts.items():
            assert re.search(rf'<option value="{re.escape(value)}"[^>]*>[^<]+ \({n}\)</option>', page)


def test_an_unknown_filter_is_told_on_the_page(http: httpx.Client) -> None:
    for asked, status in (({"rule": "A99"}, 400), ({"severity": "grave"}, 400), ({"industry": "coal"}, 404)):
        response = http.get("/audit", params=asked, headers=HTML)
        assert response.status_code == status
        assert response.text.count('role="alert"') == 1
        assert "<select" in response.text
        assert http.get("/audit.json", params=asked).headers["content-type"] == "application/problem+json"


@needs_chromium
@pytest.mark.slow
def test_a_reader_filters_without_scripts(browser: Any, world_server: Server) -> None:
    with opened(browser, world_server.url, PHONE, lang="en", java_script_enabled=False) as page:
        page.goto(f"{world_server.url}/audit")
        page.select_option("#by-severity", "Warning")
        page.press("#by-severity", "Tab")
        page.click("form.params button")
        page.wait_for_url("**severity=Warning**")
        assert page.locator("article.finding").count() == page.locator("article.warning").count() > 5
        page.locator("article .details").first.click()
        page.wait_for_selector(".working")
    with opened(browser, world_server.url, PHONE, color_scheme="dark") as page:
        for path in ("/audit", "/finding/A01-cagr-w1-lantern-cn-cagr-1"):
            page.goto(world_server.url + path)
            assert accessible(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
