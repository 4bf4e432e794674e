"""Citations: sections and spans of passages, and the passages that support a triple, a row or a thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import permutations
from typing import Any, Final

import pyoxigraph as ox

from kg.ask.entity import ground_and_passages
from kg.ask.names import Names
from kg.ask.support import Support, support
from kg.reason.proof import Proof, Prover
from kg.reason.rules import TriplePattern
from kg.store.base import Store
from kg.terms import slug
from kg.vocab import PASSAGE, TYPE

_PLACES: Final = """
SELECT ?passage ?section ?start ?end ?sha256 WHERE {
  ?passage ivc:sectionPath ?section ; ivc:sha256 ?sha256 ; oa:hasSelector ?at . ?at oa:start ?start ; oa:end ?end }"""
_MENTIONS: Final = """
SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ {{ {thing} ?p ?o }} UNION {{ ?s ?p {thing} }} }}
  FILTER(STRSTARTS(STR(?g), STR(psg:))) }} ORDER BY ?g"""
_OTHER_GRAPHS: Final = """
SELECT DISTINCT ?g WHERE {{ VALUES ?x {{ {all} }} VALUES ?y {{ {all} }} VALUES ?g {{ g:background g:entities }}
  GRAPH ?g {{ ?x ?p ?y }} FILTER(?p != rdf:type) }}"""
_KINDS: Final = {"report": "asserted", "graph": "asserted", "rule": "inferred", "background": "background"}
FEW: Final = 5
"""Most passages that are listed if they only mention a thing."""

_WIDE: Final = 6
"""Number of columns that are searched for the subject and object of a triple."""


class Sources:
    """Finds the passages that support a triple, a row or a thing of one graph."""

    def __init__(self, store: Store, names: Names) -> None:
        self._store, self._names = store, names
        self.prover = Prover(store)
        self._places = {row["passage"]: row for row in store.select(_PLACES)}

    def cite(self, passages: Iterable[str], spans: bool) -> list[dict[str, Any]]:
        """Citations of *passages*.

        Args:
            passages: IRIs or ids (``w1-L0037``).
            spans: whether to include the start and end offset and the SHA-256.
        """
        return [self._citation(p if p.startswith(PASSAGE) else PASSAGE + p, spans) for p in dict.fromkeys(passages)]

    def _citation(self, passage: str, spans: bool) -> dict[str, Any]:
        place = self._places.get(passage)
        found: dict[str, Any] = {"id": slug(passage), "section": place["section"] if place else ""}
        if spans and place:
            found |= {key: place[key] for key in ("start", "end", "sha256")}
        return found

    def has(self, passage: str) -> bool:
        """Whether there is a passage with the IRI *passage*."""
        return passage in self._places

    def mentions(self, things: Sequence[ox.NamedNode]) -> list[str]:
        """The passages that mention all of *things*."""
        found: list[str] | None = None
        for thing in things:
            here = [row["g"] for row in self._store.select(_MENTIONS.format(thing=thing))]
            found = here if found is None else [p for p in found if p in set(here)]
        return found or []

    def statement(self, triple: TriplePattern) -> Support:
        """The ground of *triple*, and the passages that state it or that are in its shortest proof."""
        return support(self._store, self.prover, triple)

    def row(self, terms: Sequence[Any]) -> Support:
        """The ground and the passages of a row of *terms*.

        The passages are those in the row; else those of a claim in the row; else those of a triple that the row contains.
        Any other row is computed, by counting or comparing; it gets a few passages that mention all things of the row.
        """
        iris = [t for t in terms if isinstance(t, ox.NamedNode)]
        own = [t.value for t in iris if self.has(t.value)]
        if own:
            return "cited", own
        for claim in (t for t in iris if self._names.is_claim(t.value)):
            stated = self.mentions([claim])
            if stated:
                return "asserted", stated
        for triple in self._triples(terms):
            if self._store.query(f"ASK {{ {' '.join(triple)} }}"):
                return self.statement(triple)
        graphs = (
            {row["g"] for row in self._store.select(_OTHER_GRAPHS.format(all=" ".join(map(str, iris))))}
            if iris
            else set()
        )
        if graphs:
            return ground_and_passages(graphs)[0], []
        return "computed", self.mentions([t for t in iris if self._names.get(t.value)])[:FEW]

    def _triples(self, terms: Sequence[Any]) -> Iterator[TriplePattern]:
        """All triples of a property in the row and two other terms in the row."""
        for link in (t for t in terms if _is_property(t, self._names)):
            for one, other in permutations((t for t in terms[:_WIDE] if t is not link and _is_plain(t)), 2):
                if isinstance(one, ox.NamedNode):
                    yield str(one), str(link), str(other)


def _is_property(term: Any, names: Names) -> bool:
    if not isinstance(term, ox.NamedNode):
        return False
    return term.value == TYPE or term.value in names.properties


def _is_plain(term: Any) -> bool:
    return isinstance(term, (ox.NamedNode, ox.Literal))


def ground_of(proof: Proof) -> str:
    """The ground of a proof, in the terms of :data:`kg.ask.support.Support`."""
    return _KINDS.get(proof.kind, "entities")
