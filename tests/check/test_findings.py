"""Findings: their order, their line in a file, which are joined, and which property is suggested."""

from __future__ import annotations

from dataclasses import replace

from kg.check.findings import Finding, later_of_pairs, merge, one_per_cause, order, with_nearest
from kg.errors import Place
from kg.terms import Text, expand
from kg.vocab import IVC, OA

ONE = Finding("I01-a", "Warning", expand("co:a"), Text("错", "wrong"), path=IVC + "year", value="1")


def test_violations_first_then_by_rule_thing_property_value_and_message() -> None:
    expected = [
        replace(ONE, rule="I09-z", severity="Violation"),
        ONE,
        replace(ONE, message=Text("改", "wrong.")),
        replace(ONE, value="2", message=Text("甲", "a")),
        replace(ONE, path=IVC + "zone", value="0"),
        replace(ONE, focus=expand("co:b"), path=""),
        replace(ONE, rule="I02-b", focus=""),
        replace(ONE, rule="A01-a", severity="Info"),
    ]
    assert order(expected[::-1]) == order(expected[3:] + expected[:3]) == expected


def test_a_finding_as_a_line() -> None:
    assert ONE.line("zh") == "警告 I01-a co:a: 错"
    assert replace(ONE, severity="Info").line("zh") == "提示 I01-a co:a: 错"
    placed = replace(ONE, severity="Violation", place=Place("data/x.trig", 7))
    assert placed.line("en") == "data/x.trig:7: violation I01-a co:a: wrong"
    assert placed.line("zh") == "data/x.trig:7: 违反 I01-a co:a: 错"


def test_findings_that_differ_in_what_is_involved_alone_are_one() -> None:
    """The nodes involved are joined in the order of the findings, and the constraint component of the first is kept."""
    found = merge(
        [
            replace(ONE, involved=("b", "a"), component="Class"),
            replace(ONE, value="2"),
            replace(ONE, involved=("c", "b"), component="Datatype"),
        ]
    )
    assert [(f.value, f.involved, f.component) for f in found] == [("1", ("b", "a", "c"), "Class"), ("2", (), "")]


def test_the_property_that_was_meant_is_offered() -> None:
    known = {IVC + "activeIn", IVC + "year", OA + "start"}
    near = replace(ONE, path=IVC + "activIn")
    (found,) = with_nearest([near], known)
    assert found == replace(near, message=Text("错是不是 ivc:activeIn?", "wrong Did you mean ivc:activeIn?"))
    others = [
        ONE,  # it is known
        replace(ONE, path=IVC + "zzzz"),  # nothing is like it
        replace(ONE, path=OA + "activIn"),  # it is not one of ours
        replace(ONE, path=IVC + "star"),  # nor is the one that is like it
        replace(ONE, path=""),
    ]
    assert with_nearest(others, known) == others


def test_one_cause_has_one_finding() -> None:
    again = replace(ONE, message=Text("又", "again"))
    many = replace(ONE, value="", message=Text("多", "too many"))
    others = [
        replace(again, value="2"),
        replace(many, path=IVC + "unit"),
        replace(many, path=IVC + "unit", message=Text("少", "too few")),
        replace(ONE, focus=expand("co:b")),
    ]
    assert one_per_cause([many, ONE, again, replace(ONE, rule="I02-b"), *others]) == [ONE, *others]


def test_of_two_violations_that_name_each_other_the_later_is_told() -> None:
    def at(focus: str, line: int, *involved: str, severity: str = "Violation", file: str = "data/x.trig") -> Finding:
        return replace(ONE, focus=focus, involved=involved, severity=severity, place=Place(file, line))

    first, second, third = at("b", 3, "a"), at("a", 20, "b", "c"), at("c", 30, "a", file="data/y.trig")
    assert later_of_pairs([first, second]) == [second]
    assert later_of_pairs([third, second, first]) == [third, second]  # another file
    assert later_of_pairs([first, at("a", 20)]) == [first, at("a", 20)]  # the other one does not name it
    assert later_of_pairs([first, replace(second, rule="I02-b")]) == [first, replace(second, rule="I02-b")]
    warnings = [at("b", 3, "a", severity="Warning"), at("a", 20, "b", severity="Warning")]
    assert later_of_pairs(warnings) == warnings  # two numbers that contradict each other are both of the text
