"""The style of each class, and the line breaks of labels."""

from __future__ import annotations

import re
from math import ceil
from typing import Final, NamedTuple

from kg.terms import Text, cell_width


class Style(NamedTuple):
    """Shape (of vis-network), colour, name in the legend, and radius of a box's corners."""

    shape: str
    colour: str
    words: Text
    rounding: int = 3


STYLES: Final = {
    "Industry": Style("ellipse", "#1f3a5f", Text("产业", "industry")),
    "ChainView": Style("box", "#5b6b7c", Text("划分方式", "division")),
    "Stage": Style("box", "#3d6ea5", Text("层级", "stage")),
    "Segment": Style("box", "#8fb8de", Text("环节", "segment")),
    "Company": Style("box", "#f2c14e", Text("企业", "company")),
    "ResearchBody": Style("box", "#f6dfa4", Text("科研机构", "research body")),
    "PublicBody": Style("box", "#e3cf9c", Text("公共机构", "public body")),
    "Product": Style("box", "#b7d7a8", Text("产品", "product"), 16),
    "Technology": Style("diamond", "#a78bca", Text("技术", "technology")),
    "Application": Style("box", "#7fc8c2", Text("应用场景", "application"), 0),
    "Sector": Style("box", "#d8c7b0", Text("经济领域", "sector"), 0),
    "Region": Style("triangle", "#d98c5f", Text("地区", "region")),
    "Project": Style("star", "#e06c75", Text("项目", "project")),
    "Policy": Style("triangleDown", "#8d99ae", Text("政策", "policy")),
    "Group": Style("box", "#e8ecf0", Text("分组", "group")),
    "Note": Style("text", "#6b7580", Text("说明", "remark")),
    "Thing": Style("dot", "#c0c0c0", Text("其他", "other")),
}
"""Class → style; a class not listed is drawn as Thing."""
DARK: Final = ("Industry", "ChainView", "Stage")
"""Classes with a white label."""
INSIDE: Final = ("box", "ellipse", "text")
"""Shapes with the label inside; the others have it below."""
DASHES: Final = "#4a5560"
"""Colour of the dashed frame of an entity that is drawn again."""
WORDED: Final = ("Group", "Note")
"""Kinds of nodes with a text of their own, which have no entry in the legend."""


def style_of(kind: str) -> str:
    """The key of STYLES for a class name."""
    return kind if kind in STYLES else "Thing"


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
