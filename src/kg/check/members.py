"""The classes of an ontology, and the things that the data declares to be their members."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from kg.terms import iri
from kg.vocab import ONTOLOGY, RDFS, TYPE


class Members:
    """The subclasses and the declared instances of each class in *quads*, which are read once."""

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self._below: dict[str, list[str]] = defaultdict(list)
        self._declared: dict[str, set[str]] = defaultdict(set)
        for quad in quads:
            predicate = quad.predicate.value
            if predicate == TYPE:
                self._declared[iri(quad.object)].add(iri(quad.subject))
            elif predicate == RDFS + "subClassOf" and iri(quad.graph_name) == ONTOLOGY:
                self._below[iri(quad.object)].append(iri(quad.subject))

    def narrower(self, *classes: str) -> set[str]:
        """IRIs of *classes* and of all their subclasses in the ontology."""
        return reached(classes, self._below)

    def of(self, *classes: str) -> set[str]:
        """IRIs of the declared instances of *classes* and of their subclasses."""
        return set().union(*(self._declared.get(kind, ()) for kind in self.narrower(*classes)))


def reached(starts: Iterable[str], links: Mapping[str, Iterable[str]]) -> set[str]:
    """The nodes *starts* and all that *links* lead to from them."""
    found: set[str] = set()
    todo = list(starts)
    while todo:
        if (one := todo.pop()) not in found:
            found.add(one)
            todo += links.get(one, ())
    return found
