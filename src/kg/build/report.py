"""Findings → the triples of a SHACL validation report, as they stand in ``g:audit`` and in ``--format ttl``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from kg.build.findings import Finding
from kg.terms import slug
from kg.vocab import BASE, DCTERMS, SH, SHAPE, TYPE


def report_triples(findings: Iterable[Finding]) -> Iterator[ox.Triple]:
    """One ``sh:ValidationResult`` per finding; its IRI is made of rule, node and a running number.

    The nodes involved are ``dcterms:references``; the message stands in zh and en.
    """
    seen: Counter[str] = Counter()
    for finding in findings:
        name = f"{finding.rule}-{slug(finding.focus)}"
        seen[name] += 1
        node = ox.NamedNode(f"{BASE}finding/{name}-{seen[name]}")
        yield _link(node, TYPE, SH + "ValidationResult")
        yield _link(node, SH + "sourceShape", SHAPE + finding.rule)
        yield _link(node, SH + "resultSeverity", SH + finding.severity)
        yield _link(node, SH + "focusNode", finding.focus)
        if finding.path:
            yield _link(node, SH + "resultPath", finding.path)
        for other in finding.involved:
            yield _link(node, DCTERMS + "references", other)
        for lang, text in (("zh", finding.message.zh), ("en", finding.message.en)):
            yield ox.Triple(node, ox.NamedNode(SH + "resultMessage"), ox.Literal(text, language=lang))


def _link(subject: ox.NamedNode, predicate: str, value: str) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(predicate), ox.NamedNode(value))
