"""The style of the box of each class, and of boxes that show no thing."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from kg.terms import Text

if TYPE_CHECKING:
    from kg.ask.names import Names

_WHITE: Final = "#ffffff"


@dataclass(frozen=True)
class Style:
    """How a box looks: what tells its class apart besides the colour is its corners or its glyph.

    Attributes:
        colour: of the box; empty for a text without a box. A name refers to a CSS variable of the page, which is light or dark.
        ink: colour of the text.
        border: colour of the border.
        rounding: radius of the corners in pixels.
        glyph: a sign before the label; empty for none.
        bold: whether the label is bold.
        start: whether the text starts at the left; else it stands in the middle.
    """

    colour: str
    ink: str = "#1a1a1a"
    border: str = "#00000033"
    rounding: int = 3
    glyph: str = ""
    bold: bool = False
    start: bool = False

    @property
    def dark(self) -> bool:
        """Whether the label is white on the colour."""
        return self.ink == _WHITE


STYLES: Final = {
    "Industry": Style("#1f3a5f", _WHITE, "#1f3a5f", 20, bold=True),
    "ChainView": Style("#56636f", _WHITE, "#56636f", bold=True),
    "Stage": Style("#2f5f96", _WHITE, "#2f5f96", bold=True),
    "Segment": Style("#b9d3ea", border="#6f9cc4", bold=True),
    "Company": Style("#f7d88a", border="#c79a2b"),
    "ResearchBody": Style("#fbecc4", border="#c7ab62", glyph="◇"),
    "PublicBody": Style("#eadfbf", border="#a8955c", glyph="▣"),
    "Product": Style("#cde6c1", border="#7fae6b", rounding=14),
    "Technology": Style("#dccff0", border="#8f74bb", glyph="◆"),
    "Application": Style("#bfe5e1", border="#4f9f98", rounding=0),
    "Sector": Style("#e6dac7", border="#a8916f", rounding=0, glyph="▪"),
    "Region": Style("#f3cdb6", border="#c27a4c", glyph="▲"),
    "Project": Style("#f6c6cb", border="#c25a65", glyph="★"),
    "Policy": Style("#d3d9e2", border="#7d899b", glyph="▼"),
}
"""Class → style. A class that is not listed has the style of its nearest superclass that is, else :data:`_OTHER`."""
_OTHER: Final = Style("#dddddd", border="#999999", glyph="●")
_ROLES: Final = {
    "Group": Style("band", "ink", "band", bold=True, start=True),
    "Note": Style("", "soft"),
    "Fold": Style("fold", "ink", "line", 12),
    "Caption": Style("", "soft", start=True),
}
"""Boxes that show no thing: the heading of a group, a remark, what unfolds, the heading of answers."""


OTHER_KIND: Final = Text("其他", "other")
"""Name of the kind of a thing without a class that has a label."""


def style_of(kind: str, names: Names) -> Style:
    """The style of a class: its own, or that of its nearest superclass that has one."""
    return next((STYLES[name] for name in (kind, *names.superclasses(kind)) if name in STYLES), _OTHER)


def words_of(kind: str, names: Names) -> Text:
    """The name of a kind of thing: the label of the class."""
    return OTHER_KIND if kind == "Thing" else names.kind_text(kind)


def styles() -> dict[str, dict[str, Any]]:
    """All styles as JSON values, by the name of the class or role; the empty name is for any other class."""
    return {name: asdict(style) for name, style in {**STYLES, **_ROLES, "": _OTHER}.items()}
