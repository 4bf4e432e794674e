"""An industry's drawing: its divisions as bands, stages side by side in them, then what stands in no stage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from kg.ask.chain import NOTHING, UNPLACED, Chain, Cited, SegmentCell, StageColumn, View, chain
from kg.ask.names import Names
from kg.ask.picture import Band, Block, Column, Node, Picture, kind_of
from kg.store.base import Store
from kg.terms import Text

_APPLIED: Final = Text("全产业应用场景", "applications of the industry as a whole")
_FEWEST: Final = 3
"""Columns of a band that has no stages, unless another band has more."""
# Whose applications count is what the saved query applications-of-industry says.
_APPLICATIONS: Final = """
SELECT DISTINCT ?application ?node ?psg WHERE {{
  GRAPH ?psg {{ ?application ivc:applicationOf ?node }}
  ?node ivc:inIndustry? <{iri}> . FILTER(STRSTARTS(STR(?psg), STR(psg:)))
}} ORDER BY ?psg ?application"""


def industry(store: Store, names: Names, iri: str) -> Picture:
    """The industry *iri*: a band per division, then what stands in no stage.

    Applications stand where the report ties them to: at their segment or stage, or in a band of the whole industry's.
    """
    return _Drawing(store, names, iri).picture


class _Drawing:
    """The picture while it grows."""

    def __init__(self, store: Store, names: Names, iri: str) -> None:
        self.names, self.iri, self.picture = names, iri, Picture()
        self._applications = _applications(store, iri)
        self.picture.add(Node(iri, "Industry"))
        found = chain(store, iri)
        for view in found.views:
            self._view(view)
        self._unplaced(found)
        for group in found.outside:
            self._group(group.words, group.relation.rpartition("#")[2], group.things)
        self._group(_APPLIED, "applicationOf", self._rest())

    def _view(self, view: View) -> None:
        band = self._band(Node(view.iri, "ChainView"))
        band.columns += [self._stage(stage) for stage in view.stages]

    def _stage(self, stage: StageColumn) -> Column:
        column = Column(self._node(stage.iri, "Stage"))
        for cell in stage.segments:
            column.blocks += self._blocks(cell, ("segmentOf", stage.iri))
        inside = {node.thing for block in column.blocks for node in block.items}
        own = [a for a in self._applied(stage.iri) if a.iri not in inside]
        if own:
            column.blocks.append(Block(None, items=[self._node(a.iri) for a in own]))
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

    def _group(self, words: Text, how: str, things: Sequence[Cited]) -> None:
        """A band of loose things, in rows."""
        if things:
            band = self._band(Node(f"group/{how}", "Group", words))
            band.columns.append(Column(blocks=[Block(None, items=[self._node(t.iri) for t in things])]))
            for thing in things:
                self.picture.link(thing.iri, how, self.iri, thing.passages)

    def _band(self, head: Node) -> Band:
        self.picture.add(head)
        self.picture.bands.append(Band(head))
        return self.picture.bands[-1]

    def _blocks(self, cell: SegmentCell, above: tuple[str, str], depth: int = 0) -> list[Block]:
        """The segment and those inside it; where it stands a second time, only itself."""
        self.picture.link(cell.iri, *above, cell.passages)
        again = cell.iri in self.picture.nodes
        block = Block(self._node(cell.iri, "Segment"), depth)
        if again:
            return [block]
        for how, things in (("keyPlayerIn", cell.companies), ("inSegment", cell.products)):
            for thing in things:
                self.picture.link(thing.iri, how, cell.iri, thing.passages)
                block.items.append(self._node(thing.iri))
        block.items += [self._node(a.iri) for a in self._applied(cell.iri)]
        return [block, *(b for part in cell.parts for b in self._blocks(part, ("subSegmentOf", cell.iri), depth + 1))]

    def _applied(self, node: str) -> list[Cited]:
        """The applications of one node of the chain."""
        found = self._applications.get(node, [])
        for application in found:
            self.picture.link(application.iri, "applicationOf", node, application.passages)
        return found

    def _rest(self) -> list[Cited]:
        """The applications of the industry itself, and of nodes that the chart does not have."""
        drawn = {node.thing for node in self.picture.nodes.values()} - {self.iri}
        nodes = [node for node in self._applications if node not in drawn]
        return list({a.iri: a for node in nodes for a in self._applied(node)}.values())

    def _node(self, iri: str, kind: str = "") -> Node:
        """The thing as a node; once more, dashed, where the picture has it already."""
        kind = kind or kind_of(self.names, iri)
        node = Node(iri, kind)
        while not self.picture.add(node):
            node = Node(f"{node.iri}'", kind, of=iri)
        return node


def _shortest(band: Band, most: int) -> Column:
    """The column of a band without stages that the next segment goes into: a new one, then the one with the least in it."""
    if len(band.columns) < most:
        band.columns.append(Column())
        return band.columns[-1]
    return min(band.columns, key=lambda column: sum(1 + len(b.items) for b in column.blocks))


def _applications(store: Store, iri: str) -> dict[str, list[Cited]]:
    """Node of the chain → its applications."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in store.select(_APPLICATIONS.format(iri=iri)):
        found[row["node"]][row["application"]].append(row["psg"])
    return {node: [Cited(a, tuple(p)) for a, p in of_node.items()] for node, of_node in found.items()}
