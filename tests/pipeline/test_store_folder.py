"""The folder of a store: files of others are neither changed nor removed, and a build is on the disk before it becomes current."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import WORLD, shell
from kg.errors import StoreError
from kg.graph import KnowledgeGraph
from kg.pipeline.digests import damaged
from kg.pipeline.freshness import current, read, read_stamp
from kg.pipeline.ownership import is_ours, mark, refuse_foreign
from kg.pipeline.swap import locked, replacing
from kg.source.project import Project


def _everything(place: Path) -> dict[str, tuple[int, bytes]]:
    """Everything in *place*: the modification time of each file, and its content or the target of a link."""

    def content(path: Path) -> bytes:
        return os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes() if path.is_file() else b""

    def time_of(path: Path) -> int:
        return 0 if path.is_dir() else path.lstat().st_mtime_ns  # a folder's changes with each attempt to write there

    return {str(p.relative_to(place)): (time_of(p), content(p)) for p in sorted(place.rglob("*"))}


def _write(path: Path, text: str = "precious") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _deployed(home: Path) -> None:
    """A folder as many programs leave it that deploy versions: a link ``current`` to one of several folders."""
    _write(home / "v-1.2" / "app.py")
    (home / "current").symlink_to("v-1.2")


FOREIGN: dict[str, Callable[[Path], None]] = {
    "versions": lambda home: (_write(home / "v-1.0" / "thesis.txt"), _write(home / "tmp-work" / "x"))[0],
    "a manifest of something else": lambda home: _write(home / "v-1" / "manifest.json", '{"format": 3, "files": []}'),
    "notes": lambda home: _write(home / "notes.txt"),
    "setuptools": lambda home: _write(home / "lib" / "module.py"),
    "deployed": _deployed,
    "current is a file": lambda home: _write(home / "current"),
    "current is a folder": lambda home: _write(home / "current" / "x"),
    "current leads elsewhere": lambda home: (home / "current").symlink_to("../letters"),
    "lock is a text": lambda home: _write(home / "lock"),
    "lock is a link": lambda home: (home / "lock").symlink_to("../letters/a.txt"),
    "lock leads nowhere": lambda home: (home / "lock").symlink_to("../letters/none"),
    "lock is a pipe": lambda home: os.mkfifo(home / "lock"),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", FOREIGN)
def test_a_folder_of_others_is_refused_untouched(kind: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    _write(tmp_path / "letters" / "a.txt")
    FOREIGN[kind](home)
    before = _everything(tmp_path)
    done = shell("build", "--project", str(WORLD), "--store", str(home))
    assert done.returncode == 5, done.stderr
    assert f"{home} holds " in done.stderr and "which kg has not written; nothing was written there" in done.stderr
    assert "name a new or empty folder with --store" in done.stderr
    assert _everything(tmp_path) == before


def test_a_checkout_with_a_build_folder_of_others(tmp_path: Path) -> None:
    """setuptools and CMake also use a folder ``build/``."""
    for part in ("kg.toml", "data"):
        (tmp_path / part).symlink_to(WORLD / part)
    _write(tmp_path / "build" / "lib" / "module.py")
    before = _everything(tmp_path / "build")
    for command in (["build"], ["find", "青岚"]):
        done = shell(*command, "--project", str(tmp_path))
        assert done.returncode == 5, done.stderr
        assert "build holds lib" in done.stderr and "--store" in done.stderr
    done = shell("doctor", "--project", str(tmp_path))
    assert done.returncode == 1
    assert "build holds lib" in done.stdout
    assert _everything(tmp_path / "build") == before


def _build(home: Path, name: str) -> Path:
    with locked(home), replacing(home, name) as folder:
        (folder / "dataset.nq").write_text(name)
    return home / name


def test_only_what_is_ours_is_removed(tmp_path: Path) -> None:
    """Folders with names like those of builds, and a link to a build elsewhere, are kept."""
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    first = _build(home, "v-1")
    _write(home / "v-theirs" / "thesis.txt")
    _write(home / "tmp-theirs" / "x")
    _write(home / "notes.txt")
    elsewhere.mkdir()
    mark(elsewhere)
    (home / "v-link").symlink_to(elsewhere)
    unfinished = home / "tmp-killed"
    unfinished.mkdir()
    mark(unfinished)
    second = _build(home, "v-2")
    assert first.exists() and second.exists() and not unfinished.exists()
    third = _build(home, "v-3")
    assert not first.exists() and second.exists() and third.exists()
    assert (home / "v-theirs" / "thesis.txt").exists() and (home / "tmp-theirs" / "x").exists()
    assert (home / "notes.txt").exists() and (home / "v-link").is_symlink() and is_ours(elsewhere)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_store_of_an_older_version_is_ours(number: int, tmp_path: Path) -> None:
    """It has a manifest and no mark. It is rebuilt, and removed when it is no longer needed."""
    old = tmp_path / "v-old"
    tools = {"xinzhi": "0.3.0"}
    made = {"format": number, "ontology": "", "reasoner": "rules", "tools": tools, "counts": {}, "inputs": {}}
    _write(old / "manifest.json", json.dumps({**made, "dataset_sha256": ""}))
    (tmp_path / "current").symlink_to("v-old")
    assert is_ours(old)
    assert read(old / "manifest.json") is None
    _build(tmp_path, "v-1")
    assert (tmp_path / "current").readlink() == Path("v-1")
    assert old.exists()
    _build(tmp_path, "v-2")
    assert not old.exists()


def test_a_store_whose_builds_were_removed_by_hand_is_ours(tmp_path: Path) -> None:
    (tmp_path / "current").symlink_to("v-0123456789ab-01234567")
    _write(tmp_path / "lock", "")
    _build(tmp_path, "v-1")
    assert (tmp_path / "current" / "dataset.nq").exists()


@pytest.mark.parametrize("kind", [kind for kind in FOREIGN if kind.startswith("lock")])
def test_a_lock_of_others_is_refused_in_a_store_of_ours_too(kind: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    _build(home, "v-1")
    (home / "lock").unlink()
    _write(tmp_path / "letters" / "a.txt")
    FOREIGN[kind](home)
    before = _everything(tmp_path)
    with pytest.raises(StoreError, match="holds lock"), locked(home):
        pass
    assert _everything(tmp_path) == before


def test_everything_is_on_the_disk_before_the_link_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The order of system calls shows that each file and folder is synced before the rename that makes the build current."""
    events: list[tuple[str, object]] = []
    sync, rename, replace = os.fsync, os.rename, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (events.append(("sync", os.fstat(fd).st_ino)), sync(fd))[1])
    monkeypatch.setattr(os, "rename", lambda a, b: (events.append(("rename", Path(b).name)), rename(a, b))[1])
    monkeypatch.setattr(os, "replace", lambda a, b: (events.append(("rename", Path(b).name)), replace(a, b))[1])
    home = tmp_path / "new" / "home"
    with locked(home), replacing(home, "v-1") as folder:
        _write(folder / "dataset.nq")
        _write(folder / "index" / "CURRENT")
        _write(folder / "stamp.json")
    made, turned = events.index(("rename", "v-1")), events.index(("rename", "current"))
    before = {number for kind, number in events[:made] if kind == "sync"}
    final = home / "v-1"
    assert {path.stat().st_ino for path in (final, *final.rglob("*"))} <= before
    assert {path.stat().st_ino for path in (tmp_path, tmp_path / "new")} <= before
    assert ("sync", home.stat().st_ino) in events[made:turned]
    assert ("sync", home.stat().st_ino) in events[turned:]


