"""What an analyst looks for beside the chain of an industry: main figures, regions, and the audit's findings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kg.ask.chain import Chain, Cited, appearing
from kg.ask.entity import Claim, entity
from kg.ask.names import Names
from kg.ask.overview import AuditFinding, audit_findings
from kg.store.base import Store
from kg.terms import Text

FEW: Final = 6
"""Most main figures."""
# A country, or all abroad, lies in no other region and is what the figures are of.
_PLACES: Final = "ivc:Region ; ivc:regionWithin ?wider"
_USUAL: Final = """
SELECT ?indicator (COUNT(DISTINCT ?industry) AS ?n) WHERE {
  ?industry a ivc:Industry . ?figure ivc:about ?industry ; ivc:indicator ?indicator } GROUP BY ?indicator"""


@dataclass(frozen=True)
class Remark:
    """What the audit found, once for all the things of which it found the same.

    Attributes:
        rule: local name of the rule's shape.
        severity: ``Violation``, ``Warning`` or ``Info``.
        message: what is wrong.
        findings: the findings with this rule and message.
    """

    rule: str
    severity: str
    message: Text
    findings: tuple[AuditFinding, ...]


@dataclass(frozen=True)
class Profile:
    """What stands beside the chain of an industry.

    Attributes:
        figures: its main figures: those about itself, by the indicators that most industries have.
        others: how many figures about it there are besides.
        regions: the places that appear in it.
        remarks: the audit's findings that concern it; the most severe first.
        marks: IRI of a thing, figure or passage → numbers of the remarks that touch it, from 1.
    """

    figures: tuple[Claim, ...]
    others: int
    regions: tuple[Cited, ...]
    remarks: tuple[Remark, ...]
    marks: Mapping[str, Sequence[int]]

    @property
    def found(self) -> int:
        """How many findings the remarks stand for: the number that every list of findings has."""
        return sum(len(remark.findings) for remark in self.remarks)


def profile(store: Store, names: Names, chain: Chain) -> Profile:
    """The profile of the industry of *chain*."""
    figures = _figures(store, names, chain.industry)
    remarks = _remarks(audit_findings(store, chain.industry))
    marks: dict[str, list[int]] = defaultdict(list)
    for number, remark in enumerate(remarks, 1):
        for iri in dict.fromkeys(iri for found in remark.findings for iri in (found.focus, *found.involved)):
            marks[iri].append(number)
    return Profile(
        figures[:FEW],
        len(figures[FEW:]),
        appearing(store, chain.industry, _PLACES),
        remarks,
        dict(marks),
    )


def _figures(store: Store, names: Names, industry: str) -> tuple[Claim, ...]:
    """The figures about the industry itself; the indicators that most industries have come first."""
    usual = {row["indicator"]: row["n"] for row in store.select(_USUAL)}
    found = entity(store, names, names.thing(industry)).figures
    return tuple(sorted(found, key=lambda claim: -usual.get(claim.indicator, 0)))


def _remarks(findings: Sequence[AuditFinding]) -> tuple[Remark, ...]:
    alike: dict[tuple[str, Text], list[AuditFinding]] = defaultdict(list)
    for finding in findings:
        alike[finding.rule, finding.message].append(finding)
    return tuple(Remark(rule, same[0].severity, message, tuple(same)) for (rule, message), same in alike.items())
