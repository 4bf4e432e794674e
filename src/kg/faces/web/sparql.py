"""``/sparql``: one query of the SPARQL 1.1 Protocol; on a bare GET the Service Description, to a browser an editor."""

from __future__ import annotations

from typing import Any, Final

from kg.errors import KgError, UsageProblem
from kg.faces.web import negotiate
from kg.faces.web.desk import HTML, Reply, Request, Room, not_acceptable
from kg.faces.web.problems import STATUS
from kg.store.answers import Ask, answer
from kg.store.formats import ALL, ALSO, GRAPHS, ROWS, Format
from kg.store.guard import refuse_side_effects
from kg.store.worker import answer as evaluate
from kg.terms import Text

_SHOWN: Final = 1_000
"""Most rows on the editor's page."""
_BROWSER: Final = "text/html"


def ask(room: Room, request: Request) -> Reply:
    """Answer the query in ``query``, over the graphs in ``default-graph-uri`` and ``named-graph-uri``.

    Raises:
        UsageProblem: no query, or two. NotAcceptable: no format suits. And what :func:`kg.store.answers.answer` raises.
    """
    query = _one_query(request)
    graphs = [tuple(v for k, v in request.params if k == f"{kind}-graph-uri") for kind in ("default", "named")]
    asked = Ask(query, graphs[0], graphs[1])
    store = room.graph.store
    body, format_ = answer(store, asked, lambda graph: _format(request, graph), room.limits)  # type: ignore[arg-type]
    return Reply(body, format_.header)


def _one_query(request: Request) -> str:
    queries = [value for key, value in request.params if key == "query"]
    if len(queries) != 1:
        raise UsageProblem(
            Text(f"需要一个 query 参数,这里有 {len(queries)} 个", f"one query is needed, here are {len(queries)}"),
            hint=Text("GET /sparql?query=…,或用 POST", "GET /sparql?query=…, or POST it"),
        )
    return queries[0]


def _format(request: Request, graph: bool) -> Format[Any]:
    """The format to answer in, by ``format=`` or by Accept."""
    offered: dict[str, Format[Any]] = {f.name: f for f in (GRAPHS if graph else ROWS)}
    if request.suffix:
        name = ALSO.get(request.suffix, request.suffix)
        found = offered.get(name) or next((f for f in offered.values() if f.media == name), None)
        if found:
            return found
        raise not_acceptable(request.suffix, list(offered))
    types = {f.media: f for f in offered.values()} | {
        m: offered[n] for m, n in ALSO.items() if n in offered and "/" in m
    }
    media = negotiate.media(request.accept, list(types))
    if media is None:
        raise not_acceptable(request.accept, list(offered))
    return types[media]


def wants_page(request: Request) -> bool:
    """Whether whoever asks is a browser: it would rather have HTML than any format of an answer."""
    formats = [f.media for f in ALL]
    return (
        not request.suffix
        and bool(request.accept)
        and negotiate.media(request.accept, [*formats, _BROWSER]) == _BROWSER
    )


def editor(room: Room, request: Request) -> Reply:
    """The editor; below it the answer, or what is wrong with the query."""
    query, store = request.one("query"), room.graph.store
    if not query.strip():
        return Reply(room.pages.render("sparql.html", request.lang, query=query), HTML)
    try:
        refuse_side_effects(query, "query", store.has_graph)  # type: ignore[attr-defined]
        found = evaluate(store, query, "query", _SHOWN)
    except KgError as error:
        page = room.pages.render("sparql.html", request.lang, query=query, error=error.render(request.lang))
        return Reply(page, HTML, status=STATUS[error.code])
    return Reply(room.pages.render("sparql.html", request.lang, query=query, answer=found), HTML)
