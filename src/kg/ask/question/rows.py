"""Runs the query of a reading and keeps the rows that answer the question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations
from typing import Final

import pyoxigraph as ox

from kg.ask.catalogue import Catalogue
from kg.ask.names import Names
from kg.ask.question.readings import Reading
from kg.errors import NotFound, UsageProblem
from kg.store.base import Store
from kg.store.results import Table
from kg.store.values import Term
from kg.vocab import EQUAL, IVL, XSD

Row = tuple[Term | None, ...]
Wanted = frozenset[str] | int | Decimal
_CONTEXT: Final = ("Industry", "Stage", "ChainView")
"""Classes whose instances contain others."""
_WITHIN: Final = "(ivc:kindOf|ivc:regionWithin|ivc:subsidiaryOf)*"
"""From a thing to what it is a kind or a part of."""
_EXACT: Final = (EQUAL, IVL + "approx")
"""Comparators of figures that affirm a number."""
_NUMBERS: Final = tuple(XSD + name for name in ("integer", "decimal", "gYear"))


@dataclass(frozen=True)
class ReadingRows:
    """A reading and the rows that answer it.

    Attributes:
        reading: the reading.
        table: the rows.
        others: whether the query has rows that do not answer the question.
    """

    reading: Reading
    table: Table
    others: bool = False

    @property
    def answers(self) -> tuple[Term | None, ...]:
        """What was asked for, each once, in the order of the rows."""
        position = self.table.columns.index(self.reading.column)
        return tuple(dict.fromkeys(row[position] for row in self.table.rows))

    @property
    def are_exact(self) -> bool:
        """Whether the rows have just the number that was asked for, if one was: “more than 50 %” is not 50 %."""
        asked = any(isinstance(wanted, Decimal) for wanted in self.reading.filters)
        if not asked or "comparator" not in self.table.columns:
            return True
        at = self.table.columns.index("comparator")
        return all(getattr(row[at], "value", EQUAL) in _EXACT for row in self.table.rows)

    @property
    def passages(self) -> tuple[str, ...]:
        """IRIs of the passages that the rows cite."""
        columns = [self.table.columns.index(c) for c in self.table.columns if c in self.reading.query.passages]
        cited = (row[column] for row in self.table.rows for column in columns)
        return tuple(dict.fromkeys(term.value for term in cited if isinstance(term, ox.NamedNode)))


class Finder:
    """Finds the rows of readings in one graph."""

    def __init__(self, store: Store, names: Names, catalogue: Catalogue) -> None:
        self._store, self._names, self._catalogue = store, names, catalogue

    def find(self, reading: Reading) -> ReadingRows:
        """The rows of a reading that pass its filters; of a superlative, the first.

        The reading of the result has no filter that only said where a value belongs.
        """
        tables = [self._run(reading, values) for values in reading.runs()]
        columns = tables[0].columns
        at = columns.index(reading.column)
        every: dict[Row, None] = dict.fromkeys(row for table in tables for row in table.rows)
        kept = [row for row in every if self._answers(row[at], reading)]
        if reading.excluded and not any(getattr(row[at], "value", "") in reading.excluded for row in every):
            alike = self._are_alike(reading.excluded, (row[at] for row in every))
            without = [row for row in kept if not _has(row, reading.excluded)]  # what is left out is in another column
            kept = without if alike or len(without) < len(kept) else []  # or in none: then nothing would be left out
        if reading.in_all:
            shared = set.intersection(*({row[at] for row in table.rows} for table in tables))
            kept = [row for row in kept if row[at] in shared]
        if reading.relations:
            relation = columns.index("relation")
            kept = [row for row in kept if getattr(row[relation], "value", "") in reading.relations]
        narrowing = tuple(wanted for wanted in reading.filters if not self._is_context(reading, wanted, every))
        reading = replace(reading, filters=narrowing)
        first = reading.first
        # whether something is first is asked of all that are ranked
        ranked = {wanted for wanted in narrowing if first and any(_has((row[at],), wanted) for row in every)}
        for wanted in narrowing:
            kept = kept if wanted in ranked else self._narrowed(kept, wanted, reading, at)
        if (ranked or (first and reading.kinds)) and "of" in columns:  # to be first of one tells nothing
            kept = [row for row in kept if getattr(row[columns.index("of")], "value", "") != "1"]
        if first:
            kept = _first(kept, columns, _ranking(reading, columns, at), least=reading.least)
            kept = [row for row in kept if all(_has((row[at],), wanted) for wanted in ranked)]
        return self._unnamed(ReadingRows(reading, Table(columns, tuple(kept)), len(kept) < len(every)))

    def _unnamed(self, found: ReadingRows) -> ReadingRows:
        """The rows without the things that the question itself names, and of “who” those with organizations only,
        of “how many companies” those with companies only.

        The reading says so if that leaves rows out.
        """
        reading, table = found.reading, found.table
        at = table.columns.index(reading.column)
        named = frozenset(term.value for term in found.answers if isinstance(term, ox.NamedNode)) & reading.named
        if named:
            reading = replace(reading, excluded=reading.excluded | named)
        for kind in filter(None, ("Organization" if reading.who else "", reading.counted)):
            if not all(self._is_a(term, kind) for term in found.answers):
                reading = replace(reading, kinds=(*reading.kinds, kind))
        rows = tuple(row for row in table.rows if self._answers(row[at], reading))
        return ReadingRows(reading, Table(table.columns, rows), found.others or len(rows) < len(table.rows))

    def joined(self, found: Sequence[ReadingRows]) -> ReadingRows:
        """The rows of one query for all that a name can mean, each once; of a query for what is absent, those found for each meaning."""
        rows = dict.fromkeys(row for one in found for row in one.table.rows)
        if "absence" in found[0].reading.query.tags:
            shared = set.intersection(*(set(one.answers) for one in found))
            at = found[0].table.columns.index(found[0].reading.column)
            rows = dict.fromkeys(row for row in rows if row[at] in shared)
        return ReadingRows(found[0].reading, Table(found[0].table.columns, tuple(rows)))

    def _run(self, reading: Reading, values: dict[str, str]) -> Table:
        try:
            sparql = self._catalogue.bind(reading.query, values)
        except (NotFound, UsageProblem):  # a passage or a number that there is not
            return Table(tuple(reading.query.columns), ())
        return self._store.select(sparql, shown=f"queries/{reading.query.name}.rq")

    def joint_passages(self, named: Iterable[Iterable[str]]) -> tuple[str, ...]:
        """IRIs of the passages that name one of each of the groups *named* of things, or a kind or part of it.

        A passage names the industry whose section it is in.
        """
        groups = (" ".join(f"<{iri}>" for iri in sorted(group)) for group in named)
        joint = " ".join(
            f"{{ VALUES ?w{n} {{ {things} }} ?x{n} {_WITHIN} ?w{n} {{ GRAPH ?passage {{ ?x{n} ?p{n} ?o{n} }} }} "
            f"UNION {{ GRAPH ?passage {{ ?y{n} ?q{n} ?x{n} }} }} UNION {{ ?passage ivc:contextIndustry ?x{n} }} }}"
            for n, things in enumerate(groups)
        )
        table = self._store.select(f"SELECT DISTINCT ?passage {{ ?passage a ivc:Passage . {joint} }}", shown="passages")
        return tuple(term.value for (term,) in table.rows if isinstance(term, ox.NamedNode))

    def are_related(self, named: Iterable[Iterable[str]]) -> bool:
        """Whether things of two of the groups *named* are in one industry, and none of these is an industry itself.

        A firm that is in the industry of a product may make it, though no passage names both.
        """
        others = [
            " ".join(f"<{iri}>" for iri in sorted(group))
            for group in named
            if not any(self._names.is_a(self._names.thing(iri).kind, "Industry") for iri in group)
        ]
        path = "(ivc:appearsIn|ivc:inIndustry|ivc:inSegment/ivc:inIndustry|ivc:inStage/ivc:stageOf/ivc:viewOf|ivc:stageOf/ivc:viewOf)"
        pairs = (
            f"SELECT * {{ VALUES ?one {{ {one} }} VALUES ?other {{ {other} }} "
            f"?a {_WITHIN} ?one . ?b {_WITHIN} ?other . ?a {path} ?in . ?b {path} ?in }} LIMIT 1"
            for one, other in combinations(others, 2)
        )
        return any(self._store.select(sparql, shown="related").rows for sparql in pairs)

    def _answers(self, term: Term | None, reading: Reading) -> bool:
        """Whether *term* can be an answer: neither nothing, nor excluded, nor of another class than asked for."""
        if term is None or getattr(term, "value", "") in reading.excluded:
            return False
        return all(self._is_a(term, kind) for kind in reading.kinds)

    def _is_a(self, term: Term | None, kind: str) -> bool:
        """Whether a term is a thing of a class; a literal, which is of none, passes."""
        thing = self._names.get(getattr(term, "value", ""))
        return isinstance(term, ox.Literal) or (thing is not None and self._names.is_a(thing.kind, kind))

    def _are_alike(self, things: Iterable[str], terms: Iterable[Term | None]) -> bool:
        """Whether one of *things* is of the class of one of *terms*, so that it could be among them."""
        kinds = {thing.kind for term in terms if (thing := self._names.get(getattr(term, "value", "")))}
        return self._names.are_akin((self._names.thing(iri).kind for iri in things), kinds)

    def _narrowed(self, rows: list[Row], wanted: Wanted, reading: Reading, at: int) -> list[Row]:
        """The rows that have a value. If no row has the industry, see :meth:`_in_section`; if no row has the region, or regions
        are asked for, the rows with a place inside it.

        What the question names is no answer, so a row with it in column *at* does not count.
        """
        exact = [row for row in rows if _has(row, wanted) and getattr(row[at], "value", "") not in reading.named]
        if not exact and (industries := self._of_kinds(wanted, ("Industry",))):
            return self._in_section(rows, industries, at)
        regions = self._of_kinds(wanted, ("Region",))
        if not regions or (exact and not reading.places):
            return exact
        sparql = f"SELECT ?place {{ VALUES ?region {{ {regions} }} ?place ivc:regionWithin+ ?region }}"
        places = {place for (place,) in self._store.select(sparql, shown="places").rows}
        return [row for row in rows if not places.isdisjoint(row)]

    def _in_section(self, rows: list[Row], industries: str, at: int) -> list[Row]:
        """The rows that passages of the sections on *industries* state, if their answers are those that take part in these.

        Else none: the seat of a firm of the industry, for instance, may be stated in another section.
        """
        own, others = (
            {term for (term,) in self._store.select(f"SELECT ?x {{ VALUES ?in {{ {industries} }} ?x {of} ?in }}").rows}
            for of in ("ivc:contextIndustry", "ivc:appearsIn")
        )
        stated = [row for row in rows if not own.isdisjoint(row)]
        taking_part = {row[at] for row in rows if row[at] in others}
        return stated if taking_part in (set(), {row[at] for row in stated}) else []

    def _is_context(self, reading: Reading, wanted: Wanted, rows: Iterable[Row]) -> bool:
        """Whether a name says only where a parameter's value belongs, as an industry with one of its segments.

        What belongs to several industries, as a battery does, is not told by one of them: then the name narrows the rows.
        """
        within = self._of_kinds(wanted, _CONTEXT)
        values = " ".join(f"<{value}>" for value in reading.values.values() if ":" in value)
        if not within or not values or any(_has(row, wanted) for row in rows):
            return False
        path = "ivc:inIndustry|ivc:inStage|ivc:inIndustry/^ivc:viewOf"
        kinds = ", ".join(f"ivc:{kind}" for kind in _CONTEXT)
        sparql = (
            f"SELECT * {{ VALUES ?value {{ {values} }} VALUES ?in {{ {within} }} ?value {path} ?in . ?in a ?kind "
            f"FILTER(?kind IN ({kinds})) FILTER NOT EXISTS {{ ?value {path} ?other . ?other a ?kind "
            f"FILTER(?other NOT IN ({within.replace(' ', ', ')})) }} }} LIMIT 1"
        )
        return bool(self._store.select(sparql, shown="context").rows)

    def _of_kinds(self, wanted: Wanted, kinds: Sequence[str]) -> str:
        """Those of the wanted things that are of one of *kinds*, in N-Triples form."""
        if not isinstance(wanted, frozenset):
            return ""
        return " ".join(
            f"<{iri}>" for iri in sorted(wanted) if any(self._names.is_a(self._names.thing(iri).kind, k) for k in kinds)
        )


def _ranking(reading: Reading, columns: Sequence[str], at: int) -> int:
    """The position of the column by which the rows of a superlative are ranked: a rank, a number, or the answer."""
    numbers = (column for column in columns if reading.query.types.get(column) in ("integer", "decimal"))
    return columns.index("rank" if "rank" in columns else next(numbers, columns[at]))


def _first(rows: list[Row], columns: Sequence[str], by: int, *, least: bool) -> list[Row]:
    """The rows that have the first row's rank, or its answer if there are no ranks; for the least, the last row's.

    If there are several rankings, one after the other, the column ``last`` has the rank counted from the end.
    """
    if least and "last" in columns:
        rows, by = (
            sorted(rows, key=lambda row: getattr(row[columns.index("last")], "value", "") != "1"),
            columns.index("last"),
        )
    elif least:
        rows = rows[::-1]
    return [row for row in rows if row[by] == rows[0][by]]


def _has(row: Row, wanted: Wanted) -> bool:
    """Whether a row has an IRI, a year or a number."""
    if isinstance(wanted, frozenset):
        return any(isinstance(t, ox.NamedNode) and t.value in wanted for t in row)
    return any(isinstance(t, ox.Literal) and t.datatype.value in _NUMBERS and Decimal(t.value) == wanted for t in row)
