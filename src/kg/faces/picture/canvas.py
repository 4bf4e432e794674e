"""An SVG image that is drawn from the top down: rectangles, lines of text, arrows, and groups with a tooltip.

It has no script, no link and no outside font or image (https://www.w3.org/TR/SVG2/), so any program shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple
from xml.etree import ElementTree as ET

from kg.faces.picture.text import Letters
from kg.store.xml import without_forbidden

FONTS: Final = (
    "'Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', 'WenQuanYi Micro Hei', sans-serif"
)
"""Fonts with 汉字 of the usual systems; none is part of the image."""
SOFT: Final = "#566573"
EDGE: Final = "#b9c4ce"
_NAMESPACE: Final = "http://www.w3.org/2000/svg"
_ASCENT: Final = 1.06
"""Distance of the first base line from the top of a text, as a multiple of the size of its letters."""


class Box(NamedTuple):
    """A rectangle in pixels."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height


class Canvas:
    """An image of a fixed width, which grows downwards.

    Args:
        width: width in pixels.
        lang: language of its texts, ``zh`` or ``en``.
    """

    def __init__(self, width: int, lang: str) -> None:
        self.width, self.lang = width, lang
        language = "zh-CN" if lang == "zh" else lang
        self._root = ET.Element(
            "svg", {"xmlns": _NAMESPACE, "role": "img", "aria-labelledby": "title desc", "lang": language}
        )
        self._root.set("font-family", FONTS)
        self._into = self._root

    @contextmanager
    def group(self, kind: str, tooltip: str = "", iri: str = "") -> Iterator[None]:
        """What is drawn in the ``with`` block belongs together.

        Args:
            kind: what it is, as the class of the element: ``stage``, ``company`` …
            tooltip: text that a viewer shows for it.
            iri: IRI of the thing that it shows.
        """
        outer = self._into
        self._into = ET.SubElement(outer, "g", {"class": kind})
        if iri:
            self._into.set("data-iri", iri)
        if tooltip:
            ET.SubElement(self._into, "title").text = without_forbidden(tooltip)
        yield
        self._into = outer

    def rectangle(
        self, box: Box, fill: str, stroke: str = EDGE, *, rounding: float = 4, dashed: bool = False
    ) -> ET.Element:
        """Draw a rectangle; its height can be changed by :meth:`stretch` when what is in it is drawn."""
        found = ET.SubElement(self._into, "rect", {"x": _n(box.left), "y": _n(box.top), "width": _n(box.width)})
        found.attrib |= {"height": _n(box.height), "rx": _n(rounding), "fill": fill, "stroke": stroke}
        if dashed:
            found.set("stroke-dasharray", "5 3")
        return found

    @staticmethod
    def stretch(rectangle: ET.Element, bottom: float) -> None:
        """Let *rectangle* reach down to *bottom*."""
        rectangle.set("height", _n(bottom - float(rectangle.get("y", "0"))))

    def text(self, left: float, top: float, lines: Sequence[str], letters: Letters, anchor: str = "start") -> float:
        """Write *lines* below each other and return where they end.

        Args:
            left: left edge; the middle or the right edge if *anchor* is ``middle`` or ``end``.
            top: upper edge of the first line.
            lines: the lines.
            letters: how they are written.
            anchor: SVG's ``text-anchor``.
        """
        for number, line in enumerate(lines):
            if not line:
                continue
            place = {"x": _n(left), "y": _n(top + number * letters.line + _ASCENT * letters.size)}
            written = ET.SubElement(
                self._into, "text", {**place, "font-size": _n(letters.size), "fill": letters.colour}
            )
            if letters.bold:
                written.set("font-weight", "bold")
            if anchor != "start":
                written.set("text-anchor", anchor)
            written.text = line
        return top + len(lines) * letters.line

    def stroke(self, points: Sequence[tuple[float, float]], *, colour: str = EDGE, dashed: bool = False) -> None:
        """Draw a line; a curve if there are four points (cubic Bézier)."""
        start, *more = points
        path = f"M{_pair(start)} {'C' if len(more) > 1 else 'L'}{' '.join(map(_pair, more))}"
        drawn = ET.SubElement(self._into, "path", {"d": path, "fill": "none", "stroke": colour, "stroke-width": "1.4"})
        if dashed:
            drawn.set("stroke-dasharray", "5 4")

    def arrow(self, points: Sequence[tuple[float, float]], *, dashed: bool = False) -> None:
        """Draw a :meth:`stroke` with a head at the last point, which points to the right."""
        *before, (x, y) = points
        self.stroke([*before, (x - _HEAD, y)], colour=SOFT, dashed=dashed)
        head = f"M{_pair((x, y))} l{_n(-_HEAD)} {_n(-_HEAD * 0.55)} v{_n(_HEAD * 1.1)} z"
        ET.SubElement(self._into, "path", {"d": head, "fill": SOFT})

    def finish(self, height: float, title: str, description: str) -> str:
        """The whole image as text.

        Args:
            height: its height in pixels.
            title: its title, which a screen reader reads first.
            description: what it shows, in a few sentences.
        """
        size = {"width": _n(self.width), "height": _n(height), "viewBox": f"0 0 {_n(self.width)} {_n(height)}"}
        self._root.attrib |= size
        paper = ET.Element("rect", {"width": _n(self.width), "height": _n(height), "fill": "#ffffff"})
        for place, (tag, words) in enumerate((("title", title), ("desc", description))):
            element = ET.Element(tag, {"id": tag})
            element.text = without_forbidden(words)
            self._root.insert(place, element)
        self._root.insert(2, paper)
        ET.indent(self._root, " ")
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(self._root, encoding="unicode")}\n'


_HEAD: Final = 9
"""Length of the head of an arrow."""


def _n(number: float) -> str:
    """A number with at most one decimal."""
    return f"{number:.1f}".removesuffix(".0")


def _pair(point: tuple[float, float]) -> str:
    return f"{_n(point[0])} {_n(point[1])}"
