"""Rules with their variables filled, found by asking the closure for each body: another way than the prover's."""

from __future__ import annotations

from collections.abc import Sequence

import pyoxigraph as ox

from kg.check.members import Members
from kg.pipeline.build import materialise
from kg.reason.rules import Rule, TriplePattern
from kg.vocab import PREFIXES

Instance = tuple[TriplePattern, tuple[TriplePattern, ...]]


def filled(pattern: TriplePattern, by: dict[str, str]) -> TriplePattern:
    subject, predicate, value = (by.get(part, part) for part in pattern)
    return subject, predicate, value


def instances(store: ox.Store, rules: Sequence[Rule]) -> list[set[Instance]]:
    """Of each rule, every way to fill its variables from the closed *store*: what it concludes, and from what."""
    found = []
    for rule in rules:
        names = sorted({part[1:] for p in (*rule.body, rule.head) for part in p if part.startswith("?")})
        body = " . ".join(" ".join(p) for p in rule.body)
        rows = store.query(f"SELECT * {{ {body} {rule.guard} }}", prefixes=dict(PREFIXES))
        ways = ({f"?{n}": str(row[n]) for n in names} for row in rows)  # type: ignore[union-attr,index]
        found.append({(filled(rule.head, by), tuple(filled(p, by) for p in rule.body)) for by in ways})
    return found


def triples(store: ox.Store, graph: ox.NamedNode | ox.DefaultGraph) -> set[TriplePattern]:
    return {(str(q.subject), str(q.predicate), str(q.object)) for q in store.quads_for_pattern(None, None, None, graph)}


def materialised(quads: list[ox.Quad]) -> ox.Store:
    """The store that a build makes of these *quads*."""
    return materialise(quads, Members(quads))
