"""The answer to a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kg.ask.question.readings import Reading
from kg.store.results import Table
from kg.store.values import json_value
from kg.terms import Text, slug

STATUSES: Final = ("answered", "choices", "not-understood", "not-in-report")
"""What became of a question; see :class:`Answer`."""
_FIGURE: Final = ("subject", "indicator", "value", "unit", "year", "region", "comparator", "estimator", "status")
"""The columns that tell what a figure is."""


@dataclass(frozen=True)
class Answer:
    """The answer to a question.

    Attributes:
        status: one of :data:`STATUSES`: ``choices`` if several readings fit, ``not-in-report`` if it was understood and no
            document says it.
        sentence: the answer as a sentence.
        kind: ``things``, ``figures``, ``yes-no``, ``count`` or ``comparison``; empty if there is no answer.
        reading: the saved query that was run, and its values.
        table: the rows of the answer.
        things: IRIs of what was asked for.
        yes: the answer to a yes-no question.
        count: the number of the answers, if that was asked.
        winner: IRI of the first of a ranking, if it was asked for and only one thing is first.
        working: how the answer was worked out, if it was.
        unread: the parts of the question that were not understood.
        choices: readings to choose from.
        passages: IRIs of the passages that the answer rests on.
        question: the question.
        lang: its language.
    """

    status: str
    sentence: Text
    kind: str = ""
    reading: Reading | None = None
    table: Table = field(default_factory=lambda: Table((), ()))
    things: tuple[str, ...] = ()
    yes: bool | None = None
    count: int | None = None
    winner: str | None = None
    working: Text | None = None
    unread: tuple[str, ...] = ()
    choices: tuple[Reading, ...] = ()
    passages: tuple[str, ...] = ()
    question: str = ""
    lang: str = ""


def params(reading: Reading) -> dict[str, str]:
    """The values of a reading's parameters as one writes them after ``kg query``: several with commas between."""
    return {name: ",".join((value, *reading.more.get(name, ()))) for name, value in reading.values.items()}


def figures(answer: Answer) -> list[dict[str, Any]]:
    """The figures of an answer as JSON values, each with its passages."""
    if not answer.reading or "value" not in answer.table.columns:
        return []
    cited = answer.reading.query.passages
    return [{**_figure(row), "passages": _cited(row, cited)} for row in answer.table]


def _figure(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: json_value(row.get(name)) for name in _FIGURE}


def _cited(row: Mapping[str, Any], columns: frozenset[str]) -> list[str]:
    return [slug(row[column]) for column in row if column in columns and row[column]]
