"""Nothing undocumented passes."""

from __future__ import annotations

import re
from pathlib import Path

from kg import errors

ROOT = Path(__file__).resolve().parents[1]


def test_every_error_has_its_paragraph() -> None:
    kinds = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.KgError)]
    headings = set(re.findall(r"^## (\S+)", (ROOT / "docs" / "errors.md").read_text(), re.MULTILINE))
    assert {k.code for k in kinds} == headings


def test_no_path_of_a_machine_in_the_project() -> None:
    files = [
        p
        for part in ("docs", "src", "scripts", "ontology", "data", "queries")
        for p in (ROOT / part).rglob("*")
        if p.suffix in (".md", ".py", ".ttl", ".trig", ".rq", "")
    ]
    assert [
        p
        for p in files
        if p.is_file() and re.search(r"(?<![\w/])/(?:work|root|home)/", p.read_text(encoding="utf-8", errors="ignore"))
    ] == []
