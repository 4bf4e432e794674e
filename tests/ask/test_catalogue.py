"""Saved queries on the invented project: what people type as a parameter, as a term; what is asked about unless they do."""

from __future__ import annotations

from collections.abc import Mapping

import pyoxigraph as ox
import pytest

from kg.ask.catalogue import Catalogue
from kg.ask.names import Names
from kg.errors import NotFound, UsageProblem
from kg.graph import KnowledgeGraph
from kg.pipeline.examples import with_examples
from kg.source.queryfile import Parameter, parse
from kg.store.values import plain
from kg.terms import Text, compact, expand
from kg.vocab import ENTITIES, IVC, LABEL, PASSAGE, TYPE, XSD
from lookups import EMPTY

NINES = "9" * 400
THING = """#+ title: {zh: 事, en: q}
#+ question: {zh: "{x}?", en: "{x}?"}
#+ tags: [a]
#+ params:
#+   x: {type: thing, zh: 物, en: thing}
#+ columns:
#+   x: {zh: 物, en: thing}
SELECT ?x WHERE { VALUES ?x { UNDEF } } ORDER BY ?x"""


def param(kind: str, default: str = "UNDEF", *choices: str, example: bool = False) -> Parameter:
    return Parameter("x", kind, Text("某物", "something"), default, choices, example)


# -- numbers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("integer", "2", "2"),
        ("integer", "-0", "0"),
        ("integer", "２０３０", "2030"),
        ("integer", " +5 ", "5"),
        ("integer", "9" * 18, "9" * 18),
        ("integer", "-" + "9" * 17, "-" + "9" * 17),
        ("year", "1900", "1900"),
        ("year", "2100", "2100"),
        ("year", "２０２５", "2025"),
        ("year", "+2025", "2025"),
        ("decimal", "0.0000001", "0.0000001"),
        ("decimal", "-2.50", "-2.5"),
        ("decimal", "5.", "5"),
        ("decimal", "１．５", "1.5"),
        ("decimal", "9" * 18 + "." + "9" * 18, "9" * 18 + "." + "9" * 18),
        ("decimal", "1e3", "1000"),
        ("decimal", "1e-18", "0." + "0" * 17 + "1"),
        ("decimal", "-9.99e17", "-999" + "0" * 15),
        ("decimal", ".50", "0.5"),
        ("decimal", "1" + "0" * 17 + ".25", "1" + "0" * 17 + ".25"),
        ("decimal", "0e999999999", "0"),
        ("decimal", "-0." + "0" * 5000, "0"),
        ("decimal", "0." + "1" * 5000, "0." + "1" * 18),
    ],
)
def test_a_number_is_one_that_the_engine_reckons_with(world: KnowledgeGraph, kind: str, typed: str, value: str) -> None:
    found = world.catalogue.term(param(kind), typed)
    assert (found.value, found.datatype.value) == (value, XSD + ("decimal" if kind == "decimal" else "integer"))
    assert isinstance(plain(found), float if kind == "decimal" else int)
    least = "-" if value.startswith("-") else ""
    assert bool(ox.Store().query(f"ASK {{ FILTER({least}1 * {found} >= 0) FILTER({found} + 1 > {found}) }}"))


@pytest.mark.parametrize(
    ("kind", "typed", "wanted"),
    [
        ("integer", "1" + "0" * 18, "at most 18 digits"),
        ("integer", "-" + "9" * 18, "at most 18 digits"),
        ("integer", NINES, "at most 18 digits"),
        ("integer", "9" * 5000, "at most 18 digits"),
        ("integer", "1e3", "a whole number"),
        ("integer", "1.0", "a whole number"),
        ("integer", "1_000", "a whole number"),
        ("integer", "一", "a whole number"),
        ("integer", "", "a whole number"),
        ("year", "1899", "from 1900 to 2100"),
        ("year", "2101", "from 1900 to 2100"),
        ("year", "-2000", "from 1900 to 2100"),
        ("year", NINES, "from 1900 to 2100"),
        ("year", "2024.0", "a whole number"),
        ("decimal", "1e18", "between 1e-18 and 1e18"),
        ("decimal", "9.9e-19", "between 1e-18 and 1e18"),
        ("decimal", "1e999999999", "between"),
        ("decimal", "1e-999999999", "between"),
        ("decimal", NINES, "between"),
        ("decimal", "nan", "a number"),
        ("decimal", "INF", "a number"),
        ("decimal", "1_0.0", "a number"),
        ("decimal", "--1", "a number"),
        ("decimal", ".", "a number"),
        ("decimal", "", "a number"),
    ],
)
def test_another_number_is_refused_with_what_is_wanted(
    world: KnowledgeGraph, kind: str, typed: str, wanted: str
) -> None:
    with pytest.raises(UsageProblem, match="the parameter x cannot be") as caught:
        world.catalogue.term(param(kind), typed)
    assert wanted in str(caught.value.hint)
    assert len(caught.value.render("zh")) < 200


