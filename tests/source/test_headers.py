"""The ``#+`` lines of a saved query: what is taken, and one message with file and line for all that is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from kg.errors import SyntaxProblem
from kg.source.header import MOST_BYTES, MOST_LINES
from kg.source.queryfile import parse, read
from kg.terms import Text

HEADER = """\
#+ title: {zh: 甲, en: a}
#+ question: {zh: "{who}?", en: "{who}?"}
#+ tags: [x]
#+ params: {who: {type: Company, zh: 谁, en: who}}
#+ columns: {company: {zh: 企业, en: company}}
"""
BODY = "SELECT ?company { VALUES ?who { UNDEF } ?company ivc:worksWith ?who }\n"
BOMB = "".join(f"#+ {a}: &{a} [{', '.join([f'*{b}'] * 10)}]\n" for b, a in zip("zabcdefghi", "abcdefghij", strict=True))
"""A billion texts once its aliases are resolved."""


@pytest.fixture(params=["libyaml", "PyYAML"], autouse=True)
def _parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both parsers of PyYAML: not every installation has libyaml."""
    if request.param == "PyYAML":
        monkeypatch.delattr(yaml, "CSafeLoader")


def of(header: str, body: str = BODY) -> SyntaxProblem:
    """What is said of a file with *header*."""
    with pytest.raises(SyntaxProblem) as caught:
        parse(header + body, "q", "queries/q.rq")
    return caught.value


def test_a_header_is_read_as_it_stands() -> None:
    query = parse(HEADER + BODY, "q", "queries/q.rq")
    assert (query.title, query.question, query.tags) == (Text("甲", "a"), Text("{who}?", "{who}?"), ("x",))
    assert [(p.name, p.type, p.label, p.default, p.choices) for p in query.params] == [
        ("who", "Company", Text("谁", "who"), "UNDEF", ())
    ]
    assert (query.columns, query.types) == ({"company": Text("企业", "company")}, {})


