"""Rows on a terminal: a table, or one block for each row if a table would break words or numbers. Sentences in lines."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import zip_longest
from typing import Final

import click

from kg.terms import NUMBER, PIECE, WIDE, cell_width

_GAP: Final = "  "
_NARROW: Final = 12
"""A column is not made narrower than this: 汉字 can wrap anywhere, but a few in each line are hard to read."""
_BREAK: Final = re.compile(rf"( +)|(?<=[、。,;:!?)》”」』】])(?=[{WIDE}(“《「『【\[])")
"""Where a sentence may go on in the next line: at a space, and between 汉字 after a comma or the like."""
_BRACKET: Final = re.compile(r"\[[^\[\]]*\]")
_SCALED: Final = re.compile(r"(?<=\d) (?=[%万亿]|(?:m|b|tr)illion)")
"""The space between a number and its 亿, million or per cent."""
_KEPT: Final = "\ue000"
"""Stands for a space in a name, in a number or between brackets while a sentence is broken into lines."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def lay_out(titles: Sequence[str], cells: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a table, as wide as the terminal.

    An empty column of a table is left out, and so is an empty cell of a block.

    Args:
        titles: the headings.
        cells: the rows, a text for each heading.
    """
    kept = [n for n in range(len(titles)) if any(row[n] for row in cells)] or range(len(titles))
    heads, rows = [titles[n] for n in kept], [[_safe(row[n]) for n in kept] for row in cells]
    columns = list(zip(heads, *rows, strict=True))
    room = _room()
    free = room - len(_GAP) * (len(kept) - 1)
    whole = [max(map(_whole, column)) for column in columns]
    least = [max(min(_NARROW, most), *map(_least, column)) for most, column in zip(whole, columns, strict=True)]
    if sum(least) > free:
        return _blocks(heads, rows, room) if rows else iter(heads)
    level = max(whole, default=0)
    while sum(widths := [max(m, min(level, w)) for w, m in zip(whole, least, strict=True)]) > free:
        level -= 1  # the widest columns become narrower first
    return _table(columns, widths)


def paragraph(text: str, whole: Iterable[str] = (), rest: str | None = None) -> Iterator[str]:
    """The lines of a sentence, as wide as the terminal; one line if standard output is a file or a pipe.

    Args:
        text: the sentence; it may begin with spaces.
        whole: names in it. A name and what is between brackets are broken only if they are wider than a line.
        rest: what further lines begin with; None means the spaces of the first one and two more.
    """
    text = _safe(text).replace("\n", " ")
    margin = len(text) - len(text.lstrip(" "))
    if not (sys.stdout.isatty() or os.environ.get("COLUMNS")):
        yield text
        return
    room, indent = _room(), " " * (margin + 2) if rest is None else rest
    line = " " * margin
    for gap, part in _parts(text.strip(), whole, room - cell_width(indent)):
        if line in (" " * margin, indent):
            line += part
        elif cell_width(f"{line}{gap}{part}") <= room:
            line += gap + part
        else:
            yield line
            line = indent + part
    yield line


def _parts(text: str, whole: Iterable[str], room: int) -> Iterator[tuple[str, str]]:
    """The parts of a sentence that stay on one line, each with the space before it."""
    for name in sorted(filter(None, whole), key=len, reverse=True):
        text = text.replace(name, name.replace(" ", _KEPT))
    text = _BRACKET.sub(lambda found: found[0].replace(" ", _KEPT), _SCALED.sub(_KEPT, text))
    gap = start = 0
    for found in [*_BREAK.finditer(text), None]:
        end = found.start() if found else len(text)
        yield from _fitting(text[start - gap : start], text[start:end].replace(_KEPT, " "), room)
        start = found.end() if found else end
        gap = start - end


def _fitting(gap: str, part: str, room: int) -> Iterator[tuple[str, str]]:
    """The part itself; in the smallest pieces if it is wider than a line."""
    if cell_width(part) <= room:
        yield gap, part
        return
    end = 0
    for piece in PIECE.finditer(part):
        yield part[end : piece.start()] if end else gap, part[end if end == 0 else piece.start() : piece.end()]
        end = piece.end()


def _table(columns: Sequence[tuple[str, ...]], widths: Sequence[int]) -> Iterator[str]:
    """Heading, rule and rows; numbers are aligned to the right."""
    right = [any(cells) and all(not c or NUMBER.fullmatch(c) for c in cells) for _, *cells in columns]
    for n, row in enumerate(zip(*columns, strict=True)):
        wrapped = (_wrap(text, room) for text, room in zip(row, widths, strict=True))
        for line in zip_longest(*wrapped, fillvalue=""):
            shown = _GAP.join(map(_pad, line, widths, right)).rstrip()
            yield shown if n else click.style(shown, bold=True)
        if not n:
            yield "─" * (sum(widths) + len(_GAP) * (len(widths) - 1))


def _blocks(heads: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> Iterator[str]:
    """One block for each row, each value beside its heading; below it if a piece of it is too wide."""
    beside = max(map(cell_width, heads)) + 2
    for n, row in enumerate(rows):
        if n:
            yield "─" * room
        for head, text in zip(heads, row, strict=True):
            if not text:
                continue
            piece = _least(text)
            indent = beside if piece <= room - beside else max(0, min(2, room - piece))
            lines = [" " * indent + line for line in _wrap(text, room - indent)]
            label = click.style(f"{head}:", bold=True)
            if indent == beside:
                lines[0] = label + lines[0][cell_width(head) + 1 :]
            else:
                yield label
            yield from lines


def _room() -> int:
    """Columns of the terminal: COLUMNS, else those of stderr (stdout may be a pager), else 80."""
    columns = 0
    with suppress(OSError):
        columns = os.get_terminal_size(2).columns
    return shutil.get_terminal_size((columns or 80, 24)).columns


def _safe(text: str) -> str:
    """*text* without control characters, except the ends of its lines."""
    return "\n".join(_CONTROL.sub("\ufffd", line.expandtabs()) for line in text.splitlines())


def _whole(text: str) -> int:
    """Columns of the longest line of *text*."""
    return max(map(cell_width, text.split("\n")))


def _least(text: str) -> int:
    """Columns of the widest piece of *text*."""
    return max(map(cell_width, PIECE.findall(text)), default=0)


def _wrap(text: str, room: int) -> list[str]:
    """*text* in lines of *room* columns; only a line of one piece can be longer."""
    lines = []
    for line in text.split("\n"):
        start = end = 0
        for piece in PIECE.finditer(line):
            if end > start and cell_width(line[start : piece.end()]) > room:
                lines.append(line[start:end])
                start = piece.start()
            end = piece.end()
        lines.append(line[start:end])
    return lines


def _pad(text: str, room: int, right: bool) -> str:
    blank = " " * (room - cell_width(text))
    return blank + text if right else text + blank
