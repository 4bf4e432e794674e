"""The graph as a networkx graph, and network analysis: paths, centrality, articulation points."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from kg import vocab
from kg.errors import NotFound
from kg.store.base import Store
from kg.terms import Text

if TYPE_CHECKING:
    import networkx as nx

# Left out are properties that relate no two entities: those that lead to a member of a closed list, or to or from a passage.
_RELATIONS: Final = f"""
SELECT ?p WHERE {{
  ?p a owl:ObjectProperty FILTER NOT EXISTS {{ ?p rdfs:domain|rdfs:range ivc:Passage }}
  FILTER NOT EXISTS {{ ?p rdfs:range ?listed . GRAPH <{vocab.ONTOLOGY}> {{ ?member a ?listed }} }}
}} ORDER BY ?p"""
_EDGES: Final = """
SELECT ?s ?p ?o ?g WHERE {{
  VALUES ?p {{ {relations} }} GRAPH ?g {{ ?s ?p ?o }} FILTER({graphs} && isIRI(?o))
}} ORDER BY ?s ?p ?o ?g"""
_ASSERTED: Final = "STRSTARTS(STR(?g), STR(psg:))"
_INFERRED: Final = "?g IN (g:inferred, g:background)"
_CLAIM_WEIGHT: Final = 1.5
"""Weight of an edge to a claim node. A direct edge weighs 1, so paths avoid claims that only mention both entities."""


@dataclass(frozen=True)
class Hop:
    """One step of a path: the stated triple, whether the path follows its direction, and its passages."""

    subject: str
    predicate: str
    value: str
    forward: bool
    passages: tuple[str, ...]


@dataclass(frozen=True)
class Rank:
    """A node with its centrality."""

    iri: str
    score: float
    degree: int


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
    relations = " ".join(f"<{row['p']}>" for row in store.select(_RELATIONS))
    for row in store.select(_EDGES.format(graphs=_ASSERTED, relations=relations)):
        _add(network, row, "asserted")
    if inferred:
        for row in store.select(_EDGES.format(graphs=_INFERRED, relations=relations)):
            if not network.has_edge(row["s"], row["o"], row["p"]):
                _add(network, row, "inferred" if row["g"] == vocab.INFERRED else "background")
    return network


def _add(network: nx.MultiDiGraph, row: dict[str, Any], kind: str) -> None:
    if network.has_edge(row["s"], row["o"], row["p"]):
        network[row["s"]][row["o"]][row["p"]]["passages"].append(row["g"])
    else:
        network.add_edge(row["s"], row["o"], row["p"], kind=kind, passages=[row["g"]] if kind == "asserted" else [])


def path(store: Store, start: str, end: str) -> list[Hop]:
    """The shortest path between two entities over stated edges, in either direction.

    Raises:
        NotFound: an entity has no stated edge, or no path connects them.
    """
    import networkx as nx

    network, claims = to_networkx(store), _claims(store)
    plain = nx.Graph()
    for one, other in network.edges():
        plain.add_edge(one, other, weight=_CLAIM_WEIGHT if one in claims or other in claims else 1.0)
    try:
        nodes = nx.shortest_path(plain, start, end, weight="weight")
    except (nx.NodeNotFound, nx.NetworkXNoPath) as error:
        raise NotFound(
            Text("两者之间没有报告所述的联系", "the report states nothing that connects the two"),
            hint=Text("用 kg show 看看各自的边", "look at the edges of each with kg show"),
        ) from error
    return [_hop(network, one, other) for one, other in pairwise(nodes)]


def _hop(network: nx.MultiDiGraph, one: str, other: str) -> Hop:
    forward = network.has_edge(one, other)
    subject, value = (one, other) if forward else (other, one)
    predicate, data = min(network[subject][value].items())
    return Hop(subject, predicate, value, forward, tuple(data["passages"]))


def central(store: Store, limit: int = 20) -> list[Rank]:
    """The entities with the highest betweenness centrality (Brandes) in the undirected graph of stated edges."""
    import networkx as nx

    plain = _things(store)
    score = nx.betweenness_centrality(plain)
    ranked = sorted(score, key=lambda n: (-score[n], n))[:limit]
    return [Rank(n, score[n], plain.degree(n)) for n in ranked]


def cut_points(store: Store, limit: int = 20) -> list[Rank]:
    """The articulation points of the undirected graph, by the number of entities that their removal disconnects."""
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
    found = store.select("SELECT DISTINCT ?x { { ?x ivc:statedIn ?passage } UNION { ?share ivc:inBreakdown ?x } }")
    return {row["x"] for row in found}
