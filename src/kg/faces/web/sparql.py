"""``/sparql``: one query of the SPARQL 1.1 Protocol; on a bare GET the Service Description, to a browser an editor."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

import pyoxigraph as ox

from kg.errors import KgError, UsageProblem
from kg.faces.web import negotiate
from kg.faces.web.context import Context, formatted, html, not_acceptable
from kg.faces.web.description import service
from kg.faces.web.form import read_only
from kg.faces.web.problems import STATUS
from kg.service.messages import Answer, Request
from kg.store import answers
from kg.store.answers import ProtocolQuery, evaluate
from kg.store.embedded import EmbeddedStore, engine_problem, to_table
from kg.store.formats import ALL, GRAPHS, ROWS, Format, find, media_types
from kg.store.worker import QueryResult
from kg.terms import Text

_SHOWN: Final = 1_000
"""Most rows on the editor's page."""
_BROWSER: Final = "text/html"
_VOLATILE: Final = re.compile(r"(?<![?$:])(?:now|rand|uuid|struuid|bnode)\b|\\u", re.IGNORECASE)
"""What makes a query answer differently each time (SPARQL 1.1 17.4); such an answer is not kept. A comment may stand
between the name of a function and its bracket, so the name alone is enough."""
_WORDS: Final = ("now", "rand", "uuid", "bnode", "\\u")
"""What any of these functions must hold; looked for first, as the expression takes a tenth of a second for a megabyte."""
_OFFERED: Final = (*(f.media for f in ALL), _BROWSER)


def sparql(context: Context, request: Request) -> Answer:
    """Answer the query in ``query``, over the graphs in ``default-graph-uri`` and ``named-graph-uri``.

    Raises:
        UsageProblem: no query, or two. NotAcceptable: no format suits. And what :func:`kg.store.answers.answer` raises.
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
    return replace(found, keep=False) if any(map(volatile, queries)) else found


def volatile(query: str) -> bool:
    """Whether *query* may answer differently each time."""
    lowered = query.lower()
    return any(word in lowered for word in _WORDS) and _VOLATILE.search(query) is not None


def _answer(context: Context, request: Request) -> Answer:
    body, format_ = answers.answer(
        _store(context), _asked(request), lambda graph: _format(request.suffix, request.accept, graph), context.limits
    )
    return Answer(body, format_.header)


def _store(context: Context) -> EmbeddedStore:
    assert isinstance(context.graph.store, EmbeddedStore)
    return context.graph.store


def _asked(request: Request) -> ProtocolQuery:
    queries = request.all("query")
    if len(queries) != 1:
        raise UsageProblem(
            Text(f"需要一个 query 参数,这里有 {len(queries)} 个", f"one query is needed, here are {len(queries)}"),
            hint=Text("GET /sparql?query=…,或用 POST", "GET /sparql?query=…, or POST it"),
        )
    # an empty value names no graph: forms and links send it
    default, named = (tuple(filter(None, request.all(name))) for name in ("default-graph-uri", "named-graph-uri"))
    return ProtocolQuery(queries[0], default, named)


@lru_cache(maxsize=1024)
def _format(suffix: str, accept: str, graph: bool) -> Format[Any]:
    """The format to answer in, by ``format=`` or by Accept."""
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
    """Whether whoever asks is a browser: it would rather have HTML than any format of an answer."""
    return not request.suffix and bool(request.accept) and negotiate.media(request.accept, _OFFERED) == _BROWSER


def _editor(context: Context, request: Request) -> Answer:
    """The editor; below it the answer, or what is wrong with the query."""
    query = request.one("query")
    if not query.strip():
        return context.page("sparql.html", request, query=query)
    try:
        found = _shown(context, _asked(request))
    except KgError as error:
        page = context.pages.render("sparql.html", request, query=query, error=error.render(request.lang))
        return html(page, request.lang, status=STATUS[error.code])
    return context.page("sparql.html", request, query=query, answer=found)


def _shown(context: Context, asked: ProtocolQuery) -> QueryResult:
    """The answer as the page shows it: the first rows, a graph as Turtle."""
    found = evaluate(_store(context), asked)
    try:
        if isinstance(found, ox.QueryBoolean):
            return QueryResult(truth=bool(found))
        if isinstance(found, ox.QuerySolutions):
            return QueryResult(table=to_table(found, _SHOWN))
    except (OSError, RuntimeError, ValueError) as error:
        raise engine_problem(error) from error
    body, _ = answers.answer(_store(context), asked, lambda _: GRAPHS[0], context.limits)
    return QueryResult(triples=body.decode())
