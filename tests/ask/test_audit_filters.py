"""The audit's findings by severity, rule and industry, their counts, and the arithmetic that they show."""

from __future__ import annotations

import re

import pytest

from conftest import Run
from kg.ask.audit import Filters, audit, figures_of, read_filters
from kg.errors import NotFound, UsageProblem
from kg.graph import KnowledgeGraph

ARITHMETIC = {"A01", "A02", "A03", "A04", "A05", "A06", "A07", "A13"}
"""Rules that reckon with figures; each finds something in the invented project."""


def test_filters_narrow_and_counts_say_what_each_choice_has(world: KnowledgeGraph) -> None:
    """The counts are compared with those found by trying every choice."""
    every = world.audit()
    severities, rules = {f.severity for f in every}, {f.rule for f in every}
    industries = [thing.iri for thing in world.names.of_kind("Industry")]
    for filters in (
        Filters(),
        Filters(severity="Warning"),
        Filters(industry=world.resolve("纸灯业").iri),
        Filters("Info", "A17-undated", world.resolve("纸灯业").iri),
    ):
        found = audit(world.store, filters)
        assert found.total == len(every)
        asked = {"severity": filters.severity, "rule": filters.rule, "industry": filters.industry}
        assert [f.iri for f in found.findings] == [
            f.iri for f in world.audit(asked["industry"], **{k: asked[k] for k in ("severity", "rule")})
        ]  # type: ignore[arg-type]
        for name, values in (("severity", severities), ("rule", rules), ("industry", industries)):
            tried = {v: len(audit(world.store, Filters(**{**asked, name: v})).findings) for v in values}
            assert dict(found.counts[name]) == {value: n for value, n in tried.items() if n}


def test_a_rule_and_a_severity_have_several_names(world: KnowledgeGraph) -> None:
    for rule in ("A01-cagr", "A01", "a01", "复合增速与首尾数值不合", "a growth rate against its two ends"):
        assert {f.rule for f in world.audit(rule=rule)} == {"A01-cagr"}
    assert read_filters(world.store, world.names, "警告") == read_filters(world.store, world.names, "warning")
    with pytest.raises(UsageProblem, match="there is no audit rule “A99”"):
        world.audit(rule="A99")
    with pytest.raises(UsageProblem, match="there is no severity “grave”"):
        world.audit(severity="grave")
    with pytest.raises(NotFound):
        world.audit("nothing such")


def test_the_arithmetic_is_right(world: KnowledgeGraph) -> None:
    """Each step of a growth or a share is calculated again from the numbers that it shows."""
    shown = {f.rule[:3] for f in world.audit() if f.working.zh}
    assert shown == {f.rule[:3] for f in world.audit() if f.working.en} == ARITHMETIC
    checked = 0
    for finding in world.audit():
        for step in finding.working.en.splitlines():
            left, equal, right = step.partition(" = ")
            if equal and re.fullmatch(r"[\d.,()+−÷×^%> ]+|.*(?:billion|million).*", left) and "…" not in right:
                value, told = _value(left), _value(right.split(" (")[0])
                assert value == pytest.approx(told, rel=0.01), step
                checked += 1
            elif " ≠ " in step and "…" not in step:
                one, other = step.split(" ≠ ")
                assert _value(one) != pytest.approx(_value(other.split(" (")[0]), rel=0.01)
                checked += 1
    assert checked >= 8


def _value(text: str) -> float:
    """The value of an expression as the steps write it."""
    for word, factor in (("trillion", "1e12"), ("billion", "1e9"), ("million", "1e6")):
        text = re.sub(rf"([\d.]+) {word}", rf"(\1*{factor})", text)
    for sign, code in ((",", ""), ("÷", "/"), ("×", "*"), ("−", "-"), ("^", "**"), (">", ""), ("≈", "")):
        text = text.replace(sign, code)
    text = re.sub(r"([\d.]+) %", r"(\1/100)", text)
    assert re.fullmatch(r"[\d.e()+*/ -]+", text), text
    return float(eval(text))  # only digits and signs


def test_a_finding_has_the_figures_in_which_it_lies(world: KnowledgeGraph) -> None:
    for finding in world.audit():
        figures = [claim.iri for claim in figures_of(world.store, finding)]
        nodes = (finding.focus, *finding.involved)
        assert figures == [node for node in nodes if node in figures]
        if finding.working.en:
            assert len(figures) >= 2


def test_the_shell_filters_and_shows_the_arithmetic(kg: Run, world: KnowledgeGraph) -> None:
    told = kg("audit", "--rule", "A02", "--format", "text", code=1).stdout
    (finding,) = world.audit(rule="A02")
    assert all(f"      {step}" in told for step in finding.working.en.splitlines())
    rows = kg("audit", "纸灯业", "--severity", "Info", "--rule", "A17", "--format", "tsv").stdout.splitlines()
    assert len(rows) == 1 + len(world.audit("纸灯业", severity="Info", rule="A17"))
    assert "there is no audit rule" in kg("audit", "--rule", "A99", code=2).stderr
