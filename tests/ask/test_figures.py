"""Figures in groups: each figure once, none beside one of another scope, and the same as the saved queries have."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.ask.figures import SELECTORS, Observation, apart, counts, figures, figures_of, grouped, scope_text
from kg.graph import KnowledgeGraph
from kg.store.embedded import EmbeddedStore
from kg.terms import LANGS, expand

Told = set[tuple[str, str, str | None, int | None, float, str, str]]


def _told(found: list[Observation]) -> Told:
    return {(f.subject, f.indicator, f.scope.region, f.year, f.value, f.unit, p) for f in found for p in f.passages}


@pytest.mark.parametrize(
    ("query", "selector", "kind"),
    [("figures-of-industry", "industry", "Industry"), ("figures-by-indicator", "indicator", "Indicator")],
)
def test_they_are_those_of_the_saved_query(world: KnowledgeGraph, query: str, selector: str, kind: str) -> None:
    asked = 0
    for thing in world.names.of_kind(kind):
        rows = list(world.query(query, **{selector: thing.iri}))
        wanted = {
            tuple(row[c] for c in ("subject", "indicator", "region", "year", "value", "unit", "passage"))
            for row in rows
        }
        found = figures(world.store, {selector: thing.iri})
        assert _told(found) == wanted, thing.iri
        asked += len(found)
    assert asked > 20


def test_the_figures_of_rows_are_those_that_the_rows_tell(world: KnowledgeGraph) -> None:
    told = 0
    for industry in world.names.of_kind("Industry"):
        rows = world.query("figures-of-industry", industry=industry.iri)
        found = figures_of(world.store, rows)
        assert {f.iri for f in found} == {f.iri for f in figures(world.store, {"industry": industry.iri})}
        first = rows.head(1)
        (row,) = first
        assert {(f.subject, f.value, f.year) for f in figures_of(world.store, first)} == {
            (row["subject"], row["value"], row["year"])
        }
        told += len(found)
    assert told > 20
    assert figures_of(world.store, world.query("cooperations")) == []


def test_selectors_narrow_each_other(world: KnowledgeGraph) -> None:
    lanterns, size = world.resolve("纸灯业", "Industry").iri, world.resolve("市场规模", "Indicator").iri
    both = figures(world.store, {"industry": lanterns, "indicator": size})
    every = figures(world.store, {"industry": lanterns})
    assert both == [figure for figure in every if figure.indicator == size]
    assert 0 < len(both) < len(every)


def test_each_figure_is_in_one_group_of_its_scope(world: KnowledgeGraph) -> None:
    every = figures(world.store, {})
    groups = grouped(every, world.names)
    members = [figure for group in groups for figure in group.figures]
    assert sorted(members, key=lambda f: f.iri) == every
    assert len({group.scope for group in groups}) == len({group.scope.key for group in groups}) == len(groups)
    for group in groups:
        assert {figure.scope for figure in group.figures} == {group.scope}
        assert all(f.estimators == series.estimators for series in group.series for f in series.figures)
        assert len({series.estimators for series in group.series}) == len(group.series)


def test_what_the_reader_came_for_stands_first(world: KnowledgeGraph) -> None:
    lanterns = world.resolve("纸灯业", "Industry").iri
    groups = grouped(figures(world.store, {"industry": lanterns}), world.names, lanterns)
    about = [[f.subject for f in group.figures].count(lanterns) for group in groups]
    assert about == sorted(about, reverse=True)
    assert len(groups[0].series) == 2, "two reports, each with an estimator of its own"


def test_figures_of_an_industry_that_sections_on_others_have_stand_apart(world: KnowledgeGraph, tmp_path: Path) -> None:
    """Wind chimes get a product of which the section on paper lanterns has figures, and one of their own section too."""
    chimes, product = ox.NamedNode(expand("ind:wind-chimes")), expand("prod:running-lantern")
    concerns = ox.NamedNode(expand("ivc:concernsIndustry"))
    about = figures(world.store, {"thing": product})
    more = [ox.Quad(ox.NamedNode(figure.iri), concerns, chimes, ox.DefaultGraph()) for figure in about]
    file = tmp_path / "dataset.nq"
    file.write_bytes((world.path / "dataset.nq").read_bytes() + ox.serialize(more, format=ox.RdfFormat.N_QUADS))
    found = figures(EmbeddedStore(file, in_memory=True), {"industry": chimes.value})
    own, others = apart(found, chimes.value)
    assert {figure.iri for figure in others} == {figure.iri for figure in about}
    assert {chapter for figure in others for chapter in figure.chapters} == {expand("ind:paper-lanterns")}
    assert own == figures(world.store, {"industry": chimes.value})
    assert apart(own, chimes.value) == (own, [])


def test_counts_are_those_of_the_figures(world: KnowledgeGraph) -> None:
    for selector in SELECTORS:
        found = counts(world.store, selector)
        assert found
        assert found == [(iri, len(figures(world.store, {selector: iri}))) for iri, _ in found]


@pytest.mark.parametrize("lang", LANGS)
def test_a_scope_is_told_in_words(world: KnowledgeGraph, lang: str) -> None:
    told = [scope_text(group.scope, world.names).pick(lang) for group in grouped(figures(world.store, {}), world.names)]
    assert len(set(told)) == len(told), "two scopes are never called the same"
    assert not [words for words in told if ":" in words], "no term stands without its label"
