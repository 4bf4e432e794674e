"""Converts findings to the triples of a SHACL validation report, for ``g:audit`` and for ``--format ttl``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote

import pyoxigraph as ox

from kg.check.findings import Finding
from kg.terms import slug
from kg.vocab import BASE, DCTERMS, SH, SHAPE, TYPE, WORKING

_SAFE: Final = ":/#?=&%~@!$'()*+,;"
"""Characters, besides letters and digits, that are kept when a focus node becomes part of an IRI; others are escaped."""


def report_triples(findings: Iterable[Finding]) -> Iterator[ox.Triple]:
    """One ``sh:ValidationResult`` per finding. Its IRI consists of the rule, the focus node and a number.

    ``dcterms:references`` gives the other nodes concerned. The message is in zh and en.
    """
    for node, finding in _named(findings):
        yield from _result(node, finding)


def whole_report(findings: Iterable[Finding]) -> Iterator[ox.Triple]:
    """A ``sh:ValidationReport`` (SHACL 3.6.1) with all results, their values and their constraint components."""
    results = list(findings)
    report = ox.BlankNode("report")
    conforms = ox.Literal(not any(f.severity == "Violation" for f in results))
    yield ox.Triple(report, ox.NamedNode(TYPE), ox.NamedNode(SH + "ValidationReport"))
    yield ox.Triple(report, ox.NamedNode(SH + "conforms"), conforms)
    for node, finding in _named(results):
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
    for key, texts in ((SH + "resultMessage", finding.message), (WORKING, finding.working)):
        for lang, text in texts.plain().items():
            if text:
                yield ox.Triple(node, ox.NamedNode(key), ox.Literal(text, language=lang))


def _term(value: str) -> ox.NamedNode | ox.Literal:
    """*value* as an IRI if it is one, else as a literal: in SHACL, a focus node can be a literal."""
    try:
        return ox.NamedNode(value)
    except ValueError:
        return ox.Literal(value)


def _link(subject: ox.NamedNode, predicate: str, value: str) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(predicate), ox.NamedNode(value))
