"""Shell completion that knows the industries, query names and parameters."""

from __future__ import annotations

from typing import Any

import click
from click.shell_completion import CompletionItem

from kg.errors import KgError
from kg.faces.cli.options import Run


def _graph(ctx: click.Context) -> Any:
    """The graph if it stands ready, else None: completion never builds, and prints no error into the prompt."""
    from kg.build.freshness import current
    from kg.graph import KnowledgeGraph
    from kg.source.project import Project

    run: Run = ctx.find_root().obj
    try:
        place = current(Project.find(run.project, run.store))
        return KnowledgeGraph(place) if place else None
    except KgError:
        return None


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
        lang = ctx.find_root().obj.lang
        return [CompletionItem(q.name, help=q.title.pick(lang)) for q in found if q.name.startswith(incomplete)]


class _Value(click.ParamType[str]):
    name = "param=value"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        graph = _graph(ctx)
        asked = [q for q in graph.catalogue if q.name == ctx.params.get("name")] if graph else []
        if not asked:
            return []
        params = asked[0].params
        name, equals, start = incomplete.partition("=")
        if not equals:
            return [CompletionItem(f"{p.name}=") for p in params if p.name.startswith(name)]
        kind = next((p.type for p in params if p.name == name), "")
        return [
            CompletionItem(f"{name}={t.label.zh}") for t in graph.names.of_kind(kind) if t.label.zh.startswith(start)
        ]


INDUSTRY, QUERY, VALUE = _Industry(), _Query(), _Value()
