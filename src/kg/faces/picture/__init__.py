"""Pictures that need no browser: SVG of our own, and PNG made from it.

``chart`` draws the chain of an industry, ``around`` any other thing with its neighbours, ``shared`` the industries with what
they share; ``sheet`` has what stands around them, ``canvas`` and ``text`` make the SVG, ``png`` the PNG.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph


def svg(graph: KnowledgeGraph, thing: str | None, lang: str) -> str:
    """The SVG image of a thing.

    Args:
        graph: a built graph.
        thing: any name of a thing: an industry gives its chain, another thing its neighbours, None the industries.
        lang: language of the picture.

    Raises:
        NotFound: nothing has this name.
    """
    from kg.faces.picture.around import around
    from kg.faces.picture.chart import chart
    from kg.faces.picture.shared import shared

    if not thing:
        return shared(graph, lang)
    found = graph.resolve(thing)
    if graph.names.is_a(found.kind, "Industry"):
        return chart(graph, found.iri, lang)
    return around(graph, found.iri, lang)
