"""Answers a question: reads it, runs the query that fits, and says what it found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

import pyoxigraph as ox

from kg.ask.catalogue import Catalogue
from kg.ask.names import Names
from kg.ask.question.answer import Answer, figures, params
from kg.ask.question.bounds import number_asked
from kg.ask.question.leftover import WIDE, column_of
from kg.ask.question.linker import Linker
from kg.ask.question.patterns import patterns
from kg.ask.question.phrases import Phrases
from kg.ask.question.reader import Reader
from kg.ask.question.readings import WHETHER, ParsedQuestion, Reading, answer_column, asks_whether
from kg.ask.question.rows import Finder, ReadingRows
from kg.ask.question.token import COUNT, DEGREE, SUM, WHEN, WHICH, Token
from kg.ask.question.verdict import bounded, verdict
from kg.store.base import Store
from kg.store.values import json_value
from kg.terms import Text, class_name, has_han, slug
from kg.vocab import IVL

LONGEST: Final = 1_000
"""Most characters of a question."""
_SHOWN: Final = 60
"""Longest excerpt, in characters, that is shown of what is beyond :data:`LONGEST`."""
_TRIED: Final = 8
"""Most readings whose query is run."""
_CHOICES: Final = 5
"""Most readings that are offered."""
_PROPER: Final = (
    "Industry",
    "Organization",
    "Region",
    "Policy",
    "Tier",
    "Indicator",
    "ObservationStatus",
    "Rank",
    "Unit",
)
"""Classes whose instances have names of their own, or are members of a closed list."""
_NESTED: Final = ("Application", "Technology", "Product")
"""Classes of which one instance can be a part or a kind of another."""
_TOPIC: Final = IVL + "topic-"
"""What people ask and the model has no term for, such as the number of employees."""


class Questions:
    """Answers questions on one graph.

    Args:
        store: the graph.
        names: its lookup table.
        catalogue: its saved queries.
        words: its words (:func:`kg.pipeline.words.build_words`).
    """

    def __init__(self, store: Store, names: Names, catalogue: Catalogue, words: Mapping[str, Sequence[str]]) -> None:
        self._names, self._catalogue = names, catalogue
        self._linker = Linker(words, names.variants, names.documents.values())
        queries = {query.name: query for query in catalogue}
        self._reader = Reader(queries, patterns(queries.values(), self._linker), names)
        self._finder = Finder(store, names, catalogue)
        self.phrases = Phrases(names, catalogue)

    def answer(self, question: str) -> Answer:
        """The answer to *question*, in Chinese or English; of a longer one than :data:`LONGEST`, the rest is not understood."""
        beyond, question = question[LONGEST:], question[:LONGEST]
        answer = self._too_long(beyond[:_SHOWN]) if beyond else self._answer(question)
        return replace(answer, question=question, lang="zh" if has_han(question) else "en")

    def _too_long(self, beyond: str) -> Answer:
        return Answer("not-understood", self.phrases.unread([beyond]), unread=(beyond,))

    def _answer(self, question: str) -> Answer:
        divisions = list(self._linker.readings(question))
        readings = self._reader.readings(divisions)
        answer = self._answered(divisions[0], [reading for reading in readings if not reading.unread])
        return answer or self._unread(divisions[0], readings)

    def plain(self, answer: Answer) -> dict[str, Any]:
        """The answer as JSON values."""
        reading = answer.reading
        return {
            "question": answer.question,
            "lang": answer.lang,
            "status": answer.status,
            "kind": answer.kind,
            "things": [{"iri": iri, "label": self.phrases.label(iri).plain()} for iri in answer.things],
            "figures": figures(answer),
            "yes": answer.yes,
            "count": answer.count,
            "winner": answer.winner,
            "rows": [{column: json_value(value) for column, value in row.items()} for row in answer.table],
            "sentence": answer.sentence.plain(),
            "working": answer.working.plain() if answer.working else None,
            "query": reading.query.name if reading else None,
            "params": params(reading) if reading else {},
            "filters": [text.zh for text in self.phrases.narrowed(reading)] if reading else [],
            "unread": list(answer.unread),
            "choices": [
                {"sentence": self.phrases.asked(one).plain(), "query": one.query.name, "params": params(one)}
                for one in answer.choices
            ],
            "passages": [slug(passage) for passage in answer.passages],
        }

    def _answered(self, tokens: Sequence[Token], readings: Sequence[Reading]) -> Answer | None:
        """The answer by readings that leave nothing out; None if there are none."""
        if not readings:
            return None
        found: list[ReadingRows] = []
        others = False
        for reading in readings[:_TRIED]:
            if found and reading.rank != found[0].reading.rank:
                break
            one = self._finder.find(reading)
            if one.table.rows:
                found.append(one)
            others = others or (reading.rank == readings[0].rank and one.others)
        whether = asks_whether(tokens) and not any(DEGREE in token.meanings for token in tokens)
        if not found:
            return self._nothing(tokens, readings, whether, others=others)
        if len({one.reading.query.name for one in found}) == 1:
            return self._of_number(tokens, self._finder.joined(found), whether)
        if len({frozenset(one.answers) for one in found}) > 1:
            choices = _distinct(one.reading for one in found)
            return Answer("choices", self.phrases.choices(choices), choices=choices)
        return self._of_number(tokens, found[0], whether)

    def _of_number(self, tokens: Sequence[Token], found: ReadingRows, whether: bool) -> Answer:
        """The answer with rows, unless the question asks for another number of things than there are: it means others."""
        number = number_asked(tokens)
        as_many = number == len(found.answers) or (found.reading.first and number == len(self._alike(found)))
        if number is None or (as_many and not self._asks_others(tokens, found)):
            return self._said(found, whether)
        said = self.phrases.of_another_number(found.reading, number, found.answers)
        sentence = self.phrases.not_found(found.reading) if as_many else said
        return Answer("not-understood", sentence, choices=(found.reading,), passages=found.passages)

    def _asks_others(self, tokens: Sequence[Token], found: ReadingRows) -> bool:
        """Whether things of another class are asked for by their number: 哪两家企业 are no two industries."""
        behind = (other for one, other in pairwise(tokens) if number_asked([one]))
        asked = {name for token in behind for name in map(class_name, token.meanings) if name in self._names.kinds}
        kinds = self._kinds(found)
        return bool(asked and kinds) and not self._names.are_akin(asked, kinds)

    def _alike(self, found: ReadingRows) -> set[str]:
        """IRIs of the things in the rows that are of an answer's kind: of a pair that is first, both."""
        kinds = self._kinds(found)
        terms = (term for row in found.table.rows for term in row if isinstance(term, ox.NamedNode))
        return {term.value for term in terms if (thing := self._names.get(term.value)) and thing.kind in kinds}

    def _kinds(self, found: ReadingRows) -> set[str]:
        """The classes of the answers that are things."""
        return {self._names.thing(term.value).kind for term in found.answers if isinstance(term, ox.NamedNode)}

    def _said(self, found: ReadingRows, whether: bool) -> Answer:
        """The answer with rows."""
        reading, reply = found.reading, found.reading.query.reply
        if reply and reply.compared:
            sentence = self.phrases.answer(found)
            answer = Answer("answered", sentence, reading=reading, table=found.table, passages=found.passages)
            return verdict(answer, found, self._names, whether=whether)
        if reply and reply.holds and whether:
            return bounded(self._said(found, False), found)
        answered = [term for term in found.answers if isinstance(term, ox.NamedNode)]
        things = tuple(term.value for term in answered)
        number = len(things) if reading.counts and not reading.first else 0
        count = number if number and (not reply or reply.counted) and not self._are_nested(reading) else None
        # whether figures agree, or one is larger than another, the rows have to show
        whether = whether and {"audit", "arithmetic"}.isdisjoint(reading.query.tags) and found.are_exact
        sentence = self.phrases.answer(found)
        kind = "figures" if reading.column == "value" else "things"
        if whether:
            kind, sentence = "yes-no", Text(f"是。{sentence.zh}", f"Yes. {sentence.en}")
        elif count is not None:
            kind, sentence = "count", self.phrases.count(answered, sentence)
        elif number:
            sentence = self.phrases.in_all(answered, sentence)
        return Answer(
            "answered",
            sentence,
            kind=kind,
            reading=reading,
            table=found.table,
            things=things,
            yes=True if whether else None,
            count=count,
            winner=things[0] if reading.first and len(things) == 1 else None,
            working=sentence if "arithmetic" in reading.query.tags else None,
            passages=found.passages,
        )

    def _are_nested(self, reading: Reading) -> bool:
        """Whether the answers are of a kind whose things are parts or kinds of each other, so that their number is no count."""
        kinds = [reading.values[p.name] for p in reading.query.params if p.type == "kind" and p.name in reading.values]
        return any(self._names.is_a(kind, nested) for kind in kinds for nested in _NESTED)

    def _nothing(self, tokens: Sequence[Token], readings: Sequence[Reading], whether: bool, *, others: bool) -> Answer:
        """The answer without rows: the documents do not say it, or else no row was found.

        Args:
            tokens: the parts of the question.
            readings: its readings, the best first.
            whether: whether it asks for yes or no.
            others: whether the query of the best has rows that do not answer it, so that nothing is proved.
        """
        reading, asked = readings[0], ParsedQuestion.of(tokens, self._names)
        if SUM in asked.meanings:
            return self._unsummed(asked)
        if whether and not any(column_of(token, reading.query) == reading.column for token in asked.content):
            named = [token.meanings & asked.named for token in asked.content if token.meanings & asked.named]
            passages = self._finder.joint_passages(named) if len(named) > 1 else ()
            proof = len(named) > 1 and not passages and not self._finder.are_related(named)
            proof = proof and "arithmetic" not in reading.query.tags
        else:
            passages, proof = (), self._is_proof(reading) and not others and not _is_divided(readings)
            proof = proof and not (reading.column == "value" and _asks_which(tokens))
        if proof:
            yes = False if whether else None
            return Answer("not-in-report", self.phrases.unsaid(reading), reading=reading, yes=yes)
        return Answer("not-understood", self.phrases.not_found(reading), choices=(reading,), passages=passages)

    def _is_proof(self, reading: Reading) -> bool:
        """Whether an empty answer proves that the documents do not say it.

        It proves nothing if

        - the rows are calculated, or were narrowed by a guess;
        - another column was asked for than the one that answers;
        - a product or technology was asked for, which texts name in many ways;
        - a column was to hold a region: another row may have a place in it.
        """
        kinds = [thing.kind for value in reading.values.values() if (thing := self._names.get(value))]
        named = all(any(self._names.is_a(kind, proper) for proper in _PROPER) for kind in kinds)
        of_indicator = any(
            p.type == "Indicator" and not p.narrows and p.name in reading.values for p in reading.query.params
        )
        wide = reading.is_wide and not of_indicator
        computed = "arithmetic" in reading.query.tags or reading.first
        placed = any(p.narrows and p.type == "Region" and p.name in reading.values for p in reading.query.params)
        guessed = reading.column != answer_column(reading.query)
        return not (reading.filters or reading.kinds or guessed or computed or wide or placed) and named

    def _unread(self, tokens: Sequence[Token], readings: Sequence[Reading]) -> Answer:
        """The answer to a question of which parts were not understood; a name of the graph is understood."""
        topics = [m for t in tokens for m in sorted(t.meanings) if m.startswith(_TOPIC)]
        unknown = tuple(token.text for token in tokens if not token.is_read)
        asked = ParsedQuestion.of(tokens, self._names)
        known = {*asked.named, *topics, COUNT, WHETHER, WHEN}
        rest = [t for t in asked.content if not t.is_light and t.meanings.isdisjoint(known)]
        named = [t for t in asked.content if t.meanings & asked.named]
        if topics and not unknown and not rest:
            about = [next(iter(sorted(t.meanings & asked.named))) for t in named]
            return Answer("not-in-report", self.phrases.topic(topics, about))
        if named and not unknown and SUM in asked.meanings:
            return self._unsummed(asked)
        best = readings[0].unread if readings else [token for token in asked.content if not token.is_light]
        unread = unknown or tuple(token.text for token in best if token not in named)
        if not unread and not named:
            unread = tuple(token.text for token in tokens if token.has_content) or tuple(token.text for token in tokens)
        sentence = self.phrases.unread(unread) if unread or not named else self.phrases.unasked([t.text for t in named])
        offered = _distinct(reading for reading in readings if reading.values)
        return Answer("not-understood", sentence, unread=unread, choices=offered or self._about(named))

    def _unsummed(self, asked: ParsedQuestion) -> Answer:
        """The answer to a question for a sum that the documents do not give: why there is none, and the figures one by one."""
        named = [token for token in asked.content if token.meanings & asked.named]
        indicators = [token for token in asked.content if any(map(self._is_indicator, token.meanings))]
        return Answer("not-understood", self.phrases.unsummed(), choices=self._about(named, indicators))

    def _is_indicator(self, iri: str) -> bool:
        thing = self._names.get(iri)
        return thing is not None and self._names.is_a(thing.kind, "Indicator")

    def _about(self, named: Iterable[Token], with_each: Sequence[Token] = ()) -> tuple[Reading, ...]:
        """The best reading of each name of a question, alone or with the same other parts."""
        of_each = (self._reader.readings([[token, *with_each]]) for token in named)
        stated = (
            [one for one in readings if not one.unread and "arithmetic" not in one.query.tags] for readings in of_each
        )
        return _distinct(readings[0] for readings in stated if readings)


def _asks_which(tokens: Iterable[Token]) -> bool:
    """Whether things are asked for, so that a word for an indicator may mean them: 在哪些市场 is not how large a market is."""
    return any(WHICH in token.meanings and has_han(token.text) for token in tokens)


def _is_divided(readings: Sequence[Reading]) -> bool:
    """Whether the name that the best reading asks about is made of others, each of which may have what it has not."""
    best = readings[0]
    wide = [param.name for param in best.query.params if param.type in WIDE and param.name in best.values]
    others = [one for one in readings[1:] if one.query.name == best.query.name and one.filters]
    return any(one.values.get(name) != best.values[name] for one in others for name in wide)


def _distinct(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """The first readings, of those that run the same query with the same values one."""
    return tuple({(one.query.name, *sorted(params(one).items())): one for one in readings}.values())[:_CHOICES]
