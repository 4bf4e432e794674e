"""``kg passages``: whatever the text holds, the file is Turtle that says what the text says."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import WORLD, on, shell
from kg.errors import SyntaxProblem
from kg.source.document import Document, Section, read_sections, to_tsv
from kg.source.headings import guess_sections
from kg.source.passages import document_iri, generate, industries, registered, split
from kg.source.project import Project
from kg.vocab import BASE, IVC, PASSAGE

ENTITIES = """\
@prefix ivc: <https://w3id.org/xinzhi/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<https://w3id.org/xinzhi/graph/entities> {
  <https://w3id.org/xinzhi/industry/space> a ivc:Industry ; rdfs:label "航天"@zh .
  <https://w3id.org/xinzhi/industry/6G;x.> a ivc:Industry ; rdfs:label "6G"@zh .
}
"""
SPECIAL = st.sampled_from(
    ["航天", "6G", "01", "02", '"', "\\", "\n", "\r", "\t", " ", ":", "上游", "\x0c", "\u2028", "x"]
)
TEXTS = st.lists(SPECIAL | st.characters(exclude_categories=["Cs"]), max_size=30).map("".join)

DOCUMENT = Document("d1", Path("d1"))
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
    return Project.find(root, root / "build")


SECTIONS = st.builds(
    Section, st.integers(1, 40), st.integers(1, 4), TEXTS.map(lambda t: " ".join(t.split())), st.just("")
)


@given(text=TEXTS, named=st.lists(SECTIONS, max_size=4))
def test_any_text_comes_back_as_it_was(small: Project, text: str, named: list[Section]) -> None:
    sections = [*guess_sections(text, industries(small)), *named]
    passages = split("d1", text, sections)
    quads = list(ox.parse(generate(DOCUMENT, text, passages, []), format=ox.RdfFormat.TURTLE))
    found = registered(quads)
    assert {node: said.fields for node, said in found.items()} == {
        PASSAGE + p.name: {"start": str(p.start), "end": str(p.end), "sha256": p.digest, "sectionPath": p.path}
        for p in passages
    }
    assert {said.document for said in found.values()} <= {document_iri(DOCUMENT)}
    context = {q.subject.value: q.object.value for q in quads if q.predicate.value == IVC + "contextIndustry"}
    home = "https://w3id.org/xinzhi/industry/"
    assert context == {PASSAGE + p.name: home + p.industry for p in passages if p.industry}
    assert {q.predicate.value for q in quads} <= set(PREDICATES)


@pytest.mark.parametrize("heading", ['定义" ; <urn:evil> "y', "反斜\\杠", 'a"""b', "tab\there"])
def test_a_heading_writes_no_triples(heading: str) -> None:
    text = f"航天\n01\n{heading}\n正文。\n"
    sections = [Section(1, 1, "航天", "space"), Section(3, 2, f"01 {heading}")]
    quads = list(ox.parse(generate(DOCUMENT, text, split("d1", text, sections), []), format=ox.RdfFormat.TURTLE))
    paths = [q.object.value for q in quads if q.predicate.value == IVC + "sectionPath"]
    assert paths[-1] == f"航天/01 {heading}"
    assert "urn:evil" not in {q.predicate.value for q in quads}


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        (
            "航天\n01\n定义\n卫星:\n一句。",
            [(1, 1, "航天", "space"), (2, 2, "", ""), (3, 2, "01 定义", ""), (4, 3, "卫星", "")],
        ),
        ("# 总论\n## 航天市场\n正文。", [(1, 1, "总论", ""), (2, 2, "航天市场", "space")]),
        ("一、航天\n(一)上游\n(二)下游", [(1, 1, "一、航天", "space"), (2, 2, "(一)上游", ""), (3, 2, "(二)下游", "")]),
        ("1.1 航天\n1.1.2 发射\n1.5 倍。", [(1, 1, "1.1 航天", "space"), (2, 2, "1.1.2 发射", "")]),
        ("第一章 航天\n正文很长,不是标题。", [(1, 1, "第一章 航天", "space")]),
        (
            "第三章\n第一节 发射\n一、Space Flight\n(一)甲",
            [
                (1, 1, "第三章", ""),
                (2, 2, "第一节 发射", ""),
                (3, 3, "一、Space Flight", "space"),
                (4, 4, "(一)甲", ""),
            ],
        ),
        (
            "Chapter 3: SPACE FLIGHT\n3.1 Launchers\nPart II of it was said, too.",
            [(1, 1, "Chapter 3: SPACE FLIGHT", "space"), (2, 2, "3.1 Launchers", "")],
        ),
        ("space flight\nChapter 4.\nspace flights", [(1, 1, "space flight", "space"), (2, 2, "Chapter 4.", "")]),
        (
            "1. Summary\n2. Space flight\n\n1. Summary\nText.\n1.1 Scope\n2、航天\nMakers:\n1. A\n2. B\n3. C\nEnd.",
            [(4, 1, "1. Summary", ""), (6, 2, "1.1 Scope", ""), (7, 1, "2、航天", "space")],
        ),
        (
            "Part II\nSection 2 Spaceflights\n第十二编 航天",
            [(1, 1, "Part II", ""), (2, 2, "Section 2 Spaceflights", ""), (3, 1, "第十二编 航天", "space")],
        ),
    ],
)
def test_headings_of_usual_styles_are_guessed(text: str, headings: list[tuple[int, int, str, str]]) -> None:
    found = guess_sections(text, {"航天": "space", "space flight": "space"})
    assert [(s.line, s.level, s.heading, s.industry) for s in found] == headings


