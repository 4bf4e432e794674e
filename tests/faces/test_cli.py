"""The program as a person runs it: real process, real exit codes, both languages, nothing heavy imported."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pyoxigraph as ox
import pytest

from conftest import ROOT, Run
from kg.ask.names import Names
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
        (["chain", "没有的产业"], 3, "one of: 6G"),
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
        (["find", "比亚迪", "--kind", "Foo"], 2, "one of: Application, "),
        (["path", "比亚迪", "BYD"], 2, "the same thing"),
        (["show", "r1-L9999"], 3, "r1-L9999"),
        (["query", "statements-of-passage", "passage=9999"], 3, "there is no passage 9999"),
        (["query", "statements-of-passage", "passage=" + "9" * 5000], 3, "there is no passage 9999"),
        (["query", "claims-with-word", "word=\udcff"], 2, "UTF-8"),
        (["find", "BYD", "--store", "http://[bad"], 2, "no URL"),
        (["find", "BYD", "--store", "ftp://x"], 2, "no URL"),
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
        ("騰訊", "tencent"),
    ],
)
def test_find_by_pinyin_initials_and_typo(kg: Run, text: str, slug: str) -> None:
    rows = json.loads(kg("find", text, "--format", "json").stdout)["rows"]
    assert slug in [r["iri"].rsplit("/")[-1] for r in rows[:3]]


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("华伪", "huawei"),
        ("百渡", "baidu"),
        ("小迷", "xiaomi"),
        ("腾迅", "tencent"),
        ("微朔", "microsoft"),
        ("背景", "beijing"),
        ("申镇", "shenzhen"),
        ("化为", "huawei"),
        ("蓝剑航天", "landspace"),
    ],
)
def test_find_by_a_homophone_or_one_wrong_character(kg: Run, typed: str, slug: str) -> None:
    """First, and below every true match."""
    best = json.loads(kg("find", typed, "--format", "json").stdout)["rows"][0]
    assert (best["iri"].rsplit("/")[-1], best["score"] < 70) == (slug, True)


@pytest.mark.parametrize("words", [["show", "華為"], ["path", "華為", "騰訊"], ["show", "ljht"], ["show", "AI"]])
def test_a_name_in_any_spelling_is_a_name(kg: Run, words: list[str]) -> None:
    assert kg(*words).stdout


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("bydd", "比亚迪"), ("7G", "6G"), ("比亚", "比亚迪"), ("xx", "学习能力 / learning capability")],
)
def test_unknown_name_is_offered_the_nearest_beside_those_it_is_part_of(kg: Run, typed: str, offered: str) -> None:
    done = kg("--lang", "en", "show", typed, code=3)
    assert "did you mean" in done.stderr and offered in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["chain", "比亚迪"],
            ["“比亚迪” is of the kind company, not industry", "https://w3id.org/xinzhi/organization/byd"],
        ),
        (
            ["chain", "zzzzqqqq"],
            ["nothing is named “zzzzqqqq” among industry", "one of: 6G, ", "量子科技 / quantum technology"],
        ),
        (["query", "figures-by-status", "status=zzzz"], ["one of: 实际 / actual, "]),
    ],
)
def test_a_name_of_the_wrong_kind_is_told_what_it_is_or_what_there_is(
    kg: Run, words: list[str], said: list[str]
) -> None:
    told = kg(*words, code=3).stderr
    assert all(text in told for text in said), told


def test_pinyin_of_a_query_leaves_the_build_its_own() -> None:
    found = Names(
        {"things": [], "terms": {}, "classes": {}, "captions": {}, "measures": {}, "precedence": {}, "properties": []}
    ).find("长沙")
    assert (found, [m for m in sys.modules if m.startswith("pypinyin")]) == ([], [])


@pytest.mark.parametrize("kind", ["Company", "company", "企业", "organization"])
def test_find_by_kind_takes_its_labels(kg: Run, kind: str) -> None:
    assert json.loads(kg("find", "比亚迪", "--kind", kind, "--format", "json").stdout)["rows"][0]["score"] == 100


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("r1-L0037", "key player in — satellite manufacturing"),
        ("psg:r1-L0037", "key player in — satellite manufacturing"),
        ("r1-L0037", "商业航天/03 产业链与代表企业/上游 · characters 628–671 · SHA-256 02bf85a1494"),
        ("obs:eai-cn-2023", "market size · China · 2023"),
        ("obs:eai-cn-2023", "value: 157.27 billion\nyear: 2023\n"),
        ("https://w3id.org/xinzhi/observation/eai-cn-2023", "[r1-L0356]"),
        ("ivc:Company", "run as a business"),
    ],
)
def test_show_takes_the_iris_that_other_answers_print(kg: Run, name: str, says: str) -> None:
    assert says in kg("show", name).stdout


def test_show_tells_programs_all_that_it_tells_people(kg: Run) -> None:
    """A passage: where it stands and what it states; each IRI with its names."""
    body = json.loads(kg("show", "r1-L0037", "--format", "json").stdout)
    assert (body["section"], body["start"], body["end"]) == ("商业航天/03 产业链与代表企业/上游", 628, 671)
    said = [" — ".join(part["en"] for part in triple.values()) for triple in body["states"]]
    assert said
    text = kg("show", "r1-L0037").stdout
    assert all(f"  {line}\n" in text for line in said)
    figure = json.loads(kg("show", "obs:eai-cn-2023", "--format", "json").stdout)
    assert {v["predicate"]["en"]: v["value"] for v in figure["values"]} == {
        "stated scale": 100000000,
        "stated value": 1572.7,
        "value": 157270000000,
        "year": 2023,
    }


def test_formats_hold_the_same_rows(kg: Run) -> None:
    def run(format_: str) -> str:
        return kg("query", "companies-in-segment", "segment=卫星制造", "--format", format_).stdout

    rows = json.loads(run("json"))["rows"]
    assert len(rows) >= 4
    assert [json.loads(line) for line in run("jsonl").splitlines()] == rows
    table = list(csv.DictReader(io.StringIO(run("csv").removeprefix("\ufeff"))))
    assert [r["company"] for r in table] == [r["company"] for r in rows]
    assert len(run("tsv").splitlines()) == len(rows) + 1
    assert len(run("md").splitlines()) == len(rows) + 2
    assert run("ttl").count("solution") >= 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_columns_line_up_with_wide_characters(kg: Run, lang: str) -> None:
    lines = kg("query", "companies-in-segment", "--format", "table", lang=lang, COLUMNS="160").stdout.splitlines()
    rule = next(line for line in lines if set(line.strip()) <= {"─", " "} and line.strip())
    assert {cell_width(line.rstrip()) <= cell_width(rule) for line in lines if line.strip()} == {True}


def test_chain_names_tiers_companies_and_passages(kg: Run) -> None:
    text = kg("chain", "商业航天", "--format", "text", lang="zh").stdout
    order = [
        text.index(w) for w in ("商业航天上游", "卫星制造", "商业航天中游", "蓝箭航天", "商业航天下游", "中国卫通")
    ]
    assert order == sorted(order)
    assert "r1-L0045" in text


def test_path_has_a_passage_on_each_hop(kg: Run) -> None:
    hops = json.loads(kg("path", "比亚迪", "三一重工", "--format", "json").stdout)["rows"]
    assert hops
    assert all(hop["passages"].startswith("r1-L") for hop in hops)


@pytest.mark.parametrize(
    ("words", "column"),
    [(["path", "比亚迪", "三一重工"], "subject"), (["audit", "量子科技"], "focus"), (["chain", "6G"], "segment")],
)
def test_what_reads_best_as_text_is_rows_in_a_pipe_and_names_in_markdown(
    kg: Run, words: list[str], column: str
) -> None:
    head, *rows = kg(*words).stdout.splitlines()
    assert column in head.split("\t")
    assert {row.count("\t") for row in rows} == {head.count("\t")}
    for format_ in ("md", "table"):
        told = kg(*words, "--format", format_, lang="zh", COLUMNS="400").stdout
        assert not re.search(r"https://|subject|severity|segment|Info|Warning", told), told


@pytest.mark.parametrize("words", [["chain"], ["audit"], ["query", "market-size"]])
def test_columns_are_the_same_whatever_is_found(kg: Run, words: list[str]) -> None:
    """So that the tables of several industries can be put together; half of them have no company at their first stage."""
    heads = set()
    for industry in ("6G", "quantum", "embodied-ai"):
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
    for form in ("SELECT *", "CONSTRUCT"):  # by a limit that nobody asked for
        done = kg("sparql", f"{form} {{ ?s ?p ?o }}".replace("CONSTRUCT {", "CONSTRUCT WHERE {"), code=4)
        assert "raise --limit" in done.stderr and done.stdout


def test_a_parameter_given_twice_is_refused(kg: Run) -> None:
    assert "industry is given twice" in kg("query", "market-size", "industry=6G", "industry=quantum", code=2).stderr


def test_no_colour_and_nothing_but_data_on_stdout(kg: Run) -> None:
    assert "\x1b" not in kg("chain", "6G", NO_COLOR="1").stdout
    assert kg("sparql", "ASK { ?s ?p ?o }").stdout == "true\n"


@pytest.mark.parametrize("settings", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {}])
@pytest.mark.parametrize("words", [["chain", "6G"], ["queries", "--tag", "company"]])
def test_a_terminal_that_wants_no_escapes_gets_none(
    kg: Run, project: Project, words: list[str], settings: dict[str, str]
) -> None:
    ours, theirs = pty.openpty()
    env = {"TERM": "xterm", "KG_STORE": str(project.store), "KG_PROJECT": str(project.root), **settings}
    command = [sys.executable, "-m", "kg", *words]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=env):
        os.close(theirs)
        told = b""
        with suppress(OSError):  # a closed terminal reads as an error on Linux, as an end elsewhere
            while part := os.read(ours, 65536):
                told += part
    os.close(ours)
    assert b"6G" in told
    assert (b"\x1b" in told) is not bool(settings)


def _sh(project: Project, line: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A line of the shell in which $KG is the program."""
    env = {**os.environ, "KG_LANG": "en", "KG_PROJECT": str(project.root), "KG_STORE": str(project.store), **settings}
    env["KG"] = f"{sys.executable} -m kg"
    command = ["bash", "-c", line]
    return subprocess.run(
        command, capture_output=True, encoding="utf-8", errors="replace", env=env, timeout=60, check=False
    )


