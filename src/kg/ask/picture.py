"""What a drawing of one thing shows: nodes and edges as plain data, with the passages they come from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from kg.ask.chain import Cited, SegmentCell, chain
from kg.ask.names import Names
from kg.ask.network import to_networkx
from kg.store.embedded import EmbeddedStore
from kg.vocab import IVC

_UNDRAWN = ("observation/", "claim/", "breakdown/", "passage/", "list/")
_MOST = 60
"""Neighbours drawn of one thing; past that a picture is a hairball, and `kg show` reads better."""


@dataclass(frozen=True)
class Node:
    """One thing: IRI, class name, and the column (0 leftmost) in which it stands, if it has one."""

    iri: str
    kind: str
    column: int | None = None


@dataclass(frozen=True)
class Line:
    """One edge: subject, property, object (IRIs) and the passages that state it."""

    subject: str
    predicate: str
    value: str
    passages: tuple[str, ...] = ()


@dataclass
class Picture:
    """Nodes by IRI, and edges, in the order in which they were met."""

    nodes: dict[str, Node] = field(default_factory=dict)
    lines: dict[tuple[str, str, str], Line] = field(default_factory=dict)

    def add(self, node: Node) -> None:
        """Keep *node*, unless one with its IRI is there."""
        self.nodes.setdefault(node.iri, node)

    def link(self, subject: str, predicate: str, value: str, passages: Iterable[str] = ()) -> None:
        """Keep an edge between two nodes of the picture."""
        self.lines.setdefault((subject, predicate, value), Line(subject, IVC + predicate, value, tuple(passages)))


def picture(store: EmbeddedStore, names: Names, iri: str | None) -> Picture:
    """The drawing of the thing *iri*: an industry as its chain, anything else with its neighbours, None as the whole."""
    if iri is None:
        return _overview(store, names)
    if names.is_a(_kind(names, iri), "Industry"):
        return _industry(store, names, iri)
    return _neighbours(store, names, iri)


def _industry(store: EmbeddedStore, names: Names, iri: str) -> Picture:
    """Industry → stages (left to right) → segments → companies and products grouped under their segment."""
    found, drawn = chain(store, iri), Picture()
    drawn.add(Node(iri, "Industry", 0))
    column = 1
    for view in found.views:
        for stage in view.stages:
            drawn.add(Node(stage.iri, "Stage", column))
            drawn.link(stage.iri, "stageOf", iri)
            for cell in stage.segments:
                _cell(drawn, names, cell, (stage.iri, "segmentOf", column))
            column += 1
    for cell in found.unplaced:
        _cell(drawn, names, cell, (iri, "inIndustry", column))
    _cited(drawn, names, found.representatives, (iri, "representativeOf", column))
    _applications(drawn, store, names, iri, column + 1)
    return drawn


_Home = tuple[str, str, int]
"""Where a thing is drawn: the IRI it hangs on, the property that ties it there, the column."""


def _cell(drawn: Picture, names: Names, cell: SegmentCell, home: _Home) -> None:
    above, how, column = home
    drawn.add(Node(cell.iri, "Segment", column))
    drawn.link(cell.iri, how, above, cell.passages)
    _cited(drawn, names, cell.companies, (cell.iri, "keyPlayerIn", column))
    _cited(drawn, names, cell.products, (cell.iri, "inSegment", column))
    for part in cell.parts:
        _cell(drawn, names, part, (cell.iri, "subSegmentOf", column))


def _cited(drawn: Picture, names: Names, things: Iterable[Cited], home: _Home) -> None:
    above, how, column = home
    for thing in things:
        drawn.add(Node(thing.iri, _kind(names, thing.iri), column))
        drawn.link(thing.iri, how, above, thing.passages)


def _applications(drawn: Picture, store: EmbeddedStore, names: Names, iri: str, column: int) -> None:
    graph: Any = to_networkx(store)
    if iri not in graph:
        return
    for subject, _, predicate, data in graph.in_edges(iri, keys=True, data=True):
        if predicate == IVC + "applicationOf":
            drawn.add(Node(subject, "Application", column))
            drawn.link(subject, "applicationOf", iri, data["passages"])


def _neighbours(store: EmbeddedStore, names: Names, iri: str) -> Picture:
    """The thing, what it is joined to, and the edges among those."""
    graph: Any = to_networkx(store)
    drawn = Picture()
    drawn.add(Node(iri, _kind(names, iri)))
    around = [n for n in _around(graph, iri) if not any(f"/xinzhi/{part}" in n for part in _UNDRAWN)]
    for other in around[:_MOST]:
        drawn.add(Node(other, _kind(names, other)))
    _edges_within(drawn, graph)
    return drawn


def _overview(store: EmbeddedStore, names: Names) -> Picture:
    """The industries, the companies named in two or more of them, and which industry enables which sector."""
    drawn = Picture()
    for thing in names.of_kind("Industry"):
        drawn.add(Node(thing.iri, "Industry"))
    for row in store.select(_SHARED):
        drawn.add(Node(row["company"], "Company"))
        drawn.link(row["company"], "activeIn", row["industry"])
    for row in store.select(_ENABLED):
        drawn.add(Node(row["sector"], _kind(names, row["sector"])))
        drawn.link(row["industry"], "enables", row["sector"])
    return drawn


_SHARED = """
SELECT ?company ?industry WHERE {
  { SELECT ?company WHERE { ?company a ivc:Company ; ivc:activeIn ?i } GROUP BY ?company HAVING (COUNT(DISTINCT ?i) > 1) }
  ?company ivc:activeIn ?industry } ORDER BY ?company ?industry"""
_ENABLED = (
    "SELECT ?industry ?sector WHERE { ?industry a ivc:Industry ; ivc:enables ?sector } ORDER BY ?industry ?sector"
)


def _around(graph: Any, iri: str) -> list[str]:
    if iri not in graph:
        return []
    return list(dict.fromkeys([*graph.successors(iri), *graph.predecessors(iri)]))


def _edges_within(drawn: Picture, graph: Any) -> None:
    for subject, value, predicate, data in graph.edges(keys=True, data=True):
        if subject in drawn.nodes and value in drawn.nodes:
            drawn.link(subject, predicate.removeprefix(IVC), value, data["passages"])


def _kind(names: Names, iri: str) -> str:
    thing = names.get(iri)
    return thing.kind if thing else "Thing"
