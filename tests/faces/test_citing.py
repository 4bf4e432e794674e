"""Citations in the shell, on pages and as data: the same everywhere, to be copied, whatever is quoted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import unescape

import httpx
import pytest

from browser import PHONE, accessible, needs_chromium, opened
from conftest import Run, Server
from kg.ask.citation.styles import STYLES, in_styles
from kg.errors import NotFound
from kg.graph import KnowledgeGraph
from kg.terms import compact

QUOTED = {
    "thing=w1-L0012": ("w1-L0012",),
    "thing=obs:w1-lantern-cn-2024": ("obs:w1-lantern-cn-2024",),
    "thing=observation/w1-lantern-cn-2029": ("observation/w1-lantern-cn-2029",),
    "thing=纸灯业 · 市场规模 · 中国 · 2024": ("纸灯业 · 市场规模 · 中国 · 2024",),
    "thing=青岚": ("青岚",),
    "thing=w2": ("w2",),
    "chain=纸灯业": ("chain", "纸灯业"),
    "subject=青岚&predicate=涉足产业&object=纸灯业": ("青岚", "涉足产业", "纸灯业"),
    "query=market-size&industry=纸灯业": ("market-size", "industry=纸灯业"),
}
"""Query string → the same words in the shell."""


@pytest.fixture(scope="module")
def http(world_server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=world_server.url, timeout=120, headers={"Accept-Language": "zh"}) as client:
        yield client


@pytest.mark.parametrize("asked", QUOTED)
def test_shell_page_and_data_have_the_same_citation(http: httpx.Client, kg: Run, asked: str) -> None:
    body = http.get(f"/cite.json?{asked}").raise_for_status().json()
    body.pop("dataset")
    assert body == json.loads(kg("cite", *QUOTED[asked], "--format", "json", "--lang", "zh").stdout)
    page = unescape(http.get(f"/cite?{asked}", headers={"Accept": "text/html"}).raise_for_status().text)
    shell = kg("cite", *QUOTED[asked], "--lang", "zh").stdout
    for style, text in body["styles"].items():
        assert f">{text}</pre>" in page
        assert text in shell
        assert kg("cite", *QUOTED[asked], "--style", style, "--lang", "zh").stdout == text + "\n"


def test_a_figure_is_cited_by_any_of_its_names(world: KnowledgeGraph) -> None:
    cited = world.cite("obs:w1-lantern-cn-2024")
    for name in (
        "w1-lantern-cn-2024",
        "observation/w1-lantern-cn-2024",
        "/observation/w1-lantern-cn-2024",
        "paper lantern making · Market Size · China · 2024",
        "纸灯业 市场规模 中国 2024",
    ):
        assert world.cite(name) == cited, name


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("风铃业 · 市场规模 · 中国 · 2024", ["obs:w1-chime-cn-2024", "obs:w2-chime-cn-2024"]),
        ("风铃业 2023", ["obs:w1-chime-cn-2023", "obs:w1-chime-cn-growth"]),
        ("wind chime making market sise China 2023", ["obs:w1-chime-cn-2023"]),
    ],
)
def test_a_name_that_several_figures_have_or_none_leads_to_them(
    kg: Run, world: KnowledgeGraph, name: str, near: list[str]
) -> None:
    with pytest.raises(NotFound) as caught:
        world.cite(name)
    assert set(map(compact, caught.value.near)) >= set(near)
    told = kg("cite", name, code=3).stderr
    assert all(one in told for one in near)
    assert "Traceback" not in told


def test_pages_have_the_citation_of_what_they_show(http: httpx.Client, world: KnowledgeGraph) -> None:
    company = world.resolve("青岚").iri.rpartition("/")[2]
    shown = {
        f"/organization/{company}": world.cite("青岚"),
        "/passage/w1-L0012": world.cite("w1-L0012"),
        "/observation/w1-lantern-cn-2024": world.cite("obs:w1-lantern-cn-2024"),
        "/chain/paper-lanterns": world.cite("chain", "纸灯业"),
        "/queries/market-size?industry=纸灯业": world.cite("market-size", industry=["纸灯业"]),
    }
    for path, cited in shown.items():
        page = unescape(http.get(path, headers={"Accept": "text/html"}).raise_for_status().text)
        assert [text for text in in_styles(cited, "zh").values() if f">{text}</pre>" not in page] == [], path


def test_every_edge_of_a_passage_leads_to_its_citation(http: httpx.Client, world: KnowledgeGraph) -> None:
    found = world.entity("青岚")
    path = "/" + found.thing.iri.split("/", 4)[4]
    page = unescape(http.get(path, headers={"Accept": "text/html"}).text)
    links = [part.partition('"')[0] for part in page.split('class="quote" href="')[1:]]
    assert len(links) == sum(bool(edge.passages) for edge in found.edges) + len(found.figures) + len(found.claims)
    for link in links:
        assert http.get(link.replace("/cite?", "/cite.json?")).json()["passages"], link


def test_what_cannot_be_cited_is_told_in_the_page(http: httpx.Client) -> None:
    for asked, status in {"": 200, "thing=nosuch": 404, "chain=nosuch": 404, "subject=青岚": 400}.items():
        page = http.get(f"/cite?{asked}", headers={"Accept": "text/html"})
        assert (page.status_code, "<pre" in page.text) == (status, False), asked


@needs_chromium
@pytest.mark.slow
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_citation_is_copied_by_a_button(browser, world_server: Server, world: KnowledgeGraph, lang: str) -> None:
    with opened(browser, world_server.url, PHONE, lang=lang, permissions=["clipboard-read", "clipboard-write"]) as page:
        page.goto(f"{world_server.url}/observation/w1-lantern-cn-2024?lang={lang}")
        assert not page.locator("#cited-bibtex").is_visible()
        page.locator(".citation > summary").focus()
        page.keyboard.press("Enter")
        page.locator("[data-copy=cited-bibtex]").click()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == STYLES["bibtex"][1](world.cite("obs:w1-lantern-cn-2024"), lang)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        assert accessible(page) == []
