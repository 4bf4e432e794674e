"""The chain of an industry: its views, their stages, the segments in them, and their companies, products and applications."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from kg import vocab
from kg.store.base import Store
from kg.terms import Text

UNPLACED: Final = Text("未归入层级的环节", "segments in no stage")
NOTHING: Final = Text("文献未列环节", "the documents name no segment")
"""Heading of the segments without a stage, and the note in a stage of which nothing is named."""
_WHOLE: Final = Text("全产业代表企业", "named for the industry as a whole")
_OTHERS: Final = Text("其他提到的企业与机构", "also named")
_APPLIED: Final = Text("全产业应用场景", "applications of the industry as a whole")
FED: Final = Text("供给(文献所述)", "feeds, as stated")
IN_ORDER: Final = Text("供给(按层级次序,文献未明说)", "feeds, by order of the stages; not stated")
"""What an arrow from one stage to the next means: with a passage that says so, and without one."""
# Put after ?thing and ?psg are bound: each thing is looked up alone, which an engine does not do for a plain OPTIONAL (decision 0020).
IN_LINE: Final = """OPTIONAL {
    ?named ivc:mentionOf ?thing FILTER(BOUND(?psg) && EXISTS { ?named ivc:mentionIn ?psg }) OPTIONAL { ?named oa:start ?start } }"""
"""Binds ?start to the place at which the passage ?psg first names ?thing, so that rows can keep the order of a line."""
_STAGES = """
SELECT DISTINCT ?view ?stage ?tier WHERE {{
  ?view ivc:viewOf <{iri}> . ?stage ivc:stageOf ?view . OPTIONAL {{ ?stage ivc:tier ?tier }}
}} ORDER BY ?view ?stage"""
_SEGMENTS = """
SELECT DISTINCT ?thing ?stage ?parent ?psg WHERE {{
  GRAPH ?psg {{ {{ ?thing ivc:segmentOf ?stage }} UNION {{ ?thing ivc:subSegmentOf ?parent }} UNION {{ ?thing ivc:inIndustry <{iri}> }} }}
  FILTER(STRSTARTS(STR(?psg), STR(psg:))) ?thing a ivc:Segment ; ivc:inIndustry <{iri}> .
  {in_line}
}} ORDER BY ?psg ?start ?thing"""
# A maker is named for the segment of its product by one passage, or by two that are both cited.
_NAMED = """
SELECT ?segment ?what ?thing ?at WHERE {{
  {{ GRAPH ?psg {{ ?thing ivc:keyPlayerIn ?segment }} BIND("company" AS ?what) BIND(?psg AS ?at) }}
  UNION {{ GRAPH ?psg {{ ?thing ivc:operatesIn ?segment }} BIND("company" AS ?what) BIND(?psg AS ?at) }}
  UNION {{
    GRAPH ?psg {{ ?thing ivc:produces ?product }} GRAPH ?offered {{ ?product ivc:offeredIn ?segment }}
    FILTER(STRSTARTS(STR(?offered), STR(psg:)))
    FILTER(?psg = ?offered || NOT EXISTS {{ GRAPH ?both {{ ?thing ivc:produces ?product . ?product ivc:offeredIn ?segment }} }})
    VALUES ?which {{ 1 2 }} BIND(IF(?which = 1, ?psg, ?offered) AS ?at) BIND("company" AS ?what)
  }}
  UNION {{ GRAPH ?psg {{ ?thing ivc:inSegment|ivc:offeredIn ?segment }} BIND("product" AS ?what) BIND(?psg AS ?at) }}
  FILTER(STRSTARTS(STR(?psg), STR(psg:))) ?segment ivc:inIndustry <{iri}> .
  {in_line}
}} ORDER BY ?psg ?segment ?start ?thing"""
# Which applications count is defined by the saved query applications-of-industry.
_APPLICATIONS = """
SELECT DISTINCT ?thing ?node ?psg WHERE {{
  GRAPH ?psg {{ ?thing ivc:applicationOf ?node }}
  ?node ivc:inIndustry? <{iri}> . FILTER(STRSTARTS(STR(?psg), STR(psg:)))
  {in_line}
}} ORDER BY ?psg ?start ?thing"""
_FEEDS = """
SELECT DISTINCT ?stage ?thing ?psg WHERE {{
  ?view ivc:viewOf <{iri}> . ?stage ivc:stageOf ?view ; ivc:feeds ?thing .
  OPTIONAL {{ GRAPH ?psg {{ ?stage ivc:feeds ?thing }} FILTER(STRSTARTS(STR(?psg), STR(psg:))) }}
}} ORDER BY ?stage ?thing ?psg"""
_REPRESENTATIVES = """
SELECT DISTINCT ?thing ?psg WHERE {{
  GRAPH ?psg {{ ?thing ivc:representativeOf <{iri}> }} FILTER(STRSTARTS(STR(?psg), STR(psg:)))
  {in_line}
}} ORDER BY ?psg ?start ?thing"""
# Who appears in the industry comes from the closure; the passages are those of the saved query companies-of-industry.
_NAMED_THERE = """
SELECT DISTINCT ?thing ?psg WHERE {{
  ?thing a {kind} ; ivc:appearsIn <{iri}> .
  OPTIONAL {{
    {{ ?role ivc:roleOfSubject ?how . GRAPH ?psg {{ ?thing ?how ?what }} }}
    UNION {{ ?role ivc:roleOfObject ?how . GRAPH ?psg {{ ?what ?how ?thing }} }}
    {{ ?psg ivc:contextIndustry <{iri}> }} UNION {{ ?what ivc:inIndustry? <{iri}> }}
    FILTER(STRSTARTS(STR(?psg), STR(psg:)))
  }}
  {in_line}
}} ORDER BY ?psg ?start ?thing"""
_TIERS = {vocab.IVL + name: n for n, name in enumerate(("upstream", "midstream", "downstream"))}


@dataclass(frozen=True)
class Cited:
    """A thing (IRI) and the passages that state its relation to its segment or industry."""

    iri: str
    passages: tuple[str, ...]


@dataclass(frozen=True)
class SegmentCell:
    """A segment of the chain, with its companies, products, applications and sub-segments."""

    iri: str
    passages: tuple[str, ...]
    companies: tuple[Cited, ...]
    products: tuple[Cited, ...]
    applications: tuple[Cited, ...]
    parts: tuple[SegmentCell, ...]

    @property
    def things(self) -> tuple[tuple[str, tuple[Cited, ...]], ...]:
        """What is named for the segment itself, by what it is there: ``company``, ``product``, ``application``."""
        return ("company", self.companies), ("product", self.products), ("application", self.applications)

    def __iter__(self) -> Iterator[SegmentCell]:
        """This segment and all its sub-segments, outermost first."""
        yield self
        for part in self.parts:
            yield from part


@dataclass(frozen=True)
class StageColumn:
    """A stage with its segments.

    Attributes:
        iri: the stage.
        tier: IRI of its tier, if it has one.
        segments: its segments, in the order of the text.
        applications: the applications of the stage itself.
        feeds: the stages that it feeds; the passages are those that say so, and none if the order is ours.
    """

    iri: str
    tier: str | None
    segments: tuple[SegmentCell, ...]
    applications: tuple[Cited, ...] = ()
    feeds: tuple[Cited, ...] = ()

    @property
    def own(self) -> tuple[Cited, ...]:
        """Its applications that are shown at none of its segments."""
        inside = {thing.iri for top in self.segments for cell in top for thing in cell.applications}
        return tuple(thing for thing in self.applications if thing.iri not in inside)

    @property
    def empty(self) -> bool:
        """Whether neither a segment nor an application of it is named."""
        return not self.segments and not self.applications


@dataclass(frozen=True)
class View:
    """One division of the industry into stages. Tiers are in order of flow, other stages in the order of the text."""

    iri: str
    stages: tuple[StageColumn, ...]


class Outside(NamedTuple):
    """A group of things that are in no segment or stage.

    Attributes:
        words: heading of the group.
        relation: IRI of the property that relates them to the industry.
        things: the companies and research bodies, or the applications.
        what: what they are there, as in ``SegmentCell.things``.
    """

    words: Text
    relation: str
    things: tuple[Cited, ...]
    what: str = "company"


@dataclass(frozen=True)
class Chain:
    """The chain of one industry.

    Attributes:
        industry: IRI of the industry.
        views: its divisions, the one by tiers first.
        unplaced: segments without a stage.
        representatives: companies named for the industry as a whole.
        others: all other companies and bodies that appear in the industry according to the closure.
        elsewhere: the industry itself, and what else of it is in no view → its applications.
    """

    industry: str
    views: tuple[View, ...]
    unplaced: tuple[SegmentCell, ...]
    representatives: tuple[Cited, ...]
    others: tuple[Cited, ...]
    elsewhere: Mapping[str, tuple[Cited, ...]]

    @property
    def stages(self) -> tuple[StageColumn, ...]:
        """The stages of all its views."""
        return tuple(stage for view in self.views for stage in view.stages)

    @property
    def arrows(self) -> dict[bool, Text]:
        """What its arrows between stages mean, by whether a passage states them; only those that it has."""
        stated = {bool(fed.passages) for stage in self.stages for fed in stage.feeds}
        return {each: words for each, words in ((True, FED), (False, IN_ORDER)) if each in stated}

    @property
    def applications(self) -> tuple[Cited, ...]:
        """The applications of ``elsewhere``, each once."""
        return _cited(_merged(thing for things in self.elsewhere.values() for thing in things))

    @property
    def cells(self) -> tuple[SegmentCell, ...]:
        """All its segments and sub-segments; one that has two stages comes twice."""
        tops = [*(cell for stage in self.stages for cell in stage.segments), *self.unplaced]
        return tuple(cell for top in tops for cell in top)

    @property
    def outside(self) -> tuple[Outside, ...]:
        """The groups of companies, bodies and applications without a segment or stage; empty groups are left out."""
        groups = (
            Outside(_WHOLE, vocab.IVC + "representativeOf", self.representatives),
            Outside(_OTHERS, vocab.IVC + "appearsIn", self.others),
            Outside(_APPLIED, vocab.IVC + "applicationOf", self.applications, "application"),
        )
        return tuple(group for group in groups if group.things)

    @property
    def passages(self) -> tuple[str, ...]:
        """The passages of everything in it, each once."""
        cells = self.cells
        things = [thing for cell in cells for _, named in cell.things for thing in named]
        things += [thing for stage in self.stages for thing in stage.applications]
        things += [thing for group in self.outside for thing in group.things]
        named = [one.passages for one in cells] + [one.passages for one in things]
        return tuple(dict.fromkeys(passage for passages in named for passage in passages))


def chain(store: Store, industry: str) -> Chain:
    """The chain of the industry with this IRI."""
    return _Builder(store, industry).chain()


class _Builder:
    def __init__(self, store: Store, industry: str) -> None:
        self._store, self._industry = store, industry
        self._stage_segments: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._parts: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._loose: dict[str, set[str]] = defaultdict(set)
        self._feeds: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._named: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._applied: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))

    def chain(self) -> Chain:
        self._read()
        stages = list(self._rows(_STAGES))
        views = [
            View(v, self._columns([r for r in stages if r["view"] == v]))
            for v in dict.fromkeys(r["view"] for r in stages)
        ]
        placed = {s for segments in self._stage_segments.values() for s in segments}
        inside = {s for parts in self._parts.values() for s in parts}
        loose = tuple(self._cell(s, p) for s, p in self._loose.items() if s not in placed | inside)
        representatives = _cited(_passages(self._rows(_REPRESENTATIVES)))
        tops = [*loose, *(top for view in views for stage in view.stages for top in stage.segments)]
        cells = [cell for top in tops for cell in top]
        shown = {c.iri for c in representatives} | {c.iri for cell in cells for c in cell.companies}
        drawn = {cell.iri for cell in cells} | {stage.iri for view in views for stage in view.stages}
        return Chain(
            self._industry,
            tuple(sorted(views, key=_tiers_first)),
            loose,
            representatives,
            tuple(c for c in appearing(self._store, self._industry) if c.iri not in shown),
            {node: _cited(found) for node, found in self._applied.items() if node not in drawn},
        )

    def _read(self) -> None:
        for row in self._rows(_SEGMENTS):
            target = self._parts[row["parent"]] if row["parent"] else self._loose
            if row["stage"]:
                target = self._stage_segments[row["stage"]]
            target[row["thing"]].add(row["psg"])
        for row in self._rows(_FEEDS):
            self._feeds[row["stage"]][row["thing"]] |= {row["psg"]} if row["psg"] else set()
        for row in self._rows(_NAMED):
            self._named[row["segment"], row["what"]][row["thing"]].add(row["at"])
        for row in self._rows(_APPLICATIONS):
            self._applied[row["node"]][row["thing"]].add(row["psg"])

    def _rows(self, query: str) -> list[dict[str, str]]:
        return list(self._store.select(query.format(iri=self._industry, in_line=IN_LINE)))

    def _columns(self, rows: list[dict[str, str]]) -> tuple[StageColumn, ...]:
        columns = [
            StageColumn(
                r["stage"],
                r["tier"],
                self._cells(self._stage_segments.get(r["stage"], {})),
                _cited(self._applied.get(r["stage"], {})),
                _cited(self._feeds.get(r["stage"], {})),
            )
            for r in rows
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
            _cited(self._applied.get(segment, {})),
            self._cells(self._parts.get(segment, {})),
        )


def appearing(store: Store, industry: str, kind: str = "ivc:Organization") -> tuple[Cited, ...]:
    """The things of a class that appear in an industry, in the order in which its passages name them.

    Args:
        store: the store.
        industry: IRI of the industry.
        kind: the class as SPARQL has it after ``a``; further conditions may follow a semicolon.
    """
    return _cited(_passages(store.select(_NAMED_THERE.format(iri=industry, kind=kind, in_line=IN_LINE))))


def _passages(rows: Iterable[dict[str, str]]) -> dict[str, set[str]]:
    """Thing → its passages, of rows that have both."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        found[row["thing"]] |= {row["psg"]} if row["psg"] else set()
    return found


def _merged(things: Iterable[Cited]) -> dict[str, set[str]]:
    """Thing → its passages, of things that may come several times."""
    found: dict[str, set[str]] = defaultdict(set)
    for thing in things:
        found[thing.iri].update(thing.passages)
    return found


def _earliest(column: StageColumn) -> str:
    return min((p for s in column.segments for p in s.passages), default="~")


def _tiers_first(view: View) -> tuple[bool, str, str]:
    """Sort key: the view with tiers first, then the others in the order of the text."""
    return (not any(s.tier for s in view.stages), min(map(_earliest, view.stages), default="~"), view.iri)


def _cited(found: dict[str, set[str]]) -> tuple[Cited, ...]:
    return tuple(Cited(iri, tuple(sorted(passages))) for iri, passages in found.items())
