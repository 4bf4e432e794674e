"""Questions in Chinese and English, answered on the invented world: one case for each thing that the reading does."""

from __future__ import annotations

import pytest

from kg.ask.question.answer import Answer
from kg.graph import KnowledgeGraph


def labels(graph: KnowledgeGraph, answer: Answer) -> list[str]:
    return [graph.names.label(iri, "zh") for iri in answer.things]


THINGS = {
    "the wording as it stands": ("灯纸有哪些企业?", ["青岚纸坊"]),
    "other words for it": ("请问谁在做灯纸?", ["青岚纸坊"]),
    "English": ("Which companies are in lantern paper?", ["青岚纸坊"]),
    "traditional characters": ("燈紙有哪些企業?", ["青岚纸坊"]),
    "full width": ("灯纸有哪些企业?", ["青岚纸坊"]),
    "both languages": ("lantern paper 有哪些 companies", ["青岚纸坊"]),
    "a few words": ("灯纸 企业", ["青岚纸坊"]),
    "a homophone": ("灯指有哪些企业?", ["青岚纸坊"]),
    "a misspelt English word": ("Wich companys are in lantern paper?", ["青岚纸坊"]),
    "pinyin": ("dengzhi qiye", ["青岚纸坊"]),
    "a tier": ("纸灯业上游有哪些企业?", ["青岚纸坊", "竹里编舍"]),
    "two values, either": ("灯纸和细篾有哪些企业?", ["青岚纸坊", "竹里编舍"]),
    "two values, both": ("哪些企业既在灯纸又在灯会?", ["青岚纸坊"]),
    "all but one": ("纸灯业上游除了青岚还有哪些企业?", ["竹里编舍"]),
    "context that adds nothing": ("纸灯业里灯纸有哪些企业?", ["青岚纸坊"]),
    "a property that the query is about": ("谁生产走马灯?", ["明萤灯业"]),
    "the supplier": ("谁供应明盈灯业?", ["青岚纸坊"]),
    "the customer": ("青岚供应哪些企业?", ["明盈灯业"]),
    "things of a kind": ("走马灯的部件", ["竹架"]),
    "regions in a region": ("中国哪些省份发展纸伞业?", ["云汀省"]),
    "above a number": ("2024年市场规模超过50亿元的产业有哪些?", ["纸灯业"]),
    "below a number": ("市场规模不到10亿美元的产业", ["纸伞业", "风铃业"]),
    "above a number in words": ("2024年市场规模超过五十亿元的产业有哪些?", ["纸灯业"]),
    "two industries": ("纸灯业和风铃业有什么关系?", ["中国", "全球", "舞台演出", "冷染"]),
    "who is named anywhere in a section": ("哪些产业提到竹架?", ["纸灯业"]),
    "a standing": ("走马灯谁是第一?", ["明萤灯业", "明盈灯业"]),
}


@pytest.mark.parametrize("case", THINGS)
def test_things(world: KnowledgeGraph, case: str) -> None:
    question, expected = THINGS[case]
    answer = world.ask(question)
    assert (answer.status, sorted(labels(world, answer))) == ("answered", sorted(expected)), answer.sentence
    assert answer.passages
    assert all(word in answer.sentence.zh for word in expected)


FIGURES = {
    "an indicator": ("风铃业的市场规模", [2_400_000_000, 3_000_000_000, 900_000_000]),
    "a year": ("2023年风铃业的市场规模", [2_400_000_000]),
    "a region": ("全球风铃业市场规模", [900_000_000]),
    "English": ("How large was the market of wind chime making in China in 2024?", [3_000_000_000]),
    "a product": ("2024年澄洲纸灯出货量", [30_000_000]),
    "a year in words": ("二〇二三年风铃业的市场规模", [2_400_000_000]),
}


@pytest.mark.parametrize("case", FIGURES)
def test_figures(world: KnowledgeGraph, case: str) -> None:
    question, expected = FIGURES[case]
    answer = world.ask(question)
    plain = world.questions.plain(answer)
    assert (answer.status, answer.kind) == ("answered", "figures"), answer.sentence
    assert {figure["value"] for figure in plain["figures"]} == set(expected)
    assert all(figure["passages"] for figure in plain["figures"])


