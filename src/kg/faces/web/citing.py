"""``/cite``: what to write when something of the graph is quoted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kg.ask import plain
from kg.errors import KgError, UsageProblem
from kg.faces.web.context import Context, either
from kg.faces.web.naming import Field, offered, refused
from kg.service.messages import Request, Response
from kg.terms import Text

if TYPE_CHECKING:
    from kg.ask.citation.cited import Citation

_THREE: Final = ("subject", "predicate", "object")
_NOT_VALUES: Final = ("query", "format")
"""Parameters of the request that are no values of the saved query that is cited."""
_THING: Final = Text(
    "引用什么:名称、数字的名称、段落编号或 IRI",
    "what is cited: a name, that of a figure, the id of a passage, or an IRI",
)


def answer(context: Context, request: Request) -> Response:
    """``/cite?thing=``, ``?subject=&predicate=&object=``, ``?chain=`` or ``?query=NAME&…``: the citation in every style.

    Raises:
        UsageProblem: to a client that wants JSON: nothing is named. NotFound: what is named is unknown, or does not hold.
    """
    try:
        if not request.params:
            return either(context, request, {"styles": None}, "cite.html", cited=None, **_form(context, request))
        found = _found(context, request)
    except KgError as error:
        return refused(context, request, error, "cite.html", cited=None, **_form(context, request, error))
    body = {**plain.citation(found, request.lang), "dataset": context.dataset}
    return either(context, request, body, "cite.html", cited=found, **_form(context, request))


def _found(context: Context, request: Request) -> Citation:
    """The citation of what the parameters name."""
    graph, one = context.graph, request.one
    if one("query"):
        values: dict[str, list[str]] = {}
        for name, value in request.params:
            if name not in _NOT_VALUES and value:
                values.setdefault(name, []).append(value)
        return graph.citer.query(one("query"), values)
    three = [one(name).strip() for name in _THREE]
    if all(three):
        return graph.cite(*three)
    if one("chain"):
        return graph.cite("chain", one("chain"))
    if one("thing").strip():
        return graph.citer.thing(one("thing").strip())
    raise UsageProblem(
        Text("没有说引用什么", "it is not said what is to be cited"),
        hint=Text("写成 /cite?thing=…", "write /cite?thing=…"),
    )


def _form(context: Context, request: Request, error: KgError | None = None) -> dict[str, Any]:
    """The values of the template for the form."""
    text = request.one("thing").strip()
    return {
        "fields": [Field("thing", _THING, text, error=error if text else None)],
        "offered": offered(context, request.lang, "thing"),
    }
