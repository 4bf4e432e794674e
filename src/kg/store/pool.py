"""Workers that a server keeps: one query at a time each, killed when it takes too long, replaced when it is gone."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import sys
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

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
        self._free = asyncio.Semaphore(0)
        self._waiting = 0
        self._running: set[asyncio.Task[None]] = set()
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
        await self._load()
        for _ in range(self._size):
            self._add(await self._fork())

    async def call(self, frame: bytes, seconds: float) -> bytes:
        """What a worker answers to *frame* within *seconds* from when it has one.

        Raises:
            Busy: too many frames wait already, or none of the workers came free in that time.
            LimitReached: the time ran out, or the worker died over it.
        """
        if self._waiting >= self._most_waiting:
            raise _busy()
        self._waiting += 1
        try:
            async with asyncio.timeout(seconds):
                await self._free.acquire()
        except TimeoutError:
            raise _busy() from None
        finally:
            self._waiting -= 1
        worker = self._idle.pop()
        try:
            async with asyncio.timeout(seconds):
                answer, leaving = await worker.call(frame)
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
        for task in self._running:
            task.cancel()
        for worker in self._idle:
            worker.close()
        if self._control:
            self._control.close()
        if self._process:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), 1.0)
            with suppress(ProcessLookupError):
                self._process.kill()

    # -- the zygote ---------------------------------------------------------------------------------------

    async def _load(self) -> None:
        here, there = socket.socketpair()
        spec = json.dumps({**self._spec, "control": there.fileno()})
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "kg.store.zygote",
            spec,
            pass_fds=[there.fileno()],
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        there.close()
        here.setblocking(False)
        self._control = here
        try:
            await asyncio.wait_for(self._hear(), _READY)
        except (TimeoutError, EOFError) as error:
            raise StoreError(
                Text("查询进程未能载入图谱", "the query processes could not load the graph"),
                hint=Text("运行 kg build --force 重建", "run kg build --force to make it anew"),
            ) from error

    async def _hear(self) -> int:
        """The number in the zygote's next answer."""
        assert self._control is not None
        data = b""
        while len(data) < COMMAND.size:
            part = await asyncio.get_running_loop().sock_recv(self._control, COMMAND.size - len(data))
            if not part:
                raise EOFError
            data += part
        _, number = COMMAND.unpack(data)
        return int(number)

    async def _fork(self) -> _Worker:
        async with self._commands:
            here, there = socket.socketpair()
            assert self._control is not None
            with there:
                socket.send_fds(self._control, [COMMAND.pack(FORK, 0)], [there.fileno()])
            number = await self._hear()
        return await _Worker.on(here, number)

    def _add(self, worker: _Worker) -> None:
        self._idle.append(worker)
        self._free.release()

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
            except (EOFError, OSError):  # the zygote is gone
                worker.number = 0
                with suppress(StoreError):
                    await self._again()
                await asyncio.sleep(0.2)

    async def _again(self) -> None:
        """Load the graph anew in the place of a zygote that died."""
        async with self._commands:
            if self._process and self._process.returncode is None:
                return
            await self._load()

    async def _end(self, worker: _Worker) -> None:
        async with self._commands:
            assert self._control is not None
            await asyncio.get_running_loop().sock_sendall(self._control, COMMAND.pack(KILL, worker.number))


class _Worker:
    """One forked process, held by its socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        self._reader, self._writer, self.number = reader, writer, number

    @classmethod
    async def on(cls, channel: socket.socket, number: int) -> _Worker:
        """The worker at the other end of *channel*, whose process is *number*."""
        channel.setblocking(False)
        reader, writer = await asyncio.open_unix_connection(sock=channel)
        return cls(reader, writer, number)

    async def call(self, frame: bytes) -> tuple[bytes, bool]:
        """(its answer, whether it leaves now).

        Raises:
            EOFError: it died.
        """
        self._writer.write(HEAD.pack(False, len(frame)) + frame)
        try:
            leaving, size = HEAD.unpack(await self._reader.readexactly(HEAD.size))
            return await self._reader.readexactly(size), leaving
        except (asyncio.IncompleteReadError, struct.error) as error:
            raise EOFError from error

    def close(self) -> None:
        self._writer.close()


def _busy() -> Busy:
    return Busy(
        Text("排队的查询太多", "too many queries are waiting"),
        hint=Text("稍后再试,或用 --workers 增加并行数", "try again in a moment, or allow more at once with --workers"),
    )
