"""Rows at a terminal: whatever its width nothing is lost and nothing broken that must stay whole."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence

import pytest

from conftest import Run, at_terminal
from kg.faces.cli.render import cell, for_reader
from kg.faces.cli.terminal import lay_out, paragraph
from kg.graph import KnowledgeGraph
from kg.source.project import Project
from kg.terms import cell_width

WHOLE = re.compile(r"\d[\d,.]* ?[万亿]+|\d[\d,.]* [mbtr]+illion|[A-Za-z0-9][A-Za-z0-9,.:/#_-]*")
"""Numbers, years, identifiers, IRIs and Latin words, as a reader tells them apart."""
Rows = tuple[list[str], list[list[str]]]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch):
    """``at(40, titles, cells)``: the lines on a terminal of 40 columns, without bold."""

    def lines(columns: int, titles: Sequence[str], cells: Sequence[Sequence[str]]) -> list[str]:
        monkeypatch.setenv("COLUMNS", str(columns))
        return [re.sub(r"\x1b\[\d+m", "", line) for line in lay_out(titles, cells)]

    return lines


@pytest.fixture(scope="module")
def answers(world: KnowledgeGraph) -> dict[tuple[str, str], Rows]:
    """Headings and cells of every saved query in both languages."""
    found = {}
    for query in world.catalogue:
        table = world.query(query.name)
        for lang in ("zh", "en"):
            of = for_reader(table, lang)
            titles = [query.columns[c].pick(lang) for c in of.columns]
            found[query.name, lang] = titles, [[cell(t, lang, world.names) for t in row] for row in of.rows]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("columns", [5, 20, 40, 60, 80, 100, 160])
def test_nothing_is_lost_or_broken_at_any_width(at, answers: dict[tuple[str, str], Rows], columns: int) -> None:
    for name, (titles, cells) in answers.items():
        lines = at(columns, titles, cells)
        told = "\n".join(lines)
        texts = [text for row in cells for text in row]
        lost = Counter("".join("".join(texts).split())) - Counter(told)
        assert not lost, (name, lost)
        shown = Counter(piece for line in lines for piece in WHOLE.findall(line))
        pieces = Counter(piece for text in texts for piece in WHOLE.findall(text))
        assert not pieces - shown, (name, pieces - shown)
        alone = max(map(cell_width, [*WHOLE.findall(told), *titles]), default=0)
        assert max(map(cell_width, lines)) <= max(columns, alone + 4), name


def test_a_table_that_would_break_a_number_becomes_blocks(at) -> None:
    rows = (
        ["指标", "地区", "数值", "备注"],
        [["市场规模", "中国", "1572.7 亿", ""], ["市场规模", "全球", "18 亿", "约"]],
    )
    assert at(40, *rows) == [
        "指标      地区       数值  备注",
        "───────────────────────────────",
        "市场规模  中国  1572.7 亿",
        "市场规模  全球      18 亿  约",
    ]
    assert at(30, *rows) == [
        "指标: 市场规模",
        "地区: 中国",
        "数值: 1572.7 亿",
        "─" * 30,
        "指标: 市场规模",
        "地区: 全球",
        "数值: 18 亿",
        "备注: 约",
    ]
    assert at(12, *rows)[3:5] == ["数值:", "  1572.7 亿"]
    assert at(9, rows[0], []) == ["指标", "地区", "数值", "备注"]


def test_long_texts_give_way_and_marks_cling_to_their_words(at) -> None:
    rows = ["说明", "出处"], [["每年增长,“走马灯纸伞”的销量达302.4万盏,超过 16.5 %。", "w1-L0012"]]
    assert at(36, *rows) == [
        "说明                        出处",
        "─" * 36,
        "每年增长,“走马灯纸伞”的销   w1-L0012",
        "量达302.4万盏,超过",
        "16.5 %。",
    ]


def test_columns_with_nothing_in_them_are_left_out_at_a_terminal_only(kg: Run, at) -> None:
    assert at(80, ["a", "b"], [["1", ""], ["2", ""]]) == ["a", "─", "1", "2"]
    assert at(80, ["a", "b"], []) == ["a  b", "────"]
    assert at(80, ["a", "b"], [["", ""]]) == ["a  b", "────", ""]
    words = ("query", "forecasts-by-estimator", "--format")
    table, md = (kg(*words, kind, COLUMNS="400").stdout.splitlines()[0] for kind in ("table", "md"))
    shown, every = re.split(r"\s{2,}", table), md.strip("| ").split(" | ")
    assert [heading for heading in every if heading not in shown] == [
        "share of or compared with",
        "note (English)",
    ]
    head = next(csv.reader(io.StringIO(kg(*words, "csv").stdout.removeprefix("\ufeff"))))
    assert len([c for c in head if not c.endswith("_label")]) == len(every) + 1  # the note in Chinese


def test_what_moves_the_cursor_is_not_printed(at) -> None:
    assert at(80, ["a"], [["x\ty\x1b[2Jz"], ["one\r\ntwo"]]) == ["a", "─" * 14, "x       y\ufffd[2Jz", "one", "two"]


def test_a_narrow_command_says_everything(kg: Run) -> None:
    told = kg("find", "青岚", "--format", "table", "--limit", "1", COLUMNS="5").stdout.split()
    assert {"company", "Qinglan", "https://w3id.org/xinzhi/organization/qinglan", "99"} <= set(told)
    assert "".join(told).find("青岚纸坊") > 0


@pytest.mark.parametrize(("columns", "first"), [(40, "subject:"), (200, "subject")])
def test_the_width_is_the_terminals(world: KnowledgeGraph, world_project: Project, columns: int, first: str) -> None:
    told = at_terminal(world_project, "query", "market-size", columns=columns, TERM="dumb")
    assert told.decode().split()[0] == first


def test_stats_are_largest_first_in_each_kind_and_heed_their_limit(kg: Run) -> None:
    done = kg("stats")
    rows = [line.split("\t") for line in done.stdout.splitlines()[1:]]
    assert done.stderr == ""
    kinds = list(dict.fromkeys(kind for kind, _, _ in rows))
    assert kinds == ["triples", "count", "class"]
    assert rows == sorted(rows, key=lambda row: (kinds.index(row[0]), -int(row[2])))
    done = kg("stats", "--limit", "2")
    few = [line.split("\t") for line in done.stdout.splitlines()[1:]]
    assert few == [row for kind in kinds for row in [r for r in rows if r[0] == kind][:2]]
    assert "raise --limit" in done.stderr
    few, more = (kg("stats", "--central", *limit).stdout.splitlines()[1:] for limit in (("--limit", "2"), ()))
    assert (len(few), few) == (4, [row for first in ("betweenness", "cut point") for row in _of(first, more)[:2]])


def _of(kind: str, rows: Sequence[str]) -> list[str]:
    return [row for row in rows if row.startswith(kind)]


# -- sentences --------------------------------------------------------------------------------------------------------

SENTENCES = {
    "chain": ("纸灯业", "--format", "text"),
    "show": ("青岚纸坊",),
    "audit": ("--format", "text"),
    "compare": ("纸灯业", "风铃业", "--format", "text"),
    "path": ("竹里编舍", "风铃业", "--format", "text"),
    "why": ("青岚纸坊", "涉足产业", "纸灯业"),
}
"""Commands that print sentences → what they are asked."""


@pytest.mark.slow
@pytest.mark.parametrize("command", SENTENCES)
def test_a_sentence_is_broken_in_no_word_number_or_citation(kg: Run, command: str) -> None:
    code = 1 if command == "audit" else 0
    for lang in ("zh", "en"):
        whole = kg(command, *SENTENCES[command], lang=lang, code=code).stdout
        for columns in (80, 120):
            told = kg(command, *SENTENCES[command], lang=lang, code=code, COLUMNS=str(columns)).stdout
            assert "".join(told.split()).replace("│", "") == "".join(whole.split()).replace("│", "")
            for what in (WHOLE, re.compile(r"\[[^\[\]]+\]")):
                assert Counter(what.findall(told)) == Counter(what.findall(whole))
            assert [line for line in told.splitlines() if cell_width(line) > columns] == []


def test_names_are_whole_unless_they_are_wider_than_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["China Aerospace Science and Technology", "中国航天科技集团有限公司", "x" * 50, "无尽" * 40]
    text = f"    ● {'、'.join(names)} [w1-L0001 w1-L0002]"
    for columns in (30, 45, 80, 120):
        monkeypatch.setenv("COLUMNS", str(columns))
        lines = list(paragraph(text, names))
        assert "".join("".join(lines).split()) == "".join(text.split())
        for name in names:
            unbreakable = name.isascii() and " " not in name
            assert any(name in line for line in lines) == (cell_width(f"{name}、") <= columns - 6 or unbreakable)
        assert any("[w1-L0001 w1-L0002]" in line for line in lines)
        assert all(line.startswith("      ") for line in lines[1:])
    monkeypatch.delenv("COLUMNS")
    monkeypatch.setattr("sys.stdout", io.StringIO())
    assert list(paragraph(text, names)) == [text]
