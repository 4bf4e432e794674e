"""``/sparql`` over real HTTP: the W3C's protocol cases, negotiation, caching, refusals, the two descriptions.

https://www.w3.org/TR/sparql11-protocol/ · https://www.w3.org/TR/sparql11-service-description/ · RFC 9110
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import httpx
import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, Namespace

import w3c
from conftest import Server, forgetful, served
from kg.errors import TooLarge
from kg.graph import KnowledgeGraph
from kg.source.project import Project
from kg.store.answers import Limits, ProtocolQuery, answer
from kg.store.embedded import EmbeddedStore
from kg.store.formats import ALL, GRAPHS, ROWS, Format, find
from kg.vocab import BACKGROUND, BASE, ENTITIES, PASSAGES

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
VOID = Namespace("http://rdfs.org/ns/void#")
JSON, XML, CSV, TSV = (f.media for f in ROWS)
TURTLE, NTRIPLES, JSONLD, RDFXML = (f.media for f in GRAPHS)
PROBLEM = "application/problem+json"
FORM, DIRECT = "application/x-www-form-urlencoded", "application/sparql-query"
SELECT = "SELECT ?name WHERE { co:qinglan rdfs:label ?name } ORDER BY ?name"
CONSTRUCT = "CONSTRUCT WHERE { co:qinglan rdfs:label ?name }"


@pytest.fixture(scope="module")
def http(world_server: Server) -> Iterator[httpx.Client]:
    with forgetful(base_url=world_server.url, timeout=30) as client:
        del client.headers["accept"]
        yield client


def media(response: httpx.Response) -> str:
    return response.headers["content-type"].partition(";")[0]


# -- the W3C's cases ----------------------------------------------------------------------------------------------
# The suite's manifest describes each exchange; its graphs data0 to data3 are here graphs of our own. Each of the three
# below holds one of the triples, and no other graph does, so that a wrong dataset answers wrongly.

ONE = f"<{BASE}organization/qinglan> <http://www.w3.org/2000/01/rdf-schema#label> ?x"
TWO = f"<{BASE}passage/w1-L0020> <{BASE}ns#sha256> ?y"
THREE = f"<{BASE}region/chengzhou> <{BASE}ns#regionWithin> <{BASE}region/yunting>"
PLACE = {ENTITIES: ONE, PASSAGES: TWO, BACKGROUND: THREE}


class Exchange(NamedTuple):
    """A request of the suite, and what must come back: a truth, a kind of answer, or a status and a type of problem."""

    method: str
    url: dict[str, str | list[str]]
    body: dict[str, str | list[str]] | str | bytes | None
    content: str | None
    wanted: bool | str | tuple[int, str]


W3C = {
    "query_get": Exchange("GET", {"query": "ASK {}", "default-graph-uri": ENTITIES}, None, None, True),
    "query_post_form": Exchange("POST", {"default-graph-uri": ENTITIES}, {"query": "ASK {}"}, FORM, True),
    "query_post_direct": Exchange("POST", {}, "ASK {}", DIRECT, True),
    "query_dataset_default_graphs_get": Exchange(
        "GET",
        {"query": f"ASK {{ {ONE} . {TWO} }}", "default-graph-uri": [ENTITIES, PASSAGES]},
        None,
        None,
        True,
    ),
    "query_dataset_default_graphs_post": Exchange(
        "POST", {"default-graph-uri": [ENTITIES, PASSAGES]}, f"ASK {{ {ONE} . {TWO} }}", DIRECT, True
    ),
    "query_dataset_named_graphs_get": Exchange(
        "GET",
        {
            "query": f"ASK {{ GRAPH ?g1 {{ {ONE} }} GRAPH ?g2 {{ {TWO} }} }}",
            "named-graph-uri": [ENTITIES, PASSAGES],
        },
        None,
        None,
        True,
    ),
    "query_dataset_named_graphs_post": Exchange(
        "POST",
        {"named-graph-uri": [ENTITIES, PASSAGES]},
        f"ASK {{ GRAPH ?g1 {{ {ONE} }} GRAPH ?g2 {{ {TWO} }} }}",
        DIRECT,
        True,
    ),
    "query_dataset_full": Exchange(
        "POST",
        {"default-graph-uri": [BACKGROUND], "named-graph-uri": [ENTITIES, PASSAGES]},
        f"ASK {{ {THREE} GRAPH ?g1 {{ {ONE} }} GRAPH ?g2 {{ {TWO} }} }}",
        DIRECT,
        True,
    ),
    "query_multiple_dataset": Exchange(
        "POST",
        {"named-graph-uri": [ENTITIES, PASSAGES]},
        f"ASK FROM <{BACKGROUND}> {{ GRAPH ?g1 {{ {ONE} }} GRAPH ?g2 {{ {TWO} }} }}",
        DIRECT,
        True,
    ),
    "query_content_type_select": Exchange(
        "POST", {"default-graph-uri": ENTITIES}, "SELECT (1 AS ?value) {}", DIRECT, "rows"
    ),
    "query_content_type_ask": Exchange("POST", {"default-graph-uri": ENTITIES}, "ASK {}", DIRECT, "truth"),
    "query_content_type_describe": Exchange(
        "POST", {"default-graph-uri": ENTITIES}, "DESCRIBE <http://example.org/>", DIRECT, "graph"
    ),
    "query_content_type_construct": Exchange(
        "POST",
        {"default-graph-uri": ENTITIES},
        "CONSTRUCT { <http://example.org/s> <http://example.org/p> 1 } WHERE {}",
        DIRECT,
        "graph",
    ),
    "bad_query_method": Exchange(
        "PUT", {"query": "ASK {}", "default-graph-uri": ENTITIES}, None, FORM, (405, "method")
    ),
    "bad_multiple_queries": Exchange("GET", {"query": ["ASK {}", "SELECT * {}"]}, None, None, (400, "usage")),
    "bad_query_wrong_media_type": Exchange("POST", {}, "ASK {}", "text/plain", (415, "media-type")),
    "bad_query_missing_form_type": Exchange("POST", {}, b"query=ASK%20%7B%7D", None, (415, "media-type")),
    "bad_query_missing_direct_type": Exchange("POST", {}, "ASK {}", None, (415, "media-type")),
    "bad_query_non_utf8": Exchange(
        "POST", {}, "ASK {}".encode("utf-16"), f"{DIRECT}; charset=UTF-16", (415, "media-type")
    ),
    "bad_query_syntax": Exchange("GET", {"query": "ASK {"}, None, None, (400, "syntax")),
}
"""The suite's cases for queries, by the names they have in its manifest."""
_CLEAR = "CLEAR NAMED"
_UPDATE = "application/sparql-update"
UPDATES = {
    "update_dataset_default_graph": Exchange("POST", {"using-graph-uri": ENTITIES}, _CLEAR, _UPDATE, (403, "refused")),
    "update_dataset_default_graphs": Exchange(
        "POST", {"using-graph-uri": [ENTITIES, PASSAGES]}, _CLEAR, _UPDATE, (403, "refused")
    ),
    "update_dataset_named_graphs": Exchange(
        "POST", {"using-named-graph-uri": [ENTITIES, PASSAGES]}, _CLEAR, _UPDATE, (403, "refused")
    ),
    "update_dataset_full": Exchange(
        "POST", {"using-graph-uri": ENTITIES, "using-named-graph-uri": PASSAGES}, _CLEAR, _UPDATE, (403, "refused")
    ),
    "update_post_form": Exchange("POST", {}, {"update": _CLEAR}, FORM, (403, "refused")),
    "update_post_direct": Exchange("POST", {}, _CLEAR, _UPDATE, (403, "refused")),
    "update_base_uri": Exchange("POST", {}, "INSERT DATA { <a> <b> <c> }", _UPDATE, (403, "refused")),
    "bad_update_get": Exchange("GET", {"update": "CLEAR ALL"}, None, None, (403, "refused")),
    "bad_multiple_updates": Exchange("POST", {}, {"update": [_CLEAR, "CLEAR DEFAULT"]}, FORM, (403, "refused")),
    "bad_update_wrong_media_type": Exchange("POST", {}, _CLEAR, "text/plain", (415, "media-type")),
    "bad_update_missing_form_type": Exchange("POST", {}, b"update=CLEAR%20NAMED", None, (415, "media-type")),
    "bad_update_non_utf8": Exchange(
        "POST", {}, _CLEAR.encode("utf-16"), f"{_UPDATE}; charset=UTF-16", (403, "refused")
    ),
    "bad_update_syntax": Exchange("POST", {}, {"update": "CLEAR XYZ"}, FORM, (403, "refused")),
    "bad_update_dataset_conflict": Exchange(
        "POST", {"using-named-graph-uri": ENTITIES}, {"update": "DELETE WHERE { ?s ?p ?o }"}, FORM, (403, "refused")
    ),
}
"""The suite's cases for updates: here each is refused, whatever else is wrong with it."""
_KINDS = {"rows": {JSON, XML, CSV, TSV}, "truth": {JSON, XML}, "graph": {TURTLE, NTRIPLES, RDFXML}}


