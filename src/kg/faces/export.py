"""Exports the graph in eight formats for other tools. The same graph gives the same bytes.

turtle, ntriples, jsonld and rdfxml hold one graph: the default graph or the graph of ``--graph``. ``--graph provenance``
is the default graph plus an ``rdf:Statement`` with ``dcterms:source`` for each asserted edge, which every RDF 1.1 tool can
read. trig and nquads hold all named graphs, from which the default graph can be rebuilt; a single graph keeps its name.

graphml has the edges whose property is in the ontology; for the graphs entities, background, inferred, audit, ontology
and passages it has every edge. graphml and csv give the passages of each edge or triple; one without passages is not
stated by the report.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kg import vocab
from kg.errors import UsageProblem
from kg.store import xml
from kg.store.results import serialise
from kg.terms import LANGS, Text, expand, iri, language, lexical, slug

if TYPE_CHECKING:
    from kg.ask.names import Names
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
        UsageProblem: there is no such graph, or the format cannot represent it; for XML, the error names the triple.
    """
    if format_ in _DATASETS and which != "provenance":
        quads = _named_graphs(graph) if which == "default" else _quads(graph, which)
        return _DATASETS[format_](sorted(quads, key=str))
    triples = sorted(set(_triples(graph, which)), key=str)
    if format_ == "graphml":
        return _graphml(graph, triples, which)
    return _csv(graph, triples) if format_ == "csv" else _SERIALISERS[format_](triples)


def _named_graphs(graph: KnowledgeGraph) -> Iterator[ox.Quad]:
    """Every quad of the named graphs."""
    return (q for q in graph.store.quads() if not isinstance(q.graph_name, ox.DefaultGraph))


def _triples(graph: KnowledgeGraph, which: str) -> Iterator[ox.Triple]:
    if which == "provenance":
        yield from _provenance(graph)
    else:
        yield from (q.triple for q in _quads(graph, which))


def _quads(graph: KnowledgeGraph, which: str) -> list[ox.Quad]:
    """The quads of the graphs for the option ``--graph`` *which*.

    Raises:
        UsageProblem: there are no such quads.
    """
    quads = [q for q in graph.store.quads() if _belongs(iri(q.graph_name), which)]
    if not quads:
        raise UsageProblem(
            Text(f"没有图 {which},或它是空的", f"there is no graph {which}, or it is empty"),
            hint=Text(
                f"可选:{'、'.join(GRAPHS)},或一个段落(psg:文献-L行号)",
                f"one of {', '.join(GRAPHS)}, or a passage (psg:document-Lline)",
            ),
        )
    return quads


def _belongs(name: str, which: str) -> bool:
    """Whether the graph *name* (empty: the default graph) belongs to the option ``--graph`` *which*."""
    if which == "default":
        return not name
    if which == "report":
        return name.startswith(vocab.PASSAGE)
    if which == "ontology":
        return name == vocab.ONTOLOGY
    return name == (vocab.BASE + "graph/" + which if which in GRAPHS else expand(which))


def _stated(graph: KnowledgeGraph) -> dict[ox.Triple, list[ox.NamedNode]]:
    """Triple → its passages, in order, for every triple of the report."""
    stated: dict[ox.Triple, list[ox.NamedNode]] = {}
    for quad in sorted(_quads(graph, "report"), key=str):
        if isinstance(quad.graph_name, ox.NamedNode):
            stated.setdefault(quad.triple, []).append(quad.graph_name)
    return stated


def _is_edge(triple: ox.Triple) -> bool:
    return isinstance(triple.object, ox.NamedNode) and isinstance(triple.subject, ox.NamedNode)