def test_a_computed_answer_shows_its_working(world: KnowledgeGraph) -> None:
    answer = world.ask("纸灯业从2024年到2029年的隐含增速")
    assert answer.status == "answered"
    assert answer.working
    assert "10.8" in answer.working.zh  # (200 / 120) to the fifth root


def test_a_number_counts_the_noun_beside_it(world: KnowledgeGraph) -> None:
    """Firms in three industries are not industries with three firms."""
    named = {"超过三家企业的产业": "industries-within-bounds", "企业3家以上的产业": "industries-within-bounds"}
    named |= {"三个以上产业的企业": "companies-in-several-industries"}
    named |= {"firms in at least three industries": "companies-in-several-industries"}
    named |= {"industries with at least three firms": "industries-within-bounds"}
    for question, query in named.items():
        answer = world.ask(question)
        assert answer.reading and answer.reading.query.name == query, question


BOUNDED = {
    "at least": ("哪些技术出现在至少两个产业?", {"least": "2"}, ["冷染", "竹编"]),
    "more than": ("technologies in more than two industries", {"above": "2"}, ["冷染"]),
    "fewer than": ("出现在不到两个产业的技术", {"below": "2"}, ["热染"]),
    "exactly": ("Which technologies appear in exactly two industries?", {"exactly": "2"}, ["竹编"]),
    "exactly, without the word": ("出现在三个产业的技术", {"exactly": "3"}, ["冷染"]),
    "exactly, in digits": ("出现在 2 个产业的企业", {"exactly": "2"}, ["青岚纸坊", "竹里编舍"]),
    "a range": ("出现在 2 到 3 个产业的技术", {"least": "2", "most": "3"}, ["冷染", "竹编"]),
    "a range in words": ("纸灯业有一到两家企业的环节", {"least": "1", "most": "2"}, None),
    "a range with a dash": ("2-4家企业的产业", {"least": "2", "most": "4"}, ["纸伞业"]),
    "a range in English": ("industries with between 2 and 4 companies", {"least": "2", "most": "4"}, ["纸伞业"]),
    "a range behind what is counted": ("企业数在2到4之间的产业", {"least": "2", "most": "4"}, ["纸伞业"]),
    "both ends": ("企业超过1家、少于4家的产业", {"above": "1", "below": "4"}, ["纸伞业"]),
    "segments": ("至少一家企业的环节", {"least": "1"}, None),
    "regions": ("有两家企业的地区", {"exactly": "2"}, ["中国", "云汀省", "澄洲"]),
}


@pytest.mark.parametrize("case", BOUNDED)
def test_bounds_on_numbers_of_things(world: KnowledgeGraph, case: str) -> None:
    question, bounds, expected = BOUNDED[case]
    answer = world.ask(question)
    assert answer.status == "answered" and answer.reading, answer.sentence
    assert {name: value for name, value in answer.reading.values.items() if value.isdigit()} == bounds
    assert all(number in answer.sentence.zh and number in answer.sentence.en for number in bounds.values())
    assert expected is None or sorted(labels(world, answer)) == sorted(expected)


@pytest.mark.parametrize(
    "question", ["哪些产业有三家企业?", "三个地区都发展的产业", "2-4家企业的地区的技术", "三四家企业的产业"]
)
def test_a_number_is_not_left_out(world: KnowledgeGraph, question: str) -> None:
    """Of three firms, none; a range of what nobody asks for; about three or four."""
    assert world.ask(question).status != "answered"


