"""``kg.toml``: what a project says of itself, and what follows from it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from conftest import ROOT, WORLD, on
from kg.ask.choices import suggestions
from kg.ask.texts import Texts
from kg.errors import NotFound, SyntaxProblem
from kg.faces.draw.styles import STYLES, style_of, words_of
from kg.faces.mcp.schemas import parameter
from kg.faces.mcp.tools import tools
from kg.faces.web import things
from kg.faces.web.context import Context
from kg.faces.web.openapi import document
from kg.faces.web.pages import Pages
from kg.faces.web.rows import answer
from kg.faces.web.tasks import answering
from kg.graph import KnowledgeGraph
from kg.pipeline.build import Blocked, build
from kg.pipeline.saved_queries import classes, read_all
from kg.service.messages import Request
from kg.source.config import Config, read
from kg.source.project import Project
from kg.source.turtle import read_project
from kg.store.answers import Limits
from kg.terms import Text
from kg.vocab import PASSAGE

GUILD = "https://example.org/lamp/ns#Guild"
REPORT = "https://example.org/报告/伞.pdf"


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


def with_own_terms(copy: Path) -> Project:
    """The project with classes, a property, an audit rule, things, a saved query and the IRI of a document of its own."""
    (copy / "ontology").mkdir()
    (copy / "ontology" / "own.ttl").write_text(
        """@prefix ivc: <https://w3id.org/xinzhi/ns#> . @prefix own: <https://example.org/lamp/ns#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
own:Guild a owl:Class ; rdfs:subClassOf ivc:Company ; rdfs:label "行会"@zh , "guild"@en .
own:铺 a owl:Class ; rdfs:subClassOf ivc:Company ; rdfs:label "灯铺"@zh , "lamp shop"@en .
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
  own:东铺 a own:铺 ; rdfs:label "东铺"@zh , "East Shop"@en .
  own:糖画 a ivc:Industry ; rdfs:label "糖画业"@zh , "sugar painting"@en .
}
psg:w1-L0008 { own:灯行 own:apprenticeOf own:伞行 ; ivc:activeIn ind:paper-lanterns . own:东铺 own:apprenticeOf own:灯行 ; ivc:activeIn own:糖画 . }
""",
        encoding="utf-8",
    )
    (copy / "queries" / "apprentices.rq").write_text(
        """#+ title:    {zh: 学徒, en: Apprentices}
#+ question: {zh: "{shop}是不是{master}的学徒?", en: "Is {shop} an apprentice of {master}?"}
#+ tags:     [company]
#+ params:
#+   master: {type: own:Guild, zh: 行会, en: guild}
#+   shop: {type: https://example.org/lamp/ns#铺, zh: 灯铺, en: lamp shop, default: example}
#+ columns:
#+   shop: {zh: 灯铺, en: lamp shop}
#+   passage: {zh: 出处, en: source}
#+ ask:
#+   zh: ["{shop}师承{master}"]
PREFIX own: <https://example.org/lamp/ns#>
SELECT ?shop ?passage WHERE {
  VALUES ?master { own:灯行 }
  VALUES ?shop { UNDEF }
  GRAPH ?passage { ?shop own:apprenticeOf ?master }
} ORDER BY ?shop
""",
        encoding="utf-8",
    )
    for file in copy.glob("data/w2/*.t*"):
        text = file.read_text(encoding="utf-8")
        file.write_text(re.sub(r"\bdoc:w2(?!-)", f"<{REPORT}>", text), encoding="utf-8")
    return project(copy)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The built project of :func:`with_own_terms`, to be read only."""
    folder = tmp_path_factory.mktemp("own") / "world"
    shutil.copytree(WORLD, folder)
    made = with_own_terms(folder)
    build(made)
    return made


@pytest.fixture(scope="module")
def own_graph(own: Project) -> KnowledgeGraph:
    return KnowledgeGraph(own.store_folder / "current")


def of_server(graph: KnowledgeGraph) -> Context:
    """What the tasks of a server are given."""
    return Context(graph, Pages(graph, ""), Limits(), Texts(graph.store, graph.names))


def test_own_terms_and_queries_are_added_to_the_packaged_ones(own: Project, own_graph: KnowledgeGraph) -> None:
    found = [f.focus for f in own_graph.audit() if f.rule == "O01-masterless"]
    assert found == ["https://example.org/lamp/ns#伞行"]
    guild = own_graph.entity("灯行")
    assert guild.thing.kind == GUILD
    assert {"https://example.org/lamp/ns#apprenticeOf"} < {edge.predicate for edge in guild.edges}
    files = {path.stem for folder in (ROOT, own.root) for path in (folder / "queries").glob("*.rq")}
    assert {query.name for query in own_graph.catalogue} == files


