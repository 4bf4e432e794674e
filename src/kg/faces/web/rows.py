"""A saved query over HTTP: its page with a form, and its rows as JSON, CSV, TSV, XLSX, Turtle or Markdown."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final

from kg.ask import tags
from kg.ask.catalogue import from_written
from kg.ask.choices import mistakes
from kg.ask.citation.cited import cited_in
from kg.ask.nothing import nothing
from kg.ask.relations import offered
from kg.ask.tables import with_labels
from kg.errors import StaleCursor, UsageProblem
from kg.faces.web import files, query_page
from kg.faces.web.context import HTML, JSON, Context, as_json, choose, formatted
from kg.service.messages import Request, Response
from kg.source.queryfile import SavedQuery
from kg.store import spreadsheet
from kg.store.answers import ROWS, too_large
from kg.store.results import Table, json_rows, to_markdown, to_turtle
from kg.terms import Text

RESERVED: Final = ("lang", "limit", "cursor", "format", "people")
"""Parameter names with a meaning of their own; saved queries cannot use them."""
MOST: Final = 10_000
"""Most rows of one page."""
_AGAIN: Final = Text("从头取,不带 cursor", "start again without a cursor")
_PAGE: Final = 1_000
_SEEN: Final = 200
FORMATS: Final = {
    "json": JSON,
    "csv": files.CSV,
    "tsv": "text/tab-separated-values; charset=utf-8",
    "xlsx": files.FILES["xlsx"],
    "ttl": "text/turtle; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
}
"""Suffix → media type."""


@dataclass(frozen=True)
class RowsPage:
    """One page of a query's rows.

    Attributes:
        table: the rows of the page.
        offset: number of rows before them.
        total: number of all rows.
        following: cursor of the next page, or None.
        seconds: duration of the query.
    """

    table: Table
    offset: int
    total: int
    following: str | None
    seconds: float
    note: Text | None = None


def catalogue(context: Context, request: Request) -> Response:
    """``/queries?q=&tag=``: the saved queries; those found by words, best first; those with a tag."""
    suffix = choose(request, {"html": HTML, "json": JSON} if not request.suffix else {"json": JSON})
    catalogue, text, tag = context.graph.catalogue, request.one("q").strip(), request.one("tag")
    given = {query.name: values for query, values in offered(catalogue, text)} if text else {}
    listed = [catalogue.get(name) for name in given] if text else list(catalogue)
    found = [query for query in listed if not tag or tag in query.tags]
    if suffix == "json":
        return as_json({"queries": [_described(context, q, given.get(q.name, {})) for q in found]})
    return context.page(
        "queries.html",
        request,
        text=text,
        tag=tag,
        tags=tags.used(catalogue),
        groups={"": found} if text else tags.grouped(found) if not tag else {tag: found},
        label=tags.label,
        given=given,
        question=catalogue.question,
    )


def _described(context: Context, saved: SavedQuery, given: Mapping[str, str]) -> dict[str, Any]:
    question = context.graph.catalogue.question(saved, given)
    return {
        "name": saved.name,
        "title": saved.title.plain(),
        "question": question.plain(),
        "given": dict(given),
        "tags": list(saved.tags),
        "params": [
            {"name": p.name, "type": p.type, "label": p.label.plain(), "default": p.default, "choices": list(p.choices)}
            for p in saved.params
        ],
        "columns": _columns(saved),
    }


def _columns(saved: SavedQuery) -> list[dict[str, Any]]:
    """The columns in the order of SELECT. Columns of type ``term`` can contain any term; IRIs have a label column."""
    return [{"name": c, "type": saved.types.get(c, "term"), "label": saved.columns[c].plain()} for c in saved.columns]


def answer(context: Context, request: Request) -> Response:
    """``/queries/NAME``: rows of the saved query, or its page.

    Raises:
        NotFound: there is no such query, or a value is an unknown name.
        UsageProblem: a parameter is unknown or invalid.
        StaleCursor: the cursor belongs to another dataset or query.
        NotAcceptable: the client accepts no offered format.
    """
    query = context.graph.catalogue.get(request.path)
    request = formatted(request)
    suffix = choose(request, {"html": HTML, **FORMATS} if not request.suffix else FORMATS)
    people = request.one("people")
    if people not in ("", "1"):
        raise UsageProblem(
            Text(f"people 不能是“{people}”", f"people cannot be “{people}”"), hint=Text("写 people=1", "write people=1")
        )
    values = _values(request)
    if suffix == "html" and (wrong := mistakes(context.graph.catalogue, query, values, request.lang)):
        return query_page.refused(context, query, values, request, wrong)
    saved = context.graph.catalogue.asked(query, values)
    page = _page(context, saved, request, _SEEN if suffix == "html" else _PAGE)
    if not page.total:
        page = replace(page, note=nothing(context.graph.store, context.graph.catalogue, query, values))
    if suffix == "html":
        links = {s: _next_url(context, request, request.one("cursor"), s) for s in FORMATS}
        following = _next_url(context, request, page.following, "") if page.following else None
        return query_page.found(
            context, saved, values, request, page=page, files=links, following=following, limit=MOST
        )
    headers = {"X-Total-Count": str(page.total)}
    if page.following:
        headers["Link"] = f'<{_next_url(context, request, page.following, suffix)}>; rel="next"'
    labelled = with_labels(page.table, request.lang, context.graph.names, saved.things)
    if suffix == "json":
        return as_json(_document(context, saved, values, page, labelled), headers)
    if suffix in ("csv", "tsv", "xlsx"):
        headers["Content-Disposition"] = f'attachment; filename="{saved.name}.{suffix}"'
    if suffix == "xlsx" or (suffix == "csv" and people):
        citer, passages = context.graph.citer, cited_in(page.table.rows)
        made = files.spreadsheet(
            context,
            request._replace(suffix=suffix),
            page.table,
            saved.columns,
            lambda: citer.query(saved.name, values, passages),
        )
        return made._replace(headers={**headers, **made.headers})
    return Response(_WRITERS[suffix](page.table if suffix == "ttl" else labelled), FORMATS[suffix], headers)


def _values(request: Request) -> dict[str, list[str]]:
    """The query's parameters. Empty values are left out, so that a form can send an empty field for a default."""
    values: dict[str, list[str]] = {}
    for name, value in request.params:
        if name in RESERVED or not value:
            continue
        values.setdefault(name, []).append(value)
    return values


