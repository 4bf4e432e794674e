"""The pyvis network of a picture: nodes with their words and sources, edges with theirs."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from kg.faces.draw.layout import plan
from kg.faces.draw.styles import DARK, DASHES, INSIDE, STYLES, style_of, wrapped
from kg.terms import Text, cell_width
from kg.vocab import PASSAGE

if TYPE_CHECKING:
    from kg.ask.picture import Line, Node, Picture
    from kg.faces.draw.layout import Frame
    from kg.graph import KnowledgeGraph

_UNSAID: Final = "推理或归类,无直接段落 / inferred or grouping"
_LINE: Final = 19
_MARGIN: Final = 27
"""Height of a line of a label, and of what is around it."""
_COLUMN: Final = 9
_SHORT: Final = 22
"""Width of a column of a label (a 汉字 takes two), and how many columns a label has that heads nothing."""
_PALE: Final = "66"
"""Opacity of what stands once more."""
_INNER: Final = 10
"""What vis-network adds to a label's width for the box around it."""
_HEAVY: Final = 12
"""Columns of a label that make a node as heavy again: the wider, the more room it makes for itself."""
_SEED: Final = 5
"""What physics begins with: the same drawing each time."""
_MOST_WORDS: Final = 60
"""Lines of a drawing that still has room to name each; past that only the pointer names them."""


class Sketched(NamedTuple):
    """A pyvis Network, and the frames behind it: those of bands, those of segments."""

    network: Any
    frames: tuple[list[Frame], list[Frame]]


def network(graph: KnowledgeGraph, picture: Picture, lang: str) -> Sketched:
    """The network of *picture*; where it has bands it stands still and needs no lines, else it settles by physics."""
    from pyvis.network import Network

    made = Network(height="100vh", width="100%", directed=True, cdn_resources="in_line", bgcolor="#ffffff")
    made.templateEnv = _templates(made.template_dir)
    sketch = _Sketch(graph, picture)
    for node in picture.nodes.values():
        made.add_node(node.iri, **sketch.node(node, lang))
    for line in () if picture.bands else picture.lines.values():
        made.add_edge(line.subject, line.value, **sketch.edge(line, lang))
    made.set_options(json.dumps(_options(still=bool(picture.bands))))
    return Sketched(made, (sketch.plan.frames, sketch.plan.cards))


@cache
def _templates(folder: str) -> Any:
    """One environment for pyvis' template, made as pyvis makes it: the template, with vis-network in it, is read once."""
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


class _Sketch:
    """One picture with all that its nodes and edges need to know of each other."""

    def __init__(self, graph: KnowledgeGraph, picture: Picture) -> None:
        self.graph, self.picture = graph, picture
        self.plan = plan(picture, self._height)
        rows = graph.store.select("SELECT ?p ?path WHERE { ?p ivc:sectionPath ?path }")
        self.sections = {row["p"]: row["path"] for row in rows}

    def node(self, node: Node, lang: str) -> dict[str, Any]:
        """What vis-network is told of a node."""
        kind, place = style_of(node.kind), self.plan.places.get(node.iri)
        style = STYLES[kind]
        names, label = self._words(node), self._label(node, place.wide if place else 0)
        dark = kind in DARK and not node.of
        fields: dict[str, Any] = {
            "label": label.pick(lang),
            "label_zh": label.zh,
            "label_en": label.en,
            "title": "\n".join([_both(names), _both(style.words), *self._told(node.thing)]),
            "shape": style.shape,
            "color": {"background": style.colour + _PALE, "border": DASHES} if node.of else style.colour,
            "kind": kind,
            "size": 12,
            "mass": 1 + max(map(cell_width, f"{label.zh}\n{label.en}".split("\n"))) / _HEAVY,
            "font": {
                "color": "#ffffff" if dark else style.colour if kind == "Note" else "#1a1a1a",
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
        """What vis-network is told of an edge."""
        names = self._called(line.predicate)
        title = "\n".join([_both(names), *(self._sources(line) or [_UNSAID])])
        fields = {"title": title, "color": "#9aa5b1", "arrowStrikethrough": False}
        if len(self.picture.lines) > _MOST_WORDS:
            return fields
        words = {"label": names.pick(lang), "label_zh": names.zh, "label_en": names.en}
        return {**fields, **words, "font": {"size": 11, "color": "#5b6b7c", "align": "middle"}}

    def _words(self, node: Node) -> Text:
        return node.words or self._called(node.thing)

    def _label(self, node: Node, room: int) -> Text:
        """What is written on a node, or below its sign, over lines that *room* pixels hold; with no room given, short ones."""
        names, columns = self._words(node), room // _COLUMN or _SHORT
        return Text(wrapped(names.zh, columns), wrapped(names.en, columns))

    def _height(self, node: Node, room: int) -> int:
        """Room for the label in either language, below the sign where the shape has its label there."""
        label = self._label(node, room)
        lines = 1 + max(label.zh.count("\n"), label.en.count("\n"))
        below = STYLES[style_of(node.kind)].shape not in INSIDE
        return _MARGIN + _LINE * (lines + below)

    def _told(self, iri: str) -> list[str]:
        """What the picture's lines say of a thing, each with its passages."""
        told = [line for line in self.picture.lines.values() if line.subject == iri and line.passages]
        return [
            f"{_both(self._called(line.predicate))} → {_both(self._called(line.value))}\n  {'; '.join(self._sources(line))}"
            for line in told
        ]

    def _sources(self, line: Line) -> list[str]:
        return [f"{p.removeprefix(PASSAGE)} {self.sections.get(p, '')}" for p in line.passages]

    def _called(self, iri: str) -> Text:
        return Text(self.graph.names.label(iri, "zh"), self.graph.names.label(iri, "en"))


def _both(words: Text) -> str:
    return f"{words.zh} / {words.en}"