def _provenance(graph: KnowledgeGraph) -> Iterator[ox.Triple]:
    """The default graph, plus an rdf:Statement with the passages of each asserted edge with a property of the ontology."""
    yield from _triples(graph, "default")
    node = ox.NamedNode
    for triple, passages in _stated(graph).items():
        from hashlib import sha256

        if not (_is_edge(triple) and triple.predicate.value in graph.names.terms):
            continue
        name = node(f"{vocab.BASE}statement/{sha256(str(triple).encode()).hexdigest()[:16]}")
        yield ox.Triple(name, node(vocab.TYPE), node(vocab.RDF + "Statement"))
        for part, term in (("subject", triple.subject), ("predicate", triple.predicate), ("object", triple.object)):
            yield ox.Triple(name, node(vocab.RDF + part), term)
        for passage in passages:
            yield ox.Triple(name, node(vocab.DCTERMS + "source"), passage)


def _serialiser(format_: ox.RdfFormat) -> Callable[[Iterable[Any]], str]:
    return lambda items: serialise(items, format_)


def _graphml(graph: KnowledgeGraph, triples: list[ox.Triple], which: str) -> str:
    """GraphML for Gephi, yEd and Cytoscape: nodes with labels and class, edges with property, labels and passages."""
    import networkx as nx

    names, stated = graph.names, _stated(graph)
    whole = which in GRAPHS and which not in ("default", "provenance", "report")
    network: Any = nx.MultiDiGraph()  # networkx's type hints are incomplete
    edges = (t for t in triples if _is_edge(t) and (whole or t.predicate.value in names.terms))
    for number, t in enumerate(edges):  # *number* makes the edge's id unique
        for end in (lexical(t.subject), lexical(t.object)):
            thing = names.get(end)
            network.add_node(end, **_labels(names, end), kind=thing.kind if thing else "")
        about = {
            "property": slug(t.predicate.value),
            **_labels(names, t.predicate.value),
            "passages": _ids(t, stated),
        }
        network.add_edge(lexical(t.subject), lexical(t.object), key=f"e{number}", **about)
    out = io.BytesIO()
    # networkx's generate_graphml would split a label at U+2028 and other Unicode line separators.
    write: Any = nx.write_graphml_xml
    write(network, out)
    return xml.finish(out.getvalue()).decode()


def _csv(graph: KnowledgeGraph, triples: list[ox.Triple]) -> str:
    """One row per triple: subject, predicate, object, their labels in zh and in en, datatype, language, passages."""
    stated = _stated(graph)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    parts = ("subject", "predicate", "object")
    writer.writerow(
        (*parts, *(f"{part}_{lang}" for lang in LANGS for part in parts), "datatype", "language", "passages")
    )
    for t in triples:
        terms = (t.subject, t.predicate, t.object)
        names = [
            "" if isinstance(term, ox.Literal) else graph.names.label(lexical(term), lang)
            for lang in LANGS
            for term in terms
        ]
        datatype = t.object.datatype.value if isinstance(t.object, ox.Literal) else ""
        writer.writerow(
            (*(_value(term) for term in terms), *names, datatype, language(t.object) or "", _ids(t, stated))
        )
    return out.getvalue()


def _ids(triple: ox.Triple, stated: Mapping[ox.Triple, list[ox.NamedNode]]) -> str:
    """The passages that state *triple*, as ``w1-L0027 w1-L0453``; empty if none does."""
    return " ".join(slug(p.value) for p in stated.get(triple, ()))


def _labels(names: Names, iri: str) -> dict[str, str]:
    """The labels of *iri* for GraphML; raises UsageProblem if XML does not allow a character of one."""
    labels = {f"label_{lang}": names.label(iri, lang) for lang in LANGS}
    for label in labels.values():
        xml.require(label, f"{iri} “{label}”")
    return labels


def _value(term: object) -> str:
    return f"_:{term.value}" if isinstance(term, ox.BlankNode) else lexical(term)


_DATASETS: Final = {"trig": _serialiser(ox.RdfFormat.TRIG), "nquads": _serialiser(ox.RdfFormat.N_QUADS)}
_SERIALISERS: Final = {
    "turtle": _serialiser(ox.RdfFormat.TURTLE),
    "ntriples": _serialiser(ox.RdfFormat.N_TRIPLES),
    "jsonld": _serialiser(ox.RdfFormat.JSON_LD),
    "rdfxml": xml.rdf_xml,
    **_DATASETS,
}
FORMATS: Final = (*_SERIALISERS, "graphml", "csv")
