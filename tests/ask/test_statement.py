"""What people write as subject, property and object is read as the triple that it means, and told again in words."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pyoxigraph as ox
import pytest

from conftest import Run
from kg.ask.names import Names
from kg.ask.statement import read
from kg.ask.wording import rule_in_words, term_in_words, triple_in_words
from kg.errors import NotFound, UsageProblem
from kg.graph import KnowledgeGraph
from kg.reason.proof import Prover
from kg.reason.rules import Rule
from kg.store.embedded import EmbeddedStore
from kg.terms import Text, compact, expand
from kg.vocab import IVC, RDFS, TYPE, XSD
from lookups import EMPTY

OWN = "https://example.org/lamp/"


def t(triple: tuple[str, str, str]) -> str:
    return " ".join(compact(part.strip("<>")) if part.startswith("<") else part for part in triple)


@pytest.mark.parametrize(
    ("texts", "triple"),
    [
        (("青岚", "环节代表企业", "灯纸"), "co:qinglan ivc:keyPlayerIn seg:lantern-paper"),
        (("Qinglan", "KEY PLAYER in", "lantern paper"), "co:qinglan ivc:keyPlayerIn seg:lantern-paper"),
        (("co:qinglan", "ivc:keyPlayerIn", "seg:lantern-paper"), "co:qinglan ivc:keyPlayerIn seg:lantern-paper"),
        (("qinglan", "keyPlayerIn", "lantern-paper"), "co:qinglan ivc:keyPlayerIn seg:lantern-paper"),
        (("灯纸", "key player", "青岚"), "co:qinglan ivc:keyPlayerIn seg:lantern-paper"),  # the inverse
        *((("青岚", a, "企业"), "co:qinglan rdf:type ivc:Company") for a in ("a", "是", "type", "is a", "属于类")),
        (("青岚", f"<{TYPE}>", "company"), "co:qinglan rdf:type ivc:Company"),
        (("青岚", "rdf:type", "ivc:Company"), "co:qinglan rdf:type ivc:Company"),
        (("青岚", "a", "IntegratedCompany"), "co:qinglan rdf:type ivc:IntegratedCompany"),
        (("青岚", "a", "产品"), "co:qinglan rdf:type ivc:Product"),  # which it is not
        (("青岚", "skos:definition", "灯纸"), "co:qinglan skos:definition seg:lantern-paper"),
        (("青岚", "涉足产业", f"<{OWN}x>"), f"co:qinglan ivc:activeIn {OWN}x"),  # an IRI that nothing is named by
        (("co:nobody", "涉足产业", "风铃业"), "co:nobody ivc:activeIn ind:wind-chimes"),
    ],
)
def test_names_labels_and_iris(world: KnowledgeGraph, texts: tuple[str, str, str], triple: str) -> None:
    assert t(read(world.store, world.names, *texts)) == triple


@pytest.mark.parametrize(
    ("texts", "triple"),
    [
        (("竹编", "归入环节", "灯架"), "prod:bamboo-weave ivc:inSegment seg:lantern-frames"),
        (("竹编", "采用技术", "灯架"), "tech:bamboo-weaving ivc:usesTechnology seg:lantern-frames"),  # it does not hold
        (("纸伞业", "采用技术", "竹编"), "ind:paper-umbrellas ivc:usesTechnology tech:bamboo-weaving"),
        (("竹编", "应用方", "纸伞业"), "ind:paper-umbrellas ivc:usesTechnology tech:bamboo-weaving"),
        (("灯架", "涵盖产品", "竹编"), "prod:bamboo-weave ivc:inSegment seg:lantern-frames"),
        (("竹编", "a", "产品"), "prod:bamboo-weave rdf:type ivc:Product"),
        (("竹编", "a", "技术"), "tech:bamboo-weaving rdf:type ivc:Technology"),
    ],
)
def test_a_name_of_two_things_means_the_one_of_which_it_holds(
    world: KnowledgeGraph, texts: tuple[str, str, str], triple: str
) -> None:
    """If it holds of none of them, the name means the thing that people mean first."""
    assert t(read(world.store, world.names, *texts)) == triple


@pytest.mark.parametrize(
    ("texts", "triple"),
    [
        (("纸灯业", "代表企业", "co:mingying-lamps"), "co:mingying-lamps ivc:representativeOf ind:paper-lanterns"),
        (("灯纸", "代表企业", "青岚"), "co:qinglan ivc:keyPlayerIn seg:lantern-paper"),
    ],
)
def test_a_label_of_two_properties_means_the_one_that_holds(
    world: KnowledgeGraph, texts: tuple[str, str, str], triple: str
) -> None:
    assert t(read(world.store, world.names, *texts)) == triple


def test_a_label_of_two_properties_of_which_none_holds_is_a_choice(world: KnowledgeGraph, kg: Run) -> None:
    with pytest.raises(UsageProblem) as caught:
        read(world.store, world.names, "纸灯业", "代表企业", "青岚")
    assert caught.value.render("zh").splitlines() == [
        "“代表企业”是 2 种关系的名称",
        "  → 写其中一种:环节代表企业(ivc:keyPlayerIn)、产业代表企业(ivc:representativeOf)",
    ]
    told = kg("why", "纸灯业", "代表企业", "青岚", code=2).stderr
    assert "write one of them: key player in (ivc:keyPlayerIn), representative of (ivc:representativeOf)" in told
    assert "does not hold" in kg("why", "青岚", "产业代表企业", "纸灯业", code=1).stdout


def test_an_object_of_two_names_too(tmp_path: Path) -> None:
    product, company, likes = (ox.NamedNode(expand(name)) for name in ("prod:lamp", "co:a", "ivc:likes"))
    file = tmp_path / "dataset.nq"
    file.write_bytes(ox.serialize([ox.Quad(company, likes, product)], format=ox.RdfFormat.N_QUADS) or b"")
    kinds = {"co:a": ("Company", "甲"), "tech:lamp": ("Technology", "灯"), "prod:lamp": ("Product", "灯")}
    things = [
        {"iri": expand(name), "kind": kind, "zh": zh, "en": zh, "also": [], "keys": [zh]}
        for name, (kind, zh) in kinds.items()
    ]
    terms = {likes.value: ["喜欢", "likes", "", ""]}
    said = {"things": things, "terms": terms, "precedence": {"Technology": 1}, "properties": list(terms)}
    names = Names({**EMPTY, **said})
    store = EmbeddedStore(file, in_memory=True)
    assert read(store, names, "甲", "likes", "灯") == (str(company), str(likes), str(product))
    assert t(read(store, names, "灯", "likes", "灯")) == "tech:lamp ivc:likes tech:lamp"


@pytest.mark.parametrize(
    ("texts", "value"),
    [
        (("obs:w1-chime-cn-2023", "年份", "2023"), f'"2023"^^<{XSD}integer>'),
        (("obs:w1-chime-cn-2023", "ivc:year", "2024"), f'"2024"^^<{XSD}integer>'),
        (("obs:w1-chime-cn-2023", "数值", "1.5"), f'"1.5"^^<{XSD}decimal>'),
        (("clm:w2-everyday", "ivc:summary", "纸灯将成为日用之物。"), '"纸灯将成为日用之物。"@zh'),
        (("青岚", "rdfs:label", "Qinglan Paper Works"), '"Qinglan Paper Works"@en'),
        (("青岚", "rdfs:label", "灯"), '"灯"@en'),  # as the first that it has
    ],
)
def test_a_literal_is_of_the_type_or_language_that_the_property_has(
    world: KnowledgeGraph, texts: tuple[str, str, str], value: str
) -> None:
    subject, predicate, _ = texts
    link = {"年份": "ivc:year", "数值": "ivc:value"}.get(predicate, predicate)
    found = read(world.store, world.names, *texts)
    assert found == (f"<{expand({'青岚': 'co:qinglan'}.get(subject, subject))}>", f"<{expand(link)}>", value)


@pytest.mark.parametrize(
    ("texts", "zh", "en"),
    [
        (
            ("青岚", "activ in", "风铃业"),
            "没有名为“activ in”的关系.*相近的有:active in、mention in、located in、",
            "there is no relation called “activ in”.*near: active in, mention in, located in, ",
        ),
        (("青岚", "ivc:nothing", "风铃业"), "没有名为“ivc:nothing”的关系", "no relation called “ivc:nothing”"),
        (("青岚", "Company", "风铃业"), "没有名为“Company”的关系", "no relation called “Company”"),
        (("青岚", "≈", "风铃业"), "相近的有:无$", "near: none$"),
        (
            ("青岚", "a", "compny"),
            "没有名为“compny”的类.*相近的有:company、integrated company、",
            "there is no class called “compny”.*near: company, integrated company, ",
        ),
        (("青岚", "a", "≈"), "没有名为“≈”的类.*相近的有:无$", "no class called “≈”.*near: none$"),
        (
            ("青岚", "涉足产业", "风玲业"),
            "找不到名为“风玲业”的事物.*风铃业",
            "nothing is named “风玲业”.*wind chime making",
        ),
        (("青兰", "涉足产业", "风铃业"), "找不到名为“青兰”的事物.*青岚纸坊", "nothing is named “青兰”.*Qinglan Paper"),
        (("青岚", "涉足产业", "http://example.org/a b"), "找不到名为“http://", "nothing is named “http://"),
    ],
)
def test_what_is_not_known_is_told_with_what_comes_near(
    world: KnowledgeGraph, texts: tuple[str, str, str], zh: str, en: str
) -> None:
    with pytest.raises(NotFound) as caught:
        read(world.store, world.names, *texts)
    assert re.search(zh, caught.value.render("zh"), re.DOTALL), caught.value.render("zh")
    assert re.search(en, caught.value.render("en"), re.DOTALL), caught.value.render("en")


# -- in words -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "axiom", "zh", "en"),
    [
        (
            "prp-dom",
            "applicationOf",
            "若 X 场景属于 Y,则 X 是 应用场景",
            "if X application of Y, then X is of kind application",
        ),
        (
            "prp-rng",
            "demonstrates",
            "若 Y 示范 X,则 X 是 应用场景",
            "if Y demonstrates X, then X is of kind application",
        ),
        (
            *("cax-eqc", "Forecast"),
            "若 X 是 观测值,且 X 数值状态 预测,则 X 是 预测值",
            "if X is of kind observation and X status forecast, then X is of kind forecast",
        ),
        (
            *("prp-trp", "componentOf"),
            "若 X 部件属于 Z,且 Z 部件属于 Y,则 X 部件属于 Y",
            "if X component of Z and Z component of Y, then X component of Y",
        ),
        ("prp-symp", "cooperatesWith", "若 Y 合作 X,则 X 合作 Y", "if Y cooperates with X, then X cooperates with Y"),
    ],
)
def test_a_rule_as_a_sentence(world: KnowledgeGraph, name: str, axiom: str, zh: str, en: str) -> None:
    """Variables get letters in order, beginning with the conclusion."""
    rules = [r for of_key in Prover(world.store)._rules.values() for r in of_key]
    told = [rule_in_words(r, world.names) for r in rules if (r.name, r.axiom[0]) == (name, IVC + axiom)]
    assert Text(zh, en) in told


@pytest.mark.parametrize(("steps", "letters"), [(3, "XZZUUYXY"), (5, "XZZUUVVWWYXY"), (7, "XZZUUVVWWAABBYXY")])
def test_a_long_chain_has_letters_enough(world: KnowledgeGraph, steps: int, letters: str) -> None:
    link, parts = f"<{IVC}partOf>", ["?x", *(f"?m{n}" for n in range(1, steps)), "?y"]
    rule = Rule("prp-spo2", ("", ""), ("?x", link, "?y"), tuple((a, link, b) for a, b in pairwise(parts)))
    assert "".join(re.findall(r"\b[A-Z]\b", rule_in_words(rule, world.names).en)) == letters


def test_a_triple_as_a_sentence(world: KnowledgeGraph) -> None:
    thing, industry = f"<{expand('co:qinglan')}>", f"<{expand('ind:wind-chimes')}>"
    assert triple_in_words((thing, f"<{IVC}activeIn>", industry), world.names) == Text(
        "青岚纸坊 — 涉足产业 → 风铃业", "Qinglan Paper Works — active in → wind chime making"
    )
    assert triple_in_words(("?x", f"<{TYPE}>", f"<{IVC}Company>"), world.names) == Text(
        "某物 — 是 → 企业", "something — is of kind → company"
    )
    assert triple_in_words((thing, f"<{RDFS}label>", '"a \\"b\\""@en'), world.names).en.endswith('→ a \\"b\\"')
    assert triple_in_words((thing, f"<{IVC}year>", "?y"), world.names).zh == "青岚纸坊 — 年份 → 某物"
    assert [term_in_words(term, world.names, "en") for term in (f'"5"^^<{XSD}integer>', industry, "_:b")] == [
        *("5", "wind chime making"),
        "_:b",
    ]
