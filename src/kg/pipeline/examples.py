"""What a saved query asks about when nothing is named: an example from the graph at hand, chosen once, at build time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice, product
from typing import Final

import pyoxigraph as ox

from kg.source.queryfile import Parameter, SavedQuery
from kg.store.embedded import solutions
from kg.terms import compact, iri, language, lexical
from kg.vocab import ENTITIES, IVC, LABEL, PASSAGE, TYPE

_CANDIDATES: Final = 12
"""Things of a class that are tried."""
_TRIES: Final = 40
"""Combinations of values that are tried for one query before its first is taken, rows or not."""

Ranks = Mapping[str, Sequence[ox.NamedNode | ox.Literal]]
"""Type of a parameter → values, the one that most passages speak of first."""


def with_examples(queries: Sequence[SavedQuery], store: ox.Store, first: str = "") -> list[SavedQuery]:
    """The queries, with an example as the default of each parameter that wants one.

    An example is the thing of the parameter's class that most passages speak of and for which the query has rows. A
    parameter stays open where the graph has nothing of its class.

    Args:
        queries: as their files state them.
        store: the closed dataset.
        first: name of a thing that comes before all others.
    """
    ranks = _ranks(store, first)
    return [_with_example(query, store, ranks) for query in queries]


def _with_example(query: SavedQuery, store: ox.Store, ranks: Ranks) -> SavedQuery:
    params = [p for p in query.params if p.example and ranks.get(p.type)]
    if not params:
        return query
    tried: list[dict[str, str]] = []
    for values in islice(product(*(ranks[p.type][:_CANDIDATES] for p in params)), _TRIES):
        if len(set(values)) < len(values):  # a thing is not compared with itself
            continue
        tried.append({p.name: str(value) for p, value in zip(params, values, strict=True)})
        if any(True for _ in solutions(store, query.bind(tried[-1]))):
            return _bound(query, tried[-1])
    return _bound(query, tried[0]) if tried else query


def _bound(query: SavedQuery, values: Mapping[str, str]) -> SavedQuery:
    def shown(param: Parameter) -> Parameter:
        return replace(param, default=_short(values[param.name])) if param.name in values else param

    return replace(query, params=tuple(map(shown, query.params)), sparql=query.bind(values))


def _short(term: str) -> str:
    """An IRI with its prefix, if there is one for it; a literal as it is."""
    if not term.startswith("<"):
        return term
    short = compact(term[1:-1])
    return term if short == term[1:-1] else short


def _ranks(store: ox.Store, first: str) -> Ranks:
    """The named things of each class, and their zh names under ``string``; passages by how much they state."""
    spoken_of: dict[str, set[str]] = defaultdict(set)
    stating: Counter[str] = Counter()
    for quad in store:
        graph = iri(quad.graph_name)
        if graph.startswith(PASSAGE):
            stating[graph] += 1
            for end in (quad.subject, quad.object):
                spoken_of[iri(end)].add(graph)
    names: dict[str, str] = {}
    for quad in store.quads_for_pattern(None, ox.NamedNode(LABEL), None, ox.NamedNode(ENTITIES)):
        if language(quad.object) == "zh" and iri(quad.subject):
            names[iri(quad.subject)] = lexical(quad.object)
    of_class: dict[str, list[str]] = defaultdict(list)
    for quad in store.quads_for_pattern(None, ox.NamedNode(TYPE), None, ox.DefaultGraph()):
        if iri(quad.subject) in names:
            of_class[iri(quad.object).removeprefix(IVC)].append(iri(quad.subject))

    def order(node: str) -> tuple[bool, int, str]:
        return names.get(node) != first, -len(spoken_of[node]), node

    found: dict[str, list[ox.NamedNode | ox.Literal]] = {
        name: [ox.NamedNode(node) for node in sorted(nodes, key=order)] for name, nodes in of_class.items()
    }
    found["Passage"] = [ox.NamedNode(p) for p in sorted(stating, key=lambda p: (-stating[p], p))]
    found["string"] = [ox.Literal(names[node]) for node in sorted(spoken_of.keys() & names.keys(), key=order)]
    return found