def test_an_own_class_is_the_type_of_a_parameter_like_any_other(own: Project, own_graph: KnowledgeGraph) -> None:
    names, query = own_graph.names, own_graph.catalogue.get("apprentices")
    assert [param.type for param in query.params] == [GUILD, "https://example.org/lamp/ns#铺"]
    assert own_graph.catalogue.question(query) == Text(
        "东铺是不是灯行的学徒?", "Is East Shop an apprentice of Lamp Guild?"
    )
    assert len(own_graph.query("apprentices", master="Lamp Guild", shop="东铺")) == 1
    with pytest.raises(NotFound, match="东铺"):
        own_graph.query("apprentices", master="东铺")
    assert [choice.label.en for choice in suggestions(names, GUILD, "en")] == ["Lamp Guild", "Umbrella Guild"]
    asked = own_graph.ask("东铺师承灯行").reading
    assert asked is not None
    assert (asked.query.name, asked.values["shop"]) == ("apprentices", "https://example.org/lamp/ns#东铺")

    typed = {"COMP_WORDS": "kg query apprentices master=", "COMP_CWORD": "3", "_KG_COMPLETE": "zsh_complete"}
    assert {"master=灯行", "master=伞行"} <= set(on(own)(lang="zh", code=None, **typed).stdout.splitlines())
    offered = parameter(query.params[0], names)["description"]
    assert offered.endswith("name, alias, slug or IRI of a Guild 行会; default 灯行 / Lamp Guild")
    page = answer(of_server(own_graph), Request("queries", "zh", path="apprentices", suffix="", accept="text/html"))
    assert '<option value="伞行">' in page.body.decode()


def test_an_own_class_is_wherever_kinds_are_listed(own: Project, own_graph: KnowledgeGraph) -> None:
    graph = own_graph

    def kg(*args: str, lang: str = "en", **settings: str) -> str:
        done = on(own)(*args, lang=lang, code=None, **settings)
        return done.stdout + done.stderr

    for kind in ("行会", "guild", "Guild", GUILD):
        assert (
            kg("find", "灯行", "--kind", kind, "--format", "csv").splitlines()[1].startswith("灯行,Lamp Guild,guild,")
        )
    assert "行会(Guild)" in kg("find", "灯行", "--kind", "无", lang="zh")
    typed = {"COMP_WORDS": "kg find x --kind G", "COMP_CWORD": "4"}
    assert "Guild" in kg(_KG_COMPLETE="zsh_complete", **typed).splitlines()
    assert f"{GUILD},guild,2" in kg("query", "things-by-kind", "--format", "csv")

    described = json.loads(document(of_server(graph), Request("openapi")).body)
    of_search = {p["name"]: p["schema"] for p in described["paths"]["/search.json"]["get"]["parameters"]}
    of_find = tools(graph.catalogue, graph.names, "en")["find"].input_schema["properties"]
    assert GUILD in of_search["kind"]["enum"]
    assert GUILD in of_find["kind"]["enum"]

    assert words_of(GUILD, graph.names) == Text("行会", "guild")
    assert style_of(GUILD, graph.names) == STYLES["Company"]
    assert style_of("https://example.org/Unknown", graph.names) not in STYLES.values()


def test_things_of_other_namespaces_have_short_addresses(own: Project, own_graph: KnowledgeGraph) -> None:
    iri, context = "https://example.org/lamp/ns#灯行", of_server(own_graph)
    request = Request("thing", "zh", params=(("iri", iri),), accept="text/html")
    links = re.findall(r'href="([^"]*)"', things.answer(context, request).body.decode())
    named = [unquote(link) for link in links if "灯行" in unquote(link)]
    assert {"/explore?thing=灯行", "/queries/apprentices?master=灯行"} <= {link.partition("&")[0] for link in named}
    assert f"{iri}?lang=en" not in named  # another server has that address
    assert f"/resource?iri={iri}&amp;lang=en" in named
    assert on(own)("why", "灯行", "apprenticeOf", "伞行", lang="zh").stdout.startswith("灯行 — 师承 → 伞行")
    home = answering(context)["home"](Request("home", "zh", accept="text/html")).body.decode()
    assert f'<a href="/chain/{quote("糖画")}">糖画业</a>' in home
    chain = answering(context)["chain"](Request("chain", "zh", path="糖画", accept="text/html"))
    assert "糖画业" in chain.body.decode()
    assert own_graph.find("gift-boxes")[0].score == 99


