"""Drawings in a real headless Chromium with the network cut off: no request, no error, every node there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from kg.ask.picture import picture
from kg.faces.draw import draw
from kg.faces.draw.layout import places
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
    where = places(drawn, lambda node: 40)
    assert set(where) == set(drawn.nodes)
    spots = sorted(where.values())
    for n, (x, y) in enumerate(spots):
        for other_x, other_y in spots[n + 1 :]:
            assert abs(x - other_x) >= 150 or abs(y - other_y) >= 40, (x, y)
    tiers = [c.head.iri for c in drawn.bands[0].columns if c.head]
    assert [where[t][0] for t in tiers] == sorted(where[t][0] for t in tiers), "stages stand left to right"
