"""The packaged saved queries: a complete header, and parameters that stay terms whatever they hold."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from kg.ask.chain import chain
from kg.graph import KnowledgeGraph
from kg.source.queryfile import TYPES, SavedQuery, read
from kg.store.base import Store
from kg.store.embedded import EmbeddedStore
from kg.terms import compact, expand

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


ELSEWHERE = [
    ("psg:w1-L0025", "prod:running-lantern", "ivc:inSegment", "seg:lantern-fair"),
    ("psg:w1-L0019", "prod:lantern-frame", "ivc:offeredIn", "seg:lantern-fair"),
    ("psg:w1-L0020", "co:zhuli", "ivc:produces", "prod:lantern-frame"),
]
"""A product that one passage gives to a maker, another to a segment: first as an input there, then as offered there."""


@pytest.fixture(scope="module")
def elsewhere(world: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The graph of the invented project and ELSEWHERE."""
    file: Path = tmp_path_factory.mktemp("elsewhere") / "dataset.nq"
    more = [
        ox.Quad(*(ox.NamedNode(expand(name)) for name in triple), graph)
        for passage, *triple in ELSEWHERE
        for graph in (ox.NamedNode(expand(passage)), ox.DefaultGraph())
    ]
    file.write_bytes((world.path / "dataset.nq").read_bytes() + ox.serialize(more, format=ox.RdfFormat.N_QUADS))
    return EmbeddedStore(file, in_memory=True)


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("makers-of-product", ("company", "item", "segment", "passage", "place_passage")),
        ("products-of-industry", ("company", "product", "place", "maker_passage", "passage")),
        ("companies-in-segment", ("company", "product", "at", "passage", "place_passage")),
    ],
)
def test_maker_and_segment_of_a_product_stand_in_one_row_if_it_is_offered_there(
    name: str, columns: tuple[str, ...], elsewhere: Store
) -> None:
    query = QUERIES[name]
    table = elsewhere.select(query.bind({param.name: "UNDEF" for param in query.params}), shown=name)
    at = [table.columns.index(column) for column in columns]
    found = {tuple(compact(term.value) if (term := row[n]) else "" for n in at) for row in table.rows}  # type: ignore[union-attr]
    fair = {row for row in found if row[0] and row[1] and row[2] == "seg:lantern-fair"}
    assert fair == {("co:zhuli", "prod:lantern-frame", "seg:lantern-fair", "psg:w1-L0020", "psg:w1-L0019")}


def test_the_chart_cites_both_passages_that_put_a_maker_into_a_segment(elsewhere: Store) -> None:
    chart = chain(elsewhere, expand("ind:paper-lanterns"))
    fair = [cell for view in chart.views for stage in view.stages for cell in stage.segments]
    named = {
        compact(company.iri): [compact(passage) for passage in company.passages]
        for cell in fair
        if compact(cell.iri) == "seg:lantern-fair"
        for company in cell.companies
    }
    assert named == {"co:qinglan": ["psg:w1-L0025"], "co:zhuli": ["psg:w1-L0019", "psg:w1-L0020"]}
