"""What a drawing of one thing shows: nodes and edges as plain data, with the passages they come from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from kg.ask.names import Names
from kg.ask.network import to_networkx
from kg.store.base import Store
from kg.terms import Text
from kg.vocab import IVC

_UNDRAWN = ("observation/", "claim/", "breakdown/", "passage/", "list/")
_MOST = 60
"""Neighbours drawn of one thing; past that a picture is a hairball, and `kg show` reads better."""


@dataclass(frozen=True)
class Node:
    """One thing at one place of the drawing.

    Attributes:
        iri: its IRI; where the thing stands a second time, one made from it.
        kind: class name.
        words: what is no thing bears its own: a heading (kind ``Group``), a remark (``Note``).
        of: the thing's IRI where it stands a second time.
    """

    iri: str
    kind: str
    words: Text | None = None
    of: str = ""

    @property
    def thing(self) -> str:
        """The IRI of the thing that is shown."""
        return self.of or self.iri


@dataclass(frozen=True)
class Line:
    """One edge: subject, property, object (IRIs) and the passages that state it."""

    subject: str
    predicate: str
    value: str
    passages: tuple[str, ...] = ()


@dataclass
class Block:
    """A segment, how deep it is nested, and the things named in it; without a segment, loose things."""

    head: Node | None
    depth: int = 0
    items: list[Node] = field(default_factory=list)


@dataclass
class Column:
    """Blocks below each other, under a stage if the band is divided into stages."""

    head: Node | None = None
    blocks: list[Block] = field(default_factory=list)


@dataclass
class Band:
    """One strip of an industry's drawing: a way of dividing it, or a group of things; its columns stand side by side."""

    head: Node
    columns: list[Column] = field(default_factory=list)


@dataclass
class Picture:
    """Nodes by IRI, and edges between things, in the order in which they were met.

    *bands* say where the nodes stand, if that is fixed; the place then says what the edges would, and they are only told.
    """

    nodes: dict[str, Node] = field(default_factory=dict)
    lines: dict[tuple[str, str, str], Line] = field(default_factory=dict)
    bands: list[Band] = field(default_factory=list)

    def add(self, node: Node) -> bool:
        """Keep *node*, unless one with its IRI is there; whether it was new."""
        new = node.iri not in self.nodes
        self.nodes.setdefault(node.iri, node)
        return new

    def link(self, subject: str, predicate: str, value: str, passages: Iterable[str] = ()) -> None:
        """Keep an edge between two things of the picture."""
        self.lines.setdefault((subject, predicate, value), Line(subject, IVC + predicate, value, tuple(passages)))


def picture(store: Store, names: Names, iri: str | None) -> Picture:
    """The drawing of the thing *iri*: an industry as its chain, anything else with its neighbours, None as the whole."""
    if iri is None:
        return _overview(store, names)
    if names.is_a(kind_of(names, iri), "Industry"):
        from kg.ask.bands import industry

        return industry(store, names, iri)
    return _neighbours(store, names, iri)


def _neighbours(store: Store, names: Names, iri: str) -> Picture:
    """The thing, what it is joined to, and the edges among those."""
    graph: Any = to_networkx(store)
    drawn = Picture()
    drawn.add(Node(iri, kind_of(names, iri)))
    around = [n for n in _around(graph, iri) if not any(f"/xinzhi/{part}" in n for part in _UNDRAWN)]
    for other in around[:_MOST]:
        drawn.add(Node(other, kind_of(names, other)))
    _edges_within(drawn, graph)
    return drawn


def _overview(store: Store, names: Names) -> Picture:
    """The industries, the companies named in two or more of them, and which industry enables which sector."""
    drawn = Picture()
    for thing in names.of_kind("Industry"):
        drawn.add(Node(thing.iri, "Industry"))
    for row in store.select(_SHARED):
        drawn.add(Node(row["company"], "Company"))
        drawn.link(row["company"], "activeIn", row["industry"])
    for row in store.select(_ENABLED):
        drawn.add(Node(row["sector"], kind_of(names, row["sector"])))
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


def kind_of(names: Names, iri: str) -> str:
    """The class name of *iri*, ``Thing`` where it has no name."""
    thing = names.get(iri)
    return thing.kind if thing else "Thing"
