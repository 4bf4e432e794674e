"""What people call the things of the report: 简称, 俗称, English names, registered names, singular and plural."""

from __future__ import annotations

from collections import defaultdict

import pytest

from kg.graph import KnowledgeGraph
from kg.terms import fold

CALLED = {
    ("Industry", "智能网联新能源汽车"): (
        "新能源车",
        "电动车",
        "智能网联车",
        "EV",
        "EVs",
        "electric vehicles",
        "new energy vehicle",
    ),
    ("Industry", "具身智能"): ("embodied AI", "具身AI"),
    ("Industry", "低空经济"): ("低空", "low altitude economy"),
    ("Industry", "6G"): ("6G通信", "sixth-generation mobile communication"),
    ("Industry", "智能机器人"): ("机器人产业", "robotics industry", "intelligent robot"),
    ("Industry", "量子科技"): ("量子", "quantum technologies", "quantum tech"),
    ("IndustryGroup", "未来产业"): ("future industries", "future industry"),
    ("Segment", "三电系统"): ("三电",),
    ("Segment", "超充桩"): ("充电桩", "supercharging piles", "charging pile"),
    ("Segment", "动力电池"): ("traction battery", "power batteries", "EV battery"),
    ("Product", "电动垂直起降飞行器"): ("eVTOL", "eVTOLs", "飞行汽车", "flying cars"),
    ("Product", "人形机器人"): ("humanoid robot", "humanoids"),
    ("Product", "量子计算机"): ("quantum computer", "量子电脑"),
    ("Product", "人工智能手机"): ("AI手机", "AI phone", "AI smartphones"),
    ("Company", "比亚迪"): ("BYD", "比亚迪股份有限公司", "BYD Company Limited", "BYD Co., Ltd."),
    ("Company", "宁德时代"): ("CATL", "宁德时代新能源科技股份有限公司", "Contemporary Amperex Technology Co., Limited"),
    ("Company", "华为"): ("华为技术有限公司", "Huawei Technologies Co., Ltd."),
    ("Company", "上海创远信科"): ("创远信科(上海)技术股份有限公司",),
    ("Company", "特斯拉"): ("Tesla, Inc.",),
    ("Company", "阿里"): ("阿里巴巴集团控股有限公司",),
    ("Company", "蔚来"): ("NIO", "蔚来汽车"),
    ("Technology", "氢燃料电池"): ("燃料电池", "hydrogen fuel cells"),
    ("Region", "中国"): ("我国", "全国"),
}


@pytest.mark.parametrize(("kind", "label"), CALLED)
def test_what_people_say_is_a_name(report: KnowledgeGraph, kind: str, label: str) -> None:
    for name in CALLED[kind, label]:
        assert report.names.resolve(name, kind).label.zh == label, name


def test_no_name_means_two_things_of_one_class(report: KnowledgeGraph) -> None:
    bearers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for thing in report.names.things:
        kind = "Organization" if report.names.is_a(thing.kind, "Organization") else thing.kind
        for name in (thing.label.zh, thing.label.en, *thing.also):
            bearers[kind, fold(name)].add(thing.label.en)
    assert {key: found for key, found in bearers.items() if len(found) > 1} == {}


def test_a_legal_form_alone_names_nobody(report: KnowledgeGraph) -> None:
    for name in ("有限公司", "股份有限公司", "科技", "大疆创新科技有限公司", "Inc.", "Company Limited"):
        assert report.names.bearing(name, "Organization") == []


def test_a_name_of_a_product_leads_to_the_industry(report: KnowledgeGraph) -> None:
    with pytest.raises(Exception, match="of the kind product, not industry") as caught:
        report.query("market-size", industry="机器人")
    assert "智能机器人" in caught.value.render("zh")  # type: ignore[attr-defined]