COMPARED = {
    "纸灯业的企业比风铃业多吗?": (True, None),
    "风铃业的企业比纸灯业多吗?": (False, None),
    "风铃业比纸灯业的企业少吗?": (True, None),
    "跟风铃业相比,纸灯业的企业更多吗?": (True, None),
    "纸灯业和风铃业的企业一样多吗?": (False, None),
    "Does wind chime making have more companies than paper lantern making?": (False, None),
    "Are there fewer companies in wind chime making than in paper lantern making?": (True, None),
    "纸灯业和风铃业哪个企业多?": (None, "纸灯业"),
    "纸灯业和风铃业两个产业哪个企业最多?": (None, "纸灯业"),
    "风铃业比纸灯业少几家企业?": (None, "风铃业"),
    "Which has more companies, paper lantern making or wind chime making?": (None, "纸灯业"),
}


@pytest.mark.parametrize("question", COMPARED)
def test_which_of_two_numbers_is_larger(world: KnowledgeGraph, question: str) -> None:
    """The two numbers are the working."""
    answer = world.ask(question)
    yes, winner = COMPARED[question]
    assert (answer.status, answer.kind, answer.yes) == ("answered", "comparison", yes), answer.sentence
    assert (answer.winner and world.names.label(answer.winner, "zh")) == winner
    assert answer.working
    assert all(said in answer.working.zh for said in ("纸灯业 5 家", "风铃业 0 家", "相差 5"))


@pytest.mark.parametrize(
    "question", ["纸灯业的企业比风铃业多三家吗?", "纸灯业的国内企业比风铃业多吗?", "企业最多的两个产业"]
)
def test_what_a_comparison_does_not_answer(world: KnowledgeGraph, question: str) -> None:
    """By how many; of some of the things; the first two."""
    assert world.ask(question).status == "not-understood"


@pytest.mark.parametrize(
    ("question", "names"),
    [("哪个地区的企业最多?", ["云汀省", "澄洲"]), ("纸伞业企业最多的环节", None), ("没有企业的环节", ["铃管"])],
)
def test_segments_and_regions_by_their_companies(world: KnowledgeGraph, question: str, names: list[str] | None) -> None:
    answer = world.ask(question)
    assert (sorted(labels(world, answer)) == names) if names else answer.status != "answered"


PASSAGES = [
    "what does passage w1-L0029 say?",
    "What does w1-L0029 say?",
    "w1-L0029 这一段讲了什么?",
    "w1-L0029 写了啥",
    "w1-L0029",
]


@pytest.mark.parametrize("question", PASSAGES)
def test_what_a_passage_says(world: KnowledgeGraph, question: str) -> None:
    answer = world.ask(question)
    assert answer.reading and answer.reading.values == {"passage": "w1-L0029"}
    assert "灯河示范街" in answer.sentence.zh


@pytest.mark.parametrize("question", ["29", "在 29 里", "2024 年"])
def test_a_number_is_no_passage(world: KnowledgeGraph, question: str) -> None:
    assert world.ask(question).status == "not-understood"


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("纸灯业什么时候达到200亿元?", {2029}),
        ("When will paper lantern making reach 20 billion yuan?", {2029}),
        ("风铃业的市场规模哪一年达到30亿元?", {2024}),
    ],
)
def test_when_a_figure_has_a_value(world: KnowledgeGraph, question: str, years: set[int]) -> None:
    answer = world.ask(question)
    assert answer.status == "answered"
    assert {figure["year"] for figure in world.questions.plain(answer)["figures"]} == years


@pytest.mark.parametrize("question", ["纸灯业什么时候商用?", "When will wind chime making go commercial?"])
def test_when_something_comes_into_use_is_not_said(world: KnowledgeGraph, question: str) -> None:
    assert world.ask(question).status == "not-in-report"


@pytest.mark.parametrize(
    ("question", "count", "number"), [("报告提到多少企业?", 6, 6), ("How many technologies are there?", None, 3)]
)
def test_how_many_there_are_overall(world: KnowledgeGraph, question: str, count: int | None, number: int) -> None:
    """Of kinds of which one instance may be a part of another, the number is no count."""
    answer = world.ask(question)
    assert (answer.count, len(answer.things)) == (count, number)


@pytest.mark.parametrize(
    "question", ["纸灯业有多少企业?", "How many companies does paper lantern making have?", "纸灯业企业有几家?"]
)
def test_institutes_are_no_companies(world: KnowledgeGraph, question: str) -> None:
    """The number is the one that comparisons and bounds have."""
    assert world.ask(question).count == 5
    assert len(world.ask("纸灯业有哪些企业和机构?").things) > 5


