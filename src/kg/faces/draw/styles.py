"""The style of each class, and the line breaks of labels."""

from __future__ import annotations

import re
from math import ceil
from typing import TYPE_CHECKING, Final, NamedTuple

from kg.terms import Text, cell_width

if TYPE_CHECKING:
    from kg.ask.names import Names


class Style(NamedTuple):
    """Shape (of vis-network), colour, radius of a box's corners, and whether the label is white on the colour."""

    shape: str
    colour: str
    rounding: int = 3
    dark: bool = False


STYLES: Final = {
    "Industry": Style("ellipse", "#1f3a5f", dark=True),
    "ChainView": Style("box", "#5b6b7c", dark=True),
    "Stage": Style("box", "#3d6ea5", dark=True),
    "Segment": Style("box", "#8fb8de"),
    "Company": Style("box", "#f2c14e"),
    "ResearchBody": Style("box", "#f6dfa4"),
    "PublicBody": Style("box", "#e3cf9c"),
    "Product": Style("box", "#b7d7a8", 16),
    "Technology": Style("diamond", "#a78bca"),
    "Application": Style("box", "#7fc8c2", 0),
    "Sector": Style("box", "#d8c7b0", 0),
    "Region": Style("triangle", "#d98c5f"),
    "Project": Style("star", "#e06c75"),
    "Policy": Style("triangleDown", "#8d99ae"),
    "Group": Style("box", "#e8ecf0"),
    "Note": Style("text", "#6b7580"),
}
"""Class → style. A class that is not listed has the style of its nearest superclass that is, else :data:`_OTHER`."""
_OTHER: Final = Style("dot", "#c0c0c0")
INSIDE: Final = ("box", "ellipse", "text")
"""Shapes with the label inside; the others have it below."""
DASHES: Final = "#4a5560"
"""Colour of the dashed frame of an entity that is drawn again."""
_WORDS: Final = {
    "Group": Text("分组", "group"),
    "Note": Text("说明", "remark"),
    "Thing": Text("其他", "other"),
}
"""Kinds of nodes that are no classes → their name."""
WORDED: Final = ("Group", "Note")
"""Kinds of nodes with a text of their own, which have no entry in the legend."""


def style_of(kind: str, names: Names) -> Style:
    """The style of a kind of node."""
    return next((STYLES[name] for name in (kind, *names.superclasses(kind)) if name in STYLES), _OTHER)


def words_of(kind: str, names: Names) -> Text:
    """The name of a kind of node: the label of the class."""
    return _WORDS.get(kind) or names.kind_text(kind)


def wrapped(label: str, columns: int = 22) -> str:
    """A label in lines of at most about *columns* text columns, broken at spaces and between 汉字."""
    columns = ceil(cell_width(label) / ceil(max(cell_width(label), 1) / columns)) + 1  # lines of about the same length
    lines, line = [], ""
    for piece in re.findall(r"[^\s\u4e00-\u9fff]+\s*|\s+|[\u4e00-\u9fff]", label):
        if line and cell_width(line + piece) > columns:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return "\n".join([*lines, line.rstrip()])
