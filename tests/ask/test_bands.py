"""The chart of an industry of the invented project and its drawing: what stands where, once or again, with which passages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.ask.bands import industry
from kg.ask.chain import NOTHING, UNPLACED, Cited, SegmentCell, chain
from kg.ask.names import Names
from kg.ask.picture import Block, Node, Picture
from kg.graph import KnowledgeGraph
from kg.store.embedded import EmbeddedStore
from kg.terms import Text, compact, expand
from kg.vocab import IVC, PREFIXES
from lookups import EMPTY

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
    """Tiers come in the order of flow and before another division; a segment of two tiers is in both."""
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
        ),
        ("also named", IVC + "appearsIn", [("co:chengzhou-college", "psg:w1-L0029 psg:w2-L0033")]),
        (
            "applications of the industry as a whole",
            IVC + "applicationOf",
            [(f"app:{name}", "psg:w1-L0013") for name in ("festive-decoration", "home-lighting", "stage-show")],
        ),
    ]
    assert [compact(cell.iri) for top in chart.unplaced for cell in top] == [gift]
    chimes = world.chain("风铃业")
    assert [row for cell in chimes.unplaced for row in rows(cell)] == [(0, "seg:chime-tubes", "psg:w1-L0034", [])]
    assert (chimes.views, [named(g.things) for g in chimes.outside]) == ((), [[("app:stage-show", "psg:w1-L0043")]])


# -- the drawing ----------------------------------------------------------------------------------------


def told(block: Block) -> tuple[int, str, list[str]]:
    def name(node: Node) -> str:
        return f"{compact(node.thing)}{' again' if node.of else ''}"

    return block.depth, name(block.head) if block.head else "", [name(node) for node in block.items]


def test_each_stage_has_its_column_and_each_segment_its_block(drawn: Picture) -> None:
    tiers, uses, unplaced, whole, others, applied = drawn.bands
    assert [compact(band.head.iri) for band in drawn.bands] == [
        *("view:lantern-tiers", "view:lantern-uses"),
        *("group/unplaced", "group/representativeOf", "group/appearsIn", "group/applicationOf"),
    ]
    assert [band.head.kind for band in drawn.bands] == ["ChainView", "ChainView", *["Group"] * 4]
    assert [band.head.words for band in drawn.bands] == [
        *(None, None, UNPLACED, Text("全产业代表企业", "named for the industry as a whole")),
        *(
            Text("其他提到的企业与机构", "also named"),
            Text("全产业应用场景", "applications of the industry as a whole"),
        ),
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
        [told(block) for block in column.blocks]
        for band in (unplaced, whole, others, applied)
        for column in band.columns
    ] == [
        [(0, gift, [club, lamp])],
        [(0, "", ["co:mingying-lamps"])],
        [(0, "", ["co:chengzhou-college"])],
        [(0, "", ["app:festive-decoration", "app:home-lighting", "app:stage-show"])],
    ]
    assert [column.head for band in (unplaced, whole, others, applied) for column in band.columns] == [None] * 4


def test_every_node_is_of_its_class(drawn: Picture) -> None:
    assert len(drawn.nodes) == 33
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
        ("co:chengzhou-college", "ivc:appearsIn", "ind:paper-lanterns"): "psg:w1-L0029 psg:w2-L0033",
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


# -- small industries, for what the project has not ----------------------------------------------------------

PLACE = ox.NamedNode(expand("ind:i"))
HEAD = "".join(f"@prefix {p}: <{n}> .\n" for p, n in PREFIXES.items())
Facts = dict[str, str]


@pytest.fixture
def made(tmp_path: Path) -> Callable[[Facts], EmbeddedStore]:
    """A store of these triples in Turtle, by the name of their graph, and of each as one of the whole."""

    def make(facts: Facts) -> EmbeddedStore:
        quads = []
        for graph, text in facts.items():
            for quad in ox.parse(HEAD + text, format=ox.RdfFormat.TURTLE):
                quads += [quad, ox.Quad(*quad.triple, ox.NamedNode(expand(graph)))]
        file = tmp_path / "dataset.nq"
        file.write_bytes(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")
        return EmbeddedStore(file, in_memory=True)

    return make


NOBODY = Names(EMPTY)
WHO = ("key", "works", "maker", "rep", "far", "also", "told")
ROLES = "ivl:player ivc:roleOfSubject ivc:activeIn , ivc:operatesIn , ivc:representativeOf , ivc:keyPlayerIn , ivc:produces ."
SEGMENTS = "seg:a a ivc:Segment . seg:b a ivc:Segment . seg:c a ivc:Segment ."


def test_whoever_takes_part_is_named_once_with_each_passage_that_says_so(
    made: Callable[[Facts], EmbeddedStore],
) -> None:
    """A company stands in the segment where it does or sells something; else with the industry; else among those that appear in it."""
    found = chain(
        made(
            {
                "psg:d-L0002": "co:key ivc:keyPlayerIn seg:a . co:maker ivc:produces prod:p . co:rep ivc:representativeOf ind:i .",
                "psg:d-L0001": "co:works ivc:operatesIn seg:a . seg:a ivc:inIndustry ind:i . prod:p ivc:offeredIn seg:a .",
                "psg:d-L0003": "co:key ivc:keyPlayerIn seg:a . prod:q ivc:inSegment seg:a . co:also ivc:activeIn ind:i . "
                "co:far ivc:operatesIn seg:elsewhere , stg:s .",
                "g:background": "co:told ivc:representativeOf ind:i . co:told ivc:keyPlayerIn seg:a . co:told ivc:activeIn ind:i .",
                "g:inferred": "".join(f"co:{who} a ivc:Organization ; ivc:appearsIn ind:i . " for who in WHO)
                + "co:key ivc:operatesIn seg:a .",
                IVC[:-1]: ROLES,
                "g:entities": SEGMENTS + "stg:s ivc:inIndustry ind:i .",
            }
        ),
        PLACE.value,
    )
    (cell,) = found.unplaced
    assert named(cell.companies) == [
        ("co:works", "psg:d-L0001"),
        ("co:key", "psg:d-L0002 psg:d-L0003"),
        ("co:maker", "psg:d-L0001 psg:d-L0002"),
    ]
    assert named(cell.products) == [("prod:p", "psg:d-L0001"), ("prod:q", "psg:d-L0003")]
    assert named(found.representatives) == [("co:rep", "psg:d-L0002")]
    assert named(found.others) == [("co:told", ""), ("co:also", "psg:d-L0003"), ("co:far", "psg:d-L0003")]
    assert [(g.words.zh, compact(g.relation)) for g in found.outside] == [
        ("全产业代表企业", "ivc:representativeOf"),
        ("其他提到的企业与机构", "ivc:appearsIn"),
    ]


def test_the_passages_of_a_segment_are_in_order(made: Callable[[Facts], EmbeddedStore]) -> None:
    passages = [f"psg:d-L{n:04d}" for n in range(1, 9)]
    facts = dict.fromkeys(passages[::-1], "seg:a ivc:inIndustry ind:i . co:x ivc:keyPlayerIn seg:a .")
    (cell,) = chain(made({**facts, "g:entities": SEGMENTS}), PLACE.value).unplaced
    assert short(cell.passages) == " ".join(passages)
    assert named(cell.companies) == [("co:x", " ".join(passages))]


def test_divisions_and_stages_come_in_the_order_of_flow_then_of_the_report(
    made: Callable[[Facts], EmbeddedStore],
) -> None:
    """A stage without a tier comes after those with one; a division or stage of which no segment is named comes last."""
    store = made(
        {
            "psg:d-L0001": "seg:b ivc:segmentOf stg:z .",
            "psg:d-L0002": "seg:a ivc:segmentOf stg:y . seg:b ivc:segmentOf stg:b . seg:c ivc:segmentOf stg:m ; ivc:subSegmentOf seg:b .",
            "psg:d-L0003": "seg:a ivc:segmentOf stg:down .",
            "g:entities": "view:a ivc:viewOf ind:i . view:m ivc:viewOf ind:i . view:y ivc:viewOf ind:i . view:z ivc:viewOf ind:i . "
            "view:t ivc:viewOf ind:i . stg:a ivc:stageOf view:a . stg:x ivc:stageOf view:y . stg:y ivc:stageOf view:y . "
            "stg:z ivc:stageOf view:z . stg:m ivc:stageOf view:m . "
            "stg:down ivc:stageOf view:t ; ivc:tier ivl:downstream . stg:mid ivc:stageOf view:t ; ivc:tier ivl:midstream . "
            "stg:b ivc:stageOf view:t . stg:up ivc:stageOf view:t ; ivc:tier ivl:upstream . stg:other ivc:stageOf view:else ."
            + SEGMENTS
            + "seg:a ivc:inIndustry ind:i . seg:b ivc:inIndustry ind:i . seg:c ivc:inIndustry ind:i .",
        }
    )
    found = chain(store, PLACE.value)
    assert [(compact(view.iri), short(s.iri for s in view.stages)) for view in found.views] == [
        ("view:t", "stg:up stg:mid stg:down stg:b"),
        ("view:z", "stg:z"),
        ("view:m", "stg:m"),
        ("view:y", "stg:y stg:x"),
        ("view:a", "stg:a"),
    ]
    assert [row[:2] for cell in found.views[1].stages[0].segments for row in rows(cell)] == [(0, "seg:b"), (1, "seg:c")]
    assert found.unplaced == ()


def test_an_application_stands_at_its_segment_or_stage(made: Callable[[Facts], EmbeddedStore]) -> None:
    """It is not drawn at the stage again if it is at a segment of it; one of what is not drawn stands with those of the industry."""
    store = made(
        {
            "psg:d-L0001": "seg:a ivc:segmentOf stg:s . app:a ivc:applicationOf seg:a , stg:s . app:b ivc:applicationOf stg:s .",
            "psg:d-L0002": "app:b ivc:applicationOf stg:s . app:c ivc:applicationOf ind:i . app:d ivc:applicationOf prod:p , ind:i .",
            "g:background": "app:e ivc:applicationOf stg:s .",
            "g:entities": "view:v ivc:viewOf ind:i . stg:s ivc:stageOf view:v ; ivc:inIndustry ind:i . prod:p ivc:inIndustry ind:i . "
            "seg:a a ivc:Segment ; ivc:inIndustry ind:i .",
        }
    )
    picture = industry(store, NOBODY, PLACE.value)
    stage, whole = picture.bands
    assert [told(block) for block in stage.columns[0].blocks] == [(0, "seg:a", ["app:a"]), (0, "", ["app:b"])]
    assert [told(block) for block in whole.columns[0].blocks] == [(0, "", ["app:c", "app:d"])]
    lines = {
        (e.subject, e.value): short(e.passages)
        for e in picture.lines.values()
        if e.predicate.endswith("#applicationOf")
    }
    assert {(compact(one), compact(other)): passages for (one, other), passages in lines.items()} == {
        ("app:a", "seg:a"): "psg:d-L0001",
        ("app:a", "stg:s"): "psg:d-L0001",
        ("app:b", "stg:s"): "psg:d-L0001 psg:d-L0002",
        ("app:c", "ind:i"): "psg:d-L0002",
        ("app:d", "prod:p"): "psg:d-L0002",
        ("app:d", "ind:i"): "psg:d-L0002",
    }
    assert {node.kind for node in picture.nodes.values() if node.words is None} == {"Thing"}, "nothing here has a name"


@pytest.mark.parametrize(("stages", "columns"), [(0, ["abc", "d", "eg", ""]), (4, ["abc", "d", "e", "g"])])
def test_segments_without_a_stage_fill_as_many_columns_as_the_widest_band(
    made: Callable[[Facts], EmbeddedStore], stages: int, columns: list[str]
) -> None:
    """There are at least three columns; the next segment goes to the one with the fewest things, sub-segments included."""
    names = "".join(columns)
    store = made(
        {
            "psg:d-L0001": "seg:b ivc:subSegmentOf seg:a . seg:c ivc:subSegmentOf seg:b . co:x ivc:keyPlayerIn seg:d .",
            "psg:d-L0002": "".join(f"seg:{n} ivc:inIndustry ind:i . " for n in names if n not in "bc"),
            "g:entities": "".join(f"seg:{n} a ivc:Segment ; ivc:inIndustry ind:i . " for n in names)
            + "".join(f"view:v ivc:viewOf ind:i . stg:{n} ivc:stageOf view:v . " for n in range(stages)),
        }
    )
    band = next(b for b in industry(store, NOBODY, PLACE.value).bands if b.head.words == UNPLACED)
    drawn = ["".join(b.head.iri[-1] for b in column.blocks if b.head) for column in band.columns]
    assert drawn == [column for column in columns if column]
    assert [block.depth for block in band.columns[0].blocks] == [0, 1, 2]


def test_a_segment_that_is_drawn_again_is_drawn_alone(made: Callable[[Facts], EmbeddedStore]) -> None:
    """What is within it stands where it came first; a third time it has a node of its own too."""
    store = made(
        {
            "psg:d-L0001": "seg:a ivc:segmentOf stg:a , stg:b , stg:c . seg:b ivc:subSegmentOf seg:a . co:x ivc:keyPlayerIn seg:a .",
            "g:entities": "view:v ivc:viewOf ind:i . stg:a ivc:stageOf view:v . stg:b ivc:stageOf view:v . stg:c ivc:stageOf view:v . "
            + "seg:a a ivc:Segment ; ivc:inIndustry ind:i . seg:b a ivc:Segment ; ivc:inIndustry ind:i .",
        }
    )
    picture = industry(store, NOBODY, PLACE.value)
    assert [[told(block) for block in column.blocks] for column in picture.bands[0].columns] == [
        [(0, "seg:a", ["co:x"]), (1, "seg:b", [])],
        [(0, "seg:a again", [])],
        [(0, "seg:a again", [])],
    ]
    assert [compact(node.iri) for node in picture.nodes.values() if node.of] == ["seg:a'", "seg:a''"]
