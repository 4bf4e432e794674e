"""The legend: the sign of each kind as the drawing shows it, shape and colour, and what dashes mean."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from kg.faces.draw.styles import DASHES, STYLES, WORDED, Style, style_of
from kg.terms import Text

_WIDE: Final = 20
_SIGNS: Final = {
    "ellipse": '<ellipse cx="10" cy="7" rx="9.5" ry="6"/>',
    "diamond": '<path d="M10 0l7 7-7 7-7-7z"/>',
    "triangle": '<path d="M10 1l7 12H3z"/>',
    "triangleDown": '<path d="M10 13L3 1h14z"/>',
    "star": '<path d="M10 0l1.9 5.2 5.5.1-4.4 3.4 1.6 5.3L10 10.9 5.4 14 7 8.7 2.6 5.3l5.5-.1z"/>',
    "dot": '<circle cx="10" cy="7" r="6"/>',
}
"""Shape of vis-network → the same shape, 20 by 14; a box is drawn by its corners."""
_AGAIN: Final = Text("再次出现(首次出现处为实框)", "once more (where it first stands its frame is solid)")


class Key(NamedTuple):
    """One entry of the legend: a sign (SVG) and what it stands for."""

    sign: str
    words: Text


def legend(kinds: Iterable[str], *, again: bool) -> list[Key]:
    """The keys of a drawing, in the order of the styles.

    Args:
        kinds: class names of its nodes.
        again: whether a thing stands in it a second time.
    """
    seen = {style_of(kind) for kind in kinds}.difference(WORDED)
    keys = [Key(_svg(style.shape, _mark(style)), style.words) for name, style in STYLES.items() if name in seen]
    frame = f'stroke="{DASHES}" stroke-dasharray="4 3" fill="none"'
    return (
        [*keys, Key(_svg("dashes", f'<rect x="1" y="1.5" width="18" height="11" {frame}/>'), _AGAIN)] if again else keys
    )


def _mark(style: Style) -> str:
    box = f'<rect x="0.5" y="1" width="19" height="12" rx="{min(style.rounding, 6)}"/>'
    return f'<g fill="{style.colour}">{_SIGNS.get(style.shape, box)}</g>'


def _svg(shape: str, inside: str) -> str:
    return f'<svg data-shape="{shape}" width="{_WIDE}" height="14" viewBox="0 0 {_WIDE} 14" aria-hidden="true">{inside}</svg>'
