"""Files for spreadsheets that people open: XLSX, and CSV with the columns of the screen."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from kg.ask.sheet import CellValue, Sheet, about, sources
from kg.store.spreadsheet import harmless_text
from kg.terms import Text, cell_width

if TYPE_CHECKING:
    from kg.ask.citation.cited import Citation

MEDIA: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""The media type of XLSX."""
_NARROW: Final = 8
_WIDE: Final = 48
"""Least and most characters of a column; longer texts are wrapped."""
_LONGEST: Final = 32_000
"""Most characters of a cell in Excel are 32,767."""
_EXACT: Final = 10**15
"""Excel has fifteen digits of a number; longer ones are texts."""
_DATA: Final = Text("数据", "data")
_ABOUT: Final = Text("说明与引文", "about")


def xlsx(sheet: Sheet, lang: str, cited: Citation | None = None, *, truncated: bool = False) -> bytes:
    """*sheet* as an XLSX file: the table on the first sheet; what it is, its citation and its passages on the second.

    Args:
        sheet: the table.
        lang: language of the names of the sheets.
        cited: the citation of what it holds; None leaves the second sheet out.
        truncated: whether there are more rows than these.
    """
    from xlsxwriter import Workbook

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(out, options) as book:
        if cited:
            made = datetime.combine(cited.day, datetime.min.time(), UTC)
            book.set_properties({"title": cited.what.pick(lang), "created": made.replace(tzinfo=None)})
        writer = _Writer(book)
        writer.table(book.add_worksheet(_DATA.pick(lang)), sheet)
        if cited:
            page = book.add_worksheet(_ABOUT.pick(lang))
            after = writer.pairs(page, about(cited, len(sheet.rows), lang, truncated=truncated))
            passages = sources(cited, lang)
            if passages.rows:
                writer.table(page, passages, after + 1, framed=False)
    return out.getvalue()


def people_csv(sheet: Sheet) -> bytes:
    """*sheet* as CSV with the byte-order mark by which Excel knows UTF-8; without the columns of IRIs."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(map(harmless_text, sheet.titles))
    writer.writerows([_written(value) for value in row] for row in sheet.rows)
    return out.getvalue().encode("utf-8-sig")


class _Writer:
    """Writes tables into the sheets of one workbook."""

    def __init__(self, book: Any) -> None:
        self._head = book.add_format(
            {"bold": True, "bg_color": "#E8EEF5", "bottom": 1, "valign": "top", "text_wrap": True}
        )
        self._text = book.add_format({"text_wrap": True, "valign": "top"})
        self._whole = book.add_format({"num_format": "0", "valign": "top"})
        self._number = book.add_format({"num_format": "#,##0.####", "valign": "top"})
        self._large = book.add_format({"num_format": "#,##0", "valign": "top"})
        self._day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"})
        self._iri = book.add_format({"font_color": "#667788", "valign": "top"})

    def table(self, page: Any, sheet: Sheet, top: int = 0, *, framed: bool = True) -> None:
        """Write a table from the line *top* on; *framed* with a frozen heading, filters and widths that fit."""
        for column, title in enumerate((*sheet.titles, *(title for title, _ in sheet.iris))):
            page.write_string(top, column, title, self._head)
        for line, row in enumerate(sheet.rows, start=top + 1):
            for column, value in enumerate(row):
                self._cell(page, line, column, value)
        for column, (_, iris) in enumerate(sheet.iris, start=len(sheet.titles)):
            for line, iri in enumerate(iris, start=top + 1):
                if iri:
                    page.write_string(line, column, iri, self._iri)
        if not framed:
            return
        columns = len(sheet.titles) + len(sheet.iris)
        page.freeze_panes(top + 1, 0)
        if columns:
            page.autofilter(top, 0, top + len(sheet.rows), columns - 1)
        for column, title in enumerate(sheet.titles):
            page.set_column(column, column, _width([title, *(row[column] for row in sheet.rows)]))
        for column, (title, _) in enumerate(sheet.iris, start=len(sheet.titles)):
            page.set_column(column, column, _width([title]))

    def pairs(self, page: Any, told: list[tuple[str, CellValue]]) -> int:
        """Write headings and their values; the number of lines."""
        for line, (head, value) in enumerate(told):
            page.write_string(line, 0, head, self._head)
            self._cell(page, line, 1, value)
        page.set_column(0, 0, 22)
        page.set_column(1, 1, 90)
        page.set_column(2, 3, 40)
        return len(told)

    def _cell(self, page: Any, line: int, column: int, value: CellValue) -> None:
        if isinstance(value, bool):
            page.write_boolean(line, column, value)
        elif isinstance(value, date):
            page.write_datetime(line, column, datetime.combine(value, datetime.min.time()), self._day)
        elif isinstance(value, (int, float)) and abs(value) < _EXACT:
            small = abs(value) < 10_000 and isinstance(value, int)
            shape = self._whole if small else self._large if isinstance(value, int) else self._number
            page.write_number(line, column, value, shape)
        elif value not in (None, ""):
            page.write_string(line, column, str(value)[:_LONGEST], self._text)


def _width(values: list[Any]) -> int:
    """The width of a column in characters; 汉字 count two."""
    lines = [line for value in values if value is not None for line in _written(value).split("\n")]
    return min(_WIDE, max(_NARROW, *(cell_width(line) + 3 for line in lines)))


def _written(value: CellValue) -> str:
    """A value as text: numbers with all their digits, days as ISO has them, no text that a spreadsheet would run."""
    if value is None:
        return ""
    return (
        harmless_text(value)
        if isinstance(value, str)
        else str(value).lower()
        if isinstance(value, bool)
        else str(value)
    )
