"""Counts and audit findings of the invented project: which, in which order, resting on which passages."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

from kg.ask.overview import audit_findings, class_counts
from kg.check.findings import Finding
from kg.check.report import report_triples
from kg.graph import KnowledgeGraph
from kg.store.embedded import EmbeddedStore
from kg.terms import Text, compact, expand
from kg.vocab import AUDIT, PASSAGE, PREFIXES

HEAD = "".join(f"@prefix {p}: <{n}> .\n" for p, n in PREFIXES.items())


def short(iris: tuple[str, ...]) -> str:
    return " ".join(map(compact, iris))


def test_findings_with_what_they_rest_on(world: KnowledgeGraph) -> None:
    """Warnings come before notes, then by rule; the passages are those of what is involved, of the shares of a breakdown, or given as such."""
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
        ("A19-members", "Info", "col:umbrella-three", "obs:w2-umbrella-three-2024", "psg:w2-L0053"),
        ("A20-aspirant", "Info", "co:zhuli", "clm:w2-zhuli-hope ind:paper-umbrellas", "psg:w2-L0055"),
        ("A21-remark", "Info", "psg:w1-L0021", "", ""),
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
    assert [f.rule for f in world.audit("纸伞业")] == [
        *("A09-uncredited", "A14-unit-change", "A18-lacks-section"),
        *("A19-members", "A20-aspirant"),
    ]
    assert {f.rule for f in world.audit("纸灯业")} >= {"A01-cagr", "A03-breakdown", "A10-two-firsts", "A15-section-gap"}
    assert audit_findings(world.store, expand("ind:nothing")) == []


def test_the_largest_classes_come_first(world: KnowledgeGraph) -> None:
    counts = class_counts(world.store)
    assert [(compact(name), number) for name, number in counts[:6]] == [
        ("ivc:Mention", 96),
        ("ivc:Passage", 68),
        ("ivc:Indicator", 36),
        ("ivc:Claim", 35),
        ("ivc:Observation", 28),
        ("ivc:Role", 26),
    ]
    assert counts == sorted(counts, key=lambda pair: (-pair[1], pair[0]))
    assert dict(counts)[expand("ivc:Company")] == 6


def test_a_finding_on_a_breakdown_rests_on_its_shares(tmp_path: Path) -> None:
    """The finding concerns the industry that the shares are about; one that blocks a build would come first."""
    facts = """obs:s ivc:inBreakdown brk:b ; ivc:statedIn psg:d-L0001 ; ivc:about ind:i . psg:d-L0002 a ivc:Passage ; ivc:contextIndustry ind:i .
        obs:t ivc:statedIn psg:d-L0002 . ind:i a ivc:Industry ; ivc:enables ind:j . ind:j a ivc:Industry ."""
    store, said = ox.Store(), Text("甲", "a")
    store.load((HEAD + facts).encode(), format=ox.RdfFormat.TURTLE)
    passage = expand("psg:d-L0002")
    findings = [
        Finding("A1", "Info", expand("brk:b"), said),
        Finding("A2", "Violation", expand("obs:t"), said),
        Finding("A3", "Warning", expand("ind:j"), said, involved=(passage,)),
        Finding("A4", "Warning", expand("ind:k"), said, involved=(expand("obs:s"), expand("ind:i"))),
    ]
    store.extend(ox.Quad(*triple, ox.NamedNode(AUDIT)) for triple in report_triples(findings))
    file = tmp_path / "dataset.nq"
    file.write_bytes(store.dump(format=ox.RdfFormat.N_QUADS) or b"")
    small = EmbeddedStore(file, in_memory=True)
    assert [(f.rule, short(f.involved), short(f.passages)) for f in audit_findings(small)] == [
        ("A2", "", "psg:d-L0002"),
        ("A3", "", "psg:d-L0002"),
        ("A4", "ind:i obs:s", "psg:d-L0001"),
        ("A1", "", "psg:d-L0001"),
    ]
    assert [f.rule for f in audit_findings(small, expand("ind:i"))] == ["A2", "A3", "A4", "A1"]
    assert [f.rule for f in audit_findings(small, expand("ind:j"))] == ["A3"]
