"""Who and what is in an industry: one definition (ivc:appearsIn), the same in every query, chart, drawing and proof."""

from __future__ import annotations

from collections import Counter
from itertools import chain as joined
from itertools import combinations

import pytest

from kg.ask.bands import industry as drawing
from kg.ask.drawing import picture
from kg.ask.plain import chain as plain_chain
from kg.graph import KnowledgeGraph
from kg.vocab import IVC

Pairs = set[tuple[str, str]]


@pytest.fixture(scope="module", params=["report", "world"])
def graph(request: pytest.FixtureRequest) -> KnowledgeGraph:
    found: KnowledgeGraph = request.getfixturevalue(request.param)
    return found


def pairs(graph: KnowledgeGraph, name: str, thing: str, **given: str) -> Pairs:
    """The pairs of a thing and an industry in the rows of a saved query, with its other parameters open."""
    query = graph.catalogue.get(name)
    sparql = query.bind({p.name: given.get(p.name, "UNDEF") for p in query.params})
    return {(row[thing], row["industry"]) for row in graph.store.select(sparql)}


def defined(graph: KnowledgeGraph, kind: str) -> Pairs:
    rows = graph.store.select(f"SELECT ?x ?i {{ ?x a ivc:{kind} ; ivc:appearsIn ?i }}")
    return {(row["x"], row["i"]) for row in rows}


def counted(graph: KnowledgeGraph, name: str, key: str, number: str) -> dict[str, int]:
    rows = graph.query(name)
    return {row[key]: int(row[number]) for row in rows if int(row[number])}


def test_every_query_names_the_same_organizations(graph: KnowledgeGraph) -> None:
    wanted, firms = defined(graph, "Organization"), defined(graph, "Company")
    assert wanted > firms
    assert pairs(graph, "companies-of-industry", "company") == wanted
    assert pairs(graph, "industries-of-company", "company") == wanted
    assert pairs(graph, "places-of-company", "company") == wanted
    assert pairs(graph, "companies-in-several-industries", "company", least="1") == firms
    assert counted(graph, "industries-by-companies", "industry", "companies") == Counter(i for _, i in firms)
    assert counted(graph, "industries-by-companies", "industry", "bodies") == Counter(i for _, i in wanted - firms)


def test_charts_drawings_and_what_agents_read_name_them(graph: KnowledgeGraph) -> None:
    for industry in graph.names.of_kind("Industry"):
        wanted = {who for who, where in defined(graph, "Organization") if where == industry.iri}
        chart = graph.chain(industry.iri)
        tops = joined(chart.unplaced, *(stage.segments for view in chart.views for stage in view.stages))
        cells = [cell for top in tops for cell in top]
        outside = [*chart.representatives, *chart.others]
        assert {c.iri for cell in cells for c in cell.companies} | {c.iri for c in outside} == wanted
        assert all(c.passages for c in outside)
        assert wanted <= {n.thing for n in drawing(graph.store, graph.names, industry.iri).nodes.values()}
        told = str(plain_chain(chart, graph.names))
        assert [who for who in wanted if who not in told] == []


def test_what_two_industries_share_is_in_both(graph: KnowledgeGraph) -> None:
    for kind, name, key in (
        ("Company", "shared-companies", "company"),
        ("Technology", "shared-technologies", "technology"),
    ):
        members = defined(graph, kind)
        for one, other in combinations([i.iri for i in graph.names.of_kind("Industry")], 2):
            both = {x for x, i in members if i == one} & {x for x, i in members if i == other}
            assert {row[key] for row in graph.query(name, one=one, other=other)} == both


def test_the_overview_draws_each_firm_of_two_industries(graph: KnowledgeGraph) -> None:
    several = Counter(who for who, _ in defined(graph, "Company"))
    drawn = picture(graph.store, graph.names, None).lines.values()
    lines = {(line.subject, line.value) for line in drawn if line.predicate == IVC + "appearsIn"}
    assert lines == {(who, where) for who, where in defined(graph, "Company") if several[who] > 1}


def test_every_query_names_the_same_regions_and_technologies(graph: KnowledgeGraph) -> None:
    inside = {row["x"] for row in graph.store.select("SELECT DISTINCT ?x { ?x ivc:regionWithin ?y }")}
    places = {(x, i) for x, i in defined(graph, "Region") if x in inside}
    assert places != defined(graph, "Region")  # a country is no place in an industry
    assert pairs(graph, "regions-of-industry", "region") == places
    assert {(x, i) for x, i in pairs(graph, "industries-of-region", "place") if x in inside} == places
    assert pairs(graph, "industries-of-region", "place") == defined(graph, "Region")
    assert counted(graph, "regions-by-industries", "region", "industries") == Counter(x for x, _ in places)
    wanted = defined(graph, "Technology")
    assert pairs(graph, "technologies-of-industry", "technology") == wanted
    assert counted(graph, "technologies-by-industries", "technology", "industries") == Counter(x for x, _ in wanted)


def test_every_one_is_proved(graph: KnowledgeGraph) -> None:
    for kind in ("Organization", "Region"):
        for thing, industry in sorted(defined(graph, kind)):
            assert graph.why(thing, "ivc:appearsIn", industry).holds
    for company, industry in sorted(defined(graph, "Organization")):
        assert graph.query("why-company-in-industry", company=company, industry=industry).rows


def test_what_the_report_says(report: KnowledgeGraph) -> None:
    def zh(name: str, key: str, **given: str) -> set[str]:
        return {report.names.label(row[key], "zh") for row in report.query(name, **given)}

    assert zh("companies-in-several-industries", "company") == {
        *("华为", "比亚迪", "蔚来", "宁德时代", "三一重工", "立讯精密", "谷歌", "微软", "英特尔"),
        "亿航智能",  # named in the section of 6G alone, there as representative of the low-altitude economy
    }
    assert zh("companies-of-industry", "company", industry="6G") >= {"比亚迪", "蔚来", "三一重工", "亿航智能"}
    assert zh("industries-of-region", "industry", region="上海") == {
        *("商业航天", "生物制造", "6G", "智能网联新能源汽车"),
    }
    assert zh("places-of-company", "industry", company="三一重工") == {"6G", "智能制造装备"}
    assert zh("regions-of-industry", "region", industry="商业航天") == {"北京", "上海", "海南"}
    assert zh("companies-in-region", "company", region="上海") == {"川宁生物", "上海创远信科", "特斯拉"}
    for industry in ("具身智能", "智能机器人"):  # estimators speak of an industry; that puts them in no industry
        assert zh("companies-of-industry", "company", industry=industry) == set()
