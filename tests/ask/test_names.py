"""Any name → IRI on the invented project: each way to write it, what comes first, and what is said where nothing fits."""

from __future__ import annotations

import re
from dataclasses import replace

import pyoxigraph as ox
import pytest

from conftest import ROOT
from kg.ask.names import Names
from kg.errors import NotFound, UsageProblem
from kg.graph import KnowledgeGraph
from kg.pipeline.lookup import build_lookup
from kg.terms import Text, compact, expand
from kg.vocab import BASE, IVC, IVL, ONTOLOGY
from lookups import EMPTY

OWN = "https://example.org/lamp/"
WORKSHOP = OWN + "Workshop"
QINGLAN = ["青岚纸坊", "Qinglan Paper Works", "co:qinglan", "https://w3id.org/xinzhi/organization/qinglan"]


def found(world: KnowledgeGraph, text: str, *kinds: str) -> list[tuple[str, float]]:
    return [(compact(m.thing.iri), round(m.score, 4)) for m in world.find(text, *kinds, limit=100)]


@pytest.mark.parametrize(
    ("text", "score"),
    [
        *((text, 100.0) for text in (*QINGLAN, f"<{QINGLAN[-1]}>")),  # the very label or IRI
        ("青岚", 99.0),  # the very alias
        ("qinglan", 99.0),  # the slug
        ("ＱＩＮＧＬＡＮ paper-works!", 97.0),  # the label but for width, case and punctuation
        ("青嵐紙坊", 95.0),  # 繁体,
        ("青嵐", 95.0),  # of an alias too,
        ("qinglanzhifang", 95.0),  # pinyin,
        ("Qing Lan Zhi Fang", 95.0),
        ("QLZF", 95.0),  # initials:
        ("ql", 90.0),  # two letters are a guess
        ("青岚纸", 80 + 10 * 3 / 4),  # a beginning, by its share of the name
        ("岚纸坊", 70 + 10 * 3 / 4),  # a part
        ("paper works", 70 + round(10 * 9 / 16, 4)),
    ],
)
def test_each_way_to_write_a_name_has_its_score(world: KnowledgeGraph, text: str, score: float) -> None:
    assert found(world, text)[0] == ("co:qinglan", score)


def test_whoever_bears_the_name_comes_before_whoever_has_it_in_his(world: KnowledgeGraph) -> None:
    """Matches are in the order of their scores; equal ones by kind, then by IRI."""
    lamps = found(world, "灯业")
    assert lamps == [
        ("ind:paper-lanterns", 99.0),  # its alias
        ("co:mingying-lamps", 75.0),  # two of the four characters, at the end
        ("co:mingying-lanterns", 75.0),
        ("stg:lantern-down", 74.0),  # two of five: 纸灯业上游
        ("stg:lantern-mid", 74.0),
        ("stg:lantern-up", 74.0),
        ("view:lantern-tiers", 73.3333),
        ("view:lantern-uses", 73.3333),
        ("brk:lantern-uses", 72.5),
    ]
    assert [iri for iri, _ in found(world, "纸灯")[:2]] == ["prod:paper-lantern", "ind:paper-lanterns"]


@pytest.mark.parametrize(("text", "score"), [("竹编", 100.0), ("竹編", 95.0), ("zhubian", 95.0), ("zb", 90.0)])
def test_a_name_of_two_kinds_means_the_technology_first(world: KnowledgeGraph, text: str, score: float) -> None:
    assert found(world, text)[:2] == [("tech:bamboo-weaving", score), ("prod:bamboo-weave", score)]
    if score > 90:
        assert compact(world.resolve(text).iri) == "tech:bamboo-weaving"
        assert compact(world.resolve(text, "Product").iri) == "prod:bamboo-weave"
        assert compact(world.resolve(text, "Product", "Technology").iri) == "tech:bamboo-weaving"


