"""Nothing that people read is without words: questions filled in, findings named, figures captioned."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import Run
from kg.check.findings import Finding, merge
from kg.check.formats import to_turtle
from kg.faces import cli as cli_package
from kg.graph import KnowledgeGraph
from kg.terms import LANGS, Text
from kg.vocab import BASE, PASSAGE, SH, SHAPE


def test_no_parameter_stands_bare_in_a_question(world: KnowledgeGraph) -> None:
    for query in world.catalogue:
        asked = world.catalogue.question(query)
        assert not set("{}") & set(asked.zh + asked.en), query.name


@pytest.mark.parametrize("lang", LANGS)
def test_every_finding_is_told_in_words(world: KnowledgeGraph, lang: str) -> None:
    for finding in world.audit():
        for node in (finding.focus, SHAPE + finding.rule, SH + finding.severity):
            assert world.names.has_name(node) or node.startswith(PASSAGE), node
        assert "00,000" not in finding.message.pick(lang), "amounts are read in 亿 or billions"


def test_every_claim_and_figure_has_a_caption(world: KnowledgeGraph) -> None:
    rows = world.sparql("SELECT DISTINCT ?c { ?c a/rdfs:subClassOf* ivc:Claim }")
    claims = [row["c"] for row in rows]  # type: ignore[union-attr]
    assert len(claims) == 35
    for claim in claims:
        assert world.names.has_name(claim), claim
        for lang in LANGS:
            assert BASE not in world.names.label(claim, lang)
            assert "obs:" not in world.names.label(claim, lang)


def test_table_titles_the_question_on_stderr(kg: Run) -> None:
    done = kg("query", "bottlenecks", "industry=纸灯业", "--format", "table", lang="zh")
    assert done.stderr == "纸灯业的瓶颈是什么?\n"
    assert done.stdout.splitlines() == [
        "产业(推得)  受制约的产业或环节  转述(中文)                出处",
        "──────────────────────────────────────────────────────────────────",
        "纸灯业      灯纸                多雨时节拖慢灯纸的生产。  w1-L0020",
    ]


_NODES = st.sampled_from(["a", "b", "c"])


@settings(max_examples=50)
@given(st.lists(st.tuples(_NODES, _NODES, st.lists(_NODES, max_size=2))))
def test_merging_keeps_every_node_and_says_nothing_twice(drawn: list[tuple[str, str, list[str]]]) -> None:
    findings = [Finding("A", "Info", f, Text(m, m), involved=tuple(i)) for f, m, i in drawn]
    merged = merge(findings)
    said = [(f.focus, f.message.en) for f in merged]
    assert set(said) == {(f, m) for f, m, _ in drawn}
    assert len(said) == len(set(said))
    assert {(f.focus, f.message.en, i) for f in merged for i in f.involved} == {
        (f, m, i) for f, m, k in drawn for i in k
    }


LOCALE = Path(cli_package.__file__).with_name("locale") / "zh" / "LC_MESSAGES"


def _texts(catalogue: Any) -> dict[tuple[str, ...], tuple[str, ...]]:
    def several(text: Any) -> tuple[str, ...]:
        return (text,) if isinstance(text, str) else tuple(text)

    return {several(m.id): several(m.string) for m in catalogue if m.id}


def test_the_translation_of_click_is_compiled() -> None:
    """The compiled catalogue is that of the source."""
    from babel.messages.mofile import read_mo
    from babel.messages.pofile import read_po

    with (LOCALE / "messages.po").open(encoding="utf-8") as source, (LOCALE / "messages.mo").open("rb") as compiled:
        wanted = _texts(read_po(source))
        found = _texts(read_mo(compiled))
    assert found == wanted, "run pybabel compile -d src/kg/faces/cli/locale -l zh"


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["query", "--help"],
        ["nosuch"],
        ["query", "--nosuch"],
        ["draw"],
        ["stats", "--limit", "0"],
        ["audit", "--severity", "X"],
    ],
)
def test_click_speaks_the_language_of_each_run(kg: Run, words: list[str]) -> None:
    """It does so in one process too, whichever language the run before had."""
    for _ in range(2):
        done = kg(*words, lang="zh", code=None)
        told = done.stdout + done.stderr
        assert not re.search(r"(Usage|Options|Error|Commands|Missing|Invalid|No such|Show|default|Try)\b", told), told
        assert "用法" in told
        done = kg(*words, lang="en", code=None)
        assert not re.search("[\u4e00-\u9fff]", done.stdout + done.stderr)


@pytest.mark.slow
def test_no_english_in_findings_in_chinese(kg: Run) -> None:
    told = kg("check", lang="zh").stdout
    assert {line.split(": ")[1].split()[0] for line in told.splitlines()} == {"警告", "提示"}
    assert not re.search("violation|warning|info", told)


def test_no_english_in_what_is_said_in_chinese(kg: Run) -> None:
    told = kg("stats", "--central", "--format", "md", lang="zh").stdout
    assert "介数中心性" in told
    assert "betweenness" not in told
    assert "'a' 不是有效的整数" in kg("stats", "--limit", "a", lang="zh", code=2).stderr
    assert "PATH" not in kg("--help", lang="zh").stdout


@pytest.mark.parametrize(
    ("words", "lang"),
    [
        (["--help", "--lang", "zh"], "zh"),
        (["stats", "--help", "--lang=zh"], "zh"),
        (["--lang", "zh", "stats", "--help"], "zh"),
        (["--lang", "zh", "--lang", "en", "--help"], "en"),
        (["--lang", "en", "stats", "--lang", "zh", "--help"], "zh"),
        (["--lang", "zh", "stats", "--limit", "0"], "zh"),
        (["stats", "--limit", "0", "--lang", "zh"], "zh"),
        (["find", "--help", "--", "--lang", "zh"], "en"),
    ],
)
def test_the_last_option_lang_decides_wherever_it_stands(kg: Run, words: list[str], lang: str) -> None:
    done = kg(*words, code=None)
    assert ("用法" if lang == "zh" else "Usage") in done.stdout + done.stderr


def test_only_triples_are_counted_as_triples(kg: Run) -> None:
    rows = [line.split("\t") for line in kg("stats").stdout.splitlines()]
    assert [row for row in rows if row[0] == "count"] == [
        ["count", "passages that state something", "34"],
        ["count", "audit findings", "23"],
    ]
    assert [name for kind, name, _ in rows if kind == "triples"] == [
        "default graph, distinct",
        "ontology and lists",
        "passages",
        "stated by a document",
        "inferred",
        "names and kinds",
        "alignment with public vocabularies",
        "entries elsewhere",
        "background",
    ]


def test_findings_as_a_report_of_shacl() -> None:
    """It is a report where the focus node is a literal, too (SHACL 3.6)."""
    findings = [
        Finding("I01-x", "Violation", "灯 会", Text("错", "wrong"), path=SH + "path", value="a b"),
        Finding("I01-x", "Violation", BASE + "industry/x", Text("错", "wrong"), value=BASE + "x", component="Class"),
    ]
    triples = {
        (t.predicate.value, str(t.object)) for t in ox.parse(to_turtle(findings, "en"), format=ox.RdfFormat.TURTLE)
    }
    assert (SH + "conforms", str(ox.Literal(False))) in triples
    assert {value for name, value in triples if name == SH + "focusNode"} == {'"灯 会"', f"<{BASE}industry/x>"}
    assert {value for name, value in triples if name == SH + "value"} == {'"a b"', f"<{BASE}x>"}
    assert sum(name == SH + "result" for name, _ in triples) == 2
    assert {value for name, value in triples if name == SH + "sourceConstraintComponent"} == {f"<{SH}Class>"}
    assert (SH + "conforms", str(ox.Literal(True))) in {
        (t.predicate.value, str(t.object)) for t in ox.parse(to_turtle([], "en"), format=ox.RdfFormat.TURTLE)
    }
