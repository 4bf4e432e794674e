"""One call of a tool, as passed to a task in a worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kg.faces.mcp.sources import Sources
from kg.graph import KnowledgeGraph
from kg.store.base import Store


@dataclass(frozen=True)
class Call:
    """One call of a tool, with the graph.

    Attributes:
        graph: the graph.
        sources: the passages of the graph.
        most: most solutions of a saved query.
        tool: name of the tool.
        values: the tool's own arguments; an argument that was not given is absent.
        lang: language of the text, ``zh`` or ``en``; empty if the tool chooses it.
        limit: most rows of the answer.
        offset: rows to skip.
        spans: whether citations include the offsets and the digest of a passage.
        deadline: time of :func:`time.monotonic` after which no further row is computed.
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
    deadline: float

    @property
    def store(self) -> Store:
        """The graph's store."""
        return self.graph.store
