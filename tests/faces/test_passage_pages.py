"""The page of a passage: where it stands, what it states; and its words, only where a user gave the registered text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from browser import PHONE, accessible, needs_chromium, opened
from conftest import WORLD, Run, Server, served
from kg.graph import KnowledgeGraph
from kg.source.project import Project
from kg.terms import slug
from kg.vocab import BASE

TEXTS = {name: WORLD / "texts" / f"{name}.txt" for name in ("w1", "w2")}
FLAGS = [flag for name, file in TEXTS.items() for flag in ("--text", f"{name}={file}")]
HTML = {"Accept": "text/html"}
_SPANS = """SELECT ?passage ?start ?end WHERE {
  ?passage ivc:fromDocument ?document ; oa:hasSelector ?at . ?at oa:start ?start ; oa:end ?end } ORDER BY ?document ?start"""


@pytest.fixture(scope="module")
def with_texts(
    world: KnowledgeGraph, world_project: Project, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server that has the texts of both documents."""
    with served(world_project, tmp_path_factory.mktemp("texts"), "--workers", "1", *FLAGS) as running:
        yield running


@pytest.fixture(scope="module")
def passages(world: KnowledgeGraph) -> dict[str, str]:
    """Name of each passage → its words, cut from the file."""
    texts = {name: file.read_bytes().decode() for name, file in TEXTS.items()}
    rows = ((slug(row["passage"]), row["start"], row["end"]) for row in world.store.select(_SPANS))
    return {name: texts[name.partition("-")[0]][start:end] for name, start, end in rows}