def test_of_many_kinds_those_that_people_mean_most_come_first() -> None:
    """Kinds are in the order of the ontology, not of the IRIs; one without a precedence comes last, one below Segment with it."""
    order = ["Industry", "Company", "ResearchBody", "PublicBody", "Organization", "Technology", "Product", "Segment"]
    order += [WORKSHOP]
    order += ["Region", "Application", "Policy", "Project", "Sector", "Stage", "ChainView", "Indicator"]
    things = [
        {
            "iri": f"{OWN}{'a' if kind == WORKSHOP else 99 - n}",
            "kind": kind,
            "zh": "灯",
            "en": "lamp",
            "also": [],
            "keys": ["灯", "lamp"],
        }
        for n, kind in enumerate(order)
    ]
    text = (ROOT / "ontology" / "ivc.ttl").read_text(encoding="utf-8")
    text += f'<{WORKSHOP}> a owl:Class ; rdfs:label "workshop"@en ; rdfs:subClassOf ivc:Segment .'
    model = ox.parse(text, format=ox.RdfFormat.TURTLE)
    lookup = build_lookup([ox.Quad(q.subject, q.predicate, q.object, ox.NamedNode(ONTOLOGY)) for q in model], {})
    names = Names({**lookup, "things": things[::-1]})
    assert [m.thing.kind for m in names.find("灯", limit=99)] == order
    assert [t.kind for t in names.bearing("LAMP", "Stage", "Region", "Product")] == ["Product", "Region", "Stage"]
    assert names.resolve("lamp").kind == "Industry"


COUNTED = {
    "Company": ("1 家企业", "1 company", "15 家企业", "15 companies"),  # the measure word is that of Organization
    "PublicBody": ("1 个公共机构", "1 public body", "15 个公共机构", "15 public bodies"),
    "Technology": ("1 项技术", "1 technology", "15 项技术", "15 technologies"),
    "Product": ("1 种产品", "1 product", "15 种产品", "15 products"),
    "Entry": ("1 条别处的条目", "1 entry elsewhere", "15 条别处的条目", "15 entries elsewhere"),
    "Comparator": ("1 个比较符", "1 comparator", "15 个比较符", "15 comparators"),  # no measure word of its own
}


@pytest.mark.parametrize("kind", COUNTED)
def test_a_number_of_things_has_the_words_of_their_class(world: KnowledgeGraph, kind: str) -> None:
    one, several = world.names.counted(1, kind), world.names.counted(15, kind)
    assert (one.zh, one.en, several.zh, several.en) == COUNTED[kind]


def test_things_of_several_classes_share_the_nearest_one_above_them() -> None:
    things = [{"iri": kind, "kind": kind, "zh": "", "en": "", "also": [], "keys": []} for kind in ("A", "B", "C", "D")]
    names = Names({**EMPTY, "things": things, "classes": {"A": ["X", "Z"], "B": ["Y", "Z"], "C": ["Y", "Z"], "D": []}})
    assert names.shared_kind(["A", "A"]) == "A"
    assert names.shared_kind(["B", "C", "unknown"]) == "Y"
    assert names.shared_kind(["A", "B", "C"]) == "Z"
    assert names.shared_kind(["A", "D"]) == names.shared_kind([]) == ""


def bearing(*labels: str, kind: str = "Company") -> Names:
    """Things of one kind with nothing but these names."""
    things = [
        {"iri": f"{OWN}{label}", "kind": kind, "zh": label, "en": label, "also": [], "keys": [label]}
        for label in labels
    ]
    return Names({**EMPTY, "things": things})


def test_a_thing_of_another_namespace_is_called_by_the_end_of_its_iri_where_nothing_else_is() -> None:
    ends = {
        "https://a.example/灯#东铺": "东铺",
        "https://a.example/x-1": "x-1",
        "https://a.example/twice": "",
        "https://b.example/twice": "",
        "https://a.example/label": "",
        "https://a.example/a.pdf": "",
        "https://a.example/": "",
        f"{BASE}organization/own": "own",
    }
    things = [
        {
            "iri": iri,
            "kind": "Company",
            "zh": f"名{n}",
            "en": f"name {n}",
            "also": ["label"] if n == 1 else [],
            "keys": [],
        }
        for n, iri in enumerate(ends)
    ]
    names = Names({**EMPTY, "things": things})
    for iri, end in ends.items():
        assert names.slug(iri) == (end or iri)
        assert names.resolve(names.slug(iri)).iri == iri


