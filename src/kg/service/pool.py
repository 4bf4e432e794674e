"""A pool of workers. Each answers one request at a time, is killed at its deadline, and is replaced after it has ended."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress

from kg.errors import Busy
from kg.service.forkserver import ForkServer, Worker, within
from kg.store.confine import ended, out_of_time
from kg.terms import Text


class Pool:
    """Workers of one fork server, and the queue of requests that wait for a worker.

    Args:
        server: the fork server.
        size: number of workers.
        waiting: most requests that may wait; further requests are refused at once.

    Attributes:
        killed: number of workers that were killed at a limit or died.
    """

    def __init__(self, server: ForkServer, size: int, waiting: int) -> None:
        self._server, self._size, self._most = server, size, waiting
        self._idle: list[Worker] = []
        self._waiting: deque[asyncio.Future[Worker]] = deque()
        self._replacements: set[asyncio.Task[None]] = set()
        self._closing = False
        self.killed = 0

    @property
    def busy(self) -> int:
        """Number of workers that are busy or being replaced."""
        return self._size - len(self._idle)

    async def start(self) -> None:
        """Fork the workers.

        Raises:
            OSError, EOFError: the fork server has died.
        """
        for _ in range(self._size):
            self._release(await self._server.fork())

    async def call(self, message: bytes, seconds: float) -> bytes:
        """A worker's answer to *message*. *seconds* limits the wait for a worker, and then the wait for the answer.

        Raises:
            Busy: the queue is full, or no worker became free in time.
            LimitReached: there was no answer in time, or the worker died.
        """
        while True:
            worker = await self._acquire(seconds)
            try:
                answer = await worker.call(message, seconds)
            except TimeoutError:
                self._replace_dead(worker)
                raise out_of_time(seconds) from None
            except (OSError, EOFError) as error:
                self._replace_dead(worker)
                if worker.orphaned and not self._closing:  # killed with its fork server, not by this request: retry
                    continue
                raise ended() from error
            except BaseException:  # cancelled, because the client has disconnected: stop the worker
                self._replace_dead(worker)
                raise
            if worker.exiting:
                self._replace(worker)
            else:
                self._release(worker)
            return answer

    async def close(self, seconds: float) -> None:
        """Wait at most *seconds* for the current requests, then close the idle workers."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while (self.busy or self._waiting) and loop.time() < end:
            await asyncio.sleep(0.02)
        self._closing = True
        for task in self._replacements:
            task.cancel()
        await asyncio.gather(*self._replacements, return_exceptions=True)
        for worker in self._idle:
            worker.close()

    async def _acquire(self, seconds: float) -> Worker:
        while self._idle:
            worker = self._idle.pop()  # the last one used; its memory is in the CPU cache
            if not worker.gone:
                return worker
            self._replace_dead(worker)
        if len(self._waiting) >= self._most:
            raise _busy()
        free: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self._waiting.append(free)
        try:
            return await within(seconds, free)
        except BaseException as error:
            if free in self._waiting:
                self._waiting.remove(free)
            elif not free.cancelled() and not free.exception():  # a worker was assigned just before the cancellation
                self._release(free.result())
            if isinstance(error, TimeoutError):
                raise _busy() from None
            raise

    def _release(self, worker: Worker) -> None:
        """Give *worker* to the first request in the queue, or mark it idle."""
        while self._waiting:
            free = self._waiting.popleft()
            if not free.done():
                free.set_result(worker)
                return
        self._idle.append(worker)

    def _replace_dead(self, worker: Worker) -> None:
        """Count and replace *worker*, which has died or must be killed."""
        self.killed += 1
        self._replace(worker)

    def _replace(self, worker: Worker) -> None:
        """Kill *worker* and fork another in the background."""
        if self._closing:  # all workers end with the fork server
            worker.close()
            return
        task = asyncio.create_task(self._kill_and_fork(worker))
        self._replacements.add(task)
        task.add_done_callback(self._replacements.discard)

    async def _kill_and_fork(self, worker: Worker) -> None:
        with suppress(OSError):
            await self._server.end(worker)
        while True:
            try:
                self._release(await self._server.fork())
                return
            except (EOFError, OSError):  # the fork server has died and is being restarted
                await asyncio.sleep(0.1)


def _busy() -> Busy:
    return Busy(
        Text("排队的查询太多", "too many queries are waiting"),
        hint=Text("稍后再试,或用 --workers 增加并行数", "try again in a moment, or allow more at once with --workers"),
    )