def get(server: Server, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{server.url}{path}", headers={**HTML, **headers}, timeout=60)


def test_each_passage_has_its_words_and_marks_what_they_name(
    with_texts: Server, world: KnowledgeGraph, passages: dict[str, str]
) -> None:
    first = {
        (slug(row["passage"]), row["at"], row["thing"])
        for row in world.store.select(
            "SELECT ?passage ?at ?thing { ?m ivc:mentionIn ?passage ; ivc:mentionOf ?thing ; oa:start ?at }"
        )
    }
    starts = {slug(row["passage"]): row["start"] for row in world.store.select(_SPANS)}
    marked = set()
    with httpx.Client(base_url=with_texts.url, timeout=60) as client:
        for name, words in passages.items():
            body = client.get(f"/passage/{name}.json").json()
            assert body["text"] == words
            ends = [0, *(mark["end"] for mark in body["marks"])]
            assert all(end <= mark["start"] < mark["end"] for end, mark in zip(ends, body["marks"], strict=False))
            stated = {term["iri"] for triple in body["states"] for term in triple.values() if isinstance(term, dict)}
            assert {node for mark in body["marks"] for node in mark["nodes"]} <= stated
            marked |= {(name, mark["start"] + starts[name], node) for mark in body["marks"] for node in mark["nodes"]}
    # A name inside a longer one that is marked is not marked itself.
    assert len(first - marked) <= 0.1 * len(first)
    assert len(first) > 50


def test_a_mark_leads_to_the_thing_and_a_number_to_its_figure(with_texts: Server, passages: dict[str, str]) -> None:
    name = next(name for name, words in passages.items() if words.startswith("听竹社隶属"))
    page = get(with_texts, f"/passage/{name}").text
    assert '<mark><a href="/organization/qinglan" title="' in page
    assert re.search(
        r'<mark><a href="/resource\?iri=[^"]*%E5%90%AC%E7%AB%B9%E7%A4%BE" title="[^"]+">听竹社</a></mark>', page
    )
    plain = re.sub("<[^>]+>", "", re.search(r'<blockquote class="words">(.*?)</blockquote>', page, re.DOTALL)[1])  # type: ignore[index]
    assert unescape(plain) == passages[name]
    name = next(name for name, words in passages.items() if "1.2万亿美元" in words)
    assert '<a href="/observation/w2-festivities-2035"' in get(with_texts, f"/passage/{name}").text
    body = get(with_texts, f"/passage/{name}.json", Accept="application/json").json()
    assert [passages[name][m["start"] : m["end"]] for m in body["marks"] if "observation" in m["nodes"][0]] == [
        "1.2万亿美元"
    ]


def test_words_are_kept_by_no_cache(with_texts: Server, world_server: Server) -> None:
    for suffix in ("", ".json"):
        shown = get(with_texts, f"/passage/w2-L0027{suffix}")
        assert shown.headers["cache-control"] == "no-store"
        assert "etag" not in shown.headers
        tag = get(world_server, f"/passage/w2-L0027{suffix}").headers["etag"]
        # what a browser has from a server without texts does not stand for the page with words
        assert get(with_texts, f"/passage/w2-L0027{suffix}", **{"If-None-Match": tag}).status_code == 200
    assert get(with_texts, "/organization/qinglan").headers["cache-control"] == "no-cache"


def test_without_a_copy_nothing_of_the_text_is_shown(world_server: Server, passages: dict[str, str]) -> None:
    with httpx.Client(base_url=world_server.url, timeout=60) as client:
        for name, words in list(passages.items())[::3]:
            page, body = client.get(f"/passage/{name}", headers=HTML).text, client.get(f"/passage/{name}.json").text
            assert "<mark>" not in page
            assert not {"text", "marks"} & json.loads(body).keys()
            if len(words) > 25:  # a heading is in the section's path
                assert words not in unescape(page)
                assert words not in body


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_passage_tells_where_it_stands_and_what_it_states(
    world_server: Server, world: KnowledgeGraph, passages: dict[str, str], lang: str
) -> None:
    names = [name for name in passages if name.startswith("w2-")]
    for before, name, after in zip(names, names[1:], names[2:], strict=False):
        page = unescape(get(world_server, f"/passage/{name}?lang={lang}").text)
        assert re.search(rf'<a rel="prev" href="/passage/{before}">', page)
        assert re.search(rf'<a rel="next" href="/passage/{after}">', page)
        for finding in world.audit():
            assert (f'href="/{finding.iri.removeprefix(BASE)}"' in page) == (
                f"{BASE}passage/{name}" in (*finding.passages, finding.focus)
            )
    page = unescape(get(world_server, f"/passage/w2-L0027?lang={lang}").text)
    invests = {"zh": "投资", "en": "invests in"}[lang]
    shop = {"zh": "听竹社", "en": "Tingzhu Society"}[lang]
    told = re.sub(r"\s+", " ", re.sub("<[^>]+>", "", page))
    assert f"{world.resolve('青岚').label.pick(lang)} {invests} {shop}" in told
    figures = unescape(get(world_server, f"/passage/w2-L0009?lang={lang}").text)
    assert figures.count('<tr id="') == 3


def test_another_text_is_refused_when_the_server_starts(kg: Run, tmp_path: Path) -> None:
    other = tmp_path / "w2.txt"
    other.write_text(TEXTS["w2"].read_text(encoding="utf-8").replace("50亿元", "60亿元"), encoding="utf-8")
    done = kg("serve", "--port", "0", "--text", f"w1={TEXTS['w1']}", "--text", f"w2={other}", code=2)
    assert f"{other} is not the registered text of the document w2: w2-L0009 has another SHA-256" in done.stderr
    assert f"kg check --text w2={other}" in done.stderr
    done = kg("serve", "--port", "0", "--text", f"w1={TEXTS['w2']}", code=2)
    assert "document w1" in done.stderr
    assert "cannot read the text" in kg("serve", "--text", "w1=nowhere.txt", code=5).stderr


def test_the_shell_shows_the_words_too(kg: Run, passages: dict[str, str], with_texts: Server) -> None:
    assert passages["w2-L0027"] in kg("show", "w2-L0027", *FLAGS).stdout
    assert passages["w2-L0027"] not in kg("show", "w2-L0027").stdout
    told = json.loads(kg("show", "w2-L0027", "--format", "json", *FLAGS).stdout)
    assert told == get(with_texts, "/passage/w2-L0027.json", Accept="application/json").json()
    assert "text" not in json.loads(kg("show", "w2-L0027", "--format", "json").stdout)


@needs_chromium
@pytest.mark.slow
def test_a_reader_goes_through_a_section(browser: Any, with_texts: Server) -> None:
    for options in ({"size": PHONE, "color_scheme": "dark", "lang": "en"}, {"lang": "zh"}):
        with opened(browser, with_texts.url, **options) as page:
            page.goto(f"{with_texts.url}/passage/w1-L0012")
            assert accessible(page) == []
            assert page.locator("mark").count() > 3
            assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
            page.focus("a[rel=next]")
            page.keyboard.press("Enter")
            page.wait_for_url("**/passage/w1-L0013")
            assert accessible(page) == []