def test_an_impossible_value_is_repeated_up_to_sixty_characters(world: KnowledgeGraph) -> None:
    for typed, shown in (("x" * 60, "x" * 60), ("x" * 61, "x" * 60 + "…")):
        with pytest.raises(UsageProblem) as caught:
            world.catalogue.term(param("integer"), typed)
        assert f"“{shown}”" in caught.value.render("en")


# -- texts, choices, things ---------------------------------------------------------------------------


def test_a_text_is_a_literal_with_the_tag_of_its_default(world: KnowledgeGraph) -> None:
    term = world.catalogue.term
    assert term(param("string"), '灯"}') == ox.Literal('灯"}')
    assert term(param("string", '"业"'), "灯") == ox.Literal("灯")
    assert term(param("string", '"业"@zh'), "灯") == ox.Literal("灯", language="zh")
    assert term(param("string", '"a"@b"@en-GB '), "灯") == ox.Literal("灯", language="en-gb")
    with pytest.raises(UsageProblem, match="the parameter x cannot be") as caught:
        term(param("string"), "a\udcff")
    assert "UTF-8" in str(caught.value.hint)
    assert r"“a\udcff”" in caught.value.render("zh")


def test_a_choice_is_one_of_those_that_there_are(world: KnowledgeGraph) -> None:
    kinds = param("enum", '"Company"', "Company", "Product")
    assert world.catalogue.term(kinds, "Product") == ox.Literal("Product")
    for wrong in ("product", "企业", ""):
        with pytest.raises(UsageProblem) as caught:
            world.catalogue.term(kinds, wrong)
        assert caught.value.hint == Text("需要:可选:Company、Product", "wanted: one of: Company, Product")
    assert [r["thing"] for r in world.query("things-by-mentions", 1, kind="Technology")] == [expand("tech:cold-dyeing")]


@pytest.mark.parametrize(
    ("kind", "typed", "iri"),
    [
        ("Product", "竹编", "prod:bamboo-weave"),
        ("Technology", "竹编", "tech:bamboo-weaving"),
        ("Organization", "青岚", "co:qinglan"),
        ("Segment", "灯礼盒", "https://example.org/lamp/segment/gift-boxes"),
        ("Region", "全国", "reg:china"),
        ("Unit", "美元", "ivl:usd"),
        ("Rank", "ivl:first", "ivl:first"),
    ],
)
def test_a_thing_by_any_name_of_its_class(world: KnowledgeGraph, kind: str, typed: str, iri: str) -> None:
    assert world.catalogue.term(param(kind), typed) == ox.NamedNode(expand(iri))


def test_a_thing_of_another_class_is_refused(world: KnowledgeGraph) -> None:
    with pytest.raises(NotFound, match="“冷染” is of the kind technology, not industry"):
        world.catalogue.term(param("Industry"), "冷染")


def test_a_thing_of_any_class_is_all_that_bear_the_name(world: KnowledgeGraph) -> None:
    query = parse(THING, "q", "q.rq")
    for typed, iris in (
        ("竹编", {"tech:bamboo-weaving", "prod:bamboo-weave"}),
        ("prod:bamboo-weave", {"prod:bamboo-weave"}),
        ("青岚", {"co:qinglan"}),
    ):
        bound = world.catalogue.bind(query, {"x": typed})
        assert {row["x"] for row in world.store.select(bound)} == {expand(iri) for iri in iris}
    with pytest.raises(NotFound):
        world.catalogue.bind(query, {"x": "nothing such"})