def test_industries_are_known_by_their_names_in_every_language(world_project: Project) -> None:
    known = industries(world_project)
    assert {name for name, slug in known.items() if slug == "paper-lanterns"} == {"纸灯业", "paper lantern making"}


def test_sections_of_the_author_are_not_guessed_again(tmp_path: Path) -> None:
    shutil.copytree(WORLD, tmp_path / "world")
    project = Project.find(tmp_path / "world", tmp_path / "build")
    text, (document, _) = str(project.root / "texts" / "w1.txt"), project.documents
    document.sections.unlink()
    told = on(project)("passages", f"w1={text}", "--force").stderr
    assert told.startswith("guessed 24 sections (3 of them with an industry in the heading) into data/w1/sections.tsv")
    document.sections.write_text(to_tsv([Section(1, 1, "前言")]), encoding="utf-8")
    assert on(project)("passages", f"w1={text}", "--force").stderr == ""
    assert set(re.findall(r'ivc:sectionPath "(.*?)"', document.passages.read_text(encoding="utf-8"))) == {"前言"}


def test_sections_are_read_as_they_were_written(tmp_path: Path) -> None:
    document = Document("d1", tmp_path)
    assert read_sections(document) == []
    sections = [Section(1, 1, "前言"), Section(9, 2, "b", "https://example.org/industry/x"), Section(12, 2, "")]
    document.sections.write_text(to_tsv(sections), encoding="utf-8")
    assert read_sections(document) == sections


@pytest.mark.parametrize(
    "line", ["x\t1\t前言\t", "1 1 前言", "1\t0\ta\t", "\t1\ta", "9" * 5000 + "\t1\ta", "1\t1\ta\tb\tc"]
)
def test_a_row_of_sections_that_is_none_is_told(tmp_path: Path, line: str) -> None:
    document = Document("d1", tmp_path)
    document.sections.write_text(f"{to_tsv([Section(2, 1, 'b')])}\n{line}\n", encoding="utf-8")
    with pytest.raises(SyntaxProblem) as caught:
        read_sections(document)
    assert str(caught.value.place) == "data/d1/sections.tsv:4"


OWN = {
    "kg.toml": 'extends = "ivc"',
    "report.md": "# 钴业\n\n## 格局\n海岬公司是主要厂商。\n",
    "data/entities.trig": """PREFIX ivc: <https://w3id.org/xinzhi/ns#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX own: <https://example.org/cobalt/>
<https://w3id.org/xinzhi/graph/entities> { own:钴 a ivc:Industry ; rdfs:label "钴业"@zh , "cobalt"@en .
  own:cape a ivc:Company ; rdfs:label "海岬公司"@zh , "Cape"@en . }""",
    "data/m1/document.trig": """PREFIX ivc: <https://w3id.org/xinzhi/ns#> PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
<https://w3id.org/xinzhi/graph/entities> { <https://w3id.org/xinzhi/document/m1> a ivc:Document ;
  rdfs:label "钴业简报"@zh , "cobalt brief"@en ; dcterms:publisher "某所"@zh ; dcterms:issued "2026-01"^^xsd:gYearMonth ;
  dcterms:language "zh" ; dcterms:rights "CC0" . }""",
    "data/m1/statements.trig": """PREFIX ivc: <https://w3id.org/xinzhi/ns#> PREFIX own: <https://example.org/cobalt/>
<https://w3id.org/xinzhi/passage/m1-L0004> { own:cape ivc:activeIn own:钴 . }""",
}


@pytest.mark.parametrize(
    ("said", "iri"),
    [
        ("", f"{BASE}document/d1"),
        ("<urn:x> a ivc:Document .", "urn:x"),
        ("<urn:x> a ivc:Document . doc:d1 a ivc:Document .", f"{BASE}document/d1"),
        ("<urn:x> a ivc:Document .\n<urn:y> a ivc:Document .", None),
    ],
)
def test_a_document_is_what_its_file_says(tmp_path: Path, said: str, iri: str | None) -> None:
    document = Document("d1", tmp_path)
    assert document_iri(document) == f"{BASE}document/d1"
    document.statement.write_text(f"@prefix ivc: <{IVC}> . @prefix doc: <{BASE}document/> .\n{said}", encoding="utf-8")
    if iri:
        assert document_iri(document) == iri
        return
    with pytest.raises(SyntaxProblem, match="urn:y is the second document here") as caught:
        document_iri(document)
    assert str(caught.value.place) == "data/d1/document.trig:3"


@pytest.mark.slow
def test_a_report_of_one_s_own_from_nothing(tmp_path: Path) -> None:
    """Register, correct, build, check against the text, ask: with nothing but the shell."""
    for name, text in OWN.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    project, report = ("--project", str(tmp_path)), str(tmp_path / "report.md")
    first = shell("passages", f"m1={report}", *project)
    assert first.returncode == 0
    assert "guessed 2 sections" in first.stderr
    sections = tmp_path / "data" / "m1" / "sections.tsv"
    assert sections.read_text(encoding="utf-8").splitlines()[1:] == [
        "1\t1\t钴业\thttps://example.org/cobalt/钴",
        "3\t2\t格局\t",
    ]
    assert shell("passages", report, *project).returncode == 2  # passages.ttl is there
    sections.write_text(sections.read_text(encoding="utf-8").replace("格局", "竞争格局"), encoding="utf-8")
    assert shell("passages", report, "--force", *project).returncode == 0
    assert shell("check", "--text", report, *project).returncode == 0
    assert shell("build", *project).returncode == 0
    answer = shell("query", "companies-of-industry", "--format", "md", *project).stdout
    assert re.search(r"\| cobalt \| Cape \|.*\| m1-L0004 \|", answer)
    assert "竞争格局" in shell("show", "m1-L0004", *project).stdout
