"""Two things side by side, on the invented project: as data, in the shell and for agents."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from conftest import Run
from kg.ask.catalogue import Catalogue
from kg.ask.comparison import SIDES, compare
from kg.ask.plain import comparison
from kg.errors import NotFound, UsageProblem
from kg.graph import KnowledgeGraph
from kg.store.embedded import EmbeddedStore
from kg.terms import compact, expand
from kg.vocab import SKOS


def test_two_companies_share_some_ties_and_have_others_alone(world: KnowledgeGraph) -> None:
    found = world.compare("青岚", "竹里编舍")
    ties = {
        side: {(compact(x.aspect), x.inverse, compact(x.thing), *map(compact, x.passages)) for x in found.of(side)}
        for side in SIDES
    }
    assert ("ivc:Industry", False, "ind:paper-lanterns", "psg:w1-L0020", "psg:w1-L0021") in ties["shared"]
    assert ("ivc:keyPlayerIn", False, "seg:lantern-paper", "psg:w1-L0020") in ties["one"]
    assert ("ivc:keyPlayerIn", False, "seg:lantern-splints", "psg:w1-L0021") in ties["other"]
    assert ("ivc:subsidiaryOf", True, "https://example.org/lamp/organization/听竹社", "psg:w2-L0027") in ties["other"]
    assert [x.side for x in found.related] == sorted((x.side for x in found.related), key=list(SIDES).index)


def test_from_the_other_side_it_is_the_same(world: KnowledgeGraph) -> None:
    there, back = world.compare("澄洲", "云汀省"), world.compare("云汀省", "澄洲")
    for side, mirrored in (("shared", "shared"), ("one", "other"), ("other", "one")):
        assert {(x.aspect, x.inverse, x.thing) for x in there.of(side)} == {
            (x.aspect, x.inverse, x.thing) for x in back.of(mirrored)
        }


def test_two_industries_are_compared_by_what_their_sections_name_and_by_figures(world: KnowledgeGraph) -> None:
    found = world.compare("纸灯业", "风铃业")
    assert {x.aspect for x in found.related} >= {"https://w3id.org/xinzhi/ns#Company"}
    assert "app:stage-show" in {compact(x.thing) for x in found.of("shared")}
    pairs = [(row["year"], row["other_year"], row["times"], row["why_not"]) for row in found.figures]
    assert (2024, 2024, 4, None) in pairs
    assert {compact(why) for *_, why in pairs if why} == {"ivc:unit", "ivc:year"}


def test_industries_share_what_any_section_ties_to_both_and_the_best_passage_is_cited(
    world: KnowledgeGraph, tmp_path: Path
) -> None:
    """A policy of the opening that applies to two industries; a technology that a section first only defines."""
    opening, defining = (ox.NamedNode(expand(f"psg:{line}")) for line in ("w1-L0003", "w1-L0008"))
    policy, applies = ox.NamedNode(expand("pol:lantern-plan")), ox.NamedNode(expand("ivc:appliesTo"))
    both = [ox.NamedNode(expand(name)) for name in ("ind:wind-chimes", "ind:paper-umbrellas")]
    weaving, text = ox.NamedNode(expand("tech:bamboo-weaving")), ox.Literal("竹丝相编。", language="zh")
    more = [ox.Quad(policy, applies, industry, opening) for industry in both]
    more.append(ox.Quad(weaving, ox.NamedNode(f"{SKOS}definition"), text, defining))
    file = tmp_path / "dataset.nq"
    file.write_bytes((world.path / "dataset.nq").read_bytes() + ox.serialize(more, format=ox.RdfFormat.N_QUADS))
    store = EmbeddedStore(file, in_memory=True)
    one, other = world.resolve("风铃业"), world.resolve("纸伞业")
    assert policy.value not in {item.thing for item in world.compare(one.iri, other.iri).related}
    shared = compare(store, world.catalogue, world.names, one, other).of("shared")
    assert [item.passages for item in shared if item.thing == policy.value] == [(opening.value,)]
    found = compare(store, world.catalogue, world.names, world.resolve("纸灯业", "Industry"), one)
    cited = {item.thing: [compact(passage) for passage in item.passages] for item in found.related}
    assert cited[weaving.value] == ["psg:w2-L0025"]


def test_what_differs_is_a_relation_that_both_have_with_other_things(world: KnowledgeGraph) -> None:
    found = world.compare("青岚", "竹里编舍")
    told = {
        (compact(a.iri), *(frozenset(compact(x.thing) for x in side) for side in (a.one, a.other)))
        for a in found.differences
    }
    key_player = (
        "ivc:keyPlayerIn",
        frozenset({"seg:lantern-paper", "seg:lantern-fair"}),
        frozenset({"seg:lantern-splints"}),
    )
    assert key_player in told
    assert all(a.iri.startswith("https://w3id.org/xinzhi/ns#") and a.one and a.other for a in found.differences)
    assert world.compare("纸灯业", "风铃业").differences == ()  # industries are compared by what their sections name
    for pair in (("青岚", "竹里编舍"), ("纸灯业", "风铃业"), ("澄洲", "云汀省")):
        found = world.compare(*pair)
        for side in SIDES:
            grouped = [x for aspect in found.aspects for x in getattr(aspect, side)]
            assert sorted(grouped, key=str) == sorted(found.of(side), key=str)


def test_what_cannot_be_compared_says_so(world: KnowledgeGraph) -> None:
    with pytest.raises(UsageProblem, match="given twice"):
        world.compare("青岚", "qinglan")
    with pytest.raises(NotFound):
        world.compare("青岚", "nothing such")
    one, other = world.resolve("青岚"), world.resolve("竹里编舍")
    with pytest.raises(UsageProblem, match="no query with the tag compare"):
        compare(world.store, Catalogue([], world.names), world.names, one, other)


def test_the_shell_prints_it_for_readers_and_for_programs(kg: Run, world: KnowledgeGraph) -> None:
    told = kg("compare", "纸灯业", "风铃业", "--format", "text").stdout
    assert told.startswith("paper lantern making · wind chime making\n\n■ shared (")
    assert "  market size · China · 2024: about ¥12 billion : ¥3 billion = about 4 times" in told
    assert "figures that do not compare, by what differs: year 10, unit 4" in told
    body = json.loads(kg("compare", "纸灯业", "风铃业", "--format", "json").stdout)
    assert body == json.loads(json.dumps(comparison(world.compare("纸灯业", "风铃业"), world.names)))
    assert list(body) == ["one", "other", "shared", "only_one", "only_other", "different", "figures"]
    assert body["one"]["en"] == "paper lantern making"
    rows = kg("compare", "青岚", "竹里编舍", "--format", "tsv").stdout.splitlines()
    assert rows[0].split("\t")[:2] == ["side", "aspect"]
    assert len(rows) == 1 + len(world.compare("青岚", "竹里编舍").related)
    assert "仅前者" in kg("compare", "青岚", "竹里编舍", "--format", "table", lang="zh", COLUMNS="200").stdout
