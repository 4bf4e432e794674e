"""Messages between a server and its workers: a Request to the worker, a Response or a Failure back.

A worker trusts the server, so the fields of a request are pickled, which takes less time than JSON. The server must not
trust a worker, since a malicious query could have taken control of it; so answers are JSON and bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from kg.errors import KgError, from_plain
from kg.terms import Text


class Request(NamedTuple):
    """A request to a worker.

    Attributes:
        task: name of the task, such as ``sparql`` or ``chain``.
        lang: ``zh`` or ``en``.
        params: parameters in order; a name may occur more than once.
        path: over HTTP, the part of the path that identifies a thing or a saved query.
        suffix: over HTTP, the format suffix of the path (``json``, ``ttl``, …); empty for content negotiation.
        accept: over HTTP, the Accept header.
        base: over HTTP, the server's public base URL (``http://host:port/root``).
        posted: over HTTP, whether the method is POST.
        query: over HTTP, the raw query string of the URL, which the task decodes; empty if *params* is already set.
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
        return tuple([value for key, value in self.params if key == name])

    def one(self, name: str, default: Any = "") -> Any:
        """The value of the parameter *name*; the last one if there are several."""
        return next((value for key, value in reversed(self.params) if key == name), default)


class Response(NamedTuple):
    """The response to a request: what the task of a worker returns, sent over HTTP or to an agent.

    Attributes:
        body: the bytes.
        media: the media type, with a charset parameter if it has one.
        headers: further HTTP headers.
        status: the HTTP status.
        keep: whether the answer may be cached until the graph changes.
    """

    body: bytes
    media: str = "application/json"
    headers: Mapping[str, str] = MappingProxyType({})
    status: int = 200
    keep: bool = True


@dataclass(frozen=True)
class Failure:
    """An error from a worker; with a traceback if it is a bug."""

    error: KgError
    trace: str = ""


def pack(result: Response | Failure) -> bytes:
    """A worker's result as one message: a line of JSON, then the body."""
    if isinstance(result, Failure):
        return json.dumps({"error": result.error.plain(), "trace": result.trace}).encode()
    head = (result.media, dict(result.headers), result.status, result.keep)
    return json.dumps(head).encode() + b"\n" + result.body


def unpack(message: bytes) -> Response | Failure:
    """The result from the output of :func:`pack`."""
    head, _, body = message.partition(b"\n")
    fields = _fields(head)
    if isinstance(fields, dict):
        return Failure(from_plain(fields["error"]), fields["trace"])
    return Response(body, *fields)


@lru_cache(maxsize=1024)  # there are few different heads
def _fields(head: bytes) -> Any:
    return json.loads(head)


FAILED: Final = Text("服务器内部出错", "the server failed")
