"""Citations: every known part where its standard has it, nothing invented, and valid BibTeX whatever the names."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from kg.ask import plain
from kg.ask.citation.bibtex import escaped
from kg.ask.citation.cited import Citation, CitedPassage
from kg.ask.citation.day import today
from kg.ask.citation.styles import STYLES, apa, gbt7714, in_styles
from kg.ask.citation.styles import plain as footnote
from kg.ask.citation.works import Work
from kg.errors import NotFound, UsageProblem
from kg.graph import KnowledgeGraph
from kg.terms import Text
from kg.vocab import BASE

DAY = date(2026, 11, 30)
DATASET = Work(f"{BASE}dataset", "dataset", "dataset", Text("图谱", "graph"))
ENTRY = re.compile(r"@(techreport|misc)\{([A-Za-z0-9-]+),\n((?:  [a-z]+ = \{.*\},\n)+)\}")


def of(work: Work, *places: CitedPassage) -> Citation:
    return Citation(work.iri, Text("何事", "what"), (), None, places, (work,), DATASET, DAY)


def document(**known: object) -> Work:
    return replace(Work(f"{BASE}document/d1", "d1", "document", Text("题名", "the title")), **known)  # type: ignore[arg-type]


FULL = document(
    language="zh",
    creators=(Text("张三", "Zhang San"), Text("李四", "Li Si"), Text("王五", "Wang Wu"), Text("赵六", "Zhao Liu")),
    publisher=Text("研究院", "the institute"),
    issued="2025-04-08",
    url="https://example.org/r",
    doi="10.1000/182",
)


@pytest.mark.parametrize(
    ("work", "reference"),
    [
        (
            FULL,
            "张三, 李四, 王五, 等. 题名[R/OL]. 研究院, 2025(2025-04-08)[2026-11-30]. https://example.org/r. DOI:10.1000/182.",
        ),
        # as the standard's own example, a report of which only day and URL are known
        (
            document(creators=(Text("某中心", "c"),), issued="2012-01-16", url="https://example.org/p.pdf"),
            "某中心. 题名[R/OL]. (2012-01-16)[2026-11-30]. https://example.org/p.pdf.",
        ),
        (document(publisher=Text("研究院", "i"), issued="2025"), "题名[R]. 研究院, 2025."),
        (document(url="https://example.org/r"), "题名[R/OL]. [2026-11-30]. https://example.org/r."),
        (document(), "题名[R]."),
    ],
)
def test_a_reference_by_gbt_7714_has_what_is_known(work: Work, reference: str) -> None:
    assert gbt7714(of(work), "zh").splitlines() == [reference, "图谱[DS]."]


@pytest.mark.parametrize(
    ("work", "reference"),
    [
        (
            FULL,
            "张三, 李四, 王五 & 赵六. (2025, April 8). 题名 [the title]. 研究院. https://doi.org/10.1000/182",
        ),
        (
            document(publisher=Text("研究院", "the institute"), issued="2025-10"),
            "the institute. (2025, October). the title.",
        ),
        (document(url="https://example.org/r"), "the title. (n.d.). https://example.org/r"),
    ],
)
def test_a_reference_by_apa_has_what_is_known(work: Work, reference: str) -> None:
    assert apa(of(work), "en").splitlines()[0] == reference


def test_bibtex_stays_valid_whatever_the_names() -> None:
    odd = r"100% {A} & B_C #1 $x$ ~^\end" + "\nnext"
    work = replace(
        document(
            title=Text(odd, odd), publisher=Text(odd, odd), issued="2025", url='https://example.org/a_b?c={d}&e="f"%20'
        ),
        iri=f"{BASE}document/ü ",
    )
    cited = replace(of(work, CitedPassage(f"{BASE}passage/d1-L0001", work.iri, odd)), what=Text(odd, odd))
    for lang in ("zh", "en"):
        entries = STYLES["bibtex"][1](cited, lang).split("\n\n")
        assert len(entries) == 2
        for entry in entries:
            found = ENTRY.fullmatch(entry)
            assert found, entry
            unescaped = re.sub(r"\\[{}]", "", found[3])
            depth = 0
            for character in unescaped:
                depth += {"{": 1, "}": -1}.get(character, 0)
                assert depth >= 0
            assert depth == 0
    assert "url = {https://example.org/a_b?c=%7Bd%7D&e=%22f%22%20}" in entries[0]
    assert escaped("5% & a_b") == r"5\% \& a\_b"


def test_a_figure_is_cited_with_its_document_and_passage(world: KnowledgeGraph) -> None:
    cited = world.cite("obs:w1-lantern-cn-2024")
    assert cited.what == Text(
        "纸灯业 · 市场规模 · 中国 · 2024: 约 120 亿元",
        "paper lantern making · market size · China · 2024: about ¥12 billion",
    )
    assert Text("原文印作 120 亿", "printed as 120 × 100,000,000") in cited.notes
    assert [place.passage for place in cited.places] == [f"{BASE}passage/w1-L0012"]
    digest = world.manifest["dataset_sha256"][:16]
    assert gbt7714(cited, "zh").splitlines() == [
        f"灯与铃:手作三业小记[R/OL]. 灯市研究院, 2025(2025-04-08)[{today()}]. https://example.org/reports/w1.",
        f"手作三业图谱[DS/OL]. 版本 sha256:{digest}. (2026-02-10)[{today()}]. https://w3id.org/xinzhi/dataset.",
    ]
    told = footnote(cited, "en")
    assert told.startswith("paper lantern making · market size · China · 2024: about ¥12 billion (")
    assert "“灯与铃:手作三业小记” [lanterns and chimes: notes on three crafts], 2025-04-08, section “" in told
    assert ", passage w1-L0012, https://example.org/reports/w1. From: “three invented crafts" in told


def test_whatever_is_quoted_can_be_cited(world: KnowledgeGraph) -> None:
    stated = world.cite("青岚", "key player in", "lantern paper")
    assert stated.part is None
    assert stated.places
    inferred = world.cite("青岚", "涉足产业", "纸灯业")
    assert Text("推理得出", "inferred") in inferred.notes
    assert inferred.places
    chart = world.cite("chain", "纸灯业")
    assert {place.passage for place in chart.places} == set(world.chain("纸灯业").passages)
    assert "手作三业图谱: 纸灯业产业链图[DS/OL]" in gbt7714(chart, "zh")
    answer = world.cite("market-size", industry="纸灯业")
    assert answer.notes == (Text("查询 market-size industry=纸灯业", "query market-size industry=纸灯业"),)
    assert {work.iri for work in answer.works} <= {f"{BASE}document/w1", f"{BASE}document/w2"}
    assert world.cite("w1").works[0].publisher == Text("灯市研究院", "灯市研究院")
    assert world.cite("w1-L0012").what == Text("段落 w1-L0012", "passage w1-L0012")
    thing = world.cite("青岚")
    assert {place.passage for place in thing.places} == set(world.entity("青岚").passages)


def test_what_cannot_be_cited_is_refused(world: KnowledgeGraph) -> None:
    for what in (("没有的东西",), ("青岚", "合作", "纸灯业"), ("chain", "没有的产业")):
        with pytest.raises(NotFound):
            world.cite(*what)
    for what in ((), ("青岚", "合作")):
        with pytest.raises(UsageProblem):
            world.cite(*what)


def test_a_citation_as_json_says_only_what_is_known(world: KnowledgeGraph) -> None:
    body = plain.citation(world.cite("w1-L0012"), "zh")
    assert body["passages"] == [{"id": "w1-L0012", "document": "w1", "section": "纸灯业/02 市场"}]
    assert body["documents"][0]["issued"] == "2025-04-08"
    assert "doi" not in body["documents"][0]
    assert body["styles"] == in_styles(world.cite("w1-L0012"), "zh")


def test_the_day_of_a_page_that_must_be_the_same_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert today() == date(1970, 1, 1)
