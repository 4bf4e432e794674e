"""The server's handle on its fork server: starts it, asks it for workers, starts it anew when it has died."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from kg.errors import StoreError
from kg.service.worker import COMMAND, FORK, HEAD, KILL, LENGTH
from kg.terms import Text

_LOADING: Final = 60.0
"""Seconds within which a graph must be loaded."""
_SECRET: Final = "KG_TOKEN"
"""Environment variable that no process which runs queries is given."""


class Worker(asyncio.Protocol):
    """One worker process, held by its connection.

    Args:
        number: its process number.
        parent: the process that forked it.

    Attributes:
        leaving: whether it has said that it ends.
        gone: whether its end of the connection is closed.
    """

    def __init__(self, number: int, parent: asyncio.subprocess.Process) -> None:
        self.number, self._parent = number, parent
        self.leaving, self.gone = False, False
        self._received = bytearray()
        self._answer: asyncio.Future[bytes] | None = None

    @property
    def orphaned(self) -> bool:
        """Whether the process that forked it has died; it is then ended, whatever it is doing."""
        return self._parent.returncode is not None

    async def call(self, message: bytes, seconds: float) -> bytes:
        """What it answers to *message* within *seconds*.

        Raises:
            TimeoutError: it has not answered in that time; it is still at work.
            OSError, EOFError: it died over it.
        """
        if self.gone:
            raise EOFError
        loop = asyncio.get_running_loop()
        self._answer = loop.create_future()
        self._transport.write(LENGTH.pack(len(message)) + message)
        timer = loop.call_later(seconds, self._fail, TimeoutError())
        try:
            return await self._answer
        finally:
            timer.cancel()

    def close(self) -> None:
        """Close the connection; an idle worker then ends."""
        self._transport.close()

    def connection_made(self, transport: Any) -> None:
        """Begin (asyncio calls it)."""
        self._transport: asyncio.Transport = transport

    def data_received(self, data: bytes) -> None:
        """Take a part of an answer (asyncio calls it)."""
        received, waiting = self._received, self._answer
        if waiting is None or waiting.done():  # nothing was asked
            self._transport.abort()
            return
        received += data
        if len(received) < HEAD.size:
            return
        leaving, length = HEAD.unpack_from(received)
        if len(received) >= HEAD.size + length:
            self.leaving = leaving
            waiting.set_result(bytes(memoryview(received)[HEAD.size : HEAD.size + length]))
            self._received = received[HEAD.size + length :]

    def eof_received(self) -> None:
        """The worker has ended (asyncio calls it, then closes the connection)."""
        self.gone = True

    def connection_lost(self, error: Exception | None) -> None:
        """Tell whoever waits for an answer (asyncio calls it)."""
        self.gone = True
        self._fail(error or EOFError())

    def _fail(self, error: Exception) -> None:
        """Let whoever waits for an answer wait no longer."""
        if self._answer and not self._answer.done():
            self._answer.set_exception(error)


class ForkServer:
    """The process that has the graph loaded.

    Args:
        handler: ``module:function`` that makes the handler of requests (bytes → bytes); called in that process.
        args: its arguments, as JSON values.
        memory: bytes that a worker may take beyond what it starts with.
    """

    def __init__(self, handler: str, args: Sequence[object], memory: int) -> None:
        self._spec = {"handler": handler, "args": list(args), "memory": memory}
        self._control: socket.socket | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._lock = asyncio.Lock()
        self._keeper: asyncio.Task[None] | None = None

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Load the graph.

        Raises:
            StoreError: it cannot be loaded.
        """
        async with self._lock:
            await self._start()
        self._keeper = asyncio.create_task(self._keep())

    async def fork(self) -> Worker:
        """A new worker.

        Raises:
            OSError, EOFError: the process has died; it is being started anew.
        """
        here, there = socket.socketpair()
        try:
            with there:
                async with self._lock:
                    parent = self._process
                    assert self._control is not None
                    assert parent is not None
                    socket.send_fds(self._control, [COMMAND.pack(FORK, 0)], [there.fileno()])
                    number = await _reply(self._control)
            loop = asyncio.get_running_loop()
            _, worker = await loop.create_unix_connection(lambda: Worker(number, parent), sock=here)
        except BaseException:
            here.close()
            raise
        return worker

    async def end(self, worker: Worker) -> None:
        """Kill *worker* whatever it is doing.

        Raises:
            OSError: the process that forked it has died, and the worker with it.
        """
        worker.close()
        async with self._lock:
            assert self._control is not None
            await asyncio.get_running_loop().sock_sendall(self._control, COMMAND.pack(KILL, worker.number))

    async def close(self) -> None:
        """End the process and all its workers."""
        if self._keeper:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        if self._control:
            self._control.close()
        if self._process:
            await _kill_group(self._process)

    async def _start(self) -> None:
        here, there = socket.socketpair()
        here.setblocking(False)
        process = None
        try:
            with there:
                process = await self._spawn(there.fileno())
            async with asyncio.timeout(_LOADING):
                await _reply(here)
        except BaseException as error:
            here.close()
            if process:
                await _kill_group(process)
            if isinstance(error, (TimeoutError, EOFError, OSError)):
                raise _not_loaded() from error
            raise
        if self._control:
            self._control.close()
        self._control, self._process = here, process

    async def _spawn(self, control: int) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # no module of the folder in which the server happens to be started
            "-m",
            "kg.service.worker",
            json.dumps({**self._spec, "control": control}),
            pass_fds=[control],
            stdin=asyncio.subprocess.DEVNULL,
            stdout=2,  # standard error: standard output is the agents' protocol
            start_new_session=True,
            env={name: value for name, value in os.environ.items() if name != _SECRET},
        )

    async def _keep(self) -> None:
        """Start the process anew whenever it has died."""
        while self._process:
            process = self._process
            await process.wait()
            async with self._lock:
                await _kill_group(process)
                while self._process is process:
                    try:
                        await self._start()
                    except (StoreError, OSError):
                        await asyncio.sleep(1.0)


async def _kill_group(process: asyncio.subprocess.Process) -> None:
    """End a fork server and its workers, which are one process group and can outlive it."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


async def _reply(control: socket.socket) -> int:
    """The number in the next command from the fork server.

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
