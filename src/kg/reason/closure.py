"""The closure: compiled rules run inside the store until nothing new appears; owlrl as the other engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from kg.reason.rules import Pattern, Rule
from kg.vocab import INFERRED, IVC, TYPE


@dataclass(frozen=True)
class Closure:
    """What a closure did: rounds to the fixpoint, rules run, triples added."""

    rounds: int
    fired: int
    added: int


def close(store: ox.Store, rules: Sequence[Rule]) -> Closure:
    """Add to the default graph and to ``g:inferred`` all that *rules* conclude from the default graph.

    Works in rounds; a rule is run again only when something its body reads grew in the round before
    (semi-naive evaluation at the grain of predicates and classes).
    """
    start, fired, rounds = len(store), 0, 0
    grown: set[str] | None = None
    while grown is None or grown:
        due = [r for r in rules if grown is None or r.reads & grown]
        grown = set()
        for rule in due:
            before = len(store)
            store.update(_insert(rule))
            if len(store) > before:
                grown.add(rule.writes)
        fired += len(due)
        rounds += 1
    return Closure(rounds, fired, (len(store) - start) // 2)


def _insert(rule: Rule) -> str:
    head = _triple(rule.head)
    body = " . ".join(_triple(p) for p in rule.body)
    return f"INSERT {{ {head} . GRAPH <{INFERRED}> {{ {head} }} }} WHERE {{ {body} {rule.guard} FILTER NOT EXISTS {{ {head} }} }}"


def _triple(pattern: Pattern) -> str:
    return " ".join(pattern)


def close_with_owlrl(store: ox.Store) -> Closure:
    """The same by owlrl's OWL 2 RL engine, keeping only triples of our vocabulary (SPEC D9).

    owlrl's raw output is never stored: it holds literals as subjects and ``x owl:sameAs x``.
    """
    from owlrl import DeductiveClosure, OWLRL_Semantics
    from rdflib import Graph

    graph = Graph(store="SimpleMemory")  # one without contexts, which takes a third less time
    graph.parse(data=store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()), format="nt")
    DeductiveClosure(OWLRL_Semantics).expand(graph)
    before = len(store)
    text = "".join(f"{s.n3()} {p.n3()} {o.n3()} .\n" for s, p, o in graph if _is_ours(s, p, o))
    triples = list(ox.parse(text, format=ox.RdfFormat.N_TRIPLES))
    new = [t for t in triples if ox.Quad(t.subject, t.predicate, t.object) not in store]
    store.extend(_both(new))
    return Closure(0, 0, (len(store) - before) // 2)


def _is_ours(subject: object, predicate: object, value: object) -> bool:
    from rdflib import URIRef

    if not isinstance(subject, URIRef):
        return False
    return str(predicate).startswith(IVC) or (str(predicate) == TYPE and str(value).startswith(IVC))


def _both(triples: Iterable[ox.Quad]) -> Iterable[ox.Quad]:
    inferred = ox.NamedNode(INFERRED)
    for t in triples:
        yield ox.Quad(t.subject, t.predicate, t.object)
        yield ox.Quad(t.subject, t.predicate, t.object, inferred)
