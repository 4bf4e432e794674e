"""Contradictions of the closure with the axioms: where the body of a :class:`kg.reason.rules.Contradiction` holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

import pyoxigraph as ox

from kg.check.findings import Finding
from kg.reason.proof import Prover, fill
from kg.reason.rules import TYPE_OF, Contradiction, TriplePattern
from kg.store.embedded import EmbeddedStore, solutions
from kg.terms import Text, compact

_DISJOINT: Final = (
    "C01-disjoint",
    Text(
        "由此推出两个互斥的类有同一成员;检查边的方向与对象",
        "from this it follows that two disjoint classes share a member; check the direction and object of the edge",
    ),
)
_TWO: Final = (
    "C05-two-for-one",
    Text(
        "由此推出只容一个之处有两个;若是同一事物,只留一个名称,否则去掉一个",
        "from this it follows that there are two where the axiom allows one; if they are one thing keep one name, else remove one",
    ),
)
_JOINED_TWICE: Final = (
    "C04-disjoint-properties",
    Text(
        "由此推出两个互斥的属性连着同样的两端;去掉其中一条边",
        "from this it follows that two disjoint properties join the same ends; remove one of the edges",
    ),
)
_DENIED: Final = (
    "C06-denied",
    Text(
        "由此推出公理所否定的;去掉这条边,或改公理",
        "from this follows what an axiom denies; remove the edge or correct the axiom",
    ),
)
_KINDS: Final = {
    "cax-dw": _DISJOINT,
    "cax-adc": _DISJOINT,
    "cls-com": _DISJOINT,
    "cls-nothing2": _DENIED,
    "cls-maxc1": _DENIED,
    "prp-npa1": _DENIED,
    "prp-irp": (
        "C02-irreflexive",
        Text(
            "由此推出某物与自身相关;检查这条边的两端",
            "from this it follows that something is related to itself; check both ends of the edge",
        ),
    ),
    "prp-asyp": (
        "C03-asymmetric",
        Text(
            "由此推出两个方向都有这条边;去掉反的一条",
            "from this it follows that an edge is there in both directions; remove the wrong one",
        ),
    ),
    "prp-pdw": _JOINED_TWICE,
    "prp-adp": _JOINED_TWICE,
    "prp-fp": _TWO,
    "prp-ifp": _TWO,
    "prp-key": _TWO,
    "cls-maxc2": _TWO,
    "dt-not-type": (
        "C07-datatype",
        Text(
            "由此推出值应属另一种数据类型;改正这个值",
            "from this it follows that the value should be of another datatype; correct it",
        ),
    ),
}
"""Entry of the rule table → code and message of a finding."""


_GROUNDS: Final = ("report", "background", "entities", "passages", "ontology")
"""Kinds of stated triples, the first the likeliest to be at fault: an edge rather than the class of its end."""


def contradictions(store: ox.Store, axioms: Iterable[Contradiction]) -> list[Finding]:
    """A finding for each way in which the closed *store* contradicts *axioms*, at a statement from which that follows."""
    prover = Prover(EmbeddedStore.of(store))
    found: dict[tuple[str, frozenset[TriplePattern]], tuple[Contradiction, tuple[TriplePattern, ...]]] = {}
    sizes = _sizes(store)
    for axiom in axioms:
        for premises in _instances(store, axiom, sizes):
            found.setdefault((axiom.name, frozenset(premises)), (axiom, premises))
    return [_finding(axiom, premises, prover) for axiom, premises in found.values()]


def _sizes(store: ox.Store) -> Counter[str]:
    """Class, as a pattern writes it → the number of its members."""
    rows = solutions(store, "SELECT ?class (COUNT(?x) AS ?size) WHERE { ?x a ?class } GROUP BY ?class")
    return Counter({str(row["class"]): int(row["size"].value) for row in rows})


def _instances(store: ox.Store, axiom: Contradiction, sizes: Counter[str]) -> Iterator[tuple[TriplePattern, ...]]:
    """The bodies of *axiom* that hold. Of two classes the engine looks through the one that is written first."""
    body = list(axiom.body)
    if all(predicate == TYPE_OF for _, predicate, _ in body):
        body.sort(key=lambda pattern: sizes[pattern[2]])
    where = " . ".join(" ".join(p) for p in body)
    names = {part[1:] for p in axiom.body for part in p if part.startswith("?")}
    if not names:
        if store.query(f"ASK {{ {where} }}"):
            yield axiom.body
        return
    for row in solutions(store, f"SELECT DISTINCT * WHERE {{ {where} {axiom.guard} }}"):
        yield tuple(fill(p, {f"?{name}": str(row[name]) for name in names}) for p in axiom.body)


def _finding(axiom: Contradiction, premises: tuple[TriplePattern, ...], prover: Prover) -> Finding:
    code, message = _KINDS[axiom.name]
    proofs = [proof for premise in premises for proof in prover.why(premise).proofs[:1]]
    leaves = [leaf for proof in proofs for leaf in proof.leaves if leaf.kind in _GROUNDS]
    leaves.sort(key=lambda leaf: _GROUNDS.index(leaf.kind))
    stated = tuple(dict.fromkeys(leaf.triple for leaf in leaves)) or premises
    focus, path, value = map(_text, stated[0])
    ends = dict.fromkeys(_text(end) for p in (*stated, *premises) for end in (p[0], p[2]) if end.startswith("<"))
    zh, en = ("", "") if set(stated) == set(premises) else (f";根据 {_told(stated)}", f"; from {_told(stated)}")
    return Finding(
        code,
        "Violation",
        focus,
        Text(f"{message.zh}({_told(premises)}{zh})", f"{message.en} ({_told(premises)}{en})"),
        path=path,
        value=value,
        involved=tuple(end for end in ends if end not in (focus, value)),
        graph=next(iter(leaves[0].passages), None) if leaves else None,
    )


def _told(triples: Iterable[TriplePattern]) -> str:
    return ", ".join(dict.fromkeys(" ".join(compact(_text(term)) for term in triple) for triple in triples))


def _text(term: str) -> str:
    """The IRI or the lexical form of a term in N-Triples form."""
    return term[1:-1] if term.startswith("<") else term[1:].rpartition('"')[0] or term
