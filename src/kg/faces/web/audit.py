"""``/audit``: where the documents contradict themselves or leave gaps, by severity, rule and industry."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from kg.ask import plain
from kg.ask.audit import Audit, Filters, audit, read_filters
from kg.ask.listing import HEADS, audit_rows
from kg.ask.names import Names
from kg.errors import KgError
from kg.faces.web.context import Context, either
from kg.faces.web.files import FILES, attached, spreadsheet
from kg.faces.web.naming import refused
from kg.service.messages import Request, Response
from kg.terms import Text
from kg.vocab import SH, SHAPE

_ASKED: Final = {
    "severity": Text("级别", "severity"),
    "rule": Text("核查规则", "rule"),
    "industry": Text("产业", "industry"),
}


@dataclass(frozen=True)
class FilterValue:
    """One value of a filter.

    Attributes:
        value: what stands in the URL.
        label: what it is called.
        count: how many findings it has, with the other filters as they are.
        chosen: whether it is the filter's value now.
    """

    value: str
    label: Text
    count: int
    chosen: bool


@dataclass(frozen=True)
class Select:
    """A filter in the form, with its choices."""

    name: str
    label: Text
    choices: tuple[FilterValue, ...]


def answer(context: Context, request: Request) -> Response:
    """``/audit?severity=&rule=&industry=``: the audit's findings, as a page, data or a file.

    Raises:
        KgError: to a client that wants JSON: there is no such severity, rule or industry.
    """
    store, names = context.graph.store, context.graph.names
    try:
        filters = read_filters(store, names, *(request.one(name) or None for name in _ASKED))
    except KgError as error:
        every = audit(store, Filters())
        return refused(context, request, error, "audit.html", **_values(every, names, shown=False))
    found = audit(store, filters)
    if request.suffix in FILES:
        cited = partial(context.graph.citer.audit, list(found.findings), request.one("industry") or None)
        table = audit_rows(found.findings, names, request.lang)
        return attached(spreadsheet(context, request, table, HEADS, cited), "audit", request.suffix)
    body = {**plain.audit(found, names), "dataset": context.dataset}
    return either(context, request, body, "audit.html", error=None, **_values(found, names, shown=True))


def _values(found: Audit, names: Names, *, shown: bool) -> dict[str, Any]:
    """The values of the template; *shown* says whether the findings are."""
    selects = [Select(name, label, _choices(found, name, names)) for name, label in _ASKED.items()]
    return {"found": found, "selects": selects, "shown": shown}


def _choices(found: Audit, name: str, names: Names) -> tuple[FilterValue, ...]:
    now = getattr(found.filters, name)
    counts = {**({now: 0} if now else {}), **found.counts[name]}
    return tuple(FilterValue(v, _label(name, v, names), n, v == now) for v, n in sorted(counts.items(), key=_order))


def _order(item: tuple[str, int]) -> tuple[bool, str]:
    """Warnings before notes; rules and industries by name."""
    return item[0] == "Info", item[0]


def _label(name: str, value: str, names: Names) -> Text:
    label = names.text({"severity": SH, "rule": "" if ":" in value else SHAPE}.get(name, "") + value)
    return Text(f"{value} {label.zh}", f"{value} {label.en}") if name == "rule" else label
