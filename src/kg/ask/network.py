"""The graph as a networkx graph, and network analysis: centrality, articulation points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kg import vocab
from kg.store.base import Store

if TYPE_CHECKING:
    import networkx as nx

# Left out are properties that relate no two things: those that lead to a member of a closed list, or to or from a passage.
_RELATIONS: Final = f"""
SELECT ?p WHERE {{
  ?p a owl:ObjectProperty FILTER NOT EXISTS {{ ?p rdfs:domain|rdfs:range ivc:Passage }}
  FILTER NOT EXISTS {{ ?p rdfs:range ?listed . GRAPH <{vocab.ONTOLOGY}> {{ ?member a ?listed }} }}
}} ORDER BY ?p"""
_EDGES: Final = """
SELECT ?s ?p ?o ?g WHERE {{
  VALUES ?p {{ {relations} }} GRAPH ?g {{ ?s ?p ?o }} FILTER({graphs} && isIRI(?o))
}} ORDER BY ?s ?p ?o ?g"""
STATED: Final = "STRSTARTS(STR(?g), STR(psg:))"
NOT_STATED: Final = "?g IN (g:inferred, g:background)"
"""Conditions on the graph ?g of an edge: a passage states it; or it is inferred, or background knowledge."""
CLAIM: Final = "{ ?claim ivc:statedIn ?passage } UNION { ?share ivc:inBreakdown ?claim }"
"""The pattern of an observation, another claim or a breakdown ?claim."""


@dataclass(frozen=True)
class Rank:
    """A node with its centrality."""

    iri: str
    score: float
    degree: int


def relations(store: Store) -> list[str]:
    """The IRIs of the properties that relate things, sorted."""
    return [str(row["p"]) for row in store.select(_RELATIONS)]


def to_networkx(store: Store, *, inferred: bool = False) -> nx.MultiDiGraph:
    """The stated edges between IRIs as a directed multigraph.

    Args:
        store: the store.
        inferred: include the edges of ``g:inferred`` and ``g:background``.

    Returns:
        A graph whose nodes are IRIs. The key of an edge is the IRI of its property; the data are ``passages``, a sorted
        list of IRIs, and ``kind``: ``asserted``, ``inferred`` or ``background``.
    """
    import networkx as nx

    network = nx.MultiDiGraph()
    listed = " ".join(f"<{relation}>" for relation in relations(store))
    for row in store.select(_EDGES.format(graphs=STATED, relations=listed)):
        _add(network, row, "asserted")
    if inferred:
        for row in store.select(_EDGES.format(graphs=NOT_STATED, relations=listed)):
            if not network.has_edge(row["s"], row["o"], row["p"]):
                _add(network, row, "inferred" if row["g"] == vocab.INFERRED else "background")
    return network


def _add(network: nx.MultiDiGraph, row: dict[str, Any], kind: str) -> None:
    if network.has_edge(row["s"], row["o"], row["p"]):
        network[row["s"]][row["o"]][row["p"]]["passages"].append(row["g"])
    else:
        network.add_edge(row["s"], row["o"], row["p"], kind=kind, passages=[row["g"]] if kind == "asserted" else [])


def central(store: Store, limit: int = 20) -> list[Rank]:
    """The things with the highest betweenness centrality (Brandes) in the undirected graph of stated edges."""
    import networkx as nx

    plain = _things(store)
    score = nx.betweenness_centrality(plain)
    ranked = sorted(score, key=lambda n: (-score[n], n))[:limit]
    return [Rank(n, score[n], plain.degree(n)) for n in ranked]


def cut_points(store: Store, limit: int = 20) -> list[Rank]:
    """The articulation points of the undirected graph, by the number of things that their removal disconnects."""
    import networkx as nx

    plain: Any = _things(store)  # networkx's type hints are incomplete
    found = []
    for node in nx.articulation_points(plain):
        component = next(c for c in nx.connected_components(plain) if node in c)
        rest = plain.subgraph(component - {node})
        lost = len(component) - 1 - max(len(c) for c in nx.connected_components(rest))
        found.append(Rank(node, float(lost), plain.degree(node)))
    return sorted(found, key=lambda r: (-r.score, r.iri))[:limit]


def _things(store: Store) -> nx.Graph:
    """The stated edges as an undirected simple graph without claim nodes."""
    import networkx as nx

    network = nx.Graph(to_networkx(store))
    network.remove_nodes_from(_claims(store))
    network.remove_edges_from(list(nx.selfloop_edges(network)))
    return network


def _claims(store: Store) -> set[str]:
    """IRIs of the observations, other claims and breakdowns."""
    return {row["claim"] for row in store.select(f"SELECT DISTINCT ?claim {{ {CLAIM} }}")}
