"""A picture as PNG. resvg draws it, without a browser (https://github.com/linebender/resvg)."""

from __future__ import annotations

from typing import Final

from kg.errors import MissingFile, UsageProblem
from kg.faces.picture.canvas import FONTS
from kg.terms import Text, has_han

SCALE: Final = 2.0
"""Pixels of the PNG for each pixel of the SVG, so that letters are sharp on a slide and in print."""
WIDEST: Final = 8_000
"""Most pixels of a side; a larger image would need more memory than it is worth."""
_TRIED: Final = ("汉", "字")
_PROBE: Final = (
    f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" font-family="{FONTS}">'
    '<text x="4" y="30" font-size="24">{}</text></svg>'
)


def png(svg: str, width: int | None = None) -> bytes:
    """The image *svg* as PNG.

    Args:
        svg: an SVG image.
        width: width in pixels; None means :data:`SCALE` times that of *svg*.

    Raises:
        UsageProblem: the image would have more than :data:`WIDEST` pixels on a side.
        MissingFile: the image has 汉字, and no font of this machine has them.
    """
    from resvg_py import svg_to_bytes

    _refuse_too_large(svg, width)
    if has_han(svg) and not draws_han():
        raise MissingFile(
            Text("这台机器没有含汉字的字体,画不成 PNG", "no font of this machine has 汉字, so the PNG would lack them"),
            hint=Text(
                "安装一种中文字体(如 Debian、Ubuntu 的 fonts-noto-cjk),或改用 .svg:打开它的机器有字体即可",
                "install one (fonts-noto-cjk on Debian and Ubuntu), or write .svg: any machine with such a font shows it",
            ),
        )
    size = {"zoom": SCALE} if width is None else {"width": width}
    return bytes(svg_to_bytes(svg_string=svg, **size))


def draws_han() -> bool:
    """Whether a font of this machine has 汉字.

    resvg does not say what it cannot draw: it leaves a gap or draws an empty box. So two different characters that look
    the same are not drawn.
    """
    from resvg_py import svg_to_bytes

    one, other = (bytes(svg_to_bytes(svg_string=_PROBE.format(character))) for character in _TRIED)
    return one != other


def _refuse_too_large(svg: str, width: int | None) -> None:
    from xml.etree import ElementTree as ET

    root = ET.fromstring(svg)  # our own image, not a foreign file
    across, down = float(root.get("width", "1")), float(root.get("height", "1"))
    scale = SCALE if width is None else width / across
    if max(across, down) * scale > WIDEST:
        most = int(WIDEST / max(across, down) * across)
        raise UsageProblem(
            Text(
                f"图片会超过 {WIDEST} 像素(宽 {across * scale:.0f},高 {down * scale:.0f})",
                f"the picture would have more than {WIDEST} pixels on a side ({across * scale:.0f} × {down * scale:.0f})",
            ),
            hint=Text(
                f"宽度最多 {most} 像素(--width),或改用 .svg", f"at most {most} pixels wide (--width), or write .svg"
            ),
        )
