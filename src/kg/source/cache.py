"""A cache of what was made from the files of a project, for a process that checks them again and again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from kg.source.project import contents

T = TypeVar("T")


class SourceCache:
    """A cache of values by name: a value is made anew when its source has changed."""

    def __init__(self) -> None:
        self._made: dict[Hashable, tuple[Any, Any]] = {}

    def get(self, name: Hashable, source: object, make: Callable[[], T]) -> T:
        """The value *name*, which is made from *source* by *make*."""
        if name not in self._made or self._made[name][0] != source:
            self._made[name] = (source, make())
        value: T = self._made[name][1]
        return value

    def of_files(self, name: Hashable, paths: Iterable[Path], make: Callable[[], T], *more: object) -> T:
        """The value *name*, which *make* makes from the contents of the files *paths* and from *more*.

        Raises:
            MissingFile: a file cannot be read.
        """
        return self.get(name, ([(path, contents(path)) for path in paths], more), make)
