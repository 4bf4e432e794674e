"""``kg sparql``: the answer to a SPARQL query."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kg.ask.tables import plain_table
from kg.errors import LimitReached, MissingFile, Place, reason
from kg.faces.cli.bilingual import Integer, Seconds, command, option
from kg.faces.cli.options import Run, common
from kg.faces.cli.render import format_option, note_truncated, print_table
from kg.terms import Text

_MOST = 10_000
"""Rows of an answer without ``--limit``."""


@command(
    help=Text("只读 SPARQL 1.1:文本、文件或 -(标准输入)", "read-only SPARQL 1.1: text, a file, or - for standard input")
)
@click.argument("text")
@option("--timeout", type=Seconds(0.01, 86_400), default=30.0, show_default=True, help=Text("秒", "seconds"))
@option("--limit", type=Integer(1), show_default=str(_MOST), help=Text("最多行数", "most rows"))
@format_option
@common
@click.pass_obj
def sparql(run: Run, text: str, timeout: float, limit: int | None, format_: str | None) -> None:
    """Run a query in a process that can be killed; exit 4 if the default limit cut its answer."""
    shown, body = _source(text)
    answer = run.graph(limited=False).answer_sparql(body, shown=shown, seconds=timeout, limit=limit or _MOST)
    if answer.table is not None and (answer.triples is None or (format_ or "ttl") != "ttl"):
        print_table(answer.table, format_, run.lang, exact=True)
    elif answer.triples is not None:
        click.echo(answer.triples, nl=False)
        if answer.table is not None and answer.table.truncated:
            note_truncated(run.lang)
    elif format_:
        print_table(plain_table(("answer",), [(answer.truth,)]), format_, run.lang, exact=True)
    else:
        click.echo("true" if answer.truth else "false")
    if limit is None and answer.table is not None and answer.table.truncated:
        raise click.exceptions.Exit(LimitReached.exit_code)


def _source(text: str) -> tuple[str, str]:
    """(what to call it, the query) for a text, a file's path or ``-``."""
    if text != "-" and not text.endswith(".rq"):
        return "<query>", text
    name = "<stdin>" if text == "-" else text
    try:
        data = sys.stdin.buffer.read() if text == "-" else Path(text).read_bytes()
        return name, data.decode("utf-8-sig")
    except OSError as error:
        why = reason(error)
        raise MissingFile(
            Text(f"读不到 {name}:{why.zh}", f"cannot read {name}: {why.en}"),
            hint=Text(
                "给出一个 .rq 文件的路径,或直接写出查询", "give the path of a .rq file, or write the query itself"
            ),
        ) from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise MissingFile(
            Text("不是 UTF-8 文本", "not a text in UTF-8"),
            place=Place(name, line),
            hint=Text("把它存成 UTF-8", "save it as UTF-8"),
        ) from error
