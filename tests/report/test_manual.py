"""The generated pages of docs/ are what the files and the report say; ``scripts/docs`` renews them."""

from __future__ import annotations

import os

import pytest

from conftest import ROOT
from kg.faces.manual import pages
from kg.graph import KnowledgeGraph


@pytest.mark.slow  # asks every command for its help, in both languages
def test_generated_pages_are_what_the_files_say(report: KnowledgeGraph) -> None:
    """Terms, queries, commands and rooms cannot be without their paragraph: the pages are made from them."""
    for name, text in pages(report, ROOT).items():
        page = ROOT / "docs" / name
        if os.environ.get("KG_GOLDEN") == "write":
            page.write_text(text, encoding="utf-8")
        assert page.read_text(encoding="utf-8") == text, f"docs/{name} is stale: run scripts/docs"
