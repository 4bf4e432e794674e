"""The tier chart: complete as to who takes part, in one order, the same in every face that shows it."""

from __future__ import annotations

import csv
import io
from itertools import chain as joined
from pathlib import Path

import pyoxigraph as ox
import pytest

from conftest import Run
from kg.ask.bands import industry as drawing
from kg.ask.chain import FED, IN_ORDER, Chain, Cited, chain
from kg.ask.listing import chain_rows
from kg.ask.tally import whole
from kg.graph import KnowledgeGraph
from kg.store.base import Store
from kg.store.embedded import EmbeddedStore
from kg.terms import compact, expand

INDUSTRIES = ["ind:paper-lanterns", "ind:wind-chimes", "ind:paper-umbrellas"]
MORE = [
    ("co:yuanshan", "ivc:activeIn", "ind:paper-lanterns"),
    ("co:yuanshan", "ivc:appearsIn", "ind:paper-lanterns"),
    ("co:yuanshan", "rdf:type", "ivc:Organization"),
    ("view:by-colour", "ivc:viewOf", "ind:paper-lanterns"),
    ("stg:red", "ivc:stageOf", "view:by-colour"),
    ("stg:red", "ivc:inIndustry", "ind:paper-lanterns"),
    ("app:home-lighting", "ivc:applicationOf", "stg:lantern-down"),
    ("app:stage-show", "ivc:applicationOf", "stg:lantern-down"),
    ("app:stage-show", "ivc:applicationOf", "seg:lantern-fair"),
    ("app:festive-decoration", "ivc:applicationOf", "stg:red"),
    ("stg:lantern-mid", "ivc:feeds", "stg:lantern-down"),
]
"""What the invented project lacks: a company that is active in no segment; a view without tiers whose name comes before
that of the view with tiers; applications of a stage, one of them of a segment in this stage too; a stage with nothing else; a passage
that says which stage feeds another."""
CHART = """\
paper lantern making
6 segments · 6 companies and institutes · 2 products · 3 applications
▸ stage  · segment  ● company or institute  ○ product  □ application  ⇢ feeds, by order of the stages; not stated

■ paper lanterns by tier
  ▸ paper lanterns, upstream (3 segments · 2 companies and institutes · 1 product) ⇢ paper lanterns, midstream
    · lantern paper [w1-L0020]
        ● Qinglan Paper Works [w1-L0020]
    · lantern frames [w1-L0021]
        ○ wickerwork [w1-L0021]
        · fine splints [w1-L0021]
            ● Zhuli Weavers [w1-L0021]
  ▸ paper lanterns, midstream (2 segments · 2 companies and institutes) ⇢ paper lanterns, downstream
    · tying [w1-L0023]
        ● Mingying Lanterns [w1-L0023]
    · lantern paper [w2-L0019]
        ● Qinglan Paper Works [w1-L0020]
  ▸ paper lanterns, downstream (1 segment · 1 company or institute)
    · lantern fairs [w1-L0025]
        ● Qinglan Paper Works [w1-L0025]

■ paper lanterns by use
  ▸ festive lanterns
    (the documents name no segment)
  ▸ home lanterns
    (the documents name no segment)

■ segments in no stage
    · lantern gift boxes [w2-L0025]
        ● Tingzhu Society [w2-L0025]
        ○ bamboo-shadow lamp [w2-L0025]

■ named for the industry as a whole (1)
    ● Mingying Lamps [w2-L0023]

■ also named (1)
    ● Chengzhou College of Crafts [w1-L0029 w2-L0033]

■ applications of the industry as a whole (3)
    □ festive decoration, home lighting, stage shows [w1-L0013]
"""


