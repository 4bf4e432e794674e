"""``kg cite``: what to write when something is quoted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from kg.faces.cli.bilingual import command, option
from kg.faces.cli.completing import THING
from kg.faces.cli.language import say
from kg.faces.cli.options import Run, common
from kg.faces.cli.pairs import pairs
from kg.terms import Text

if TYPE_CHECKING:
    from kg.ask.citation.cited import Citation

_STYLES = ("gbt7714", "apa", "bibtex", "plain", "all")


@command(
    help=Text(
        "引用:事物、数字、段落、文献;主语 关系 宾语;chain 产业;查询名 参数=值",
        "cite a thing, figure, passage, document; SUBJECT PREDICATE OBJECT; chain INDUSTRY; QUERY param=value",
    )
)
@click.argument("what", nargs=-1, required=True, type=THING)
@option("--style", type=click.Choice(_STYLES), default="all", show_default=True, help=Text("样式", "reference style"))
@option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@common
@click.pass_obj
def cite(run: Run, what: tuple[str, ...], style: str, format_: str) -> None:
    """Print one citation."""
    graph = run.graph()
    name, *rest = what
    of_query = bool(rest) and all("=" in word for word in rest)
    found: Citation = graph.cite(name, **pairs(rest)) if of_query else graph.cite(*what)
    if format_ == "json":
        from kg.ask import plain

        click.echo(json.dumps(plain.citation(found, run.lang), ensure_ascii=False, indent=2))
        return
    from kg.ask.citation.styles import STYLES

    if style != "all":
        click.echo(STYLES[style][1](found, run.lang))
        return
    _print_head(found, run.lang)
    for title, write in STYLES.values():
        click.secho(f"\n{title.pick(run.lang)}", bold=True)
        click.echo(write(found, run.lang))


def _print_head(found: Citation, lang: str) -> None:
    """What is cited, and where it stands."""
    from kg.ask.citation.cited import located

    click.secho(found.what.pick(lang), bold=True)
    for note in found.notes:
        click.echo(note.pick(lang))
    if place := located(found.places, lang):
        click.echo(place)
    elif not found.works:
        click.echo(say("没有段落说到它:引用数据集", "no passage says so: cite the dataset"))
