"""What a worker of the web needs is loaded before workers are forked: no request spends its time, or its memory, on that."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from kg.faces.web.rows import FORMATS
from kg.faces.web.tasks import TASKS
from kg.faces.web.things import SUFFIXES
from kg.graph import KnowledgeGraph
from kg.store.formats import ALL, GRAPHS

MISSPELT = "青蓝纸坊"
"""A name that sounds like one of the graph's."""
QUESTIONS = (
    "灯纸有哪些代表企业?",
    "which companies make lantern papr",
    f"{MISSPELT}的产品",
    "纸灯市场多大",
    "无人知晓",
)
QUERIES = (
    "ASK {}",
    "SELECT * { ?s ?p ?o } LIMIT 3",
    "CONSTRUCT WHERE { ?s a ivc:Company }",
    "DESCRIBE co:qinglan",
    "SELECT * FROM g:entities { ?s ?p ?o } LIMIT 3",
    "SELECT * FROM <urn:none> {}",
    "ASK { SERVICE <urn:none> {} }",
    'SELECT (1.5 + "1"^^xsd:integer AS ?x) (NOW() AS ?y) (SHA256("x") AS ?z) {}',
    "ASK {",
    "",
)
"""Of each form, and of each way to be refused."""

_ASK = """
import json, pickle, sys
from kg.service.messages import Response, Failure, Request, unpack
from kg.service.worker import open_graph

given = json.load(sys.stdin)
handler = open_graph([given["folder"]], "kg.faces.web.tasks:tasks", ["/kg"], {"seconds": 60})
imported, found = [], []
sys.addaudithook(lambda event, args: imported.append(args[0]) if event == "import" else None)
for fields in given["requests"]:
    imported.clear()
    request = Request(**{**fields, "params": tuple(map(tuple, fields.get("params", ())))})
    result = unpack(handler(pickle.dumps(tuple(request))))
    trace = result.trace if isinstance(result, Failure) else ""
    found.append([isinstance(result, Response), sorted(set(imported)), trace])
print(json.dumps(found))
"""


def _requests() -> list[dict[str, Any]]:
    """Each task in every format, right and wrong."""
    why = [("subject", "青岚纸坊"), ("predicate", "涉足产业")]
    names = [f.name for f in ALL]
    asked: list[dict[str, Any]] = [
        *({"task": "sparql", "params": [("query", q), ("format", f)]} for q in QUERIES for f in names),
        *({"task": "sparql", "params": [("query", q)], "accept": "text/html"} for q in QUERIES),
        *({"task": task, "accept": f.media} for task in ("sparql", "void") for f in GRAPHS),
        *({"task": "query", "path": "companies-in-segment", "suffix": f} for f in ("", *FORMATS)),
        {"task": "query", "path": "companies-in-segment", "params": [("segment", MISSPELT)]},
        {"task": "query", "path": "company-in-segment"},
        *({"task": "thing", "path": path, "suffix": f} for path in PATHS for f in SUFFIXES),
        {"task": "explore"},
        {"task": "explore", "suffix": "json"},
        *({"task": "explore", "params": [("thing", thing)]} for thing in ("风铃业", "qinglan", MISSPELT)),
        *(
            {"task": "picture", "suffix": suffix, "params": params}
            for suffix in ("svg", "png")
            for params in ([], [("thing", "qinglan")], [("thing", MISSPELT)])
        ),
        *({"task": "chain", "path": "wind-chimes", "suffix": suffix} for suffix in ("svg", "png")),
        {"task": "openapi"},
        {"task": "completion"},
    ]
    for suffix in ("html", "json"):
        asked += [{"task": task, "suffix": suffix} for task in ("home", "queries", "audit", "search", "why", "figures")]
        asked += [{"task": "cite", "suffix": suffix, "params": [("thing", thing)]} for thing in ("qinglan", MISSPELT)]
        asked += [{"task": "figures", "suffix": suffix, "params": [("industry", i)]} for i in ("风铃业", MISSPELT)]
        asked += [{"task": "matrix", "path": name, "suffix": suffix} for name in ("industries-by-indicators", "none")]
        asked += [
            {"task": task, "suffix": suffix, "params": [(one, "qinglan"), (other, thing), ("inferred", "1")]}
            for task, one, other in (("compare", "a", "b"), ("path", "from", "to"))
            for thing in ("听竹社", MISSPELT)
        ]
        asked += [{"task": "problem", "path": code, "suffix": suffix} for code in ("limit", "none")]
        asked += [{"task": "audit", "suffix": suffix, "params": [("industry", i)]} for i in ("风铃业", MISSPELT)]
        asked += [
            {"task": "search", "suffix": suffix, "params": [("q", q)]} for q in ("青嵐紙坊", "qinglanzhifang", MISSPELT)
        ]
        asked += [{"task": "ask", "suffix": suffix, "params": [("q", q)]} for q in ("", *QUESTIONS)]
        asked += [{"task": "chain", "path": path, "suffix": suffix} for path in ("wind-chimes", "wind-chime")]
        asked += [
            {"task": "why", "suffix": suffix, "params": [*why, ("object", thing)]}
            for thing in ("纸灯业", "风铃业", MISSPELT)
        ]
    return [{**one, "lang": lang, "base": "http://localhost:8000"} for one in asked for lang in ("zh", "en")]


PATHS = (
    "ns",
    "organization/qinglan",
    "organization/qinglam",
    "industry/wind-chimes",
    "passage/w1-L0020",
    "graph/entities",
)


@pytest.mark.slow
def test_no_request_imports_anything(world: KnowledgeGraph) -> None:
    requests = _requests()
    assert {one["task"] for one in requests} == set(TASKS)
    done = subprocess.run(
        [sys.executable, "-c", _ASK],
        input=json.dumps({"folder": str(world.path), "requests": requests}),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = list(zip(requests, json.loads(done.stdout), strict=True))
    assert [(asked, trace) for asked, (_, _, trace) in found if trace] == []
    assert [(asked, modules) for asked, (_, modules, _) in found if modules] == []
    assert {asked["task"] for asked, (answered, _, _) in found if answered} == set(TASKS)
