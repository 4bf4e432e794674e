"""A thing between the things that lead to it and those that it leads to, and the industries with what they share.

The nodes stand in layers from left to right, in groups by relation. So no label lies on another and no edge crosses a box,
which a layout by forces cannot promise in an image that nobody can drag.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from kg.ask.picture import kind_of
from kg.faces.draw.styles import Style, style_of
from kg.faces.picture.canvas import SOFT, Box, Canvas
from kg.faces.picture.sheet import MARGIN, Key, foot, head, kind_keys, shaft, source_line
from kg.faces.picture.text import INK, Letters, lines, shown, width
from kg.terms import Text, slug
from kg.vocab import IVL, PASSAGE

if TYPE_CHECKING:
    from kg.ask.entity import Edge
    from kg.graph import KnowledgeGraph

_WIDE: Final = 1280
_NODE: Final = 330
"""Width of the picture, and of a node beside the thing."""
_NAME: Final = Letters(14)
_HEADING: Final = Letters(13, colour=SOFT)
_CENTRE: Final = Letters(17, bold=True)
_PAD: Final = 9
_MOST: Final = 24
"""Most nodes of one relation; how many more there are is said."""
_STATED: Final = Text("文献所述", "stated by a document")
_BACKGROUND: Final = Text("背景知识", "background knowledge")
_MORE: Final = Text("另有 {} 个", "{} more")
_TITLE: Final = Text("{}的关系", "{}: relations")
_ABOUT: Final = Text("{} 种关系,{} 个事物", "{} relations, {} things")
_NOTHING: Final = Text("没有与其他事物的关系", "no relation to another thing")


@dataclass
class _Group:
    """The things at the other end of one relation, with the edges that lead to them."""

    heading: str
    edges: list[Edge] = field(default_factory=list)


def around(graph: KnowledgeGraph, iri: str, lang: str) -> str:
    """The SVG image of the thing *iri* with its neighbours, in the language *lang*.

    Inferred relations are left out.
    """
    return _Around(graph, iri, lang).svg()


class _Around:
    """Draws one thing. Methods that draw something take the top of the free space and return its end."""

    def __init__(self, graph: KnowledgeGraph, iri: str, lang: str) -> None:
        self.graph, self.iri, self.lang = graph, iri, lang
        self.canvas = Canvas(_WIDE, lang)
        self._kinds: dict[str, None] = {}
        self._grounds: set[str] = set()
        self._passages: set[str] = set()

    def svg(self) -> str:
        into, out = self._groups(out=False), self._groups(out=True)
        things = {edge.other for group in (*into, *out) for edge in group.edges}
        title = _TITLE.pick(self.lang).format(shown(self._name(self.iri)))
        about = _ABOUT.pick(self.lang).format(len(into) + len(out), len(things)) if things else _NOTHING.pick(self.lang)
        top = head(self.canvas, title, about)
        tall = [self._height(groups) for groups in (into, out)]
        room = max(*tall, _centre_height(self._centre_lines()))
        middle = top + room / 2
        centre = self._centre(middle)
        self._side(into, top + (room - tall[0]) / 2, centre, out=False)
        self._side(out, top + (room - tall[1]) / 2, centre, out=True)
        bottom = foot(self.canvas, top + room + 24, self._legend(), source_line(self.graph, self._passages, self.lang))
        described = "; ".join(f"{g.heading}: {', '.join(self._name(e.other) for e in g.edges)}" for g in (*into, *out))
        return self.canvas.finish(bottom, title, f"{about}. {described}")

    def _groups(self, *, out: bool) -> list[_Group]:
        """The relations from the thing (*out*) or to it, in the order of the thing's edges."""
        names, found = self.graph.names, dict[str, _Group]()
        for edge in self.graph.entity(self.iri).edges:
            hidden = edge.other == self.iri or names.is_claim(edge.other) or edge.other.startswith((PASSAGE, IVL))
            if (
                edge.out == out
                and edge.kind in ("asserted", "background")
                and names.has_name(edge.other)
                and not hidden
            ):
                label = names.label(edge.predicate, self.lang, inverse=not out)
                found.setdefault(edge.predicate, _Group(shown(label))).edges.append(edge)
        return list(found.values())

    # -- the thing itself --------------------------------------------------------------------------------------------

    def _centre_lines(self) -> list[str]:
        return lines(shown(self._name(self.iri)), _NODE - 2 * _PAD - 20, _CENTRE)

    def _centre(self, middle: float) -> Box:
        text, style = self._centre_lines(), self._style(self.iri)
        wide = max(width(line, _CENTRE) for line in text) + 2 * _PAD + 12
        tall = _centre_height(text)
        box = Box((_WIDE - wide) / 2, middle - tall / 2, wide, tall)
        with self.canvas.group("thing", iri=self.iri):
            self.canvas.rectangle(box, style.colour, INK, rounding=8)
            colour = "#ffffff" if style.dark else INK
            self.canvas.text(_WIDE / 2, box.top + 8, text, _CENTRE._replace(colour=colour), "middle")
        return box

    # -- its neighbours ----------------------------------------------------------------------------------------------

    def _height(self, groups: Sequence[_Group]) -> float:
        return sum(
            _HEADING.line
            + 4
            + sum(self._tall(edge) + 5 for edge in group.edges[:_MOST])
            + 14
            + (_HEADING.line if len(group.edges) > _MOST else 0)
            for group in groups
        )

    def _tall(self, edge: Edge) -> float:
        return len(self._lines(edge)) * _NAME.line + 6

    def _lines(self, edge: Edge) -> list[str]:
        return lines(shown(self._name(edge.other)), _NODE - 2 * _PAD, _NAME)

    def _side(self, groups: Sequence[_Group], top: float, centre: Box, *, out: bool) -> None:
        """The groups of one side; an arrow joins the middle of each with the thing."""
        left = _WIDE - MARGIN - _NODE if out else MARGIN
        for group in groups:
            start = top
            with self.canvas.group("relation"):
                top = self.canvas.text(left, top, lines(group.heading, _NODE, _HEADING)[:1], _HEADING) + 4
                for edge in group.edges[:_MOST]:
                    top = self._neighbour(edge, left, top) + 5
                if len(group.edges) > _MOST:
                    more = _MORE.pick(self.lang).format(len(group.edges) - _MOST)
                    top = self.canvas.text(left, top, [more], _HEADING)
            self._join(Box(left, start + _HEADING.line + 4, _NODE, top - start - _HEADING.line - 9), centre, group)
            top += 14

    def _neighbour(self, edge: Edge, left: float, top: float) -> float:
        text, style = self._lines(edge), self._style(edge.other)
        box = Box(left, top, _NODE, self._tall(edge))
        self._passages.update(edge.passages)
        cited = f" [{' '.join(map(slug, edge.passages))}]" if edge.passages else ""
        with self.canvas.group("neighbour", self._name(edge.other) + cited, edge.other):
            stated = edge.kind == "asserted"
            self.canvas.rectangle(
                box, style.colour, style.border if stated else SOFT, rounding=min(style.rounding, 10), dashed=not stated
            )
            colour = "#ffffff" if style.dark else INK
            self.canvas.text(left + _PAD, top + 3, text, _NAME._replace(colour=colour))
        return box.bottom

    def _join(self, box: Box, centre: Box, group: _Group) -> None:
        """An arrow between the boxes of one relation and the thing, along a bracket beside the boxes."""
        grounds = {edge.kind for edge in group.edges}
        self._grounds |= grounds
        middle, target = box.top + box.height / 2, centre.top + centre.height / 2
        dashed = grounds == {"background"}
        out = box.left > centre.left
        edge = box.left - 8 if out else box.right + 8
        self.canvas.stroke([(edge, box.top), (edge, box.bottom)])
        one, other = ((centre.right, target), (edge, middle)) if out else ((edge, middle), (centre.left, target))
        half = (one[0] + other[0]) / 2
        self.canvas.arrow([one, (half, one[1]), (half, other[1]), other], dashed=dashed)

    # -- words -------------------------------------------------------------------------------------------------------

    def _name(self, iri: str) -> str:
        return self.graph.names.label(iri, self.lang)

    def _style(self, iri: str) -> Style:
        kind = kind_of(self.graph.names, iri)
        self._kinds.setdefault(kind)
        return style_of(kind, self.graph.names)

    def _legend(self) -> Iterator[Key]:
        yield from kind_keys(self._kinds, self.graph.names)
        if "background" in self._grounds:
            yield Key(shaft(), _STATED)
            yield Key(shaft(dashed=True), _BACKGROUND)


def _centre_height(text: Sequence[str]) -> float:
    return len(text) * _CENTRE.line + 16
