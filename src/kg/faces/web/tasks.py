"""The tasks that run in workers, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Final

from kg.ask.texts import Copy, Texts
from kg.errors import KgError
from kg.faces.web import (
    audit,
    citing,
    comparison,
    description,
    figures,
    home,
    matrix,
    mistakes,
    openapi,
    proof,
    rows,
    sparql,
    things,
    views,
    ways,
)
from kg.faces.web.context import Context, WebTask
from kg.faces.web.form import parse
from kg.faces.web.pages import Pages
from kg.graph import KnowledgeGraph
from kg.service.messages import Request, Response
from kg.source.document import Document
from kg.source.passages import document_iri
from kg.store.answers import Limits

TASKS: Final[Mapping[str, WebTask]] = {
    "sparql": sparql.sparql,
    "completion": sparql.completion,
    "void": description.void,
    "openapi": openapi.document,
    "home": home.page,
    "queries": rows.catalogue,
    "query": rows.answer,
    "thing": things.answer,
    "chain": views.chain,
    "audit": audit.answer,
    "cite": citing.answer,
    "compare": comparison.answer,
    "figures": figures.page,
    "matrix": matrix.page,
    "ask": views.ask,
    "search": views.search,
    "why": proof.answer,
    "path": ways.answer,
    "explore": views.explore,
    "picture": views.picture,
    "problem": views.problem,
}
_PRELOADED: Final = (
    "encodings.unicode_escape",
    "encodings.utf_16_le",
    "encodings.utf_8_sig",
    "kg.ask.comparison",
    "kg.ask.exploration",
    "kg.ask.explain",
    "kg.reason.proof",
    "kg.ask.statement",
    "kg.ask.ways",
    "kg.faces.sheets",
    "kg.faces.draw.network",
    "kg.faces.draw.page",
    "kg.faces.draw.styles",
    "kg.faces.picture.around",
    "kg.faces.picture.chart",
    "kg.faces.picture.shared",
    "kg.store.lexer",
    "networkx",
    "pyvis.network",
    "rapidfuzz.fuzz",
    "rapidfuzz.process",
    "resvg_py",
    "wcwidth",
    "xlsxwriter",
    "xlsxwriter.workbook",
)
"""Modules that are otherwise imported on first use. Here they are imported once, before workers are forked, so that no
request has to wait for an import and the workers share the memory."""
_UNKNOWN: Final = "无此名 nosuchname"
"""Names that no thing has. Searching for them, and asking about them, loads the dictionary of pinyin and the tables of names
by their sounds and letters."""


def tasks(
    graph: KnowledgeGraph, limits: Limits, root_path: str, texts: Sequence[tuple[str, str, str, str]] = ()
) -> Mapping[str, Callable[[Request], Response]]:
    """Name → task on *graph*; called once, in the fork server.

    Args:
        graph: the graph.
        limits: the limits of one answer.
        root_path: path under which a proxy shows the server.
        texts: as in :class:`kg.faces.web.settings.Settings`; read here, because workers can open no file.
    """
    for name in _PRELOADED:
        import_module(name)
    graph.find(_UNKNOWN, limit=1)
    graph.ask(_UNKNOWN)
    copies = Texts(graph.store, graph.names, _copies(texts))
    return answering(Context(graph, Pages(graph, root_path), limits, copies))


def answering(context: Context) -> Mapping[str, Callable[[Request], Response]]:
    """Name → task in *context*."""
    graph = context.graph
    _ = graph.names, graph.catalogue, graph.manifest, graph.citer.works  # read here once, so that workers share them
    return {name: partial(_answer, task, context) for name, task in TASKS.items()}


def _copies(texts: Sequence[tuple[str, str, str, str]]) -> dict[str, Copy]:
    """IRI of each document → the copy of its text."""
    documents = [(Document(id_, Path(folder)), Path(file)) for id_, folder, file, _ in texts]
    return {
        document_iri(document): Copy.of(document, file.read_bytes().decode("utf-8")) for document, file in documents
    }


def _answer(task: WebTask, context: Context, request: Request) -> Response:
    """Decode the query string of *request*, then run *task*; its errors are a page for a browser.

    Raises:
        KgError: the task raised it, and the client is no browser.
    """
    try:
        if request.query:
            params, lang = parse(request.query.encode("latin-1"))
            request = request._replace(query="", params=(*request.params, *params), lang=lang or request.lang)
        return task(context, request)
    except KgError as error:
        if page := mistakes.page(context, request, error):
            return page
        raise
