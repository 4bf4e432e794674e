"""D08: texts of literals that are not in the lexical space of their datatype (XML Schema 1.1 part 2, chapter 3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Final

import pyoxigraph as ox

from kg.check.findings import Finding
from kg.terms import Text, compact, iri, lexical
from kg.vocab import XSD

_NUMBER: Final = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_YEAR: Final = r"-?(?:[1-9][0-9]{3,}|0[0-9]{3})"
_ZONE: Final = r"(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
_DAY: Final = rf"(?P<year>{_YEAR})-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12][0-9]|3[01])"
_TIME: Final = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
_SPACES: Final = {
    XSD + name: re.compile(pattern)
    for name, pattern in {
        "boolean": "true|false|1|0",
        "integer": "[+-]?[0-9]+",
        "nonNegativeInteger": r"\+?[0-9]+|-0+",
        "positiveInteger": r"\+?0*[1-9][0-9]*",
        "decimal": _NUMBER,
        "double": rf"{_NUMBER}(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN",
        "float": rf"{_NUMBER}(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN",
        "date": _DAY + _ZONE,
        "dateTime": f"{_DAY}T{_TIME}{_ZONE}",
        "gYear": _YEAR + _ZONE,
        "gYearMonth": f"{_YEAR}-(?:0[1-9]|1[0-2]){_ZONE}",
    }.items()
}
"""Datatype → its lexical space. Python's readers take more: full-width digits, ``1_000``, ``NaN`` for a decimal."""


def check(quads: Sequence[ox.Quad]) -> Iterator[Finding]:
    """A finding for each literal of *quads* whose text is none of its datatype."""
    for quad in quads:
        if isinstance(quad.object, ox.Literal) and not _is_valid(quad.object.datatype.value, quad.object.value):
            name = compact(quad.object.datatype.value)
            yield Finding(
                "D08-lexical",
                "Violation",
                lexical(quad.subject),
                Text(
                    f"“{quad.object.value}”不是 {name} 的写法;用半角数字,整数如 2025,小数如 35.0,日期如 2025-06-30",
                    f"“{quad.object.value}” is not how a {name} is written; use digits 0 to 9, an integer such as 2025, "
                    "a decimal such as 35.0, a date such as 2025-06-30",
                ),
                path=quad.predicate.value,
                value=quad.object.value,
                graph=iri(quad.graph_name),
            )


@lru_cache(maxsize=4096)
def _is_valid(datatype: str, text: str) -> bool:
    """Whether *text* is in the lexical space of *datatype*; true for a datatype that is not known here."""
    space = _SPACES.get(datatype)
    if space is None:
        return True
    found = space.fullmatch(text)
    if found is None:
        return False
    return "day" not in space.groupindex or _is_a_day(*map(int, found.group("year", "month", "day")))


def _is_a_day(year: int, month: int, day: int) -> bool:
    """Whether the month has this day; years repeat after 400."""
    try:
        date(year % 400 + 400, month, day)
    except ValueError:
        return False
    return True
