"""A drawing as plain data: nodes, edges with the passages they come from, and where the nodes stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from kg.ask.names import Names
from kg.terms import Text
from kg.vocab import IVC


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


def kind_of(names: Names, iri: str) -> str:
    """The class name of *iri*, ``Thing`` where it has no name."""
    thing = names.get(iri)
    return thing.kind if thing else "Thing"
