"""kg queries, kg query, kg sparql."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.ask.tables import plain_table
from kg.errors import LimitReached, MissingFile, Place, UsageProblem, reason
from kg.faces.cli.completing import QUERY, TAG, VALUE
from kg.faces.cli.language import say
from kg.faces.cli.options import Run, common
from kg.faces.cli.render import chosen, format_option, print_plain, show, tell_truncated
from kg.faces.cli.types import Seconds
from kg.terms import Text

if TYPE_CHECKING:
    from kg.source.queryfile import SavedQuery

_MOST = 10_000
"""Rows of an answer if nobody says how many."""


@click.command(help=say("列出保存的查询", "list the saved queries"))
@click.option("--tag", type=TAG, help=say("只列带此标签的", "only those with this tag"))
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
    print_plain(("name", "question", "params", "tags"), heads, rows, format_, run.lang)


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
    if not table.rows:
        _refuse_missing_passages(graph, saved, values)
    if chosen(format_) == "table":
        click.secho(graph.catalogue.question(saved, values).pick(run.lang), bold=True, err=True)
    show(table, format_, run.lang, graph.names, saved.columns, saved.things)


@click.command(
    help=say("只读 SPARQL 1.1:文本、文件或 -(标准输入)", "read-only SPARQL 1.1: text, a file, or - for standard input")
)
@click.argument("text")
@click.option("--timeout", type=Seconds(0.01, 86_400), default=30.0, show_default=True, help=say("秒", "seconds"))
@click.option("--limit", type=click.IntRange(1), show_default=str(_MOST), help=say("最多行数", "most rows"))
@format_option
@common
@click.pass_obj
def sparql(run: Run, text: str, timeout: float, limit: int | None, format_: str | None) -> None:
    """Run a query from outside, in a process that can be killed; exit 4 if a limit that was not asked for cut its answer."""
    shown, body = _source(text)
    answer = run.graph(limited=False).ask(body, shown=shown, seconds=timeout, limit=limit or _MOST)
    if answer.table is not None and (answer.triples is None or (format_ or "ttl") != "ttl"):
        show(answer.table, format_, run.lang, exact=True)
    elif answer.triples is not None:
        click.echo(answer.triples, nl=False)
        if answer.table is not None and answer.table.truncated:
            tell_truncated(run.lang)
    elif format_:
        show(plain_table(("answer",), [(answer.truth,)]), format_, run.lang, exact=True)
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


def _pairs(params: tuple[str, ...]) -> dict[str, Any]:
    """``name=value`` words as a dictionary."""
    pairs = {}
    for word in params:
        name, equals, value = word.partition("=")
        if not equals:
            raise UsageProblem(
                Text(f"“{word}” 不是 参数=值", f"“{word}” is not param=value"),
                hint=Text(
                    "写成 kg query 查询名 参数=值",
                    "write kg query NAME param=value",
                ),
            )
        if name in pairs:
            raise UsageProblem(Text(f"参数 {name} 出现了两次", f"the parameter {name} is given twice"))
        pairs[name] = value
    return pairs


def _refuse_missing_passages(graph: Any, saved: SavedQuery, values: dict[str, Any]) -> None:
    """Raise NotFound if no answer came because there is no such passage; their names are not in the lookup."""
    from kg.ask.catalogue import no_passage

    for param in saved.params:
        if param.type == "Passage" and param.name in values:
            iri = graph.catalogue.term(param, values[param.name]).value
            if not graph.store.query(f"ASK {{ <{iri}> a ivc:Passage }}"):
                raise no_passage(values[param.name])
