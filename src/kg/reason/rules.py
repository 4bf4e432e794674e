"""Rules: head ← body, one triple pattern and a list of triple patterns; and contradictions, which are rules without a head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kg.vocab import TYPE

TriplePattern = tuple[str, str, str]
"""subject, predicate, object; each is a variable (starts with ``?``) or a term in N-Triples form."""
Body = tuple[TriplePattern, ...]

TYPE_OF: Final = f"<{TYPE}>"
"""rdf:type in N-Triples form."""


@dataclass(frozen=True)
class Rule:
    """If the body holds, so does the head.

    Attributes:
        name: entry of the OWL 2 RL rule table, e.g. ``prp-spo2``.
        axiom: subject and predicate of the axiom's triple, to show the origin of the rule.
        head: the pattern of the conclusion.
        body: the patterns of the premises.
        guard: SPARQL FILTERs on the body, or empty.
    """

    name: str
    axiom: tuple[str, str]
    head: TriplePattern
    body: Body
    guard: str = ""

    @property
    def reads(self) -> frozenset[str]:
        """Keys of the body (see :func:`key`). The rule can have new conclusions only after triples of these were added."""
        return frozenset(key(p) for p in self.body)

    @property
    def writes(self) -> str:
        """Key of the head."""
        return key(self.head)


@dataclass(frozen=True)
class Contradiction:
    """If the body holds, the data contradicts the axiom.

    These are the entries of the table that conclude false, and those that conclude owl:sameAs: each thing has one name
    here, so two names are two things. The attributes are those of :class:`Rule`.
    """

    name: str
    axiom: tuple[str, str]
    body: Body
    guard: str = ""


def key(pattern: TriplePattern) -> str:
    """The index key of a pattern: the class for a type triple, else the predicate."""
    return pattern[2] if pattern[1] == TYPE_OF else pattern[1]
