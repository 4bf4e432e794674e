"""``kg check``: what is wrong with the data."""

from __future__ import annotations

import click

from kg.faces.cli.bilingual import command, option
from kg.faces.cli.language import say
from kg.faces.cli.options import Run, common
from kg.faces.cli.texts import document_of, read_text
from kg.terms import Text


@command(
    help=Text(
        "检查数据:SHACL、图名、(给出原文时)与原文逐段核对",
        "check the data: SHACL, graph names and, with --text, against the text",
    )
)
@click.argument("files", nargs=-1, type=click.Path())
@option(
    "--text",
    "texts",
    multiple=True,
    metavar="[ID=]FILE",
    help=Text("某篇文献的原文副本,可重复", "a copy of the text of a document; may be given again"),
)
@option("--audit/--no-audit", "with_audit", default=True, help=Text("是否列出审计发现", "list audit findings too"))
@option("--format", "format_", type=click.Choice(["text", "json", "sarif", "ttl"]), default="text", show_default=True)
@common
@click.pass_obj
def check(run: Run, files: tuple[str, ...], texts: tuple[str, ...], with_audit: bool, format_: str) -> None:
    """Print findings; exit 1 if one of them blocks the build."""
    from kg.check.findings import order
    from kg.check.formats import WRITERS
    from kg.pipeline.build import check as examine
    from kg.pipeline.build import locate
    from kg.source.project import Project

    project = Project.find(run.project, run.store)
    wanted = {name for file in files for name in project.within(file)}
    findings = examine(project)
    if texts:
        from kg.check.fidelity import against_text
        from kg.source.turtle import read_project

        quads = read_project(project)
        for document, path in (document_of(project, given) for given in texts):
            findings += locate(project, against_text(quads, document, read_text(path)))
    if not with_audit:
        findings = [f for f in findings if f.severity == "Violation"]
    if files:
        findings = [f for f in findings if f.place and f.place.file in wanted]
    click.echo(WRITERS[format_](order(findings), run.lang), nl=False)
    blocking = sum(f.severity == "Violation" for f in findings)
    click.echo(
        say(
            f"{len(findings)} 条发现,{blocking} 条阻止构建",
            f"{len(findings)} finding(s), {blocking} of them block the build",
        ),
        err=True,
    )
    if blocking:
        raise click.exceptions.Exit(1)
