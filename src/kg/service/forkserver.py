"""The server's side of the fork server: starts the process, has it fork workers, and restarts it if it dies."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

from kg.errors import StoreError
from kg.service.worker import COMMAND, FORK, HEAD, KILL, LENGTH
from kg.terms import Text

_LOADING: Final = 60.0
"""Time limit in seconds for loading the graph."""
_SECRET: Final = "KG_TOKEN"
"""Environment variable that is not passed to processes that run queries."""
_MALLOC: Final = {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=2000"}
"""Environment variables of these processes. Loading the graph leaves small free blocks all over the memory, which a worker
would look through for each block that it allocates; with this setting of glibc, it first uses again what it freed itself.
A query takes a fifth less time."""


class Worker(asyncio.Protocol):
    """The connection to one worker process.

    Args:
        number: process id of the worker.
        parent: the fork server that forked it.
        answered: called with this worker after each answer.

    Attributes:
        answer: the future of the answer to the current request; None while the worker is idle.
        exiting: whether the worker has announced that it exits after its latest answer.
        gone: whether the worker has closed the connection.
    """

    def __init__(self, number: int, parent: asyncio.subprocess.Process, answered: Callable[[Worker], None]) -> None:
        self.number, self._parent, self._answered = number, parent, answered
        self.exiting, self.gone = False, False
        self.answer: asyncio.Future[bytes] | None = None
        self._received = bytearray()

    @property
    def orphaned(self) -> bool:
        """Whether the fork server that forked it has died; the worker is then killed too."""
        return self._parent.returncode is not None

    def send(self, message: bytes, answer: asyncio.Future[bytes]) -> None:
        """Send a request. Its *answer* fails with OSError or EOFError if the worker dies or has died."""
        self.answer = answer
        if self.gone:
            answer.set_exception(EOFError())
        else:
            self._transport.write(LENGTH.pack(len(message)) + message)

    def close(self) -> None:
        """Close the connection; an idle worker then exits."""
        self._transport.close()

    def connection_made(self, transport: Any) -> None:
        """Keep the transport (callback of asyncio)."""
        self._transport: asyncio.Transport = transport

    def data_received(self, data: bytes) -> None:
        """Collect the answer; pass it on when it is whole (callback of asyncio)."""
        received, answer = self._received, self.answer
        if answer is None or answer.done():  # nobody waits for it
            self._transport.abort()
            return
        received += data
        if len(received) < HEAD.size:
            return
        exiting, length = HEAD.unpack_from(received)
        if len(received) >= HEAD.size + length:
            self.exiting, self.answer = exiting, None
            answer.set_result(bytes(memoryview(received)[HEAD.size : HEAD.size + length]))
            self._received = received[HEAD.size + length :]
            self._answered(self)

    def eof_received(self) -> None:
        """Note that the worker has exited (callback of asyncio, which then closes the connection)."""
        self.gone = True

    def connection_lost(self, error: Exception | None) -> None:
        """Fail the current request (callback of asyncio)."""
        self.gone = True
        if self.answer and not self.answer.done():
            self.answer.set_exception(error or EOFError())


class ForkServer:
    """Controls the fork server process, which has loaded the graph.

    Args:
        handler: ``module:function``. The process calls it to create the request handler (bytes → bytes).
        args: arguments of that function, as JSON values.
        memory: bytes of memory that a worker may use beyond what it starts with.
    """

    def __init__(self, handler: str, args: Sequence[object], memory: int) -> None:
        self._spec = {"handler": handler, "args": list(args), "memory": memory}
        self._control: socket.socket | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._lock = asyncio.Lock()
        self._monitor_task: asyncio.Task[None] | None = None

    @property
    def alive(self) -> bool:
        """Whether the process is running."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start the process, wait until it has loaded the graph, and restart it from then on if it dies.

        Raises:
            StoreError: the graph cannot be loaded.
        """
        async with self._lock:
            await self._start()
        self._monitor_task = asyncio.create_task(self._monitor())

    async def fork(self, answered: Callable[[Worker], None]) -> Worker:
        """Have the process fork a worker; *answered* is called with it after each of its answers.

        Raises:
            OSError, EOFError: the process has died; it is being restarted.
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
            _, worker = await loop.create_unix_connection(lambda: Worker(number, parent, answered), sock=here)
        except BaseException:
            here.close()
            raise
        return worker

    async def end(self, worker: Worker) -> None:
        """Kill *worker*, even if it is busy.

        Raises:
            OSError: the fork server has died, and the worker with it.
        """
        worker.close()
        async with self._lock:
            assert self._control is not None
            await asyncio.get_running_loop().sock_sendall(self._control, COMMAND.pack(KILL, worker.number))

    async def close(self) -> None:
        """End the process and all its workers."""
        if self._monitor_task:
            self._monitor_task.cancel()
            await asyncio.gather(self._monitor_task, return_exceptions=True)
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
            "-P",  # do not import modules from the current folder
            "-m",
            "kg.service.worker",
            json.dumps({**self._spec, "control": control}),
            pass_fds=[control],
            stdin=asyncio.subprocess.DEVNULL,
            stdout=2,  # to standard error, because MCP uses standard output
            start_new_session=True,
            env=_MALLOC | {name: value for name, value in os.environ.items() if name != _SECRET},
        )

    async def _monitor(self) -> None:
        """Restart the process whenever it dies."""
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
    """Kill a fork server and its workers. They are one process group; workers can outlive the fork server."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


async def _reply(control: socket.socket) -> int:
    """The number in the next command from the fork server.

    Raises:
        EOFError: the fork server died.
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
