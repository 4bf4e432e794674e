"""Computes the closure: runs the rules as SPARQL queries to a fixpoint. owlrl is an alternative engine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kg.reason.rules import Rule, TriplePattern
from kg.store.embedded import construct, solutions
from kg.vocab import INFERRED, TYPE


@dataclass(frozen=True)
class Closure:
    """Statistics of a closure: how often a rule ran, and how many triples were added."""

    fired: int
    added: int


def close(store: ox.Store, rules: Sequence[Rule]) -> Closure:
    """Add all conclusions of *rules* from the default graph to the default graph and to ``g:inferred``.

    When a rule adds triples, the rules that read their predicate or class wait to run again. The one that began to wait
    last runs first, so that what follows from new triples is mostly there before a rule reads them.
    """
    readers: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        for read in rule.reads:
            readers[read].append(rule)
    waiting = dict.fromkeys(rules)
    added = fired = 0
    while waiting:
        rule, _ = waiting.popitem()
        if new := set(construct(store, _missing(rule))):
            store.extend(_in_both_graphs(new))
            waiting.update(dict.fromkeys(readers[rule.writes]))
        fired += 1
        added += len(new)
    return Closure(fired, added)


def _missing(rule: Rule) -> str:
    """The query for the conclusions of *rule* that are not there yet.

    CONSTRUCT rather than INSERT, because its triples can be counted; counting an update would mean reading the whole store twice.
    """
    head = _triple(rule.head)
    body = " . ".join(_triple(p) for p in rule.body)
    return f"CONSTRUCT {{ {head} }} WHERE {{ {body} {rule.guard} FILTER NOT EXISTS {{ {head} }} }}"


def _triple(pattern: TriplePattern) -> str:
    return " ".join(pattern)


def close_with_owlrl(store: ox.Store) -> Closure:
    """Compute the closure with owlrl's OWL 2 RL engine. Only triples with terms of the ontology are added.

    The rest of owlrl's output is dropped, such as literals as subjects and ``x owl:sameAs x``.
    """
    from owlrl import DeductiveClosure, OWLRL_Semantics
    from rdflib import Graph

    graph = Graph(store="SimpleMemory")  # one without contexts, which takes a third less time
    graph.parse(data=store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()), format="nt")
    DeductiveClosure(OWLRL_Semantics).expand(graph)
    declared = {row["x"].value for row in solutions(store, _DECLARED)}
    text = "".join(f"{s.n3()} {p.n3()} {o.n3()} .\n" for s, p, o in graph if _is_fact(s, p, o, declared))
    triples = list(ox.parse(text, format=ox.RdfFormat.N_TRIPLES))
    new = [t for t in triples if ox.Quad(t.subject, t.predicate, t.object) not in store]
    store.extend(_in_both_graphs(new))
    return Closure(0, len(new))


_DECLARED: Final = """
SELECT ?x { ?x a ?kind FILTER(?kind IN (owl:Class, owl:ObjectProperty, owl:DatatypeProperty) && isIRI(?x)) }"""


def _is_fact(subject: object, predicate: object, value: object, declared: Set[str]) -> bool:
    """Whether the property of a triple, or the class in an rdf:type triple, is declared in the ontology."""
    from rdflib import URIRef

    if not isinstance(subject, URIRef):
        return False
    return str(value if str(predicate) == TYPE else predicate) in declared


def _in_both_graphs(triples: Iterable[ox.Triple]) -> Iterable[ox.Quad]:
    inferred = ox.NamedNode(INFERRED)
    for t in triples:
        yield ox.Quad(t.subject, t.predicate, t.object)
        yield ox.Quad(t.subject, t.predicate, t.object, inferred)
