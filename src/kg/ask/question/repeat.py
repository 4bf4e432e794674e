"""How the answer to a question can be had again: the saved queries that it ran, and which of their rows it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.ask.catalogue import Catalogue
from kg.ask.names import Names
from kg.terms import Text, listed

if TYPE_CHECKING:
    from kg.ask.question.readings import Reading
    from kg.source.queryfile import SavedQuery


@dataclass(frozen=True)
class Repeat:
    """What a reading of a question runs.

    Attributes:
        query: the saved query.
        runs: the parameters of each run, as people write them; one run unless the question names several values.
        asked: the question that the first run answers.
        kept: which of the rows of these runs the answer has; empty texts if it has all.
    """

    query: SavedQuery
    runs: tuple[Mapping[str, str], ...]
    asked: Text
    kept: Text


def repeat(reading: Reading, catalogue: Catalogue, lang: str) -> Repeat:
    """How *reading* is run again.

    Args:
        reading: a reading of a question.
        catalogue: the saved queries.
        lang: the language of the names of things among the parameters.
    """
    query = reading.query
    runs = tuple(catalogue.written(query, values, lang) for values in reading.runs())
    kept = list(_kept(reading, catalogue.names))
    return Repeat(
        query,
        runs,
        catalogue.question(query, reading.values),
        Text(";".join(text.zh for text in kept), "; ".join(text.en for text in kept)),
    )


def _kept(reading: Reading, names: Names) -> Iterator[Text]:
    """What the rows of an answer have in common that the query does not ask for."""
    named = [_said(wanted, names) for wanted in reading.filters]
    named += [names.kind_text(kind) for kind in reading.kinds]
    if named:
        words = listed(named)
        yield Text(f"只取 {words.zh}", f"only {words.en}")
    if reading.excluded:
        words = listed(_said(iri, names) for iri in sorted(reading.excluded))
        yield Text(f"不取 {words.zh}", f"without {words.en}")
    if reading.in_all and reading.more:
        yield Text("只取各次共有的答案", "only answers that all of them have")
    if reading.first:
        yield Text("只取居末者", "only the last") if reading.least else Text("只取居首者", "only the first")


def _said(wanted: object, names: Names) -> Text:
    text = min(wanted) if isinstance(wanted, frozenset) else str(wanted)
    return names.text(text)
