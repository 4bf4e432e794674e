"""A pool of workers: each answers one request at a time, is killed at its deadline, and is replaced when it is gone."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress

from kg.errors import Busy
from kg.service.forkserver import ForkServer, Worker
from kg.store.confine import ended, out_of_time
from kg.terms import Text


class Pool:
    """Workers of one fork server, and the requests that wait for one.

    Args:
        server: forks the workers.
        size: how many.
        waiting: how many requests may wait for a worker; one more is refused at once.

    Attributes:
        killed: how many workers were ended by a limit, or ended themselves.
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
        """How many workers are at work or being replaced."""
        return self._size - len(self._idle)

    async def start(self) -> None:
        """Fork the workers.

        Raises:
            OSError, EOFError: the fork server has died.
        """
        for _ in range(self._size):
            self._release(await self._server.fork())

    async def call(self, message: bytes, seconds: float) -> bytes:
        """What a worker answers to *message* within *seconds* from when it has it.

        Raises:
            Busy: too many requests wait already, or none of the workers came free in that time.
            LimitReached: the time ran out, or the worker died over it.
        """
        while True:
            worker = await self._acquire(seconds)
            try:
                answer = await worker.call(message, seconds)
            except TimeoutError:
                self._lose(worker)
                raise out_of_time(seconds) from None
            except (OSError, EOFError) as error:
                self._lose(worker)
                if worker.orphaned and not self._closing:  # this request did not end it; another worker can answer
                    continue
                raise ended() from error
            except BaseException:  # whoever asked has gone away: the worker does not go on
                self._lose(worker)
                raise
            if worker.leaving:
                self._replace(worker)
            else:
                self._release(worker)
            return answer

    async def close(self, seconds: float) -> None:
        """Let requests that are being answered finish, for at most *seconds*."""
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
            worker = self._idle.pop()  # the one that was at work last: its memory is in the processor's cache
            if not worker.gone:
                return worker
            self._lose(worker)
        if len(self._waiting) >= self._most:
            raise _busy()
        free: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self._waiting.append(free)
        try:
            async with asyncio.timeout(seconds):
                return await free
        except BaseException as error:
            if free.done() and not free.cancelled():  # a worker was given just as the time was over
                self._release(free.result())
            with suppress(ValueError):
                self._waiting.remove(free)
            if isinstance(error, TimeoutError):
                raise _busy() from None
            raise

    def _release(self, worker: Worker) -> None:
        """Give *worker* to whoever has waited longest."""
        while self._waiting:
            free = self._waiting.popleft()
            if not free.done():
                free.set_result(worker)
                return
        self._idle.append(worker)

    def _lose(self, worker: Worker) -> None:
        """Replace *worker*, which was ended or ended itself."""
        self.killed += 1
        self._replace(worker)

    def _replace(self, worker: Worker) -> None:
        """End *worker* and fork another in the background."""
        if self._closing:  # it ends with the fork server
            worker.close()
            return
        task = asyncio.create_task(self._renew(worker))
        self._replacements.add(task)
        task.add_done_callback(self._replacements.discard)

    async def _renew(self, worker: Worker) -> None:
        with suppress(OSError):
            await self._server.end(worker)
        while True:
            try:
                self._release(await self._server.fork())
                return
            except (EOFError, OSError):  # the fork server has died and is being started anew
                await asyncio.sleep(0.1)


def _busy() -> Busy:
    return Busy(
        Text("排队的查询太多", "too many queries are waiting"),
        hint=Text("稍后再试,或用 --workers 增加并行数", "try again in a moment, or allow more at once with --workers"),
    )
