"""A document of a project: its folder ``data/<id>/``, and its sections, which the author names.

``sections.tsv`` has a row for each line of the text at which a section begins: line, level (1 is the outermost), heading,
and the industry that the section is about, if any. A row without a heading ends the sections of its level and of deeper
levels. :mod:`kg.source.headings` writes such a row for a line that holds only a section number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kg.errors import Place, SyntaxProblem
from kg.terms import Text
from kg.vocab import BASE

STATEMENT: Final = "document.trig"
"""The file that makes a folder that of a document."""
TABLES: Final = ("sections.tsv", "carried.tsv", "coverage.tsv")
"""The tables that a document's folder may have."""
HEAD: Final = "line\tlevel\theading\tindustry"
_ROW: Final = re.compile(r"([0-9]{1,9})\t([1-9])\t([^\t]*)(?:\t([^\t]*))?")


@dataclass(frozen=True)
class Document:
    """One document.

    Attributes:
        id: the name of its folder, with which the names of its passages begin.
        folder: ``data/<id>``.
    """

    id: str
    folder: Path

    @property
    def statement(self) -> Path:
        """The file that says what the document is: its IRI, title, publisher, date."""
        return self.folder / STATEMENT

    @property
    def passages(self) -> Path:
        """The generated file of spans and digests."""
        return self.folder / "passages.ttl"

    @property
    def sections(self) -> Path:
        """The file that says where sections begin: guessed once, then edited by hand."""
        return self.folder / "sections.tsv"

    @property
    def carried(self) -> Path:
        """The file of things that a passage mentions without their name (:class:`Carried`)."""
        return self.folder / "carried.tsv"


@dataclass(frozen=True)
class Section:
    """The beginning of a section.

    Attributes:
        line: line number in the text, from 1.
        level: depth, from 1.
        heading: its part of the section path; empty in a row that only ends sections.
        industry: slug or IRI of the industry it is about; empty if the enclosing section's industry applies.
    """

    line: int
    level: int
    heading: str
    industry: str = ""


def read_sections(document: Document) -> list[Section]:
    """The rows of *document*'s ``sections.tsv``, in line order; empty if there is no such file.

    Raises:
        SyntaxProblem: a row does not have these columns.
    """
    if not document.sections.exists():
        return []
    found = []
    for n, line in enumerate(document.sections.read_text(encoding="utf-8").split("\n")[1:], start=2):
        row = _ROW.fullmatch(line.rstrip("\r"))
        if row:
            found.append(Section(int(row[1]), int(row[2]), row[3].strip(), (row[4] or "").strip()))
        elif line.strip():
            raise SyntaxProblem(
                Text("这一行不是“行号、层级、标题、产业”", "this row is not line, level, heading and industry"),
                place=Place(f"data/{document.id}/{document.sections.name}", n),
                hint=Text(
                    "各列以制表符隔开,如“14⇥1⇥前言⇥”;层级为 1 至 9",
                    "separate the columns by tabs, as in “14⇥1⇥Foreword⇥”; a level is 1 to 9",
                ),
            )
    return sorted(found, key=lambda s: s.line)


@dataclass(frozen=True)
class Carried:
    """A thing that a passage mentions in other words than its name, or that only another line names.

    Attributes:
        line: line number of the passage whose graph mentions the thing.
        thing: IRI of the thing (the column ``entity``); the file may give it relative to the project's namespace, such as ``product/rocket``.
        named_in: number of the line that names the thing (often the same line).
        printed: the words in that line.
        reason: why the words mean this thing.
    """

    line: int
    thing: str
    named_in: int
    printed: str
    reason: str


def read_carried(document: Document) -> list[Carried]:
    """The rows of the document's ``carried.tsv``; empty if there is no file."""
    if not document.carried.exists():
        return []
    rows = (r.split("\t") for r in document.carried.read_text(encoding="utf-8").splitlines()[1:] if r)
    return [Carried(int(r[0]), r[1] if ":" in r[1] else BASE + r[1], int(r[2]), r[3], r[4]) for r in rows]


def to_tsv(sections: Iterable[Section]) -> str:
    """The text of ``sections.tsv`` for these sections."""
    rows = (f"{s.line}\t{s.level}\t{s.heading}\t{s.industry}" for s in sections)
    return "".join(f"{row}\n" for row in (HEAD, *rows))
