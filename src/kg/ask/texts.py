"""The words of passages, where a user gave a copy of the text, and what they name.

The graph holds none of a document's words, only spans and digests. A copy is kept in memory alone, and a span of it is
shown only if it has the registered SHA-256.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import pyoxigraph as ox

from kg import vocab
from kg.ask.entity import Span
from kg.ask.names import Names
from kg.ask.passage import PassageDetails
from kg.check.printed import Words, normal_places, printed_numbers
from kg.errors import UsageProblem
from kg.source.document import Document, read_carried
from kg.source.mentions import occurrences
from kg.source.passages import digest, document_iri, passage_name
from kg.store.base import Store
from kg.terms import Text, fold, iri, slug

_SPANS: Final = """
SELECT ?passage ?section ?start ?end ?sha256 WHERE {{
  ?passage ivc:fromDocument <{iri}> ; ivc:sectionPath ?section ; ivc:sha256 ?sha256 ; oa:hasSelector ?at .
  ?at oa:start ?start ; oa:end ?end }} ORDER BY ?start"""
_WORDS: Final = """
SELECT ?s ?p ?o WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o FILTER(?p IN (rdf:type, rdfs:label, ivc:symbol, skos:hiddenLabel)) }} }}"""


@dataclass(frozen=True)
class Copy:
    """A copy of the text of a document.

    Attributes:
        text: all of it.
        carried: passage → thing → the words by which the passage mentions it without its name.
    """

    text: str
    carried: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Document, text: str) -> Copy:
        """The copy *text* of *document*, with the rows of its ``carried.tsv``."""
        carried: dict[str, dict[str, str]] = {}
        for row in read_carried(document):
            if row.named_in == row.line:
                carried.setdefault(vocab.PASSAGE + passage_name(document.id, row.line), {})[row.thing] = row.printed
        return cls(text, carried)


@dataclass(frozen=True)
class Mark:
    """A part of a passage's words.

    Attributes:
        start, end: its place in the words, in characters.
        nodes: IRIs of the things that are named, or of the figures whose number is printed there.
    """

    start: int
    end: int
    nodes: tuple[str, ...]


class Texts:
    """Copies of texts, by the IRI of their document.

    Args:
        store: the store, from which the words for units are read.
        names: the lookup table.
        copies: the copies; none by default.
    """

    def __init__(self, store: Store, names: Names, copies: Mapping[str, Copy] | None = None) -> None:
        self._names, self._copies = names, copies or {}
        self._words = Words.of(_ontology(store)) if self._copies else None

    def words(self, found: PassageDetails) -> str | None:
        """The words of a passage; None if there is no copy, or its span has another digest than the registered one."""
        copy = self._copies.get(found.document)
        return _span(copy.text, found.entity.span) if copy and found.entity.span else None

    def marks(self, found: PassageDetails, words: str) -> list[Mark]:
        """What *words*, those of the passage, name of all that it states: things and figures, in order, none inside another."""
        places = [*self._names_in(found, words), *self._numbers_in(found, words)]
        nodes: dict[tuple[int, int], list[str]] = {}
        for start, end, node in sorted(places):
            nodes.setdefault((start, end), []).append(node)
        marks: list[Mark] = []
        for (start, end), named in sorted(nodes.items(), key=lambda item: (item[0][0], -item[0][1])):
            if not marks or start >= marks[-1].end:
                marks.append(Mark(start, end, tuple(dict.fromkeys(named))))
        return marks

    def _names_in(self, found: PassageDetails, words: str) -> Iterable[tuple[int, int, str]]:
        carried = self._copies[found.document].carried.get(found.entity.thing.iri, {})
        stated = dict.fromkeys(iri(term) for triple in found.entity.states for term in (triple[0], triple[2]))
        things = [thing for node in stated if node and (thing := self._names.get(node))]
        own = {t.iri: {t.label.zh, t.label.en, *t.also, carried.get(t.iri, "")} for t in things}
        return occurrences(words, {node: {fold(name) for name in called} for node, called in own.items()})

    def _numbers_in(self, found: PassageDetails, words: str) -> Iterable[tuple[int, int, str]]:
        """For each figure the place where its number is printed; of several, the first with its unit and scale."""
        text, at = normal_places(words)
        for claim in found.figures:
            if claim.stated is None or self._words is None:
                continue
            places = list(printed_numbers(str(claim.stated), text, self._words))
            places.sort(key=lambda place: (claim.unit not in place.units, claim.scale != place.scale))
            if places:
                yield at[places[0].start], at[places[0].end], claim.iri


def require_registered(store: Store, document: Document, text: str, file: str) -> None:
    """Check that *text* has the registered digest in every span of *document*.

    Args:
        store: the store.
        document: the document.
        text: a copy of its text.
        file: where it comes from, for the message.

    Raises:
        UsageProblem: a span has another digest, or the graph has no passage of the document.
    """
    spans = list(store.select(_SPANS.format(iri=document_iri(document))))
    wrong = next((row for row in spans if _span(text, _as_span(row)) is None), None)
    if spans and wrong is None:
        return
    where = slug(str(wrong["passage"])) if wrong else ""
    raise UsageProblem(
        Text(
            f"{file} 不是文献 {document.id} 登记的那份文本" + (f":{where} 的 SHA-256 不同" if where else ""),
            f"{file} is not the registered text of the document {document.id}"
            + (f": {where} has another SHA-256" if where else ""),
        ),
        hint=Text(
            f"kg check --text {document.id}={file} 说明哪里不同",
            f"kg check --text {document.id}={file} says what differs",
        ),
    )


def _as_span(row: Mapping[str, object]) -> Span:
    return Span(str(row["section"]), int(str(row["start"])), int(str(row["end"])), str(row["sha256"]))


def _span(text: str, span: Span) -> str | None:
    words = text[span.start : span.end]
    return words if digest(words) == span.sha256 else None


def _ontology(store: Store) -> Iterable[ox.Quad]:
    graph = ox.NamedNode(vocab.ONTOLOGY)
    for subject, predicate, value in store.select(_WORDS.format(graph=vocab.ONTOLOGY)).rows:
        if isinstance(subject, ox.NamedNode) and isinstance(predicate, ox.NamedNode) and value is not None:
            yield ox.Quad(subject, predicate, value, graph)
