"""The tier chart: complete as to who takes part, in one order, the same in every face that shows it."""

from __future__ import annotations

import csv
import io
from itertools import chain as joined

import pytest

from conftest import INDUSTRIES, Run
from kg.ask.bands import industry as drawing
from kg.ask.chain import NOTHING, Chain
from kg.graph import KnowledgeGraph

NAMED_BESIDE = {
    "智能制造装备": {"华为", "三一重工", "Flexiv", "航天云网"},
    "智能网联新能源汽车": {"赛力斯", "亿华通"},
    "人工智能手机和电脑": {"AMD", "谷歌", "英特尔", "联想"},
    "量子科技": {"Quantinuum", "中科院", "复旦大学", "阿里"},
}


def _companies(chart: Chain) -> list[str]:
    """Everyone in the chart, once for each segment that names them."""
    stages = [stage.segments for view in chart.views for stage in view.stages]
    cells = [cell for top in joined(chart.unplaced, *stages) for cell in top]
    return [c.iri for cell in cells for c in cell.companies] + [c.iri for g in chart.outside for c in g.things]


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_whoever_takes_part_in_an_industry_stands_in_its_chart_and_drawing(
    graph: KnowledgeGraph, industry: str
) -> None:
    chart = graph.chain(industry)
    active = {r["who"] for r in graph.store.select(f"SELECT ?who {{ ?who ivc:activeIn <{chart.industry}> }}")}
    assert set(_companies(chart)) == active
    drawn = drawing(graph.store, graph.names, chart.industry)
    assert active <= {node.thing for node in drawn.nodes.values()}


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_who_is_also_named_stands_nowhere_else_and_is_cited(graph: KnowledgeGraph, industry: str) -> None:
    chart = graph.chain(industry)
    assert {graph.names.label(c.iri, "zh") for c in chart.others} == NAMED_BESIDE.get(industry, set())
    assert {_companies(chart).count(c.iri) for c in chart.others} <= {1}
    assert all(c.passages for c in chart.others)


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_the_division_into_tiers_comes_first_in_chart_and_drawing(graph: KnowledgeGraph, industry: str) -> None:
    chart = graph.chain(industry)
    tiered = [any(stage.tier for stage in view.stages) for view in chart.views]
    assert tiered == sorted(tiered, reverse=True)
    heads = [band.head.iri for band in drawing(graph.store, graph.names, chart.industry).bands]
    assert heads[: len(chart.views)] == [view.iri for view in chart.views]


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_every_application_of_an_industry_is_drawn_at_what_it_is_one_of(graph: KnowledgeGraph, industry: str) -> None:
    drawn = drawing(graph.store, graph.names, graph.resolve(industry, "Industry").iri)
    rows = graph.query("applications-of-industry", industry=industry).rows
    shown = {node.thing for node in drawn.nodes.values() if node.kind == "Application"}
    assert shown == {row[0].value for row in rows}
    told = {(line.subject, line.value) for line in drawn.lines.values() if line.predicate.endswith("#applicationOf")}
    assert told == {(row[0].value, row[1].value) for row in rows}


def test_applications_stand_under_their_stage_and_segment_and_once_there(graph: KnowledgeGraph) -> None:
    drawn = drawing(graph.store, graph.names, graph.resolve("具身智能", "Industry").iri)
    downstream = drawn.bands[0].columns[2]
    things = [node.thing for block in downstream.blocks for node in block.items if node.kind == "Application"]
    assert len(things) == len(set(things)) == 5
    assert graph.names.label(drawn.bands[-1].head.iri, "zh") == drawn.bands[-1].head.iri  # no thing, but words
    assert drawn.bands[-1].head.words.zh == "全产业应用场景"  # type: ignore[union-attr]


def test_the_terminal_says_what_its_signs_mean_who_is_also_named_and_where_nothing_is(kg: Run) -> None:
    for lang, signs, also in (
        ("zh", "● 企业与机构  ○ 产品", "其他提到的企业与机构"),
        ("en", "○ product", "also named"),
    ):
        told = kg("chain", "量子科技", "--format", "text", lang=lang).stdout
        assert signs in told
        assert also in told
        assert "Quantinuum [r1-L0290]" in told
        stage = "智能机器人下游" if lang == "zh" else "intelligent robots, downstream"
        empty = kg("chain", "智能机器人", "--format", "text", lang=lang).stdout
        assert f"▸ {stage}\n    ({NOTHING.pick(lang)})\n" in empty


def test_rows_hold_the_whole_chart(kg: Run, graph: KnowledgeGraph) -> None:
    for industry in INDUSTRIES:
        chart = graph.chain(industry)
        rows = list(csv.DictReader(io.StringIO(kg("chain", industry, "--format", "csv").stdout)))
        assert sorted(r["company"] for r in rows if r["company"]) == sorted(_companies(chart))
        assert {r["stage"] for r in rows if r["stage"]} == {s.iri for v in chart.views for s in v.stages}
        ties = [(r["relation"], r["company"]) for r in rows if r["relation"]]
        assert ties == [(g.relation, c.iri) for g in chart.outside for c in g.things]
