"""The program as a person runs it: exit codes, standard output and error, both languages, nothing heavy imported."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pyoxigraph as ox
import pytest

from conftest import ROOT, WORLD, Run, at_terminal
from kg.faces.cli import COMMANDS
from kg.graph import KnowledgeGraph
from kg.source.project import Project
from kg.terms import cell_width

HEAVY = {
    "pyshacl",
    "owlrl",
    "networkx",
    "pyvis",
    "rdflib",
    "pypinyin",
    "opencc",
    "yaml",
    "urllib.request",
    "multiprocessing",
}
QINGLAN = "https://w3id.org/xinzhi/organization/qinglan"
SECTION = "纸灯业/03 产业链/上游"
DIGEST = "773c13e6fbaf2084106be817845de205374695107f4bafc1732c27be1d0604f7"


@pytest.mark.parametrize(
    "args", [["--help"], ["query", "companies-in-segment", "--format", "tsv"], ["find", "青岚"], ["chain", "纸灯业"]]
)
def test_light_commands_import_nothing_heavy(world: KnowledgeGraph, world_project: Project, args: list[str]) -> None:
    code = f"import sys\nfrom kg.faces.cli import main\ntry: main({args!r})\nexcept SystemExit: print(*sys.modules, file=sys.stderr)"
    env = {**os.environ, "KG_STORE": str(world_project.store_folder), "KG_PROJECT": str(world_project.root)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True)
    loaded = set(done.stderr.split())
    assert "kg.faces.cli.group" in loaded
    assert HEAVY & loaded == set()


@pytest.mark.parametrize("command", [command for command in COMMANDS if command != "completion"])
def test_help_speaks_the_language(kg: Run, command: str) -> None:
    assert "语言" in kg(command, "--help", lang="zh").stdout
    assert not re.search("[\u4e00-\u9fff]", kg(command, "--help").stdout)


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["query", "companies-in-segmnt"], 3, "companies-in-segment"),
        (["query", "companies-in-segment", "segmnt=灯纸"], 2, "its parameters: segment"),
        (["query", "companies-in-segment", "segment=灯只"], 3, "did you mean: 灯纸 / lantern paper, "),
        (["query", "companies-in-segment", "segment"], 2, "param=value"),
        (["query", "companies-in-segment", "--format", "xml"], 2, "format"),
        (["chain", "没有的产业"], 3, "one of: 纸灯业 / paper lantern making, 纸伞业 / paper umbrella making, 风铃业"),
        (["show", "zzzzqqqq"], 3, "zzzzqqqq"),
        (["sparql", "SELECT ?x WHERE {\n ?x ?y }"], 2, "<query>:2:"),
        (["sparql", "SELECT * { ?s foo:bar ?o }"], 2, "<query>:1:15: SPARQL syntax error: the prefix “foo:” is not"),
        (
            ["sparql", "PREFIX e: <http://e/>\nDELETE WHERE { ?s ?p ?o }"],
            2,
            "<query>:2:1: SPARQL syntax error: the graph is",
        ),
        (["sparql", "SELECT * { ?s ?p ?o"], 2, "ends too early"),
        (["sparql", "SELEC * { ?s ?p ?o }"], 2, "    SELEC * { ?s ?p ?o }\n    ^^^^^\n"),
        (["sparql", "SELECT * { ?s <rel> ?o }"], 2, "“<rel>” is no absolute IRI"),
        (["sparql", ""], 2, "the query is empty"),
        (["sparql", "ASK {}", "--timeout", "nan"], 2, "cannot be nan seconds"),
        (["sparql", "ASK {}", "--timeout", "inf"], 2, "--timeout"),
        (["find", "青岚", "--kind", "Foo"], 2, "one of: Application, "),
        (["path", "青岚", "Qinglan"], 2, "“Qinglan Paper Works” is given twice"),
        (["show", "w1-L9999"], 3, "w1-L9999"),
        (["query", "statements-of-passage", "passage=w1-L9999"], 3, "there is no passage w1-L9999"),
        (["query", "statements-of-passage", "passage=" + "9" * 5000], 3, "there is no passage 9999"),
        (["query", "claims-with-word", "word=\udcff"], 2, "UTF-8"),
        (["find", "青岚", "--store", "http://[bad"], 2, "no URL"),
        (["find", "青岚", "--store", "ftp://x"], 2, "no URL"),
        (["sparql", "SELECT * WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"], 2, "SERVICE"),
        (["sparql", "nosuch.rq"], 5, "nosuch.rq"),
        (["sparql", "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", "--timeout", "0.5"], 4, "0.5 s"),
        (["export", "--graph", "psg:w1-L9999"], 2, "psg:w1-L9999"),
        (["serch"], 2, "No such command 'serch'."),
        (["quer"], 2, "Did you mean query?"),
        (["find", "青岚", "--project", "/nonexistent"], 5, "/nonexistent has no folder data/"),
    ],
)
def test_errors_say_what_where_and_next(kg: Run, args: list[str], code: int, says: str) -> None:
    done = kg(*args, code=code)
    assert says in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_the_traceback_is_printed_when_asked_for(kg: Run) -> None:
    assert kg("show", "zzzzqqqq", "--debug", code=3).stderr.startswith("Traceback (most recent call last):\n")


def test_the_limits_of_a_command_end_with_it(kg: Run) -> None:
    before = set(threading.enumerate())
    assert kg("find", "青岚").stdout
    for thread in set(threading.enumerate()) - before:
        thread.join(60)
        assert not thread.is_alive()


@pytest.mark.parametrize("text", ["青岚纸坊", "青嵐", "qinglanzhifang", "qlzf", "QINGLAN", "Ｑｉｎｇｌａｎ"])
def test_find_by_any_spelling(kg: Run, text: str) -> None:
    rows = json.loads(kg("find", text, "--format", "json").stdout)["rows"]
    assert [row["iri"] for row in rows] == [QINGLAN]


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("清岚纸坊", "qinglan"),
        ("青蓝纸坊", "qinglan"),
        ("云停", "yunting"),
        ("澄舟", "chengzhou"),
        ("远衫咨询", "yuanshan"),
        ("走马登", "running-lantern"),
        ("细蔑", "lantern-splints"),
        ("Qinglna", "qinglan"),
    ],
)
def test_find_by_a_homophone_or_one_wrong_character(kg: Run, typed: str, slug: str) -> None:
    """The misspelt name comes first, with a score below every true match."""
    best = json.loads(kg("find", typed, "--format", "json").stdout)["rows"][0]
    assert (best["iri"].rsplit("/")[-1], best["score"] < 70) == (slug, True)


@pytest.mark.parametrize("words", [["show", "青嵐"], ["path", "青嵐", "竹裏編舍"], ["show", "qlzf"]])
def test_a_name_in_any_spelling_is_a_name(kg: Run, words: list[str]) -> None:
    assert "Qinglan Paper Works" in kg(*words).stdout


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("青栏纸坊", "did you mean: 青岚纸坊 / Qinglan Paper Works?"),
        ("走马", "did you mean: 走马灯 / running-horse lantern?"),
        ("纸", "did you mean: 纸灯 / paper lantern, 灯纸 / lantern paper?"),
        (
            "xx",
            "did you mean: 新兴产业 / emerging industry, 战略性新兴产业分类(2018) / Classification of Strategic Emerging Industries (2018)?",
        ),
        ("7G", "look names up with kg find"),
    ],
)
def test_unknown_name_is_offered_the_nearest_beside_those_it_is_part_of(kg: Run, typed: str, offered: str) -> None:
    assert kg("show", typed, code=3).stderr == f"error[not-found]: nothing is named “{typed}”\n  → {offered}\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["chain", "青岚"], f"“青岚” is of the kind company, not industry\n  → look at it itself: {QINGLAN}"),
        (
            ["chain", "zzzzqqqq"],
            "nothing is named “zzzzqqqq” among industry\n"
            "  → one of: 纸灯业 / paper lantern making, 纸伞业 / paper umbrella making, 风铃业 / wind chime making",
        ),
        (
            ["query", "figures-by-status", "status=zzzz"],
            "nothing is named “zzzz” among observation status\n"
            "  → one of: 实际 / actual, 设计指标 / design value, 测算 / estimate, 预测 / forecast, 目标 / target",
        ),
    ],
)
def test_a_name_of_the_wrong_kind_is_told_what_it_is_or_what_there_is(kg: Run, words: list[str], said: str) -> None:
    assert kg(*words, code=3).stderr == f"error[not-found]: {said}\n"


def test_pinyin_of_a_query_leaves_the_build_its_own() -> None:
    code = (
        "import sys; from kg.ask.names import Names; nothing = dict(things=[], properties=[])\n"
        "nothing |= {key: {} for key in ('terms', 'classes', 'captions', 'measure_words', 'counted', 'symbols', 'precedence', 'variants', 'documents')}\n"
        "print(Names(nothing).find('长沙'), [m for m in sys.modules if m.startswith('pypinyin')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[] []\n"


@pytest.mark.parametrize("kind", ["Company", "company", "企业", "organization"])
def test_find_by_kind_takes_its_labels(kg: Run, kind: str) -> None:
    rows = json.loads(kg("find", "青岚纸坊", "--kind", kind, "--format", "json").stdout)["rows"]
    assert [(row["iri"], row["score"]) for row in rows] == [(QINGLAN, 100)]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("w1-L0020", "  Qinglan Paper Works — key player in — lantern paper\n"),
        ("psg:w1-L0020", "  Qinglan Paper Works — key player in — lantern paper\n"),
        ("w1-L0020", f"{SECTION} · characters 275–314 · SHA-256 {DIGEST}\n"),
        ("obs:w1-lantern-cn-2024", "paper lantern making · market size · China · 2024  "),
        ("obs:w1-lantern-cn-2024", "\nvalue: 12,000,000,000 (12 billion)\nyear: 2024\n"),
        ("https://w3id.org/xinzhi/observation/w1-lantern-cn-2024", "  unit → yuan renminbi [w1-L0012]\n"),
        ("ivc:Company", "\nAn organization run as a business.\n"),
    ],
)
def test_show_takes_the_iris_that_other_answers_print(kg: Run, name: str, says: str) -> None:
    assert says in kg("show", name).stdout


def test_show_tells_of_others_with_the_name(kg: Run) -> None:
    done = kg("show", "竹编")
    assert done.stdout.startswith("bamboo weaving  竹编  (technology)\n")
    assert done.stderr == "\nalso of this name: wickerwork (bamboo-weave, Product)\n"


def test_show_tells_programs_all_that_it_tells_people(kg: Run) -> None:
    """The JSON of a passage has its place and what it states, each IRI with its names."""
    body = json.loads(kg("show", "w1-L0020", "--format", "json").stdout)
    assert (body["section"], body["start"], body["end"], body["sha256"]) == (SECTION, 275, 314, DIGEST)
    said = [
        " — ".join(part if isinstance(part, str) else part["en"] for part in triple.values())
        for triple in body["states"]
    ]
    assert said == [
        "bottleneck — is of kind — bottleneck",
        "bottleneck — constrains — lantern paper",
        "bottleneck — summary — Rain slows the making of lantern paper.",
        "bottleneck — summary — 多雨时节拖慢灯纸的生产。",
        "Qinglan Paper Works — key player in — lantern paper",
        "Qinglan Paper Works — supplies to — Mingying Lamps",
        "lantern paper — segment of — paper lanterns, upstream",
    ]
    assert "".join(f"  {line}\n" for line in said) in kg("show", "w1-L0020").stdout
    figure = json.loads(kg("show", "obs:w1-lantern-cn-2024", "--format", "json").stdout)
    assert {v["predicate"]["en"]: v["value"] for v in figure["values"]} == {
        "stated scale": 100000000,
        "stated value": 120,
        "value": 12000000000,
        "year": 2024,
    }


def test_formats_hold_the_same_rows(kg: Run) -> None:
    def run(format_: str) -> str:
        return kg("query", "market-size", "industry=纸灯业", "--format", format_).stdout

    rows = json.loads(run("json"))["rows"]
    assert [(row["subject_label"], row["year"], row["value"]) for row in rows] == [
        ("paper lantern making", 2024, 12e9),
        ("paper lantern making", 2027, 9e9),
        ("paper lantern making", 2029, 20e9),
        ("paper lantern making", 2029, 30e9),
        ("running-horse lantern", 2024, 5e9),
        ("festive spending", 2035, 1.2e12),
    ]
    assert [json.loads(line) for line in run("jsonl").splitlines()] == rows
    table = list(csv.DictReader(io.StringIO(run("csv").removeprefix("\ufeff"))))
    assert [{name: str(value or "") for name, value in r.items()} for r in rows] == [
        r | {"value": str(float(r["value"]))} for r in table
    ]
    assert [line.split("\t")[0] for line in run("tsv").splitlines()[1:]] == [row["subject"] for row in rows]
    assert [line.split(" | ")[5] for line in run("md").splitlines()[2:]] == [
        "12 billion",
        "9 billion",
        "20 billion",
        "30 billion",
        "5 billion",
        "1.2 trillion",
    ]
    results = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
    triples = list(ox.parse(run("ttl"), format=ox.RdfFormat.TURTLE))
    assert sum(t.predicate.value == f"{results}solution" for t in triples) == len(rows)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_columns_line_up_with_wide_characters(kg: Run, lang: str) -> None:
    lines = kg("query", "companies-of-industry", "--format", "table", lang=lang, COLUMNS="160").stdout.splitlines()
    assert set(lines[1]) == {"─"}
    assert max(map(cell_width, lines)) == cell_width(lines[1])


def test_each_hop_of_a_path_has_its_passage(kg: Run) -> None:
    shown = kg("path", "青岚", "竹里编舍", "--format", "text", "--ways", "1").stdout
    assert shown == (
        "1. through three leading umbrella makers (4 neighbours)\n"
        "   Qinglan Paper Works — member of → three leading umbrella makers [w2-L0053]\n"
        "   three leading umbrella makers — has member → Zhuli Weavers [w2-L0053]\n"
    )
    inferred = kg("path", "竹里编舍", "纸灯业", "--format", "text", "--ways", "1", "--inferred", lang="zh").stdout
    assert inferred.startswith("1. 直接\n   竹里编舍 — 涉足产业 → 纸灯业 [推理得出] [w1-L0021")
    head, *rows = kg("path", "明萤灯业", "竹里编舍", "--format", "tsv").stdout.splitlines()
    assert head.split("\t")[0] == "way"
    assert {row.split("\t")[0] for row in rows} == {"1", "2", "3"}


@pytest.mark.parametrize(
    ("words", "column"),
    [(["path", "青岚", "竹里编舍"], "subject"), (["audit", "纸伞业"], "focus"), (["chain", "纸灯业"], "segment")],
)
def test_what_reads_best_as_text_is_rows_in_a_pipe_and_names_in_markdown(
    kg: Run, words: list[str], column: str
) -> None:
    head, *rows = kg(*words).stdout.splitlines()
    assert column in head.split("\t")
    assert rows
    assert {row.count("\t") for row in rows} == {head.count("\t")}
    for format_ in ("md", "table"):
        told = kg(*words, "--format", format_, lang="zh", COLUMNS="400").stdout
        assert not re.search(r"https://|subject|severity|segment|Info|Warning", told), told


def test_an_audit_with_warnings_leaves_with_1(kg: Run) -> None:
    assert kg("audit", "纸灯业", "--severity", "Warning", "--format", "text", code=1).stderr == "6 finding(s)\n"
    found = kg("audit", "纸伞业", "--format", "text")
    assert found.stderr == "5 finding(s)\n"
    assert found.stdout.startswith(
        "note · a market figure without a source (A09-uncredited)\n"
        "  paper umbrella making · market size · world · 2024: the text does not say who put this market figure together; "
        "quote it as “the report says” only. [w2-L0051]\n"
    )


@pytest.mark.parametrize("words", [["chain"], ["audit"], ["query", "market-size"]])
def test_columns_are_the_same_whatever_is_found(kg: Run, words: list[str]) -> None:
    """The tables of several industries can then be joined; one of them has no view, one has nothing at all."""
    heads = set()
    for industry in ("纸灯业", "风铃业", "纸伞业"):
        asked = f"industry={industry}" if words[0] == "query" else industry
        heads.add(kg(*words, asked, "--format", "csv", code=None).stdout.partition("\n")[0])
    assert len(heads) == 1
    assert "_label" in heads.pop()


def test_sparql_keeps_to_format_and_limit_in_every_query_form(kg: Run) -> None:
    asked = ("sparql", "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", "--limit", "3")
    body = json.loads(kg(*asked, "--format", "json").stdout)
    assert (body["columns"], len(body["rows"]), body["truncated"]) == (["subject", "predicate", "object"], 3, True)
    done = kg(*asked)
    assert len(list(ox.parse(done.stdout, format=ox.RdfFormat.TURTLE))) == 3
    assert "raise --limit" in done.stderr
    assert kg("sparql", "ASK {}", "--format", "csv").stdout.split() == ["answer", "true"]


def test_limit_marks_what_is_cut(kg: Run) -> None:
    done = kg("sparql", "SELECT * { ?s ?p ?o }", "--limit", "3", "--format", "json")
    assert json.loads(done.stdout)["truncated"] is True
    for query in (  # by a limit that nobody asked for
        "SELECT * { ?s ?p ?o . ?a a ivc:Industry . ?b a ivc:Industry }",
        "CONSTRUCT { ?s ?p ?x } { ?s ?p ?o . ?a a ivc:Claim BIND(CONCAT(STR(?o), STR(?a)) AS ?x) }",
    ):
        done = kg("sparql", query, code=4)
        assert "raise --limit" in done.stderr and done.stdout


def test_a_parameter_given_twice_is_refused(kg: Run) -> None:
    """Only a bound is refused; of any other parameter, each of several values is asked about."""
    assert "least is given twice" in kg("query", "sectors-served-by-industries", "least=1", "least=2", code=2).stderr


def test_no_colour_and_nothing_but_data_on_stdout(kg: Run) -> None:
    assert "\x1b" not in kg("chain", "纸灯业", NO_COLOR="1").stdout
    assert kg("sparql", "ASK { ?s ?p ?o }").stdout == "true\n"


def test_saved_queries_are_found_by_words(kg: Run, world: KnowledgeGraph) -> None:
    for words in (["市場規模"], ["how", "large", "is", "the", "market"]):
        found = json.loads(kg("queries", *words, "--format", "json").stdout)["rows"]
        assert [row["name"] for row in found] == [query.name for query in world.catalogue.search(" ".join(words))] != []
    tagged = json.loads(kg("queries", "market", "--tag", "figure", "--format", "json").stdout)["rows"]
    assert tagged and all("figure" in row["tags"].split() for row in tagged)
    assert "try other words" in kg("queries", "purple elephants", code=3).stderr
    about = kg("queries", "风铃业", "--format", "json", lang="en").stdout
    named = {row["name"]: row for row in json.loads(about)["rows"]}["market-size"]
    assert "wind chime making" in named["question"]
    asked = next(word for word in shlex.split(named["params"]) if "=" in word)
    assert asked == "industry=wind chime making"
    assert kg("query", "market-size", asked).stdout == kg("query", "market-size", "industry=wind-chimes").stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "escapes"), [({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False), ({"TERM": "xterm"}, True)]
)
@pytest.mark.parametrize("words", [["chain", "风铃业"], ["queries", "--tag", "company"]])
def test_a_terminal_that_wants_no_escapes_gets_none(
    world: KnowledgeGraph, world_project: Project, words: list[str], settings: dict[str, str], escapes: bool
) -> None:
    told = at_terminal(world_project, *words, **settings)
    assert (b"wind chime making" if words[0] == "chain" else b"companies-in-segment") in told
    assert (b"\x1b" in told) is escapes


def _sh(project: Project, line: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A line of the shell in which $KG is the program."""
    env = {
        **os.environ,
        "KG_LANG": "en",
        "KG_PROJECT": str(project.root),
        "KG_STORE": str(project.store_folder),
        **settings,
    }
    env["KG"] = f"{sys.executable} -m kg"
    command = ["bash", "-c", line]
    return subprocess.run(
        command, capture_output=True, encoding="utf-8", errors="replace", env=env, timeout=60, check=False
    )


