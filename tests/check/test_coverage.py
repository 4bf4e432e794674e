"""The table of triples for each line of a document: what is counted, and which reasons for a line without any are kept."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from conftest import WORLD
from kg.check.coverage import HEAD, reasons, rows
from kg.source.document import Document
from kg.source.project import Project


@pytest.fixture
def copy(tmp_path: Path) -> tuple[Project, Document]:
    """A copy of the invented project that a test may change, and its second document."""
    shutil.copytree(WORLD, tmp_path / "world")
    project = Project.find(tmp_path / "world", tmp_path / "build")
    return project, next(d for d in project.documents if d.id == "w2")


def test_the_lines_of_one_document_in_order_with_their_triples(copy: tuple[Project, Document]) -> None:
    head, *lines = rows(*copy)
    assert head == HEAD
    cells = [line.split("\t") for line in lines]
    numbers = [int(cell[0]) for cell in cells]
    assert numbers == sorted(numbers)
    assert (len(numbers), numbers[:2], numbers[-1]) == (28, [1, 3], 55)
    assert {int(n): (section, int(count)) for n, section, count, _ in cells if int(n) in (17, 25, 27, 29, 51)} == {
        17: ("纸灯业/划分", 3),
        25: ("纸灯业/企业", 6),
        27: ("纸灯业/企业", 3),
        29: ("纸灯业/企业", 6),
        51: ("纸伞业/行情", 11),
    }
    assert [cell[0] for cell in cells if cell[2] == "0"]
    assert {cell[3] for cell in cells} == {""}, "no reasons are written yet"


def test_a_reason_is_kept_only_where_there_are_no_triples(copy: tuple[Project, Document]) -> None:
    project, document = copy
    assert reasons(document) == {}
    (document.folder / "coverage.tsv").write_text(
        f"{HEAD}\n1\tx\t0\theading\n3\tx\t0\t\n17\tx\t0\tnumber\n99\tx\t0\tlead-in\n", encoding="utf-8"
    )
    assert reasons(document) == {1: "heading", 17: "number", 99: "lead-in"}
    found = {line.split("\t")[0]: line.split("\t")[3] for line in list(rows(project, document))[1:]}
    assert {number: reason for number, reason in found.items() if reason} == {"1": "heading"}
