"""The drawings of the packaged report: each industry's is laid out well, and a browser shows it whole and readable."""

from __future__ import annotations

from pathlib import Path

import pytest

from drawings import all_have_places, frames_hold_what_belongs_to_them, needs_chromium, shown, wanted
from kg.ask.drawing import picture
from kg.graph import KnowledgeGraph

INDUSTRIES = [
    "商业航天",
    "低空经济",
    "生物制造",
    "量子科技",
    "具身智能",
    "6G",
    "智能网联新能源汽车",
    "人工智能手机和电脑",
    "智能机器人",
    "智能制造装备",
]


@pytest.mark.slow
@needs_chromium
@pytest.mark.parametrize("thing", [*INDUSTRIES, "华为", "机器人", None])
def test_a_drawing_can_be_read(report: KnowledgeGraph, tmp_path: Path, thing: str | None) -> None:
    assert shown(report, thing, tmp_path) == wanted(report, thing)


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_everything_of_an_industry_stands_where_it_belongs(report: KnowledgeGraph, industry: str) -> None:
    drawn = picture(report.store, report.names, report.resolve(industry).iri)
    assert len(drawn.nodes) > 10
    all_have_places(drawn)
    frames_hold_what_belongs_to_them(drawn)
