"""Saved queries that reckon: on the invented project by hand, on made figures against Python, and in another engine."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib

from conftest import ROOT
from kg.graph import KnowledgeGraph
from kg.source.queryfile import read
from kg.terms import compact, expand

ARITHMETIC = [
    query
    for query in (read(path, path.name) for path in sorted((ROOT / "queries").glob("*.rq")))
    if "arithmetic" in query.tags
]


def rows(graph: KnowledgeGraph, name: str, *columns: str, **asked: str) -> list[tuple[Any, ...]]:
    """The values in *columns* of every row, names as prefixed names."""
    found = ([row[column] for column in columns] for row in graph.query(name, **asked))
    return [tuple(compact(value) if isinstance(value, str) else value for value in row) for row in found]


def test_growth_is_of_one_series_and_what_is_not_says_why(world: KnowledgeGraph) -> None:
    assert rows(
        world, "growth-between-years", "subject", "years", "comparator", "times", "growth", "yearly", "why_not",
        industry="paper-lanterns", from_year="2024",
    ) == [
        ("ind:paper-lanterns", 5, "ivl:approx", 1.67, 66.7, 10.8, None),
        ("ind:paper-lanterns", 3, None, None, None, None, "ivc:estimatedBy"),
        ("ind:paper-lanterns", 5, None, None, None, None, "ivc:estimatedBy"),
    ]  # fmt: skip
    assert rows(world, "growth-between-years", "unit", "to_unit", "times", "why_not", subject="纸伞业") == [
        ("ivl:usd", "ivl:cny", None, "ivc:unit")
    ]


def test_a_rate_is_applied_onwards_and_backwards(world: KnowledgeGraph) -> None:
    columns = ("base_year", "base", "wanted", "years", "outside", "comparator", "result", "stated", "why_not")
    assert rows(world, "projections", *columns, subject="纸灯业") == [
        (2024, 12e9, 2029, 5, None, "ivl:approx", 27.45e9, 20e9, None),
        (2029, 20e9, 2024, -5, None, "ivl:eq", 8742200000, 12e9, None),
        (2029, 30e9, 2024, -5, None, None, None, 12e9, "ivc:estimatedBy"),
    ]
    assert rows(world, "projections", *columns, subject="纸灯业", year="2031")[:2] == [
        (2024, 12e9, 2031, 7, 2, "ivl:approx", 38.23e9, None, None),
        (2029, 20e9, 2031, 2, 2, "ivl:eq", 27.85e9, None, None),
    ]


def test_a_share_of_a_figure_is_an_amount(world: KnowledgeGraph) -> None:
    columns = ("subject", "share", "given_value", "comparator", "part", "total", "assumed")
    assert rows(world, "amounts-of-shares", *columns, subject="走马灯")[:1] == [
        ("prod:running-lantern", 25, 12e9, "ivl:approx", 3e9, None, "ivc:year")
    ]


def test_a_part_is_a_percentage_of_its_total_and_a_place_of_the_one_around_it(world: KnowledgeGraph) -> None:
    columns = ("subject", "region", "whole_region", "comparator", "percent", "why_not")
    assert rows(world, "parts-of-totals", *columns, industry="paper-lanterns") == [
        ("prod:paper-lantern", "reg:chengzhou", "reg:china", "ivl:gt", 115.4, None),
        ("prod:running-lantern", "reg:china", "reg:china", "ivl:eq", 111.5, None),
    ]


def test_two_things_compare_where_nothing_but_the_thing_differs(world: KnowledgeGraph) -> None:
    columns = ("year", "other_year", "result_comparator", "difference", "times", "percent", "why_not")
    found = rows(world, "figures-side-by-side", *columns, one="纸灯业", other="风铃业", indicator="market-size")
    assert (2024, 2024, "ivl:approx", 9e9, 4, 400, None) in found
    assert {row[2:6] for row in found if row[-1]} == {(None,) * 4}
    assert set(Counter(row[-1] for row in found)) == {None, "ivc:unit", "ivc:year"}


def test_a_thing_is_compared_with_itself_across_years_or_regions_not_both(world: KnowledgeGraph) -> None:
    columns = ("region", "other_region", "year", "other_year", "difference", "why_not")
    found = rows(world, "figures-side-by-side", *columns, one="风铃业", other="风铃业", indicator="market-size")
    assert ("reg:china", "reg:china", 2023, 2024, -6e8, None) in found
    assert all(why or (region, year) != (there, then) for region, there, year, then, _, why in found if year != then)
    assert not [row for row in found if row[0] != row[1] and row[2] != row[3] and row[-1] is None]


def test_ranks_are_among_figures_that_differ_in_what_is_ranked_alone(world: KnowledgeGraph) -> None:
    columns = ("rank", "of", "subject", "value")
    found = rows(world, "figures-ranked", *columns, indicator="market-size", region="中国", year="2024", unit="cny")
    assert found[0] == (1, len(found), "ind:paper-lanterns", 12e9)
    assert [row[3] for row in found] == sorted((row[3] for row in found), reverse=True)
    across = rows(
        world, "figures-ranked", "rank", "last", "of", "region", "value", indicator="shipments", across="scopeRegion"
    )
    assert [row for row in across if row[2] > 1] == [(1, 2, 2, "reg:chengzhou", 30e6), (2, 1, 2, "reg:china", 26e6)]
    assert {row[:2] for row in across if row[2] == 1} <= {(1, 1)}


@pytest.fixture(scope="module")
def rdf(world: KnowledgeGraph) -> rdflib.Graph:
    return world.to_rdflib().default_graph


@pytest.mark.parametrize("query", ARITHMETIC, ids=lambda query: query.name)
def test_another_engine_comes_to_the_same(query: Any, world: KnowledgeGraph, rdf: rdflib.Graph) -> None:
    """The file runs unchanged there: it uses no function of one engine, and no sum that one of them rounds another way."""

    def value(term: Any) -> Any:
        text = "" if term is None else str(getattr(term, "value", term))
        try:
            return float(text)
        except ValueError:
            return text

    ours = world.store.select(query.sparql)
    theirs = [tuple(map(value, row)) for row in rdf.query(query.sparql)]  # type: ignore[union-attr,arg-type]
    assert [tuple(map(value, row)) for row in ours.rows] == theirs
    assert ours.rows


def test_growth_a_year_is_the_root_to_a_tenth_of_a_point() -> None:
    """It holds for factors from a thirtieth to thirty over one to thirty-one years; beyond, the query has no row."""
    query = next(q for q in ARITHMETIC if q.name == "growth-between-years")
    store, wanted = ox.Store(), {}
    for years in range(1, 33):
        for factor in ("0.001", "0.033", "0.5", "1", "1.0372", "2", "7.67", "30", "1000"):
            thing = f"ind:x{years}-{factor}"
            for end, year, value in ((0, 2000, Decimal(100)), (1, 2000 + years, 100 * Decimal(factor))):
                store.update(
                    f"PREFIX ivc: <{expand('ivc:')}> PREFIX ivl: <{expand('ivl:')}> INSERT DATA {{ <urn:{thing}-{end}> "
                    f"a ivc:LevelObservation ; ivc:concernsIndustry <urn:i> ; ivc:about <urn:{thing}> ; ivc:indicator ivl:orders ; "
                    f"ivc:unit ivl:count ; ivc:status ivl:actual ; ivc:year {year} ; ivc:comparator ivl:eq ; "
                    f"ivc:value {value} ; ivc:statedIn <urn:p> }}"
                )
            if years < 32 and Decimal("0.01") < Decimal(factor) < 100:
                exact = 100 * (Decimal(factor) ** (1 / Decimal(years)) - 1)
                wanted[f"urn:{thing}"] = exact
    found = {row["subject"].value: row["yearly"] for row in store.query(query.sparql)}  # type: ignore[union-attr,attr-defined]
    assert len(found) == 32 * 9
    assert {thing for thing, yearly in found.items() if yearly is not None} == set(wanted)
    assert all(abs(Decimal(found[thing].value) - exact) <= Decimal("0.0501") for thing, exact in wanted.items())
