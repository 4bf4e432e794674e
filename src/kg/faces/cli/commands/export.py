"""``kg export``: the graph for other tools."""

from __future__ import annotations

import click

from kg.errors import UsageProblem
from kg.faces.cli.bilingual import FilePath, command, option
from kg.faces.cli.options import Run, common
from kg.faces.cli.output import write, write_files
from kg.terms import Text

_EXPORTS = ("turtle", "trig", "nquads", "ntriples", "jsonld", "rdfxml", "graphml", "csv", "neo4j")


@command(help=Text("导出给别的工具;同一图谱,同样的字节", "export for other tools; same graph, same bytes"))
@option("--format", "format_", type=click.Choice(_EXPORTS), default="turtle", show_default=True)
@option(
    "--graph",
    "which",
    default="default",
    show_default=True,
    help="default, report, provenance, entities, background, links, inferred, audit, ontology, alignment, passages, psg:…",
)
@option(
    "-o",
    "output",
    type=FilePath(),
    help=Text(
        "写到此文件,缺省为标准输出;csv 与 neo4j 是多个文件,要写到文件夹或 .zip",
        "write to this file; standard output if absent; csv and neo4j are several files and take a folder or a .zip",
    ),
)
@option("--indent", is_flag=True, help=Text("JSON-LD 分行缩进", "JSON-LD on many lines, indented"))
@common
@click.pass_obj
def export(run: Run, format_: str, which: str, output: str | None, indent: bool) -> None:
    """Write the graph in a format other tools read."""
    from kg.faces.export import SEVERAL, export_files
    from kg.faces.export import export as render

    if format_ not in SEVERAL:
        write(render(run.whole_graph(), format_, which, lang=run.lang, indent=indent), output)
        return
    if output in (None, "-"):
        raise UsageProblem(
            Text(f"{format_} 是多个文件,写不到标准输出", f"{format_} is several files, not one for standard output"),
            hint=Text("用 -o 指明文件夹或 .zip 文件", "name a folder or a .zip file with -o"),
        )
    write_files(export_files(run.whole_graph(), format_, which, lang=run.lang), str(output))
