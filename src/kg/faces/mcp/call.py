"""One call of a tool, as a task in a worker gets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kg.faces.mcp.sources import Sources
from kg.graph import KnowledgeGraph
from kg.store.embedded import EmbeddedStore


@dataclass(frozen=True)
class Call:
    """One call of a tool, with what it is answered from.

    Attributes:
        graph: the graph.
        sources: the passages of the graph.
        most: most solutions that a saved query may have.
        tool: name of the tool.
        values: the tool's own arguments; an argument that was not given is absent.
        lang: ``zh`` or ``en``, of the text.
        limit: most rows of the answer.
        offset: rows to skip.
        spans: whether citations give the offsets and the digest of a passage.
        until: second of :func:`time.monotonic` after which no further row is begun.
    """

    graph: KnowledgeGraph
    sources: Sources
    most: int
    tool: str
    values: Mapping[str, Any]
    lang: str
    limit: int
    offset: int
    spans: bool
    until: float

    @property
    def store(self) -> EmbeddedStore:
        """The graph's store, which is on this machine."""
        assert isinstance(self.graph.store, EmbeddedStore)
        return self.graph.store
