"""What happens in a worker: one request in, one finished answer out; the graph is in this process's memory.

A frame is a dict (the task, and of the request what a task needs) as :mod:`marshal` writes it, which only the server does.
The answer, which a worker that is broken into could write, is one line of JSON (what it is, or ``error``), then the body.
"""

from __future__ import annotations

import json
import marshal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from traceback import format_exc
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from kg.errors import KgError, NotAcceptable
from kg.faces.web import negotiate
from kg.faces.web.asked import Wrong, params
from kg.faces.web.pages import Pages
from kg.faces.web.problems import plain, told
from kg.graph import KnowledgeGraph
from kg.store.answers import BYTES, Limits, too_large
from kg.store.confine import ended
from kg.terms import Text

JSON: Final = "application/json"
HTML: Final = "text/html; charset=utf-8"
_SHORT: Final = 256
"""Bytes of an answer's head below which it is remembered."""


@dataclass(frozen=True)
class Reply:
    """A finished answer: bytes, Content-Type, further headers, status, whether it holds as long as the dataset does."""

    body: bytes
    media: str
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    keep: bool = True


class Request(NamedTuple):
    """What a task is given.

    Attributes:
        lang: ``zh`` or ``en``.
        accept: the Accept header.
        suffix: format named in the path (``json``, ``ttl``, …) or by ``format=``; empty to negotiate.
        path: what of the path says which thing or query is meant.
        base: URL under which the client sees the server (``http://host:port/root``).
        params: further parameters, in order; a name may occur twice.
        posted: whether a query was posted.
    """

    lang: str
    accept: str
    suffix: str = ""
    path: str = ""
    base: str = ""
    params: tuple[tuple[str, str], ...] = ()
    posted: bool = False

    def choose(self, offered: Mapping[str, str]) -> str:
        """The suffix of the format to answer in.

        Args:
            offered: suffix → media type, the preferred one first.

        Raises:
            NotAcceptable: none of them is asked for.
        """
        if self.suffix:
            if self.suffix in offered:
                return self.suffix
            raise not_acceptable(self.suffix, list(offered))
        types = {media.partition(";")[0]: suffix for suffix, media in offered.items()}
        found = negotiate.media(self.accept, list(types))
        if found is None:
            raise not_acceptable(self.accept, list(offered))
        return types[found]

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of the parameter *name*."""
        return tuple(value for key, value in self.params if key == name)

    def one(self, name: str, default: str = "") -> str:
        """The value of the parameter *name*, the last if it is there twice."""
        return next((value for key, value in reversed(self.params) if key == name), default)


@dataclass(frozen=True)
class Room:
    """What every task works with."""

    graph: KnowledgeGraph
    pages: Pages
    limits: Limits

    @property
    def dataset(self) -> str:
        """SHA-256 of the dataset."""
        return str(self.graph.manifest["dataset_sha256"])


Task = Callable[[Room, Request], Reply]


def open_desk(folder: str, root_path: str, limits: Mapping[str, Any]) -> Callable[[bytes], bytes]:
    """The handler of frames for the built graph in *folder*; called once, before workers are forked.

    Args:
        folder: of the store (``build/v-…``).
        root_path: path under which the server is seen.
        limits: fields of :class:`kg.store.answers.Limits`.
    """
    from kg.faces.web.tasks import TASKS

    graph = KnowledgeGraph(Path(folder), in_memory=True)
    room = Room(graph, Pages(graph, root_path), Limits(**limits))

    def handle(frame: bytes) -> bytes:
        asked = marshal.loads(frame)
        lang = ""  # the server's to find out, if what is asked cannot be read
        try:
            request = _request(asked)
            lang = request.lang
            reply = TASKS[asked["task"]](room, request)
            if len(reply.body) > room.limits.size:
                raise too_large(room.limits.size, BYTES)
        except Wrong as wrong:
            return pack({"error": plain(*wrong.told), "lang": lang})
        except KgError as error:
            return pack({"error": told(error), "lang": lang})
        except (MemoryError, RecursionError):
            return pack({"error": told(ended()), "lang": lang})
        except Exception:  # a fault of ours: the server logs it, and this worker goes on
            failed = plain("error", "服务器内部出错", "the server failed")
            return pack({"error": failed, "lang": lang, "trace": format_exc()})
        return _good(reply.status, reply.media, tuple(reply.headers.items()), lang, reply.keep) + reply.body

    _rehearse(handle)
    return handle


def _request(asked: Mapping[str, Any]) -> Request:
    """The request in a frame; a parameter ``lang`` goes before the browser's wish."""
    given = params(asked)
    lang = next((value for name, value in given if name == "lang" and value), asked["lang"])
    kept = tuple(pair for pair in given if pair[0] != "lang")
    posted = bool(asked["kind"])
    return Request(lang, asked["accept"], asked["suffix"], asked["path"], asked["base"], kept, posted)


def pack(head: Mapping[str, Any], body: bytes = b"") -> bytes:
    """An answer as one frame."""
    return json.dumps(head, ensure_ascii=False).encode() + b"\n" + body


def unpack(frame: bytes) -> tuple[Mapping[str, Any], bytes]:
    """(head, body) of an answer."""
    head, _, body = frame.partition(b"\n")
    return (_short(head) if len(head) < _SHORT else json.loads(head)), body


@lru_cache(maxsize=256)
def _short(head: bytes) -> Mapping[str, Any]:
    """*head* read; that of most answers is one of a few."""
    return MappingProxyType(json.loads(head))


@lru_cache(maxsize=256)
def _good(status: int, media: str, headers: tuple[tuple[str, str], ...], lang: str, keep: bool) -> bytes:
    """The head of an answer that is no error."""
    return pack({"status": status, "media": media, "headers": dict(headers), "lang": lang, "keep": keep})


def _rehearse(handle: Callable[[bytes], bytes]) -> None:
    """Do each kind of task once: a worker can open no file, so whatever a task imports or reads must be there before.

    A rehearsal may fail (a graph of somebody else's has none of these things); what matters is what it has loaded.
    """
    from kg.faces.web.tasks import REHEARSAL

    for asked in REHEARSAL:
        handle(frame_of(**asked))


def frame_of(task: str, params: Sequence[tuple[str, str]] = (), **more: str) -> bytes:
    """The frame of a request by GET for *task* with *params*; *more* of what is empty otherwise."""
    query = urlencode(params).encode()
    rest = {"lang": "zh", "accept": "", "suffix": "", "path": "", "base": "", "body": b"", "kind": ""}
    return marshal.dumps({"task": task, "query": query, **rest, **more})


def not_acceptable(wanted: str, offered: list[str]) -> NotAcceptable:
    """The error of a format that is not offered."""
    listed = ", ".join(offered)
    return NotAcceptable(
        Text(f"不提供格式 {wanted}", f"the format {wanted} is not offered"),
        hint=Text(f"可选:{listed}", f"offered: {listed}"),
    )


def as_json(body: object) -> Reply:
    """A reply of JSON values."""
    return Reply((json.dumps(body, ensure_ascii=False, separators=(",", ":")) + "\n").encode(), JSON)
