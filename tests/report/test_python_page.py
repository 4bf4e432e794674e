"""The examples of docs/python.md and of the notebook.

``KG_GOLDEN=write scripts/test -n0 tests/report/test_python_page.py`` renews what the pages and the notebook show; read it before it is committed.
"""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

from conftest import ROOT, sparql_server
from kg.graph import KnowledgeGraph
from kg.source.project import Project

PAGES = [ROOT / "docs" / name for name in ("python.md", "python.zh.md")]
BLOCK = re.compile(r"```python\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", re.DOTALL)
NOTEBOOK = ROOT / "docs" / "notebook.ipynb"
WRITE = os.environ.get("KG_GOLDEN") == "write"
PROMISED = ("ask", "query", "sparql", "find", "entity", "chain", "why", "audit", "to_rdflib", "to_networkx")


@pytest.fixture
def at_home(report: KnowledgeGraph, report_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """``kg.open()`` and ``kg.open(".")``, here and in processes started from here, find the report."""
    monkeypatch.setenv("KG_PROJECT", str(report_project.root))
    monkeypatch.setenv("KG_STORE", str(report_project.store_folder))
    monkeypatch.chdir(report_project.root)


@pytest.fixture(scope="module")
def url(report: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A SPARQL server that holds the report."""
    with sparql_server(tmp_path_factory.mktemp("remote"), report) as address:
        yield address


@pytest.mark.slow  # for the server
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page(page: Path, url: str, at_home: None) -> None:
    """Blocks run in order in one namespace; the address on the page stands for a real server that holds the graph."""
    world: dict[str, Any] = {}

    def run(block: re.Match[str]) -> str:
        out = io.StringIO()
        with redirect_stdout(out):
            exec(compile(block[1].replace("http://localhost:7878", url), page.name, "exec"), world)
        printed = re.sub(r" +$", "", out.getvalue(), flags=re.MULTILINE).rstrip("\n") + "\n"
        return f"```python\n{block[1]}```\n" + (f"\n```text\n{printed}```\n" if out.getvalue() else "")

    text = page.read_text(encoding="utf-8")
    fresh = BLOCK.sub(run, text)
    assert world["remote"].url == url
    if WRITE:
        page.write_text(fresh, encoding="utf-8")
        text = fresh
    assert fresh == text


def test_both_pages_show_the_same_and_every_promise() -> None:
    code = [[block[1] for block in BLOCK.finditer(page.read_text(encoding="utf-8"))] for page in PAGES]
    assert len(code[0]) == len(code[1])
    calls = [re.findall(r"(?<=\.)\w+(?=\()", "".join(blocks)) for blocks in code]
    assert calls[0] == calls[1]
    assert {"open", *PROMISED, "to_pandas", "to_polars"} <= set(calls[0])


@pytest.mark.slow  # for rdflib, which reads the whole graph
@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_example_of_the_readme_runs(name: str, at_home: None) -> None:
    (block,) = BLOCK.findall((ROOT / name).read_text(encoding="utf-8"))
    exec(compile(block[0], name, "exec"), {})


@pytest.mark.slow  # for the kernel
def test_notebook(at_home: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs without an error or a word on stderr, a warning included, and shows what the committed outputs show."""
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path))  # not the settings, kernels and start-up files of whoever runs the test
    committed = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(committed)
    asks = new_code_cell("import sys\nprint(sys.executable)")
    fresh = nbformat.from_dict({**committed, "cells": [*({**cell} for cell in committed.cells), asks]})
    options = {
        "kernel_name": "python3",
        "record_timing": False,
        "coalesce_streams": True,
    }  # however the kernel parts it
    NotebookClient(fresh, timeout=120, **options).execute()
    assert fresh.cells.pop().outputs[0].text.strip() == sys.executable
    shown = [_outputs(cell) for cell in fresh.cells]
    assert [
        out
        for outs in shown
        for out in outs
        if out["output_type"] in ("error", "stream") and out.get("name") != "stdout"
    ] == []
    if WRITE:
        fresh.metadata = committed.metadata
        nbformat.write(fresh, NOTEBOOK)
        committed = fresh
    assert shown == [_outputs(cell) for cell in committed.cells]


def _outputs(cell: Any) -> list[dict[str, Any]]:
    return [dict(out) for out in cell.get("outputs", [])]
