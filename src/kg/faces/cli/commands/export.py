"""``kg export``: the graph for other tools."""

from __future__ import annotations

import click

from kg.faces.cli.bilingual import FilePath, command, option
from kg.faces.cli.options import Run, common
from kg.faces.cli.output import write
from kg.terms import Text

_EXPORTS = ("turtle", "trig", "nquads", "ntriples", "jsonld", "rdfxml", "graphml", "csv")


@command(help=Text("导出给别的工具;同一图谱,同样的字节", "export for other tools; same graph, same bytes"))
@option("--format", "format_", type=click.Choice(_EXPORTS), default="turtle", show_default=True)
@option(
    "--graph",
    "which",
    default="default",
    show_default=True,
    help="default, report, provenance, entities, background, inferred, audit, ontology, passages, psg:…",
)
@option(
    "-o",
    "output",
    type=FilePath(),
    help=Text("写到此文件;缺省为标准输出", "write to this file; standard output if absent"),
)
@common
@click.pass_obj
def export(run: Run, format_: str, which: str, output: str | None) -> None:
    """Write the graph in a format other tools read."""
    from kg.faces.export import export as render

    write(render(run.whole_graph(), format_, which), output)
