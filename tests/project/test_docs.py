"""Nothing undocumented passes."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from conftest import ROOT
from kg import errors
from kg.faces.cli import COMMANDS


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


def test_the_benchmarks_page_is_made_from_the_results() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from bench import report; print(report.page(), end='')"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8") == done.stdout, "run scripts/bench report"


def test_every_document_is_reached_from_the_readme() -> None:
    """A link leads to it from the README, or from a document that the README links to."""
    for readme in ("README.md", "README.zh.md"):
        linked = _links(ROOT / readme)
        reached = linked | {far for near in linked for far in _links(ROOT / near)}
        top = {str(p.relative_to(ROOT)) for p in (ROOT / "docs").glob("*.md")}
        assert top - reached == set(), readme


def _links(page: Path) -> set[str]:
    found = re.findall(r"\]\(([^)#:]+\.md)\)", page.read_text(encoding="utf-8")) if page.suffix == ".md" else []
    return {str((page.parent / link).resolve().relative_to(ROOT)) for link in found}


def test_links_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/decisions/*.md")]
    missing = [
        (str(p.relative_to(ROOT)), link)
        for p in pages
        for link in re.findall(r"\]\(([^)#:]+)\)", p.read_text(encoding="utf-8"))
        if not (p.parent / link).exists()
    ]
    assert missing == []


def test_every_command_is_in_the_table_of_the_shell() -> None:
    assert len(COMMANDS) == len(set(COMMANDS)) >= 17
