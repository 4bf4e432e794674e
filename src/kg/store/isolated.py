"""The worker process for users' queries on one index. It is confined and answers one query at a time until its input ends.

:mod:`kg.store.process` starts it. Requests arrive on standard input, answers leave on standard output. A message is two
lengths, a head in JSON and a body. The body of an answer is SPARQL 1.1 TSV (rows) or N-Triples (triples), as Oxigraph
writes them; one line is one row or triple.
"""

from __future__ import annotations

import _thread
import json
import os
import select
import signal
import struct
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kg.errors import KgError
from kg.store.confine import confine, ended, peak_memory
from kg.store.embedded import EmbeddedStore, engine_problem
from kg.store.guard import refuse_side_effects

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

MEMORY: Final = 2**30
"""Bytes of memory that queries may use, beyond what the process uses once its index is open."""
_SIZES: Final = struct.Struct("!IQ")

Message = tuple[dict[str, Any], bytes]


def send(out: IO[bytes], head: dict[str, Any], body: bytes = b"") -> None:
    """Write one message."""
    data = json.dumps(head).encode()
    out.write(_SIZES.pack(len(data), len(body)) + data)
    out.write(body)
    out.flush()


def receive(read: Callable[[int], bytes]) -> Message:
    """The next message.

    Args:
        read: returns the next *n* bytes, fewer at the end of the stream.

    Raises:
        EOFError: the stream ends before the message is complete.
    """

    def whole(size: int) -> bytes:
        data = read(size)
        if len(data) < size:
            raise EOFError
        return data

    head, body = _SIZES.unpack(whole(_SIZES.size))
    return json.loads(whole(head)), whole(body)


def main(index: str) -> None:
    """Open the index in folder *index*, send a ready message, and answer queries until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole process group; the parent ends this process
    out, nothing = os.fdopen(os.dup(1), "wb"), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    try:
        store = EmbeddedStore(Path(index))
    except KgError as error:
        return send(out, {"kind": "error"} | error.plain())
    confine(MEMORY)
    send(out, {"ready": True})
    os.dup2(nothing, 2)  # the engine writes a backtrace as it aborts
    _thread.start_new_thread(_exit_with_parent, ())
    start, exhausted = peak_memory(), False  # on Linux, the peak of the parent process is inherited
    while not exhausted:
        try:
            request, sparql = receive(sys.stdin.buffer.read)
        except EOFError:
            return None
        head, body = _answer(store, sparql.decode(errors="surrogatepass"), request["shown"], request["limit"])
        exhausted = peak_memory() - start > MEMORY // 2
        send(out, head | {"last": exhausted}, body)
    return None


def _answer(store: EmbeddedStore, sparql: str, shown: str, limit: int | None) -> Message:
    """The message with the answer, or with the error."""
    try:
        refuse_side_effects(sparql, shown, store.has_graph)
        found = store.query(sparql, shown=shown)
        if isinstance(found, ox.QueryBoolean):
            return {"kind": "truth", "truth": bool(found)}, b""
        if isinstance(found, ox.QueryTriples):
            out = _LimitedLines(limit)
            out.fill(lambda: ox.serialize(found, out, ox.RdfFormat.N_TRIPLES))
            return {"kind": "triples", "truncated": out.full}, out.getvalue()
        out = _LimitedLines(None if limit is None else limit + 1)  # one more line for the header
        out.fill(lambda: found.serialize(out, ox.QueryResultsFormat.TSV))
        return {"kind": "rows", "truncated": out.full}, out.getvalue()
    except KgError as error:
        return {"kind": "error"} | error.plain(), b""
    except (MemoryError, RecursionError):
        return {"kind": "error"} | ended().plain(), b""
    except (OSError, RuntimeError, ValueError) as error:
        return {"kind": "error"} | engine_problem(error).plain(), b""


class _Full(Exception):
    """Stops a writer after the last line that is kept."""


class _LimitedLines(BytesIO):
    """An in-memory file of at most *most* lines (None: any number). ``full`` is true if more were written."""

    def __init__(self, most: int | None) -> None:
        super().__init__()
        self._left, self.full = most, False

    def write(self, data: ReadableBuffer) -> int:
        if self._left is None:
            return super().write(data)
        text = bytes(data)
        lines = text.count(b"\n")
        if lines < self._left or (lines == self._left and text.endswith(b"\n")):
            self._left -= lines
            return super().write(text)
        kept = text.split(b"\n", self._left)
        super().write(b"".join(line + b"\n" for line in kept[:-1]))
        self._left, self.full = 0, True
        raise _Full

    def fill(self, write: Callable[[], object]) -> None:
        """Call *write*, which writes into this file; stop it when the file is full."""
        try:
            write()
        except _Full:
            return


def _exit_with_parent() -> None:
    """End this process as soon as the other end of its standard input is closed, even during a query."""
    poll = select.poll()
    poll.register(0, 0)  # POLLHUP is always reported, whatever the event mask
    poll.poll()
    os._exit(0)
