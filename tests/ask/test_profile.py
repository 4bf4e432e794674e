"""What stands beside a chain: the figures about the industry, its regions, and the audit's findings where they touch it."""

from __future__ import annotations

import pytest

from kg.ask.profile import FEW, profile
from kg.ask.tally import tally, whole
from kg.graph import KnowledgeGraph
from kg.terms import Text
from kg.vocab import IVC

INDUSTRIES = ("纸灯业", "风铃业")


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_figures_are_those_about_the_industry_itself(world: KnowledgeGraph, industry: str) -> None:
    found = profile(world.store, world.names, world.chain(industry))
    about = world.entity(industry).figures
    assert {claim.iri for claim in found.figures} <= {claim.iri for claim in about}
    assert len(found.figures) == min(FEW, len(about))
    assert found.others == len(about) - len(found.figures)


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_the_indicator_of_most_industries_comes_first(world: KnowledgeGraph, industry: str) -> None:
    ask = "SELECT ?i (COUNT(DISTINCT ?x) AS ?n) { ?x a ivc:Industry . ?f ivc:about ?x ; ivc:indicator ?i } GROUP BY ?i"
    usual = {row["i"]: row["n"] for row in world.store.select(ask)}
    ranks = [usual[str(c.indicator)] for c in profile(world.store, world.names, world.chain(industry)).figures]
    assert ranks == sorted(ranks, reverse=True)


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_regions_are_the_places_that_appear_in_the_industry(world: KnowledgeGraph, industry: str) -> None:
    iri = world.resolve(industry).iri
    ask = f"SELECT DISTINCT ?r {{ ?r a ivc:Region ; ivc:regionWithin ?wider ; <{IVC}appearsIn> <{iri}> }}"
    found = profile(world.store, world.names, world.chain(industry)).regions
    assert {region.iri for region in found} == {row["r"] for row in world.store.select(ask)}


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_every_finding_is_told_once_and_marks_what_it_touches(world: KnowledgeGraph, industry: str) -> None:
    found, findings = profile(world.store, world.names, world.chain(industry)), world.audit(industry)
    assert sorted(f.iri for remark in found.remarks for f in remark.findings) == sorted(f.iri for f in findings)
    assert findings
    for finding in findings:
        for iri in (finding.focus, *finding.involved):
            assert any(finding in found.remarks[n - 1].findings for n in found.marks[iri])
    assert len({(remark.rule, remark.message) for remark in found.remarks}) == len(found.remarks)


def test_numbers_count_what_is_shown_twice_once(world: KnowledgeGraph) -> None:
    chain = world.chain("纸灯业")
    cells = chain.cells
    assert len(cells) > len({cell.iri for cell in cells})  # a segment has two stages
    counted = whole(chain)
    assert counted.segments == len({cell.iri for cell in cells})
    assert counted.companies >= len({company.iri for cell in cells for company in cell.companies})
    assert tally([]).words(world.names) == Text("", "")
    assert tally([])._replace(segments=1, products=2).words(world.names).en == "1 segment · 2 products"