def test_what_is_counted_is_what_was_asked_for(world: KnowledgeGraph) -> None:
    """The rows of industries and their regions are as many industries; regions were asked for."""
    assert world.ask("How many regions does the report mention?").count == 4


def test_whether_it_has_more_is_told_only_of_what_is_asked_about(world: KnowledgeGraph) -> None:
    """和 B 比 A 的企业多吗 is about A, though B stands first."""
    assert world.ask("和纸灯业比风铃业的企业多吗?").status == "not-understood"


def test_numbers_of_things_are_no_figures(world: KnowledgeGraph) -> None:
    """More companies is no larger market."""
    answer = world.ask("Does paper lantern making have more companies than wind chime making?")
    assert answer.reading and answer.reading.query.name == "industries-compared-by-things"


@pytest.mark.parametrize(
    "question",
    [
        "纸灯业的企业哪些不在纸伞业?",
        "哪些企业在纸灯业而不在纸伞业?",
        "不在纸伞业的纸灯业企业",
        "Which companies of paper lantern making are not in paper umbrella making?",
    ],
)
def test_what_one_industry_has_and_another_has_not(world: KnowledgeGraph, question: str) -> None:
    answer = world.ask(question)
    assert sorted(labels(world, answer)) == sorted(["明盈灯业", "明萤灯业", "听竹社"])
    assert answer.passages


LACKING = {
    "哪些产业提到云汀而没有提到灯纸?": ["纸伞业"],
    "Which industries mention cold dyeing but not Qinglan?": ["风铃业"],
    "哪些企业没有出现在纸伞业?": ["明盈灯业", "明萤灯业", "听竹社"],
    "Which technologies are not in paper umbrella making?": ["热染"],
}


@pytest.mark.parametrize("question", LACKING)
def test_what_is_not_named(world: KnowledgeGraph, question: str) -> None:
    answer = world.ask(question)
    assert (answer.status, sorted(labels(world, answer))) == ("answered", sorted(LACKING[question]))


@pytest.mark.parametrize("question", ["纸灯业的企业超过4家吗?", "Does paper lantern making name at least 5 companies?"])
def test_whether_a_number_is_above_a_bound(world: KnowledgeGraph, question: str) -> None:
    assert world.ask(question).yes is True
    assert world.ask(question.replace("4", "5").replace("5 c", "6 c")).yes is None


AGAINST = {
    "风铃业的市场规模超过20亿元吗?": True,
    "风铃业的市场规模2024年超过40亿元吗?": False,
    "纸灯业2029年能达到200亿元吗?": True,
    "Is the market size of wind chime making less than 2 billion yuan?": False,
    "纸灯业的市场规模超过150亿元吗?": None,  # some of its figures
}


@pytest.mark.parametrize("question", AGAINST)
def test_whether_figures_are_within_a_bound(world: KnowledgeGraph, question: str) -> None:
    """Yes or no if every figure says so; the figures stand there in any case, with their passages."""
    answer = world.ask(question)
    assert (answer.status, answer.yes) == ("answered", AGAINST[question]), answer.sentence
    assert world.questions.plain(answer)["figures"] and answer.passages and "亿元" in answer.sentence.zh


@pytest.mark.parametrize("question", ["风铃业的增速快吗?", "Is the growth of wind chime making fast?"])
def test_figures_tell_no_degree(world: KnowledgeGraph, question: str) -> None:
    assert world.ask(question).yes is None


def test_what_is_missing_may_be_said_twice(world: KnowledgeGraph) -> None:
    """Two words for one negation deny one thing."""
    answer = world.ask("which sections does paper lantern making lack missing")
    assert answer.reading and answer.reading.query.name == "sections-lacking"


