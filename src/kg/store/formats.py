"""The W3C formats for answers of the SPARQL 1.1 Protocol; Oxigraph writes them.

SPARQL 1.1 Query Results JSON (https://www.w3.org/TR/sparql11-results-json/), XML (https://www.w3.org/TR/rdf-sparql-XMLres/),
CSV and TSV (https://www.w3.org/TR/sparql11-results-csv-tsv/); graphs in the RDF formats.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import pyoxigraph as ox

Kind = TypeVar("Kind", ox.QueryResultsFormat, ox.RdfFormat)


@dataclass(frozen=True)
class Format(Generic[Kind]):
    """A format: short name, media type, Oxigraph's format, and whether Content-Type gets a charset parameter."""

    name: str
    media: str
    kind: Kind
    charset: bool = False

    @property
    def header(self) -> str:
        """The value of Content-Type."""
        return f"{self.media}; charset=utf-8" if self.charset else self.media


_ROWS: Final = ox.QueryResultsFormat
_RDF: Final = ox.RdfFormat
ROWS: Final[tuple[Format[ox.QueryResultsFormat], ...]] = (
    Format("json", "application/sparql-results+json", _ROWS.JSON),
    Format("xml", "application/sparql-results+xml", _ROWS.XML),
    Format("csv", "text/csv", _ROWS.CSV, charset=True),
    Format("tsv", "text/tab-separated-values", _ROWS.TSV, charset=True),
)
"""Formats of SELECT and ASK, the preferred one first."""
GRAPHS: Final[tuple[Format[ox.RdfFormat], ...]] = (
    Format("ttl", "text/turtle", _RDF.TURTLE, charset=True),
    Format("nt", "application/n-triples", _RDF.N_TRIPLES),
    Format("jsonld", "application/ld+json", _RDF.JSON_LD),
    Format("rdf", "application/rdf+xml", _RDF.RDF_XML),
)
"""Formats of CONSTRUCT and DESCRIBE, the preferred one first."""
ALL: Final[tuple[Format[Any], ...]] = (*ROWS, *GRAPHS)
_ROW_NAMES: Final = {
    "srj": "json",
    "sparql-results+json": "json",
    "srx": "xml",
    "sparql-results+xml": "xml",
    "application/json": "json",
    "application/xml": "xml",
    "text/xml": "xml",
}
_GRAPH_NAMES: Final = {
    "turtle": "ttl",
    "n3": "ttl",
    "ntriples": "nt",
    "n-triples": "nt",
    "json": "jsonld",
    "json-ld": "jsonld",
    "ld+json": "jsonld",
    "xml": "rdf",
    "rdfxml": "rdf",
    "rdf/xml": "rdf",
    "rdf+xml": "rdf",
    "application/x-turtle": "ttl",
    "text/n3": "ttl",
    "text/rdf+n3": "ttl",
    "text/plain": "nt",
    "application/json": "jsonld",
    "application/xml": "rdf",
    "text/xml": "rdf",
}
"""Other names and media types for these formats, as used by Virtuoso, Fuseki, Wikidata and their clients."""


def _names(formats: tuple[Format[Any], ...], aliases: Mapping[str, str]) -> dict[str, Format[Any]]:
    named = {f.media: f for f in formats} | {f.name: f for f in formats}
    return named | {alias: named[name] for alias, name in aliases.items()}


_NAMES: Final = {False: _names(ROWS, _ROW_NAMES), True: _names(GRAPHS, _GRAPH_NAMES)}


def find(name: str, graph: bool) -> Format[Any] | None:
    """The format that a client calls *name*.

    Args:
        name: a short name or a media type. Case and parameters (``;charset=utf-8``) are ignored. A space means a plus
            sign that form decoding has replaced.
        graph: whether the answer is a graph (CONSTRUCT, DESCRIBE), else rows or a boolean. ``xml`` and ``json`` name a
            different format for each.

    Returns:
        The format; None if no format has that name.
    """
    return _NAMES[graph].get(name.partition(";")[0].strip().lower().replace(" ", "+"))


def media_types(graph: bool) -> dict[str, Format[Any]]:
    """Media type → format, the preferred one first; used to match a client's Accept header.

    Args:
        graph: whether the answer is a graph, else rows or a boolean.
    """
    return {name: format_ for name, format_ in _NAMES[graph].items() if "/" in name and name != "rdf/xml"}
