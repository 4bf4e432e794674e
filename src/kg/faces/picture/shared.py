"""The industries, with the companies that appear in several of them and the sectors that they enable."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from kg.ask.drawing import picture
from kg.ask.picture import kind_of
from kg.faces.draw.styles import style_of, words_of
from kg.faces.picture.canvas import SOFT, Box, Canvas
from kg.faces.picture.sheet import MARGIN, Key, foot, head, source_line, swatch
from kg.faces.picture.text import INK, Letters, lines, shown
from kg.terms import Text

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph

_WIDE: Final = 1280
_NODE: Final = 300
_NAME: Final = Letters(14)
_PAD: Final = 9
_GAP: Final = 8
_ARC: Final = 70
"""How far the curve between two nodes of a layer reaches to the right."""
_ROUNDS: Final = 8
"""How often the order of the layers is improved; after a few rounds it no longer changes."""
_TITLE: Final = Text("各产业及其共有", "the industries and what they share")
_ABOUT: Final = Text(
    "{} 个产业,左为出现在多个产业的企业({}),右为所赋能的行业({})",
    "{} industries; left: companies in several of them ({}); right: sectors that they enable ({})",
)


def shared(graph: KnowledgeGraph, lang: str) -> str:
    """The SVG image of all industries, in the language *lang*."""
    drawn = picture(graph.store, graph.names, None)
    industries = [node.iri for node in drawn.nodes.values() if graph.names.is_a(node.kind, "Industry")]
    links = [(line.subject, line.value) for line in drawn.lines.values()]
    left = [node.iri for node in drawn.nodes.values() if any(s == node.iri and o in industries for s, o in links)]
    right = [node.iri for node in drawn.nodes.values() if node.iri not in {*industries, *left}]
    layers = _ordered([left, industries, right], links)
    canvas = Canvas(_WIDE, lang)
    title = _TITLE.pick(lang)
    about = _ABOUT.pick(lang).format(len(industries), len(left), len(right))
    boxes, bottom = _places(graph, layers, head(canvas, title, about), lang)
    for one, other in links:
        _join(canvas, boxes[one], boxes[other])
    for node in drawn.nodes.values():
        _node(graph, canvas, node.iri, boxes[node.iri])
    kinds = dict.fromkeys(node.kind for node in drawn.nodes.values())
    keys = [
        Key(swatch(style_of(k, graph.names).colour, style_of(k, graph.names).border), words_of(k, graph.names))
        for k in kinds
    ]
    stated = graph.store.select("SELECT DISTINCT ?p WHERE { ?p ivc:contextIndustry ?i } ORDER BY ?p")
    bottom = foot(canvas, bottom + 20, keys, source_line(graph, [row["p"] for row in stated], lang))
    return canvas.finish(bottom, title, about)


def _ordered(layers: Sequence[Sequence[str]], links: Sequence[tuple[str, str]]) -> list[list[str]]:
    """The layers in an order with few crossings: each node at the mean place of what it is joined with (Sugiyama)."""
    joined: Mapping[str, list[str]] = defaultdict(list)
    for one, other in links:
        joined[one].append(other)
        joined[other].append(one)
    found = [list(layer) for layer in layers]
    for _ in range(_ROUNDS):
        for layer in found:
            place = {iri: n / max(len(each) - 1, 1) for each in found for n, iri in enumerate(each)}
            mean = {iri: sum(place[o] for o in joined[iri]) / len(joined[iri]) if joined[iri] else 1.0 for iri in layer}
            layer.sort(key=lambda iri: (mean[iri], place[iri]))
    return found


def _places(
    graph: KnowledgeGraph, layers: Sequence[Sequence[str]], top: float, lang: str
) -> tuple[dict[str, Box], float]:
    """The box of each node, and where the lowest one ends. The layers are equally high, so they are spread evenly."""
    tall = [[_tall(graph, iri, lang) for iri in layer] for layer in layers]
    room = max((sum(each) + _GAP * len(each) for each in tall), default=0)
    across = [MARGIN, (_WIDE - _NODE) / 2, _WIDE - MARGIN - _NODE]
    boxes = {}
    for left, layer, heights in zip(across, layers, tall, strict=True):
        gap = (room - sum(heights)) / max(len(layer), 1)
        at = top + gap / 2
        for iri, height in zip(layer, heights, strict=True):
            boxes[iri] = Box(left, at, _NODE, height)
            at += height + gap
    return boxes, top + room


def _text(graph: KnowledgeGraph, iri: str, lang: str) -> list[str]:
    return lines(shown(graph.names.label(iri, lang)), _NODE - 2 * _PAD, _NAME)


def _tall(graph: KnowledgeGraph, iri: str, lang: str) -> float:
    return len(_text(graph, iri, lang)) * _NAME.line + 8


def _node(graph: KnowledgeGraph, canvas: Canvas, iri: str, box: Box) -> None:
    style = style_of(kind_of(graph.names, iri), graph.names)
    with canvas.group("node", graph.names.label(iri, canvas.lang), iri):
        canvas.rectangle(box, style.colour, style.border, rounding=5)
        text = _text(graph, iri, canvas.lang)
        canvas.text(box.left + _PAD, box.top + 4, text, _NAME._replace(colour="#ffffff" if style.dark else INK))


def _join(canvas: Canvas, one: Box, other: Box) -> None:
    """A curve from the right side of the left box to the left side of the other; an arc beside two boxes of one layer."""
    left, right = sorted((one, other))
    if left.left == right.left:
        ends = [(box.right, box.top + box.height / 2) for box in (left, right)]
        bent = [(x + _ARC, y) for x, y in ends]
        canvas.stroke([ends[0], *bent, ends[1]], colour=SOFT)
        return
    start, end = (left.right, left.top + left.height / 2), (right.left, right.top + right.height / 2)
    half = (start[0] + end[0]) / 2
    canvas.stroke([start, (half, start[1]), (half, end[1]), end], colour=SOFT)
