"""Which triples an export has: the default graph, one named graph, or all graphs of passages."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kg import vocab
from kg.ask.exchange import to_networkx
from kg.errors import UsageProblem
from kg.terms import Text, expand, iri

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph

GRAPHS: Final = (
    "default",
    "report",
    "provenance",
    "entities",
    "background",
    "links",
    "inferred",
    "audit",
    "ontology",
    "alignment",
    "passages",
)
NETWORKS: Final = ("default", "report", "provenance")
"""Those of GRAPHS that have a network of things with all that is known of them."""
_NAMED: Final = {
    "default": "",
    "provenance": "",
    "ontology": vocab.ONTOLOGY,
    "alignment": vocab.ALIGNMENT,
    **{
        name: f"{vocab.BASE}graph/{name}"
        for name in ("entities", "background", "links", "inferred", "audit", "passages")
    },
}
_HEADER: Final = ox.NamedNode(vocab.OWL + "Ontology")


def quads(graph: KnowledgeGraph, which: str) -> list[ox.Quad]:
    """The quads for the option ``--graph`` *which*, in order; for ``default``, those of every named graph.

    Raises:
        UsageProblem: there are no such quads.
    """
    found = (q for q in graph.store.quads() if iri(q.graph_name)) if which == "default" else _found(graph, which)
    return sorted(found, key=str)


def triples(graph: KnowledgeGraph, which: str) -> list[ox.Triple]:
    """The triples for the option ``--graph`` *which*, in order, with one header (``owl:Ontology``) that has the licence.

    The ontology and the alignment have their own; for any other part it is the description of the dataset.

    Raises:
        UsageProblem: there are no such triples.
    """
    found = {q.triple for q in _found(graph, which)}
    if which == "provenance":
        found |= set(_provenance(graph))
    if not any(t.object == _HEADER for t in found):
        found |= set(_header(graph))
    return sorted(found, key=str)


def _header(graph: KnowledgeGraph) -> Iterator[ox.Triple]:
    described = graph.store.query(f"CONSTRUCT {{ <{vocab.DATASET}> ?p ?o }} WHERE {{ <{vocab.DATASET}> ?p ?o }}")
    assert isinstance(described, ox.QueryTriples)
    yield from described
    yield ox.Triple(ox.NamedNode(vocab.DATASET), ox.NamedNode(vocab.TYPE), _HEADER)


def _found(graph: KnowledgeGraph, which: str) -> list[ox.Quad]:
    found = [q for q in graph.store.quads() if _belongs(iri(q.graph_name), which)]
    if not found:
        raise UsageProblem(
            Text(f"没有图 {which},或它是空的", f"there is no graph {which}, or it is empty"),
            hint=Text(
                f"可选:{'、'.join(GRAPHS)},或一个段落(psg:文献-L行号)",
                f"one of {', '.join(GRAPHS)}, or a passage (psg:document-Lline)",
            ),
        )
    return found


def _belongs(name: str, which: str) -> bool:
    """Whether the graph *name* (empty: the default graph) belongs to the option ``--graph`` *which*."""
    if which == "report":
        return name.startswith(vocab.PASSAGE)
    return name == (_NAMED[which] if which in _NAMED else expand(which))


def network(graph: KnowledgeGraph, which: str, lang: str) -> Any:
    """The networkx graph for the option ``--graph`` *which*, one of :data:`NETWORKS`."""
    passages = which == "provenance"
    return to_networkx(graph.store, graph.names, inferred=which != "report", passages=passages, lang=lang)


def stated(graph: KnowledgeGraph) -> dict[ox.Triple, list[ox.NamedNode]]:
    """Triple → its passages, in order, for every triple that a passage states."""
    found: dict[ox.Triple, list[ox.NamedNode]] = {}
    for quad in quads(graph, "report"):
        if isinstance(quad.graph_name, ox.NamedNode):
            found.setdefault(quad.triple, []).append(quad.graph_name)
    return found


def is_edge(triple: ox.Triple) -> bool:
    """Whether both ends are IRIs."""
    return isinstance(triple.object, ox.NamedNode) and isinstance(triple.subject, ox.NamedNode)


def _provenance(graph: KnowledgeGraph) -> Iterator[ox.Triple]:
    """An rdf:Statement with the passages of each asserted edge with a property of the ontology."""
    node = ox.NamedNode
    for triple, passages in stated(graph).items():
        if not (is_edge(triple) and triple.predicate.value in graph.names.terms):
            continue
        name = node(f"{vocab.BASE}statement/{sha256(str(triple).encode()).hexdigest()[:16]}")
        yield ox.Triple(name, node(vocab.TYPE), node(vocab.RDF + "Statement"))
        for part, term in (("subject", triple.subject), ("predicate", triple.predicate), ("object", triple.object)):
            yield ox.Triple(name, node(vocab.RDF + part), term)
        for passage in passages:
            yield ox.Triple(name, node(vocab.DCTERMS + "source"), passage)
