"""``coverage.tsv`` of a document: the number of triples for each line of the text, or the reason why there are none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from kg.source.document import Document
from kg.source.passages import document_iri, registered
from kg.source.project import Project
from kg.source.turtle import read_project
from kg.terms import iri

HEAD: Final = "line\tsection\ttriples\treason"
REASONS: Final = ("heading", "number", "decoration", "lead-in")
"""Reasons for a line without triples: a title, a section number, a by-line or link, an introduction to the next line."""


def rows(project: Project, document: Document) -> Iterator[str]:
    """The new lines of the document's coverage.tsv: counts from the data, reasons from the present file."""
    quads = read_project(project)
    counts = Counter(iri(q.graph_name) for q in quads)
    kept, node = reasons(document), document_iri(document)
    yield HEAD
    for passage, registration in sorted(registered(quads).items()):
        if registration.document == node:
            line = int(passage.rpartition("-L")[2])
            reason = "" if counts[passage] else kept.get(line, "")
            yield f"{line}\t{registration.fields['sectionPath']}\t{counts[passage]}\t{reason}"


def reasons(document: Document) -> dict[int, str]:
    """Line → reason, from the document's coverage.tsv."""
    path = document.folder / "coverage.tsv"
    if not path.exists():
        return {}
    cells = (row.split("\t") for row in path.read_text(encoding="utf-8").splitlines()[1:])
    return {int(c[0]): c[3] for c in cells if c[3]}
