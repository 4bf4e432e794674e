"""Tables as files that people open in a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from kg.ask.sheet import Sheet, sheet
from kg.faces import sheets
from kg.faces.web.context import Context
from kg.service.messages import Request, Response
from kg.terms import Text

if TYPE_CHECKING:
    from kg.ask.citation.cited import Citation
    from kg.store.results import Table

CSV: Final = "text/csv; charset=utf-8"
FILES: Final = {"xlsx": sheets.MEDIA, "csv": CSV}
"""Suffix → media type."""
_NO_NAME: Final = re.compile(r"[^A-Za-z0-9]+")
"""What is not part of the name of a file that every system takes."""


def spreadsheet(
    context: Context,
    request: Request,
    table: Table,
    heads: Mapping[str, Text],
    cited: Callable[[], Citation],
) -> Response:
    """*table* with the columns of the screen, in the reader's language.

    Args:
        context: the graph.
        request: the request, with the suffix ``xlsx`` or ``csv``.
        table: rows of terms.
        heads: column → heading.
        cited: makes the citation of the table; XLSX has it on its second sheet.
    """
    shown = sheet(table, request.lang, context.graph.names, heads)
    return written(request, shown, cited, truncated=table.truncated)


def written(request: Request, shown: Sheet, cited: Callable[[], Citation], *, truncated: bool = False) -> Response:
    """A sheet that is made already, as :func:`spreadsheet`; *truncated* if there are more rows."""
    if request.suffix == "csv":
        return Response(sheets.people_csv(shown), CSV, {"Content-Language": request.lang})
    body = sheets.xlsx(shown, request.lang, cited(), truncated=truncated)
    return Response(body, sheets.MEDIA, {"Content-Language": request.lang})


def attached(answer: Response, *words: str) -> Response:
    """*answer* as a file whose name is made of *words*, the last of which is its ending."""
    *names, ending = (_NO_NAME.sub("-", word).strip("-") for word in words)
    name = f"{'-'.join(filter(None, names))}.{ending}"
    return answer._replace(headers={**answer.headers, "Content-Disposition": f'attachment; filename="{name}"'})