@pytest.mark.parametrize("typed", ["w2-L0025", "psg:w2-L0025", PASSAGE + "w2-L0025", "w2-25", "w2-l25", "w2-L000025"])
def test_a_passage_by_name_line_or_iri(world: KnowledgeGraph, typed: str) -> None:
    assert world.catalogue.term(param("Passage"), typed) == ox.NamedNode(PASSAGE + "w2-L0025")


@pytest.mark.parametrize(
    "typed", ["25", "L25", "w3-L0025", "w2-", "w2-L", "w2-x25", "w2-X25", "w2-²", "w2-２５", "w2-" + "9" * 19, "", "w2"]
)
def test_what_names_no_passage_of_two_documents(world: KnowledgeGraph, typed: str) -> None:
    """Where there are two documents, the number of a line alone names no passage."""
    with pytest.raises(NotFound, match=f"there is no passage {typed[:60]}"):
        world.catalogue.term(param("Passage"), typed)


def test_of_an_only_document_the_line_is_enough() -> None:
    names = Names({**EMPTY, "documents": {"https://example.org/text.pdf": "d1"}})
    for typed in ("25", "L25", "d1-L0025", "d1-25"):
        assert Catalogue([], names).term(param("Passage"), typed) == ox.NamedNode(PASSAGE + "d1-L0025")
    with pytest.raises(NotFound):
        Catalogue([], names).term(param("Passage"), "x-25")


# -- queries and their questions ------------------------------------------------------------------------


def test_a_query_is_found_by_its_name_or_near_ones_are_offered(world: KnowledgeGraph) -> None:
    names = [query.name for query in world.catalogue]
    assert names == sorted(names)
    assert {"two-figures", "market-size"} <= set(names), "those of the project and of the one it extends"
    assert world.catalogue.get("two-figures").title.en == "One figure in two documents"
    with pytest.raises(NotFound, match="no query called two-figure") as caught:
        world.catalogue.get("two-figure")
    assert "near: two-figures" in str(caught.value.hint)
    with pytest.raises(NotFound) as caught:
        world.catalogue.get("~")
    assert caught.value.hint == Text("全部查询见 kg queries", "kg queries lists them all")


@pytest.mark.parametrize(
    ("name", "values", "zh", "en"),
    [
        ("bottlenecks", {}, "任一产业的瓶颈是什么?", "What holds any industry back?"),
        ("bottlenecks", {"industry": "灯业"}, "纸灯业的瓶颈是什么?", "What holds paper lantern making back?"),
        (
            "figures-by-year",
            {"year": "２０２９"},
            "文献给出了 2029 年的哪些数字?",
            "Which figures do the documents give for 2029?",
        ),
        (
            "things-by-mentions",
            {},
            "哪些企业在最多的段落中被提到?",
            "Which companies are named in most passages?",
        ),
        (
            "things-by-mentions",
            {"kind": "Policy"},
            "哪些政策在最多的段落中被提到?",
            "Which policies are named in most passages?",
        ),
        (
            "things-by-name",
            {"name": "Company"},
            "哪些事物叫“Company”(含别名、英文名、简称)?",
            "Which things are called “Company”, aliases included?",
        ),
        (
            "statements-of-passage",
            {"passage": "w2-9"},
            "w2-L0009 一段共说了哪些事?",
            "What does the passage w2-L0009 state?",
        ),
        (
            "passages-naming-both",
            {"one": "冷染"},
            "哪些段落同时提到“冷染”和“中国”?",
            "Which passages name both “冷染” and “中国”?",
        ),
    ],
)
def test_a_question_in_words(world: KnowledgeGraph, name: str, values: Mapping[str, str], zh: str, en: str) -> None:
    assert world.catalogue.question(world.catalogue.get(name), values) == Text(zh, en)


