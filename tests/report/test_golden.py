"""Every saved query, asked of the packaged report: golden rows, and columns that hold what they say."""

from __future__ import annotations

import os
import timeit
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from conftest import ROOT
from kg.ask.tables import with_labels
from kg.graph import KnowledgeGraph
from kg.store.results import to_tsv
from kg.vocab import XSD

QUERIES = sorted(path.stem for path in (ROOT / "queries").glob("*.rq"))
STRINGS = (XSD + "string", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString")
GOLDEN = Path(__file__).parent / "golden"
PAIRS = {"links-between-companies", "links-between-things"}
"""Queries of which one parameter is left open at a time: any thing with any other has hundreds of thousands of rows."""


@pytest.mark.slow
@pytest.mark.parametrize("name", QUERIES)
def test_golden_rows(name: str, report: KnowledgeGraph) -> None:
    """The rows for the parameters in the first line of the golden file (``# segment=…``), or for the defaults.

    KG_GOLDEN=write writes the file of a new query, and renews the files after a change of data, to be read in the diff.
    """
    golden, writes = GOLDEN / f"{name}.tsv", os.environ.get("KG_GOLDEN") == "write"
    text = golden.read_text(encoding="utf-8") if golden.exists() or not writes else ""
    first, _, rest = text.partition("\n")
    asked = dict(pair.split("=") for pair in first[2:].split(" ")) if first.startswith("# ") else {}
    rows = to_tsv(report.query(name, **asked))
    if writes:
        golden.write_text(f"{first}\n{rows}" if asked else rows, encoding="utf-8")
    assert (rest if asked else f"{first}\n{rest}") == rows


def test_no_golden_file_without_its_query() -> None:
    assert sorted(p.stem for p in GOLDEN.glob("*.tsv")) == QUERIES


@pytest.mark.slow
@pytest.mark.parametrize("name", QUERIES)
def test_columns_hold_what_they_say(name: str, report: KnowledgeGraph) -> None:
    """A column with a type holds such values, any other one things; whatever is asked for, and if nothing is found."""
    query = report.catalogue.get(name)
    each = [{p.name: "UNDEF"} for p in query.params]
    open_ = each if name in PAIRS else [{param: "UNDEF" for one in each for param in one}]
    for bound in ({}, *open_):
        table = report.store.select(query.bind(bound), shown=name, limit=5000)
        for column, terms in zip(table.columns, zip(*table.rows, strict=True), strict=False):
            there = [t for t in terms if t is not None]
            if query.types.get(column) == "string":
                assert all(t.datatype.value in STRINGS for t in there), column
            elif column in query.types:
                assert all(isinstance(t, ox.Literal) and float(t.value) is not None for t in there), column
            else:
                assert not there or any(isinstance(t, ox.NamedNode) for t in there), column
        for lang in ("zh", "en"):
            labelled = with_labels(table, lang, report.names, query.things)
            assert labelled.columns == with_labels(replace(table, rows=()), lang, report.names, query.things).columns


@pytest.mark.slow
def test_no_saved_query_reads_the_graph_over_and_over(report: KnowledgeGraph) -> None:
    """The measure is one reading of all named graphs in this process, so that the machine's speed does not count.

    A name compared only after every quad was paired with every label cost 20 to 40 of them.
    """

    def seconds(sparql: str, tries: int) -> float:
        return min(timeit.repeat(lambda: report.store.select(sparql), number=1, repeat=tries))

    def slow(names: Iterable[str]) -> dict[str, float]:
        reading = seconds("SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }", 5)
        took = {name: seconds(report.catalogue.get(name).sparql, 2) / reading for name in names}
        return {name: round(times, 1) for name, times in took.items() if times > 12}

    found = slow(QUERIES)
    for _ in range(4):  # the machine may have been busy with something else
        found = slow(found)
    assert found == {}
