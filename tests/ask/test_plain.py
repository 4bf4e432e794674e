"""Answers as JSON values: what a program reads of a thing, a chart, a finding and a path of the invented project."""

from __future__ import annotations

from typing import Any

from kg.ask import plain
from kg.ask.entity import described
from kg.graph import KnowledgeGraph
from kg.terms import compact, expand
from kg.vocab import BASE, IVC, RDF

COLLEGE = {"iri": f"{BASE}organization/chengzhou-college", "zh": "澄洲工艺学院", "en": "Chengzhou College of Crafts"}
TYING = {"iri": f"{BASE}segment/lantern-tying", "zh": "扎制", "en": "tying"}
PERCENT = {"iri": f"{BASE}list/percent", "zh": "百分比", "en": "percent"}
PLAN = {"iri": f"{BASE}policy/lantern-plan", "zh": "纸灯振兴方案", "en": "plan for the revival of paper lanterns"}


def test_a_match(world: KnowledgeGraph) -> None:
    assert plain.match(world.find("qinglan p")[0]) == {
        "iri": f"{BASE}organization/qinglan",
        "zh": "青岚纸坊",
        "en": "Qinglan Paper Works",
        "kind": "Company",
        "also": ["Qinglan", "青岚"],
        "score": 85.0,
    }


def test_an_entity(world: KnowledgeGraph) -> None:
    body = plain.entity(world.entity("冷染"), world.names)
    assert list(body) == [
        *("iri", "kind", "zh", "en", "also", "texts"),
        *("edges", "figures", "claims", "passages", "values", "links"),
    ]
    assert [body[name] for name in ("iri", "kind", "zh", "en", "also", "texts", "claims", "values")] == [
        *(f"{BASE}technology/cold-dyeing", "Technology", "冷染", "cold dyeing"),
        *([], {}, [], []),
    ]
    assert [(e["direction"], e["predicate"]["en"], e["ground"]) for e in body["edges"][:4]] == [
        *[("out", "appears in", "inferred")] * 3,
        ("in", "developed by", "asserted"),
    ]
    assert body["edges"][3] == {
        "direction": "in",
        "predicate": {"iri": IVC + "develops", "zh": "研发者", "en": "developed by"},
        "other": COLLEGE,
        "ground": "asserted",
        "passages": ["w2-L0033"],
    }
    assert body["passages"] == ["w1-L0029", "w1-L0034", "w1-L0048", "w2-L0033", "w2-L0037"]
    out = plain.entity(world.entity("澄洲"), world.names)["edges"][2]
    assert out == {
        "direction": "out",
        "predicate": {"iri": IVC + "focusesOn", "zh": "重点环节", "en": "focuses on"},
        "other": TYING,
        "ground": "asserted",
        "passages": ["w1-L0029"],
    }


def test_figures_and_claims(world: KnowledgeGraph) -> None:
    target, gain = plain.entity(world.entity("冷染"), world.names)["figures"]
    assert target == {
        "iri": f"{BASE}observation/w2-dyeing-target-2027",
        "kind": "LevelObservation",
        "summary": {},
        "passage": "w2-L0037",
        "indicator": {"iri": f"{BASE}list/adoption", "zh": "应用率", "en": "adoption rate"},
        "region": None,
        "years": "2027",
        "comparator": "ge",
        "value": 40.0,
        "unit": PERCENT,
        "stated_value": 40.0,
        "stated_scale": 1,
        "status": "target",
        "attributed_to": PLAN,
    }
    assert (gain["comparator"], gain["status"], gain["attributed_to"]) == ("eq", "actual", None)
    (claim,) = plain.entity(world.entity("听竹社"), world.names)["claims"]
    assert claim == {
        "iri": f"{BASE}claim/w2-yunting-shops",
        "kind": "Trait",
        "summary": {"zh": "竹影灯也卖到云汀省的店家。", "en": "Bamboo-shadow lamps also go to shops in Yunting."},
        "passage": "w2-L0029",
        "attributed_to": None,
    }