def test_values_stand_in_the_query_as_terms(world: KnowledgeGraph) -> None:
    query = world.catalogue.get("two-figures")
    assert "VALUES ?industry { <https://w3id.org/xinzhi/industry/wind-chimes> }" in world.catalogue.bind(
        query, {"industry": "风铃业"}
    )
    assert world.catalogue.bind(query, {}) == query.sparql
    with pytest.raises(UsageProblem, match="two-figures has no parameter colour") as caught:
        world.catalogue.bind(query, {"industry": "风铃业", "colour": "red"})
    assert "its parameters: industry" in caught.value.render("en")
    with pytest.raises(UsageProblem) as caught:
        world.catalogue.bind(world.catalogue.get("things-by-kind"), {"year": "2024"})
    assert "its parameters: none" in caught.value.render("en")


# -- examples -----------------------------------------------------------------------------------------


def test_what_is_asked_about_is_there(world: KnowledgeGraph) -> None:
    """The default is the named thing, else what most passages speak of; two parameters of one class get two things."""
    defaults = {q.name: [p.default for p in q.params if not p.narrows] for q in world.catalogue}
    for name, wanted in {
        "market-size": ["ind:paper-lanterns"],  # which kg.toml names
        "companies-using-technology": ["tech:cold-dyeing"],  # in four passages; bamboo weaving is in two
        "statements-of-passage": ["psg:w1-L0038"],  # where most is stated
        "things-by-name": ['"纸灯业"'],
        "shared-companies": ["ind:paper-lanterns", "ind:paper-umbrellas"],
        "products-in-segment": [
            "<https://example.org/lamp/segment/gift-boxes>"
        ],  # others have more passages, but no rows
        "links-between-companies": ["co:qinglan", "<https://example.org/lamp/organization/听竹社>"],
        "bottlenecks": ["UNDEF"],  # wants none
        "figures-by-year": ["2030"],
    }.items():
        assert defaults[name] == wanted, name
    assert len(world.query("products-in-segment")) > 0


class Made:
    """A graph of a few things of two classes, made for one query."""

    def __init__(self, mentions: Mapping[str, int]) -> None:
        self.store = ox.Store()
        for name, times in mentions.items():
            kind = name.rstrip("0123456789")
            self.add(name, TYPE, ox.NamedNode(IVC + kind))
            self.add(name, LABEL, ox.Literal(f"名{name}", language="zh"), ENTITIES)
            for n in range(times):
                self.add(name, IVC + "said", ox.NamedNode(IVC + "x"), f"{PASSAGE}d-L{n:04d}")

    def add(self, name: str, predicate: str, value: ox.NamedNode | ox.Literal, graph: str = "") -> None:
        where = ox.NamedNode(graph) if graph else ox.DefaultGraph()
        self.store.add(ox.Quad(ox.NamedNode(f"urn:{name}"), ox.NamedNode(predicate), value, where))

    def holds(self, one: str, other: str) -> None:
        """The only row that the query has."""
        self.add(one, IVC + "has", ox.NamedNode(f"urn:{other}"))

    def defaults(self, *kinds: str, first: str = "", body: str = "?a ivc:has ?b") -> list[str]:
        """The examples for a parameter of each of *kinds*, without the namespace of this graph."""
        variables = "ab"[: len(kinds)]
        params = "".join(
            f"#+   {v}: {{type: {kind}, default: example, zh: 甲, en: a}}\n"
            for v, kind in zip(variables, kinds, strict=True)
        )
        text = (
            "#+ title: {zh: 题, en: title}\n#+ question: {zh: 问, en: question}\n#+ tags: [a]\n"
            f"#+ params:\n{params}#+ columns:\n#+   a: {{zh: 甲, en: a}}\nPREFIX ivc: <{IVC}>\nSELECT ?a WHERE {{ "
            + " ".join(f"VALUES ?{v} {{ UNDEF }}" for v in variables)
            + f" {body} }} ORDER BY ?a"
        )
        (found,) = with_examples([parse(text, "q", "q.rq")], self.store, first)
        for param in found.params:  # the query asks about what is shown
            assert f"VALUES ?{param.name} {{ {_long(param.default)} }}" in found.sparql
        return [param.default.strip("<>").removeprefix("urn:") for param in found.params]


def _long(term: str) -> str:
    return f"<{expand(term)}>" if term.startswith("psg:") else term


