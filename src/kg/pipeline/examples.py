"""Chooses, at build time, example things from the graph as defaults for the parameters of saved queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

import pyoxigraph as ox

from kg.source.queryfile import Parameter, SavedQuery
from kg.store.embedded import solutions
from kg.terms import class_name, compact, iri, language, lexical
from kg.vocab import ENTITIES, LABEL, PASSAGE, TYPE

_CANDIDATES: Final = 12
"""Most things of one class that are tried."""
_BESIDE: Final = 3
"""Most values of a further parameter that are tried with the values chosen before it."""

_Term = ox.NamedNode | ox.Literal


@dataclass(frozen=True)
class _Candidates:
    """Possible values of parameters.

    Attributes:
        of_type: type of a parameter → value → its rank, 0 for the one that most passages mention; in this order.
        mentioned_in: value → the passages that mention it.
        mentions: passage → the values that it mentions.
    """

    of_type: Mapping[str, Mapping[_Term, int]]
    mentioned_in: Mapping[_Term, Set[str]]
    mentions: Mapping[str, Set[_Term]]

    def combinations(self, types: Sequence[str]) -> list[tuple[_Term, ...]]:
        """Combinations of different values, one of each of *types*, to be tried in this order."""
        first, *others = types
        found: list[tuple[_Term, ...]] = [(value,) for value in islice(self.of_type[first], _CANDIDATES)]
        for type_ in others:
            found = [(*chosen, value) for chosen in found for value in self._beside(chosen, type_)]
        return found

    def _beside(self, chosen: Sequence[_Term], type_: str) -> Sequence[_Term]:
        """The values of a type that one passage mentions together with *chosen*, or any if there are none.

        Most queries with several parameters ask how things are related.
        """
        ranks = self.of_type[type_]
        passages = set.intersection(*(set(self.mentioned_in.get(value, ())) for value in chosen))
        together = {value for passage in passages for value in self.mentions[passage] if value in ranks}
        in_order = sorted(together - set(chosen), key=ranks.__getitem__) or (v for v in ranks if v not in chosen)
        return list(islice(in_order, _BESIDE))


def with_examples(queries: Sequence[SavedQuery], store: ox.Store, first: str = "") -> list[SavedQuery]:
    """The queries, with a default for each parameter marked ``default: example``.

    The default is the thing of the parameter's class that most passages mention, among those for which the query has
    rows; if it has none for all that is tried, the first. If the graph has no thing of the class, the default stays UNDEF.

    Args:
        queries: the queries as read from their files.
        store: the closed dataset.
        first: name of the thing to try first.
    """
    candidates = _candidates(store, first)
    return [_with_example(query, store, candidates) for query in queries]


def _with_example(query: SavedQuery, store: ox.Store, candidates: _Candidates) -> SavedQuery:
    params = [p for p in query.params if p.example and candidates.of_type.get(p.type)]
    if not params:
        return query
    tried = [
        {p.name: str(value) for p, value in zip(params, values, strict=True)}
        for values in candidates.combinations([p.type for p in params])
    ]
    if not tried:
        return query
    return _bound(query, next((values for values in tried if solutions(store, query.bind(values))), tried[0]))


def _bound(query: SavedQuery, values: Mapping[str, str]) -> SavedQuery:
    def bound(param: Parameter) -> Parameter:
        return replace(param, default=_short(values[param.name])) if param.name in values else param

    return replace(query, params=tuple(map(bound, query.params)), sparql=query.bind(values))


def _short(term: str) -> str:
    """An IRI as a prefixed name if a prefix fits; any other term unchanged."""
    if not term.startswith("<"):
        return term
    short = compact(term[1:-1])
    return term if short == term[1:-1] else short


def _candidates(store: ox.Store, first: str) -> _Candidates:
    """The values for each parameter type: labelled things, by class and all, Chinese labels for ``string``, and passages.

    Things and labels are sorted by the number of passages that mention them, passages by their number of triples.
    """
    mentioned_in: dict[str, set[str]] = defaultdict(set)
    triples_in: Counter[str] = Counter()
    for quad in store:
        graph = iri(quad.graph_name)
        if graph.startswith(PASSAGE):
            triples_in[graph] += 1
            for end in (quad.subject, quad.object):
                mentioned_in[iri(end)].add(graph)
    names: dict[str, str] = {}
    for quad in store.quads_for_pattern(None, ox.NamedNode(LABEL), None, ox.NamedNode(ENTITIES)):
        if language(quad.object) == "zh" and iri(quad.subject):
            names[iri(quad.subject)] = lexical(quad.object)
    of_class: dict[str, list[str]] = defaultdict(list)
    for quad in store.quads_for_pattern(None, ox.NamedNode(TYPE), None, ox.DefaultGraph()):
        if iri(quad.subject) in names:
            of_class[class_name(iri(quad.object))].append(iri(quad.subject))

    def order(node: str) -> tuple[bool, int, str]:
        return names.get(node) != first, -len(mentioned_in[node]), node

    found: dict[str, list[_Term]] = {
        name: [ox.NamedNode(node) for node in sorted(nodes, key=order)] for name, nodes in of_class.items()
    }
    found["thing"] = [ox.NamedNode(node) for node in sorted(mentioned_in.keys() & names.keys(), key=order)]
    found["Passage"] = [ox.NamedNode(p) for p in sorted(triples_in, key=lambda p: (-triples_in[p], p))]
    found["string"] = [ox.Literal(names[node]) for node in sorted(mentioned_in.keys() & names.keys(), key=order)]
    mentions: dict[str, set[_Term]] = {passage: {ox.NamedNode(passage)} for passage in triples_in}
    for node in mentioned_in.keys() & names.keys():
        for passage in mentioned_in[node]:
            mentions[passage] |= {ox.NamedNode(node), ox.Literal(names[node])}
    return _Candidates(
        {name: {value: rank for rank, value in enumerate(values)} for name, values in found.items()},
        _inverse(mentions),
        mentions,
    )


def _inverse(mentions: Mapping[str, Set[_Term]]) -> dict[_Term, set[str]]:
    """Value → the passages that mention it."""
    found: dict[_Term, set[str]] = defaultdict(set)
    for passage, values in mentions.items():
        for value in values:
            found[value].add(passage)
    return found
