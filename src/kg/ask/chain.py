"""The tier chart of an industry: its divisions, their stages, the segments in them, who and what is named there."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from kg import vocab
from kg.store.base import Store

_STAGES = """
SELECT DISTINCT ?view ?stage ?tier WHERE {{
  ?view ivc:viewOf <{iri}> . ?stage ivc:stageOf ?view . OPTIONAL {{ ?stage ivc:tier ?tier }}
}} ORDER BY ?view ?stage"""
_SEGMENTS = """
SELECT DISTINCT ?segment ?stage ?parent ?psg WHERE {{
  GRAPH ?psg {{ {{ ?segment ivc:segmentOf ?stage }} UNION {{ ?segment ivc:subSegmentOf ?parent }} UNION {{ ?segment ivc:inIndustry <{iri}> }} }}
  FILTER(STRSTARTS(STR(?psg), STR(psg:))) ?segment a ivc:Segment ; ivc:inIndustry <{iri}> .
}} ORDER BY ?psg ?segment"""
_NAMED = """
SELECT DISTINCT ?segment ?what ?thing ?psg WHERE {{
  {{ GRAPH ?psg {{ ?thing ivc:keyPlayerIn ?segment }} BIND("company" AS ?what) }}
  UNION {{ GRAPH ?psg {{ ?thing ivc:operatesIn ?segment }} BIND("company" AS ?what) }}
  UNION {{ GRAPH ?psg {{ ?thing ivc:produces ?product }} ?product ivc:offeredIn ?segment BIND("company" AS ?what) }}
  UNION {{ GRAPH ?psg {{ ?thing ivc:inSegment|ivc:offeredIn ?segment }} BIND("product" AS ?what) }}
  FILTER(STRSTARTS(STR(?psg), STR(psg:))) ?segment ivc:inIndustry <{iri}> .
}} ORDER BY ?psg ?segment ?thing"""
_WHOLE = """
SELECT DISTINCT ?thing ?psg WHERE {{
  GRAPH ?psg {{ ?thing ivc:representativeOf <{iri}> }} FILTER(STRSTARTS(STR(?psg), STR(psg:)))
}} ORDER BY ?psg ?thing"""
_TIERS = {vocab.IVL + name: n for n, name in enumerate(("upstream", "midstream", "downstream"))}


@dataclass(frozen=True)
class Cited:
    """An IRI and the passages that put it there."""

    iri: str
    passages: tuple[str, ...]


@dataclass(frozen=True)
class SegmentCell:
    """A segment in the chart, with what is named in it and the segments inside it."""

    iri: str
    passages: tuple[str, ...]
    companies: tuple[Cited, ...]
    products: tuple[Cited, ...]
    parts: tuple[SegmentCell, ...]

    def __iter__(self) -> object:
        """This segment and all inside it, outermost first."""
        yield self
        for part in self.parts:
            yield from part  # type: ignore[misc]


@dataclass(frozen=True)
class StageColumn:
    """A stage: its tier (IRI) if it stands for one, and its segments."""

    iri: str
    tier: str | None
    segments: tuple[SegmentCell, ...]


@dataclass(frozen=True)
class View:
    """One way of dividing the industry; tiers in order of flow, other stages as the report lists them."""

    iri: str
    stages: tuple[StageColumn, ...]


@dataclass(frozen=True)
class Chain:
    """The whole chart: views, segments that no stage holds, and companies named for the industry as a whole."""

    industry: str
    views: tuple[View, ...]
    unplaced: tuple[SegmentCell, ...]
    representatives: tuple[Cited, ...]


def chain(store: Store, industry: str) -> Chain:
    """The tier chart of the industry with this IRI."""
    return _Builder(store, industry).chain()


class _Builder:
    def __init__(self, store: Store, industry: str) -> None:
        self._store, self._industry = store, industry
        self._stage_segments: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._parts: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._loose: dict[str, set[str]] = defaultdict(set)
        self._named: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))

    def chain(self) -> Chain:
        self._read()
        stages = list(self._rows(_STAGES))
        views = list(dict.fromkeys(row["view"] for row in stages))
        placed = {s for segments in self._stage_segments.values() for s in segments}
        inside = {s for parts in self._parts.values() for s in parts}
        loose = [self._cell(s, p) for s, p in self._loose.items() if s not in placed | inside]
        return Chain(
            self._industry,
            tuple(
                View(v, self._columns([r for r in stages if r["view"] == v]))
                for v in sorted(views, key=self._first_line)
            ),
            tuple(loose),
            _cited(_group((row["thing"], row["psg"]) for row in self._rows(_WHOLE))),
        )

    def _first_line(self, view: str) -> tuple[str, str]:
        lines = [
            p
            for stage in self._rows(_STAGES)
            if stage["view"] == view
            for found in self._stage_segments.get(stage["stage"], {}).values()
            for p in found
        ]
        return (min(lines, default="~"), view)

    def _read(self) -> None:
        for row in self._rows(_SEGMENTS):
            home = (
                self._stage_segments[row["stage"]]
                if row["stage"]
                else self._parts[row["parent"]]
                if row["parent"]
                else self._loose
            )
            if row["stage"] or row["parent"]:
                home[row["segment"]].add(row["psg"])
            else:
                self._loose[row["segment"]].add(row["psg"])
        for row in self._rows(_NAMED):
            self._named[row["segment"], row["what"]][row["thing"]].add(row["psg"])

    def _rows(self, query: str) -> list[dict[str, str]]:
        return list(self._store.select(query.format(iri=self._industry)))

    def _columns(self, rows: list[dict[str, str]]) -> tuple[StageColumn, ...]:
        columns = [
            StageColumn(r["stage"], r["tier"], self._cells(self._stage_segments.get(r["stage"], {}))) for r in rows
        ]
        return tuple(sorted(columns, key=lambda c: (_TIERS.get(c.tier or "", 9), _earliest(c), c.iri)))

    def _cells(self, segments: dict[str, set[str]]) -> tuple[SegmentCell, ...]:
        return tuple(self._cell(s, p) for s, p in segments.items())

    def _cell(self, segment: str, passages: set[str]) -> SegmentCell:
        return SegmentCell(
            segment,
            tuple(sorted(passages)),
            _cited(self._named.get((segment, "company"), {})),
            _cited(self._named.get((segment, "product"), {})),
            self._cells(self._parts.get(segment, {})),
        )


def _earliest(column: StageColumn) -> str:
    return min((p for s in column.segments for p in s.passages), default="~")


def _group(pairs: object) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for thing, passage in pairs:  # type: ignore[attr-defined]
        found[thing].add(passage)
    return found


def _cited(found: dict[str, set[str]]) -> tuple[Cited, ...]:
    return tuple(Cited(iri, tuple(sorted(passages))) for iri, passages in found.items())
