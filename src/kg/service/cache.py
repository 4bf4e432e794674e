"""An LRU cache of answers, limited in bytes; the service clears it when the graph changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Cache(Generic[Value]):
    """An LRU cache of at most *most* bytes.

    Attributes:
        hits: number of answers found in the cache.
    """

    def __init__(self, most: int) -> None:
        self._entries: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._most, self._size = most, 0
        self.hits = 0

    def get(self, key: Hashable) -> Value | None:
        """The answer for *key*; None if it is not in the cache."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        self.hits += 1
        return entry[0]

    def put(self, key: Hashable, answer: Value, size: int) -> None:
        """Add *answer* of *size* bytes, unless it is larger than an eighth of the cache."""
        if size > self._most // 8 or key in self._entries:
            return
        self._entries[key] = (answer, size)
        self._size += size
        while self._size > self._most:
            _, (_, freed) = self._entries.popitem(last=False)
            self._size -= freed

    def clear(self) -> None:
        """Remove all answers."""
        self._entries.clear()
        self._size = 0