@pytest.mark.parametrize("written", ["2030", "1.5", "1:30", "true", "no", "2001-99-99", "2001-01-01T99:99:99Z", ".nan"])
def test_a_scalar_is_a_text_whatever_it_looks_like(written: str) -> None:
    query = parse(HEADER.replace("en: a}", f"en: {written}}}") + BODY, "q", "queries/q.rq")
    assert query.title == Text("甲", written)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("title: {zh: 乙, en: b}", "title in .* stands there twice"),
        ("x: 2001-99-99", "x in .* is no key here"),
        ("x: " + "59:" * 700 + "59.5", "x in .* is no key here"),
        ("x: " + "9" * 5000, "x in .* is no key here"),
        ("x: !!int abc", r"may hold no tag \(!\)"),
        ("x: !!float ''", r"may hold no tag \(!\)"),
        ("x: !!python/object/apply:os.system [id]", r"may hold no tag \(!\)"),
        ("x: &a b", r"may hold no anchor \(&\)"),
        ("x: *a", r"may hold no alias \(\*\)"),
        ("<<: {cq: CQ01}", r"may hold no merge key \(<<\)"),
        ('cq: "\\ud800"', r"invalid Unicode|U\+D800"),
        ('cq: "\\UFFFFFFFF"', "is not YAML"),
        ('cq: "\\e[31mred"', r"invisible character U\+001B"),
        ("cq: \x1b[31mred", r"invisible character U\+001B"),
        ("cq: a\u2028b", r"invisible character U\+2028"),
        ("cq: null", "cq in .* must be a text that is not empty"),
        ("cq:", "cq in .* must be a text that is not empty"),
        ("cq: [CQ01]", "cq in .* must be a text that is not empty"),
        ("{", "is not YAML"),
        ("cq: x: y", "is not YAML"),
        ("9" * 1000 + ": x", "^9{80} in .* is no key here"),
        ("? [a]\n#+ : b", "must be a text that is not empty"),
        ("cq: " + "[" * 4000, "nested too deeply|nesting depth"),
        ("cq: " + "{a: " * 20 + "b" + "}" * 20, "nested too deeply"),
    ],
)
def test_what_a_header_may_not_hold_is_told_with_its_line(line: str, said: str) -> None:
    error = of(f"{HEADER}#+ {line}\n")
    assert str(error.place) == "queries/q.rq:6"
    assert re.search(said, error.what.en), error.what.en
    assert error.what.zh != error.what.en


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("#+ title: {zh: 甲, en: a}\n", "", 1, "the #\\+ header of the query lacks title"),
        (HEADER, "", 1, "lacks title, question, tags, columns"),
        (HEADER, "#+ title\n", 1, "must be made of"),
        ("zh: 甲, en: a", "zh: 甲", 1, "title in .* lacks en"),
        ("zh: 甲, en: a", "zh: null, en: ~", 1, "title.zh in .* must be a text"),
        ("zh: 甲, en: a", "zh: [甲], en: a", 1, "title.zh in .* must be a text"),
        ("zh: 甲, en: a", "zh: 甲, en: a, de: b", 1, "title.de in .* is no key here; there are zh, en"),
        ('{who}?"}', '{whom}?"}', 2, "question in .* has {whom}, which is no parameter"),
        ('{who}?"}', '{who.name}?"}', 2, "which is no parameter"),
        ('{who}?"}', '{who!r}?"}', 2, "which is no parameter"),
        ('{who}?"}', '{who?"}', 2, "which is no parameter"),
        ("[x]", "[1, [2], {a: b}, null]", 3, "tags in .* must be a text"),
        ("[x]", "x", 3, "tags in .* must be a list of texts"),
        ("{who: {", "{foo: {", 2, "which is no parameter"),
        ("type: Company, ", "", 4, "params.who in .* lacks type"),
        ("type: Company", "type: 1", 4, "params.who.type in .* must be made of letters"),
        ("type: Company", "type: [a]", 4, "params.who.type in .* must be a text"),
        ("type: Company", "type: enum", 4, "params.who in .* needs choices"),
        ("type: Company", "choices: [a], type: Company", 4, "params.who in .* needs choices"),
        ("{company: {", "{'a b': {", 5, "columns.a b in .* must be made of letters"),
        ("{company: {", "{company: {width: 3, ", 5, "columns.company.width in .* is no key here"),
        ("{company: {zh: 企业, en: company}}", "[company]", 5, "columns in .* must be made of"),
    ],
)
def test_what_a_header_lacks_is_told_with_its_line(old: str, new: str, line: int, said: str) -> None:
    assert old in HEADER
    error = of(HEADER.replace(old, new, 1) if "?" not in old else HEADER.replace(old, new))
    assert str(error.place) == f"queries/q.rq:{line}"
    assert re.search(said, error.what.en), error.what.en


@pytest.mark.parametrize(
    ("kind", "default"),
    [
        ("Company", ""),
        ("Company", "co:byd co:huawei"),
        ("Company", '"byd"'),
        ("integer", '"2"'),
        ("integer", "2.5"),
        ("integer", "9" * 5000),
        ("decimal", "1e3"),
        ("string", "co:byd"),
        ("string", '"a" "b"'),
    ],
)
def test_a_parameter_has_one_default_of_its_type(kind: str, default: str) -> None:
    error = of(HEADER.replace("Company", kind), f"SELECT ?company {{ VALUES ?who {{ {default} }} }}")
    assert str(error.place) == "queries/q.rq:4"
    assert f"has a default that is not one {kind}" in error.what.en
    assert len(error.what.en) < 250


