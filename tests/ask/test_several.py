"""Parameters with several values or all, rows that a column narrows, and what is said when there are none."""

from __future__ import annotations

import pytest

from kg.ask.nothing import nothing
from kg.errors import NotFound, UsageProblem
from kg.graph import KnowledgeGraph
from kg.source.clauses import visible, with_columns, with_filters, with_values
from kg.source.queryfile import TYPES


def rows(graph: KnowledgeGraph, name: str, /, **values: str | list[str]) -> list[dict[str, object]]:
    return list(graph.query(name, **values))


def test_several_values_are_each_asked_about_and_told_apart(world: KnowledgeGraph) -> None:
    one, other = (rows(world, "market-size", industry=name) for name in ("纸灯业", "风铃业"))
    industries = [world.resolve(name).iri for name in ("纸灯业", "风铃业")]
    wanted = [{"industry": iri, **row} for iri, found in zip(industries, (one, other), strict=True) for row in found]
    for asked in (["纸灯业", "风铃业"], "纸灯业,风铃业", "纸灯业、 wind chime making", "风铃业,纸灯业,纸灯业"):
        assert rows(world, "market-size", industry=asked) == wanted
    question = world.catalogue.question(world.catalogue.get("market-size"), {"industry": "纸灯业,风铃业"})
    assert question.zh.startswith("纸灯业、风铃业")
    with pytest.raises(NotFound, match="nothing"):
        rows(world, "market-size", industry="纸灯业,nothing")


def test_all_is_the_union_of_each(world: KnowledgeGraph) -> None:
    """For every parameter of a class in every query, each value stands in its column."""
    for query in world.catalogue:
        for param in query.params:
            if param.narrows or param.type in TYPES or param.type == "Passage":
                continue
            asked = world.catalogue.asked(query, {param.name: "all"})
            found = list(world.store.select(asked.sparql))
            if param.name not in asked.columns:  # taken together by a subquery, or what is left out
                assert query.name.startswith("compare-") or "absence" in query.tags
                continue
            assert all(row[param.name] for row in found), (query.name, param.name)
            assert list(asked.columns) == list(found[0] if found else asked.columns)
            for value in sorted({str(row[param.name]) for row in found})[:2]:
                alone = list(world.store.select(world.catalogue.bind(query, {param.name: value})))
                mine = [row for row in found if row[param.name] == value]
                assert [{k: row[k] for k in query.columns} for row in mine] == alone, (query.name, value)


def test_a_column_narrows_the_rows_of_any_query(world: KnowledgeGraph) -> None:
    for query in world.catalogue:
        whole = list(world.store.select(query.sparql))
        for param in (p for p in query.params if p.narrows):
            for value in {row[param.name] for row in whole} - {None}:
                kept = list(world.store.select(world.catalogue.bind(query, {param.name: str(value)})))
                assert kept == [row for row in whole if row[param.name] == value], (query.name, param.name)
    known = {p.name for p in world.catalogue.get("figures-of-industry").params}
    assert {"industry", "region", "year", "status", "estimator", "indicator"} <= known
    both = rows(world, "figures-of-industry", industry="纸灯业", year=["2024", "2029"], status="forecast")
    assert {row["year"] for row in both} == {2029}


def test_a_bound_has_one_value(world: KnowledgeGraph) -> None:
    with pytest.raises(UsageProblem, match="twice"):
        rows(world, "sectors-served-by-industries", least=["1", "2"])
    with pytest.raises(UsageProblem, match="all"):
        rows(world, "sectors-served-by-industries", least="all")


def test_a_free_text_is_a_name_first(world: KnowledgeGraph) -> None:
    for name in ("statements-about-name", "figures-by-name", "things-by-name", "inferred-facts"):
        assert rows(world, name, name="qinglan") == rows(world, name, name="青岚纸坊")
    assert rows(world, "statements-about-name", name="qinglan")
    word = world.catalogue.terms(world.catalogue.get("claims-with-word").params[0], "cold dyeing")
    assert word == ['"cold dyeing"', '"冷染"']


def test_no_rows_are_an_answer_in_words(world: KnowledgeGraph) -> None:
    def said(name: str, /, **values: str) -> str:
        assert rows(world, name, **values) == []
        return nothing(world.store, world.catalogue, world.catalogue.get(name), values).en

    umbrellas = said("companies-at-tier", industry="纸伞业", tier="中游")
    assert umbrellas.startswith(
        "the documents do not say: Which companies stand at the midstream tier of paper umbrella"
    )
    assert "it says so for industry: paper lantern making" in umbrellas
    assert "kg query" in umbrellas
    figures = said("figures-of-industry", industry="纸灯业", year="1999", status="预测")
    assert "it says so for year: 2029" in figures
    assert "it says so for status" not in figures  # nothing of that year has any
    assert "nothing is called “青岚纸方”; similar: Qinglan" in said("things-by-name", name="青岚纸方")


def test_a_name_of_another_kind_leads_to_the_right_one(world: KnowledgeGraph) -> None:
    with pytest.raises(NotFound) as caught:
        rows(world, "market-size", industry="纸灯")
    assert "纸灯业" in caught.value.render("zh")


def test_only_syntax_is_changed() -> None:
    text = 'SELECT DISTINCT ?x # } BY\nWHERE { VALUES ?a { UNDEF } ?x <p> "} BY{" . { SELECT ?y { ?y ?b ?c } } } GROUP BY ?x ORDER BY DESC(?x)'
    done = with_columns(with_filters(with_values(text, {"a": "<1> <2>"}), {"x": ["3", "4"]}), ["a"])
    assert done == (
        'SELECT DISTINCT ?a ?x # } BY\nWHERE { VALUES ?a { <1> <2> } ?x <p> "} BY{" . { SELECT ?y { ?y ?b ?c } } '
        "FILTER(?x IN (3, 4)) } GROUP BY ?a ?x ORDER BY ?a DESC(?x)"
    )
    assert visible(
        "SELECT ?x { VALUES ?a { 1 } { VALUES ?b { 2 } } { SELECT ?x { { VALUES ?c { 3 } } } MINUS { VALUES ?d { 4 } } } }"
    ) == {
        "a",
        "b",
    }
    assert with_columns("SELECT ?x { ?x ?y ?z }", ["y"]) == "SELECT ?y ?x { ?x ?y ?z }"
