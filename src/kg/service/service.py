"""Answers requests on the current graph: runs its workers, caches answers, and switches to a new build."""

from __future__ import annotations

import asyncio
import logging
import pickle
from collections.abc import Callable, Hashable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from kg.errors import KgError, StoreError
from kg.service.builds import Build, newest
from kg.service.cache import Cache
from kg.service.forkserver import ForkServer
from kg.service.messages import Failure, Request, Response, unpack
from kg.service.pool import Pool
from kg.store.answers import Limits
from kg.terms import Text

LOG: Final = logging.getLogger("kg.service")
SPARQL_TASK: Final = "sparql"
"""The task that runs a user's SPARQL query; the other tasks run only queries of this program."""
_POLL: Final = 1.0
"""Seconds between two checks for a new build."""
_AGAIN: Final = 30.0
"""Seconds after which a build that could not be loaded is tried again: a store elsewhere may have been away."""
_OVERHEAD: Final = 512
"""Bytes of memory of a cached answer besides its body and key."""


@dataclass(frozen=True)
class Options:
    """The settings of a service.

    Attributes:
        store: the store folder, whose link ``current`` the service follows; or the URL of a store, whose newest build it
            follows.
        tasks: ``module:function``. The fork server calls it with the graph, the limits and *args*; it returns a mapping
            from name to task (Request → Response).
        args: further arguments of that function, as JSON values.
        limits: limits of one request.
        workers: number of workers, and so of requests that run at once.
        reserved: number of additional workers for all tasks except ``sparql``, so that slow SPARQL queries do not delay
            pages and saved queries.
        waiting: most requests that may wait for each kind of worker.
        cache: size of the cache in bytes.
    """

    store: str | Path
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

    build: Build
    dataset: str
    server: ForkServer
    free: Pool
    reserved: Pool

    def pool(self, task: str) -> Pool:
        return self.free if task == SPARQL_TASK else self.reserved

    async def close(self, seconds: float) -> None:
        await asyncio.gather(*(pool.close(seconds) for pool in {self.free, self.reserved}))
        await self.server.close()


class Service:
    """Answers requests on the current graph.

    Args:
        options: settings of the service.
        loaded: called with the build of each new graph before the service switches to it. If it raises, the service keeps
            the old graph.

    Attributes:
        cache: the cached answers; the keys are those given to :meth:`ask`.
    """

    def __init__(self, options: Options, loaded: Callable[[Build], None] | None = None) -> None:
        self.options = options
        self.cache: Cache[Any] = Cache(options.cache)
        self._loaded = loaded
        self._newest = newest(options.store)
        self._reached = True
        self._graph: _Graph | None = None
        self._watch_task: asyncio.Task[None] | None = None
        self._retiring: set[asyncio.Task[None]] = set()

    @property
    def dataset(self) -> str:
        """SHA-256 of the dataset; empty before :meth:`open`."""
        return self._graph.dataset if self._graph else ""

    @property
    def ready(self) -> bool:
        """Whether requests can be answered."""
        return self._graph is not None and self._graph.server.alive and self._reached

    @property
    def busy(self) -> int:
        """Number of busy workers."""
        return sum(pool.busy for pool in self._pools())

    @property
    def killed(self) -> int:
        """Number of workers of the current graph that were killed at a limit or died."""
        return sum(pool.killed for pool in self._pools())

    async def open(self) -> None:
        """Load the current graph, and watch for new builds from then on.

        Raises:
            StoreError: there is no graph, or it cannot be read.
        """
        await self._switch_to(await asyncio.to_thread(self._newest))
        self._watch_task = asyncio.create_task(self._watch())

    async def ask(self, request: Request, key: Hashable = "") -> Response:
        """The answer to *request*, from the cache if possible.

        Args:
            request: the request.
            key: cache key of the answer; if empty, the request itself.

        Raises:
            KgError: the task raised it. Busy, LimitReached: as in :meth:`kg.service.pool.Pool.call`.
            StoreError: no graph is loaded.
        """
        key = key or request
        cached: Response | None = self.cache.get(key)
        if cached:
            return cached
        graph = self._graph
        if graph is None:
            raise StoreError(Text("图谱尚未载入", "the graph is not loaded yet"))
        message = pickle.dumps(tuple(request))
        result = unpack(await graph.pool(request.task).call(message, self.options.limits.seconds))
        if isinstance(result, Failure):
            if result.trace:
                LOG.error("a task failed", extra={"fields": {"task": request.task, "traceback": result.trace}})
            raise result.error
        if result.keep and graph is self._graph:
            self.cache.put(key, result, len(result.body) + len(message) + _OVERHEAD)
        return result

    async def close(self, seconds: float = 4.0) -> None:
        """End the workers, after they have answered their current requests or after *seconds*."""
        tasks = [task for task in (self._watch_task, *self._retiring) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._graph:
            await self._graph.close(seconds)

    def _pools(self) -> set[Pool]:
        return {self._graph.free, self._graph.reserved} if self._graph else set()

    async def _watch(self) -> None:
        """Whenever there is a new build, load it, switch to it and close the old one."""
        loop = asyncio.get_running_loop()
        failed, again = None, 0.0
        while True:
            await asyncio.sleep(_POLL)
            build, old = await self._look(), self._graph
            if not build or not old or build == old.build or (build == failed and loop.time() < again):
                continue
            try:
                await self._switch_to(build)
            except (KgError, OSError) as error:  # keep the old graph
                failed, again = build, loop.time() + _AGAIN
                fields = {"graph": build.name, "why": str(error)}
                LOG.error("a rebuilt graph cannot be loaded", extra={"fields": fields})
            else:
                self._retire(old)

    async def _look(self) -> Build | None:
        """The newest build; None if the store does not tell."""
        try:
            build = await asyncio.to_thread(self._newest)
        except KgError as error:
            if self._reached:
                LOG.error("the store does not answer", extra={"fields": {"why": str(error)}})
            self._reached = False
            return None
        if not self._reached:
            LOG.warning("the store answers again")
        self._reached = True
        return build

    def _retire(self, graph: _Graph) -> None:
        """Close *graph* after its requests are answered; each may still wait, and then run, for the time limit."""
        task = asyncio.create_task(graph.close(2 * self.options.limits.seconds + 1))
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)

    async def _switch_to(self, build: Build) -> None:
        graph = await self._start(build, await asyncio.to_thread(build.dataset))
        try:
            if self._loaded:
                self._loaded(build)
        except BaseException:
            await graph.close(0)
            raise
        self._graph = graph
        self.cache.clear()

    async def _start(self, build: Build, dataset: str) -> _Graph:
        o = self.options
        args = (build, o.tasks, o.args, asdict(o.limits))
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
        return _Graph(build, dataset, server, free, reserved)