@pytest.mark.parametrize(
    ("prologue", "written", "default", "read"),
    [
        ("", "Company", "co:byd", ("Company", "co:byd")),
        ("", "ivc:Company", "UNDEF", ("Company", "UNDEF")),
        ("", "https://example.org/灯#行会", "UNDEF", ("https://example.org/灯#行会", "UNDEF")),
        ("", "<https://example.org/灯#行会>", "UNDEF", ("https://example.org/灯#行会", "UNDEF")),
        (
            "PREFIX 灯: <https://example.org/灯#> ",
            "灯:行会",
            "灯:东",
            ("https://example.org/灯#行会", "<https://example.org/灯#东>"),
        ),
        ("PREFIX : <urn:x:> ", '":A"', ":b", ("urn:x:A", "<urn:x:b>")),
        ("PREFIX co: <urn:x:> ", "co:A", "co:b", ("urn:x:A", "<urn:x:b>")),
        ("# PREFIX own: <urn:x:>\n", "own:A", "UNDEF", ("own:A", "UNDEF")),
    ],
)
def test_a_class_is_written_with_a_prefix_of_the_query_or_as_an_iri(
    prologue: str, written: str, default: str, read: tuple[str, str]
) -> None:
    body = f"{prologue}SELECT ?company {{ VALUES ?who {{ {default} }} }}"
    (param,) = parse(HEADER.replace("type: Company", f"type: {written}") + body, "q", "q.rq").params
    assert (param.type, param.default) == read


@pytest.mark.parametrize("body", ["SELECT ?company {}", "SELECT ?company { # VALUES ?who { UNDEF }\n }"])
def test_a_parameter_without_its_values_is_told(body: str) -> None:
    error = of(HEADER, body)
    assert (str(error.place), error.what.en) == (
        "queries/q.rq:4",
        "params.who in the #+ header of the query has no VALUES ?who { default }",
    )


def test_a_comment_ends_where_sparql_has_it() -> None:
    """A CR ends it too, so that what the engine reads as a VALUES block is one here."""
    query = parse(HEADER + "# one\r" + BODY, "q", "q.rq")
    assert query.bind({"who": "<urn:x>"}).endswith("VALUES ?who { <urn:x> } ?company ivc:worksWith ?who }\n")
    assert str(of(HEADER, "SELECT ?company { # VALUES ?who { UNDEF }\r }").place) == "queries/q.rq:4"


def test_a_header_is_one_document() -> None:
    error = of(f"#+---\n{HEADER}#+---\n#+ cq: CQ01\n")
    assert (str(error.place), "more than one" in error.what.en) == ("queries/q.rq:8", True)


def test_aliases_cannot_multiply() -> None:
    assert str(of(BOMB + HEADER).place) == "queries/q.rq:1"


@pytest.mark.parametrize("line", ["#+ k: " + "v" * MOST_BYTES + "\n", "#+\n" * (MOST_LINES + 1)])
def test_a_header_that_is_too_long_is_refused_before_it_is_read(line: str) -> None:
    error = of(HEADER + line)
    assert (str(error.place), "too long" in error.what.en) == ("queries/q.rq:1", True)


def test_the_line_is_that_of_the_file_wherever_the_header_stands() -> None:
    """A line ends as SPARQL has it; a form feed or U+2028 in the query ends none."""
    text = "# a\u2028b\x0cc\r\n\n" + HEADER.replace("\n", "\r\n") + "PREFIX x: <urn:x>\r#+ x: y\n" + BODY
    with pytest.raises(SyntaxProblem) as caught:
        parse(text, "q", "q.rq")
    assert str(caught.value.place) == "q.rq:9"


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path: Path) -> None:
    file = tmp_path / "q.rq"
    file.write_text(HEADER + BODY, encoding="utf-8-sig")
    assert read(file, "q.rq").title == Text("甲", "a")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "q.rq"
    with file.open("wb") as out:
        out.truncate(2**34)  # a sparse file: no memory could hold it
    with pytest.raises(SyntaxProblem, match="larger than") as caught:
        read(file, "q.rq")
    assert str(caught.value.place) == "q.rq"
