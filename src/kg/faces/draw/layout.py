"""Positions of the nodes in an industry's drawing: bands in rows, columns side by side, entities in a card per segment.

Frames around bands and cards show which heading a node belongs to, so no edges are drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from kg.ask.picture import Band, Block, Column, Node, Picture

_PITCH: Final = 195
_ABREAST: Final = 3
"""Width of an entity in a row, and number of entities in a row of a card."""
_INDENT: Final = 14
_COLUMN: Final = _ABREAST * _PITCH + 2 * _INDENT
_GUTTER: Final = 26
_STEP: Final = _COLUMN + _GUTTER
_GAP: Final = 30
_PADDING: Final = 14
_CARD: Final = 10
"""Space between columns (``_GUTTER``), between bands (``_GAP``), inside a band's frame (``_PADDING``), below a card."""


class Place(NamedTuple):
    """Centre of a node in pixels at scale 1, and the width of a heading (0 for other nodes)."""

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
    """The positions of everything.

    Attributes:
        places: node id → place; empty for a picture without bands, which physics lays out.
        frames: the rectangle of each band, in the order of the bands.
        cards: the rectangles of the segments; a sub-segment comes after the segment around it.
    """

    places: dict[str, Place] = field(default_factory=dict)
    frames: list[Frame] = field(default_factory=list)
    cards: list[Frame] = field(default_factory=list)


def plan(picture: Picture, height: Callable[[Node, int], int]) -> Plan:
    """The plan of *picture*.

    Args:
        picture: the picture.
        height: returns the height of a node, given its width (0: as wide as its label).
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
    """Computes a plan. Every method takes the top of the free space and returns the bottom of what it placed."""

    def __init__(self, height: Callable[[Node, int], int], columns: int) -> None:
        self.plan, self.width = Plan(), columns * _STEP - _GUTTER
        self._height = height

    def band(self, band: Band, top: int) -> int:
        start = self._heads([(band.head, 0, _COLUMN)], top)  # above the first column, visible in a narrow window
        columns = [(column, n * _STEP) for n, column in enumerate(band.columns)]
        start = self._heads([(c.head, left, _COLUMN) for c, left in columns if c.head], start)
        loose = not any(c.head or b.head for c in band.columns for b in c.blocks)
        width = self.width if loose else _COLUMN
        bottom = max([start, *(self._column(c, left, width, start) for c, left in columns)])
        self.plan.frames.append(Frame(-_PADDING, top - _PADDING, self.width + _PADDING, bottom + _PADDING))
        return bottom + _PADDING

    def row(self, nodes: Sequence[tuple[Node, int]], top: int) -> int:
        """Place nodes in one row at the given x."""
        tall = max(self._height(node, 0) for node, _ in nodes)
        self.plan.places.update({node.iri: Place(x, top + tall // 2) for node, x in nodes})
        return top + tall

    def _heads(self, bars: Sequence[tuple[Node, int, int]], top: int) -> int:
        """Place headings side by side: node, left and width of each."""
        tall = max((self._height(node, wide) for node, _, wide in bars), default=0)
        for node, left, wide in bars:
            self.plan.places[node.iri] = Place(left + wide // 2, top + tall // 2, wide)
        return top + tall

    def _column(self, column: Column, left: int, width: int, top: int) -> int:
        """Place the blocks of a column. The card of a segment encloses the cards of its sub-segments."""
        open_cards: list[tuple[int, int]] = []
        for block in column.blocks:
            while open_cards and open_cards[-1][0] >= block.depth:
                top = self._close(open_cards.pop()[1], top)
            if block.head:
                open_cards.append((block.depth, len(self.plan.cards)))
                inset = _INDENT * block.depth
                self.plan.cards.append(Frame(left + inset, top, left + width - inset // 2, top))
            top = self._block(block, self.plan.cards[-1] if block.head else Frame(left, top, left + width, top), top)
        while open_cards:
            top = self._close(open_cards.pop()[1], top)
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
