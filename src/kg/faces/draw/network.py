"""The pyvis network of a picture: nodes with their words and sources, edges with theirs."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from kg.faces.draw.layout import plan
from kg.faces.draw.styles import ACROSS, DARK, INSIDE, STYLES, style_of, wrapped
from kg.terms import Text
from kg.vocab import PASSAGE

if TYPE_CHECKING:
    from kg.ask.picture import Line, Node, Picture
    from kg.faces.draw.layout import Frame
    from kg.graph import KnowledgeGraph

_UNSAID: Final = "推理或归类,无直接段落 / inferred or grouping"
_GATHERING: Final = ("Industry", "Group")
"""Kinds to which a placed thing is joined by its place; a line to them would only cross the others."""
_LINE: Final = 19
_MARGIN: Final = 27
"""Height of a line of a label, and of what is around it."""


class Sketched(NamedTuple):
    """A pyvis Network, the frames behind it, and whether some of its lines are dashed."""

    network: Any
    frames: list[Frame]
    dashed: bool


def network(graph: KnowledgeGraph, picture: Picture, lang: str) -> Sketched:
    """The network of *picture*; it stands still where the picture has bands, else it settles by physics."""
    from pyvis.network import Network

    made = Network(height="100vh", width="100%", directed=True, cdn_resources="in_line", bgcolor="#ffffff")
    made.templateEnv = _templates(made.template_dir)
    sketch = _Sketch(graph, picture)
    for node in picture.nodes.values():
        made.add_node(node.iri, **sketch.node(node, lang))
    for line in picture.lines.values():
        made.add_edge(line.subject, line.value, **sketch.edge(line))
    made.set_options(json.dumps(_options(still=bool(sketch.plan.places))))
    shown = [line for line in picture.lines.values() if not sketch.gathered(line)]
    dashed = any(sketch.plan.across(line.subject, line.value) for line in shown)
    return Sketched(made, sketch.plan.frames, dashed)


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
        self.plan = plan(picture, self._height)
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
        if node.iri in self.plan.places:
            x, y = self.plan.places[node.iri]
            fields |= {"x": x, "y": y, "physics": False}
        return fields

    def edge(self, line: Line) -> dict[str, Any]:
        """What vis-network is told of an edge."""
        title = "\n".join([_both(self._called(line.predicate)), *(self._sources(line) or [_UNSAID])])
        fields = {"title": title, "color": "#9aa5b1", "arrowStrikethrough": False}
        if not self.plan.places:
            return fields
        across = self.plan.across(line.subject, line.value)
        look = {"arrows": "", "color": ACROSS if across else "#b8c2cc", "dashes": across}
        return {**fields, **look, "hidden": self.gathered(line)}

    def _height(self, node: Node) -> int:
        """Room for the label in either language, below the sign where the shape has its label there."""
        names = node.words or self._called(node.iri)
        lines = 1 + max(wrapped(names.zh).count("\n"), wrapped(names.en).count("\n"))
        below = STYLES[style_of(node.kind)].shape not in INSIDE
        return _MARGIN + _LINE * (lines + below)

    def gathered(self, line: Line) -> bool:
        """Whether the frame around a thing says already what *line* would."""
        nodes = self.picture.nodes
        return (
            bool(self.plan.places) and nodes[line.value].kind in _GATHERING and nodes[line.subject].kind != "ChainView"
        )

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


def _both(words: Text) -> str:
    return f"{words.zh} / {words.en}"
