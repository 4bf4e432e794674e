"""What a drawing must be, whatever it shows: everything in its place and readable, on a page that asks nothing elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from browser import DESKTOP, opened
from kg.ask.drawing import picture
from kg.faces.draw import draw
from kg.graph import KnowledgeGraph

_SEEN = """() => {
  const things = scene.boxes, scale = network.getScale();
  const meet = (a, b) => a.x + 1 < b.x + b.w && b.x + 1 < a.x + a.w && a.y + 1 < b.y + b.h && b.y + 1 < a.y + a.h;
  const name = (one) => one.lines.join(" ");
  const holds = (frame, one) => frame.x <= one.x + 1 && frame.y <= one.y + 1
    && frame.x + frame.w >= one.x + one.w - 1 && frame.y + frame.h >= one.y + one.h - 1;
  const around = (one) => scene.frames.filter((frame) => holds(frame, one)).sort((a, b) => a.w * a.h - b.w * b.h)[0];
  const corners = [network.DOMtoCanvas({ x: 0, y: 0 }), network.DOMtoCanvas({ x: surface.clientWidth, y: surface.clientHeight })];
  const shown = new Set(scene.boxes.flatMap((one) => (one.thing ? [one.thing] : one.things || [])).map((thing) => thing.iri));
  return {
    mode: document.compatMode,
    scripts: typeof vis,
    smallest: Math.min(FONT, SMALL) * scale,
    over: things.flatMap((a, n) => things.slice(n + 1).filter((b) => meet(a, b)).map((b) => `${name(a)} / ${name(b)}`)),
    wide: things.filter((one) => one.lines.some((line) => measure(line, one.bold) > one.w + 1)).map(name),
    aside: things.filter((one) => one.x < corners[0].x - 1 || one.x + one.w > corners[1].x + 1).map(name),
    labels: labelled(scene.drawn).filter((label) => things.some((one) => meet(label, one))).map((label) => label.text),
    stray: things.filter((one) => one.inside && around(one.inside)?.level === 1 && !holds(around(one.inside), one)).map(name),
    twice: things.filter((one) => one.thing && !one.again && things.some((other) => other !== one && other.thing === one.thing && !other.again)).map(name),
    shown: [...shown].sort(),
    requests: performance.getEntriesByType("resource").length,
    ink: (() => {
      const canvas = document.querySelector("canvas"), data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
      return new Set(new Uint32Array(data.buffer)).size;
    })(),
  };
}"""
FEWEST_COLOURS = 20
"""Different colours of the pixels of a drawing that is not empty."""


@contextmanager
def page_of(
    browser: Any,
    graph: KnowledgeGraph,
    thing: str | None,
    folder: Path,
    size: tuple[int, int] = DESKTOP,
    *,
    lang: str = "zh",
    fragment: str = "",
    **options: Any,
) -> Iterator[Any]:
    """The drawing of *thing* (None: of the industries) as ``kg draw`` writes it, opened from the file.

    Args:
        browser: the fixture.
        graph: a built graph.
        thing: any name of a thing.
        folder: for the file.
        size: width and height of the window.
        lang: language of the page.
        fragment: what stands after # in the address: the state.
        options: see :func:`browser.opened`.
    """
    file = folder / "drawing.html"
    file.write_text(draw(graph, thing, lang), encoding="utf-8")
    with opened(browser, folder.as_uri(), size, lang=lang, **options) as page:
        page.goto(f"{file.as_uri()}#{fragment}" if fragment else file.as_uri())
        page.wait_for_function("scene.boxes.length > 0")
        yield page


def is_readable(page: Any) -> dict[str, Any]:
    """Assert that nothing of the drawing overlaps, is cut or too small; return what was seen."""
    page.evaluate(
        "() => new Promise((done) => { network.once('afterDrawing', () => setTimeout(done, 50)); network.redraw(); })"
    )
    seen: dict[str, Any] = page.evaluate(_SEEN)
    assert seen["smallest"] >= 11, "the text can be read"
    for fault in ("over", "wide", "aside", "labels", "stray", "twice"):
        assert seen[fault] == [], fault
    assert (seen["mode"], seen["scripts"], seen["requests"]) == ("CSS1Compat", "object", 0)
    assert seen["ink"] >= FEWEST_COLOURS
    return seen


def things_of(graph: KnowledgeGraph, thing: str | None) -> set[str]:
    """The IRIs of what the drawing of *thing* must show, by itself or in a fold."""
    found = picture(graph.store, graph.names, graph.resolve(thing).iri if thing else None)
    return {node.thing for node in found.nodes.values() if not node.words}
