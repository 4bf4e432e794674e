"""The rows of a saved query with the tag ``matrix`` as a table of two dimensions, whose cells are counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kg.ask.names import Names
from kg.ask.sheet import Sheet
from kg.errors import NotFound, UsageProblem
from kg.source.queryfile import SavedQuery
from kg.store.results import Table
from kg.terms import Text, iri

TAG: Final = "matrix"
"""The tag of the saved queries that can be shown so: two columns of things, then columns of counts (type ``integer``)."""


@dataclass(frozen=True)
class Matrix:
    """Counts for pairs of things.

    Attributes:
        down: name of the query's column whose things are the rows: the one with more of them.
        across: name of the query's column whose things are the columns.
        measure: name of the column that is counted.
        rows: IRIs of the rows; those with most pairs first.
        columns: IRIs of the columns, likewise.
        cells: (row, column) → count, where it is not 0.
    """

    down: str
    across: str
    measure: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[str, str], int]

    def level(self, row: str, column: str) -> int:
        """How large a count is among all: 0 for none, then 1 to 4."""
        count, most = self.cells.get((row, column), 0), max(self.cells.values(), default=1)
        return 0 if not count else 1 + min(3, 4 * (count - 1) // most)

    def pair(self, row: str, column: str, names: Names) -> dict[str, str]:
        """The parameters that ask about one cell, as addresses have them."""
        return {self.down: names.slug(row), self.across: names.slug(column)}


def counted(found: Matrix, head: Text, names: Names, lang: str) -> Sheet:
    """*found* as a spreadsheet; *head* is the heading of the rows. A count of 0 is an empty cell."""
    titles = (head.pick(lang), *(names.label(column, lang) for column in found.columns))
    rows = tuple(
        (names.label(row, lang), *(found.cells.get((row, column)) for column in found.columns)) for row in found.rows
    )
    return Sheet(titles, rows, ((f"{head.pick(lang)} IRI", found.rows),))


def measures(query: SavedQuery) -> dict[str, Text]:
    """The columns of *query* that can be counted, with their labels.

    Raises:
        NotFound: the query is no matrix.
    """
    found = {name: query.columns[name] for name, kind in query.types.items() if kind == "integer"}
    if TAG not in query.tags or not found or len(query.things) != len(_ENDS):
        raise NotFound(
            Text(f"{query.name} 不是对照表", f"{query.name} is no matrix"),
            hint=Text("对照表列于 /figures", "/figures lists the matrices"),
        )
    return found


def matrix(query: SavedQuery, table: Table, names: Names, measure: str = "") -> Matrix:
    """The matrix of a saved query.

    Args:
        query: the query.
        table: its rows.
        names: the lookup table, whose Chinese labels order what is equal.
        measure: the column to count; empty means the first.

    Raises:
        NotFound: the query is no matrix. UsageProblem: it has no such column to count.
    """
    known = measures(query)
    counted = measure or next(iter(known))
    if counted not in known:
        raise UsageProblem(
            Text(f"没有可数的列 {counted}", f"there is no column {counted} to count"),
            hint=Text(f"可选:{'、'.join(known)}", f"one of: {', '.join(known)}"),
        )
    one, other = (column for column in query.columns if column in query.things)
    at = [table.columns.index(name) for name in (one, other, counted)]
    counts = {(iri(row[at[0]]), iri(row[at[1]])): int(row[at[2]].value) for row in table.rows}  # type: ignore[union-attr]
    cells = {pair: count for pair, count in counts.items() if count}
    ends = [_ordered(cells, end, names) for end in _ENDS]
    if len(ends[0]) < len(ends[1]):
        one, other, ends = other, one, ends[::-1]
        cells = {(b, a): count for (a, b), count in cells.items()}
    return Matrix(one, other, counted, ends[0], ends[1], cells)


_ENDS: Final = (0, 1)
"""Positions of the two things in a pair."""


def _ordered(cells: Mapping[tuple[str, str], int], end: int, names: Names) -> tuple[str, ...]:
    """The things at one end of the pairs; those in most pairs first."""
    number: dict[str, int] = {}
    for pair in cells:
        number[pair[end]] = number.get(pair[end], 0) + 1
    return tuple(sorted(number, key=lambda thing: (-number[thing], names.label(thing, "zh"), thing)))
