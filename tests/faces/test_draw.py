"""Drawings in a browser: how they open, and what an analyst does with them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from browser import DESKTOP, PHONE, accessible, needs_chromium, opened
from conftest import Server
from drawings import is_readable, page_of, things_of
from kg.ask.exploration import exploration
from kg.faces.draw import draw
from kg.faces.draw.network import network
from kg.faces.draw.page import page as written
from kg.graph import KnowledgeGraph
from kg.terms import Text

DRAWN = ("纸灯业", "青岚纸坊", None)
"""An industry with stages and cards, a company with its relations, and the overview of the industries."""


def data(html: str) -> dict[str, Any]:
    """The data that the page gives to its scripts."""
    read: dict[str, Any] = {}
    for name in ("GRAPH", "START"):
        found = re.search(rf"<script>const {name} = (.*?);</script>", html)
        assert found
        read |= json.loads(found[1])
    return read


def spot_of(page: Any, name: str) -> tuple[float, float]:
    """Where in the window the middle of the box with the name *name* is."""
    x, y = page.evaluate(
        """(name) => {
          const one = scene.boxes.find((box) => box.lines.join(" ").includes(name)), corner = surface.getBoundingClientRect();
          if (!one) throw new Error(`${name} is not drawn`);
          reveal(one);
          const at = network.canvasToDOM({ x: one.x + one.w / 2, y: one.y + one.h / 2 });
          return [at.x + corner.left, at.y + corner.top];
        }""",
        name,
    )
    return x, y


def click(page: Any, name: str, clicks: int = 1) -> None:
    """Click the box with the name *name* in the drawing."""
    page.mouse.click(*spot_of(page, name), click_count=clicks)
    page.wait_for_function("(name) => scene.every.get(state.at)?.lines.join(' ').includes(name)", arg=name)


def names(page: Any) -> set[str]:
    """The labels of all boxes that are drawn."""
    return set(page.evaluate("scene.boxes.map((one) => (one.thing ? nameOf(one.thing) : one.lines.join(' ')))"))


# -- the page ---------------------------------------------------------------------------------------------------------------


def test_page_names_no_outside_resource(world: KnowledgeGraph) -> None:
    html = draw(world, "纸灯业", "en")
    assert re.findall(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)\s*=\s*[\"'](?!data:)[^\"']+", html) == []
    assert html.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert "<title>paper lantern making · xinzhi</title>" in html


@pytest.mark.parametrize("thing", DRAWN)
def test_the_data_has_every_thing_edge_and_passage(world: KnowledgeGraph, thing: str | None) -> None:
    found = data(draw(world, thing, "zh"))
    assert {one[0] for one in found["things"]} >= things_of(world, thing)
    assert found["cut"] == [] and found["left_out"] == 0
    stated = [edge for edge in found["edges"] if edge[3] == "a"]
    assert stated and all(edge[4] for edge in stated), "a stated edge has its passages"
    assert {edge[3] for edge in found["edges"]} <= {"a", "b", "i"}
    assert any(claim[3] and claim[4] for claim in found["claims"])


def test_pages_can_share_the_script_with_the_graph(world: KnowledgeGraph) -> None:
    graphs = [re.findall(r"<script>const GRAPH = .*?;</script>", draw(world, thing, "zh")) for thing in DRAWN]
    assert len(graphs[0]) == 1
    assert graphs == [graphs[0]] * len(DRAWN)


def test_of_a_large_graph_what_is_nearest_is_given_and_the_rest_counted(world: KnowledgeGraph) -> None:
    iri = world.resolve("青岚纸坊").iri
    whole, part = (exploration(world.store, world.names, iri, most=most) for most in (3000, 20))
    assert len(part["things"]) == max(20, len(things_of(world, "青岚纸坊")))
    assert {one[0] for one in part["things"]} >= things_of(world, "青岚纸坊")
    assert part["left_out"] == len(whole["things"]) - len(part["things"])
    assert part["cut"], "some things have edges that lead out of the part"
    assert 0 not in part["cut"], "but not the one at the start"
    known = len(part["things"])
    assert all(edge[0] < known and edge[2] < known for edge in part["edges"])


# -- as it opens ------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@needs_chromium
@pytest.mark.parametrize("thing", DRAWN)
def test_it_opens_settled_and_can_be_read(
    world: KnowledgeGraph, browser: Any, tmp_path: Path, thing: str | None
) -> None:
    for size, lang in ((DESKTOP, "zh"), (PHONE, "en")):
        with page_of(browser, world, thing, tmp_path, size, lang=lang) as page:
            seen = is_readable(page)
            assert things_of(world, thing) <= set(seen["shown"])
            assert accessible(page) == []


@pytest.mark.slow
@needs_chromium
def test_what_an_industry_shows(world: KnowledgeGraph, browser: Any, tmp_path: Path) -> None:
    with page_of(browser, world, "纸灯业", tmp_path) as page:
        again = page.evaluate("scene.boxes.filter((one) => one.again).map((one) => one.lines.join(' '))")
        assert len(again) == 2  # the segment has two stages, the company two segments
        assert all("(见" in text for text in again), "what stands twice names where it stood first"
        kinds = page.locator("#kg-legend button").all_text_contents()
        assert {"产业", "层级", "环节", "企业", "段落所述", "背景", "推理"} <= set(kinds)
        looks = page.evaluate("GROUNDS.map((ground) => JSON.stringify([STROKES[ground].dashes, STROKES[ground].head]))")
        assert len(set(looks)) == 3, "grounds are told apart without colour"
        lines = page.evaluate("scene.lines.map((line) => [line.from.kind, line.to.kind, line.from.x < line.to.x])")
        assert ["Stage", "Stage", True] in lines, "an arrow leads from a stage to the one that it feeds"


def large(world: KnowledgeGraph, count: int) -> dict[str, Any]:
    """The data of a drawing of the overview, with so many companies that all are in three industries and work together."""
    found = data(draw(world, None, "zh"))
    industries = [n for n, one in enumerate(found["things"]) if one[1] == "Industry"]
    relations = {one[0].rpartition("#")[2]: n for n, one in enumerate(found["relations"])}
    first = len(found["things"])
    for n in range(count):
        name = f"企业{n}"
        found["things"].append([f"https://example.org/company/{n}", "Company", name, f"company {n}", [], name])
        edges = [[first + n, relations["activeIn"], industry, "a", [0]] for industry in industries]
        partners = [[first + n, relations["cooperatesWith"], first + (n * k) % count, "a", [0]] for k in (3, 7)]
        found["edges"] += edges + [edge for edge in partners if edge[0] != edge[2]]
    found["pictures"][""]["things"] += range(first, first + count)
    return found


@pytest.mark.slow
@needs_chromium
def test_two_thousand_things_open_as_a_few_groups(world: KnowledgeGraph, browser: Any, tmp_path: Path) -> None:
    file = tmp_path / "drawing.html"
    file.write_text(written(network(), Text("图", "drawing"), large(world, 2000), [], "zh"), encoding="utf-8")
    with opened(browser, tmp_path.as_uri()) as shown:
        shown.goto(file.as_uri())
        shown.wait_for_function("scene.boxes.length > 0")
        is_readable(shown)
        assert shown.evaluate("graph.things.size") > 2000
        assert shown.evaluate("scene.boxes.length") < 60
        assert shown.evaluate("scene.drawn.length") < 60
        shown.evaluate("unfold(scene.boxes.find((one) => one.key === 'kind|Company'))")
        assert 20 < shown.evaluate("scene.boxes.filter((one) => one.thing?.kind === 'Company').length") < 60
        shown.evaluate("goTo('https://example.org/company/7')")
        shown.wait_for_function("state.thing.endsWith('/7')")
        is_readable(shown)


HOSTILE = (
    "</script><script>alert(1)</script><!--",
    '"><img src=x onerror=alert(1)>',
    "\u202egnp.exe\u202c 右到左",
    "长" * 10_000,
    "👩‍🚀🚀 \x0b火箭",
)


@pytest.mark.slow
@needs_chromium
def test_hostile_names_are_text_everywhere(world: KnowledgeGraph, browser: Any, tmp_path: Path) -> None:
    found = data(draw(world, "青岚纸坊", "zh"))
    drawn = [one for one in found["things"] if one[1] in ("Company", "Segment", "Product", "Industry")]
    for one, name in zip(drawn, HOSTILE * len(drawn), strict=False):
        one[2] = one[3] = name
    html = written(network(), Text(HOSTILE[0], HOSTILE[0]), found, [Text(name, name) for name in HOSTILE], "zh")
    (tmp_path / "drawing.html").write_text(html, encoding="utf-8")
    with opened(browser, tmp_path.as_uri()) as page:
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        page.goto((tmp_path / "drawing.html").as_uri())
        page.wait_for_function("scene.boxes.length > 0")
        is_readable(page)
        page.evaluate("choose(scene.boxes.find((one) => one.role === 'centre').id)")
        assert page.locator("#kg-panel h2").inner_text() in HOSTILE
        assert page.locator("#kg-panel img, #kg-panel script, #kg-list img").count() == 0
        drawn_as = "new DOMParser().parseFromString(pictureOfScene(), 'image/svg+xml').querySelector('parsererror')"
        assert page.evaluate(drawn_as) is None, "the SVG is well-formed"


# -- what one does with it --------------------------------------------------------------------------------------------------


@pytest.mark.slow
@needs_chromium
def test_click_expand_undo_hide_and_pin(world: KnowledgeGraph, browser: Any, tmp_path: Path) -> None:
    with page_of(browser, world, "青岚纸坊", tmp_path) as page:
        before = names(page)
        click(page, "听竹社")
        panel = page.locator("#kg-panel")
        assert world.names.label(world.resolve("听竹社").iri, "en") in panel.inner_text()
        assert "w2-L" in panel.inner_text(), "facts name their passages"
        assert panel.locator("a").count() == 0, "a file has no pages to link to"
        click(page, "听竹社", 2)
        opened = names(page)
        assert before < opened
        page.locator("#kg-back").click()
        assert names(page) == before
        page.locator("#kg-forth").click()
        assert names(page) == opened
        page.keyboard.press("u")
        page.locator("#kg-panel .question", has_text="提供").click()
        assert names(page) > before, "one question alone"
        page.keyboard.press("u")
        assert names(page) == before
        page.locator("#kg-panel button", has_text="隐藏").click()
        assert "听竹社" not in names(page)
        page.locator("#kg-filters button", has_text="重新显示").click()
        assert names(page) == before


@pytest.mark.slow
@needs_chromium
def test_dragging_keeps_the_place_and_the_address_has_it(world: KnowledgeGraph, browser: Any, tmp_path: Path) -> None:
    where = "(() => { const one = scene.boxes.find((box) => box.role === 'centre'); return [one.x, one.y]; })()"
    with page_of(browser, world, "青岚纸坊", tmp_path) as page:
        x, y = spot_of(page, "青岚纸坊")
        before = page.evaluate(where)
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 30, y + 90, steps=4)
        page.mouse.up()
        page.wait_for_timeout(100)
        after = page.evaluate(where)
        assert after[1] > before[1] + 50
        address = page.url
        assert "pin=" in address
    fragment = address.partition("#")[2]
    with page_of(browser, world, "青岚纸坊", tmp_path, fragment=fragment) as page:
        assert page.evaluate(where) == after


@pytest.mark.slow
@needs_chromium
def test_search_filter_and_path(world: KnowledgeGraph, browser: Any, tmp_path: Path) -> None:
    with page_of(browser, world, None, tmp_path) as page:
        page.keyboard.press("/")
        page.keyboard.type("qinglan")  # pinyin of 青岚
        assert "青岚纸坊" in page.locator("#kg-found").inner_text()
        page.keyboard.press("Enter")
        assert page.evaluate("state.at") == world.resolve("青岚纸坊").iri, "what is drawn is selected"
        page.evaluate("(iri) => goTo(iri)", world.resolve("青岚纸坊").iri)
        assert page.locator("#kg-title").inner_text() == "青岚纸坊"
        before = page.evaluate("scene.boxes.filter((one) => one.kind === 'Segment' && one.thing).length")
        assert before
        page.locator("#kg-legend button", has_text="环节").click()
        assert page.evaluate("scene.boxes.filter((one) => one.kind === 'Segment' && one.thing).length") == 0
        page.locator("#kg-legend button", has_text="环节").click()
        page.locator("#kg-legend button", has_text="推理").click()
        assert page.evaluate("scene.lines.some((line) => line.ground === 'i')") is False
        page.locator("[data-field=least]").select_option("2")
        assert page.evaluate("scene.lines.every((line) => line.edges.every((edge) => edge.passages.length >= 2))")
        page.locator("#kg-filters button", has_text="清除筛选").click()
        page.evaluate("choose(scene.boxes.find((one) => one.role === 'centre').id)")
        page.locator("#kg-panel button", has_text="路径到").click()
        page.keyboard.type("风铃业")
        page.keyboard.press("Enter")
        assert page.locator("#kg-title").inner_text() == "青岚纸坊 → 风铃业"
        assert page.evaluate("scene.lines.length >= scene.boxes.length - 1"), "each step has its line"
        is_readable(page)


@pytest.mark.slow
@needs_chromium
def test_the_keyboard_alone_walks_up_and_down_the_chain(world: KnowledgeGraph, browser: Any, tmp_path: Path) -> None:
    with page_of(browser, world, "青岚纸坊", tmp_path, lang="en") as page:
        page.locator("#mynetwork").focus()
        page.keyboard.press("ArrowDown")
        first = page.evaluate("state.at")
        page.keyboard.press("ArrowDown")
        second = page.evaluate("state.at")
        assert first and second and first != second
        page.keyboard.press("ArrowUp")
        assert page.evaluate("state.at") == first
        page.evaluate("choose(scene.boxes.find((one) => one.role === 'centre').id)")
        centre = page.evaluate("state.at")
        page.keyboard.press("ArrowRight")
        assert "→" in page.locator("#kg-said").inner_text(), "the edge is told"
        assert page.evaluate("state.at") != centre
        page.keyboard.press("ArrowLeft")
        assert page.evaluate("state.at") == centre, "and it leads back"
        page.locator("#kg-list button[tabindex='0']").focus()
        assert page.locator("#kg-list button[aria-current=true]").count() == 1
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.dataset.id === state.at"), "the list follows"
        page.keyboard.press("Escape")
        assert page.locator("#kg-panel").is_hidden()


@pytest.mark.slow
@needs_chromium
def test_pictures_and_print_have_all_of_it(world: KnowledgeGraph, browser: Any, tmp_path: Path) -> None:
    with page_of(browser, world, "纸灯业", tmp_path) as page:
        with page.expect_download() as saved:
            page.locator("#kg-svg").click()
        drawn = Path(saved.value.path()).read_text(encoding="utf-8")
        assert saved.value.suggested_filename.startswith("纸灯业-20")
        for text in (*page.evaluate("scene.boxes.flatMap((one) => one.lines)"), "来源:"):
            assert text.replace("&", "&#38;") in drawn
        assert not re.search(r"<script|<image|href=", drawn)
        with page.expect_download() as saved:
            page.locator("#kg-png").click()
        body = Path(saved.value.path()).read_bytes()
        assert body.startswith(b"\x89PNG") and len(body) > 20_000
        printed = page.pdf(prefer_css_page_size=True)
        assert printed.startswith(b"%PDF") and len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
        assert page.evaluate("document.querySelectorAll('#kg-paper svg rect').length >= scene.boxes.length")


@pytest.mark.slow
@needs_chromium
def test_resizing_keeps_what_is_in_the_middle(world: KnowledgeGraph, browser: Any, tmp_path: Path) -> None:
    with page_of(browser, world, "纸灯业", tmp_path) as page:
        page.evaluate("network.moveTo({ position: { x: 300, y: 300 }, scale: 1.5 })")
        page.set_viewport_size({"width": 1100, "height": 700})
        page.wait_for_timeout(200)
        assert page.evaluate("network.getScale()") == pytest.approx(1.5)


@pytest.mark.slow
@needs_chromium
def test_physics_moves_the_things_and_the_order_comes_back(world: KnowledgeGraph, browser: Any, tmp_path: Path) -> None:
    places = "scene.boxes.map((one) => [one.x, one.y])"
    with page_of(browser, world, "青岚纸坊", tmp_path) as page:
        before = page.evaluate(places)
        page.locator("#kg-physics").click()
        page.wait_for_function(
            "scene.boxes.some((one) => Math.abs(network.getPosition(one.id).x - one.x - one.w / 2) < 1)"
        )
        page.wait_for_timeout(300)
        assert page.evaluate(places) != before
        page.locator("#kg-physics").click()
        assert page.evaluate(places) == before


# -- from a server ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@needs_chromium
def test_a_served_drawing_links_to_pages_and_asks_for_what_it_lacks(
    world: KnowledgeGraph, world_server: Server, browser: Any
) -> None:
    company, industry = (world.resolve(name).iri for name in ("青岚纸坊", "纸灯业"))
    with opened(browser, world_server.url) as page:
        page.goto(f"{world_server.url}/explore?thing=青岚纸坊&lang=en")
        page.wait_for_function("scene.boxes.length > 0")
        page.evaluate("choose(scene.boxes.find((one) => one.role === 'centre').id)")
        links = page.locator("#kg-panel a").evaluate_all("(all) => all.map((one) => new URL(one.href).pathname)")
        assert any(link.startswith("/passage/") for link in links)
        assert "/why" in links
        with page.expect_response("**/explore.json?*") as asked:
            page.evaluate("(iri) => goTo(iri)", industry)
        assert asked.value.ok
        page.wait_for_function("(iri) => state.thing === iri && scene.chain", arg=industry)
        page.evaluate("(iri) => choose(scene.at.get(graph.things.get(iri)).id)", company)
        page.reload()
        page.wait_for_function("scene.boxes.length > 0")
        assert page.evaluate("[state.thing, state.at, page.lang]") == [industry, company, "en"]
        left_out = world.resolve("风铃业").iri
        page.evaluate("(iri) => { graph.leftOut = 1; graph.things.delete(iri); }", left_out)
        page.locator("#kg-search").fill("wind chime making")
        page.locator("#kg-found li[data-iri]").first.wait_for()
        page.keyboard.press("Enter")
        page.wait_for_function("(iri) => state.thing === iri && scene.chain", arg=left_out)
