"""A table as a spreadsheet for people: the columns of the screen, numbers as numbers, IRIs last; and where it is from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from kg.ask.citation.styles import STYLES
from kg.ask.tables import for_reader
from kg.store.values import finite, plain, written
from kg.terms import Text, amount, slug
from kg.vocab import PASSAGE, XSD

if TYPE_CHECKING:
    from kg.ask.citation.cited import Citation
    from kg.ask.names import Names
    from kg.store.results import Table
    from kg.store.values import Term

CellValue = str | int | float | bool | date | None
"""What a cell holds. A number is in single units, not in 亿."""
_LARGE: Final = 10_000
"""From here on a number is also written as people read it, in a column beside it."""
_READ: Final = Text("读作", "as read")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_ROWS: Final = Text("行数", "rows")
_MORE: Final = Text("(还有更多行,未列出)", "(there are more rows, which are not listed)")


@dataclass(frozen=True)
class Sheet:
    """A table for people.

    Attributes:
        titles: the headings, in the reader's language.
        rows: a value for each heading.
        iris: headings of the columns of IRIs that stand behind these, and their values in each row.
    """

    titles: tuple[str, ...]
    rows: tuple[tuple[CellValue, ...], ...]
    iris: tuple[tuple[str, tuple[str, ...]], ...] = ()


def sheet(table: Table, lang: str, names: Names | None = None, heads: Mapping[str, Text] | None = None) -> Sheet:
    """*table* as people see it on a screen.

    Args:
        table: rows of terms.
        lang: language of headings and names; columns for the other language are left out.
        names: where IRIs get their names; None leaves IRIs as they are.
        heads: column → heading; None leaves the names of the columns.
    """
    table = for_reader(table, lang, names)
    titles, columns, iris = list[str](), list[list[CellValue]](), list[tuple[str, tuple[str, ...]]]()
    for n, column in enumerate(table.columns):
        title = heads[column].pick(lang) if heads and column in heads else column
        terms = [row[n] for row in table.rows]
        titles.append(title)
        columns.append([_value(term, lang, names) for term in terms])
        if any(isinstance(term, ox.Literal) and _is_large(term) for term in terms):
            titles.append(f"{title} ({_READ.pick(lang)})")
            columns.append([_read(term, lang) for term in terms])
        if names and any(isinstance(term, ox.NamedNode) for term in terms):
            iris.append((f"{title} IRI", tuple(t.value if isinstance(t, ox.NamedNode) else "" for t in terms)))
    return Sheet(tuple(titles), tuple(zip(*columns, strict=True)) if columns else (), tuple(iris))


def about(cited: Citation, rows: int, lang: str, *, truncated: bool = False) -> list[tuple[str, CellValue]]:
    """What a reader must know of a sheet: heading → value, in order.

    Args:
        cited: the citation of what the sheet holds.
        rows: number of its rows.
        lang: the reader's language.
        truncated: whether there are more rows than these.
    """

    def say(zh: str, en: str) -> str:
        return zh if lang == "zh" else en

    told: list[tuple[str, CellValue]] = [(say("内容", "what"), cited.what.pick(lang))]
    told += [(say("说明", "note"), note.pick(lang)) for note in cited.notes]
    told += [(_ROWS.pick(lang), rows)]
    if truncated:
        told.append((_ROWS.pick(lang), _MORE.pick(lang)))
    told += [
        (say("日期", "date"), cited.day),
        (say("数据集", "dataset"), cited.dataset.title.pick(lang)),
        (say("数据集版本", "version of the dataset"), cited.dataset.version),
        (say("许可", "licence"), cited.dataset.licence),
    ]
    told += [(title.pick(lang), write(cited, lang)) for title, write in STYLES.values()]
    return [(head, value) for head, value in told if value != ""]


def sources(cited: Citation, lang: str) -> Sheet:
    """The passages of a sheet: id, section, document and the document's address."""
    titles = Text("段落|章节|文献|网址", "passage|section|document|address").pick(lang).split("|")
    works = {work.iri: work for work in cited.works}
    rows = [
        (slug(place.passage), place.section, work.own(work.title, lang) if work else "", work.url if work else "")
        for place in cited.places
        for work in [works.get(place.document)]
    ]
    return Sheet(tuple(titles), tuple(rows))


def _value(term: Term | None, lang: str, names: Names | None) -> CellValue:
    if term is None:
        return None
    if isinstance(term, ox.NamedNode):
        if term.value.startswith(PASSAGE):
            return slug(term.value)
        return names.label(term.value, lang) if names else term.value
    value = plain(term)
    if isinstance(value, float) and value.is_integer() and finite(value):
        return int(value)
    if isinstance(term, ox.Literal) and term.datatype.value == f"{XSD}date" and _DAY.fullmatch(term.value):
        return _day(term.value)
    return value if isinstance(value, bool) or finite(value) else written(term)


def _day(text: str) -> CellValue:
    try:
        return date.fromisoformat(text)
    except ValueError:  # no such day, as 2025-02-30
        return text


def _is_large(term: ox.Literal) -> bool:
    """Whether a term is a number that people write with 万 or million; whole numbers, such as years, are not."""
    value = plain(term)
    return isinstance(value, float) and finite(value) and abs(value) >= _LARGE


def _read(term: Term | None, lang: str) -> CellValue:
    value = plain(term)
    return amount(value, lang) if isinstance(value, float) else None
