"""A handler for the workers of tests/service/test_service.py: the request says what to do, as ``deed argument``."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable

import pyoxigraph as ox

_KEPT: list[bytearray] = []


def make(greeting: str = "") -> Callable[[bytes], bytes]:
    """The factory that a pool is given; it stands for loading a graph."""
    if greeting == "broken":
        raise SystemExit(1)  # without a traceback in the test's output

    def handle(frame: bytes) -> bytes:
        deed, _, argument = frame.partition(b" ")
        return _DEEDS[deed](argument)

    return handle


def _echo(argument: bytes) -> bytes:
    return argument


def _who(argument: bytes) -> bytes:
    """The number of this process, after so many seconds."""
    time.sleep(float(argument or 0))
    return str(os.getpid()).encode()


def _spin(argument: bytes) -> bytes:
    """Work on and on."""
    end = time.monotonic() + float(argument)
    while time.monotonic() < end:
        pass
    return b"done"


def _eat(argument: bytes) -> bytes:
    """Take so many MiB and touch them; answers if there was room."""
    taken = bytearray(int(argument) * 2**20)
    taken[:: 2**12] = b"x" * len(taken[:: 2**12])
    return str(len(taken)).encode()


def _keep(argument: bytes) -> bytes:
    """Take so many MiB for good."""
    _KEPT.append(bytearray(b"x" * (int(argument) * 2**20)))
    return _who(b"")


def _large(argument: bytes) -> bytes:
    return b"x" * int(argument)


def _abort(argument: bytes) -> bytes:
    os.abort()


def _leave(argument: bytes) -> bytes:
    sys.exit(int(argument))


def _recurse(argument: bytes) -> bytes:
    return _recurse(argument)


def _nest(argument: bytes) -> bytes:
    """Overflow the stack of native code, as a query with too many brackets does."""
    depth = int(argument)
    ox.Store().query("SELECT * " + "{" * depth + "}" * depth)
    return b"done"


def _files(argument: bytes) -> bytes:
    """The descriptors that are open here, and what comes of opening another."""
    found = []
    for number in range(64):
        try:
            os.fstat(number)
            found.append(str(number))
        except OSError:
            continue
    for opening in (lambda: socket.socket().fileno(), lambda: os.open(os.devnull, os.O_RDONLY), lambda: os.dup(0)):
        try:
            found.append(f"opened {opening()}")
        except OSError as error:
            found.append(type(error).__name__)
    return " ".join(found).encode()


_DEEDS = {
    b"echo": _echo,
    b"who": _who,
    b"spin": _spin,
    b"eat": _eat,
    b"keep": _keep,
    b"large": _large,
    b"abort": _abort,
    b"leave": _leave,
    b"recurse": _recurse,
    b"nest": _nest,
    b"files": _files,
}
