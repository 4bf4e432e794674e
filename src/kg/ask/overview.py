"""Class counts and audit findings of the graph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from kg.check.findings import SEVERITIES
from kg.store.base import Store
from kg.terms import Text, language, lexical
from kg.vocab import PASSAGE, SH, SHAPE, WORKING

_CLASSES = """
SELECT ?class (COUNT(DISTINCT ?x) AS ?n) WHERE { ?class a owl:Class . ?x a ?class FILTER EXISTS { ?class rdfs:label ?label } }
GROUP BY ?class ORDER BY DESC(?n) ?class"""
_AUDIT = """
SELECT ?finding ?rule ?severity ?focus ?text ?words WHERE { GRAPH g:audit {
  ?finding sh:sourceShape ?rule ; sh:resultSeverity ?severity ; sh:focusNode ?focus ; ?text ?words
  FILTER(?text IN (sh:resultMessage, ivc:working))
} } ORDER BY ?finding ?words"""
_INVOLVED = (
    "SELECT ?finding ?other WHERE { GRAPH g:audit { ?finding dcterms:references ?other } } ORDER BY ?finding ?other"
)
_PASSAGES = """
SELECT DISTINCT ?finding ?passage WHERE {
  { GRAPH g:audit { ?finding sh:focusNode|dcterms:references ?x } ?x ivc:statedIn ?passage }
  UNION { GRAPH g:audit { ?finding sh:focusNode|dcterms:references ?x } ?o ivc:inBreakdown ?x ; ivc:statedIn ?passage }
  UNION { GRAPH g:audit { ?finding dcterms:references ?passage } ?passage a ivc:Passage }
} ORDER BY ?finding ?passage"""
_INDUSTRIES = """  # as queries/audit-findings-of-industry.rq: ivc:concernsIndustry would add the figures of every part it shares
SELECT DISTINCT ?finding ?industry WHERE { GRAPH g:audit { ?finding sh:focusNode|dcterms:references ?x }
  ?x (^ivc:inBreakdown)?/(ivc:about|(ivc:statedIn/ivc:contextIndustry)|ivc:contextIndustry)? ?industry .
  ?industry a ivc:Industry } ORDER BY ?finding ?industry"""
_MESSAGE = SH + "resultMessage"


@dataclass(frozen=True)
class AuditFinding:
    """One finding of the audit, read from ``g:audit``.

    Attributes:
        iri: its IRI.
        rule: name of the rule, such as ``A01-cagr``.
        severity: ``Warning`` or ``Info``.
        focus: IRI of the thing, figure or passage that is concerned first.
        message: what is wrong.
        involved: IRIs of the others concerned.
        passages: the passages that state what contradicts itself, or lack something.
        industries: IRIs of the industries that it concerns.
        working: the arithmetic behind it, a step in each line; empty where there is none.
    """

    iri: str
    rule: str
    severity: str
    focus: str
    message: Text
    involved: tuple[str, ...]
    passages: tuple[str, ...]
    industries: tuple[str, ...] = ()
    working: Text = field(default=Text("", ""))


def class_counts(store: Store) -> list[tuple[str, int]]:
    """IRI and number of instances in the closure of each class with a label, largest first."""
    return [(row["class"], row["n"]) for row in store.select(_CLASSES)]


def audit_findings(store: Store, industry: str | None = None) -> list[AuditFinding]:
    """Every audit finding, or those that concern the industry with this IRI; sorted by severity, rule and IRI."""
    texts: dict[tuple[str, ...], dict[tuple[str, str], str]] = defaultdict(dict)
    for finding, rule, severity, focus, text, words in store.select(_AUDIT).rows:
        key = tuple(t.value for t in (finding, rule, severity, focus) if t is not None)
        texts[key][lexical(text), language(words) or "en"] = lexical(words)
    involved, passages, industries = (_pairs(store, query) for query in (_INVOLVED, _PASSAGES, _INDUSTRIES))
    found = [
        AuditFinding(
            iri,
            rule.removeprefix(SHAPE),
            severity.removeprefix(SH),
            focus,
            Text(text.get((_MESSAGE, "zh"), ""), text.get((_MESSAGE, "en"), "")),
            tuple(o for o in involved[iri] if not o.startswith(PASSAGE)),
            tuple(passages[iri]),
            tuple(industries[iri]),
            Text(text.get((WORKING, "zh"), ""), text.get((WORKING, "en"), "")),
        )
        for (iri, rule, severity, focus), text in texts.items()
        if industry is None or industry in industries[iri]
    ]
    return sorted(found, key=lambda f: (SEVERITIES.index(f.severity), f.rule, f.iri))


def by_node(findings: Iterable[AuditFinding]) -> dict[str, list[AuditFinding]]:
    """IRI of a thing, figure or passage → the findings that concern it."""
    found: dict[str, list[AuditFinding]] = defaultdict(list)
    for finding in findings:
        for iri in dict.fromkeys((finding.focus, *finding.involved)):
            found[iri].append(finding)
    return dict(found)


def _pairs(store: Store, query: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for one, other in store.select(query).rows:
        if one is not None and other is not None:
            found[one.value].append(other.value)
    return found
