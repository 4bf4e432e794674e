"""kg draw, kg export, kg completion."""

from __future__ import annotations

import click

from kg.faces.cli.completing import THING
from kg.faces.cli.language import say
from kg.faces.cli.options import Run, common
from kg.faces.cli.output import write

_EXPORTS = ("turtle", "trig", "nquads", "ntriples", "jsonld", "rdfxml", "graphml", "csv")


@click.command(help=say("画成一个自足的 HTML 文件(pyvis)", "draw as one self-contained HTML file (pyvis)"))
@click.argument("thing", required=False, type=THING)
@click.option("-o", "output", type=click.Path(), required=True, help=say("写到此 HTML 文件", "the HTML file to write"))
@common
@click.pass_obj
def draw(run: Run, thing: str | None, output: str) -> None:
    """Draw an industry, a company or any other thing; without one, the industries and what links them."""
    from kg.faces.draw import draw as render

    write(render(run.graph(), thing, run.lang), output)


@click.command(help=say("导出给别的工具;同一图谱,同样的字节", "export for other tools; same graph, same bytes"))
@click.option("--format", "format_", type=click.Choice(_EXPORTS), default="turtle", show_default=True)
@click.option(
    "--graph",
    "which",
    default="default",
    show_default=True,
    help="default, report, provenance, entities, background, inferred, audit, ontology, passages, psg:…",
)
@click.option(
    "-o",
    "output",
    type=click.Path(),
    help=say("写到此文件;缺省为标准输出", "write to this file; standard output if absent"),
)
@common
@click.pass_obj
def export(run: Run, format_: str, which: str, output: str | None) -> None:
    """Write the graph in a format other tools read."""
    from kg.faces.export import export as render

    write(render(run.whole_graph(), format_, which), output)


@click.command(
    help=say('打印补全脚本:eval "$(kg completion bash)"', 'print a completion script: eval "$(kg completion bash)"')
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the shell's completion script."""
    from click.shell_completion import get_completion_class

    from kg.faces.cli.commands import cli

    maker = get_completion_class(shell)
    assert maker is not None
    click.echo(maker(cli, {}, "kg", "_KG_COMPLETE").source())
