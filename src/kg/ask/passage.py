"""One passage: where it stands, what it states, and the audit's findings that touch it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final, NamedTuple

from kg.ask.entity import Claim, Entity, claims
from kg.ask.names import Names
from kg.ask.overview import AuditFinding, audit_findings
from kg.store.base import Store
from kg.store.values import Term
from kg.terms import iri

_PLACE: Final = """
SELECT ?document ?industry WHERE {{
  <{iri}> ivc:fromDocument ?document OPTIONAL {{ <{iri}> ivc:contextIndustry ?industry }} }} ORDER BY ?industry LIMIT 1"""
_IN_ORDER: Final = """
SELECT ?passage ?section WHERE {{
  ?passage ivc:fromDocument <{document}> ; ivc:sectionPath ?section ; oa:hasSelector ?at . ?at oa:start ?start }} ORDER BY ?start"""
_ABOUT: Final = """
SELECT ?claim ?thing WHERE {{ ?claim ivc:statedIn <{iri}> ; ivc:about ?thing }} ORDER BY ?claim ?thing"""


@dataclass(frozen=True)
class PassageDetails:
    """A passage.

    Attributes:
        entity: what the graph says of it as of any node; it has a ``span``.
        document: IRI of its document.
        industry: IRI of the industry that its section is about; None if there is none.
        number, count: its number among the passages of its section, from 1, and how many they are.
        before, after: the neighbouring passages of the document; None at its ends.
        inside: whether *before* and *after* are of the same section.
        statements: the triples that it states of things, in the order of the subjects.
        claims: its figures and other claims.
        about: claim → the things that it is about.
        findings: the audit's findings that touch it or what it states.
    """

    entity: Entity
    document: str
    industry: str | None
    number: int
    count: int
    before: str | None
    after: str | None
    inside: tuple[bool, bool]
    statements: tuple[tuple[Term | None, ...], ...]
    claims: tuple[Claim, ...]
    about: dict[str, tuple[str, ...]]
    findings: tuple[AuditFinding, ...]

    @property
    def figures(self) -> tuple[Claim, ...]:
        """The claims with a number."""
        return tuple(claim for claim in self.claims if claim.value is not None)

    @property
    def sayings(self) -> tuple[Claim, ...]:
        """The claims without a number."""
        return tuple(claim for claim in self.claims if claim.value is None)


class DocumentSection(NamedTuple):
    """A section of a document: its headings from the outermost on, and the IRIs of its own passages."""

    path: tuple[str, ...]
    passages: tuple[str, ...]


def contents(store: Store, document: str) -> list[DocumentSection]:
    """The sections of a document that have passages of their own, in the order in which they begin."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in store.select(_IN_ORDER.format(document=document)):
        found[row["section"]].append(row["passage"])
    return [DocumentSection(tuple(path.split("/")), tuple(passages)) for path, passages in found.items()]


def passage(store: Store, names: Names, found: Entity) -> PassageDetails:
    """The passage *found*, which has a span."""
    own = found.thing.iri
    ((document, industry),) = (map(iri, row) for row in store.select(_PLACE.format(iri=own)).rows)
    row = [(str(r["passage"]), str(r["section"])) for r in store.select(_IN_ORDER.format(document=document))]
    at = next(n for n, (node, _) in enumerate(row) if node == own)
    section = [node for node, path in row if path == row[at][1]]
    before, after = row[at - 1] if at else None, row[at + 1] if at + 1 < len(row) else None
    about: dict[str, list[str]] = defaultdict(list)
    for claim, thing in store.select(_ABOUT.format(iri=own)).rows:
        about[iri(claim)].append(iri(thing))
    return PassageDetails(
        entity=found,
        document=document,
        industry=industry or None,
        number=section.index(own) + 1,
        count=len(section),
        before=before and before[0],
        after=after and after[0],
        inside=(before is not None and before[0] in section, after is not None and after[0] in section),
        statements=tuple(triple for triple in found.states if not names.is_claim(iri(triple[0]))),
        claims=tuple(claims(store, f"?claim ivc:statedIn <{own}>")),
        about={claim: tuple(things) for claim, things in about.items()},
        findings=tuple(f for f in audit_findings(store) if own in (*f.passages, f.focus)),
    )
