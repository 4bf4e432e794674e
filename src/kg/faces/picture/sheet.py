"""What every picture has around what it shows: title and numbers above; legend, sources and date below."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from kg.faces.draw.styles import style_of, words_of
from kg.faces.picture.canvas import EDGE, SOFT, Box, Canvas
from kg.faces.picture.text import Letters, lines, shown, width
from kg.terms import Text, listed

if TYPE_CHECKING:
    from kg.ask.names import Names
    from kg.graph import KnowledgeGraph

MARGIN: Final = 36
_TITLE: Final = Letters(27, bold=True)
_ABOUT: Final = Letters(14, colour=SOFT)
_SMALL: Final = Letters(13, colour=SOFT)
_SIGN: Final = 22
"""Width of a symbol in the legend."""
_SOURCE: Final = Text("来源:", "Source: ")
_DATED: Final = Text("数据日期:", "data of ")
_MORE: Final = Text("等 {} 篇文献", "and {} more")
_MOST_SOURCES: Final = 4

Sign = Callable[[Canvas, Box], None]
"""Draws the symbol of an entry of the legend into a box."""


class Key(NamedTuple):
    """An entry of the legend: the function that draws its symbol, and its meaning."""

    sign: Sign
    words: Text


def head(canvas: Canvas, title: str, about: str) -> float:
    """Write the title, and below it what the picture holds; return where the next thing can begin."""
    room = canvas.width - 2 * MARGIN
    name = title[:1].upper() + title[1:]
    top = canvas.text(MARGIN, MARGIN, lines(name, room, _TITLE), _TITLE)
    return canvas.text(MARGIN, top + 2, lines(about, room, _ABOUT), _ABOUT) + 14


def foot(canvas: Canvas, top: float, keys: Iterable[Key], source: str) -> float:
    """Write the legend and the sources below *top*; return the height of the picture."""
    left, room = float(MARGIN), canvas.width - MARGIN
    for key in keys:
        words = shown(key.words.pick(canvas.lang))
        wide = _SIGN + 8 + width(words, _SMALL)
        if left > MARGIN and left + wide > room:
            left, top = MARGIN, top + 24
        with canvas.group("legend"):
            key.sign(canvas, Box(left, top + 2, _SIGN, 14))
            canvas.text(left + _SIGN + 8, top, [words], _SMALL)
        left += wide + 22
    top = top + 28 if left > MARGIN else top
    canvas.rectangle(Box(MARGIN, top, canvas.width - 2 * MARGIN, 0.5), EDGE, rounding=0)
    written = lines(source, canvas.width - 2 * MARGIN, _SMALL)
    with canvas.group("source"):
        return canvas.text(MARGIN, top + 10, written, _SMALL) + MARGIN - 10


def source_line(graph: KnowledgeGraph, passages: Iterable[str], lang: str) -> str:
    """The documents that the *passages* of a picture are from, the date of the dataset, and its name."""
    found = graph.citer.sources(sorted(set(passages)))
    named = listed(work.short for work in found[:_MOST_SOURCES]).pick(lang)
    if len(found) > _MOST_SOURCES:
        named += " " + _MORE.pick(lang).format(len(found) - _MOST_SOURCES)
    date = graph.citer.works.dataset.issued
    parts = [_SOURCE.pick(lang) + named if named else "", _DATED.pick(lang) + date if date else "", "xinzhi"]
    return " · ".join(shown(part) for part in parts if part)


def swatch(fill: str, stroke: str = EDGE, *, rounding: float = 3, dashed: bool = False) -> Sign:
    """The symbol of something that is drawn as a box."""

    def draw(canvas: Canvas, box: Box) -> None:
        canvas.rectangle(box, fill, stroke, rounding=rounding, dashed=dashed)

    return draw


def kind_keys(kinds: Iterable[str], names: Names) -> Iterator[Key]:
    """The entry of each of *kinds*, which are class names: a box in its style."""
    for kind in kinds:
        style = style_of(kind, names)
        yield Key(swatch(style.colour, style.border, rounding=min(style.rounding, 7)), words_of(kind, names))


def shaft(*, dashed: bool = False) -> Sign:
    """The symbol of an arrow."""

    def draw(canvas: Canvas, box: Box) -> None:
        middle = box.top + box.height / 2
        canvas.arrow([(box.left, middle), (box.right, middle)], dashed=dashed)

    return draw
