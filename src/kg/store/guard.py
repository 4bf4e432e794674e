"""What a query from outside may do: read the graphs of this store. Decided on the parsed query, not on its text.

Oxigraph's query entry takes no update and no LOAD. Left to refuse are SERVICE, which would open a socket, and FROM of a
graph that is not here, which would answer as if it were empty. A text without either word cannot have the clause and is
spared the second parse; a text with one is parsed by rdflib, and where rdflib cannot read what may be a SERVICE it is
refused. Two parsers can disagree, so a worker also runs without the means to open a socket (see :mod:`kg.store.zygote`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from kg.errors import Place, Refused
from kg.terms import Text, compact
from kg.vocab import PREFIXES

_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_HINT_GRAPHS: Final = Text(
    "图名见:SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }",
    "the graphs here: SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }",
)


def refuse_side_effects(sparql: str, shown: str, known: Callable[[str], bool] | None = None) -> None:
    """Refuse a query that would leave this machine, or that asks for a graph which is not here.

    Args:
        sparql: the query.
        shown: what it is called in errors.
        known: whether there is a graph with this IRI; None asks nothing of FROM.

    Raises:
        Refused: the query has a SERVICE clause (or one that cannot be ruled out), or names an unknown graph in FROM.
    """
    words = _unescaped(sparql).lower()
    service = "service" in words
    if not service and (known is None or "from" not in words):
        return
    try:
        parsed = _parse(sparql)
    except Exception as error:  # of many kinds; the engine reports a syntax error with its place, if it is one
        if service:
            raise _service(shown) from error
        return
    if any(_is_service(node) for node in _nodes(parsed)):
        raise _service(shown)
    for graph in _from(parsed) if known else ():
        refuse_unknown(graph, shown, known)


def refuse_unknown(graph: str, shown: str, known: Callable[[str], bool] | None) -> None:
    """Refuse the dataset description of a query if there is no graph with the IRI *graph*.

    Raises:
        Refused: there is none.
    """
    if known and not known(graph):
        name = compact(graph)
        raise Refused(
            Text(f"数据集指向的图 {name} 不在这里", f"the dataset names the graph {name}, which is not here"),
            place=Place(shown),
            hint=_HINT_GRAPHS,
        )


def _unescaped(sparql: str) -> str:
    """The text with SPARQL's codepoint escapes resolved (SPARQL 1.1 19.2), so that no word hides behind one."""
    if "\\" not in sparql:
        return sparql
    return _ESCAPE.sub(lambda m: chr(min(int(m[1] or m[2], 16), 0x10FFFF)), sparql)


def _parse(sparql: str) -> Any:
    from rdflib.plugins.sparql.parser import parseQuery

    return parseQuery(sparql)


def _nodes(tree: Any) -> Iterator[Any]:
    """Every node of rdflib's parse tree."""
    from pyparsing import ParseResults

    todo = [tree]
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, dict):
            todo.extend(node.values())
        elif isinstance(node, (list, tuple, ParseResults)):
            todo.extend(node)


def _is_service(node: Any) -> bool:
    return getattr(node, "name", None) == "ServiceGraphPattern"


def _from(parsed: Any) -> list[str]:
    """The IRIs of FROM and FROM NAMED, prefixes resolved; of a query that rdflib cannot translate, none."""
    from rdflib.plugins.sparql.algebra import translateQuery

    try:
        clauses = translateQuery(parsed, initNs=dict(PREFIXES)).algebra.get("datasetClause") or []
    except Exception:  # its algebra knows less than its parser; the engine answers such a query as it stands
        return []
    return [str(clause.default or clause.named) for clause in clauses]


def _service(shown: str) -> Refused:
    return Refused(
        Text("查询不能使用 SERVICE:kg 运行时不访问网络", "SERVICE is refused: kg opens no connection"),
        place=Place(shown),
        hint=Text(
            "去掉 SERVICE,或把数据导出后在别处联合查询", "leave it out, or export the data and federate elsewhere"
        ),
    )
