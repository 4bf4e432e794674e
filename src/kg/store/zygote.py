"""A process that loads a graph once and forks a worker from it whenever one is wanted (``python -m kg.store.zygote``).

A forked worker is ready in milliseconds and shares the loaded graph's memory; it is confined, so that whatever a query
does to it ends with it. The zygote itself answers nothing: it forks, kills and reaps, so it cannot be made to hang.

Between it and :mod:`kg.store.pool` runs one socket. Commands are five bytes: ``F0`` with a socket attached (fork a worker
that serves that socket; the answer is its process number), ``K`` and a process number (kill and reap it; no answer).
"""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import socket
import struct
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import Final

from kg.store.channel import HEAD, LEAVING, WHOLE, Inbox
from kg.store.confine import confine

COMMAND: Final = struct.Struct("!cI")
FORK, KILL = b"F", b"K"
_CHANNEL: Final = 3
_GROWN: Final = 64 * 1024
"""KiB of resident memory by which a worker may grow before it leaves, so that no one query's memory is kept for good."""
_EVERY, _LARGE = 32, 2**18
"""How often a worker looks at what it holds: after so many frames, and after each answer of so many bytes."""

Handler = Callable[[bytes], bytes]


def main(spec: str) -> None:
    """Load the handler that *spec* names, say so, and obey the pool until it closes the socket.

    Args:
        spec: JSON with ``control`` (descriptor), ``factory`` (``module:function``), ``args``, ``memory`` (bytes) and
            ``life`` (frames after which a worker leaves in any case).
    """
    told = json.loads(spec)
    module, _, name = told["factory"].partition(":")
    with socket.socket(fileno=told["control"]) as control:
        _close_above(2, but=control.fileno())  # uvloop hands its own down, and the server's listening socket
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the server decides when to end
        try:
            handle: Handler = getattr(import_module(module), name)(*told["args"])
        except Exception:  # on one line, for stderr is the server's log
            body = {"level": "error", "event": "the graph cannot be loaded", "traceback": traceback.format_exc()}
            print(json.dumps(body), file=sys.stderr, flush=True)  # noqa: T201
            sys.exit(1)
        gc.collect()
        gc.freeze()  # the collector then leaves the shared pages alone
        with suppress(OSError):  # nobody waits any longer
            control.sendall(COMMAND.pack(b"R", 0))
            _obey(control, partial(_work, handle=handle, memory=told["memory"], life=told["life"]))


def _obey(control: socket.socket, work: Callable[[int], None]) -> None:
    workers: set[int] = set()
    with suppress(OSError):  # a pool that closes in the midst of a command: its workers end all the same
        while True:
            message, attached, *_ = socket.recv_fds(control, COMMAND.size, 1)
            if len(message) < COMMAND.size:
                break
            command, number = COMMAND.unpack(message)
            if command == FORK:
                workers.add(number := _fork(control, attached[0], work))
                control.sendall(COMMAND.pack(FORK, number))
            elif number in workers:
                _end(number)
                workers.discard(number)
    for number in workers:
        _end(number)


def _fork(control: socket.socket, channel: int, work: Callable[[int], None]) -> int:
    number = os.fork()
    if number:
        os.close(channel)
        return number
    try:
        control.close()
        work(channel)
    finally:
        os._exit(0)


def _work(channel: int, handle: Handler, memory: int, life: int) -> None:
    """Be a worker."""
    _become_worker(channel, memory)
    _serve(handle, life)


def _become_worker(channel: int, memory: int) -> None:
    """Keep the channel as the only open file, and let no other be opened."""
    if channel != _CHANNEL:
        os.dup2(channel, _CHANNEL)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):  # an engine that aborts writes its last words to stderr, which is the server's log
        os.dup2(nothing, standard)
    _close_above(_CHANNEL)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the pool ends its workers after their answers are out
    confine(memory, files=_CHANNEL + 1)


def _close_above(last: int, but: int = -1) -> None:
    """Close every file with a descriptor above *last*."""
    for number in map(int, os.listdir("/dev/fd")):  # noqa: PTH208 - names only
        if number > last and number != but:
            with suppress(OSError):  # the listing was one of them
                os.close(number)


def _serve(handle: Handler, life: int) -> None:
    """Answer frames until the channel closes or this worker has grown or aged enough to leave."""
    start, frames = _resident(), 0
    with socket.socket(fileno=_CHANNEL) as channel:
        inbox = Inbox(channel)
        while (frame := inbox.next()) is not None:
            begun = time.monotonic_ns()
            told, frames = handle(frame), frames + 1
            took = min((time.monotonic_ns() - begun) // 1000, 2**32 - 1)
            look = frames % _EVERY == 0 or len(told) > _LARGE
            leaving = frames >= life or (look and _resident() - start > _GROWN)
            channel.sendall(HEAD.pack(LEAVING if leaving else WHOLE, len(told), took) + told)
            if leaving:  # not before the other side has read it: what it may have sent meanwhile would break the line
                while channel.recv(2**16):
                    pass
                return


def _resident() -> int:
    """The most memory this process has held, in KiB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // 1024 if sys.platform == "darwin" else most


def _end(number: int) -> None:
    try:
        os.kill(number, signal.SIGKILL)
    except ProcessLookupError:
        return
    os.waitpid(number, 0)


if __name__ == "__main__":
    main(sys.argv[1])