@pytest.mark.parametrize("words", ["find BYD", "--help", "chain 6G", "export", "sparql ASK{}", "completion bash"])
@pytest.mark.parametrize("where", [">/dev/full", ">&-"])
def test_a_full_disk_or_no_output_is_one_message(kg: Run, project: Project, words: str, where: str) -> None:
    done = _sh(project, f"$KG {words} {where}")
    assert done.returncode == 5, done.stderr
    assert done.stderr.startswith("error[output]: cannot write standard output: ")
    assert done.stderr.count("\n") == 2
    assert done.stdout == ""


def test_no_input_is_one_message(kg: Run, project: Project) -> None:
    done = _sh(project, "$KG sparql - <&-")
    assert (done.returncode, done.stderr.startswith("error[missing-file]: cannot read <stdin>")) == (5, True)


@pytest.mark.parametrize("words", ["chain 6G", "show BYD", "doctor", "export"])
def test_a_reader_who_leaves_early_is_no_failure(kg: Run, project: Project, words: str) -> None:
    done = _sh(project, f"set -o pipefail; $KG {words} | head -c 1")
    assert (done.returncode, done.stderr, len(done.stdout.encode()) > 0) == (0, "", True)


def test_an_option_before_the_command_wins_over_the_environment(kg: Run, project: Project, tmp_path: Path) -> None:
    wrong = {"KG_STORE": str(tmp_path / "wrong"), "KG_PROJECT": str(tmp_path)}
    kg("--store", str(project.store), "--project", str(project.root), "find", "BYD", **wrong)
    kg("--store", "/nowhere", "find", "BYD", "--store", str(project.store))
    assert list(tmp_path.iterdir()) == []


