"""Selects what a drawing shows: the chain of an industry, any other thing with its neighbours, or an overview."""

from __future__ import annotations

from typing import Any

from kg.ask.bands import industry
from kg.ask.names import Names
from kg.ask.network import to_networkx
from kg.ask.picture import Node, Picture, kind_of
from kg.store.base import Store
from kg.vocab import IVC, IVL, PASSAGE

_MOST = 60
"""Most neighbours in a drawing; more would be unreadable."""


def picture(store: Store, names: Names, iri: str | None) -> Picture:
    """The picture of the thing *iri*: an industry's chain, or another thing's neighbours. None gives the overview."""
    if iri is None:
        return _overview(store, names)
    if names.is_a(kind_of(names, iri), "Industry"):
        return industry(store, names, iri)
    return _neighbours(store, names, iri)


def _neighbours(store: Store, names: Names, iri: str) -> Picture:
    """The thing, its neighbours, and the edges between them."""
    graph: Any = to_networkx(store)
    drawn = Picture()
    drawn.add(Node(iri, kind_of(names, iri)))
    around = [n for n in _around(graph, iri) if not names.is_claim(n) and not n.startswith((PASSAGE, IVL))]
    for other in around[:_MOST]:
        drawn.add(Node(other, kind_of(names, other)))
    _edges_within(drawn, graph)
    return drawn


def _overview(store: Store, names: Names) -> Picture:
    """The industries, the companies named in two or more of them, and which industry enables which sector."""
    drawn = Picture()
    for thing in names.of_kind("Industry"):
        drawn.add(Node(thing.iri, thing.kind))
    for row in store.select(_SHARED):
        drawn.add(Node(row["company"], kind_of(names, row["company"])))
        drawn.link(row["company"], "appearsIn", row["industry"])
    for row in store.select(_ENABLED):
        drawn.add(Node(row["sector"], kind_of(names, row["sector"])))
        drawn.link(row["industry"], "enables", row["sector"])
    return drawn


_SHARED = """
SELECT ?company ?industry WHERE {
  { SELECT ?company WHERE { ?company a ivc:Company ; ivc:appearsIn ?i } GROUP BY ?company HAVING (COUNT(DISTINCT ?i) > 1) }
  ?company ivc:appearsIn ?industry } ORDER BY ?company ?industry"""
_ENABLED = (
    "SELECT ?industry ?sector WHERE { ?industry a ivc:Industry ; ivc:enables ?sector } ORDER BY ?industry ?sector"
)


def _around(graph: Any, iri: str) -> list[str]:
    if iri not in graph:
        return []
    return list(dict.fromkeys([*graph.successors(iri), *graph.predecessors(iri)]))


def _edges_within(drawn: Picture, graph: Any) -> None:
    for subject, value, predicate, data in graph.edges(keys=True, data=True):
        if subject in drawn.nodes and value in drawn.nodes:
            drawn.link(subject, predicate.removeprefix(IVC), value, data["passages"])
