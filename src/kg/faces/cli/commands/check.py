"""``kg check``: what is wrong with the data."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from time import sleep
from typing import Final, NoReturn

import click

from kg.errors import KgError
from kg.faces.cli.bilingual import command, option
from kg.faces.cli.language import say
from kg.faces.cli.options import Run, common
from kg.faces.cli.texts import document_of, read_text, text_option
from kg.terms import Text

_POLL: Final = 0.1
_SETTLING: Final = 0.02
"""Seconds between two looks at the files' metadata: while nothing changes, and until a change has ended."""


@command(
    help=Text(
        "检查数据:SHACL、图名、(给出原文时)与原文逐段核对",
        "check the data: SHACL, graph names and, with --text, against the text",
    )
)
@click.argument("files", nargs=-1, type=click.Path())
@text_option(Text("某篇文献的原文副本,可重复", "a copy of the text of a document; may be given again"))
@option("--audit/--no-audit", "with_audit", default=True, help=Text("是否列出审计发现", "list audit findings too"))
@option("--format", "format_", type=click.Choice(["text", "json", "sarif", "ttl"]), default="text", show_default=True)
@option(
    "--watch",
    "watching",
    is_flag=True,
    help=Text("每次改动后再查一遍,直到 Ctrl-C", "check again after every edit, until Ctrl-C"),
)
@common
@click.pass_obj
def check(
    run: Run, files: tuple[str, ...], texts: tuple[str, ...], with_audit: bool, format_: str, watching: bool
) -> None:
    """Print findings; exit 1 if one of them blocks the build."""
    from kg.check.findings import order
    from kg.check.formats import WRITERS
    from kg.pipeline.build import check as examine
    from kg.source.cache import SourceCache
    from kg.source.project import Project

    cache = SourceCache() if watching else None

    def look() -> int:
        """Print the findings as they are now; how many block the build."""
        project = Project.find(run.project, run.store)
        wanted = {name for file in files for name in project.within(file)}
        copies = [document_of(project, given) for given in texts]
        findings = examine(project, [(document, read_text(path)) for document, path in copies], cache)
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
        return blocking

    if watching:
        with suppress(KeyboardInterrupt):
            _watch(look, lambda: _state(run, texts))
    elif look():
        raise click.exceptions.Exit(1)


def _watch(look: Callable[[], int], state: Callable[[], object]) -> NoReturn:
    """Look again each time that *state* has changed and been the same twice, as an editor may write a file in parts."""
    from kg.faces.cli import report

    seen = before = None
    while True:
        now = state()
        if now != seen and now == before:
            seen = now
            click.echo(
                say(f"—— {datetime.now():%H:%M:%S}(Ctrl-C 结束)", f"—— {datetime.now():%H:%M:%S} (Ctrl-C ends it)"),
                err=True,
            )
            try:
                look()
            except KgError as error:
                report(error)
        before = now
        sleep(_POLL if now == seen else _SETTLING)


def _state(run: Run, texts: tuple[str, ...]) -> object:
    """What changes with every change of a file that is checked or compared."""
    from kg.pipeline.freshness import metadata
    from kg.source.project import Project

    try:
        project = Project.find(run.project, run.store)
        named = (Path(name) for text in texts for name in (text, text.partition("=")[2]))
        return metadata({str(path): path for path in (*project.inputs, *filter(Path.is_file, named))})
    except (KgError, OSError) as error:  # a file that is being replaced, or kg.toml in the midst of an edit
        return str(error)
