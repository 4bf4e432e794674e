"""What each line of the text states: ``data/coverage.tsv``, with a reason for every line that states nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from kg.source.passages import stored
from kg.source.project import Project
from kg.source.turtle import read_project
from kg.terms import iri
from kg.vocab import PASSAGE

HEAD: Final = "line\tsection\ttriples\treason"
REASONS: Final = ("heading", "number", "decoration", "lead-in")
"""Why a line may state nothing: a title, a section number, a by-line or link, a line that only leads to the next."""


def rows(project: Project) -> Iterator[str]:
    """The lines of coverage.tsv: counts from the data, reasons kept from the file as it stands."""
    quads = read_project(project)
    counts = Counter(iri(q.graph_name) for q in quads)
    kept = reasons(project)
    yield HEAD
    for passage, fields in sorted(stored(quads).items()):
        line = int(re.sub(r".*-L", "", passage.removeprefix(PASSAGE)))
        triples = counts[passage]
        yield f"{line}\t{fields['sectionPath']}\t{triples}\t{'' if triples else kept.get(line, '')}"


def reasons(project: Project) -> dict[int, str]:
    """Line → reason, from data/coverage.tsv."""
    path = project.root / "data" / "coverage.tsv"
    if not path.exists():
        return {}
    cells = (row.split("\t") for row in path.read_text(encoding="utf-8").splitlines()[1:])
    return {int(c[0]): c[3] for c in cells if c[3]}
