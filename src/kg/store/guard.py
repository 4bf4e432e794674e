"""What a query from outside may do: read the graphs of this store.

Oxigraph's query entry takes no update and no LOAD. Left to refuse are SERVICE, which would open a connection, and FROM of a
graph that is not here, which would answer as if it were empty. What :mod:`kg.store.lexer` finds in any reading of the query
is refused, also where the engine may read it otherwise. A process that evaluates queries from outside is confined besides
(:mod:`kg.store.confine`): there the engine could open no socket if a clause were missed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import pyoxigraph as ox

from kg.errors import Place, Refused
from kg.store.lexer import PROLOGUE, clauses
from kg.terms import Text, compact
from kg.vocab import PREFIXES

_HINT_GRAPHS: Final = Text(
    "图名见:SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }",
    "the graphs here: SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }",
)


def refuse_side_effects(sparql: str, shown: str, known: Callable[[str], bool] | None = None) -> None:
    """Refuse a query that would leave this machine, or that asks for a graph which is not here.

    Args:
        sparql: the query.
        shown: what it is called in errors.
        known: whether there is a graph with this IRI; None allows every graph in FROM.

    Raises:
        Refused: the query has a SERVICE clause (or one that cannot be ruled out), or names an unknown graph in FROM.
    """
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


def _iris(names: Sequence[str], sparql: str) -> list[str]:
    """The IRIs of *names* of the query, its PREFIX and BASE and the project's prefixes applied by the engine itself.

    Where one has no IRI (an unknown prefix, no base), the written IRIs stand as they are; the engine reports the others.
    """
    prologue = PROLOGUE.match(sparql)
    listed = f"{prologue[0] if prologue else ''}\nSELECT ?g {{ VALUES ?g {{ {' '.join(names)} }} }}"
    try:
        answer = ox.Store().query(listed, prefixes=dict(PREFIXES))
    except SyntaxError:
        return [name[1:-1] for name in names if name.startswith("<")]
    assert isinstance(answer, ox.QuerySolutions)
    return [found.value for (found,) in answer if isinstance(found, ox.NamedNode)]
