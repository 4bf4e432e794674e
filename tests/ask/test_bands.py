"""The chart of an industry of the invented project and its drawing: what stands where, once or again, with which passages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from kg.ask.bands import industry
from kg.ask.chain import NOTHING, UNPLACED, Cited, SegmentCell
from kg.ask.picture import Block, Node, Picture
from kg.graph import KnowledgeGraph
from kg.terms import Text, compact
from kg.vocab import IVC

OWN = "https://example.org/lamp/"


def short(iris: Iterable[str]) -> str:
    return " ".join(map(compact, iris))


def named(things: tuple[Cited, ...]) -> list[tuple[str, str]]:
    return [(compact(thing.iri), short(thing.passages)) for thing in things]


def rows(cell: SegmentCell, depth: int = 0) -> Iterator[tuple[int, str, str, list[tuple[str, str]]]]:
    """A segment and those within it: depth, passages, companies and products."""
    yield depth, compact(cell.iri), short(cell.passages), named(cell.companies) + named(cell.products)
    for part in cell.parts:
        yield from rows(part, depth + 1)


@pytest.fixture(scope="module")
def drawn(world: KnowledgeGraph) -> Picture:
    return industry(world.store, world.names, world.resolve("纸灯业", "Industry").iri)


# -- the chart ------------------------------------------------------------------------------------------


def test_segments_stand_in_their_stages(world: KnowledgeGraph) -> None:
    """Tiers in the order of flow and before another division; a segment of two tiers in both."""
    chart = world.chain("纸灯业")
    tiers, uses = chart.views
    assert (compact(tiers.iri), compact(uses.iri)) == ("view:lantern-tiers", "view:lantern-uses")
    assert [(compact(s.iri), compact(s.tier or "")) for s in tiers.stages] == [
        ("stg:lantern-up", "ivl:upstream"),
        ("stg:lantern-mid", "ivl:midstream"),
        ("stg:lantern-down", "ivl:downstream"),
    ]
    assert [[row for cell in stage.segments for row in rows(cell)] for stage in tiers.stages] == [
        [
            (0, "seg:lantern-paper", "psg:w1-L0020", [("co:qinglan", "psg:w1-L0020")]),
            (0, "seg:lantern-frames", "psg:w1-L0021", [("prod:bamboo-weave", "psg:w1-L0021")]),
            (1, "seg:lantern-splints", "psg:w1-L0021", [("co:zhuli", "psg:w1-L0021")]),
        ],
        [
            (0, "seg:lantern-tying", "psg:w1-L0023", [("co:mingying-lanterns", "psg:w1-L0023")]),
            (0, "seg:lantern-paper", "psg:w2-L0019", [("co:qinglan", "psg:w1-L0020")]),
        ],
        [(0, "seg:lantern-fair", "psg:w1-L0025", [("co:qinglan", "psg:w1-L0025")])],
    ]
    assert [(compact(s.iri), s.tier, s.segments) for s in uses.stages] == [
        ("stg:lantern-festive", None, ()),
        ("stg:lantern-home", None, ()),
    ]


def test_what_is_in_no_stage(world: KnowledgeGraph) -> None:
    chart = world.chain("纸灯业")
    gift, club, lamp = (f"{OWN}{name}" for name in ("segment/gift-boxes", "organization/听竹社", "product/竹影灯"))
    assert [row for cell in chart.unplaced for row in rows(cell)] == [
        (0, gift, "psg:w2-L0025", [(club, "psg:w2-L0025"), (lamp, "psg:w2-L0025")])
    ]
    assert [(g.words.en, g.relation, named(g.things)) for g in chart.outside] == [
        (
            "named for the industry as a whole",
            IVC + "representativeOf",
            [("co:mingying-lamps", "psg:w2-L0023")],
        )
    ]
    assert [compact(cell.iri) for top in chart.unplaced for cell in top] == [gift]
    chimes = world.chain("风铃业")
    assert [row for cell in chimes.unplaced for row in rows(cell)] == [(0, "seg:chime-tubes", "psg:w1-L0034", [])]
    assert (chimes.views, chimes.outside) == ((), ())


# -- the drawing ----------------------------------------------------------------------------------------


def told(block: Block) -> tuple[int, str, list[str]]:
    def name(node: Node) -> str:
        return f"{compact(node.thing)}{' again' if node.of else ''}"

    return block.depth, name(block.head) if block.head else "", [name(node) for node in block.items]


def test_each_stage_has_its_column_and_each_segment_its_block(drawn: Picture) -> None:
    tiers, uses, unplaced, whole, applied = drawn.bands
    assert [compact(band.head.iri) for band in drawn.bands] == [
        *("view:lantern-tiers", "view:lantern-uses"),
        *("group/unplaced", "group/representativeOf", "group/applicationOf"),
    ]
    assert [band.head.kind for band in drawn.bands] == ["ChainView", "ChainView", "Group", "Group", "Group"]
    assert [band.head.words for band in drawn.bands] == [
        *(None, None, UNPLACED, Text("全产业代表企业", "named for the industry as a whole")),
        Text("全产业应用场景", "applications of the industry as a whole"),
    ]
    assert [(column.head and compact(column.head.iri), [*map(told, column.blocks)]) for column in tiers.columns] == [
        (
            "stg:lantern-up",
            [
                (0, "seg:lantern-paper", ["co:qinglan"]),
                (0, "seg:lantern-frames", ["prod:bamboo-weave"]),
                (1, "seg:lantern-splints", ["co:zhuli"]),
            ],
        ),
        (
            "stg:lantern-mid",
            [(0, "seg:lantern-tying", ["co:mingying-lanterns"]), (0, "seg:lantern-paper again", [])],
        ),
        ("stg:lantern-down", [(0, "seg:lantern-fair", ["co:qinglan again"])]),
    ]
    notes = [node for column in uses.columns for block in column.blocks for node in block.items]
    assert [(note.kind, note.words) for note in notes] == [("Note", NOTHING)] * 2
    gift, club, lamp = (f"{OWN}{name}" for name in ("segment/gift-boxes", "organization/听竹社", "product/竹影灯"))
    assert [
        [told(block) for block in column.blocks] for band in (unplaced, whole, applied) for column in band.columns
    ] == [
        [(0, gift, [club, lamp])],
        [(0, "", ["co:mingying-lamps"])],
        [(0, "", ["app:festive-decoration", "app:home-lighting", "app:stage-show"])],
    ]
    assert [column.head for band in (unplaced, whole, applied) for column in band.columns] == [None] * 3


def test_every_node_is_of_its_class(drawn: Picture) -> None:
    assert len(drawn.nodes) == 31
    assert {compact(node.thing): node.kind for node in drawn.nodes.values()}["ind:paper-lanterns"] == "Industry"
    assert [node.kind for node in drawn.nodes.values() if node.of] == ["Segment", "Company"]
    assert {node.iri == name for name, node in drawn.nodes.items()} == {True}


def test_edges_have_the_passages_that_state_them(drawn: Picture) -> None:
    gift, club, lamp = (f"{OWN}{name}" for name in ("segment/gift-boxes", "organization/听竹社", "product/竹影灯"))
    lines = {
        (compact(e.subject), compact(e.predicate), compact(e.value)): short(e.passages) for e in drawn.lines.values()
    }
    assert lines == {
        ("app:festive-decoration", "ivc:applicationOf", "ind:paper-lanterns"): "psg:w1-L0013",
        ("app:home-lighting", "ivc:applicationOf", "ind:paper-lanterns"): "psg:w1-L0013",
        ("app:stage-show", "ivc:applicationOf", "ind:paper-lanterns"): "psg:w1-L0013",
        ("co:mingying-lamps", "ivc:representativeOf", "ind:paper-lanterns"): "psg:w2-L0023",
        ("co:mingying-lanterns", "ivc:keyPlayerIn", "seg:lantern-tying"): "psg:w1-L0023",
        ("co:qinglan", "ivc:keyPlayerIn", "seg:lantern-fair"): "psg:w1-L0025",
        ("co:qinglan", "ivc:keyPlayerIn", "seg:lantern-paper"): "psg:w1-L0020",
        ("co:zhuli", "ivc:keyPlayerIn", "seg:lantern-splints"): "psg:w1-L0021",
        (club, "ivc:keyPlayerIn", gift): "psg:w2-L0025",
        (lamp, "ivc:inSegment", gift): "psg:w2-L0025",
        (gift, "ivc:inIndustry", "ind:paper-lanterns"): "psg:w2-L0025",
        ("prod:bamboo-weave", "ivc:inSegment", "seg:lantern-frames"): "psg:w1-L0021",
        ("seg:lantern-fair", "ivc:segmentOf", "stg:lantern-down"): "psg:w1-L0025",
        ("seg:lantern-frames", "ivc:segmentOf", "stg:lantern-up"): "psg:w1-L0021",
        ("seg:lantern-paper", "ivc:segmentOf", "stg:lantern-mid"): "psg:w2-L0019",
        ("seg:lantern-paper", "ivc:segmentOf", "stg:lantern-up"): "psg:w1-L0020",
        ("seg:lantern-splints", "ivc:subSegmentOf", "seg:lantern-frames"): "psg:w1-L0021",
        ("seg:lantern-tying", "ivc:segmentOf", "stg:lantern-mid"): "psg:w1-L0023",
    }
