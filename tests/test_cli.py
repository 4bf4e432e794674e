"""The program as a person runs it: real process, real exit codes, both languages, nothing heavy imported."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import Run
from kg.terms import width

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
COMMANDS = [
    "chain",
    "find",
    "show",
    "path",
    "queries",
    "query",
    "sparql",
    "audit",
    "stats",
    "draw",
    "export",
    "build",
    "check",
    "passages",
    "completion",
    "doctor",
    "why",
]


@pytest.mark.parametrize(
    "args", [["--help"], ["query", "companies-in-segment", "--format", "tsv"], ["find", "BYD"], ["chain", "6G"]]
)
def test_light_commands_import_nothing_heavy(kg: Run, project: object, args: list[str]) -> None:
    code = f"import sys; sys.argv[1:] = {args!r}\nfrom kg.faces.cli import main\ntry: main()\nexcept SystemExit: print(sorted(sys.modules), file=sys.stderr)"
    env = {"KG_STORE": str(project.store), "KG_PROJECT": str(project.root), "PATH": "/usr/bin:/bin"}  # type: ignore[attr-defined]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True)
    loaded = {m.strip("[]' \n") for m in done.stderr.split(",")}
    assert HEAVY & loaded == set()


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_help_speaks_the_language(kg: Run, command: str, lang: str) -> None:
    text = kg(command, "--help", lang=lang).stdout
    assert (
        ("语言" in text or command == "completion")
        if lang == "zh"
        else not any("\u4e00" <= c <= "\u9fff" for c in text.replace("商业航天", ""))
    )


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["query", "companies-in-segmnt"], 3, "companies-in-segment"),
        (["query", "companies-in-segment", "segmnt=卫星制造"], 2, "segment"),
        (["query", "companies-in-segment", "segment=卫星制照"], 3, "卫星制造"),
        (["query", "companies-in-segment", "segment"], 2, "param=value"),
        (["query", "companies-in-segment", "--format", "xml"], 2, "format"),
        (["chain", "没有的产业"], 3, "kg find"),
        (["show", "zzzzqqqq"], 3, "zzzzqqqq"),
        (["sparql", "SELECT ?x WHERE {\n ?x ?y }"], 1, "<query>:2:"),
        (["sparql", "SELECT * WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"], 2, "SERVICE"),
        (["sparql", "nosuch.rq"], 5, "nosuch.rq"),
        (["sparql", "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", "--timeout", "0.5"], 4, "0.5 s"),
        (["export", "--graph", "psg:r1-L9999"], 2, "psg:r1-L9999"),
        (["serch"], 2, "No such command"),
        (["find", "BYD", "--project", "/nonexistent"], 5, "ontology/"),
    ],
)
def test_errors_say_what_where_and_next(kg: Run, args: list[str], code: int, says: str) -> None:
    done = kg(*args, code=code)
    assert says in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("text", ["比亚迪", "比亞迪", "biyadi", "BYD", "byd", "BYD"])
def test_find_by_any_spelling(kg: Run, text: str) -> None:
    rows = json.loads(kg("find", text, "--format", "json").stdout)["rows"]
    assert rows[0]["iri"].endswith("/organization/byd")


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("lanjianhangtian", "landspace"),
        ("ljht", "landspace"),
        ("宁德时带", "catl"),
        ("Landspce", "landspace"),
        ("華為", "huawei"),
    ],
)
def test_find_by_pinyin_initials_and_typo(kg: Run, text: str, slug: str) -> None:
    rows = json.loads(kg("find", text, "--format", "json").stdout)["rows"]
    assert slug in [r["iri"].rsplit("/")[-1] for r in rows[:3]]


def test_formats_hold_the_same_rows(kg: Run) -> None:
    def run(format_: str) -> str:
        return kg("query", "companies-in-segment", "segment=卫星制造", "--format", format_).stdout

    rows = json.loads(run("json"))["rows"]
    assert len(rows) >= 4
    assert [json.loads(line) for line in run("jsonl").splitlines()] == rows
    table = list(csv.DictReader(io.StringIO(run("csv"))))
    assert [r["company"] for r in table] == [r["company"] for r in rows]
    assert len(run("tsv").splitlines()) == len(rows) + 1
    assert len(run("md").splitlines()) == len(rows) + 2
    assert run("ttl").count("solution") >= 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_columns_line_up_with_wide_characters(kg: Run, lang: str) -> None:
    lines = kg("query", "companies-in-segment", "--format", "table", lang=lang, COLUMNS="160").stdout.splitlines()
    rule = next(line for line in lines if set(line.strip()) <= {"─", " "} and line.strip())
    assert {width(line.rstrip()) <= width(rule) for line in lines if line.strip()} == {True}


def test_chain_names_tiers_companies_and_passages(kg: Run) -> None:
    text = kg("chain", "商业航天", lang="zh").stdout
    order = [
        text.index(w) for w in ("商业航天上游", "卫星制造", "商业航天中游", "蓝箭航天", "商业航天下游", "中国卫通")
    ]
    assert order == sorted(order)
    assert "r1-L0045" in text


def test_path_has_a_passage_on_each_hop(kg: Run) -> None:
    hops = json.loads(kg("path", "比亚迪", "三一重工", "--format", "json").stdout)["rows"]
    assert hops
    assert all(hop["passages"].startswith("r1-L") for hop in hops)


def test_limit_marks_what_is_cut(kg: Run) -> None:
    done = kg("sparql", "SELECT * { ?s ?p ?o }", "--limit", "3", "--format", "json")
    assert json.loads(done.stdout)["truncated"] is True


def test_no_colour_and_nothing_but_data_on_stdout(kg: Run) -> None:
    assert "\x1b" not in kg("chain", "6G", NO_COLOR="1").stdout
    assert kg("sparql", "ASK { ?s ?p ?o }").stdout == "true\n"


def test_completion_knows_industries_and_queries(kg: Run) -> None:
    done = kg(code=None, _KG_COMPLETE="bash_complete", COMP_WORDS="kg chain 商", COMP_CWORD="2")
    assert "商业航天" in done.stdout
    done = kg(code=None, _KG_COMPLETE="bash_complete", COMP_WORDS="kg query market-s", COMP_CWORD="2")
    assert "market-size" in done.stdout


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
    assert "✗ store" in kg("doctor", KG_STORE=str(tmp_path), code=1).stdout
    assert "✗ project" in kg("doctor", "--project", str(tmp_path), code=1).stdout
