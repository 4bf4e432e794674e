"""``kg passages``: whatever the text holds, the file is Turtle that says what the text says."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import SyntaxProblem
from kg.source.passages import generate, industries, outline, split, stored
from kg.source.project import Project
from kg.vocab import IVC, PASSAGE

ENTITIES = """\
@prefix ivc: <https://w3id.org/xinzhi/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<https://w3id.org/xinzhi/graph/entities> {
  <https://w3id.org/xinzhi/industry/space> a ivc:Industry ; rdfs:label "航天"@zh .
  <https://w3id.org/xinzhi/industry/6G;x.> a ivc:Industry ; rdfs:label "6G"@zh .
}
"""
OUTLINE = 'line\theading\n1\t前"言\\\n9\tb\n'
SPECIAL = st.sampled_from(
    ["航天", "6G", "01", "02", '"', "\\", "\n", "\r", "\t", " ", ":", "上游", "\x0c", "\u2028", "x"]
)
TEXTS = st.lists(SPECIAL | st.characters(exclude_categories=["Cs"]), max_size=30).map("".join)

PREDICATES = (
    *(IVC + name for name in ("fromDocument", "sectionPath", "sha256", "contextIndustry")),
    *("http://www.w3.org/ns/oa#" + name for name in ("hasSource", "hasSelector", "start", "end")),
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project of two industries, one of whose names no prefix can stand for."""
    root = tmp_path_factory.mktemp("small")
    for part in ("ontology", "data", "queries"):
        (root / part).mkdir()
    (root / "data" / "entities.trig").write_text(ENTITIES, encoding="utf-8")
    (root / "data" / "outline.tsv").write_text(OUTLINE, encoding="utf-8")
    return Project.find(root, root / "build")


@given(text=TEXTS)
def test_any_text_comes_back_as_it_was(small: Project, text: str) -> None:
    passages = split(text, industries(small), outline(small))
    quads = list(ox.parse(generate(text, small), format=ox.RdfFormat.TURTLE))
    assert stored(quads) == {
        PASSAGE + p.name: {"start": str(p.start), "end": str(p.end), "sha256": p.digest, "sectionPath": p.path}
        for p in passages
    }
    context = {q.subject.value: q.object.value for q in quads if q.predicate.value == IVC + "contextIndustry"}
    home = "https://w3id.org/xinzhi/industry/"
    assert context == {PASSAGE + p.name: home + p.industry for p in passages if p.industry}
    assert {q.predicate.value for q in quads} <= set(PREDICATES)


@pytest.mark.parametrize("heading", ['定义" ; <urn:evil> "y', "反斜\\杠", 'a"""b', "tab\there"])
def test_a_heading_writes_no_triples(small: Project, heading: str) -> None:
    quads = list(ox.parse(generate(f"航天\n01\n{heading}\n正文。\n", small), format=ox.RdfFormat.TURTLE))
    paths = [q.object.value for q in quads if q.predicate.value == IVC + "sectionPath"]
    assert paths[-1] == f"航天/01 {heading}"
    assert "urn:evil" not in {q.predicate.value for q in quads}


@pytest.mark.parametrize("line", ["x\t前言", "1 前言", "1\t", "\t前言", "9" * 5000 + "\t前言", "1\ta\tb"])
def test_a_line_of_the_outline_that_is_none_is_told(tmp_path: Path, line: str) -> None:
    for part in ("ontology", "data", "queries"):
        (tmp_path / part).mkdir()
    (tmp_path / "data" / "outline.tsv").write_text(f"line\theading\n2\tb\r\n\n{line}\n", encoding="utf-8")
    with pytest.raises(SyntaxProblem) as caught:
        outline(Project.find(tmp_path, tmp_path / "build"))
    assert str(caught.value.place) == "data/outline.tsv:4"
