"""Tables for people: adds labels of IRIs, drops columns of another language, and makes tables from Python values."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

import pyoxigraph as ox

from kg.ask.names import Names
from kg.store.results import Table
from kg.store.values import Term
from kg.terms import LANGS, iri, lexical
from kg.vocab import COUNT

_UNIT: Final = "unit"
"""Name of the columns of units, or its end (``other_unit``)."""


def with_labels(table: Table, lang: str, names: Names, things: Collection[str] | None = None) -> Table:
    """The table with a column ``x_label`` after each column ``x`` of things.

    Args:
        table: rows of terms.
        lang: language of the labels.
        names: the lookup table.
        things: names of the columns of things; None means the columns that contain an IRI with a label.
    """
    if things is None:
        named = [n for n in range(len(table.columns)) if any(_named(row[n], names) for row in table.rows)]
    else:
        named = [n for n, column in enumerate(table.columns) if column in things]
    columns = [c for n, col in enumerate(table.columns) for c in ([col, f"{col}_label"] if n in named else [col])]
    read = with_measure_words(table, lang, names)

    def told(term: Term | None, as_read: Term | None) -> Term | None:
        return _label(term, lang, names) if term is as_read else ox.Literal(lexical(as_read))

    rows = [
        tuple(t for n, term in enumerate(row) for t in ([term, told(term, seen[n])] if n in named else [term]))
        for row, seen in zip(table.rows, read.rows, strict=True)
    ]
    return Table(tuple(columns), tuple(rows), table.truncated)


def columns_of_language(columns: Sequence[str], lang: str) -> list[int]:
    """Positions of all columns except those for another language than *lang* (named ``en``, ``message_en``)."""
    others = [other for other in LANGS if other != lang]
    return [n for n, c in enumerate(columns) if not any(c == o or c.endswith(f"_{o}") for o in others)]


def for_reader(table: Table, lang: str, names: Names | None = None) -> Table:
    """The table as a reader of the language *lang* sees it, who has no use for the columns of another language.

    With *names*, a number of things has the measure word of what is counted as its unit (辆, 座), if the language has any.
    """
    if names:
        table = with_measure_words(table, lang, names)
    kept = columns_of_language(table.columns, lang)
    rows = tuple(tuple(row[n] for n in kept) for row in table.rows)
    return Table(tuple(table.columns[n] for n in kept), rows, table.truncated)


def with_measure_words(table: Table, lang: str, names: Names) -> Table:
    """The table with a measure word in place of each unit of counts in Chinese, the language that has them; else *table*.

    The word is that of the indicator in the row; where a table has none, that of the figure itself.
    """
    if lang != "zh":
        return table
    units = [n for n, column in enumerate(table.columns) if column == _UNIT or column.endswith(f"_{_UNIT}")]
    if not any(iri(row[n]) == COUNT for row in table.rows for n in units):
        return table
    sources = [_sources(table.columns, table.columns[n].removesuffix(_UNIT)) for n in units]

    def measured(row: tuple[Term | None, ...]) -> tuple[Term | None, ...]:
        terms = list(row)
        for n, tellers in zip(units, sources, strict=True):
            if iri(row[n]) == COUNT:
                word = next((word for teller in tellers if (word := names.measure_word(iri(row[teller])))), "")
                terms[n] = ox.Literal(word, language="zh") if word else row[n]
        return tuple(terms)

    return Table(table.columns, tuple(map(measured, table.rows)), table.truncated)


def _sources(columns: Sequence[str], prefix: str) -> list[int]:
    """Positions of the columns that tell what is counted, for the unit whose name begins with *prefix*; the first one decides."""
    wanted = dict.fromkeys((f"{prefix}indicator", "indicator", f"{prefix}subject", "subject"))
    return [columns.index(name) for name in wanted if name in columns]


def without_empty(table: Table) -> Table:
    """The table without the columns in which no row has a value."""
    kept = [n for n in range(len(table.columns)) if any(row[n] is not None for row in table.rows)]
    rows = tuple(tuple(row[n] for n in kept) for row in table.rows)
    return Table(tuple(table.columns[n] for n in kept), rows, table.truncated)


def plain_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    """Rows of Python strings, numbers and None as a Table of literals."""
    return Table(tuple(columns), tuple(tuple(None if v is None else ox.Literal(v) for v in row) for row in rows))


def _named(term: Any, names: Names) -> bool:
    return isinstance(term, ox.NamedNode) and names.has_name(term.value)


def _label(term: Any, lang: str, names: Names) -> ox.Literal | None:
    return ox.Literal(names.label(term.value, lang)) if _named(term, names) else None
