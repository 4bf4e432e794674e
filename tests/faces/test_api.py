"""The API as programs use it: its OpenAPI document, driven by schemathesis; saved queries in every format; each problem."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import openpyxl
import pyoxigraph as ox
import pytest
import requests
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

import w3c
from conftest import ROOT, WORLD, Server, served
from kg.ask.sheet import sheet
from kg.ask.tables import plain_table, with_labels
from kg.errors import StaleCursor, UsageProblem
from kg.faces.sheets import xlsx
from kg.faces.web import negotiate, rows
from kg.faces.web.app import Routes
from kg.faces.web.problems import STATUS, TITLES, TYPE
from kg.faces.web.settings import Settings
from kg.graph import KnowledgeGraph
from kg.service.service import Options, Service
from kg.source.project import Project
from kg.source.queryfile import read
from kg.store.formats import GRAPHS
from kg.store.results import Table, to_csv, to_markdown, to_tsv
from kg.store.values import Term

SAVED = {
    path.stem: read(path, path.name)
    for folder in (ROOT / "queries", WORLD / "queries")
    for path in sorted(folder.glob("*.rq"))
}
NAMES = sorted(SAVED)
PATHS = [
    "/",
    "/ask",
    "/ask.json",
    "/audit",
    "/audit.json",
    "/chain/{industry}",
    "/chain/{industry}.json",
    "/chain/{industry}.svg",
    "/chain/{industry}.png",
    "/cite",
    "/cite.json",
    "/compare",
    "/compare.json",
    *(
        f"/{name}.{file}"
        for name in ("audit", "chain/{industry}", "compare", "matrix/{name}")
        for file in ("csv", "xlsx")
    ),
    "/explore",
    "/explore.json",
    "/figures",
    "/figures.json",
    "/figures.svg",
    "/healthz",
    "/matrix/{name}",
    "/matrix/{name}.json",
    "/metrics",
    "/ns",
    "/align",
    "/picture.svg",
    "/picture.png",
    "/path",
    "/path.json",
    "/problem/{code}",
    "/queries",
    "/queries.json",
    "/queries/{name}",
    "/readyz",
    "/resource",
    "/search",
    "/search.json",
    "/sparql",
    "/void",
    "/why",
    "/why.json",
    "/{kind}/{slug}",
    "/{kind}/{slug}.{format}",
    *(f"/queries/{name}.{{format}}" for name in NAMES),
]
"""Every path of the document."""
OF_A_KIND = {tuple((p.type, p.choices) for p in SAVED[name].params): name for name in NAMES}
DISTINCT = [
    *(path for path in PATHS if path.removeprefix("/queries/").removesuffix(".{format}") not in NAMES),
    *(f"/queries/{name}.{{format}}" for name in OF_A_KIND.values()),
]
"""Of the saved queries only one for each list of types of parameters: the others' operations differ in names alone."""
LEFT_OUT = {
    "/openapi.json": "the document itself",
    "/.well-known/void": "a redirection to /void",
    "/dataset": "another",
    "/completion.json": "what the editor of the page /sparql completes",
    "/static/{name:path}": "style sheets and scripts of the pages",
}
PAGED = "passages-of-industry"
"""A saved query of forty rows."""
RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"


