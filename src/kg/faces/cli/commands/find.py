"""``kg find``: things by any name."""

from __future__ import annotations

import click

from kg.errors import NotFound
from kg.faces.cli.bilingual import Integer, command, option
from kg.faces.cli.completing import KIND
from kg.faces.cli.language import say
from kg.faces.cli.options import Run, common
from kg.faces.cli.render import format_option, print_plain
from kg.terms import Text


@command(help=Text("按任何名称找事物", "find things by any name"))
@click.argument("text")
@option("--kind", type=KIND, help=Text("类别,如 企业 或 Company", "kind, such as company or Company"))
@option("--limit", type=Integer(1), default=10, show_default=True)
@format_option
@common
@click.pass_obj
def find(run: Run, text: str, kind: str | None, limit: int, format_: str | None) -> None:
    """List the things that a text may name, best match first; exit 3 when there is none."""
    graph = run.graph()
    matches = graph.find(text, *([graph.names.kind(kind)] if kind else []), limit=limit)
    if not matches:
        raise NotFound(Text(f"没有与“{text}”相近的名称", f"no name comes near “{text}”"))
    rows = [
        (
            m.thing.label.zh,
            m.thing.label.en,
            graph.names.kind_label(m.thing.kind, run.lang),
            " / ".join(m.thing.also),
            m.thing.iri,
            round(m.score),
        )
        for m in matches
    ]
    columns = ("zh", "en", "kind", "also", "iri", "score")
    heads = [
        say("中文名", "zh name"),
        say("英文名", "en name"),
        say("类别", "kind"),
        say("别名", "also"),
        "IRI",
        say("匹配", "fit"),
    ]
    print_plain(columns, heads, rows, format_, run.lang)
