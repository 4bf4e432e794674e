"""Answers kept for as long as the graph is the same, the least recently used thrown out first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


class Cache(Generic[Kept]):
    """At most *most* bytes of answers by their keys.

    Attributes:
        hits: how many answers it has given.
    """

    def __init__(self, most: int) -> None:
        self._entries: OrderedDict[Hashable, tuple[Kept, int]] = OrderedDict()
        self._most, self._size = most, 0
        self.hits = 0

    def get(self, key: Hashable) -> Kept | None:
        """The answer kept under *key*."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        self.hits += 1
        return entry[0]

    def put(self, key: Hashable, answer: Kept, size: int) -> None:
        """Keep *answer* of *size* bytes, unless it alone would fill an eighth of the room."""
        if size > self._most // 8 or key in self._entries:
            return
        self._entries[key] = (answer, size)
        self._size += size
        while self._size > self._most:
            _, (_, freed) = self._entries.popitem(last=False)
            self._size -= freed

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self._size = 0
