"""The data of a drawing: nodes, edges with their passages, and the layout in bands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from kg.ask.names import Names
from kg.terms import Text
from kg.vocab import IVC


@dataclass(frozen=True)
class Node:
    """One node of the drawing. A thing that is drawn twice has two nodes.

    Attributes:
        iri: unique id of the node: the thing's IRI, or a string made from it for a copy.
        kind: class name; ``Group`` for a heading, ``Note`` for a note.
        words: text of a heading or note; None for a thing.
        of: the thing's IRI if the node is a copy.
    """

    iri: str
    kind: str
    words: Text | None = None
    of: str = ""

    @property
    def thing(self) -> str:
        """The IRI of the thing that the node shows."""
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
    """A segment (``head``) with its nesting depth and its things; without a head, things of no segment."""

    head: Node | None
    depth: int = 0
    items: list[Node] = field(default_factory=list)


@dataclass
class Column:
    """A column of blocks; ``head`` is its stage, None in a band without stages."""

    head: Node | None = None
    blocks: list[Block] = field(default_factory=list)


@dataclass
class Band:
    """A horizontal band of an industry's drawing: a division of the industry, or a group of things; has columns."""

    head: Node
    columns: list[Column] = field(default_factory=list)


@dataclass
class Picture:
    """The nodes by id, and the edges between things, in the order in which they were added.

    If ``bands`` is not empty, it gives the position of every node. The positions then show the relations, so the edges are
    not drawn; they only appear in tooltips.
    """

    nodes: dict[str, Node] = field(default_factory=dict)
    lines: dict[tuple[str, str, str], Line] = field(default_factory=dict)
    bands: list[Band] = field(default_factory=list)

    def add(self, node: Node) -> bool:
        """Add *node* unless there is a node with its id. Returns whether it was added."""
        new = node.iri not in self.nodes
        self.nodes.setdefault(node.iri, node)
        return new

    def link(self, subject: str, predicate: str, value: str, passages: Iterable[str] = ()) -> None:
        """Add an edge between two things; *predicate* is the local name of a property."""
        self.lines.setdefault((subject, predicate, value), Line(subject, IVC + predicate, value, tuple(passages)))


def kind_of(names: Names, iri: str) -> str:
    """The class name of *iri*; ``Thing`` if it has no label."""
    thing = names.get(iri)
    return thing.kind if thing else "Thing"
