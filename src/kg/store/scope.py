"""Rewrites a query so that a SPARQL 1.1 store answers it from the graphs of one build.

What the query says of the default graph is asked of the graph that stores it; ``GRAPH ?g { … }`` is asked of the stored
graphs, and the build's graph of names tells which named graph each is::

    SELECT … WHERE { A . GRAPH ?g { B } }
    SELECT … WHERE { GRAPH <default> { A . { GRAPH <names> { ?graph1 <named> ?g } GRAPH ?graph1 { B } } } }

This is nested GRAPH (SPARQL 1.1, 18.6), without a dataset clause, which would have to list hundreds of graphs. The query is
read by its tokens (19.8, the longest match), not by a regular expression for clauses; it must be valid already.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from kg.errors import Place, Refused
from kg.source.tokens import tokens_of
from kg.store.engines import STANDARD, Engine
from kg.store.flat import Flat
from kg.store.layout import Layout
from kg.store.rewriting import Rewriting
from kg.terms import Text

_FORMS: Final = ("select", "construct", "ask", "describe")


class Scoped(NamedTuple):
    """A query for the graphs of one build.

    Attributes:
        text: the query.
        added: the beginning of the names of the variables that were added, which ``SELECT *`` would show.
        default_graph: the graph that the protocol's ``default-graph-uri`` is to name; empty for none.
        distinct: whether solutions that the store repeats are to be left out.
    """

    text: str
    added: str
    default_graph: str = ""
    distinct: bool = False


def scope(sparql: str, layout: Layout, shown: str = "query", engine: Engine = STANDARD) -> Scoped:
    """The query *sparql* for the graphs of *layout*.

    Args:
        sparql: a valid query.
        layout: the build.
        shown: name of the query in error messages.
        engine: the kind of store that is asked.

    Raises:
        Refused: the query has a FROM clause, a word that cannot be told from the keyword GRAPH, or GRAPH in DESCRIBE.
    """
    tokens = tokens_of(sparql)
    for token in tokens:
        if token.word == "from":
            raise no_dataset(shown)
        if token.word not in ("", "graph") and "graph" in re.split(r"[.:]", token.word)[1:]:
            raise _refused(shown, Text(f"“{token.text}”有两种读法", f"“{token.text}” can be read in two ways"))
    added = "graph"
    while f"?{added}" in sparql or f"${added}" in sparql:
        added += "_"
    form = next((t.word for t in tokens if t.word in _FORMS), "")
    if form == "describe":
        if any(token.word == "graph" for token in tokens):
            raise _refused(shown, Text("DESCRIBE 里不能用 GRAPH", "DESCRIBE cannot have GRAPH"))
        return Scoped(sparql, added, layout.default)
    rewriting = (Flat if engine.flat else Rewriting)(tokens, layout, added, engine)
    words = [token.word for token in tokens if token.kind != "gap"]
    distinct = (
        form == "select" and words[words.index("select") + 1] == "distinct" and not {"limit", "offset"} & set(words)
    )
    text = "".join(rewriting.parts(construct=form == "construct"))
    return Scoped(text, added, distinct=distinct and engine.repeats)


def no_dataset(shown: str) -> Refused:
    """The error for a query that chooses its graphs itself; *shown* is its name."""
    return _refused(
        shown,
        Text(
            "远程库里的图谱不能用 FROM 或 default-graph-uri 提问",
            "a graph in a remote store cannot be asked with FROM or default-graph-uri",
        ),
    )


def _refused(shown: str, what: Text) -> Refused:
    hint = Text("改用 GRAPH 名 { … },GRAPH 前后留空格", "use GRAPH name { … }, with a space before and after GRAPH")
    return Refused(what, place=Place(shown), hint=hint)