def test_two_letters_are_no_guess_where_a_name_is_written_with_them() -> None:
    names = bearing("ab works")
    (thing,) = names.things
    for also, score in ((("AB",), 95.0), ((), 90.0)):
        names.things = (replace(thing, also=also, keys=("abworks", "ab")),)
        assert [m.score for m in names.find("ab")] == [score]


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("abcxy", ["abcde"]),  # three of five letters, in their order: 60 %
        ("abcxyz", []),  # 55 %
    ],
)
def test_a_name_is_near_from_three_fifths_of_it_on(typed: str, near: list[str]) -> None:
    assert [m.thing.label.en for m in bearing("abcde", "vwvwvwv").find(typed)] == near


@pytest.mark.parametrize(("wrong", "near"), [(3, True), (4, False)])
def test_beside_a_name_that_holds_the_text_a_near_one_is_alike_by_85_in_100(wrong: int, near: bool) -> None:
    typed = "abcdefghijklmnopqrst"
    other = typed[:-wrong] + "1234"[:wrong]
    found = [m.thing.label.en for m in bearing(other, f"{typed}u").find(typed)]
    assert found == [f"{typed}u", *([other] if near else [])]
    assert [m.thing.label.en for m in bearing(other).find(typed)] == [other], "alone it is offered"


def test_beside_whoever_bears_the_name_in_any_spelling_no_near_one_is_offered() -> None:
    names = bearing("name", "abcdefghik")
    names.things = (replace(names.things[0], keys=("name", "abcdefghij")), names.things[1])
    assert [(m.thing.label.en, m.score) for m in names.find("abcdefghij")] == [("name", 95.0)]
    assert [m.thing.label.en for m in names.find("abcdefghil")] == ["abcdefghik", "name"]


@pytest.mark.parametrize(("number", "listed"), [(12, True), (13, False)])
def test_a_dozen_things_are_listed_where_nothing_comes_near(number: int, listed: bool) -> None:
    names = bearing(*(f"n{n:02d}" for n in range(number)))
    with pytest.raises(NotFound) as caught:
        names.resolve("zzzzzz", "Company")
    assert ("one of: n00, n01" in caught.value.render("en")) is listed


def test_few_are_named_if_few_are_asked_for(world: KnowledgeGraph) -> None:
    assert len(world.find("纸灯业")) == 7
    assert [compact(m.thing.iri) for m in world.find("纸灯业", limit=1)] == ["ind:paper-lanterns"]
    assert len(world.find("lantern")) == 10


def test_a_search_may_be_held_to_kinds(world: KnowledgeGraph) -> None:
    """A wider class holds what is of a narrower one, of the ontology or not."""
    both = [("co:mingying-lamps", 75.0), ("co:mingying-lanterns", 75.0)]
    assert found(world, "灯业", "Company") == found(world, "灯业", "Organization") == both
    assert found(world, "灯业", "ResearchBody") == []
    assert [iri for iri, _ in found(world, "灯业", "Industry", "Company")] == ["ind:paper-lanterns", *dict(both)]
    assert {m.thing.kind for m in world.find("纸灯业", "ChainNode")} == {"Industry", "Stage"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("青蓝纸坊", "co:qinglan"),  # sounds the same
        ("青嵐紙房", "co:qinglan"),
        ("云停", "reg:yunting"),
        ("冷然", "tech:cold-dyeing"),
        ("冷柒", "tech:cold-dyeing"),  # looks alike: one of two characters
        ("竹里遍舍", "co:zhuli"),
        ("远山咨讯", "co:yuanshan"),
        ("Qinglan Papr Works", "co:qinglan"),
        ("tingzu society", f"{OWN}organization/听竹社"),
    ],
)
def test_a_misspelt_name_is_found_but_never_taken_for_one(world: KnowledgeGraph, typed: str, meant: str) -> None:
    """It comes first, with a score below every true match; resolving refuses it and offers what was meant."""
    (best, score), *_ = found(world, typed)
    assert (best, score < 70) == (meant, True)
    with pytest.raises(NotFound, match="nothing is named") as caught:
        world.resolve(typed)
    assert world.names.label(expand(meant), "en") in caught.value.render("en")


