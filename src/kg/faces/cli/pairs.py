"""The parameters of a saved query on the command line."""

from __future__ import annotations

from collections.abc import Sequence

from kg.errors import UsageProblem
from kg.terms import Text


def pairs(words: Sequence[str]) -> dict[str, list[str]]:
    """``name=value`` words as a dictionary; a name may come again with another value.

    Raises:
        UsageProblem: a word is no such pair.
    """
    found: dict[str, list[str]] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise UsageProblem(
                Text(f"“{word}” 不是 参数=值", f"“{word}” is not param=value"),
                hint=Text("写成 kg query 查询名 参数=值", "write kg query NAME param=value"),
            )
        found.setdefault(name, []).append(value)
    return found
