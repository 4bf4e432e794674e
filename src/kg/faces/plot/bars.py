"""The figures of one group as horizontal bars, one below the other; each estimator has an axis of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isfinite
from typing import TYPE_CHECKING, Final, NamedTuple
from xml.etree import ElementTree as ET

from kg.ask.figures import Group, Observation, Series, scope_text
from kg.ask.quantity import figure_in_words
from kg.faces.picture.text import Letters, lines, shown, width
from kg.faces.plot import marks
from kg.terms import Text, listed

if TYPE_CHECKING:
    from kg.ask.names import Names

_ROOM: Final = 312
"""The least width of a chart on a page, in pixels: no text is longer than a line of it."""
_LETTERS: Final = Letters(13)
_VALUE: Final = Letters(13, bold=True)
_LEADING: Final = 19.0
_GAP: Final = 11.0
_INDENT: Final = 8
"""Distance of the labels from the axis."""
_APART: Final = 14.0
"""Least distance between the label of a bar and its value, if both stand on one line."""
_LONGEST: Final = 94.0
"""Width of the longest bar in percent; the rest is for what stands behind its end."""
_WHOLE: Final = 100.0
_SIGN: Final = 26
_ESTIMATOR: Final = Text("测算机构:", "estimated by ")
_NONE: Final = Text("未注明测算机构", "estimator not stated")


class _Scale(NamedTuple):
    """The numbers at the left and the right edge of a chart."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """The place of *value* in percent of the width."""
        return _LONGEST * (value - self.low) / (self.high - self.low)


def drawable(group: Group) -> bool:
    """Whether a chart says more than a table: at least two figures are numbers, and not all are zero."""
    values = _values(group)
    return len(values) > 1 and any(values)


def bars(group: Group, names: Names, lang: str, name: str) -> str:
    """The chart of *group* as an ``svg`` element, as wide as its place.

    Args:
        group: the figures; :func:`drawable` must hold.
        names: the lookup table.
        lang: language of its texts.
        name: what the ids in it begin with, which must be unique on the page.
    """
    chart = _BarChart(group, names, lang, _Frame(name, _ROOM))
    return ET.tostring(chart.root, encoding="unicode")


def element(group: Group, names: Names, lang: str, room: float) -> tuple[ET.Element, float]:
    """The chart of :func:`bars`, to be put into an image of its own where it is *room* pixels wide, and its height."""
    chart = _BarChart(group, names, lang, _Frame("chart", room))
    return chart.root, chart.height


def _values(group: Group) -> list[float]:
    numbers = [figure.value for figure in group.figures if isinstance(figure.value, int | float)]
    return [float(number) for number in numbers if isfinite(number)]


class _Frame(NamedTuple):
    """What the ids in a chart begin with, and the least width in pixels that it gets."""

    name: str
    room: float


class _BarChart:
    """Draws one chart from the top down; the result is in ``root``, its height in ``height``."""

    def __init__(self, group: Group, names: Names, lang: str, frame: _Frame) -> None:
        name, self._room = frame
        self._group, self._names, self._lang, self._hatch = group, names, lang, f"{name}-hatch"
        values = _values(group)
        self._scale = _Scale(min(0.0, *values), max(0.0, *values, *([_WHOLE] if self._of_whole else [])))
        self.root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img", "class": "plot"})
        self.root.attrib |= {"width": "100%", "font-size": marks.number(_LETTERS.size), "fill": marks.INK}
        self.root.set("aria-labelledby", f"{name}-title {name}-desc")
        marks.element(self.root, "title", scope_text(group.scope, names).pick(lang), id=f"{name}-title")
        marks.element(self.root, "desc", "; ".join(self._sentences()), id=f"{name}-desc")
        marks.hatching(self.root, self._hatch)
        self.height = 2.0
        for series in group.series:
            self._series(series)
        self._legend()
        self.root.set("height", marks.number(self.height))

    @property
    def _of_whole(self) -> bool:
        """Whether each bar is a share of one whole, so that the axis ends at 100 %."""
        return self._group.scope.whole is not None and all(value <= _WHOLE for value in _values(self._group))

    def _sentences(self) -> Iterator[str]:
        """The figures as a screen reader tells them."""
        for figure in self._group.figures:
            by = listed(map(self._names.text, figure.estimators)).pick(self._lang)
            parts = (*self._label(figure), figure_in_words(figure, self._names, self._lang), by)
            yield " ".join(part for part in parts if part)

    def _label(self, figure: Observation) -> tuple[str, ...]:
        """What a bar is called: its subject, if there are several, its year and its status."""
        subject = self._names.label(figure.subject, self._lang) if len(self._group.subjects) > 1 else ""
        return subject, figure.years, self._names.label(figure.status, self._lang)

    def _series(self, series: Series) -> None:
        """The bars of one estimator, on an axis of their own."""
        if len(self._group.series) > 1 or series.estimators:
            estimators = listed(map(self._names.text, series.estimators)).pick(self._lang)
            self._line((_ESTIMATOR.pick(self._lang) + estimators) if estimators else _NONE.pick(self._lang), "soft")
        top = self.height
        for figure in series.figures:
            self._bar(figure)
        zero = f"{self._scale.at(0):.2f}%"
        marks.baseline(self.root, zero, top, self.height - _GAP + 3)
        self.height += 6

    def _line(self, text: str, kind: str) -> None:
        """Lines of text over the whole width."""
        colour = marks.SOFT if kind == "soft" else marks.INK
        for line in lines(shown(text), self._room, _LETTERS):
            self.height += _LEADING
            marks.element(self.root, "text", line, x="0", y=marks.number(self.height - 5), class_=kind, fill=colour)

    def _bar(self, figure: Observation) -> None:
        """The label and the value of a figure, and its bar below them."""
        label = shown(" · ".join(part for part in self._label(figure) if part))
        value = figure_in_words(figure, self._names, self._lang)
        written = lines(label, self._room - _INDENT, _LETTERS)
        if width(written[-1], _LETTERS) + _APART + width(value, _VALUE) > self._room - _INDENT:
            written.append("")
        for line in written:
            self.height += _LEADING
            marks.element(self.root, "text", line, x=str(_INDENT), y=marks.number(self.height - 5), class_="label")
        marks.element(
            self.root,
            "text",
            value,
            x="100%",
            y=marks.number(self.height - 5),
            class_="value",
            text_anchor="end",
            font_weight="600",
        )
        if isinstance(figure.value, int | float) and isfinite(figure.value):
            self._body(figure, float(figure.value))
        self.height += marks.HEIGHT + _GAP

    def _body(self, figure: Observation, value: float) -> None:
        if self._of_whole:
            marks.track(self.root, self.height)
        left, right = sorted((self._scale.at(0), self._scale.at(value)))
        span = marks.BarExtent(f"{left:.2f}%", f"{right - left:.2f}%", self.height)
        marks.body(self.root, span, figure.status, self._hatch)
        marks.end(self.root, figure.comparator, f"{right:.2f}%", self.height)

    def _legend(self) -> None:
        """What the bodies and the ends of the bars mean, of those that are there."""
        left = 0.0
        for iri, draw in self._keys():
            words = shown(self._names.label(iri, self._lang))
            wide = _SIGN + 6 + width(words, _LETTERS)
            if not left or left + wide > self._room:
                left, self.height = 0.0, self.height + _LEADING
            top = self.height - marks.HEIGHT - 3
            if draw == "body":
                marks.body(self.root, marks.BarExtent(marks.number(left + 1), str(_SIGN - 6), top), iri, self._hatch)
            else:
                marks.end(self.root, iri, marks.number(left + 4), top)
            x = marks.number(left + _SIGN)
            marks.element(
                self.root, "text", words, x=x, y=marks.number(self.height - 5), class_="soft", fill=marks.SOFT
            )
            left += wide + 14
        self.height += 4

    def _keys(self) -> Iterator[tuple[str, str]]:
        statuses = _once(figure.status for figure in self._group.figures)
        ends = _once(figure.comparator for figure in self._group.figures)
        yield from ((status, "body") for status in statuses)
        yield from ((comparator, "end") for comparator in ends if marks.has_end(comparator))


def _once(iris: Iterable[str]) -> list[str]:
    return sorted(set(iris))