def exchange(http: httpx.Client, asked: Exchange) -> httpx.Response:
    headers = {"Content-Type": asked.content} if asked.content else {}
    if isinstance(asked.body, dict):
        return http.request(asked.method, "/sparql", params=asked.url, data=asked.body, headers=headers)
    return http.request(asked.method, "/sparql", params=asked.url, content=asked.body, headers=headers)


def test_the_suite_s_list_is_ours() -> None:
    if not (w3c.FOLDER / "sparql11").is_dir():
        pytest.skip(f"the W3C's test suites are not in {w3c.FOLDER}: scripts/suites fetches them")
    suite = [case.name for case in w3c.cases("sparql11") if case.kind == "ProtocolTest"]
    assert sorted(suite) == sorted(f"sparql11/protocol/{name}" for name in W3C | UPDATES)


@pytest.mark.slow
@pytest.mark.parametrize("name", W3C | UPDATES)
def test_the_w3c_s_protocol_case(http: httpx.Client, name: str) -> None:
    asked = (W3C | UPDATES)[name]
    response = exchange(http, asked)
    if isinstance(asked.wanted, tuple):
        assert (response.status_code, response.json()["type"]) == (
            asked.wanted[0],
            f"{BASE}problem/{asked.wanted[1]}",
        )
        assert media(response) == PROBLEM
    else:
        assert response.status_code == 200, response.text
        if isinstance(asked.wanted, bool):
            assert response.json() == {"head": {}, "boolean": asked.wanted}
        else:
            assert media(response) in _KINDS[asked.wanted]


@pytest.mark.parametrize("name", [name for name in W3C if "dataset" in name])
def test_a_case_of_the_dataset_needs_every_graph_it_names(http: httpx.Client, name: str) -> None:
    asked = W3C[name]
    for key, graphs in asked.url.items():
        for left_out in graphs if key.endswith("-graph-uri") else ():
            url = {**asked.url, key: [g for g in graphs if g != left_out]}
            response = exchange(http, asked._replace(url=url))
            assert response.json()["boolean"] is False, (key, left_out)


@pytest.mark.parametrize("named", PLACE)
def test_each_triple_of_the_cases_stands_in_its_graph_alone(http: httpx.Client, named: str) -> None:
    rows = select(http, f"SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ {PLACE[named]} }} }}")
    assert [row["g"]["value"] for row in rows] == [named]


def select(http: httpx.Client, query: str) -> list[dict[str, dict[str, str]]]:
    response = http.get("/sparql", params={"query": query})
    assert response.status_code == 200, response.text
    rows: list[dict[str, dict[str, str]]] = response.json()["results"]["bindings"]
    return rows


# -- forms of a request ---------------------------------------------------------------------------------------------