def test_a_document_may_have_any_iri(own: Project, own_graph: KnowledgeGraph) -> None:
    text, kg = own.root / "texts" / "w2.txt", on(own)
    passages = own.root / "data" / "w2" / "passages.ttl"
    assert kg("passages", f"w2={text}", "-o", "-", "--force").stdout == passages.read_text(encoding="utf-8")
    assert kg("check", "--text", f"w2={text}", code=None).stdout == kg("check", code=None).stdout
    assert kg("passages", str(text), "-o", "-").stdout.count(f"<{REPORT}>") > 2  # found by its digest

    name = re.findall(r"^psg:(\S+) a ivc:Passage", passages.read_text(encoding="utf-8"), re.MULTILINE)[0]
    (param,) = own_graph.catalogue.get("statements-of-passage").params
    assert own_graph.catalogue.terms(param, name) == [f"<{PASSAGE}{name}>"]
    assert "秋季观察" in kg("show", name, "--text", f"w2={text}").stdout
    assert "{w2," in kg("cite", REPORT, "--style", "bibtex").stdout
    assert of_server(own_graph).pages.href(REPORT).startswith("/resource?iri=")


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("Guild", f"write {GUILD}, or use a prefix of the query"),
        ("own:Gild", "check the spelling; a class of your own is an IRI"),
    ],
)
def test_a_type_that_is_no_class_is_told_with_what_to_write(copy: Path, written: str, hint: str) -> None:
    changed = with_own_terms(copy)
    file = copy / "queries" / "apprentices.rq"
    file.write_text(file.read_text(encoding="utf-8").replace("type: own:Guild", f"type: {written}"), encoding="utf-8")
    with pytest.raises(SyntaxProblem, match="is no class of the ontology") as caught:
        read_all(changed, classes(read_project(changed)))
    assert str(caught.value.place) == "queries/apprentices.rq:5"
    assert caught.value.hint is not None
    assert caught.value.hint.en.startswith(hint)


@pytest.mark.parametrize(
    ("file", "hint"),
    [
        ("ontology/terms.rdf", "terms go into .ttl files"),
        ("ontology/shapes-integrty.ttl", "shapes into shapes-integrity.ttl"),
        ("ontology/notes.txt", "terms go into .ttl files"),
        ("queries/two.sparql", "rename this to .rq"),
        ("queries/old/notes.txt", "rename this to .rq"),
        ("data/notes.nt", "write this as TriG"),
        ("data/w1/statements.TRIG", "write this as TriG"),
        ("data/w1/section.tsv", "sections.tsv, carried.tsv, coverage.tsv in the folder of a document"),
        ("data/w9/sections.tsv", "in the folder of a document, which has a document.trig"),
        ("data/two.rq", "queries go into queries/"),
    ],
)
def test_a_file_that_nothing_reads_stops_the_build(copy: Path, file: str, hint: str) -> None:
    (copy / file).parent.mkdir(exist_ok=True)
    (copy / file).write_text("", encoding="utf-8")
    with pytest.raises(SyntaxProblem, match="nothing reads this file") as caught:
        build(project(copy))
    assert str(caught.value.place) == file
    assert caught.value.hint is not None
    assert hint in caught.value.hint.en


def test_two_queries_of_one_name_are_told(copy: Path) -> None:
    (copy / "queries" / "more").mkdir()
    shutil.copy(copy / "queries" / "two-figures.rq", copy / "queries" / "more")
    with pytest.raises(SyntaxProblem, match=r"queries/more/two-figures\.rq is the query of this name already"):
        project(copy).query_files  # noqa: B018


def test_other_files_may_lie_beside(copy: Path) -> None:
    before = project(copy).inputs
    (copy / "ontology").mkdir()
    (copy / "queries" / ".ipynb_checkpoints").mkdir()
    beside = ("ontology/README.md", "queries/a.rq~", "queries/.a.rq.swp", "queries/.ipynb_checkpoints/a.txt")
    for file in (*beside, "data/.#own.trig", "data/w1/report.pdf", "data/w1/text.txt", "data/w1/coverage.tsv"):
        (copy / file).write_text("", encoding="utf-8")
    assert project(copy).inputs == before


@pytest.mark.slow
def test_a_word_without_a_meaning_in_a_wording_is_told_when_it_is_built(copy: Path) -> None:
    file = copy / "queries" / "two-figures.rq"
    text = file.read_text(encoding="utf-8")
    before, _, after = text.partition("#+ tags:")
    file.write_text(f'{before}#+ ask:\n#+   en: ["zyzzyva"]\n#+ tags:{after}', encoding="utf-8")
    line = 2 + before.count("\n")
    for _ in range(2):  # the second build changes nothing
        told = on(project(copy))("build", code=1).stderr
        assert f"queries/two-figures.rq:{line}: “zyzzyva” in the wording “zyzzyva” means nothing" in told
