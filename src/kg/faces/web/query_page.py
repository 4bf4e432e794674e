"""The page of a saved query: its form, what is wrong with the values that it sent, the rows, files and code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from kg.ask.choices import Choice, Mistake, choices, parts, suggestions
from kg.ask.figures import figures_of, grouped
from kg.ask.tables import for_reader, without_empty
from kg.faces.web.context import Context, html
from kg.faces.web.figures import Shown, charted
from kg.faces.web.problems import STATUS
from kg.faces.web.snippets import snippets
from kg.service.messages import Request, Response
from kg.source.queryfile import TYPES, Parameter, SavedQuery, without_header
from kg.store.results import Table
from kg.terms import Text, listed

Given = Mapping[str, Sequence[str]]
_CHARTS: Final = 4
"""Most charts on the page of a question; ``/figures`` has all of them."""


@dataclass(frozen=True)
class ParameterField:
    """One parameter in the form.

    Attributes:
        param: the parameter.
        given: the values that were sent.
        default: what is asked for if no value is given.
        choices: the values of a closed list.
        listed: id of the list of names that the form offers; empty if there is none.
        mistake: what is wrong with the values.
        meant: label and URL of the values that may have been meant.
    """

    param: Parameter
    given: tuple[str, ...]
    default: Text
    choices: list[Choice]
    listed: str
    mistake: Mistake | None
    meant: list[tuple[Text, str]]


def found(context: Context, saved: SavedQuery, given: Given, request: Request, **rows: Any) -> Response:
    """The page with the rows of *saved*, whose values are bound.

    Args:
        context: the graph and its pages.
        saved: the saved query.
        given: the values that were sent.
        request: the request.
        rows: values of the template for the rows: ``page``; ``files``, suffix → URL of the rows as a file; ``following``,
            the URL of the next page, or None; ``limit``, the most rows that a program gets at once.
    """
    whole = for_reader(rows["page"].table, request.lang, context.graph.names)
    table = without_empty(whole)
    code = snippets(request.base, saved.name, given, request.lang, rows["limit"])
    address = _url(f"{request.base}/queries/{saved.name}", {**given, "lang": [request.lang]})
    values = {
        **_asked(context, saved, given, request, ()),
        **rows,
        "headings": [saved.columns[column].pick(request.lang) for column in table.columns],
        "empty": listed(saved.columns[column] for column in whole.columns if column not in table.columns),
        "rows": table.rows,
        "charts": _charts(context, rows["page"].table, request.lang),
        "bar": _bar(saved, table),
    }
    return context.page("query.html", request, **values, address=address, snippets=code)


def _bar(saved: SavedQuery, table: Table) -> tuple[int, int] | None:
    """Position and largest number of the column whose counts are drawn as bars: the one that ranks the rows."""
    counts = [row[saved.ranking] for row in table] if saved.ranking in table.columns else []
    if len(counts) < 2 or not all(isinstance(count, int) and count >= 0 for count in counts):
        return None
    return table.columns.index(saved.ranking), max(counts)


def _charts(context: Context, table: Table, lang: str) -> list[Shown]:
    """The charts of the figures in *table*, of the largest groups that compare."""
    groups = grouped(figures_of(context.graph.store, table), context.graph.names)
    return [shown for shown in charted(context, groups, lang) if shown.chart][:_CHARTS]


def refused(context: Context, query: SavedQuery, given: Given, request: Request, found: Sequence[Mistake]) -> Response:
    """The page with the form and, beside each field, what is wrong with its values."""
    values = {**_asked(context, query, given, request, found), "question": query.title}
    page = context.pages.render("query.html", request, page=None, **values)
    return html(page, request.lang, status=STATUS[found[0].error.code])._replace(keep=False)


def _asked(
    context: Context, query: SavedQuery, given: Given, request: Request, mistakes: Iterable[Mistake]
) -> dict[str, Any]:
    """The values of the template for the question and its form."""
    wrong = {mistake.param: mistake for mistake in mistakes}
    catalogue = context.graph.catalogue
    fields = [_field(context, query, param, given, wrong.get(param.name)) for param in query.params]
    kinds = {field.listed: field.param.type for field in fields if field.listed}
    lists = {listed: suggestions(context.graph.names, kind, request.lang) for listed, kind in kinds.items()}
    known = {param.name for param in query.params}
    return {
        "query": query,
        "sparql": without_header(query.sparql),
        "given": given,
        "question": catalogue.question(query, {} if wrong else given),
        "fields": [field for field in fields if not field.param.narrows],
        "narrowing": [field for field in fields if field.param.narrows],
        "lists": {listed: names for listed, names in lists.items() if names},
        "unknown": [mistake for name, mistake in wrong.items() if name not in known],
        "alone": f"{context.pages.root}/queries/{query.name}",
    }


def _field(
    context: Context, query: SavedQuery, param: Parameter, given: Given, mistake: Mistake | None
) -> ParameterField:
    catalogue = context.graph.catalogue
    default = Text("任意", "any") if param.default == "UNDEF" else catalogue.value_label(param, param.default)
    offered = choices(catalogue, param)
    named = param.type == "thing" or param.type not in TYPES
    listed = f"names-{param.type}" if named and not offered else ""
    meant = _meant(f"{context.pages.root}/queries/{query.name}", given, mistake) if mistake else []
    return ParameterField(param, tuple(given.get(param.name, ())), default, offered, listed, mistake, meant)


def _meant(path: str, given: Given, mistake: Mistake) -> list[tuple[Text, str]]:
    """Label and URL of each value that may have been meant; the URL keeps all other values."""
    found = []
    for choice in mistake.meant:
        values = [choice.value if part == mistake.value else part for part in parts(given[mistake.param])]
        found.append((choice.label, _url(path, {**given, mistake.param: values})))
    return found


def _url(path: str, given: Given) -> str:
    """The URL of a saved query with these values."""
    asked = urlencode([(key, ",".join(value)) for key, value in given.items()])
    return f"{path}?{asked}" if asked else path
