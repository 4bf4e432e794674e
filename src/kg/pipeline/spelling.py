"""Other spellings of a name: the traditional characters of three standards, pinyin, initials.

pypinyin needs a phrase dictionary to distinguish 长沙 (changsha) from 长大 (zhangda). It takes fifty megabytes, as much
as the graph itself. So all names are converted in one call, and the dictionaries are then removed from memory.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from kg.pipeline.memory import release_memory
from kg.terms import has_han

Speller = Callable[[list[str]], list[list[str]]]
PINYIN: Final = 3
"""Position of the pinyin among a name's other spellings; before it are those in traditional characters."""


def spellings(names: Iterable[str]) -> dict[str, list[str]]:
    """Name → its other spellings, in a fixed order; names without 汉字 are left out."""
    return _spelt(tuple(n for n in dict.fromkeys(names) if has_han(n)))


@lru_cache(maxsize=2)  # a process that builds again and again, as the tests do, mostly has the same names
def _spelt(names: tuple[str, ...]) -> dict[str, list[str]]:
    han = list(names)
    traditional = _run_and_unload("opencc", _traditional, han)
    pinyin = _run_and_unload("pypinyin", _pinyin, han)
    return {name: [*one, *other] for name, one, other in zip(han, traditional, pinyin, strict=True)}


def variants(spelt: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Traditional character → simplified character, for the characters of all names.

    Args:
        spelt: from :func:`spellings`.
    """
    return dict(sorted(_pairs(spelt)))


def _pairs(spelt: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    for name, others in spelt.items():
        for other in others[:PINYIN]:
            if len(other) == len(name):
                yield from ((odd, plain) for odd, plain in zip(other, name, strict=True) if odd != plain)


def _traditional(names: list[str]) -> list[list[str]]:
    """Each name as the standard (s2t), Taiwan (t2tw) and Hong Kong (t2hk) write it."""
    from opencc import OpenCC

    standard, taiwan, hong_kong = OpenCC("s2t"), OpenCC("t2tw"), OpenCC("t2hk")
    converted = [standard.convert(name) for name in names]
    return [[name, taiwan.convert(name), hong_kong.convert(name)] for name in converted]


def _pinyin(names: list[str]) -> list[list[str]]:
    """Each name in pinyin without tones, and by its initials."""
    from pypinyin import Style, lazy_pinyin

    return [["".join(lazy_pinyin(name, style=s)) for s in (Style.NORMAL, Style.FIRST_LETTER)] for name in names]


def _run_and_unload(package: str, speller: Speller, names: list[str]) -> list[list[str]]:
    """The result of *speller* for *names*. Afterwards *package* and its dictionaries are unloaded."""
    try:
        return speller(names)
    finally:
        for name in [m for m in sys.modules if m.partition(".")[0] == package]:
            del sys.modules[name]
        release_memory()
