"""Cuts a name or a question into units: one 汉字, or one word or number in another script.

Names and questions are compared unit by unit, so that an English word is never found inside another one, and a space
between 汉字 makes no difference.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from unicodedata import normalize

from kg.terms import singular

_HAN: Final = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_UNIT: Final = re.compile(rf"[{_HAN}]|\d+(?:[.,]\d+)+|(?:(?![{_HAN}])[^\W_])+|%")


@dataclass(frozen=True)
class Unit:
    """One unit of a text.

    Attributes:
        text: the unit in the form that is compared: half-width, lower case, simplified, singular.
        start: position of its first character in the original text.
        end: position behind its last character.
    """

    text: str
    start: int
    end: int


def units(text: str, variants: Mapping[str, str] = MappingProxyType({})) -> list[Unit]:
    """The units of *text* in order. Punctuation and spaces are in none.

    Args:
        text: any text.
        variants: traditional character → simplified character.
    """
    folded, origin = [], []
    for position, character in enumerate(text):
        for one in normalize("NFKC", character).casefold():
            folded.append(variants.get(one, one))
            origin.append(position)
    return [
        Unit(
            found[0] if text[start:end].isupper() else singular(found[0]),  # MES is no plural
            start,
            end,
        )
        for found in _UNIT.finditer("".join(folded))
        for start, end in [(origin[found.start()], origin[found.end() - 1] + 1)]
    ]


def key(text: str, variants: Mapping[str, str] = MappingProxyType({})) -> str:
    """The units of *text*, joined by spaces: what two spellings of one name have in common."""
    return " ".join(unit.text for unit in units(text, variants))
