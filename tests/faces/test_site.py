"""``kg site``: every page of the server as a file that leads to other files, on a disk as on any host."""

from __future__ import annotations

import io
import json
import re
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from browser import needs_chromium, opened
from conftest import on
from kg.errors import OutputError
from kg.faces.site.folder import MANIFEST, replacing, write_manifest
from kg.faces.site.links import rewritten
from kg.faces.site.making import Site
from kg.faces.site.own import own_files
from kg.faces.site.sitemap import SiteMap, relative
from kg.faces.web.app import Routes
from kg.faces.web.settings import Settings
from kg.graph import KnowledgeGraph
from kg.service.service import Options, Service
from kg.source.project import Project
from sites import dead, hosted, links, made, value
from walking import too_wide

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def whole(kites: Project, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Site]:
    """A site, and what its making told of it."""
    folder = tmp_path_factory.mktemp("site") / "site"
    return folder, made(kites.store_folder, folder)


@pytest.fixture(scope="module")
def site(whole: tuple[Path, Site]) -> Path:
    return whole[0]


@pytest.fixture(scope="module")
def site_map(kites: Project) -> SiteMap:
    graph = KnowledgeGraph(kites.store_folder / "current")
    routes = Routes(Settings(store=""), Service(Options(Path(), ""))).table()
    return SiteMap(graph.catalogue, routes, own_files())


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# -- what is there --------------------------------------------------------------------------------------------------------


def test_every_link_leads_to_a_file(site: Path) -> None:
    assert dead(site) == []
    assert len(list(site.rglob("*.html"))) > 100


def test_every_page_was_made(whole: tuple[Path, Site]) -> None:
    folder, told = whole
    files = _files(folder)
    assert told.failed == ()
    assert told.files == len(files)
    assert told.size == sum(len(body) for name, body in files.items() if name != MANIFEST)


def test_every_thing_claim_and_passage_has_a_page_in_both_languages(kites: Project, site: Path) -> None:
    graph = KnowledgeGraph(kites.store_folder / "current")
    found = graph.store.select(
        "SELECT DISTINCT ?x { ?x a ?c . FILTER(?c IN (ivc:Company, ivc:Segment, ivc:Industry, ivc:Passage, ivc:Document)"
        " || STRSTARTS(STR(?x), CONCAT(STR(obs:))) || STRSTARTS(STR(?x), STR(clm:))) }"
    )
    paths = [row["x"].removeprefix("https://w3id.org/xinzhi/") for row in found]
    assert len(paths) > 10
    for lang, own in (("zh", "产业"), ("en", "industr")):
        for path in paths:
            assert own in (site / lang / f"{path}.html").read_text(encoding="utf-8"), path


def test_the_link_to_the_other_language_leads_to_the_same_page(site: Path) -> None:
    pages = [
        page for page in sorted((site / "zh").rglob("*.html")) if "explore" not in page.name
    ]  # both are in a drawing
    for page in pages:
        twin = site / "en" / page.relative_to(site / "zh")
        found = [(page.parent / link).resolve() for tag, link in links(page) if tag == "a" and "/en/" in f"/{link}"]
        assert found == [twin], page


def test_questions_are_answered_beforehand(site: Path) -> None:
    bare = (site / "en" / "queries" / "makers-in-segment.html").read_text(encoding="utf-8")
    asked = (site / "en" / "queries" / "makers-in-segment--segment-kites-painting.html").read_text(encoding="utf-8")
    assert "Zhulin Guild" in bare
    assert "makers-in-segment--segment-kites-painting.html" in bare
    assert "Feiyuan Workshop" in asked
    assert 'segment-kites-painting.html" aria-current="page"' in asked
    assert (site / "en" / "queries" / "makers-in-segment.csv").read_text(encoding="utf-8-sig").startswith("company")


