"""Matrices: every count leads to as many things as it says."""

from __future__ import annotations

import pytest

from kg.ask.figures import figures
from kg.ask.matrix import TAG, matrix, measures
from kg.errors import NotFound, UsageProblem
from kg.graph import KnowledgeGraph


def test_each_measure_has_the_counts_of_the_query(world: KnowledgeGraph) -> None:
    found = [query for query in world.catalogue if TAG in query.tags]
    assert len(found) == 2
    for query in found:
        table = world.query(query.name)
        for measure in measures(query):
            made = matrix(query, table, world.names, measure)
            assert sum(made.cells.values()) == sum(row[measure] for row in table)
            assert set(made.cells) <= {(row, column) for row in made.rows for column in made.columns}
            assert len(made.rows) >= len(made.columns)


def test_figures_of_an_industry_and_an_indicator_are_as_many_as_counted(world: KnowledgeGraph) -> None:
    made = matrix(world.catalogue.get("industries-by-indicators"), world.query("industries-by-indicators"), world.names)
    for (row, column), count in made.cells.items():
        assert len(figures(world.store, {made.down: row, made.across: column})) == count


def test_the_listing_query_has_as_many_things_as_are_counted(world: KnowledgeGraph) -> None:
    query = world.catalogue.get("industries-by-regions")
    checked = 0
    for measure in measures(query):
        made = matrix(query, world.query(query.name), world.names, measure)
        for (row, column), count in made.cells.items():
            rows = world.query(query.listed, counted=measure, **made.pair(row, column, world.names))
            assert len({one["thing"] for one in rows}) == count, (measure, row, column)
            checked += 1
    assert checked > 10


def test_other_queries_and_columns_are_refused(world: KnowledgeGraph) -> None:
    with pytest.raises(NotFound):
        measures(world.catalogue.get("figures"))
    query = world.catalogue.get("industries-by-indicators")
    with pytest.raises(UsageProblem):
        matrix(query, world.query(query.name), world.names, "first")
