"""Other spellings of a name: the traditional characters of three standards, pinyin, initials.

The phrases by which pypinyin tells 长沙 (changsha) from 长大 (zhangda) take fifty megabytes, as much as the graph itself.
So every name is asked at once, and the dictionaries are forgotten when they have answered.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

from kg.pipeline.memory import give_back

Speller = Callable[[list[str]], list[list[str]]]


def spellings(names: Iterable[str]) -> dict[str, list[str]]:
    """Each of *names* with its other spellings, in a fixed order; none for a name without 汉字."""
    han = [n for n in dict.fromkeys(names) if any("\u4e00" <= c <= "\u9fff" for c in n)]
    traditional = _asked_once("opencc", _traditional, han)
    pinyin = _asked_once("pypinyin", _pinyin, han)
    return {name: [*one, *other] for name, one, other in zip(han, traditional, pinyin, strict=True)}


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


def _asked_once(package: str, speller: Speller, names: list[str]) -> list[list[str]]:
    """What *speller* says of *names*; *package*, with all it has read, is out of memory afterwards."""
    try:
        return speller(names)
    finally:
        for name in [m for m in sys.modules if m.partition(".")[0] == package]:
            del sys.modules[name]
        give_back()
