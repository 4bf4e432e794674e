"""A reading of a question: a saved query that it may ask for, with the values of its parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Final

from kg.ask.names import Names
from kg.ask.question.leftover import WIDE
from kg.ask.question.token import ABSENCE, COUNT, EACH, LEAST, MOST, QUANTITY, Token
from kg.source.queryfile import SavedQuery
from kg.terms import class_name
from kg.vocab import IVL

WHETHER: Final = IVL + "asked-whether"
SHARED: Final = IVL + "asked-shared"
_EXCEPT: Final = IVL + "asked-exclusion"
_OUTSIDE: Final = IVL + "asked-outside"
_OR: Final = IVL + "asked-or"


@dataclass(frozen=True)
class Reading:
    """A saved query that a question may ask for.

    Attributes:
        query: the query.
        values: parameter → its value: an IRI, a number or a name.
        more: parameter → further values of it that the question names.
        in_all: whether an answer must hold for each of these values; else for one of them.
        filters: values that a row must have: one of several IRIs, a year, a number.
        kinds: classes that an answer must belong to.
        excluded: IRIs of things that are not to be among the answers.
        named: IRIs of things that the question names, which are no answer to “who” or “which”.
        who: whether an answer must be an organization.
        counted: the class that an answer must be of, because as many are asked for; empty if none.
        relations: IRIs of the properties that the question names, if the rows tell one.
        column: the column that holds what was asked for.
        counts: whether the question asks for the number of the answers.
        least: whether it asks for the least, so that the last row answers.
        each: whether it asks for every row of what is ranked, not for the first.
        comparison: which of two numbers is asked about: the larger (:data:`MORE`), the smaller or whether they are equal.
        places: whether it asks for regions, so that a region among *filters* is the one that they lie in.
        unread: the parts of the question that the reading leaves out.
        rank: the smaller, the better it fits.
    """

    query: SavedQuery
    values: Mapping[str, str]
    more: Mapping[str, tuple[str, ...]]
    in_all: bool
    filters: tuple[frozenset[str] | int | Decimal, ...]
    kinds: tuple[str, ...]
    excluded: frozenset[str]
    named: frozenset[str]
    who: bool
    counted: str
    relations: frozenset[str]
    column: str
    counts: bool
    least: bool
    each: bool
    comparison: str
    places: bool
    unread: tuple[Token, ...]
    rank: tuple[float, ...]

    @property
    def same(self) -> tuple[object, ...]:
        """What two readings have in common that give the same answer."""
        given = (*sorted(self.values.items()), *sorted(self.more.items()), self.in_all)
        narrowed = self.filters, self.kinds, self.excluded, self.named, self.who, self.counted, self.relations
        asks = self.column, self.counts, self.least, self.each, self.comparison, self.places
        return self.query.name, given, narrowed, asks

    @property
    def first(self) -> bool:
        """Whether only the first row answers, as for a superlative."""
        return bool(self.query.reply and self.query.reply.first) and not self.each

    def runs(self) -> Iterator[dict[str, str]]:
        """The values of the parameters, once for each value of a parameter that has several."""
        yield dict(self.values)
        for name, values in self.more.items():
            yield from ({**self.values, name: value} for value in dict.fromkeys(values) if value != self.values[name])

    @property
    def is_wide(self) -> bool:
        """Whether a parameter takes any name, so that no row is no proof that the documents do not say it."""
        return any(param.type in WIDE for param in self.query.params)


@dataclass(frozen=True)
class ParsedQuestion:
    """What a question holds, whichever query it asks for.

    Attributes:
        content: its parts that say something, without “except X”.
        excluded: IRIs of what X may be.
        meanings: IRIs of all that its parts can mean, and its numbers.
        whole: whether it has no function word and no word such as “who”.
        counts: whether it asks how many.
        counted: the class of which it asks how many there are; empty if it says none.
        whether: whether it asks for yes or no.
        shared: whether it asks for what several things share.
        named: IRIs of all things that it names, except members of lists.
        offers: whether it offers the answers to choose from (A 还是 B).
        least: whether it asks for the least of something.
        negations: how often it denies what stands behind (不在 A 也不在 B: twice).
        cost: what its division into parts costs, in guesses.
    """

    content: tuple[Token, ...]
    excluded: frozenset[str]
    meanings: frozenset[str]
    whole: bool
    counts: bool
    counted: str
    whether: bool
    shared: bool
    named: frozenset[str]
    offers: bool
    least: bool
    negations: int
    cost: float

    @classmethod
    def of(cls, tokens: Sequence[Token], names: Names, cost: float = 0.0) -> ParsedQuestion:
        """What the parts *tokens* of a question hold."""
        said = _distinct(_words(tokens))
        content, excluded = _without_excluded([_superlative(token) for token in said], names)
        return cls(
            tuple(content),
            excluded,
            frozenset(m for token in tokens for m in (*_superlative(token).meanings, token.number)),
            not any(token.is_light for token in tokens),
            _counts(content, names),
            _counted(content, names),
            asks_whether(content),
            any(SHARED in token.meanings for token in content),
            frozenset(m for token in content for m in token.meanings if names.get(m) and not m.startswith(IVL)),
            any(_OR in token.meanings for token in content),
            any(LEAST in token.meanings for token in content),
            sum(ABSENCE in one.meanings and ABSENCE not in other.meanings for one, other in pairwise(_words(tokens))),
            cost,
        )


def _words(tokens: Iterable[Token]) -> list[Token]:
    return [token for token in tokens if token.has_content]


def _superlative(token: Token) -> Token:
    """The token; one for “least” also gets the meaning “most”, because both use the same wordings."""
    return replace(token, meanings=token.meanings | {MOST}) if LEAST in token.meanings else token


def _distinct(tokens: Iterable[Token]) -> list[Token]:
    """The parts without those that say again what one before them says."""
    return list({(token.meanings or token.text, token.number): token for token in reversed(list(tokens))}.values())[
        ::-1
    ]


def _without_excluded(content: Sequence[Token], names: Names) -> tuple[list[Token], frozenset[str]]:
    """The content without “except X and Y”, and what X and Y may be."""
    kept: list[Token] = []
    excluded, taking = frozenset[str](), False
    for token in content:
        things = _named(token, names)
        if _EXCEPT in token.meanings:
            taking = not excluded
        elif _OUTSIDE in token.meanings:  # it ends 除…外, and alone it is what it stands behind that is left out
            if not excluded and kept and _named(kept[-1], names):
                excluded |= _named(kept.pop(), names)
            elif not excluded:
                kept.append(token)
            taking = False
        elif taking and things and (not excluded or (token.joins and _are_alike(things, excluded, names))):
            excluded |= things
        else:
            taking = taking and not excluded
            kept.append(token)
    return kept, excluded


def _are_alike(things: Iterable[str], others: Iterable[str], names: Names) -> bool:
    """Whether there are things of one kind in both: except A, B."""
    one, other = ({names.thing(iri).kind for iri in group} for group in (things, others))
    return not one.isdisjoint(other)


def _named(token: Token, names: Names) -> frozenset[str]:
    return frozenset(meaning for meaning in token.meanings if names.get(meaning))


def _counts(content: Sequence[Token], names: Names) -> bool:
    """Whether a question wants a number of things: “how many”, or 多少 before a class (多少企业, but not 多少换电站)."""
    if any(EACH in token.meanings for token in content):
        return False  # 各有几家: the rows tell, and their total does not
    if any(COUNT in token.meanings for token in content):
        return True
    return any(
        QUANTITY in one.meanings and any(class_name(meaning) in names.kinds for meaning in other.meanings)
        for one, other in pairwise(content)
    )


def _counted(content: Sequence[Token], names: Names) -> str:
    """The class of which a question wants the number: the next behind “how many”, else the one before it (企业有几家)."""
    at = next((n for n, token in enumerate(content) if token.meanings & {COUNT, QUANTITY}), len(content))
    classes = ((_class(token, names)) for token in (*content[at:], *reversed(content[:at])))
    return next(filter(None, classes), "")


def _class(token: Token, names: Names) -> str:
    return next((name for name in map(class_name, sorted(token.meanings)) if name in names.kinds), "")


def asks_whether(tokens: Iterable[Token]) -> bool:
    """Whether a question wants yes or no: 吗 or 是否 anywhere, or an English verb at its beginning."""
    return any(WHETHER in t.meanings and (not t.text.isascii() or t.start == 0) for t in tokens)


def answer_column(query: SavedQuery) -> str:
    """The column that answers a query: the one that its header names, else the first."""
    return query.reply.column if query.reply else next(iter(query.columns))