@pytest.fixture(scope="module")
def enlarged(world: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The graph of the invented project and MORE, which the passage w1-L0029 states."""
    file: Path = tmp_path_factory.mktemp("enlarged") / "dataset.nq"
    stated = ox.NamedNode(expand("psg:w1-L0029"))
    more = [
        ox.Quad(*(ox.NamedNode(expand(name)) for name in triple), graph)
        for triple in MORE
        for graph in (stated, ox.DefaultGraph())
    ]
    file.write_bytes((world.path / "dataset.nq").read_bytes() + ox.serialize(more, format=ox.RdfFormat.N_QUADS))
    return EmbeddedStore(file, in_memory=True)


def _companies(chart: Chain) -> list[str]:
    """Everyone in the chart, once for each segment that names them."""
    stages = [stage.segments for view in chart.views for stage in view.stages]
    cells = [cell for top in joined(chart.unplaced, *stages) for cell in top]
    return [c.iri for cell in cells for c in cell.companies] + [c.iri for c in (*chart.representatives, *chart.others)]


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_whoever_takes_part_in_an_industry_stands_in_its_chart_and_drawing(
    world: KnowledgeGraph, enlarged: Store, industry: str
) -> None:
    for store in (world.store, enlarged):
        active = {
            r["who"] for r in store.select(f"SELECT ?who {{ ?who a ivc:Organization ; ivc:appearsIn {industry} }}")
        }
        assert set(_companies(chain(store, expand(industry)))) == active
        drawn = drawing(store, world.names, expand(industry))
        assert active <= {node.thing for node in drawn.nodes.values()}


def test_who_is_also_named_stands_nowhere_else_and_is_cited(world: KnowledgeGraph, enlarged: Store) -> None:
    college = Cited(expand("co:chengzhou-college"), (expand("psg:w1-L0029"), expand("psg:w2-L0033")))
    assert {industry: world.chain(industry).others for industry in INDUSTRIES} == {
        "ind:paper-lanterns": (college,),
        "ind:wind-chimes": (),
        "ind:paper-umbrellas": (Cited(expand("co:qinglan"), (expand("psg:w2-L0053"),)),),
    }
    chart = chain(enlarged, expand("ind:paper-lanterns"))
    assert set(chart.others) == {college, Cited(expand("co:yuanshan"), (expand("psg:w1-L0029"),))}
    assert _companies(chart).count(expand("co:yuanshan")) == 1
    assert [  # the one without a registered mention comes first
        (g.words.zh, g.words.en, compact(g.relation), [compact(c.iri) for c in g.things]) for g in chart.outside
    ] == [
        ("全产业代表企业", "named for the industry as a whole", "ivc:representativeOf", ["co:mingying-lamps"]),
        ("其他提到的企业与机构", "also named", "ivc:appearsIn", ["co:yuanshan", "co:chengzhou-college"]),
        (
            "全产业应用场景",
            "applications of the industry as a whole",
            "ivc:applicationOf",
            ["app:festive-decoration", "app:home-lighting", "app:stage-show"],
        ),
    ]


def test_the_division_into_tiers_comes_first_in_chart_and_drawing(world: KnowledgeGraph, enlarged: Store) -> None:
    views = ["view:lantern-tiers", "view:by-colour", "view:lantern-uses"]
    assert [compact(view.iri) for view in chain(enlarged, expand("ind:paper-lanterns")).views] == views
    heads = [band.head.iri for band in drawing(enlarged, world.names, expand("ind:paper-lanterns")).bands]
    assert [compact(head) for head in heads[: len(views)]] == views
    stages = world.chain("纸灯业").views[0].stages
    assert [compact(stage.iri) for stage in stages] == ["stg:lantern-up", "stg:lantern-mid", "stg:lantern-down"]


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_every_application_of_an_industry_is_drawn_at_what_it_is_one_of(world: KnowledgeGraph, industry: str) -> None:
    drawn = drawing(world.store, world.names, expand(industry))
    rows = world.query("applications-of-industry", industry=industry).rows
    shown = {node.thing for node in drawn.nodes.values() if node.kind == "Application"}
    assert shown == {row[0].value for row in rows}
    told = {(line.subject, line.value) for line in drawn.lines.values() if line.predicate.endswith("#applicationOf")}
    assert told == {(row[0].value, row[1].value) for row in rows}


def test_applications_of_the_whole_industry_stand_in_a_band_of_their_own(world: KnowledgeGraph) -> None:
    band = drawing(world.store, world.names, expand("ind:paper-lanterns")).bands[-1]
    assert band.head.words is not None
    assert (band.head.words.zh, band.head.words.en) == ("全产业应用场景", "applications of the industry as a whole")
    assert [compact(node.thing) for column in band.columns for block in column.blocks for node in block.items] == [
        "app:festive-decoration",
        "app:home-lighting",
        "app:stage-show",
    ]


def test_applications_stand_under_their_stage_or_segment_and_once_there(world: KnowledgeGraph, enlarged: Store) -> None:
    downstream = drawing(enlarged, world.names, expand("ind:paper-lanterns")).bands[0].columns[2]
    blocks = [
        [compact(node.thing) for node in block.items if node.kind == "Application"] for block in downstream.blocks
    ]
    assert blocks == [["app:stage-show"], ["app:home-lighting"]]


def test_a_stage_has_its_own_applications_beside_those_of_its_segments(enlarged: Store) -> None:
    """A stage is not empty if these are all that is named of it."""
    chart = chain(enlarged, expand("ind:paper-lanterns"))
    downstream, red = chart.views[0].stages[2], chart.views[1].stages[0]
    stated = (expand("psg:w1-L0029"),)
    own = {compact(one.iri): one.passages for one in downstream.applications}
    assert own == {"app:home-lighting": stated, "app:stage-show": stated}
    assert [compact(one.iri) for one in downstream.own] == ["app:home-lighting"]
    assert [compact(one.iri) for cell in downstream.segments for one in cell.applications] == ["app:stage-show"]
    assert (red.segments, [compact(one.iri) for one in red.applications]) == ((), ["app:festive-decoration"])
    assert not red.empty
    counted = whole(chart)
    assert (counted.applications, counted.companies) == (3, len(set(_companies(chart))))
    applied = [row for row in chain_rows(chart) if row["application"]]
    assert [compact(row["application"]) for row in applied if row["stage"] == red.iri] == ["app:festive-decoration"]
    assert len(applied) == 1 + 1 + 1 + len(chart.applications)


def test_an_arrow_that_a_passage_states_is_told_from_one_that_is_ours(world: KnowledgeGraph, enlarged: Store) -> None:
    chart = chain(enlarged, expand("ind:paper-lanterns"))
    assert [[bool(fed.passages) for fed in stage.feeds] for stage in chart.views[0].stages] == [[False], [True], []]
    assert chart.arrows == {True: FED, False: IN_ORDER}
    assert world.chain("纸灯业").arrows == {False: IN_ORDER}
    assert world.chain("风铃业").arrows == {}


def test_the_terminal_shows_the_whole_chart_and_what_its_signs_mean(kg: Run) -> None:
    assert kg("chain", "纸灯业", "--format", "text").stdout == CHART
    told = kg("chain", "纸灯业", "--format", "text", lang="zh").stdout
    assert told.startswith(
        "纸灯业\n6 个环节 · 6 家企业与机构 · 2 种产品 · 3 个应用场景\n"
        "▸ 层级  · 环节  ● 企业与机构  ○ 产品  □ 应用场景  ⇢ 供给(按层级次序,文献未明说)\n"
    )
    assert "  ▸ 节庆灯\n    (文献未列环节)\n" in told


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_rows_hold_the_whole_chart(kg: Run, world: KnowledgeGraph, industry: str) -> None:
    chart = world.chain(industry)
    rows = list(csv.DictReader(io.StringIO(kg("chain", industry, "--format", "csv").stdout)))
    assert sorted(r["company"] for r in rows if r["company"]) == sorted(_companies(chart))
    assert {r["stage"] for r in rows if r["stage"]} == {s.iri for v in chart.views for s in v.stages}
    ties = [(r["relation"], r["company"] or r["application"]) for r in rows if r["relation"]]
    assert ties == [(g.relation, c.iri) for g in chart.outside for c in g.things]
