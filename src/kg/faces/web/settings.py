"""What ``kg serve`` is told."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

from kg.store.answers import Limits

VERSION: Final = version("xinzhi")


@dataclass(frozen=True)
class Settings:
    """All that a server process needs; it is handed on to further ones by pickle, never by the environment.

    Attributes:
        store: folder in which the built graph lies (``current`` in it is followed).
        host: address to listen on; its name is also accepted as Host.
        port: port to listen on.
        root_path: path under which a proxy shows the server (``/kg``), or empty.
        workers: queries of the askers' own making that one server process answers at once.
        reserved: further requests, for pages and saved questions, that it answers at once.
        processes: server processes.
        waiting: queries that may wait in one server process, and as many pages and saved questions.
        connections: most connections of one server process; one more is answered 503.
        body: most bytes of a request.
        cache: bytes of answers kept in one server process.
        hosts: further names accepted in the Host header; ``*`` accepts any.
        cors: origins whose pages may read the answers (CORS); ``*`` for any. None by default.
        token: what a client must bear for everything but health, or empty.
        seconds: time limit of a query. rows, size, memory: its other limits (:class:`kg.store.answers.Limits`).
    """

    store: str
    host: str = "127.0.0.1"
    port: int = 8000
    root_path: str = ""
    workers: int = 4
    reserved: int = 2
    processes: int = 1
    waiting: int = 200
    connections: int = 4000
    body: int = 2**20
    cache: int = 64 * 2**20
    hosts: tuple[str, ...] = ()
    cors: tuple[str, ...] = ()
    token: str = ""
    seconds: float = 10.0
    rows: int = 100_000
    size: int = 32 * 2**20
    memory: int = 2**30

    @property
    def limits(self) -> Limits:
        """What one query may take."""
        return Limits(self.seconds, self.rows, self.size, self.memory)
