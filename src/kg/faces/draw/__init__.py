"""Draws a part of the graph as one self-contained HTML page that can be explored.

``network`` has pyvis make the network, ``styles`` has the looks of classes, ``page`` puts the page together from these, the
data of :mod:`kg.ask.exploration` and the scripts in ``static/``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kg.terms import Text
from kg.vocab import BASE

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph

_WHOLE = Text("各产业", "the industries")


def draw(graph: KnowledgeGraph, thing: str | None, lang: str, root: str | None = None) -> str:
    """The HTML page of a drawing.

    Args:
        graph: a built graph.
        thing: any name of a thing; None draws an overview of the industries.
        lang: initial language of the page; a button switches it.
        root: path of the server's pages, to which the drawing then links; None for a file, which has no links and holds
            the chains of all industries if it starts with the overview.

    Raises:
        NotFound: no thing has the name.
    """
    from kg.faces.draw.network import network
    from kg.faces.draw.page import page
    from kg.faces.draw.styles import OTHER_KIND, styles

    found = graph.resolve(thing) if thing else None
    chains = [one.iri for one in graph.names.of_kind("Industry")] if root is None and not found else []
    data = explored(graph, found.iri if found else None, chains)
    data["page"] = {
        "root": root,
        "base": BASE,
        "asked": thing or "",
        "dataset": str(graph.manifest["dataset_sha256"]),
        "styles": styles(),
        "otherKind": [OTHER_KIND.zh, OTHER_KIND.en],
    }
    drawn = data["pictures"].get(data["start"], {"things": []})["things"]
    listed = [Text(zh, en) for _, _, zh, en, *_ in (data["things"][n] for n in drawn)]
    return page(network(), graph.names.text(found.iri) if found else _WHOLE, data, listed, lang)


def explored(graph: KnowledgeGraph, iri: str | None, chains: list[str]) -> dict[str, Any]:
    """The data of a drawing: see :func:`kg.ask.exploration.exploration`.

    Args:
        graph: a built graph.
        iri: IRI of what the drawing starts with; None for the overview.
        chains: IRIs of further industries whose chains are included.
    """
    from kg.ask.exploration import exploration

    return exploration(graph.store, graph.names, iri, pictures=chains)