@pytest.fixture
def own(world: KnowledgeGraph, world_project: Project, tmp_path: Path) -> Project:
    """A copy of the invented project and of its store, which a test may change."""
    shutil.copytree(WORLD, tmp_path / "copy")
    shutil.copytree(world_project.store_folder, tmp_path / "store", symlinks=True)
    return Project.find(tmp_path / "copy", tmp_path / "store")


def _later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the clock forward, so that the files do not count as new."""
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() + 60 * 10**9)


def test_an_edit_of_the_same_size_and_time_is_noticed(own: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    _later(monkeypatch)
    assert current(own)
    assert read_stamp(own.store_folder / "current").inputs
    file = own.root / "data" / "entities.trig"
    then, text = file.stat(), file.read_text(encoding="utf-8")
    file.write_text(text.replace("青岚", "青岗", 1), encoding="utf-8")
    os.utime(file, ns=(then.st_atime_ns, then.st_mtime_ns))
    now = file.stat()
    assert (now.st_size, now.st_mtime_ns) == (then.st_size, then.st_mtime_ns)
    assert current(Project.find(own.root, own.store_folder)) is None


def test_a_file_changed_a_moment_ago_is_not_trusted_to_its_time(own: Project) -> None:
    """Two changes within one tick of the file system's clock have the same modification time."""
    assert current(own)
    assert read_stamp(own.store_folder / "current").inputs is None


def test_a_question_is_answered_where_no_stamp_can_be_written(own: Project) -> None:
    place = (own.store_folder / "current").resolve()
    (place / "stamp.json").unlink()
    (place / "stamp.json").mkdir()
    (place / "stamp.json" / "kept").touch()
    before = _everything(own.store_folder)
    done = shell("find", "青岚", "--project", str(own.root), "--store", str(own.store_folder))
    assert (done.returncode, done.stderr) == (0, "")
    assert "/organization/qinglan" in done.stdout
    done = shell("build", "--project", str(own.root), "--store", str(own.store_folder))
    assert (done.returncode, done.stderr) == (0, "")
    assert "nothing changed" in done.stdout
    assert _everything(own.store_folder) == before


_KILLED = """
import os, signal, sys

def kill_at(event, args):
    if event == "os.rename" and "v-" in str(args[1]):
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(kill_at)
from kg.faces.cli import main
main()
"""


@pytest.mark.slow
def test_a_build_is_complete_with_its_stamp_before_it_gets_its_name(tmp_path: Path) -> None:
    args = ["build", "--project", str(WORLD), "--store", str(tmp_path)]
    done = subprocess.run([sys.executable, "-c", _KILLED, *args], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    (folder,) = tmp_path.glob("tmp-*")
    assert is_ours(folder)
    assert damaged(folder) is None
    assert read_stamp(folder).built.keys() >= {"dataset.nq", "manifest.json", "index/CURRENT"}
    refuse_foreign(tmp_path)
