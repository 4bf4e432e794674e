"""Numbers that bound or count something, among the parts of a question: 三家以上, 2 到 5 家, in three industries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Final

from kg.ask.question.numerals import numeral
from kg.ask.question.token import ASKED, BOUNDS, DIFFERING, FUNCTION_WORD, RANGE, WHICH, Token
from kg.source.units import Unit, units
from kg.terms import class_name
from kg.vocab import IVC, IVL

JOINING: Final = frozenset({"和", "与", "及", "以及", "或", "或者", "同", "跟", "and", "or", "&"})
"""Words that join a part to what stands before it."""
LONGEST: Final = 24
"""Most units of a number and what stands behind it."""
NUMBER_OF: Final = "数"
"""Stands behind what is counted: 产业数."""
_AMOUNT: Final = 10_000
"""Least number that makes a bound of 上 and 过, which have other meanings: 过万亿, but not 提过三家."""
_DASHES: Final = frozenset("-~–—－～")
"""Signs between the numbers of a range."""
_MEASURES: Final = frozenset("个家种项座处款条类名")
"""What can stand between a number in words and the noun that it counts."""
_WHICH: Final = "哪"


def with_bounds(text: str, found: Sequence[Unit], tokens: Sequence[Token]) -> list[Token]:
    """The parts *tokens*, where one that begins with a number in one 汉字 is that number beside a word for a bound: 三家以上.

    A word such as 过 is one for a bound only before an amount, and 到 or “to” only between two numbers.

    Args:
        text: the question.
        found: its units.
        tokens: its parts.
    """
    tokens = [_measuring(before, token) for before, token in zip([None, *tokens], tokens, strict=False)]
    tokens = _ranges(text, found, tokens)
    before_amounts = {one.end for one in tokens if _is_weak(one)} & {one.start for one in tokens if _is_amount(one)}
    tokens = [_emptied(one) if _is_weak(one) and one.end not in before_amounts else one for one in tokens]
    said = [token for token in tokens if token.text not in JOINING or RANGE in token.meanings]
    strong = [(one, other) for one, other in pairwise(said) if not (_is_weak(one) or _is_weak(other))]
    beside = {one for one, other in strong if other.meanings & BOUNDS}
    beside |= {other for one, other in strong if one.meanings & BOUNDS}
    return [part for token in tokens for part in (_numbered(found, token) if token in beside else [token])]


def with_counts(found: Sequence[Unit], tokens: Sequence[Token]) -> list[Token]:
    """The parts *tokens*, where a number in words before the class that it counts is a number: 三家企业, two industries.

    So is one behind “more” or “fewer”: 多两家. After “which” it is none: 哪两个产业 are not two industries that are counted.
    """
    counted: list[Token] = []
    tokens = _with_number(tokens)
    tokens = [_asked(found, before, token) for before, token in zip([None, *tokens], tokens, strict=False)]
    for before, token, behind in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        counts = behind is not None and _is_class(behind) and not (before and WHICH in before.meanings)
        counts = counts or bool(before and before.meanings & DIFFERING)
        parts = _numbered(found, token) if counts else [token]
        measures = "".join(unit.text for unit in found[parts[0].end : token.end])
        counted += parts if not measures or measures in _MEASURES else [token]
    return counted


def _with_number(tokens: Sequence[Token]) -> list[Token]:
    """The parts, where 数 behind the class that it counts belongs to it: 产业数超过 3 个 counts industries."""
    joined: list[Token] = []
    for token in tokens:
        if token.text == NUMBER_OF and not token.has_content and joined and _is_class(joined[-1]):
            joined[-1] = replace(joined[-1], text=joined[-1].text + token.text, end=token.end)
        else:
            joined.append(token)
    return joined


def _measuring(before: Token | None, token: Token) -> Token:
    """A word such as “yuan”, which can be left out elsewhere, is a unit behind a number; a measure word such as 个 is not."""
    units_meant = frozenset(meaning for meaning in token.meanings - BOUNDS if meaning.startswith(IVL))
    units_meant -= {FUNCTION_WORD, *(meaning for meaning in units_meant if meaning.startswith(ASKED))}
    if before and before.number and FUNCTION_WORD in token.meanings and token.text.isascii() and units_meant:
        return replace(token, meanings=units_meant)
    return token


def _asked(found: Sequence[Unit], before: Token | None, token: Token) -> Token:
    """A number behind “which” says no more than how many things are asked for (:func:`number_asked`)."""
    if before and WHICH in before.meanings and not token.is_read and _is_numeral(found, token):
        return replace(token, meanings=frozenset({FUNCTION_WORD}))
    return token


def number_asked(tokens: Sequence[Token]) -> int | None:
    """How many things a question asks for: 2 in 哪两家企业; None if it does not say more than “which one”."""
    for before, token in zip([None, *tokens], tokens, strict=False):
        written = [unit.text for unit in units(token.text)] if FUNCTION_WORD in token.meanings else []
        behind = bool(before and WHICH in before.meanings)
        length, value = numeral(written[1:] if written[:1] == [_WHICH] else written if behind else [])
        if length and value > 1 and value == int(value):
            return int(value)
    return None


def _is_class(token: Token) -> bool:
    names = (class_name(meaning) for meaning in token.meanings if meaning.startswith(IVC))
    return any(name[:1].isupper() for name in names)


def _ranges(text: str, found: Sequence[Unit], tokens: Sequence[Token]) -> list[Token]:
    """The parts, where the word or sign between the two numbers of a range means that, and no other does."""
    ranged: list[Token] = []
    opened = False
    for at, token in enumerate(tokens):
        before = ranged[-1] if ranged else None
        opens = opened  # “between” makes a range of “2 and 5”
        opened = RANGE in token.meanings or (opened and _is_numeral(found, token))
        if before and _are_range(found, before, token):
            sign = text[found[before.end - 1].end : found[token.start].start].strip()
            if sign in _DASHES:
                ranged.append(Token(sign, token.start, token.start, frozenset({RANGE})))
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        middle = RANGE in token.meanings or (opens and token.text.casefold() in JOINING)
        if middle and _are_range(found, before, following):
            ranged.append(replace(token, meanings=frozenset({RANGE}), joins=False))
        elif RANGE in token.meanings and FUNCTION_WORD in token.meanings:
            ranged.append(replace(token, meanings=token.meanings - {RANGE}))
        else:
            ranged.append(token)
    return ranged


def _are_range(found: Sequence[Unit], one: Token | None, other: Token | None) -> bool:
    """Whether two parts are numbers that can be the ends of a range; two years are none."""
    if one is None or other is None or (one.year and other.year):
        return False
    return _is_numeral(found, one) and _is_numeral(found, other)


def _is_numeral(found: Sequence[Unit], token: Token) -> bool:
    """Whether a part is a number, or begins with one that is nothing else."""
    return bool(_numbered(found, token)[0].number)


def _is_weak(token: Token) -> bool:
    """Whether a part is a word for a bound among others, such as 上 and 过."""
    return FUNCTION_WORD in token.meanings and bool(token.meanings & BOUNDS) and not token.text.isascii()


def _emptied(token: Token) -> Token:
    """A weak word for a bound that is none here."""
    return replace(token, meanings=token.meanings - BOUNDS)


def _is_amount(token: Token) -> bool:
    """Whether a part is a number that is not of a few things: 万亿, 1000 亿, 半."""
    return token.text.endswith("半") or (token.number.replace(".", "").isdigit() and Decimal(token.number) >= _AMOUNT)


def _numbered(found: Sequence[Unit], token: Token) -> list[Token]:
    """The number that a part begins with, and its measure word, if it says nothing else."""
    ahead = [unit.text for unit in found[token.start : token.start + LONGEST]]
    length, value = numeral(ahead)
    rest = token.end - token.start - length
    if token.number or (token.is_read and token.has_content) or not length or rest < 0 or (rest and not token.is_read):
        return [token]
    if numeral(ahead[length:])[0]:  # 三四家 is about three or four
        return [token]
    number = replace(token, end=token.start + length, meanings=frozenset(), number=f"{value:f}")
    return [number, replace(token, start=number.end)] if rest else [number]
