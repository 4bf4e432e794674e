"""The legend: shape and colour of each class in the drawing, and the meaning of a dashed frame."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

from kg.faces.draw.styles import DASHES, STYLES, WORDED, Style, style_of, words_of
from kg.terms import Text

if TYPE_CHECKING:
    from kg.ask.names import Names

_WIDE: Final = 20
_SIGNS: Final = {
    "ellipse": '<ellipse cx="10" cy="7" rx="9.5" ry="6"/>',
    "diamond": '<path d="M10 0l7 7-7 7-7-7z"/>',
    "triangle": '<path d="M10 1l7 12H3z"/>',
    "triangleDown": '<path d="M10 13L3 1h14z"/>',
    "star": '<path d="M10 0l1.9 5.2 5.5.1-4.4 3.4 1.6 5.3L10 10.9 5.4 14 7 8.7 2.6 5.3l5.5-.1z"/>',
    "dot": '<circle cx="10" cy="7" r="6"/>',
}
"""Shape of vis-network → the same shape in SVG, 20 by 14. A box is drawn by :func:`_mark`."""
_AGAIN: Final = Text("再次出现(首次出现处为实框)", "shown again (the first one has a solid frame)")


class Key(NamedTuple):
    """One entry of the legend: a symbol (SVG) and its meaning."""

    sign: str
    words: Text


def legend(kinds: Iterable[str], names: Names, *, again: bool) -> list[Key]:
    """The entries of the legend, in the order of the styles; one for each class, with its label in the ontology.

    Args:
        kinds: class names of the nodes.
        names: the lookup table.
        again: whether an entity is drawn more than once.
    """
    order = list(STYLES.values())
    seen = {kind: style_of(kind, names) for kind in sorted(set(kinds).difference(WORDED))}
    known = sorted(seen.items(), key=lambda item: order.index(item[1]) if item[1] in order else len(order))
    keys = [Key(_svg(style.shape, _mark(style)), words_of(kind, names)) for kind, style in known]
    frame = f'stroke="{DASHES}" stroke-dasharray="4 3" fill="none"'
    return (
        [*keys, Key(_svg("dashes", f'<rect x="1" y="1.5" width="18" height="11" {frame}/>'), _AGAIN)] if again else keys
    )


def _mark(style: Style) -> str:
    box = f'<rect x="0.5" y="1" width="19" height="12" rx="{min(style.rounding, 6)}"/>'
    return f'<g fill="{style.colour}">{_SIGNS.get(style.shape, box)}</g>'


def _svg(shape: str, inside: str) -> str:
    return f'<svg data-shape="{shape}" width="{_WIDE}" height="14" viewBox="0 0 {_WIDE} 14" aria-hidden="true">{inside}</svg>'
