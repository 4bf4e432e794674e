"""Exports the graph for other tools. The same graph gives the same bytes.

turtle, ntriples and rdfxml hold one graph: the default graph or the graph of ``--graph``, with one ``owl:Ontology`` that
names the licence. ``--graph provenance`` is the default graph plus an ``rdf:Statement`` with ``dcterms:source`` for each
asserted edge, which every RDF 1.1 tool can read. trig, nquads and jsonld hold all named graphs, from which the default
graph can be rebuilt; a single graph keeps its name.

graphml and neo4j have things and the edges between them, each with its passages; with ``provenance`` also passages and
documents. csv has a table for each kind of thing. neo4j and csv are several files.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from kg import vocab
from kg.ask.exchange import about
from kg.faces.export import selection
from kg.faces.export.graphml import graphml
from kg.faces.export.neo4j import neo4j
from kg.faces.export.selection import GRAPHS
from kg.faces.export.tables import tables
from kg.source import writer
from kg.store import xml
from kg.store.jsonld import jsonld
from kg.store.results import serialise
from kg.terms import Lang

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph

__all__ = ["FORMATS", "GRAPHS", "SEVERAL", "archive", "export", "export_files"]

_PREFIXES: Final = MappingProxyType(
    {
        **vocab.PREFIXES,
        "org": "http://www.w3.org/ns/org#",
        "prov": "http://www.w3.org/ns/prov#",
        "qb": "http://purl.org/linked-data/cube#",
        "qudt": "http://qudt.org/schema/qudt/",
        "schema": "https://schema.org/",
        "unit": "http://qudt.org/vocab/unit/",
        "vann": "http://purl.org/vocab/vann/",
        "void": "http://rdfs.org/ns/void#",
    }
)
"""The project's prefixes, and those usual for the vocabularies that it links to."""
_TRIPLES: Final[dict[str, Callable[[Iterable[ox.Triple]], str]]] = {
    "turtle": lambda items: writer.turtle(items, _PREFIXES),
    "ntriples": lambda items: serialise(items, ox.RdfFormat.N_TRIPLES),
    "rdfxml": xml.rdf_xml,
}
_QUADS: Final[dict[str, Callable[[Iterable[ox.Quad], bool], str]]] = {
    "trig": lambda items, indent: writer.trig(items, _PREFIXES),
    "nquads": lambda items, indent: serialise(items, ox.RdfFormat.N_QUADS),
    "jsonld": lambda items, indent: jsonld(items, _PREFIXES, indent=indent),
}
SEVERAL: Final = ("csv", "neo4j")
"""Formats that are several files."""
FORMATS: Final = ("turtle", "trig", "nquads", "ntriples", "jsonld", "rdfxml", "graphml", *SEVERAL)


def export(
    graph: KnowledgeGraph, format_: str, which: str = "default", *, lang: Lang = "zh", indent: bool = False
) -> str:
    """The graph as text.

    Args:
        graph: a built graph.
        format_: one of FORMATS that is one file.
        which: one of GRAPHS, or the IRI (or ``psg:…``) of one named graph.
        lang: language of the labels in graphml.
        indent: whether to indent jsonld.

    Raises:
        UsageProblem: there is no such graph, or the format cannot represent it; for XML, the error names the triple.
    """
    if format_ == "graphml":
        return graphml(graph, which, lang)
    if format_ in _TRIPLES:
        return _TRIPLES[format_](selection.triples(graph, which))
    if which == "provenance":
        default = ox.DefaultGraph()
        quads = [ox.Quad(t.subject, t.predicate, t.object, default) for t in selection.triples(graph, which)]
    else:
        quads = selection.quads(graph, which)
    return _QUADS[format_](quads, indent)


def export_files(graph: KnowledgeGraph, format_: str, which: str = "default", *, lang: Lang = "zh") -> dict[str, bytes]:
    """The graph as several files: name → content. ``LICENSE.txt`` says whose the data are.

    Args:
        graph: a built graph.
        format_: one of SEVERAL.
        which: as for :func:`export`; neo4j has ``default``, ``report`` and ``provenance``.
        lang: language of labels, titles and file names.

    Raises:
        UsageProblem: there is no such graph.
    """
    files = (tables if format_ == "csv" else neo4j)(graph, which, lang)
    licence = "".join(f"{text}\n" for text in about(graph.store, lang).values())
    return {**files, "LICENSE.txt": licence.encode()} if licence else files


def archive(files: Mapping[str, bytes]) -> bytes:
    """A ZIP archive of *files* (name → content), all of one date, so that equal files give equal archives."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, body in files.items():
            packed.writestr(zipfile.ZipInfo(name), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()
