"""What a drawing must be, whatever it shows: everything in its place, and a page that a browser opens without a network."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from kg.ask.drawing import picture
from kg.ask.picture import Picture
from kg.faces.draw import draw
from kg.faces.draw.layout import Frame, plan
from kg.graph import KnowledgeGraph

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
SIZES = ((1600, 1000), (600, 900))
"""Width and height of the windows in which a drawing is opened."""
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--proxy-server=127.0.0.1:9",
    "--virtual-time-budget=20000",
    "--dump-dom",
)
_CATCH = "<script>window.kgErrors = []; window.addEventListener('error', function (e) { window.kgErrors.push(String(e.message)); }, true);</script>"
_PROBE = """<script>
function measured() {
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
  parent.postMessage({ window: [window.innerWidth, window.innerHeight], seen: {
    cut: cut, over: over, readable: scale >= 0.45, mode: document.compatMode,
    legend: head.scrollHeight <= head.clientHeight && head.scrollWidth <= head.clientWidth, nodes: nodes.length, edges: edges.length, errors: window.kgErrors,
    requests: performance.getEntriesByType("resource").length, canvas: document.querySelectorAll("canvas").length } }, "*");
}
function wait() { // until the physics is done and the page has drawn again
  if (network.physics.options.enabled && !network.physics.ready) return setTimeout(wait, 50);
  network.once("afterDrawing", function () { setTimeout(measured, 100); });
  network.redraw();
}
window.addEventListener("load", wait);
</script></body>"""
_FRAMES = """<!DOCTYPE html><title>[]</title><style>iframe{{border:0;display:block}}</style><script>
window.addEventListener("message", function (e) {{ document.title = JSON.stringify(JSON.parse(document.title).concat([e.data])); }});
</script>{frames}"""


def opened(html: str, folder: Path) -> dict[tuple[int, int], Any]:
    """What the page *html* shows in a window of each size, with the network cut off; *folder* is for its files."""
    inner = html.replace("</body>", _PROBE).replace("<head>", "<head>" + _CATCH, 1)
    (folder / "drawing.html").write_text(inner, encoding="utf-8")
    frames = "".join(f'<iframe src="drawing.html" width="{wide}" height="{high}"></iframe>' for wide, high in SIZES)
    page = folder / "page.html"
    page.write_text(_FRAMES.format(frames=frames), encoding="utf-8")
    room = f"{max(w for w, _ in SIZES)},{sum(h for _, h in SIZES)}"
    command = [str(CHROMIUM), *_FLAGS, f"--user-data-dir={folder / 'profile'}", f"--window-size={room}", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    title = re.search(r"<title>(\[.*?\])</title>", done.stdout)
    assert title, done.stderr[-500:]
    return {tuple(one["window"]): one["seen"] for one in json.loads(unescape(title[1]))}


def shown(graph: KnowledgeGraph, thing: str | None, folder: Path) -> dict[tuple[int, int], Any]:
    """What the drawing of *thing* (None: of the industries) shows in a window of each size."""
    return opened(draw(graph, thing, "zh"), folder)


def wanted(graph: KnowledgeGraph, thing: str | None) -> dict[tuple[int, int], Any]:
    """What it must show: all of it, readable in every window, without an error or a request."""
    expected = picture(graph.store, graph.names, graph.resolve(thing).iri if thing else None)
    seen = {
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
    return dict.fromkeys(SIZES, seen)


def all_have_places(drawn: Picture) -> None:
    """Every node has a place where no other is, and the stages stand from left to right."""
    where = plan(drawn, lambda node, wide: 40).places
    assert set(where) == set(drawn.nodes)
    spots = sorted(where.values())
    for n, (x, y, _) in enumerate(spots):
        for other_x, other_y, _ in spots[n + 1 :]:
            assert abs(x - other_x) >= 150 or abs(y - other_y) >= 40, (x, y)
    stages = [c.head.iri for c in drawn.bands[0].columns if c.head]
    assert [where[s][0] for s in stages] == sorted(where[s][0] for s in stages), "stages stand left to right"


def frames_hold_what_belongs_to_them(drawn: Picture) -> None:
    """No line is drawn: a thing stands in the card of its segment and of no other, a card in the band of its division."""
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
