"""Standard input and output as the protocol's own: one message a line, and nothing else can read or write them.

Reading and writing block in two threads that do not hold the process up: whoever is at the other end may neither write nor
read, and the server still ends when it is told to.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Final

LONGEST: Final = 4 * 2**20
"""Most bytes of a message; of a longer one only its end is looked for."""
_AHEAD: Final = 16
"""Messages that may be read before they are taken."""


class Wire:
    """Both ends; from when it is made, descriptor 0 is empty and 1 is stderr.

    Raises:
        OSError: standard input or output is closed.
    """

    def __init__(self) -> None:
        self._reading, self._writing = _taken(0), _taken(1)
        with Path(os.devnull).open("rb") as nothing:
            os.dup2(nothing.fileno(), 0)
        os.dup2(2, 1)
        self._jobs: SimpleQueue[tuple[bytes, asyncio.Future[None]]] = SimpleQueue()
        self._writer: threading.Thread | None = None

    async def lines(self) -> AsyncIterator[bytes | None]:
        """Each message as it comes in, until the other side closes; None for one that is too long."""
        loop, free = asyncio.get_running_loop(), threading.Semaphore(_AHEAD)
        came: asyncio.Queue[tuple[bytes | None] | None] = asyncio.Queue()

        def read() -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody listens any more
                with suppress(OSError):  # a terminal that hangs up
                    for line in _split(self._reading):
                        free.acquire()
                        loop.call_soon_threadsafe(came.put_nowait, (line,))
                loop.call_soon_threadsafe(came.put_nowait, None)

        threading.Thread(target=read, name="kg-mcp-read", daemon=True).start()
        while (item := await came.get()) is not None:
            free.release()
            yield item[0]

    async def write(self, line: bytes) -> None:
        """Write *line*, whole, even if the wait for it is given up.

        Raises:
            OSError: the other side has closed.
        """
        loop = asyncio.get_running_loop()
        if self._writer is None:
            self._writer = threading.Thread(target=self._write, args=(loop,), name="kg-mcp-write", daemon=True)
            self._writer.start()
        done: asyncio.Future[None] = loop.create_future()
        self._jobs.put((line + b"\n", done))
        await done

    def _write(self, loop: asyncio.AbstractEventLoop) -> None:
        while True:
            rest, done = self._jobs.get()
            error: OSError | None = None
            try:
                while rest:
                    rest = rest[os.write(self._writing, rest) :]
            except OSError as raised:
                error = raised
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_tell, done, error)


def _tell(done: asyncio.Future[None], error: OSError | None) -> None:
    if done.done():
        return
    if error:
        done.set_exception(error)
    else:
        done.set_result(None)


def _taken(standard: int) -> int:
    """Another descriptor, which no child gets, for what *standard* stands for."""
    taken = os.dup(standard)
    os.set_blocking(taken, True)
    return taken


def _split(descriptor: int) -> Iterator[bytes | None]:
    line = bytearray()
    while part := os.read(descriptor, 1 << 16):
        for n, piece in enumerate(part.split(b"\n")):
            if n:
                yield bytes(line) if len(line) <= LONGEST else None
                line.clear()
            if len(line) <= LONGEST:
                line += piece
    if line:
        yield bytes(line) if len(line) <= LONGEST else None
