"""Which of two numbers is larger, said from the row that has both; and whether figures are within a bound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pyoxigraph as ox

from kg.ask.names import Names
from kg.ask.question.answer import Answer
from kg.ask.question.rows import ReadingRows
from kg.ask.question.token import AS_MANY, FEWER, MORE
from kg.terms import Text


def verdict(answer: Answer, found: ReadingRows, names: Names, *, whether: bool) -> Answer:
    """The answer to a question that compares two numbers: yes or no, or the one that has the larger or smaller number.

    Args:
        answer: the answer with the row and the sentence that has both numbers.
        found: the row. Of several, which a name with several meanings gives, nothing is told but the rows.
        names: the lookup table.
        whether: whether yes or no is asked for, so that the first is meant; else which of the two.
    """
    reading = found.reading
    if len(found.table.rows) != 1 or not reading.query.reply:
        return answer
    (one, first), (other, second) = _numbers(found, reading.query.reply.compared)
    holds = {MORE: first > second, FEWER: first < second, AS_MANY: first == second}
    winners = [
        thing for thing, number in ((one, first), (other, second)) if number == _best(first, second, reading.comparison)
    ]
    yes: bool | None
    if whether:
        yes = holds[reading.comparison]
        said = Text("是。", "Yes. ") if yes else Text("否。", "No. ")
        things: tuple[str, ...] = ()
    else:
        yes = first == second if reading.comparison == AS_MANY else None
        said, things = _which(winners, reading.comparison, names), tuple(winners)
    sentence = Text(said.zh + answer.sentence.zh, said.en + answer.sentence.en)
    winner = winners[0] if len(winners) == 1 and not whether else None
    return replace(
        answer, kind="comparison", sentence=sentence, things=things, yes=yes, winner=winner, working=answer.sentence
    )


def bounded(answer: Answer, found: ReadingRows) -> Answer:
    """The answer to whether figures are within a bound: yes or no if every figure says the same, else the figures alone.

    Args:
        answer: the answer with the figures.
        found: their rows; a column of theirs says of each whether it is within the bound.
    """
    reply = found.reading.query.reply
    assert reply
    at = found.table.columns.index(reply.holds)
    held = {getattr(row[at], "value", "") for row in found.table.rows}
    if held not in ({"1"}, {"0"}):
        return answer
    said = Text("是。", "Yes. ") if held == {"1"} else Text("否。", "No. ")
    sentence = Text(said.zh + answer.sentence.zh, said.en + answer.sentence.en)
    return replace(answer, kind="yes-no", sentence=sentence, yes=held == {"1"}, working=answer.sentence)


def _numbers(found: ReadingRows, compared: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """The two things and their numbers."""
    row = dict(zip(found.table.columns, found.table.rows[0], strict=True))
    for thing, number in compared.items():
        named, counted = row[thing], row[number]
        assert isinstance(named, ox.NamedNode) and isinstance(counted, ox.Literal)
        yield named.value, int(counted.value)


def _best(first: int, second: int, comparison: str) -> int:
    return min(first, second) if comparison == FEWER else max(first, second)


def _which(winners: list[str], comparison: str, names: Names) -> Text:
    """Which of the two it is, or that there is no difference."""
    if len(winners) > 1:
        return Text("一样多。", "The numbers are equal. ")
    label = names.text(winners[0])
    if comparison == FEWER:
        return Text(f"{label.zh}较少。", f"Fewer: {label.en}. ")
    return Text(f"{label.zh}较多。", f"More: {label.en}. ")
