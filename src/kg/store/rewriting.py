"""Rewrites the tokens of a query so that it is asked of the stored graphs of one build; :mod:`kg.store.scope` chooses how."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Final

from kg.source.tokens import SparqlToken
from kg.store.engines import Engine
from kg.store.layout import NAMED, Layout

KINDS: Final = ("isiri", "isuri", "isblank")
_AFTER_ORDER: Final = ("limit", "offset", "values")
_TEXT: Final = '(IF(isIRI({0}) || LANG({0}) != "", STR({0}), ""))'
"""What a variable is ordered by first where the store orders IRIs, and texts with a language, in a way of its own."""


class Rewriting:
    """Reads the tokens of a query once, and gives the parts of the rewritten query."""

    def __init__(self, tokens: list[SparqlToken], layout: Layout, added: str, engine: Engine) -> None:
        self._tokens, self._layout, self._added, self._engine = tokens, layout, added, engine
        self._at = self._graphs = 0
        seen = [token for token in tokens if token.kind != "gap"]
        self._computed = {value.text[1:] for word, value in itertools.pairwise(seen) if word.word == "as"}

    def parts(self, *, construct: bool) -> Iterator[str]:
        """The parts of the query."""
        if construct:
            yield from self._construct()
        while self._at < len(self._tokens):
            yield from self._clause(self._next(), outside=True)

    def _clause(self, token: SparqlToken, *, outside: bool) -> Iterator[str]:
        """*token*, which has been read, in a query or sub-select, and what belongs to it."""
        if token.word == "values":
            yield from (token.text, *self._block())
        elif token.word == "order" and self._engine.order_by_text:
            yield token.text
            yield from self._order()
        else:
            yield from self._rewritten(token, outside=outside)

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

    def _rewritten(self, token: SparqlToken, *, outside: bool) -> Iterator[str]:
        """*token*, which has been read, and what belongs to it; *outside* if it is not within a graph pattern."""
        if token.text == "{" and outside:
            yield from self._wrapped(f"{{ GRAPH <{self._layout.default}> {{", "} }")
        elif token.text == "{":
            yield from self._wrapped("{", "}")
        elif token.text == "(":
            yield from self._wrapped("(", ")", outside=outside)
        elif token.word == "graph":
            yield from self._graph()
        elif token.word in KINDS:
            yield self._kind(token.word, outside=outside)
        else:
            yield token.text

    def _wrapped(self, opening: str, closing: str, *, outside: bool = False) -> Iterator[str]:
        """The rest of a group, whose bracket has been read, with *opening* and *closing* for its brackets."""
        yield opening
        while (token := self._next()).text != closing[-1]:
            yield from self._rewritten(token, outside=outside)
        yield closing

    def _order(self) -> Iterator[str]:
        """The rest of ORDER BY, whose first word has been read: before each variable comes its text if it is an IRI."""
        yield f"{self._gap()}{self._next().text} "  # BY
        while self._at < len(self._tokens) and self._tokens[self._at].text != "}":
            token = self._next()
            if token.word in _AFTER_ORDER:
                yield token.text
                return
            if token.text[1:] in self._computed:
                yield f" {token.text}"
            elif token.kind == "variable":
                yield f" {_TEXT.format(token.text)} {token.text}"
            elif token.word in ("asc", "desc"):
                self._gap()
                self._next()  # the bracket
                condition = "".join(self._wrapped("(", ")", outside=True))
                plain = re.fullmatch(r"\(\s*([?$](\w+))\s*\)", condition)
                yield f" {token.text}{_TEXT.format(plain[1])}" if plain and plain[2] not in self._computed else ""
                yield f" {token.text}{condition}"
            else:
                yield from self._rewritten(token, outside=True)

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

    def _next(self) -> SparqlToken:
        self._at += 1
        return self._tokens[self._at - 1]
