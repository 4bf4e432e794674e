"""SPARQL 1.1 Service Description of the endpoint and VoID description of the dataset."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox

from kg.faces.web.context import Context, choose
from kg.service.messages import Request, Response
from kg.store.answers import write_graph
from kg.store.formats import ALL, GRAPHS
from kg.vocab import BASE, DATASET, DCTERMS, IVC, ONTOLOGY, OWL, PREFIXES, RDFS, TYPE, XSD

_SD: Final = "http://www.w3.org/ns/sparql-service-description#"
_VOID: Final = "http://rdfs.org/ns/void#"
_FORMATS: Final = "http://www.w3.org/ns/formats/"
_W3C: Final = {
    "json": "SPARQL_Results_JSON",
    "xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
    "ttl": "Turtle",
    "nt": "N-Triples",
    "jsonld": "JSON-LD",
    "rdf": "RDF_XML",
}
_SIZE: Final = """
SELECT (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?subjects) (COUNT(DISTINCT ?p) AS ?properties)
  (COUNT(DISTINCT ?o) AS ?objects) WHERE { ?s ?p ?o }"""
_CLASSES: Final = "SELECT ?x (COUNT(?s) AS ?n) WHERE { ?s a ?x . ?x a owl:Class } GROUP BY ?x ORDER BY ?x"
_PROPERTIES: Final = f"""
SELECT ?x (COUNT(*) AS ?n) WHERE {{ ?s ?x ?o FILTER EXISTS {{ GRAPH <{ONTOLOGY}> {{ ?x a ?y }} }} }} GROUP BY ?x ORDER BY ?x"""
_GRAPHS: Final = "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"
_STATED: Final = f"CONSTRUCT {{ <{DATASET}> ?p ?o }} WHERE {{ <{DATASET}> ?p ?o }}"
_ENTAILMENT: Final = "http://www.w3.org/ns/entailment/OWL-RDF-Based"

Object = ox.NamedNode | ox.BlankNode | ox.Literal


def service(context: Context, request: Request) -> Response:
    """The Service Description (https://www.w3.org/TR/sparql11-service-description/) in an RDF format."""
    return _written([*_service(context, request.base), *_dataset(context, request.base)], request)


def void(context: Context, request: Request) -> Response:
    """The VoID description (https://www.w3.org/TR/void/) in an RDF format."""
    return _written(list(_dataset(context, request.base)), request)


def _service(context: Context, base: str) -> Iterator[ox.Triple]:
    endpoint, dataset = ox.BlankNode("service"), ox.BlankNode("dataset")
    yield _t(endpoint, TYPE, _n(_SD + "Service"))
    yield _t(endpoint, _SD + "endpoint", _n(f"{base}/sparql"))
    yield _t(endpoint, _SD + "supportedLanguage", _n(_SD + "SPARQL11Query"))
    for name in (f.name for f in ALL):
        yield _t(endpoint, _SD + "resultFormat", _n(_FORMATS + _W3C[name]))
    yield _t(endpoint, _SD + "defaultEntailmentRegime", _n(_ENTAILMENT))
    yield _t(endpoint, _SD + "defaultDataset", dataset)
    yield _t(dataset, TYPE, _n(_SD + "Dataset"))
    default = ox.BlankNode("default")
    yield _t(dataset, _SD + "defaultGraph", default)
    yield _t(default, TYPE, _n(_SD + "Graph"))
    yield _t(default, _VOID + "triples", _integer(_count(context)))
    for n, (graph, count) in enumerate(context.graph.store.select(_GRAPHS).rows):
        node = ox.BlankNode(f"g{n}")
        yield _t(dataset, _SD + "namedGraph", node)
        yield _t(node, TYPE, _n(_SD + "NamedGraph"))
        if graph is not None and count is not None:
            yield _t(node, _SD + "name", graph)
            yield _t(node, _VOID + "triples", count)


def _count(context: Context) -> int:
    (row,) = context.graph.store.select(_SIZE)
    return int(row["n"])


def _dataset(context: Context, base: str) -> Iterator[ox.Triple]:
    dataset = _n(DATASET)
    (size,) = context.graph.store.select(_SIZE)
    yield _t(dataset, TYPE, _n(_VOID + "Dataset"))
    stated = context.graph.store.query(_STATED)  # title, creator, licence
    assert isinstance(stated, ox.QueryTriples)
    yield from (triple for triple in stated if triple.predicate.value != TYPE)
    yield _t(dataset, DCTERMS + "identifier", ox.Literal(context.dataset))
    yield _t(dataset, OWL + "versionInfo", ox.Literal(str(context.graph.manifest["ontology"])))
    yield _t(dataset, _VOID + "sparqlEndpoint", _n(f"{base}/sparql"))
    yield _t(dataset, _VOID + "uriSpace", ox.Literal(BASE))
    yield _t(dataset, _VOID + "vocabulary", _n(IVC.rstrip("#")))
    for industry in context.graph.names.of_kind("Industry")[:1]:
        yield _t(dataset, _VOID + "exampleResource", _n(industry.iri))
    for name, prop in (
        ("n", "triples"),
        ("subjects", "distinctSubjects"),
        ("objects", "distinctObjects"),
        ("properties", "properties"),
    ):
        yield _t(dataset, _VOID + prop, _integer(size[name]))
    for query, part, what in ((_CLASSES, "classPartition", "class"), (_PROPERTIES, "propertyPartition", "property")):
        for n, (term, count) in enumerate(context.graph.store.select(query).rows):
            node = ox.BlankNode(f"{what}{n}")
            if term is not None and count is not None:
                yield _t(dataset, _VOID + part, node)
                yield _t(node, _VOID + what, term)
                yield _t(node, _VOID + ("entities" if what == "class" else "triples"), count)


def _written(triples: list[ox.Triple], request: Request) -> Response:
    formats = {f.name: f for f in GRAPHS}
    chosen = formats[choose(request, {f.name: f.media for f in GRAPHS})]
    prefixes = {**PREFIXES, "sd": _SD, "void": _VOID, "rdfs": RDFS}
    return Response(write_graph(triples, chosen, prefixes), chosen.header)


def _n(iri: str) -> ox.NamedNode:
    return ox.NamedNode(iri)


def _t(subject: ox.NamedNode | ox.BlankNode, predicate: str, value: Object) -> ox.Triple:
    return ox.Triple(subject, _n(predicate), value)


def _integer(number: int) -> ox.Literal:
    return ox.Literal(str(number), datatype=_n(XSD + "integer"))
