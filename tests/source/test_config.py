"""``kg.toml``: what a project says of itself, and what follows from it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from conftest import ROOT, WORLD, on
from kg.ask.texts import Texts
from kg.errors import SyntaxProblem
from kg.faces.draw.styles import STYLES, style_of, words_of
from kg.faces.mcp.tools import tools
from kg.faces.web.context import Context
from kg.faces.web.openapi import document
from kg.faces.web.pages import Pages
from kg.graph import KnowledgeGraph
from kg.pipeline.build import Blocked, build
from kg.service.messages import Request
from kg.source.config import Config, read
from kg.source.project import Project
from kg.store.answers import Limits
from kg.terms import Text

GUILD = "https://example.org/lamp/ns#Guild"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The folder of an invented project to change."""
    shutil.copytree(WORLD, tmp_path / "world")
    return tmp_path / "world"


def project(folder: Path) -> Project:
    return Project.find(folder, folder.parent / "build")


def test_a_project_without_settings_has_the_usual_ones(tmp_path: Path) -> None:
    assert read(tmp_path / "kg.toml") == Config(None, False, "", ("zh", "en"))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("title = [1]", 1),
        ('title = {zh = "灯"}', 1),
        ('title = "x"\nextends = true', 2),
        ('extends = "ivd"', 1),
        ("\nexampel = 1", 2),
        ("example = 1", 1),
        ('languages = "zh"', 1),
        ('languages = ["fr"]', 1),
        ("languages = []", 1),
        ("title = \n", 1),
    ],
)
def test_a_wrong_setting_is_told_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    (tmp_path / "kg.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SyntaxProblem) as caught:
        read(tmp_path / "kg.toml")
    assert str(caught.value.place) == f"kg.toml:{line}"


@pytest.mark.slow
def test_a_project_may_name_things_in_one_language(copy: Path, world: KnowledgeGraph) -> None:
    for file in (copy / "data").rglob("*.trig"):
        text = file.read_text(encoding="utf-8")
        file.write_text(re.sub(r' , "(?:[^"\\]|\\.)*"@en', "", text), encoding="utf-8")
    with pytest.raises(Blocked) as caught:
        build(project(copy))
    assert {"I01-labels"} < {f.rule for f in caught.value.findings}
    with (copy / "kg.toml").open("a", encoding="utf-8") as settings:
        settings.write('languages = ["zh"]\n')
    graph = KnowledgeGraph(build(project(copy)).path)
    assert graph.names.label("https://w3id.org/xinzhi/industry/paper-lanterns", "en") == "纸灯业"
    found = graph.audit()
    assert [f.rule for f in found] == [f.rule for f in world.audit()]
    assert [f.message for f in found if "?" in f.message.zh + f.message.en] == []
    assert len(graph.entity("青岚纸坊").links) == len(world.entity("青岚纸坊").links) > 0


def with_own_terms(copy: Path) -> Path:
    """The project with a class, a property, an audit rule and two entities of its own."""
    (copy / "ontology").mkdir()
    (copy / "ontology" / "own.ttl").write_text(
        """@prefix ivc: <https://w3id.org/xinzhi/ns#> . @prefix own: <https://example.org/lamp/ns#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
own:Guild a owl:Class ; rdfs:subClassOf ivc:Company ; rdfs:label "行会"@zh , "guild"@en .
own:apprenticeOf a owl:ObjectProperty ; rdfs:label "师承"@zh , "apprentice of"@en .
""",
        encoding="utf-8",
    )
    (copy / "ontology" / "shapes-audit.ttl").write_text(
        """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix s: <https://w3id.org/xinzhi/shape/> . @prefix own: <https://example.org/lamp/ns#> .
s:O01-masterless a sh:NodeShape ; rdfs:label "无师承"@zh , "without a master"@en ; sh:targetClass own:Guild ; sh:severity sh:Info ;
  sh:property [ sh:path own:apprenticeOf ; sh:minCount 1 ; sh:message "没有师承"@zh , "has no master"@en ] .
""",
        encoding="utf-8",
    )
    (copy / "data" / "own.trig").write_text(
        """@prefix own: <https://example.org/lamp/ns#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix ivc: <https://w3id.org/xinzhi/ns#> . @prefix ind: <https://w3id.org/xinzhi/industry/> .
@prefix psg: <https://w3id.org/xinzhi/passage/> .
<https://w3id.org/xinzhi/graph/entities> {
  own:灯行 a own:Guild ; rdfs:label "灯行"@zh , "Lamp Guild"@en . own:伞行 a own:Guild ; rdfs:label "伞行"@zh , "Umbrella Guild"@en .
}
psg:w1-L0008 { own:灯行 own:apprenticeOf own:伞行 ; ivc:activeIn ind:paper-lanterns . }
""",
        encoding="utf-8",
    )
    return copy


@pytest.mark.slow
def test_own_terms_and_queries_are_added_to_the_packaged_ones(copy: Path) -> None:
    outcome = build(project(with_own_terms(copy)))
    assert [f.focus for f in outcome.findings if f.rule == "O01-masterless"] == ["https://example.org/lamp/ns#伞行"]
    graph = KnowledgeGraph(outcome.path)
    guild = graph.entity("灯行")
    assert guild.thing.kind == GUILD
    assert {"https://example.org/lamp/ns#apprenticeOf"} < {edge.predicate for edge in guild.edges}
    assert {q.name for q in graph.catalogue} == {p.stem for f in (ROOT, WORLD) for p in (f / "queries").glob("*.rq")}


@pytest.mark.slow
def test_an_own_class_is_wherever_kinds_are_listed(copy: Path) -> None:
    path = build(project(with_own_terms(copy))).path
    graph = KnowledgeGraph(path)

    def kg(*args: str, lang: str = "en", **settings: str) -> str:
        done = on(project(copy))(*args, lang=lang, code=None, **settings)
        return done.stdout + done.stderr

    for kind in ("行会", "guild", "Guild", GUILD):
        assert (
            kg("find", "灯行", "--kind", kind, "--format", "csv").splitlines()[1].startswith("灯行,Lamp Guild,guild,")
        )
    assert "行会(Guild)" in kg("find", "灯行", "--kind", "无", lang="zh")
    typed = {"COMP_WORDS": "kg find x --kind G", "COMP_CWORD": "4"}
    assert "Guild" in kg(_KG_COMPLETE="zsh_complete", **typed).splitlines()
    assert f"{GUILD},guild,2" in kg("query", "things-by-kind", "--format", "csv")

    described = json.loads(
        document(Context(graph, Pages(graph, ""), Limits(), Texts(graph.store, graph.names)), Request("openapi")).body
    )
    of_search = {p["name"]: p["schema"] for p in described["paths"]["/search.json"]["get"]["parameters"]}
    of_find = tools(graph.catalogue, graph.names, "en")["find"].input_schema["properties"]
    assert GUILD in of_search["kind"]["enum"]
    assert GUILD in of_find["kind"]["enum"]

    assert words_of(GUILD, graph.names) == Text("行会", "guild")
    assert style_of(GUILD, graph.names) == STYLES["Company"]
    assert style_of("https://example.org/Unknown", graph.names) not in STYLES.values()


@pytest.mark.parametrize("name", ["terms.rdf", "shapes-integrty.ttl", "notes.txt"])
def test_a_file_that_nothing_reads_stops_the_build(copy: Path, name: str) -> None:
    (copy / "ontology").mkdir()
    (copy / "ontology" / name).write_text("", encoding="utf-8")
    with pytest.raises(SyntaxProblem, match="nothing reads this file") as caught:
        build(project(copy))
    assert str(caught.value.place) == f"ontology/{name}"