TWO_NUMBERS = {
    "纸灯业上游的企业比下游多吗?": (True, ("上游 2 家", "下游 1 家")),
    "Are there more upstream than midstream companies in paper lantern making?": (False, ("上游 2 家", "中游 2 家")),
    "云汀省的企业比澄洲多吗?": (False, ("云汀省 2 家", "澄洲 2 家")),
    "云汀省和澄洲哪里企业更多?": (None, ("一样多", "云汀省 2 家", "澄洲 2 家")),
}


@pytest.mark.parametrize("question", TWO_NUMBERS)
def test_numbers_of_companies_at_tiers_and_in_regions(world: KnowledgeGraph, question: str) -> None:
    answer = world.ask(question)
    yes, said = TWO_NUMBERS[question]
    assert (answer.status, answer.kind, answer.yes) == ("answered", "comparison", yes), answer.sentence
    assert all(words in answer.sentence.zh for words in said)


@pytest.mark.parametrize("question", ["纸伞业没有而纸灯业有的企业", "哪些企业纸伞业没有而纸灯业有"])
def test_who_lacks_what_is_not_turned_around(world: KnowledgeGraph, question: str) -> None:
    """“Which the one has not and the other has” is not “which are in the one and not in the other”."""
    assert world.ask(question).status == "not-understood"


def test_what_is_left_out_ends_at_a_thing_of_another_kind(world: KnowledgeGraph) -> None:
    """A comma behind “except Yunting” adds no industry to it."""
    answer = world.ask("除了云汀,风铃业还在哪些地区?")
    assert answer.reading and answer.reading.query.name == "regions-of-industry"
    assert "云汀省" not in labels(world, answer)


def test_what_is_left_out_is_in_no_column(world: KnowledgeGraph) -> None:
    answer = world.ask("云汀以外的地区")
    assert "云汀" not in answer.sentence.zh


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("纸灯业上游是哪两家企业?", "answered"),
        ("纸灯业上游是哪三家企业?", "not-understood"),
        ("Which two companies are in lantern paper?", "not-understood"),
    ],
)
def test_as_many_are_asked_for_as_there_are(world: KnowledgeGraph, question: str, status: str) -> None:
    """Else others may be meant."""
    assert world.ask(question).status == status


FIRST = {
    "纸灯业是企业最多的产业吗?": True,
    "风铃业是企业最多的产业吗?": None,
    "Is wind chime making the industry with the most companies?": None,
}


@pytest.mark.parametrize("question", FIRST)
def test_whether_something_is_first_is_asked_of_all_that_are_ranked(world: KnowledgeGraph, question: str) -> None:
    """Of the named one alone, anything would be first."""
    assert world.ask(question).yes is FIRST[question]


@pytest.mark.parametrize(
    "question",
    [
        "Is wind chime making larger than paper lantern making?",
        "Is paper lantern making larger than wind chime making?",
    ],
)
def test_what_is_worked_out_affirms_nothing(world: KnowledgeGraph, question: str) -> None:
    """There is a ratio of any two figures, whichever is larger."""
    assert world.ask(question).yes is None


NUMBERS = {
    "风铃业2024年的市场规模是30亿元吗?": True,
    "风铃业2024年的市场规模是30亿美元吗?": None,
    "Was the market of wind chime making 3 billion yuan in 2024?": True,
    "Was the market of wind chime making in the world 3 billion yuan?": None,
    "2024年纸灯出货量是3000万吗?": None,  # it is more
}


@pytest.mark.parametrize("question", NUMBERS)
def test_a_number_is_affirmed_with_its_unit(world: KnowledgeGraph, question: str) -> None:
    assert world.ask(question).yes is NUMBERS[question]


@pytest.mark.parametrize("question", ["各产业各有多少家企业?", "How many companies does each industry have?"])
def test_each_is_not_all(world: KnowledgeGraph, question: str) -> None:
    answer = world.ask(question)
    assert (answer.status, answer.count, answer.winner) == ("answered", None, None)
    assert len(answer.things) > 1
    assert "纸灯业 5 家、" in answer.sentence.zh and "风铃业 0 家" in answer.sentence.zh


