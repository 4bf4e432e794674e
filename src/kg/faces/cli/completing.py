"""Shell completion that knows the industries, query names and parameters."""

from __future__ import annotations

from typing import Any

import click
from click.shell_completion import CompletionItem


def _graph(ctx: click.Context) -> Any:
    """The graph if it stands ready; completion never builds."""
    from kg.build.freshness import current
    from kg.graph import KnowledgeGraph
    from kg.source.project import Project

    place = current(Project.find(ctx.params.get("project"), ctx.params.get("store")))
    return KnowledgeGraph(place) if place else None


class _Industry(click.ParamType[str]):
    name = "industry"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        graph = _graph(ctx)
        things = graph.names.of_kind("Industry") if graph else []
        words = [w for t in things for w in (t.label.zh, t.iri.rsplit("/", 1)[-1])]
        return [CompletionItem(w) for w in words if w.startswith(incomplete)]


class _Query(click.ParamType[str]):
    name = "query"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        graph = _graph(ctx)
        found = list(graph.catalogue) if graph else []
        return [CompletionItem(q.name, help=q.title.en) for q in found if q.name.startswith(incomplete)]


class _Value(click.ParamType[str]):
    name = "param=value"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        graph = _graph(ctx)
        if graph is None or "name" not in ctx.params:
            return []
        params = graph.catalogue.get(ctx.params["name"]).params
        name, equals, start = incomplete.partition("=")
        if not equals:
            return [CompletionItem(f"{p.name}=") for p in params if p.name.startswith(name)]
        kind = next((p.type for p in params if p.name == name), "")
        return [
            CompletionItem(f"{name}={t.label.zh}") for t in graph.names.of_kind(kind) if t.label.zh.startswith(start)
        ]


INDUSTRY, QUERY, VALUE = _Industry(), _Query(), _Value()
