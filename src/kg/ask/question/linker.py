"""Finds the words of a question that the graph knows: names, words of the ontology, numbers, years."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from itertools import islice, pairwise
from math import inf
from typing import Final

from kg.ask.question.spelling import Spelling
from kg.ask.question.token import Token
from kg.source.units import Unit, units

_UNREAD: Final = 100.0
"""Cost of a unit that nothing reads; it is higher than that of any other segmentation of a few units."""
_SYLLABLES: Final = 8
_DIVIDED: Final = 3
"""Most names of a question that are divided one at a time."""
_GAP: Final = 0.5
"""Cost of a space inside a Chinese name."""
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_PASSAGE: Final = re.compile(r"\w+-L\d+", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_SCALES: Final = {"%": 1, "万": 10**4, "亿": 10**8, "million": 10**6, "billion": 10**9, "trillion": 10**12}
"""What can stand behind a number → what it multiplies the number by."""
_JOINING: Final = frozenset({"和", "与", "及", "以及", "或", "或者", "同", "跟", "and", "or", "&"})
_AFTER_YEAR: Final = frozenset({"年", "年度"})


class Linker:
    """Reads texts with the words of one graph.

    Args:
        words: what each word names (:func:`kg.pipeline.words.build_words`).
        variants: traditional character → simplified character (:attr:`kg.ask.names.Names.variants`).
    """

    def __init__(self, words: Mapping[str, Sequence[str]], variants: Mapping[str, str]) -> None:
        self._words, self._variants = words, variants

    @cached_property
    def _longest(self) -> Mapping[str, int]:
        """The first unit of a name → units of the longest name that begins with it."""
        longest: dict[str, int] = {}
        for word in self._words:
            first, _, _ = word.partition(" ")
            longest[first] = max(longest.get(first, 0), word.count(" ") + 1)
        return longest

    def read(self, text: str) -> list[Token]:
        """The parts of *text* in order: as few unread units as possible, then as few parts as possible."""
        return self._segmented(text, units(text, self._variants))

    def readings(self, text: str) -> Iterator[list[Token]]:
        """The ways to divide *text*: the one of :meth:`read`, then those that divide a name made of other names.

        If parts are unread, the text is read with its spelling corrected (:class:`Spelling`).
        """
        found = units(text, self._variants)
        tokens = self._segmented(text, found)
        if not all(token.is_read for token in tokens):
            found = self._spelling.corrected(found, tokens)
            tokens = self._segmented(text, found)
        yield tokens
        divided = {at: parts for at, token in enumerate(tokens) if (parts := self._divided(text, found, token))}
        if len(divided) > 1:
            yield [part for at, token in enumerate(tokens) for part in divided.get(at, [token])]
        for at, parts in islice(divided.items(), _DIVIDED):
            yield [*tokens[:at], *parts, *tokens[at + 1 :]]

    def _divided(self, text: str, found: Sequence[Unit], token: Token) -> list[Token]:
        """The parts of a name that is made of other names; empty if it is not."""
        if token.end - token.start < 2 or not token.meanings or token.is_light:
            return []
        parts = self._segmented(text, found[token.start : token.end], whole=False)
        if not all(part.is_read for part in parts) or not any(part.has_content for part in parts):
            return []
        return [replace(p, start=p.start + token.start, end=p.end + token.start) for p in parts]

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling(self._words)

    def _segmented(self, text: str, found: Sequence[Unit], *, whole: bool = True) -> list[Token]:
        """The cheapest division of *found*; unless *whole*, into two parts at least."""
        best: list[tuple[float, Token | None]] = [(0.0, None), *[(inf, None)] * len(found)]
        for start in range(len(found)):
            for token, cost in self._candidates(text, found, start):
                total = best[start][0] + cost
                if not whole and token.end - token.start == len(found):
                    continue
                if total < best[token.end][0]:
                    best[token.end] = (total, token)
        tokens: list[Token] = []
        at = len(found)
        while chosen := best[at][1]:
            tokens.append(chosen)
            at = chosen.start
        return _joined(text, found, tokens[::-1])

    def _candidates(self, text: str, found: Sequence[Unit], start: int) -> list[tuple[Token, float]]:
        """The parts that can begin at unit *start*, with their costs."""
        first = found[start]
        candidates = [(Token(first.text, start, start + 1), _UNREAD)]
        for end in range(start + 1, min(start + self._longest.get(first.text, 0), len(found)) + 1):
            meanings = self._words.get(" ".join(unit.text for unit in found[start:end]))
            if meanings:
                cost = 1.0 + _GAP * _gaps(found[start:end])
                candidates.append(
                    (Token(text[first.start : found[end - 1].end], start, end, frozenset(meanings)), cost)
                )
        for end in range(start + 2, min(start + _SYLLABLES, len(found)) + 1):  # pinyin with a space after each syllable
            sound = "".join(unit.text for unit in found[start:end])
            if sound.isascii() and sound in self._words:
                named = self._words[sound]
                candidates.append((Token(text[first.start : found[end - 1].end], start, end, frozenset(named)), 1.0))
        if passage := _PASSAGE.match(text, first.start):
            end = next(at for at, unit in enumerate(found) if unit.end >= passage.end()) + 1
            candidates.append((Token(passage[0], start, end, number=passage[0]), 1.0))
        if _NUMBER.fullmatch(first.text):
            year = int(first.text) if _YEAR.fullmatch(first.text) else None
            candidates.append((Token(first.text, start, start + 1, year=year, number=first.text), 1.5))
            end, number = _scaled(found, start)
            if end > start + 1:
                candidates.append((Token(text[first.start : found[end - 1].end], start, end, number=number), 1.2))
            if year and start + 1 < len(found) and found[start + 1].text in _AFTER_YEAR:
                written = text[first.start : found[start + 1].end]
                candidates.append((Token(written, start, start + 2, year=year, number=first.text), 1.0))
        return candidates


def _scaled(found: Sequence[Unit], start: int) -> tuple[int, str]:
    """The end of the number at *start* with the scale words and the percent sign behind it, and the whole number."""
    number, end = Decimal(found[start].text.replace(",", "")), start + 1
    while end < len(found) and (scale := _SCALES.get(found[end].text)):
        number, end = number * scale, end + 1
    return end, f"{number:f}"


def _gaps(found: Sequence[Unit]) -> int:
    """The number of spaces or signs between 汉字."""
    return sum(
        one.end < other.start and not one.text.isascii() and not other.text.isascii() for one, other in pairwise(found)
    )


def _joined(text: str, found: Sequence[Unit], tokens: Sequence[Token]) -> list[Token]:
    """The tokens, with unread neighbours made one."""
    joined: list[Token] = []
    for token in tokens:
        start = token.start
        if joined and not token.is_read and not joined[-1].is_read:
            start = joined.pop().start
        before = text[found[start - 1].end : found[start].start].strip() if start else ""
        joins = bool(before) or (bool(joined) and joined[-1].text.casefold() in _JOINING)
        written = text[found[start].start : found[token.end - 1].end]
        joined.append(replace(token, start=start, text=written, joins=joins))
    return joined
