"""The data as a whole: complete over the lines, faithful to the text, in the ontology's words, one name per thing."""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest

from conftest import ROOT
from kg import vocab
from kg.check.coverage import REASONS, rows
from kg.check.fidelity import against_text
from kg.graph import KnowledgeGraph
from kg.source.document import Document, read_sections
from kg.source.mentions import mentions
from kg.source.passages import generate, split
from kg.source.project import Project
from kg.source.turtle import read_project

PREFIXES = "".join(f"@prefix {p}: <{n}> .\n" for p, n in vocab.PREFIXES.items())


@pytest.fixture
def document(report_project: Project) -> Document:
    """The packaged report."""
    return report_project.documents[0]


def test_every_line_states_something_or_says_why_not(report_project: Project, document: Document) -> None:
    kept = (document.folder / "coverage.tsv").read_text(encoding="utf-8").splitlines()
    assert list(rows(report_project, document)) == kept
    bare = [r for r in (k.split("\t") for k in kept[1:]) if r[2] == "0" and r[3] not in REASONS]
    assert bare == []


def test_passages_are_those_of_the_text(report_project: Project, document: Document, text: str) -> None:
    passages = split(document.id, text, read_sections(document))
    named = mentions(document, passages, read_project(report_project))
    assert generate(document, text, passages, named) == document.passages.read_text(encoding="utf-8")


def test_graph_says_what_the_text_says(report_project: Project, document: Document, text: str) -> None:
    assert [f.line("en") for f in against_text(read_project(report_project), document, text)] == []


def test_the_text_itself_is_not_in_the_repository(text: str) -> None:
    sentences = [s for s in re.split(r"[。\n]", text) if len(s) > 30]
    files = [
        p
        for part in ("ontology", "data", "queries", "src", "docs", "tests")
        for p in (ROOT / part).rglob("*")
        if p.is_file()
    ]
    ours = "".join(p.read_text(encoding="utf-8", errors="ignore") for p in files if p.suffix not in (".png", ".pyc"))
    assert [s for s in sentences if s in ours] == []


def test_terms_of_ontology_data_queries_shapes_and_code_agree(report_project: Project) -> None:
    quads = read_project(report_project)
    declared = {
        q.subject.value.removeprefix(vocab.IVC)
        for q in quads
        if q.predicate.value == vocab.TYPE
        and isinstance(q.subject, ox.NamedNode)
        and q.subject.value.startswith(vocab.IVC)
    }
    outside = [
        ROOT / "ontology" / "ivc-lists.ttl",
        *ROOT.glob("queries/*.rq"),
        *ROOT.glob("ontology/shapes-*.ttl"),
        *ROOT.glob("src/kg/**/*.py"),
        *ROOT.glob("data/**/*.t*"),
    ]
    text = "\n".join(p.read_text(encoding="utf-8") for p in outside)
    used = set(re.findall(r"\bivc:([A-Za-z]\w*)", text)) | set(re.findall(r'IVC \+ "(\w+)"', text))
    assert used - declared == set(), "terms used that the ontology lacks"
    model = (ROOT / "ontology" / "ivc.ttl").read_text(encoding="utf-8")
    axioms = {t for t in declared if len(re.findall(rf"\bivc:{t}\b", model)) > 1}
    assert declared - used - axioms - {"Document"} == set(), "terms that nothing uses"


def test_each_term_has_an_example_that_the_data_holds(report: KnowledgeGraph) -> None:
    """The example is stated by a passage, or among names and lists; inferred or found by the audit only where nothing states the term."""
    rows = report.store.select(
        "SELECT ?term ?example { GRAPH <https://w3id.org/xinzhi/ns> { ?term skos:example ?example } }"
    )
    terms = report.store.select("""SELECT DISTINCT ?term { GRAPH <https://w3id.org/xinzhi/ns> { ?term a ?kind }
      VALUES ?kind { owl:Class owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty }
      FILTER(STRSTARTS(STR(?term), STR(ivc:))) }""")
    assert sorted(row["term"] for row in rows) == sorted(row["term"] for row in terms)
    for term, example in ((row["term"], row["example"]) for row in rows):
        (triple,) = list(ox.parse(PREFIXES + example, format=ox.RdfFormat.TURTLE))
        concerned = triple.object if triple.predicate.value == vocab.TYPE else triple.predicate
        assert concerned == ox.NamedNode(term)
        found = report.store.select(
            f"SELECT ?g {{ GRAPH ?g {{ {triple.subject} {triple.predicate} ?o }} FILTER(?o = {triple.object}) }}"
        )
        homes = {row["g"] for row in found}
        assert homes, f"{example} is nowhere in the data"
        pattern = f"?s a <{term}>" if triple.predicate.value == vocab.TYPE else f"?s <{term}> ?o"
        stated = report.store.select(
            f"SELECT ?g {{ GRAPH ?g {{ {pattern} }} FILTER(?g NOT IN (g:inferred, g:audit)) }} LIMIT 1"
        )
        assert (len(stated) > 0) == (not homes <= {vocab.INFERRED, vocab.AUDIT}), example


def test_one_firm_is_one_node(report: KnowledgeGraph) -> None:
    active = [row["i"] for row in report.store.select("SELECT DISTINCT ?i { co:huawei ivc:activeIn ?i }")]
    assert len(active) >= 4
    assert report.resolve("中国航天").iri != report.resolve("航天科技").iri
