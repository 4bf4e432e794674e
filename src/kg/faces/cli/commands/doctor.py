"""``kg doctor``: whether all that kg needs is there."""

from __future__ import annotations

import click

from kg.faces.cli.bilingual import command
from kg.faces.cli.options import Run, common
from kg.terms import Text


@command(help=Text("检查缺什么、怎样补上", "what is missing and how to mend it"))
@common
@click.pass_obj
def doctor(run: Run) -> None:
    """Print every check; exit 1 when something is missing that kg cannot work without."""
    from kg.pipeline.health import examine

    checks = examine(run.project, run.store)
    for check in checks:
        sign = "✓" if check.ok else "✗" if check.needed else "–"
        click.echo(f"{sign} {check.what.pick(run.lang)}: {check.found.pick(run.lang)}")
        if not check.ok and check.mend:
            click.echo(f"    → {check.mend.pick(run.lang)}")
    if any(check.needed and not check.ok for check in checks):
        raise click.exceptions.Exit(1)