@pytest.mark.slow
@pytest.mark.parametrize("words", ["find 青岚", "--help", "chain 纸灯业", "export", "sparql ASK{}", "completion bash"])
@pytest.mark.parametrize("where", [">/dev/full", ">&-"])
def test_a_full_disk_or_no_output_is_one_message(
    world: KnowledgeGraph, world_project: Project, words: str, where: str
) -> None:
    done = _sh(world_project, f"$KG {words} {where}")
    assert done.returncode == 5, done.stderr
    assert done.stderr.startswith("error[output]: cannot write standard output: ")
    assert done.stderr.count("\n") == 2
    assert done.stdout == ""


def test_no_input_is_one_message(world: KnowledgeGraph, world_project: Project) -> None:
    done = _sh(world_project, "$KG sparql - <&-")
    assert (done.returncode, done.stderr.startswith("error[missing-file]: cannot read <stdin>")) == (5, True)


@pytest.mark.parametrize("words", ["chain 纸灯业", "show 青岚", "doctor", "export"])
def test_a_reader_who_leaves_early_is_no_failure(world: KnowledgeGraph, world_project: Project, words: str) -> None:
    done = _sh(world_project, f"set -o pipefail; $KG {words} | head -c 1")
    assert (done.returncode, done.stderr, len(done.stdout.encode()) > 0) == (0, "", True)


