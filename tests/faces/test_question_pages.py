"""The pages of the saved questions: found by words, asked by a form, corrected where a value is wrong, taken along as code."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from conftest import Server, forgetful
from kg.ask import tags
from kg.ask.choices import choices, mistakes, suggestions
from kg.graph import KnowledgeGraph
from kg.source.clauses import ranked_by
from kg.source.project import Project

QUERY = "companies-in-segment"
PATH = f"/queries/{QUERY}"


@pytest.fixture(scope="module")
def http(world_server: Server) -> Iterator[httpx.Client]:
    headers = {"Accept": "text/html", "Accept-Language": "zh"}
    with forgetful(base_url=world_server.url, timeout=60, headers=headers) as client:
        yield client


# -- the list ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("words", "lang"), [("市场规模", "zh"), ("市場規模", "zh"), ("market size", "en")])
def test_questions_are_found_by_what_people_ask(http: httpx.Client, words: str, lang: str) -> None:
    text = http.get("/queries", params={"q": words, "lang": lang}).text
    listed = re.findall(r'<li><a href="/queries/([a-z-]+)"', text)
    assert "market-size" in listed[:3]
    told = http.get("/queries.json", params={"q": words}).json()["queries"]
    assert [query["name"] for query in told] == listed


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_name_of_a_thing_finds_the_questions_about_it(http: httpx.Client, world: KnowledgeGraph, lang: str) -> None:
    text = unescape(http.get("/queries", params={"q": "风铃业", "lang": lang}).text)
    links = re.findall(r'<li><a href="(/queries/market-size\?[^"]*)">([^<]+)</a>', text)
    question = world.catalogue.question(world.catalogue.get("market-size"), {"industry": "风铃业"})
    assert links == [("/queries/market-size?industry=wind-chimes", question.pick(lang))]
    (told,) = (q for q in http.get("/queries.json?q=风铃业").json()["queries"] if q["name"] == "market-size")
    assert told["given"] == {"industry": world.resolve("风铃业", "Industry").iri}


def test_questions_that_nothing_finds_lead_on(http: httpx.Client) -> None:
    text = http.get("/queries?q=xyzxyz").text
    assert 'href="/search?q=xyzxyz"' in text


def test_every_question_is_listed_once_and_with_example_values(http: httpx.Client, world: KnowledgeGraph) -> None:
    for lang in ("zh", "en"):
        text = unescape(http.get("/queries", params={"lang": lang}).text)
        listed = re.findall(r'<li><a href="/queries/([a-z-]+)">([^<]+)</a>', text)
        asked = {query.name: world.catalogue.question(query).pick(lang) for query in world.catalogue}
        assert dict(listed) == asked
        assert len(listed) == len(asked)


def test_every_tag_has_a_label_in_both_languages_and_its_questions(http: httpx.Client, world: KnowledgeGraph) -> None:
    for tag in tags.used(world.catalogue):
        assert tag in tags.LABELS
        listed = re.findall(r'<li><a href="/queries/([a-z-]+)"', http.get(f"/queries?tag={tag}").text)
        assert sorted(listed) == sorted(query.name for query in world.catalogue if tag in query.tags)


# -- the form ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_name_that_a_form_offers_is_one_thing_of_its_kind(world: KnowledgeGraph, lang: str) -> None:
    params = {param.type: param for query in world.catalogue for param in query.params}
    for kind, param in params.items():
        offered = suggestions(world.names, kind, lang)
        if kind != "thing":  # which is every namesake
            meant = [world.catalogue.terms(param, choice.value) for choice in offered]
            assert sorted(meant) == sorted([[f"<{thing.iri}>"] for thing in world.names.of_kind(kind)])
        for choice in choices(world.catalogue, param):
            assert len(world.catalogue.terms(param, choice.value)) == 1
            assert choice.label.zh
            assert choice.label.en


def test_a_form_shows_what_was_asked(http: httpx.Client) -> None:
    text = http.get(PATH, params={"segment": "灯纸,灯架"}).text
    assert 'name="segment" value="灯纸,灯架"' in text
    assert '<option value="灯纸">' in text
    every = http.get(PATH, params={"segment": "all"})
    assert every.status_code == 200
    assert 'name="segment" value="all"' in every.text


def test_what_was_meant_is_a_link_that_keeps_the_other_values(http: httpx.Client) -> None:
    response = http.get("/queries/figures-of-industry", params={"industry": "纸灯夜,风铃业", "year": "2024"})
    assert response.status_code == 404
    assert 'aria-invalid="true" aria-describedby="wrong-industry"' in response.text
    (link,) = re.findall(r'<a href="(/queries/figures-of-industry\?[^"]+)">纸灯业</a>', response.text)
    assert unescape(link) == (f"/queries/figures-of-industry?industry={quote('纸灯业')}%2C{quote('风铃业')}&year=2024")
    assert http.get(unescape(link)).status_code == 200


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"segment": "no such segment at all"}, 404),
        ({"segment": "纸灯业"}, 404),
        ({"nothing": "1"}, 400),
        ({"segment": "灯纸", "industry": "\udcff"}, 400),
    ],
)
def test_a_wrong_value_is_an_error_inside_the_page(http: httpx.Client, asked: dict[str, str], status: int) -> None:
    url = PATH + "?" + "&".join(f"{k}={quote(v, errors='surrogateescape')}" for k, v in asked.items())
    response = http.get(url)
    assert response.status_code == status
    assert 'role="alert"' in response.text
    assert response.headers["cache-control"] == "no-store"
    assert "<nav" in response.text


def test_mistakes_are_exactly_what_the_catalogue_refuses(world: KnowledgeGraph) -> None:
    query = world.catalogue.get("figures-of-industry")
    good, bad = {"year": ["2024"]}, {"year": ["20x4"], "industry": ["纸灯夜"], "nothing": ["1"]}
    assert mistakes(world.catalogue, query, good, "zh") == []
    found = {mistake.param: mistake for mistake in mistakes(world.catalogue, query, bad, "zh")}
    assert list(found) == list(bad)
    assert (found["industry"].value, found["industry"].meant[0].value) == ("纸灯夜", "纸灯业")
    assert (found["year"].value, found["nothing"].value) == ("20x4", "")


def test_what_is_not_there_leads_on(http: httpx.Client) -> None:
    assert f'<a href="{PATH}">' in http.get("/queries/company-in-segment").text
    missing = http.get("/organization/qinglam")
    assert missing.status_code == 404
    assert '<a href="/organization/qinglan">青岚纸坊</a>' in missing.text
    assert "<nav" in missing.text


def test_figures_that_compare_are_charted_and_nothing_else_is(http: httpx.Client) -> None:
    charted = http.get("/queries/figures-of-industry", params={"industry": "纸灯业"}).text
    assert 0 < charted.count('<figure class="chart"><svg') <= 4
    assert "<figure" not in http.get(PATH).text


def test_counts_that_rank_the_rows_are_drawn_as_bars(http: httpx.Client, world: KnowledgeGraph) -> None:
    counts = [row["companies"] for row in world.query("industries-by-companies")]
    assert len(counts) > 1
    text = http.get("/queries/industries-by-companies").text
    assert re.findall(r'<meter aria-hidden="true" max="(\d+)" value="(\d+)">', text) == [
        (str(max(counts)), str(count)) for count in counts
    ]
    assert "<meter" not in http.get(PATH).text


@pytest.mark.parametrize(
    ("query", "column"),
    [
        ("SELECT * { ?s ?p ?n } ORDER BY DESC(?n) ?s", "n"),
        ("SELECT * { { SELECT ?n { } ORDER BY ?n } } order by desc ( $n )", "n"),
        ("SELECT * { } ORDER BY ?s DESC(?n)", ""),
        ("SELECT * { } ORDER BY DESC(STR(?n))", ""),
        ("SELECT * { } # ORDER BY DESC(?n)", ""),
        ('SELECT ("ORDER BY DESC(?n)" AS ?x) { }', ""),
        ("SELECT * { } ORDER BY DESC(", ""),
        ("", ""),
    ],
)
def test_by_which_number_rows_are_ranked(query: str, column: str) -> None:
    assert ranked_by(query) == column


# -- code -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def code(http: httpx.Client) -> dict[str, str]:
    """Title → code on the page of a question about two segments."""
    text = http.get(PATH, params={"segment": "灯纸,灯架", "lang": "en"}).text
    found = re.findall(r'<details class="snippet"><summary>([^<]+)</summary>.*?<pre [^>]*>(.*?)</pre>', text, re.DOTALL)
    return {title: unescape(body) for title, body in found}


@pytest.fixture(scope="module")
def rows(world: KnowledgeGraph) -> int:
    """How many rows that question has."""
    count = len(world.query(QUERY, segment=["灯纸", "灯架"]))
    assert count > 1
    return count


def _printed(program: str, folder: Path, **settings: str) -> str:
    env = {**os.environ, **settings, "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=folder, env=env, timeout=120, check=True
    )
    return done.stdout


@pytest.mark.slow
def test_code_for_the_shell_and_for_python_runs(
    code: dict[str, str], rows: int, world_project: Project, tmp_path: Path
) -> None:
    subprocess.run(shlex.split(code["shell (curl)"]), cwd=tmp_path, timeout=60, check=True)
    lines = (tmp_path / f"{QUERY}.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == rows + 1
    assert _printed(code["Python"], tmp_path).startswith(f"{rows} rows")
    project = {"KG_PROJECT": str(world_project.root), "KG_STORE": str(world_project.store_folder)}
    table = _printed(code["Python (the package kg)"], tmp_path, **project)
    assert re.search(rf"^{rows - 1} ", table, re.MULTILINE)


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="no R on this machine")
def test_code_for_r_runs(code: dict[str, str], rows: int, tmp_path: Path) -> None:
    (tmp_path / "rows.R").write_text(code["R"], encoding="utf-8")
    done = subprocess.run(
        ["Rscript", "--vanilla", "rows.R"], capture_output=True, text=True, cwd=tmp_path, timeout=120, check=True
    )
    assert f"'data.frame':\t{rows} obs." in done.stdout


def test_code_for_r_and_excel_asks_for_the_same_rows(code: dict[str, str], http: httpx.Client, rows: int) -> None:
    (in_r,) = re.findall(r"fromJSON\((\".*\")\)", code["R"])
    (in_excel,) = re.findall(r'Web\.Contents\("(.*)"\)', code["Excel (Power Query)"])
    assert json.loads(in_r) == in_excel
    found = http.get(in_excel).json()["rows"]
    assert len(found) == rows
    assert len({tuple(row) for row in found}) == 1  # Excel takes the columns of the first row
