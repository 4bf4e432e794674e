"""Saved queries that count, compare or say what is absent agree with those that list: two ways to one answer."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from kg.graph import KnowledgeGraph
from kg.store.base import Store
from kg.terms import compact, expand

GRAPHS = ["world", pytest.param("report", marks=pytest.mark.slow)]


@pytest.fixture(params=GRAPHS)
def graph(request: pytest.FixtureRequest) -> KnowledgeGraph:
    found: KnowledgeGraph = request.getfixturevalue(request.param)
    return found


def column(graph: KnowledgeGraph, name: str, column: str, **asked: str) -> set[Any]:
    return {row[column] for row in graph.query(name, **asked)} - {None}


def iris(store: Store, pattern: str) -> list[str]:
    return sorted({row["x"] for row in store.select(f"SELECT ?x {{ {pattern} }}")})


def industries(graph: KnowledgeGraph) -> set[str]:
    return set(iris(graph.store, "?x a ivc:Industry . ?passage ivc:contextIndustry ?x"))


def test_an_industry_names_something_of_a_kind_or_nothing(graph: KnowledgeGraph) -> None:
    for kind in ("Policy", "Region", "ResearchBody", "Technology"):
        counted = {row["industry"]: row["things"] for row in graph.query("things-per-industry", kind=kind)}
        assert set(counted) >= industries(graph)
        assert column(graph, "industries-without-kind", "industry", kind=kind) == {
            industry for industry in industries(graph) if not counted[industry]
        }


def test_counts_are_of_what_is_listed(graph: KnowledgeGraph) -> None:
    for kind in ("Company", "Technology"):
        listed = Counter(
            row["i"] for row in graph.store.select(f"SELECT ?x ?i {{ ?x a ivc:{kind} ; ivc:appearsIn ?i }}")
        )
        for row in graph.query("things-per-industry", kind=kind):
            assert row["things"] == listed[row["industry"]]
    roles = {(row["industry"], row["role"]): row["organizations"] for row in graph.query("companies-per-role")}
    found = {
        (industry, row["role"], row["company"])
        for industry in industries(graph)
        for row in graph.query("companies-of-industry", industry=industry)
    }
    assert {key: n for key, n in roles.items() if key[0] in industries(graph)} == Counter(key[:2] for key in found)


def test_an_industry_says_something_of_a_thing_or_nothing(graph: KnowledgeGraph) -> None:
    things = iris(graph.store, "?x a ivc:ResearchBody") + iris(graph.store, "?x a ivc:Region")
    for thing in things:
        inside = iris(graph.store, f"?x (ivc:regionWithin|ivc:kindOf|ivc:subsidiaryOf)* <{thing}>")
        said = {
            industry
            for industry in industries(graph)
            for one in inside
            if len(graph.query("chapter-on-thing", industry=industry, thing=one))
        }
        said |= set(iris(graph.store, f"VALUES ?one {{ <{'> <'.join(inside)}> }} ?one ivc:appearsIn ?x"))
        without = graph.query("industries-without-thing", thing=thing)
        assert {row["industry"] for row in without} == industries(graph) - said, thing
        assert all(row["elsewhere"] == len(said) for row in without)


def test_an_industry_has_a_figure_of_an_indicator_or_none(graph: KnowledgeGraph) -> None:
    indicator = expand("ivl:market-size")
    listed = {industry: list(graph.query("figures-of-industry", industry=industry)) for industry in industries(graph)}
    for asked in ({}, {"region": "china"}, {"region": "china", "year": "2024"}):
        having = {
            industry
            for industry, rows in listed.items()
            for row in rows
            if row["indicator"] == indicator
            and ("region" not in asked or row["region"] == graph.resolve(asked["region"], "Region").iri)
            and ("year" not in asked or row["year"] == int(asked["year"]))
        }
        without = column(graph, "industries-without-figure", "industry", indicator="market-size", **asked)
        assert without == set(iris(graph.store, "?x a ivc:Industry")) - having, asked
    for row in graph.query("industries-by-indicators"):
        indicators = [r for r in listed.get(row["industry"], ()) if r["indicator"] == row["indicator"]]
        assert row["figures"] <= len(indicators), "of two equal rows one is listed" if indicators else row


def test_a_tier_has_a_company_or_none(graph: KnowledgeGraph) -> None:
    rows = list(graph.query("tiers-without-company"))
    for industry in iris(graph.store, "?x a ivc:Industry"):
        for tier in iris(graph.store, "?x a ivc:Tier"):
            there = column(graph, "companies-at-tier", "company", industry=industry, tier=tier)
            absent = [row for row in rows if (row["industry"], row["tier"]) == (industry, tier)]
            stages = iris(graph.store, f"?x ivc:inIndustry <{industry}> ; ivc:tier <{tier}>")
            assert {row["stage"] for row in absent} - {None} <= set(stages)
            assert not there or len(absent) < max(len(stages), 1)
            assert there or absent


def test_what_two_industries_name_is_the_same_from_either_side(graph: KnowledgeGraph) -> None:
    one, other = sorted(industries(graph))[:2]

    def sides(first: str, second: str, *order: str) -> set[tuple[Any, ...]]:
        return {tuple(row[c] for c in order) for row in graph.query("compare-industries", one=first, other=second)}

    found = sides(one, other, "thing", "passage", "other_passage")
    assert found == sides(other, one, "thing", "other_passage", "passage")
    shared = {thing for thing, here, there in found if here and there}
    for kind, name in (("company", "shared-companies"), ("technology", "shared-technologies")):
        of_kind = set(iris(graph.store, f"?x a ivc:{kind.title()}"))
        assert shared & of_kind == column(graph, name, kind, one=one, other=other)
    assert all(here or there for _, here, there in found)


def test_the_parts_of_a_product_stand_where_they_are_listed(graph: KnowledgeGraph) -> None:
    for product in iris(graph.store, "?x a ivc:Product . ?part ivc:componentOf ?x"):
        parts = column(graph, "components-of-product", "component", product=product)
        placed = set(iris(graph.store, "?x ivc:inSegment/ivc:inIndustry ?industry"))
        rows = graph.query("product-in-chains", product=product)
        assert {row["item"] for row in rows if row["relation"] == expand("ivc:componentOf")} == parts & placed
        for tier in iris(graph.store, "?x a ivc:Tier"):
            narrowed = graph.query("product-in-chains", product=product, tier=tier)
            assert {tuple(row.values()) for row in narrowed} == {
                tuple(row.values()) for row in rows if row["tier"] == tier
            }


def test_two_things_share_what_both_are_related_to(world: KnowledgeGraph) -> None:
    rows = [
        (
            compact(row["relation"] or row["class"] or ""),
            compact(row["thing"]),
            bool(row["passage"]),
            bool(row["other_passage"]),
        )
        for row in world.query("compare-things", one="青岚", other="竹里编舍")
        if not row["inverse"]
    ]
    assert ("ivc:Industry", "ind:paper-lanterns", True, True) in rows
    assert ("ivc:keyPlayerIn", "seg:lantern-paper", True, False) in rows
    assert ("ivc:keyPlayerIn", "seg:lantern-splints", False, True) in rows
    shared = [here and there for *_, here, there in rows]
    assert shared == sorted(shared, reverse=True), "what is shared comes first"


def test_a_region_is_written_of_as_often_as_the_matrix_says(world: KnowledgeGraph) -> None:
    rows = {(compact(r["industry"]), compact(r["region"])): r for r in world.query("industries-by-regions")}
    row = rows["ind:paper-lanterns", "reg:chengzhou"]
    assert [row[c] for c in ("develops", "projects", "organizations", "policies", "figures")] == [1, 1, 1, 1, 1]
    assert ("ind:wind-chimes", "reg:chengzhou") not in rows
