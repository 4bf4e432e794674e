"""Workers that a server keeps: one query at a time each, killed when it takes too long, replaced when it is gone.

Here is where they come from and how they end; whose turn it is, see :mod:`kg.store.turns`.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from kg.errors import StoreError
from kg.store.lane import Lane
from kg.store.turns import Turns
from kg.store.zygote import COMMAND, FORK, KILL
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
        life: frames after which a worker is replaced in any case; a new one takes some milliseconds to come into its own.
    """

    def __init__(  # noqa: PLR0913
        self,
        factory: str,
        args: Sequence[object],
        *,
        workers: int,
        memory: int,
        waiting: int,
        life: int = 100_000,
    ) -> None:
        self._spec = {"factory": factory, "args": list(args), "memory": memory, "life": life}
        self._size = workers
        self._turns = Turns(waiting, self._replace)
        self._running: set[asyncio.Task[None]] = set()
        self._keeper: asyncio.Task[None] | None = None
        self._control: socket.socket | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._commands = asyncio.Lock()
        self._closing = False

    async def start(self) -> None:
        """Load the graph and fork the workers.

        Raises:
            StoreError: the graph cannot be loaded.
        """
        self._loop = asyncio.get_running_loop()
        try:
            await self._load()
            for _ in range(self._size):
                self._turns.add(await self._fork())
        except (EOFError, OSError) as error:
            await self.close(0)
            raise _not_loaded() from error
        self._keeper = self._loop.create_task(self._keep())

    async def call(self, frame: bytes, seconds: float) -> bytes:
        """What a worker answers to *frame* within *seconds* from when it has one.

        Raises:
            Busy: too many frames wait already, or none of the workers came free in that time.
            LimitReached: the time ran out, or the worker died over it.
        """
        return await self._turns.call(frame, seconds)

    @property
    def alive(self) -> bool:
        """Whether the process that forks the workers is there."""
        return self._process is not None and self._process.returncode is None

    @property
    def busy(self) -> int:
        """How many workers are at work."""
        return self._size - len(self._turns.idle)

    @property
    def killed(self) -> int:
        """How many workers were ended by a limit, or ended themselves."""
        return self._turns.killed

    async def close(self, seconds: float = 5.0) -> None:
        """Let frames in flight finish for at most *seconds*, then end everything."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while (self.busy or self._turns.waiting) and loop.time() < end:
            await asyncio.sleep(0.02)
        self._closing = True
        tasks = [*self._running, *([self._keeper] if self._keeper else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for lane in self._turns.idle:
            lane.close()
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
                for lane in self._turns.idle:  # they go with it, and nobody shall be given one of them
                    lane.gone = True
                await self._sweep(process)
                while self._process is process:
                    with suppress(StoreError, OSError):
                        await self._load()
                        break
                    await asyncio.sleep(1.0)

    async def _fork(self) -> Lane:
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
        return await Lane.on(here, self._turns, number)

    def _replace(self, lane: Lane) -> None:
        """End *lane* and fork another, behind the back of whoever asked."""
        task = self._loop.create_task(self._renew(lane))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _renew(self, lane: Lane) -> None:
        while not self._closing:
            try:
                if lane.number:
                    await self._end(lane)
                self._turns.add(await self._fork())
                return
            except (EOFError, OSError):  # the zygote is gone, and the worker with it
                lane.number = 0
                await asyncio.sleep(0.1)

    async def _end(self, lane: Lane) -> None:
        async with self._commands:
            assert self._control is not None
            await self._loop.sock_sendall(self._control, COMMAND.pack(KILL, lane.number))


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
