"""The pyvis network of a picture: nodes and edges with labels, and tooltips with the passages."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from kg.faces.draw.layout import plan
from kg.faces.draw.styles import DASHES, INSIDE, style_of, words_of, wrapped
from kg.terms import Text, cell_width
from kg.vocab import PASSAGE

if TYPE_CHECKING:
    from kg.ask.picture import Line, Node, Picture
    from kg.faces.draw.layout import Frame
    from kg.graph import KnowledgeGraph

_UNSAID: Final = "推理或归类,无直接段落 / inferred or grouping; no passage states it"
_LINE: Final = 19
_MARGIN: Final = 27
"""Height of a line of a label, and of the space around a label."""
_COLUMN: Final = 9
_SHORT: Final = 22
"""Width of a text column in pixels (a 汉字 has two columns), and columns of a label that is not a heading."""
_PALE: Final = "66"
"""Opacity (hex) of an entity that is drawn again."""
_INNER: Final = 10
"""Pixels that vis-network adds to the width of a label for its box."""
_HEAVY: Final = 12
"""Columns of a label per unit of mass: a node with a wider label repels others more."""
_SEED: Final = 5
"""Random seed of the physics, so that a drawing is the same each time."""
_MOST_WORDS: Final = 60
"""Most edges of a drawing with labels on edges; with more edges, labels are only in tooltips."""


class Sketched(NamedTuple):
    """A pyvis Network, and the frames behind its nodes: those of bands and those of segments."""

    network: Any
    frames: tuple[list[Frame], list[Frame]]


def network(graph: KnowledgeGraph, picture: Picture, lang: str) -> Sketched:
    """The network of *picture*. With bands, positions are fixed and no edges are drawn; otherwise physics lays it out."""
    from pyvis.network import Network

    made = Network(height="100vh", width="100%", directed=True, cdn_resources="in_line", bgcolor="#ffffff")
    made.templateEnv = _templates(made.template_dir)
    options = _ElementOptions(graph, picture)
    for node in picture.nodes.values():
        made.add_node(node.iri, **options.node(node, lang))
    for line in () if picture.bands else picture.lines.values():
        made.add_edge(line.subject, line.value, **options.edge(line, lang))
    made.set_options(json.dumps(_options(still=bool(picture.bands))))
    return Sketched(made, (options.plan.frames, options.plan.cards))


@cache
def _templates(folder: str) -> Any:
    """A cached Jinja environment for pyvis' template, so that the template, which contains vis-network, is read once."""
    from jinja2 import Environment, FileSystemLoader

    return Environment(loader=FileSystemLoader(folder))


def _options(*, still: bool) -> dict[str, Any]:
    return {
        "physics": {
            "enabled": not still,
            "solver": "forceAtlas2Based",
            "forceAtlas2Based": {"gravitationalConstant": -45, "springLength": 110, "avoidOverlap": 1},
            "stabilization": {"iterations": 600, "fit": True},
        },
        "layout": {"randomSeed": _SEED},
        "interaction": {"hover": True, "tooltipDelay": 80, "navigationButtons": False, "dragNodes": not still},
        "edges": {"smooth": {"type": "continuous"}},
    }


class _ElementOptions:
    """Makes the options of vis-network for the nodes and edges of one picture."""

    def __init__(self, graph: KnowledgeGraph, picture: Picture) -> None:
        self.graph, self.picture = graph, picture
        self.plan = plan(picture, self._height)
        rows = graph.store.select("SELECT ?p ?path WHERE { ?p ivc:sectionPath ?path }")
        self.sections = {row["p"]: row["path"] for row in rows}

    def node(self, node: Node, lang: str) -> dict[str, Any]:
        """The options of a node."""
        style, place = style_of(node.kind, self.graph.names), self.plan.places.get(node.iri)
        names, label = self._words(node), self._label(node, place.wide if place else 0)
        dark = style.dark and not node.of
        fields: dict[str, Any] = {
            "label": label.pick(lang),
            "label_zh": label.zh,
            "label_en": label.en,
            "title": "\n".join(
                [_both(names), _both(words_of(node.kind, self.graph.names)), *self._statements(node.thing)]
            ),
            "shape": style.shape,
            "color": {"background": style.colour + _PALE, "border": DASHES} if node.of else style.colour,
            "kind": node.kind,
            "size": 12,
            "mass": 1 + max(map(cell_width, f"{label.zh}\n{label.en}".split("\n"))) / _HEAVY,
            "font": {
                "color": "#ffffff" if dark else style.colour if node.kind == "Note" else "#1a1a1a",
                "size": 18 if dark else 16,
                **({} if style.shape in INSIDE else {"background": "rgba(255,255,255,0.85)"}),
            },
            "shapeProperties": {"borderRadius": style.rounding, "borderDashes": [5, 4] if node.of else False},
        }
        if place:
            wide = {"widthConstraint": {"minimum": place.wide - _INNER}, "borderWidth": 1} if place.wide else {}
            fields |= {"x": place.x, "y": place.y, "physics": False, **wide}
        return fields

    def edge(self, line: Line, lang: str) -> dict[str, Any]:
        """The options of an edge."""
        names = self._name_of(line.predicate)
        title = "\n".join([_both(names), *(self._sources(line) or [_UNSAID])])
        fields = {"title": title, "color": "#9aa5b1", "arrowStrikethrough": False}
        if len(self.picture.lines) > _MOST_WORDS:
            return fields
        words = {"label": names.pick(lang), "label_zh": names.zh, "label_en": names.en}
        return {**fields, **words, "font": {"size": 11, "color": "#5b6b7c", "align": "middle"}}

    def _words(self, node: Node) -> Text:
        return node.words or self._name_of(node.thing)

    def _label(self, node: Node, room: int) -> Text:
        """The label of a node, wrapped to a width of *room* pixels; if that is 0, to :data:`_SHORT` columns."""
        names, columns = self._words(node), room // _COLUMN or _SHORT
        return Text(wrapped(names.zh, columns), wrapped(names.en, columns))

    def _height(self, node: Node, room: int) -> int:
        """The height for the label in either language; one line more for a shape with its label below."""
        label = self._label(node, room)
        lines = 1 + max(label.zh.count("\n"), label.en.count("\n"))
        below = style_of(node.kind, self.graph.names).shape not in INSIDE
        return _MARGIN + _LINE * (lines + below)

    def _statements(self, iri: str) -> list[str]:
        """A line of text for each stated edge from the entity *iri*, with its passages."""
        stated = [line for line in self.picture.lines.values() if line.subject == iri and line.passages]
        return [
            f"{_both(self._name_of(line.predicate))} → {_both(self._name_of(line.value))}\n  {'; '.join(self._sources(line))}"
            for line in stated
        ]

    def _sources(self, line: Line) -> list[str]:
        return [f"{p.removeprefix(PASSAGE)} {self.sections.get(p, '')}" for p in line.passages]

    def _name_of(self, iri: str) -> Text:
        return self.graph.names.text(iri)


def _both(words: Text) -> str:
    return f"{words.zh} / {words.en}"
