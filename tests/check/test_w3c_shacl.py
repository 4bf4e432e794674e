"""The W3C's SHACL test suite, core and SPARQL: what a build finds by these shapes is what the suite expects.

The suite is in pySHACL's source archive; scripts/suites fetches it. A test that fails here fails with pySHACL too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from rdflib import SH, BNode, Graph, Namespace, URIRef

import w3c
from kg.check.shapes import Shapes
from kg.errors import KgError

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = Namespace("http://www.w3.org/ns/shacl-test#")
SUITE = w3c.FOLDER / "shacl"
FILES = sorted(f for part in ("core", "sparql") for f in (SUITE / part).rglob("*.ttl") if f.name != "manifest.ttl")
VALIDATE = ox.NamedNode(str(SHT.Validate))
OF_RESULTS = (str(SH.sourceShape), str(SH.sourceConstraint))
"""What the suite says of its shapes in the same file is none of their own."""
DIFFERENT = {
    "core/property/uniqueLang-002": 'rdflib reads "1"^^xsd:boolean as true',
    "sparql/pre-binding/shapesGraph-001": "pySHACL does not support $shapesGraph",
}
Result = tuple[str, str, str, str, str]
"""Focus node, path, value, severity and constraint component of one result."""

pytestmark = pytest.mark.skipif(
    not FILES, reason="the SHACL test suite is not here: scripts/suites fetches it (needs the network, once)"
)


@cache
def graph(file: Path) -> Graph:
    return Graph().parse(file, format="turtle", publicID=file.as_uri())


def entries() -> Iterator[tuple[Path, URIRef]]:
    for file in FILES:
        if b"sht:Validate" in file.read_bytes():
            triples = ox.parse(path=str(file), format=ox.RdfFormat.TURTLE, base_iri=file.as_uri())
            yield from (
                (file, URIRef(node)) for node in sorted(t.subject.value for t in triples if t.object == VALIDATE)
            )


def name(test: tuple[Path, URIRef]) -> str:
    file, node = test
    return f"{file.parent.relative_to(SUITE).as_posix()}/{str(node).rsplit('/', 1)[-1].rsplit('#', 1)[-1]}"


def local(file: Path, node: URIRef, part: URIRef) -> Path:
    action = graph(file).value(node, MF.action)
    return Path(str(graph(file).value(action, part)).removeprefix("file://"))


def expected(file: Path, node: URIRef) -> set[Result] | None:
    """The results that the suite expects; None if it expects that the shapes are refused."""
    report = graph(file).value(node, MF.result)
    return None if report == SHT.Failure else set(results(graph(file), report))


def results(report: Graph, node: Any) -> Iterator[Result]:
    for result in report.objects(node, SH.result):
        yield (
            plain(report.value(result, SH.focusNode)),
            plain(report.value(result, SH.resultPath)),
            plain(report.value(result, SH.value)),
            plain(report.value(result, SH.resultSeverity)).removeprefix(str(SH)),
            plain(report.value(result, SH.sourceConstraintComponent)).removeprefix(str(SH)),
        )


def plain(term: Any) -> str:
    """The text of a node without datatype and language. Blank nodes, such as paths, get one fixed name, as two tools name them differently."""
    return "" if term is None or isinstance(term, BNode) else str(term)


def found(file: Path, node: URIRef, folder: Path) -> set[Result] | None:
    """What a build would find. The shapes are read from a file with absolute IRIs, because the suite's relative IRIs have no base."""
    data, shapes = (local(file, node, part) for part in (SHT.dataGraph, SHT.shapesGraph))
    store = ox.Store()
    store.load(path=str(data), format=ox.RdfFormat.TURTLE, base_iri=data.as_uri())
    absolute = folder / "shapes.ttl"
    triples = ox.parse(path=str(shapes), format=ox.RdfFormat.TURTLE, base_iri=shapes.as_uri())
    of_shapes = (t for t in triples if t.predicate.value not in OF_RESULTS)
    ox.serialize(of_shapes, absolute, ox.RdfFormat.TURTLE)
    try:
        findings = Shapes({absolute: absolute.name}).run(store)
    except KgError:
        return None
    return {(unblank(f.focus), f.path, unblank(f.value), f.severity, f.component) for f in findings}


def unblank(value: str) -> str:
    return "" if re.fullmatch(r"[Nn]?[0-9a-f]{30,}(b\d+)?", value) else value


def cases() -> Iterator[Any]:
    for test in entries():
        why = DIFFERENT.get(name(test))
        yield pytest.param(test, id=name(test), marks=[pytest.mark.xfail(reason=why, strict=True)] if why else [])


@pytest.mark.slow
@pytest.mark.parametrize("test", list(cases()))
def test_findings_are_those_of_the_suite(test: tuple[Path, URIRef], tmp_path: Path) -> None:
    ours, theirs = found(*test, tmp_path), expected(*test)
    if ours is None or theirs is None:
        assert ours == theirs
    else:
        assert {(r[0], *r[3:]) for r in ours} == {(r[0], *r[3:]) for r in theirs}
        # For a constraint without a path, a finding has the property by which the focus node became one.
        assert {r for r in theirs if r[1]} <= ours
