"""Every saved query: complete header, golden rows, and parameters that stay terms whatever they hold."""

from __future__ import annotations

import os
import timeit
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.graph import KnowledgeGraph
from kg.source.queryfile import TYPES, SavedQuery, read
from kg.store.results import to_tsv

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted((ROOT / "queries").glob("*.rq"))
GOLDEN = ROOT / "tests" / "golden"
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


def _query(path: Path) -> SavedQuery:
    return read(path, path.name)


def test_there_are_the_forty_competency_questions_and_twenty_more() -> None:
    numbers = [
        line.split("cq:")[1].strip()
        for path in FILES
        for line in path.read_text().splitlines()
        if line.startswith("#+ cq:")
    ]
    assert sorted(numbers) == [f"CQ{n:02d}" for n in range(1, 41)]
    assert len(FILES) >= 60


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_header_is_complete(path: Path, graph: KnowledgeGraph) -> None:
    query = _query(path)
    table = graph.query(query.name)
    assert tuple(query.columns) == table.columns
    assert all(t.zh and t.en for t in (query.title, query.question, *query.columns.values()))
    classes = {iri.rsplit("#")[-1] for iri in graph.names.terms}
    assert all(p.type in TYPES or p.type in classes for p in query.params)
    assert "ORDER BY" in query.sparql


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_golden_rows(path: Path, graph: KnowledgeGraph) -> None:
    """The rows for the defaults; KG_GOLDEN=write renews the files after a change of data, to be read in the diff."""
    rows = to_tsv(graph.query(path.stem))
    golden = GOLDEN / f"{path.stem}.tsv"
    if os.environ.get("KG_GOLDEN") == "write":
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(rows, encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == rows


def test_no_saved_query_reads_the_graph_over_and_over(graph: KnowledgeGraph) -> None:
    """The measure is one reading of all named graphs in this process, so that the machine's speed does not count.

    A name compared only after every quad was paired with every label cost 20 to 40 of them.
    """

    def seconds(sparql: str, tries: int) -> float:
        return min(timeit.repeat(lambda: graph.store.select(sparql), number=1, repeat=tries))

    def slow(names: Iterable[str]) -> dict[str, float]:
        reading = seconds("SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }", 5)
        took = {name: seconds(_query(ROOT / "queries" / f"{name}.rq").sparql, 2) / reading for name in names}
        return {name: round(times, 1) for name, times in took.items() if times > 6}

    found = slow(path.stem for path in FILES)
    for _ in range(4):  # the machine may have been busy with something else
        found = slow(found)
    assert found == {}


def test_no_golden_file_without_its_query() -> None:
    assert {p.stem for p in GOLDEN.glob("*.tsv")} == {p.stem for p in FILES}


@pytest.mark.parametrize("path", [p for p in FILES if _query(p).params], ids=lambda p: p.stem)
def test_hostile_values_stay_terms(path: Path, graph: KnowledgeGraph) -> None:
    query = _query(path)
    for param in query.params:
        for value in HOSTILE:
            bound = query.bind({param.name: str(ox.Literal(value))})
            answer = graph.store.select(bound, shown=path.name)
            assert answer.columns == tuple(query.columns)


@given(st.text())
def test_any_text_becomes_one_literal(value: str) -> None:
    store = ox.Store()
    query = SavedQuery("q", *(None,) * 2, (), (), {}, "SELECT ?x WHERE { VALUES ?x { 1 } }")  # type: ignore[arg-type]
    try:
        literal = ox.Literal(value)
    except ValueError:
        return  # lone surrogates are no Unicode text
    rows = list(store.query(query.bind({"x": str(literal)})))  # type: ignore[arg-type]
    assert [row["x"].value for row in rows] == [value]
