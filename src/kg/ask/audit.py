"""The audit's findings by severity, rule and industry, counted for each choice; and the figures in which they lie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kg.ask.entity import Claim, claims
from kg.ask.names import Names
from kg.ask.overview import AuditFinding, audit_findings
from kg.check.findings import SEVERITIES
from kg.errors import UsageProblem
from kg.store.base import Store
from kg.terms import Text, fold, listed
from kg.vocab import SH, SHAPE

_RULES: Final = """
SELECT DISTINCT ?rule WHERE { GRAPH g:audit { ?rule rdfs:label ?label } FILTER(!STRSTARTS(STR(?rule), STR(sh:))) } ORDER BY ?rule"""


@dataclass(frozen=True)
class Filters:
    """Which findings are wanted; None is no restriction.

    Attributes:
        severity: ``Warning`` or ``Info``.
        rule: name of a rule, such as ``A01-cagr``.
        industry: IRI of an industry that a finding concerns.
    """

    severity: str | None = None
    rule: str | None = None
    industry: str | None = None

    def fit(self, finding: AuditFinding) -> bool:
        """Whether *finding* is wanted."""
        return (
            self.severity in (None, finding.severity)
            and self.rule in (None, finding.rule)
            and (self.industry is None or self.industry in finding.industries)
        )


_VALUES: Final[Mapping[str, Callable[[AuditFinding], Iterable[str]]]] = {
    "severity": lambda finding: (finding.severity,),
    "rule": lambda finding: (finding.rule,),
    "industry": lambda finding: finding.industries,
}
"""Filter → the values of a finding by which it is chosen."""


@dataclass(frozen=True)
class Audit:
    """The findings that were asked for.

    Attributes:
        filters: what was asked for.
        findings: warnings first, then by rule.
        total: how many findings there are without any filter.
        counts: filter → how many findings each of its values has, with the other filters as they are.
        figures: IRI of each figure in which one of the findings lies → its data.
    """

    filters: Filters
    findings: tuple[AuditFinding, ...]
    total: int
    counts: Mapping[str, Mapping[str, int]]
    figures: Mapping[str, Claim]

    def figures_of(self, finding: AuditFinding) -> list[Claim]:
        """The figures in which *finding* lies, its focus first."""
        return _of(finding, self.figures)


def audit(store: Store, filters: Filters) -> Audit:
    """The findings that *filters* want, with the counts for every choice."""
    every = audit_findings(store)
    found = tuple(filter(filters.fit, every))
    return Audit(
        filters=filters,
        findings=found,
        total=len(every),
        counts={name: _counts(every, filters, name) for name in _VALUES},
        figures=_figures(store, found),
    )


def figures_of(store: Store, finding: AuditFinding) -> list[Claim]:
    """The figures in which *finding* lies, its focus first."""
    return _of(finding, _figures(store, [finding]))


def _of(finding: AuditFinding, figures: Mapping[str, Claim]) -> list[Claim]:
    return [figures[node] for node in (finding.focus, *finding.involved) if node in figures]


def _figures(store: Store, findings: Iterable[AuditFinding]) -> dict[str, Claim]:
    nodes = dict.fromkeys(node for finding in findings for node in (finding.focus, *finding.involved))
    listed_nodes = " ".join(f"<{node}>" for node in nodes)
    return {claim.iri: claim for claim in claims(store, f"VALUES ?claim {{ {listed_nodes} }} ?claim ivc:value ?any")}


def _counts(every: Sequence[AuditFinding], filters: Filters, name: str) -> dict[str, int]:
    others = replace(filters, **{name: None})
    counted = Counter(value for finding in filter(others.fit, every) for value in _VALUES[name](finding))
    return dict(
        sorted(counted.items(), key=lambda item: (SEVERITIES.index(item[0]) if name == "severity" else 0, item[0]))
    )


def read_filters(
    store: Store, names: Names, severity: str | None = None, rule: str | None = None, industry: str | None = None
) -> Filters:
    """The filters that a user wrote; None and the empty text are no restriction.

    Args:
        store: the store.
        names: the lookup table.
        severity: ``Warning`` or ``Info``, or its label.
        rule: name of a rule (``A01-cagr``), its beginning before the hyphen (``A01``), or its label.
        industry: any name of an industry.

    Raises:
        UsageProblem: there is no such severity or rule. NotFound: there is no such industry.
    """
    return Filters(
        _named(names, severity, {s: SH + s for s in SEVERITIES[1:]}, Text("级别", "severity")) if severity else None,
        _named(names, rule, _rules(store), Text("核查规则", "audit rule")) if rule else None,
        names.resolve(industry, "Industry").iri if industry else None,
    )


def _rules(store: Store) -> dict[str, str]:
    """Name → IRI of every rule of the audit."""
    return {str(row["rule"]).removeprefix(SHAPE): str(row["rule"]) for row in store.select(_RULES)}


def _named(names: Names, text: str, known: Mapping[str, str], what: Text) -> str:
    """The one of *known* (name → IRI) that *text* names."""
    for name, iri in known.items():
        label = names.text(iri)
        if fold(text) in {fold(word) for word in (name, name.partition("-")[0], label.zh, label.en)}:
            return name
    words = listed(
        Text(f"{name}({names.text(iri).zh})", f"{name} ({names.text(iri).en})") for name, iri in known.items()
    )
    raise UsageProblem(
        Text(f"没有{what.zh}“{text}”", f"there is no {what.en} “{text}”"),
        hint=Text(f"可选:{words.zh}", f"one of: {words.en}"),
    )
