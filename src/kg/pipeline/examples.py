"""Chooses, at build time, example things from the graph as defaults for the parameters of saved queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice, product
from typing import Final

import pyoxigraph as ox

from kg.source.queryfile import Parameter, SavedQuery
from kg.store.embedded import solutions
from kg.terms import class_name, compact, iri, language, lexical
from kg.vocab import ENTITIES, LABEL, PASSAGE, TYPE

_CANDIDATES: Final = 12
"""Most things of one class that are tried."""
_TRIES: Final = 40
"""Most combinations of values that are tried for one query. If none has rows, the first is used."""

Ranks = Mapping[str, Sequence[ox.NamedNode | ox.Literal]]
"""Type of a parameter → possible values, the one that most passages mention first."""


def with_examples(queries: Sequence[SavedQuery], store: ox.Store, first: str = "") -> list[SavedQuery]:
    """The queries, with a default for each parameter marked ``default: example``.

    The default is the thing of the parameter's class that most passages mention, among those for which the query has
    rows. If the graph has no thing of the class, the default stays UNDEF.

    Args:
        queries: the queries as read from their files.
        store: the closed dataset.
        first: name of the thing to try first.
    """
    ranks = _ranks(store, first)
    return [_with_example(query, store, ranks) for query in queries]


def _with_example(query: SavedQuery, store: ox.Store, ranks: Ranks) -> SavedQuery:
    params = [p for p in query.params if p.example and ranks.get(p.type)]
    if not params:
        return query
    tried: list[dict[str, str]] = []
    for values in islice(product(*(ranks[p.type][:_CANDIDATES] for p in params)), _TRIES):
        if len(set(values)) < len(values):  # two parameters must not have the same value
            continue
        tried.append({p.name: str(value) for p, value in zip(params, values, strict=True)})
        if any(True for _ in solutions(store, query.bind(tried[-1]))):
            return _bound(query, tried[-1])
    return _bound(query, tried[0]) if tried else query


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


def _ranks(store: ox.Store, first: str) -> Ranks:
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

    found: dict[str, list[ox.NamedNode | ox.Literal]] = {
        name: [ox.NamedNode(node) for node in sorted(nodes, key=order)] for name, nodes in of_class.items()
    }
    found["thing"] = [ox.NamedNode(node) for node in sorted(mentioned_in.keys() & names.keys(), key=order)]
    found["Passage"] = [ox.NamedNode(p) for p in sorted(triples_in, key=lambda p: (-triples_in[p], p))]
    found["string"] = [ox.Literal(names[node]) for node in sorted(mentioned_in.keys() & names.keys(), key=order)]
    return found
