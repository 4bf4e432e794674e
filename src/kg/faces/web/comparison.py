"""``/compare``: two industries, firms, regions … side by side."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from kg.ask import plain
from kg.ask.comparison import Aspect, Comparison
from kg.ask.listing import HEADS, compared_rows
from kg.ask.names import Names
from kg.errors import KgError
from kg.faces.web.context import Context, either
from kg.faces.web.files import FILES, attached, spreadsheet
from kg.faces.web.naming import fields, named, offered, refused
from kg.service.messages import Request, Response
from kg.terms import Text, class_name, local_name

_ASKED: Final = {"a": Text("一方", "one"), "b": Text("另一方", "the other")}
_KINDS: Final = ("Industry", "Organization", "Region")
"""The classes whose things the form offers; things of any other can be compared too."""


def answer(context: Context, request: Request) -> Response:
    """``/compare?a=&b=``: what two things share, what only one of them has, and their figures.

    Raises:
        KgError: to a client that wants JSON: a name is lacking or unknown, or the two cannot be compared.
    """
    found = fields(context, request, _ASKED)
    form: dict[str, Any] = {"fields": found, "offered": offered(context, request.lang, *_KINDS)}
    try:
        things = named(found)
        if not things:
            return either(context, request, {"one": None, "other": None}, "compare.html", compared=None, **form)
        compared = context.graph.compare(*(thing.iri for thing in things))
    except KgError as error:
        return refused(context, request, error, "compare.html", compared=None, **form)
    if request.suffix in FILES:
        cited = partial(context.graph.citer.comparison, compared)
        table = compared_rows(compared, request.lang)
        made = spreadsheet(context, request, table, HEADS, cited)
        return attached(made, *(local_name(thing.iri) for thing in (compared.one, compared.other)), request.suffix)
    title = partial(_title, context.graph.names)
    body = {**plain.comparison(compared, context.graph.names), "dataset": context.dataset}
    return either(
        context, request, body, "compare.html", compared=compared, pairs=_pairs(compared), title=title, **form
    )


def _title(names: Names, aspect: Aspect) -> Text:
    """What an aspect is called: a class in the plural, or a property."""
    kind = class_name(aspect.iri)
    return names.kind_plural(kind) if kind in names.classes else names.text(aspect.iri, inverse=aspect.inverse)


def _pairs(compared: Comparison) -> list[dict[str, Any]]:
    """The pairs of figures, column → term."""
    return [dict(zip(compared.figures.columns, row, strict=True)) for row in compared.figures.rows]