FORMS: dict[str, tuple[str, dict[str, str], bytes | None, str | None]] = {
    "form, percent-encoded": ("POST", {}, b"query=SELECT+%28%22%E6%B1%89%22+AS+%3Fx%29+%7B%7D", FORM),
    "form, as curl --data sends it": ("POST", {}, 'query=SELECT ("汉" AS ?x) {}'.encode(), FORM),
    "form with charset": ("POST", {}, 'query=SELECT ("汉" AS ?x) {}'.encode(), f"{FORM}; charset=UTF-8"),
    "direct": ("POST", {}, 'SELECT ("汉" AS ?x) {}'.encode(), DIRECT),
    "direct with charset": ("POST", {}, 'SELECT ("汉" AS ?x) {}'.encode(), f'{DIRECT};charset="utf-8"'),
    "direct, charset by its other name": ("POST", {}, 'SELECT ("汉" AS ?x) {}'.encode(), f"{DIRECT}; charset=utf8"),
    "direct, type in capitals": ("POST", {}, 'SELECT ("汉" AS ?x) {}'.encode(), "Application/SPARQL-Query"),
    "query in the URL of a POST": ("POST", {"query": 'SELECT ("汉" AS ?x) {}'}, b"", FORM),
    "get": ("GET", {"query": 'SELECT ("汉" AS ?x) {}'}, None, None),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_query_comes_in_each_form(http: httpx.Client, form: str) -> None:
    method, url, body, content = FORMS[form]
    headers = {"Content-Type": content} if content else {}
    response = http.request(method, "/sparql", params=url, content=body, headers=headers)
    assert response.status_code == 200, response.text
    assert response.json()["results"]["bindings"] == [{"x": {"type": "literal", "value": "汉"}}]


NOT_UTF8 = {
    "direct": ("POST", "/sparql", b"ASK { ?s ?p '\xff' }", DIRECT),
    "form": ("POST", "/sparql", b"query=ASK+%7B+%3Fs+%3Fp+%27%FF%27+%7D", FORM),
    "form, raw": ("POST", "/sparql", b"query=\xc3\x28", FORM),
    "url": ("GET", "/sparql?query=%FF", None, None),
    "surrogate": ("GET", "/sparql?query=%ED%A0%80", None, None),
}


@pytest.mark.parametrize("case", NOT_UTF8)
def test_what_is_not_utf_8_is_refused(http: httpx.Client, case: str) -> None:
    method, url, body, content = NOT_UTF8[case]
    response = http.request(method, url, content=body, headers={"Content-Type": content} if content else {})
    assert (response.status_code, response.json()["type"]) == (400, f"{BASE}problem/usage")


def test_one_query_is_needed(http: httpx.Client) -> None:
    for url, data in (({}, {"x": "1"}), ({"query": "ASK {}"}, {"query": "ASK {}"})):
        response = http.post("/sparql", params=url, data=data)
        assert (response.status_code, response.json()["type"]) == (400, f"{BASE}problem/usage")
    for accept in ("text/html", JSON):  # a browser gets no other answer than a program
        response = http.get("/sparql?query=ASK%20%7B%7D&query=ASK%20%7B%7D", headers={"Accept": accept})
        assert response.status_code == 400


# -- content negotiation ------------------------------------------------------------------------------------------

FOR_ROWS: dict[str | None, str | None] = {
    None: JSON,
    "": JSON,
    "*/*": JSON,
    "application/*": JSON,
    "text/*": CSV,
    JSON: JSON,
    XML: XML,
    CSV: CSV,
    TSV: TSV,
    "application/json": JSON,
    "application/xml": XML,
    "text/xml": XML,
    "Text/CSV": CSV,
    # quality decides, then the server's own order
    f"{CSV};q=0.2, {XML};q=0.9": XML,
    f"{CSV};q=0.9, {XML};q=0.2": CSV,
    f"{TSV}, {CSV}": CSV,
    f"{TSV};q=0.501, {CSV};q=0.500": TSV,
    f"{TSV}, */*;q=0.1": TSV,
    f"application/pdf, {XML};q=0.1": XML,
    # the more specific range speaks for its type
    f"{JSON};q=0, */*": XML,
    f"text/*;q=0.3, {CSV};q=0": TSV,
    f"text/*, application/*;q=0.9, {JSON};q=0.95": CSV,
    # a parameter other than q changes nothing, for each format has one form only
    f"{JSON}; charset=utf-8": JSON,
    f'{CSV};charset="utf-8";q=0.5, {XML};q=0.4': CSV,
    f", {XML} ; q=1 ,": XML,
    # a browser
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8": "text/html",
    f"text/html;q=0.2, {CSV}": CSV,
    # nothing suits
    "application/pdf": None,
    TURTLE: None,
    "text/turtle;q=0.9, application/rdf+xml": None,
    f"{CSV};q=0": None,
    "*/*;q=0": None,
    "nonsense": None,
    "image/*": None,
}
FOR_GRAPHS: dict[str | None, str | None] = {
    None: TURTLE,
    "*/*": TURTLE,
    "text/*": TURTLE,
    "application/*": NTRIPLES,
    TURTLE: TURTLE,
    NTRIPLES: NTRIPLES,
    JSONLD: JSONLD,
    RDFXML: RDFXML,
    "application/x-turtle": TURTLE,
    "text/plain": NTRIPLES,
    f"{TURTLE};q=0.4, {RDFXML};q=0.6": RDFXML,
    f'{JSONLD};profile="http://www.w3.org/ns/json-ld#compacted", {TURTLE};q=0.5': JSONLD,
    f"{TURTLE};q=0, */*": NTRIPLES,
    "text/html, */*;q=0.5": "text/html",
    JSON: None,
    CSV: None,
    "application/json": "application/ld+json",
    "*/*;q=0": None,
}


@pytest.mark.parametrize("accept", FOR_ROWS)
def test_rows_come_as_they_are_asked_for(http: httpx.Client, accept: str | None) -> None:
    negotiate(http, SELECT, accept, FOR_ROWS[accept])


@pytest.mark.parametrize("accept", FOR_GRAPHS)
def test_graphs_come_as_they_are_asked_for(http: httpx.Client, accept: str | None) -> None:
    negotiate(http, CONSTRUCT, accept, FOR_GRAPHS[accept])


def negotiate(http: httpx.Client, query: str, accept: str | None, wanted: str | None) -> None:
    headers = {} if accept is None else {"Accept": accept}
    response = http.get("/sparql", params={"query": query}, headers=headers)
    if wanted:
        assert (response.status_code, media(response)) == (200, wanted)
    else:
        assert (response.status_code, response.json()["type"]) == (406, f"{BASE}problem/not-acceptable")
        assert "json" in response.json()["hint"]
    assert response.headers["vary"] == "Accept, Accept-Language, Cookie"


@pytest.mark.parametrize("format_", ALL, ids=lambda f: f.name)
def test_each_format_is_read_by_another_s_parser(
    http: httpx.Client, world: KnowledgeGraph, format_: Format[Any]
) -> None:
    query = CONSTRUCT if format_ in GRAPHS else SELECT
    response = http.get("/sparql", params={"query": query, "format": format_.name}, headers={"Accept": "image/png"})
    assert response.headers["content-type"] == format_.header
    wanted = w3c.of_engine(world.store.query(query))
    if isinstance(wanted, w3c.Rows) and format_.name == "csv":
        wanted = wanted.map(w3c.untyped)
    assert w3c.comparable(w3c.read(response.content, format_)) == w3c.comparable(wanted)


FORMAT_NAMES = {
    SELECT: (
        "json",
        "JSON",
        "xml",
        "CSV",
        "text/csv; charset=utf-8",
        "application/json",
        "application/sparql-results+xml",
    ),
    CONSTRUCT: ("xml", "rdf+xml", "n3", "JSON", "Turtle", "text/turtle;charset=utf-8", "application/rdf+xml", "nt"),
}
"""By query, names that clients of Virtuoso, Fuseki and Wikidata send."""


@pytest.mark.parametrize(("query", "name"), [(query, name) for query, names in FORMAT_NAMES.items() for name in names])
def test_the_format_in_the_url_is_stronger_than_accept(http: httpx.Client, query: str, name: str) -> None:
    wanted = find(name, query == CONSTRUCT)
    assert wanted is not None
    params = {"query": query, "format": name}
    for response in (
        http.get("/sparql", params=params, headers={"Accept": "text/html"}),
        http.post("/sparql", data=params, headers={"Accept": "image/png"}),
    ):
        assert (response.status_code, media(response)) == (200, wanted.media)


@pytest.mark.parametrize(("query", "name"), [(SELECT, "ttl"), (CONSTRUCT, "csv"), (SELECT, "pdf"), (SELECT, "<b>")])
def test_a_format_that_is_not_offered(http: httpx.Client, query: str, name: str) -> None:
    response = http.get("/sparql", params={"query": query, "format": name})
    assert (response.status_code, response.json()["type"]) == (406, f"{BASE}problem/not-acceptable")


@pytest.mark.parametrize("path", ["/ns", "/industry/wind-chimes", "/passage/w1-L0020"])
def test_an_ontology_editor_gets_rdf(http: httpx.Client, path: str) -> None:
    """Protégé asks for RDF/XML first, and for anything last."""
    accept = "application/rdf+xml, application/xml; q=0.7, text/xml; q=0.6, text/plain; q=0.1, */*; q=0.09"
    for asked in (accept, "application/rdf+xml"):
        response = http.get(path, headers={"Accept": asked})
        assert (response.status_code, media(response)) == (200, "application/rdf+xml")
        assert len(Graph().parse(data=response.content, format="xml")) > 1


def test_xml_is_read_as_it_was_written_or_refused(http: httpx.Client) -> None:
    rows, graph_ = "application/sparql-results+xml", "application/rdf+xml"

    def ask(query: str, accept: str) -> httpx.Response:
        return http.post("/sparql", data={"query": query}, headers={"Accept": accept})

    kept = ElementTree.fromstring(ask('SELECT ("a\\rb" AS ?x) {}', rows).content)
    assert [e.text for e in kept.iter() if e.tag.endswith("literal")] == ["a\rb"]
    kept = Graph().parse(data=ask('CONSTRUCT { <urn:s> <urn:p:x> "a\\rb" } {}', graph_).content, format="xml")
    assert [str(o) for o in kept.objects()] == ["a\rb"]
    for query, accept in (
        ('SELECT ("a\\u0001b" AS ?x) {}', rows),
        ('CONSTRUCT { <urn:s> <urn:p:x> "a\\u0001b" } {}', graph_),
        ("CONSTRUCT { <urn:s> <http://example.com/123> 1 } {}", graph_),
    ):
        response = ask(query, accept)
        assert (response.status_code, response.json()["type"]) == (400, f"{BASE}problem/usage")
        assert ask(query, "application/sparql-results+json, text/turtle").status_code == 200


def test_terms_and_numbers_that_are_seldom_seen_are_answered(http: httpx.Client) -> None:
    odd = 'SELECT (TRIPLE(<urn:a>, <urn:b>, 1) AS ?t) ("x"^^xsd:decimal AS ?x) ("NaN"^^xsd:double AS ?n) {}'
    for accept in ("text/html", "application/sparql-results+json", "text/csv"):
        response = http.get("/sparql", params={"query": odd}, headers={"Accept": accept})
        assert response.status_code == 200, response.text[:500]


# -- methods, CORS --------------------------------------------------------------------------------------------------

PATHS = (
    f"/sparql?query={SELECT.replace(' ', '+')}",
    "/sparql",
    "/sparql?query=ASK+{",
    "/",
    "/queries",
    "/queries.json",
    "/queries/companies-in-segment",
    "/queries/companies-in-segment.csv",
    "/queries/nothing",
    "/industry/wind-chimes.ttl",
    "/industry/nothing",
    "/chain/paper-lanterns",
    "/audit",
    "/search?q=灯",
    "/void",
    "/openapi.json",
    "/problem/limit",
    "/static/style.css",
    "/static/nothing",
    "/healthz",
    "/readyz",
)
OF_ONE_ANSWER = ("date", "x-request-id")


@pytest.mark.parametrize("path", PATHS)
def test_head_is_get_without_the_body(http: httpx.Client, path: str) -> None:
    whole, head = http.get(path), http.head(path)
    assert head.status_code == whole.status_code
    assert head.content == b""
    seen, wanted = (
        {k: v for k, v in r.headers.items() if k not in (*OF_ONE_ANSWER, "content-length")} for r in (head, whole)
    )
    assert seen == wanted
    if whole.status_code == 200:  # the problem of a refused request bears that request's id, not always equally long
        assert head.headers["content-length"] == whole.headers["content-length"] == str(len(whole.content))


@pytest.mark.parametrize("path", ["/sparql", "/queries", "/industry/wind-chimes", "/nothing", "/healthz"])
def test_options_names_the_methods(http: httpx.Client, path: str) -> None:
    response = http.options(path)
    assert (response.status_code, response.content) == (204, b"")
    post = {"POST"} if path == "/sparql" else set()
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"} | post


@pytest.mark.parametrize("path", PATHS)
def test_no_answer_may_be_read_from_another_page_unless_asked_for(http: httpx.Client, path: str) -> None:
    response = http.get(path, headers={"Origin": "https://app.example"})
    assert not [name for name in response.headers if name.startswith("access-control-")]


@pytest.fixture(scope="module")
def shared(
    world: KnowledgeGraph, world_project: Project, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """A server with a token that names an origin."""
    flags = ("--cors", "https://app.example", "--workers", "1", "--reserved", "1")
    with (
        served(world_project, tmp_path_factory.mktemp("shared"), *flags, KG_TOKEN="secret") as server,
        httpx.Client(base_url=server.url, timeout=30) as client,
    ):
        yield client


@pytest.mark.parametrize(
    "path", ["/sparql?query=ASK%7B%7D", "/queries.json", "/industry/wind-chimes", "/nothing", "/healthz"]
)
def test_an_origin_that_was_named_may_read_every_answer(shared: httpx.Client, path: str) -> None:
    ours, other = {"Origin": "https://app.example"}, {"Origin": "https://other.example"}
    asks = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    preflight = shared.options(path, headers={**ours, **asks})
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "https://app.example"
    assert "Authorization" in preflight.headers["access-control-allow-headers"]
    assert shared.options(path, headers={**other, **asks}).status_code == 400
    for _ in range(2):  # from a worker, then from the cache
        response = shared.get(path, headers={**ours, "Authorization": "Bearer secret"})
        assert response.headers["access-control-allow-origin"] == "https://app.example"
        assert "ETag" in response.headers["access-control-expose-headers"]
        assert "access-control-allow-credentials" not in response.headers
    response = shared.get(path, headers={**other, "Authorization": "Bearer secret"})
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "POST"])
@pytest.mark.parametrize("path", ["/sparql", "/queries", "/industry/wind-chimes", "/static/style.css"])
def test_other_methods_are_not_accepted(http: httpx.Client, method: str, path: str) -> None:
    if (method, path) == ("POST", "/sparql"):
        return
    response = http.request(method, path)
    assert (response.status_code, response.json()["type"]) == (405, f"{BASE}problem/method")
    allowed = set(response.headers["allow"].split(", "))
    assert allowed == {"GET", "HEAD", "OPTIONS"} | ({"POST"} if path == "/sparql" else set())
    assert response.headers["vary"] == "Accept, Accept-Language, Cookie"


