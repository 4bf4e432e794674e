"""``kg queries``: the saved queries."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from kg.ask.relations import offered
from kg.errors import NotFound, UsageProblem
from kg.faces.cli.bilingual import command, option
from kg.faces.cli.completing import TAG
from kg.faces.cli.language import say
from kg.faces.cli.options import Run, common
from kg.faces.cli.render import format_option, print_plain
from kg.terms import Text

if TYPE_CHECKING:
    from kg.ask.names import Names


@command(help=Text("列出保存的查询,或按词查找", "list the saved queries, or find them by words"))
@click.argument("words", nargs=-1)
@option("--tag", type=TAG, help=Text("只列带此标签的", "only those with this tag"))
@format_option
@common
@click.pass_obj
def queries(run: Run, words: tuple[str, ...], tag: str | None, format_: str | None) -> None:
    """List saved queries with their questions and parameters; with words, those that have them, best first."""
    catalogue = run.graph().catalogue
    text = " ".join(words)
    tagged = [q for q in catalogue if tag is None or tag in q.tags]
    if tag and not tagged:
        tags = sorted({t for q in catalogue for t in q.tags})
        raise UsageProblem(
            Text(f"没有标签 {tag}", f"no query has the tag {tag}"),
            hint=Text(f"标签:{'、'.join(tags)}", f"tags: {', '.join(tags)}"),
        )
    offers = offered(catalogue, text) if text.strip() else [(query, {}) for query in tagged]
    names = {query.name for query in tagged}
    found = [(query, given) for query, given in offers if query.name in names]
    if not found:
        raise NotFound(
            Text(f"没有查询与“{text}”有关", f"no saved query has the words “{text}”"),
            hint=Text("换别的词,或用 kg ask 直接提问", "try other words, or put the question to kg ask"),
        )
    rows = [
        (
            query.name,
            catalogue.question(query, given).pick(run.lang),
            " ".join(_param(param.name, given, catalogue.names, run.lang) for param in query.params),
            " ".join(query.tags),
        )
        for query, given in found
    ]
    heads = [say("名称", "name"), say("问题", "question"), say("参数", "parameters"), say("标签", "tags")]
    print_plain(("name", "question", "params", "tags"), heads, rows, format_, run.lang)


def _param(name: str, given: Mapping[str, str], names: Names, lang: str) -> str:
    """A parameter as ``kg query`` takes it: its name, with the value that is given."""
    if name not in given:
        return name
    text = names.label(given[name], lang)
    return f"{name}={text if text.isalnum() else shlex.quote(text)}"
