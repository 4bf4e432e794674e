"""Counts and audit findings of the invented project: which, in which order, resting on which passages."""

from __future__ import annotations

from kg.ask.overview import audit_findings, class_counts
from kg.graph import KnowledgeGraph
from kg.terms import compact, expand
from kg.vocab import PASSAGE


def short(iris: tuple[str, ...]) -> str:
    return " ".join(map(compact, iris))


def test_findings_with_what_they_rest_on(world: KnowledgeGraph) -> None:
    """Warnings before notes, then by rule; the passages of what is involved, of the shares of a breakdown, or given as such."""
    assert [(f.rule, f.severity, compact(f.focus), short(f.involved), short(f.passages)) for f in world.audit()][
        6:
    ] == [
        (
            *("A10-two-firsts", "Warning", "clm:w1-mingying-first"),
            *("clm:w2-mingying-first", "psg:w1-L0023 psg:w2-L0023"),
        ),
        (
            *("A11-two-tiers", "Warning", "seg:lantern-paper"),
            *("stg:lantern-mid stg:lantern-up view:lantern-tiers", ""),
        ),
        ("A06-rival", "Info", "obs:w1-lantern-cn-2029", "obs:w2-lantern-cn-2029", "psg:w1-L0012 psg:w2-L0009"),
        ("A08-stale-forecast", "Info", "obs:w1-chime-world-2024", "", "psg:w1-L0038"),
        ("A09-uncredited", "Info", "obs:w2-umbrella-world-2024", "", "psg:w2-L0051"),
        ("A12-empty-section", "Info", "psg:w1-L0040", "", ""),
        (
            *("A13-rival-path", "Info", "obs:w2-lantern-cn-2027"),
            *("obs:w1-lantern-cn-2024 obs:w1-lantern-cn-cagr", "psg:w1-L0012 psg:w2-L0009"),
        ),
        (
            "A14-unit-change",
            "Info",
            "obs:w2-umbrella-world-2023",
            "obs:w2-umbrella-world-2024",
            "psg:w2-L0049 psg:w2-L0051",
        ),
        ("A15-section-gap", "Info", "ind:paper-lanterns", "", "psg:w1-L0028"),
        ("A16-divided-twice", "Info", "ind:paper-lanterns", "view:lantern-tiers view:lantern-uses", ""),
        ("A16-divided-twice", "Info", "ind:wind-chimes", "", "psg:w1-L0037 psg:w1-L0042"),
        ("A17-undated", "Info", "obs:w2-lantern-penetration", "", "psg:w2-L0013"),
        ("A17-undated", "Info", "obs:w2-lantern-penetration", "", "psg:w2-L0013"),
        ("A18-lacks-section", "Info", "ind:paper-umbrellas", "", ""),
    ]
    (breakdown,) = (f for f in world.audit() if f.rule == "A03-breakdown")
    assert breakdown.passages == (f"{PASSAGE}w1-L0013",), "where its shares are stated"
    (tiers,) = (f for f in world.audit() if f.rule == "A11-two-tiers")
    assert tiers.iri == expand("<https://w3id.org/xinzhi/finding/A11-two-tiers-lantern-paper-1>")
    assert tiers.message.zh == "在“纸灯业上下游”里它既在中游又在上游;引用时请写明按哪一处。"
    assert (
        tiers.message.en
        == "in “paper lanterns by tier” it lies both midstream and upstream; say which place is meant when quoting."
    )


def test_findings_of_one_industry(world: KnowledgeGraph) -> None:
    assert [f.rule for f in world.audit("风铃业")] == [
        *("A02-yoy", "A08-stale-forecast"),
        *("A12-empty-section", "A16-divided-twice"),
    ]
    assert [f.rule for f in world.audit("纸伞业")] == ["A09-uncredited", "A14-unit-change", "A18-lacks-section"]
    assert {f.rule for f in world.audit("纸灯业")} >= {"A01-cagr", "A03-breakdown", "A10-two-firsts", "A15-section-gap"}
    assert audit_findings(world.store, expand("ind:nothing")) == []


def test_the_largest_classes_come_first(world: KnowledgeGraph) -> None:
    counts = class_counts(world.store)
    assert [(compact(name), number) for name, number in counts[:6]] == [
        ("ivc:Passage", 66),
        ("ivc:Claim", 32),
        ("ivc:Indicator", 31),
        ("ivc:Observation", 26),
        ("ivc:LevelObservation", 19),
        ("ivc:ChainNode", 17),
    ]
    assert counts == sorted(counts, key=lambda pair: (-pair[1], pair[0]))
    assert dict(counts)[expand("ivc:Company")] == 6
