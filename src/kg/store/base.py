"""The read interface of embedded and remote stores: SPARQL 1.1 queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import pyoxigraph as ox

from kg.store.results import Table

OxigraphResult = ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean
"""Oxigraph's result of a query: solutions of SELECT, triples of CONSTRUCT or DESCRIBE, boolean of ASK."""


class Store(Protocol):
    """A read-only store; the prefixes of the project need no declaration in its queries."""

    def select(self, sparql: str, *, shown: str = "query", limit: int | None = None) -> Table:
        """The solutions of a SELECT query, at most *limit* of them; *shown* is its name in errors."""
        ...

    def query(self, sparql: str, *, shown: str = "query") -> OxigraphResult:
        """The result of a query of any form."""
        ...

    def query_on(
        self, sparql: str, default: Sequence[str], named: Sequence[str], *, shown: str = "query"
    ) -> OxigraphResult:
        """The result of a query on the graphs *default* and *named* (SPARQL 1.1 Protocol, 2.1.4); on all if both are empty."""
        ...

    def has_graph(self, iri: str) -> bool:
        """Whether there is a named graph *iri*; false for a string that is not an IRI."""
        ...

    def quads(self) -> Iterable[ox.Quad]:
        """All quads of the default graph and the named graphs."""
        ...
