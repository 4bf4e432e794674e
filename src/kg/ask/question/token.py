"""A part of a question, and the words that every question can do without."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kg.vocab import EQUAL, IVC, IVL

FUNCTION_WORD: Final = IVL + "function-word"
"""A word without meaning of its own, such as 的 or of."""
ASKED: Final = IVL + "asked-"
"""Begins the IRI of each word of a question that no term of the model names."""
FIGURE: Final = IVC + "Observation"
LIGHT: Final = frozenset({FIGURE, *(ASKED + word for word in ("who", "where", "which", "each", "all"))})
"""Words such as “who” that tell two readings apart but that every question can do without."""

RANGE: Final = ASKED + "range"
"""A word or sign between two numbers: 2 到 5."""
BOUNDS: Final = frozenset({*(IVL + comparator for comparator in ("gt", "ge", "lt", "le")), EQUAL, RANGE})
"""Words such as “more than” and “exactly”, which make a bound of the number beside them."""
ABSENCE: Final = ASKED + "absence"
MOST: Final = ASKED + "most"
LEAST: Final = ASKED + "least"
LESS_THAN: Final = IVL + "lt"
MORE: Final = ASKED + "more"
FEWER: Final = ASKED + "fewer"
AS_MANY: Final = ASKED + "as-many"
DIFFERING: Final = frozenset({MORE, FEWER})
"""Words behind which a number is a difference: 多两家."""
WHICH: Final = ASKED + "which"
WHERE: Final = ASKED + "where"
WHO: Final = ASKED + "who"
COUNT: Final = ASKED + "count"
QUANTITY: Final = ASKED + "quantity"
EACH: Final = ASKED + "each"
DEGREE: Final = ASKED + "degree"
"""Words such as 快, which no number answers with yes or no."""
SUM: Final = ASKED + "sum"
WHEN: Final = ASKED + "when"
ALL: Final = ASKED + "all"
"""都, which joins to several names before it: an answer is then one for all of them."""


@dataclass(frozen=True)
class Token:
    """A part of a question.

    Attributes:
        text: the part as it was written.
        start: number of its first unit.
        end: number behind its last unit.
        meanings: IRIs of what it may name; empty for a number and for a part that nothing reads.
        year: the year, if the part can be one.
        number: the number or the name of a passage, if it is one.
        joins: whether a word or sign such as “and” joins the part to what stands before it.
    """

    text: str
    start: int
    end: int
    meanings: frozenset[str] = frozenset()
    year: int | None = None
    number: str = ""
    joins: bool = False

    @property
    def is_read(self) -> bool:
        """Whether the part names something or is a number."""
        return bool(self.meanings or self.number)

    @property
    def has_content(self) -> bool:
        """Whether the part is more than a function word."""
        return self.meanings != {FUNCTION_WORD}

    @property
    def asks(self) -> bool:
        """Whether the part can be a word of a question, such as “how many”, “without” or “more than”."""
        return any(meaning.startswith(ASKED) or meaning in BOUNDS for meaning in self.meanings)

    @property
    def is_light(self) -> bool:
        """Whether a reading may leave the part out: a function word, or a word such as “who”."""
        return FUNCTION_WORD in self.meanings or (bool(self.meanings) and self.meanings <= LIGHT)
