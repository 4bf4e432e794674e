"""The real graph, built once for the whole run, and the real command line in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.build.pipeline import build
from kg.graph import KnowledgeGraph
from kg.source.project import Project

ROOT = Path(__file__).resolve().parents[1]
TEXT = ROOT.parent / "shared" / "source" / "report-2025.txt"
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The repository's own project, with its store in a folder of the test run."""
    return Project.find(ROOT, tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="session")
def graph(project: Project) -> KnowledgeGraph:
    return KnowledgeGraph(build(project).path)


@pytest.fixture(scope="session")
def kg(graph: KnowledgeGraph, project: Project) -> Run:
    """``kg("find", "BYD", lang="zh")`` runs the real program on the built graph."""

    def run(*args: str, lang: str = "en", code: int | None = 0, **settings: str) -> subprocess.CompletedProcess[str]:
        env = {
            **os.environ,
            "KG_LANG": lang,
            "KG_PROJECT": str(project.root),
            "KG_STORE": str(project.store),
            **settings,
        }
        command = [sys.executable, "-m", "kg", *args]
        done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=120, check=False)
        if code is not None:
            assert done.returncode == code, done.stdout + done.stderr
        return done

    return run


@pytest.fixture(scope="session")
def text() -> str:
    """The report's text, where a copy lies beside the repository; it is not part of it."""
    if not TEXT.exists():
        pytest.skip(f"no copy of the report at {TEXT}: the graph is not compared with the text in this run")
    return TEXT.read_bytes().decode()
