"""Each shape against its cases: ``<rule>[.<variant>].red.trig`` is caught and named, ``.green.trig`` is left alone.

Stock pySHACL, which asks for each focus node by itself, must find the same.

A case is a file of tests/cases/shapes that is added to base.trig; a new one needs no code. A red case begins with
``# focus: <the node that must be named>`` and may list on ``# also: …`` the rules that rightly see it too.
Integrity and types are run on asserted data, the audit on the closure, as the build does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

import pyoxigraph as ox
import pyshacl
import pytest
from rdflib import RDF, RDFS, SH, SKOS, BNode, Graph, URIRef
from rdflib.plugins.sparql import prepareQuery

from conftest import ROOT
from instances import materialised
from kg.check.findings import Finding
from kg.check.shapes import Shapes, default_graph
from kg.reason.axioms import compile_rules
from kg.reason.closure import close
from kg.reason.rules import Rule
from kg.vocab import IVC, ONTOLOGY, PREFIXES, SHAPE

FOLDER = ROOT / "tests" / "cases" / "shapes"
KINDS = ("integrity", "types", "audit")
CASES = sorted(p.name.removesuffix(".trig") for p in FOLDER.glob("*.trig") if p.name != "base.trig")
RED = [c for c in CASES if c.endswith(".red")]
PROSE = {ox.NamedNode(str(SKOS[name])) for name in ("definition", "scopeNote", "example")}
GREEN = [c for c in CASES if c.endswith(".green")]


# -- the parts ---------------------------------------------------------------------------------------


@cache
def shapes(kind: str) -> Shapes:
    path = ROOT / "ontology" / f"shapes-{kind}.ttl"
    return Shapes({path: path.name})


@cache
def asserted() -> Shapes:
    """The shapes for asserted data from both files, so that pySHACL runs once for them."""
    return Shapes({ROOT / "ontology" / f"shapes-{kind}.ttl": kind for kind in ("integrity", "types")})


@cache
def ontology() -> tuple[ox.Quad, ...]:
    """The ontology without labels and definitions, which no shape reads."""
    files = [ROOT / "ontology" / name for name in ("ivc.ttl", "ivc-lists.ttl", "ivc-foreign.ttl")]
    triples = [t for file in files for t in ox.parse(path=str(file), format=ox.RdfFormat.TURTLE)]
    return tuple(
        ox.Quad(t.subject, t.predicate, t.object, ox.NamedNode(ONTOLOGY)) for t in triples if t.predicate not in PROSE
    )


@cache
def rules() -> list[Rule]:
    return list(compile_rules(ontology()))


@cache
def blocking(case: str) -> tuple[Finding, ...]:
    """The findings of the shapes that stop a build."""
    return tuple(asserted().run(store(case, False), data(case, False)))


@cache
def audited(case: str) -> tuple[Finding, ...]:
    """The findings of the audit."""
    return tuple(shapes("audit").run(store(case, True)))


@lru_cache(maxsize=2)
def data(case: str, closed: bool) -> Graph:
    """The same data as an rdflib graph."""
    return default_graph(store(case, closed))


@lru_cache(maxsize=2)
def store(case: str, closed: bool) -> ox.Store:
    """A store with the base and one case; *closed* adds the closure, which the audit needs."""
    files = [FOLDER / "base.trig", FOLDER / f"{case}.trig"] if case != "base" else [FOLDER / "base.trig"]
    quads = [q for file in files for q in ox.parse(path=str(file), format=ox.RdfFormat.TRIG)]
    made = materialised([*ontology(), *quads])
    if closed:
        close(made, rules())
    return made


def found(case: str) -> tuple[Finding, ...]:
    """What a build would find: those of the audit only if the shapes that stop a build find nothing."""
    return blocking(case) or audited(case)


def rule_of(case: str) -> str:
    return case.split(".", maxsplit=1)[0]


def kind_of(case: str) -> str:
    return {"I": "integrity", "T": "types", "A": "audit"}[case[0]]


def comment(case: str, word: str) -> str:
    text = (FOLDER / f"{case}.trig").read_text(encoding="utf-8")
    line = re.search(rf"^# {word}: (.+)$", text, re.MULTILINE)
    return line[1] if line else ""


def node(written: str) -> str:
    """The IRI or literal that a ``# focus:`` comment writes as a prefixed name, ``<IRI>`` or ``"literal"``."""
    if written[0] in '<"':
        return written[1:-1]
    prefix, local = written.split(":", 1)
    return PREFIXES[prefix] + local


