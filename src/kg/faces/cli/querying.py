"""kg queries, kg query, kg sparql."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.errors import MissingFile, UsageProblem
from kg.faces.cli.completing import QUERY, VALUE
from kg.faces.cli.language import say
from kg.faces.cli.options import Run, common
from kg.faces.cli.render import chosen, format_option, print_cells, show
from kg.terms import Text

if TYPE_CHECKING:
    from kg.source.queryfile import SavedQuery


@click.command(help=say("列出保存的查询", "list the saved queries"))
@click.option("--tag", help=say("只列带此标签的", "only those with this tag"))
@format_option
@common
@click.pass_obj
def queries(run: Run, tag: str | None, format_: str | None) -> None:
    """List saved queries with their questions and parameters."""
    catalogue = run.graph().catalogue
    found = [q for q in catalogue if tag is None or tag in q.tags]
    if tag and not found:
        tags = sorted({t for q in catalogue for t in q.tags})
        raise UsageProblem(
            Text(f"没有标签 {tag}", f"no query has the tag {tag}"),
            hint=Text(f"标签:{'、'.join(tags)}", f"tags: {', '.join(tags)}"),
        )
    rows = [
        (q.name, catalogue.question(q).pick(run.lang), " ".join(p.name for p in q.params), " ".join(q.tags))
        for q in found
    ]
    heads = [say("名称", "name"), say("问题", "question"), say("参数", "parameters"), say("标签", "tags")]
    _print_plain(("name", "question", "params", "tags"), heads, rows, format_)


@click.command(help=say("运行保存的查询:kg query 名称 [参数=值 …]", "run a saved query: kg query NAME [param=value …]"))
@click.argument("name", type=QUERY)
@click.argument("params", nargs=-1, type=VALUE)
@click.option("--limit", type=click.IntRange(1), help=say("最多行数", "most rows"))
@format_option
@common
@click.pass_obj
def query(run: Run, name: str, params: tuple[str, ...], limit: int | None, format_: str | None) -> None:
    """Run one saved query and print its rows."""
    graph = run.graph()
    saved: SavedQuery = graph.catalogue.get(name)
    values = _pairs(params)
    table = graph.query(name, limit, **values)
    if chosen(format_) == "table":
        click.secho(graph.catalogue.question(saved, values).pick(run.lang), bold=True, err=True)
    show(table, format_, run.lang, graph.names, saved.columns)


@click.command(
    help=say("只读 SPARQL 1.1:文本、文件或 -(标准输入)", "read-only SPARQL 1.1: text, a file, or - for standard input")
)
@click.argument("text")
@click.option("--timeout", type=click.FloatRange(0.01), default=30.0, show_default=True, help=say("秒", "seconds"))
@click.option("--limit", type=click.IntRange(1), default=10_000, show_default=True, help=say("最多行数", "most rows"))
@format_option
@common
@click.pass_obj
def sparql(run: Run, text: str, timeout: float, limit: int, format_: str | None) -> None:
    """Run a query from outside, in a process that can be killed."""
    shown, body = _source(text)
    answer = run.graph().ask(body, shown=shown, seconds=timeout, limit=limit)
    if answer.table is not None:
        show(answer.table, format_, run.lang)
    elif answer.triples is not None:
        click.echo(answer.triples, nl=False)
    else:
        click.echo("true" if answer.truth else "false")


def _source(text: str) -> tuple[str, str]:
    """(what to call it, the query) for a text, a file's path or ``-``."""
    if text == "-":
        return "<stdin>", sys.stdin.read()
    if text.endswith(".rq"):
        try:
            return text, Path(text).read_text(encoding="utf-8")
        except OSError as error:
            raise MissingFile(Text(f"读不到文件 {text}", f"cannot read {text}")) from error
    return "<query>", text


def _pairs(params: tuple[str, ...]) -> dict[str, Any]:
    """``name=value`` words as a dictionary."""
    pairs = {}
    for word in params:
        name, equals, value = word.partition("=")
        if not equals:
            raise UsageProblem(
                Text(f"“{word}” 不是 参数=值", f"“{word}” is not param=value"),
                hint=Text(
                    "例如:kg query companies-in-segment segment=卫星制造",
                    "as in: kg query companies-in-segment segment=卫星制造",
                ),
            )
        pairs[name] = value
    return pairs


def _print_plain(
    columns: tuple[str, ...], heads: list[str], rows: Sequence[tuple[str, ...]], format_: str | None
) -> None:
    """Rows of plain text in any row format."""
    from kg.ask.tables import plain_table
    from kg.store.results import WRITERS

    kind = chosen(format_)
    if kind in ("table", "md"):
        print_cells(heads, rows, kind)
    else:
        click.echo(WRITERS[kind](plain_table(columns, rows)), nl=False)
