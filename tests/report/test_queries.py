"""Every saved query: complete header, golden rows, and parameters that stay terms whatever they hold."""

from __future__ import annotations

import os
import shutil
import timeit
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from kg.ask.tables import with_labels
from kg.errors import SyntaxProblem
from kg.graph import KnowledgeGraph
from kg.pipeline.build import check
from kg.source.project import Project
from kg.source.queryfile import TYPES, SavedQuery, read
from kg.store.results import to_tsv
from kg.vocab import XSD

FILES = sorted((ROOT / "queries").glob("*.rq"))
STRINGS = (XSD + "string", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString")
GOLDEN = ROOT / "tests" / "report" / "golden"
PAIRS = {"links-between-companies"}
"""Queries of which one parameter is left open at a time: any company with any other has hundreds of thousands of rows."""
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
    """The rows for the parameters in the first line of the golden file (``# segment=…``), or for the defaults.

    KG_GOLDEN=write renews the files after a change of data, to be read in the diff.
    """
    golden = GOLDEN / f"{path.stem}.tsv"
    first, _, rest = golden.read_text(encoding="utf-8").partition("\n")
    asked = dict(pair.split("=") for pair in first[2:].split(" ")) if first.startswith("# ") else {}
    rows = to_tsv(graph.query(path.stem, **asked))
    if os.environ.get("KG_GOLDEN") == "write":
        golden.write_text(f"{first}\n{rows}" if asked else rows, encoding="utf-8")
    assert (rest if asked else f"{first}\n{rest}") == rows


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_columns_hold_what_they_say(path: Path, graph: KnowledgeGraph) -> None:
    """Values where a type stands, else things; whatever is asked for, and if nothing is found."""
    query = graph.catalogue.get(path.stem)
    each = [{p.name: "UNDEF"} for p in query.params]
    open_ = each if path.stem in PAIRS else [{name: "UNDEF" for one in each for name in one}]
    for bound in ({}, *open_):
        table = graph.store.select(query.bind(bound), shown=path.name, limit=5000)
        for column, terms in zip(table.columns, zip(*table.rows, strict=True), strict=False):
            there = [t for t in terms if t is not None]
            if query.types.get(column) == "string":
                assert all(t.datatype.value in STRINGS for t in there), column
            elif column in query.types:
                assert all(isinstance(t, ox.Literal) and float(t.value) is not None for t in there), column
            else:
                assert not there or any(isinstance(t, ox.NamedNode) for t in there), column
        for lang in ("zh", "en"):
            labelled = with_labels(table, lang, graph.names, query.things)
            assert labelled.columns == with_labels(replace(table, rows=()), lang, graph.names, query.things).columns


def test_a_column_of_an_unknown_type_stops_the_build(tmp_path: Path) -> None:
    for part in ("ontology", "data", "queries"):
        shutil.copytree(ROOT / part, tmp_path / part)
    file = tmp_path / "queries" / "market-size.rq"
    file.write_text(file.read_text().replace("type: decimal", "type: money"))
    with pytest.raises(SyntaxProblem, match="money is no type") as caught:
        check(Project.find(tmp_path, tmp_path / "build"))
    assert caught.value.render("en").startswith("queries/market-size.rq:13: ")


@pytest.mark.slow
def test_no_saved_query_reads_the_graph_over_and_over(graph: KnowledgeGraph) -> None:
    """The measure is one reading of all named graphs in this process, so that the machine's speed does not count.

    A name compared only after every quad was paired with every label cost 20 to 40 of them.
    """

    def seconds(sparql: str, tries: int) -> float:
        return min(timeit.repeat(lambda: graph.store.select(sparql), number=1, repeat=tries))

    def slow(names: Iterable[str]) -> dict[str, float]:
        reading = seconds("SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }", 5)
        took = {name: seconds(graph.catalogue.get(name).sparql, 2) / reading for name in names}
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
    query = SavedQuery("q", *(None,) * 2, (), (), {}, {}, "SELECT ?x WHERE { VALUES ?x { 1 } }")  # type: ignore[arg-type]
    try:
        literal = ox.Literal(value)
    except ValueError:
        return  # lone surrogates are no Unicode text
    rows = list(store.query(query.bind({"x": str(literal)})))  # type: ignore[arg-type]
    assert [row["x"].value for row in rows] == [value]
