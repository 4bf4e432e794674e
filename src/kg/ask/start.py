"""What a reader who comes for the first time is shown: the industries with their numbers, questions, and the documents."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from kg.ask.catalogue import Catalogue
from kg.ask.figures import Observation, counts, figures
from kg.ask.names import Names
from kg.ask.overview import audit_findings
from kg.source.queryfile import TYPES, Parameter, SavedQuery
from kg.store.base import Store
from kg.terms import Text
from kg.vocab import IVL

_SIZES: Final = (IVL + "market-size", IVL + "industry-scale")
"""The indicators that tell how large an industry is."""
_PAST: Final = (IVL + "actual", IVL + "estimate")
_SHOWN: Final = 2
"""Most sizes of one industry."""
_FEW: Final = 60
"""Most things of a class among which a question takes another one than its default."""
_TRIED: Final = 3
"""Most things that are tried for a question."""
# The same numbers as the chain of an industry has (kg.ask.tally), which tests/ask/test_start.py compares.
_NUMBERS: Final = """
SELECT ?industry (COUNT(DISTINCT ?segment) AS ?segments) (COUNT(DISTINCT ?company) AS ?companies) WHERE {
  ?industry a ivc:Industry .
  { ?segment ivc:inIndustry ?industry ; a ivc:Segment } UNION { ?company ivc:appearsIn ?industry ; a ivc:Organization }
} GROUP BY ?industry"""
_DOCUMENTS: Final = """
SELECT ?document (COUNT(DISTINCT ?passage) AS ?passages) WHERE { ?document a ivc:Document . ?passage ivc:fromDocument ?document }
GROUP BY ?document ORDER BY ?document"""


@dataclass(frozen=True)
class Industry:
    """One industry and its numbers.

    Attributes:
        iri: the industry.
        segments: number of its segments.
        companies: number of the companies and institutes that appear in it.
        figures: number of figures that concern it.
        findings: number of the audit's findings that concern it.
        sizes: how large it is, one figure for each region and currency.
    """

    iri: str
    segments: int
    companies: int
    figures: int
    findings: int
    sizes: tuple[Observation, ...]


def industries(store: Store, names: Names, most: int) -> list[Industry]:
    """The first *most* industries, in the order of their IRIs, with their numbers."""
    numbers, sizes = dict(counts(store, "industry")), _sizes(store)
    findings = Counter(iri for found in audit_findings(store) for iri in found.industries)
    inside = {row["industry"]: (row["segments"], row["companies"]) for row in store.select(_NUMBERS)}
    return [
        Industry(
            thing.iri,
            *inside.get(thing.iri, (0, 0)),
            numbers.get(thing.iri, 0),
            findings[thing.iri],
            tuple(_told(sizes[thing.iri])),
        )
        for thing in names.of_kind("Industry")[:most]
    ]


def _sizes(store: Store) -> dict[str, list[Observation]]:
    """Thing → the figures that tell its size."""
    found: dict[str, list[Observation]] = defaultdict(list)
    for indicator in _SIZES:
        for figure in figures(store, {"indicator": indicator}):
            found[figure.subject].append(figure)
    return found


def _told(sizes: Iterable[Observation]) -> Iterator[Observation]:
    """One figure for each region and currency, at most :data:`_SHOWN`: the latest that is past, else the first to come."""

    def order(figure: Observation) -> tuple[bool, int, str]:
        past, year = figure.status in _PAST, figure.year or 0
        return not past, -year if past else year, figure.iri

    seen: set[tuple[str, str | None]] = set()
    for figure in sorted(sizes, key=order):
        place = (figure.unit, figure.scope.region)
        if place not in seen and len(seen) < _SHOWN:
            seen.add(place)
            yield figure


class StartingQuestion(NamedTuple):
    """A saved query and the thing that its question is about: parameter → IRI; no parameter means its default."""

    query: SavedQuery
    values: Mapping[str, str]


def questions(
    store: Store, catalogue: Catalogue, most: int, fits: Callable[[Text], bool] = lambda words: True
) -> list[StartingQuestion]:
    """Questions that have rows, each of another tag: those that people ask in most wordings.

    Their question names one thing, so that it reads as a question of somebody. Each is about another thing, if there are
    few of its class.

    Args:
        store: the store.
        catalogue: the saved queries.
        most: how many, at most.
        fits: whether a question in these words is wanted.
    """
    asked = filter(_thing_named, catalogue)
    ranked = sorted(asked, key=lambda query: (-sum(map(len, query.ask.values())), query.name))
    found: dict[str, StartingQuestion] = {}
    for query in ranked:
        tag = query.tags[0] if query.tags else query.name
        question = None if tag in found else _with_rows(store, catalogue, query, len(found))
        if question and fits(catalogue.question(query, question.values)):
            found[tag] = question
        if len(found) == most:
            break
    return list(found.values())


def _with_rows(store: Store, catalogue: Catalogue, query: SavedQuery, position: int) -> StartingQuestion | None:
    """The question about the thing at *position* of its class, or one of the next, else about its default; None without rows."""
    param = _thing_named(query)
    things = [thing.iri for thing in catalogue.names.of_kind(param.type)] if param else []
    start = position % len(things) if things else 0
    tried = [*things[start:], *things[:start]][:_TRIED] if len(things) <= _FEW else []
    for values in (*({param.name: iri} for iri in tried if param), {}):
        if store.select(catalogue.bind(query, values), shown=f"queries/{query.name}.rq", limit=1).rows:
            return StartingQuestion(query, values)
    return None


def _thing_named(query: SavedQuery) -> Parameter | None:
    """The one parameter that the question names, if it is a thing with a name of its own and has a default."""
    named = [param for param in query.params if f"{{{param.name}}}" in query.question.zh]
    one = named[0] if len(named) == 1 else None
    return one if one and one.default != "UNDEF" and one.type not in (*TYPES, "Passage") else None


def documents(store: Store) -> dict[str, int]:
    """The documents that the graph is made from, by IRI, with the number of their passages."""
    return {row["document"]: row["passages"] for row in store.select(_DOCUMENTS)}