EXPORT = ("export", "--graph", "psg:r1-L0037")


def test_output_goes_through_links_and_into_what_is_no_file(kg: Run, project: Project, tmp_path: Path) -> None:
    whole = kg(*EXPORT).stdout
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
    assert _sh(project, f"$KG {' '.join(EXPORT)} -o /dev/stdout | cat").stdout == whole
    os.mkfifo(tmp_path / "pipe")
    assert _sh(project, f"cat '{tmp_path}/pipe' & $KG {' '.join(EXPORT)} -o '{tmp_path}/pipe'; wait").stdout == whole
    assert sorted(p.name for p in tmp_path.iterdir()) == ["dangling", "fresh", "link", "pipe", "real"]


@pytest.mark.parametrize("command", ["export", "draw 6G", "passages ../report.txt"])
@pytest.mark.parametrize("output", ["''", "/nonexistent/x", "folder", "folder/", "/dev/full"])
def test_output_that_cannot_be_written_is_one_message(
    kg: Run, project: Project, tmp_path: Path, command: str, output: str
) -> None:
    (tmp_path / "report.txt").write_text("未来产业\n01\n定义\n一句话。\n", encoding="utf-8")
    here = tmp_path / "here"
    (here / "folder").mkdir(parents=True)
    device = Path("/dev/full").stat()
    done = _sh(project, f"cd '{here}' && $KG {command} -o {output}")
    assert done.returncode == 5, done.stderr
    assert done.stderr.startswith("error[output]: cannot write “"), done.stderr
    assert "kg build" not in done.stderr
    assert [p.name for p in here.rglob("*")] == ["folder"]
    assert Path("/dev/full").stat().st_ino == device.st_ino


