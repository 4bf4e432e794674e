"""What a worker of the web can be asked, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from kg.faces.web import description, openapi, rows, sparql, things, views
from kg.faces.web.context import Context, Task
from kg.faces.web.pages import Pages
from kg.graph import KnowledgeGraph
from kg.service.messages import Answer, Request
from kg.store.answers import Limits

TASKS: Final[Mapping[str, Task]] = {
    "sparql": sparql.sparql,
    "void": description.void,
    "openapi": openapi.document,
    "home": views.home,
    "queries": rows.catalogue,
    "query": rows.answer,
    "thing": things.answer,
    "chain": views.chain,
    "audit": views.audit,
    "search": views.search,
    "why": views.why,
    "explore": views.explore,
    "problem": views.problem,
}


def tasks(graph: KnowledgeGraph, limits: Limits, root_path: str) -> Mapping[str, Callable[[Request], Answer]]:
    """The tasks on *graph*; called once, in the process from which workers are forked.

    Args:
        graph: the graph.
        limits: what one answer may take.
        root_path: path under which the server is seen.
    """
    context = Context(graph, Pages(graph, root_path), limits)
    _ = graph.names, graph.catalogue, graph.manifest  # read once, here, and shared by the workers
    return {name: partial(task, context) for name, task in TASKS.items()}
