"""The fork server and its workers (``python -m kg.service.worker SPEC``), as Python's own ``multiprocessing.forkserver``.

The fork server loads the graph once and forks a worker whenever :mod:`kg.service.forkserver` asks for one. A worker shares
the loaded memory, is confined, and answers one request after another. The fork server itself answers nothing, has no
threads and runs no query, so nothing can make it hang.

Two kinds of message pass. On the control socket: a command of five bytes (:data:`COMMAND`). On a worker's socket: a request
as :data:`LENGTH` and bytes; its answer as :data:`HEAD` and bytes.
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
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from traceback import format_exc
from typing import Any, Final

from kg.errors import KgError
from kg.graph import KnowledgeGraph
from kg.service.messages import FAILED, Answer, Failure, Request, pack
from kg.store.answers import BYTES, Limits, too_large
from kg.store.confine import confine, ended

COMMAND: Final = struct.Struct("!cI")
"""A command and a process number: ``F``, with a socket attached, forks a worker for that socket and is answered by the same
command with the worker's number; ``K`` kills and reaps the worker of that number; the server's ``R`` says the graph is loaded."""
FORK, KILL, READY = b"F", b"K", b"R"
LENGTH: Final = struct.Struct("!I")
HEAD: Final = struct.Struct("!?I")
"""Of an answer: whether the worker leaves after it, and its length in bytes."""
_GROWN: Final = 64 * 1024
"""KiB of resident memory by which a worker may grow before it leaves, so that no query's memory is kept for good."""

Handler = Callable[[bytes], bytes]
Task = Callable[[Request], Answer]


def main(spec: str) -> None:
    """Load what *spec* names, say that it is loaded, and obey the control socket until it closes.

    Args:
        spec: JSON with ``control`` (a descriptor), ``handler`` (``module:function`` that makes the handler of requests),
            ``args`` (its arguments) and ``memory`` (bytes that a worker may take beyond what it starts with).
    """
    fields = json.loads(spec)
    module, _, name = fields["handler"].partition(":")
    with socket.socket(fileno=fields["control"]) as control:
        _close_inherited(keep=control.fileno())
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole terminal group; the server decides
        try:
            handler: Handler = getattr(import_module(module), name)(*fields["args"])
        except Exception:  # standard error is the server's log, one JSON object a line
            body = {"level": "error", "event": "the graph cannot be loaded", "traceback": format_exc()}
            print(json.dumps(body), file=sys.stderr, flush=True)  # noqa: T201
            sys.exit(1)
        gc.collect()
        gc.freeze()  # the collector then does not write to memory that workers share
        with suppress(OSError):  # the server has gone
            control.sendall(COMMAND.pack(READY, 0))
            _obey(control, handler, fields["memory"])


def open_graph(folder: str, tasks: str, args: list[Any], limits: Mapping[str, Any]) -> Handler:
    """The handler of requests on one built graph.

    Args:
        folder: the graph's folder (``build/v-…``).
        tasks: ``module:function`` that is given the graph, the limits and *args*, and returns name → task.
        args: further arguments of that function.
        limits: fields of :class:`kg.store.answers.Limits`.
    """
    module, _, name = tasks.partition(":")
    bounds = Limits(**limits)
    graph = KnowledgeGraph(Path(folder), in_memory=True)
    table: Mapping[str, Task] = getattr(import_module(module), name)(graph, bounds, *args)

    def handle(message: bytes) -> bytes:
        return pack(_result(table, Request.unpack(message), bounds.size))

    return handle


def _result(tasks: Mapping[str, Task], request: Request, most: int) -> Answer | Failure:
    try:
        answer = tasks[request.task](request)
        if len(answer.body) > most:
            raise too_large(most, BYTES)
        return answer
    except KgError as error:
        return Failure(error)
    except (MemoryError, RecursionError):
        return Failure(ended())
    except Exception:  # a fault of the program: the server logs it, and this worker goes on
        return Failure(KgError(FAILED), format_exc())


def _obey(control: socket.socket, handler: Handler, memory: int) -> None:
    workers: set[int] = set()
    with suppress(OSError):  # the server closes in the midst of a command
        while True:
            message, attached, *_ = socket.recv_fds(control, COMMAND.size, 1)
            if len(message) < COMMAND.size:
                break
            command, number = COMMAND.unpack(message)
            if command == FORK:
                workers.add(number := _fork(control, attached[0], handler, memory))
                control.sendall(COMMAND.pack(FORK, number))
            elif number in workers:
                _end(number)
                workers.discard(number)
    for number in workers:
        _end(number)


def _fork(control: socket.socket, channel: int, handler: Handler, memory: int) -> int:
    """The process number of a new worker on *channel*."""
    number = os.fork()
    if number:
        os.close(channel)
        return number
    try:
        control.close()
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):  # an engine that aborts writes to standard error, which is the server's log
            os.dup2(nothing, standard)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the server ends its workers after their answers are sent
        confine(memory)
        with socket.socket(fileno=channel) as connection:
            serve(connection, handler)
    finally:
        os._exit(0)


def serve(connection: socket.socket, handler: Handler) -> None:
    """Answer requests until the connection closes or this worker has grown."""
    start, requests = _resident(), connection.makefile("rb")
    while len(head := requests.read(LENGTH.size)) == LENGTH.size:
        (size,) = LENGTH.unpack(head)
        message = requests.read(size)
        if len(message) < size:  # the server broke off
            return
        answer = handler(message)
        grown = _resident() - start > _GROWN
        connection.sendall(HEAD.pack(grown, len(answer)) + answer)
        if grown:
            return


def _resident() -> int:
    """The most memory this process has held, in KiB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // 1024 if sys.platform == "darwin" else most


def _end(number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(number, signal.SIGKILL)
        os.waitpid(number, 0)


def _close_inherited(keep: int) -> None:
    """Close every file but the standard ones and *keep*: uvloop hands its own down, and the server's listening socket."""
    for number in map(int, os.listdir("/dev/fd")):  # noqa: PTH208 - only the names are needed
        if number > 2 and number != keep:
            with suppress(OSError):  # the listing itself was one of them
                os.close(number)


if __name__ == "__main__":
    main(sys.argv[1])
