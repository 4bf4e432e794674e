"""The settings of ``kg serve``."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

from kg.store.answers import Limits

VERSION: Final = version("xinzhi")


@dataclass(frozen=True)
class Settings:
    """The settings of a server process; passed to other processes by pickle, never by environment variables.

    Attributes:
        store: the store folder, whose link ``current`` the server follows; or the URL of a store.
        host: address to listen on; also accepted in the Host header.
        port: port to listen on.
        root_path: path under which a proxy shows the server (``/kg``), or empty.
        workers: number of workers for SPARQL queries in one server process.
        reserved: number of workers for pages and saved queries in one server process.
        processes: number of server processes.
        waiting: most SPARQL queries that may wait in one server process; the same number of other requests may wait.
        connections: most connections of one server process; further ones get 503.
        body: most bytes of a request body.
        cache: size of the cache in one server process, in bytes.
        hosts: additional names accepted in the Host header; ``*`` accepts any.
        cors: origins that may read the answers (CORS); ``*`` for any. Empty by default.
        token: bearer token required for everything except ``/healthz`` and ``/readyz``, or empty.
        stalled: seconds after which the system closes a connection whose client does not receive data.
        texts: copies of the texts of documents whose words pages may show: for each the document's id, its folder, the
            file, and the SHA-256 of the file's text when the server started.
        seconds: time limit of a query.
        rows, size, memory: its other limits (:class:`kg.store.answers.Limits`).
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
    stalled: float = 30.0
    texts: tuple[tuple[str, str, str, str], ...] = ()
    seconds: float = 10.0
    rows: int = 100_000
    size: int = 32 * 2**20
    memory: int = 2**30

    @property
    def limits(self) -> Limits:
        """The limits of one query."""
        return Limits(self.seconds, self.rows, self.size, self.memory)
