"""Every IRI's own path in every format, the views, and what no value and no path may do to a page."""

from __future__ import annotations

import base64
import csv
import errno
import io
import json
import os
import re
import socket
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import httpx
import openpyxl
import pytest

import w3c
from conftest import ROOT, WORLD, Server, forgetful, served
from kg.ask import plain
from kg.ask.tables import for_reader, without_empty
from kg.faces.web import pages
from kg.faces.web.policy import STRICT
from kg.faces.web.problems import TYPE
from kg.faces.web.things import SUFFIXES
from kg.graph import KnowledgeGraph
from kg.source.project import Project
from kg.store.formats import GRAPHS
from kg.terms import slug as last_part
from kg.vocab import BASE, DATASET, IVC, SHAPE
from pictures import faults
from poisoned import poisoned as poisoned_copy

RDF = {f.name: f for f in GRAPHS}
MEDIA = {"html": "text/html", **{name: f.media for name, f in RDF.items()}, "json": "application/json"}
OTHERS = [suffix for suffix in SUFFIXES if suffix != "html"]
KINDS = {
    "align",
    "application",
    "breakdown",
    "claim",
    "collection",
    "document",
    "entry",
    "finding",
    "graph",
    "industry",
    "list",
    "ns",
    "observation",
    "organization",
    "passage",
    "policy",
    "product",
    "project",
    "region",
    "sector",
    "segment",
    "shape",
    "stage",
    "team",
    "technology",
    "view",
}
"""First steps of the paths of all our IRIs."""
_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
ALL_IRIS = f"""SELECT DISTINCT ?iri WHERE {{
  {{ ?iri ?p ?o }} UNION {{ ?s ?p ?iri }} UNION {{ GRAPH ?iri {{}} }} UNION {{ GRAPH ?g {{ ?iri ?p ?o }} }}
  FILTER(isIRI(?iri) && STRSTARTS(STR(?iri), "{BASE}")) }} ORDER BY ?iri"""


@pytest.fixture(scope="module")
def http(world_server: Server) -> Iterator[httpx.Client]:
    with forgetful(base_url=world_server.url, timeout=120) as client:
        yield client


@pytest.fixture(scope="module")
def iris(world: KnowledgeGraph) -> list[str]:
    """Every IRI of ours that has a document of its own; terms of the ontology are parts of one, the dataset's is /void."""
    return [row["iri"] for row in world.store.select(ALL_IRIS) if "#" not in row["iri"] and row["iri"] != DATASET]


@pytest.fixture(scope="module")
def samples(iris: list[str]) -> list[str]:
    """The first and the last of each kind."""
    by_kind: dict[str, list[str]] = {}
    for iri in iris:
        by_kind.setdefault(iri.removeprefix(BASE).partition("/")[0], []).append(iri)
    assert set(by_kind) == KINDS
    return sorted({iri for of_kind in by_kind.values() for iri in (of_kind[0], of_kind[-1])})


class Page(HTMLParser):
    """A page read strictly: every element closed where it was opened, none where HTML does not let it stand."""

    _VOID = frozenset(("br", "hr", "img", "input", "link", "meta", "col", "wbr"))
    _BLOCK = frozenset(
        ("p", "div", "ul", "ol", "dl", "table", "form", "section", "pre", "h1", "h2", "h3", "h4", "details")
    )

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), attrs
        assert not (tag in self._BLOCK and "p" in self._open), (tag, self._open)
        self.elements.append((tag, dict(attrs)))
        if tag not in self._VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, (tag, self.getpos())

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, tag: str, **having: str) -> list[dict[str, str | None]]:
        """The attributes of the elements *tag* that have the attributes *having*."""
        return [a for t, a in self.elements if t == tag and all(a.get(k) == v for k, v in having.items())]