def test_nothing_asks_for_a_server(site: Path) -> None:
    for page in sorted(site.rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        actions = [link for tag, link in links(page) if tag == "form"]
        scripted = text.count('<form class="toggles"')  # one without action is for a script
        assert text.count("<form") == len(actions) + scripted, page
        allowed = ("search.html", "sparql.html") if page.stem == "sparql" else ("search.html",)
        assert all(action.endswith(allowed) for action in actions), page
        assert not re.search(r"\d ms\b", text), page  # how long a server took


def test_the_data_are_there(kites: Project, site: Path) -> None:
    graph = KnowledgeGraph(kites.store_folder / "current")
    quads = list(ox.parse(path=str(site / "data" / "graph.nq"), format=ox.RdfFormat.N_QUADS))
    triples = list(ox.parse(path=str(site / "data" / "graph.ttl"), format=ox.RdfFormat.TURTLE))
    (count,) = graph.store.select("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert len(triples) >= count["n"] > 100
    assert len(quads) > len(triples)
    assert sha256((site / "data" / "graph.nq").read_bytes()).hexdigest() == graph.manifest["dataset_sha256"]
    one = list(ox.parse(path=str(site / "segment" / "kites-bamboo.ttl"), format=ox.RdfFormat.TURTLE))
    assert {str(t.subject) for t in one} & {"<https://w3id.org/xinzhi/segment/kites-bamboo>"}
    assert json.loads((site / "segment" / "kites-bamboo.jsonld").read_text(encoding="utf-8"))
    for lang, name in (("zh", "竹邻社"), ("en", "Zhulin Guild")):
        with zipfile.ZipFile(io.BytesIO((site / lang / "data" / "tables.zip").read_bytes())) as tables:
            assert name in "".join(tables.read(file).decode() for file in tables.namelist())


def test_every_node_has_its_page(kites: Project, site: Path) -> None:
    nodes = value(site, "terms.js")["nodes"]
    assert {iri for iri, *_ in nodes} >= {
        thing.iri for thing in KnowledgeGraph(kites.store_folder / "current").names.things
    }
    for lang in ("zh", "en"):
        assert [file for *_, file in nodes if not (site / lang / file.partition("#")[0]).is_file()] == []


def test_only_this_page_may_run_webassembly(site: Path) -> None:
    allowed = [path for path in site.rglob("*.html") if "wasm-unsafe-eval" in path.read_text(encoding="utf-8")]
    loading = [path for path in site.rglob("*.html") if "static/site/sparql.js" in path.read_text(encoding="utf-8")]
    assert sorted(allowed) == sorted(loading) == [site / lang / "sparql.html" for lang in ("en", "zh")]
    policies = [
        re.findall('Content-Security-Policy" content="([^"]+)"', path.read_text()) for path in site.rglob("*.html")
    ]
    assert sum(map(len, policies)) > 0.9 * len(policies)  # a drawing carries its own scripts
    assert all(
        "connect-src" not in policy and "default-src &#39;none&#39;" in policy for (policy,) in filter(None, policies)
    )


def test_the_manifest_lists_every_file(site: Path) -> None:
    manifest = json.loads((site / MANIFEST).read_text(encoding="utf-8"))
    files = _files(site)
    assert manifest["files"] == {name: sha256(body).hexdigest() for name, body in files.items() if name != MANIFEST}


def test_the_same_graph_gives_the_same_bytes(kites: Project, site: Path, tmp_path: Path) -> None:
    made(kites.store_folder, tmp_path / "again")
    assert _files(tmp_path / "again") == _files(site)


# -- the folder -----------------------------------------------------------------------------------------------------------


def test_a_folder_with_other_files_is_refused(kites: Project, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine", encoding="utf-8")
    told = on(kites)("site", str(tmp_path / "mine"), code=5).stderr
    assert "notes.txt" in told
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", "notes.txt"]


def test_a_site_is_replaced_as_a_whole(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    for name in ("one", "two"):
        with replacing(folder) as fresh:
            (fresh / name).write_text(name, encoding="utf-8")
            write_manifest(fresh, "dataset", {name: name})
    assert sorted(_files(folder)) == [MANIFEST, "two"]
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_failure_leaves_the_old_site(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    with replacing(folder) as fresh:
        write_manifest(fresh, "dataset", {})
    before = _files(folder)
    with pytest.raises(KeyboardInterrupt), replacing(folder) as fresh:
        (fresh / "half").write_text("half", encoding="utf-8")
        raise KeyboardInterrupt
    assert _files(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_what_a_killed_run_has_left_is_removed(tmp_path: Path) -> None:
    left = tmp_path / ".site.new"
    left.mkdir()
    (left / ".lock").touch()
    (left / "half").mkdir()
    (left / "half" / "page.html").write_text("half", encoding="utf-8")
    with replacing(tmp_path / "site") as fresh:
        write_manifest(fresh, "dataset", {})
    assert sorted(_files(tmp_path)) == [f"site/{MANIFEST}"]


def test_two_do_not_write_one_site(tmp_path: Path) -> None:
    with replacing(tmp_path / "site") as fresh:
        with pytest.raises(OutputError, match="another kg site"), replacing(tmp_path / "site"):
            pass
        write_manifest(fresh, "dataset", {})
    assert (tmp_path / "site" / MANIFEST).exists()


def test_a_file_added_to_a_site_keeps_it_from_being_replaced(tmp_path: Path) -> None:
    with replacing(tmp_path / "site") as fresh:
        write_manifest(fresh, "dataset", {})
    (tmp_path / "site" / "CNAME").write_text("example.org", encoding="utf-8")
    with pytest.raises(OutputError, match="CNAME"), replacing(tmp_path / "site"):
        pass
    assert (tmp_path / "site" / "CNAME").exists()


# -- files and links ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("link", "at", "file"),
    [
        ("/", "/", "zh/index.html"),
        ("/industry/kites", "/", "zh/industry/kites.html"),
        ("?lang=en", "/industry/kites", "en/industry/kites.html"),
        ("/passage/k1-L0003?lang=zh", "/", "zh/passage/k1-L0003.html"),
        ("/segment/kites-bamboo.ttl", "/", "segment/kites-bamboo.ttl"),
        ("/queries/makers-in-segment", "/", "zh/queries/makers-in-segment.html"),
        ("/queries/makers-in-segment?segment=绘面", "/", "zh/queries/makers-in-segment--segment-kites-painting.html"),
        ("/queries/makers-in-segment.csv?lang=en", "/", "en/queries/makers-in-segment.csv"),
        ("/audit?industry=kites", "/", "zh/audit--kites.html"),
        ("/static/style.css", "/audit", "static/style.css"),
        ("/search?q=x&lang=en", "/", "en/search.html"),
        ("/ask?q=x", "/", "zh/search.html"),
        ("/sparql?query=ASK+%7B%7D", "/", "zh/sparql.html"),
    ],
)
def test_pages_have_files(site_map: SiteMap, link: str, at: str, file: str) -> None:
    target = site_map.target(link, at)
    assert target is not None
    assert target.site_file is not None
    assert target.site_file.file(target.lang or "zh") == file


@pytest.mark.parametrize(
    "link",
    [
        "/why",
        "/why?subject=x",
        "/openapi.json",
        "/industry/kites.rdf",
        "/queries/makers-in-segment?segment=nothing",
        "/queries/makers-in-segment?segment=all",
        "/queries/nothing?x=1",
        "/audit?industry=kites&industry=other",
        "/audit?sort=x",
    ],
)
def test_what_cannot_be_made_beforehand_has_no_file(site_map: SiteMap, link: str) -> None:
    target = site_map.target(link, "/")
    assert target is not None
    assert target.site_file is None


@pytest.mark.parametrize("link", ["https://example.org/", "mailto:a@example.org", "//example.org/x", "http://[bad"])
def test_links_elsewhere_stay(site_map: SiteMap, link: str) -> None:
    assert site_map.target(link, "/") is None


def test_names_that_a_file_system_would_confuse_differ(site_map: SiteMap) -> None:
    links = [
        "/x/a",
        "/x/A",
        "/x/con",
        "/x/..",
        "/x/%2E%2E",
        "/x/a%2Fb",
        "/x/" + "竹" * 9000,
        "/x/" + "竹" * 9001,
        "/x/a:b",
    ]
    files = []
    for link in links:
        target = site_map.target(link, "/")
        assert target is not None
        if target.site_file is not None:
            files.append(target.site_file.file("zh"))
    assert len({file.casefold() for file in files}) == len(files) >= 6
    for file in files:
        assert all(0 < len(part) < 100 and part.isascii() and ".." not in part for part in file.split("/"))


def test_what_is_written_in_a_page_stays_as_it_is(site_map: SiteMap) -> None:
    html = '<p title="&lt;a href=/&gt;">&amp;&#8238;<a href="/audit">&lt;script&gt;</a> <!-- <a href="/x"> --></p>\n'
    page = rewritten(html, site_map, "/", "zh/index.html", "zh")
    assert page.html == html.replace('"/audit"', '"audit.html"')


def test_forms_and_links_to_a_server_go(site_map: SiteMap) -> None:
    html = (
        '<a href="/why" class="x">why</a><a href="/x/y.rdf">rdf</a><form action="/why"><a href="/audit">a</a></form>'
        '<link rel="alternate" href="/x/y.rdf"><form action="/search"><input name="q"></form>'
    )
    page = rewritten(html, site_map, "/x/y", "zh/x/y.html", "zh")
    assert page.html == '<a class="x">why</a><form action="../search.html"><input name="q"></form>'


def test_a_large_script_becomes_a_file_of_its_own(site_map: SiteMap) -> None:
    script = "x < 1;" * 5000
    page = rewritten(f"<head><script>{script}</script></head>", site_map, "/explore", "zh/explore.html", "zh")
    ((file, content),) = page.parts.items()
    assert content == script
    assert page.html == f'<head><script src="../{file}"></script></head>'


@pytest.mark.parametrize(
    ("target", "at", "link"),
    [
        ("zh/a.html", "zh/b.html", "a.html"),
        ("en/x/a.html", "zh/x/b.html", "../../en/x/a.html"),
        ("s/c.js", "d.html", "s/c.js"),
    ],
)
def test_links_are_relative(target: str, at: str, link: str) -> None:
    assert relative(target, at) == link


def test_every_name_of_the_search_leads_to_its_page(site: Path) -> None:
    things = value(site, "names.js")["things"]
    assert len(things) > 10
    for lang in ("zh", "en"):
        assert [file for file, *_ in things if not (site / lang / file.partition("#")[0]).is_file()] == []


# -- in a browser ---------------------------------------------------------------------------------------------------------


@needs_chromium
def test_a_reader_finds_a_name_and_changes_the_language(browser: Any, address: str) -> None:
    with opened(browser, address) as page:
        page.goto(f"{address}/index.html")
        page.wait_for_url("**/zh/index.html")
        page.fill("input[type=search]", "zhulinshe")
        page.press("input[type=search]", "Enter")
        page.wait_for_url("**/zh/search.html?**")
        page.click("#matches a:has-text('竹邻社')")
        page.wait_for_url("**/zh/organization/zhulin.html")
        page.click("a.language")
        page.wait_for_url("**/en/organization/zhulin.html")
        assert page.inner_text("h1") == "Zhulin Guild"


@needs_chromium
@pytest.mark.parametrize("text", ["竹鄰社", "zls", "zhulin gild", "Zhulin Guilds", "竹邻"])
def test_any_spelling_is_found(browser: Any, site: Path, text: str) -> None:
    with opened(browser, site.as_uri(), lang="en") as page:
        page.goto(f"{site.as_uri()}/en/search.html")
        page.fill("input[type=search]", text)
        assert page.inner_text("#matches li:first-child a") == "Zhulin Guild"


@needs_chromium
def test_a_missing_page_leads_home(browser: Any, site: Path) -> None:
    page = browser.new_page()  # where an error on the console is expected: the host says 404
    with hosted(site, "/a/b") as url:
        assert page.goto(f"{url}/zh/no/such/page.html").status == 404
        page.click("#en")
        page.wait_for_url("**/a/b/en/index.html")
    page.close()


@needs_chromium
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_page_of_each_kind_is_sound(browser: Any, site: Path, lang: str) -> None:
    """Nothing on the console, nothing asked elsewhere, as wide as a telephone; that each link leads to a file is known."""
    kinds: dict[str, Path] = {}
    for path in sorted((site / lang).rglob("*.html")):
        first, *rest = path.relative_to(site / lang).parts
        kinds.setdefault(f"{first.partition('--')[0]}{'--' if '--' in path.name else ''}{'/' if rest else ''}", path)
    assert len(kinds) > 20
    with opened(browser, site.as_uri(), (360, 740), lang=lang) as page:
        for path in kinds.values():
            page.goto(path.as_uri())
            assert len(page.inner_text("body").strip()) > 40, path
            assert too_wide(page) == [], path