def _page(context: Context, saved: SavedQuery, request: Request, size: int) -> RowsPage:
    """A page of the rows of *saved*, whose values are bound."""
    sparql = saved.sparql
    mark = sha256(f"{context.dataset}\n{sparql}".encode()).hexdigest()[:16]
    limit = _limit(request.one("limit"), size)
    offset = _offset(request.one("cursor"), mark)
    start = time.perf_counter()
    whole = context.graph.store.select(sparql, shown=f"queries/{saved.name}.rq", limit=context.limits.rows)
    seconds = time.perf_counter() - start
    if whole.truncated:  # the total number of rows is unknown
        raise too_large(context.limits.rows, ROWS)
    rows = whole.rows[offset : offset + limit]
    more = offset + limit < len(whole)
    table = Table(whole.columns, rows, more)
    return RowsPage(table, offset, len(whole), _cursor(offset + limit, mark) if more else None, seconds)


def _limit(text: str, default: int) -> int:
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= MOST):
        raise UsageProblem(
            Text(f"limit 不能是“{text}”", f"limit cannot be “{text}”"),
            hint=Text(f"1 至 {MOST} 的整数", f"a whole number from 1 to {MOST}"),
        )
    return int(text)


def _cursor(offset: int, mark: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([mark, offset]).encode()).decode().rstrip("=")


def _offset(cursor: str, mark: str) -> int:
    """The offset in *cursor*. A cursor is valid for one query on one dataset only, so that pages skip or repeat no row."""
    if not cursor:
        return 0
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        decoded = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True).decode())
    except (ValueError, RecursionError):
        decoded = None
    match decoded:
        case [str() as cursor_mark, int() as offset] if offset >= 0:
            if cursor_mark == mark:
                return offset
            raise StaleCursor(
                Text("cursor 属于另一次查询或另一版数据", "the cursor belongs to another question or another dataset"),
                hint=_AGAIN,
            )
    raise UsageProblem(Text("cursor 无法辨认", "the cursor cannot be read"), hint=_AGAIN)


def _document(
    context: Context,
    saved: SavedQuery,
    values: Mapping[str, list[str]],
    page: RowsPage,
    labelled: Table,
) -> dict[str, Any]:
    """The JSON document of a page: the rows and their metadata. Each column ``x`` of things has a column ``x_label``."""
    named = {p.name: p for p in saved.params}
    terms = {name: _told(context.graph.catalogue.terms(named[name], value)) for name, value in values.items()}
    return {
        "query": saved.name,
        "title": saved.title.plain(),
        "question": context.graph.catalogue.question(saved, values).plain(),
        "params": terms,
        "columns": _columns(saved),
        "rows": json_rows(labelled),
        "offset": page.offset,
        "total": page.total,
        "truncated": page.table.truncated,
        "next": page.following,
        "note": page.note.plain() if page.note else None,
        "elapsed": round(page.seconds, 6),
        "dataset": context.dataset,
    }


def _told(terms: list[str]) -> str | list[str]:
    """The values of a parameter: one as it is, several as a list, any as ``all``."""
    told = ["all" if term == "UNDEF" else from_written(term) for term in terms]
    return told[0] if len(told) == 1 else told


def _next_url(context: Context, request: Request, cursor: str | None, suffix: str) -> str:
    from urllib.parse import urlencode

    kept = [(k, v) for k, v in request.params if k not in ("cursor", "format") and v]
    query_string = urlencode([*kept, *([("cursor", cursor)] if cursor else [])])
    path = f"{context.pages.root}/queries/{request.path}{'.' + suffix if suffix else ''}"
    return f"{path}?{query_string}" if query_string else path


def _encoded(write: Any) -> Any:
    return lambda table: write(table).encode()


_WRITERS: Final[Mapping[str, Any]] = {
    "csv": spreadsheet.csv,
    "tsv": spreadsheet.tsv,
    "ttl": _encoded(to_turtle),
    "md": _encoded(to_markdown),
}
