"""Answers kept for as long as the dataset is the same, the least recently used thrown out first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from kg.faces.web.policy import STRICT

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
WHOLE: Final = "kg.whole"
"""An extension of ASGI, where the server has it: a coroutine function that sends status, head and body at once."""


@dataclass(slots=True)
class Answer:
    """A finished answer, ready to be sent: status, header lines, bytes."""

    status: int
    head: bytes
    body: bytes = b""

    @classmethod
    def of(cls, status: int, headers: Mapping[str, str], body: bytes = b"", tag: str = "") -> Answer:
        """An answer with *headers*, its ETag and, where it has a body, its length."""
        head = _lines(tuple(headers.items()))
        if tag:
            head += b"etag: %b\r\n" % tag.encode("latin-1")
        if status not in (204, 304):
            head += b"content-length: %d\r\n" % len(body)
        return cls(status, head, body)

    @property
    def tagged(self) -> bool:
        """Whether it has an ETag, which an answer that differs each time has not."""
        return b"\r\netag: " in self.head

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Send it, by the gate's way."""
        await scope["give"](self)


@lru_cache(maxsize=1024)  # few are different, and to encode them takes as long as to find an answer
def _lines(headers: tuple[tuple[str, str], ...]) -> bytes:
    """Header lines as they are sent; a policy for whatever a browser makes of the answer is always among them.

    Raises:
        ValueError: a name or value holds what would end its line.
    """
    lines = {"content-security-policy": STRICT} | {name.lower(): value for name, value in headers}
    if any(not text.isprintable() for line in lines.items() for text in line):
        raise ValueError(headers)
    return "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode("latin-1")


class Cache:
    """At most *most* bytes of answers by their keys.

    They are held as bare tuples, which the garbage collector does not look through: with each answer an object of its own,
    one request in a hundred would wait for it some milliseconds.
    """

    def __init__(self, most: int) -> None:
        self._kept: OrderedDict[str, tuple[int, bytes, bytes]] = OrderedDict()
        self._most, self._size = most, 0
        self.hits = 0

    def get(self, key: str) -> Answer | None:
        """The answer kept under *key*."""
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        self.hits += 1
        return Answer(*found)

    def put(self, key: str, answer: Answer) -> None:
        """Keep *answer*, unless it alone would fill an eighth of the room."""
        kept = (answer.status, answer.head, answer.body)
        size = _size(kept)
        if size > self._most // 8 or key in self._kept:
            return
        self._kept[key] = kept
        self._size += size
        while self._size > self._most:
            _, oldest = self._kept.popitem(last=False)
            self._size -= _size(oldest)

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
        self._size = 0


def _size(kept: tuple[int, bytes, bytes]) -> int:
    return len(kept[1]) + len(kept[2]) + 512
