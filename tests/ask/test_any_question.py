"""Whatever is asked, there is an answer of one of four kinds, soon: no traceback, no search that never ends."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kg.graph import KnowledgeGraph

STATUSES = ("answered", "choices", "not-understood", "not-in-report")
SECONDS = 1.0
"""Most processor time of an answer; common ones take hundredths of it."""
LONGEST = 10_000
ODD = {
    "nothing": "",
    "blank": " \t\r\n\u3000" * 100,
    "marks alone": "?!。,、;:「」()《》…—" * 500,
    "control characters": "".join(map(chr, [*range(32), *range(127, 160)])),
    "null between": "灯\0纸\0有哪些\0企业",
    "a lone surrogate": "\ud83c灯纸有哪些企业",
    "surrogates alone": "\udcff\ud800" * 1_000,
    "beyond Unicode's planes": "\U0010ffff\ufffe\uffff" * 100,
    "right to left": "\u202eمصباح ורק 灯纸\u202c" * 100,
    "marks upon marks": "灯" + "\u0301" * 9_000,
    "joined emoji": "👩\u200d👩\u200d👧\u200d👦🏮" * 1_000,
    "full width": "2024年ＰａｐｅｒＬａｎｔｅｒｎｓ" * 100,
    "digits": "9" * LONGEST,
    "a number of many parts": "1.1" * 3_000,
    "commas in digits": "1," * 5_000,
    "years": "2024年" * 2_000,
    "fractions": "½⅓㊿" * 1_000,
    "one letter": "a" * LONGEST,
    "one character": "灯" * LONGEST,
    "letters apart": "a b c d e f g h " * 600,
    "syllables": "deng zhi qing lan " * 500,
    "misspelt": "lanten papr marketr sise " * 400,
    "homophones": "等只青蓝子坊" * 1_500,
    "a bomb for expressions": "(a+)+$" * 1_600,
    "another": "(" * 5_000 + ")" * 5_000,
    "brackets": "[{segment}]" * 900,
    "slots": "{industry}的市场规模{0}{}%s%(x)s",
    "a query": "SELECT * WHERE { ?s ?p ?o } # 灯纸",
    "an update": '灯纸" } ; DROP ALL ; INSERT DATA { <urn:a> <urn:b> <urn:c> } #',
    "another server": "灯纸> . SERVICE <http://127.0.0.1:1/> { ?a ?b ?c } <",
    "markup": "<script>alert(1)</script><!--灯纸-->",
    "a path": "../../../../etc/passwd\0.json",
    "an IRI": "https://w3id.org/xinzhi/organization/qinglan",
    "a name, again and again": "lantern paper " * 700,
    "everything asked at once": "哪些企业什么产品多少市场规模哪里何时为什么有没有除了青岚纸坊" * 3,
    "except, again and again": "除了" * 5_000,
    "both, again and again": "共同" * 5_000,
    "whether, again and again": "有没有" * 3_000,
}
PIECES = (
    *("灯纸", "青岚纸坊", "纸灯业", "风铃业", "走马灯", "明萤灯业", "澄洲", "中国", "灯市研究院", "竹编"),
    *("lantern paper", "Qinglan Paper Works", "revolving lanterns", "qinglan", "zhideng"),
    *(
        "哪些企业",
        "多少",
        "市场规模",
        "上游",
        "中游",
        "最大",
        "除了",
        "共同",
        "有没有",
        "吗",
        "和",
        "的",
        "预测",
        "2024年",
        "2029",
    ),
    *("which companies", "how many", "market size", "of", "upstream", "largest", "except", "both", "is", "and", "not"),
    *("?", " ", ",", "\0", "\u202e", "🏮", "{", "}", "大疆", "xyzzy"),
)
texts = st.one_of(
    st.text(st.characters(), max_size=300),  # lone surrogates are among them
    st.lists(st.sampled_from(PIECES), max_size=40).map("".join),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(st.characters(), max_size=3)), max_size=30).map(" ".join),
    st.tuples(st.sampled_from(PIECES), st.sampled_from(PIECES)).map(lambda two: "".join(two) * 20),
)


def _ask(graph: KnowledgeGraph, question: str) -> None:
    graph.ask("")  # reads the names, if this is the first question of the process
    start = time.process_time()
    answer = graph.ask(question)
    seconds = time.process_time() - start
    assert answer.status in STATUSES
    assert answer.sentence.zh
    assert answer.sentence.en
    assert set(graph.questions.plain(answer)) >= {"question", "status", "sentence", "rows", "choices", "unread"}
    assert (answer.status == "answered") == bool(answer.reading and answer.table.rows)
    assert seconds < SECONDS


@pytest.mark.parametrize("name", ODD)
def test_an_odd_question(world: KnowledgeGraph, name: str) -> None:
    assert len(ODD[name]) <= LONGEST
    _ask(world, ODD[name])


@pytest.mark.parametrize("words", ["市场规模", "灯纸", "青岚纸坊、市场规模、"])
def test_saying_it_again_costs_nothing(world: KnowledgeGraph, words: str) -> None:
    _ask(world, words)
    start = time.process_time()
    world.ask(words)
    once = time.process_time() - start
    start = time.process_time()
    world.ask(words * (LONGEST // len(words)))
    assert time.process_time() - start < 40 * once + 0.1


@pytest.mark.parametrize(
    "question",
    ["passage 9.9 says", "出现在1,000个以上产业的企业", "出现在99999999999999999999个产业的企业", "纸灯业增长1.1.1%"],
)
def test_a_number_that_is_none(world: KnowledgeGraph, question: str) -> None:
    _ask(world, question)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example("\ud800")
@given(texts)
def test_any_question(world: KnowledgeGraph, question: str) -> None:
    _ask(world, question)


def test_asking_changes_nothing(world: KnowledgeGraph) -> None:
    before = world.questions.plain(world.ask("灯纸有哪些代表企业?"))
    for question in ODD.values():
        world.ask(question[:500])
    assert world.questions.plain(world.ask("灯纸有哪些代表企业?")) == before
