"""Draws a picture as one self-contained HTML file.

``network`` makes a pyvis network, ``layout`` computes positions, ``styles`` and ``legend`` define the appearance, ``page``
makes the HTML page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.faces.draw.legend import legend
from kg.faces.draw.page import page
from kg.terms import Text

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph

_WHOLE = Text("各产业", "the industries")


def draw(graph: KnowledgeGraph, thing: str | None, lang: str) -> str:
    """The HTML page of a drawing.

    Args:
        graph: a built graph.
        thing: any name of an entity; None draws an overview of the industries.
        lang: initial language of the page; a button switches it.
    """
    from kg.ask.drawing import picture
    from kg.faces.draw.network import network

    iri = graph.resolve(thing).iri if thing else None
    drawn = picture(graph.store, graph.names, iri)
    title = graph.names.text(iri) if iri else _WHOLE
    made = network(graph, drawn, lang)
    keys = legend((n.kind for n in drawn.nodes.values()), graph.names, again=any(n.of for n in drawn.nodes.values()))
    return page(made.network.generate_html(notebook=False), title, keys, made.frames, lang)
