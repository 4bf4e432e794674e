"""What every picture must be, whatever it shows: well-formed, closed in itself, with all texts inside their boxes."""

from __future__ import annotations

from itertools import combinations
from typing import Any
from xml.etree import ElementTree as ET

from kg.ask.chain import Chain
from kg.faces.picture.text import LINE, Letters, width

SVG = "{http://www.w3.org/2000/svg}"
_ELEMENTS = {"svg", "title", "desc", "g", "rect", "text", "path"}
_APART = {"company", "product", "stage", "neighbour", "node", "thing", "view", "outside", "unplaced"}
"""Classes of groups whose boxes never overlap one another."""
Area = tuple[float, float, float, float]
"""Left, top, right and bottom."""


def faults(svg: str) -> list[str]:
    """What is wrong with a picture, by its own numbers; empty if nothing is."""
    root = ET.fromstring(svg)
    found = [f"element {e.tag}" for e in root.iter() if e.tag.removeprefix(SVG) not in _ELEMENTS]
    found += [f"{name} of {e.tag}" for e in root.iter() for name in e.attrib if name.startswith("on") or "href" in name]
    head = [child.tag.removeprefix(SVG) for child in root[:2]]
    if head != ["title", "desc"] or not all(child.text for child in root[:2]) or root.get("role") != "img":
        found.append("no title and description")
    whole = (0.0, 0.0, float(root.get("width", 0)), float(root.get("height", 0)))
    found += [f"outside: {t.text}" for t in root.iter(f"{SVG}text") if not _within(_text_area(t), whole)]
    found += [f"outside: {r.attrib}" for r in root.iter(f"{SVG}rect") if not _within(_area(r), whole)]
    for group in root.iter(f"{SVG}g"):
        frame = group.find(f"{SVG}rect")
        if frame is not None and group.get("class") not in ("legend", "source"):
            found += [f"cut: {t.text}" for t in group.iter(f"{SVG}text") if not _within(_text_area(t), _area(frame))]
    return [*found, *_overlaps(root)]


def _overlaps(root: ET.Element) -> list[str]:
    """Boxes of one class that lie on each other; segments may lie within each other."""
    found = []
    boxes: dict[str, list[Area]] = {}
    for group in root.iter(f"{SVG}g"):
        frame = group.find(f"{SVG}rect")
        if frame is not None:
            boxes.setdefault(group.get("class", ""), []).append(_area(frame))
    for kind, areas in boxes.items():
        for one, other in combinations(areas, 2):
            apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            nested = kind == "segment" and (_within(one, other) or _within(other, one))
            if kind in (*_APART, "segment") and not (apart or nested):
                found.append(f"{kind}: {one} on {other}")
    return found


def things(svg: str, *kinds: str) -> set[str]:
    """The IRIs of the things that are drawn as one of these classes."""
    groups = ET.fromstring(svg).iter(f"{SVG}g")
    return {group.get("data-iri", "") for group in groups if group.get("class") in kinds}


def wanted(chain: Chain) -> dict[str, set[str]]:
    """The segments, companies, products and applications of a chain."""
    tops = [*chain.unplaced, *(cell for view in chain.views for stage in view.stages for cell in stage.segments)]
    cells = [cell for top in tops for cell in top]
    groups = [*(group for cell in cells for group in cell.things)]
    groups += [("application", stage.applications) for stage in chain.stages]
    groups += [(group.what, group.things) for group in chain.outside]
    found: dict[str, set[str]] = {"segment": {cell.iri for cell in cells}}
    for what, things in groups:
        found.setdefault(what, set()).update(thing.iri for thing in things)
    return found


def cut_in_browser(page: Any, svg: str) -> list[str]:
    """The texts that stand out of the box of their group when Chromium draws the picture with this machine's fonts."""
    page.set_content(f"<!doctype html><body>{svg.partition('?>')[2]}</body>")
    found: list[str] = page.evaluate(_MEASURED)
    return found


_MEASURED = """() => [...document.querySelectorAll("svg text")].filter(text => {
  const group = text.closest("g"), frame = group && group.querySelector(":scope > rect");
  const box = text.getBBox(), svg = text.ownerSVGElement.viewBox.baseVal;
  const legend = !frame || ["legend", "source"].includes(group.getAttribute("class"));
  const room = legend ? svg : frame.getBBox();
  return box.x < room.x || box.y < room.y - 1 || box.x + box.width > room.x + room.width || box.y + box.height > room.y + room.height + 1;
}).map(text => text.textContent)"""


def _area(rectangle: ET.Element) -> Area:
    left, top, wide, high = (float(rectangle.get(name, 0)) for name in ("x", "y", "width", "height"))
    return left, top, left + wide, top + high


def _text_area(text: ET.Element) -> Area:
    size, x, y = (float(text.get(name, 0)) for name in ("font-size", "x", "y"))
    wide = width(text.text or "", Letters(size, text.get("font-weight") == "bold"))
    left = x - {"start": 0, "middle": wide / 2, "end": wide}[text.get("text-anchor", "start")]
    return left, y - size, left + wide, y + size * (LINE - 1.06)


def _within(inner: Area, outer: Area) -> bool:
    free = 0.2  # numbers are rounded
    return (
        inner[0] >= outer[0] - free
        and inner[1] >= outer[1] - free
        and inner[2] <= outer[2] + free
        and inner[3] <= outer[3] + free
    )
