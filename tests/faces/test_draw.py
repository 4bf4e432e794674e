"""Drawings: everything in its place, and a page that a real headless Chromium shows whole with the network cut off."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from drawings import all_have_places, frames_hold_what_belongs_to_them, needs_chromium, shown, wanted
from kg.ask.chain import NOTHING
from kg.ask.drawing import picture
from kg.faces.draw import draw
from kg.faces.draw.styles import WORDED, style_of
from kg.graph import KnowledgeGraph

DRAWN = ("纸灯业", "青岚纸坊", None)
"""An industry with bands and cards, a company with lines, and the overview of the industries."""


def data(html: str, name: str) -> list[dict[str, Any]]:
    """The *name* (nodes or edges) that the page gives to vis-network."""
    found = re.search(name + r" = new vis.DataSet\((\[.*?\])\);", html)
    assert found
    read: list[dict[str, Any]] = json.loads(found[1])
    return read


@pytest.mark.slow
@needs_chromium
@pytest.mark.parametrize("thing", DRAWN)
def test_page_opens_offline_and_can_be_read(world: KnowledgeGraph, tmp_path: Path, thing: str | None) -> None:
    assert shown(world, thing, tmp_path) == wanted(world, thing)


def test_page_names_no_outside_resource(world: KnowledgeGraph) -> None:
    html = draw(world, "纸灯业", "en")
    assert re.findall(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)\s*=\s*[\"'](?!data:)[^\"']+", html) == []
    assert json.dumps("灯纸") in html
    assert "lantern paper" in html
    assert "w1-L0020" in html


@pytest.mark.parametrize("industry", ["纸灯业", "风铃业"])
def test_every_node_has_a_place_of_its_own(world: KnowledgeGraph, industry: str) -> None:
    all_have_places(picture(world.store, world.names, world.resolve(industry).iri))


@pytest.mark.parametrize("industry", ["纸灯业", "风铃业"])
def test_frames_say_what_belongs_to_what(world: KnowledgeGraph, industry: str) -> None:
    frames_hold_what_belongs_to_them(picture(world.store, world.names, world.resolve(industry).iri))


@pytest.mark.parametrize("thing", ["纸灯业", "风铃业", None])
def test_what_stands_twice_is_dashed_and_explained_and_told_alike(world: KnowledgeGraph, thing: str | None) -> None:
    html = draw(world, thing, "en")
    drawn = {node["id"]: node for node in data(html, "nodes")}
    dashed = {n["id"].rstrip("'") for n in drawn.values() if n["shapeProperties"]["borderDashes"]}
    twice = {world.resolve(name).iri for name in ("灯纸", "青岚纸坊")} if thing == "纸灯业" else set()
    assert dashed == twice  # the segment has two stages, the company two segments
    assert any(shape == "dashes" for shape, _, _ in _legend(html)) == bool(twice)
    assert all(node["title"] == drawn[node["id"].rstrip("'")]["title"] for node in drawn.values())


def test_a_stage_of_which_nothing_is_named_says_so(world: KnowledgeGraph) -> None:
    drawn = picture(world.store, world.names, world.resolve("纸灯业").iri)
    assert [n.words for n in drawn.nodes.values() if n.kind == "Note"] == [NOTHING] * 2  # both stages by use


def test_title_heading_and_legend_are_in_both_languages(world: KnowledgeGraph) -> None:
    html = draw(world, "风铃业", "zh")
    assert html.startswith('<!DOCTYPE html>\n<html lang="zh">')
    assert '<title data-zh="风铃业 · xinzhi" data-en="wind chime making · xinzhi">' in html
    lines = data(draw(world, "青岚纸坊", "zh"), "edges")
    assert lines
    assert all(line["label"] == line["label_zh"] != line["label_en"] for line in lines)


def _legend(html: str) -> list[tuple[str, str, str]]:
    """(shape, colour, words) of each entry."""
    entries = re.findall(r'<li><svg data-shape="(\w+)".*?(?:fill|stroke)="(#\w+)".*?<span[^>]*>(.*?)</span></li>', html)
    return [tuple(entry) for entry in entries]


@pytest.mark.parametrize("thing", DRAWN)
def test_legend_shows_shape_and_colour_of_every_kind(world: KnowledgeGraph, thing: str | None) -> None:
    drawn = picture(world.store, world.names, world.resolve(thing).iri if thing else None)
    keys = _legend(draw(world, thing, "en"))
    styles = {n.kind: style_of(n.kind, world.names) for n in drawn.nodes.values() if n.kind not in WORDED}
    expected = {(style.shape, style.colour, world.names.kind_label(kind, "en")) for kind, style in styles.items()}
    assert expected == {key for key in keys if key[0] != "dashes"}
    assert "other" not in {words for _, _, words in keys}


def test_sectors_of_the_overview_are_called_sectors(world: KnowledgeGraph) -> None:
    assert [words for _, _, words in _legend(draw(world, None, "en"))] == ["industry", "company", "sector"]