# -- what is refused ------------------------------------------------------------------------------------------------

UPDATE_FORMS = {
    "in the URL": ("GET", {"update": "DROP ALL"}, None, None),
    "beside a query": ("GET", {"query": "ASK {}", "update": "DROP ALL"}, None, None),
    "as a form": ("POST", {}, b"update=DROP+ALL", FORM),
    "in the URL of a form": ("POST", {"update": "DROP ALL"}, b"query=ASK+%7B%7D", FORM),
    "in a form beside a query": ("POST", {}, b"query=ASK+%7B%7D&update=DROP+ALL", FORM),
    "in the URL of a query": ("POST", {"update": "DROP ALL"}, b"ASK {}", DIRECT),
    "as it is": ("POST", {}, b"DROP ALL", "application/sparql-update"),
    "with a charset": ("POST", {}, b"DROP ALL", "application/sparql-update; charset=utf-8"),
    "empty": ("POST", {}, b"update=", FORM),
}


@pytest.mark.parametrize("form", UPDATE_FORMS)
def test_updates_are_refused_in_every_form(http: httpx.Client, form: str) -> None:
    method, url, body, content = UPDATE_FORMS[form]
    headers = {"Content-Type": content} if content else {}
    response = http.request(method, "/sparql", params=url, content=body, headers=headers)
    assert (response.status_code, response.json()["type"]) == (403, f"{BASE}problem/refused")


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <a:a> <a:b> <a:c> }",
        "DELETE WHERE { ?s ?p ?o }",
        "LOAD <file:///etc/passwd>",
        "CLEAR ALL",
        "ASK {} ; DROP ALL",
        "PREFIX a: <a:> INSERT { ?s a:b 1 } WHERE { ?s ?p ?o }",
    ],
)
def test_an_update_is_no_query(http: httpx.Client, update: str) -> None:
    response = http.post("/sparql", content=update, headers={"Content-Type": DIRECT})
    assert (response.status_code, response.json()["type"]) == (400, f"{BASE}problem/syntax")