def test_a_file_that_grows_too_large_leaves_the_old_one(kg: Run, project: Project, tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old")
    done = _sh(project, f"cd '{tmp_path}' && (ulimit -f 8; $KG --lang zh export -o old) 2>&1 | cat")
    assert done.stdout.startswith("错误[output]: 写不了“old”:文件过大\n  → ")
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"old": "old"}


@pytest.mark.parametrize("coding", ["latin-1", "gbk", "ascii", "utf-8"])
def test_an_encoding_that_lacks_a_character_loses_no_answer(kg: Run, project: Project, coding: str) -> None:
    done = _sh(project, "$KG find 比亚迪 --format tsv && $KG show r1-L0037 >/dev/null", PYTHONIOENCODING=coding)
    assert (done.returncode, done.stderr) == (0, "")
    assert "organization/byd" in done.stdout


def test_a_query_file_that_is_no_utf8_says_so(kg: Run, tmp_path: Path) -> None:
    (tmp_path / "b.rq").write_bytes(b'ASK {\n"\xff"}')
    assert "b.rq:2: not a text in UTF-8" in kg("sparql", str(tmp_path / "b.rq"), code=5).stderr


def test_ctrl_c_while_the_program_is_still_being_read_is_quiet(kg: Run, project: Project) -> None:
    code = (
        "import sys, _thread\nfrom kg.faces.cli import main\n"
        "class At:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == sys.argv[1]: sys.meta_path.remove(self); raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, At())\nmain(['find', 'BYD'])"
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


def test_completion_knows_industries_and_queries(kg: Run) -> None:
    done = kg(code=None, _KG_COMPLETE="bash_complete", COMP_WORDS="kg chain 商", COMP_CWORD="2")
    assert "商业航天" in done.stdout
    done = kg(code=None, _KG_COMPLETE="bash_complete", COMP_WORDS="kg query market-s", COMP_CWORD="2")
    assert "market-size" in done.stdout


def test_completion_heeds_options_and_never_prints_an_error(kg: Run, project: Project) -> None:
    def complete(words: str, **settings: str) -> tuple[str, str]:
        at = str(len(words.split(" ")) - 1)
        done = kg(code=None, _KG_COMPLETE="zsh_complete", COMP_WORDS=words, COMP_CWORD=at, **settings)
        return done.stdout.strip(), done.stderr

    told, _ = complete(f"kg chain --store {project.store} 商", KG_STORE="/nonexistent")
    assert "商业航天" in told
    assert complete("kg chain --store /nonexistent 商") == ("", "")
    assert complete("kg query nosuch x") == ("", "")
    assert complete("kg chain x", KG_PROJECT="/nonexistent") == ("", "")
    assert "市场规模" in complete("kg --lang zh query market-s")[0]


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
