"""Text in a picture: its width in pixels, and its lines.

The fonts of the reader are not known here, so widths are those of a wide one (between Arial and DejaVu Sans): with any usual
font a line is at most as wide as it is taken to be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from kg.store.xml import without_forbidden
from kg.terms import PIECE, cell_width

LINE: Final = 1.42
"""Height of a line as a multiple of the size of its letters."""
INK: Final = "#1b2733"
"""Colour of letters."""
LONGEST: Final = 240
"""Most characters of a name in a picture; the rest is only in its tooltip."""
_NARROW: Final = frozenset("ijlI.,:;'!|`")
_SLIM: Final = frozenset('ftr()[]{}/\\-" ')
_BROAD: Final = frozenset("mwMW@%&")
_BOLD: Final = 1.07
_SPACE: Final = re.compile(r"\s+")


class Letters(NamedTuple):
    """How a text is written: size in pixels, whether it is bold, and its colour."""

    size: float
    bold: bool = False
    colour: str = INK

    @property
    def line(self) -> float:
        """The height of a line in pixels."""
        return self.size * LINE


def shown(name: str) -> str:
    """*name* as it stands in a picture: on one line, without characters that XML does not have, and not endless."""
    text = _SPACE.sub(" ", without_forbidden(name)).strip()
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def width(text: str, letters: Letters) -> float:
    """The width of *text* in pixels."""
    return sum(map(_share, text)) * letters.size * (_BOLD if letters.bold else 1)


@lru_cache(maxsize=8192)
def _share(character: str) -> float:
    """The width of a character as a share of the size of the letters."""
    if not character.isascii():
        return (0, 0.7, 1.0)[cell_width(character)] if character < "\U0001f000" else 1.4
    if character in _NARROW:
        return 0.34
    if character in _SLIM:
        return 0.42
    if character in _BROAD:
        return 0.95
    return 0.72 if character.isupper() else 0.6


def lines(text: str, room: float, letters: Letters) -> list[str]:
    """*text* in lines of at most *room* pixels and of about the same length; at least one line."""
    found = _filled(text, room, letters)
    if len(found) > 1:
        even = width(text, letters) / len(found)
        for share in (1.05, 1.15, 1.3, 1.5):
            closer = _filled(text, min(room, even * share), letters)
            if len(closer) <= len(found):
                return closer
    return found


def _filled(text: str, room: float, letters: Letters) -> list[str]:
    """*text* in lines that are as full as they can be."""
    done, start, end = [], 0, 0
    for first, last in _parts(text, room, letters):
        if end > start and width(text[start:last], letters) > room:
            done.append(text[start:end])
            start = first
        end = last
    return [*done, text[start:end]]


def _parts(text: str, room: float, letters: Letters) -> Iterator[tuple[int, int]]:
    """Start and end of each part of *text* that is not broken; a word wider than *room* is broken anywhere."""
    for piece in PIECE.finditer(text):
        if width(piece[0], letters) <= room:
            yield piece.span()
        else:
            yield from ((n, n + 1) for n in range(*piece.span()))