SERVICES = (
    "ASK { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "ask { service silent <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "ASK { \\u0053ERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "SELECT * { VALUES ?where { <http://127.0.0.1:9/> } SERVICE ?where { ?s ?p ?o } }",
    "SELECT * { OPTIONAL { { SELECT ?s { SERVICE<http://127.0.0.1:9/>{?s ?p ?o} } } } }",
    "ASK { FILTER NOT EXISTS { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } } }",
    "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE # a comment\n<http://127.0.0.1:9/> { ?s ?p ?o } }",
    "DESCRIBE ?s { { } UNION { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } } }",
)
HARMLESS = (
    'ASK { ?s rdfs:label "SERVICE" }',
    "ASK { } # SERVICE <http://127.0.0.1:9/> { ?s ?p ?o }",
    "ASK { ?service <http://example.org/service> ?from }",
    "SELECT ?from { ?from a ivc:Industry } LIMIT 1",
    "ASK { ?s rdfs:label 'FROM <urn:x:none>' }",
)


@pytest.mark.parametrize("accept", [JSON, "text/html"])
@pytest.mark.parametrize("query", SERVICES)
def test_service_is_refused(http: httpx.Client, query: str, accept: str) -> None:
    response = http.get("/sparql", params={"query": query}, headers={"Accept": accept})
    assert response.status_code == 403
    if accept == JSON:
        assert response.json()["type"] == f"{BASE}problem/refused"


@pytest.mark.parametrize("query", HARMLESS)
def test_the_words_alone_are_not(http: httpx.Client, query: str) -> None:
    response = http.get("/sparql", params={"query": query})
    assert response.status_code == 200, response.text


UNKNOWN_GRAPHS: dict[str, dict[str, str | list[str]]] = {
    "FROM": {"query": "ASK FROM <urn:x:none> {}"},
    "FROM NAMED": {"query": "ASK FROM NAMED <urn:x:none> {}"},
    "one of two": {"query": f"ASK FROM <{ENTITIES}> FROM NAMED <urn:x:none> {{}}"},
    "a prefix of ours": {"query": "ASK FROM g:none {}"},
    "a prefix of its own": {"query": "PREFIX x: <urn:x:> ASK FROM x:none {}"},
    "against a base": {"query": "BASE <http://example.org/> ASK FROM <none> {}"},
    "spelt with an escape": {"query": "ASK FR\\u004fM <urn:x:none> {}"},
    "no base": {"query": "ASK FROM <none> {}"},
    "default-graph-uri": {"query": "ASK {}", "default-graph-uri": "urn:x:none"},
    "named-graph-uri": {"query": "ASK {}", "named-graph-uri": [ENTITIES, "urn:x:none"]},
    "no IRI": {"query": "ASK {}", "default-graph-uri": "not an IRI"},
    "hostile": {"query": "ASK {}", "named-graph-uri": "<script>alert(1)</script>"},
}


@pytest.mark.parametrize("accept", [JSON, "text/html"])
@pytest.mark.parametrize("case", UNKNOWN_GRAPHS)
def test_a_graph_that_is_not_here_is_refused(http: httpx.Client, case: str, accept: str) -> None:
    response = http.get("/sparql", params=UNKNOWN_GRAPHS[case], headers={"Accept": accept})
    assert response.status_code == 403
    if accept == JSON:
        assert response.json()["type"] == f"{BASE}problem/refused"
    else:
        assert "<script>" not in response.text


@pytest.mark.parametrize("accept", [JSON, "text/html"])
def test_the_dataset_holds_for_people_too(http: httpx.Client, accept: str) -> None:
    params = {"query": f"ASK {{ {ONE} }}", "default-graph-uri": PASSAGES}
    response = http.get("/sparql", params=params, headers={"Accept": accept})
    assert response.status_code == 200
    assert ("<strong>否</strong>" if accept == "text/html" else '"boolean":false') in response.text


def test_an_empty_graph_name_names_none(http: httpx.Client) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?x a ivc:Industry }"
    given = {"query": query, "default-graph-uri": "", "named-graph-uri": "", "format": "csv"}
    assert http.get("/sparql", params=given).text.split() == ["n", "3"]


@pytest.mark.parametrize("query", ["ASK FROM g:entities {}", "ASK FROM NAMED g:entities { GRAPH ?g { ?s ?p ?o } }"])
def test_a_graph_that_is_here_is_not(http: httpx.Client, query: str) -> None:
    assert http.get("/sparql", params={"query": query}).json()["boolean"] is True


SYNTAX = {
    "": (1, 1),
    "ASK {": (1, 6),
    "SELECT ?x\nWHERE {\n  ?x ivc:about ;; }\n": (3, 16),
    "# 汉字\nASK { ?s rdfs:label '走马灯'@zh , }": (2, 33),
    "ASK {} LIMIT -1": (1, 14),
    "ASK { ?s ?p 1 }}": (1, 17),
    "ASK { nope:a ?p ?o }": (1, 7),
}


@pytest.mark.parametrize("accept", [JSON, "text/html"])
@pytest.mark.parametrize("query", SYNTAX)
def test_a_syntax_error_is_told_with_its_place(http: httpx.Client, query: str, accept: str) -> None:
    response = http.get("/sparql", params={"query": query, "lang": "en"}, headers={"Accept": accept})
    if accept == "text/html":
        if query:
            assert response.status_code == 400
            assert ":".join(map(str, ("query", *SYNTAX[query]))) in response.text
        return
    body = response.json()
    assert (response.status_code, body["type"]) == (400, f"{BASE}problem/syntax")
    assert (body["line"], body["column"]) == SYNTAX[query]
    assert body["detail"].startswith("SPARQL syntax error: ")


ENGINE = (
    "SELECT (<urn:x:f>(1) AS ?x) {}",
    "SELECT * { ?s ?p ?o FILTER(<urn:x:f>(?o)) }",
    "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(<http://jena.apache.org/ARQ/function#bnode>(?o)) }",
)


@pytest.mark.parametrize("accept", ["*/*", "text/html"])
@pytest.mark.parametrize("query", ENGINE)
def test_what_the_engine_does_not_know_is_the_asker_s_mistake(http: httpx.Client, query: str, accept: str) -> None:
    response = http.get("/sparql", params={"query": query}, headers={"Accept": accept})
    assert response.status_code == 400, response.text
    if accept == "*/*":
        assert response.json()["type"] == f"{BASE}problem/usage"


# -- limits of an answer ----------------------------------------------------------------------------------------------

MANY = "VALUES ?x { 'a' UNDEF UNDEF 'b\\n\"c\\r\\n' UNDEF }"
"""Five rows; three of them empty, which CSV and TSV write as nothing but a line's end."""


@pytest.mark.parametrize("format_", ROWS, ids=lambda f: f.name)
def test_rows_are_counted_alike_in_every_format(world: KnowledgeGraph, format_: Format[Any]) -> None:
    assert isinstance(world.store, EmbeddedStore)
    for rows in (1, 4, 5, 6):
        if rows >= 5:
            body, _ = answer(
                world.store, ProtocolQuery(f"SELECT ?x {{ {MANY} }}"), lambda _: format_, Limits(rows=rows)
            )
            assert len(w3c.read(body, format_).rows) == 5  # type: ignore[union-attr]
        else:
            with pytest.raises(TooLarge):
                answer(world.store, ProtocolQuery(f"SELECT ?x {{ {MANY} }}"), lambda _: format_, Limits(rows=rows))


@pytest.mark.parametrize("format_", ROWS, ids=lambda f: f.name)
def test_a_long_value_is_no_long_answer(http: httpx.Client, format_: Format[Any]) -> None:
    query, headers = f'SELECT ("{"a" * 300_000}" AS ?x) {{}}', {"Content-Type": DIRECT, "Accept": format_.media}
    response = http.post("/sparql", content=query, headers=headers)
    assert (response.status_code, len(response.content) > 300_000) == (200, True)


@pytest.fixture(scope="module")
def few_rows(
    world: KnowledgeGraph, world_project: Project, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """A server that gives few rows, and time enough to find that there are more."""
    with (
        served(world_project, tmp_path_factory.mktemp("few"), "--max-rows", "100", "--timeout", "60") as server,
        httpx.Client(base_url=server.url, timeout=90) as client,
    ):
        yield client


@pytest.mark.parametrize("format_", ALL, ids=lambda f: f.name)
def test_an_answer_that_is_too_large_is_refused_whole(few_rows: httpx.Client, format_: Format[Any]) -> None:
    what = "CONSTRUCT { [] rdf:value 1 }" if format_ in GRAPHS else "SELECT (1 AS ?one)"
    for most, status in ((100, 200), (101, 422)):
        query = f"{what} WHERE {{ ?a a ?x }} LIMIT {most}"
        response = few_rows.get("/sparql", params={"query": query, "format": format_.name})
        assert response.status_code == status
    assert response.json()["type"] == f"{BASE}problem/too-large"


# -- caching ---------------------------------------------------------------------------------------------------------

TAGGED = (
    f"/sparql?query={SELECT.replace(' ', '+')}",
    "/sparql",
    "/void",
    "/queries/companies-in-segment.json",
    "/queries/companies-in-segment",
    "/industry/wind-chimes.ttl",
    "/industry/wind-chimes",
    "/chain/paper-lanterns.json",
    "/audit",
    "/search?q=灯",
    "/openapi.json",
    "/static/style.css",
    "/explore?thing=wind-chimes",
)


@pytest.mark.parametrize("path", TAGGED)
def test_an_answer_that_is_known_is_not_sent_again(http: httpx.Client, path: str) -> None:
    first = http.get(path)
    tag = first.headers["etag"]
    assert first.status_code == 200
    assert tag.startswith('"')
    assert http.get(path).headers["etag"] == tag
    for condition in (tag, f"W/{tag}", f'"other", {tag}'):
        for method in ("GET", "HEAD"):
            again = http.request(method, path, headers={"If-None-Match": condition})
            assert (again.status_code, again.content) == (304, b""), condition
            assert again.headers["etag"] == tag
            assert again.headers.get("vary") == first.headers.get("vary")
            assert again.headers["cache-control"] == first.headers["cache-control"]
    for condition in ('"other"', tag.strip('"'), f'"{tag}"', ""):
        assert http.get(path, headers={"If-None-Match": condition}).status_code == 200, condition


def test_any_answer_is_known_by_a_star_but_a_missing_one_is_not(http: httpx.Client) -> None:
    for path, status in (("/industry/wind-chimes", 304), ("/industry/nothing", 404), ("/sparql?query=ASK+{", 400)):
        assert http.get(path, headers={"If-None-Match": "*"}).status_code == status


def test_another_answer_has_another_tag(http: httpx.Client) -> None:
    ways: list[tuple[dict[str, str], dict[str, str]]] = [
        ({"query": SELECT}, {}),
        ({"query": SELECT + " "}, {}),
        ({"query": SELECT, "format": "xml"}, {}),
        ({"query": SELECT, "default-graph-uri": ENTITIES}, {}),
        ({"query": SELECT}, {"Accept": CSV}),
        ({"query": SELECT}, {"Accept": "text/html"}),
        ({"query": SELECT}, {"Accept": "text/html", "Accept-Language": "en"}),
    ]
    tags = [http.get("/sparql", params=params, headers=headers).headers["etag"] for params, headers in ways]
    assert len(set(tags)) == len(ways)


VOLATILE = (
    "NOW()",
    "RAND()",
    "UUID()",
    "STRUUID()",
    "now ( )",
    "NOW # a comment\n ()",
    "STRLEN(STRUUID()) + rand()",
)


@pytest.mark.parametrize("call", VOLATILE)
def test_what_differs_each_time_is_neither_tagged_nor_kept(http: httpx.Client, call: str) -> None:
    query = {"query": f"SELECT ({call} AS ?x) {{}}"}
    first, second = http.get("/sparql", params=query), http.get("/sparql", params=query)
    for response in (first, second):
        assert response.status_code == 200, response.text
        assert "etag" not in response.headers
        assert response.headers["cache-control"] == "no-store"
    assert first.content != second.content


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?now ?rand { VALUES (?now ?rand) { (1 2) } }",
        "SELECT ('走马灯' AS ?x) {}",
        "SELECT ?x { ?x rdfs:label '走马灯'@zh }",
        "SELECT ?knowledge { VALUES ?knowledge { 'unknown' } }",
    ],
)
def test_other_queries_are_tagged(http: httpx.Client, query: str) -> None:
    assert "etag" in http.get("/sparql", params={"query": query}).headers


def test_a_post_is_answered_each_time(http: httpx.Client) -> None:
    tag = http.get("/sparql", params={"query": SELECT}).headers["etag"]
    for condition in (tag, "*"):
        response = http.post("/sparql", data={"query": SELECT}, headers={"If-None-Match": condition})
        assert response.status_code == 200
        assert "etag" not in response.headers


# -- descriptions ------------------------------------------------------------------------------------------------------


def parsed(response: httpx.Response) -> Graph:
    assert response.status_code == 200, response.text
    triples = w3c.read(response.content, next(f for f in GRAPHS if f.media == media(response)))
    assert isinstance(triples, frozenset)
    found = Graph()
    found.parse(data="".join(f"{triple} .\n" for triple in triples), format="nt")
    return found


@pytest.mark.parametrize("accept", [f.media for f in GRAPHS])
def test_a_bare_get_describes_the_service(
    http: httpx.Client, world: KnowledgeGraph, world_server: Server, accept: str
) -> None:
    response = http.get("/sparql", headers={"Accept": accept})
    assert media(response) == accept
    found = parsed(response)
    (service,) = found.subjects(RDF.type, SD.Service)
    assert list(found.objects(service, SD.endpoint)) == [URIRef(f"{world_server.url}/sparql")]
    assert list(found.objects(service, SD.supportedLanguage)) == [SD.SPARQL11Query]
    formats = {str(f).removeprefix("http://www.w3.org/ns/formats/") for f in found.objects(service, SD.resultFormat)}
    assert formats == {
        "SPARQL_Results_JSON",
        "SPARQL_Results_XML",
        "SPARQL_Results_CSV",
        "SPARQL_Results_TSV",
        "Turtle",
        "N-Triples",
        "JSON-LD",
        "RDF_XML",
    }
    (dataset,) = found.objects(service, SD.defaultDataset)
    (default,) = found.objects(dataset, SD.defaultGraph)
    assert list(found.objects(default, VOID.triples)) == [Literal(world.manifest["counts"]["default"])]
    told = {
        str(found.value(named, SD.name)): int(str(found.value(named, VOID.triples)))
        for named in found.objects(dataset, SD.namedGraph)
    }
    counted = world.store.select("SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    assert told == {row["g"]: row["n"] for row in counted}


def test_the_endpoint_is_the_one_that_was_asked(http: httpx.Client, world_server: Server) -> None:
    for host in ("localhost", "127.0.0.1", "[::1]"):
        found = parsed(http.get("/sparql", headers={"Host": f"{host}:{world_server.port}"}))
        assert list(found.objects(None, SD.endpoint)) == [URIRef(f"http://{host}:{world_server.port}/sparql")]


def test_a_browser_gets_the_editor(http: httpx.Client) -> None:
    response = http.get("/sparql", headers={"Accept": "text/html,*/*;q=0.8"})
    assert media(response) == "text/html"
    assert "<textarea" in response.text


@pytest.mark.parametrize("accept", [f.media for f in GRAPHS])
def test_void_tells_what_is_in_the_dataset(
    http: httpx.Client, world: KnowledgeGraph, world_server: Server, accept: str
) -> None:
    response = http.get("/void", headers={"Accept": accept})
    assert media(response) == accept
    found, dataset = parsed(response), URIRef(f"{BASE}dataset")
    assert (dataset, RDF.type, VOID.Dataset) in found
    assert (dataset, VOID.sparqlEndpoint, URIRef(f"{world_server.url}/sparql")) in found
    (size,) = world.store.select(
        "SELECT (COUNT(*) AS ?triples) (COUNT(DISTINCT ?s) AS ?distinctSubjects) (COUNT(DISTINCT ?p) AS ?properties)"
        " (COUNT(DISTINCT ?o) AS ?distinctObjects) WHERE { ?s ?p ?o }"
    )
    for name, count in size.items():
        assert list(found.objects(dataset, VOID[name])) == [Literal(count)], name
    classes = {
        str(found.value(part, VOID["class"])): int(str(found.value(part, VOID.entities)))
        for part in found.objects(dataset, VOID.classPartition)
    }
    assert classes[f"{BASE}ns#Industry"] == len(world.names.of_kind("Industry"))
    assert http.get("/void", headers={"Accept": "text/html"}).status_code == 406


def test_void_is_where_it_is_looked_for(http: httpx.Client) -> None:
    for path in ("/.well-known/void", "/dataset"):  # the second is the IRI by which VoID names the dataset
        response = http.get(path)
        assert (response.status_code, response.headers["location"]) == (303, "/void")


@pytest.mark.parametrize(("encoding", "status"), [("gzip", 415), ("br", 415), ("identity", 200), ("IDENTITY", 200)])
def test_a_compressed_query_is_refused_by_its_name(http: httpx.Client, encoding: str, status: int) -> None:
    body = gzip.compress(b"ASK {}") if status == 415 else b"ASK {}"
    answer = http.post("/sparql", content=body, headers={"Content-Type": DIRECT, "Content-Encoding": encoding})
    assert answer.status_code == status
    if status == 415:
        assert answer.json()["type"].endswith("/problem/media-type") and encoding in answer.json()["detail"]


def test_the_log_holds_no_line_of_an_asker(http: httpx.Client, world_server: Server) -> None:
    http.get(
        "/sparql", params={"query": 'ASK {}\n{"level":"error","event":"forged"}'}, headers={"X-Request-Id": "a\tb"}
    )
    assert Path(world_server.log).read_text().isascii()
    assert not [line for line in world_server.lines() if line["event"] == "forged"]


def test_an_answer_hangs_on_the_kind_that_was_read(http: httpx.Client) -> None:
    """Two Content-Type headers cannot leave an answer for whoever sends the same bytes as something else."""
    query = b"ASK { ?subject ?predicate ?object }"
    kinds = [("Content-Type", "application/sparql-query"), ("Content-Type", "application/x-www-form-urlencoded")]
    for headers in (kinds, kinds[::-1]):
        http.post("/sparql", content=query, headers=headers)
    assert http.post("/sparql", content=query, headers=dict(kinds[:1])).status_code == 200
    assert http.post("/sparql", content=query, headers=dict(kinds[1:])).status_code == 400


@pytest.mark.parametrize("query", ["SELECT (NOW() AS ?now) {}", "SELECT * { VALUES ?x { 1 2 3 } } ORDER BYRAND()"])
def test_what_differs_each_time_is_never_unchanged(http: httpx.Client, query: str) -> None:
    response = http.get("/sparql", params={"query": query}, headers={"If-None-Match": "*"})
    assert response.status_code == 200
    assert "etag" not in response.headers
    assert response.headers["cache-control"] == "no-store"
