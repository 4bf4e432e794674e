"""Where the nodes of an industry's drawing stand: bands below each other, columns side by side, things in their segment's card.

What belongs to which heading is said by the frame around both, so that no line has to be drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from kg.ask.picture import Band, Block, Column, Node, Picture

_PITCH: Final = 195
_ABREAST: Final = 3
"""Room of a thing in a row, and how many of them a segment's card has."""
_INDENT: Final = 14
_COLUMN: Final = _ABREAST * _PITCH + 2 * _INDENT
_GUTTER: Final = 26
_STEP: Final = _COLUMN + _GUTTER
_GAP: Final = 30
_PADDING: Final = 14
_CARD: Final = 10
"""Room between columns, between bands, inside a band's frame, and below and between cards."""


class Place(NamedTuple):
    """Centre of a node, in the units of vis-network (pixels at scale 1); how wide it is made, if it heads something."""

    x: int
    y: int
    wide: int = 0


class Frame(NamedTuple):
    """A rectangle behind nodes."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass
class Plan:
    """Where everything stands.

    Attributes:
        places: IRI → place of every node; empty where nothing fixes them.
        frames: the rectangle of each band, in the order of the bands.
        cards: the rectangles of the segments, each after the one it stands in.
    """

    places: dict[str, Place] = field(default_factory=dict)
    frames: list[Frame] = field(default_factory=list)
    cards: list[Frame] = field(default_factory=list)


def plan(picture: Picture, height: Callable[[Node, int], int]) -> Plan:
    """The plan of *picture*.

    Args:
        picture: what is drawn.
        height: room that a node needs from the row above to the row below, given how wide it is made (0: as its label).
    """
    if not picture.bands:
        return Plan()
    layout = _Layout(height, max(len(band.columns) for band in picture.bands))
    industry = next(iter(picture.nodes.values()))
    top = layout.row([(industry, _COLUMN // 2)], 0) + _GAP
    for band in picture.bands:
        top = layout.band(band, top) + _GAP
    return layout.plan


class _Layout:
    """Places found so far; every step takes the top of its space and gives the bottom."""

    def __init__(self, height: Callable[[Node, int], int], columns: int) -> None:
        self.plan, self.width = Plan(), columns * _STEP - _GUTTER
        self._height = height

    def band(self, band: Band, top: int) -> int:
        start = self._heads([(band.head, 0, _COLUMN)], top)  # a narrow window shows the first column
        columns = [(column, n * _STEP) for n, column in enumerate(band.columns)]
        start = self._heads([(c.head, left, _COLUMN) for c, left in columns if c.head], start)
        loose = not any(c.head or b.head for c in band.columns for b in c.blocks)
        width = self.width if loose else _COLUMN
        bottom = max([start, *(self._column(c, left, width, start) for c, left in columns)])
        self.plan.frames.append(Frame(-_PADDING, top - _PADDING, self.width + _PADDING, bottom + _PADDING))
        return bottom + _PADDING

    def row(self, nodes: Sequence[tuple[Node, int]], top: int) -> int:
        """Nodes side by side at their x, their centres on one line."""
        tall = max(self._height(node, 0) for node, _ in nodes)
        self.plan.places.update({node.iri: Place(x, top + tall // 2) for node, x in nodes})
        return top + tall

    def _heads(self, bars: Sequence[tuple[Node, int, int]], top: int) -> int:
        """Headings side by side, each as wide as what it heads."""
        tall = max((self._height(node, wide) for node, _, wide in bars), default=0)
        for node, left, wide in bars:
            self.plan.places[node.iri] = Place(left + wide // 2, top + tall // 2, wide)
        return top + tall

    def _column(self, column: Column, left: int, width: int, top: int) -> int:
        """Blocks below each other; the card of a segment reaches around those inside it."""
        around: list[tuple[int, int]] = []
        for block in column.blocks:
            while around and around[-1][0] >= block.depth:
                top = self._close(around.pop()[1], top)
            if block.head:
                around.append((block.depth, len(self.plan.cards)))
                inset = _INDENT * block.depth
                self.plan.cards.append(Frame(left + inset, top, left + width - inset // 2, top))
            top = self._block(block, self.plan.cards[-1] if block.head else Frame(left, top, left + width, top), top)
        while around:
            top = self._close(around.pop()[1], top)
        return top

    def _close(self, card: int, top: int) -> int:
        self.plan.cards[card] = self.plan.cards[card]._replace(bottom=top)
        return top + _CARD

    def _block(self, block: Block, card: Frame, top: int) -> int:
        wide = card.right - card.left
        if block.head:
            top = self._heads([(block.head, card.left, wide)], top)
        most = wide // _PITCH
        for at in range(0, len(block.items), most):
            abreast = enumerate(block.items[at : at + most])
            top = self.row([(node, card.left + wide * (2 * n + 1) // (2 * most)) for n, node in abreast], top)
        return top
