"""The W3C's formats in which the SPARQL 1.1 Protocol carries answers; Oxigraph writes them.

SPARQL 1.1 Query Results JSON (https://www.w3.org/TR/sparql11-results-json/), XML (https://www.w3.org/TR/rdf-sparql-XMLres/),
CSV and TSV (https://www.w3.org/TR/sparql11-results-csv-tsv/); graphs in the RDF formats.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import pyoxigraph as ox

Kind = TypeVar("Kind", ox.QueryResultsFormat, ox.RdfFormat)


@dataclass(frozen=True)
class Format(Generic[Kind]):
    """A format: its short name, its media type, whether that has a charset parameter, and what Oxigraph calls it."""

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
ALSO: Final = {
    "turtle": "ttl",
    "ntriples": "nt",
    "json-ld": "jsonld",
    "rdfxml": "rdf",
    "application/json": "json",
    "application/xml": "xml",
    "text/xml": "xml",
    "text/plain": "nt",
    "application/x-turtle": "ttl",
}
"""Other names and media types by which these formats are asked for."""
