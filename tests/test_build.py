"""The build: whole or not at all, the same bytes for the same inputs, nothing to do when nothing changed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kg.build.pipeline import Blocked, build
from kg.build.swap import locked
from kg.errors import BuildRunning, KgError, MissingFile, StoreError, SyntaxProblem
from kg.graph import KnowledgeGraph
from kg.source.project import Project

ROOT = Path(__file__).resolve().parents[1]
BROKEN = sorted((ROOT / "tests" / "cases" / "broken").glob("*.trig"))


@pytest.fixture
def copy(tmp_path: Path) -> Project:
    """A project of its own to break."""
    for part in ("ontology", "data", "queries"):
        shutil.copytree(ROOT / part, tmp_path / part)
    return Project.find(tmp_path, tmp_path / "build")


def _bytes(project: Project) -> dict[str, bytes]:
    place = project.store / "current"
    return {p.name: p.read_bytes() for p in place.iterdir() if p.is_file() and p.name != "stamp.json"}


def test_same_inputs_same_bytes(project: Project, graph: KnowledgeGraph, tmp_path: Path) -> None:
    other = Project.find(ROOT, tmp_path)
    build(other)
    assert _bytes(other) == _bytes(project)


def test_a_second_build_does_nothing(project: Project, graph: KnowledgeGraph) -> None:
    before = (project.store / "current").resolve()
    assert build(project).built is False
    assert (project.store / "current").resolve() == before


def test_a_touched_file_is_no_change_but_a_changed_one_is(copy: Project) -> None:
    build(copy)
    file = copy.root / "data" / "background.trig"
    os.utime(file)
    assert build(copy).built is False
    file.write_text(file.read_text() + "# a comment\n")
    assert build(copy).built is True


@pytest.mark.parametrize("case", BROKEN, ids=lambda p: p.stem)
def test_broken_input_blocks_with_file_and_line(case: Path, copy: Project) -> None:
    """Each case says in its first lines which rule must name which line."""
    head = case.read_text(encoding="utf-8").splitlines()
    rule = next(x.split(":", 1)[1].strip() for x in head if x.startswith("# rule:"))
    line = 1 + next(n for n, x in enumerate(head) if x.endswith("# <- here"))
    shutil.copy(case, copy.root / "data" / "report" / "99-broken.trig")
    copy.store.mkdir()
    (copy.store / "old").write_text("kept")
    with pytest.raises((Blocked, SyntaxProblem)) as caught:
        build(Project.find(copy.root, copy.store))
    if isinstance(caught.value, Blocked):
        found = [f for f in caught.value.findings if f.rule == rule]
        assert found, [f.line("en") for f in caught.value.findings]
        places = {str(f.place) for f in found}
        assert f"data/report/99-broken.trig:{line}" in places
        assert all(f.message.zh and f.message.en for f in found)
    else:
        assert rule == "syntax"
        assert caught.value.place is not None
        assert (caught.value.place.file, caught.value.place.line) == ("data/report/99-broken.trig", line)
    assert (copy.store / "old").read_text() == "kept"
    assert not (copy.store / "current").exists()


def test_a_missing_shapes_file_is_named(copy: Project) -> None:
    (copy.root / "ontology" / "shapes-audit.ttl").unlink()
    with pytest.raises(MissingFile, match=r"shapes-audit\.ttl"):
        build(copy)


def test_a_folder_that_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(MissingFile):
        Project.find(tmp_path)


def test_two_builds_at_once(project: Project) -> None:
    with locked(project.store), pytest.raises(BuildRunning):
        build(project)


def test_an_unreadable_store_says_how_to_mend(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        KnowledgeGraph(tmp_path)
    assert "kg build" in caught.value.render("en")


def test_a_full_disk_leaves_the_old_store(project: Project, graph: KnowledgeGraph) -> None:
    """/dev/full gives the kernel's own ENOSPC."""
    from kg.build.swap import writing

    before = _bytes(project)
    with pytest.raises(StoreError) as caught, writing(project.store), Path("/dev/full").open("w") as full:
        full.write("x" * 100_000)
        full.flush()
    assert isinstance(caught.value, KgError)
    assert _bytes(project) == before


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.3, 1.0, 2.0, 3.0])
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_kill_at_any_moment_leaves_the_old_store(copy: Project, after: float, how: signal.Signals) -> None:
    build(copy)
    before = _bytes(copy)
    file = copy.root / "data" / "background.trig"
    file.write_text(file.read_text() + "# changed\n")
    command = [sys.executable, "-m", "kg", "build", "--project", str(copy.root), "--store", str(copy.store)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(after)
    running.send_signal(how)
    running.wait(timeout=60)
    now = _bytes(copy)
    assert now["dataset.nq"] == before["dataset.nq"]
    assert KnowledgeGraph(copy.store / "current").find("BYD")
    assert build(copy).path.exists()
