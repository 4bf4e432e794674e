"""Citations: the sections and spans of passages, and the passages of a statement, a row or a thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import permutations
from typing import Any, Final

import pyoxigraph as ox

from kg.ask.entity import grounds
from kg.ask.names import Names
from kg.reason.proof import Proof, Prover
from kg.reason.rules import Pattern
from kg.store.base import Store
from kg.terms import slug
from kg.vocab import PASSAGE, PASSAGES, TYPE

_PLACES: Final = """
SELECT ?passage ?section ?start ?end ?sha256 WHERE {
  ?passage ivc:sectionPath ?section ; ivc:sha256 ?sha256 ; oa:hasSelector ?at . ?at oa:start ?start ; oa:end ?end }"""
_MENTIONS: Final = """
SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ {{ {thing} ?p ?o }} UNION {{ ?s ?p {thing} }} }}
  FILTER(STRSTARTS(STR(?g), STR(psg:))) }} ORDER BY ?g"""
_BESIDE: Final = """
SELECT DISTINCT ?g WHERE {{ VALUES ?x {{ {all} }} VALUES ?y {{ {all} }} VALUES ?g {{ g:background g:entities }}
  GRAPH ?g {{ ?x ?p ?y }} FILTER(?p != rdf:type) }}"""
_KINDS: Final = {"report": "asserted", "graph": "asserted", "rule": "inferred", "background": "background"}
FEW: Final = 5
"""Most passages named for what is only mentioned in them."""

_WIDE: Final = 6
"""Columns among which the ends of a statement are looked for."""

Cited = tuple[str, list[str]]
"""The ground on which something stands (``asserted``, ``cited``, …) and the IRIs of its passages."""


class Sources:
    """The passages of one graph, and which of them support a statement, a row or a thing."""

    def __init__(self, store: Store, names: Names) -> None:
        self._store, self._names = store, names
        self.prover = Prover(store)
        self._places = {row["passage"]: row for row in store.select(_PLACES)}

    def cite(self, passages: Iterable[str], spans: bool) -> list[dict[str, Any]]:
        """Citations of *passages*.

        Args:
            passages: IRIs or ids (``w1-L0037``).
            spans: whether to give the offsets of the first character and of that behind the last, and the SHA-256, too.
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
        """Passages that state something of each of *things*."""
        found: list[str] | None = None
        for thing in things:
            here = [row["g"] for row in self._store.select(_MENTIONS.format(thing=thing))]
            found = here if found is None else [p for p in found if p in set(here)]
        return found or []

    def statement(self, triple: Pattern) -> Cited:
        """The ground of *triple*, and the passages that state it or that its shortest proof rests on."""
        pattern = " ".join(triple)
        rows = self._store.select(f"SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ {pattern} }} }} ORDER BY ?g")
        graphs = {str(row["g"]) for row in rows}
        ground, passages = grounds(graphs)
        if ground != "inferred":
            return ground, list(passages)
        if PASSAGES in graphs:
            return "entities", []
        if not self._store.query(f"ASK {{ {pattern} }}"):
            return "computed", []
        proofs = self.prover.why(triple).proofs
        return "inferred", list(dict.fromkeys(leaves(proofs[0]))) if proofs else []

    def row(self, terms: Sequence[Any]) -> Cited:
        """The ground of a row of *terms*: its own passages; else those of the claim or the statement that it is.

        A row that is neither is counted or compared over the graph: its passages are a few in which all of its things
        are mentioned together.
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
        beside = (
            {row["g"] for row in self._store.select(_BESIDE.format(all=" ".join(map(str, iris))))} if iris else set()
        )
        if beside:
            return grounds(beside)[0], []
        return "computed", self.mentions([t for t in iris if self._names.get(t.value)])[:FEW]

    def _triples(self, terms: Sequence[Any]) -> Iterator[Pattern]:
        """Every statement that a property in the row can make of two other terms in it."""
        for link in (t for t in terms if _is_property(t, self._names)):
            for one, other in permutations((t for t in terms[:_WIDE] if t is not link and _is_plain(t)), 2):
                if isinstance(one, ox.NamedNode):
                    yield str(one), str(link), str(other)


def _is_property(term: Any, names: Names) -> bool:
    if not isinstance(term, ox.NamedNode):
        return False
    return term.value == TYPE or (term.value in names.terms and slug(term.value)[:1].islower())


def _is_plain(term: Any) -> bool:
    return isinstance(term, (ox.NamedNode, ox.Literal))


def leaves(proof: Proof) -> Iterator[str]:
    """The passages at the ends of a proof."""
    yield from proof.passages
    for premise in proof.premises:
        yield from leaves(premise)


def ground_of(proof: Proof) -> str:
    """What a proof rests on, in the words of an edge's ground."""
    return _KINDS.get(proof.kind, "entities")
