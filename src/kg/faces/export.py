"""The graph for other tools: eight formats, byte-stable (same graph, same bytes).

turtle and rdfxml hold one graph: the default graph, or with ``--graph provenance`` the plain facts plus
an ``rdf:Statement`` with ``ivc:statedIn`` for each asserted edge, which every RDF 1.1 tool can read (SPEC D1).
trig and nquads hold the named graphs, from which the default graph can be made again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kg import vocab
from kg.errors import UsageProblem
from kg.store.results import serialise
from kg.terms import Text, expand, iri, language, lexical, slug

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph

GRAPHS: Final = (
    "default",
    "report",
    "provenance",
    "entities",
    "background",
    "inferred",
    "audit",
    "ontology",
    "passages",
)


def export(graph: KnowledgeGraph, format_: str, which: str = "default") -> str:
    """The graph as text.

    Args:
        graph: a built graph.
        format_: a key of WRITERS.
        which: one of GRAPHS, or the IRI (or ``psg:…``) of one named graph.

    Raises:
        UsageProblem: no such graph, or a format that cannot hold it.
    """
    if format_ in ("trig", "nquads") and which == "default":
        return _DATASETS[format_](sorted(_named(graph), key=str))
    triples = sorted(set(_triples(graph, which)), key=str)
    if format_ in ("graphml", "csv"):
        return _TABULAR[format_](graph, triples)
    return _TRIPLES[format_](triples)


def _named(graph: KnowledgeGraph) -> Iterator[ox.Quad]:
    """Every quad of the named graphs."""
    return (q for q in graph.store.quads() if not isinstance(q.graph_name, ox.DefaultGraph))


def _triples(graph: KnowledgeGraph, which: str) -> Iterator[ox.Triple]:
    if which == "provenance":
        yield from _provenance(graph)
        return
    quads = [q for q in graph.store.quads() if _belongs(iri(q.graph_name), which)]
    if not quads:
        raise UsageProblem(
            Text(f"没有图 {which},或它是空的", f"there is no graph {which}, or it is empty"),
            hint=Text(
                f"可选:{'、'.join(GRAPHS)},或段落如 psg:r1-L0027",
                f"one of {', '.join(GRAPHS)}, or a passage such as psg:r1-L0027",
            ),
        )
    yield from (ox.Triple(q.subject, q.predicate, q.object) for q in quads)


def _belongs(name: str, which: str) -> bool:
    """Whether the graph called *name* (empty: the default graph) is what the option --graph *which* asks for."""
    if which == "default":
        return not name
    if which == "report":
        return name.startswith(vocab.PASSAGE)
    if which == "ontology":
        return name == vocab.ONTOLOGY
    return name == (vocab.BASE + "graph/" + which if which in GRAPHS else expand(which))


def _provenance(graph: KnowledgeGraph) -> Iterator[ox.Triple]:
    """The default graph plus one rdf:Statement per asserted edge between IRIs, with its passages."""
    yield from _triples(graph, "default")
    stated: dict[ox.Triple, list[ox.NamedNode]] = {}
    for quad in _named(graph):
        if (
            lexical(quad.graph_name).startswith(vocab.PASSAGE)
            and quad.predicate.value.startswith(vocab.IVC)
            and isinstance(quad.object, ox.NamedNode)
        ):
            stated.setdefault(ox.Triple(quad.subject, quad.predicate, quad.object), []).append(
                ox.NamedNode(iri(quad.graph_name))
            )
    node = ox.NamedNode
    for triple, passages in stated.items():
        from hashlib import sha256

        name = node(f"{vocab.BASE}statement/{sha256(str(triple).encode()).hexdigest()[:16]}")
        yield ox.Triple(name, node(vocab.TYPE), node(vocab.RDF + "Statement"))
        for part, term in (("subject", triple.subject), ("predicate", triple.predicate), ("object", triple.object)):
            yield ox.Triple(name, node(vocab.RDF + part), term)
        for passage in passages:
            yield ox.Triple(name, node(vocab.DCTERMS + "source"), passage)


def _serialiser(format_: ox.RdfFormat) -> Callable[[Iterable[Any]], str]:
    return lambda items: serialise(items, format_)


def _graphml(graph: KnowledgeGraph, triples: list[ox.Triple]) -> str:
    """Nodes with label and kind, edges with property and label; for Gephi, yEd, Cytoscape."""
    import networkx as nx

    names = graph.names
    network: Any = nx.MultiDiGraph()  # networkx is but half typed
    for t in triples:
        if (
            t.predicate.value.startswith(vocab.IVC)
            and isinstance(t.object, ox.NamedNode)
            and isinstance(t.subject, ox.NamedNode)
        ):
            for iri in (lexical(t.subject), lexical(t.object)):
                thing = names.get(iri)
                network.add_node(
                    iri,
                    label_zh=names.label(iri, "zh"),
                    label_en=names.label(iri, "en"),
                    kind=thing.kind if thing else "",
                )
            network.add_edge(
                lexical(t.subject),
                lexical(t.object),
                property=slug(t.predicate.value),
                label_zh=names.label(t.predicate.value, "zh"),
            )
    write: Any = nx.generate_graphml
    lines: Iterator[str] = write(network)
    return "\n".join(lines) + "\n"


def _csv(graph: KnowledgeGraph, triples: list[ox.Triple]) -> str:
    """One row per triple with labels: subject, predicate, object, their zh labels, datatype, language."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(
        ("subject", "predicate", "object", "subject_zh", "predicate_zh", "object_zh", "datatype", "language")
    )
    for t in triples:
        terms = (t.subject, t.predicate, t.object)
        names = ["" if isinstance(term, ox.Literal) else graph.names.label(lexical(term), "zh") for term in terms]
        datatype = t.object.datatype.value if isinstance(t.object, ox.Literal) else ""
        writer.writerow((*(_value(term) for term in terms), *names, datatype, language(t.object) or ""))
    return out.getvalue()


def _value(term: object) -> str:
    return f"_:{term.value}" if isinstance(term, ox.BlankNode) else lexical(term)


_TRIPLES: Final = {
    "turtle": _serialiser(ox.RdfFormat.TURTLE),
    "ntriples": _serialiser(ox.RdfFormat.N_TRIPLES),
    "jsonld": _serialiser(ox.RdfFormat.JSON_LD),
    "rdfxml": _serialiser(ox.RdfFormat.RDF_XML),
    "trig": _serialiser(ox.RdfFormat.TRIG),
    "nquads": _serialiser(ox.RdfFormat.N_QUADS),
}
_DATASETS: Final = {"trig": _serialiser(ox.RdfFormat.TRIG), "nquads": _serialiser(ox.RdfFormat.N_QUADS)}
_TABULAR: Final = {"graphml": _graphml, "csv": _csv}
FORMATS: Final = (*_TRIPLES, *_TABULAR)
