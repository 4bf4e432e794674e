"""The audit: where the report disagrees with itself. Shapes find it; nothing is repaired."""

from __future__ import annotations

import pyoxigraph as ox

from kg.check.findings import Finding, order
from kg.check.report import report_triples
from kg.check.shapes import Shapes
from kg.vocab import AUDIT, LABEL


def audit(store: ox.Store, shapes: Shapes) -> list[Finding]:
    """Every audit finding on the closed default graph of *store*, in reading order."""
    return order(shapes.run(store))


def write_audit(store: ox.Store, findings: list[Finding], shapes: Shapes) -> None:
    """Put *findings*, and what their rules and severities are called, into ``g:audit``, where queries and pages read them."""
    graph = ox.NamedNode(AUDIT)
    store.extend(ox.Quad(t.subject, t.predicate, t.object, graph) for t in report_triples(findings))
    named = ((ox.NamedNode(i), ox.NamedNode(LABEL), ox.Literal(words, language=tag)) for i, tag, words in shapes.labels)
    store.extend(ox.Quad(*triple, graph) for triple in named)
