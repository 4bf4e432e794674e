"""The tier chart of an industry as a picture: stages side by side, their segments as cards with what is named for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import ceil
from typing import TYPE_CHECKING, Final

from kg.ask.chain import NOTHING, UNPLACED, Chain, Cited, Outside, SegmentCell, StageColumn, View
from kg.ask.picture import kind_of
from kg.ask.tally import Tally, tally, whole
from kg.faces.draw.styles import style_of
from kg.faces.picture.canvas import SOFT, Box, Canvas
from kg.faces.picture.sheet import MARGIN, Key, foot, head, kind_keys, shaft, source_line, swatch
from kg.faces.picture.text import INK, Letters, lines, shown, width
from kg.terms import Text, slug

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph

_WIDE: Final = 1440
"""Width of the picture in pixels."""
_ABREAST: Final = 4
"""Most stages side by side; more are put into several rows."""
_COLUMNS: Final = 3
"""Columns of the segments without a stage."""
_GUTTER: Final = 38
_PAD: Final = 12
_GAP: Final = 8
"""Space between stages, inside a card, and between cards or names."""
_NAME: Final = Letters(14)
_CARD: Final = Letters(15, bold=True)
_STAGE: Final = Letters(17, bold=True)
_BAND: Final = Letters(18, bold=True)
_COUNT: Final = Letters(12, colour=SOFT)
"""The letters of companies, products and applications; segments; stages; divisions; numbers."""
_FRAME: Final = "#f5f7f9"
_AGAIN: Final = Text("内容见上", "shown above")
_TITLE: Final = Text("{}产业链", "{}: the value chain")


def chart(graph: KnowledgeGraph, industry: str, lang: str) -> str:
    """The SVG image of the chain of *industry* (IRI), in the language *lang*."""
    return _ChainChart(graph, graph.chain(industry), lang).svg()


class _ChainChart:
    """Draws one chain. Methods that draw something take the top of the free space and return its end."""

    def __init__(self, graph: KnowledgeGraph, chain: Chain, lang: str) -> None:
        self.graph, self.chain, self.lang = graph, chain, lang
        self.canvas = Canvas(_WIDE, lang)
        self._drawn: set[str] = set()
        self._again = False
        self._passages: set[str] = set()
        self._kinds: dict[str, None] = {}

    def svg(self) -> str:
        title = _TITLE.pick(self.lang).format(shown(self._name(self.chain.industry)))
        about = whole(self.chain).words(self.graph.names).pick(self.lang)
        top = head(self.canvas, title, about)
        for view in self.chain.views:
            top = self._view(view, top) + 16
        if self.chain.unplaced:
            top = self._band("unplaced", UNPLACED.pick(self.lang), self._unplaced, top) + 16
        for group in self.chain.outside:
            top = self._outside(group, top) + 16
        bottom = foot(self.canvas, top, self._legend(), source_line(self.graph, self._passages, self.lang))
        return self.canvas.finish(bottom, title, self._description(about))

    # -- bands -------------------------------------------------------------------------------------------------------

    def _band(self, kind: str, heading: str, inside: Callable[[Box], float], top: float, iri: str = "") -> float:
        """A frame over the whole width with a heading; *inside* draws into it and returns where it ended."""
        with self.canvas.group(kind, iri=iri):
            frame = self.canvas.rectangle(Box(MARGIN - 14, top, _WIDE - 2 * MARGIN + 28, 0), _FRAME, rounding=8)
            room = _WIDE - 2 * MARGIN
            start = self.canvas.text(MARGIN, top + 8, lines(heading, room, _BAND), _BAND)
            bottom = inside(Box(MARGIN, start + 6, room, 0)) + 14
            self.canvas.stretch(frame, bottom)
        return bottom

    def _view(self, view: View, top: float) -> float:
        def rows(box: Box) -> float:
            rows = ceil(len(view.stages) / _ABREAST)
            each = ceil(len(view.stages) / rows) if rows else 0
            bottom = box.top
            for row in range(rows):
                bottom = self._stages(view.stages[row * each : (row + 1) * each], each, box._replace(top=bottom)) + _GAP
            return bottom - _GAP

        return self._band("view", shown(self._name(view.iri)), rows, top, view.iri)

    def _unplaced(self, box: Box) -> float:
        """Segments without a stage, each in the column that is the shortest so far."""
        wide = (box.width - (_COLUMNS - 1) * _GUTTER / 2) / _COLUMNS
        ends = [box.top] * _COLUMNS
        for cell in self.chain.unplaced:
            n = ends.index(min(ends))
            ends[n] = self._card(cell, Box(box.left + n * (wide + _GUTTER / 2), ends[n], wide, 0)) + _GAP
        return max(ends) - _GAP

    def _outside(self, group: Outside, top: float) -> float:
        number = len(group.things)
        heading = Text(f"{group.words.zh}({number})", f"{group.words.en} ({number})").pick(self.lang)
        return self._band("outside", heading, lambda box: self._flow(group.things, group.what, box), top)

    # -- stages and segments -----------------------------------------------------------------------------------------

    def _stages(self, stages: Sequence[StageColumn], columns: int, box: Box) -> float:
        """A row of stages with arrows from each to the next if it feeds it."""
        wide = (box.width - (columns - 1) * _GUTTER) / columns
        places = [Box(box.left + n * (wide + _GUTTER), box.top, wide, 0) for n in range(len(stages))]
        tall = max(self._bar_height(stage, wide) for stage in stages)
        frames, ends = [], []
        for number, (stage, place) in enumerate(zip(stages, places, strict=True)):
            with self.canvas.group("stage", self._tooltip(stage.iri), stage.iri):
                frames.append(self.canvas.rectangle(place, "#ffffff", rounding=6))
                self._bar(stage, place._replace(height=tall))
                inner = Box(place.left + _GAP, box.top + tall + _GAP, wide - 2 * _GAP, 0)
                ends.append(self._content(stage, inner))
            for fed in stages[number - 1].feeds if number else ():
                if fed.iri == stage.iri:
                    self._feed(places[number - 1], place, box.top + tall / 2, stated=bool(fed.passages))
        bottom = max(ends) + _GAP
        for frame in frames:
            self.canvas.stretch(frame, bottom)
        return bottom

    def _feed(self, one: Box, other: Box, middle: float, *, stated: bool) -> None:
        with self.canvas.group("feeds"):
            self.canvas.arrow([(one.right + 6, middle), (other.left - 6, middle)], dashed=not stated)

    def _bar_text(self, stage: StageColumn, wide: float) -> tuple[list[str], list[str]]:
        """The lines of a stage's heading: its name, and its numbers."""
        numbers = tally(stage.segments, stage.applications).words(self.graph.names).pick(self.lang)
        room = wide - 2 * _PAD
        return lines(shown(self._name(stage.iri)), room, _STAGE), lines(numbers, room, _COUNT)

    def _bar_height(self, stage: StageColumn, wide: float) -> float:
        name, numbers = self._bar_text(stage, wide)
        return 16 + len(name) * _STAGE.line + len(numbers) * _COUNT.line

    def _bar(self, stage: StageColumn, box: Box) -> None:
        """The heading of a stage: its name and its numbers."""
        style = style_of(self._kind(stage.iri), self.graph.names)
        colour = "#ffffff" if style.dark else INK
        name, numbers = self._bar_text(stage, box.width)
        self.canvas.rectangle(box, style.colour, style.colour, rounding=6)
        top = self.canvas.text(box.left + _PAD, box.top + 8, name, _STAGE._replace(colour=colour))
        self.canvas.text(box.left + _PAD, top, numbers, _COUNT._replace(colour=colour))

    def _content(self, stage: StageColumn, box: Box) -> float:
        """The segments of a stage, then its own applications."""
        if stage.empty:
            return self.canvas.text(box.left, box.top, [NOTHING.pick(self.lang)], _NAME._replace(colour=SOFT))
        top = box.top
        for cell in stage.segments:
            top = self._card(cell, box._replace(top=top)) + _GAP
        if stage.own:
            top = self._flow(stage.own, "application", box._replace(top=top)) + _GAP
        return top - _GAP

    def _card(self, cell: SegmentCell, box: Box) -> float:
        """A segment with what is named for it and its sub-segments; only its name if it was drawn before."""
        again = cell.iri in self._drawn
        self._drawn.add(cell.iri)
        self._again |= again
        style = style_of(self._kind(cell.iri), self.graph.names)
        with self.canvas.group("segment", self._tooltip(cell.iri, cell.passages), cell.iri):
            frame = self.canvas.rectangle(box, "#ffffff", style.border if not again else SOFT, rounding=5, dashed=again)
            edge = self.canvas.rectangle(Box(box.left, box.top, 5, 0), style.border, style.border, rounding=2)
            inner = Box(box.left + _PAD + 3, box.top + 7, box.width - 2 * _PAD - 3, 0)
            bottom = self._card_head(cell, inner, again)
            if not again:
                for what, things in cell.things:
                    if things:
                        bottom = self._flow(things, what, inner._replace(top=bottom + 5))
                for part in cell.parts:
                    bottom = self._card(part, inner._replace(top=bottom + 7))
            self.canvas.stretch(frame, bottom + 9)
            self.canvas.stretch(edge, bottom + 9)
        return bottom + 9

    def _card_head(self, cell: SegmentCell, box: Box, again: bool) -> float:
        """The name of a segment; its own numbers stand to the right of it if there is room, else below."""
        numbers = [len(things) for _, things in cell.things]
        own = Tally(0, *numbers).words(self.graph.names).pick(self.lang)
        words = (_AGAIN.pick(self.lang) if any((*numbers, cell.parts)) else "") if again else own
        name, aside = shown(self._name(cell.iri)), width(words, _COUNT) + 14
        beside = width(name, _CARD) + aside <= box.width
        top = self.canvas.text(box.left, box.top, lines(name, box.width, _CARD), _CARD)
        if not words:
            return top
        if beside:
            self.canvas.text(box.right, box.top + 2, [words], _COUNT, "end")
            return top
        return self.canvas.text(box.left, top, lines(words, box.width, _COUNT), _COUNT)

    # -- companies, products and applications --------------------------------------------------------------------------

    def _flow(self, things: Sequence[Cited], role: str, box: Box) -> float:
        """Boxes with names, side by side as far as there is room."""
        left, top, below = box.left, box.top, box.top
        for thing in things:
            name = shown(self._name(thing.iri))
            text = lines(name, box.width - 2 * _GAP, _NAME)
            wide = min(box.width, max(width(line, _NAME) for line in text) + 2 * _GAP)
            tall = len(text) * _NAME.line + 4
            if left > box.left and left + wide > box.right:
                left, top = box.left, below + 5
            self._thing(thing, role, text, Box(left, top, wide, tall))
            left, below = left + wide + 6, max(below, top + tall)
        return below

    def _thing(self, thing: Cited, role: str, text: Sequence[str], box: Box) -> None:
        style = style_of(self._kind(thing.iri), self.graph.names)
        with self.canvas.group(role, self._tooltip(thing.iri, thing.passages), thing.iri):
            self.canvas.rectangle(box, style.colour, style.border, rounding=min(style.rounding, 12))
            self.canvas.text(box.left + box.width / 2, box.top + 2, text, _NAME, "middle")

    # -- words -------------------------------------------------------------------------------------------------------

    def _name(self, iri: str) -> str:
        return self.graph.names.label(iri, self.lang)

    def _kind(self, iri: str) -> str:
        """The kind of a thing, which the legend then explains."""
        kind = kind_of(self.graph.names, iri)
        self._kinds.setdefault(kind)
        return kind

    def _tooltip(self, iri: str, passages: Sequence[str] = ()) -> str:
        self._passages.update(passages)
        cited = f" [{' '.join(map(slug, passages))}]" if passages else ""
        return self._name(iri) + cited

    def _legend(self) -> Iterator[Key]:
        yield from kind_keys(self._kinds, self.graph.names)
        for stated, words in self.chain.arrows.items():
            yield Key(shaft(dashed=not stated), words)
        if self._again:
            yield Key(swatch("#ffffff", SOFT, dashed=True), _AGAIN)

    def _description(self, about: str) -> str:
        """What a screen reader says: the numbers, then each stage with its segments and applications."""
        colon, comma, stop = (":", "、", "。") if self.lang == "zh" else (": ", ", ", ". ")
        parts = [about]
        for stage in self.chain.stages:
            named = [cell.iri for cell in stage.segments] + [thing.iri for thing in stage.own]
            inside = comma.join(map(self._name, named))
            parts.append(f"{self._name(stage.iri)}{colon}{inside or NOTHING.pick(self.lang)}")
        return stop.join(parts) + stop.strip()
