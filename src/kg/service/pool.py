"""A pool of workers. Each answers one request at a time, is killed at its deadline, and is replaced after it has ended."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress

from kg.errors import Busy
from kg.service.forkserver import ForkServer, Worker
from kg.store.confine import ended, out_of_time
from kg.terms import Text


class _Call:
    """A request, and the future of its answer.

    Args:
        message: the request.
        seconds: time limit of the wait for a worker, and again of the wait for the answer.

    Attributes:
        worker: the worker that has the request; None while it waits for one.
    """

    def __init__(self, message: bytes, seconds: float) -> None:
        self._message, self._seconds = message, seconds
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.worker: Worker | None = None
        self._timer: asyncio.TimerHandle | None = None

    def give(self, worker: Worker) -> None:
        """Send the request to *worker*."""
        self.worker = worker
        self.start_timer()
        worker.send(self._message, self.answer)

    def start_timer(self) -> None:
        """Let the time limit begin now; at its end, the answer fails with TimeoutError."""
        self.stop_timer()
        self._timer = self.answer.get_loop().call_later(self._seconds, self._end)

    def stop_timer(self) -> None:
        """End the time limit."""
        if self._timer:
            self._timer.cancel()

    def _end(self) -> None:
        if not self.answer.done():
            self.answer.set_exception(TimeoutError())


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
        self._waiting: deque[_Call] = deque()
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
            self._release(await self._server.fork(self._release))

    async def call(self, message: bytes, seconds: float) -> bytes:
        """A worker's answer to *message*. *seconds* limits the wait for a worker, and then the wait for the answer.

        Raises:
            Busy: the queue is full, or no worker became free in time.
            LimitReached: there was no answer in time, or the worker died.
        """
        while True:
            call = _Call(message, seconds)
            try:
                self._begin(call)
                return await call.answer
            except TimeoutError:
                raise (out_of_time(seconds) if call.worker else _busy()) from None
            except (OSError, EOFError) as error:
                assert call.worker
                if call.worker.orphaned and not self._closing:  # killed with its fork server, not by this call: retry
                    continue
                raise ended() from error
            finally:  # without an answer, also if the client has disconnected, the worker is stopped
                call.stop_timer()
                if call.worker is None:
                    with suppress(ValueError):
                        self._waiting.remove(call)
                elif call.worker.answer is call.answer:
                    self._replace_dead(call.worker)

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

    def _begin(self, call: _Call) -> None:
        """Give *call* to an idle worker, or let it wait for one.

        Raises:
            Busy: too many wait already.
        """
        while self._idle:
            worker = self._idle.pop()  # the last one used; its memory is in the CPU cache
            if not worker.gone:
                return call.give(worker)
            self._replace_dead(worker)
        if len(self._waiting) >= self._most:
            raise _busy()
        self._waiting.append(call)
        return call.start_timer()

    def _release(self, worker: Worker) -> None:
        """Give the first call that waits to *worker*, which has answered or is new, at once; else mark it idle."""
        if worker.exiting:
            return self._replace(worker)
        while self._waiting:
            call = self._waiting.popleft()
            if not call.answer.done():
                return call.give(worker)
        return self._idle.append(worker)

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
                self._release(await self._server.fork(self._release))
                return
            except (EOFError, OSError):  # the fork server has died and is being restarted
                await asyncio.sleep(0.1)


def _busy() -> Busy:
    return Busy(
        Text("排队的查询太多", "too many queries are waiting"),
        hint=Text("稍后再试,或用 --workers 增加并行数", "try again in a moment, or allow more at once with --workers"),
    )