def test_most_is_no_standing(world: KnowledgeGraph) -> None:
    """Most companies are not those that are called the first."""
    assert world.ask("纸灯业、风铃业和纸伞业哪个企业最多?").status == "not-understood"


@pytest.mark.parametrize("question", ["不在中国的企业", "Which companies are not in China?"])
def test_a_firm_of_no_stated_place_is_not_outside(world: KnowledgeGraph, question: str) -> None:
    answer = world.ask(question)
    assert (answer.status, answer.table.rows) == ("not-in-report", ())
    assert "写明所在地" in answer.sentence.zh


@pytest.mark.parametrize(
    "question",
    [
        "纸灯业属于未来产业吗?",  # 未 of 未来产业 is no “without”
        "有没有企业既做灯纸又做走马灯?",  # no passage has both, which says nothing of a firm that makes both
        "明盈灯业做灯纸吗?",  # no passage names both, but the firm is in the industry of the product
    ],
)
def test_neither_yes_nor_no_is_told_without_ground(world: KnowledgeGraph, question: str) -> None:
    answer = world.ask(question)
    assert (answer.status, answer.yes) == ("not-understood", None), answer.sentence


def test_what_stands_before_outside_is_left_out(world: KnowledgeGraph) -> None:
    for question in ("青岚以外纸灯业上游还有哪些企业?", "除了青岚之外纸灯业上游还有哪些企业?"):
        assert labels(world, world.ask(question)) == ["竹里编舍"]


def test_two_questions_in_one_are_not_a_third(world: KnowledgeGraph) -> None:
    """The growth of one year and the size of another is not the growth between them."""
    answer = world.ask("纸灯业2024年增速和2029年市场规模")
    assert answer.reading is None or answer.reading.query.name != "growth-between-years"


def test_the_grounds_of_an_industry_are_told_with_any_relation(world: KnowledgeGraph) -> None:
    """在 is no relation that a row must have."""
    assert world.ask("青岚为什么在纸灯业?").passages


def test_who_supplies_is_not_what_is_supplied(world: KnowledgeGraph) -> None:
    answer = world.ask("Who supplies Qinglan?")
    assert answer.status == "not-in-report"
    assert answer.reading and answer.reading.query.name == "relations-to-company"


def test_who_makes_a_firm_is_not_who_invests_in_it(world: KnowledgeGraph) -> None:
    """供应 can mean that somebody makes something; that a wording has it does not make 生产 mean a relation of firms."""
    assert world.ask("谁生产听竹社?").status != "answered"
    assert world.ask("谁投资了听竹社?").status == "answered"


@pytest.mark.parametrize(
    "question",
    [
        "哪些企业不在云汀省也不在澄洲?",  # what is denied the second time is not affirmed
        "纸灯业除上游外的企业",  # what no row has, and could be no answer, is not left out in silence
        "哪三家企业在产业里最多?",  # three firms are asked for, not the industries that have the most
        "哪两家企业在产业里最多?",
        "Which companies of 云汀省 are not in paper lantern making?",  # not: those outside 云汀省
    ],
)
def test_no_condition_falls_away(world: KnowledgeGraph, question: str) -> None:
    assert world.ask(question).status == "not-understood"


@pytest.mark.parametrize("question", ["产业数超过1个的企业", "产业数多于一的企业"])
def test_a_number_of_things_is_of_what_stands_before_it(world: KnowledgeGraph, question: str) -> None:
    answer = world.ask(question)
    assert answer.status == "answered" and answer.reading
    assert answer.reading.query.name == "things-within-bounds"


def test_a_pair_is_two(world: KnowledgeGraph) -> None:
    """Of two industries that are asked for, a pair that is first has both."""
    answer = world.ask("哪两个产业共同的企业最多?")
    assert answer.reading and answer.reading.query.name == "industry-pairs-by-companies"


def test_each_has_no_total(world: KnowledgeGraph) -> None:
    assert world.ask("纸灯业上中下游各有几家企业?").count is None


def test_a_homophone_is_no_word_that_turns_a_question_around(world: KnowledgeGraph) -> None:
    answer = world.ask("初了青岚,纸灯业上游还有哪些企业?")  # 初了 sounds like 除了
    assert (answer.status, answer.unread) == ("not-understood", ("初",))


