"""Compares a question with the wordings of the saved queries: which query it asks for, with which values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice, pairwise, product
from typing import Final

from kg.ask.names import Names
from kg.ask.question.bounds import NUMBER_OF
from kg.ask.question.leftover import WIDE, Leftover, asked_columns, mentions, more_values, values
from kg.ask.question.patterns import Pattern
from kg.ask.question.readings import SHARED, WHETHER, ParsedQuestion, Reading, answer_column
from kg.ask.question.token import (
    ABSENCE,
    ALL,
    AS_MANY,
    BOUNDS,
    COUNT,
    EACH,
    FEWER,
    FIGURE,
    FUNCTION_WORD,
    LESS_THAN,
    LIGHT,
    MORE,
    MOST,
    QUANTITY,
    RANGE,
    WHERE,
    WHO,
    Token,
)
from kg.source.queryfile import Parameter, SavedQuery
from kg.terms import fold

_OPERATORS: Final = frozenset({COUNT, WHETHER})
_COUNTING: Final = frozenset({COUNT, QUANTITY})
_DIVIDED: Final = 1.5
"""Cost of dividing a name into other names, in guesses."""
_FILLINGS: Final = 8
"""Most ways in which the names of one question can fill the parameters of one wording."""
_NARROW: Final = 4
"""Index, in the rank of a reading, of the distance between the classes of parameters and those of the things given for them."""
_BOUND: Final = ("integer", "decimal")
"""Types of parameters for bounds."""
_PLACES: Final = ("region", "place")
"""Columns that hold regions."""
_MEANINGS: Final = 4
"""Most combinations of things that the names of one question can mean."""


class Reader:
    """Finds the readings of questions on one graph."""

    def __init__(self, queries: Mapping[str, SavedQuery], patterns: Iterable[Pattern], names: Names) -> None:
        self._queries = queries
        self._names = names
        self._patterns: dict[str, list[Pattern]] = defaultdict(list)
        for pattern in patterns:
            for meaning in pattern.needs[0] if pattern.needs else ("",):
                self._patterns[meaning].append(pattern)

    def readings(self, divisions: Iterable[Sequence[Token]]) -> list[Reading]:
        """The readings of a question, best first.

        Args:
            divisions: the ways to divide the question into parts, the best first. Of two readings that give the same
                answer, the better one is kept.
        """
        best: dict[tuple[object, ...], Reading] = {}
        for number, tokens in enumerate(divisions):
            asked = ParsedQuestion.of(tokens, self._names, _DIVIDED if number else 0.0)
            for pattern in self._candidates(asked):
                for reading in self._fits(pattern, asked):
                    if reading.same not in best or reading.rank < best[reading.same].rank:
                        best[reading.same] = reading
        return sorted(best.values(), key=lambda reading: (reading.rank, reading.query.name))

    def _candidates(self, asked: ParsedQuestion) -> Iterator[Pattern]:
        """The wordings all of whose words are in the question."""
        found = {id(p): p for meaning in ("", *asked.meanings) for p in self._patterns.get(meaning, ())}
        for pattern in found.values():
            # a name alone asks for everything, but a name among words that say nothing does not, unless it is a passage's
            says = pattern.needs or asked.whole or len(pattern.slots) > 1 or self._is_of_passage(pattern)
            if says and all(not need.isdisjoint(asked.meanings) for need in pattern.needs):
                yield pattern

    def _is_of_passage(self, pattern: Pattern) -> bool:
        types = {param.name: param.type for param in self._queries[pattern.query].params}
        return [types[slot] for slot in pattern.slots] == ["Passage"]

    def _fits(self, pattern: Pattern, asked: ParsedQuestion) -> Iterator[Reading]:
        """The readings of a question by one wording; none if a word or a parameter is missing."""
        rest = list(asked.content)
        needed = _take(pattern.needs, rest)
        if len(needed) < len(pattern.needs):
            return
        if asked.negations > max(1, sum(ABSENCE in need for need in pattern.needs)):
            return  # what is denied the second time would be affirmed
        optional = len(_take(pattern.may, rest))
        missing = sum(1 for one in pattern.may if not one <= LIGHT) - optional
        params = {param.name: param for param in self._queries[pattern.query].params}
        slots = [params[slot] for slot in pattern.slots]
        wide = sum(param.type in WIDE for param in slots)
        unbound = _unbound(asked.content)
        for filled in islice(self._fillings(slots, rest, unbound), _FILLINGS):
            if not _counts(pattern, needed, filled, asked.content):
                continue
            if _in_order(pattern, needed, filled):
                left = [token for token in rest if token not in filled]
                yield from self._readings(pattern, asked, (needed, filled, left), (wide, -optional, missing))

    def _readings(
        self,
        pattern: Pattern,
        asked: ParsedQuestion,
        parts: tuple[Sequence[Token], Sequence[Token], Sequence[Token]],
        fit: tuple[float, ...],
    ) -> Iterator[Reading]:
        """The readings by one wording with one filling of its parameters.

        Args:
            pattern: the wording.
            asked: the question.
            parts: the question's parts for the wording's words, for its parameters, and all others.
            fit: how well the words fit, the smaller the better.
        """
        query, (needed, filled, others) = self._queries[pattern.query], parts
        params = {param.name: param for param in query.params}
        slots = [params[slot] for slot in pattern.slots]
        left = [token for token in others if not token.meanings & _OPERATORS and not token.is_light]
        compared = query.reply.compared if query.reply else {}
        if _is_unclear(pattern, query, asked, needed, filled):
            return
        more = {} if asked.whether else more_values(slots, left, self._names, joined=not asked.shared)
        in_all = asked.shared and bool(more)
        if in_all:
            left = [token for token in left if SHARED not in token.meanings]
        own, columns = answer_column(query), asked_columns(needed, query)
        free = [p for p in query.params if p not in slots and not p.example and p.name not in columns]
        rest = Leftover(query, free, own, own in columns, self._names, asked.meanings).use(left)
        if more and not in_all and ALL in asked.meanings:
            return  # 都 is ambiguous here: each of them, or all together
        who = WHO in asked.meanings and not asked.whether and not compared
        if compared and rest.guesses:
            return  # a number of all is not one of some
        if _asks_another(pattern, query, asked, rest) or (who and (rest.column or own) == "value"):
            return
        asks = not asked.whether and not asked.offers and not compared and (who or asked.counts or own in columns)
        counts_things = asked.counts and (rest.column or own) in query.things and not compared
        unread = sum(token.end - token.start for token in rest.unread)
        rank = (unread, rest.guesses + asked.cost, len(rest.narrowing) + len(more), *fit)
        said = [token for token in asked.content if not token.is_light]  # 在 is no relation by itself
        relations = {meaning for token in said for meaning in token.meanings if mentions(query, meaning)}
        named = [
            [(param.name, value) for value in values(param, token, self._names)]
            for param, token in zip(slots, filled, strict=True)
        ]
        for chosen in islice(product(*named), _MEANINGS):
            aliases = sum(not self._is_label(token, value) for token, (_, value) in zip(filled, chosen, strict=True))
            wider = sum(self._steps(value, param) for param, (_, value) in zip(slots, chosen, strict=True))
            yield Reading(
                query,
                {**dict(chosen), **rest.narrowing},
                more,
                in_all,
                tuple(rest.filters),
                tuple(rest.kinds),
                asked.excluded,
                _named(asked, filled, chosen) if asks else frozenset(),
                who,
                asked.counted if counts_things else "",
                frozenset(relations if "relation" in query.columns else ()),
                rest.column or own,
                asked.counts,
                asked.least,
                EACH in asked.meanings and MOST not in asked.meanings,
                _comparison(pattern, asked) if compared else "",
                any(column in columns and column in query.things for column in _PLACES),
                tuple(rest.unread),
                (*rank[:_NARROW], wider, *rank[_NARROW:], not pattern.order, aliases),
            )

    def _is_label(self, token: Token, value: str) -> bool:
        """Whether a part is the label of the thing *value*, not one of its other names."""
        thing = self._names.get(value)
        return thing is None or fold(token.text) in (fold(thing.label.zh), fold(thing.label.en))

    def _steps(self, value: str, param: Parameter) -> int:
        """How far above the class of the thing *value* the type of a parameter is: an industry is a sector, too."""
        thing = self._names.get(value)
        return 0 if thing is None or param.type in (*WIDE, thing.kind) else len(self._names.superclasses(thing.kind))

    def _fillings(
        self, slots: Sequence[Parameter], rest: Sequence[Token], unbound: Collection[Token]
    ) -> Iterator[tuple[Token, ...]]:
        """The parts that can fill *slots*; of slots of one type, the first is filled by the part that comes first.

        The only slot of its type is filled by the first part that fits; further parts are further values of it.

        Args:
            slots: the parameters.
            rest: the parts.
            unbound: the parts that are no bound, so that they fill no number.
        """
        if not slots:
            yield ()
            return
        alone = slots[0].type not in WIDE and all(param.type != slots[0].type for param in slots[1:])
        able = [token for token in rest if slots[0].type not in _BOUND or token not in unbound]
        fitting = [token for token in able if values(slots[0], token, self._names)]
        for token in fitting[:1] if alone else fitting:
            for others in self._fillings(slots[1:], [t for t in rest if t is not token], unbound):
                following = [t for t, param in zip(others, slots[1:], strict=True) if param.type == slots[0].type]
                if all(token.start < t.start for t in following):
                    yield (token, *others)


def _named(asked: ParsedQuestion, filled: Sequence[Token], chosen: Iterable[tuple[str, str]]) -> frozenset[str]:
    """What a question names besides what it could mean by the parts that fill parameters, and their values."""
    other = frozenset(meaning for token in filled for meaning in token.meanings)
    return asked.named - other | {value for _, value in chosen}


def _is_unclear(
    pattern: Pattern, query: SavedQuery, asked: ParsedQuestion, needed: Sequence[Token], filled: Sequence[Token]
) -> bool:
    """Whether a wording leaves unclear what a question affirms, counts, compares or asks for."""
    params = {param.name: param for param in query.params}
    slots = [params[slot] for slot in pattern.slots]
    says_whether = any(WHETHER in need for need in pattern.needs) or (query.reply and query.reply.holds)
    if not asked.whether and says_whether:
        return True  # of a bound, the rows have figures outside it, too
    if query.reply and query.reply.compared:
        return asked.whether and not _is_in_question(pattern, filled, query.reply.compared)
    unlike = asked.negations and FIGURE in asked.meanings and "figure" not in query.tags
    if unlike or _counts_another(pattern, query, asked, needed):
        return True  # what has no figures may be named all the same
    if pattern.needs or any(param.type == "Indicator" for param in slots):
        return False
    if any(token.number.isdigit() for token in filled):
        return True  # a number alone is no passage
    wide = any(param.type in WIDE for param in slots)
    return asked.counts or (wide and (asked.whether or bool(asked.meanings & {WHO, WHERE})))


def _counts_another(pattern: Pattern, query: SavedQuery, asked: ParsedQuestion, needed: Sequence[Token]) -> bool:
    """Whether a wording counts other things than a question does, or all together instead of each (各有几家)."""
    columns, words = asked_columns(needed, query), frozenset[str]().union(*pattern.needs)
    of_each = any(EACH in word for word in (*pattern.needs, *pattern.may))
    if (EACH in asked.meanings) is not of_each and (words & _COUNTING or (of_each and "matrix" in query.tags)):
        return True
    return asked.counts and bool(columns) and answer_column(query) not in columns


def _is_in_question(pattern: Pattern, filled: Sequence[Token], compared: Iterable[str]) -> bool:
    """Whether it is clear of which of two things a question asks if it has more: 和 B 比 A 的企业多吗 is about A."""
    given = dict(zip(pattern.slots, filled, strict=True))
    one, other = (given[name] for name in compared)
    return bool(pattern.order) and not (one.joins and one.start < other.start)


def _comparison(pattern: Pattern, asked: ParsedQuestion) -> str:
    """Which of two numbers a question is about; the larger one unless its words say otherwise."""
    said = frozenset[str]().union(*pattern.needs)
    if asked.least or FEWER in said or LESS_THAN in said:
        return FEWER
    return AS_MANY if AS_MANY in said else MORE


def _asks_another(pattern: Pattern, query: SavedQuery, asked: ParsedQuestion, rest: Leftover) -> bool:
    """Whether the parts that are left over make the question another one than the query answers."""
    column = rest.column or rest.own
    if not asked.whether and (rest.column in pattern.slots or column in rest.narrowing):
        return True  # “which provinces of China”: not China itself
    if query.reply and query.reply.first and column != rest.own:
        return True  # what is ranked is not what is asked for
    return asked.least and not (
        query.reply and (query.reply.last or query.reply.compared)
    )  # “the least” of what is ranked from the most on


def _take(wanted: Iterable[frozenset[str]], rest: list[Token]) -> list[Token]:
    """The first part of *rest* for each set of meanings, as far as there is one; they are taken from *rest*."""
    taken = []
    for meanings in wanted:
        for token in rest:
            if not meanings.isdisjoint(token.meanings) or (token.number and token.number in meanings):
                rest.remove(token)
                taken.append(token)
                break
    return taken


def _unbound(content: Sequence[Token]) -> frozenset[Token]:
    """The numbers that are no bound because another one is: the year in “above 5 billion in 2025”."""
    pairs = [(one, other) for one, other in pairwise(content) if one.meanings & BOUNDS or other.meanings & BOUNDS]
    bound = {token for pair in pairs for token in pair if token.number}
    return frozenset(token for token in content if token.number) - bound if bound else frozenset()


def _counts(pattern: Pattern, needed: Sequence[Token], filled: Sequence[Token], content: Sequence[Token]) -> bool:
    """Whether each number of things in a question counts what it counts in the wording: 3 家企业 are no 3 industries."""
    given = dict(zip(pattern.slots, filled, strict=True))
    return all(
        _counted(given[name], content) is (given[what] if isinstance(what, str) else needed[what])
        for name, what in pattern.counted.items()
    )


def _counted(number: Token, content: Sequence[Token]) -> Token | None:
    """What a number counts: the part behind its measure word (20 家企业), else the one before it (企业 20 家); None if neither is.

    产业数 before a bound is what it counts, whatever stands behind. Words for bounds, the other number of a range and
    measure words stand on either side, and 的 behind a bound if nothing that is counted stands before the number:
    四家以上的企业.
    """
    before = _before(number, content)
    if before and before.text.endswith(NUMBER_OF):
        return before
    return _behind(number, content, 0) or before or _behind(number, content, 1)


def _behind(number: Token, content: Sequence[Token], gap: int) -> Token | None:
    """What stands behind *number*, with at most *gap* units without content behind a word for a bound."""
    end, between = number.end, 1
    for token in content:
        if end <= token.start <= end + between and token is not number:
            if not _is_between(token):
                return token
            end, between = token.end, int(bool(token.number)) or gap
    return None


def _before(number: Token, content: Sequence[Token]) -> Token | None:
    """What stands before *number*, or before the other one (企业超过 2 家、少于 5 家).

    What stands before 在 counts only if that begins a range: 企业数在 2 到 5 之间, but 企业在三个产业.
    """
    ranged = any(RANGE in token.meanings for token in content)
    several = sum(bool(token.number) and not token.year for token in content) > 1
    start, between = number.start, 0
    for token in reversed(content):
        if start - between <= token.end <= start and token is not number:
            if FUNCTION_WORD in token.meanings and not ranged:
                return None
            if not _is_between(token):
                return token
            start, between = token.start, int(several)
    return None


def _is_between(token: Token) -> bool:
    """Whether a part can stand between a number and what it counts."""
    return bool(token.meanings & BOUNDS) or FUNCTION_WORD in token.meanings or bool(token.number)


def _in_order(pattern: Pattern, needed: Sequence[Token], filled: Sequence[Token]) -> bool:
    """Whether the parts follow each other as in the wording, if that matters."""
    words, slots = iter(needed), dict(zip(pattern.slots, filled, strict=True))
    starts = [(slots[name] if name else next(words)).start for name in pattern.order]
    return starts == sorted(starts)
