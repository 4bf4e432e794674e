"""``kg draw``: a drawing as one file."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from kg.errors import UsageProblem
from kg.faces.cli.bilingual import FilePath, command, option
from kg.faces.cli.completing import THING
from kg.faces.cli.options import Run, common
from kg.faces.cli.output import write
from kg.terms import Text

_PAGES: Final = (".html", ".htm")
_ENDINGS: Final = ("html", "svg", "png")


@command(
    help=Text(
        "画成一个文件:.html 可操作(pyvis),.svg 与 .png 是不用浏览器画的图",
        "draw as one file: .html to work with (pyvis), .svg or .png for a picture, made without a browser",
    )
)
@click.argument("thing", required=False, type=THING)
@option(
    "-o",
    "output",
    type=FilePath(),
    required=True,
    help=Text("写到此文件:.html、.svg 或 .png;- 为标准输出的 HTML", "the file: .html, .svg or .png; - prints the HTML"),
)
@option(
    "--width",
    type=click.IntRange(min=100),
    help=Text("PNG 的宽度(像素);缺省为 SVG 的两倍", "width of a PNG in pixels; twice that of the SVG if not given"),
)
@common
@click.pass_obj
def draw(run: Run, thing: str | None, output: str, width: int | None) -> None:
    """Draw an industry, a company or any other thing; without a name, the industries and what they share."""
    ending = ".html" if output == "-" else Path(output).suffix.lower()
    if ending not in (*_PAGES, ".svg", ".png"):
        raise UsageProblem(
            Text(f"画不成“{output}”这种文件", f"a drawing cannot be a file like “{output}”"),
            hint=Text(f"文件名以 .{'、.'.join(_ENDINGS)} 结尾", f"end its name with .{', .'.join(_ENDINGS)}"),
        )
    if width and ending != ".png":
        raise UsageProblem(
            Text("--width 只用于 PNG", "--width is for PNG only"),
            hint=Text("写成 -o 文件名.png", "write -o NAME.png"),
        )
    write(_drawn(run, thing, ending, width), output)


def _drawn(run: Run, thing: str | None, ending: str, width: int | None) -> str | bytes:
    """The content of the file."""
    if ending in _PAGES:
        from kg.faces.draw import draw as page

        return page(run.graph(), thing, run.lang)
    from kg.faces.picture import svg
    from kg.faces.picture.png import png

    image = svg(run.graph(), thing, run.lang)
    return image if ending == ".svg" else png(image, width)
