"""As :mod:`kg.store.scope`, for a store whose optimizer fails at nested GRAPH: each run of triples has a GRAPH of its own.

The same query, written flat::

    SELECT … WHERE { A . OPTIONAL { B } GRAPH g:entities { C } GRAPH ?g { D } }
    SELECT … WHERE { GRAPH <default> { A } OPTIONAL { GRAPH <default> { B } }
                     { GRAPH <stored entities> { C } } { GRAPH <names> { ?graph1 <named> ?g } GRAPH ?graph1 { D } } }

It answers the same (SPARQL 1.1, 18.6: within GRAPH each group is evaluated on that graph), but for a MINUS within ``GRAPH ?g``
whose sides have no variable in common.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from kg.errors import Place, Refused
from kg.source.tokens import SparqlToken
from kg.store.layout import NAMED
from kg.store.rewriting import KINDS, Rewriting
from kg.terms import Text
from kg.vocab import PREFIXES

_ELEMENTS: Final = ("optional", "minus", "union", "filter", "bind", "values", "graph")
"""Words that begin something else than triples in a group."""
_ANYTHING: Final = re.compile(r"\s*[?$]\w+\s*\{\s*UNDEF\s*\}", re.IGNORECASE)
"""A VALUES block that leaves its variable open, as a parameter with the value “all” does."""
_ONE: Final = re.compile(r"\s*([?$]\w+)\s*\{\s*(<[^<>\s]*>|[A-Za-z]\w*:[\w-]+)\s*\}")
"""A VALUES block with one IRI, which paths of its group can name instead of the variable: then they have an end."""
_REPEATED: Final = frozenset("*+?")


class Flat(Rewriting):
    """Reads the tokens of a query once, and gives the parts of the query with a GRAPH around each run of triples."""

    def parts(self, *, construct: bool) -> Iterator[str]:
        """The parts of the query."""
        self._now = f"<{self._layout.default}>"
        self._given: dict[str, str] = {}
        self._prefixes = {**PREFIXES, **self._declared()}
        yield from super().parts(construct=construct)

    def _declared(self) -> dict[str, str]:
        """The prefixes that the query declares."""
        seen = [token for token in self._tokens if token.kind != "gap"]
        steps = zip(seen, seen[1:], seen[2:], strict=False)
        return {name.text[:-1]: iri.text[1:-1] for first, name, iri in steps if first.word == "prefix"}

    def _rewritten(self, token: SparqlToken, *, outside: bool) -> Iterator[str]:
        if token.text == "{":
            yield from self._pattern()
        else:
            yield from super()._rewritten(token, outside=outside)

    def _pattern(self) -> Iterator[str]:
        """The rest of a group graph pattern, whose brace has been read."""
        outer, self._given = self._given, {}
        yield "{"
        yield from self._group()
        yield "}"
        self._given = outer

    def _group(self) -> Iterator[str]:
        """The elements of a group, up to its end."""
        run: list[str] = []
        self._gap()
        if self._tokens[self._at].word == "select":
            yield from self._selection()
            return
        while (token := self._next()).text != "}":
            if token.text == "{" or token.word in _ELEMENTS:
                yield from self._triples(run)
                yield from self._element(token)
                run = []
            elif run or (token.kind != "gap" and token.text != "."):
                run.append(token.text)
        yield from self._triples(run)

    def _triples(self, run: list[str]) -> Iterator[str]:
        if run:
            given = self._given if _REPEATED & set(run) else {}
            text = "".join(given.get(part, part) for part in run)
            yield f" GRAPH {self._now} {{ {text}\n}} "

    def _element(self, token: SparqlToken) -> Iterator[str]:
        """What begins with *token* in a group, and is no triple."""
        if token.text == "{":
            yield from self._pattern()
        elif token.word == "graph":
            yield from self._graph()
        elif token.word == "values":
            block = "".join(self._block())
            if (one := _ONE.fullmatch(block)) and not self._has_exists():
                self._given[one[1]] = one[2]
            yield "" if _ANYTHING.fullmatch(block) else f" {token.text}{block}"
        elif token.word == "filter" and (length := self._joined()):
            begin, self._at = self._at, self._at + length
            run = [one.text for one in self._tokens[begin : self._at]]
            yield from self._triples(run[run.index("{") + 1 : -1])
        elif token.word in ("filter", "bind"):
            yield f" {token.text}"
            yield from self._constraint()
        else:
            yield f" {token.text} "

    def _has_exists(self) -> bool:
        """Whether a filter of this group, from here on, has EXISTS; Virtuoso then loses it if a path has a constant end."""
        depth = 0
        for token in self._tokens[self._at :]:
            depth += (token.text == "{") - (token.text == "}")
            if depth < 0 or (depth == 0 and token.word == "exists"):
                return depth == 0
        return False

    def _joined(self) -> int:
        """The number of tokens of ``EXISTS { … }`` after FILTER, if joining its triples comes to the same; else 0.

        It does if they are triples alone, all of whose variables the query has elsewhere too: there is one match, or none.
        """
        length = next((n for n, one in enumerate(self._tokens[self._at :], 1) if one.text == "}"), 0)
        seen = [one for one in self._tokens[self._at : self._at + length] if one.kind != "gap"]
        if [one.text.lower() for one in seen[:2]] != ["exists", "{"] or any(
            one.text in "{(" or one.word in _ELEMENTS or one.word == "select" for one in seen[2:-1]
        ):
            return 0
        here = Counter(one.text for one in seen if one.kind == "variable")
        everywhere = Counter(one.text for one in self._tokens if one.kind == "variable")
        return length if all(everywhere[name] > times for name, times in here.items()) else 0

    def _constraint(self) -> Iterator[str]:
        """What follows FILTER or BIND: words, then a bracket or, after EXISTS, a group."""
        while True:
            token = self._next()
            yield from self._rewritten(token, outside=False)
            if token.text in ("(", "{") or token.word in KINDS:
                return

    def _selection(self) -> Iterator[str]:
        """The rest of a sub-select, and the brace after it is read."""
        while self._tokens[self._at].text != "}":
            yield from self._clause(self._next(), outside=False)
        self._next()

    def _graph(self) -> Iterator[str]:
        before, here = self._now, ""
        self._gap()
        name = self._next()
        self._gap()
        self._next()  # the brace
        if stored := self._stored(name):
            self._now = f"<{stored}>"
        else:
            self._graphs += 1
            self._now = f"?{self._added}{self._graphs}"
            here = f" GRAPH <{self._layout.names}> {{ {self._now} <{NAMED}> {name.text} }} "
        pattern = "".join(self._pattern())
        if here and "select" in pattern.lower():
            raise Refused(_SELECTION, place=Place("query"))
        self._now = before
        yield f"{{{here}{pattern[1:]}"

    def _stored(self, name: SparqlToken) -> str:
        """The stored graph of a named graph; empty if *name* is a variable, or an IRI that only the store can resolve."""
        if name.kind == "iri":
            return self._layout.graph(name.text[1:-1]) if ":" in name.text else ""
        prefix, colon, local = name.text.partition(":")
        known = colon and prefix in self._prefixes and not set("\\%") & set(local)
        return self._layout.graph(self._prefixes[prefix] + local) if known else ""


_SELECTION: Final = Text(
    "在此库上,GRAPH ?变量 { … } 里不能有子查询", "this store cannot be asked with a sub-select in GRAPH ?variable { … }"
)
