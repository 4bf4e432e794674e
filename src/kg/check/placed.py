"""The triples that follow from the named graph of a statement, that of its passage: ``ivc:statedIn`` and ``ivc:namedIn``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pyoxigraph as ox

from kg.check.members import Members
from kg.terms import iri, lexical
from kg.vocab import IVC, ONTOLOGY, PASSAGE, TYPE

_STATED_IN = ox.NamedNode(IVC + "statedIn")
_NAMED_IN = ox.NamedNode(IVC + "namedIn")


def stated_in(quads: Sequence[ox.Quad], members: Members) -> Iterator[ox.Triple]:
    """``claim ivc:statedIn passage`` for every claim whose rdf:type is in the graph of a passage."""
    claims = members.narrower(IVC + "Claim")
    for quad in quads:
        if quad.predicate.value == TYPE and iri(quad.object) in claims and iri(quad.graph_name).startswith(PASSAGE):
            yield ox.Triple(quad.subject, _STATED_IN, ox.NamedNode(iri(quad.graph_name)))


def named_in(quads: Sequence[ox.Quad], members: Members) -> Iterator[ox.Triple]:
    """``thing ivc:namedIn passage`` for everything that an edge in the graph of a passage gives a role (ivc:Role)."""
    roles, found = _Roles(quads, members), set()
    for quad in quads:
        if not (passage := iri(quad.graph_name)).startswith(PASSAGE):
            continue
        for thing in roles.of(quad):
            if (thing, passage) not in found:
                found.add((thing, passage))
                yield ox.Triple(ox.NamedNode(thing), _NAMED_IN, ox.NamedNode(passage))


class _Roles:
    """Which properties give their subjects and objects a role, and to things of which classes."""

    def __init__(self, quads: Sequence[ox.Quad], members: Members) -> None:
        named = {name: _pairs(quads, IVC + name) for name in ("roleFor", "roleOfSubject", "roleOfObject")}
        things = {c: members.of(c) for c in set().union(*named["roleFor"].values())}

        def given(by: Mapping[str, set[str]]) -> dict[str, set[str]]:
            found: dict[str, set[str]] = defaultdict(set)
            for role, properties in by.items():
                for name in properties:
                    found[name].update(*(things[c] for c in named["roleFor"][role]))
            return found

        self._subjects, self._objects = given(named["roleOfSubject"]), given(named["roleOfObject"])

    def of(self, quad: ox.Quad) -> Iterator[str]:
        """The IRIs of the subject and the object of *quad*, of each that has a role by it."""
        ends = ((self._subjects, quad.subject), (self._objects, quad.object))
        return (lexical(end) for given, end in ends if lexical(end) in given.get(quad.predicate.value, ()))


def _pairs(quads: Iterable[ox.Quad], predicate: str) -> dict[str, set[str]]:
    """Subject → objects of *predicate* in the ontology."""
    found: dict[str, set[str]] = defaultdict(set)
    for quad in quads:
        if quad.predicate.value == predicate and iri(quad.graph_name) == ONTOLOGY:
            found[iri(quad.subject)].add(iri(quad.object))
    return found
