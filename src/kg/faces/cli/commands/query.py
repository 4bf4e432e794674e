"""``kg query``: the answer to a saved query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kg.ask.citation.cited import cited_in
from kg.ask.nothing import nothing
from kg.faces.cli.bilingual import Integer, command, option
from kg.faces.cli.completing import QUERY, VALUE
from kg.faces.cli.options import Run, common
from kg.faces.cli.pairs import pairs
from kg.faces.cli.render import chosen, format_option, print_table
from kg.terms import Text

if TYPE_CHECKING:
    from kg.source.queryfile import SavedQuery


@command(help=Text("运行保存的查询:kg query 名称 [参数=值 …]", "run a saved query: kg query NAME [param=value …]"))
@click.argument("name", type=QUERY)
@click.argument("params", nargs=-1, type=VALUE)
@option("--limit", type=Integer(1), help=Text("最多行数", "most rows"))
@format_option
@common
@click.pass_obj
def query(run: Run, name: str, params: tuple[str, ...], limit: int | None, format_: str | None) -> None:
    """Run one saved query and print its rows."""
    graph = run.graph()
    saved: SavedQuery = graph.catalogue.get(name)
    values = pairs(params)
    asked = graph.catalogue.asked(saved, values)
    table = graph.query(name, limit, **values)
    if chosen(format_) == "table":
        click.secho(graph.catalogue.question(saved, values).pick(run.lang), bold=True, err=True)
    if not table.rows:
        _refuse_missing_passages(graph, saved, values)
        click.echo(nothing(graph.store, graph.catalogue, saved, values).pick(run.lang), err=True)
    print_table(
        table,
        format_,
        run.lang,
        graph.names,
        asked.columns,
        asked.things,
        cited=lambda: graph.citer.query(name, values, cited_in(table.rows)),
    )


def _refuse_missing_passages(graph: Any, saved: SavedQuery, values: dict[str, list[str]]) -> None:
    """Raise NotFound if a parameter names a passage that does not exist; the lookup of names has no passages."""
    from kg.ask.catalogue import no_passage

    for param in saved.params:
        if param.type == "Passage" and param.name in values:
            for value, term in zip(values[param.name], graph.catalogue.terms(param, values[param.name]), strict=False):
                if term != "UNDEF" and not graph.store.query(f"ASK {{ {term} a ivc:Passage }}"):
                    raise no_passage(value)
