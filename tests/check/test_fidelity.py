"""The check of data against a copy of the text: right data pass, and one mistake of each kind is found."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from conftest import WORLD
from kg import vocab
from kg.check.fidelity import against_text
from kg.check.findings import Finding
from kg.check.printed import Words, normal, printed_numbers
from kg.pipeline.build import locate
from kg.source.passages import document_iri
from kg.source.project import Project
from kg.source.turtle import read_project
from kg.terms import compact, lexical
from kg.vocab import BASE, IVC, OA

PREFIXES = "".join(f"@prefix {p}: <{n}> .\n" for p, n in vocab.PREFIXES.items())


@pytest.fixture
def copy(tmp_path: Path) -> Project:
    """A copy of the invented project that a test may change."""
    shutil.copytree(WORLD, tmp_path / "world")
    return Project.find(tmp_path / "world", tmp_path / "build")


def compare(project: Project, document: str, change: Callable[[str], str] = str) -> list[Finding]:
    """The findings of one document against its text after a change of that text."""
    text = (project.root / "texts" / f"{document}.txt").read_bytes().decode()
    return against_text(read_project(project), next(d for d in project.documents if d.id == document), change(text))


def spoil(project: Project, file: str, old: str, new: str) -> None:
    path = project.root / "data" / file
    text = path.read_text(encoding="utf-8")
    assert re.search(old, text)
    path.write_text(re.sub(old, new, text, count=1), encoding="utf-8")


@pytest.mark.parametrize("document", ["w1", "w2"])
def test_what_the_text_says_has_no_findings(copy: Project, document: str) -> None:
    assert [f.line("en") for f in compare(copy, document)] == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda t: t.replace("\n", "\r\n"), "save it as UTF-8 with LF"),
        (lambda t: "\ufeff" + t, "save it as UTF-8 with LF"),
        (lambda t: t.replace("一", "两"), "check with the registered copy"),
    ],
    ids=["CRLF", "byte order mark", "another text"],
)
def test_another_copy_is_one_finding(copy: Project, change: Callable[[str], str], told: str) -> None:
    (found,) = compare(copy, "w2", change)
    assert (found.rule, found.focus) == ("X01-copy", BASE + "document/w2")
    assert told in found.message.en


def test_a_wrong_registration_is_told_in_words(copy: Project) -> None:
    spoil(copy, "w1/passages.ttl", "oa:start 0 ; oa:end 10 ", "oa:start 0 ; oa:end 12 ")
    spoil(copy, "w1/passages.ttl", r"psg:w1-L0008 a ivc:Passage(?s:.*?)\n(?=psg:w1-L0010 )", "")
    first, second = compare(copy, "w1")
    assert "end “12”, in the text “10”" in first.message.en
    assert "it is not registered" in second.message.en
    assert not any(mark in f.message.zh + f.message.en for f in (first, second) for mark in ("{", "None"))


def test_a_wrong_number_name_and_borrowed_sentence_are_seen(copy: Project) -> None:
    (copy.root / "data" / "w1" / "slips.trig").write_text(
        f"{PREFIXES}@prefix lco: <https://example.org/lamp/organization/> .\n"
        "psg:w1-L0008 { obs:slip ivc:statedValue 77.5 . lco:听竹社 ivc:activeIn ind:paper-lanterns .\n"
        'clm:slip ivc:summary "把灯火放进蒙纸的竹架"@zh . }',
        encoding="utf-8",
    )
    assert {f.rule for f in compare(copy, "w1")} == {"X02-named", "X03-printed", "X04-wording"}


def test_a_document_is_not_held_against_another_s_statements(copy: Project) -> None:
    spoil(copy, "w2/statements.trig", r"ivc:statedValue [0-9.]+", "ivc:statedValue 98765.4")
    assert compare(copy, "w1") == []
    assert [f.rule for f in compare(copy, "w2")] == ["X03-printed"]


# -- one slip each, beside what is right -----------------------------------------------------------------

FIRST = f"{vocab.PASSAGE}w1-L0008"
Told = list[tuple[str, str, tuple[str, ...]]]


@pytest.fixture(scope="module")
def quads(world_project: Project) -> list[ox.Quad]:
    return read_project(world_project)


@pytest.fixture
def against(world_project: Project, quads: list[ox.Quad]) -> Callable[..., list[Finding]]:
    """``against("psg:w1-L0008 { … }")`` adds this TriG to the data and returns the findings of the first or the named document."""

    def compared(slip: str, document: str = "w1") -> list[Finding]:
        more = list(ox.parse(PREFIXES + slip, format=ox.RdfFormat.TRIG))
        text = (world_project.root / "texts" / f"{document}.txt").read_bytes().decode()
        return against_text([*quads, *more], next(d for d in world_project.documents if d.id == document), text)

    return compared


@pytest.fixture
def reprinted(world_project: Project, quads: list[ox.Quad]) -> Callable[[str, str], list[Finding]]:
    """``reprinted(line, fields)`` returns the findings if the text of the first passage were *line* and it stated a figure with *fields*."""
    document = world_project.documents[0]
    lines = (world_project.root / "texts" / f"{document.id}.txt").read_text(encoding="utf-8").split("\n")
    other_copy = [
        q for q in quads if q.predicate.value != IVC + "sha256" or lexical(q.subject) != document_iri(document)
    ]

    def compared(line: str, fields: str) -> list[Finding]:
        text = "\n".join([*lines[:7], line, *lines[8:]])
        slip = ox.parse(f"{PREFIXES}psg:w1-L0008 {{ obs:slip {fields} }}", format=ox.RdfFormat.TRIG)
        return against_text([*other_copy, *slip], document, text)

    return compared


def short(found: list[Finding]) -> Told:
    assert {f.severity for f in found} <= {"Violation"}
    return [(f.rule, compact(f.focus), f.involved) for f in found]


@pytest.mark.parametrize(
    ("passage", "value", "printed"),
    [
        (12, "120", True),
        (12, "120.0", True),
        (12, "12", False),  # is a part of a longer number
        (12, "20", False),
        (12, "18", True),
        (12, "18.5", False),
        (15, "3000", True),
        (15, "300", False),
        (38, "9", True),
        (38, "0.9", False),
    ],
)
def test_a_number_is_printed_whole(
    against: Callable[..., list[Finding]], passage: int, value: str, printed: bool
) -> None:
    name = f"w1-L{passage:04d}"
    found = against(f"psg:{name} {{ obs:slip ivc:statedValue {value} }}")
    assert short(found) == ([] if printed else [("X03-printed", "obs:slip", (vocab.PASSAGE + name,))])
    told = [(f.message.zh, f.message.en) for f in found]
    assert told == (
        []
        if printed
        else [
            (
                f"{name} 中没有印出 {value};改正数字,或移到印有它的段落",
                f"{name} does not print {value}; correct it, or move it to the passage that prints it",
            )
        ]
    )


@pytest.mark.parametrize(
    ("value", "line", "printed"),
    [
        ("1.2", "超1.2万亿", True),
        ("1.2", "超1.25万亿", False),
        ("1.2", "超11.2万亿", False),
        ("1.2", "第3.1.2节", False),
        ("2", "超1.2万亿", False),
        ("1", "超1.2万亿", False),
        ("5", "5.", True),
        ("5", "5.0", True),
        ("5", "5.00亿", True),
        ("5", "5.05", False),
        ("100", "100", True),
        ("0.5", "0.50", False),
        ("10000000", "数千万元", True),
        ("10000000.0", "数千万元", True),
        ("1000000", "上百万辆", True),
        ("10000000", "上百万辆", False),
        ("100", "上百万辆", False),
        ("-3", "下降-3%", True),
    ],
)
def test_how_a_number_is_printed(value: str, line: str, printed: bool) -> None:
    """A number may be printed in digits, with zeros after the point, or with the words for ten million and a million."""
    assert bool(list(printed_numbers(value, normal(line), Words([], [], [], [])))) is printed


@pytest.mark.parametrize(
    ("passage", "entity", "named"),
    [
        ("w1-L0008", "sec:festivities", True),  # 节庆消费: of a class whose names are the project's own
        ("w1-L0008", "ind:paper-umbrellas", True),
        ("w1-L0008", "co:qinglan", False),
        ("w1-L0029", "co:qinglan", True),  # by its alias
        ("w1-L0025", "co:mingying-lanterns", False),
        ("w1-L0023", "prod:running-lantern", True),
        ("w1-L0012", "prod:running-lantern", False),
        ("w2-L0003", "prod:paper-lantern", True),  # by the heading above it
        ("w1-L0014", "reg:china", True),  # 中国, in carried.tsv too
        ("w1-L0015", "reg:china", True),
        ("w1-L0013", "reg:chengzhou", False),
        ("w2-L0033", "tech:hot-dyeing", True),
        ("w2-L0025", "tech:hot-dyeing", False),
        ("w2-L0037", "pol:lantern-plan", True),
        ("w2-L0033", "pol:lantern-plan", False),
    ],
)
def test_a_passage_names_what_it_speaks_of(
    against: Callable[..., list[Finding]], passage: str, entity: str, named: bool
) -> None:
    """A name is looked for whether its thing is subject or object of the triple."""
    for slip in (f"{entity} ivc:about clm:slip", f"clm:slip ivc:about {entity}"):
        found = against(f"psg:{passage} {{ {slip} }}", passage[:2])
        assert short(found) == ([] if named else [("X02-named", entity, (vocab.PASSAGE + passage,))])


def test_the_names_that_a_passage_lacks_are_told(against: Callable[..., list[Finding]]) -> None:
    (found,) = against("psg:w1-L0008 { co:qinglan ivc:activeIn ind:paper-lanterns , ind:wind-chimes }")
    assert "(青岚纸坊 / Qinglan Paper Works / 青岚 / Qinglan)" in found.message.zh
    assert "neither w1-L0008 nor its headings name it (青岚纸坊 / " in found.message.en


def test_a_name_that_a_passage_gives_itself_is_none(against: Callable[..., list[Finding]]) -> None:
    found = against('psg:w1-L0008 { co:zhuli rdfs:label "蒙纸"@zh }')
    assert short(found) == [("X02-named", "co:zhuli", (FIRST,))]
    assert "(竹里编舍 / Zhuli Weavers)" in found[0].message.zh


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ("8\torganization/qinglan\t20\t青岚纸坊\tx", True),
        (f"8\t{BASE}organization/qinglan\t8\t蒙纸\tx", True),  # other words in the same line
        ("8\torganization/qinglan\t20\t青岚茶坊\tx", False),  # not in the line
        ("8\torganization/qinglan\t9\t青岚纸坊\tx", False),  # an empty line
        ("8\torganization/qinglan\t20\t\tx", False),  # no words
        ("12\torganization/qinglan\t20\t青岚纸坊\tx", False),  # of another passage
        ("8\torganization/zhuli\t20\t青岚纸坊\tx", False),  # another thing
    ],
)
def test_other_words_than_a_name_are_looked_for_where_they_are_said_to_be(copy: Project, row: str, named: bool) -> None:
    spoil(copy, "w1/carried.tsv", r"\Z", f"{row}\n\n")
    (copy.root / "data" / "w1" / "slips.trig").write_text(
        f"{PREFIXES}psg:w1-L0008 {{ co:qinglan ivc:activeIn ind:paper-lanterns }}", encoding="utf-8"
    )
    found = [f for f in compare(copy, "w1") if f.rule != "X07-mention"]  # that the name is not registered is not asked
    assert short(found) == ([] if named else [("X02-named", "co:qinglan", (FIRST,))])


@pytest.mark.parametrize(
    ("graph", "predicate", "words", "borrowed"),
    [
        ("psg:w1-L0008", "ivc:summary", "且把灯火放进蒙纸的竹吧", "把灯火放进蒙纸的"),  # eight of them
        ("psg:w1-L0008", "ivc:summary", "且把灯火放进蒙纸。", ""),  # seven
        ("g:entities", "skos:definition", "把灯火放进蒙纸的竹架", "把灯火放进蒙纸的"),
        (f"<{vocab.ONTOLOGY}>", "skos:definition", "把灯火放进蒙纸的竹架", ""),  # not about this text
        ("g:entities", "skos:altLabel", "把灯火放进蒙纸的竹架", ""),  # a name is what the text calls a thing
        ("psg:w1-L0008", "ivc:summary", "灯河示范街,用来演示节庆布置", ""),  # of names nothing counts
        ("psg:w1-L0008", "ivc:summary", "其中走马灯归在灯架之下", ""),
        ("psg:w1-L0008", "ivc:summary", "澄洲工艺学院在街上研究冷染", ""),  # of the college, though 澄洲 is a name too
        ("psg:w1-L0008", "ivc:summary", "灯市研究院测算二千", ""),
    ],
)
def test_wording_of_eight_characters_is_borrowed(
    against: Callable[..., list[Finding]], graph: str, predicate: str, words: str, borrowed: str
) -> None:
    found = against(f'{graph} {{ clm:slip {predicate} "{words}"@zh , "{words}"@en , "{words}" }}')
    assert short(found) == ([("X04-wording", "clm:slip", ())] if borrowed else [])
    assert [f.message.zh for f in found] == ([f"与原文连续相同:“{borrowed}”;换成自己的话"] if borrowed else [])
    assert all(f"shares “{borrowed}” with the text" in f.message.en for f in found)


def test_a_registration_differs_in_words(world_project: Project, quads: list[ox.Quad]) -> None:
    """All differences of each passage are told, and passages for which the text has no line; nothing of another document."""
    lost = {(FIRST, IVC + "sectionPath"), (f"{FIRST}-pos", OA + "start")}
    spoilt = [q for q in quads if (lexical(q.subject), q.predicate.value) not in lost]
    extra = "psg:w1-L0099 a ivc:Passage ; ivc:fromDocument doc:w1 ; ivc:sha256 'x' . psg:w2-L0099 a ivc:Passage ; ivc:fromDocument doc:w2 ."
    spoilt += ox.parse(f"{PREFIXES} g:passages {{ {extra} }}", format=ox.RdfFormat.TRIG)
    text = (WORLD / "texts" / "w1.txt").read_bytes().decode()
    found = against_text(spoilt, world_project.documents[0], text)
    assert short(found) == [("X01-span", "psg:w1-L0008", ()), ("X01-span", "psg:w1-L0099", ())]
    assert (
        found[0].message.zh
        == "登记与原文不符:起点登记为“”,原文为“47”,章节登记为“”,原文为“纸灯业/01 概况”;用 kg passages 重新生成 passages.ttl"
    )
    assert "start “”, in the text “47”, section “”, in the text “" in found[0].message.en
    assert "原文没有这一段" in found[1].message.zh
    assert "the text has no such passage" in found[1].message.en


@pytest.mark.parametrize(
    ("change", "things"),
    [
        (("passages.ttl", r"psg:w1-L0008-at72 .*\n", ""), "sec:festivities"),  # not registered
        (("passages.ttl", r"oa:start 72 ", "oa:start 73 "), "sec:festivities"),  # elsewhere
        (("passages.ttl", r"mentionOf sec:festivities", "mentionOf reg:china"), "reg:china, sec:festivities"),
    ],
)
def test_a_mention_that_is_not_as_the_text_has_it_is_a_warning(
    copy: Project, change: tuple[str, str, str], things: str
) -> None:
    file, old, new = change
    spoil(copy, f"w1/{file}", old, new)
    found = [(f.rule, f.severity, f.focus, f.message.en) for f in compare(copy, "w1")]
    said = f"{things}: not registered where the text first names it; make passages.ttl anew with kg passages"
    assert found == [("X07-mention", "Warning", FIRST, said)]


# -- what stands at a number -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slip", "rule", "right", "wrong"),
    [
        ("comparator ivl:approx", "X05-figure", "ivc:comparator ivl:approx", "ivc:comparator ivl:eq"),
        ("comparator ivl:approx", "X05-figure", "ivc:comparator ivl:approx", "ivc:comparator ivl:gt"),
        ("unit ivl:cny", "X05-figure", "ivc:unit ivl:cny", "ivc:unit ivl:usd"),
        ("statedScale", "X05-figure", "ivc:statedScale 100000000", "ivc:statedScale 10000"),
        ("year", "X06-year", "ivc:year 2024", "ivc:year 2023"),
    ],
)
def test_what_is_printed_otherwise_is_found_at_its_line(
    copy: Project, slip: str, rule: str, right: str, wrong: str
) -> None:
    spoil(copy, "w1/statements.trig", right, wrong)
    (found,) = locate(copy, compare(copy, "w1"))
    assert (found.rule, compact(found.focus)) == (rule, "obs:w1-lantern-cn-2024")
    lines = (copy.root / "data" / "w1" / "statements.trig").read_text(encoding="utf-8").split("\n")
    assert found.place is not None
    assert wrong in lines[found.place.line - 1]
    assert "carried.tsv" in found.message.zh
    if rule == "X05-figure":
        assert right in found.message.zh
        assert right in found.message.en


def test_a_comparator_that_no_word_prints_is_found(copy: Project) -> None:
    spoil(copy, "w1/statements.trig", r"(?s)(obs:w1-lantern-cn-2029 .*?comparator) ivl:eq", r"\1 ivl:gt")
    (found,) = compare(copy, "w1")
    assert "write ivc:comparator ivl:eq" in found.message.en


def test_a_unit_without_its_word_is_found(copy: Project) -> None:
    spoil(copy, "w1/statements.trig", r"(?s)(obs:w1-lanterns-cn-2024 .*?unit) ivl:count", r"\1 ivl:per-km2")
    (found,) = compare(copy, "w1")
    assert "prints 2600.0 with ivl:count, not ivl:per-km2" in found.message.en


@pytest.mark.parametrize(
    ("right", "wrong", "row"),
    [
        ("comparator ivl:approx", "comparator ivl:eq", "12\tlist/eq\t12\t约\tx"),
        ("year 2024", "year 2023", "12\t2023\t12\t2024年\tthe year before"),
    ],
)
def test_a_word_that_the_text_leaves_out_is_carried(copy: Project, right: str, wrong: str, row: str) -> None:
    spoil(copy, "w1/statements.trig", right, wrong)
    spoil(copy, "w1/carried.tsv", r"\Z", f"{row}\n")
    assert compare(copy, "w1") == []


@pytest.mark.parametrize(
    ("text", "year", "printed"),
    [
        ("FY2024 sales", "2024", True),
        ("FY24", "2024", True),
        ("24财年", "2024", True),
        ("2023/24财年", "2024", True),
        ("2023-24", "2023", True),
        ("Q2 2025", "2025", True),
        ("Q2 '25", "2025", True),
        ("2Q25", "2025", True),
        ("二〇二五年二季度", "2025", True),
        ("25%", "2025", False),
        ("12025", "2025", False),
        ("Q2 251", "2025", False),
        ("2024/251", "2025", False),
    ],
)
def test_how_a_year_is_printed(reprinted: Callable[..., list[Finding]], text: str, year: str, printed: bool) -> None:
    found = reprinted(text, f"ivc:year {year}")
    assert [f.rule for f in found if f.rule == "X06-year"] == ([] if printed else ["X06-year"])


@pytest.mark.parametrize(
    ("line", "passes"), [("3亿元", True), ("3亿日元", False), ("3亿,单位:元", True), ("3亿澳元", False)]
)
def test_yuan_is_no_other_currency(reprinted: Callable[..., list[Finding]], line: str, passes: bool) -> None:
    """Neither a currency of the list of units matches yuan, nor one that is not in the list."""
    figure = "ivc:statedValue 3.0 ; ivc:statedScale 100000000 ; ivc:unit ivl:cny ; ivc:comparator ivl:eq"
    found = reprinted(line, figure)
    assert [f.path for f in found if f.rule == "X05-figure"] == ([] if passes else [IVC + "unit"])


FIGURE = "ivc:statedScale 1 ; ivc:comparator ivl:eq ; ivc:status ivl:actual"
LEVEL, CHANGE = f"a ivc:LevelObservation ; {FIGURE}", f"a ivc:ChangeObservation ; {FIGURE}"


@pytest.mark.parametrize(
    ("line", "figure", "lost"),
    [
        # a word that makes it a forecast or a target, and the status is actual
        ("销量2029年预计达到20万", LEVEL.replace("Scale 1", "Scale 10000"), "status"),
        ("销量2029年预计达到20万", LEVEL.replace("Scale 1", "Scale 10000").replace("actual", "estimate"), ""),
        ("销量有望突破20", LEVEL.replace("eq", "gt"), "status"),
        ("应用率达20%”的目标", LEVEL, "status"),
        ("应用率达20%”的目标", LEVEL.replace("actual", "target"), ""),
        ("sales are expected to reach 20", LEVEL, "status"),
        ("销量20,预计2029年达到30", LEVEL, ""),  # of another number
        ("预计销量从30增至20", LEVEL, ""),
        ("寿命预测准确率达20%", LEVEL, ""),  # no forecast
        # a verb of change at the number, and no direction or the other one
        ("销量同比增长20%", LEVEL, "direction"),
        ("销量同比增长了约20%", LEVEL.replace("eq", "approx"), "direction"),
        ("销量同比增长20%", f"{CHANGE} ; ivc:direction ivl:increase", ""),
        ("销量同比增长20%", f"{CHANGE} ; ivc:direction ivl:decrease", "direction"),
        ("缩短调试时间20%", f"{CHANGE} ; ivc:direction ivl:increase", "direction"),
        ("缩短时间,效率提升20%", f"{CHANGE} ; ivc:direction ivl:increase", ""),
        ("成本降至20%", LEVEL, ""),  # a level
        ("增长的20%来自出口", LEVEL, ""),
        # a comparison at a multiple, and nothing that it is compared with
        ("亮度是旧灯的20倍", LEVEL, "comparedWith"),
        ("亮度是旧灯的20倍", f"{LEVEL} ; ivc:comparedWith prod:paper-lantern", ""),
        ("超全国平均水平20倍", LEVEL.replace("eq", "gt"), "comparedWith"),
        ("20 times as many as before", LEVEL, "comparedWith"),
        ("销量是上年的20倍", f"{CHANGE} ; ivc:direction ivl:increase ; ivc:startYear 2023 ; ivc:endYear 2024", ""),
        ("可放大20倍", LEVEL, ""),
        ("全部销量的20%", LEVEL, ""),
    ],
)
def test_what_the_words_make_of_a_number_is_kept(
    reprinted: Callable[..., list[Finding]], line: str, figure: str, lost: str
) -> None:
    unit = "percent" if "%" in line else "times" if "倍" in line or "times" in line else "count"
    every = reprinted(line, f"ivc:statedValue 20.0 ; ivc:unit ivl:{unit} ; {figure}")
    found = [f for f in every if f.rule in ("X03-printed", "X05-figure")]
    assert [f.path for f in found] == ([IVC + lost] if lost else [])
    assert all(f"write ivc:{lost} " in f.message.en and f"写 ivc:{lost} " in f.message.zh for f in found)


def test_a_status_that_the_text_leaves_open_is_carried(copy: Project) -> None:
    spoil(copy, "w1/statements.trig", r"(?s)(obs:w1-lantern-cn-2029 .*?status) ivl:\w+", r"\1 ivl:actual")
    assert [(f.rule, f.path) for f in compare(copy, "w1")] == [("X05-figure", IVC + "status")]
    spoil(copy, "w1/carried.tsv", r"\Z", "12\tlist/actual\t12\t预计\tas the next line says\n")
    assert compare(copy, "w1") == []


@pytest.mark.parametrize(
    ("line", "number", "printed"),
    [
        ("三家伞坊", 3, True),
        ("三家伞坊", 4, False),
        ("号称四小龙", 4, True),
        ("共12家", 12, True),
        ("共12家", 2, False),
        ("共四十家", 4, False),
        ("the three of them", 3, True),
    ],
)
def test_the_number_of_members_is_printed(
    reprinted: Callable[..., list[Finding]], line: str, number: int, printed: bool
) -> None:
    found = [f for f in reprinted(line, f"ivc:memberCount {number}") if f.rule == "X03-printed"]
    assert [(f.path, f.value) for f in found] == ([] if printed else [(IVC + "memberCount", str(number))])


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("co:qinglan ivc:keyPlayerIn seg:lantern-paper", True),  # 灯纸
        ("co:qinglan ivc:keyPlayerIn seg:lantern-tying", False),
        ("co:qinglan ivc:operatesIn seg:lantern-fair", False),
        ("seg:lantern-tying ivc:inIndustry ind:paper-lanterns", True),  # a segment's name is the project's own
    ],
)
def test_a_segment_in_which_a_company_is_listed_is_named(
    against: Callable[..., list[Finding]], statement: str, named: bool
) -> None:
    found = [f for f in against(f"psg:w1-L0020 {{ {statement} }}") if f.rule == "X02-named"]
    assert [compact(f.value) for f in found] == ([] if named else [statement.rsplit(maxsplit=1)[-1]])


@pytest.mark.parametrize(
    ("statement", "instead"),
    [
        ("seg:lantern-paper ivc:segmentOf stg:lantern-up", ""),
        ("seg:lantern-paper ivc:segmentOf stg:lantern-mid", "上游"),
        ("stg:lantern-up ivc:tier ivl:downstream", "上游"),
        ("seg:lantern-paper ivc:about stg:lantern-mid", ""),
    ],
)
@pytest.mark.parametrize("line", [19, 20])
def test_a_segment_is_in_the_stage_that_line_or_heading_names(
    copy: Project, line: int, statement: str, instead: str
) -> None:
    """Line 19 has the word 上游, which then counts as a heading for line 20."""
    spoil(copy, "w1/sections.tsv", r"\Z", "19\t3\t上游\t\n")
    (copy.root / "data" / "w1" / "slips.trig").write_text(
        f"{PREFIXES}psg:w1-L00{line} {{ {statement} }}", encoding="utf-8"
    )
    found = [f for f in compare(copy, "w1") if f.rule == "X08-stage"]
    assert [f.involved for f in found] == ([(f"{vocab.PASSAGE}w1-L00{line}",)] if instead else [])
    assert all(f"“{instead}”" in f.message.zh and "carried.tsv" in f.message.en for f in found)


def test_a_stage_without_a_tier_is_told_by_its_name(against: Callable[..., list[Finding]]) -> None:
    stages = "g:entities { stg:x rdfs:label '编区'@zh . stg:y rdfs:label '梅雨'@zh } g:background { stg:x ivc:stageOf view:v . stg:y ivc:stageOf view:v }"
    found = against(
        f"{stages} psg:w1-L0020 {{ seg:lantern-paper ivc:segmentOf stg:x }} psg:w1-L0021 {{ seg:lantern-paper ivc:segmentOf stg:x }}"
    )
    assert [(f.rule, f.involved) for f in found] == [("X08-stage", (f"{vocab.PASSAGE}w1-L0020",))]


def test_a_heading_is_part_of_the_name_of_the_stage_that_it_means(copy: Project) -> None:
    spoil(copy, "w1/sections.tsv", r"\Z", "20\t3\t1. 制纸\t\n")
    named = "g:entities { stg:x rdfs:label '编架工段'@zh . stg:y rdfs:label '制纸工段'@zh }"
    placed = "g:background { stg:x ivc:stageOf view:v . stg:y ivc:stageOf view:v }"
    (copy.root / "data" / "w1" / "slips.trig").write_text(
        f"{PREFIXES}{named} {placed} psg:w1-L0020 {{ seg:lantern-paper ivc:segmentOf stg:x }} psg:w1-L0021 {{ seg:lantern-paper ivc:segmentOf stg:y }}",
        encoding="utf-8",
    )
    found = [f for f in compare(copy, "w1") if f.rule == "X08-stage"]
    assert [(compact(f.value), f.involved) for f in found] == [("stg:x", (f"{vocab.PASSAGE}w1-L0020",))]


def test_growth_over_a_year_prints_its_second(copy: Project) -> None:
    """2023年同比增长 begins in 2022 without printing it; a change over more years must print both years."""
    spoil(copy, "w1/statements.trig", r"startYear 2023 ; ivc:endYear 2024", "startYear 2022 ; ivc:endYear 2023")
    assert compare(copy, "w1") == []
    spoil(copy, "w1/statements.trig", r"startYear 2022 ; ivc:endYear 2023", "startYear 2021 ; ivc:endYear 2023")
    assert [(f.rule, f.value) for f in compare(copy, "w1")] == [("X06-year", "2021")]


def test_what_a_passage_does_not_name_is_found_where_it_says_so(copy: Project) -> None:
    spoil(
        copy,
        "w1/statements.trig",
        "scopeRegion reg:china ; ivc:year 2024 ; ivc:estimatedBy",
        "scopeRegion reg:yunting ; ivc:year 2024 ; ivc:estimatedBy",
    )
    (found,) = locate(copy, compare(copy, "w1"))
    assert (found.rule, found.focus) == ("X02-named", BASE + "region/yunting")
    assert found.place is not None
    assert found.place.file == "data/w1/statements.trig"