def page(response: httpx.Response) -> Page:
    """The page in *response*, which runs only files of this server and asks nothing of anybody else."""
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    read = Page(response.text)
    assert not [body for _, body in _SCRIPT.findall(response.text) if body]
    for tag, attributes in read.elements:
        assert tag not in ("style", "iframe", "object", "embed", "base"), tag
        assert tag != "img" or attributes.get("alt"), "an image has a text for those who do not see it"
        assert tag != "script" or (attributes["src"] or "").startswith("/static/"), attributes
        assert not [name for name in attributes if name.startswith("on") or name == "style"], attributes
        for name in ("href", "src", "action"):
            value = attributes.get(name) or ""
            assert not re.match(r"\s*(javascript|data|vbscript):", value, re.IGNORECASE), value
            if tag != "a" and attributes.get("rel") not in ("canonical", "alternate"):
                assert value.startswith(("/", "?", "#")) or not value, value
                assert not value.startswith("//"), value
    return read


# -- things -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_thing_of_every_kind_in_each_format(http: httpx.Client, samples: list[str], suffix: str) -> None:
    for iri in samples:
        path = f"/{iri.removeprefix(BASE)}"
        by_suffix = http.get(f"{path}.{suffix}", headers={"Accept": "image/png"})
        by_accept = http.get(path, headers={"Accept": MEDIA[suffix]})
        assert by_suffix.status_code == by_accept.status_code == 200, path
        assert by_suffix.content == by_accept.content, path
        assert by_suffix.headers["content-type"].partition(";")[0] == MEDIA[suffix]
        assert by_accept.headers["vary"] == "Accept, Accept-Language, Cookie"
        _check(suffix, iri, by_suffix)


def _check(suffix: str, iri: str, response: httpx.Response) -> None:
    if suffix == "json":
        body = response.json()
        assert body["iri"] == iri
        assert body["zh"]
        assert body["en"]
        assert isinstance(body["edges"], list)
    elif suffix == "html":
        read = page(response)
        assert read.all("link", rel="canonical") == [{"rel": "canonical", "href": iri}]
        for lang in ("zh", "en"):
            assert [a["href"] for a in read.all("link", rel="alternate", hreflang=lang)] == [f"{iri}?lang={lang}"]
        for other in OTHERS:
            (link,) = read.all("link", rel="alternate", type=MEDIA[other])
            assert link["href"] == f"/{iri.removeprefix(BASE)}.{other}"
    else:
        triples = w3c.read(response.content, RDF[suffix])
        assert isinstance(triples, frozenset)
        assert triples


def test_turtle_and_json_ld_say_the_same(http: httpx.Client, samples: list[str]) -> None:
    for iri in samples:
        path = f"/{iri.removeprefix(BASE)}"
        one = w3c.read(http.get(f"{path}.ttl").content, RDF["ttl"])
        other = w3c.read(http.get(f"{path}.jsonld").content, RDF["jsonld"])
        if "/" in iri.removeprefix(BASE):  # the ontology holds lists, whose nodes JSON-LD may name or not
            assert w3c.comparable(one) == w3c.comparable(other), iri
        assert len(one) == len(other), iri  # type: ignore[arg-type]


def test_the_triples_of_a_thing_are_all_that_name_it(http: httpx.Client, world: KnowledgeGraph) -> None:
    iri = world.resolve("青岚纸坊").iri
    found = w3c.read(http.get(f"/{iri.removeprefix(BASE)}.ttl").content, RDF["ttl"])
    query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o FILTER(?s = <{iri}> || ?o = <{iri}>) }}"
    assert found == w3c.of_engine(world.store.query(query))


