"""The program ``kg`` many times over: each run is a process of its own, forked from one that has its imports behind it.

So a run costs what the program does, not what Python does to start it. What a run is given and what it leaves is as it is
for ``python -m kg``: arguments, environment, folder, standard streams, exit code.
"""

from __future__ import annotations

import gc
import json
import os
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

MODULES = (
    "click.shell_completion",
    "rich.cells",
    "kg.graph",
    "kg.ask.network",
    "kg.pipeline.health",
    "kg.faces.export",
)
"""What most runs import, but for the modules of the shell, whose texts are made in the language of a run."""
_LENGTH = 4


class Program:
    """A process that is forked for each run."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair()
        self._ours.settimeout(120)
        with theirs:
            command = [sys.executable, __file__, str(theirs.fileno())]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)

    def run(self, args: tuple[str, ...], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """What ``python -m kg`` with *args* in *env* gives."""
        request = os.fsencode(json.dumps({"args": args, "env": env, "folder": str(Path.cwd())}))
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            socket.send_fds(self._ours, [len(request).to_bytes(_LENGTH)], [out.fileno(), err.fileno()])
            self._ours.sendall(request)
            code = int.from_bytes(_exactly(self._ours, _LENGTH), signed=True)
            told = [_text(stream) for stream in (out, err)]
        return subprocess.CompletedProcess(["kg", *args], code, *told)

    def close(self) -> None:
        self._ours.close()
        self._process.wait()


def _text(stream: Any) -> str:
    stream.seek(0)
    text: str = stream.read().decode().replace("\r\n", "\n").replace("\r", "\n")
    return text


def _exactly(connection: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        part = connection.recv(length - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def _serve(connection: socket.socket) -> None:
    """Answer until nobody asks any more; return in each child, which is to run the program."""
    with suppress(EOFError):
        while True:
            head, streams, *_ = socket.recv_fds(connection, _LENGTH, 2)
            if len(head) < _LENGTH:
                break
            request = json.loads(_exactly(connection, int.from_bytes(head)))
            child = os.fork()
            if child == 0:
                connection.close()
                return _become(request, streams)
            for stream in streams:
                os.close(stream)
            _, status = os.waitpid(child, 0)
            connection.sendall(os.waitstatus_to_exitcode(status).to_bytes(_LENGTH, signed=True))
    sys.exit()


def _become(request: dict[str, Any], streams: list[int]) -> None:
    for number, stream in enumerate(streams, start=1):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["folder"])
    sys.argv[1:] = request["args"]


if __name__ == "__main__":
    for module in MODULES:
        import_module(module)
    gc.freeze()
    _serve(socket.socket(fileno=int(sys.argv[1])))
    from kg.faces.cli import main

    try:
        main()
    except SystemExit as done:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(int(done.code or 0))  # to take down the imports takes longer than most runs
