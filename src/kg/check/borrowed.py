"""Runs of 汉字 that a literal of the project has in common with a text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from typing import Final

RUN: Final = 8
"""A literal must not have this many consecutive 汉字 in common with the text, apart from names."""
_HAN: Final = re.compile(r"[\u4e00-\u9fff]+")


def runs(text: str) -> Iterator[str]:
    """Every run of :data:`RUN` consecutive 汉字 in *text*."""
    return (run[i : i + RUN] for run in _HAN.findall(text) for i in range(len(run) - RUN + 1))


def borrowed(text: str, names: Sequence[str], of_document: Set[str]) -> str | None:
    """The first of the runs *of_document* in *text* that has no part of one of *names*, of which the longer come first."""
    if not _shared(text, of_document):
        return None
    for name in names:
        text = text.replace(name, "|")
    return _shared(text, of_document)


def _shared(text: str, of_document: Set[str]) -> str | None:
    return next((run for run in runs(text) if run in of_document), None)