def test_a_passage_says_what_it_states(world: KnowledgeGraph) -> None:
    found = described(world.store, world.names, expand("psg:w2-L0037"))
    assert found is not None
    body = plain.entity(found, world.names)
    assert (body["section"], body["start"], body["end"], len(body["sha256"])) == ("纸灯业/政策", 365, 412, 64)
    said = {(s["predicate"]["iri"], str(s["subject"]["zh"])): s["object"] for s in body["states"]}
    assert said[IVC + "month", "纸灯振兴方案"] == 3
    assert said[IVC + "value", "冷染 · 应用率 · 2027"] == 40.0
    assert said[IVC + "unit", "冷染 · 应用率 · 2027"] == PERCENT
    assert said[RDF + "type", "冷染 · 应用率 · 2027"]["en"] == "level observation"


def test_values_of_a_thing(world: KnowledgeGraph) -> None:
    assert plain.entity(world.entity("方案"), world.names)["values"] == [
        {"predicate": {"iri": IVC + "month", "zh": "月份", "en": "month"}, "value": 3},
        {"predicate": {"iri": IVC + "year", "zh": "年份", "en": "year"}, "value": 2025},
    ]


def short(value: Any) -> Any:
    """*value* with things as their prefixed names, to be read at a glance."""
    if isinstance(value, dict):
        return compact(value["iri"]) if value.keys() == {"iri", "zh", "en"} else {k: short(v) for k, v in value.items()}
    return [short(v) for v in value] if isinstance(value, list) else value


def test_a_chart(world: KnowledgeGraph) -> None:
    body = plain.chain(world.chain("纸灯业"), world.names)
    assert list(body) == ["industry", "views", "unplaced", "representatives", "others", "applications"]
    tiers, uses = short(body)["views"]
    assert (short(body["industry"]), tiers["view"], uses["view"]) == (
        *("ind:paper-lanterns", "view:lantern-tiers"),
        "view:lantern-uses",
    )
    assert [(s["stage"], s["tier"]) for view in (tiers, uses) for s in view["stages"]] == [
        ("stg:lantern-up", "upstream"),
        ("stg:lantern-mid", "midstream"),
        ("stg:lantern-down", "downstream"),
        ("stg:lantern-festive", None),
        ("stg:lantern-home", None),
    ]
    assert tiers["stages"][0]["segments"][1] == {
        "segment": "seg:lantern-frames",
        "passages": ["w1-L0021"],
        "companies": [],
        "products": [
            {"iri": f"{BASE}product/bamboo-weave", "zh": "竹编", "en": "wickerwork", "passages": ["w1-L0021"]}
        ],
        "applications": [],
        "parts": [
            {
                "segment": "seg:lantern-splints",
                "passages": ["w1-L0021"],
                "companies": [
                    {
                        "iri": f"{BASE}organization/zhuli",
                        "zh": "竹里编舍",
                        "en": "Zhuli Weavers",
                        "passages": ["w1-L0021"],
                    }
                ],
                "products": [],
                "applications": [],
                "parts": [],
            }
        ],
    }
    assert [cell["segment"]["zh"] for cell in body["unplaced"]] == ["灯礼盒"]
    assert [(c["zh"], c["passages"]) for c in body["representatives"]] == [("明盈灯业", ["w2-L0023"])]
    assert [(c["zh"], c["passages"]) for c in body["others"]] == [("澄洲工艺学院", ["w1-L0029", "w2-L0033"])]
    assert [c["zh"] for c in body["applications"]] == ["节庆布置", "居家照明", "舞台演出"]
    assert tiers["stages"][0]["applications"] == []


def test_a_finding_and_a_hop(world: KnowledgeGraph) -> None:
    (rival,) = (f for f in world.audit() if f.rule == "A10-two-firsts")
    body = plain.finding(rival, world.names)
    assert {**short(body), "message": None} == {
        "rule": "A10-two-firsts",
        "severity": "Warning",
        "focus": "clm:w1-mingying-first",
        "message": None,
        "working": {"zh": [], "en": []},
        "involved": ["clm:w2-mingying-first"],
        "industries": ["ind:paper-lanterns"],
        "passages": ["w1-L0023", "w2-L0023"],
    }
    assert body["message"] == {"zh": rival.message.zh, "en": rival.message.en}
    assert short(plain.hop(world.ways("青岚", "听竹社").ways[0].hops[0], world.names)) == {
        "subject": "co:qinglan",
        "predicate": "ivc:investsIn",
        "object": "https://example.org/lamp/organization/听竹社",
        "forward": True,
        "ground": "asserted",
        "passages": ["w2-L0027"],
    }
