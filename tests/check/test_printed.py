"""Numbers are found in lines of Chinese and English text with their scales, units and comparators."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from conftest import ROOT
from kg.check.printed import Words, normal, printed_numbers
from kg.vocab import IVL


@pytest.fixture(scope="module")
def words() -> Words:
    files = [ROOT / "ontology" / name for name in ("ivc-lists.ttl", "ivc-printed.ttl")]
    return Words.of(
        ox.Quad(t.subject, t.predicate, t.object)
        for file in files
        for t in ox.parse(path=str(file), format=ox.RdfFormat.TURTLE)
    )


def names(iris: frozenset[str]) -> set[str]:
    return {i.removeprefix(IVL) for i in iris}


@pytest.mark.parametrize(
    ("line", "value", "expected"),
    [
        ("规模达3680亿美元,", "3680.0", (10**8, {"usd"}, set())),
        ("规模约 1,234.5 亿元人民币", "1234.5", (10**8, {"cny"}, {"approx"})),
        ("规模超1.2万亿元", "1.2", (10**12, {"cny"}, {"gt"})),
        ("销量不足100万辆", "100", (10**4, set(), {"lt"})),
        ("不超过5毫秒", "5", (1, {"ms"}, {"le"})),  # not 超过
        ("建成2300座以上", "2300", (1, set(), {"ge", "gt"})),
        ("共100余家", "100", (1, set(), {"gt"})),
        ("占比35%左右", "35", (1, {"percent"}, {"approx"})),
        ("提高3个百分点", "3", (1, {"percent"}, set())),
        ("百分之30的份额", "30", (1, {"percent"}, set())),
        ("近三成", "30", (1, {"percent"}, {"nearly"})),
        ("占了一半", "50", (1, {"percent"}, set())),
        ("占比近一半", "50", (1, {"percent"}, {"nearly"})),
        ("份额过半", "50", (1, {"percent"}, {"gt"})),
        ("超过半数", "50", (1, {"percent"}, {"gt"})),
        ("三成五", "35", (1, {"percent"}, set())),
        ("约三成半", "35", (1, {"percent"}, {"approx"})),
        ("百分之三十五", "35", (1, {"percent"}, set())),
        ("占四分之一", "25", (1, {"percent"}, set())),
        ("占四分之一", "0.25", (1, {"times"}, set())),
        ("不足三分之一", "33", (1, {"percent"}, {"lt"})),
        ("超过三分之二", "66.7", (1, {"percent"}, {"gt"})),
        ("nearly one third of it", "33.3", (1, {"percent"}, {"nearly"})),
        ("about a quarter of the market", "25", (1, {"percent"}, {"approx"})),
        ("more than two-thirds", "67", (1, {"percent"}, {"gt"})),
        ("over half", "50", (1, {"percent"}, {"gt"})),
        ("产量翻一番", "2", (1, {"times"}, set())),
        ("销量翻番", "100", (1, {"percent"}, set())),
        ("more than doubled", "2", (1, {"times"}, {"gt"})),
        ("three times as many", "3", (1, {"times"}, set())),
        ("twenty-five percent", "25", (1, {"percent"}, set())),
        ("about two billion dollars", "2", (10**9, {"usd"}, {"approx"})),
        ("一百二十万辆", "120", (10**4, set(), set())),
        ("两千三百亿元", "2300", (10**8, {"cny"}, set())),
        ("一点二万亿元", "1.2", (10**12, {"cny"}, set())),
        ("三千万台", "3", (10**7, set(), set())),
        ("500亿日元", "500", (10**8, {"jpy"}, set())),
        ("逾30亿欧元", "30", (10**8, {"eur"}, {"gt"})),
        ("5亿港元", "5", (10**8, {"hkd"}, set())),
        ("5亿港币", "5", (10**8, {"hkd"}, set())),
        ("7万亿韩元", "7", (10**12, {"krw"}, set())),
        ("HK$3 billion", "3", (10**9, {"hkd"}, set())),
        ("NT$3 billion", "3", (10**9, set(), set())),  # no unit of the list, and no US dollar
        ("3亿瑞士法郎", "3", (10**8, set(), set())),
        ("是去年的两倍", "2", (1, {"times"}, set())),
        ("产能达十二万吨", "12", (10**4, set(), set())),
        ("突破数千万辆", "10000000", (1, set(), set())),
        ("接入百万级设备", "1000000", (1, set(), {"approx"})),
        ("在30至40亿元之间", "30", (10**8, {"cny"}, {"ge", "gt", "eq"})),
        ("在30至40亿元之间", "40", (10**8, {"cny"}, {"le", "lt", "eq"})),
        ("30%—40%", "40", (1, {"percent"}, {"le", "lt", "eq"})),
        ("more than $3.5 billion", "3.5", (10**9, {"usd"}, {"gt"})),
        ("about 20 million yuan", "20", (10**6, {"cny"}, {"approx"})),
        ("a range of 300 km", "300", (1, {"km"}, set())),
        ("5 more", "5", (1, set(), set())),  # no metre
    ],
)
def test_what_stands_at_a_number(words: Words, line: str, value: str, expected: tuple[int, set[str], set[str]]) -> None:
    (printed,) = printed_numbers(value, normal(line), words)
    assert (printed.scale, names(printed.units), names(printed.comparators)) == expected


def test_a_word_in_the_clause_is_near(words: Words) -> None:
    (printed,) = printed_numbers("1.5", "密度达392台,超全球平均水平1.5倍。", words)
    assert (printed.comparators, names(printed.near)) == (frozenset(), {"gt"})


def test_a_number_in_words_needs_what_it_counts(words: Words) -> None:
    assert list(printed_numbers("3", "第三产业", words)) == []
    assert list(printed_numbers("3", "三分之二", words)) == []
    assert list(printed_numbers("4", "a quarter of it", words)) == []


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("2025年二季度", "2025"),
        ("2025年第2季度营收", "2"),
        ("sales in Q2 2025, up", "2"),
        ("sales in 2Q25", "2"),
        ("FY2024 sales", "2024"),
        ("2024财年", "2024"),
        ("since 2024.", "2024"),
        ("12月3日", "12"),
        ("12月3日", "3"),
        ("second half of 2025", "50"),
        ("三成五", "30"),
        ("一百二十万", "20"),
        ("三百万辆", "100"),
        ("十二分之五", "5"),
    ],
)
def test_what_is_part_of_a_time_or_of_another_number_is_not_found(words: Words, line: str, value: str) -> None:
    assert list(printed_numbers(value, normal(line), words)) == []
