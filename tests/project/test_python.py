"""The Python door: tables and data frames, the examples of the docstrings, of docs/python.md and of the notebook.

``KG_GOLDEN=write scripts/test -n0 tests/project/test_python.py`` renews what the pages and the notebook show; read it before it is committed.
"""

from __future__ import annotations

import doctest
import io
import os
import pickle
import re
import subprocess
import sys
import traceback
from contextlib import redirect_stdout
from html.parser import HTMLParser
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat
import pandas
import polars
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

import kg as package
from conftest import ROOT
from kg.errors import LimitReached, MissingFile, NotFound, Place, SyntaxProblem, UsageProblem
from kg.graph import KnowledgeGraph
from kg.source.project import Project
from kg.store.results import Table, to_html

PAGES = [ROOT / "docs" / name for name in ("python.md", "python.zh.md")]
BLOCK = re.compile(r"```python\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", re.DOTALL)
NOTEBOOK = ROOT / "docs" / "notebook.ipynb"
WRITE = os.environ.get("KG_GOLDEN") == "write"
PROMISED = ("query", "sparql", "find", "entity", "chain", "why", "audit", "to_rdflib", "to_networkx")


@pytest.fixture
def at_home(graph: KnowledgeGraph, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """``kg.open()``, here and in processes started from here, finds the graph of this run; paths are those of the checkout."""
    monkeypatch.setenv("KG_PROJECT", str(project.root))
    monkeypatch.setenv("KG_STORE", str(project.store))
    monkeypatch.chdir(ROOT)


# -- data frames ------------------------------------------------------------------------------------

VALUES = """
SELECT ?integer ?decimal ?both ?truth ?iri ?text ?mixed ?none ?wrong ?long WHERE {
  VALUES (?integer ?decimal ?both ?truth ?iri ?text ?mixed ?none ?wrong ?long) {
    (9007199254740993 1.25 1 true co:byd "比亚迪"@zh 1.50 UNDEF "x"^^xsd:integer 99999999999999999999)
    (UNDEF UNDEF 2.5e0 UNDEF UNDEF UNDEF "a" UNDEF 2 1)
    (-2 4.0 UNDEF false seg:space-satellite "" true UNDEF UNDEF UNDEF)
  }
}"""
EXPECTED: dict[str, tuple[str, list[Any]]] = {
    "integer": ("Int64", [9007199254740993, None, -2]),  # 2⁵³ + 1: a float would lose its last digit
    "decimal": ("Float64", [1.25, None, 4.0]),
    "both": ("Float64", [1.0, 2.5, None]),
    "truth": ("boolean", [True, None, False]),
    "iri": (
        "string",
        ["https://w3id.org/xinzhi/organization/byd", None, "https://w3id.org/xinzhi/segment/space-satellite"],
    ),
    "text": ("string", ["比亚迪", None, ""]),
    "mixed": ("string", ["1.5", "a", "true"]),
    "none": ("string", [None, None, None]),
    "wrong": ("string", ["x", "2", None]),
    "long": ("string", ["99999999999999999999", "1", None]),
}


@pytest.fixture(scope="module")
def values(graph: KnowledgeGraph) -> Table:
    found = graph.sparql(VALUES)
    assert isinstance(found, Table)
    return found


def test_pandas_columns_keep_their_types(values: Table) -> None:
    frame = values.to_pandas()
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {n: kind for n, (kind, _) in EXPECTED.items()}
    shown = {name: [None if v is pandas.NA else v for v in frame[name]] for name in frame}
    assert shown == {name: found for name, (_, found) in EXPECTED.items()}


def test_polars_columns_keep_their_types(values: Table) -> None:
    frame = values.to_polars()
    kinds = {"Int64": polars.Int64, "Float64": polars.Float64, "boolean": polars.Boolean, "string": polars.String}
    assert frame.schema == {name: kinds[kind] for name, (kind, _) in EXPECTED.items()}
    assert frame.to_dict(as_series=False) == {name: found for name, (_, found) in EXPECTED.items()}


def test_frames_of_no_rows_keep_the_columns_and_of_no_columns_the_rows(graph: KnowledgeGraph) -> None:
    empty = graph.sparql("SELECT ?x ?y WHERE { ?x <urn:nobody> ?y }")
    assert isinstance(empty, Table)
    assert empty.to_pandas().shape == empty.to_polars().shape == (0, 2)
    bare = graph.sparql("SELECT * WHERE {}")
    assert isinstance(bare, Table)
    assert len(bare) == len(bare.to_pandas()) == 1


@pytest.mark.parametrize("name", ["market-size", "distance-to-targets", "growth-between-years", "audit-findings"])
def test_frames_hold_what_the_rows_hold(graph: KnowledgeGraph, name: str) -> None:
    table = graph.query(name)
    rows = list(table)
    assert table.to_polars().rows(named=True) == rows
    assert table.to_pandas().astype(object).replace({pandas.NA: None}).to_dict("records") == rows


@pytest.mark.parametrize(("library", "method"), [("pandas", "to_pandas"), ("polars", "to_polars")])
def test_a_library_that_is_not_there_is_named_with_its_command(
    values: Table, library: str, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)  # how Python marks a module that cannot be imported
    with pytest.raises(MissingFile, match=f"{library} is not installed") as caught:
        getattr(values, method)()
    assert caught.value.hint is not None
    assert f"pip install {library}" in caught.value.hint.en
    assert f"pip install {library}" in caught.value.hint.zh
    assert f"pip install {library}" in "".join(traceback.format_exception(caught.value))


def test_a_broken_library_says_so_itself(values: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "polars.py").write_text("import a_part_that_is_gone")
    monkeypatch.delitem(sys.modules, "polars")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="a_part_that_is_gone"):
        values.to_polars()