@pytest.fixture(scope="module")
def http(world_server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=world_server.url, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def document(http: httpx.Client) -> dict[str, Any]:
    response = http.get("/openapi.json")
    assert response.status_code == 200
    body: dict[str, Any] = response.json()
    return body


# -- the document -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_document_is_openapi_3_1(document: dict[str, Any], world_server: Server) -> None:
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"].startswith("3.1.")
    assert document["servers"] == [{"url": world_server.url}]


def test_every_saved_query_has_its_operation(document: dict[str, Any], world: KnowledgeGraph) -> None:
    assert sorted(document["paths"]) == sorted(PATHS)
    for query in world.catalogue:
        operation = document["paths"][f"/queries/{query.name}.{{format}}"]["get"]
        assert operation["operationId"] == query.name
        assert operation["summary"] == world.catalogue.question(query).en
        own = [p["name"] for p in operation["parameters"] if p["name"] not in ("format", *rows.RESERVED)]
        assert own == [p.name for p in query.params]
        assert not set(own) & set(rows.RESERVED)


def test_every_route_is_in_the_document(document: dict[str, Any]) -> None:
    routes = {route.path for route in Routes(Settings(store="nowhere"), Service(Options(Path("nowhere"), ""))).table()}
    named = {path.removesuffix(".{format}") for path in document["paths"]} | set(LEFT_OUT)
    told = {"/chain/{name}": "/chain/{industry}", "/{path:path}": "/{kind}/{slug}"}
    assert {told.get(path, path) for path in routes} <= named


def test_operations_have_names_of_their_own(document: dict[str, Any]) -> None:
    named = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(named) == len(set(named))


@pytest.mark.parametrize("path", PATHS)
def test_the_document_s_own_examples_are_answered(document: dict[str, Any], http: httpx.Client, path: str) -> None:
    operation = document["paths"][path]["get"]
    params = {(p["in"], p["name"]): p for p in operation["parameters"]}
    place = {name: _example(p) for (where, name), p in params.items() if where == "path" and name != "format"}
    asked = {name: p["example"] for (where, name), p in params.items() if where == "query" and "example" in p}
    formats = params[("path", "format")]["schema"]["enum"] if ("path", "format") in params else [""]
    for format_ in formats[:1] if path.startswith("/queries/") else formats:  # test_every_format… asks the others
        response = http.get(path.format(**place, format=format_), params=asked)
        assert response.status_code == 200, response.text
        assert response.headers["content-type"].partition(";")[0] in operation["responses"]["200"]["content"]


def _example(param: dict[str, Any]) -> str:
    return str(param.get("example") or param["schema"]["enum"][0])


@pytest.fixture(scope="module")
def schema(world_server: Server) -> Any:
    return schemathesis.openapi.from_url(f"{world_server.url}/openapi.json")


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


@pytest.mark.slow
@pytest.mark.parametrize("path", DISTINCT)
def test_no_request_gets_an_undocumented_answer(
    document: dict[str, Any], schema: Any, session: requests.Session, path: str
) -> None:
    """All of schemathesis' checks but one: the schema cannot say which texts are SPARQL or name a thing."""
    for method, described in document["paths"][path].items():
        operation = schema[path][method.upper()]
        inputs = described["parameters"] or described.get("requestBody")
        for mode in GenerationMode if inputs else (GenerationMode.POSITIVE,):

            @given(case=operation.as_strategy(mode))
            @settings(
                max_examples=3,
                derandomize=True,
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            def ask(case: Any) -> None:
                assume("" not in (case.query or {}).values())  # as a form sends it: the parameter's default
                case.call_and_validate(session=session, excluded_checks=[positive_data_acceptance])

            ask()


# -- saved queries ------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_format_has_the_rows_that_python_has(http: httpx.Client, world: KnowledgeGraph, name: str) -> None:
    table = world.query(name)
    labelled = with_labels(table, "en", world.names, world.catalogue.get(name).things)
    got = {format_: http.get(f"/queries/{name}.{format_}?lang=en&limit=10000") for format_ in rows.FORMATS}
    for format_, response in got.items():
        assert response.status_code == 200, response.text
        assert response.headers["content-type"] == rows.FORMATS[format_]
        assert response.headers["x-total-count"] == str(len(table))
        assert "link" not in response.headers
        attached = response.headers.get("content-disposition")
        assert attached == (f'attachment; filename="{name}.{format_}"' if format_ in ("csv", "tsv", "xlsx") else None)
    assert got["json"].json()["rows"] == list(labelled)
    assert _csv(got["csv"]) == list(csv.reader(io.StringIO(to_csv(labelled), newline="")))
    assert got["tsv"].text == to_tsv(labelled)
    assert got["md"].text == to_markdown(labelled)
    assert len(_xlsx(got["xlsx"])) == len(table) + 1
    assert _solutions(got["ttl"].content) == Counter(_bindings(table.columns, row) for row in table.rows)


def _csv(response: httpx.Response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


def _xlsx(response: httpx.Response) -> list[list[Any]]:
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    try:
        return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    finally:
        book.close()


def _solutions(turtle: bytes) -> Counter[Any]:
    triples = w3c.read(turtle, GRAPHS[0])
    assert isinstance(triples, frozenset)
    about: dict[Any, dict[str, list[Any]]] = {}
    for triple in triples:
        about.setdefault(triple.subject, {}).setdefault(triple.predicate.value.removeprefix(RS), []).append(
            triple.object
        )
    (result,) = (node for node, said in about.items() if "resultVariable" in said)
    found: Counter[Any] = Counter()
    for solution in about[result].get("solution", ()):
        bound = [about[node] for node in about.get(solution, {}).get("binding", ())]
        found[frozenset((b["variable"][0].value, b["value"][0]) for b in bound)] += 1
    return found


def _bindings(columns: tuple[str, ...], row: tuple[Term | None, ...]) -> Any:
    return frozenset((column, term) for column, term in zip(columns, row, strict=True) if term is not None)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_a_program_needs_to_know_stands_beside_the_rows(
    http: httpx.Client, world: KnowledgeGraph, lang: str
) -> None:
    query, segment = world.catalogue.get("companies-in-segment"), world.resolve("灯纸", "Segment")
    table = world.query(query.name, segment=segment.iri)
    question = world.catalogue.question(query, {"segment": segment.iri})
    assert "lantern paper" in question.en
    for name in ("灯纸", "燈紙", "lantern paper", segment.iri, segment.iri.rpartition("/")[2]):
        body = http.get(f"/queries/{query.name}.json", params={"segment": name, "lang": lang}).json()
        assert body.pop("elapsed") >= 0
        assert body == {
            "query": query.name,
            "title": {"zh": query.title.zh, "en": query.title.en},
            "question": {"zh": question.zh, "en": question.en},
            "params": {"segment": segment.iri},
            "columns": [
                {"name": c, "type": "term", "label": {"zh": query.columns[c].zh, "en": query.columns[c].en}}
                for c in table.columns
            ],
            "rows": list(with_labels(table, lang, world.names, query.things)),
            "offset": 0,
            "total": len(table),
            "truncated": False,
            "next": None,
            "note": None,
            "dataset": world.manifest["dataset_sha256"],
        }


LANGUAGES = {
    ("", ""): "zh",
    ("", "en"): "en",
    ("", "en-GB,en;q=0.9"): "en",
    ("", "zh-TW"): "zh",
    ("", "zh;q=0.3, en;q=0.8"): "en",
    ("", "en;q=0.3, zh-Hans-CN;q=0.8"): "zh",
    ("", "en, zh"): "zh",
    ("", "fr"): "en",
    ("", "fr, *;q=0.1"): "zh",
    ("", "zh;q=0"): "en",
    ("zh", "en"): "zh",
    ("en", "zh"): "en",
}


@pytest.mark.parametrize(("lang", "accepted"), LANGUAGES)
def test_the_language_is_the_one_asked_for(http: httpx.Client, lang: str, accepted: str) -> None:
    params, headers = ({"lang": lang} if lang else {}), {"Accept-Language": accepted}
    wanted = LANGUAGES[lang, accepted]
    row = http.get("/queries/companies-in-segment.json", params=params, headers=headers).json()["rows"][0]
    assert row["company_label"].isascii() == (wanted == "en")
    page = http.get("/industry/wind-chimes.html", params=params, headers=headers)
    assert f'<html lang="{wanted}">' in page.text
    assert page.headers["content-language"] == wanted
    for path in ("/nothing/such", "/static/nothing"):  # of a worker, and of the server
        assert http.get(path, params=params, headers=headers).json()["detail"].isascii() == (wanted == "en")


# -- pages of rows ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 7, 20, 39, 40, 41])
def test_pages_hold_every_row_once(http: httpx.Client, world: KnowledgeGraph, limit: int) -> None:
    whole = list(with_labels(world.query(PAGED), "en", world.names, world.catalogue.get(PAGED).things))
    assert len(whole) == 40
    asked = {"limit": str(limit), "lang": "en"}
    got: list[dict[str, Any]] = []
    while True:
        body = http.get(f"/queries/{PAGED}.json", params=asked).json()
        assert body["offset"] == len(got)
        got += body["rows"]
        assert body["total"] == len(whole)
        assert body["truncated"] == (body["next"] is not None) == (len(got) < len(whole))
        if body["next"] is None:
            break
        assert len(body["rows"]) == limit
        asked["cursor"] = body["next"]
    assert got == whole


@pytest.mark.parametrize("format_", rows.FORMATS)
def test_a_page_names_the_next_one(http: httpx.Client, format_: str) -> None:
    path, pages = f"/queries/{PAGED}.{format_}?limit=15&lang=en", []
    while path:
        response = http.get(path)
        assert response.status_code == 200
        pages.append(response)
        assert response.headers["x-total-count"] == pages[0].headers["x-total-count"]
        found = re.fullmatch(r'<(/queries/[^>]+)>; rel="next"', response.headers.get("link", ""))
        path = found[1] if found else ""
    assert len(pages) == -(-int(pages[0].headers["x-total-count"]) // 15)
    assert len({page.content for page in pages}) == len(pages)


def test_a_person_can_turn_the_pages(http: httpx.Client, world: KnowledgeGraph) -> None:
    path, seen = f"/queries/{PAGED}?limit=15", 0
    while path:
        text = http.get(path, headers={"Accept": "text/html"}).text
        seen += text.count("<tr>") - 1
        found = re.search(r'<a rel="next" href="([^"]+)"', text)
        path = found[1].replace("&amp;", "&") if found else ""
    assert seen == len(world.query(PAGED))


def _mark(told: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


MANGLED = {
    "no base64": "!!!!",
    "汉字": "汉字",
    "of no JSON": base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    "too short": "x",
    "a number": _mark(5),
    "an object": _mark({"a": 1, "b": 2}),
    "two letters": _mark("ab"),
    "a null": _mark(None),
    "one of two": _mark(["0000000000000000"]),
    "three": _mark(["0000000000000000", 1, 2]),
    "no row": _mark(["0000000000000000", "1"]),
    "half a row": _mark(["0000000000000000", 1.5]),
    "before the first": _mark(["0000000000000000", -1]),
    "deep": base64.urlsafe_b64encode(b"[" * 20_000).decode(),
    "a very long number": base64.urlsafe_b64encode(b'["0",' + b"9" * 5_000 + b"]").decode(),
}


@pytest.mark.parametrize("case", MANGLED)
def test_a_mangled_cursor(http: httpx.Client, case: str) -> None:
    for suffix in (".json", ".csv"):
        response = http.get(f"/queries/{PAGED}{suffix}", params={"cursor": MANGLED[case]})
        assert (response.status_code, response.json()["type"]) == (400, f"{TYPE}usage")


def test_a_cursor_is_for_its_own_question_and_dataset(http: httpx.Client) -> None:
    first = http.get(f"/queries/{PAGED}.json?limit=5").json()["next"]
    assert http.get(f"/queries/{PAGED}.json", params={"limit": "9", "cursor": first}).json()["offset"] == 5
    for name, params in ((PAGED, {"industry": "风铃业"}), ("things-by-mentions", {})):
        response = http.get(f"/queries/{name}.json", params={**params, "cursor": first})
        assert (response.status_code, response.json()["type"]) == (410, f"{TYPE}stale-cursor")
    mark, offset = json.loads(base64.urlsafe_b64decode(first + "=="))
    stale = _mark([mark[::-1], offset])
    assert http.get(f"/queries/{PAGED}.json", params={"cursor": stale}).status_code == 410
    beyond = http.get(f"/queries/{PAGED}.json", params={"cursor": _mark([mark, 10**9])}).json()
    assert (beyond["rows"], beyond["next"]) == ([], None)


@given(st.text(max_size=60) | st.binary(max_size=40).map(lambda b: base64.urlsafe_b64encode(b).decode()))
@settings(derandomize=True, database=None)
def test_any_cursor_is_read_or_refused(cursor: str) -> None:
    try:
        assert rows._offset(cursor, "mark") == 0
        assert cursor == ""
    except (UsageProblem, StaleCursor):
        pass


@given(st.text(max_size=20) | st.integers().map(str))
@settings(derandomize=True, database=None)
def test_any_limit_is_one_or_refused(text: str) -> None:
    try:
        assert 1 <= rows._limit(text, 7) <= rows.MOST
    except UsageProblem:
        assert text


@given(st.text(max_size=80), st.text(max_size=80))
@settings(derandomize=True, database=None)
def test_any_accept_header_is_read(accept: str, language: str) -> None:
    offered = ["text/html", "application/json"]
    assert negotiate.media(accept, offered) in (*offered, None)
    assert negotiate.language(language) in ("zh", "en")


# -- what cannot be asked -----------------------------------------------------------------------------------------------

IMPOSSIBLE: dict[str, tuple[str, dict[str, str | list[str]]]] = {
    "year": ("figures-by-year", {"year": "1066"}),
    "year in words": ("figures-by-year", {"year": "soon"}),
    "year with a fraction": ("figures-by-year", {"year": "2023.5"}),
    "whole number": ("sectors-served-by-industries", {"least": "many"}),
    "very long number": ("sectors-served-by-industries", {"least": "9" * 5_000}),
    "unknown": ("companies-in-segment", {"sgment": "x"}),
    "of another query": ("companies-in-segment", {"industry": "风铃业"}),
    "twice": ("sectors-served-by-industries", {"least": ["1", "2"]}),
    "limit of nothing": (PAGED, {"limit": "0"}),
    "limit above the most": (PAGED, {"limit": "10001"}),
    "limit with zeros": (PAGED, {"limit": "00000000199999999"}),
    "limit in words": (PAGED, {"limit": "ten"}),
    "limit in other digits": (PAGED, {"limit": "१०"}),
    "limit below": (PAGED, {"limit": "-1"}),
    "language": (PAGED, {"lang": "fr"}),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_an_impossible_value_is_refused(http: httpx.Client, document: dict[str, Any], case: str) -> None:
    name, params = IMPOSSIBLE[case]
    known = {p["name"] for p in document["paths"][f"/queries/{name}.{{format}}"]["get"]["parameters"]}
    assert set(params) <= known or case in ("unknown", "of another query")
    response = http.get(f"/queries/{name}.json", params=params)
    assert (response.status_code, response.json()["type"]) == (400, f"{TYPE}usage")


@pytest.mark.parametrize("suffix", ["", *(f".{s}" for s in rows.FORMATS)])
def test_an_unknown_query_is_told_with_near_ones(http: httpx.Client, suffix: str) -> None:
    response = http.get(f"/queries/companies-in-segmnt{suffix}?lang=en")
    assert (response.status_code, response.json()["type"]) == (404, f"{TYPE}not-found")
    assert "companies-in-segment" in response.json()["hint"]


@pytest.mark.parametrize("query", ["companies-in-segment?segment=nowhere-at-all", "market-size?industry=灯纸"])
def test_a_name_that_nothing_of_the_kind_bears(http: httpx.Client, query: str) -> None:
    name, _, params = query.partition("?")
    response = http.get(f"/queries/{name}.json?{params}")
    assert (response.status_code, response.json()["type"]) == (404, f"{TYPE}not-found")


def test_a_passage_of_very_many_digits(http: httpx.Client) -> None:
    assert http.get("/queries/statements-of-passage.json", params={"passage": "1" * 5_000}).status_code == 404


def test_a_parameter_left_empty_is_its_default(http: httpx.Client) -> None:
    whole, empty = (
        http.get(f"/queries/companies-in-segment.json{q}").json() for q in ("", "?segment=&limit=&cursor=&lang=")
    )
    assert [whole["rows"], whole["params"]] == [empty["rows"], empty["params"]]


# -- formulas in sheets -------------------------------------------------------------------------------------------

FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example","more")',
    " =1+1",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "　=1+1",
)
HARMLESS = ("a=1", "1-2", "走马灯", "'=1+1", "https://w3id.org/xinzhi/ns#x", "", "5%")


@pytest.mark.parametrize("text", FORMULAS)
def test_a_cell_is_never_a_formula(text: str) -> None:
    table = plain_table(["cell", "beside"], [[text, text]])
    for line in list(csv.reader(io.StringIO(rows._WRITERS["csv"](table).decode("utf-8-sig"), newline="")))[1:]:
        assert line == [f"'{text}"] * 2
    assert re.fullmatch(r"'[^\t\n]*\t'[^\t\n]*\n", rows._WRITERS["tsv"](table).decode().partition("\n")[2])
    ((kind, value), _), *more = _typed(xlsx(sheet(table, "en"), "en"))
    assert (kind, re.sub("_x([0-9A-F]{4})_", lambda m: chr(int(m[1], 16)), value), more) == ("s", text, [])


@pytest.mark.parametrize("text", HARMLESS)
def test_other_cells_are_as_they_are(text: str) -> None:
    table = plain_table(["cell"], [[text]])
    assert list(csv.reader(io.StringIO(rows._WRITERS["csv"](table).decode("utf-8-sig"))))[1:] == [[text]]
    assert rows._WRITERS["tsv"](table).decode() == f"cell\n{text}\n"


def test_numbers_stay_numbers() -> None:
    values = [-5, 2.5, -0.25, True, None]
    table = plain_table(list("abcde"), [values])
    assert rows._WRITERS["csv"](table).decode("utf-8-sig") == "a,b,c,d,e\r\n-5,2.5,-0.25,true,\r\n"
    ((a, b, c, d, e),) = _typed(xlsx(sheet(table, "en"), "en"))
    assert [a, b, c, d, e] == [("n", -5), ("n", 2.5), ("n", -0.25), ("b", True), ("n", None)]


def test_what_no_sheet_can_hold_is_text() -> None:
    odd = [float("nan"), float("inf"), float("-inf"), "x" * 40_000, "\x01\x0b"]
    ((*cells,),) = _typed(xlsx(sheet(plain_table(list("abcde"), [odd]), "en"), "en"))
    assert [kind for kind, _ in cells] == ["s"] * 5
    assert [value for _, value in cells[:3]] == ["NaN", "INF", "-INF"]
    huge = Table(("n",), ((ox.Literal("9" * 40, datatype=ox.NamedNode(f"{w3c.XSD}integer")),),))
    assert rows._WRITERS["csv"](huge).decode("utf-8-sig") == f"n\r\n{'9' * 40}\r\n"


def _typed(sheet: bytes) -> list[tuple[tuple[str, Any], ...]]:
    book = openpyxl.load_workbook(io.BytesIO(sheet))
    try:
        return [tuple((cell.data_type, cell.value) for cell in row) for row in book.worksheets[0].iter_rows(min_row=2)]
    finally:
        book.close()


# -- problems -----------------------------------------------------------------------------------------------------------

PROBLEMS: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "tests/cases/problems.yaml").read_text(encoding="utf-8"))
UNSEEN = {
    "error": "a fault of the program itself",
    "store": "a graph that cannot be read while the server runs: it goes on with the old one",
}
"""Codes that no request can bring about."""


@pytest.fixture(scope="module")
def guarded(
    world: KnowledgeGraph, world_project: Project, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """A server with a token, one worker, no queue, behind a path."""
    flags = ("--timeout", "1", "--workers", "1", "--queue", "0", "--root-path", "/kg")
    folder = tmp_path_factory.mktemp("guarded")
    with (
        served(world_project, folder, *flags, KG_TOKEN="secret") as server,
        httpx.Client(base_url=server.url, timeout=30) as client,
    ):
        yield client


@pytest.mark.slow
@pytest.mark.parametrize("name", PROBLEMS)
def test_a_problem_is_told_in_its_frozen_shape(http: httpx.Client, request: pytest.FixtureRequest, name: str) -> None:
    case = PROBLEMS[name]
    client: httpx.Client = request.getfixturevalue("guarded") if case.get("server") == "guarded" else http
    if "beside" in case:
        told, headers = _beside(client, case)
    elif "partial" in case:
        told, headers = _partial(client, case["partial"])
    else:
        response = _ask(client, case)
        told, headers = response.json(), response.headers
        assert response.status_code == case["answer"]["status"]
        assert headers["content-type"] == "application/problem+json"
        assert headers["vary"] == "Accept, Accept-Language, Cookie"
        assert headers["cache-control"] == "no-store"
        assert "etag" not in headers
    assert told.pop("instance") == f"urn:request:{headers['x-request-id']}"
    assert list(told) == list(case["answer"])  # their order too
    for key, value in case["answer"].items():
        open_ended = isinstance(value, str) and value.endswith("…") and value != told[key]
        assert told[key].startswith(value[:-1]) if open_ended else told[key] == value
    assert {key: headers[key] for key in case.get("more", {})} == case.get("more", {})


def _ask(client: httpx.Client, case: dict[str, Any]) -> httpx.Response:
    method = next(method for method in ("get", "post", "put") if method in case)
    body: Any = "a" * case["size"] if "size" in case else case.get("body")
    if "chunks" in case:
        body = iter([case["chunks"].encode()])
    return client.request(method, case[method], headers=case.get("headers"), data=case.get("form"), content=body)


def _beside(client: httpx.Client, case: dict[str, Any]) -> tuple[dict[str, Any], httpx.Headers]:
    """The answer while the only worker is at something else."""
    params = {"params": {"query": case["beside"]}, "headers": case["headers"]}

    def occupy() -> None:
        """Ask again where the worker of the test before is only being replaced."""
        while client.get("/sparql", **params).json()["type"].endswith("busy"):
            time.sleep(0.05)

    other = threading.Thread(target=occupy)
    other.start()
    try:
        for n in range(200):
            time.sleep(0.05)
            response = _ask(client, {**case, "get": f"{case['get']} %23 {n}"})  # one that no cache has
            if response.status_code != 200:
                return response.json(), response.headers
    finally:
        other.join()
    raise AssertionError("the server was never busy")


def _partial(client: httpx.Client, path: str) -> tuple[dict[str, Any], httpx.Headers]:
    """The answer to a request of which a part stays away."""
    kind = "Content-Type: application/sparql-query\r\nAuthorization: Bearer secret\r\nContent-Length: 10"
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{kind}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", client.base_url.port or 0), timeout=60) as channel:
        channel.sendall(f"{head}ASK".encode())
        answer = b""
        while b"\r\n\r\n" not in answer or not answer.endswith(b"}\n"):
            part = channel.recv(65536)
            assert part, answer
            answer += part
    head, _, body = answer.decode().partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 408 ")
    return json.loads(body), httpx.Headers(dict(line.split(": ", 1) for line in head.split("\r\n")[1:]))


def test_every_code_is_seen(http: httpx.Client) -> None:
    seen = {case["answer"]["type"].removeprefix(TYPE) for case in PROBLEMS.values()}
    assert seen | set(UNSEEN) == set(STATUS)
    assert not seen & set(UNSEEN)
    for case in PROBLEMS.values():
        code = case["answer"]["type"].removeprefix(TYPE)
        assert (case["answer"]["status"], case["answer"]["title"]) == (STATUS[code], TITLES[code].en)


@pytest.mark.parametrize("code", STATUS)
def test_a_type_of_problem_has_its_page(http: httpx.Client, code: str) -> None:
    told = http.get(f"/problem/{code}", headers={"Accept": "application/json"}).json()
    assert told == {
        "type": f"{TYPE}{code}",
        "status": STATUS[code],
        "title": {"zh": TITLES[code].zh, "en": TITLES[code].en},
    }
    page = http.get(f"/problem/{code}?lang=en", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert f"{TYPE}{code}" in page.text
    assert TITLES[code].en in page.text


def test_types_are_promises() -> None:
    assert sorted(STATUS.items()) == [
        ("body", 413),
        ("busy", 503),
        ("error", 500),
        ("host", 421),
        ("length", 411),
        ("limit", 503),
        ("media-type", 415),
        ("method", 405),
        ("not-acceptable", 406),
        ("not-found", 404),
        ("refused", 403),
        ("slow", 408),
        ("stale-cursor", 410),
        ("store", 503),
        ("syntax", 400),
        ("too-large", 422),
        ("unauthorized", 401),
        ("usage", 400),
    ]
    assert STATUS.keys() == TITLES.keys()


@pytest.mark.parametrize("name", [n for n, case in PROBLEMS.items() if "get" in case and "server" not in case])
def test_a_browser_is_told_on_a_page(http: httpx.Client, name: str) -> None:
    case = PROBLEMS[name]
    response = http.get(case["get"], headers={**case.get("headers", {}), "Accept": "text/html,*/*;q=0.1"})
    if name in ("not acceptable",):  # a page suits
        assert response.status_code == 200
        return
    if "." in urlsplit(case["get"]).path or response.status_code != case["answer"]["status"]:
        assert response.status_code in (case["answer"]["status"], 200)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "<title>" in response.text


# -- a server with a token, behind a path -----------------------------------------------------------------------------


TOKENS = {"none": None, "another": "Bearer other", "no scheme": "secret", "basic": "Basic secret", "empty": "Bearer"}


@pytest.mark.parametrize("given_", TOKENS)
@pytest.mark.parametrize("path", ["/sparql", "/", "/queries.json", "/static/style.css", "/metrics", "/nothing"])
def test_nothing_is_told_without_the_token(guarded: httpx.Client, path: str, given_: str) -> None:
    token = TOKENS[given_]
    for method in ("GET", "HEAD", "POST", "PUT"):
        response = guarded.request(method, path, headers={"Authorization": token} if token else {})
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == 'Bearer realm="kg"'


def test_health_and_a_browser_s_first_question_need_no_token(guarded: httpx.Client) -> None:
    assert guarded.get("/healthz").json() == {"status": "ok"}
    assert guarded.get("/readyz").json()["ready"] is True
    assert guarded.options("/sparql").status_code == 401


def test_a_path_before_all_others(guarded: httpx.Client, world: KnowledgeGraph) -> None:
    bearing = {"Authorization": "bearer secret"}
    for path in ("/queries/companies-in-segment", "/kg/queries/companies-in-segment"):
        page = guarded.get(path, headers={**bearing, "Accept": "text/html"})
        assert page.status_code == 200
        links = re.findall(r'(?:href|action)="(/[^"]*)"', page.text)
        assert links
        assert [link for link in links if not link.startswith("/kg/")] == []
    thing = guarded.get("/kg/industry/wind-chimes.ttl", headers=bearing)
    assert "</kg/industry/wind-chimes.json>" in thing.headers["link"]
    assert '<https://w3id.org/xinzhi/industry/wind-chimes>; rel="canonical"' in thing.headers["link"]
    page = guarded.get("/kg/queries/passages-of-industry.csv?limit=1", headers=bearing)
    assert parse_qs(urlsplit(page.headers["link"].partition(">")[0][1:]).query)["limit"] == ["1"]
    assert page.headers["link"].startswith("</kg/queries/passages-of-industry.csv?")
    assert guarded.get("/kg/.well-known/void", headers=bearing).headers["location"] == "/kg/void"
    base = str(guarded.base_url).rstrip("/")
    assert guarded.get("/kg/openapi.json", headers=bearing).json()["servers"] == [{"url": f"{base}/kg"}]
    assert f"<{base}/kg/sparql>" in guarded.get("/kg/sparql", headers=bearing).text


def test_operators_are_told(http: httpx.Client, world: KnowledgeGraph) -> None:
    assert http.get("/readyz").json() == {"ready": True, "dataset": world.manifest["dataset_sha256"]}
    response = http.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    assert 'kg_requests_total{method="GET",route="/readyz",status="200"}' in response.text
