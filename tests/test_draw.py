"""Drawings in a real headless Chromium with the network cut off: no request, no error, every node there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from kg.ask.picture import picture
from kg.faces.draw import draw
from kg.faces.draw.layout import plan
from kg.faces.draw.styles import STYLES, style_of
from kg.graph import KnowledgeGraph

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
INDUSTRIES = [
    "商业航天",
    "低空经济",
    "生物制造",
    "量子科技",
    "具身智能",
    "6G",
    "智能网联新能源汽车",
    "人工智能手机和电脑",
    "智能机器人",
    "智能制造装备",
]
PROBE = """<script>
window.addEventListener("load", function () { setTimeout(function () {
  var canvas = document.querySelector("canvas").getBoundingClientRect();
  var cut = nodes.getIds().filter(function (id) {
    var box = network.getBoundingBox(id), low = network.canvasToDOM({ x: box.left, y: box.top }), high = network.canvasToDOM({ x: box.right, y: box.bottom });
    return low.x < 0 || low.y < 0 || high.x > canvas.width || high.y > canvas.height;
  });
  document.title = JSON.stringify({ cut: cut, nodes: nodes.length, edges: edges.length, errors: window.kgErrors,
    requests: performance.getEntriesByType("resource").length, canvas: document.querySelectorAll("canvas").length });
}, 500); });
</script></body>"""
CATCH = "<script>window.kgErrors = []; window.addEventListener('error', function (e) { window.kgErrors.push(String(e.message)); }, true);</script>"


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("thing", [*INDUSTRIES, "华为", None])
def test_page_opens_offline(graph: KnowledgeGraph, tmp_path: Path, thing: str | None) -> None:
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
        "--window-size=1600,1000",
        "--virtual-time-budget=8000",
        "--dump-dom",
    ]
    done = subprocess.run(
        [str(CHROMIUM), *flags, page.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    title = re.search(r"<title>(\{.*?\})</title>", done.stdout)
    assert title, done.stderr[-500:]
    seen = json.loads(title[1].replace("&quot;", '"'))
    expected = picture(graph.store, graph.names, graph.resolve(thing).iri if thing else None)
    assert seen == {
        "nodes": len(expected.nodes),
        "edges": len(expected.lines),
        "errors": [],
        "requests": 0,
        "canvas": 1,
        "cut": [],
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
    where = plan(drawn, lambda node: 40).places
    assert set(where) == set(drawn.nodes)
    spots = sorted(where.values())
    for n, (x, y) in enumerate(spots):
        for other_x, other_y in spots[n + 1 :]:
            assert abs(x - other_x) >= 150 or abs(y - other_y) >= 40, (x, y)
    tiers = [c.head.iri for c in drawn.bands[0].columns if c.head]
    assert [where[t][0] for t in tiers] == sorted(where[t][0] for t in tiers), "stages stand left to right"


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_no_stage_stands_over_what_is_in_none(graph: KnowledgeGraph, industry: str) -> None:
    """A segment without a stage, drawn below a stage's column, would read as one of that stage."""
    drawn = picture(graph.store, graph.names, graph.resolve(industry).iri)
    planned = plan(drawn, lambda node: 40)
    frames = dict(zip((band.head.iri for band in drawn.bands), planned.frames, strict=True))
    stages = {planned.places[c.head.iri][0] for band in drawn.bands for c in band.columns if c.head}
    for band in drawn.bands:
        blocks = [block for column in band.columns for block in column.blocks]
        segments = {planned.places[b.head.iri][0] for b in blocks if b.head}
        if not any(c.head for c in band.columns):
            assert not any(abs(x - stage) < 200 for x in segments for stage in stages)
        nodes = [band.head, *(n for b in blocks for n in (b.head, *b.items) if n)]
        left, top, right, bottom = frames[band.head.iri]
        for x, y in (planned.places[node.iri] for node in nodes):
            assert left < x < right
            assert top < y < bottom
    assert all(upper.bottom < lower.top for upper, lower in pairwise(planned.frames)), "frames overlap"


def _legend(html: str) -> list[tuple[str, str, str]]:
    """(shape, colour, words) of each entry."""
    entries = re.findall(r'<li><svg data-shape="(\w+)".*?(?:fill|stroke)="(#\w+)".*?<span[^>]*>(.*?)</span></li>', html)
    return [tuple(entry) for entry in entries]


@pytest.mark.parametrize("thing", ["商业航天", "华为", None])
def test_legend_shows_shape_and_colour_of_every_kind(graph: KnowledgeGraph, thing: str | None) -> None:
    drawn = picture(graph.store, graph.names, graph.resolve(thing).iri if thing else None)
    keys = _legend(draw(graph, thing, "en"))
    styles = [STYLES[style_of(node.kind)] for node in drawn.nodes.values() if node.kind != "Group"]
    assert {(s.shape, s.colour, s.words.en) for s in styles} <= set(keys)
    assert len(keys) == len(set(styles)) + any(key[0] == "dashes" for key in keys)
    assert "other" not in {words for _, _, words in keys}


def test_sectors_of_the_overview_are_called_sectors(graph: KnowledgeGraph) -> None:
    assert [words for _, _, words in _legend(draw(graph, None, "en"))] == ["industry", "company", "sector"]


def test_dashed_lines_are_explained_where_there_are_any(graph: KnowledgeGraph) -> None:
    for thing in ("智能网联新能源汽车", "商业航天", None):
        html = draw(graph, thing, "en")
        explained = any(shape == "dashes" for shape, _, _ in _legend(html))
        lines = json.loads(re.search(r"edges = new vis.DataSet\((\[.*?\])\);", html)[1])  # type: ignore[index]
        assert explained == any(line.get("dashes") and not line.get("hidden") for line in lines), thing
