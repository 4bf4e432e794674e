"""The audit: shapes that find contradictions within the documents. The contradictions are reported, not repaired."""

from __future__ import annotations

import pyoxigraph as ox

from kg.check.findings import Finding, order
from kg.check.report import report_triples
from kg.check.shapes import Shapes
from kg.vocab import AUDIT, LABEL


def audit(store: ox.Store, shapes: Shapes) -> list[Finding]:
    """Every audit finding on the default graph of *store*, which must be closed; sorted by :func:`order`."""
    return order(shapes.run(store))


def write_audit(store: ox.Store, findings: list[Finding], shapes: Shapes) -> None:
    """Write *findings*, and the labels of their rules and severities, into the graph ``g:audit``."""
    graph = ox.NamedNode(AUDIT)
    store.extend(ox.Quad(t.subject, t.predicate, t.object, graph) for t in report_triples(findings))
    named = ((ox.NamedNode(i), ox.NamedNode(LABEL), ox.Literal(words, language=tag)) for i, tag, words in shapes.labels)
    store.extend(ox.Quad(*triple, graph) for triple in named)
