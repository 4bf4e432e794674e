"""Workers that a server keeps: one query at a time each, killed when it takes too long, replaced when it is gone."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final, cast

from kg.errors import Busy, StoreError
from kg.store.confine import ended, out_of_time
from kg.store.zygote import COMMAND, FORK, HEAD, KILL
from kg.terms import Text

_READY: Final = 60.0
"""Seconds within which a graph must be loaded."""


class Pool:
    """Workers forked from one loaded graph.

    Args:
        factory: ``module:function`` that makes the handler (bytes → bytes) of a frame; called in the zygote.
        args: its arguments, as JSON values.
        workers: how many.
        memory: bytes that a worker may take beyond what it starts with.
        waiting: how many frames may wait for a worker; one more is refused at once.
    """

    def __init__(self, factory: str, args: Sequence[object], *, workers: int, memory: int, waiting: int) -> None:
        self._spec = {"factory": factory, "args": list(args), "memory": memory}
        self._size, self._most_waiting = workers, waiting
        self._idle: deque[_Worker] = deque()
        self._waiting: deque[asyncio.Future[_Worker]] = deque()
        self._running: set[asyncio.Task[None]] = set()
        self._keeper: asyncio.Task[None] | None = None
        self._control: socket.socket | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._commands = asyncio.Lock()
        self._closing = False
        self.killed = 0

    async def start(self) -> None:
        """Load the graph and fork the workers.

        Raises:
            StoreError: the graph cannot be loaded.
        """
        try:
            await self._load()
            for _ in range(self._size):
                self._add(await self._fork())
        except (EOFError, OSError) as error:
            await self.close(0)
            raise _not_loaded() from error
        self._keeper = asyncio.get_running_loop().create_task(self._keep())

    async def call(self, frame: bytes, seconds: float) -> bytes:
        """What a worker answers to *frame* within *seconds* from when it has one.

        Raises:
            Busy: too many frames wait already, or none of the workers came free in that time.
            LimitReached: the time ran out, or the worker died over it.
        """
        while (worker := self._ready() or await self._next(seconds)).gone:
            self._replace(worker)
        try:
            answer, leaving = await worker.call(frame, seconds)
        except TimeoutError:
            self._replace(worker)
            raise out_of_time(seconds) from None
        except (EOFError, OSError):
            self._replace(worker)
            raise ended() from None
        except asyncio.CancelledError:
            self._replace(worker)
            raise
        if leaving:
            self._replace(worker, killed=False)
        else:
            self._add(worker)
        return answer

    def _ready(self) -> _Worker | None:
        """The worker that was at work last, as its memory is still near the processor; None if all are at work."""
        while self._idle:
            worker = self._idle.pop()
            if not worker.gone:
                return worker
            self._replace(worker)  # it died while it had nothing to do: nobody needs to notice
        return None

    async def _next(self, seconds: float) -> _Worker:
        """The worker that comes free when those who wait longer have theirs, after at most *seconds*."""
        if len(self._waiting) >= self._most_waiting:
            raise _busy()
        loop = asyncio.get_running_loop()
        free: asyncio.Future[_Worker] = loop.create_future()
        self._waiting.append(free)
        late = loop.call_later(seconds, _fail, free, TimeoutError())
        try:
            return await free
        except TimeoutError:
            raise _busy() from None
        except asyncio.CancelledError:
            if not free.cancelled():  # it was given one in the same moment
                self._add(free.result())
            raise
        finally:
            late.cancel()
            with suppress(ValueError):  # whoever was given one is out of the queue
                self._waiting.remove(free)

    @property
    def alive(self) -> bool:
        """Whether the process that forks the workers is there."""
        return self._process is not None and self._process.returncode is None

    @property
    def busy(self) -> int:
        """How many workers are at work."""
        return self._size - len(self._idle)

    async def close(self, seconds: float = 5.0) -> None:
        """Let frames in flight finish for at most *seconds*, then end everything."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while (self.busy or self._waiting) and loop.time() < end:
            await asyncio.sleep(0.02)
        self._closing = True
        tasks = [*self._running, *([self._keeper] if self._keeper else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for worker in self._idle:
            worker.close()
        if self._control:
            self._control.close()
        if self._process:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), 1.0)
            await self._sweep(self._process)

    # -- the zygote ---------------------------------------------------------------------------------------

    async def _load(self) -> None:
        here, there = socket.socketpair()
        try:
            with there:
                process = await self._zygote(there)
            here.setblocking(False)
            try:
                async with asyncio.timeout(_READY):
                    await _heard(here)
            except BaseException:
                await self._sweep(process)
                raise
        except BaseException as error:
            here.close()
            if isinstance(error, (TimeoutError, EOFError, OSError)):
                raise _not_loaded() from error
            raise
        if self._control:
            self._control.close()
        self._control, self._process = here, process

    async def _zygote(self, control: socket.socket) -> asyncio.subprocess.Process:
        """A process that loads the graph and then obeys what comes out of *control*."""
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # no module of the folder that the server happens to be started in
            "-m",
            "kg.store.zygote",
            json.dumps({**self._spec, "control": control.fileno()}),
            pass_fds=[control.fileno()],
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )

    @staticmethod
    async def _sweep(process: asyncio.subprocess.Process) -> None:
        """End a zygote and all that it has forked: they are a group of their own, which outlives it."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()

    async def _keep(self) -> None:
        """Load the graph anew whenever the zygote has died."""
        while self._process:
            process = self._process
            await process.wait()
            async with self._commands:
                for worker in self._idle:  # they go with it, and nobody shall be given one of them
                    worker.gone = True
                await self._sweep(process)
                while self._process is process:
                    with suppress(StoreError, OSError):
                        await self._load()
                        break
                    await asyncio.sleep(1.0)

    async def _fork(self) -> _Worker:
        async with self._commands:
            here, there = socket.socketpair()
            assert self._control is not None
            try:
                with there:
                    socket.send_fds(self._control, [COMMAND.pack(FORK, 0)], [there.fileno()])
                number = await _heard(self._control)
            except BaseException:
                here.close()
                raise
        return await _Worker.on(here, number)

    def _add(self, worker: _Worker) -> None:
        """Give *worker* to who has waited longest."""
        while self._waiting:
            free = self._waiting.popleft()
            if not free.done():
                free.set_result(worker)
                return
        self._idle.append(worker)

    def _replace(self, worker: _Worker, *, killed: bool = True) -> None:
        """End *worker* and fork another, behind the back of whoever asked."""
        self.killed += killed
        worker.close()
        task = asyncio.get_running_loop().create_task(self._renew(worker))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _renew(self, worker: _Worker) -> None:
        while not self._closing:
            try:
                if worker.number:
                    await self._end(worker)
                self._add(await self._fork())
                return
            except (EOFError, OSError):  # the zygote is gone, and the worker with it
                worker.number = 0
                await asyncio.sleep(0.1)

    async def _end(self, worker: _Worker) -> None:
        async with self._commands:
            assert self._control is not None
            await asyncio.get_running_loop().sock_sendall(self._control, COMMAND.pack(KILL, worker.number))


class _Worker(asyncio.Protocol):
    """One forked process, held by its socket; its process number is 0 once nobody has to end it.

    Attributes:
        gone: whether its process has ended.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._answer: asyncio.Future[tuple[bytes, bool]] | None = None
        self.gone = False

    @classmethod
    async def on(cls, channel: socket.socket, number: int) -> _Worker:
        """The worker at the other end of *channel*, whose process is *number*."""
        channel.setblocking(False)
        loop = asyncio.get_running_loop()
        _, worker = await loop.create_unix_connection(lambda: cls(number), sock=channel)
        return worker

    async def call(self, frame: bytes, seconds: float) -> tuple[bytes, bool]:
        """(its answer, whether it leaves now).

        Raises:
            TimeoutError: it took more than *seconds*.
            EOFError: it died.
        """
        if self.gone or self._transport is None:
            raise EOFError
        answer: asyncio.Future[tuple[bytes, bool]] = self._loop.create_future()
        self._answer = answer
        late = self._loop.call_later(seconds, _fail, answer, TimeoutError())
        self._transport.write(HEAD.pack(False, len(frame)) + frame)
        try:
            return await answer
        finally:
            late.cancel()
            self._answer = None

    def close(self) -> None:
        """Close the socket; a worker that is idle then ends by itself."""
        if self._transport:
            self._transport.close()

    # -- asyncio.Protocol -------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is open."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """A part of an answer; with the last one the answer is whole."""
        received: bytes | bytearray = data
        if self._received:
            self._received += data
            received = self._received
        leaving, size = HEAD.unpack_from(received) if len(received) >= HEAD.size else (False, 0)
        if len(received) < HEAD.size + size:
            self._received = self._received or bytearray(data)
            return
        self._received = bytearray()
        if self._answer and not self._answer.done():
            self._answer.set_result((bytes(received[HEAD.size : HEAD.size + size]), leaving))

    def connection_lost(self, exc: Exception | None) -> None:
        """The worker's end is closed: it left, or died."""
        self.gone = True
        if self._answer:
            _fail(self._answer, EOFError())


def _fail(future: asyncio.Future[Any], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)


async def _heard(control: socket.socket) -> int:
    """The number in the zygote's next answer.

    Raises:
        EOFError: it died.
    """
    data = b""
    while len(data) < COMMAND.size:
        part = await asyncio.get_running_loop().sock_recv(control, COMMAND.size - len(data))
        if not part:
            raise EOFError
        data += part
    _, number = COMMAND.unpack(data)
    return int(number)


def _not_loaded() -> StoreError:
    return StoreError(
        Text("查询进程未能载入图谱", "the query processes could not load the graph"),
        hint=Text("运行 kg build --force 重建", "run kg build --force to make it anew"),
    )


def _busy() -> Busy:
    return Busy(
        Text("排队的查询太多", "too many queries are waiting"),
        hint=Text("稍后再试,或用 --workers 增加并行数", "try again in a moment, or allow more at once with --workers"),
    )
