"""GraphML for Gephi, yEd, Cytoscape and igraph, written by networkx."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from kg.ask.exchange import NetworkEdge, labelled
from kg.faces.export.selection import NETWORKS, is_edge, network, stated, triples
from kg.store import xml
from kg.terms import lexical

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph

_KINDS = {"inferred": "inferred", "audit": "inferred", "background": "background"}
"""Graph → what its edges are; those of others are asserted."""


def graphml(graph: KnowledgeGraph, which: str, lang: str) -> str:
    """The edges between things; with ``provenance`` also passages and documents; of another graph, every edge.

    Raises:
        UsageProblem: XML does not allow a character of a label.
    """
    import networkx as nx

    things = (
        network(graph, which, lang)
        if which in NETWORKS
        else labelled(graph.store, graph.names, _links(graph, which), lang)
    )
    for node, data in things.nodes(data=True):
        for label in (data["label_zh"], data["label_en"]):
            xml.require(label, f"{node} “{label}”")
    written: Any = nx.MultiDiGraph(**things.graph)
    written.add_nodes_from(things.nodes(data=True))
    for number, (start, end, data) in enumerate(things.edges(data=True)):  # the key of an edge is its id in GraphML
        written.add_edge(start, end, key=f"e{number}", **data)
    out = io.BytesIO()
    # networkx's generate_graphml would split a label at U+2028 and other Unicode line separators.
    write: Any = nx.write_graphml_xml
    write(written, out)
    return xml.finish(out.getvalue()).decode()


def _links(graph: KnowledgeGraph, which: str) -> list[NetworkEdge]:
    passages, kind = stated(graph), _KINDS.get(which, "asserted")
    return [
        NetworkEdge(
            lexical(t.subject), t.predicate.value, lexical(t.object), kind, tuple(p.value for p in passages.get(t, ()))
        )
        for t in triples(graph, which)
        if is_edge(t)
    ]
