"""Two things side by side, the ways between them, and why a statement holds: pages, data and what a reader does on them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from browser import READERS, accessible, needs_chromium, opened
from conftest import Run, Server
from kg.ask import plain
from kg.ask.comparison import SIDES
from kg.faces.web.hints import addressed, linked
from kg.graph import KnowledgeGraph
from kg.terms import expand, slug
from kg.vocab import BASE

PAIRS = (("青岚", "竹里编舍"), ("纸灯业", "风铃业"), ("澄洲", "云汀省"))
KEYS = {"shared": "shared", "one": "only_one", "other": "only_other"}


@pytest.fixture(scope="module")
def http(world_server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=world_server.url, timeout=120) as client:
        yield client


def told(http: httpx.Client, path: str, lang: str = "zh", **params: str) -> str:
    response = http.get(path, params={**params, "lang": lang}, headers={"Accept": "text/html"})
    return unescape(response.text)


# -- side by side -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pair", PAIRS)
def test_shell_page_and_data_have_the_same_on_each_side(
    http: httpx.Client, kg: Run, world: KnowledgeGraph, pair: tuple[str, str]
) -> None:
    found = world.compare(*pair)
    body = http.get("/compare.json", params={"a": pair[0], "b": pair[1]}).json()
    assert body.pop("dataset") == world.manifest["dataset_sha256"]
    assert body == json.loads(kg("compare", *pair, "--format", "json").stdout)
    page = told(http, "/compare", a=pair[0], b=pair[1])
    sides = page.partition("</main>")[0].split('<div class="side">')[1:]
    for at, side in enumerate(("one", "shared", "other")):
        links = [part.partition('"')[0] for part in "".join(sides[at::3]).split('<li><a href="')[1:]]
        expected = sorted(item["thing"]["iri"] for item in body[KEYS[side]])
        assert sorted(map(iri_of, links)) == expected == sorted(item.thing for item in found.of(side))
    assert set(KEYS) == set(SIDES)
    for item in found.related:
        assert all(slug(passage) in page for passage in item.passages)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_name_that_is_like_no_other_leads_to_the_search_page(http: httpx.Client, lang: str) -> None:
    """A reader of pages has no shell."""
    page = told(http, "/compare", lang, a="xyzzyxyzzy", b="青岚")
    assert "kg find" not in page
    assert f'<a href="/search">{"搜索页" if lang == "zh" else "the search page"}</a>' in page
    problem = http.get("/compare.json", params={"a": "xyzzyxyzzy", "b": "青岚", "lang": lang}).json()
    assert "/search" in problem["hint"]
    assert "kg find" not in problem["hint"]
    text = f"<i> kg query market-size industry=a&b ({lang}); kg queries"
    assert linked(text, lang, "/r").startswith(
        '&lt;i&gt; <a href="/r/queries/market-size?industry=a%26b">market-size</a> ('
    )
    assert addressed(text) == f"<i> /queries/market-size?industry=a%26b ({lang}); /queries"


def iri_of(href: str) -> str:
    """The IRI of the thing whose page *href* is."""
    if href.startswith("/resource?"):
        return httpx.QueryParams(href.partition("?")[2])["iri"]
    return BASE + href.removeprefix("/")


def test_figures_that_compare_are_told_from_those_that_do_not(http: httpx.Client, world: KnowledgeGraph) -> None:
    rows = list(world.compare("纸灯业", "风铃业").figures)
    page = told(http, "/compare", "en", a="纸灯业", b="风铃业")
    alike, _, apart = page.partition("<details>")
    assert alike.count('<th scope="row">') == sum(not row["why_not"] for row in rows) > 0
    assert apart.count('<th scope="row">') == sum(bool(row["why_not"]) for row in rows) > 0
    assert "about 4 times the other" in " ".join(re.sub("<[^>]+>", "", alike).split())


@pytest.mark.parametrize("path", ["/compare?a=", "/path?from="])
def test_a_misspelt_name_is_answered_on_the_page_with_what_was_meant(
    http: httpx.Client, world: KnowledgeGraph, path: str
) -> None:
    """What was written rightly stands in its field as its label in the language of the page."""
    first, second = ("a", "b") if path.startswith("/compare") else ("from", "to")
    url = path.partition("?")[0]
    headers = {"Accept": "text/html", "Accept-Language": "en"}
    response = http.get(url, params={first: "qinglam", second: "听竹社"}, headers=headers)
    assert response.status_code == 404
    page = unescape(response.text)
    assert f'name="{first}" value="qinglam"' in page
    assert f'name="{second}" value="{world.resolve("听竹社").label.en}"' in page
    meant = f"{url}?{urlencode({second: '听竹社', first: f'{BASE}organization/qinglan'})}"
    assert f'href="{meant.removeprefix(url)}"' in page
    assert http.get(meant, headers={"Accept": "text/html"}).status_code == 200
    problem = http.get(f"{url}.json", params={first: "qinglam", second: "听竹社"})
    assert (problem.status_code, problem.headers["content-type"]) == (404, "application/problem+json")


def test_a_page_leads_to_the_forms_with_one_field_filled(http: httpx.Client, world: KnowledgeGraph) -> None:
    page = told(http, "/organization/qinglan", "en")
    for path, name, other in (("/compare", "a", "b"), ("/path", "from", "to")):
        (link, *_) = re.findall(rf'href="({path}\?{name}=[^"]+)"', page)
        response = http.get(link, headers={"Accept": "text/html"})
        assert response.status_code == 200
        assert f'name="{name}" value="{world.resolve("青岚").label.en}"' in response.text
        assert 'role="alert"' not in response.text
        sent = http.get(f"{link}&{other}=", headers={"Accept": "text/html"})
        assert (sent.status_code, sent.text.count('role="alert"')) == (400, 1)
        assert http.get(link.replace(path, f"{path}.json")).status_code == 400


# -- ways ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ends", "inferred"), [(("青岚", "明盈灯业"), False), (("竹里编舍", "中国"), True)])
def test_shell_page_and_data_have_the_same_ways(
    http: httpx.Client, kg: Run, world: KnowledgeGraph, ends: tuple[str, str], inferred: bool
) -> None:
    asked = {"from": ends[0], "to": ends[1], **({"inferred": "1"} if inferred else {})}
    found = world.ways(*ends, inferred=inferred)
    body = http.get("/path.json", params=asked).json()
    expected = json.loads(json.dumps(plain.ways(found, *map(world.resolve, ends), world.names)))
    assert body == {**expected, "inferred": inferred, "dataset": world.manifest["dataset_sha256"]}
    flags = ["--ways", "5", *(["--inferred"] if inferred else [])]
    assert json.loads(kg("path", *ends, *flags, "--format", "json").stdout) == expected
    page = told(http, "/path", "en", **asked)
    assert page.count('<ol class="way">') == len(found.ways) > 1
    shown = kg("path", *ends, *flags, "--format", "text").stdout
    for way in found.ways:
        for hop in way.hops:
            label = world.names.label(hop.predicate, "en", inverse=not hop.forward)
            assert all(f" — {label} → " in shown and slug(p) in shown and slug(p) in page for p in hop.passages)
    rows = kg("path", *ends, *flags, "--format", "tsv").stdout.splitlines()
    assert len(rows) == 1 + sum(len(way.hops) for way in found.ways)


def test_that_nothing_connects_two_things_is_said_in_words(http: httpx.Client, kg: Run) -> None:
    ends = {"from": "青岚", "to": "灯与铃:手作三业小记"}
    assert http.get("/path.json", params=ends).json()["ways"] == []
    page = told(http, "/path", "en", **ends)
    assert "the documents do not connect the two within 6 steps" in page
    assert "inferred=1" in page
    further = told(http, "/path", "zh", **ends, inferred="1")
    assert "文献、推理与背景都没有在 6 步之内把两者连起来" in further
    done = kg("path", *ends.values(), "--format", "text")
    assert (done.stdout, "add --inferred" in done.stderr) == ("", True)


# -- in a browser -------------------------------------------------------------------------------------------------


@needs_chromium
@pytest.mark.slow
@READERS
def test_a_reader_compares_two_things_and_looks_how_they_are_connected(
    browser: Any, world_server: Server, reader: dict[str, Any]
) -> None:
    """The keyboard alone is used; no page has a finding of axe-core or is wider than the window."""
    with opened(browser, world_server.url, **reader) as page:
        page.goto(f"{world_server.url}/compare")
        assert accessible(page) == []
        page.focus("#field-a")
        page.keyboard.type("qinglan")
        page.keyboard.press("Tab")
        page.keyboard.type("竹里编舍")
        page.keyboard.press("Enter")
        page.wait_for_selector(".sides")
        assert accessible(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
        assert page.locator("datalist#names option").count() > 5
        page.get_by_role("link", name={"zh": "两者如何相连", "en": "how they are connected"}[reader["lang"]]).press(
            "Enter"
        )
        page.wait_for_selector("ol.way")
        assert accessible(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
        page.focus("input[name=inferred]")
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        page.wait_for_url("**inferred=1**")
        assert page.is_checked("input[name=inferred]")
        assert accessible(page) == []


@needs_chromium
@pytest.mark.slow
def test_why_takes_names_from_lists_and_tells_a_mistake_on_its_page(browser: Any, world_server: Server) -> None:
    with opened(browser, world_server.url, lang="en") as page:
        page.goto(f"{world_server.url}/why")
        assert accessible(page) == []
        relations = page.locator("datalist#relations option").evaluate_all("all => all.map(one => one.value)")
        assert "active in" in relations
        page.fill("#field-subject", "Qinglan")
        page.fill("#field-predicate", "active in")
        page.fill("#field-object", "paper lantern making")
        page.press("#field-object", "Enter")
        page.wait_for_selector(".proof")
        assert accessible(page) == []


def test_a_mistake_in_a_statement_is_told_on_the_page_of_why(http: httpx.Client) -> None:
    for lang, words in (("zh", "没有名为“涉足的”的关系"), ("en", "there is no relation called “涉足的”")):
        asked = {"subject": "qinglan", "predicate": "涉足的", "object": "纸灯业"}
        page = told(http, "/why", lang, **asked)
        assert words in page
        assert 'value="涉足的"' in page
        assert 'value="qinglan"' in page
    assert http.get("/why", params=asked, headers={"Accept": "text/html"}).status_code == 404
    unknown = told(http, "/why", "zh", subject="qinglam", predicate="涉足产业", object="纸灯业")
    assert "organization%2Fqinglan" in unknown
    assert told(http, "/why", "en", subject="qinglan").count('role="alert"') == 1


def test_a_statement_is_asked_for_by_labels_and_an_empty_form_offers_some(
    http: httpx.Client, world: KnowledgeGraph
) -> None:
    page = told(http, "/why", "en")
    links = [unescape(link) for link in re.findall(r'href="(/why\?subject=[^"]+)"', page)]
    assert len(links) > 3
    for link in links:
        assert "It does not hold" not in http.get(link, headers={"Accept": "text/html"}).text
    asked = {"subject": "co:qinglan", "predicate": "ivc:keyPlayerIn", "object": "seg:lantern-paper"}
    page = told(http, "/why", "en", **asked)
    for name, iri in asked.items():
        assert f'name="{name}" value="{world.names.label(expand(iri), "en")}"' in page
