"""``/path``: the ways in which two things are connected."""

from __future__ import annotations

from typing import Any, Final

from kg.ask import plain
from kg.ask.ways import MOST_WAYS, unconnected
from kg.errors import KgError, UsageProblem
from kg.faces.web.context import Context, either
from kg.faces.web.naming import fields, named, offered, refused
from kg.service.messages import Request, Response
from kg.terms import Text

_ASKED: Final = {"from": Text("从", "from"), "to": Text("到", "to")}
_FEW: Final = 5
_TEMPLATE: Final = "path.html"


def answer(context: Context, request: Request) -> Response:
    """``/path?from=&to=&inferred=&limit=``: the ways between two things, those through hubs last.

    Raises:
        KgError: to a client that wants JSON: a name is lacking or unknown, both are the same, or a number is wrong.
    """
    graph, found = context.graph, fields(context, request, _ASKED)
    inferred = request.one("inferred") not in ("", "0", "false")
    form: dict[str, Any] = {
        "fields": found,
        "inferred": inferred,
        "offered": offered(context, request.lang, "thing"),
    }
    try:
        limit = _limit(request.one("limit"))
        things = named(found)
        if not things:
            return either(context, request, {"one": None, "other": None}, _TEMPLATE, ways=None, **form)
        one, other = things
        ways = graph.ways(one.iri, other.iri, limit=limit, inferred=inferred)
    except KgError as error:
        return refused(context, request, error, _TEMPLATE, ways=None, **form)
    body = {**plain.ways(ways, one, other, graph.names), "inferred": inferred, "dataset": context.dataset}
    more = MOST_WAYS if len(ways.ways) == limit < MOST_WAYS else 0
    form["apart"] = unconnected(inferred=inferred, complete=ways.complete)
    return either(context, request, body, _TEMPLATE, ways=ways, ends=(one, other), more=more, **form)


def _limit(text: str) -> int:
    if not text:
        return _FEW
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST_WAYS:
        return int(text)
    raise UsageProblem(
        Text(f"limit 不能是“{text}”", f"limit cannot be “{text}”"),
        hint=Text(f"1 至 {MOST_WAYS} 的整数", f"a whole number from 1 to {MOST_WAYS}"),
    )
