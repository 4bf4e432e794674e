"""Tables for people: labels beside the things, columns of one language, rows of Python values."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kg.ask.tables import columns_of_language, for_reader, plain_table, with_labels
from kg.graph import KnowledgeGraph
from kg.store.results import Table
from kg.terms import expand

QINGLAN, NOBODY, FIVE = ox.NamedNode(expand("co:qinglan")), ox.NamedNode(expand("co:nobody")), ox.Literal(5)
NAME = ox.Literal("青岚纸坊")


def test_labels_stand_beside_what_has_them(world: KnowledgeGraph) -> None:
    """The columns are named, or known by what is in them: one thing with a label makes a column of things."""
    table = Table(("who", "n", "where"), ((NOBODY, FIVE, QINGLAN), (QINGLAN, None, None)), truncated=True)
    found = with_labels(table, "zh", world.names)
    assert found.columns == ("who", "who_label", "n", "where", "where_label")
    assert found.rows == ((NOBODY, None, FIVE, QINGLAN, NAME), (QINGLAN, NAME, None, None, None))
    assert found.truncated
    named = with_labels(table, "en", world.names, {"where"})
    assert named.columns == ("who", "n", "where", "where_label")
    assert named.rows == ((NOBODY, FIVE, QINGLAN, ox.Literal("Qinglan Paper Works")), (QINGLAN, None, None, None))
    assert with_labels(table, "zh", world.names, ()) == table
    empty = Table(("who", "n"), ())
    assert with_labels(empty, "zh", world.names).columns == ("who", "n")
    assert with_labels(empty, "zh", world.names, {"who"}).columns == ("who", "who_label", "n")


def test_a_text_that_looks_like_a_thing_has_no_label(world: KnowledgeGraph) -> None:
    table = Table(("who",), ((ox.Literal(QINGLAN.value),),))
    assert with_labels(table, "zh", world.names) == table


@pytest.mark.parametrize(("lang", "kept"), [("zh", [0, 1, 3, 5, 6]), ("en", [0, 2, 4, 5, 6])])
def test_columns_of_another_language_are_left_out(lang: str, kept: list[int]) -> None:
    """They are named as the language or end in it; a name that merely has its letters stays."""
    columns = ("who", "zh", "en", "message_zh", "message_en", "segment", "seen")
    assert columns_of_language(columns, lang) == kept
    row = tuple(map(ox.Literal, columns))
    found = for_reader(Table(columns, (row, row), truncated=True), lang)
    assert found == Table(tuple(columns[n] for n in kept), (tuple(row[n] for n in kept),) * 2, truncated=True)


@pytest.mark.parametrize("told_by", ["indicator", "subject"])
def test_a_count_has_the_measure_word_of_what_is_counted(world: KnowledgeGraph, told_by: str) -> None:
    """The word is that of the indicator beside it or, where a table has none, of the figure; in Chinese and for readers only."""
    count, percent, year = (ox.NamedNode(expand(f"ivl:{name}")) for name in ("count", "percent", "year"))
    figure = ox.NamedNode(expand({"indicator": "ivl:shipments", "subject": "obs:w1-lanterns-cn-2024"}[told_by]))
    other = ox.NamedNode(expand("ivl:launches"))
    table = Table(
        (told_by, "unit", "other_indicator", "other_unit"),
        ((figure, count, other, count), (figure, percent, None, year)),
    )
    read = for_reader(table, "zh", world.names)
    word, times = ox.Literal("台", language="zh"), ox.Literal("次", language="zh")
    assert read.rows == ((figure, word, other, times), (figure, percent, None, year))
    assert for_reader(table, "en", world.names) == for_reader(table, "zh") == table
    labelled = with_labels(table, "zh", world.names, {"unit"})
    assert [row[1:3] for row in labelled.rows] == [(count, ox.Literal("台")), (percent, ox.Literal("百分比"))]
    alone = Table(("unit",), ((count,),))
    assert for_reader(alone, "zh", world.names) == alone


def test_rows_of_python_values() -> None:
    assert plain_table(["a", "b"], [["x", 1], [None, True]]) == Table(
        ("a", "b"), ((ox.Literal("x"), ox.Literal(1)), (None, ox.Literal(True)))
    )
