"""What ``kg serve`` is told, in a form that its server processes can be told in turn."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Final

from kg.store.answers import Limits

VARIABLE: Final = "KG_SERVE_SETTINGS"
VERSION: Final = version("xinzhi")
"""The program's; read now, for a worker can open no file."""


@dataclass(frozen=True)
class Settings:
    """All that a server process needs.

    Attributes:
        store: folder in which the built graph lies (``current`` in it is followed).
        host: address to listen on; its name is also accepted as Host.
        port: port to listen on.
        root_path: path under which a proxy shows the server (``/kg``), or empty.
        workers: queries at once in one server process.
        processes: server processes.
        waiting: queries that may wait in one server process.
        body: most bytes of a request.
        cache: bytes of answers kept in one server process.
        hosts: further names accepted in the Host header; ``*`` accepts any.
        token: what a client must bear for everything but health, or empty.
        seconds: time limit of a query. rows, size, memory: its other limits (:class:`kg.store.answers.Limits`).
    """

    store: str
    host: str = "127.0.0.1"
    port: int = 8000
    root_path: str = ""
    workers: int = 4
    processes: int = 1
    waiting: int = 200
    body: int = 2**20
    cache: int = 64 * 2**20
    hosts: tuple[str, ...] = ()
    token: str = ""
    seconds: float = 10.0
    rows: int = 100_000
    size: int = 32 * 2**20
    memory: int = 2**30

    @property
    def limits(self) -> Limits:
        """What one query may take."""
        return Limits(self.seconds, self.rows, self.size, self.memory)

    def hand_on(self) -> None:
        """Leave the settings in the environment, where a server process started from here finds them."""
        os.environ[VARIABLE] = json.dumps(asdict(self))

    @classmethod
    def handed(cls) -> Settings:
        """The settings that :meth:`hand_on` left."""
        told = json.loads(os.environ[VARIABLE])
        return cls(**{**told, "hosts": tuple(told["hosts"])})
