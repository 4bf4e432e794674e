"""The charts of the packaged report: complete, and without anything that has no words."""

from __future__ import annotations

from itertools import chain as joined

import pytest

from kg.ask.bands import industry as drawing
from kg.graph import KnowledgeGraph
from kg.terms import LANGS
from kg.vocab import BASE


@pytest.mark.slow
def test_whoever_takes_part_in_an_industry_stands_in_its_chart_and_drawing(report: KnowledgeGraph) -> None:
    for industry in report.names.of_kind("Industry"):
        chart = report.chain(industry.iri)
        stages = [stage.segments for view in chart.views for stage in view.stages]
        cells = [cell for top in joined(chart.unplaced, *stages) for cell in top]
        named = {c.iri for cell in cells for c in cell.companies} | {
            c.iri for c in (*chart.representatives, *chart.others)
        }
        active = {
            r["who"]
            for r in report.store.select(f"SELECT ?who {{ ?who a ivc:Organization ; ivc:appearsIn <{industry.iri}> }}")
        }
        assert named == active, industry
        assert active <= {n.thing for n in drawing(report.store, report.names, industry.iri).nodes.values()}, industry


def test_every_application_of_an_industry_is_drawn(report: KnowledgeGraph) -> None:
    for industry in report.names.of_kind("Industry"):
        drawn = drawing(report.store, report.names, industry.iri)
        rows = report.query("applications-of-industry", industry=industry.iri).rows
        lines = {(x.subject, x.value) for x in drawn.lines.values() if x.predicate.endswith("#applicationOf")}
        assert lines == {(row[0].value, row[1].value) for row in rows}, industry


def test_every_claim_and_figure_has_a_caption(report: KnowledgeGraph) -> None:
    claims = [row["c"] for row in report.store.select("SELECT DISTINCT ?c { ?c a/rdfs:subClassOf* ivc:Claim }")]
    assert claims
    for claim in claims:
        assert report.names.has_name(claim), claim
        for lang in LANGS:
            assert BASE not in report.names.label(claim, lang)
            assert "obs:" not in report.names.label(claim, lang)
