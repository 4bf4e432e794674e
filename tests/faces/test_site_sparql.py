"""The SPARQL page of a site: Oxigraph in the reader's browser gives the rows and the table that the server gives."""

from __future__ import annotations

import base64
import gzip
import json
import re
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from browser import PHONE, accessible, needs_chromium, opened
from conftest import Server, Trap
from kg.faces.site.own import own_files
from kg.graph import KnowledgeGraph
from kg.source.queryfile import without_header
from sites import made_alone, value

pytestmark = pytest.mark.slow
VENDORED = files("kg.faces.site").joinpath("static", "vendor", "oxigraph")
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"
NUMBERS = """SELECT ?x { VALUES ?x {
  1234567.5 0.5 12.0 99999.96 -3.25 1e-7 0.00004321 1.5e13 999950000.0 6582.25 65822500000.0
  1064460000000.0 2.5e20 123456.789012345 1234567890123.45 3.3333333333333335
  196587500000.0 12000000000.0 999999999999.5 -1e9 0.0 1e-300 1e300 "NaN"^^xsd:double
  12 "x"@en "2024-01-02"^^xsd:date true <urn:a> <https://example.org/b> <http://example.org/c"> } }""".replace(
    'c">', "c>"
)


@pytest.fixture(scope="module")
def site(world: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SPARQL page of a site, in both languages, with what it loads; the pages that it links to are not there."""
    folder = tmp_path_factory.mktemp("site")
    made_alone(world, folder, "/sparql", *(path for path in own_files() if path.startswith("/static/")))
    return folder


# -- what is carried ------------------------------------------------------------------------------------------------------


def test_the_vendored_files_are_those_that_their_readme_names() -> None:
    readme = VENDORED.joinpath("README.md").read_text(encoding="utf-8")
    for name in ("web.js", "web_bg.wasm"):
        assert f"| `{name}` | `{sha256(VENDORED.joinpath(name).read_bytes()).hexdigest()}` |" in readme


def test_the_page_carries_the_engine_and_the_whole_dataset(world: KnowledgeGraph, site: Path) -> None:
    engine, dataset = value(site, "engine.js"), value(site, "dataset.js")
    assert gzip.decompress(base64.b64decode(engine["wasm"])) == VENDORED.joinpath("web_bg.wasm").read_bytes()
    assert gzip.decompress(base64.b64decode(dataset)) == (world.path / "dataset.nq").read_bytes()


# -- in a browser ---------------------------------------------------------------------------------------------------------


def _run(page: Any, query: str) -> None:
    """Ask *query*, and wait for what comes of it."""
    page.evaluate("(text) => window.kgEditor.show(text)", query)
    page.get_by_role("button", name=re.compile("^(运行|run)$")).click()
    page.wait_for_selector("#result *", timeout=60_000)
    page.wait_for_selector("#stop", state="hidden")


def _table(page: Any) -> list[list[str]]:
    """The cells of the answer."""
    rows = "trs => trs.map(tr => [...tr.cells].map(cell => cell.textContent.trim()))"
    return page.locator("main .scroll tr").evaluate_all(rows)


@needs_chromium
def test_a_saved_question_has_the_rows_of_the_store(
    browser: Any, address: str, site: Path, world: KnowledgeGraph
) -> None:
    saved = world.catalogue.get("companies-in-segment")
    with opened(browser, address) as page:
        page.goto(f"{address}/zh/sparql.html")
        page.select_option("#example", saved.name)
        page.get_by_role("button", name="打开").click()
        assert page.input_value("#query") == without_header(saved.sparql)
        _run(page, page.input_value("#query"))
        expected = world.store.select(saved.sparql)
        with page.expect_download() as loading:
            page.get_by_role("button", name="json").click()
        found = json.loads(Path(loading.value.path()).read_text(encoding="utf-8"))
        rows = [
            tuple(row.get(name, {}).get("value") for name in expected.columns) for row in found["results"]["bindings"]
        ]
        assert rows == [tuple(term and term.value for term in row) for row in expected.rows]
        assert rows
        assert re.fullmatch(rf"{len(rows)} 行 · 用时 \d+ 毫秒", page.inner_text("#told"))
        links = page.locator("main .scroll td a").evaluate_all("all => all.map((a) => a.getAttribute('href'))")
        assert set(links) <= {file for *_, file in value(site, "terms.js")["nodes"]}
        assert links


@needs_chromium
def test_the_table_is_that_of_the_server(
    browser: Any, address: str, world: KnowledgeGraph, world_server: Server
) -> None:
    queries = [NUMBERS, *(without_header(query.sparql) for query in world.catalogue)][::12]
    for lang in ("zh", "en"):
        with opened(browser, address, lang=lang) as page, opened(browser, world_server.url, lang=lang) as served:
            page.goto(f"{address}/{lang}/sparql.html")
            for query in queries:
                _run(page, query)
                served.goto(f"{world_server.url}/sparql?lang={lang}&query={quote(query)}")
                assert _table(page) == _table(served), query


@needs_chromium
def test_a_graph_that_is_not_here_is_told(browser: Any, site: Path) -> None:
    """As the server does; the engine would take it for an empty graph."""
    with opened(browser, site.as_uri(), lang="en") as page:
        page.goto(f"{site.as_uri()}/en/sparql.html")
        for written in ("FROM <urn:x>", "PREFIX u: <urn:> SELECT * FROM NAMED u:x", "FROM g:entities from <urn:x>"):
            _run(page, f"{written if 'SELECT' in written else 'SELECT * ' + written} {{ ?s ?p ?o }} LIMIT 1")
            assert "which is not here" in page.get_by_role("alert").inner_text(), written
        for right in (
            "FROM g:entities",
            "FROM NAMED g:entities",
            "# FROM <urn:x>\n",
            "FROM <https://w3id.org/xinzhi/graph/entities>",
        ):
            _run(page, f'SELECT ?from ?t {right} {{ ?from ?p ?o BIND("FROM <urn:x>" AS ?t) }} LIMIT 1')
            assert page.get_by_role("alert").count() == 0, right


@needs_chromium
def test_a_chain_of_operators_that_the_engine_computes_from_the_right_is_refused(browser: Any, site: Path) -> None:
    """Oxigraph's package for browsers does so up to 0.5.11; brackets are needed, which the saved questions have."""
    with opened(browser, site.as_uri(), lang="en") as page:
        page.goto(f"{site.as_uri()}/en/sparql.html")
        for chain in ("10 - 4 + 3", "12 / 2 * 3", "?x -1 -2"):
            _run(page, f"SELECT ({chain} AS ?y) {{ VALUES ?x {{ 1 }} }}")
            assert "Write brackets" in page.get_by_role("alert").inner_text(), chain
        harmless = '("a - b - c" AS ?s) (1 - -2 AS ?m) (2 * 3 / 4 AS ?p)'
        _run(
            page,
            f"SELECT ((10 - 4) + 3 AS ?y) {harmless} {{ OPTIONAL {{ ?x (ivc:a/ivc:b/ivc:c)* co:a-b-c }} }} LIMIT 1",
        )
        assert _table(page)[1] == ["9", "a - b - c", "3", "1.5"]
        refused = "() => Object.entries(kgTerms.examples).filter(([, text]) => kgChained(text)).map(([name]) => name)"
        assert page.evaluate(refused) == []


@needs_chromium
def test_what_is_not_sparql_is_told_with_its_place(browser: Any, address: str, trap: Trap) -> None:
    with opened(browser, address, lang="en") as page:
        page.goto(f"{address}/en/sparql.html")
        _run(page, "SELECT ?x {\n  ?x a nowhere:y }")
        assert "line 2, column" in page.get_by_role("alert").inner_text()
        assert "prefix is not declared" in page.get_by_role("alert").inner_text()
        for service in ("SERVICE", "SERVICE SILENT"):
            _run(page, f"SELECT * {{ {service} <http://127.0.0.1:{trap.port}/> {{ ?s ?p ?o }} }}")
        _run(page, f"LOAD <http://127.0.0.1:{trap.port}/>")
        assert page.get_by_role("alert").is_visible()
        _run(page, "CONSTRUCT { ?s a ?c } WHERE { ?s a ?c } LIMIT 3")
        assert page.locator("#result pre").inner_text().count(" a ") >= 1
        _run(page, "ASK {}")
        assert page.inner_text("#result strong") == "true"
    assert trap.calls == []


@needs_chromium
def test_a_query_without_end_is_stopped_and_the_next_is_answered(browser: Any, site: Path) -> None:
    address = site.as_uri()
    with opened(browser, address, lang="en") as page:
        page.goto(f"{address}/en/sparql.html#query={quote(ENDLESS)}")  # an address that names its query
        page.wait_for_selector("#told:has-text('evaluating')", timeout=60_000)
        page.get_by_role("button", name="stop").click()
        assert page.inner_text("#told") == "stopped"
        _run(page, "ASK {}")
        assert page.inner_text("#result strong") == "true"


@needs_chromium
@pytest.mark.parametrize(("lang", "scheme"), [("zh", "light"), ("en", "dark")])
def test_the_page_is_accessible_on_a_phone(browser: Any, site: Path, lang: str, scheme: str) -> None:
    with opened(browser, site.as_uri(), PHONE, lang=lang, color_scheme=scheme) as page:
        page.goto(f"{site.as_uri()}/{lang}/sparql.html")
        _run(page, NUMBERS)
        assert accessible(page, asks=False) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
