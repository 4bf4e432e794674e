"""A chart of figures as an image of its own, with its title above it and its sources below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from kg.ask.figures import Group, scope_text
from kg.faces.picture.canvas import FONTS
from kg.faces.picture.sheet import source_line
from kg.faces.picture.text import Letters, lines, shown
from kg.faces.plot import marks
from kg.faces.plot.bars import element

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph

_WIDTH: Final = 720
_MARGIN: Final = 32
_TITLE: Final = Letters(20, bold=True)
_SMALL: Final = Letters(12, colour=marks.SOFT)


def file(graph: KnowledgeGraph, group: Group, lang: str) -> str:
    """The SVG file of the chart of *group*.

    Args:
        graph: a built graph.
        group: figures that compare; :func:`kg.faces.plot.bars.drawable` must hold.
        lang: language of its texts, ``zh`` or ``en``.
    """
    chart, height = element(group, graph.names, lang, _WIDTH - 2 * _MARGIN)
    names = [graph.names.label(subject, lang) for subject in group.subjects]
    title = " · ".join([*(names if len(names) == 1 else []), scope_text(group.scope, graph.names).pick(lang)])
    source = source_line(graph, (passage for figure in group.figures for passage in figure.passages), lang)
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "font-family": FONTS, "width": str(_WIDTH)})
    marks.element(root, "rect", width="100%", height="100%", fill="#ffffff")
    top = _text(root, _MARGIN, lines(shown(title), _WIDTH - 2 * _MARGIN, _TITLE), _TITLE)
    chart.attrib |= {"x": str(_MARGIN), "y": marks.number(top), "width": str(_WIDTH - 2 * _MARGIN)}
    root.append(chart)
    under = lines(source, _WIDTH - 2 * _MARGIN, _SMALL)
    bottom = _text(root, top + height + 14, under, _SMALL) + _MARGIN
    root.attrib |= {"height": marks.number(bottom), "viewBox": f"0 0 {_WIDTH} {marks.number(bottom)}"}
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _text(root: ET.Element, top: float, written: Sequence[str], letters: Letters) -> float:
    """Write lines below *top* and return where they end."""
    style = {"font_size": marks.number(letters.size), "fill": letters.colour}
    weight = {"font_weight": "bold"} if letters.bold else {}
    for line in written:
        top += letters.line
        y = marks.number(top - 0.3 * letters.size)
        marks.element(root, "text", line, x=str(_MARGIN), y=y, **style, **weight)
    return top + 4
