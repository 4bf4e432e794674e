"""What happens in a worker: one call of a tool in, one finished answer out; the graph is in this process's memory.

A frame is JSON: ``tool``, ``values`` (checked by :mod:`kg.faces.mcp.arguments`) and what every tool takes. The answer is
JSON: ``structured`` and ``text``, or ``error``.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from traceback import format_exc
from typing import Any, Final

from kg.errors import KgError
from kg.faces.mcp.bounded import Frame, bound
from kg.faces.mcp.sources import Sources
from kg.graph import KnowledgeGraph
from kg.store.answers import Limits
from kg.store.confine import ended
from kg.store.embedded import EmbeddedStore
from kg.terms import Text

_COMMAND: Final = re.compile(r"\bkg (?=(?:find|show|chain|why|audit|path|sparql)\b)")
"""What stands before a command's name in a hint; the tools have the same names."""
_LONGEST: Final = 2_000
_PART: Final = 0.5
"""Part of the time limit after which no further row is begun, so that what has been found still goes out."""


@dataclass(frozen=True)
class Call:
    """One call of a tool.

    Attributes:
        tool: its name.
        values: its own arguments; one that was not given is not there.
        spans: whether citations say at which characters a passage stands.
        frame: how much is wanted.
    """

    tool: str
    values: Mapping[str, Any]
    spans: bool
    frame: Frame


@dataclass(frozen=True)
class Room:
    """What every task works with."""

    graph: KnowledgeGraph
    sources: Sources
    limits: Limits

    @property
    def store(self) -> EmbeddedStore:
        """The graph's store, which is on this machine."""
        assert isinstance(self.graph.store, EmbeddedStore)
        return self.graph.store


def open_desk(folder: str, limits: Mapping[str, Any]) -> Callable[[bytes], bytes]:
    """The handler of frames for the built graph in *folder*; called once, before workers are forked.

    Args:
        folder: of the store (``build/v-…``).
        limits: fields of :class:`kg.store.answers.Limits`.
    """
    graph = KnowledgeGraph(Path(folder), in_memory=True)
    room = Room(graph, Sources(graph.store, graph.names), Limits(**limits))

    def handle(frame: bytes) -> bytes:
        try:
            return json.dumps(_answered(room, json.loads(frame))).encode()
        except KgError as error:
            return _failed(error)
        except (MemoryError, RecursionError):
            return _failed(ended())
        except Exception:  # a fault of ours: the server logs it, and this worker goes on
            return _failed(KgError(Text("服务器内部出错", "the server failed")), trace=format_exc())

    _rehearse(handle)
    return handle


def _answered(room: Room, asked: Mapping[str, Any]) -> dict[str, Any]:
    from kg.faces.mcp.rows import saved
    from kg.faces.mcp.tasks import TASKS

    until = time.monotonic() + room.limits.seconds * _PART
    frame = Frame(asked["lang"], asked["limit"], asked["offset"], until)
    call = Call(asked["tool"], asked["values"], asked["spans"], frame)
    answer = TASKS.get(call.tool, saved)(room, call)
    structured, text = bound(answer, frame, str(room.graph.manifest["dataset_sha256"]))
    return {"structured": structured, "text": text}


def told(error: KgError) -> dict[str, str]:
    """*error* in both languages, as an agent is told it: what, and the next step in the names of the tools."""
    words = {lang: _COMMAND.sub("", error.render(lang)) for lang in ("zh", "en")}
    return {"code": error.code, **{lang: w if len(w) <= _LONGEST else w[:_LONGEST] + "…" for lang, w in words.items()}}


def _failed(error: KgError, **more: str) -> bytes:
    return json.dumps({"error": told(error), **more}).encode()


def _rehearse(handle: Callable[[bytes], bytes]) -> None:
    """Do each kind of task once: a worker can open no file, so whatever a task imports or reads must be there before.

    A rehearsal may fail (a graph of somebody else's has none of these things); what matters is what it has loaded.
    """
    for tool, values in _REHEARSAL:
        for lang in ("zh", "en"):
            asked = {"tool": tool, "values": values, "lang": lang, "limit": 5, "offset": 0, "spans": True}
            handle(json.dumps(asked).encode())


_REHEARSAL: Final[tuple[tuple[str, Mapping[str, Any]], ...]] = (
    ("find", {"text": "6G"}),
    ("find", {"text": "比压迪"}),
    ("find", {"text": "?"}),
    ("show", {"thing": "6G"}),
    ("show", {"thing": "r1-L0037"}),
    ("show", {"thing": "nothing of this name"}),
    ("chain", {"industry": "6G"}),
    ("why", {"subject": "华为", "predicate": "涉足产业", "object": "6G"}),
    ("why", {"subject": "蓝箭航天", "predicate": "涉足产业", "object": "6G"}),
    ("why", {"subject": "华为", "predicate": "布局产业", "object": "6G"}),
    ("audit", {"industry": "量子科技"}),
    ("path", {"one": "比亚迪", "other": "三一重工"}),
    ("companies-in-segment", {}),
    ("no-such-query", {}),
    ("inferred-facts", {}),
    ("sparql", {"query": 'SELECT ?s ("service" AS ?x) FROM <urn:none> WHERE { ?s ?p ?o }'}),
    ("sparql", {"query": "SELECT ?s WHERE { ?s a ivc:Industry }"}),
    ("sparql", {"query": "CONSTRUCT WHERE { ?s a ivc:Industry }"}),
    ("sparql", {"query": "ASK { ?s ?p ?o }"}),
    ("sparql", {"query": "INSERT DATA { <urn:a> <urn:b> <urn:c> }"}),
    ("sparql", {"query": "SELECT insert"}),
)
