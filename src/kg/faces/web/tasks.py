"""What a worker can be asked, by name; and one example of each, for its rehearsal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from kg.faces.web import description, openapi, rows, sparql, things, views
from kg.faces.web.asked import read_only
from kg.faces.web.desk import Reply, Request, Room, Task


def _sparql(room: Room, request: Request) -> Reply:
    """``/sparql``: with a query its answer, alone what the endpoint is; to a browser the editor."""
    if request.all("update"):
        raise read_only()
    request = _formatted(request)
    queries = request.all("query")
    asked = request.posted or queries
    reply = sparql.editor if sparql.wants_page(request) else sparql.ask if asked else description.service
    found = reply(room, request)
    return replace(found, keep=False) if any(map(sparql.volatile, queries)) else found


def _query(room: Room, request: Request) -> Reply:
    """A saved query."""
    return rows.answer(room, _formatted(request))


def _formatted(request: Request) -> Request:
    """*request* with the format that ``format=`` names, if its path names none."""
    named = next(iter(request.all("format")), "")
    return request._replace(suffix=named) if named and not request.suffix else request


TASKS: Final[Mapping[str, Task]] = {
    "sparql": _sparql,
    "void": description.void,
    "openapi": openapi.document,
    "home": views.home,
    "queries": rows.catalogue,
    "query": _query,
    "thing": things.answer,
    "chain": views.chain,
    "audit": views.audit,
    "search": views.search,
    "why": views.why,
    "explore": views.explore,
    "problem": views.problem,
}
_HTML: Final = {"accept": "text/html"}
_SELECT: Final = 'SELECT ?s ("service" AS ?x) FROM <urn:none> WHERE { ?s ?p ?o } LIMIT 1'
REHEARSAL: Final[tuple[Mapping[str, Any], ...]] = (
    {"task": "sparql", "params": (("query", _SELECT),)},
    *(
        {"task": "sparql", "suffix": s, "params": (("query", "ASK { ?s ?p ?o }"),)}
        for s in ("json", "xml", "csv", "tsv")
    ),
    *(
        {"task": "sparql", "suffix": s, "params": (("query", "CONSTRUCT WHERE { ?s a ivc:Industry }"),)}
        for s in ("ttl", "nt", "jsonld", "rdf")
    ),
    {"task": "sparql", "params": (("query", _SELECT),), **_HTML},
    {"task": "sparql", "base": "http://localhost"},
    {"task": "sparql", **_HTML},
    {"task": "void", "base": "http://localhost"},
    {"task": "openapi"},
    *({"task": task, **how} for task in ("home", "queries", "audit") for how in ({"suffix": "json"}, _HTML)),
    *({"task": "query", "path": "chain-of-industry", "suffix": s} for s in rows.FORMATS),
    {"task": "query", "path": "chain-of-industry", **_HTML},
    *({"task": "thing", "path": "industry/6g", "suffix": s} for s in things.SUFFIXES),
    {"task": "thing", "path": "nothing/such"},
    *({"task": "chain", "path": "6g", **how} for how in ({"suffix": "json"}, _HTML)),
    *({"task": "search", "params": (("q", text),), **_HTML} for text in ("6G", "biyadi", "比压迪")),
    *(
        {"task": "why", "params": (("subject", "华为"), ("predicate", p), ("object", "6G")), **_HTML}
        for p in ("涉足产业", "布局产业")
    ),
    {"task": "explore", "params": (("thing", "6G"),)},
    {"task": "explore"},
    {"task": "problem", "path": "limit", **_HTML},
)
