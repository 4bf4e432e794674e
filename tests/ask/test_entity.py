"""What is known of one thing of the invented project: who says it, in which order, and what is told of figures and passages."""

from __future__ import annotations

import pytest

from kg.ask.entity import Entity, described, ground_and_passages
from kg.graph import KnowledgeGraph
from kg.terms import compact, expand
from kg.vocab import BACKGROUND, ENTITIES, INFERRED, IVC, ONTOLOGY, PASSAGE, PASSAGES

OWN = "https://example.org/lamp/"
ONE, TWO = f"{PASSAGE}w1-L0001", f"{PASSAGE}w2-L0001"


def edges(found: Entity) -> list[tuple[str, str, str, str, str]]:
    return [
        ("→" if e.out else "←", compact(e.predicate), compact(e.other), e.kind, " ".join(map(compact, e.passages)))
        for e in found.edges
    ]


@pytest.mark.parametrize(
    ("graphs", "kind", "passages"),
    [
        ({TWO, ONE, BACKGROUND, ENTITIES, INFERRED}, "asserted", (ONE, TWO)),
        ({ONE}, "asserted", (ONE,)),
        ({BACKGROUND, ENTITIES, INFERRED}, "background", ()),
        ({ENTITIES, INFERRED}, "entities", ()),
        ({ONTOLOGY, INFERRED}, "entities", ()),
        ({PASSAGES}, "entities", ()),
        ({INFERRED}, "inferred", ()),
    ],
)
def test_who_says_a_triple(graphs: set[str], kind: str, passages: tuple[str, ...]) -> None:
    """A passage counts before background, background before names and lists, and these before a rule."""
    assert ground_and_passages(graphs) == (kind, passages)


def test_the_edges_of_a_thing_with_who_says_them(world: KnowledgeGraph) -> None:
    """Outgoing edges come first; edges of claims are no edges of the thing, but their passages count."""
    found = world.entity("澄洲")
    assert edges(found) == [
        ("→", "ivc:appearsIn", "ind:paper-lanterns", "inferred", ""),
        ("→", "ivc:developsIndustry", "ind:paper-lanterns", "inferred", ""),
        ("→", "ivc:focusesOn", "seg:lantern-tying", "asserted", "psg:w1-L0029"),
        ("→", "ivc:regionWithin", "reg:china", "inferred", ""),
        ("→", "ivc:regionWithin", "reg:yunting", "background", ""),
        ("←", "ivc:basedIn", "co:mingying-lamps", "asserted", "psg:w2-L0023"),
        ("←", "ivc:locatedIn", "proj:lantern-river", "asserted", "psg:w1-L0029"),
        ("←", "ivc:policyRegion", "pol:lantern-plan", "asserted", "psg:w2-L0037"),
    ]
    assert [compact(p) for p in found.passages] == ["psg:w1-L0015", "psg:w1-L0029", "psg:w2-L0023", "psg:w2-L0037"]
    assert (found.figures, found.claims, found.span, found.states, found.values) == ((), (), None, (), ())


def test_figures_and_claims_are_told_apart(world: KnowledgeGraph) -> None:
    target, gain = world.entity("冷染").figures
    assert (compact(target.iri), target.kind, target.years, target.value) == (
        *("obs:w2-dyeing-target-2027", "LevelObservation"),
        *("2027", 40.0),
    )
    assert [compact(one or "") for one in (target.indicator, target.comparator, target.unit, target.status)] == [
        *("ivl:adoption", "ivl:ge"),
        *("ivl:percent", "ivl:target"),
    ]
    assert (compact(target.attributed_to or ""), compact(target.passage)) == ("pol:lantern-plan", "psg:w2-L0037")
    assert (target.region, target.summary) == (None, {})
    assert (gain.kind, gain.years, gain.attributed_to) == ("ChangeObservation", "", None)
    assert gain.summary == {"zh": "冷染相对于热染的良率增幅。", "en": "Gain in yield of cold over hot dyeing."}
    chimes = {compact(c.iri): (c.years, compact(c.region or "")) for c in world.entity("风铃业").figures}
    assert chimes["obs:w1-chime-cn-growth"] == ("2023–2024", "reg:china")
    assert chimes["obs:w1-chime-world-2024"] == ("2024", "reg:world")
    assert [compact(c.iri) for c in world.entity("走马灯").claims] == ["clm:w1-mingying-first", "clm:w2-mingying-first"]


def test_a_passage_has_its_place_and_what_it_states(world: KnowledgeGraph) -> None:
    """The ground of its edge to the document is the register of passages, not a rule."""
    found = described(world.store, world.names, expand("psg:w2-L0037"))
    assert found is not None
    assert found.span is not None
    assert (found.thing.kind, found.span.section, found.span.start, found.span.end) == (
        *("Passage", "纸灯业/政策"),
        *(365, 412),
    )
    assert edges(found) == [("→", "ivc:fromDocument", "doc:w2", "entities", "")]
    assert found.values == (), "they are in the span"
    assert len(found.states) == 16
    assert {term.value for term in found.states[0] if term} >= {expand("obs:w2-dyeing-target-2027")}


@pytest.mark.parametrize("iri", [IVC + "nothing", "co:qinglan", "no iri", f"{OWN}a b", ""])
def test_of_what_is_not_there_nothing_is_known(world: KnowledgeGraph, iri: str) -> None:
    assert described(world.store, world.names, iri) is None


def test_texts_and_numbers_of_a_thing(world: KnowledgeGraph) -> None:
    policy = world.entity("纸灯振兴方案")
    assert [(compact(name), value) for name, value in policy.values] == [("ivc:month", 3), ("ivc:year", 2025)]
    claim = described(world.store, world.names, expand("clm:w2-everyday"))
    assert claim is not None
    assert claim.texts == {
        IVC + "summary": {"zh": "纸灯将成为日用之物。", "en": "Paper lanterns will become things of every day."}
    }
    assert (claim.thing.kind, claim.thing.label.en) == ("Trend", "paper lantern making · trend")
