"""The packaged saved queries: a complete header, and parameters that stay terms whatever they hold."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from kg.graph import KnowledgeGraph
from kg.source.queryfile import TYPES, SavedQuery, read

QUERIES = {path.stem: read(path, path.name) for path in sorted((ROOT / "queries").glob("*.rq"))}
HOSTILE = (
    '"',
    "'",
    "}",
    "{",
    "\n",
    "\\",
    '" } UNION { ?s ?p ?o',
    "> . ?x ?y ?z . <",
    "# }",
    'x"@zh } #',
    "\u0000",
    "😀",
)


def test_there_are_the_forty_competency_questions_and_twenty_more() -> None:
    lines = [line for name in QUERIES for line in (ROOT / "queries" / f"{name}.rq").read_text().splitlines()]
    numbers = [line.split("cq:")[1].strip() for line in lines if line.startswith("#+ cq:")]
    assert sorted(numbers) == [f"CQ{n:02d}" for n in range(1, 41)]
    assert len(QUERIES) >= 60


@pytest.mark.parametrize("name", QUERIES)
def test_header_is_complete(name: str, world: KnowledgeGraph) -> None:
    query = QUERIES[name]
    assert tuple(query.columns) == world.query(name).columns
    assert all(t.zh and t.en for t in (query.title, query.question, *query.columns.values()))
    classes = {iri.rsplit("#")[-1] for iri in world.names.terms}
    assert all(p.type in TYPES or p.type in classes for p in query.params)
    assert "ORDER BY" in query.sparql


@pytest.mark.parametrize("name", [name for name, query in QUERIES.items() if query.params])
def test_hostile_values_stay_terms(name: str, world: KnowledgeGraph) -> None:
    query = QUERIES[name]
    for param in query.params:
        for value in HOSTILE:
            bound = query.bind({param.name: str(ox.Literal(value))})
            answer = world.store.select(bound, shown=name)
            assert answer.columns == tuple(query.columns)


@given(st.text())
def test_any_text_becomes_one_literal(value: str) -> None:
    store = ox.Store()
    query = SavedQuery("q", *(None,) * 2, (), (), {}, {}, "SELECT ?x WHERE { VALUES ?x { 1 } }")  # type: ignore[arg-type]
    try:
        literal = ox.Literal(value)
    except ValueError:
        return  # lone surrogates are no Unicode text
    rows = list(store.query(query.bind({"x": str(literal)})))  # type: ignore[arg-type]
    assert [row["x"].value for row in rows] == [value]
