"""Why a triple holds: what people write is read as the triple that it means, and proofs are said in words."""

from __future__ import annotations

import json

import pytest

from conftest import Run
from kg.ask.explain import examples
from kg.ask.wording import rule_in_words
from kg.errors import NotFound
from kg.graph import KnowledgeGraph
from kg.reason.proof import Prover
from kg.terms import expand
from kg.vocab import PREFIXES

INFERRED = ("听竹社", "涉足产业", "纸灯业")
PROOF = {
    "zh": """\
听竹社 — 涉足产业 → 纸灯业
  规则 prp-spo2: 若 X 经营环节 Z,且 Z 所属产业 Y,则 X 涉足产业 Y
  ├─ 听竹社 — 经营环节 → 灯礼盒  [w2-L0025]
  └─ 灯礼盒 — 所属产业 → 纸灯业  [w2-L0025]
""",
    "en": """\
Tingzhu Society — active in → paper lantern making
  rule prp-spo2: if X operates in Z and Z in industry Y, then X active in Y
  ├─ Tingzhu Society — operates in → lantern gift boxes  [w2-L0025]
  └─ lantern gift boxes — in industry → paper lantern making  [w2-L0025]
""",
}
MISSING = """\
青岚纸坊 — 涉足产业 → 风铃业: 不成立
  规则 prp-spo2: 若 X 经营环节 Z,且 Z 所属产业 Y,则 X 涉足产业 Y
    ✓ 铃管 — 所属产业 → 风铃业
    ✗ 青岚纸坊 — 经营环节 → 铃管
  规则 prp-spo2: 若 X 经营环节 Z,且 Z 所属产业 Y,则 X 涉足产业 Y
    ✓ 青岚纸坊 — 经营环节 → 灯会 (这样的有 2 个)
    ✗ 灯会 — 所属产业 → 风铃业
  规则 prp-spo1: 若 X 产业代表企业 Y,则 X 涉足产业 Y
    ✗ 青岚纸坊 — 产业代表企业 → 风铃业
"""


def test_texts_are_read_as_the_triple_they_mean(world: KnowledgeGraph) -> None:
    forward = world.why("青岚纸坊", "环节代表企业", "灯纸")
    assert forward.holds
    assert forward.triple == tuple(f"<{expand(n)}>" for n in ("co:qinglan", "ivc:keyPlayerIn", "seg:lantern-paper"))
    assert world.why("co:qinglan", "ivc:keyPlayerIn", "seg:lantern-paper") == forward
    assert world.why("Qinglan", "key player in", "lantern paper").triple == forward.triple
    back = world.names.terms[f"{PREFIXES['ivc']}keyPlayerIn"][2]
    assert world.why("灯纸", back, "青岚").triple == forward.triple
    assert world.why("青岚", "a", "企业").holds


@pytest.mark.parametrize(
    "wrong",
    [
        ("无此物", "a", "企业"),
        ("青岚", "无此关系", "纸灯业"),
        ("青岚", "a", "无此类"),
        ("青岚", "涉足产业", "无此物"),
    ],
)
def test_a_text_that_names_nothing_is_refused(world: KnowledgeGraph, wrong: tuple[str, str, str]) -> None:
    with pytest.raises(NotFound, match="无此"):
        world.why(*wrong)


def test_literals_and_the_passage_of_a_claim(world: KnowledgeGraph) -> None:
    (row, *_) = world.sparql("SELECT ?o ?y ?p { ?o ivc:year ?y ; ivc:statedIn ?p } ORDER BY ?o")  # type: ignore[misc]
    assert world.why(row["o"], "ivc:year", str(row["y"])).proofs[0].kind == "report"
    assert world.why(row["o"], "ivc:statedIn", row["p"]).proofs[0].kind == "graph"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_shell_prints_the_proof_in_the_language(kg: Run, lang: str) -> None:
    assert kg("why", *INFERRED, lang=lang).stdout == PROOF[lang]


def test_the_shell_prints_what_is_missing(kg: Run) -> None:
    assert kg("why", "青岚", "涉足产业", "风铃业", lang="zh", code=1).stdout == MISSING


def test_the_shell_prints_other_proofs_when_asked(kg: Run) -> None:
    three = ("青岚", "涉足产业", "纸灯业")
    shortest, every = kg("why", *three), kg("why", *three, "--all")
    first, second = every.stdout.split("\n\n")
    assert (first + "\n", shortest.stderr, every.stderr) == (shortest.stdout, "(1 more proofs: --all)\n", "")
    assert "key player in → lantern fairs  [w1-L0025]" in first
    assert "key player in → lantern paper  [w1-L0020]" in second


def test_the_shell_prints_in_json_what_python_has(kg: Run, world: KnowledgeGraph) -> None:
    body = json.loads(kg("why", *INFERRED, "--format", "json").stdout)
    assert body == json.loads(json.dumps(world.explain(world.why(*INFERRED))))


def test_every_rule_is_said_in_words(world: KnowledgeGraph) -> None:
    for rules in Prover(world.store)._rules.values():
        for rule in rules:
            words = rule_in_words(rule, world.names)
            assert words.zh.startswith("若 ") and ",则 " in words.zh
            assert words.en.startswith("if ") and ", then " in words.en
            assert "ivc:" not in words.zh + words.en, rule


@pytest.mark.parametrize(
    ("three", "holds"),
    [
        (("青岚纸坊", "rdfs:label", "青岚纸坊"), True),
        (("青岚纸坊", "rdfs:label", "青岚"), False),
        (("纸灯业", "skos:definition", "x"), False),
        (("obs:w1-lantern-cn-2024", "ivc:value", "5"), False),
        (("obs:w1-lantern-cn-2024", "ivc:year", "2024"), True),
        (("obs:w1-lantern-cn-2024", "ivc:year", "2025"), False),
    ],
)
def test_a_literal_may_hold_or_not(world: KnowledgeGraph, three: tuple[str, str, str], holds: bool) -> None:
    assert world.explain(world.why(*three))["holds"] is holds


def test_examples_are_inferred_and_each_has_another_property(world: KnowledgeGraph) -> None:
    found = examples(world.store, world.names, 4)
    assert len({one.predicate for one in found}) == len(found) == 4
    for one in found:
        why = world.why(one.subject, one.predicate, one.object)
        assert why.holds
        assert why.proofs[0].rule
