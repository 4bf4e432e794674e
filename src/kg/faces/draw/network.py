"""The pyvis network of a picture: nodes with their words and sources, edges with theirs."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from kg.faces.draw.layout import Place, places
from kg.faces.draw.styles import DARK, INSIDE, STYLES, style_of, wrapped
from kg.terms import Text
from kg.vocab import PASSAGE

if TYPE_CHECKING:
    from kg.ask.picture import Line, Node, Picture
    from kg.graph import KnowledgeGraph

_UNSAID: Final = "推理或归类,无直接段落 / inferred or grouping"
_GATHERING: Final = ("Industry", "Group")
"""Kinds to which a placed thing is joined by its place; a line to them would only cross the others."""
_LINE: Final = 19
_MARGIN: Final = 27
"""Height of a line of a label, and of what is around it."""
_WITHIN: Final = 300
"""Horizontal distance (vis-network units) up to which an edge is read as one of its column."""


def network(graph: KnowledgeGraph, picture: Picture, lang: str) -> Any:
    """The pyvis Network of *picture*; it stands still where the picture has bands, else it settles by physics."""
    from pyvis.network import Network

    made = Network(height="100vh", width="100%", directed=True, cdn_resources="in_line", bgcolor="#ffffff")
    made.templateEnv = _templates(made.template_dir)
    sketch = _Sketch(graph, picture)
    for node in picture.nodes.values():
        made.add_node(node.iri, **sketch.node(node, lang))
    for line in picture.lines.values():
        made.add_edge(line.subject, line.value, **sketch.edge(line))
    made.set_options(json.dumps(_options(still=bool(sketch.where))))
    return made


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
            "forceAtlas2Based": {"gravitationalConstant": -120, "springLength": 140, "avoidOverlap": 0.8},
            "stabilization": {"iterations": 400, "fit": True},
        },
        "interaction": {"hover": True, "tooltipDelay": 80, "navigationButtons": False},
        "edges": {
            "smooth": {"type": "cubicBezier", "forceDirection": "horizontal"} if still else {"type": "continuous"}
        },
    }


class _Sketch:
    """One picture with all that its nodes and edges need to know of each other."""

    def __init__(self, graph: KnowledgeGraph, picture: Picture) -> None:
        self.graph, self.picture = graph, picture
        self.where = places(picture, self._height)
        rows = graph.store.select("SELECT ?p ?path WHERE { ?p ivc:sectionPath ?path }")
        self.sections = {row["p"]: row["path"] for row in rows}

    def node(self, node: Node, lang: str) -> dict[str, Any]:
        """What vis-network is told of a node."""
        kind = style_of(node.kind)
        style, names = STYLES[kind], node.words or self._called(node.iri)
        dark = kind in DARK
        fields: dict[str, Any] = {
            "label": wrapped(names.pick(lang)),
            "label_zh": wrapped(names.zh),
            "label_en": wrapped(names.en),
            "title": "\n".join([_both(names), _both(style.words), *self._told(node.iri)]),
            "shape": style.shape,
            "color": style.colour,
            "kind": kind,
            "size": 12,
            "font": {"color": "#ffffff" if dark else "#1a1a1a", "size": 18 if dark else 16},
            "shapeProperties": {"borderRadius": style.rounding},
        }
        if node.iri in self.where:
            x, y = self.where[node.iri]
            fields |= {"x": x, "y": y, "physics": False}
        return fields

    def edge(self, line: Line) -> dict[str, Any]:
        """What vis-network is told of an edge."""
        title = "\n".join([_both(self._called(line.predicate)), *(self._sources(line) or [_UNSAID])])
        fields = {"title": title, "color": "#9aa5b1", "arrowStrikethrough": False}
        if not self.where:
            return fields
        near = _near(self.where[line.subject], self.where[line.value])
        look = {"arrows": "", "color": "#b8c2cc" if near else "#d9c9b0", "dashes": not near}
        return {**fields, **look, "hidden": self._gathered(line)}

    def _height(self, node: Node) -> int:
        """Room for the label in either language, below the sign where the shape has its label there."""
        names = node.words or self._called(node.iri)
        lines = 1 + max(wrapped(names.zh).count("\n"), wrapped(names.en).count("\n"))
        below = STYLES[style_of(node.kind)].shape not in INSIDE
        return _MARGIN + _LINE * (lines + below)

    def _gathered(self, line: Line) -> bool:
        kind, heads = self.picture.nodes[line.value].kind, {band.head.iri for band in self.picture.bands}
        return kind in _GATHERING and line.subject not in heads

    def _told(self, iri: str) -> list[str]:
        """What the picture's lines say of a thing, each with its passages."""
        told = [line for line in self.picture.lines.values() if line.subject == iri and line.passages]
        return [f"{self._sentence(line)}\n  {'; '.join(self._sources(line))}" for line in told]

    def _sentence(self, line: Line) -> str:
        if self.picture.nodes[line.value].words:
            return _both(self._called(line.predicate))
        return f"{_both(self._called(line.predicate))} → {_both(self._called(line.value))}"

    def _sources(self, line: Line) -> list[str]:
        return [f"{p.removeprefix(PASSAGE)} {self.sections.get(p, '')}" for p in line.passages]

    def _called(self, iri: str) -> Text:
        return Text(self.graph.names.label(iri, "zh"), self.graph.names.label(iri, "en"))


def _near(one: Place, other: Place) -> bool:
    """Whether an edge stays in its column or its row, where its place already says what it means."""
    return one[1] == other[1] or abs(one[0] - other[0]) < _WITHIN


def _both(words: Text) -> str:
    return f"{words.zh} / {words.en}"
