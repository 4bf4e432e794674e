"""``kg site``: all pages as files."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kg.faces.cli.bilingual import FilePath, command
from kg.faces.cli.language import say
from kg.faces.cli.options import Run, common
from kg.faces.cli.servers import built, need
from kg.terms import Text


@command(
    help=Text(
        "把全部页面写成静态站点:双语,相对链接,可直接打开或放到任何主机",
        "write all pages as a static site: both languages, relative links, to open from the disk or put on any host",
    )
)
@click.argument("folder", type=FilePath())
@common
@click.pass_obj
def site(run: Run, folder: str) -> None:
    """Write a folder that needs no server; an older site in it is replaced, a folder with other files is refused."""
    need("serve", "starlette", "werkzeug", "xlsxwriter")
    from kg.faces.site.making import make

    made = make(built(run), Path(folder), run.lang, _show if sys.stderr.isatty() else None)
    if sys.stderr.isatty():
        click.echo(err=True)
    for address in made.failed[:_LISTED]:
        click.echo(say(f"没有生成:{address}", f"could not be made: {address}"), err=True)
    size = f"{made.size / 1e6:.1f} MB"
    click.echo(say(f"{made.files} 个文件,{size}", f"{made.files} files, {size}"), err=True)
    click.echo(str(Path(folder) / "index.html"))


_LISTED = 20
_EACH = 25
"""Most addresses of failed pages that are listed; pages between two updates of the progress."""


def _show(done: int, known: int) -> None:
    if done % _EACH == 0 or done == known:
        click.echo(f"\r  {done} / {known} " + say("页", "pages"), err=True, nl=False)
