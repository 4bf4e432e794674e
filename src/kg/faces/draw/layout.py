"""Where the nodes of an industry's drawing stand: bands below each other, columns side by side, things under their segment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from kg.ask.picture import Band, Block, Column, Node, Picture

Place = tuple[int, int]
"""(x, y) of a node's centre, in the units of vis-network (pixels at scale 1)."""
_PITCH: Final = 195
_ABREAST: Final = 3
_LOOSE: Final = 10
"""Things in a row, under a segment and where there is none."""
_COLUMN: Final = _ABREAST * _PITCH + 50
_INDENT: Final = 40
_LEFT: Final = -480
_LOOSE_COLUMN: Final = _LEFT + _PITCH
"""Where the first column of a band without stages stands: at the band's left edge, under no stage of another band."""
_GAP: Final = 46
_PADDING: Final = 14
_SIDE: Final = 110
"""Room of a frame above and below, and left and right, of the centres in it."""


class Frame(NamedTuple):
    """The rectangle around a band."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass
class Plan:
    """Where everything stands.

    Attributes:
        places: IRI → place of every node; empty where nothing fixes them.
        columns: IRI → the column that a node stands in; the heads of bands and the industry are in none.
        frames: the rectangle of each band, in the order of the bands.
    """

    places: dict[str, Place] = field(default_factory=dict)
    columns: dict[str, tuple[int, int]] = field(default_factory=dict)
    frames: list[Frame] = field(default_factory=list)

    def across(self, one: str, other: str) -> bool:
        """Whether an edge leaves the column of its ends, so that their places do not say what it means."""
        ends = self.columns.get(one), self.columns.get(other)
        return None not in ends and ends[0] != ends[1]


def plan(picture: Picture, height: Callable[[Node], int]) -> Plan:
    """The plan of *picture*.

    Args:
        picture: what is drawn.
        height: room that a node needs from the row above to the row below.
    """
    if not picture.bands:
        return Plan()
    layout = _Layout(height)
    industry = next(iter(picture.nodes.values()))
    top = layout.row([(industry, _LEFT)], 0) + _GAP
    for band in picture.bands:
        layout.tops.append(top)
        top = layout.band(band, top) + _GAP
    layout.frame(top)
    return layout.plan


class _Layout:
    """Places found so far; every step takes the top of its space and gives the bottom."""

    def __init__(self, height: Callable[[Node], int]) -> None:
        self.plan, self.tops = Plan(), list[int]()
        self._height = height

    def band(self, band: Band, top: int) -> int:
        left = 0 if any(c.head for c in band.columns) else _LOOSE_COLUMN
        columns = [(c, left + n * _COLUMN) for n, c in enumerate(band.columns)]
        start = self.row([(band.head, _LEFT), *((c.head, x) for c, x in columns if c.head)], top)
        for n, (column, _) in enumerate(columns):
            nodes = [column.head, *(node for b in column.blocks for node in (b.head, *b.items))]
            self.plan.columns |= {node.iri: (top, n) for node in nodes if node}
        return max([start, *(self._column(c, x, start) for c, x in columns)])

    def frame(self, bottom: int) -> None:
        """Frames of one width around the bands, the last of which ends a gap above *bottom*."""
        right = max(x for x, _ in self.plan.places.values())
        for top, end in zip(self.tops, [*self.tops[1:], bottom], strict=False):
            box = Frame(_LEFT - _SIDE, top - _PADDING, right + _SIDE, end - _GAP + _PADDING)
            self.plan.frames.append(box)

    def row(self, nodes: Sequence[tuple[Node, int]], top: int) -> int:
        """Nodes side by side at their x, their centres on one line."""
        tall = max(self._height(node) for node, _ in nodes)
        self.plan.places.update({node.iri: (x, top + tall // 2) for node, x in nodes})
        return top + tall

    def _column(self, column: Column, x: int, top: int) -> int:
        for block in column.blocks:
            top = self._block(block, x + _INDENT * block.depth, top)
        return top

    def _block(self, block: Block, x: int, top: int) -> int:
        if block.head:
            top = self.row([(block.head, x)], top)
        for abreast in _rows(block.items, _ABREAST if block.head else _LOOSE):
            top = self.row([(node, x + (n - 1) * _PITCH) for n, node in enumerate(abreast)], top)
        return top


def _rows(items: Sequence[Node], most: int) -> list[Sequence[Node]]:
    return [items[at : at + most] for at in range(0, len(items), most)]
