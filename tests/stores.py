"""Stores of others, each a real server in a process of its own, on a port of this machine and with a folder of its own."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from ports import free_port


class Store(Protocol):
    """A server that can be killed and started again with what it has kept."""

    url: str

    def start(self) -> None:
        """Start it, and wait until it answers."""

    def close(self) -> None:
        """End it at once (SIGKILL)."""


class Oxigraph:
    """``oxigraph serve``, which can be killed and started again on its folder and port.

    Args:
        folder: where it keeps its data.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._port = folder, free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        binary = Path(sys.executable).with_name("oxigraph")
        command = [str(binary), "serve", "--location", str(self._folder), "--bind", f"127.0.0.1:{self._port}"]
        with self._folder.with_suffix(".log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log)
        _wait(self.url, self._process, Path(log.name))

    def close(self) -> None:
        """End it at once (SIGKILL)."""
        self._process.kill()
        self._process.wait()


class Virtuoso:
    """Virtuoso Open Source (the system's package), which can be killed and started again on its folder and ports.

    Its passwords are those of a new database; it listens on this machine alone.

    Args:
        folder: where it keeps its settings and data.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, port, web = folder, free_port(), free_port()
        self.url = f"http://127.0.0.1:{web}/sparql-auth"
        folder.mkdir(exist_ok=True)
        (folder / "virtuoso.ini").write_text(_VIRTUOSO.format(port=port, web=web))
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = ["virtuoso-t", "+configfile", "virtuoso.ini", "+foreground"]
        (self._folder / "virtuoso.lck").unlink(missing_ok=True)  # left by one that was killed
        with self._folder.with_suffix(".log").open("ab") as log:
            self._process = subprocess.Popen(command, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=log)
        _wait(self.url.removesuffix("-auth") + "?query=ASK%7B%7D", self._process, Path(log.name))

    def close(self) -> None:
        """End it at once (SIGKILL)."""
        self._process.kill()
        self._process.wait()


_VIRTUOSO = """[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 200
MaxCheckpointRemap = 2000
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{port}
DisableUnixSocket = 1
ServerThreads = 20
CheckpointInterval = 60
NumberOfBuffers = 20000
MaxDirtyBuffers = 15000
[HTTPServer]
ServerPort = 127.0.0.1:{web}
ServerThreads = 10
ServerRoot = .
[SPARQL]
ResultSetMaxRows = 1000000
"""


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a server answers."""
    end = time.monotonic() + 60
    while True:
        with suppress(OSError):
            urllib.request.urlopen(url, timeout=5).close()
            return
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            raise AssertionError(log.read_text(errors="replace")[-3000:] or "the server does not answer")
        time.sleep(0.02)
