"""A picture as one HTML file: ``network`` (pyvis), ``layout`` (what stands where), ``styles``, ``legend``, ``page`` (self-contained)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.faces.draw.legend import legend
from kg.faces.draw.page import page
from kg.terms import Text

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph

_WHOLE = Text("各产业", "the industries")


def draw(graph: KnowledgeGraph, thing: str | None, lang: str) -> str:
    """The HTML of a drawing.

    Args:
        graph: a built graph.
        thing: any name of an industry, company or other thing; None draws the industries and what links them.
        lang: language the page opens in; a button switches it.
    """
    from kg.ask.drawing import picture
    from kg.faces.draw.network import network

    iri = graph.resolve(thing).iri if thing else None
    drawn = picture(graph.store, graph.names, iri)
    title = Text(graph.names.label(iri, "zh"), graph.names.label(iri, "en")) if iri else _WHOLE
    made = network(graph, drawn, lang)
    keys = legend((n.kind for n in drawn.nodes.values()), again=any(n.of for n in drawn.nodes.values()))
    return page(made.network.generate_html(notebook=False), title, keys, made.frames, lang)
