"""Roles, relations and questions of a thing: complete, each once, and as the saved queries have them."""

from __future__ import annotations

from kg.ask.entity import entity
from kg.ask.relations import distinct, offered, questions, relations, roles
from kg.graph import KnowledgeGraph


def test_the_roles_of_an_organization_are_those_of_the_saved_query(world: KnowledgeGraph) -> None:
    checked = 0
    for thing in world.names.of_kind("Organization"):
        wanted = {
            (row["industry"], row["role"], row["what"], row["passage"])
            for row in world.query("industries-of-company", company=thing.iri)
        }
        found = {(r.industry, r.role, r.what, passage) for r in roles(world.store, thing.iri) for passage in r.passages}
        assert found == wanted, thing.iri
        checked += len(found)
    assert checked > 10


def test_a_role_at_a_segment_tells_its_tier(world: KnowledgeGraph) -> None:
    told = {
        (world.names.label(role.role, "zh"), *(world.names.label(tier, "zh") for tier in role.tiers))
        for role in roles(world.store, world.resolve("青岚纸坊").iri)
    }
    assert {("环节代表", "中游", "上游"), ("环节代表", "下游")} <= told, (
        "a segment that two reports place differently has both"
    )


def test_every_edge_is_in_one_relation(world: KnowledgeGraph) -> None:
    for thing in world.names.things:
        edges = distinct(world.store, entity(world.store, world.names, thing).edges)
        groups = relations(edges)
        assert sorted((e.predicate, e.out, e.other) for group in groups for e in group.edges) == sorted(
            (e.predicate, e.out, e.other) for e in edges
        )
        assert len({group.key for group in groups}) == len(groups)


def test_a_symmetric_relation_is_told_once(world: KnowledgeGraph) -> None:
    together = "https://w3id.org/xinzhi/ns#cooperatesWith"
    met = 0
    for thing in world.names.of_kind("Organization"):
        found = entity(world.store, world.names, thing)
        edges = [e for e in distinct(world.store, found.edges) if e.predicate == together]
        assert {e.other for e in edges} == {e.other for e in found.edges if e.predicate == together}
        assert len({e.other for e in edges}) == len(edges)
        stated = {e.other for e in found.edges if e.predicate == together and e.passages}
        assert {e.other for e in edges if e.passages} == stated
        met += len(edges)
    assert met


def test_the_questions_take_the_thing(world: KnowledgeGraph) -> None:
    for name in ("纸灯业", "青岚纸坊", "灯纸", "城州"):
        thing = world.find(name)[0].thing
        found = questions(world.catalogue, thing)
        assert found
        for query, parameter in found:
            kinds = {p.name: p.type for p in query.params}
            assert kinds[parameter] == "thing" or world.names.is_a(thing.kind, kinds[parameter])
            assert world.catalogue.asked(query, {parameter: thing.iri})


def test_who_looks_for_a_thing_is_offered_the_questions_about_it(world: KnowledgeGraph) -> None:
    """The questions are filled in with the thing; other words choose among them; words that a query has find it as before."""
    thing = world.resolve("风铃业", "Industry")
    about = {query.name: {name: thing.iri} for query, name in questions(world.catalogue, thing)}
    for text in ("风铃业", "wind chime making", "風鈴業"):
        assert {query.name: values for query, values in offered(world.catalogue, text)} == about
    found = offered(world.catalogue, "风铃业 市场规模")
    assert found[0][0].name == "market-size"
    assert all(about[query.name] == values for query, values in found)
    assert len(found) < len(about)
    for text in ("市场规模", "how large is the market", "purple elephants"):
        assert offered(world.catalogue, text) == [(query, {}) for query in world.catalogue.search(text)]
