"""Answers kept for as long as the dataset is the same, the least recently used thrown out first."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """A finished answer: status, headers (without ETag) and bytes."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


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