def test_those_that_sound_alike_come_before_those_that_look_alike(world: KnowledgeGraph) -> None:
    """明莹 sounds as 明盈 and 明萤 do, both companies; 灯业 alone is half of what was typed."""
    assert found(world, "明莹灯业") == [
        ("co:mingying-lamps", 68.31),
        ("co:mingying-lanterns", 68.31),
        ("ind:paper-lanterns", 46.0),
    ]


def test_beside_names_that_hold_the_text_only_near_ones_are_offered(world: KnowledgeGraph) -> None:
    """A name of two characters with one of them is near; a longer one must be alike by 85 %."""
    assert found(world, "听竹")[0] == (f"{OWN}organization/听竹社", 86.6667)
    assert {iri for iri, score in found(world, "听竹") if score < 70} == {
        "tech:bamboo-weaving",
        "prod:bamboo-weave",
        "prod:lantern-frame",
    }
    assert found(world, "lantern frame") == [("seg:lantern-frames", 97.0), ("prod:lantern-frame", 95.0)]
    assert found(world, "qinglan p") == [("co:qinglan", 85.0)]


@pytest.mark.parametrize("text", ["", "!", "qwrtzpsdfghjkl"])
def test_what_is_no_name_finds_nothing(world: KnowledgeGraph, text: str) -> None:
    assert found(world, text) == []


def test_things_of_another_namespace_are_found_by_the_whole_end_of_their_iri(world: KnowledgeGraph) -> None:
    """No part of it is taken for a name, for its form is not ours."""
    for text in ("听竹社", "聽竹社", "tingzhushe", "tzs", "Tingzhu Society", f"{OWN}organization/听竹社"):
        assert world.resolve(text).iri == f"{OWN}organization/听竹社"
    assert world.resolve(f"<{OWN}segment/gift-boxes>").label.zh == "灯礼盒"
    assert compact(world.resolve("running-lantern").iri) == "prod:running-lantern"
    assert world.resolve("gift-boxes").label.zh == "灯礼盒"
    assert not [m for m in world.find("segment gift") if m.thing.iri.startswith(OWN)]


@pytest.mark.parametrize(
    ("asked", "zh", "en"),
    [
        (  # it is something else
            ("竹编", "Company", "Region"),
            "“竹编”是技术,不是企业、地区.*可直接看它:https://w3id.org/xinzhi/technology/bamboo-weaving",
            "“竹编” is of the kind technology, not company or region.*itself: https://.*/bamboo-weaving",
        ),
        (  # something comes near
            ("听竹", "Company"),
            "找不到名为“听竹”的企业.*是不是:听竹社 / Tingzhu Society?",
            "nothing is named “听竹” among company.*did you mean: 听竹社 / Tingzhu Society[?]",
        ),
        (  # nothing does, but there are few
            ("xyzzy", "Industry"),
            "可选:纸灯业 / paper lantern making、纸伞业 / paper umbrella making、风铃业 / wind chime making",
            "one of: 纸灯业 / paper lantern making, 纸伞业 / paper umbrella making, 风铃业 / wind chime making",
        ),
        (  # nothing does, and there are many
            ("xyzzyxyzzy", "Indicator"),
            "找不到名为“xyzzyxyzzy”的指标.*kg find",
            "nothing is named “xyzzyxyzzy” among indicator.*kg find",
        ),
        (("xyzzyxyzzy",), "找不到名为“xyzzyxyzzy”的事物.*kg find", "nothing is named “xyzzyxyzzy”\n.*kg find"),
    ],
)
def test_an_unknown_name_is_told_what_there_is(world: KnowledgeGraph, asked: tuple[str, ...], zh: str, en: str) -> None:
    with pytest.raises(NotFound) as caught:
        world.resolve(*asked)
    assert re.search(zh, caught.value.render("zh"), re.DOTALL), caught.value.render("zh")
    assert re.search(en, caught.value.render("en"), re.DOTALL), caught.value.render("en")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Company", "Company"),
        ("company", "Company"),
        ("企业", "Company"),
        ("research body", "ResearchBody"),
        ("科研机构", "ResearchBody"),
        ("组织", "Organization"),  # nothing is that alone, but companies are
        ("chain node", "ChainNode"),
    ],
)
def test_a_kind_by_its_name_or_label(world: KnowledgeGraph, text: str, kind: str) -> None:
    assert world.names.kind(text) == kind