def test_an_option_before_the_command_wins_over_the_environment(
    kg: Run, world_project: Project, tmp_path: Path
) -> None:
    store, root = str(world_project.store_folder), str(world_project.root)
    wrong = {"KG_STORE": str(tmp_path / "wrong"), "KG_PROJECT": str(tmp_path)}
    kg("--store", store, "--project", root, "find", "青岚", **wrong)
    kg("--store", "/nowhere", "find", "青岚", "--store", store)
    assert list(tmp_path.iterdir()) == []


EXPORT = ("export", "--graph", "psg:w1-L0020")


def test_output_goes_through_links_and_into_what_is_no_file(kg: Run, world_project: Project, tmp_path: Path) -> None:
    whole = kg(*EXPORT).stdout
    assert "co:qinglan ivc:keyPlayerIn seg:lantern-paper" in whole
    real, link, dangling = (tmp_path / name for name in ("real", "link", "dangling"))
    real.write_text("old")
    real.chmod(0o600)
    link.symlink_to("real")
    dangling.symlink_to("fresh")
    for output in (link, dangling):
        kg(*EXPORT, "-o", str(output))
    assert (link.is_symlink(), real.read_text(), real.stat().st_mode & 0o777) == (True, whole, 0o600)
    assert (dangling.is_symlink(), (tmp_path / "fresh").read_text()) == (True, whole)
    assert kg(*EXPORT, "-o", "-").stdout == whole
    words, pipe = " ".join(EXPORT), tmp_path / "pipe"
    assert _sh(world_project, f"$KG {words} -o /dev/stdout | cat").stdout == whole
    os.mkfifo(pipe)
    assert _sh(world_project, f"cat '{pipe}' & $KG {words} -o '{pipe}'; wait").stdout == whole
    assert sorted(p.name for p in tmp_path.iterdir()) == ["dangling", "fresh", "link", "pipe", "real"]


