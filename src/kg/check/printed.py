"""Finds a figure in a line of text: its number, scale, unit and comparator, as Chinese and English texts print them."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import pyoxigraph as ox

from kg.terms import iri, lexical
from kg.vocab import IVC, IVL, LABEL, SKOS, TYPE

_SCALES: Final = {
    "万亿": 10**12, "亿": 10**8, "千万": 10**7, "百万": 10**6, "万": 10**4,
    "trillion": 10**12, "billion": 10**9, "bn": 10**9, "million": 10**6, "thousand": 10**3,
}  # fmt: skip
_SCALE: Final = re.compile("|".join(sorted(_SCALES, key=len, reverse=True)), re.IGNORECASE)
_WORDED: Final = {"10000000": "千万", "1000000": "百万"}
"""Number → the word that prints it without a digit."""
_DIGITS: Final = "零一二三四五六七八九"
_TO: Final = re.compile(r"\s*(?:至|到|-|—+|–|~|to\b|and\b)\s*[\d.]+\s*")
"""From the low end of a range to behind the number of its high end."""
_FROM: Final = re.compile(r"\d\D{0,4}(?:至|到|-|—|–|~|to|and)\s*$")
"""What stands before the high end of a range."""
_STOP: Final = re.compile(r"[,。;:!?、()\n]|\d")
_NUMBER: Final = "…"
"""What stands for the number in ``skos:hiddenLabel``."""


def normal(text: str) -> str:
    """*text* with half-width characters and without the commas inside numbers."""
    return re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", unicodedata.normalize("NFKC", text))


@dataclass(frozen=True)
class Words:
    """How texts print units and comparators: pairs of a word and the IRI it stands for, the longest word first.

    Attributes:
        before: comparators before the number.
        after: comparators behind it.
        signs: units before the number.
        units: units behind it.
    """

    before: list[tuple[str, str]]
    after: list[tuple[str, str]]
    signs: list[tuple[str, str]]
    units: list[tuple[str, str]]

    @classmethod
    def of(cls, quads: Iterable[ox.Quad]) -> Words:
        """The words in the ontology among *quads*: ``skos:hiddenLabel``, and the labels and symbols of units."""
        kinds: dict[str, str] = {}
        texts: dict[str, set[str]] = defaultdict(set)
        for quad in quads:
            if quad.predicate.value == TYPE:
                kinds[iri(quad.subject)] = iri(quad.object)
            elif quad.predicate.value in (LABEL, IVC + "symbol", SKOS + "hiddenLabel"):
                texts[iri(quad.subject)].add(_NUMBER.join(map(normal, lexical(quad.object).split(_NUMBER))))

        def pairs(kind: str, *, before: bool) -> list[tuple[str, str]]:
            found = {
                (word.strip(_NUMBER), node)
                for node in texts
                if kinds.get(node) == IVC + kind and node != IVL + "count"
                for word in texts[node]
                if word.endswith(_NUMBER) == before and (kind == "Unit" or _NUMBER in word)
            }
            return sorted(found, key=lambda pair: (-len(pair[0]), pair))

        return cls(
            pairs("Comparator", before=True),
            pairs("Comparator", before=False),
            pairs("Unit", before=True),
            pairs("Unit", before=False),
        )


@dataclass(frozen=True)
class Figure:
    """A number where it is printed.

    Attributes:
        scale: the multiplier that its scale word names.
        units: IRIs of the units whose words stand at it; empty if there is none.
        comparators: IRIs of the comparators whose words stand at it; empty if there is none.
        near: IRIs of the comparators whose words stand in the same clause.
        start: where the number begins in the text.
        end: where its unit ends, or its scale word, or the number.
    """

    scale: int
    units: frozenset[str]
    comparators: frozenset[str]
    near: frozenset[str]
    start: int
    end: int


def figures(value: str, text: str, words: Words) -> Iterator[Figure]:
    """The places of *text*, which is :func:`normal`, at which *value* is printed."""
    plain = f"{float(value):f}".rstrip("0").rstrip(".")
    for found in re.finditer(rf"(?<![\d.]){re.escape(plain)}(?:\.0+)?(?![\d]|\.\d)", text):
        yield _figure(text, found.start(), found.end(), words)
    if word := _WORDED.get(plain):
        for found in re.finditer(word, text):
            yield _figure(text, found.start(), found.end(), words)
    for form, unit in _in_words(plain):
        for found in re.finditer(form, text):
            figure = _figure(text, found.start(), found.end(), words)
            if unit or figure.units or figure.scale > 1:
                units = figure.units | ({IVL + unit} if unit else frozenset())
                yield replace(figure, units=units)


def _in_words(plain: str) -> Iterator[tuple[str, str]]:
    """The number in 汉字, with the unit that its words imply."""
    if not plain.isdecimal() or not 0 < (number := int(plain)) < 100:
        return
    tens, ones = divmod(number, 10)
    written = (_DIGITS[tens] if tens > 1 else "") + ("十" if tens else "") + (_DIGITS[ones] if ones else "")
    yield f"(?<![{_DIGITS}十]){'[二两]' if number == 2 else written}(?![{_DIGITS}十])", ""
    if number % 10 == 0:
        yield f"{_DIGITS[tens]}成", "percent"
    if number == 50:
        yield "一半|半数|half", "percent"


def _figure(text: str, start: int, end: int, words: Words) -> Figure:
    scale, at = _scale(text, end)
    units, at = _unit(text, at, words)
    low, high = _TO.match(text, at), _FROM.search(text[max(0, start - 12) : start])
    if low and not units:  # 30至40亿元: what stands behind the second number is of both
        scale, behind = _scale(text, low.end())
        units, _ = _unit(text, behind, words)
    head = text[:start].rstrip()
    sign = next((pair for pair in words.signs if head.endswith(pair[0])), None)
    if sign:
        head, units = head.removesuffix(sign[0]).rstrip(), units | {sign[1]}
    here = _longest(words.before, lambda word: head.lower().endswith(word.lower()))
    here |= _longest(words.after, lambda word: _stands_behind(word, text, (end, at)))
    if low or high:
        here |= {IVL + name for name in (("ge", "gt", "eq") if low else ("le", "lt", "eq"))}
    before, behind_it = _STOP.split(head)[-1], _STOP.split(text[at:])[0]
    near = {node for word, node in words.before if word in before}
    near |= {node for word, node in words.after if word in behind_it}
    return Figure(scale, units, frozenset(here), frozenset(near), start, at)


def _scale(text: str, at: int) -> tuple[int, int]:
    """The multiplier of the scale word at *at*, and where the text goes on."""
    found = re.compile(rf"\s*({_SCALE.pattern})", re.IGNORECASE).match(text, at)
    return (_SCALES[found[1].lower()], found.end()) if found else (1, at)


def _unit(text: str, at: int, words: Words) -> tuple[frozenset[str], int]:
    """The units whose longest word stands at *at*, and where the text goes on. A word in letters ends with a letter's end."""
    rest = text[at:].lstrip()
    here = at + len(text[at:]) - len(rest)
    fits = [
        (word, node)
        for word, node in words.units
        if rest.startswith(word)
        and not (
            word[-1].isascii()
            and word[-1].isalpha()
            and rest[len(word) : len(word) + 1].isascii()
            and rest[len(word) : len(word) + 1].isalpha()
        )
    ]
    longest = len(fits[0][0]) if fits else 0
    return frozenset(node for word, node in fits if len(word) == longest), here + longest if fits else at


def _longest(pairs: Iterable[tuple[str, str]], fits: Callable[[str], bool]) -> set[str]:
    """What the longest word that *fits* stands for."""
    found = [(word, node) for word, node in pairs if fits(word)]
    return {node for word, node in found if len(word) == len(found[0][0])}


def _stands_behind(word: str, text: str, places: Iterable[int]) -> bool:
    """Whether *word* stands at one of *places*; a word of two 汉字 may have a measure word before it (2300座以上)."""
    gap = r"\s*[^\d\s,。;:!?、()]{0,2}?" if len(word) > 1 else r"\s*"
    return any(re.compile(gap + re.escape(word)).match(text, at) for at in places)
