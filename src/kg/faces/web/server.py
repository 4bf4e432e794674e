"""Starts and stops the server: sockets, processes, signals."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import Any, Final

import uvicorn
from uvicorn.supervisors import Multiprocess

from kg.errors import StoreError
from kg.faces.web.log import log_to_stderr
from kg.faces.web.settings import Settings
from kg.terms import Text

_GRACE: Final = 4
"""Grace period in seconds for requests in flight after SIGTERM; one second less with a supervisor, which needs time to
notice the signal. The process exits within five seconds."""
_KEEP_ALIVE: Final = 75
_NOT_STARTED: Final = 3
"""uvicorn's exit code if it cannot start."""


@dataclass(frozen=True)
class _Application:
    """An application factory, which uvicorn calls in each server process."""

    settings: Settings
    log_level: str

    def __call__(self) -> Any:
        from kg.faces.web.app import create

        log_to_stderr(self.log_level)
        return create(self.settings)


def serve(settings: Settings, *, log_level: str = "info", ready: Callable[[int], None] | None = None) -> None:
    """Serve until SIGTERM or Ctrl-C.

    Args:
        settings: settings of the server.
        log_level: lowest level that is logged.
        ready: called with the port once the server listens.

    Raises:
        StoreError: the address cannot be listened on, or the graph cannot be loaded.
    """
    for number in (
        signal.SIGTERM,
        signal.SIGINT,
    ):  # uvicorn replaces these handlers, and raises the signal again at its end
        signal.signal(number, _end)
    listening = listen(settings)
    if ready:
        ready(listening.getsockname()[1])
    _allow_many_files()
    log_to_stderr(log_level)
    config = uvicorn.Config(
        _Application(settings, log_level),
        factory=True,
        workers=settings.processes,
        http="httptools",
        ws="none",
        log_config=None,
        log_level=log_level,
        access_log=False,
        server_header=False,
        proxy_headers=True,  # X-Forwarded-Proto and -For of a proxy on this machine (127.0.0.1)
        limit_concurrency=settings.connections,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_GRACE - (settings.processes > 1),
        backlog=2048,
        lifespan="on",
    )
    with listening, _shared_metrics(settings.processes):
        failed = _supervise(config, listening) if settings.processes > 1 else _run(uvicorn.Server(config), listening)
    if failed:
        raise StoreError(
            Text("服务未能启动,原因见日志", "the server could not start; the log says why"),
            hint=Text("运行 kg build --force 重建", "run kg build --force to make it anew"),
        )


def _supervise(config: uvicorn.Config, listening: socket.socket) -> bool:
    """Run several server processes until they end. Returns whether one of them could not start."""
    several = Multiprocess(config, sockets=[listening])
    several.run()
    return any(process.exitcode == _NOT_STARTED for process in several.processes)


def _run(server: uvicorn.Server, listening: socket.socket) -> bool:
    """Run *server* until it ends. Returns whether it could not start."""
    try:
        server.run(sockets=[listening])
    except SystemExit as end:
        if end.code != _NOT_STARTED:
            raise
        return True
    return False


def _end(number: int, frame: FrameType | None) -> None:
    """Exit with code 0; the default action would report that a signal killed the process."""
    raise SystemExit(0)


def _allow_many_files() -> None:
    """Raise the limit of open files, and so of connections, to the maximum; the usual limit is 1,024."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # macOS reports no limit but has one
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def listen(settings: Settings) -> socket.socket:
    """A socket that listens on the address of *settings*; port 0 means any free port.

    Raises:
        StoreError: the address cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # RFC 5482; Linux; connections inherit it
            milliseconds = int(1000 * settings.stalled)
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
        listening.bind((settings.host, settings.port))
        listening.listen(2048)
    except OSError as error:
        listening.close()
        place = f"{settings.host}:{settings.port}"
        raise StoreError(
            Text(f"不能监听 {place}:{error.strerror}", f"cannot listen on {place}: {error.strerror}"),
            hint=Text("用 --port 换一个端口", "name another port with --port"),
        ) from error
    return listening


@contextmanager
def _shared_metrics(processes: int) -> Iterator[None]:
    """A context with a temporary folder for the metrics of several processes."""
    if processes == 1:
        yield
        return
    folder = tempfile.mkdtemp(prefix="kg-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