@pytest.mark.parametrize("words", [["export"], ["passages", "w1=../w1.txt"]], ids=lambda w: w[0])
@pytest.mark.parametrize("output", ["", "/nonexistent/x", "folder", "folder/", "/dev/full"])
def test_output_that_cannot_be_written_is_one_message(
    kg: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], output: str
) -> None:
    shutil.copy(WORLD / "texts" / "w1.txt", tmp_path)
    here = tmp_path / "here"
    (here / "folder").mkdir(parents=True)
    monkeypatch.chdir(here)
    device = Path("/dev/full").stat()
    done = kg(*words, "-o", output, code=5)
    assert re.fullmatch(f"error\\[output\\]: cannot write “{output}”: .*\n  → .*\n", done.stderr), done.stderr
    assert (done.stdout, "kg build" in done.stderr) == ("", False)
    assert [p.name for p in here.rglob("*")] == ["folder"]
    assert Path("/dev/full").stat().st_ino == device.st_ino


def test_a_file_that_grows_too_large_leaves_the_old_one(
    world: KnowledgeGraph, world_project: Project, tmp_path: Path
) -> None:
    (tmp_path / "old").write_text("old")
    done = _sh(world_project, f"cd '{tmp_path}' && (ulimit -f 8; $KG --lang zh export -o old) 2>&1 | cat")
    assert done.stdout.startswith("错误[output]: 写不了“old”:文件过大\n  → ")
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"old": "old"}


