"""The parts of a bar: its body, which tells the status of the figure, and its end, which tells the comparator."""

from __future__ import annotations

from typing import Final, NamedTuple
from xml.etree import ElementTree as ET

from kg.store.xml import without_forbidden
from kg.vocab import IVL

HEIGHT: Final = 12
"""Height of a bar in pixels."""
BAR: Final = "#0b4f8a"
INK: Final = "#17212b"
SOFT: Final = "#56646f"
_LINE: Final = "#d9e0e6"
_FILLED: Final = {"fill": BAR, "stroke": BAR}
_EMPTY: Final = {"fill": "none", "stroke": BAR}
_BODIES: Final = {
    IVL + "actual": ("actual", _FILLED),
    IVL + "estimate": ("estimate", {**_FILLED, "fill-opacity": "0.45"}),
    IVL + "forecast": ("forecast", {"stroke": BAR}),
    IVL + "target": ("target", _EMPTY),
    IVL + "design": ("design", {**_EMPTY, "stroke-dasharray": "4 3"}),
}
"""Status → class and attributes of the bar: solid, pale, hatched, outlined, dashed."""
_OTHER: Final = ("other", {**_EMPTY, "stroke-dasharray": "1 3"})
_MORE: Final = "M4 1l5 5l-5 5"
_LESS: Final = "M9 1l-5 5l5 5"
_NEAR: Final = "M3 7q2.5 -5 5 -1t5 -1"
_ENDS: Final = {
    IVL + "gt": _MORE,
    IVL + "ge": _MORE,
    IVL + "lt": _LESS,
    IVL + "le": _LESS,
    IVL + "nearly": _NEAR,
    IVL + "approx": _NEAR,
}
"""Comparator → path of what stands behind the end of the bar: the value is beyond it, short of it, or near it."""


def element(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    """A new element in *parent*; ``_`` in the name of an attribute stands for ``-``, and is left out at its end."""
    named = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    made = ET.SubElement(parent, tag, named)
    if text:
        made.text = without_forbidden(text)
    return made


def hatching(parent: ET.Element, name: str) -> None:
    """Define the pattern *name*, with which a forecast is filled; a chart on a page defines one of its own."""
    pattern = element(
        element(parent, "defs"),
        "pattern",
        id=name,
        width="6",
        height="6",
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )
    element(pattern, "rect", width="2.4", height="6", class_="solid", fill=BAR)


class BarExtent(NamedTuple):
    """Where a bar is: left edge and width, in pixels or percent, and upper edge in pixels."""

    x: str
    width: str
    y: float


def body(parent: ET.Element, span: BarExtent, status: str, hatch: str) -> None:
    """Draw a bar.

    Args:
        parent: where.
        span: its place.
        status: IRI of the figure's status.
        hatch: name of the pattern of :func:`hatching`.
    """
    name, style = _BODIES.get(status, _OTHER)
    fill = {"fill": f"url(#{hatch})"} if name == "forecast" else {}
    box = {"x": span.x, "y": number(span.y), "width": span.width, "height": str(HEIGHT)}
    ET.SubElement(parent, "rect", {"class": f"body {name}", **box, **style, **fill})


def end(parent: ET.Element, comparator: str, x: str, y: float) -> None:
    """Draw what stands behind the end of a bar at *x*; nothing for a figure that is equal to its number."""
    path = _ENDS.get(comparator)
    if path:
        place = element(parent, "svg", x=x, y=number(y), overflow="visible", width="16", height=str(HEIGHT))
        element(place, "path", d=path, class_="end", fill="none", stroke=INK, stroke_width="1.6")


def has_end(comparator: str) -> bool:
    """Whether :func:`end` draws something."""
    return comparator in _ENDS


def baseline(parent: ET.Element, x: str, top: float, bottom: float) -> None:
    """Draw the line at which the bars begin."""
    line = {"x1": x, "x2": x, "y1": number(top), "y2": number(bottom)}
    ET.SubElement(parent, "line", {"class": "axis", "stroke": SOFT, **line})


def track(parent: ET.Element, y: float) -> None:
    """Draw the whole of which a bar is a share."""
    element(
        parent, "rect", class_="track", x="0", y=number(y), width="100%", height=str(HEIGHT), fill="none", stroke=_LINE
    )


def number(value: float) -> str:
    """A number of pixels with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")