def test_where_a_thing_is(world: KnowledgeGraph) -> None:
    assert labels(world, world.ask("明盈灯业在哪里?")) == ["澄洲"]


def test_the_growth_of_an_indicator(world: KnowledgeGraph) -> None:
    answer = world.ask("纸灯业的市场规模增长率是多少?")
    assert answer.status == "answered" and answer.kind == "figures"


def test_what_somebody_does_in_an_industry_is_what_its_section_says(world: KnowledgeGraph) -> None:
    for question in ("云汀在纸灯业中做什么?", "What does Yunting province do in paper lantern making?"):
        answer = world.ask(question)
        assert answer.status == "answered"
        assert "竹影灯也卖到云汀省的店家" in answer.sentence.zh


def test_sentences_stand_one_after_the_other(world: KnowledgeGraph) -> None:
    said = world.ask("Contradictions about paper lanterns?").sentence.en
    assert said.count(". The part, 29 million, is more") == 1
    assert ".," not in said


def test_where_somebody_works_is_not_all_that_is_said_of_it(world: KnowledgeGraph) -> None:
    answer = world.ask("中国哪里在做风铃业?")
    assert answer.reading is None or answer.reading.query.name != "chapter-on-thing"


def test_figures_are_not_added_up(world: KnowledgeGraph) -> None:
    """A figure of three workshops together is not that of two of them."""
    answer = world.ask("青岚和竹里编舍的市场份额加起来是多少?")
    assert (answer.status, answer.table.rows, answer.unread) == ("not-understood", (), ())
    assert "不把几个数字相加" in answer.sentence.zh


@pytest.mark.parametrize("name", ["灯纸", "灯会", "云汀", "纸灯业", "青岚"])
def test_a_name_alone_asks_what_is_said_of_it(world: KnowledgeGraph, name: str) -> None:
    assert world.ask(name).status == "answered"


def test_a_known_name_is_not_among_what_was_not_understood(world: KnowledgeGraph) -> None:
    assert world.ask("灯纸 青岚 为什么").unread == ("为什么",)
    answer = world.ask("灯会、灯河示范街吗")
    assert (answer.status, answer.unread) == ("not-understood", ())
    assert "认得" in answer.sentence.zh and answer.choices


WHETHER = {
    "青岚参与灯会吗?": ("answered", True),
    "Does Qinglan supply Mingying Lamps?": ("answered", True),
    "竹里编舍在风铃业吗?": ("not-in-report", False),  # no passage names both
    "Does Qinglan invest in Mingying Lamps?": ("not-understood", None),  # passages name both, and may say it otherwise
}


@pytest.mark.parametrize("question", WHETHER)
def test_yes_or_no(world: KnowledgeGraph, question: str) -> None:
    answer = world.ask(question)
    assert (answer.status, answer.yes) == WHETHER[question], answer.sentence
    assert bool(answer.passages) == (answer.status != "not-in-report")


def test_a_count_counts_what_is_asked_for(world: KnowledgeGraph) -> None:
    answer = world.ask("纸灯业上游有几家企业?")
    assert (answer.kind, answer.count) == ("count", 2)
    assert answer.sentence.zh.startswith("共 2 家。")
    assert answer.sentence.en.startswith("2. ")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("报告提到多少技术?", "文献点名 3 项"),
        ("报告提到多少地区?", "共 4 个。"),
        ("纸灯业有哪三家企业?", "问的是 3 家"),
    ],
)
def test_a_number_has_the_measure_word_of_what_is_counted(world: KnowledgeGraph, question: str, said: str) -> None:
    assert world.ask(question).sentence.zh.startswith(said)


NOTHING = {
    "what nobody has a word for": ("大疆在哪些产业?", "not-understood", ("大疆",)),
    "a restriction that is not understood": ("最便宜的灯纸有哪些企业?", "not-understood", ("便宜",)),
    "what reports do not have": ("青岚有多少员工?", "not-in-report", ()),
    "a figure that is not there": ("2019年风铃业的市场规模", "not-in-report", ()),
    "another verb": ("谁弄坏灯纸?", "not-understood", ("弄坏",)),
    "no question": ("……", "not-understood", ()),
}


