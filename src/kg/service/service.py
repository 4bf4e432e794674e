"""The graph that answers now, followed as it is built anew, with its workers and the answers that it has given."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Hashable
from dataclasses import asdict, dataclass, field
from os.path import realpath
from pathlib import Path
from typing import Any, Final

from kg.errors import KgError, StoreError
from kg.pipeline.freshness import CURRENT, read
from kg.service.cache import Cache
from kg.service.forkserver import ForkServer
from kg.service.messages import Answer, Failure, Request, unpack
from kg.service.pool import Pool
from kg.store.answers import Limits
from kg.terms import Text

LOG: Final = logging.getLogger("kg.service")
FREE: Final = "sparql"
"""The task that runs a query of the asker's own making; every other task runs the program's."""
_LOOK: Final = 1.0
"""Seconds between two looks whether the graph was built anew."""
_ENTRY: Final = 512
"""Bytes that an answer in the cache takes besides its body."""


@dataclass(frozen=True)
class Options:
    """What a service needs to know.

    Attributes:
        store: folder in which the built graph lies; its link ``current`` is followed.
        tasks: ``module:function`` that is given the graph, the limits and *args* in the process that forks workers, and
            returns the tasks (Request → Answer) by name.
        args: further arguments of that function, as JSON values.
        limits: what one request may take.
        workers: requests answered at once.
        reserved: further workers for every task but ``sparql``, so that slow queries of some do not keep pages and saved
            questions of others waiting.
        waiting: requests that may wait for each kind of worker.
        cache: bytes of answers kept.
    """

    store: Path
    tasks: str
    args: tuple[Any, ...] = ()
    limits: Limits = field(default_factory=Limits)
    workers: int = 4
    reserved: int = 0
    waiting: int = 200
    cache: int = 0


@dataclass(frozen=True)
class _Graph:
    """One built graph with its workers."""

    folder: Path
    dataset: str
    server: ForkServer
    free: Pool
    reserved: Pool

    def pool(self, task: str) -> Pool:
        return self.free if task == FREE else self.reserved

    async def close(self, seconds: float) -> None:
        await asyncio.gather(*(pool.close(seconds) for pool in {self.free, self.reserved}))
        await self.server.close()


class Service:
    """Answers requests from the graph that is current.

    Args:
        options: of the service.
        loaded: is called with the folder of each graph just before that graph answers; what it raises keeps the old one.

    Attributes:
        cache: answers by the keys that :meth:`ask` was given.
    """

    def __init__(self, options: Options, loaded: Callable[[Path], None] | None = None) -> None:
        self.options = options
        self.cache: Cache[Any] = Cache(options.cache)
        self._loaded = loaded
        self._graph: _Graph | None = None
        self._watching: asyncio.Task[None] | None = None
        self._leaving: set[asyncio.Task[None]] = set()

    @property
    def dataset(self) -> str:
        """SHA-256 of the dataset; empty before :meth:`open`."""
        return self._graph.dataset if self._graph else ""

    @property
    def ready(self) -> bool:
        """Whether requests can be answered."""
        return self._graph is not None and self._graph.server.alive

    @property
    def busy(self) -> int:
        """How many workers are at work."""
        return sum(pool.busy for pool in self._pools())

    @property
    def killed(self) -> int:
        """How many workers of this graph were ended by a limit, or ended themselves."""
        return sum(pool.killed for pool in self._pools())

    async def open(self) -> None:
        """Load the current graph, and follow it from now on.

        Raises:
            StoreError: there is none, or it cannot be read.
        """
        await self._take_over(self._current())
        self._watching = asyncio.create_task(self._watch())

    async def ask(self, request: Request, key: Hashable = None) -> Answer:
        """The answer to *request*, from the cache where the graph is the same.

        Args:
            request: the request.
            key: under which the answer is kept; the request itself if there is none.

        Raises:
            KgError: as the task raises; Busy, LimitReached: as :meth:`kg.service.pool.Pool.call` raises.
            StoreError: no graph is loaded.
        """
        key = request if key is None else key
        kept: Answer | None = self.cache.get(key)
        if kept:
            return kept
        graph = self._graph
        if graph is None:
            raise StoreError(Text("图谱尚未载入", "the graph is not loaded yet"))
        message = request.pack()
        result = unpack(await graph.pool(request.task).call(message, self.options.limits.seconds))
        if isinstance(result, Failure):
            if result.trace:
                LOG.error("a task failed", extra={"fields": {"task": request.task, "traceback": result.trace}})
            raise result.error
        if result.keep and graph is self._graph:
            self.cache.put(key, result, len(result.body) + len(message) + _ENTRY)
        return result

    async def close(self, seconds: float = 4.0) -> None:
        """End the workers, after what they are at or *seconds*."""
        tasks = [task for task in (self._watching, *self._leaving) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._graph:
            await self._graph.close(seconds)

    def _pools(self) -> set[Pool]:
        return {self._graph.free, self._graph.reserved} if self._graph else set()

    def _current(self) -> Path:
        # os.path.realpath raises nothing, as Path.resolve does on a loop of links
        return Path(realpath(self.options.store / CURRENT))

    async def _watch(self) -> None:
        """When ``current`` points at another build, load that beside the old one, then change over."""
        broken = None
        while True:
            await asyncio.sleep(_LOOK)
            folder, old = self._current(), self._graph
            if old and folder not in (old.folder, broken):
                try:
                    await self._take_over(folder)
                except (KgError, OSError) as error:  # the old graph still answers
                    broken = folder
                    fields = {"graph": folder.name, "why": str(error)}
                    LOG.error("a rebuilt graph cannot be loaded", extra={"fields": fields})
                else:
                    self._leave(old)

    def _leave(self, graph: _Graph) -> None:
        """Let *graph* answer what it was asked; to wait and to be answered may each take as long as a query may."""
        task = asyncio.create_task(graph.close(2 * self.options.limits.seconds + 1))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _take_over(self, folder: Path) -> None:
        manifest = read(folder / "manifest.json")
        if manifest is None:
            raise StoreError(
                Text(f"{folder} 里没有可用的图谱", f"there is no readable graph in {folder}"),
                hint=Text("运行 kg build", "run kg build"),
            )
        graph = await self._start(folder, str(manifest["dataset_sha256"]))
        try:
            if self._loaded:
                self._loaded(folder)
        except BaseException:
            await graph.close(0)
            raise
        self._graph = graph
        self.cache.clear()

    async def _start(self, folder: Path, dataset: str) -> _Graph:
        o = self.options
        args = (str(folder), o.tasks, o.args, asdict(o.limits))
        server = ForkServer("kg.service.worker:open_graph", args, o.limits.memory)
        free = Pool(server, o.workers, o.waiting)
        reserved = Pool(server, o.reserved, o.waiting) if o.reserved else free
        try:
            await server.start()
            for pool in {free, reserved}:
                await pool.start()
        except BaseException as error:
            await server.close()
            if isinstance(error, (EOFError, OSError)):
                raise StoreError(
                    Text("查询进程在启动时结束了", "the query processes ended while they were being started")
                ) from error
            raise
        return _Graph(folder, dataset, server, free, reserved)
