"""The things of an export as records: kind → IRI → property → values."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg.ask.exchange import claim_kinds
from kg.faces.export.selection import triples
from kg.terms import iri
from kg.vocab import NAMING

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph

Properties = dict[str, list[ox.NamedNode | ox.Literal]]
"""Property → the IRIs and literals that it has, in order."""


def records(graph: KnowledgeGraph, which: str) -> dict[str, dict[str, Properties]]:
    """What the triples of ``--graph`` *which* say of each thing, claim and passage, without class and names."""
    claims = claim_kinds(graph.store)
    found: dict[str, dict[str, Properties]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for t in triples(graph, which):
        node = iri(t.subject)
        thing = graph.names.get(node)
        kind = thing.kind if thing else claims.get(node, "")
        if not kind:
            continue
        values = found[kind][node]
        if t.predicate.value not in NAMING and isinstance(t.object, (ox.NamedNode, ox.Literal)):
            values[t.predicate.value].append(t.object)
    return found
