"""The newest built graph: its tools, and the workers that answer from it; a rebuilt one is taken over between two calls."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from kg.errors import KgError
from kg.faces.mcp.tools import Tool, tools
from kg.graph import KnowledgeGraph
from kg.store.answers import Limits
from kg.store.pool import Pool
from kg.terms import Lang

_DESK: Final = "kg.faces.mcp.desk:open_desk"
_WAITING: Final = 200
"""Calls that may wait for a worker."""


@dataclass(frozen=True)
class Settings:
    """What ``kg mcp`` was told.

    Attributes:
        store: folder with ``current``.
        lang: language of titles, texts and errors, unless a call names one.
        limits: what one call may take.
        workers: calls answered at once.
        tags: tags to which the saved queries are held; none for all.
    """

    store: Path
    lang: Lang = "en"
    limits: Limits = field(default_factory=Limits)
    workers: int = 2
    tags: tuple[str, ...] = ()


@dataclass
class _Graph:
    """One built graph: where it lies, its tools, its workers, and the task that starts them."""

    folder: Path
    tools: dict[str, Tool]
    industries: list[str]
    pool: Pool
    starting: asyncio.Task[None]


class Graphs:
    """Where the tools are and who answers them.

    Raises:
        StoreError: there is no readable graph. UsageProblem: no saved query has one of the tags.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._now = self._open(self._current())
        self._next: asyncio.Task[None] | None = None
        self._leaving: set[asyncio.Task[None]] = set()

    @property
    def tools(self) -> dict[str, Tool]:
        """The tools by name."""
        return self._now.tools

    @property
    def industries(self) -> list[str]:
        """What the industries are called, in zh and en."""
        return self._now.industries

    async def ready(self) -> None:
        """Wait until the workers are there.

        Raises:
            StoreError: they could not load the graph.
        """
        await asyncio.shield(self._now.starting)

    async def ask(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What a worker answers.

        Raises:
            Busy: too many calls wait. LimitReached: the time ran out, or the worker died over it.
            StoreError: the graph could not be loaded.
        """
        self._follow()
        await self.ready()
        told: dict[str, Any] = json.loads(
            await self._now.pool.call(json.dumps(asked).encode(), self.settings.limits.seconds)
        )
        return told

    async def close(self) -> None:
        """End the workers at once."""
        tasks = [t for t in (self._now.starting, self._next, *self._leaving) if t]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._now.pool.close(0)

    def _current(self) -> Path:
        return (self.settings.store / "current").resolve()

    def _open(self, folder: Path) -> _Graph:
        graph, s = KnowledgeGraph(folder), self.settings
        found = tools(graph.catalogue, graph.names, s.tags)
        industries = [f"{t.label.zh} {t.label.en}" for t in graph.names.of_kind("Industry")]
        pool = Pool(_DESK, (str(folder), asdict(s.limits)), workers=s.workers, memory=s.limits.memory, waiting=_WAITING)
        return _Graph(folder, found, industries, pool, asyncio.create_task(pool.start()))

    def _follow(self) -> None:
        """If ``current`` points at another build, load that beside the old one, then change over."""
        if self._next is None and self._current() != self._now.folder:
            self._next = asyncio.create_task(self._renew())

    async def _renew(self) -> None:
        try:
            fresh = self._open(self._current())
            try:
                await fresh.starting
            except BaseException:
                await fresh.pool.close(0)
                raise
            old, self._now = self._now, fresh
            leaving = asyncio.create_task(old.pool.close(self.settings.limits.seconds + 1))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)
        except (KgError, OSError):  # a build is just being swapped in, or is broken: the old graph still answers
            await asyncio.sleep(1)
        finally:
            self._next = None
