"""What a query from outside may do: read. Decided on the parsed query, not on its text."""

from __future__ import annotations

from typing import Any

from kg.errors import UsageProblem
from kg.terms import Text


def refuse_side_effects(sparql: str, shown: str) -> None:
    """Refuse a query that would leave this machine.

    Oxigraph's query entry takes no update, so SERVICE is what is left to refuse; it would open a socket.

    Raises:
        UsageProblem: the query has a SERVICE clause.
    """
    if "service" not in sparql.lower():  # no such token, so no such clause: spare the parse
        return
    from rdflib.plugins.sparql.parser import parseQuery
    from rdflib.plugins.sparql.parserutils import CompValue

    try:
        parsed = parseQuery(sparql)
    except Exception:  # the engine reports the syntax error with its place
        return
    todo: list[Any] = [parsed]
    while todo:
        node = todo.pop()
        if isinstance(node, CompValue):
            if node.name == "ServiceGraphPattern":
                raise UsageProblem(
                    Text("查询不能使用 SERVICE:kg 运行时不访问网络", "SERVICE is refused: kg opens no connection"),
                    hint=Text(
                        "去掉 SERVICE,或把数据导出后在别处联合查询",
                        "leave it out, or export the data and federate elsewhere",
                    ),
                )
            todo.extend(node.values())
        elif isinstance(node, (list, tuple)) or type(node).__name__ == "ParseResults":
            todo.extend(node)
