"""Findings → the triples of a SHACL validation report, as they stand in ``g:audit`` and in ``--format ttl``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote

import pyoxigraph as ox

from kg.check.findings import Finding
from kg.terms import slug
from kg.vocab import BASE, DCTERMS, SH, SHAPE, TYPE

_SAFE: Final = ":/#?=&%~@!$'()*+,;"
"""What an IRI may hold beside letters; all else of a focus that is no IRI is escaped."""


def report_triples(findings: Iterable[Finding]) -> Iterator[ox.Triple]:
    """One ``sh:ValidationResult`` per finding; its IRI is made of rule, node and a running number.

    The nodes involved are ``dcterms:references``; the message stands in zh and en.
    """
    for node, finding in _named(findings):
        yield from _result(node, finding)


def whole_report(findings: Iterable[Finding]) -> Iterator[ox.Triple]:
    """The results as a ``sh:ValidationReport`` (SHACL 3.6.1), with the offending values and the kind of constraint."""
    told = list(findings)
    report = ox.BlankNode("report")
    conforms = ox.Literal(not any(f.severity == "Violation" for f in told))
    yield ox.Triple(report, ox.NamedNode(TYPE), ox.NamedNode(SH + "ValidationReport"))
    yield ox.Triple(report, ox.NamedNode(SH + "conforms"), conforms)
    for node, finding in _named(told):
        yield ox.Triple(report, ox.NamedNode(SH + "result"), node)
        yield from _result(node, finding)
        if finding.value:
            yield ox.Triple(node, ox.NamedNode(SH + "value"), _term(finding.value))
        if finding.component:
            yield _link(node, SH + "sourceConstraintComponent", SH + finding.component)


def _named(findings: Iterable[Finding]) -> Iterator[tuple[ox.NamedNode, Finding]]:
    seen: Counter[str] = Counter()
    for finding in findings:
        name = f"{finding.rule}-{quote(slug(finding.focus), safe=_SAFE)}"
        seen[name] += 1
        yield ox.NamedNode(f"{BASE}finding/{name}-{seen[name]}"), finding


def _result(node: ox.NamedNode, finding: Finding) -> Iterator[ox.Triple]:
    yield _link(node, TYPE, SH + "ValidationResult")
    yield _link(node, SH + "sourceShape", SHAPE + finding.rule)
    yield _link(node, SH + "resultSeverity", SH + finding.severity)
    yield ox.Triple(node, ox.NamedNode(SH + "focusNode"), _term(finding.focus))
    if finding.path:
        yield _link(node, SH + "resultPath", finding.path)
    for other in finding.involved:
        yield ox.Triple(node, ox.NamedNode(DCTERMS + "references"), _term(other))
    for lang, text in (("zh", finding.message.zh), ("en", finding.message.en)):
        yield ox.Triple(node, ox.NamedNode(SH + "resultMessage"), ox.Literal(text, language=lang))


def _term(value: str) -> ox.NamedNode | ox.Literal:
    """The IRI *value*; of what is none, for SHACL may look at any node, the literal."""
    try:
        return ox.NamedNode(value)
    except ValueError:
        return ox.Literal(value)


def _link(subject: ox.NamedNode, predicate: str, value: str) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(predicate), ox.NamedNode(value))