def test_a_region_is_not_among_its_regions(world: KnowledgeGraph) -> None:
    assert "中国" not in labels(world, world.ask("中国哪些地区发展风铃业?"))


def test_no_row_for_a_region_proves_nothing(world: KnowledgeGraph) -> None:
    """A firm of no stated seat, or of a seat in the region, may be meant."""
    answer = world.ask("云汀有哪些风铃业企业?")
    assert (answer.status, answer.table.rows) == ("not-understood", ()), answer.sentence
    assert answer.choices


@pytest.mark.parametrize(
    ("question", "industry"), [("哪些产业提到的企业多于4家?", "纸灯业"), ("哪个产业的企业最少?", "风铃业")]
)
def test_industries_by_how_much_they_name(world: KnowledgeGraph, question: str, industry: str) -> None:
    answer = world.ask(question)
    assert (answer.status, labels(world, answer)) == ("answered", [industry])


@pytest.mark.parametrize("question", ["纸灯业有几种应用?", "纸灯业有多少应用?"])
def test_of_things_that_are_parts_of_others_the_number_is_no_count(world: KnowledgeGraph, question: str) -> None:
    answer = world.ask(question)
    assert (answer.status, answer.count) == ("answered", None)
    assert f"点名 {len(answer.things)} 个" in answer.sentence.zh and "节庆布置" in answer.sentence.zh


def test_an_industry_narrows_to_what_its_section_states(world: KnowledgeGraph) -> None:
    answer = world.ask("云汀有哪些纸灯业企业?")
    assert sorted(labels(world, answer)) == sorted(["青岚纸坊", "明盈灯业"])
    assert {"w1-L0029", "w2-L0023"} == {passage.rsplit("/", 1)[-1] for passage in answer.passages}


def test_a_ranking_of_one_thing_does_not_rank_another(world: KnowledgeGraph) -> None:
    """Which region is first is not told by which product is first in each region."""
    answer = world.ask("出货量最高的地区是哪里?")
    assert (answer.status, answer.table.rows) == ("not-understood", ()), answer.sentence


def test_a_number_is_not_divided_to_find_a_smaller_one(world: KnowledgeGraph) -> None:
    assert world.ask("市场规模超过100万亿元的产业").table.rows == ()


@pytest.mark.parametrize("case", NOTHING)
def test_nothing(world: KnowledgeGraph, case: str) -> None:
    question, status, unread = NOTHING[case]
    answer = world.ask(question)
    assert (answer.status, answer.table.rows) == (status, ()), answer.sentence
    assert all(any(word in one for one in answer.unread) for word in unread), answer.unread


def test_readings_that_differ_are_offered(world: KnowledgeGraph) -> None:
    answer = world.ask("竹编")  # a product and a technology
    assert answer.status == "choices"
    assert {choice.query.name for choice in answer.choices} == {"product-profile", "technology-profile"}


def test_a_passage_is_asked_for_by_its_name(world: KnowledgeGraph) -> None:
    for question in ("w1-L0020说了什么?", "关于w1-L0020说了什么", "passage W1-L0020"):
        answer = world.ask(question)
        assert (answer.status, answer.passages) == ("answered", ("https://w3id.org/xinzhi/passage/w1-L0020",)), question
        assert "青岚纸坊" in answer.sentence.zh


def test_a_question_is_cut(world: KnowledgeGraph) -> None:
    assert len(world.ask("灯纸" * 1000).question) == 1000


def test_a_result_says_that_it_is_as_rough_as_its_figures(world: KnowledgeGraph) -> None:
    said = world.ask("纸灯业从2024年到2029年的增速").sentence
    assert "从 2024 年的约 120 亿元到 2029 年的 200 亿元:约 1.67 倍" in said.zh
    assert "from about 12 billion yuan renminbi in 2024 to 20 billion" in said.en
