"""A project in which nothing is called as in the packaged one: every route, command, tool, export and drawing of it answers.

What is asked is listed here; a new route, command or tool without a case fails.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from mcp import StdioServerParameters
from mcp.client.client import Client
from mcp.client.stdio import stdio_client

from conftest import Server, finished, on, served, small, sparql_server
from kg.faces.cli import COMMANDS
from kg.faces.draw import draw
from kg.faces.export import FORMATS as EXPORTS
from kg.faces.export import GRAPHS as EXPORTED
from kg.faces.export import SEVERAL, export, export_files
from kg.faces.web.app import Routes
from kg.faces.web.problems import STATUS
from kg.faces.web.rows import FORMATS
from kg.faces.web.settings import Settings
from kg.faces.web.things import SUFFIXES
from kg.graph import KnowledgeGraph
from kg.pipeline.build import build
from kg.service.service import Options, Service
from kg.source.project import Project
from kg.store.formats import GRAPHS, ROWS
from kg.vocab import BASE

QUERY = "makers-in-segment"
HTML, JSON = "text/html", "application/json"
MINE = (
    "ns",
    "industry/kites",
    "organization/feiyuan",
    "segment/kites-bamboo",
    "passage/k1-L0003",
    "document/k1",
    "list/cny",
)
WHY = f"subject={quote('竹邻社')}&predicate={quote('涉足产业')}&object={quote('风筝业')}"
ASKED: dict[str, dict[str, tuple[int, ...]]] = {
    "/sparql": {
        "/sparql": (200,),
        **{f"/sparql?query=SELECT * {{ ?s a ivc:Company }}&format={f.name}": (200,) for f in ROWS},
        **{f"/sparql?query=DESCRIBE co:zhulin&format={f.name}": (200,) for f in GRAPHS},
        "/sparql?query=ASK { co:zhulin ivc:suppliesTo co:feiyuan }": (200,),
        "/sparql?query=ASK {": (400,),
        "/sparql?query=ASK { SERVICE <urn:x> {} }": (403,),
        f"/sparql?example={QUERY}": (200,),
        "/sparql?example=nothing-such": (200, 404),
    },
    "/completion.json": {"/completion.json": (200,)},
    "/healthz": {"/healthz": (200,)},
    "/readyz": {"/readyz": (200,)},
    "/metrics": {"/metrics": (200,)},
    "/static/{name:path}": {"/static/style.css": (200,), "/static/none": (404,)},
    "/.well-known/void": {"/.well-known/void": (303,)},
    "/dataset": {"/dataset": (303,)},
    "/void": {"/void": (200, 406)},
    "/openapi.json": {"/openapi.json": (200,)},
    "/": {"/": (200,)},
    "/queries": {"/queries": (200,), "/queries?tag=company": (200,), "/queries?tag=none": (200,)},
    "/queries.json": {"/queries.json": (200,)},
    "/queries/{name}": {
        f"/queries/{QUERY}": (200,),
        **{f"/queries/{QUERY}.{suffix}": (200,) for suffix in FORMATS},
        f"/queries/{QUERY}?segment=绘面": (200,),
        f"/queries/{QUERY}?segment=nothing-such": (404,),
        f"/queries/{QUERY}?cursor=AAAAAAAA": (400,),
        f"/queries/{QUERY}.json?cursor=AAAAAAAA": (400,),
        "/queries/companies-in-segment": (404,),
    },
    "/audit": {
        "/audit": (200,),
        "/audit?industry=风筝业": (200,),
        "/audit?industry=nothing-such": (404,),
        "/audit?rule=A09": (200,),
        "/audit?rule=Z": (400,),
    },
    "/audit.json": {"/audit.json": (200,)},
    **{f"/audit.{file}": {f"/audit.{file}?industry=kites": (200,)} for file in ("xlsx", "csv")},
    **{f"/compare.{file}": {f"/compare.{file}?a=竹邻社&b=feiyuan": (200,)} for file in ("xlsx", "csv")},
    "/ask": {
        "/ask": (200, 400),
        "/ask?q=绘面的代表企业": (200,),
        "/ask?q=nothing-such": (200,),
    },
    "/ask.json": {"/ask.json?q=竹": (200,)},
    "/search": {
        "/search": (200,),
        "/search?q=feiyuan": (200,),
        "/search?q=飞园坊": (200,),
        "/search?q=nothing-such": (200,),
    },
    "/search.json": {"/search.json?q=竹": (200,), "/search.json?q=kites&kind=Industry": (200,)},
    "/why": {"/why": (200,), f"/why?{WHY}": (200,), "/why?subject=nothing-such&predicate=x&object=y": (404,)},
    "/why.json": {f"/why.json?{WHY}": (200,)},
    "/cite": {
        "/cite": (200,),
        "/cite?thing=竹邻社": (200,),
        "/cite?thing=k1-L0003": (200,),
        "/cite?chain=风筝业": (200,),
        f"/cite?{WHY}": (200,),
        "/cite?thing=nothing-such": (404,),
    },
    "/cite.json": {"/cite.json?thing=竹邻社": (200,)},
    "/compare": {
        "/compare": (200,),
        "/compare?a=竹邻社&b=feiyuan": (200,),
        "/compare?a=竹邻社": (200, 400),
        "/compare?a=竹邻社&b=zhulin": (400,),
        "/compare?a=竹邻社&b=nothing-such": (404,),
    },
    "/compare.json": {"/compare.json": (200,), "/compare.json?a=竹邻社&b=feiyuan": (200,)},
    "/path": {
        "/path": (200,),
        "/path?from=竹邻社&to=feiyuan": (200,),
        "/path?from=竹邻社&to=风筝业&inferred=1": (200,),
        "/path?from=竹邻社&to=feiyuan&limit=0": (400,),
        "/path?from=竹邻社&to=nothing-such": (404,),
    },
    "/path.json": {"/path.json": (200,), "/path.json?from=竹邻社&to=feiyuan": (200,)},
    "/figures": {
        "/figures": (200,),
        "/figures?industry=风筝业": (200,),
        "/figures?indicator=市场规模&region=China": (200, 404),
        "/figures?thing=zhulin&all=1": (200,),
        "/figures?industry=nothing-such": (404,),
    },
    "/figures.json": {"/figures.json": (200,), "/figures.json?industry=kites": (200,)},
    "/figures.svg": {"/figures.svg?industry=kites": (200, 404), "/figures.svg?group=none": (404,)},
    "/matrix/{name}": {f"/matrix/{QUERY}": (404,), "/matrix/nothing-such.json": (404,)},
    "/explore": {
        "/explore": (200, 406),
        "/explore?thing=风筝业": (200, 406),
        "/explore?thing=zhulin": (200, 406),
        "/explore?thing=nothing-such": (404, 406),
    },
    "/explore.json": {
        "/explore.json": (200,),
        "/explore.json?thing=风筝业": (200,),
        "/explore.json?thing=nothing-such": (404,),
    },
    "/chain/{name}": {
        "/chain/kites": (200,),
        "/chain/kites.json": (200,),
        "/chain/kites.xlsx": (200,),
        "/chain/kites.csv": (200,),
        "/chain/kites.svg": (200,),
        "/chain/kites.png": (200,),
        "/chain/nothing-such": (404,),
        "/chain/nothing-such.json": (404,),
    },
    "/picture.svg": {
        "/picture.svg": (200,),
        "/picture.svg?thing=风筝业": (200,),
        "/picture.svg?thing=zhulin": (200,),
        "/picture.svg?thing=nothing-such": (404,),
    },
    "/picture.png": {"/picture.png": (200,), "/picture.png?thing=zhulin": (200,)},
    "/problem/{code}": {**{f"/problem/{code}": (200,) for code in STATUS}, "/problem/none": (404,)},
    "/resource": {
        f"/resource?iri={quote(BASE + 'industry/kites')}": (200,),
        "/resource?iri=https://example.org/none": (404,),
        "/resource": (404,),
    },
    "/{path:path}": {
        **{f"/{path}.{suffix}": (200,) for path in MINE for suffix in SUFFIXES},
        **{f"/{path}": (200,) for path in MINE},
        "/industry/nothing-such": (404,),
        "/organization/nothing-such.ttl": (404,),
    },
}
"""Route → what is asked of it, and the statuses that may come of it."""


@contextmanager
def _served(project: Project, folder: Path) -> Iterator[tuple[Server, httpx.Client]]:
    flags = ("--timeout", "60", "--workers", "1", "--reserved", "1")
    with (
        served(project, folder, *flags) as running,
        httpx.Client(base_url=running.url, timeout=120) as client,
    ):
        yield running, client


@pytest.fixture(scope="module")
def foreign(kites: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, httpx.Client]]:
    with _served(kites, tmp_path_factory.mktemp("foreign")) as found:
        yield found


@pytest.fixture(scope="module")
def kites_graph(kites: Project) -> KnowledgeGraph:
    return KnowledgeGraph(kites.store_folder / "current")


def _faults(server: Server) -> list[dict[str, object]]:
    return [line for line in server.lines() if line["level"] in ("warning", "error") or line.get("status", 0) == 500]


def test_every_route_is_asked() -> None:
    routes = Routes(Settings(store="none"), Service(Options(Path("none"), ""))).table()
    assert {route.path for route in routes} == set(ASKED)


@pytest.mark.slow
@pytest.mark.parametrize("route", ASKED)
def test_every_route_answers(foreign: tuple[Server, httpx.Client], route: str) -> None:
    server, client = foreign
    for path, allowed in ASKED[route].items():
        for accept, lang in ((HTML, "zh"), (HTML, "en"), (JSON, "en"), ("*/*", "zh")):
            headers = {"Accept": accept, "Accept-Language": lang}
            response = client.get(path, headers=headers)
            ok = (*allowed, 406) if accept == JSON and "{name}" not in route else allowed
            assert response.status_code in ok, (path, accept, response.text[:500])
            assert client.head(path, headers=headers).status_code == response.status_code
    assert _faults(server) == []


@pytest.mark.parametrize("route", ["/void", "/sparql"])
@pytest.mark.parametrize("format_", [f.media for f in GRAPHS])
def test_the_descriptions_are_there_in_every_format(
    foreign: tuple[Server, httpx.Client], route: str, format_: str
) -> None:
    response = foreign[1].get(route, headers={"Accept": format_})
    assert (response.status_code, response.headers["content-type"].partition(";")[0]) == (200, format_)


def test_what_is_offered_as_an_example_is_there(foreign: tuple[Server, httpx.Client]) -> None:
    """Asked are the example of VoID, and each operation of the OpenAPI document with the examples of its parameters."""
    server, client = foreign
    void = client.get("/void", headers={"Accept": "application/n-triples"}).text
    shown = [line.split()[2].strip("<>") for line in void.splitlines() if "void#exampleResource" in line]
    assert shown
    for iri in shown:
        assert client.get(iri.replace(BASE, "/")).status_code == 200
    document = client.get("/openapi.json").json()
    for path, operations in document["paths"].items():
        if path != "/sparql":
            url, params = _filled(path, operations["get"]["parameters"])
            response = client.get(url, params=params)
            assert response.status_code == 200, (response.url, response.text)
    assert _faults(server) == []


def _filled(path: str, parameters: list[dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    """*path* and query parameters with the examples that the document gives."""
    params: dict[str, Any] = {}
    for parameter in parameters:
        value = parameter.get("example", next(iter(parameter["schema"].get("enum", ())), None))
        if parameter["in"] == "path":
            path = path.replace("{" + parameter["name"] + "}", str(value))
        elif value is not None:
            params[parameter["name"]] = value
    return path, params


@pytest.mark.slow
def test_without_saved_queries_every_other_route_answers(tmp_path: Path) -> None:
    project = small("kites", tmp_path / "kites")
    for query in (project.root / "queries").iterdir():
        query.unlink()
    build(project)
    with _served(project, tmp_path) as (server, client):
        assert client.get("/queries.json").json() == {"queries": []}
        for route, paths in ASKED.items():
            for path, allowed in paths.items():
                expected = (404,) if route == "/queries/{name}" or "example=" in path else allowed
                if route.startswith("/compare"):
                    expected = (*allowed, 400)  # what compares is a saved query
                response = client.get(path, headers={"Accept": HTML})
                assert response.status_code in expected, (path, response.text[:500])
        assert _faults(server) == []


# -- the shell --------------------------------------------------------------------------------------------------------

RUN: dict[str, dict[tuple[str, ...], str]] = {
    "chain": {("风筝业",): "bamboo frames"},
    "find": {("feiyuan",): "Feiyuan Workshop", ("飞园坊",): "Feiyuan Workshop"},
    "show": {("竹邻社",): "Zhulin Guild", ("k1-L0003",): "bamboo frames"},
    "cite": {("竹邻社",): "[DS", ("k1-L0003",): "k1-L0003", ("chain", "风筝业"): "风筝业", (QUERY,): QUERY},
    "compare": {("竹邻社", "飞鸢坊"): "keyPlayerIn"},
    "path": {("竹邻社", "飞鸢坊"): "supplies to", ("--inferred", "竹邻社", "风筝业"): "k1-L0003"},
    "queries": {(): QUERY},
    "ask": {("竹骨的代表企业",): "竹邻社", ("companies named for bamboo frames",): "Zhulin Guild"},
    "query": {(QUERY,): "Zhulin Guild", (QUERY, "segment=绘面"): "Feiyuan Workshop"},
    "sparql": {("SELECT ?company { ?company a ivc:Company }",): "feiyuan"},
    "why": {("竹邻社", "涉足产业", "风筝业"): "k1-L0003", ("--all", "竹邻社", "active in", "kite making"): "k1-L0003"},
    "audit": {(): "A09-uncredited", ("风筝业",): "A09-uncredited"},
    "stats": {(): "inferred", ("--central",): "Feiyuan Workshop"},
    "draw": {
        ("-o", "{folder}/all.html"): "",
        ("风筝业", "-o", "{folder}/kites.html"): "",
        ("竹邻社", "-o", "{folder}/x.svg"): "",
    },
    "export": {("--graph", "psg:k1-L0003"): "co:zhulin"},
    "build": {(): "nothing changed"},
    "check": {(): "A09-uncredited obs:kites-2031"},
    "passages": {("k1={folder}/k1.txt", "-o", "-", "--project", "{folder}/copy"): "ivc:contextIndustry ind:kites"},
    "completion": {(shell,): "kg" for shell in ("bash", "zsh", "fish")},
    "doctor": {(): "build/current is current"},
    "site": {("{folder}/site",): "site/index.html"},
}
"""Command → what is asked of it, and a text of the answer."""
ELSEWHERE = {"serve": "test_every_route_answers", "mcp": "test_every_tool_answers"}
"""Commands that other tests here ask."""


def test_every_command_is_asked() -> None:
    assert sorted([*RUN, *ELSEWHERE]) == sorted(COMMANDS)


@pytest.mark.slow
@pytest.mark.parametrize("command", RUN)
def test_every_command_answers(kites: Project, tmp_path: Path, command: str) -> None:
    (tmp_path / "k1.txt").write_text("风筝业\n飞鸢坊\n竹骨\n", encoding="utf-8")
    shutil.copytree(kites.root, tmp_path / "copy")
    for args, told in RUN[command].items():
        done = on(kites)(command, *(arg.replace("{folder}", str(tmp_path)) for arg in args))
        assert told in done.stdout, (args, done.stdout)
        assert "Traceback" not in done.stderr


# -- the agents' server -------------------------------------------------------------------------------------------------

CALLED: dict[str, list[dict[str, Any]]] = {
    "ask": [{"question": "竹骨的代表企业"}],
    "query": [{"name": QUERY}, {"search": "企业"}],
    "find": [{"text": "飞园坊"}, {"text": "feiyuann"}, {"text": "zhu lin"}],
    "show": [{"thing": "竹邻社"}, {"thing": "k1-L0003"}],
    "chain": [{"industry": "风筝业"}],
    "why": [{"subject": "竹邻社", "predicate": "涉足产业", "object": "风筝业"}],
    "audit": [{}, {"industry": "kites"}],
    "cite": [{"thing": "k1-L0003"}, {"chain": "风筝业"}, {"thing": QUERY, "params": {"segment": "绘面"}}],
    "compare": [{"one": "竹邻社", "other": "飞鸢坊"}],
    "path": [{"one": "竹邻社", "other": "飞鸢坊"}],
    "sparql": [{"query": "SELECT ?company { ?company a ivc:Company }"}, {"query": "DESCRIBE co:zhulin"}],
    "spreadsheet": [
        {"of": "query", "name": QUERY, "params": {"segment": "绘面"}},
        {"of": "chain", "name": "风筝业"},
        {"of": "audit"},
        {"of": "compare", "name": "竹邻社", "other": "飞鸢坊"},
    ],
    "ties-compared": [{}],
    QUERY: [{}, {"segment": "绘面"}],
}
"""Tool → calls of it; each has an answer of at least a row."""
CALLED_IN_VAIN: dict[str, list[dict[str, Any]]] = {
    "ask": [{"question": "coal"}],
    "query": [{"name": "nothing"}],
    "ties-compared": [],
    "compare": [{"one": "竹邻社", "other": "nobody"}],
    "cite": [{}, {"thing": "nobody"}, {"thing": "竹邻社", "predicate": "cooperates with"}],
    "find": [{"text": "§§§"}],
    "show": [{"thing": "nobody"}],
    "chain": [{"industry": "coal"}],
    "why": [{"subject": "竹邻社", "predicate": "cooperates with", "object": "风筝业"}],
    "audit": [{"industry": "coal"}],
    "path": [{"one": "竹邻社", "other": "nobody"}],
    "sparql": [
        {"query": query}
        for query in ("SELECT * { SERVICE <urn:x> {} }", "SELECT * FROM <urn:x> {}", "INSERT DATA {}", "SELECT")
    ],
    "spreadsheet": [{"of": "chain"}, {"of": "audit", "name": "coal"}, {"of": "query", "name": "nothing"}],
    QUERY: [{"segment": "coal"}],
}
"""Tool → calls that have no row for an answer, but a reason."""


@pytest.mark.slow
@pytest.mark.parametrize("elsewhere", [False, True])
def test_every_tool_answers(kites: Project, tmp_path: Path, elsewhere: bool) -> None:
    """They answer from the folder of a build, and from a store elsewhere."""
    if not elsewhere:
        _ask_every_tool(kites, str(kites.store_folder))
        return
    with sparql_server(tmp_path / "store", KnowledgeGraph(kites.store_folder / "current")) as url:
        _ask_every_tool(kites, url)


def _ask_every_tool(kites: Project, store: str) -> None:
    env = {**os.environ, "KG_LANG": "en", "KG_PROJECT": str(kites.root), "KG_STORE": store}

    async def ask() -> list[tuple[bool, str, dict[str, str], Any]]:
        command = StdioServerParameters(command=sys.executable, args=["-m", "kg", "mcp", "--tools", "all"], env=env)
        async with Client(stdio_client(command)) as client:
            assert {tool.name for tool in (await client.list_tools()).tools} == set(CALLED) == set(CALLED_IN_VAIN)
            return [
                (calls is CALLED, name, given, await client.call_tool(name, given))
                for calls in (CALLED, CALLED_IN_VAIN)
                for name, each in calls.items()
                for given in each
            ]

    for finds, name, given, answer in finished(ask()):
        told = answer.content[0].text
        assert told, (name, given)
        assert "error[error]" not in told, (name, given, told)
        assert bool(not answer.is_error and answer.structured_content["rows"]) == finds, (name, given, told)


# -- exports and drawings -------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("format_", [format_ for format_ in EXPORTS if format_ not in SEVERAL])
def test_every_export_answers(kites_graph: KnowledgeGraph, format_: str) -> None:
    for which in (*EXPORTED, "psg:k1-L0003"):
        if which not in ("background", "links"):  # of which this project has none
            assert export(kites_graph, format_, which), which
    assert "竹邻社" in export(kites_graph, format_)


@pytest.mark.parametrize("format_", SEVERAL)
@pytest.mark.parametrize("which", ["default", "report", "provenance"])
def test_every_export_of_several_files_answers(kites_graph: KnowledgeGraph, format_: str, which: str) -> None:
    assert "竹邻社".encode() in b"".join(export_files(kites_graph, format_, which).values())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_everything_can_be_drawn(kites_graph: KnowledgeGraph, lang: str) -> None:
    drawn = [thing for thing in kites_graph.names.things if not thing.iri.startswith(f"{BASE}list/")]
    assert len(drawn) == 10
    for thing in drawn:
        assert f"<h1>{thing.label.pick(lang)}</h1>" in draw(kites_graph, thing.iri, lang)
    assert {"zh": "<li>风筝业</li>", "en": "<li>kite making</li>"}[lang] in draw(kites_graph, None, lang)
