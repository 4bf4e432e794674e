"""``/sparql``: the SPARQL 1.1 Protocol. A GET without a query returns the Service Description, or an editor in a browser."""

from __future__ import annotations

import re
import time
from functools import lru_cache
from typing import Any, Final

import pyoxigraph as ox

from kg.ask import tags
from kg.ask.completion import completion as terms
from kg.errors import KgError, UsageProblem
from kg.faces.web import negotiate
from kg.faces.web.context import Context, as_json, formatted, html, not_acceptable
from kg.faces.web.description import service
from kg.faces.web.form import read_only
from kg.faces.web.problems import STATUS
from kg.service.messages import Request, Response
from kg.source.queryfile import without_header
from kg.store import answers
from kg.store.answers import ProtocolQuery, evaluate
from kg.store.embedded import to_table
from kg.store.formats import ALL, GRAPHS, ROWS, Format, find, media_types
from kg.store.process import QueryResult
from kg.terms import Text
from kg.vocab import PREFIXES

_SHOWN: Final = 1_000
"""Most rows of an answer on the editor's page."""
_BROWSER: Final = "text/html"
_START: Final = """SELECT ?company ?label WHERE {
  ?company ivc:activeIn ?industry ; rdfs:label ?label
  FILTER(LANG(?label) = "zh")
} LIMIT 20"""
"""The query that the editor begins with."""
_VOLATILE: Final = re.compile(r"(?<![?$:])(?:now|rand|uuid|struuid|bnode)\b|\\u", re.IGNORECASE)
"""Functions with a different value at each call (SPARQL 1.1 17.4), and codepoint escapes, which could spell their names.
Answers to such queries are not cached. The opening bracket is not part of the pattern, because a comment may stand before it."""
_WORDS: Final = ("now", "rand", "uuid", "bnode", "\\u")
"""Substrings of all matches of :data:`_VOLATILE`. They are searched first, because the expression takes 0.1 s per MB."""
_OFFERED: Final = (*(f.media for f in ALL), _BROWSER)


def sparql(context: Context, request: Request) -> Response:
    """Answer the query in ``query``, over the graphs in ``default-graph-uri`` and ``named-graph-uri``.

    Raises:
        UsageProblem: there is not exactly one query. NotAcceptable: the client accepts no offered format.
        KgError: as :func:`kg.store.answers.answer` raises.
    """
    if request.all("update"):
        raise read_only()
    request = formatted(request)
    queries = request.all("query")
    if _wants_page(request):
        found = _editor(context, request)
    elif request.posted or queries:
        found = _answer(context, request)
    else:
        found = service(context, request)
    return found._replace(keep=False) if any(map(volatile, queries)) else found


def volatile(query: str) -> bool:
    """Whether *query* may have a different answer each time."""
    lowered = query.lower()
    return any(word in lowered for word in _WORDS) and _VOLATILE.search(query) is not None


def _answer(context: Context, request: Request) -> Response:
    body, format_ = answers.answer(
        context.graph.store,
        _protocol_query(request),
        lambda graph: _format(request.suffix, request.accept, graph),
        context.limits,
    )
    return Response(body, format_.header)


def _protocol_query(request: Request) -> ProtocolQuery:
    queries = request.all("query")
    if len(queries) != 1:
        raise UsageProblem(
            Text(
                f"需要恰好一个 query 参数,而不是 {len(queries)} 个", f"exactly one query is needed, not {len(queries)}"
            ),
            hint=Text("GET /sparql?query=…,或用 POST", "GET /sparql?query=…, or POST it"),
        )
    # forms and links may send empty values; they are ignored
    default, named = (tuple(filter(None, request.all(name))) for name in ("default-graph-uri", "named-graph-uri"))
    return ProtocolQuery(queries[0], default, named)


@lru_cache(maxsize=1024)
def _format(suffix: str, accept: str, graph: bool) -> Format[Any]:
    """The format of the answer, by the parameter ``format`` or by Accept."""
    if suffix:
        found = find(suffix, graph)
        if found is None:
            raise not_acceptable(suffix, [f.name for f in (GRAPHS if graph else ROWS)])
        return found
    types = media_types(graph)
    media = negotiate.media(accept, list(types))
    if media is None:
        raise not_acceptable(accept, [f.media for f in (GRAPHS if graph else ROWS)])
    return types[media]


def _wants_page(request: Request) -> bool:
    """Whether the client is a browser: it prefers HTML to all formats of answers."""
    return not request.suffix and bool(request.accept) and negotiate.media(request.accept, _OFFERED) == _BROWSER


def _editor(context: Context, request: Request) -> Response:
    """The page with the editor and, below it, the answer or the error."""
    query, example = request.one("query"), request.one("example")
    shown = editor_values(context)
    if not query.strip():
        if example:
            shown |= {"query": without_header(context.graph.catalogue.get(example).sparql), "example": example}
        return context.page("sparql.html", request, **shown)
    shown |= {"query": query}
    begun = time.perf_counter()
    try:
        found = _query_result(context, _protocol_query(request))
    except KgError as error:
        page = context.pages.render("sparql.html", request, error=error, **shown)
        return html(page, request.lang, status=STATUS[error.code])
    seconds = time.perf_counter() - begun
    formats = GRAPHS if found.triples is not None else ROWS
    return context.page("sparql.html", request, answer=found, seconds=seconds, formats=formats, **shown)


def editor_values(context: Context) -> dict[str, Any]:
    """The values of the template of the editor's page, before anything is asked."""
    examples = tags.grouped(context.graph.catalogue)
    return {"examples": examples, "tag_label": tags.label, "prefixes": PREFIXES, "query": _START, "example": ""}


def completion(context: Context, request: Request) -> Response:
    """``/completion.json``: the terms and names that the editor completes."""
    return as_json(terms(context.graph.names))


def _query_result(context: Context, query: ProtocolQuery) -> QueryResult:
    """The answer for the page: the first rows, or a graph as Turtle."""
    found = evaluate(context.graph.store, query)
    if isinstance(found, ox.QueryBoolean):
        return QueryResult(truth=bool(found))
    if isinstance(found, ox.QuerySolutions):
        return QueryResult(table=to_table(found, _SHOWN))
    body, _ = answers.answer(context.graph.store, query, lambda _: GRAPHS[0], context.limits)
    return QueryResult(triples=body.decode())
