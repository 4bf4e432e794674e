"""``kg build``: the build of the graph."""

from __future__ import annotations

import sys
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from kg.faces.cli.bilingual import command, option
from kg.faces.cli.language import say
from kg.faces.cli.options import Run, common, step_printer
from kg.terms import Text, is_url

if TYPE_CHECKING:
    from kg.pipeline.build import Outcome


@command(help=Text("构建图谱:检查、推理、审计、写库", "build the graph: check, close, audit, store"))
@option("--reasoner", type=click.Choice(["rules", "owlrl"]), default="rules", show_default=True)
@option("--force", is_flag=True, help=Text("即使没有变化也重建", "build even if nothing changed"))
@common
@click.pass_obj
def build(run: Run, reasoner: str, force: bool) -> None:
    """Build the store and print what it holds and how long each step took. What is sent to a URL leaves no build here."""
    from kg.pipeline.build import build as make
    from kg.pipeline.publish import publish
    from kg.source.project import Project

    url = run.store if is_url(run.store) else None
    if url is None:
        project = Project.find(run.project, run.store)
        outcome = make(project, reasoner=reasoner, force=force, progress=step_printer())
        _read_wordings(outcome)
        if outcome.built:
            _report(outcome)
            click.echo(str(outcome.path))
        else:
            click.echo(say("没有变化,图谱是最新的", "nothing changed; the store is current"))
        return
    with TemporaryDirectory() as folder:
        outcome = make(Project.find(run.project, folder), reasoner=reasoner, progress=step_printer())
        _read_wordings(outcome)
        _report(outcome)
        count = publish(outcome.path, url, _sent if sys.stderr.isatty() else None)
    click.echo(say(f"{url} 现有 {count} 条三元组", f"{url} now holds {count} triples"))


def _read_wordings(outcome: Outcome) -> None:
    """Read the wordings of all saved queries with the names of the graph, as the first question will.

    Raises:
        SyntaxProblem: a wording has a word that means nothing.
    """
    from kg.graph import KnowledgeGraph

    _ = KnowledgeGraph(outcome.path).questions


def _sent(done: int, whole: int) -> None:
    """Show how much has been sent to a store."""
    click.echo(f"\r  {done} / {whole} " + say("条已送出", "quads sent"), err=True, nl=done == whole)


def _report(outcome: Outcome) -> None:
    c, total = outcome.counts, sum(outcome.seconds.values())
    click.echo(
        say(
            f"文献所述 {c['report']} 条({c['passages_stating']} 段),推理 {c['inferred']} 条,审计发现 {c['findings']} 条",
            f"{c['report']} statements of the documents in {c['passages_stating']} passages, {c['inferred']} inferred, {c['findings']} audit findings",
        )
    )
    steps = " · ".join(f"{name} {seconds:.2f}" for name, seconds in outcome.seconds.items())
    click.echo(f"{steps} · {say('合计', 'total')} {total:.2f} s")
