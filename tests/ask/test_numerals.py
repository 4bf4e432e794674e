"""Numbers in digits and in words, as a question begins with them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kg.ask.question.numerals import numeral
from kg.source.units import units

NUMBERS = {
    "12": (1, "12"),
    "1,200亿元": (2, "120000000000"),
    "1.2万亿元": (3, "1200000000000"),
    "5千亿": (3, "500000000000"),
    "一千亿": (3, "100000000000"),
    "一万三千亿": (5, "1300000000000"),
    "一亿三千万": (5, "130000000"),
    "两百家": (2, "200"),
    "二十三个": (3, "23"),
    "十二": (2, "12"),
    "一千零五": (4, "1005"),
    "二〇三〇年": (4, "2030"),
    "37%": (2, "37"),
    "三成": (2, "30"),
    "一半以上": (2, "50"),
    "three": (1, "3"),
    "two hundred billion": (3, "200000000000"),
    "一千二": (2, "1000"),  # it is 1200, and the 二 is left over
    "三四家": (1, "3"),
    "三星": (1, "3"),
}


@pytest.mark.parametrize("text", NUMBERS)
def test_numeral(text: str) -> None:
    length, value = NUMBERS[text]
    assert numeral([unit.text for unit in units(text)]) == (length, Decimal(value))


@pytest.mark.parametrize("text", ["", "百家", "万亿元", "亿航", "灯纸", "3d", "half"])
def test_no_numeral(text: str) -> None:
    assert numeral([unit.text for unit in units(text)])[0] == 0
