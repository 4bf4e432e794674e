"""What a capable person writes in an afternoon: rdflib reads, owlrl closes, pyshacl validates, rdflib answers.

Prints one JSON object: findings of every shape, the rows of one query, seconds per step. No step is slowed down:
integrity and types are validated on what is asserted and the audit on the closure, as the shapes' own comments ask.
"""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import owlrl
import pyshacl
from rdflib import BNode, Dataset, Graph, Literal, URIRef
from rdflib.namespace import SH

ROOT = Path(__file__).resolve().parents[1]
QUERY = ROOT / "queries" / "chain-of-industry.rq"
INFERRED = URIRef("https://w3id.org/xinzhi/graph/inferred")
STATED_IN = URIRef("https://w3id.org/xinzhi/ns#statedIn")
PASSAGE = "https://w3id.org/xinzhi/passage/"


def read() -> Dataset:
    data = Dataset(default_union=True)
    for path in [
        ROOT / "ontology" / "ivc.ttl",
        ROOT / "ontology" / "ivc-lists.ttl",
        *sorted((ROOT / "data").rglob("*.t*")),
    ]:
        if path.suffix in (".ttl", ".trig"):
            data.parse(path, format="trig")
    return data


def plain(data: Dataset) -> Graph:
    """Everything in one graph, and which passage each claim stands in."""
    graph = Graph()
    claims = {
        URIRef(f"https://w3id.org/xinzhi/ns#{name}")
        for name in (
            "LevelObservation",
            "ChangeObservation",
            "ShareObservation",
            "Trend",
            "Bottleneck",
            "Trait",
            "MarketPosition",
        )
    }
    for subject, predicate, value, name in data.quads():
        graph.add((subject, predicate, value))
        if value in claims and str(name).startswith(PASSAGE):
            graph.add((subject, STATED_IN, URIRef(str(name))))
    return graph


def validate(graph: Graph, kinds: tuple[str, ...]) -> list[list[str]]:
    """(shape, focus node) of every result."""
    found = []
    for kind in kinds:
        shapes = Graph().parse(ROOT / "ontology" / f"shapes-{kind}.ttl")
        _, report, _ = pyshacl.validate(graph, shacl_graph=shapes)
        for result in report.subjects(SH.focusNode):
            shape = report.value(result, SH.sourceShape)
            while isinstance(shape, BNode):
                shape = next(shapes.subjects(None, shape))
            found.append([re.sub(r".*[/#]", "", str(shape)), str(report.value(result, SH.focusNode))])
    return sorted(found)


def main() -> None:
    seconds, start = {}, time.perf_counter()

    def step(name: str) -> None:
        nonlocal start
        seconds[name], start = time.perf_counter() - start, time.perf_counter()

    data = read()
    graph = plain(data)
    step("read")
    violations = validate(graph, ("integrity", "types"))
    step("integrity")
    before = set(graph)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    step("closure")
    findings = validate(graph, ("audit",))
    step("audit")
    inferred = data.graph(INFERRED)
    for triple in graph:
        if triple not in before and not isinstance(triple[0], Literal):
            inferred.add(triple)
    answer = data.query(QUERY.read_text(encoding="utf-8"))
    rows = sorted([str(term) if term is not None else "" for term in row] for row in answer)
    step("query")
    print(
        json.dumps(
            {"violations": violations, "findings": findings, "rows": rows, "seconds": seconds}, ensure_ascii=False
        )
    )


if __name__ == "__main__":
    main()
