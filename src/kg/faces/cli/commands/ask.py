"""``kg ask``: the answer to a question in Chinese or English."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from kg.faces.cli.bilingual import command
from kg.faces.cli.language import current
from kg.faces.cli.options import Run, common
from kg.faces.cli.render import chosen, cite, format_or_text_option, print_line, print_table, put
from kg.store.results import Table
from kg.terms import Text

if TYPE_CHECKING:
    from kg.ask.question.answer import Answer
    from kg.graph import KnowledgeGraph

_ROWS = 20
"""Most rows that are printed as text; other formats have all."""
_CITED = 4
"""Most passages that stand behind the sentence; each row has its own."""
NOT_UNDERSTOOD = 3
"""Exit code for a question that was not understood."""


@command(
    help=Text(
        "用中文或英文提问:kg ask 问题\n\n"
        "先给一句话,再给各行,以及得到它们的 kg query 命令。一问有两种读法时逐一列出;没有读懂的词会指明。"
        "退出码:0 读懂了(文献没有说也是答案),3 没有读懂。",
        "ask a question in Chinese or English: kg ask QUESTION\n\n"
        "The answer is a sentence, its rows, and the kg query command that has them again. Of a question that can be read "
        "in several ways, each way is offered; words that were not understood are named. Exit code: 0 if the question was "
        "understood (that the documents do not say it is an answer too), 3 if not.",
    )
)
@click.argument("question", nargs=-1, required=True)
@format_or_text_option
@common
@click.pass_obj
def ask(run: Run, question: tuple[str, ...], format_: str | None) -> None:
    """Print the answer to a question; exit 3 if it was not understood."""
    graph = run.graph()
    answer = graph.ask(" ".join(question))
    lang = run.lang if _language_named() else answer.lang
    kind = chosen(format_, "text")
    if kind == "json":
        body = {**graph.questions.plain(answer), "dataset": graph.manifest.get("dataset_sha256")}
        put(json.dumps(body, ensure_ascii=False, indent=2) + "\n")
    else:
        _print(graph, answer, lang, kind)
    if answer.status == "not-understood":
        raise click.exceptions.Exit(NOT_UNDERSTOOD)


def _language_named() -> bool:
    """Whether the command line names a language; if not, the answer is in that of the question."""
    context: click.Context | None = click.get_current_context()
    while context:
        if context.get_parameter_source("lang") is ParameterSource.COMMANDLINE:
            return True
        context = context.parent
    return False


def _print(graph: KnowledgeGraph, answer: Answer, lang: str, kind: str) -> None:
    """The sentence, the rows, and the commands; what is no row goes to stderr, unless it is all a text for people."""
    aside = kind != "text"
    print_line(answer.sentence.pick(lang) + cite(answer.passages[:_CITED]), bold=not aside, err=aside)
    if answer.reading and answer.table.columns:
        query, table = answer.reading.query, answer.table
        if not aside:
            click.echo()
            table = Table(table.columns, table.rows[:_ROWS])
        print_table(table, kind if aside else "table", lang, graph.names, query.columns, query.things)
        if len(table) < len(answer.table):
            more = len(answer.table)
            click.echo(Text(f"(共 {more} 行;--format 给出全部)", f"({more} rows; --format has all)").pick(lang))
    for line in _commands(graph, answer, lang):
        click.echo(line, err=aside)


def _commands(graph: KnowledgeGraph, answer: Answer, lang: str) -> Iterator[str]:
    """The commands that have the rows again; of a question that was not answered, those of its readings."""
    from kg.ask.question.repeat import repeat

    if answer.reading:
        again = repeat(answer.reading, graph.catalogue, lang)
        kept = f"({again.kept.pick(lang)})" if again.kept.zh else ""
        for values in again.runs:
            yield f"{Text('查询', 'query').pick(lang)}{kept}: {_command(again.query.name, values, lang)}"
    for number, reading in enumerate(answer.choices, 1):
        again = repeat(reading, graph.catalogue, lang)
        asked = Text("", "") if answer.status == "choices" else again.asked  # that the sentence has already
        yield " ".join(filter(None, (f"({number})", asked.pick(lang), again.kept.pick(lang))))
        for values in again.runs:
            yield f"    {_command(again.query.name, values, lang)}"


def _command(name: str, values: Mapping[str, str], lang: str) -> str:
    """The command of one run; it names the language where that is not the one of this run anyway."""
    pairs = (f"{param}={value}" for param, value in values.items())
    return shlex.join(["kg", "query", name, *pairs, *(("--lang", lang) if lang != current() else ())])
