"""Tables for people: adds labels of IRIs, drops columns of another language, and makes tables from Python values."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import pyoxigraph as ox

from kg.ask.names import Names
from kg.store.results import Table
from kg.terms import LANGS


def with_labels(table: Table, lang: str, names: Names, things: Collection[str] | None = None) -> Table:
    """The table with a column ``x_label`` after each column ``x`` of entities.

    Args:
        table: rows of terms.
        lang: language of the labels.
        names: the lookup table.
        things: names of the columns of entities; None means the columns that contain an IRI with a label.
    """
    if things is None:
        named = [n for n in range(len(table.columns)) if any(_named(row[n], names) for row in table.rows)]
    else:
        named = [n for n, column in enumerate(table.columns) if column in things]
    columns = [c for n, col in enumerate(table.columns) for c in ([col, f"{col}_label"] if n in named else [col])]
    rows = [
        tuple(t for n, term in enumerate(row) for t in ([term, _label(term, lang, names)] if n in named else [term]))
        for row in table.rows
    ]
    return Table(tuple(columns), tuple(rows), table.truncated)


def columns_of_language(columns: Sequence[str], lang: str) -> list[int]:
    """Positions of all columns except those for another language than *lang* (named ``en``, ``message_en``)."""
    others = [other for other in LANGS if other != lang]
    return [n for n, c in enumerate(columns) if not any(c == o or c.endswith(f"_{o}") for o in others)]


def of_language(table: Table, lang: str) -> Table:
    """The table without the columns for another language than *lang*."""
    kept = columns_of_language(table.columns, lang)
    rows = tuple(tuple(row[n] for n in kept) for row in table.rows)
    return Table(tuple(table.columns[n] for n in kept), rows, table.truncated)


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
