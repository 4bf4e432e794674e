"""``kg query``: the answer to a saved query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kg.errors import UsageProblem
from kg.faces.cli.bilingual import Integer, command, option
from kg.faces.cli.completing import QUERY, VALUE
from kg.faces.cli.options import Run, common
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
    values = _pairs(params)
    table = graph.query(name, limit, **values)
    if not table.rows:
        _refuse_missing_passages(graph, saved, values)
    if chosen(format_) == "table":
        click.secho(graph.catalogue.question(saved, values).pick(run.lang), bold=True, err=True)
    print_table(table, format_, run.lang, graph.names, saved.columns, saved.things)


def _pairs(params: tuple[str, ...]) -> dict[str, Any]:
    """``name=value`` words as a dictionary."""
    pairs = {}
    for word in params:
        name, equals, value = word.partition("=")
        if not equals:
            raise UsageProblem(
                Text(f"“{word}” 不是 参数=值", f"“{word}” is not param=value"),
                hint=Text("写成 kg query 查询名 参数=值", "write kg query NAME param=value"),
            )
        if name in pairs:
            raise UsageProblem(Text(f"参数 {name} 出现了两次", f"the parameter {name} is given twice"))
        pairs[name] = value
    return pairs


def _refuse_missing_passages(graph: Any, saved: SavedQuery, values: dict[str, Any]) -> None:
    """Raise NotFound if a parameter names a passage that does not exist; the lookup of names has no passages."""
    from kg.ask.catalogue import no_passage

    for param in saved.params:
        if param.type == "Passage" and param.name in values:
            iri = graph.catalogue.term(param, values[param.name]).value
            if not graph.store.query(f"ASK {{ <{iri}> a ivc:Passage }}"):
                raise no_passage(values[param.name])
