"""Questions in words, as people ask them in the shell and in a browser: the answer, and the way to have it again."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from conftest import Run, Server, at_terminal
from kg.graph import KnowledgeGraph
from kg.source.project import Project
from kg.store.results import FORMATS

SEGMENT = "灯纸有哪些代表企业?"
ANSWERED = (
    SEGMENT,
    "lantern paper companies",
    "纸灯业中游有哪些企业",
    "有没有企业生产走马灯",
    "青岚",
    "走马灯的部件有哪些",
    "industries of Chengzhou",
    "纸灯业的企业,除了青岚纸坊",
    "纸灯业有几家企业",
    "纸灯业有哪些瓶颈",
    "2024年的数字有哪些",
)
NARROWED = ("纸灯业的企业,除了青岚纸坊", "纸灯业有几家企业")
"""Those that take a part of the rows of a saved query, which may be all."""
CHOICES = "竹编"
ABSENT = "纸灯业和风铃业都有的企业"
UNKNOWN = "风洞坊有哪些产品"
PAGE = {"Accept": "text/html"}
HOSTILE = (
    "<script>alert(1)</script>",
    "灯纸有哪些企业" + "?" * 9_990,
    "lantern paper " * 700,
    "\x00\x07\x1b[31m灯纸\x7f\u202e",
    "SELECT * WHERE { ?s ?p ?o }",
    "DROP ALL; INSERT DATA { <urn:a> <urn:b> <urn:c> }",
    "} UNION { SERVICE <http://127.0.0.1/> { ?a ?b ?c }",
    "(a+)+$" * 200,
)


@pytest.fixture(scope="module")
def http(world_server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=world_server.url, timeout=30) as client:
        yield client


# -- the shell --------------------------------------------------------------------------------------------------------


def _commands(told: str) -> list[list[str]]:
    return [shlex.split(line[line.index("kg query") :])[1:] for line in told.splitlines() if "kg query" in line]


@pytest.mark.parametrize("question", ANSWERED)
def test_the_command_has_the_same_rows(kg: Run, world: KnowledgeGraph, question: str) -> None:
    answer = world.ask(question)
    assert answer.status == "answered"
    asked = kg("ask", question, "--format", "csv")
    again = [kg(*command, "--format", "csv").stdout.splitlines() for command in _commands(asked.stderr)]
    assert again
    rows = asked.stdout.splitlines()
    assert rows[0] == again[0][0]
    assert len(rows) > 1
    if narrowed := "查询(" in asked.stderr:
        assert set(rows) <= set(again[0])
    else:
        assert rows == again[0]
    assert narrowed == (question in NARROWED)


@pytest.mark.parametrize("format_", FORMATS)
def test_rows_are_in_every_format_and_the_sentence_is_beside_them(kg: Run, world: KnowledgeGraph, format_: str) -> None:
    done = kg("ask", SEGMENT, "--format", format_)
    sentence = world.ask(SEGMENT).sentence.zh
    if format_ == "json":
        body = json.loads(done.stdout)
        assert body["sentence"]["zh"] == sentence
        assert body["dataset"] == world.manifest["dataset_sha256"]
        assert done.stderr == ""
    else:
        assert sentence not in done.stdout
        assert done.stderr.startswith(sentence)
        assert ("青岚纸坊" if format_ in ("table", "md") else "qinglan") in done.stdout


def test_a_pipe_gets_the_rows_and_a_person_a_text(kg: Run, world_project: Project, world: KnowledgeGraph) -> None:
    piped = kg("ask", SEGMENT)
    (row,) = csv.DictReader(io.StringIO(piped.stdout), delimiter="\t")
    assert row["company_label"] == "青岚纸坊"
    text = kg("ask", SEGMENT, "--format", "text")
    assert text.stderr == ""
    assert re.fullmatch(
        r"灯纸的.*青岚纸坊。 \[w1-L0020\]\n\n企业或机构 .*\n─+\n青岚纸坊 .*\n查询: kg query .*\n", text.stdout
    )
    seen = at_terminal(world_project, "ask", SEGMENT, columns=80, NO_COLOR="1").decode().replace("\r\n", "\n")
    assert seen == text.stdout


def test_a_text_has_the_first_rows_and_says_how_many_there_are(
    kg: Run, world: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.faces.cli.commands.ask._ROWS", 3)
    rows = len(world.ask("青岚").table)
    assert rows > 3
    done = kg("ask", "青岚", "--format", "text")
    assert f"\n(共 {rows} 行;--format 给出全部)\n" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("question", "flags", "start"),
    [
        ("lantern paper companies", (), "Named for"),
        ("lantern paper companies", ("--lang", "zh"), "灯纸的代表"),
        (SEGMENT, (), "灯纸的代表"),
        (SEGMENT, ("--lang", "en"), "Named for"),
    ],
)
def test_the_answer_is_in_the_language_of_the_question(
    kg: Run, question: str, flags: tuple[str, ...], start: str
) -> None:
    assert kg("ask", question, "--format", "text", *flags).stdout.startswith(start)
    assert kg(*flags, "ask", question, "--format", "text").stdout.startswith(start)


def test_words_need_no_quotes(kg: Run) -> None:
    assert kg("ask", "lantern", "paper", "companies").stdout == kg("ask", "lantern paper companies").stdout


def test_the_exit_code_says_whether_it_was_understood(kg: Run, world: KnowledgeGraph) -> None:
    assert world.ask(ABSENT).status == "not-in-report"
    assert world.ask(ABSENT).sentence.zh in kg("ask", ABSENT, "--format", "text").stdout
    assert world.ask(ABSENT).sentence.zh in kg("ask", ABSENT).stderr
    unknown = kg("ask", UNKNOWN, "--format", "text", code=3)
    assert "风洞坊" in unknown.stdout
    assert "Traceback" not in unknown.stderr
    assert kg("ask", UNKNOWN, code=3).stdout == ""
    kg("ask", code=2)
    kg("ask", SEGMENT, "--format", "pdf", code=2)


def test_each_way_to_read_it_is_a_command(kg: Run, world: KnowledgeGraph) -> None:
    answer = world.ask(CHOICES)
    assert answer.status == "choices"
    told = kg("ask", CHOICES, "--format", "text").stdout
    assert [command[1] for command in _commands(told)] == [reading.query.name for reading in answer.choices]
    for command in _commands(told):
        assert kg(*command, "--format", "jsonl").stdout


@pytest.mark.parametrize("question", [text for text in HOSTILE if "\0" not in text])
def test_the_shell_takes_any_text(kg: Run, question: str) -> None:
    done = kg("ask", "--format", "json", "--", question, code=None)
    assert done.returncode in (0, 3)
    assert json.loads(done.stdout)["status"]


# -- the browser ------------------------------------------------------------------------------------------------------


def _links(page: str) -> list[str]:
    return [unescape(link) for link in re.findall(r'<a href="(/queries/[^"]+)"', page)]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("question", ANSWERED)
def test_a_page_has_the_sentence_its_rows_and_the_way_to_them(
    http: httpx.Client, world: KnowledgeGraph, question: str, lang: str
) -> None:
    answer = world.ask(question)
    page = http.get("/search", params={"q": question, "lang": lang}, headers=PAGE).text
    told = unescape(page)
    assert f'<p class="sentence">{answer.sentence.pick(lang)}' in told
    assert all(f'href="/passage/{passage.rpartition("/")[2]}"' in page for passage in answer.passages)
    assert page.count("<tr>") == len(answer.table) + 1
    (link,) = set(_links(page))
    again = http.get(link, headers={"Accept": "application/json"})
    assert again.status_code == 200
    assert link.startswith(f"/queries/{answer.reading.query.name}")  # type: ignore[union-attr]
    narrowed = '<span class="sub">(' in page
    assert narrowed == (question in NARROWED)
    assert narrowed or again.json()["total"] == len(answer.table)
    assert http.get(link, headers=PAGE).status_code == 200


def test_the_answer_is_one_json(http: httpx.Client, world: KnowledgeGraph) -> None:
    for question in (*ANSWERED, CHOICES, ABSENT, UNKNOWN):
        expected = {**world.questions.plain(world.ask(question)), "dataset": world.manifest["dataset_sha256"]}
        response = http.get("/ask", params={"q": question})
        assert response.headers["content-type"] == "application/json"
        assert (
            response.json() == json.loads(json.dumps(expected)) == http.get("/ask.json", params={"q": question}).json()
        )
        searched = http.get("/search.json", params={"q": question}).json()
        assert {**searched["answer"], "dataset": searched["dataset"]} == response.json()
        asked, found = (http.get(path, params={"q": question}, headers=PAGE).text for path in ("/ask", "/search"))
        assert asked == found


def test_an_answer_is_asked_for_once(http: httpx.Client) -> None:
    first = http.get("/ask", params={"q": SEGMENT})
    assert first.headers["cache-control"] == "no-cache"
    assert http.get("/ask", params={"q": SEGMENT}, headers={"If-None-Match": first.headers["etag"]}).status_code == 304


def test_no_question_is_a_problem_for_programs(http: httpx.Client) -> None:
    for path in ("/ask", "/ask?q=", "/ask?q=%20", "/ask.json"):
        response = http.get(path)
        assert (response.status_code, response.json()["type"].rpartition("/")[2]) == (400, "usage")
    assert http.get("/search", headers=PAGE).status_code == 200
    assert http.get("/search.json").json()["answer"] is None


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_question_is_a_page_to_ask_on(http: httpx.Client, lang: str) -> None:
    """The questions on it can be asked: each of them has an answer."""
    response = http.get("/ask", params={"lang": lang}, headers=PAGE)
    assert response.status_code == 200
    assert response.text.count('<form class="params" action="/ask">') == 1
    asked = [unescape(link) for link in re.findall(r'<a href="(/ask[^"]+)"', response.text)]
    assert len(asked) > 4
    for link in asked:
        found = http.get(link, headers={"Accept": "application/json"}).json()
        assert (found["status"], found["lang"]) == ("answered", lang)


def test_each_way_to_read_it_is_a_link(http: httpx.Client, world: KnowledgeGraph) -> None:
    page = http.get("/search", params={"q": CHOICES, "lang": "zh"}, headers=PAGE).text
    links = _links(page)
    assert [urlsplit(link).path for link in links] == [f"/queries/{r.query.name}" for r in world.ask(CHOICES).choices]
    assert all(parse_qs(urlsplit(link).query) for link in links)
    assert all(http.get(link, headers={"Accept": "application/json"}).json()["rows"] for link in links)


def test_what_was_not_understood_is_named(http: httpx.Client, world: KnowledgeGraph) -> None:
    answer = world.ask(UNKNOWN)
    assert answer.unread
    for lang in ("zh", "en"):
        page = http.get("/search", params={"q": UNKNOWN, "lang": lang}, headers=PAGE).text
        assert all(word in page.partition("<h1>")[2].partition("</h1>")[2] for word in answer.unread)
        assert "<table" not in page


def test_names_that_match_follow_the_answer(http: httpx.Client) -> None:
    page = http.get("/search", params={"q": "青岚", "lang": "en"}, headers=PAGE).text
    assert page.index("company-profile") < page.index("Names like it") < page.rindex('href="/organization/qinglan"')
    of_a_kind = http.get("/search", params={"q": "青岚", "kind": "Company", "lang": "en"}, headers=PAGE).text
    assert "company-profile" not in of_a_kind


def test_every_page_has_the_question_box(http: httpx.Client) -> None:
    for path in ("/", "/queries", "/organization/qinglan", "/audit", "/chain/paper-lanterns", "/search"):
        page = http.get(path, headers=PAGE).text
        assert page.count('<form action="/search" role="search">') == 1
    asked = http.get("/search", params={"q": 'a"b<c'}, headers=PAGE).text
    assert 'value="a&#34;b&lt;c"' in asked


@pytest.mark.parametrize("path", ["/ask", "/search"])
@pytest.mark.parametrize("question", HOSTILE, ids=range(len(HOSTILE)))
def test_any_text_is_a_text(http: httpx.Client, path: str, question: str) -> None:
    page = http.get(path, params={"q": question}, headers=PAGE)
    assert page.status_code == 200
    assert re.findall("<script[^>]*>", page.text) == ['<script src="/static/page.js" defer>']
    body = http.get(f"{path}.json", params={"q": question}).json()
    assert body.get("question", body.get("q"))
