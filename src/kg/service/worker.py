"""The fork server process and its workers (``python -m kg.service.worker SPEC``); as in ``multiprocessing.forkserver``.

The fork server loads the graph once, and forks a worker for each command from :mod:`kg.service.forkserver`. A worker shares
the loaded memory, is confined, and answers one request after another. The fork server has no threads and runs no query, so
no query can block it.

There are two kinds of messages. On the control socket, a command has five bytes (:data:`COMMAND`). On a worker's socket, a
request is :data:`LENGTH` and the bytes; an answer is :data:`HEAD` and the bytes.
"""

from __future__ import annotations

import gc
import json
import os
import pickle
import signal
import socket
import struct
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from traceback import format_exc
from types import FrameType
from typing import Any, Final

from kg.errors import KgError
from kg.graph import KnowledgeGraph
from kg.service.builds import Build
from kg.service.messages import FAILED, Failure, Request, Response, pack
from kg.store.answers import BYTES, Limits, too_large
from kg.store.confine import confine, ended, peak_memory
from kg.store.relay import Relay
from kg.store.remote import address

COMMAND: Final = struct.Struct("!cI")
"""A command and a process id. ``F`` with a socket attached: fork a worker for that socket; the reply is ``F`` with the
worker's process id. ``K``: kill and reap the worker. ``R`` from the fork server: the graph is loaded."""
FORK, KILL, READY = b"F", b"K", b"R"
LENGTH: Final = struct.Struct("!I")
HEAD: Final = struct.Struct("!?I")
"""Head of an answer: whether the worker exits after it, and the length of the answer in bytes."""
_MAX_GROWTH: Final = 64 * 2**20
"""Bytes by which a worker's resident memory may grow before it exits and is replaced."""

_COPIES: Final = 8
"""How often the memory of a worker must hold the answer of a store: as it arrives, as JSON, as terms."""

Handler = Callable[[bytes], bytes]
Task = Callable[[Request], Response]


def main(spec: str) -> None:
    """Create the request handler, send ``R``, and run the commands from the control socket until it closes.

    Args:
        spec: JSON with ``control`` (a file descriptor), ``handler`` (``module:function`` that creates the handler), ``args``
            (its arguments) and ``memory`` (bytes that a worker may use beyond what it starts with).
    """
    fields = json.loads(spec)
    module, _, name = fields["handler"].partition(":")
    with socket.socket(fileno=fields["control"]) as control:
        _close_inherited(keep=control.fileno())
        signal.signal(
            signal.SIGINT, signal.SIG_IGN
        )  # Ctrl-C reaches the whole process group; the server ends this process
        try:
            handler: Handler = getattr(import_module(module), name)(*fields["args"])
        except Exception:  # standard error is the server's log: JSON Lines
            body = {"level": "error", "event": "the graph cannot be loaded", "traceback": format_exc()}
            print(json.dumps(body), file=sys.stderr, flush=True)  # noqa: T201
            sys.exit(1)
        gc.collect()
        gc.freeze()  # garbage collection would write to pages shared with workers, which copies them
        with suppress(OSError):  # the server has exited
            control.sendall(COMMAND.pack(READY, 0))
            _run_commands(control, handler, fields["memory"])


def open_graph(build: Sequence[str], tasks: str, args: list[Any], limits: Mapping[str, Any]) -> Handler:
    """The request handler for one built graph.

    Args:
        build: fields of :class:`kg.service.builds.Build`.
        tasks: ``module:function``, called with the graph, the limits and *args*; it returns name → task.
        args: further arguments of that function.
        limits: fields of :class:`kg.store.answers.Limits`.
    """
    module, _, name = tasks.partition(":")
    bounds, chosen = Limits(**limits), Build(*build)
    graph = chosen.open(in_memory=True, client=_relay(chosen, bounds) if chosen.iri else None)
    table: Mapping[str, Task] = getattr(import_module(module), name)(graph, bounds, *args)

    def handle(message: bytes) -> bytes:
        return pack(_result(graph, table, Request(*pickle.loads(message)), bounds.size))

    return handle


def _relay(build: Build, bounds: Limits) -> Relay:
    """A relay to the store of *build*, for the workers. This process exits when the relay exits, without which it cannot answer."""
    relay = Relay(address(build.place)[0], seconds=bounds.seconds, most=bounds.memory // _COPIES)

    def end_with_it(number: int, frame: FrameType | None) -> None:
        if relay.ended:
            os._exit(1)

    signal.signal(signal.SIGCHLD, end_with_it)
    return relay


def _result(graph: KnowledgeGraph, tasks: Mapping[str, Task], request: Request, most: int) -> Response | Failure:
    try:
        with graph.reading():
            answer = tasks[request.task](request)
        if len(answer.body) > most:
            raise too_large(most, BYTES)
        return answer
    except KgError as error:
        return Failure(error)
    except (MemoryError, RecursionError):
        return Failure(ended())
    except Exception:  # a bug: the server logs it, and this worker continues
        return Failure(KgError(FAILED), format_exc())


def _run_commands(control: socket.socket, handler: Handler, memory: int) -> None:
    workers: set[int] = set()
    with suppress(OSError):  # the server has exited during a command
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
    """Fork a worker that serves on *channel*. Returns its process id."""
    number = os.fork()
    if number:
        os.close(channel)
        return number
    try:
        control.close()
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):  # an abort of the engine would write to the server's log
            os.dup2(nothing, standard)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the server ends workers after their last answer
        confine(memory)
        with socket.socket(fileno=channel) as connection:
            serve(connection, handler)
    finally:
        os._exit(0)


def serve(connection: socket.socket, handler: Handler) -> None:
    """Answer requests until the connection closes or this worker's memory has grown by :data:`_MAX_GROWTH`."""
    start, requests = peak_memory(), connection.makefile("rb")
    while len(head := requests.read(LENGTH.size)) == LENGTH.size:
        (size,) = LENGTH.unpack(head)
        message = requests.read(size)
        if len(message) < size:  # the connection was closed within a message
            return
        answer = handler(message)
        grown = peak_memory() - start > _MAX_GROWTH
        connection.sendall(HEAD.pack(grown, len(answer)) + answer)
        if grown:
            return


def _end(number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(number, signal.SIGKILL)
        os.waitpid(number, 0)


def _close_inherited(keep: int) -> None:
    """Close all inherited file descriptors except 0, 1, 2 and *keep*, such as uvloop's and the listening socket."""
    for number in map(int, os.listdir("/dev/fd")):  # noqa: PTH208 - only the names are needed
        if number > 2 and number != keep:
            with suppress(OSError):  # listdir's own descriptor is already closed
                os.close(number)


if __name__ == "__main__":
    main(sys.argv[1])
