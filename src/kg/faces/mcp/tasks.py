"""The tasks that run in workers: one for each tool; answers are JSON."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

# Imported before workers are forked, so that no call has to wait for the import.
import networkx  # noqa: F401
import rapidfuzz  # noqa: F401
import xlsxwriter.workbook  # noqa: F401

import kg.store.lexer  # noqa: F401
from kg.faces.mcp import asking, chart, citing, file, lookups, rows, saved, show
from kg.faces.mcp.call import Call
from kg.faces.mcp.result import Result, dumped, render
from kg.faces.mcp.schemas import SHARED
from kg.faces.mcp.sources import Sources
from kg.graph import KnowledgeGraph
from kg.service.messages import Request, Response
from kg.store.answers import Limits

ToolTask = Callable[[Call], Result]
_OWN: Final[Mapping[str, ToolTask]] = {
    "ask": asking.ask,
    "query": saved.query,
    "find": lookups.find,
    "show": show.show,
    "chain": chart.chain,
    "why": lookups.why,
    "audit": lookups.audit,
    "cite": citing.cite,
    "compare": lookups.compare,
    "path": lookups.path,
    "sparql": rows.sparql,
    "spreadsheet": file.spreadsheet,
}
_ROWS_FRACTION: Final = 0.5
"""Fraction of the time limit after which no further row is computed, so that there is time to send the rows."""


def tasks(graph: KnowledgeGraph, limits: Limits) -> dict[str, Callable[[Request], Response]]:
    """Name → task of each tool; called once, before workers are forked.

    The body of an answer is JSON with ``structured`` (the structured content), ``text`` and, if there is one, ``file``: its
    ``name``, ``media`` type and ``content`` in Base64.
    """
    sources = Sources(graph.store, graph.names)
    _ = graph.citer.works  # read once, before the fork
    graph.ask("无此词 nosuchword")  # an unread word, so that the tables for misspelt words are there before the fork
    found = {**{query.name: saved.saved for query in graph.catalogue}, **_OWN}
    return {name: partial(_answer, task, graph, sources, limits) for name, task in found.items()}


def _answer(task: ToolTask, graph: KnowledgeGraph, sources: Sources, limits: Limits, request: Request) -> Response:
    values = dict(request.params)
    shared = {name: values.pop(name, "") for name in SHARED}
    deadline = time.monotonic() + limits.seconds * _ROWS_FRACTION
    call = Call(graph, sources, limits.rows, request.task, values, deadline=deadline, **shared)
    result = task(call)
    structured, text = render(result, call)
    body: dict[str, Any] = {"structured": structured, "text": text}
    if result.file:
        content = base64.b64encode(result.file.content).decode()
        body["file"] = {"name": result.file.name, "media": result.file.media, "content": content}
    return Response(dumped(body).encode())
