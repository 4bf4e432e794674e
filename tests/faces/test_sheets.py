"""Spreadsheets for people: the columns of the screen, numbers as numbers, no formula, and where everything is from."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pyoxigraph as ox
import pytest

from conftest import Run, Server
from kg.ask.citation.day import today
from kg.ask.listing import HEADS, chain_rows
from kg.ask.sheet import Sheet, sheet
from kg.ask.tables import for_reader
from kg.faces.sheets import people_csv, xlsx
from kg.graph import KnowledgeGraph
from kg.store.results import Table
from kg.terms import Text
from kg.vocab import XSD


@pytest.fixture(scope="module")
def http(world_server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=world_server.url, timeout=120) as client:
        yield client


def opened(body: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(body))


def cells(page: Any) -> list[list[Any]]:
    return [list(row) for row in page.iter_rows(values_only=True)]


def of_sheet(shown: Sheet) -> list[list[Any]]:
    """What an XLSX file of it holds."""
    rows = [[*row, *(iris[n] for _, iris in shown.iris)] for n, row in enumerate(shown.rows)]
    return [[*shown.titles, *(title for title, _ in shown.iris)], *([None if v == "" else v for v in r] for r in rows)]


def typed(text: str, kind: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(XSD + kind))


def test_numbers_days_and_years_are_what_they_are() -> None:
    row = (
        typed("6582.2e8", "double"),
        typed("2023", "integer"),
        typed("2025-04-08", "date"),
        typed("2025-02-30", "date"),
    )
    heads = {"a": Text("数值", "value"), "b": Text("年份", "year")}
    page = opened(xlsx(sheet(Table(("a", "b", "c", "d"), (row,)), "zh", heads=heads), "zh")).worksheets[0]
    assert cells(page) == [
        ["数值", "数值 (读作)", "年份", "c", "d"],
        [658_220_000_000, "6582.2 亿", 2023, datetime(2025, 4, 8), "2025-02-30"],
    ]
    assert [page.cell(2, n).number_format for n in (1, 3, 4)] == ["#,##0", "0", "yyyy-mm-dd"]


def test_a_sheet_is_made_to_be_read() -> None:
    rows = (("灯" * 10, "x"), ("灯", "y" * 400))
    shown = Sheet(("名", "说明"), rows, (("名 IRI", ("https://example.org/1", "https://example.org/2")),))
    page = opened(xlsx(shown, "zh")).worksheets[0]
    assert (page.freeze_panes, page.auto_filter.ref) == ("A2", "A1:C3")
    assert page.column_dimensions["A"].width >= 20
    assert page.column_dimensions["B"].width < 60
    assert page.cell(3, 2).alignment.wrap_text
    assert page.cell(1, 1).font.bold


@pytest.mark.parametrize("text", ["=1+1", "+1", "-x", "@a", "\t=1", "＝1+1", '=HYPERLINK("http://x","y")'])
def test_no_text_is_a_formula(text: str) -> None:
    shown = sheet(Table((text,), ((ox.Literal(text),),)), "zh")
    page = opened(xlsx(shown, "zh")).worksheets[0]
    assert {cell.data_type for row in page.iter_rows() for cell in row} == {"s"}
    assert page._hyperlinks == []
    assert list(csv.reader(io.StringIO(people_csv(shown).decode("utf-8-sig"), newline=""))) == [[f"'{text}"]] * 2


def test_what_no_cell_can_hold_is_text() -> None:
    odd = (typed("NaN", "double"), typed("INF", "double"), typed("9" * 40, "integer"), ox.Literal("x" * 40_000))
    page = opened(xlsx(sheet(Table(tuple("abcd"), (odd,)), "zh"), "zh")).worksheets[0]
    (_, row) = cells(page)
    assert row[:3] == ["NaN", "INF", "9" * 40]
    assert len(row[3]) == 32_000


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_shell_and_server_write_the_same_file(
    http: httpx.Client, kg: Run, world: KnowledgeGraph, tmp_path: Path, lang: str
) -> None:
    made = tmp_path / "made.xlsx"
    assert kg("query", "market-size", "industry=纸灯业", "-o", str(made), "--lang", lang).stdout == ""
    served = http.get(f"/queries/market-size.xlsx?industry=纸灯业&lang={lang}").content
    pages = [[cells(page) for page in opened(body)] for body in (made.read_bytes(), served)]
    assert pages[0] == pages[1]
    table = world.query("market-size", industry="纸灯业")
    heads = world.catalogue.get("market-size").columns
    shown = sheet(table, lang, world.names, heads)
    assert pages[0][0] == of_sheet(shown)
    screen = [heads[c].pick(lang) for c in for_reader(table, lang).columns]
    assert [title for title in shown.titles if title in screen] == screen


def test_the_second_sheet_says_where_it_is_from(http: httpx.Client, world: KnowledgeGraph) -> None:
    book = opened(http.get("/queries/market-size.xlsx?industry=纸灯业&lang=en").content)
    assert book.sheetnames == ["data", "about"]
    lines = cells(book["about"])
    told = {line[0]: line[1] for line in lines if line[0]}
    cited = world.cite("market-size", industry=["纸灯业"])
    assert told["what"] == cited.what.en
    assert told["note"] == "query market-size industry=纸灯业"
    assert told["date"] == datetime.combine(today(), datetime.min.time())
    assert told["version of the dataset"] == f"sha256:{world.manifest['dataset_sha256'][:16]}"
    assert "灯与铃" in told["GB/T 7714"]
    assert {line[0] for line in lines} >= {place.passage.rpartition("/")[2] for place in cited.places}


def test_charts_audits_and_comparisons_are_files_too(
    http: httpx.Client, kg: Run, world: KnowledgeGraph, tmp_path: Path
) -> None:
    asked = {
        ("chain", "纸灯业"): "/chain/paper-lanterns.{}?lang=zh",
        ("audit",): "/audit.{}?lang=zh",
        ("compare", "青岚", "竹里编舍"): "/compare.{}?a=青岚&b=竹里编舍&lang=zh",
    }
    for words, path in asked.items():
        for ending, people in (("xlsx", ()), ("csv", ("--people",))):
            made = tmp_path / f"made.{ending}"
            kg(*words, "-o", str(made), *people, "--lang", "zh", code=None)  # the audit exits with 1
            served = http.get(path.format(ending)).raise_for_status()
            assert "attachment" in served.headers["content-disposition"]
            if ending == "xlsx":
                assert [cells(p) for p in opened(made.read_bytes())] == [cells(p) for p in opened(served.content)]
            else:
                assert made.read_bytes() == served.content
                assert served.content.startswith(b"\xef\xbb\xbf")
    shown = sheet(chain_rows(world.chain("纸灯业")), "zh", world.names, HEADS)
    assert cells(opened((http.get("/chain/paper-lanterns.xlsx?lang=zh")).content).worksheets[0]) == of_sheet(shown)


def test_a_matrix_is_a_file_with_its_rows_and_columns(http: httpx.Client) -> None:
    body = http.get("/matrix/industries-by-regions.json").raise_for_status().json()
    page = opened(http.get("/matrix/industries-by-regions.xlsx?lang=zh").raise_for_status().content).worksheets[0]
    (_, *titles, _), *rows = cells(page)
    assert titles == [column["zh"] for column in body["columns"]]
    assert [row[0] for row in rows] == [row["zh"] for row in body["rows"]]
    assert [[value or 0 for value in row[1:-1]] for row in rows] == body["cells"]


def test_csv_for_people_has_the_screen_and_csv_for_programs_the_data(http: httpx.Client, kg: Run) -> None:
    path = "/queries/market-size.csv?industry=纸灯业&lang=zh"
    people, programs = http.get(path + "&people=1").content, http.get(path).content
    lines = people.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("对象,指标,地区,年份,比较符,数值,数值 (读作),单位,")
    assert "https://" not in people.decode()
    assert programs.decode("utf-8-sig").splitlines()[0].startswith("subject,subject_label,")
    shell = kg("query", "market-size", "industry=纸灯业", "--people", "--lang", "zh").stdout
    assert shell.splitlines() == people.decode().splitlines()


def test_a_file_must_have_an_ending_that_is_known(kg: Run, tmp_path: Path) -> None:
    done = kg("chain", "纸灯业", "-o", str(tmp_path / "x.pdf"), code=2)
    assert "--format" in done.stderr
    assert list(tmp_path.iterdir()) == []
    for ending in ("json", "jsonl", "tsv", "csv", "md", "ttl"):
        assert kg("chain", "纸灯业", "-o", str(tmp_path / f"x.{ending}")).stdout == ""
        assert (tmp_path / f"x.{ending}").stat().st_size > 100
