"""Explains why a triple holds, by a proof from stated triples; or which premises are missing.

A stated triple is a leaf of a proof. For any other triple, the search collects the premises of every rule that
concludes it, then their premises, and so on. Then it finds the smallest proof of each triple with Knuth's generalisation
of Dijkstra's algorithm (D. E. Knuth, Inf. Proc. Letters 6(1), 1977). A proof costs one more than the proofs of its
premises together, so no proof is circular.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush
from itertools import count

import pyoxigraph as ox

from kg import vocab
from kg.reason.axioms import compile_rules
from kg.reason.rules import TYPE_OF, Rule, TriplePattern, key
from kg.store.base import Store

_KINDS = {
    vocab.BACKGROUND: "background",
    vocab.LINKS: "background",
    vocab.ENTITIES: "entities",
    vocab.PASSAGES: "passages",
    vocab.ONTOLOGY: "ontology",
}
_OF_GRAPHS = frozenset(f"<{vocab.IVC}{name}>" for name in ("statedIn", "namedIn"))
"""Properties that the build writes from the graph in which a statement stands."""
_MOST_MISSING = 5
_VARIABLE = re.compile(r"\?\w+")


@dataclass(frozen=True)
class Step:
    """An instance of a rule: the rule and its body with all variables bound."""

    rule: Rule
    premises: tuple[TriplePattern, ...]


@dataclass(frozen=True)
class Proof:
    """A proof of a triple.

    Attributes:
        triple: subject, predicate, object in N-Triples form.
        kind: ``report`` (a passage states it), ``background``, ``entities``, ``passages``, ``ontology``,
            ``graph`` (an ``ivc:statedIn`` or ``ivc:namedIn`` triple), or ``rule``.
        passages: IRIs of the passages that state it.
        rule: the rule of the last step, None on a leaf.
        premises: proofs of the rule's premises.
    """

    triple: TriplePattern
    kind: str
    passages: tuple[str, ...] = ()
    rule: Rule | None = None
    premises: tuple[Proof, ...] = ()

    @property
    def size(self) -> int:
        """Triples in the proof, itself included."""
        return 1 + sum(p.size for p in self.premises)

    @property
    def leaves(self) -> tuple[Proof, ...]:
        """The stated triples that it rests on."""
        return tuple(leaf for p in self.premises for leaf in p.leaves) if self.rule else (self,)


@dataclass(frozen=True)
class Missing:
    """A rule that would conclude the triple if one more premise held.

    Attributes:
        rule: the rule.
        present: its other premises, as they hold (in the first of the ways, by IRI).
        lacking: the premise that does not.
        ways: in how many ways the other premises hold.
    """

    rule: Rule
    present: tuple[TriplePattern, ...]
    lacking: TriplePattern
    ways: int


@dataclass(frozen=True)
class Why:
    """The explanation of a triple: its proofs, shortest first, if it holds; else the premises that are missing."""

    triple: TriplePattern
    holds: bool
    proofs: tuple[Proof, ...] = ()
    missing: tuple[Missing, ...] = ()


class Prover:
    """Finds proofs on one store; caches its results for later triples."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._leaves: dict[TriplePattern, Proof | None] = {}
        self._steps: dict[TriplePattern, tuple[Step, ...]] = {}
        self._best: dict[TriplePattern, Proof] = {}

    @cached_property
    def _rules(self) -> dict[str, list[Rule]]:
        """Rules by the key of their head (:func:`kg.reason.rules.key`)."""
        rows = self._store.select(f"SELECT ?s ?p ?o WHERE {{ GRAPH <{vocab.ONTOLOGY}> {{ ?s ?p ?o }} }}").rows
        found: dict[str, list[Rule]] = {}
        for rule in compile_rules(ox.Quad(s, p, o) for s, p, o in rows):  # type: ignore[arg-type]
            found.setdefault(key(rule.head), []).append(rule)
        return found

    def why(self, triple: TriplePattern) -> Why:
        """The shortest proof of *triple* for each possible last step; the missing premises if it does not hold."""
        leaf = self._leaf(triple)
        if leaf is None and not self._holds(triple):
            return Why(triple, False, missing=tuple(self._missing(triple)))
        self._explore(triple)
        proofs = [leaf] if leaf else []
        for step in self._last_steps(triple):
            premises = [self._best.get(p) for p in step.premises]
            whole = tuple(p for p in premises if p is not None)
            if len(whole) == len(premises) and not any(_rests_on(p, triple) for p in whole):
                proofs.append(Proof(triple, "rule", rule=step.rule, premises=whole))
        return Why(triple, True, tuple(sorted(proofs, key=lambda p: (p.size, str(p)))))

    def _last_steps(self, triple: TriplePattern) -> tuple[Step, ...]:
        """The steps that conclude *triple*. :meth:`_explore` stops at a stated triple, so its steps are found here."""
        if triple not in self._steps:
            self._steps[triple] = steps = tuple(self._conclusions(triple))
            for premise in {p for s in steps for p in s.premises if p != triple}:
                self._explore(premise)
        return self._steps[triple]

    # -- the search -----------------------------------------------------------------------------------

    def _explore(self, goal: TriplePattern) -> None:
        """Find the smallest proof of *goal* and of every triple that may occur in a proof of it."""
        todo, seen = [goal], {goal}
        while todo:
            triple = todo.pop()
            if triple in self._best or self._leaf(triple):
                continue
            if triple not in self._steps:
                self._steps[triple] = tuple(self._conclusions(triple))
            new = {p for step in self._steps[triple] for p in step.premises} - seen
            seen |= new
            todo += new
        self._settle(seen)

    def _settle(self, triples: set[TriplePattern]) -> None:
        """Knuth's algorithm: settle triples in the order of the size of their smallest proof.

        The last step decides between proofs of one size, so that a proof depends neither on earlier calls nor on the
        order in which the store answers.
        """
        order = count()
        heap: list[tuple[int, TriplePattern, list[tuple[str, ...]], int, Proof]] = []
        waiting: dict[TriplePattern, list[tuple[TriplePattern, Step]]] = {}
        for triple in sorted(triples):
            proof = self._best.get(triple) or self._leaf(triple)
            if proof:
                heappush(heap, (proof.size, triple, [], next(order), proof))
                continue
            for step in self._steps[triple]:
                for premise in step.premises:
                    waiting.setdefault(premise, []).append((triple, step))
        done: set[TriplePattern] = set()
        while heap:
            _, triple, _, _, proof = heappop(heap)
            if triple in done:
                continue
            done.add(triple)
            self._best[triple] = proof
            for goal, step in waiting.get(triple, ()):
                if goal not in done and done.issuperset(step.premises):
                    made = Proof(goal, "rule", rule=step.rule, premises=tuple(self._best[p] for p in step.premises))
                    heappush(heap, (made.size, goal, [step.rule.axiom, *step.premises], next(order), made))

    def _conclusions(self, triple: TriplePattern) -> Iterator[Step]:
        """Every rule instance that concludes *triple* from triples that hold."""
        for rule, body, guard in self._unified(triple):
            seen = set()
            for bound in self._solutions(body, guard):
                premises = tuple(fill(p, bound) for p in body)
                if triple not in premises and premises not in seen:
                    seen.add(premises)
                    yield Step(rule, premises)

    def _unified(self, triple: TriplePattern) -> Iterator[tuple[Rule, tuple[TriplePattern, ...], str]]:
        """The rules whose head unifies with *triple*, each with its body and guard after the substitution."""
        for rule in self._rules.get(key(triple), ()):
            bound = _match(rule.head, triple)
            if bound is not None:
                guard = _VARIABLE.sub(lambda found: bound.get(found[0], found[0]), rule.guard)  # noqa: B023
                yield rule, tuple(fill(p, bound) for p in rule.body), guard

    def _solutions(self, body: Sequence[TriplePattern], guard: str = "") -> Iterator[dict[str, str]]:
        if not _variables(body):
            if all(self._holds(p) for p in body):
                yield {}
            return
        patterns = " . ".join(" ".join(p) for p in body)
        table = self._store.select(f"SELECT DISTINCT * WHERE {{ {patterns} {guard} }}")
        for row in table.rows:
            yield {f"?{name}": str(term) for name, term in zip(table.columns, row, strict=True) if term is not None}

    # -- leaves ---------------------------------------------------------------------------------------

    def _leaf(self, triple: TriplePattern) -> Proof | None:
        """The proof of *triple* by a statement of it; None if it is not stated."""
        if triple not in self._leaves:
            self._leaves[triple] = self._stated(triple)
        return self._leaves[triple]

    def _stated(self, triple: TriplePattern) -> Proof | None:
        if triple[0].startswith('"'):
            return None
        rows = self._store.select(f"SELECT ?g WHERE {{ GRAPH ?g {{ {' '.join(triple)} }} }} ORDER BY ?g")
        graphs = [row["g"] for row in rows]
        passages = tuple(g for g in graphs if g.startswith(vocab.PASSAGE))
        if passages:
            return Proof(triple, "report", passages)
        if triple[1] in _OF_GRAPHS and graphs:
            return Proof(triple, "graph", (triple[2].strip("<>"),))
        kinds = [_KINDS[g] for g in graphs if g in _KINDS]
        return Proof(triple, kinds[0]) if kinds else None

    def _holds(self, triple: TriplePattern) -> bool:
        return bool(self._store.query(f"ASK {{ {' '.join(triple)} }}"))

    # -- what is missing ------------------------------------------------------------------------------

    def _missing(self, triple: TriplePattern) -> list[Missing]:
        """The rules nearest to concluding *triple*, each one premise short; those with most premises present first."""
        near = [m for rule, body, _ in self._unified(triple) for m in self._short_by_one(triple, rule, body)]
        return sorted(near, key=lambda m: (-len(m.present), m.rule.axiom, m.lacking))[:_MOST_MISSING]

    def _short_by_one(self, triple: TriplePattern, rule: Rule, body: tuple[TriplePattern, ...]) -> Iterator[Missing]:
        for n, lacking in enumerate(body):
            rest = body[:n] + body[n + 1 :]
            types = [p for p in self._fitting(lacking) if p != triple and (rest or not _variables([p]))]
            if any(p[0].startswith('"') for p in types):
                continue
            if ways := sorted(self._solutions((*rest, *types)), key=lambda bound: sorted(bound.items())):
                yield Missing(rule, tuple(fill(p, ways[0]) for p in rest), fill(lacking, ways[0]), len(ways))

    def _fitting(self, lacking: TriplePattern) -> Iterator[TriplePattern]:
        """The classes that domain and range ask of the two ends of *lacking*."""
        for rule in (r for rules in self._rules.values() for r in rules if r.name in ("prp-dom", "prp-rng")):
            if len(rule.body) == 1 and rule.head[1] == TYPE_OF and rule.body[0][1] == lacking[1]:
                yield lacking[rule.body[0].index(rule.head[0])], TYPE_OF, rule.head[2]


def _match(pattern: TriplePattern, triple: TriplePattern) -> dict[str, str] | None:
    """The bindings with which *pattern* equals *triple*; None if there are none."""
    bound: dict[str, str] = {}
    for part, term in zip(pattern, triple, strict=True):
        if bound.setdefault(part, term) != term if part.startswith("?") else part != term:
            return None
    return bound


def fill(pattern: TriplePattern, bound: dict[str, str]) -> TriplePattern:
    """*pattern* with its variables replaced by what they are bound to."""
    subject, predicate, value = (bound.get(part, part) for part in pattern)
    return subject, predicate, value


def _variables(patterns: Sequence[TriplePattern]) -> set[str]:
    return {part for p in patterns for part in p if part.startswith("?")}


def _rests_on(proof: Proof, triple: TriplePattern) -> bool:
    return proof.triple == triple or any(_rests_on(p, triple) for p in proof.premises)