def test_a_passage_says_what_it_states(http: httpx.Client, world: KnowledgeGraph) -> None:
    iri = f"{BASE}passage/w2-L0027"
    found = w3c.read(http.get("/passage/w2-L0027.ttl").content, RDF["ttl"])
    stated = w3c.of_engine(world.store.query(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}"))
    assert isinstance(found, frozenset)
    assert isinstance(stated, frozenset)
    assert stated < found
    body = http.get("/passage/w2-L0027.json").json()
    assert body["start"] < body["end"]
    assert re.fullmatch(r"[0-9a-f]{64}", body["sha256"])


@pytest.mark.slow
def test_every_term_of_the_ontology_is_in_its_document(http: httpx.Client, world: KnowledgeGraph) -> None:
    found = w3c.read(http.get("/ns.ttl").content, RDF["ttl"])
    assert isinstance(found, frozenset)
    terms = {row["iri"] for row in world.store.select(ALL_IRIS) if row["iri"].startswith(IVC)}
    assert len(terms) > 100
    assert terms <= {getattr(triple.subject, "value", "") for triple in found}


def test_a_figure_tells_its_value(http: httpx.Client, world: KnowledgeGraph) -> None:
    query = (
        "SELECT ?it ?value ?year WHERE { ?it a ivc:LevelObservation ; ivc:value ?value ; ivc:year ?year } ORDER BY ?it"
    )
    for row in list(world.store.select(query))[:5]:
        path = f"/{row['it'].removeprefix(BASE)}"
        told = {v["predicate"]["iri"]: v["value"] for v in http.get(f"{path}.json").json()["values"]}
        assert (told[f"{IVC}value"], told[f"{IVC}year"]) == (row["value"], row["year"])
        facts = page(http.get(f"{path}.html?lang=en")).text
        assert str(row["year"]) in facts


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_thing_points_at_itself_in_other_formats(http: httpx.Client, samples: list[str], suffix: str) -> None:
    for iri in samples:
        links = http.head(f"/{iri.removeprefix(BASE)}.{suffix}").headers["link"]
        found = dict(re.findall(r'<([^>]+)>; (rel="[a-z]+"(?:; type="[^"]+")?)', links))
        assert found.pop(iri) == 'rel="canonical"'
        assert found == {
            f"/{iri.removeprefix(BASE)}.{other}": f'rel="alternate"; type="{MEDIA[other]}"' for other in OTHERS
        }


@pytest.mark.slow
def test_every_iri_has_its_page(http: httpx.Client, iris: list[str]) -> None:
    def ask(iri: str) -> tuple[str, int]:
        return iri, http.get(f"/{iri.removeprefix(BASE)}.json").status_code

    with ThreadPoolExecutor(4) as threads:
        assert [found for found in threads.map(ask, iris) if found[1] != 200] == []
    assert len(iris) > 300


def test_entries_elsewhere_are_links_where_they_have_an_address(http: httpx.Client) -> None:
    page = http.get("/organization/qinglan.html?lang=en").text
    assert '<a href="http://www.wikidata.org/entity/Q999999771" rel="external">Q999999771</a>' in page
    assert "Shanghai Stock Exchange</dt><dd>609771.SH <" in page
    assert "close · It is the town alone. (2026-11-29)" in http.get("/region/yunting.html?lang=en").text


@pytest.mark.parametrize("accept", ["text/html", "text/turtle", "application/json", "application/ld+json", "*/*"])
def test_a_thing_that_is_not_there(http: httpx.Client, accept: str) -> None:
    response = http.get("/organization/qinglam?lang=en", headers={"Accept": accept})
    assert response.status_code == 404
    assert ('href="/' if accept == "text/html" else BASE) + "organization/qinglan" in response.text
    if accept != "text/html":
        assert response.json()["type"] == f"{TYPE}not-found"
    for path in (
        "/nothing",
        "/nothing/such.ttl",
        "/industry/",
        "/industry",
        "/industry/wind-chimes/x",
        "/industry/wind-chimes.pdf",
    ):
        assert http.get(path, headers={"Accept": accept}).status_code == 404, path


# -- views ------------------------------------------------------------------------------------------------------------

VIEWS = {
    "/": None,
    "/queries": "/queries.json",
    "/queries?tag=company": None,
    "/chain/paper-lanterns": "/chain/paper-lanterns.json",
    "/chain/wind-chimes": "/chain/wind-chimes.json",
    "/audit": "/audit.json",
    "/audit?industry=风铃业": "/audit.json?industry=风铃业",
    "/ask?q=灯纸有哪些代表企业": "/ask.json?q=灯纸有哪些代表企业",
    "/ask?q=xyzxyz": "/ask.json?q=xyzxyz",
    "/search": "/search.json",
    "/search?q=qinglan": "/search.json?q=qinglan",
    "/search?q=纸灯&kind=Industry": "/search.json?q=纸灯&kind=Industry",
    "/search?q=xyzxyz": "/search.json?q=xyzxyz",
    "/why": "/why.json",
    "/why?subject=青岚纸坊&predicate=涉足产业&object=纸灯业": "/why.json?subject=青岚纸坊&predicate=涉足产业&object=纸灯业",
    "/why?subject=青岚纸坊&predicate=active in&object=风铃业": "/why.json?subject=青岚纸坊&predicate=active in&object=风铃业",
    "/why?subject=明盈灯业&predicate=合作&object=听竹社": "/why.json?subject=明盈灯业&predicate=合作&object=听竹社",
    "/compare": "/compare.json",
    "/compare?a=纸灯业&b=风铃业": "/compare.json?a=纸灯业&b=风铃业",
    "/compare?a=qinglan&b=竹里编舍": "/compare.json?a=qinglan&b=竹里编舍",
    "/path": "/path.json",
    "/path?from=青岚&to=明盈灯业": "/path.json?from=青岚&to=明盈灯业",
    "/path?from=青岚&to=中国&inferred=1&limit=2": "/path.json?from=青岚&to=中国&inferred=1&limit=2",
    "/problem/limit": None,
}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", VIEWS)
def test_a_view_is_a_page_and_data(http: httpx.Client, path: str, lang: str) -> None:
    headers = {"Accept-Language": lang}
    read = page(http.get(path, headers={**headers, "Accept": "text/html,*/*;q=0.1"}))
    assert read.all("html") == [{"lang": lang}]
    assert read.all("title")
    assert len(read.all("h1")) == 1
    told = http.get(path, headers={**headers, "Accept": "application/json"})
    assert (told.status_code, told.headers["content-type"]) == (200, "application/json")
    file = VIEWS[path]
    if file:
        assert http.get(file, headers={**headers, "Accept": "text/html"}).json() == told.json()
    assert http.get(path, headers={"Accept": "text/turtle"}).status_code == 406


def test_views_say_what_python_says(http: httpx.Client, world: KnowledgeGraph) -> None:
    names, dataset = world.names, {"dataset": world.manifest["dataset_sha256"]}
    for industry in names.of_kind("Industry"):
        slug = industry.iri.rpartition("/")[2]
        found = http.get(f"/chain/{slug}.json").json()
        assert found == json.loads(json.dumps({**plain.chain(world.chain(industry.iri), names), **dataset}))
        told = http.get(f"/chain/{slug}.html")
        page(told)
        assert all(f'{c.iri.removeprefix(BASE)}"' in told.text for c in world.chain(industry.iri).others)
    for text in ("青嵐紙坊", "qinglan", "灯", "青蓝纸坊"):
        found = http.get("/search.json", params={"q": text}).json()["matches"]
        assert found == [plain.match(match) for match in world.find(text, limit=50)]
    three = ("青岚纸坊", "涉足产业", "纸灯业")
    found = http.get("/why.json", params=dict(zip(("subject", "predicate", "object"), three, strict=True))).json()
    assert found == json.loads(json.dumps({**world.explain(world.why(*three)), **dataset}))
    home = http.get("/", headers={"Accept": "application/json"}).json()
    assert home["counts"] == world.manifest["counts"]
    assert [i["iri"] for i in home["industries"]] == [i.iri for i in names.of_kind("Industry")]


def test_a_finding_tells_what_it_found(http: httpx.Client, world: KnowledgeGraph) -> None:
    for found in world.audit():
        path = found.iri.removeprefix(BASE)
        told = http.get(f"/{path}.json").json()
        assert told["finding"] == json.loads(json.dumps(plain.finding(found, world.names)))
        for lang in ("zh", "en"):
            page = unescape(http.get(f"/{path}.html", params={"lang": lang}).text)
            assert found.message.pick(lang) in page
            label = world.names.label(SHAPE + found.rule, lang)
            assert f"<h1>{label[:1].upper()}{label[1:]}</h1>" in page
            assert all(f'href="/{iri.removeprefix(BASE)}"' in page for iri in (found.focus, *found.involved))
            assert all(last_part(passage) in page for passage in found.passages)


def test_columns_with_values_stand_under_their_headings(http: httpx.Client, world: KnowledgeGraph) -> None:
    """A column without a value is named below the table instead."""
    for query in world.catalogue:
        text = http.get(f"/queries/{query.name}?lang=en", headers={"Accept": "text/html"}).text
        heads = [unescape(head) for head in re.findall(r'<th scope="col">([^<]*)</th>', text)]
        rows = for_reader(world.query(query.name), "en")
        full = without_empty(rows).columns if len(rows) else ()
        assert heads == [query.columns[column].en for column in full], query.name
        assert ("Columns without a value" in text) == (0 < len(full) < len(rows.columns)), query.name


@pytest.mark.parametrize(
    "path", ["/search?q=qinglan&kind=Organization", "/why?subject=a&predicate=b", "/queries?tag=company"]
)
def test_another_language_is_the_same_question(http: httpx.Client, path: str) -> None:
    response = http.get(path, headers={"Accept": "text/html", "Accept-Language": "zh"})
    if response.status_code == 200:
        (link,) = page(response).all("a", hreflang="en")
        assert link["href"] == f"?{urlsplit(path).query}&lang=en"


@pytest.mark.parametrize("path", ["/explore", "/explore?thing=纸灯业", "/explore?thing=qinglan&lang=en"])
def test_a_drawing_runs_its_own_scripts_alone(http: httpx.Client, path: str) -> None:
    response = http.get(path)
    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")
    policy = _policy(response)
    scripts = re.findall(_SCRIPT, response.text)
    digests = {f"'sha256-{base64.b64encode(sha256(body.encode()).digest()).decode()}'" for _, body in scripts}
    assert digests == set(policy["script-src"].split())
    assert not [attributes for attributes, _ in scripts if "src" in attributes]
    assert "\r" not in response.text  # a browser would read a line's end differently, and its digest
    assert http.get(path, headers={"Accept": "application/json"}).status_code == 406
    assert http.get("/explore?thing=nothing-such").status_code == 404


# -- the policy of every answer -----------------------------------------------------------------------------------------

ANSWERS = (
    "/",
    "/sparql",
    "/sparql?query=ASK+{}",
    "/sparql?query=ASK+{",
    "/queries",
    "/queries/companies-in-segment",
    "/queries/companies-in-segment.csv",
    "/queries/companies-in-segment.xlsx",
    "/industry/wind-chimes",
    "/industry/wind-chimes.ttl",
    "/industry/nothing",
    "/chain/paper-lanterns",
    "/audit",
    "/compare?a=青岚&b=听竹社",
    "/path?from=青岚&to=听竹社",
    "/search?q=灯",
    "/ask?q=灯纸有哪些代表企业",
    "/ask",
    "/why",
    "/explore",
    "/void",
    "/.well-known/void",
    "/openapi.json",
    "/problem/limit",
    "/static/style.css",
    "/static/nothing",
    "/healthz",
    "/readyz",
    "/metrics",
)


def _policy(response: httpx.Response) -> dict[str, str]:
    (header,) = response.headers.get_list("content-security-policy")
    return dict(part.strip().split(" ", 1) for part in header.split(";"))


@pytest.mark.parametrize("path", ANSWERS)
def test_every_answer_bears_a_strict_policy(http: httpx.Client, path: str) -> None:
    for accept in ("text/html", "*/*"):
        for method in ("GET", "HEAD", "OPTIONS", "PUT"):
            response = http.request(method, path, headers={"Accept": accept})
            policy = _policy(response)
            assert policy["default-src"] == "'none'"
            assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
            assert "unsafe" not in policy["script-src"]
            if response.status_code != 200 or path != "/explore":
                assert response.headers["content-security-policy"] == STRICT
            assert response.headers["x-content-type-options"] == "nosniff"
            assert response.headers["referrer-policy"] == "no-referrer"
            assert "server" not in response.headers
    tag = http.get(path).headers.get("etag")
    if tag:
        # that of the answer which the browser has holds on: a drawing's is another
        same = http.get(path, headers={"If-None-Match": tag}).headers
        assert same.get("content-security-policy", STRICT) == STRICT
        assert path != "/explore" or "content-security-policy" not in same


# -- hostile values ------------------------------------------------------------------------------------------------------

EVIL = """"'></title></textarea><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}{%x%}\\"""
PARAMETERS = (
    "/?lang={}",
    "/?x={}",
    "/queries?tag={}",
    "/queries/{}",
    "/queries/companies-in-segment?segment={}",
    "/queries/companies-in-segment?{}=1",
    "/queries/companies-in-segment?limit={}",
    "/queries/companies-in-segment?cursor={}",
    "/queries/companies-in-segment?format={}",
    "/queries/companies-in-segment?lang={}",
    "/queries/figures-by-year?year={}",
    "/queries/claims-with-word?word={}",
    "/queries/claims-with-word?text={}",
    "/queries/statements-of-passage?passage={}",
    "/ask?q={}",
    "/ask?q=灯纸有哪些代表企业{}",
    "/search?q={}",
    "/search?q=灯&kind={}",
    "/search?q=灯&x={}",
    "/audit?industry={}",
    "/audit?rule={}",
    "/audit?severity={}",
    "/chain/{}",
    "/compare?a={}&b=Qinglan",
    "/compare?a=Qinglan&b={}",
    "/path?from={}&to=Qinglan",
    "/path?from=Qinglan&to=China&limit={}",
    "/path?from=Qinglan&to=China&inferred={}",
    "/explore?thing={}",
    "/picture.svg?thing={}",
    "/why?subject={}",
    "/why?subject={}&predicate=x&object=y",
    "/why?subject=Qinglan&predicate={}&object=y",
    "/why?subject=Qinglan&predicate=涉足产业&object={}",
    "/sparql?query={}",
    "/sparql?query=SELECT+(1+AS+?x)+{{}}%23{}",
    "/sparql?query=ASK+{{}}&default-graph-uri={}",
    "/sparql?query=ASK+{{}}&named-graph-uri={}",
    "/sparql?query=ASK+{{}}&format={}",
    "/problem/{}",
    "/static/{}",
    "/{}",
    "/industry/{}",
    "/industry/wind-chimes?x={}",
    "/nothing/{}.ttl",
)


@pytest.mark.parametrize("path", PARAMETERS)
def test_a_hostile_value_stays_a_value(http: httpx.Client, path: str) -> None:
    response = http.get(path.format(quote(EVIL, safe="")), headers={"Accept": "text/html,*/*;q=0.1"})
    assert response.status_code in (200, 400, 403, 404, 406)
    if response.headers["content-type"].startswith("text/html"):
        if not response.text.startswith("<!doctype html><html"):  # the small page of a problem leaves its end tags out
            page(response)
        assert "<script>alert" not in response.text
        assert "<img src=x" not in response.text
        assert "49{%" not in response.text
    else:
        assert response.headers["x-content-type-options"] == "nosniff"
        response.json()


@pytest.mark.parametrize("path", PARAMETERS)
def test_a_hostile_value_is_no_header(http: httpx.Client, path: str) -> None:
    broken = quote('x"\r\nSet-Cookie: a=b\r\n\r\n<script>', safe="")
    for suffix in ("", ".json", ".csv"):
        response = http.get(
            path.replace("/queries/companies-in-segment", f"/queries/companies-in-segment{suffix}").format(broken)
        )
        assert response.status_code < 500
        assert "set-cookie" not in response.headers


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Accept", EVIL),
        ("Accept-Language", EVIL),
        ("X-Request-Id", EVIL),
        ("If-None-Match", EVIL),
        ("Content-Type", EVIL),
        ("Host", "127.0.0.1<script>alert(1)</script>"),
        ("Host", "evil.example"),
        ("Host", "127.0.0.1.evil.example"),
    ],
)
def test_a_hostile_header_stays_a_value(http: httpx.Client, header: str, value: str) -> None:
    for path in ("/sparql", "/industry/nothing", "/void", "/openapi.json"):
        response = http.get(path, headers={"Accept": "text/html", header: value})
        assert response.status_code == (421 if header == "Host" else response.status_code) < 500
        assert re.fullmatch(r"[0-9a-f]{16}", response.headers["x-request-id"])
        if response.headers["content-type"].startswith("text/html"):
            assert "<script>alert" not in response.text


