"""Why a triple of the real graph holds: what people write is read as the triple that it means, and proofs are said in words."""

from __future__ import annotations

import json

import pytest

from conftest import Run
from kg.ask.explain import explain
from kg.errors import NotFound
from kg.graph import KnowledgeGraph
from kg.reason.proof import Prover
from kg.reason.rules import Pattern
from kg.vocab import PREFIXES


def t(subject: str, predicate: str, value: str) -> Pattern:
    """A triple of prefixed names in N-Triples form."""
    one, two, three = (f"<{PREFIXES[p]}{local}>" for p, local in (n.split(":") for n in (subject, predicate, value)))
    return one, two, three


def test_texts_are_read_as_the_triple_they_mean(graph: KnowledgeGraph) -> None:
    forward = graph.why("航天科技", "环节代表企业", "卫星制造")
    assert forward.holds
    assert graph.why("co:casc", "ivc:keyPlayerIn", "seg:space-satellite") == forward
    assert graph.why("CASC", "key player in", "satellite manufacturing").triple == forward.triple
    back = graph.names.terms[f"{PREFIXES['ivc']}keyPlayerIn"][2]
    assert graph.why("卫星制造", back, "航天科技").triple == forward.triple
    assert graph.why("比亚迪", "a", "企业").holds
    for wrong in (
        ("无此物", "a", "企业"),
        ("比亚迪", "无此关系", "6G"),
        ("比亚迪", "a", "无此类"),
        ("比亚迪", "涉足产业", "无此物"),
    ):
        with pytest.raises(NotFound):
            graph.why(*wrong)


def test_literals_and_the_passage_of_a_claim(graph: KnowledgeGraph) -> None:
    (row, *_) = graph.sparql("SELECT ?o ?y ?p { ?o ivc:year ?y ; ivc:statedIn ?p } ORDER BY ?o")  # type: ignore[misc]
    assert graph.why(row["o"], "ivc:year", str(row["y"])).proofs[0].kind == "report"
    assert graph.why(row["o"], "ivc:statedIn", row["p"]).proofs[0].kind == "graph"


def test_shell_and_json_in_both_languages(kg: Run, graph: KnowledgeGraph) -> None:
    zh = kg("why", "精进电动", "涉足产业", "智能网联新能源汽车", lang="zh").stdout
    assert "规则 prp-spo2: 若 X " in zh
    assert "[r1-L" in zh
    en = kg("why", "精进电动", "涉足产业", "智能网联新能源汽车").stdout
    assert "rule prp-spo2: if X " in en
    assert "\u4e00" not in en
    body = json.loads(kg("why", "精进电动", "涉足产业", "智能网联新能源汽车", "--format", "json").stdout)
    assert body == json.loads(json.dumps(graph.explain(graph.why("精进电动", "涉足产业", "智能网联新能源汽车"))))
    missing = kg("why", "比亚迪", "涉足产业", "商业航天", lang="zh", code=1).stdout
    assert "不成立" in missing
    assert "✗ 比亚迪 — 产业代表企业 → 商业航天" in missing
    assert len(kg("why", "比亚迪", "涉足产业", "智能网联新能源汽车", "--all").stdout) > len(zh)


def test_every_rule_is_said_in_words(graph: KnowledgeGraph) -> None:
    from kg.ask.wording import rule_in_words

    prover = Prover(graph.store)
    for rules in prover._rules.values():
        for rule in rules:
            words = rule_in_words(rule, graph.names)
            assert words.zh.startswith("若 ") and ",则 " in words.zh
            assert words.en.startswith("if ") and ", then " in words.en
            assert "ivc:" not in words.zh + words.en, rule
    assert explain(prover.why(t("co:byd", "ivc:activeIn", "ind:6g")), graph.names)["holds"] is False


@pytest.mark.parametrize(
    ("three", "holds"),
    [
        (("比亚迪", "rdfs:label", "比亚迪"), True),
        (("低空经济", "skos:definition", "x"), False),
        (("obs:6g-market-2030", "ivc:value", "5"), False),
        (("obs:6g-market-2030", "ivc:year", "2031"), False),
    ],
)
def test_a_literal_may_hold_or_not(graph: KnowledgeGraph, three: tuple[str, str, str], holds: bool) -> None:
    assert graph.explain(graph.why(*three))["holds"] is holds
