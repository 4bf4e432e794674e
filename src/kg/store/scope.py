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
from collections.abc import Iterator
from typing import Final, NamedTuple

from kg.errors import Place, Refused
from kg.store.layout import NAMED, Layout
from kg.terms import Text

_TOKEN: Final = re.compile(
    r"""(?P<gap>(?:[ \t\r\n]|\#[^\r\n]*)+)
    | (?P<string>\"{3}(?:[^"\\]|\\.|"(?!""))*\"{3} | '{3}(?:[^'\\]|\\.|'(?!''))*'{3} | "(?:[^"\\\r\n]|\\.)*" | '(?:[^'\\\r\n]|\\.)*')
    | (?P<iri><[^\x00-\x20<>"{}|^`]*>)
    | (?P<variable>[?$](?:\w|[^\x00-\x7f])+)
    | (?P<word>(?:[\w.:%-]|[^\x00-\x7f]|\\.)+)
    | (?P<sign>.)""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_FORMS: Final = ("select", "construct", "ask", "describe")
_KINDS: Final = ("isiri", "isuri", "isblank")


class Scoped(NamedTuple):
    """A query for the graphs of one build.

    Attributes:
        text: the query.
        added: the beginning of the names of the variables that were added, which ``SELECT *`` would show.
        default_graph: the graph that the protocol's ``default-graph-uri`` is to name; empty for none.
    """

    text: str
    added: str
    default_graph: str = ""


class _Token(NamedTuple):
    kind: str
    text: str

    @property
    def word(self) -> str:
        """The keyword, in lower case; empty for other tokens."""
        return self.text.lower() if self.kind == "word" else ""


def scope(sparql: str, layout: Layout, shown: str = "query") -> Scoped:
    """The query *sparql* for the graphs of *layout*.

    Args:
        sparql: a valid query.
        layout: the build.
        shown: name of the query in error messages.

    Raises:
        Refused: the query has a FROM clause, a word that cannot be told from the keyword GRAPH, or GRAPH in DESCRIBE.
    """
    tokens = [_Token(m.lastgroup or "", m[0]) for m in _TOKEN.finditer(sparql)]
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
    return Scoped("".join(_Rewriting(tokens, layout, added).parts(construct=form == "construct")), added)


class _Rewriting:
    """Reads the tokens of a query once, and gives the parts of the rewritten query."""

    def __init__(self, tokens: list[_Token], layout: Layout, added: str) -> None:
        self._tokens, self._layout, self._added = tokens, layout, added
        self._at = self._graphs = 0

    def parts(self, *, construct: bool) -> Iterator[str]:
        """The parts of the query."""
        if construct:
            yield from self._construct()
        while self._at < len(self._tokens):
            token = self._next()
            if token.word == "values":
                yield from (token.text, *self._block())
            else:
                yield from self._rewritten(token, outside=True)

    def _construct(self) -> Iterator[str]:
        """The query up to its WHERE clause. ``CONSTRUCT WHERE { T }`` is written in full, since its T may have no GRAPH."""
        while (token := self._next()).word != "construct":
            yield token.text
        yield token.text
        gap = self._gap()
        if self._tokens[self._at].text == "{":
            yield from (gap, *self._block())
            return
        start = self._at
        template = "".join(self._block())
        self._at = start
        yield f" {template[template.index('{') :]} "

    def _rewritten(self, token: _Token, *, outside: bool) -> Iterator[str]:
        """*token*, which has been read, and what belongs to it; *outside* if it is not within a graph pattern."""
        if token.text == "{" and outside:
            yield from self._wrapped(f"{{ GRAPH <{self._layout.default}> {{", "} }")
        elif token.text == "{":
            yield from self._wrapped("{", "}")
        elif token.text == "(":
            yield from self._wrapped("(", ")", outside=outside)
        elif token.word == "graph":
            yield from self._graph()
        elif token.word in _KINDS:
            yield self._kind(token.word, outside=outside)
        else:
            yield token.text

    def _wrapped(self, opening: str, closing: str, *, outside: bool = False) -> Iterator[str]:
        """The rest of a group, whose bracket has been read, with *opening* and *closing* for its brackets."""
        yield opening
        while (token := self._next()).text != closing[-1]:
            yield from self._rewritten(token, outside=outside)
        yield closing

    def _kind(self, function: str, *, outside: bool) -> str:
        """A test of the kind of a term, whose name has been read: a blank node is stored as an IRI."""
        self._gap()
        self._next()  # the bracket
        term = "".join(self._wrapped("(", ")", outside=outside))
        stored = f'STRSTARTS(STR{term}, "{self._layout.nodes}")'
        return f"(isBlank{term} || {stored})" if function == "isblank" else f"(isIRI{term} && !{stored})"

    def _graph(self) -> Iterator[str]:
        """``GRAPH name { … }``, whose keyword has been read."""
        self._graphs += 1
        variable = f"?{self._added}{self._graphs}"
        before, name, after = self._gap(), self._next(), self._gap()
        self._next()  # the brace
        named = f"GRAPH <{self._layout.names}> {{ {variable} <{NAMED}> {name.text} }}"
        yield from self._wrapped(f"{{{before}{named} GRAPH {variable}{after}{{", "} }")

    def _block(self) -> Iterator[str]:
        """The tokens up to the end of the next block in braces, as they are."""
        depth = 0
        while True:
            token = self._next()
            depth += (token.text == "{") - (token.text == "}")
            yield token.text
            if token.text == "}" and depth == 0:
                return

    def _gap(self) -> str:
        """White space and comments, if they come next."""
        return self._next().text if self._tokens[self._at].kind == "gap" else ""

    def _next(self) -> _Token:
        self._at += 1
        return self._tokens[self._at - 1]


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
