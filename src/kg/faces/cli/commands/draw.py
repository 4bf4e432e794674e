"""``kg draw``: a drawing as one file."""

from __future__ import annotations

import click

from kg.faces.cli.bilingual import FilePath, command, option
from kg.faces.cli.completing import THING
from kg.faces.cli.options import Run, common
from kg.faces.cli.output import write
from kg.terms import Text


@command(help=Text("画成一个自足的 HTML 文件(pyvis)", "draw as one self-contained HTML file (pyvis)"))
@click.argument("thing", required=False, type=THING)
@option("-o", "output", type=FilePath(), required=True, help=Text("写到此 HTML 文件", "the HTML file to write"))
@common
@click.pass_obj
def draw(run: Run, thing: str | None, output: str) -> None:
    """Draw an industry, a company or any other thing; without a name, the industries and their links."""
    from kg.faces.draw import draw as render

    write(render(run.graph(), thing, run.lang), output)
