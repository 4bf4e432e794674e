"""What a reader is shown first: the numbers are those of the pages that they lead to."""

from __future__ import annotations

from kg.ask.figures import figures
from kg.ask.start import documents, industries, questions
from kg.ask.tally import whole
from kg.graph import KnowledgeGraph
from kg.vocab import BASE


def test_the_numbers_of_an_industry_are_those_of_its_chain_figures_and_audit(world: KnowledgeGraph) -> None:
    found = industries(world.store, world.names, 10)
    assert [one.iri for one in found] == [thing.iri for thing in world.names.of_kind("Industry")]
    for one in found:
        tally = whole(world.chain(one.iri))
        assert (one.segments, one.companies) == (tally.segments, tally.companies), one.iri
        assert one.figures == len(figures(world.store, {"industry": one.iri}))
        assert one.findings == len(world.audit(one.iri))


def test_the_size_of_an_industry_is_the_latest_that_is_past(world: KnowledgeGraph) -> None:
    sizes = {one.iri: one.sizes for one in industries(world.store, world.names, 10)}
    lanterns = sizes[world.resolve("纸灯业", "Industry").iri]
    assert [(f.years, world.names.label(f.status, "zh"), f.value) for f in lanterns] == [("2024", "测算", 12e9)]
    for iri, told in sizes.items():
        assert {figure.subject for figure in told} <= {iri}
        assert len({(figure.unit, figure.scope.region) for figure in told}) == len(told)


def test_the_questions_have_answers_and_leave_nothing_open(world: KnowledgeGraph) -> None:
    found = questions(world.store, world.catalogue, 8)
    assert len(found) == 8
    for query, values in found:
        assert len(world.query(query.name, **values))
        asked = world.catalogue.question(query, values)
        assert "任一" not in asked.zh
        assert not asked.en.startswith("any ")
    assert len({query.tags[0] for query, _ in found}) == 8
    industries = {iri for _, values in found for iri in values.values() if iri.startswith(BASE + "industry/")}
    assert len(industries) > 1  # not the same thing in each


def test_only_questions_that_fit_are_taken(world: KnowledgeGraph) -> None:
    for wanted in (lambda words: "?" in words.en, lambda words: "企业" in words.zh):
        found = questions(world.store, world.catalogue, 8, wanted)
        assert found
        assert all(wanted(world.catalogue.question(query, values)) for query, values in found)


def test_the_documents_have_their_passages(world: KnowledgeGraph) -> None:
    found = documents(world.store)
    assert [iri.rsplit("/", 1)[-1] for iri in found] == ["w1", "w2"]
    assert sum(found.values()) == len(world.sparql("SELECT ?p { ?p a ivc:Passage }"))  # type: ignore[arg-type]
