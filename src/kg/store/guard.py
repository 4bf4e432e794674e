"""Refuses queries that do more than read the graphs of this store.

Oxigraph's query function accepts no update and no LOAD. Refused here are SERVICE, which would open a connection, and FROM
with an unknown graph, which would be read as an empty graph. A clause is refused if :mod:`kg.store.lexer` finds it in any
possible reading of the query, even if the engine reads the query in another way. As a second defence, the process that
evaluates users' queries cannot open sockets (:mod:`kg.store.confine`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import pyoxigraph as ox

from kg.errors import Place, Refused
from kg.terms import Text, compact
from kg.vocab import PREFIXES

_HINT_GRAPHS: Final = Text(
    "命名图见:SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }",
    "the named graphs here: SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }",
)

_TRIGGERS: Final = ("service", "from", "\\")
"""A query that contains none of these has neither clause, so the lexer is neither imported nor run."""


def refuse_side_effects(sparql: str, shown: str, known: Callable[[str], bool] | None = None) -> None:
    """Refuse a query with a SERVICE clause, or with an unknown graph in FROM.

    Args:
        sparql: the query.
        shown: name of the query in error messages.
        known: returns whether there is a graph with an IRI; None allows every graph in FROM.

    Raises:
        Refused: the query has, or may have, a SERVICE clause; or FROM names an unknown graph.
    """
    words = sparql.lower()
    if not any(word in words for word in _TRIGGERS):
        return
    from kg.store.lexer import clauses

    found = clauses(sparql)
    if found.service:
        raise Refused(
            Text("查询不能使用 SERVICE:kg 运行时不访问网络", "SERVICE is refused: kg opens no connection"),
            place=Place(shown),
            hint=Text(
                "去掉 SERVICE,或把数据导出后在别处联合查询", "leave it out, or export the data and federate elsewhere"
            ),
        )
    if known and found.graphs:
        for graph in _iris(found.graphs, sparql):
            refuse_unknown(graph, shown, known)


def refuse_unknown(graph: str, shown: str, known: Callable[[str], bool] | None) -> None:
    """Refuse a query whose dataset names the graph *graph* if the store has no such graph.

    Raises:
        Refused: there is no graph with this IRI.
    """
    if known and not known(graph):
        name = compact(graph)
        raise Refused(
            Text(f"查询要用命名图 {name},这里没有", f"the query asks for the named graph {name}, which is not here"),
            place=Place(shown),
            hint=_HINT_GRAPHS,
        )


def _iris(names: Sequence[str], sparql: str) -> list[str]:
    """The IRIs of *names*, written as in the query. The engine resolves PREFIX, BASE and the project's prefixes.

    If one cannot be resolved (unknown prefix, no base), only names written as ``<IRI>`` are returned, unresolved; the
    engine reports the error when it parses the query.
    """
    from kg.store.lexer import PROLOGUE

    prologue = PROLOGUE.match(sparql)
    listed = f"{prologue[0] if prologue else ''}\nSELECT ?g {{ VALUES ?g {{ {' '.join(names)} }} }}"
    try:
        answer = ox.Store().query(listed, prefixes=dict(PREFIXES))
    except SyntaxError:
        return [name[1:-1] for name in names if name.startswith("<")]
    assert isinstance(answer, ox.QuerySolutions)
    return [found.value for (found,) in answer if isinstance(found, ox.NamedNode)]
