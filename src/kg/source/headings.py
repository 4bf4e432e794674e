"""Guesses where the sections of a text begin: a first version of ``sections.tsv``, which the author corrects."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from kg.source.document import Section

_NUMBER: Final = re.compile(r"\d\d")
_MARKDOWN: Final = re.compile(r"(#{1,6})\s+(.*\S)")
_DECIMAL: Final = re.compile(r"(\d+(?:\.\d+)+)\.?\s+\S.{0,40}")
_CHINESE: Final = re.compile(r"(?:第[一二三四五六七八九十]+[章节部]|[一二三四五六七八九十]+、).{1,40}")
_BRACKETED: Final = re.compile(r"[(\uff08][一二三四五六七八九十]+[)\uff09].{1,40}")
_SUBHEADING: Final = re.compile(r"(?:\d+\. )?[^:\uff1a。,\uff0c]{1,12}[:\uff1a]|[上中下]游")
_NUMBERED: Final = ((_CHINESE, 1), (_BRACKETED, 2))


def guess_sections(text: str, industries: Mapping[str, str]) -> list[Section]:
    """Where sections seem to begin in *text*: a first version of ``sections.tsv``, for the author to correct.

    Headings are: the name of an industry on a line of its own; ``#`` of Markdown; ``第一章``, ``一、``, ``(一)``; ``1.1``;
    a line of two digits with its title below; and, below such a title, a short line that ends in a colon or names a tier.

    Args:
        text: the whole text.
        industries: name of an industry → its slug or IRI.
    """
    found: list[Section] = []
    number = ""
    for n, line in enumerate(text.split("\n"), start=1):
        content = line.strip()
        if not content:
            continue
        if number:
            found.append(Section(n, 2, f"{number} {content}"))
            number = ""
        elif _NUMBER.fullmatch(content):
            number = content
            found.append(Section(n, 2, ""))
        else:
            found += _heading(n, content, industries, found)
    return found


def _heading(line: int, content: str, industries: Mapping[str, str], before: Sequence[Section]) -> list[Section]:
    """A list with the section that begins at the line *content*; empty if none begins there."""
    if content in industries:
        return [Section(line, 1, content, industries[content])]
    if mark := _MARKDOWN.fullmatch(content):
        level, heading = len(mark[1]), mark[2]
    elif mark := _DECIMAL.fullmatch(content):
        level, heading = mark[1].count(".") + 1, content
    elif found := [level for form, level in _NUMBERED if form.fullmatch(content)]:
        level, heading = found[0], content
    elif _SUBHEADING.fullmatch(content) and any(s.level == 2 and s.heading for s in before):
        return [Section(line, 3, re.sub(r"\s*[:\uff1a]$", "", content))]
    else:
        return []
    return [Section(line, level, heading, _industry_in(heading, industries))]


def _industry_in(heading: str, industries: Mapping[str, str]) -> str:
    """The industry with the longest name that occurs in *heading*; empty if there is none."""
    return next((industries[name] for name in sorted(industries, key=len, reverse=True) if name in heading), "")
