"""Rows in every format: values with their own digits, valid JSON, and what no format may trip over."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import Run
from kg.ask import plain as as_plain
from kg.ask.entity import described
from kg.ask.names import Names
from kg.faces.cli.render import cell
from kg.graph import KnowledgeGraph
from kg.store import spreadsheet
from kg.store.embedded import EmbeddedStore, to_table
from kg.store.results import WRITERS, Table, json_rows, to_csv, to_html, to_turtle
from kg.store.values import plain, written
from kg.terms import amount
from kg.vocab import BASE, IVC, PREFIXES, TYPE, XSD
from lookups import EMPTY

ODD = """SELECT (true AS ?t) (10/3 AS ?a) (1234567890123456.789 AS ?b) (0.0000001 AS ?c)
  ("NaN"^^xsd:double AS ?d) (1e400 AS ?e) (-1e400 AS ?f) {}"""
OWN = ["true", "3.333333333333333333", "1234567890123456.789", "0.0000001", "NaN", "INF", "-INF"]
TRIPLE = '<<( <urn:a> <urn:b> <<( <urn:a> <urn:b> "1"^^<http://www.w3.org/2001/XMLSchema#integer> )>> )>>'
NESTED = "SELECT (TRIPLE(<urn:a>, <urn:b>, TRIPLE(<urn:a>, <urn:b>, 1)) AS ?t) ?unbound {}"


def select(query: str) -> Table:
    """The table of *query*, as the engine answers it on nothing."""
    answer = ox.Store().query(query, prefixes=dict(PREFIXES))
    assert isinstance(answer, ox.QuerySolutions)
    return to_table(answer)


def typed(text: str, kind: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(XSD + kind))


def lines(text: str, apart: str) -> list[str]:
    return text.splitlines()[-1].strip("| ").split(apart)


def test_values_keep_their_own_digits_in_every_text_format() -> None:
    table = select(ODD)
    assert next(csv.reader(io.StringIO(to_csv(table).partition("\n")[2]))) == OWN
    assert lines(WRITERS["tsv"](table), "\t") == lines(WRITERS["md"](table), " | ") == OWN
    assert [cell(term, "zh", None) for term in table.rows[0]] == OWN
    for value in OWN:
        assert f">{value}</td>" in to_html(table)


@pytest.mark.parametrize("format_", ["json", "jsonl"])
def test_json_is_json_whatever_the_numbers(format_: str) -> None:
    def refuse(word: str) -> None:
        raise AssertionError(word)

    body = json.loads(WRITERS[format_](select(ODD)), parse_constant=refuse)
    (row,) = body["rows"] if format_ == "json" else [body]
    assert list(row.values()) == [True, 10 / 3, 1234567890123456.789, 1e-7, "NaN", "INF", "-INF"]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("9" * 400, "integer", int("9" * 400)),
        ("9" * 5000, "integer", "9" * 5000),
        ("-" + "9" * 5000, "integer", "-" + "9" * 5000),
        ("9" * 400 + ".5", "decimal", "9" * 400 + ".5"),
        ("9" * 5000, "decimal", "9" * 5000),
        ("+.5", "decimal", 0.5),
        ("5.", "decimal", 5.0),
        ("1e3", "decimal", "1e3"),
        ("INF", "decimal", "INF"),
        ("1_000", "integer", "1_000"),
        ("1_000.0", "double", "1_000.0"),
        ("２０３１", "integer", "２０３１"),
        (" 5", "integer", " 5"),
        ("infinity", "double", "infinity"),
        ("nan", "float", "nan"),
        ("+INF", "float", float("inf")),
        ("1", "boolean", True),
        ("0", "boolean", False),
        ("yes", "boolean", "yes"),
    ],
)
def test_a_value_is_a_number_if_xml_schema_says_so_and_python_can_hold_it(text: str, kind: str, value: object) -> None:
    term = typed(text, kind)
    assert plain(term) == value
    assert type(plain(term)) is type(value)
    assert written(term) == text
    table = Table(("x", "y"), ((term, None),))
    for name, write in WRITERS.items():
        assert text.strip() in write(table) or name in ("json", "jsonl")
    assert json.loads(json.dumps(json_rows(table), allow_nan=False))[0]["y"] is None


def test_a_triple_as_a_term_has_a_form_in_every_format(world: KnowledgeGraph) -> None:
    table = select(NESTED)
    assert next(csv.reader(io.StringIO(to_csv(table).partition("\n")[2]))) == [TRIPLE, ""]
    assert lines(WRITERS["tsv"](table).rstrip("\n"), "\t")[0] == TRIPLE
    assert lines(WRITERS["md"](table), " | ")[0] == TRIPLE
    assert json_rows(table) == [{"t": TRIPLE, "unbound": None}]
    assert next(csv.reader(io.StringIO(spreadsheet.csv(table).decode("utf-8-sig").partition("\n")[2]))) == [TRIPLE, ""]
    assert [cell(term, "en", names) for names in (None, world.names) for term in table.rows[0]] == [TRIPLE, ""] * 2
    back = [q.object for q in ox.parse(to_turtle(table), format=ox.RdfFormat.TURTLE)]
    assert table.rows[0][0] in back
    for frame in (table.to_pandas(), table.to_polars()):
        assert list(frame["t"]) == [TRIPLE]


@pytest.mark.parametrize("frame", [Table.to_pandas, Table.to_polars])
def test_frames_take_every_number(frame: Callable[[Table], object]) -> None:
    """A column with a number that a frame cannot hold is of texts."""
    terms = [typed("9" * 5000, "integer"), typed("1", "integer"), typed("9" * 400 + ".5", "decimal")]
    table = Table(("a", "b"), tuple((term, typed("NaN", "double")) for term in terms))
    made: Any = frame(table)
    assert list(made["a"]) == [term.value for term in terms]
    assert len(made["b"]) == len(terms)


@pytest.mark.parametrize(
    ("number", "told"), [(1e-7, "1e-07"), (-0.00001, "-1e-05"), (0.0, "0"), (0.5, "0.5"), (1e20, "100,000,000 万亿")]
)
def test_a_small_amount_is_not_shown_as_nothing(number: float, told: str) -> None:
    assert amount(number, "zh") == told


@pytest.mark.parametrize(
    ("number", "zh", "en"),
    [
        (505_950_000_000.0, "5059.5 亿", "505.95 billion"),
        (658_220_000_000.0, "6582.2 亿", "658.22 billion"),
        (1_200_000_000_000.0, "1.2 万亿", "1.2 trillion"),
        (1_064_460_000_000.0, "10,644.6 亿", "1,064.46 billion"),
        (1_064_400_000_000.0, "1.0644 万亿", "1,064.4 billion"),
        (999_999_000_000.0, "9999.99 亿", "999.999 billion"),
        (-1_800_000_000, "-18 亿", "-1.8 billion"),
        (123_456_789, "12,345.6789 万", "123,456,789"),
        (123_450_000, "1.2345 亿", "123.45 million"),
        (9_876.0, "9876", "9,876"),
        (12_345.6, "12,345.6", "12,345.6"),
        (20_000.0, "2 万", "20,000"),
        (14_000_000, "1400 万", "14 million"),
        (33.8, "33.8", "33.8"),
        (-0.5, "-0.5", "-0.5"),
        (-0.0, "0", "0"),
        (2 / 3, "0.6667", "0.6667"),
    ],
)
def test_an_amount_has_all_the_digits_that_were_printed(number: float, zh: str, en: str) -> None:
    assert (amount(number, "zh"), amount(number, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("number", "zh", "en"),
    [
        (19_658_750_000.0, "196.6 亿", "19.66 billion"),
        (505_950_000_000.0, "5059.5 亿", "506 billion"),
        (1_064_460_000_000.0, "1.064 万亿", "1.064 trillion"),
        (999_999_000_000.0, "1 万亿", "1 trillion"),
        (12_345.6, "1.235 万", "12,345.6"),
        (2 / 3, "0.6667", "0.6667"),
        (33.0, "33", "33"),
    ],
)
def test_a_calculated_amount_has_four_digits(number: float, zh: str, en: str) -> None:
    assert (amount(number, "zh", calculated=True), amount(number, "en", calculated=True)) == (zh, en)


@given(st.integers(1, 10**12 - 1), st.integers(-4, 12))
def test_no_digit_of_a_printed_number_is_lost(digits: int, zeros: int) -> None:
    number = float(Decimal(digits).scaleb(zeros))
    words = {"万": 4, "亿": 8, "万亿": 12, "million": 6, "billion": 9, "trillion": 12}
    for lang in ("zh", "en"):
        told, _, word = amount(number, lang).partition(" ")
        assert float(Decimal(told.replace(",", "")).scaleb(words.get(word, 0))) == number


@pytest.mark.parametrize("text", ["=1+1", "＝1+1", "-x", "\t=1", "@a", "-INF"])
def test_a_file_for_a_spreadsheet_holds_no_formula(text: str) -> None:
    kind = "double" if text == "-INF" else "string"
    body = spreadsheet.csv(
        Table(("x",), ((typed(text, kind),), (ox.Literal(-5),), (typed("-" + "9" * 400, "integer"),)))
    )
    assert body.startswith(b"\xef\xbb\xbfx\r\n")
    rows = [row for (row,) in csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))]
    assert rows == ["x", f"'{text}", "-5", "-" + "9" * 400]


def test_a_row_of_markdown_is_one_line() -> None:
    table = Table(("x",), ((ox.Literal("a\r\nb\u2028c\x0cd|e"),),))
    assert WRITERS["md"](table).splitlines() == ["| x |", "| --- |", "| a b c d\\|e |"]


def test_the_csv_of_the_shell_is_that_of_a_spreadsheet_but_for_sparql(kg: Run) -> None:
    """Decision 0011: saved queries and charts are opened in a spreadsheet; SPARQL results are exact."""
    for words in (["query", "companies-in-segment"], ["chain", "纸灯业"], ["find", "qinglan"], ["queries"]):
        assert kg(*words, "--format", "csv").stdout.startswith("\ufeff"), words
    body = kg("sparql", 'SELECT ("=1+1" AS ?x) (true AS ?y) (10/3 AS ?z) {}', "--format", "csv").stdout
    assert body.splitlines() == ["x,y,z", "=1+1,true,3.333333333333333333"]


def test_the_csv_of_the_shell_is_utf_8_whatever_the_terminal(kg: Run) -> None:
    for encoding in ("ascii", "gbk"):
        found = kg("queries", "--format", "csv", lang="zh", PYTHONIOENCODING=encoding, PYTHONUTF8="0").stdout
        assert "产业" in found.removeprefix("\ufeff")


@pytest.mark.parametrize("format_", ["table", "md", "json", "jsonl", "csv", "tsv", "ttl"])
def test_the_shell_prints_any_term(kg: Run, format_: str) -> None:
    asked = f'{NESTED.removesuffix("?unbound {}")} ("{"9" * 5000}"^^xsd:integer AS ?n) ("x"^^xsd:decimal AS ?i) ("NaN"^^xsd:double AS ?d) {{}}'
    found = kg("sparql", asked, "--format", format_, COLUMNS="9000").stdout
    for wanted in ("urn:a", "9" * 5000, "NaN"):
        assert wanted in found


@pytest.mark.parametrize("seconds", ["nan", "-nan", "inf", "-1", "0", "1e9", "x"])
def test_a_time_limit_that_is_none_is_refused(kg: Run, seconds: str) -> None:
    for lang in ("zh", "en"):
        done = kg("sparql", "ASK {}", f"--timeout={seconds}", lang=lang, code=2)
        assert "--timeout" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words", [["sparql", "SELECT * { ?s a ivc:Industry }"], ["query", "market-size"], ["find", "qinglan"], ["stats"]]
)
def test_a_limit_may_be_huge(kg: Run, words: list[str]) -> None:
    assert kg(*words, "--limit", "9" * 400).stdout == kg(*words, "--limit", "9000").stdout != ""


@pytest.mark.parametrize(
    ("number", "told"), [(float("nan"), "NaN"), (float("-inf"), "-INF"), (10**400, "1" + "0" * 400)]
)
def test_an_amount_that_no_float_holds_is_told_as_it_is(number: float, told: str) -> None:
    assert {amount(number, lang) for lang in ("zh", "en")} == {told}


def test_what_is_known_of_a_thing_is_json_whatever_its_numbers(tmp_path: Path) -> None:
    thing, graph = ox.NamedNode(f"{BASE}observation/x"), ox.NamedNode(f"{BASE}graph/entities")
    values = [typed(text, "double") for text in ("NaN", "INF", "1.5")] + [typed("9" * 400, "decimal")]
    quads = [
        ox.Quad(thing, ox.NamedNode(f"{IVC}value"), value, g) for value in values for g in (graph, ox.DefaultGraph())
    ]
    declared = ox.NamedNode("http://www.w3.org/2002/07/owl#DatatypeProperty")
    quads.append(ox.Quad(ox.NamedNode(f"{IVC}value"), ox.NamedNode(TYPE), declared))
    file = tmp_path / "dataset.nq"
    file.write_bytes(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")
    names = Names(EMPTY)
    found = described(EmbeddedStore(file, in_memory=True), names, thing.value)
    assert found is not None
    body = json.loads(json.dumps(as_plain.entity(found, names), allow_nan=False))
    assert sorted(map(str, (v["value"] for v in body["values"]))) == sorted(["NaN", "INF", "1.5", "9" * 400])
