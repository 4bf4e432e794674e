"""Reads numbers in digits, in words, or in both: 1.2万亿, 一千亿, 二〇三〇, 三成, 5 billion, three."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

_ARABIC: Final = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_HAN: Final = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_ENGLISH: Final = {
    word: value
    for value, word in enumerate(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"], start=1)
}
_ZERO: Final = ("零", "〇")
_DIGITS: Final = _HAN | _ENGLISH
_UNITS: Final = {"十": 10, "ten": 10, "百": 100, "hundred": 100, "千": 1000}
"""What multiplies the digit before it; only a ten needs none."""
_SCALES: Final = {
    "万": 10**4,
    "亿": 10**8,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}
"""What multiplies the number before it."""
_LONGEST: Final = 20
"""Most units of a number."""
_YEAR: Final = 4
"""Digits of a year that is written digit by digit."""


def numeral(units: Sequence[str]) -> tuple[int, Decimal]:
    """The number that *units* begin with (:func:`kg.source.units.units`).

    Returns:
        Its number of units, 0 if there is none, and its value. 成 and 一半 are percent: 三成 is 30.
    """
    if list(units[:2]) == ["一", "半"]:
        return 2, Decimal(50)
    if len(units) >= _YEAR and all(unit in _HAN for unit in units[:_YEAR]):
        return _YEAR, Decimal("".join(str(_HAN[unit]) for unit in units[:_YEAR]))
    length, value = _read(units[:_LONGEST])
    following = units[length] if 0 < length < len(units) else ""
    if following == "成" and value <= 10:
        return length + 1, value * 10
    return length + (following == "%"), value


def _read(units: Sequence[str]) -> tuple[int, Decimal]:
    """How many of the first units are a number, and its value; 0 if they are none."""
    total, section, value = Decimal(0), Decimal(0), Decimal(0)
    digit: Decimal | None = None
    unit, ends = 0, 0
    for at, text in enumerate(units):
        whole = True
        if digit is None and (text in _DIGITS or _ARABIC.fullmatch(text)):
            digit = Decimal(_DIGITS.get(text, text.replace(",", "")))
            whole = unit <= 10 or not digit or units[at - 1] in _ZERO  # 一千二 is 1200, so its 二 needs a 百
        elif text in _UNITS and (digit or _UNITS[text] == 10):
            unit = _UNITS[text]
            section, digit = section + (digit or 1) * unit, None
        elif text in _SCALES and (total or section or digit):
            unit, before = _SCALES[text], section + (digit or 0)
            total = (total + before) * unit if unit > total or not before else total + before * unit
            section, digit = Decimal(0), None
        else:
            break
        if whole:
            ends, value = at + 1, total + section + (digit or 0)
        digit = digit or None  # 零 only joins: 一千零五
    return ends, value