def named_shapes(kind: str) -> list[str]:
    graph = shapes(kind).graph
    return sorted(str(s).removeprefix(SHAPE) for s in graph.subjects(RDF.type, SH.NodeShape) if isinstance(s, URIRef))


# -- red and green -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_base_conforms() -> None:
    assert [f.line("en") for f in found("base")] == []
    assert [pair for kind in KINDS for pair in _stock(shapes(kind).graph, data("base", kind == "audit"), [])] == []


@pytest.mark.slow
@pytest.mark.parametrize("case", RED)
def test_red_is_caught_and_named(case: str) -> None:
    caught = {f.rule for f in found(case)}
    also = set(comment(case, "also").split(", ")) - {""}
    assert caught == {rule_of(case)} | also, [f.line("en") for f in found(case)]
    assert node(comment(case, "focus")) in {f.focus for f in found(case) if f.rule == rule_of(case)}
    check_as_pyshacl_does(case)


@pytest.mark.slow
@pytest.mark.parametrize("case", GREEN)
def test_green_is_left_alone(case: str) -> None:
    assert [f.line("en") for f in found(case) if f.rule == rule_of(case) or f.severity == "Violation"] == []
    check_as_pyshacl_does(case)


@pytest.mark.parametrize("rule", [*named_shapes("integrity"), *named_shapes("audit")])
def test_rule_has_both_cases(rule: str) -> None:
    assert f"{rule}.red" in CASES
    assert f"{rule}.green" in CASES


def test_types_are_sampled_and_no_case_is_of_an_unknown_rule() -> None:
    known = {rule for kind in KINDS for rule in named_shapes(kind)}
    assert {rule_of(c) for c in CASES} <= known
    assert {c.split(".")[-1] for c in CASES} == {"red", "green"}
    assert sum(c.startswith("T-") for c in RED) >= 5


# -- the same by stock pySHACL -----------------------------------------------------------------------


def check_as_pyshacl_does(case: str) -> None:
    """One query for all focus nodes finds what pySHACL finds asking for each node, with its default settings.

    Each case is validated against its rule's own shape (the base that all cases share, against every shape: see
    ``test_base_conforms``): pySHACL parses each query anew for each node, and all shapes for all cases take many minutes.
    """
    kind, rule = kind_of(case), rule_of(case)
    findings = audited(case) if kind == "audit" else blocking(case)
    ours = {(f.rule, _plain(f.focus), f.component) for f in findings if f.rule == rule}
    stock = set(_stock(shapes(kind).graph, data(case, kind == "audit"), [SHAPE + rule]))
    assert {result[:2] for result in ours} == {result[:2] for result in stock}
    assert ours <= stock  # of two kinds of constraint that say the same, one is named


class PreparedGraph(Graph):
    """A graph that reads each query once; pySHACL has rdflib read it anew for every focus node."""

    def query(self, query: Any, *args: Any, **options: Any) -> Any:
        return super().query(_prepared(query), *args, **options)


_prepared = cache(prepareQuery)


def _stock(graph: Graph, data: Graph, only: list[str]) -> Iterator[tuple[str, str, str]]:
    _, report, _ = pyshacl.validate(
        PreparedGraph(data.store, data.identifier), shacl_graph=graph, use_shapes=only or None, inplace=True
    )
    for result in report.objects(None, SH.result):
        shape = report.value(result, SH.sourceShape)
        while isinstance(shape, BNode):
            shape = next(graph.subjects(None, shape))
        focus = report.value(result, SH.focusNode)
        component = str(report.value(result, SH.sourceConstraintComponent)).removeprefix(str(SH))
        yield str(shape).removeprefix(SHAPE), "_:" if isinstance(focus, BNode) else str(focus), component


def _plain(focus: str) -> str:
    """The node as text. Blank nodes get one fixed name, as two tools name them differently."""
    return "_:" if re.fullmatch(r"[0-9a-zN]{30,}", focus) else focus


# -- words -------------------------------------------------------------------------------------------