LABEL = """=1+1</script><script>alert(1)</script><!-- " onmouseover="alert(1)' """
"""A name that is a formula in a sheet, a script in a page and the end of one in a drawing."""


@pytest.fixture(scope="module")
def poisoned(
    world: KnowledgeGraph, world_project: Project, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """A server of the same graph in which a company bears a hostile name."""
    store = poisoned_copy(world, tmp_path_factory.mktemp("poisoned") / "store", {"明盈灯业": LABEL})
    with (
        served(Project.find(WORLD, store), tmp_path_factory.mktemp("serve"), "--workers", "1") as server,
        forgetful(base_url=server.url, timeout=120, headers={"Accept-Language": "zh"}) as client,
    ):
        yield client


@pytest.mark.parametrize(
    "path",
    [
        "/organization/mingying-lamps",
        "/search?q=mingying-lamps",
        "/queries/company-profile?company=mingying-lamps",
        "/queries/cooperations",
        "/chain/paper-lanterns",
        "/sparql?query=SELECT+?x+{+co:mingying-lamps+rdfs:label+?x+}",
        "/sparql?query=CONSTRUCT+WHERE+{+co:mingying-lamps+rdfs:label+?x+}",
        "/why?subject=mingying-lamps&predicate=涉足产业&object=纸灯业",
        "/compare?a=mingying-lamps&b=qinglan",
        "/path?from=mingying-lamps&to=听竹社",
        "/organization/mingying-lampz",
        "/audit",
        "/audit?industry=paper-lanterns",
        "/figures?thing=mingying-lamps",
        "/matrix/industries-by-indicators",
        "/cite?thing=mingying-lamps",
        "/cite?subject=qinglan&predicate=ivc:suppliesTo&object=mingying-lamps",
        "/queries?q=mingying-lamps",
        "/passage/w1-L0020",
    ],
)
def test_a_hostile_name_in_the_data_stays_a_name(poisoned: httpx.Client, path: str) -> None:
    response = poisoned.get(path, headers={"Accept": "text/html"})
    assert response.status_code in (200, 404), response.text
    assert "<script>alert" not in response.text
    assert 'onmouseover="' not in response.text
    if response.status_code == 200:
        page(response)
    if path in ("/organization/mingying-lamps", "/search?q=mingying-lamps"):
        assert "alert(1)" in response.text


def test_a_hostile_name_in_a_drawing(poisoned: httpx.Client, http: httpx.Client) -> None:
    response = poisoned.get("/explore?thing=mingying-lamps")
    assert response.status_code == 200
    scripts, clean = (re.findall(_SCRIPT, r.text) for r in (response, http.get("/explore?thing=mingying-lamps")))
    assert len(scripts) == len(clean)
    for _, body in scripts:
        assert "<!--" not in body  # after which a browser takes </script> for text
        assert "<script>alert" not in body
    assert "<script>alert" not in response.text
    assert 'onmouseover="' not in response.text


@pytest.mark.parametrize("path", ["/picture.svg?thing=mingying-lamps", "/chain/paper-lanterns.svg"])
def test_a_hostile_name_in_a_picture(poisoned: httpx.Client, path: str) -> None:
    response = poisoned.get(path)
    assert response.status_code == 200
    assert faults(response.text) == []  # well-formed, and without a script or a link
    assert "<script" not in response.text
    assert "alert(1)" in response.text


def test_a_hostile_name_in_a_file(poisoned: httpx.Client, world: KnowledgeGraph) -> None:
    columns = world.query("cooperations").columns
    assert columns
    rows = poisoned.get("/queries/cooperations.json").json()["rows"]
    at = [(n, key) for n, row in enumerate(rows) for key, value in row.items() if value == LABEL]
    assert at, "no row names the company"
    lines = list(
        csv.DictReader(io.StringIO(poisoned.get("/queries/cooperations.csv").content.decode("utf-8-sig"), newline=""))
    )
    assert {lines[n][key] for n, key in at} == {f"'{LABEL}"}
    for line in poisoned.get("/queries/cooperations.tsv").text.splitlines()[1:]:
        assert not [cell for cell in line.split("\t") if cell[:1] in ("=", "+", "-", "@")]
    book = openpyxl.load_workbook(io.BytesIO(poisoned.get("/queries/cooperations.xlsx").content))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    book.close()
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert LABEL in {cell.value for cell in cells}


# -- files -----------------------------------------------------------------------------------------------------------------

TRAVERSALS = (
    "/static/../app.py",
    "/static/../../__init__.py",
    "/static/%2e%2e/app.py",
    "/static/..%2fapp.py",
    "/static/..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/static/%2e%2e%2fapp.py",
    "/static/%252e%252e%252fapp.py",
    "/static/..%5capp.py",
    "/static/....//app.py",
    "/static/./../app.py",
    "/static//etc/passwd",
    "/static/style.css%00.py",
    "/static/style.css/",
    "/static/style.css/../../app.py",
    "/static/%c0%ae%c0%ae/app.py",
    "/static/",
    "/static",
    "//etc/passwd",
    "/../../../../etc/passwd",
    "/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/templates/base.html",
    "/app.py",
    "/industry/../static/../app.py",
    "/queries/../../queries/companies-in-segment.rq",
    "/queries/..%2f..%2fpyproject.toml",
    "/problem/..%2f..%2fapp.py",
    "/chain/..%2f..%2fetc%2fpasswd",
)


@pytest.mark.parametrize("target", TRAVERSALS)
def test_no_path_leads_out_of_the_static_files(world_server: Server, target: str) -> None:
    status, body = _raw(world_server, target)
    assert status in (400, 404)
    assert not [
        secret for secret in ("root:", "from __future__", "{% block", "#+ title", "[project]") if secret in body
    ]


def test_the_static_files_are_those_of_the_folder(http: httpx.Client) -> None:
    folder = ROOT / "src/kg/faces/web/static"
    files = [file for file in folder.rglob("*") if file.suffix in (".css", ".js", ".svg")]
    for file in files:
        response = http.get(f"/static/{file.relative_to(folder).as_posix()}")
        assert (response.status_code, response.content) == (200, file.read_bytes())
    read = page(http.get("/", headers={"Accept": "text/html"}))
    asked = {unquote(a.get("href") or a.get("src") or "") for a in (*read.all("link"), *read.all("script"))}
    assert asked <= {f"/static/{file.relative_to(folder).as_posix()}" for file in files}


def _raw(server: Server, target: str) -> tuple[int, str]:
    """Status and body of a GET whose target is sent just as it stands."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as channel:
        channel.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: channel.recv(65536), b""))
    head, _, body = answer.decode(errors="replace").partition("\r\n\r\n")
    return int(head.split(" ")[1]), body


def test_compiled_templates_are_kept_and_a_full_disk_is_no_error(
    world: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pages, "__file__", str(tmp_path / "pages.py"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    kept = tmp_path / "__pycache__"
    kept.mkdir()

    def full(*args: Any, **options: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr(tempfile, "NamedTemporaryFile", full)
        pages.Pages(world, "")
    assert not list(kept.iterdir())
    pages.Pages(world, "")
    assert list(kept.glob("*.cache"))
    before = {file: file.stat().st_mtime_ns for file in kept.iterdir()}
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    pages.Pages(world, "")
    assert {file: file.stat().st_mtime_ns for file in kept.iterdir()} == before
