"""Which graph a command uses: a store that is named alone is read as it is, another is built if it is out of date; what happens
while somebody builds, and where nothing can be written."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import kg as package
from conftest import WORLD, shell
from kg.errors import BuildRunning, StoreError
from kg.graph import KnowledgeGraph
from kg.pipeline.freshness import current
from kg.pipeline.ready import ready
from kg.pipeline.swap import locked, replacing
from kg.source.project import Project
from kg.terms import Text
from processes import eventually


@pytest.fixture
def apart(world: KnowledgeGraph, world_project: Project, tmp_path: Path) -> Project:
    """A copy of the invented project with a changed file and a copy of the store, which was built from the unchanged files."""
    shutil.copytree(WORLD, tmp_path / "copy")
    shutil.copytree(world_project.store_folder, tmp_path / "store", symlinks=True)
    with (tmp_path / "copy" / "data" / "entities.trig").open("a", encoding="utf-8") as file:
        file.write("# another file\n")
    return Project.find(tmp_path / "copy", tmp_path / "store")


def _files(place: Path) -> dict[str, int]:
    return {str(p.relative_to(place)): p.stat().st_mtime_ns for p in place.rglob("*")}


@pytest.mark.parametrize("by", ["option", "variable"])
def test_a_store_named_alone_is_read_as_it_stands(apart: Project, by: str) -> None:
    """It may have been built by somebody else from other files, so it is neither rebuilt nor written to."""
    (apart.store_folder / "current" / "stamp.json").write_text("{}")
    before = _files(apart.store_folder)
    args, settings = (
        ((), {"KG_STORE": str(apart.store_folder)}) if by == "variable" else (("--store", str(apart.store_folder)), {})
    )
    done = shell("find", "青岚", *args, **settings)
    assert (done.returncode, done.stderr) == (0, "")
    assert "/organization/qinglan" in done.stdout
    assert _files(apart.store_folder) == before


def test_a_question_makes_no_store_where_it_was_told_to_look(tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "letter.txt").write_text("not yours")
    for place in (tmp_path / "none", full):
        done = shell("find", "青岚", "--store", str(place))
        assert done.returncode == 5
        assert f"no readable graph in {place}" in done.stderr
        assert f"kg build --store {place}" in done.stderr
    assert [p.name for p in tmp_path.rglob("*")] == ["full", "letter.txt"]
    with pytest.raises(StoreError, match="no readable graph"):
        ready(None, tmp_path / "none", tell=lambda note: None)


def test_a_question_waits_for_a_build(apart: Project) -> None:
    """After waiting there is nothing left to build."""
    told: list[Text] = []
    started = threading.Event()

    def hold() -> None:
        with locked(apart.store_folder):
            started.set()
            release.wait(60)
            shutil.copy(WORLD / "data" / "entities.trig", apart.root / "data")  # now the store is of these files

    release = threading.Event()
    holder = threading.Thread(target=hold)
    holder.start()
    started.wait(60)
    asked = threading.Thread(
        target=lambda: told.append(Text(str(ready(apart.root, apart.store_folder, tell=told.append)), ""))
    )
    asked.start()
    assert eventually(lambda: bool(told), 60)
    assert asked.is_alive() and "another build is at work" in told.pop().en
    with pytest.raises(BuildRunning), locked(apart.store_folder, 0.3):
        pass
    release.set()
    holder.join()
    asked.join(60)
    assert [note.zh for note in told] == [str(apart)]
    assert current(apart)


@pytest.fixture
def unwritable(apart: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """The same project where a build cannot write. Its lock is a folder, because permissions do not stop root."""
    (apart.store_folder / "lock").unlink(missing_ok=True)
    (apart.store_folder / "lock").mkdir()
    monkeypatch.setenv("KG_PROJECT", str(apart.root))
    monkeypatch.setenv("KG_STORE", str(apart.store_folder))
    yield apart


def test_a_graph_that_cannot_be_renewed_answers_all_the_same(unwritable: Project) -> None:
    done = shell("find", "青岚", "--project", str(unwritable.root), "--store", str(unwritable.store_folder))
    assert done.returncode == 0
    assert "/organization/qinglan" in done.stdout
    assert done.stderr.startswith("the graph is older than its files and cannot be rebuilt (")
    assert "holds lock, which kg has not written" in done.stderr
    with pytest.warns(UserWarning, match="older than its files") as seen:
        assert package.open().find("青岚")
    assert seen[0].filename == __file__


def test_files_that_were_only_touched_are_no_other_files(unwritable: Project) -> None:
    assert current(unwritable) is None
    shutil.copy(WORLD / "data" / "entities.trig", unwritable.root / "data" / "entities.trig")
    assert current(unwritable)
    assert package.open().find("青岚")


def test_who_may_read_the_folder_may_read_the_graph(tmp_path: Path) -> None:
    """Only its owner may write it, even if others may build in the same folder."""
    for mode, wanted in ((0o755, 0o755), (0o700, 0o700), (0o1777, 0o755)):
        tmp_path.chmod(mode)
        with replacing(tmp_path, f"v-{mode}") as folder:
            (folder / "file").touch()
        assert (tmp_path / f"v-{mode}").stat().st_mode & 0o7777 == wanted


def test_a_graph_of_another_version_is_not_overwritten_by_ours(apart: Project) -> None:
    """The message does not advise to build it there, because a build is there."""
    manifest = apart.store_folder / "current" / "manifest.json"
    manifest.write_text(re.sub(r'"format":\d+', '"format":1', manifest.read_text()))
    done = shell("find", "青岚", "--store", str(apart.store_folder))
    assert done.returncode == 5
    assert "made by another version of kg" in done.stderr
    assert f"kg build --project DIR --store {apart.store_folder}" in done.stderr
