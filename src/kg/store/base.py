"""What a store can do for a reader: answer SPARQL 1.1 queries. Embedded and remote stores keep this promise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import pyoxigraph as ox

from kg.store.results import Table

Found = ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean
"""The answer of SELECT, of CONSTRUCT or DESCRIBE, of ASK."""


class Store(Protocol):
    """A read-only store; the prefixes of the project need no declaration in its queries."""

    def select(self, sparql: str, *, shown: str = "query", limit: int | None = None) -> Table:
        """The solutions of a SELECT query, at most *limit* of them; *shown* is its name in errors."""
        ...

    def query(self, sparql: str, *, shown: str = "query") -> Found:
        """The answer of any query form."""
        ...

    def quads(self) -> Iterable[ox.Quad]:
        """Everything, default graph included."""
        ...
