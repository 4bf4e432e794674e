"""A figure as people write it: comparator, number and unit (超过 1.2 万亿元, more than US$1.8 billion)."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from kg.store.values import plain
from kg.terms import amount, exact, iri
from kg.vocab import EQUAL, IVL

if TYPE_CHECKING:
    from kg.ask.names import Names
    from kg.store.values import Term

_PERCENT: Final = IVL + "percent"
_SCALES_ZH: Final = {10**4: "万", 10**6: "百万", 10**8: "亿", 10**12: "万亿"}
"""Printed scale → its word in Chinese."""
_WORDS_ZH: Final = ("万", "亿")
"""What an amount in Chinese ends with, if it has a scale: the unit follows without a space."""


class Figure(Protocol):
    """What has a value: a :class:`Quantity`, or a claim with a number."""

    @property
    def value(self) -> float | str | None:
        """The value in single units, not in 亿; a text if it is beyond the range of a float."""
        ...

    @property
    def unit(self) -> str | None:
        """IRI of the unit."""
        ...

    @property
    def indicator(self) -> str | None:
        """IRI of the indicator, which gives the measure word of a count in Chinese."""
        ...

    @property
    def comparator(self) -> str | None:
        """IRI of the comparator; None for equal."""
        ...


class Quantity(NamedTuple):
    """A :class:`Figure` made of single values."""

    value: float | str | None
    unit: str | None
    indicator: str | None = None
    comparator: str | None = None


def of_row(row: Mapping[str, Term | None], prefix: str = "") -> Quantity:
    """The quantity in a row with the columns ``value``, ``unit``, ``indicator`` and ``comparator``.

    Args:
        row: column → term; only ``value`` must be there.
        prefix: what the names of these columns begin with, as ``other_``.
    """
    unit, indicator, comparator = (iri(row.get(prefix + name)) for name in ("unit", "indicator", "comparator"))
    return Quantity(plain(row[f"{prefix}value"]), unit, indicator, comparator)


def figure_in_words(figure: Figure, names: Names, lang: str) -> str:
    """Comparator, number and unit of a figure in the language *lang*; empty if it has no value."""
    if figure.value is None:
        return ""
    number = figure.value if isinstance(figure.value, str) else amount(figure.value, lang)
    bound = bound_in_words(figure.comparator, names, lang)
    return f"{bound} {_with_unit(number, figure, names, lang)}".strip()


def bound_in_words(comparator: str | None, names: Names, lang: str) -> str:
    """What is said before a number with the comparator of this IRI, as 超过; empty for equal and for none."""
    return names.label(comparator, lang) if comparator and comparator != EQUAL else ""


def printed(value: float, scale: int, lang: str) -> str:
    """A number as the document prints it: 10,644.6 亿, 10,644.6 × 100,000,000.

    Args:
        value: the printed number (``ivc:statedValue``).
        scale: what its scale word multiplies it by (``ivc:statedScale``).
        lang: ``zh`` or ``en``.
    """
    word = _SCALES_ZH.get(scale) if lang == "zh" else None
    return exact(value) if scale == 1 else f"{exact(value)} {word or f'× {scale:,}'}"


def _with_unit(number: str, figure: Figure, names: Names, lang: str) -> str:
    """*number* with the unit where the language puts it: 18 亿美元, US$1.8 billion, 33.8%, 68 次, 1,000 m."""
    if not figure.unit:
        return number
    if figure.unit == _PERCENT:
        return f"{number}%"
    word, symbol = names.unit(figure.unit, figure.indicator or "", lang), names.symbol(figure.unit)
    if lang == "zh":
        return number + word if number.endswith(_WORDS_ZH) else f"{number} {word}"
    if _is_money(symbol):
        sign = number[: number.startswith("-")]
        return f"{sign}{symbol}{number.removeprefix('-')}"
    return f"{number} {symbol if symbol.isascii() and symbol else word}".rstrip()


def _is_money(symbol: str) -> bool:
    """Whether a symbol is that of a currency, which precedes the number in English: US$, €."""
    return any(unicodedata.category(character) == "Sc" for character in symbol)
