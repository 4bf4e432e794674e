"""The audit of the invented project: what its shapes find, in order, and how it is written into its graph."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyoxigraph as ox

from kg.check.audit import audit, write_audit
from kg.check.findings import Finding
from kg.graph import KnowledgeGraph
from kg.terms import Text, compact, expand
from kg.vocab import AUDIT, BASE, DCTERMS, LABEL, SH, SHAPE, TYPE

FOUND = [
    Finding("A01-a", "Warning", expand("co:a"), Text("错", "wrong"), involved=(expand("co:b"), expand("psg:w1-L0001"))),
    Finding("A01-a", "Warning", expand("co:a"), Text("错", "wrong."), path=expand("ivc:year")),
    Finding("A00-b", "Info", "6G 网", Text("甲", "b")),
]


@dataclass
class Found:
    """A stand-in for shapes that returns the given findings for every store."""

    findings: list[Finding]
    labels: list[tuple[str, str, str]] = field(default_factory=list)

    def run(self, _: ox.Store) -> list[Finding]:
        return self.findings


def test_findings_are_put_in_order() -> None:
    assert audit(ox.Store(), Found(FOUND[::-1])) == FOUND  # type: ignore[arg-type]


def test_findings_are_written_into_a_graph_of_their_own() -> None:
    """Two findings of one rule on one thing get different IRIs. A focus node that is no IRI is written as a text."""
    store, node = ox.Store(), ox.NamedNode
    write_audit(store, FOUND, Found([], [(f"{SHAPE}A01-a", "zh", "规则"), (f"{SHAPE}A01-a", "en", "rule")]))  # type: ignore[arg-type]
    assert {q.graph_name for q in store} == {node(AUDIT)}
    said = {(str(q.subject), compact(q.predicate.value), str(q.object)) for q in store}
    first, second, third = (f"<{BASE}finding/{name}>" for name in ("A01-a-a-1", "A01-a-a-2", "A00-b-6G%20%E7%BD%91-1"))
    assert {(s, p, o) for s, p, o in said if s == first} == {
        (first, "rdf:type", f"<{SH}ValidationResult>"),
        (first, "sh:sourceShape", f"<{SHAPE}A01-a>"),
        (first, "sh:resultSeverity", f"<{SH}Warning>"),
        (first, "sh:focusNode", f"<{BASE}organization/a>"),
        (first, compact(DCTERMS + "references"), f"<{BASE}organization/b>"),
        (first, compact(DCTERMS + "references"), f"<{BASE}passage/w1-L0001>"),
        (first, "sh:resultMessage", '"错"@zh'),
        (first, "sh:resultMessage", '"wrong"@en'),
    }
    assert (second, "sh:resultPath", f"<{expand('ivc:year')}>") in said
    assert (third, "sh:focusNode", '"6G 网"') in said
    assert {(s, p, o) for s, p, o in said if s not in (first, second, third)} == {
        (f"<{SHAPE}A01-a>", compact(LABEL), '"规则"@zh'),
        (f"<{SHAPE}A01-a>", compact(LABEL), '"rule"@en'),
    }


def test_the_graph_has_what_the_audit_found(world: KnowledgeGraph) -> None:
    rows = world.sparql("SELECT ?finding { GRAPH g:audit { ?finding a sh:ValidationResult } }")
    assert {row["finding"] for row in rows} == {f.iri for f in world.audit()}  # type: ignore[union-attr]
    assert world.sparql(f"ASK {{ GRAPH g:audit {{ ?finding <{TYPE}> sh:ValidationReport }} }}") is False
    assert world.names.label(SHAPE + "A01-cagr", "en") != SHAPE + "A01-cagr"
