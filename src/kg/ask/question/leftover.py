"""What the parts of a question do that the wording of a saved query has no place for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Final

from kg.ask.names import Names, Thing
from kg.ask.question.token import BOUNDS, COUNT, SUM, WHEN, Token
from kg.source.queryfile import VALUES, Parameter, SavedQuery
from kg.terms import class_name
from kg.vocab import IVC, IVL

WIDE: Final = frozenset({"string", "thing", "kind"})
"""Types of parameters that any name fits; a query with a parameter of a narrower type is asked first."""
_FORMS: Final = {
    "integer": re.compile(r"\d{1,9}"),
    "decimal": re.compile(r"\d{1,15}(?:\.\d{1,9})?"),
    "Passage": re.compile(r"\d{1,9}|.+-L\d{1,9}", re.IGNORECASE),
}
"""Type of a parameter → the numbers that it takes."""
_ESTIMATING: Final = frozenset(
    {IVC + "estimatedBy", IVC + "Estimator", IVC + "Forecast", IVL + "forecast", IVL + "estimate"}
)
"""Meanings that show that an organization is meant as the source of figures."""
_COLUMNS: Final = {"ObservationStatus": "status", "estimatedBy": "estimator", "Estimator": "estimator"}
"""A term → the column that has it; the column of any other class is called as the class."""


@dataclass
class Leftover:
    """How the tokens that a wording does not use change its query: filters, parameters, columns.

    Attributes:
        query: the saved query.
        free: its parameters without a value, except those that the wording asks for.
        own: the column that answers the query.
        fixed: whether the wording asks for this column by its class, so that further columns are asked for besides.
        names: the lookup table.
        meanings: IRIs of all that the parts of the question can mean.
        narrowing: parameter → its value, for parameters that the wording leaves open.
        filters: values that a row must have: one of several IRIs, a year, a number.
        column: the column that is asked for instead of *own*; empty if none is.
        kinds: classes that an answer must belong to.
        unread: parts that do nothing.
    """

    query: SavedQuery
    free: Sequence[Parameter]
    own: str
    fixed: bool
    names: Names
    meanings: frozenset[str]
    narrowing: dict[str, str] = field(default_factory=dict)
    filters: list[frozenset[str] | int | Decimal] = field(default_factory=list)
    column: str = ""
    kinds: list[str] = field(default_factory=list)
    unread: list[Token] = field(default_factory=list)

    @property
    def guesses(self) -> int:
        """How many parts narrow the rows without a parameter of the query, or ask for another column."""
        return len(self.filters) + len(self.kinds) + bool(self.column)

    def use(self, tokens: Iterable[Token]) -> Leftover:
        """Apply each of *tokens*; returns this object."""
        for token in tokens:
            if not (self._sets_parameter(token) or self._adds_nothing(token) or self._narrows(token)):
                self.unread.append(token)
        return self

    def _sets_parameter(self, token: Token) -> bool:
        for param in self.free:
            if param.name in self.narrowing or param.type in ("string", "integer", "decimal"):
                continue  # a number means nothing without the words that say what it bounds
            if param.name == "estimator" and self.meanings.isdisjoint(_ESTIMATING):
                continue
            if given := values(param, token, self.names):
                self.narrowing[param.name] = given[0]
                return True
        return False

    def _adds_nothing(self, token: Token) -> bool:
        """Whether the part says what the query is about anyway."""
        column = column_of(token, self.query)
        if column and (column == self.own or self.fixed or self.column):
            return True
        if WHEN in token.meanings and "year" in self.query.types.values():
            return True
        if SUM in token.meanings and (COUNT in self.meanings or any(map(self._is_group, self.meanings))):
            return True  # a number of things, and the figure of a group, are of all together
        return any(mentions(self.query, term) for term in token.meanings)

    def _is_group(self, iri: str) -> bool:
        thing = self.names.get(iri)
        return thing is not None and thing.kind == "Collection"

    def _narrows(self, token: Token) -> bool:
        """Whether the part narrows the rows, or asks for another column."""
        kinds = self.query.types.values()
        if column := column_of(token, self.query):
            self.column = column
        elif token.year and "year" in kinds:
            self.filters.append(token.year)
        elif token.number and "decimal" in kinds and token.number[0].isdigit():
            self.filters.append(Decimal(token.number.replace(",", "")))
        elif token.meanings & BOUNDS:
            return False  # of a figure that is not named
        elif held := [thing.iri for thing in _things(token, self.names) if self._can_hold(thing)]:
            self.filters.append(frozenset(held))
        elif (self.column or self.own) in self.query.things and (
            classes := [name for name in map(class_name, sorted(token.meanings)) if name in self.names.kinds]
        ):
            self.kinds.append(classes[0])
        else:
            return False
        return True

    def _can_hold(self, thing: Thing) -> bool:
        """Whether a column can hold *thing*; a member of a list stands in the column of its class only."""
        things = self.query.things
        return _column(IVC + thing.kind) in things if thing.iri.startswith(IVL) else bool(things)


def values(param: Parameter, token: Token, names: Names) -> list[str]:
    """The values of *param* that a part of a question can name: IRIs, numbers or names."""
    if param.type in ("year", "integer", "decimal", "Passage", "enum"):
        return _literals(param, token)
    if param.type == "kind":
        return [name for name in map(class_name, sorted(token.meanings)) if name in param.choices]
    things = _things(token, names)
    if param.type in ("string", "thing"):
        named = [thing for thing in things if not thing.iri.startswith(IVL)]
        return [thing.label.zh for thing in named[:1]] if param.type == "string" else [thing.iri for thing in named]
    return [thing.iri for thing in things if names.is_a(thing.kind, param.type)]


def _literals(param: Parameter, token: Token) -> list[str]:
    if param.type == "year":
        return [str(token.year)] if token.year else []
    if param.type == "enum":
        return [choice for choice in param.choices if choice == token.text]
    written_as_year = token.year and not token.text.isdecimal()
    return [token.number] if _FORMS[param.type].fullmatch(token.number) and not written_as_year else []


def _things(token: Token, names: Names) -> list[Thing]:
    return [thing for meaning in sorted(token.meanings) if (thing := names.get(meaning))]


def more_values(
    params: Sequence[Parameter], rest: list[Token], names: Names, *, joined: bool
) -> dict[str, tuple[str, ...]]:
    """Further values of parameters that already have one; their parts are taken from *rest*.

    Args:
        params: the parameters.
        rest: the parts.
        names: the lookup table.
        joined: whether only parts count that “and” or a comma joins to what stands before them.
    """
    more: dict[str, tuple[str, ...]] = {}
    for param in params:
        if param.type in WIDE or param.type in VALUES or sum(p.type == param.type for p in params) > 1:
            continue
        for token in list(rest):
            if (token.joins or not joined) and (found := values(param, token, names)):
                more[param.name] = (*more.get(param.name, ()), found[0])
                rest.remove(token)
    return more


def column_of(token: Token, query: SavedQuery) -> str:
    """The column of *query* that a part asks for; empty if it asks for none."""
    return next((name for name in map(_column, sorted(token.meanings)) if name in query.things), "")


def mentions(query: SavedQuery, term: str) -> bool:
    """Whether *query* is about the property *term*, so that its word adds nothing: 生产 with a query for makers."""
    return is_property(term) and term.removeprefix(IVC) in _named_in(query.sparql)


def is_property(term: str) -> bool:
    """Whether *term* is the IRI of a property of the ontology, which begins with a small letter, as no class does."""
    return term.startswith(IVC) and term.removeprefix(IVC)[:1].islower()


@cache
def _named_in(sparql: str) -> frozenset[str]:
    """The local names of the ontology's terms in the text of a query."""
    return frozenset(re.findall(r"\bivc:(\w+)", sparql))


def asked_columns(tokens: Iterable[Token], query: SavedQuery) -> Collection[str]:
    """The columns of *query* that the parts *tokens* ask for."""
    return {column for token in tokens if (column := column_of(token, query))}


def _column(term: str) -> str:
    """The name of the column for a class or property; empty for any other term."""
    if not term.startswith(IVC):
        return ""
    name = term.removeprefix(IVC)
    return _COLUMNS.get(name, name.lower())
