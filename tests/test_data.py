"""The data as a whole: complete over the lines, faithful to the text, in the ontology's words, one name per thing."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg import vocab
from kg.check.coverage import REASONS, rows
from kg.check.fidelity import against_text
from kg.graph import KnowledgeGraph
from kg.source.passages import generate
from kg.source.project import Project
from kg.source.turtle import read_project

ROOT = Path(__file__).resolve().parents[1]


def test_every_line_states_something_or_says_why_not(project: Project) -> None:
    kept = (ROOT / "data" / "coverage.tsv").read_text(encoding="utf-8").splitlines()
    assert list(rows(project)) == kept
    assert len(kept) == 1 + 323
    bare = [r for r in (k.split("\t") for k in kept[1:]) if r[2] == "0" and r[3] not in REASONS]
    assert bare == []


def test_passages_are_those_of_the_text(project: Project, text: str) -> None:
    assert generate(text, project) == (ROOT / "data" / "passages.ttl").read_text(encoding="utf-8")


def test_graph_says_what_the_text_says(project: Project, text: str) -> None:
    assert [f.line("en") for f in against_text(project, text)] == []


def test_a_wrong_number_name_and_borrowed_sentence_are_seen(tmp_path: Path, text: str) -> None:
    """The check against the text can fail: one slip of each kind is found."""
    for part in ("ontology", "data", "queries"):
        shutil.copytree(ROOT / part, tmp_path / part)
    prefixes = "".join(f"@prefix {p}: <{n}> .\n" for p, n in vocab.PREFIXES.items())
    (tmp_path / "data" / "report" / "99-slips.trig").write_text(
        prefixes
        + "psg:r1-L0061 { obs:slip a ivc:LevelObservation ; ivc:statedValue 77.0 . co:byd ivc:activeIn ind:commercial-space .\n"
        'clm:slip a ivc:Trait ; ivc:summary "商业航天产业是指利用商业模式运营的航天活动"@zh . }'
    )
    found = {f.rule for f in against_text(Project.find(tmp_path, tmp_path / "build"), text)}
    assert found == {"X02-named", "X03-printed", "X04-wording"}


@pytest.fixture
def invented(tmp_path: Path) -> tuple[Project, str]:
    """A project whose registered text is invented, so that this can be tested where no copy of the report lies."""
    for part in ("ontology", "queries"):
        shutil.copytree(ROOT / part, tmp_path / part)
    (tmp_path / "data" / "report").mkdir(parents=True)
    shutil.copy(ROOT / "data" / "entities.trig", tmp_path / "data")
    text = "商业航天\n01\n概述\n一句话。\n"
    turtle = generate(text, Project.find(tmp_path, tmp_path / "build"))
    (tmp_path / "data" / "passages.ttl").write_text(turtle, encoding="utf-8")
    return Project.find(tmp_path, tmp_path / "build"), text


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda t: t.replace("\n", "\r\n"), "save it as UTF-8 with LF"),
        (lambda t: "\ufeff" + t, "save it as UTF-8 with LF"),
        (lambda t: t.replace("一", "两"), "check with the registered copy"),
    ],
    ids=["CRLF", "byte order mark", "another text"],
)
def test_another_copy_is_one_finding(invented: tuple[Project, str], change: Callable[[str], str], told: str) -> None:
    project, text = invented
    assert against_text(project, text) == []
    (found,) = against_text(project, change(text))
    assert (found.rule, found.focus) == ("X01-copy", vocab.BASE + "document/r1")
    assert told in found.message.en


def test_a_wrong_registration_is_told_in_words(invented: tuple[Project, str]) -> None:
    project, text = invented
    file = project.root / "data" / "passages.ttl"
    turtle = file.read_text(encoding="utf-8").replace("oa:end 4 ", "oa:end 5 ")
    file.write_text(re.sub(r"psg:r1-L0003 a (?s:.*?)(?=psg:r1-L0004 )", "", turtle), encoding="utf-8")
    first, second = against_text(project, text)
    assert "end “5”, in the text “4”" in first.message.en
    assert "it is not registered" in second.message.en
    assert not any(mark in f.message.zh + f.message.en for f in (first, second) for mark in ("{", "None"))


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


def test_terms_of_ontology_data_queries_shapes_and_code_agree(project: Project) -> None:
    quads = read_project(project)
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


def test_every_term_is_bilingual(project: Project) -> None:
    labels: dict[str, set[str]] = {}
    model = [
        q
        for q in read_project(project)
        if q.graph_name == ox.NamedNode(vocab.ONTOLOGY) and isinstance(q.object, ox.Literal)
    ]
    for q in model:
        if q.predicate.value in (vocab.LABEL, vocab.SKOS + "definition") and str(q.subject).startswith(f"<{vocab.IVC}"):
            labels.setdefault(str(q.subject), set()).add(f"{q.predicate.value.rsplit('#')[-1]}@{q.object.language}")
    want = {"label@zh", "label@en", "definition@zh", "definition@en"}
    assert {iri: have for iri, have in labels.items() if have != want} == {}


def test_one_firm_is_one_node(graph: KnowledgeGraph) -> None:
    rows = list(graph.query("companies-in-several-industries"))
    huawei = {r["industry"] for r in rows if r["company"].endswith("/huawei")} if "industry" in rows[0] else set()
    industries = huawei or {r["i"] for r in graph.store.select("SELECT DISTINCT ?i { co:huawei ivc:activeIn ?i }")}
    assert len(industries) >= 4
    assert graph.resolve("中国航天").iri != graph.resolve("航天科技").iri