def test_an_example_is_what_most_passages_speak_of() -> None:
    made = Made({"A1": 1, "A2": 3, "A3": 3, "A4": 2})
    assert made.defaults("A", body="?a a ivc:A") == ["A2"]
    assert made.defaults("A", body="?a a ivc:A", first="名A4") == ["A4"]
    assert made.defaults("string", body="FILTER(BOUND(?a))") == ['"名A2"']
    assert made.defaults("Passage", body="FILTER(BOUND(?a))") == ["psg:d-L0000"]


def test_an_example_has_rows_if_any_has() -> None:
    made = Made({"A1": 3, "A2": 2, "A3": 1, "B1": 2, "B2": 1})
    assert made.defaults("A", "B") == ["A1", "B1"], "none has"
    made.holds("A2", "B2")
    assert made.defaults("A", "B") == ["A2", "B2"]
    assert made.defaults("A", "B", first="名A3") == ["A2", "B2"]


def test_a_thing_is_not_compared_with_itself() -> None:
    made = Made({"A1": 3, "A2": 2})
    made.holds("A1", "A1")
    assert made.defaults("A", "A") == ["A1", "A2"]
    assert Made({"A1": 3}).defaults("A", "A") == ["UNDEF", "UNDEF"], "there is but one"


def test_a_parameter_stays_open_where_there_is_nothing_of_its_class() -> None:
    made = Made({"A1": 1})
    assert made.defaults("C", body="FILTER(BOUND(?a))") == ["UNDEF"]
    made.holds("A1", "B1")
    assert made.defaults("A", "C") == ["A1", "UNDEF"]


@pytest.mark.parametrize(("row", "found"), [(("A12", "B3"), True), (("A1", "B4"), False)])
def test_three_things_are_tried_beside_each(row: tuple[str, str], found: bool) -> None:
    made = Made({f"{kind}{n}": 20 - n for kind in "AB" for n in range(1, 13)})
    made.holds(*row)
    assert made.defaults("A", "B") == (list(row) if found else ["A1", "B1"])


def test_things_that_one_passage_mentions_are_tried_together() -> None:
    made = Made({"A1": 1, "A2": 0, "B1": 0, "B2": 0})
    for name, passages in (("A2", (5,)), ("B1", (1, 2, 3)), ("B2", (0,))):
        for n in passages:
            made.add(name, IVC + "said", ox.NamedNode(IVC + "x"), f"{PASSAGE}d-L{n:04d}")
    assert made.defaults("A", "B") == ["A1", "B2"]
    made.holds("A2", "B1")
    assert made.defaults("A", "B") == ["A2", "B1"], "of A2 no passage tells what else there is"


@pytest.mark.parametrize(("row", "found"), [("A12", True), ("A13", False)])
def test_twelve_things_are_tried(row: str, found: bool) -> None:
    made = Made({f"A{n}": 20 - n for n in range(1, 14)})
    made.holds(row, "B1")
    assert made.defaults("A") == ([row] if found else ["A1"])


def test_an_iri_is_shown_by_its_prefix_where_there_is_one(world: KnowledgeGraph) -> None:
    for query in world.catalogue:
        for one in query.params:
            assert not one.default.startswith("<") or compact(one.default[1:-1]) == one.default[1:-1]


# -- search ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("市场规模", "market-size"),
        ("市場規模", "market-size"),
        ("哪些企业在多个产业", "companies-in-several-industries"),
        ("companies in several industries", "companies-in-several-industries"),
        ("COMPANY of a segment", "companies-in-segment"),
        ("瓶颈", "bottlenecks"),
        ("颈", "bottlenecks"),
        ("bottleneck", "bottlenecks"),
    ],
)
def test_queries_are_found_by_words_of_either_language(world: KnowledgeGraph, words: str, first: str) -> None:
    found = [query.name for query in world.catalogue.search(words)]
    assert found[0] == first
    assert len(found) < len(list(world.catalogue)) / 4


@pytest.mark.parametrize("words", ["purple elephants", "§§§", "", "紫象"])
def test_words_of_no_query_find_none(world: KnowledgeGraph, words: str) -> None:
    assert world.catalogue.search(words) == []
