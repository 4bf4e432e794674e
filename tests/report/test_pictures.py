"""The pictures and the printed pages of the report's ten industries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from browser import needs_chromium, opened, sheets
from conftest import ROOT, Server, served
from kg.faces.picture import svg
from kg.graph import KnowledgeGraph
from kg.source.project import Project
from pictures import cut_in_browser, faults, things, wanted


@pytest.fixture(scope="module")
def server(
    report: KnowledgeGraph, report_project: Project, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    with served(report_project, tmp_path_factory.mktemp("report"), "--workers", "1") as running:
        yield running


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_industry_s_picture_is_whole(report: KnowledgeGraph, lang: str) -> None:
    for industry in report.names.of_kind("Industry"):
        image, everything = svg(report, industry.iri, lang), wanted(report.chain(industry.iri))
        assert faults(image) == []
        assert {what: things(image, what) for what in everything} == everything


@pytest.mark.slow
@needs_chromium
def test_no_name_leaves_its_box_in_a_real_browser(browser: Any, report: KnowledgeGraph) -> None:
    with opened(browser, "about:") as page:
        for thing in [*(industry.iri for industry in report.names.of_kind("Industry")), "华为", None]:
            for lang in ("zh", "en"):
                assert cut_in_browser(page, svg(report, thing, lang)) == [], (thing, lang)


@pytest.mark.slow
@needs_chromium
def test_every_chain_is_printed_on_one_or_two_sheets(browser: Any, server: Server, report: KnowledgeGraph) -> None:
    with opened(browser, server.url) as page:
        for industry in report.names.of_kind("Industry"):
            page.goto(f"{server.url}/chain/{industry.iri.rpartition('/')[2]}")
            assert sheets(page) <= 2, industry.iri


def test_each_readme_shows_a_small_picture_in_its_language() -> None:
    for name, lang in (("README.md", "en"), ("README.zh.md", "zh")):
        shown = re.findall(r"\]\((docs/pictures/[^)]+)\)", (ROOT / name).read_text(encoding="utf-8"))
        assert shown
        for path in shown:
            assert path.endswith(f".{lang}.png")
            assert (ROOT / path).stat().st_size < 300_000
