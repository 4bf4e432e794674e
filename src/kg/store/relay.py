"""The relay: a process that asks a store for processes which are confined and open no connection themselves.

A worker of a server reads what strangers send, so it is confined (:mod:`kg.store.confine`). It passes its queries over a
socket pair to the relay, which sends them to the address for queries that it was started with, and to no other. The relay
reads no query. User and password of the store are needed by the relay alone.

Messages are those of :mod:`kg.store.isolated`. ``python -m kg.store.relay SPEC`` is the process.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from threading import Thread
from typing import Any, Final

from kg.errors import KgError, StoreError, from_plain
from kg.store.isolated import Message, receive, send
from kg.store.protocol import Client, QueryResponse
from kg.terms import Text

_NEW: Final = b"N"
"""With a socket attached: another process will ask over that socket."""


class Relay:
    """Sends queries through a relay, which this object starts; forks of this process use the same one.

    Args:
        url: the store, as :class:`kg.store.protocol.Client` takes it.
        seconds: longest wait for an answer.
        most: most bytes of an answer.
    """

    def __init__(self, url: str, *, seconds: float, most: int) -> None:
        self._shared, there = socket.socketpair()
        with there:
            spec = json.dumps({"url": url, "seconds": seconds, "most": most, "channel": there.fileno()})
            command = [sys.executable, "-P", "-m", __name__, spec]  # -P: import no modules from the current folder
            self._process = subprocess.Popen(command, pass_fds=[there.fileno()], stdin=subprocess.DEVNULL)
        self._owner, self._own = 0, self._shared

    @property
    def ended(self) -> bool:
        """Whether the relay has ended. Call this only in the process that started the relay."""
        return self._process.poll() is not None

    def query(self, text: str, accept: str, *, shown: str = "query", default_graph: str = "") -> QueryResponse:
        """The answer to a query.

        Raises:
            KgError: as :meth:`kg.store.protocol.Client.query`. StoreError: also if the relay has ended.
        """
        head = {"accept": accept, "shown": shown, "default_graph": default_graph}
        try:
            channel = self._channel()
            with channel.makefile("wb") as out, channel.makefile("rb") as answers:
                send(out, head, text.encode(errors="surrogatepass"))
                told, body = receive(answers.read)
        except (OSError, EOFError) as error:
            raise StoreError(
                Text("查询远程库的进程已结束", "the process that asks the store has ended"),
                hint=Text("稍后再试", "try again in a moment"),
            ) from error
        if "class" in told:
            raise from_plain(told)
        return QueryResponse(body, told["media"], told["server"])

    def _channel(self) -> socket.socket:
        """The socket of this process. A fork needs one of its own, or it would read the answers of others."""
        if self._owner != os.getpid():
            here, there = socket.socketpair()
            with there:
                socket.send_fds(self._shared, [_NEW], [there.fileno()])
            self._owner, self._own = os.getpid(), here
        return self._own


def main(spec: str) -> None:
    """Answer each process that asks, until none is left."""
    fields: dict[str, Any] = json.loads(spec)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole process group; those who ask end first
    client = Client(fields["url"], seconds=fields["seconds"], most=fields["most"])
    with socket.socket(fileno=fields["channel"]) as shared:
        while True:
            message, attached, *_ = socket.recv_fds(shared, len(_NEW), 1)
            if not message:
                return
            channel = socket.socket(fileno=attached[0])
            Thread(target=_serve, args=(client, channel), daemon=True).start()


def _serve(client: Client, channel: socket.socket) -> None:
    """Answer the queries of one process, one after the other, until it ends."""
    with (
        channel,
        channel.makefile("rb") as queries,
        channel.makefile("wb") as out,
        suppress(EOFError, OSError),
    ):
        while True:
            head, body = receive(queries.read)
            send(out, *_answer(client, head, body.decode(errors="surrogatepass")))


def _answer(client: Client, head: dict[str, Any], text: str) -> Message:
    try:
        body, media, server = client.query(
            text, head["accept"], shown=head["shown"], default_graph=head["default_graph"]
        )
    except KgError as error:
        return error.plain(), b""
    return {"media": media, "server": server}, body


if __name__ == "__main__":
    main(sys.argv[1])