@pytest.mark.slow
@pytest.mark.parametrize("coding", ["latin-1", "gbk", "ascii", "utf-8"])
def test_an_encoding_that_lacks_a_character_loses_no_answer(
    world: KnowledgeGraph, world_project: Project, coding: str
) -> None:
    done = _sh(world_project, "$KG find 青岚 --format tsv && $KG show w1-L0020 >/dev/null", PYTHONIOENCODING=coding)
    assert (done.returncode, done.stderr) == (0, "")
    assert "organization/qinglan" in done.stdout


def test_a_query_file_that_is_no_utf8_says_so(kg: Run, tmp_path: Path) -> None:
    (tmp_path / "b.rq").write_bytes(b'ASK {\n"\xff"}')
    assert "b.rq:2: not a text in UTF-8" in kg("sparql", str(tmp_path / "b.rq"), code=5).stderr


def test_ctrl_c_while_the_program_is_still_being_read_is_quiet() -> None:
    code = (
        "import sys, _thread\nfrom kg.faces.cli import main\n"
        "class At:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == sys.argv[1]: sys.meta_path.remove(self); raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, At())\nmain(['find', '青岚'])"
    )
    for module in ("click", "kg.errors", "pyoxigraph", "kg.faces.cli.group", "kg.faces.cli.commands.find"):
        done = subprocess.run([sys.executable, "-c", code, module], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (130, ""), (module, done.stderr)
        assert done.stderr.count("\n") == 1


def test_without_python_the_first_command_says_so(tmp_path: Path) -> None:
    for tool in ("dirname", "cat", "cksum", "tr", "sh"):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    env = {"PATH": str(tmp_path), "KG_VENV": str(tmp_path / "venv")}
    done = subprocess.run([ROOT / "scripts" / "kg", "doctor"], capture_output=True, text=True, env=env, check=False)
    assert (done.returncode, done.stdout) == (5, "")
    assert "none was found" in done.stderr
    assert "需要 Python" in done.stderr


def test_doctor_says_what_is_there_and_what_to_do(kg: Run, tmp_path: Path) -> None:
    told = kg("doctor").stdout
    assert "✗" not in told
    assert "is current" in told
    assert "pyoxigraph: " in told
    empty = kg("doctor", KG_STORE=str(tmp_path), lang="zh").stdout
    assert "– 图谱" in empty
    assert "→ 运行 kg build" in empty
    (tmp_path / "current").mkdir()
    (tmp_path / "current" / "manifest.json").write_text("{")
    assert "✗ graph" in kg("doctor", KG_STORE=str(tmp_path), code=1).stdout
    assert "✗ project" in kg("doctor", "--project", str(tmp_path), code=1).stdout


def test_doctor_finds_that_there_is_nothing_to_build(kg: Run, tmp_path: Path) -> None:
    for folder in ("ontology", "data", "queries"):
        (tmp_path / folder).mkdir()
    assert "✗ project" in kg("doctor", "--project", str(tmp_path), KG_STORE=str(tmp_path / "build"), code=1).stdout
    for path in (ROOT / "ontology").iterdir():
        (tmp_path / "ontology" / path.name).touch()
    told = kg("doctor", "--project", str(tmp_path), KG_STORE=str(tmp_path / "build"), code=1).stdout
    assert "✗ terms: 0 classes in ontology/" in told and 'extends = "ivc"' in told
    assert "– data: 0 statements" in told and "– queries: 0 in queries/" in told
    shutil.copytree(ROOT / "ontology", tmp_path / "ontology", dirs_exist_ok=True)
    assert "✗" not in kg("doctor", "--project", str(tmp_path), KG_STORE=str(tmp_path / "build"), lang="zh").stdout


@pytest.mark.parametrize(
    ("settings", "words", "told"),
    [
        ({"LC_ALL": "C"}, ["find", "没有这个名字"], "没有与"),
        ({"LANG": "POSIX"}, ["find", "no such name"], "no name comes near"),
        ({"LANG": "C.UTF-8"}, ["find", "没有这个名字"], "没有与"),
        ({"LANG": "en_US.UTF-8"}, ["find", "没有这个名字"], "no name comes near"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, ["find", "no such name"], "no name comes near"),
        ({"LANG": "C", "KG_LANG": "zh"}, ["find", "no such name"], "没有与"),
    ],
)
def test_where_the_locale_says_no_language_the_question_does(
    world_project: Project, settings: dict[str, str], words: list[str], told: str
) -> None:
    line = [
        "env",
        "-u",
        "LC_ALL",
        "-u",
        "LC_MESSAGES",
        "-u",
        "LANG",
        "-u",
        "KG_LANG",
        *(f"{k}={v}" for k, v in settings.items()),
    ]
    place = [f"KG_PROJECT={world_project.root}", f"KG_STORE={world_project.store_folder}"]
    command = [*line, *place, sys.executable, "-m", "kg", *words]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert told in done.stderr
