"""Answers kept for as long as the dataset is the same, the least recently used thrown out first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer, ready to be sent: status, header lines, bytes. It is an ASGI application of its own."""

    status: int
    lines: tuple[tuple[bytes, bytes], ...]
    body: bytes = b""

    @classmethod
    def of(cls, status: int, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """An answer with *headers* and, where it has a body, its length."""
        lines = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        if status not in (204, 304):
            lines.append((b"content-length", b"%d" % len(body)))
        return cls(status, tuple(lines), body)

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Send it; to HEAD the server sends no body."""
        await send({"type": "http.response.start", "status": self.status, "headers": list(self.lines)})
        await send({"type": "http.response.body", "body": self.body})


class Cache:
    """At most *most* bytes of answers by their keys."""

    def __init__(self, most: int) -> None:
        self._kept: OrderedDict[str, Answer] = OrderedDict()
        self._most, self._size = most, 0
        self.hits = 0

    def get(self, key: str) -> Answer | None:
        """The answer kept under *key*."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            self.hits += 1
        return found

    def put(self, key: str, answer: Answer) -> None:
        """Keep *answer*, unless it alone would fill an eighth of the room."""
        size = _size(answer)
        if size > self._most // 8 or key in self._kept:
            return
        self._kept[key] = answer
        self._size += size
        while self._size > self._most:
            _, oldest = self._kept.popitem(last=False)
            self._size -= _size(oldest)

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
        self._size = 0


def _size(answer: Answer) -> int:
    return len(answer.body) + 1024
