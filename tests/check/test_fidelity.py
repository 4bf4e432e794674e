"""The check against a copy of the text, on the invented project: right copies pass, one slip of each kind is found."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import WORLD
from kg import vocab
from kg.check.fidelity import against_text
from kg.check.findings import Finding
from kg.source.project import Project
from kg.source.turtle import read_project
from kg.vocab import BASE


@pytest.fixture
def copy(tmp_path: Path) -> Project:
    """A copy of the invented project to spoil."""
    shutil.copytree(WORLD, tmp_path / "world")
    return Project.find(tmp_path / "world", tmp_path / "build")


def compare(project: Project, document: str, change: Callable[[str], str] = str) -> list[Finding]:
    """The findings of one document against its text, changed."""
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
    prefixes = "".join(f"@prefix {p}: <{n}> .\n" for p, n in vocab.PREFIXES.items())
    (copy.root / "data" / "w1" / "slips.trig").write_text(
        f"{prefixes}@prefix lco: <https://example.org/lamp/organization/> .\n"
        "psg:w1-L0008 { obs:slip ivc:statedValue 77.5 . lco:听竹社 ivc:activeIn ind:paper-lanterns .\n"
        'clm:slip ivc:summary "把灯火放进蒙纸的竹架"@zh . }',
        encoding="utf-8",
    )
    assert {f.rule for f in compare(copy, "w1")} == {"X02-named", "X03-printed", "X04-wording"}


def test_a_document_is_not_held_against_another_s_statements(copy: Project) -> None:
    spoil(copy, "w2/statements.trig", r"ivc:statedValue [0-9.]+", "ivc:statedValue 98765.4")
    assert compare(copy, "w1") == []
    assert [f.rule for f in compare(copy, "w2")] == ["X03-printed"]
