"""What passes between a server and its workers: a Request there, an Answer or an error back, as JSON and bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kg.errors import KgError, from_plain
from kg.terms import Text


@dataclass(frozen=True)
class Request:
    """A question for a worker; all of it can be written as JSON.

    Attributes:
        task: name of what is to be done, such as ``sparql`` or ``chain``.
        lang: ``zh`` or ``en``.
        params: parameters in order; a name may occur twice.
        path: over HTTP, what of the path says which thing or query is meant.
        suffix: over HTTP, the format named in the path (``json``, ``ttl``, …); empty to negotiate.
        accept: over HTTP, the Accept header.
        base: over HTTP, the URL under which the client sees the server (``http://host:port/root``).
        posted: over HTTP, whether the query was posted.
        query: over HTTP, the URL's query string as it came, which the task decodes; empty where *params* holds it already.
    """

    task: str
    lang: str = "zh"
    params: tuple[tuple[str, Any], ...] = ()
    path: str = ""
    suffix: str = ""
    accept: str = ""
    base: str = ""
    posted: bool = False
    query: str = ""

    def all(self, name: str) -> tuple[Any, ...]:
        """Every value of the parameter *name*."""
        return tuple(value for key, value in self.params if key == name)

    def one(self, name: str, default: Any = "") -> Any:
        """The value of the parameter *name*, the last if it is there twice."""
        return next((value for key, value in reversed(self.params) if key == name), default)

    def pack(self) -> bytes:
        """The request as JSON."""
        return json.dumps(self.__dict__).encode()

    @classmethod
    def unpack(cls, message: bytes) -> Request:
        """The request that :meth:`pack` wrote."""
        fields = json.loads(message)
        return cls(**{**fields, "params": tuple((name, value) for name, value in fields["params"])})


@dataclass(frozen=True)
class Answer:
    """A finished answer.

    Attributes:
        body: the bytes.
        media: their media type, with its charset where it has one.
        headers: further HTTP headers.
        status: the HTTP status.
        keep: whether the same request has the same answer for as long as the graph is the same.
    """

    body: bytes
    media: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    keep: bool = True


@dataclass(frozen=True)
class Failure:
    """An error as a worker sends it, with the traceback if it is a fault of the program."""

    error: KgError
    trace: str = ""


def pack(result: Answer | Failure) -> bytes:
    """A worker's result as one message: a line of JSON, then the body.

    The server reads it as JSON, never by pickle: a worker that a query has broken into could write anything.
    """
    if isinstance(result, Failure):
        return json.dumps({"error": result.error.plain(), "trace": result.trace}).encode()
    head = {"media": result.media, "headers": dict(result.headers), "status": result.status, "keep": result.keep}
    return json.dumps(head).encode() + b"\n" + result.body


def unpack(message: bytes) -> Answer | Failure:
    """The result that :func:`pack` wrote."""
    head, _, body = message.partition(b"\n")
    fields = json.loads(head)
    if "error" in fields:
        return Failure(from_plain(fields["error"]), fields["trace"])
    return Answer(body, **fields)


FAILED: Final = Text("服务器内部出错", "the server failed")