@pytest.mark.parametrize("text", ["keyPlayerIn", "Observation", "段落", ""])
def test_no_kind_is_what_nothing_with_a_name_is_of(world: KnowledgeGraph, text: str) -> None:
    with pytest.raises(UsageProblem, match="there is no kind") as caught:
        world.names.kind(text)
    assert "one of: Application, Breakdown, ChainNode, " in caught.value.render("en")
    assert "应用场景(Application)、拆分(Breakdown)" in caught.value.render("zh")


def test_everything_of_a_kind(world: KnowledgeGraph) -> None:
    assert [t.label.zh for t in world.names.of_kind("Industry")] == ["纸灯业", "纸伞业", "风铃业"]
    assert {t.kind for t in world.names.of_kind("Organization")} == {"Company", "PublicBody", "ResearchBody"}
    assert (world.names.is_a("Company", "Organization"), world.names.is_a("Organization", "Company")) == (True, False)


def test_what_things_without_a_name_are_called(world: KnowledgeGraph) -> None:
    names = world.names
    figure = expand("obs:w1-chime-cn-2023")
    assert names.label(figure, "zh") == "风铃业 · 市场规模 · 中国 · 2023"
    assert (names.is_claim(figure), names.has_name(figure), names.get(figure)) == (True, True, None)
    assert names.thing(figure, "Observation").label.en == "wind chime making · market size · China · 2023"
    supplies = IVC + "suppliesTo"
    assert [names.label(supplies, "en", inverse=i) for i in (False, True)] == ["supplies to", "supplied by"]
    assert [names.label(supplies, "zh", inverse=i) for i in (False, True)] == ["供应", "供应商"]
    assert [names.label(IVC + "Company", "zh", inverse=i) for i in (False, True)] == ["企业", "企业"]
    assert [names.label(expand(n), "en") for n in ("psg:w2-L0025", "co:nobody")] == ["w2-L0025", "co:nobody"]
    assert names.get(expand("co:qinglan")) == names.thing(expand("co:qinglan"))
    assert not (names.has_name(expand("co:nobody")) or names.is_claim(expand("co:qinglan")))
    assert names.thing(expand("co:qinglan")).label == Text("青岚纸坊", "Qinglan Paper Works")


def test_a_count_is_measured_in_chinese_and_bare_in_english(world: KnowledgeGraph) -> None:
    unit = world.names.unit
    assert [unit(IVL + "count", IVL + "shipments", lang) for lang in ("zh", "en")] == ["台", ""]
    assert [unit(IVL + "count", IVL + "market-size", lang) for lang in ("zh", "en")] == [
        world.names.label(IVL + "count", "zh"),
        "",
    ]
    assert [unit(IVL + "usd", IVL + "shipments", lang) for lang in ("zh", "en")] == ["美元", "US dollar"]