def test_neither_library_is_loaded_before_a_frame_is_asked_for() -> None:
    code = "import sys, kg.graph, kg.store.results; print({'pandas', 'polars'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


# -- what a notebook shows --------------------------------------------------------------------------


class Cells(HTMLParser):
    """The texts of the cells of each row, and of the caption; fails on a tag that is not of a plain table."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.caption, self.titles, self._open = "", [], [""]
        self.feed(page)
        self.close()
        assert self._open == [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ("table", "caption", "br", "thead", "tbody", "tr", "th", "td")
        if tag != "br":
            self._open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("th", "td"):
            self.rows[-1].append("")
            self.titles += [value for name, value in attrs if name == "title"]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1] in ("th", "td"):
            self.rows[-1][-1] += data
        elif self._open[-1] == "caption":
            self.caption += data
        else:
            assert data.isspace()


def test_html_holds_the_cells_and_shortens_iris(values: Table) -> None:
    cells = Cells(values._repr_html_())
    assert cells.rows[0] == list(values.columns)
    assert cells.rows[1] == [
        *["9007199254740993", "1.25", "1", "true", "co:byd", "比亚迪", "1.5"],
        "",
        "x",
        "99999999999999999999",
    ]
    assert cells.titles == [iri for iri in EXPECTED["iri"][1] if iri]
    assert cells.caption == ""


def test_html_escapes_what_a_query_can_put_into_it(graph: KnowledgeGraph) -> None:
    attack = "<script>alert(1)</script><img src=x onerror='x'>&amp;"
    table = graph.sparql(f'SELECT ("{attack}" AS ?x) (IRI("http://example.org/\'x") AS ?y) WHERE {{}}')
    assert isinstance(table, Table)
    page = table._repr_html_()
    assert "<script" not in page
    assert "<img" not in page
    assert Cells(page).rows[1] == [attack, "http://example.org/'x"]


def test_html_shows_a_hundred_rows_and_says_so(graph: KnowledgeGraph) -> None:
    table = graph.sparql("SELECT ?x WHERE { ?x ?p ?o } LIMIT 101")
    assert isinstance(table, Table)
    cells = Cells(table._repr_html_())
    assert len(cells.rows) == 1 + 100
    assert "101 行,显示前 100 行" in cells.caption
    assert "the first 100 of 101 rows" in cells.caption
    assert "limit" not in cells.caption
    assert Cells(to_html(table, 101)).caption == ""


def test_html_says_that_a_limit_cut_the_answer(graph: KnowledgeGraph) -> None:
    cells = Cells(graph.query("companies-in-segment", 2)._repr_html_())
    assert len(cells.rows) == 1 + 2
    assert "a row limit cut the answer" in cells.caption


# -- SPARQL, and errors as a Python user meets them -------------------------------------------------


def test_ill_typed_literals_and_triples_as_terms_come_as_text(graph: KnowledgeGraph) -> None:
    found = graph.sparql(
        'SELECT ("x"^^xsd:integer AS ?a) ("y"^^xsd:double AS ?b) (<<( co:byd a ivc:Company )>> AS ?c) {}'
    )
    assert isinstance(found, Table)
    (row,) = found
    assert (row["a"], row["b"]) == ("x", "y")
    assert row["c"].startswith("<<( <https://w3id.org/xinzhi/organization/byd> <")


def test_sparql_fails_as_ours(graph: KnowledgeGraph) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        graph.sparql("SELECT ?x WHERE {")
    assert caught.value.place is not None
    with pytest.raises(UsageProblem, match="opens no connection"):
        graph.sparql("SELECT * WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")
    with pytest.raises(UsageProblem, match="rdflib cannot hold"):
        graph.sparql("CONSTRUCT { <urn:a> <urn:b> <<( <urn:a> <urn:b> 1 )>> } {}")
    with pytest.raises(LimitReached, match="took more than"):
        graph.sparql("ASK { ?a ?b ?c . ?d ?e ?f FILTER(CONCAT(STR(?c), STR(?f)) = '') }", seconds=0.2)
    assert graph.sparql("ASK { ?a ?b ?c }", seconds=60) is True


def test_a_traceback_shows_place_and_next_step_also_from_another_process(graph: KnowledgeGraph) -> None:
    with pytest.raises(NotFound) as caught:
        graph.resolve("比亚笛公司")
    assert caught.value.hint is not None
    for error in (caught.value, pickle.loads(pickle.dumps(caught.value))):
        assert "".join(traceback.format_exception(error)).count(caught.value.hint.en) == 1
    placed = SyntaxProblem(caught.value.what, place=Place("a.rq", 2, 3))
    assert "a.rq:2:3" in "".join(traceback.format_exception(placed))


# -- examples ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_every_promise_has_an_example_and_every_example_holds(graph: KnowledgeGraph, at_home: None) -> None:
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner()
    world = {"kg": package, "graph": graph}
    found, told = {}, io.StringIO()
    assert package.__version__ == version("xinzhi")
    for name in package.__all__:
        for test in finder.find(getattr(package, name), name, module=False, globs=world):
            found[test.name] = len(test.examples)
            runner.run(test, out=told.write)
    assert told.getvalue() == ""
    promised = [*(f"KnowledgeGraph.{m}" for m in PROMISED), "Table.to_pandas", "Table.to_polars", *package.__all__]
    assert [name for name in promised if not found.get(name)] == []


@pytest.mark.slow  # for the server
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page(page: Path, url: str, at_home: None) -> None:
    """Blocks run in order in one namespace; the address on the page stands for a real server that holds the graph."""
    world: dict[str, Any] = {}

    def run(block: re.Match[str]) -> str:
        out = io.StringIO()
        with redirect_stdout(out):
            exec(compile(block[1].replace("http://localhost:7878", url), page.name, "exec"), world)
        printed = re.sub(r" +$", "", out.getvalue(), flags=re.MULTILINE).rstrip("\n") + "\n"
        return f"```python\n{block[1]}```\n" + (f"\n```text\n{printed}```\n" if out.getvalue() else "")

    text = page.read_text(encoding="utf-8")
    fresh = BLOCK.sub(run, text)
    assert world["remote"].url == url
    if WRITE:
        page.write_text(fresh, encoding="utf-8")
        text = fresh
    assert fresh == text


def test_both_pages_show_the_same_and_every_promise() -> None:
    code = [[block[1] for block in BLOCK.finditer(page.read_text(encoding="utf-8"))] for page in PAGES]
    assert len(code[0]) == len(code[1])
    calls = [re.findall(r"(?<=\.)\w+(?=\()", "".join(blocks)) for blocks in code]
    assert calls[0] == calls[1]
    assert {"open", *PROMISED, "to_pandas", "to_polars"} <= set(calls[0])


@pytest.mark.slow  # for rdflib, which reads the whole graph
@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_example_of_the_readme_runs(name: str, at_home: None) -> None:
    (block,) = BLOCK.findall((ROOT / name).read_text(encoding="utf-8"))
    exec(compile(block[0], name, "exec"), {})


@pytest.mark.slow  # for the kernel
def test_notebook(at_home: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs without an error or a word on stderr, a warning included, and shows what the committed outputs show."""
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path))  # not the settings, kernels and start-up files of whoever runs the test
    committed = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(committed)
    asks = new_code_cell("import sys\nprint(sys.executable)")
    fresh = nbformat.from_dict({**committed, "cells": [*({**cell} for cell in committed.cells), asks]})
    options = {
        "kernel_name": "python3",
        "record_timing": False,
        "coalesce_streams": True,
    }  # however the kernel parts it
    NotebookClient(fresh, timeout=120, **options).execute()
    assert fresh.cells.pop().outputs[0].text.strip() == sys.executable
    shown = [_outputs(cell) for cell in fresh.cells]
    assert [
        out
        for outs in shown
        for out in outs
        if out["output_type"] in ("error", "stream") and out.get("name") != "stdout"
    ] == []
    if WRITE:
        fresh.metadata = committed.metadata
        nbformat.write(fresh, NOTEBOOK)
        committed = fresh
    assert shown == [_outputs(cell) for cell in committed.cells]


def _outputs(cell: Any) -> list[dict[str, Any]]:
    return [dict(out) for out in cell.get("outputs", [])]
