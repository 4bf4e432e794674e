"""Drawings in a real headless Chromium with the network cut off: no request, no error, every node there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from conftest import INDUSTRIES
from kg.ask.chain import NOTHING
from kg.ask.drawing import picture
from kg.faces.draw import draw
from kg.faces.draw.layout import Frame, plan
from kg.faces.draw.styles import WORDED, style_of
from kg.graph import KnowledgeGraph

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PROBE = """<script>
window.addEventListener("load", function () { setTimeout(function () {
  var scale = network.getScale(), head = document.getElementById("kg-head");
  document.getElementById("kg-whole").click();
  var canvas = document.querySelector("canvas").getBoundingClientRect();
  var cut = nodes.getIds().filter(function (id) {
    var box = network.getBoundingBox(id), low = network.canvasToDOM({ x: box.left, y: box.top }), high = network.canvasToDOM({ x: box.right, y: box.bottom });
    return low.x < 0 || low.y < 0 || high.x > canvas.width || high.y > canvas.height;
  });
  var all = nodes.getIds().map(function (id) { return network.getBoundingBox(id); });
  var over = 0, free = 8; // a bounding box reaches that far around rounded corners
  all.forEach(function (a, n) { all.slice(n + 1).forEach(function (b) {
    over += a.left + free < b.right - free && b.left + free < a.right - free && a.top + free < b.bottom - free && b.top + free < a.bottom - free;
  }); });
  document.title = JSON.stringify({ cut: cut, over: over, readable: scale >= 0.45, mode: document.compatMode,
    legend: head.scrollHeight <= head.clientHeight && head.scrollWidth <= head.clientWidth, nodes: nodes.length, edges: edges.length, errors: window.kgErrors,
    requests: performance.getEntriesByType("resource").length, canvas: document.querySelectorAll("canvas").length });
}, 500); });
</script></body>"""
CATCH = "<script>window.kgErrors = []; window.addEventListener('error', function (e) { window.kgErrors.push(String(e.message)); }, true);</script>"


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("size", ["1600,1000", "600,900"])
@pytest.mark.parametrize("thing", [*INDUSTRIES, "华为", "机器人", None])
def test_page_opens_offline_and_can_be_read(
    graph: KnowledgeGraph, tmp_path: Path, thing: str | None, size: str
) -> None:
    html = draw(graph, thing, "zh").replace("</body>", PROBE).replace("<head>", "<head>" + CATCH, 1)
    page = tmp_path / "page.html"
    page.write_text(html, encoding="utf-8")
    flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--proxy-server=127.0.0.1:9",
        f"--user-data-dir={tmp_path / 'profile'}",
        f"--window-size={size}",
        "--virtual-time-budget=8000",
        "--dump-dom",
    ]
    done = subprocess.run(
        [str(CHROMIUM), *flags, page.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    title = re.search(r"<title[^>]*>(\{.*?\})</title>", done.stdout)
    assert title, done.stderr[-500:]
    seen = json.loads(title[1].replace("&quot;", '"'))
    expected = picture(graph.store, graph.names, graph.resolve(thing).iri if thing else None)
    assert seen == {
        "nodes": len(expected.nodes),
        "edges": 0 if expected.bands else len(expected.lines),
        "errors": [],
        "requests": 0,
        "canvas": 1,
        "mode": "CSS1Compat",
        "cut": [],
        "over": 0,
        "readable": True,
        "legend": True,
    }
    assert seen["nodes"] > 10


def test_page_names_no_outside_resource(graph: KnowledgeGraph) -> None:
    html = draw(graph, "商业航天", "en")
    assert re.findall(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)\s*=\s*[\"'](?!data:)[^\"']+", html) == []
    assert json.dumps("卫星制造") in html
    assert "satellite manufacturing" in html
    assert "r1-L0037" in html


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_every_node_has_a_place_of_its_own(graph: KnowledgeGraph, industry: str) -> None:
    drawn = picture(graph.store, graph.names, graph.resolve(industry).iri)
    where = plan(drawn, lambda node, wide: 40).places
    assert set(where) == set(drawn.nodes)
    spots = sorted(where.values())
    for n, (x, y, _) in enumerate(spots):
        for other_x, other_y, _ in spots[n + 1 :]:
            assert abs(x - other_x) >= 150 or abs(y - other_y) >= 40, (x, y)
    tiers = [c.head.iri for c in drawn.bands[0].columns if c.head]
    assert [where[t][0] for t in tiers] == sorted(where[t][0] for t in tiers), "stages stand left to right"


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_frames_say_what_belongs_to_what(graph: KnowledgeGraph, industry: str) -> None:
    """No line is drawn: a thing stands in the card of its segment and of no other, a card in the band of its division."""
    drawn = picture(graph.store, graph.names, graph.resolve(industry).iri)
    planned = plan(drawn, lambda node, wide: 40)
    cards = iter(planned.cards)
    for band, frame in zip(drawn.bands, planned.frames, strict=True):
        around: list[tuple[int, Frame]] = []
        for block in (block for column in band.columns for block in column.blocks):
            around = [(depth, card) for depth, card in around if depth < block.depth]
            if block.head:
                card = next(cards)
                assert all(_within(card, outer) for outer in (frame, *(outer for _, outer in around)))
                around.append((block.depth, card))
            for node in (block.head, *block.items):
                if node:
                    place = planned.places[node.iri]
                    spot = Frame(place.x, place.y, place.x, place.y)
                    assert _within(spot, frame)
                    assert [c for c in planned.cards if _within(spot, c)] == [c for _, c in around]
    assert next(cards, None) is None
    assert all(upper.bottom < lower.top for upper, lower in pairwise(planned.frames)), "frames overlap"


def _within(inner: Frame, outer: Frame) -> bool:
    return (
        outer.left <= inner.left
        and outer.top <= inner.top
        and inner.right <= outer.right
        and inner.bottom <= outer.bottom
    )


def test_what_stands_twice_is_dashed_and_explained_and_told_alike(graph: KnowledgeGraph) -> None:
    for thing in ("智能网联新能源汽车", "6G", None):
        html = draw(graph, thing, "en")
        drawn = {n["id"]: n for n in json.loads(re.search(r"nodes = new vis.DataSet\((\[.*?\])\);", html)[1])}  # type: ignore[index]
        dashed = [n for n in drawn.values() if n["shapeProperties"]["borderDashes"]]
        assert (
            any(shape == "dashes" for shape, _, _ in _legend(html)) == bool(dashed) == (thing == "智能网联新能源汽车")
        )
        assert all(n["title"] == drawn[n["id"].rstrip("'")]["title"] for n in dashed)


def test_a_stage_of_which_nothing_is_named_says_so(graph: KnowledgeGraph) -> None:
    drawn = picture(graph.store, graph.names, graph.resolve("具身智能").iri)
    assert [n.words for n in drawn.nodes.values() if n.kind == "Note"] == [NOTHING]


def test_title_heading_and_legend_are_in_both_languages(graph: KnowledgeGraph) -> None:
    html = draw(graph, "6G", "zh")
    assert html.startswith('<!DOCTYPE html>\n<html lang="zh">')
    assert '<title data-zh="6G · xinzhi" data-en="6G · xinzhi">' in html
    lines = json.loads(re.search(r"edges = new vis.DataSet\((\[.*?\])\);", draw(graph, "华为", "zh"))[1])  # type: ignore[index]
    assert all(line["label"] == line["label_zh"] != line["label_en"] for line in lines)


def _legend(html: str) -> list[tuple[str, str, str]]:
    """(shape, colour, words) of each entry."""
    entries = re.findall(r'<li><svg data-shape="(\w+)".*?(?:fill|stroke)="(#\w+)".*?<span[^>]*>(.*?)</span></li>', html)
    return [tuple(entry) for entry in entries]


@pytest.mark.parametrize("thing", ["商业航天", "华为", None])
def test_legend_shows_shape_and_colour_of_every_kind(graph: KnowledgeGraph, thing: str | None) -> None:
    drawn = picture(graph.store, graph.names, graph.resolve(thing).iri if thing else None)
    keys = _legend(draw(graph, thing, "en"))
    styles = {n.kind: style_of(n.kind, graph.names) for n in drawn.nodes.values() if n.kind not in WORDED}
    expected = {(style.shape, style.colour, graph.names.kind_label(kind, "en")) for kind, style in styles.items()}
    assert expected == {key for key in keys if key[0] != "dashes"}
    assert "other" not in {words for _, _, words in keys}


def test_sectors_of_the_overview_are_called_sectors(graph: KnowledgeGraph) -> None:
    assert [words for _, _, words in _legend(draw(graph, None, "en"))] == ["industry", "company", "sector"]
