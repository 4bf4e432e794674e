"""Guesses where the sections of a text begin: a first version of ``sections.tsv``, which the author corrects."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

from kg.source.document import Section
from kg.terms import has_han

_HAN: Final = "[一二三四五六七八九十百]+"
_NUMERAL: Final = r"(?:\d{1,3}|[ivxlc]+)"
_OF_WORDS: Final = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"第(?:{_HAN}|\d+)(?:部分|部|篇|编).{{0,40}}|part\s+{_NUMERAL}\b.{{0,60}}",
        rf"第(?:{_HAN}|\d+)章.{{0,40}}|chapter\s+{_NUMERAL}\b.{{0,60}}|appendix\s+(?:\d+|[a-z])\b.{{0,60}}",
        rf"第(?:{_HAN}|\d+)节.{{0,40}}|section\s+{_NUMERAL}\b.{{0,60}}",
    )
)
"""Headings with a word for what begins, the outermost first."""
_OF_HAN: Final = (re.compile(rf"{_HAN}、.{{1,40}}"), re.compile(rf"[(\uff08]{_HAN}[)\uff09].{{1,40}}"))
_MARKDOWN: Final = re.compile(r"(#{1,6})\s+(.*\S)")
_DECIMAL: Final = re.compile(r"(\d{1,3}(?:\.\d{1,3})+)\.?\s+\S.{0,60}")
_ITEM: Final = re.compile(r"(\d{1,2})[.\uff0e、](?!\d)\s*\S.{0,60}")
"""``1. Title``, which may be an item of a list as well."""
_TWO_DIGITS: Final = re.compile(r"\d\d")
_SUBHEADING: Final = re.compile(r"(?:\d+\. )?[^:\uff1a。,\uff0c]{1,12}[:\uff1a]|[上中下]游")
_ENDS: Final = "。;\uff1b,\uff0c:\uff1a!\uff01?\uff1f"
"""What ends a sentence or a clause, but no heading."""

# How far in a style of headings stands, where a text has several.
_INDUSTRY, _WORDS, _HASHES, _LIST, _DIGITS, _NUMBERS, _COLON = 0, 1, 10, 20, 30, 40, 50


@dataclass(frozen=True)
class _Heading:
    """A line that seems to be a heading; an empty *text* only ends sections. *depth* is that of its style."""

    line: int
    depth: int
    text: str
    industry: str = ""


def guess_sections(text: str, industries: Mapping[str, str]) -> list[Section]:
    """Where sections seem to begin in *text*: a first version of ``sections.tsv``, for the author to correct.

    Headings are: the name of an industry on a line of its own; ``第一章``, ``Chapter 3``, ``Part II``; ``#`` of Markdown;
    ``一、``, ``(一)``; ``1.1``; ``1.``, unless it stands in a list; a line of two digits with its title below; and, below
    such a title, a short line that ends in a colon or names a tier. The styles that the text has, in this order, are its levels.

    Args:
        text: the whole text.
        industries: name of an industry in any language → its slug or IRI.
    """
    found: list[_Heading] = []
    lines = [(n, content) for n, line in enumerate(text.split("\n"), start=1) if (content := line.strip())]
    number = ""
    for at, (n, content) in enumerate(lines):
        if number:
            found.append(_Heading(n, _DIGITS, f"{number} {content}"))
            number = ""
        elif _TWO_DIGITS.fullmatch(content):
            number = content
            found.append(_Heading(n, _DIGITS, ""))
        elif (depth := _depth(content, industries)) is not None:
            heading = content.lstrip("# ") if _HASHES <= depth < _LIST else content
            found.append(_Heading(n, depth, heading, _industry_in(heading, industries)))
        elif _ITEM.fullmatch(content) and not _is_sentence(content) and not _in_list(lines, at):
            found.append(_Heading(n, _NUMBERS, content, _industry_in(content, industries)))
        elif _SUBHEADING.fullmatch(content) and any(h.depth == _DIGITS and h.text for h in found):
            found.append(_Heading(n, _COLON, re.sub(r"\s*[:\uff1a]$", "", content)))
    levels = dict(zip(sorted({h.depth for h in found}), count(1), strict=False))
    return [Section(h.line, min(levels[h.depth], 9), h.text, h.industry) for h in found]


def _depth(content: str, industries: Mapping[str, str]) -> int | None:
    """How far in a heading stands by its style; None if *content* is none of a style that tells itself."""
    if any(content.casefold() == name.casefold() for name in industries):
        return _INDUSTRY
    if mark := _MARKDOWN.fullmatch(content):
        return _HASHES + len(mark[1])
    if _is_sentence(content):
        return None
    for first, forms in ((_WORDS, _OF_WORDS), (_LIST, _OF_HAN)):
        for depth, form in enumerate(forms, start=first):
            if form.fullmatch(content):
                return depth
    mark = _DECIMAL.fullmatch(content)
    return _NUMBERS + min(mark[1].count("."), 8) if mark else None


def _is_sentence(content: str) -> bool:
    """Whether *content* ends like a sentence or a clause. A heading may be “Chapter 3.”"""
    return content[-1] in _ENDS or (content[-1] == "." and content.count(" ") > 1)


def _in_list(lines: Sequence[tuple[int, str]], at: int) -> bool:
    """Whether the line before or behind the one at *at* has the number before or behind its own."""
    before, number, behind = (_number(lines[n][1]) if 0 <= n < len(lines) else 0 for n in (at - 1, at, at + 1))
    return before == number - 1 > 0 or behind == number + 1


def _number(content: str) -> int:
    item = _ITEM.fullmatch(content)
    return int(item[1]) if item else 0


def _industry_in(heading: str, industries: Mapping[str, str]) -> str:
    """The industry with the longest name that occurs in *heading*; empty if there is none."""
    named = (name for name in sorted(industries, key=len, reverse=True) if _names(name, heading))
    return next((industries[name] for name in named), "")


def _names(name: str, heading: str) -> bool:
    """Whether *heading* has *name*: in Chinese anywhere, else as whole words in any case."""
    if has_han(name):
        return name in heading
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", heading, re.IGNORECASE) is not None