def constraints(kind: str) -> Iterator[tuple[str, Any]]:
    """The named shape and the node with the message of every constraint: of the shape itself, of a property shape, of a query."""
    graph = shapes(kind).graph
    for name in named_shapes(kind):
        shape = URIRef(SHAPE + name)
        core = set(graph.predicates(shape)) & {SH["class"], SH.datatype, SH.nodeKind, SH.pattern, SH.xone, SH["or"]}
        holders = [*([shape] if core else []), *graph.objects(shape, SH.property), *graph.objects(shape, SH.sparql)]
        assert holders, f"{name} has no constraint"
        yield from ((name, holder) for holder in holders)


def languages(graph: Graph, subject: Any, predicate: URIRef) -> list[str]:
    return sorted(str(getattr(o, "language", None)) for o in graph.objects(subject, predicate))


@pytest.mark.parametrize("kind", KINDS)
def test_names_and_messages_in_both_languages(kind: str) -> None:
    graph = shapes(kind).graph
    assert [n for n in named_shapes(kind) if languages(graph, URIRef(SHAPE + n), RDFS.label) != ["en", "zh"]] == []
    assert [n for n, holder in constraints(kind) if languages(graph, holder, SH.message) != ["en", "zh"]] == []
    assert [o for o in set(graph.objects(None, SH.property)) if languages(graph, o, SH.message) != ["en", "zh"]] == []


@pytest.mark.parametrize("kind", KINDS)
def test_slots_of_messages_are_selected(kind: str) -> None:
    graph = shapes(kind).graph
    for name, holder in constraints(kind):
        head = "".join(map(str, graph.objects(holder, SH.select))).split("WHERE")[0]
        slots = [set(re.findall(r"\{[?$](\w+)\}", str(m))) for m in graph.objects(holder, SH.message)]
        for lang in slots:
            assert lang <= set(re.findall(r"[?$](\w+)", head)), name


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["integrity", "audit"])
def test_every_message_is_seen_in_some_red_case(kind: str) -> None:
    """Each constraint, and not only each rule, has a red case whose message is complete in both languages."""
    seen = [(f.rule, f.message) for case in RED for f in found(case)]
    assert [m.en for _, m in seen if re.search(r"\?(?!\w)|\{", m.en + m.zh)] == []
    for name, holder in constraints(kind):
        for message in shapes(kind).graph.objects(holder, SH.message):
            shown = re.compile(".*".join(map(re.escape, re.split(r"\{[?$]\w+\}", str(message)))))
            texts = [text for rule, m in seen if rule == name for text in (m.zh, m.en)]
            assert any(shown.fullmatch(text) for text in texts), f"{name}: {message}"


@pytest.mark.parametrize("kind", KINDS)
def test_select_is_within_shacl(kind: str) -> None:
    """SHACL-SPARQL (section 5.3.2) forbids VALUES, MINUS and SERVICE, and a nested SELECT must project ``$this``."""
    for select in shapes(kind).graph.objects(None, SH.select):
        assert not re.search(r"\b(VALUES|MINUS|SERVICE)\b", str(select))
        for nested in re.findall(r"\bSELECT\b(.*?)\bWHERE\b", str(select)):
            assert "$this" in nested


@pytest.mark.slow
def test_findings_list_every_observation_that_takes_part() -> None:
    involved = {name: {i for f in found(f"{name}.red") for i in f.involved} for name in ("A01-cagr", "A03-breakdown")}
    assert {PREFIXES["obs"] + "start", PREFIXES["obs"] + "end"} <= involved["A01-cagr"]
    assert {PREFIXES["obs"] + "rest", PREFIXES["obs"] + "ev-share-battery"} <= involved["A03-breakdown"]


# -- types -------------------------------------------------------------------------------------------


def test_types_are_the_domains_and_ranges_of_the_ontology() -> None:
    terms = Graph().parse(ROOT / "ontology" / "ivc.ttl")
    wanted = {
        (f"T-{str(prop).removeprefix(IVC)}-{role}", str(cls))
        for link, role in ((RDFS.domain, "subject"), (RDFS.range, "object"))
        for prop, cls in terms.subject_objects(link)
    }
    graph = shapes("types").graph
    written = {
        (name, str(graph.value(URIRef(SHAPE + name), SH["class"]) or graph.value(URIRef(SHAPE + name), SH.datatype)))
        for name in named_shapes("types")
    }
    assert written == wanted
    lines = [
        line for line in (ROOT / "ontology" / "shapes-types.ttl").read_text("utf-8").splitlines() if line[:2] == "s:"
    ]
    assert len(lines) == len(wanted)
    assert lines == sorted(lines)
