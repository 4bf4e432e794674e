"""Where the nodes of an industry's drawing stand: bands below each other, columns side by side, things under their segment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

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
_GAP: Final = 46


def places(picture: Picture, height: Callable[[Node], int]) -> dict[str, Place]:
    """IRI → place of every node of *picture*; empty where nothing fixes them.

    Args:
        picture: what is drawn.
        height: room that a node needs from the row above to the row below.
    """
    if not picture.bands:
        return {}
    industry = next(iter(picture.nodes.values()))
    layout = _Layout(height)
    top = layout.row([(industry, _LEFT)], 0) + _GAP
    for band in picture.bands:
        top = layout.band(band, top) + _GAP
    return layout.found


class _Layout:
    """Places found so far; every step takes the top of its space and gives the bottom."""

    def __init__(self, height: Callable[[Node], int]) -> None:
        self.found: dict[str, Place] = {}
        self._height = height

    def band(self, band: Band, top: int) -> int:
        heads = [(c.head, n * _COLUMN) for n, c in enumerate(band.columns) if c.head]
        below = self.row([(band.head, _LEFT), *heads], top)
        start = below if heads else top
        return max([below, *(self._column(c, n * _COLUMN, start) for n, c in enumerate(band.columns))])

    def row(self, nodes: Sequence[tuple[Node, int]], top: int) -> int:
        """Nodes side by side at their x, their centres on one line."""
        tall = max(self._height(node) for node, _ in nodes)
        self.found.update({node.iri: (x, top + tall // 2) for node, x in nodes})
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
