"""Contradictions of the closure with the axioms: where the body of a :class:`kg.reason.rules.Contradiction` holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import pyoxigraph as ox

from kg.check.findings import Finding
from kg.reason.rules import Contradiction, Pattern
from kg.store.embedded import solutions
from kg.terms import Text, compact, lexical

_DISJOINT: Final = (
    "C01-disjoint",
    Text(
        "推理后同时属于两个互斥的类;检查它的边的方向与对象",
        "after reasoning it belongs to two disjoint classes; check the direction and object of its edges",
    ),
)
_TWO: Final = (
    "C05-two-for-one",
    Text(
        "只容一个之处有两个;若是同一事物,只留一个名称,否则去掉一个",
        "there are two where the axiom allows one; if they are one thing keep one name, else remove one",
    ),
)
_JOINED_TWICE: Final = (
    "C04-disjoint-properties",
    Text(
        "推理后两端由两个互斥的属性相连;去掉其中一条边",
        "after reasoning two disjoint properties join the same ends; remove one of the edges",
    ),
)
_DENIED: Final = (
    "C06-denied",
    Text(
        "推理后成立的,公理说不成立;去掉这条边,或改公理",
        "after reasoning it holds what the axiom denies; remove this edge or correct the axiom",
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
            "推理后与自身相关;检查这条边的两端", "after reasoning it is related to itself; check both ends of this edge"
        ),
    ),
    "prp-asyp": (
        "C03-asymmetric",
        Text(
            "推理后两个方向都有这条边;去掉反的一条",
            "after reasoning this edge is there in both directions; remove the wrong one",
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
            "推理后值不在要求的数据类型里;改正这个值",
            "after reasoning the value is not of the datatype asked for; correct it",
        ),
    ),
}
"""Entry of the rule table → code and message of a finding."""


def contradictions(store: ox.Store, axioms: Iterable[Contradiction]) -> list[Finding]:
    """A finding for each way in which the closed *store* contradicts *axioms*."""
    found = {frozenset((f.rule, f.focus, f.value, *f.involved)): f for one in axioms for f in _findings(store, one)}
    return list(found.values())


def _findings(store: ox.Store, axiom: Contradiction) -> Iterator[Finding]:
    code, message = _KINDS[axiom.name]
    where = " . ".join(" ".join(p) for p in axiom.body)
    names = sorted({part[1:] for p in axiom.body for part in p if part.startswith("?")})
    for row in solutions(store, f"SELECT DISTINCT * WHERE {{ {where} {axiom.guard} }}"):
        bound = {f"?{name}": row[name] for name in names}
        premises = [_filled(p, bound) for p in axiom.body]
        said = "; ".join(dict.fromkeys(" ".join(map(compact, p)) for p in premises))
        first, *rest = premises
        yield Finding(
            code,
            "Violation",
            first[0],
            Text(f"{message.zh}({said})", f"{message.en} ({said})"),
            path=first[1],
            value=first[2],
            involved=tuple(dict.fromkeys(end for p in rest for end in (p[0], p[2]) if end not in (first[0], first[2]))),
        )


def _filled(pattern: Pattern, bound: dict[str, object]) -> Pattern:
    """A pattern with IRIs and lexical forms for its terms."""
    subject, predicate, value = (lexical(bound[part]) if part in bound else _plain(part) for part in pattern)
    return subject, predicate, value


def _plain(term: str) -> str:
    return term[1:-1] if term.startswith("<") else term.rpartition('"')[0][1:]
