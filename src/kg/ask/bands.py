"""The drawing of an industry: a band for each division, with a column for each stage; then things without a stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from kg.ask.chain import NOTHING, UNPLACED, Chain, Cited, SegmentCell, StageColumn, View, chain
from kg.ask.names import Names
from kg.ask.picture import Band, Block, Column, Node, Picture, kind_of
from kg.store.base import Store
from kg.terms import Text

_FEWEST: Final = 3
"""Number of columns of the band without stages, unless another band has more."""


def industry(store: Store, names: Names, iri: str) -> Picture:
    """The picture of the industry *iri*: a band for each division, then bands of things without a stage.

    An application is drawn at its segment or stage; those of the industry as a whole have a band of their own.
    """
    return _PictureBuilder(store, names, iri).picture


class _PictureBuilder:
    """Builds the picture of one industry from its chain; the result is in ``picture``."""

    def __init__(self, store: Store, names: Names, iri: str) -> None:
        self.names, self.iri, self.picture = names, iri, Picture()
        self.picture.add(Node(iri, kind_of(names, iri)))
        found = chain(store, iri)
        for view in found.views:
            self._view(view)
        self._unplaced(found)
        for group in found.outside:
            ties = found.elsewhere if group.what == "application" else {iri: group.things}
            self._group(group.words, group.relation.rpartition("#")[2], group.things, ties)

    def _view(self, view: View) -> None:
        band = self._band(Node(view.iri, kind_of(self.names, view.iri)))
        band.columns += [self._stage(stage) for stage in view.stages]

    def _stage(self, stage: StageColumn) -> Column:
        column = Column(self._node(stage.iri))
        for cell in stage.segments:
            column.blocks += self._blocks(cell, ("segmentOf", stage.iri))
        self._apply(stage.applications, stage.iri)
        if stage.own:
            column.blocks.append(Block(None, items=[self._node(a.iri) for a in stage.own]))
        if not column.blocks:
            note = Node(f"note/{stage.iri}", "Note", NOTHING)
            self.picture.add(note)
            column.blocks.append(Block(None, items=[note]))
        return column

    def _unplaced(self, found: Chain) -> None:
        if found.unplaced:
            most = max([_FEWEST, *(len(band.columns) for band in self.picture.bands)])
            band = self._band(Node("group/unplaced", "Group", UNPLACED))
            for cell in found.unplaced:
                _shortest(band, most).blocks += self._blocks(cell, ("inIndustry", self.iri))

    def _group(
        self, heading: Text, predicate: str, things: Sequence[Cited], ties: Mapping[str, Sequence[Cited]]
    ) -> None:
        """Add a band of things without a stage; *predicate* links those of *ties* to the thing they stand at."""
        band = self._band(Node(f"group/{predicate}", "Group", heading))
        band.columns.append(Column(blocks=[Block(None, items=[self._node(t.iri) for t in things])]))
        for node, tied in ties.items():
            for thing in tied:
                self.picture.link(thing.iri, predicate, node, thing.passages)

    def _band(self, head: Node) -> Band:
        self.picture.add(head)
        self.picture.bands.append(Band(head))
        return self.picture.bands[-1]

    def _blocks(self, cell: SegmentCell, above: tuple[str, str], depth: int = 0) -> list[Block]:
        """The blocks of a segment and its sub-segments. If the segment is already drawn, only its own block."""
        self.picture.link(cell.iri, *above, cell.passages)
        drawn_before = cell.iri in self.picture.nodes
        block = Block(self._node(cell.iri), depth)
        if drawn_before:
            return [block]
        for predicate, things in (("keyPlayerIn", cell.companies), ("inSegment", cell.products)):
            for thing in things:
                self.picture.link(thing.iri, predicate, cell.iri, thing.passages)
                block.items.append(self._node(thing.iri))
        self._apply(cell.applications, cell.iri)
        block.items += [self._node(a.iri) for a in cell.applications]
        return [block, *(b for part in cell.parts for b in self._blocks(part, ("subSegmentOf", cell.iri), depth + 1))]

    def _apply(self, applications: Sequence[Cited], node: str) -> None:
        """Link applications to the segment or stage whose use they are."""
        for application in applications:
            self.picture.link(application.iri, "applicationOf", node, application.passages)

    def _node(self, iri: str) -> Node:
        """Add a node for the thing and return it. If the thing is already drawn, the node is a copy with its own IRI."""
        kind = kind_of(self.names, iri)
        node = Node(iri, kind)
        while not self.picture.add(node):
            node = Node(f"{node.iri}'", kind, of=iri)
        return node


def _shortest(band: Band, most: int) -> Column:
    """The column for the next segment of a band without stages: a new one up to *most*, then the least filled one."""
    if len(band.columns) < most:
        band.columns.append(Column())
        return band.columns[-1]
    return min(band.columns, key=lambda column: sum(1 + len(b.items) for b in column.blocks))
