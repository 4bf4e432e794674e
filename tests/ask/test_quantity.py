"""A figure in words: comparator, number and unit, in the order of each language."""

from __future__ import annotations

import pytest

from kg.ask.quantity import Quantity, figure_in_words, printed
from kg.graph import KnowledgeGraph
from kg.vocab import IVL


@pytest.mark.parametrize(
    ("value", "unit", "comparator", "zh", "en"),
    [
        (1.2e12, "cny", "gt", "超过 1.2 万亿元", "more than ¥1.2 trillion"),
        (1.8e9, "usd", "eq", "18 亿美元", "US$1.8 billion"),
        (-1.8e9, "usd", "approx", "约 -18 亿美元", "about -US$1.8 billion"),
        (950.0, "eur", "", "950 欧元", "€950"),
        (33.8, "percent", "nearly", "接近 33.8%", "slightly below 33.8%"),
        (1e3, "metre", "le", "不高于 1000 米", "at most 1,000 m"),
        (3.0, "times", "eq", "3 倍", "3 times"),
        (1.06446e12, "cny", "eq", "10,644.6 亿元", "¥1,064.46 billion"),
        (1e7, "per-km2", "eq", "1000 万台/平方公里", "10 million devices per square kilometre"),
        (68.0, "count", "eq", "68 个", "68"),
        (5.0, "", "", "5", "5"),
    ],
)
def test_a_figure_is_said_as_people_say_it(
    world: KnowledgeGraph, *, value: float, unit: str, comparator: str, zh: str, en: str
) -> None:
    figure = Quantity(value, unit and IVL + unit, None, comparator and IVL + comparator)
    assert [figure_in_words(figure, world.names, lang) for lang in ("zh", "en")] == [zh, en]


def test_a_count_has_the_measure_word_of_its_indicator(world: KnowledgeGraph) -> None:
    figure = Quantity(68.0, IVL + "count", IVL + "launches")
    assert figure_in_words(figure, world.names, "zh") == "68 次"


def test_what_is_no_number_stays_as_it_is(world: KnowledgeGraph) -> None:
    assert figure_in_words(Quantity(None, IVL + "usd"), world.names, "zh") == ""
    assert figure_in_words(Quantity("9" * 400 + ".5", IVL + "usd"), world.names, "en") == f"US${'9' * 400}.5"
    assert figure_in_words(Quantity(float("nan"), IVL + "usd"), world.names, "zh") == "NaN 美元"


def test_a_printed_number_keeps_its_digits() -> None:
    assert printed(10644.6, 10**8, "zh") == "10,644.6 亿"
    assert printed(10644.6, 10**8, "en") == "10,644.6 × 100,000,000"
    assert printed(97.0, 1, "zh") == "97"
