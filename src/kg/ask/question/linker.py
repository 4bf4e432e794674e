"""Finds the words of a question that the graph knows: names, words of the ontology, numbers, years."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from math import inf
from typing import Final

from kg.ask.question.bounds import JOINING, LONGEST, with_bounds, with_counts
from kg.ask.question.numerals import numeral
from kg.ask.question.spelling import Spelling
from kg.ask.question.token import DIFFERING, FUNCTION_WORD, WHO, Token
from kg.source.units import Unit, units
from kg.vocab import IVC, IVL

_UNREAD: Final = 100.0
"""Cost of a unit that nothing reads; it is higher than that of any other segmentation of a few units."""
_SYLLABLES: Final = 8
_LEFT_OUT: Final = 6
"""Most names of a question that are left out one at a time."""
_SPELT: Final = 0.9
"""Cost of a number of several units; it is lower than that of its last units as words (万亿元)."""
_GAP: Final = 0.5
"""Cost of a space inside a Chinese name."""
_EMPTY: Final = 0.01
"""Cost of a word without meaning above that of another, so that 以上·的 is read rather than 以·上的."""
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_ONE: Final = "一"
_PASSING: Final = frozenset("上过达超破逾")
"""What a scale word without a number can stand behind."""
_AFTER_YEAR: Final = frozenset({"年", "年度"})


class Linker:
    """Reads texts with the words of one graph.

    Args:
        words: what each word names (:func:`kg.pipeline.words.build_words`).
        variants: traditional character → simplified character (:attr:`kg.ask.names.Names.variants`).
        documents: ids of the documents, with which the ids of their passages begin.
    """

    def __init__(
        self, words: Mapping[str, Sequence[str]], variants: Mapping[str, str], documents: Collection[str]
    ) -> None:
        self._words, self._variants = words, variants
        self._documents = {document.casefold(): document for document in documents}
        self._passage = re.compile(rf"({'|'.join(map(re.escape, documents))})-L(\d+)", re.IGNORECASE)

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
        found = units(text, self._variants)
        return _cheapest(text, found, self._possible(text, found))

    def readings(self, text: str) -> Iterator[list[Token]]:
        """The ways to divide *text*: the one of :meth:`read`, then those without a name of it, which is divided or overlapped.

        Before it comes the one in which a number in words that counts a class is a number, if there is one.

        If parts are unread, the text is read with its spelling corrected (:class:`Spelling`).
        """
        found = units(text, self._variants)
        possible = self._possible(text, found)
        tokens = _cheapest(text, found, possible)
        if not all(token.is_read for token in with_counts(found, tokens)):
            found = self._spelling.corrected(found, tokens)
            possible = self._possible(text, found)
            tokens = _cheapest(text, found, possible)
        counted = with_counts(found, tokens)
        if counted != tokens:
            yield counted
        if counted == tokens or _names_as_many(tokens, counted):
            yield tokens
        if who := {(token.start, token.end) for token in tokens if WHO in token.meanings and len(token.text) > 1}:
            yield with_counts(found, _cheapest(text, found, possible, who))  # 哪些企业 asks who, and names a class
        names = [token for token in tokens if token.end - token.start > 1 and token.meanings and not token.is_light]
        for left_out in ([names] if len(names) > 1 else []) + [[name] for name in names[:_LEFT_OUT]]:
            without = {(name.start, name.end) for name in left_out}
            divided = with_counts(found, _cheapest(text, found, possible, without))
            if all(token.is_read for token in divided) and all(_says(divided, name) for name in left_out):
                yield divided

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling(self._words)

    def _possible(self, text: str, found: Sequence[Unit]) -> list[list[tuple[Token, float]]]:
        """The parts that can begin at each unit, with their costs."""
        return [self._candidates(text, found, start) for start in range(len(found))]

    def _candidates(self, text: str, found: Sequence[Unit], start: int) -> list[tuple[Token, float]]:
        """The parts that can begin at unit *start*, with their costs."""
        first = found[start]
        candidates = [(Token(first.text, start, start + 1), _UNREAD)]
        for end in range(start + 1, min(start + self._longest.get(first.text, 0), len(found)) + 1):
            meanings = self._words.get(" ".join(unit.text for unit in found[start:end]))
            if meanings:
                cost = 1.0 + _GAP * _gaps(found[start:end]) + _EMPTY * (meanings == [FUNCTION_WORD])
                candidates.append(
                    (Token(text[first.start : found[end - 1].end], start, end, frozenset(meanings)), cost)
                )
        for end in range(start + 2, min(start + _SYLLABLES, len(found)) + 1):  # pinyin with a space after each syllable
            sound = "".join(unit.text for unit in found[start:end])
            if sound.isascii() and not sound.isdigit() and sound in self._words:
                named = self._words[sound]
                candidates.append((Token(text[first.start : found[end - 1].end], start, end, frozenset(named)), 1.0))
        if passage := self._passage.match(text, first.start):
            end = next(at for at, unit in enumerate(found) if unit.end >= passage.end()) + 1
            number = f"{self._documents[passage[1].casefold()]}-L{passage[2]}"
            candidates.append((Token(passage[0], start, end, number=number), 1.0))
        return [*candidates, *_numbers(text, found, start)]


def _cheapest(
    text: str,
    found: Sequence[Unit],
    possible: Sequence[Sequence[tuple[Token, float]]],
    without: Collection[tuple[int, int]] = (),
) -> list[Token]:
    """The cheapest division of *found* that has no part with the first and last unit of one of *without*."""
    best: list[tuple[float, Token | None]] = [(0.0, None), *[(inf, None)] * len(found)]
    for start, parts in enumerate(possible):
        for token, cost in parts:
            total = best[start][0] + cost
            if total < best[token.end][0] and (token.start, token.end) not in without:
                best[token.end] = (total, token)
    tokens: list[Token] = []
    at = len(found)
    while chosen := best[at][1]:
        tokens.append(chosen)
        at = chosen.start
    return with_bounds(text, found, _joined(text, found, tokens[::-1]))


def _names_as_many(tokens: Sequence[Token], counted: Sequence[Token]) -> bool:
    """Whether the numbers among *counted* can be left out: A、B 两个产业 are the two that are named, not 企业最多的两个产业."""
    if any(other.number and one.meanings & DIFFERING for one, other in pairwise(counted)):
        return False  # 多两家
    named = sum(any(not meaning.startswith((IVC, IVL)) for meaning in token.meanings) for token in tokens)
    return all(Decimal(token.number) <= named for token in counted if token.number.isdigit() and not token.year)


def _says(tokens: Iterable[Token], name: Token) -> bool:
    """Whether the parts that stand where *name* stands say something, too; of a name, no word of a question (未 of 未来产业)."""
    parts = [token for token in tokens if token.start < name.end and name.start < token.end]
    turned = any(part.asks and (not name.asks or len(part.text) == 1) for part in parts)  # nor 为 of 为什么
    return not turned and any(part.has_content for part in parts)


def _numbers(text: str, found: Sequence[Unit], start: int) -> Iterator[tuple[Token, float]]:
    """The numbers and years that begin at unit *start*, with their costs; one 汉字 or word alone is none (三 of 三星)."""
    ahead = [unit.text for unit in found[start : start + LONGEST]]
    length, value = numeral(ahead)
    is_digits = ahead[0][0].isdigit()
    passing = not length and start > 0 and found[start - 1].text in _PASSING
    if passing:  # 上万亿 is 上一万亿, 过半 is 过一半
        length, value = numeral([_ONE, *ahead])
        length -= 1
    if not length or (length == 1 and not is_digits and not passing):
        return

    def token(length: int, number: str, year: int | None) -> Token:
        written = text[found[start].start : found[start + length - 1].end]
        return Token(written, start, start + length, year=year, number=number)

    number = f"{value:f}"
    by_digits = all(numeral([unit])[0] for unit in ahead[:length])  # 二〇三〇, not 一千九百
    year = int(value) if by_digits and _YEAR.fullmatch(number) else None
    if is_digits:  # alone too: 5 of “5 million”
        yield token(1, ahead[0], int(ahead[0]) if _YEAR.fullmatch(ahead[0]) else None), 1.5
    if length > 1 or passing:
        yield token(length, number, year), _SPELT
    if year and length < len(ahead) and ahead[length] in _AFTER_YEAR:
        yield token(length + 1, number, year), 1.0


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
        joins = bool(before) or (bool(joined) and joined[-1].text.casefold() in JOINING)
        written = text[found[start].start : found[token.end - 1].end]
        joined.append(replace(token, start=start, text=written, joins=joins))
    return joined
