"""What Python users get: data frames, tables in a notebook, SPARQL, errors; and the examples in docstrings."""

from __future__ import annotations

import doctest
import io
import pickle
import subprocess
import sys
import traceback
from html.parser import HTMLParser
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas
import polars
import pytest

import kg as package
from conftest import ROOT
from kg.errors import LimitReached, MissingFile, NotFound, Place, SyntaxProblem, UsageProblem
from kg.graph import KnowledgeGraph
from kg.source.project import Project
from kg.store.results import Table, to_html

# -- examples in docstrings -------------------------------------------------------------------------

PROMISED = ("ask", "query", "sparql", "find", "entity", "chain", "why", "audit", "to_rdflib", "to_networkx")


@pytest.mark.slow  # for rdflib and networkx, which read the whole graph
def test_every_promise_has_an_example_and_every_example_holds(
    world: KnowledgeGraph, world_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KG_STORE", str(world_project.store_folder))  # where kg.open("tests/world") finds it built
    monkeypatch.chdir(ROOT)
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner()
    known = {"kg": package, "graph": world}
    found, told = {}, io.StringIO()
    assert package.__version__ == version("xinzhi")
    for name in package.__all__:
        for test in finder.find(getattr(package, name), name, module=False, globs=known):
            found[test.name] = len(test.examples)
            runner.run(test, out=told.write)
    assert told.getvalue() == ""
    promised = [*(f"KnowledgeGraph.{m}" for m in PROMISED), "Table.to_pandas", "Table.to_polars", *package.__all__]
    assert [name for name in promised if not found.get(name)] == []


# -- data frames ------------------------------------------------------------------------------------

VALUES = """
SELECT ?integer ?decimal ?both ?truth ?iri ?text ?mixed ?none ?wrong ?long WHERE {
  VALUES (?integer ?decimal ?both ?truth ?iri ?text ?mixed ?none ?wrong ?long) {
    (9007199254740993 1.25 1 true co:qinglan "青岚纸坊"@zh 1.50 UNDEF "x"^^xsd:integer 99999999999999999999)
    (UNDEF UNDEF 2.5e0 UNDEF UNDEF UNDEF "a" UNDEF 2 1)
    (-2 4.0 UNDEF false seg:lantern-paper "" true UNDEF UNDEF UNDEF)
  }
}"""
EXPECTED: dict[str, tuple[str, list[Any]]] = {
    "integer": ("Int64", [9007199254740993, None, -2]),  # 2⁵³ + 1: a float would lose its last digit
    "decimal": ("Float64", [1.25, None, 4.0]),
    "both": ("Float64", [1.0, 2.5, None]),
    "truth": ("boolean", [True, None, False]),
    "iri": (
        "string",
        ["https://w3id.org/xinzhi/organization/qinglan", None, "https://w3id.org/xinzhi/segment/lantern-paper"],
    ),
    "text": ("string", ["青岚纸坊", None, ""]),
    "mixed": ("string", ["1.5", "a", "true"]),
    "none": ("string", [None, None, None]),
    "wrong": ("string", ["x", "2", None]),
    "long": ("string", ["99999999999999999999", "1", None]),
}


@pytest.fixture(scope="module")
def values(world: KnowledgeGraph) -> Table:
    found = world.sparql(VALUES)
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


def test_frames_of_no_rows_keep_the_columns_and_of_no_columns_the_rows(world: KnowledgeGraph) -> None:
    empty = world.sparql("SELECT ?x ?y WHERE { ?x <urn:nobody> ?y }")
    assert isinstance(empty, Table)
    assert empty.to_pandas().shape == empty.to_polars().shape == (0, 2)
    bare = world.sparql("SELECT * WHERE {}")
    assert isinstance(bare, Table)
    assert len(bare) == len(bare.to_pandas()) == 1


@pytest.mark.parametrize("name", ["market-size", "distance-to-targets", "growth-between-years", "audit-findings"])
def test_frames_hold_what_the_rows_hold(world: KnowledgeGraph, name: str) -> None:
    table = world.query(name)
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
        *["9007199254740993", "1.25", "1", "true", "co:qinglan", "青岚纸坊", "1.5"],
        "",
        "x",
        "99999999999999999999",
    ]
    assert cells.titles == [iri for iri in EXPECTED["iri"][1] if iri]
    assert cells.caption == ""


def test_html_escapes_what_a_query_can_put_into_it(world: KnowledgeGraph) -> None:
    attack = "<script>alert(1)</script><img src=x onerror='x'>&amp;"
    table = world.sparql(f'SELECT ("{attack}" AS ?x) (IRI("http://example.org/\'x") AS ?y) WHERE {{}}')
    assert isinstance(table, Table)
    page = table._repr_html_()
    assert "<script" not in page
    assert "<img" not in page
    assert Cells(page).rows[1] == [attack, "http://example.org/'x"]


def test_html_shows_a_hundred_rows_and_says_so(world: KnowledgeGraph) -> None:
    table = world.sparql("SELECT ?x WHERE { ?x ?p ?o } LIMIT 101")
    assert isinstance(table, Table)
    cells = Cells(table._repr_html_())
    assert len(cells.rows) == 1 + 100
    assert "101 行,显示前 100 行" in cells.caption
    assert "the first 100 of 101 rows" in cells.caption
    assert "limit" not in cells.caption
    assert Cells(to_html(table, 101)).caption == ""


def test_html_says_that_a_limit_cut_the_answer(world: KnowledgeGraph) -> None:
    cells = Cells(world.query("companies-of-industry", 2)._repr_html_())
    assert len(cells.rows) == 1 + 2
    assert "a row limit cut the answer" in cells.caption


# -- SPARQL, and errors as a Python user meets them -------------------------------------------------


def test_ill_typed_literals_and_triples_as_terms_come_as_text(world: KnowledgeGraph) -> None:
    found = world.sparql(
        'SELECT ("x"^^xsd:integer AS ?a) ("y"^^xsd:double AS ?b) (<<( co:qinglan a ivc:Company )>> AS ?c) {}'
    )
    assert isinstance(found, Table)
    (row,) = found
    assert (row["a"], row["b"]) == ("x", "y")
    assert row["c"].startswith("<<( <https://w3id.org/xinzhi/organization/qinglan> <")


def test_sparql_fails_as_ours(world: KnowledgeGraph) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        world.sparql("SELECT ?x WHERE {")
    assert caught.value.place is not None
    with pytest.raises(UsageProblem, match="opens no connection"):
        world.sparql("SELECT * WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")
    with pytest.raises(UsageProblem, match="rdflib cannot hold"):
        world.sparql("CONSTRUCT { <urn:a> <urn:b> <<( <urn:a> <urn:b> 1 )>> } {}")
    with pytest.raises(LimitReached, match="took more than"):
        world.sparql("ASK { ?a ?b ?c . ?d ?e ?f FILTER(CONCAT(STR(?c), STR(?f)) = '') }", seconds=0.2)
    assert world.sparql("ASK { ?a ?b ?c }", seconds=60) is True


def test_a_traceback_shows_place_and_next_step_also_from_another_process(world: KnowledgeGraph) -> None:
    with pytest.raises(NotFound) as caught:
        world.resolve("青岚纸行")
    assert caught.value.hint is not None
    for error in (caught.value, pickle.loads(pickle.dumps(caught.value))):
        assert "".join(traceback.format_exception(error)).count(caught.value.hint.en) == 1
    placed = SyntaxProblem(caught.value.what, place=Place("a.rq", 2, 3))
    assert "a.rq:2:3" in "".join(traceback.format_exception(placed))
