"""Starting and ending the server: processes, signals, the log."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from kg.errors import StoreError
from kg.faces.web.settings import Settings
from kg.terms import Text

_GRACE: Final = 4
"""Seconds that requests in flight have after SIGTERM; the process is gone within five."""
_KEEP_ALIVE: Final = 75


def serve(settings: Settings, *, log_level: str = "info") -> None:
    """Serve until SIGTERM or Ctrl-C.

    Raises:
        StoreError: the address cannot be listened on.
    """
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    settings.hand_on()
    listening = _listen(settings)
    config = uvicorn.Config(
        "kg.faces.web.serving:application",
        factory=True,
        workers=settings.processes,
        log_config=None,
        log_level=log_level,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_GRACE,
        backlog=2048,
        lifespan="on",
    )
    os.environ["KG_SERVE_LOG"] = log_level
    with listening, _shared_metrics(settings.processes):
        if settings.processes > 1:
            from kg.faces.web.gate import log_to_stderr

            log_to_stderr(log_level)
            Multiprocess(config, sockets=[listening]).run()
        else:
            uvicorn.Server(config).run(sockets=[listening])


def application() -> object:
    """The application of one server process; uvicorn calls it there."""
    from kg.faces.web.app import create
    from kg.faces.web.gate import log_to_stderr

    log_to_stderr(os.environ.get("KG_SERVE_LOG", "info"))
    return create()


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((settings.host, settings.port))
        listening.listen(2048)
    except OSError as error:
        listening.close()
        place = f"{settings.host}:{settings.port}"
        raise StoreError(
            Text(f"不能监听 {place}:{error.strerror}", f"cannot listen on {place}: {error.strerror}"),
            hint=Text("用 --port 换一个端口", "name another port with --port"),
        ) from error
    listening.set_inheritable(True)
    return listening


@contextmanager
def _shared_metrics(processes: int) -> Iterator[None]:
    """A folder in which several processes count together."""
    if processes == 1:
        yield
        return
    folder = tempfile.mkdtemp(prefix="kg-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
