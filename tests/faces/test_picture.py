"""Pictures without a browser: complete, closed in themselves, nothing cut or on top of something else."""

from __future__ import annotations

import functools
import struct
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
import resvg_py

from browser import needs_chromium, opened
from conftest import Run, Server
from kg.ask.chain import FED, IN_ORDER
from kg.errors import MissingFile, UsageProblem
from kg.faces.picture import svg
from kg.faces.picture.canvas import Canvas
from kg.faces.picture.png import SCALE, WIDEST, png
from kg.faces.picture.text import LONGEST, Letters, lines, shown, width
from kg.graph import KnowledgeGraph
from pictures import SVG, cut_in_browser, faults, things, wanted

DRAWN = ("纸灯业", "风铃业", "青岚纸坊", "灯纸", None)
"""Two industries, a company, a segment, and the overview."""


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("thing", DRAWN)
def test_nothing_is_cut_or_covered_or_asked_from_elsewhere(world: KnowledgeGraph, thing: str | None, lang: str) -> None:
    image = svg(world, thing, lang)
    assert faults(image) == []
    assert image == svg(world, thing, lang)


@pytest.mark.parametrize("industry", ["纸灯业", "风铃业"])
def test_all_of_the_chain_is_in_its_picture(world: KnowledgeGraph, industry: str) -> None:
    image, everything = svg(world, industry, "zh"), wanted(world.chain(industry))
    assert everything["segment"]
    assert everything["application"]
    assert {what: things(image, what) for what in everything} == everything


def test_neighbours_are_those_of_the_page(world: KnowledgeGraph) -> None:
    entity = world.entity("青岚纸坊")
    stated = {e.other for e in entity.edges if e.kind in ("asserted", "background")}
    drawn = things(svg(world, "青岚纸坊", "en"), "neighbour")
    assert drawn
    assert drawn <= stated
    assert world.resolve("灯纸").iri in drawn


def test_title_numbers_sources_and_passages_are_told(world: KnowledgeGraph) -> None:
    zh, en = svg(world, "纸灯业", "zh"), svg(world, "纸灯业", "en")
    for text in (
        "纸灯业产业链",
        "来源:灯市研究院《灯与铃:手作三业小记》(2025-04-08)",
        "数据日期:2026-02-10",
        "w1-L0020",
    ):
        assert text in zh
    assert "Paper lantern making: the value chain" in en
    assert IN_ORDER.zh in zh
    assert IN_ORDER.en in en
    assert FED.zh not in zh
    assert ET.fromstring(zh).get("lang") == "zh-CN"


def test_arrows_lead_only_where_one_stage_feeds_the_next(world: KnowledgeGraph) -> None:
    for name in ("纸灯业", "风铃业"):
        stages = [view.stages for view in world.chain(name).views]
        fed = sum(
            any(cited.iri == after.iri for cited in before.feeds) for row in stages for before, after in pairwise(row)
        )
        arrows = [g for g in ET.fromstring(svg(world, name, "zh")).iter(f"{SVG}g") if g.get("class") == "feeds"]
        assert len(arrows) == fed


NAMES = {
    "markup": "<script>alert(1)</script>&amp;",
    "long": "无尽之名" * 2_500,
    "one word": "x" * 300,
    "controls": "a\x00b\x0b\ufffe",
    "right to left": "\u202eabc\u202c שלום",
    "emoji": "🛰️🚀 卫星",
    "empty": "",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_any_name_is_text_in_its_room(name: str) -> None:
    canvas = Canvas(400, "en")
    text = shown(name)
    written = lines(text, 100, Letters(14))
    with canvas.group("company", name, "urn:<x>&"):
        canvas.text(0, 0, written, Letters(14))
    root = ET.fromstring(canvas.finish(100, name or "-", name or "-"))
    assert [element.tag.removeprefix(SVG) for element in root.iter()].count("text") == len(list(filter(None, written)))
    assert "".join(element.text or "" for element in root.iter(f"{SVG}text")).replace(" ", "") == text.replace(" ", "")
    assert all(width(line, Letters(14)) <= 100 for line in written)
    assert len(text) <= LONGEST


def _size(image: bytes) -> tuple[int, int]:
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    across, down = struct.unpack(">II", image[16:24])
    return across, down


def test_png_has_the_width_that_is_asked_for(world: KnowledgeGraph) -> None:
    image = svg(world, "风铃业", "zh")
    root = ET.fromstring(image)
    assert _size(png(image))[0] == SCALE * float(root.get("width", 0))
    assert _size(png(image, 500))[0] == 500
    with pytest.raises(UsageProblem, match=str(WIDEST)):
        png(image, WIDEST + 1)


def test_png_without_a_font_for_its_characters_is_refused(
    world: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = functools.partial(resvg_py.svg_to_bytes, skip_system_fonts=True)
    monkeypatch.setattr(resvg_py, "svg_to_bytes", bare)
    with pytest.raises(MissingFile) as caught:
        png(svg(world, "风铃业", "zh"))
    assert caught.value.hint
    assert "fonts-noto-cjk" in caught.value.hint.en


@pytest.mark.slow
@needs_chromium
def test_no_text_leaves_its_box_in_a_real_browser(browser: Any, world: KnowledgeGraph) -> None:
    with opened(browser, "about:") as page:
        for thing in DRAWN:
            for lang in ("zh", "en"):
                assert cut_in_browser(page, svg(world, thing, lang)) == [], (thing, lang)


# -- the server -------------------------------------------------------------------------------------------------------


def test_the_server_gives_the_same_pictures(world: KnowledgeGraph, world_server: Server) -> None:
    with httpx.Client(base_url=world_server.url, timeout=60, headers={"Accept-Language": "en"}) as http:
        for path, thing in (("/chain/paper-lanterns", "纸灯业"), ("/picture", None)):
            image = svg(world, thing, "en")
            asked, drawn = http.get(f"{path}.svg"), http.get(f"{path}.png")
            assert (asked.text, asked.headers["content-type"]) == (image, "image/svg+xml; charset=utf-8")
            assert (drawn.content, drawn.headers["content-type"]) == (png(image), "image/png")
        by_accept = http.get("/chain/paper-lanterns", headers={"Accept": "image/svg+xml"})
        assert by_accept.text == svg(world, "纸灯业", "en")
        assert http.get("/chain/paper-lanterns.html").headers["content-type"].startswith("text/html")


# -- the shell --------------------------------------------------------------------------------------------------------


def test_the_ending_says_what_is_made(kg: Run, tmp_path: Path) -> None:
    for ending, start in (("svg", b"<?xml"), ("PNG", b"\x89PNG"), ("html", b"<!DOCTYPE html>")):
        kg("draw", "风铃业", "-o", str(tmp_path / f"x.{ending}"))
        assert (tmp_path / f"x.{ending}").read_bytes().startswith(start)
    kg("draw", "风铃业", "-o", str(tmp_path / "w.png"), "--width", "300")
    assert _size((tmp_path / "w.png").read_bytes())[0] == 300


@pytest.mark.parametrize("output", ["x.pdf", "x", "x.svg.gz", ".svg"])
def test_another_ending_is_refused(kg: Run, tmp_path: Path, output: str) -> None:
    done = kg("draw", "风铃业", "-o", str(tmp_path / output), code=2)
    assert ".html, .svg, .png" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_width_is_for_png(kg: Run, tmp_path: Path) -> None:
    assert "--width" in kg("draw", "风铃业", "-o", str(tmp_path / "x.svg"), "--width", "300", code=2).stderr
    assert list(tmp_path.iterdir()) == []
