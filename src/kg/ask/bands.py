"""An industry's drawing: its divisions as bands, stages side by side in them, then what stands in no stage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from kg.ask.chain import Chain, Cited, SegmentCell, View, chain
from kg.ask.names import Names
from kg.ask.network import to_networkx
from kg.ask.picture import Band, Block, Column, Node, Picture, kind_of
from kg.store.base import Store
from kg.terms import Text
from kg.vocab import IVC

_UNPLACED: Final = Text("未归入层级的环节", "segments in no stage")
_NAMED: Final = Text("全产业代表企业", "named for the whole industry")
_APPLIED: Final = Text("应用场景", "applications")
_SIDE_BY_SIDE: Final = 4
"""Columns of a band that has no stages."""


def industry(store: Store, names: Names, iri: str) -> Picture:
    """The industry *iri*: one band per division, tiers first, and bands of unplaced segments, companies, applications."""
    return _Drawing(store, names, iri).picture


class _Drawing:
    """The picture while it grows."""

    def __init__(self, store: Store, names: Names, iri: str) -> None:
        self.names, self.iri, self.picture = names, iri, Picture()
        self.picture.add(Node(iri, "Industry"))
        found = chain(store, iri)
        for view in sorted(found.views, key=lambda v: not any(s.tier for s in v.stages)):
            self._view(view)
        self._unplaced(found)
        self._group(_NAMED, "representativeOf", found.representatives)
        self._group(_APPLIED, "applicationOf", _applications(store, iri))

    def _view(self, view: View) -> None:
        band = self._band(Node(view.iri, "ChainView"), "viewOf")
        for stage in view.stages:
            column = Column(self._new(stage.iri, "Stage"))
            self.picture.link(stage.iri, "stageOf", view.iri)
            for cell in stage.segments:
                column.blocks += self._blocks(cell, (stage.iri, "segmentOf"))
            band.columns.append(column)

    def _unplaced(self, found: Chain) -> None:
        if found.unplaced:
            band = self._band(Node("group/unplaced", "Group", _UNPLACED), "inIndustry")
            for cell in found.unplaced:
                _shortest(band).blocks += self._blocks(cell, (band.head.iri, "inIndustry"))

    def _group(self, words: Text, how: str, things: Sequence[Cited]) -> None:
        """A band of loose things, in rows; what is drawn already is only joined to the industry."""
        new = [thing for thing in things if thing.iri not in self.picture.nodes]
        for thing in things:
            if thing not in new:
                self.picture.link(thing.iri, how, self.iri, thing.passages)
        if new:
            band = self._band(Node(f"group/{how}", "Group", words), how)
            band.columns.append(Column(blocks=[Block(None, items=[n for t in new if (n := self._new(t.iri))])]))
            for thing in new:
                self.picture.link(thing.iri, how, band.head.iri, thing.passages)

    def _band(self, head: Node, how: str) -> Band:
        self.picture.add(head)
        self.picture.link(head.iri, how, self.iri)
        self.picture.bands.append(Band(head))
        return self.picture.bands[-1]

    def _blocks(self, cell: SegmentCell, above: tuple[str, str], depth: int = 0) -> list[Block]:
        """The segment and those inside it; a thing drawn before is not drawn again, but joined."""
        head = self._new(cell.iri, "Segment")
        block = Block(head, depth)
        self.picture.link(cell.iri, above[1], above[0], cell.passages)
        for how, things in (("keyPlayerIn", cell.companies), ("inSegment", cell.products)):
            for thing in things:
                node = self._new(thing.iri)
                self.picture.link(thing.iri, how, cell.iri, thing.passages)
                block.items += [node] if node else []
        inner = [b for part in cell.parts for b in self._blocks(part, (cell.iri, "subSegmentOf"), depth + 1)]
        return [block, *inner] if head or block.items else inner

    def _new(self, iri: str, kind: str = "") -> Node | None:
        """The thing as a node, or None where the picture has it already."""
        node = Node(iri, kind or kind_of(self.names, iri))
        return node if self.picture.add(node) else None


def _shortest(band: Band) -> Column:
    """The column of a band without stages that the next segment goes into: a new one, then the one with the least in it."""
    if len(band.columns) < _SIDE_BY_SIDE:
        band.columns.append(Column())
        return band.columns[-1]
    return min(band.columns, key=lambda column: sum(1 + len(b.items) for b in column.blocks))


def _applications(store: Store, iri: str) -> list[Cited]:
    graph: Any = to_networkx(store)
    edges: Iterable[Any] = graph.in_edges(iri, keys=True, data=True) if iri in graph else ()
    return [Cited(s, tuple(data["passages"])) for s, _, how, data in edges if how == IVC + "applicationOf"]
