"""What happens in a worker: one request in, one finished answer out; the graph is in this process's memory.

A frame is JSON: ``task``, ``lang``, ``accept`` and what the task needs. The answer is one line of JSON (``media`` and
``headers``, or ``error``), then the body.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from traceback import format_exc
from typing import Any, Final, NamedTuple

from kg.errors import KgError, NotAcceptable
from kg.faces.web import negotiate
from kg.faces.web.pages import Pages
from kg.faces.web.problems import plain, told
from kg.graph import KnowledgeGraph
from kg.store.answers import Limits, too_large
from kg.store.confine import ended
from kg.terms import Text

JSON: Final = "application/json"
HTML: Final = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Reply:
    """A finished answer: bytes, Content-Type, further headers, status."""

    body: bytes
    media: str
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


class Request(NamedTuple):
    """What a task is given.

    Attributes:
        lang: ``zh`` or ``en``.
        accept: the Accept header.
        suffix: format named in the path (``json``, ``ttl``, …) or by ``format=``; empty to negotiate.
        path: what of the path says which thing or query is meant.
        base: URL under which the client sees the server (``http://host:port/root``).
        params: further parameters, in order; a name may occur twice.
    """

    lang: str
    accept: str
    suffix: str = ""
    path: str = ""
    base: str = ""
    params: tuple[tuple[str, str], ...] = ()

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
        asked = json.loads(frame)
        try:
            task = TASKS[asked.pop("task")]
            reply = task(room, Request(**{**asked, "params": tuple(map(tuple, asked.get("params", ())))}))
            if len(reply.body) > room.limits.size:
                raise too_large(Text(f"{room.limits.size} 字节", f"{room.limits.size} bytes"))
        except KgError as error:
            return pack({"error": told(error)})
        except (MemoryError, RecursionError):
            return pack({"error": told(ended())})
        except Exception:  # a fault of ours: the server logs it, and this worker goes on
            return pack({"error": plain("error", "服务器内部出错", "the server failed"), "trace": format_exc()})
        return pack({"status": reply.status, "media": reply.media, "headers": dict(reply.headers)}, reply.body)

    _rehearse(handle)
    return handle


def pack(head: Mapping[str, Any], body: bytes = b"") -> bytes:
    """An answer as one frame."""
    return json.dumps(head, ensure_ascii=False).encode() + b"\n" + body


def unpack(frame: bytes) -> tuple[dict[str, Any], bytes]:
    """(head, body) of an answer."""
    head, _, body = frame.partition(b"\n")
    return json.loads(head), body


def _rehearse(handle: Callable[[bytes], bytes]) -> None:
    """Do each kind of task once: a worker can open no file, so whatever a task imports or reads must be there before.

    A rehearsal may fail (a graph of somebody else's has none of these things); what matters is what it has loaded.
    """
    from kg.faces.web.tasks import REHEARSAL

    for asked in REHEARSAL:
        handle(json.dumps({"lang": "zh", "accept": "", **asked}).encode())


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
