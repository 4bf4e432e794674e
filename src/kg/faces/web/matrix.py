"""``/matrix/NAME``: a saved query with the tag ``matrix`` as rows and columns, each count a link to what it counts."""

from __future__ import annotations

from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from kg.ask import plain
from kg.ask.citation.cited import cited_in
from kg.ask.figures import SELECTORS
from kg.ask.matrix import TAG, Matrix, counted, matrix, measures
from kg.faces.web.context import HTML, JSON, Context, as_json, choose
from kg.faces.web.files import FILES, attached, written
from kg.service.messages import Request, Response
from kg.source.queryfile import SavedQuery

_FIGURES: Final = "figures"
"""The column that counts figures, which the page of figures lists."""

_ROWS: Final = 200
_COLUMNS: Final = 50
"""Most rows and columns on a page, unless all are asked for."""


def page(context: Context, request: Request) -> Response:
    """``/matrix/NAME?measure=``: the counts of one column of the query.

    Raises:
        NotFound: there is no such query, or it is no matrix. UsageProblem: it has no column of the name *measure*.
    """
    suffix = choose(request, {"json": JSON, **FILES} if request.suffix else {"html": HTML, "json": JSON, **FILES})
    query = context.graph.catalogue.get(request.path)
    known = measures(query)
    table = context.graph.query(query.name)
    found = matrix(query, table, context.graph.names, request.one("measure"))
    if suffix == "json":
        return as_json(_document(context, query, found))
    if suffix in FILES:
        cited = partial(context.graph.citer.query, query.name, {}, cited_in(table.rows))
        shown = counted(found, query.columns[found.down], context.graph.names, request.lang)
        return attached(written(request._replace(suffix=suffix), shown, cited), query.name, found.measure, suffix)
    base, every = _listed(query, found), bool(request.one("all"))
    return context.page(
        "matrix.html",
        request,
        query=query,
        matrix=found,
        rows=found.rows if every else found.rows[:_ROWS],
        columns=found.columns if every else found.columns[:_COLUMNS],
        measures=known,
        listed=lambda row, column: (
            f"{context.pages.root}{base}{urlencode(found.pair(row, column, context.graph.names))}"
        ),
    )


def matrices(context: Context) -> list[SavedQuery]:
    """The saved queries that have such a page."""
    return [query for query in context.graph.catalogue if TAG in query.tags]


def _listed(query: SavedQuery, found: Matrix) -> str:
    """The address, up to the two things, of the page that lists what a cell counts."""
    if query.listed:
        return f"/queries/{query.listed}?{urlencode({'counted': found.measure})}&"
    if found.measure == _FIGURES and {found.down, found.across} <= set(SELECTORS):
        return "/figures?"
    return f"/queries/{query.name}?"


def _document(context: Context, query: SavedQuery, found: Matrix) -> dict[str, Any]:
    names = context.graph.names
    return {
        "query": query.name,
        "title": query.title.plain(),
        "measure": {"name": found.measure, **query.columns[found.measure].plain()},
        "down": found.down,
        "across": found.across,
        "rows": [plain.named(iri, names) for iri in found.rows],
        "columns": [plain.named(iri, names) for iri in found.columns],
        "cells": [[found.cells.get((row, column), 0) for column in found.columns] for row in found.rows],
        "dataset": context.dataset,
    }
