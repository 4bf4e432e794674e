"""Pages of ``kg serve`` beside Datasette's table and rdflib-endpoint's editor, the same data, in one Chromium, in turn.

Each visit is that of a new reader: nothing is in the browser's cache. Two servers say the same of one dataset: Datasette has the
tables that ``kg export`` writes, rdflib-endpoint the quads. Its editor comes from another host; here the browser is given those
files at once, as npm has them.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench.service import QUERIES, _server, _wait
from bench.timing import spread
from kg.faces.export import export_files
from kg.graph import KnowledgeGraph, open_graph

YASGUI = "@triply/yasgui@4"
QUERY = QUERIES["join"].replace("0000000", "1234567")
COMPANY = "SELECT ?c (COUNT(*) AS ?n) { ?c a ivc:Company ; ?p ?o } GROUP BY ?c ORDER BY DESC(?n) ?c LIMIT 1"
"""The company of which most is said."""
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
WATCH = """
addEventListener("load", () => requestIdleCallback(() => { window.benchIdle = performance.now(); }));
"""
READ = """() => {
  const sent = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
  return {
    paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null,
    idle: window.benchIdle,
    kilobytes: sent.reduce((sum, one) => sum + one.encodedBodySize, 0) / 1000,
    requests: sent.length,
  };
}"""


def measure(rounds: int) -> dict[str, Any]:
    """Milliseconds to the first paint and until the page can be used, and what it loads, of each page; ratios round by round."""
    from playwright.sync_api import sync_playwright

    graph = open_graph()
    assert isinstance(graph, KnowledgeGraph)
    runs: dict[str, list[dict[str, float]]] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        editor = _editor(folder)
        pages = _pages(stack, graph, folder)
        playwright = stack.enter_context(sync_playwright())
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = stack.enter_context(playwright.chromium.launch(executable_path=chromium, args=list(FLAGS)))
        for number in range(rounds + 1):
            for name, url in pages.items():
                found = _visit(browser, url, editor)
                if number:  # the first round warms the servers
                    runs.setdefault(name, []).append(found)
    return {"pages": {name: _summary(found) for name, found in runs.items()}, "ratios": _ratios(runs)}


def _pages(stack: ExitStack, graph: KnowledgeGraph, folder: Path) -> dict[str, str]:
    """Name of each page → its address; the servers end with *stack*."""
    kg, endpoint = (stack.enter_context(_server(name)) for name in ("kg", "rdflib-endpoint"))
    database, table = _database(graph, folder)
    datasette = stack.enter_context(_datasette(database))
    (company,) = graph.store.select(COMPANY)
    return {
        "kg, home": f"{kg}/?lang=en",
        "kg, a company": f"{company['c'].replace('https://w3id.org/xinzhi', kg)}?lang=en",
        "kg, a saved question": f"{kg}/queries/companies-of-industry?lang=en",
        "kg, SPARQL with rows": f"{kg}/sparql?lang=en&query={quote(QUERY)}",
        "kg, SPARQL": f"{kg}/sparql?lang=en",
        "Datasette, a table": f"{datasette}/{database.stem}/{quote(table)}",
        "rdflib-endpoint, SPARQL": f"{endpoint}/",
    }


def _ratios(runs: Mapping[str, list[dict[str, float]]]) -> dict[str, Any]:
    """A page of kg over the one of another that shows the like."""
    pairs = [
        ("kg, home", "Datasette, a table"),
        ("kg, a company", "Datasette, a table"),
        ("kg, a saved question", "Datasette, a table"),
        ("kg, SPARQL", "rdflib-endpoint, SPARQL"),
    ]
    return {
        f"{one} : {other}": {
            what: spread([a[what] / b[what] for a, b in zip(runs[one], runs[other], strict=True)])
            for what in ("paint", "idle")
        }
        for one, other in pairs
    }


def _summary(found: list[dict[str, float]]) -> dict[str, Any]:
    return {
        **{what: spread([one[what] for one in found]) for what in ("paint", "idle")},
        **{what: found[-1][what] for what in ("kilobytes", "requests", "elsewhere")},
    }


def _visit(browser: Any, url: str, editor: Mapping[str, bytes]) -> dict[str, float]:
    """One visit of a new reader."""
    host = re.match(r"http://[^/]+", url)
    assert host
    elsewhere: list[int] = []  # bytes of each answer, which the browser does not tell of another host

    def answer(route: Any) -> None:
        asked = route.request.url
        if asked.startswith((host[0], "data:", "blob:")):
            return route.continue_()
        body = editor.get(asked.partition("yasgui@4/")[2])
        elsewhere.append(len(body or b""))
        return route.fulfill(body=body) if body is not None else route.abort()

    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="en-GB")
    try:
        page = context.new_page()
        page.add_init_script(WATCH)
        page.route("**/*", answer)
        page.goto(url, wait_until="load")
        while page.evaluate("window.benchIdle") is None:
            page.wait_for_timeout(20)
        found: dict[str, float] = page.evaluate(READ)
    finally:
        context.close()
    assert found["paint"] is not None and found["idle"] is not None, url
    return {**found, "kilobytes": found["kilobytes"] + sum(elsewhere) / 1000, "elsewhere": len(elsewhere)}


def _editor(folder: Path) -> dict[str, bytes]:
    """The files of the package that rdflib-endpoint's page loads from another host: path in it → content."""
    done = subprocess.run(["npm", "pack", YASGUI], cwd=folder, capture_output=True, text=True, check=True)
    with tarfile.open(folder / done.stdout.split()[-1]) as packed:
        wanted = {f"package/build/yasgui.min.{suffix}" for suffix in ("js", "css")}
        found = {name: packed.extractfile(name) for name in wanted}
        return {name.removeprefix("package/"): file.read() for name, file in found.items() if file}


def _database(graph: KnowledgeGraph, folder: Path) -> tuple[Path, str]:
    """A database with the tables of the graph, and the name of that with most rows."""
    path = folder / "graph.db"
    rows = {}
    with sqlite3.connect(path) as database:
        for name, body in export_files(graph, "csv", lang="en").items():
            if name.endswith(".csv"):
                head, *lines = csv.reader(io.StringIO(body.decode("utf-8-sig")))
                table = Path(name).stem
                columns = ", ".join(f'"{column}" TEXT' for column in head)
                database.execute(f'CREATE TABLE "{table}" ({columns})')
                database.executemany(f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(head))})', lines)
                rows[table] = len(lines)
    return path, max(rows, key=lambda table: rows[table])


@contextmanager
def _datasette(database: Path) -> Iterator[str]:
    """A running Datasette; its URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).parent / "datasette"), "serve", str(database), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
