"""Class counts and audit findings of the graph."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from kg.store.base import Store
from kg.terms import Text
from kg.vocab import PASSAGE, SH, SHAPE

_CLASSES = """
SELECT ?class (COUNT(DISTINCT ?x) AS ?n) WHERE { ?class a owl:Class . ?x a ?class FILTER EXISTS { ?class rdfs:label ?label } }
GROUP BY ?class ORDER BY DESC(?n) ?class"""
_AUDIT = """
SELECT ?finding ?rule ?severity ?focus ?message WHERE { GRAPH g:audit {
  ?finding sh:sourceShape ?rule ; sh:resultSeverity ?severity ; sh:focusNode ?focus ; sh:resultMessage ?message
} } ORDER BY ?finding ?message"""
_INVOLVED = (
    "SELECT ?finding ?other WHERE { GRAPH g:audit { ?finding dcterms:references ?other } } ORDER BY ?finding ?other"
)
_PASSAGES = """
SELECT DISTINCT ?finding ?passage WHERE {
  { GRAPH g:audit { ?finding sh:focusNode|dcterms:references ?x } ?x ivc:statedIn ?passage }
  UNION { GRAPH g:audit { ?finding sh:focusNode|dcterms:references ?x } ?o ivc:inBreakdown ?x ; ivc:statedIn ?passage }
  UNION { GRAPH g:audit { ?finding dcterms:references ?passage } ?passage a ivc:Passage }
} ORDER BY ?finding ?passage"""
_INDUSTRY = """  # as queries/audit-findings-of-industry.rq: ivc:concernsIndustry would add the figures of every part it shares
SELECT DISTINCT ?finding WHERE {{ GRAPH g:audit {{ ?finding sh:focusNode|dcterms:references ?x }}
  ?x (^ivc:inBreakdown)?/(ivc:about|(ivc:statedIn/ivc:contextIndustry)|ivc:contextIndustry)? <{iri}> }}"""
_SEVERITIES = ("Violation", "Warning", "Info")


@dataclass(frozen=True)
class AuditFinding:
    """One finding of the audit, read from ``g:audit``."""

    iri: str
    rule: str
    severity: str
    focus: str
    message: Text
    involved: tuple[str, ...]
    passages: tuple[str, ...]


def class_counts(store: Store) -> list[tuple[str, int]]:
    """IRI and number of instances in the closure of each class with a label, largest first."""
    return [(row["class"], row["n"]) for row in store.select(_CLASSES)]


def audit_findings(store: Store, industry: str | None = None) -> list[AuditFinding]:
    """Every audit finding, or those that concern the industry with this IRI; sorted by severity, rule and IRI."""
    selected = None
    if industry is not None:
        selected = {row["finding"] for row in store.select(_INDUSTRY.format(iri=industry))}
    texts: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
    for finding, rule, severity, focus, message in store.select(_AUDIT).rows:
        key = tuple(t.value for t in (finding, rule, severity, focus) if t is not None)
        texts[key][getattr(message, "language", "en")] = message.value if message else ""
    involved, passages = _pairs(store, _INVOLVED), _pairs(store, _PASSAGES)
    found = [
        AuditFinding(
            iri,
            rule.removeprefix(SHAPE),
            severity.removeprefix(SH),
            focus,
            Text(text.get("zh", ""), text.get("en", "")),
            tuple(o for o in involved[iri] if not o.startswith(PASSAGE)),
            tuple(passages[iri]),
        )
        for (iri, rule, severity, focus), text in texts.items()
        if selected is None or iri in selected
    ]
    return sorted(found, key=lambda f: (_SEVERITIES.index(f.severity), f.rule, f.iri))


def _pairs(store: Store, query: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for one, other in store.select(query).rows:
        if one is not None and other is not None:
            found[one.value].append(other.value)
    return found
