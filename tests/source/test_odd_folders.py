"""Folders as nobody would make them: links that lead nowhere or in a circle, what may not be read, no home; one message each."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import ROOT, shell
from kg.errors import KgError
from kg.pipeline.freshness import input_digests
from kg.source import project as projects
from kg.source.project import Project

NOBODY = 54321
"""A user number of which the system knows nothing."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A small project, in a folder that every user may enter."""
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    for part in ("ontology", "queries"):
        shutil.copytree(ROOT / part, place / part)
    (place / "data" / "report").mkdir(parents=True)
    (place / "data" / "entities.trig").write_text("# nothing\n")
    yield place
    for path in (place, *place.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    shutil.rmtree(place)


def _link(place: Path, target: str | Path) -> None:
    if place.is_dir():
        shutil.rmtree(place)
    place.unlink(missing_ok=True)
    place.symlink_to(target)


def _file(place: Path) -> None:
    shutil.rmtree(place)
    place.write_text("no folder")


def _folder(place: Path) -> None:
    place.unlink()
    place.mkdir()


ODD: dict[str, tuple[Callable[[Path], None], str]] = {
    "ontology is a file": (lambda at: _file(at / "ontology"), "has no folder ontology/"),
    "data leads to itself": (lambda at: _link(at / "data", "data"), "/data: Too many levels of symbolic links"),
    "data leads nowhere": (lambda at: _link(at / "data", "none"), "has no folder data/"),
    "queries is below a file": (lambda at: _link(at / "queries", "data/entities.trig/x"), "/queries: Not a directory"),
    "a file leads to itself": (lambda at: _link(at / "data" / "x.ttl", "x.ttl"), "/x.ttl: Too many levels"),
    "a file leads nowhere": (lambda at: _link(at / "data" / "x.trig", "none"), "/x.trig: No such file"),
    "a query leads nowhere": (lambda at: _link(at / "queries" / "x.rq", "none"), "/x.rq: No such file"),
    "a file leads to a folder": (lambda at: _link(at / "data" / "x.ttl", "report"), "/x.ttl: Is a directory"),
    "the model is a folder": (lambda at: _folder(at / "ontology" / "ivc.ttl"), "/ivc.ttl: Is a directory"),
    "a file is a pipe": (lambda at: os.mkfifo(at / "data" / "x.ttl"), "/x.ttl: not a regular file"),
    "shapes lead nowhere": (lambda at: _link(at / "ontology" / "shapes-types.ttl", "x"), "/shapes-types.ttl: No such"),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ODD)
def test_an_odd_project_is_one_message(kind: str, folder: Path) -> None:
    spoil, told = ODD[kind]
    spoil(folder)
    for command in (["build"], ["check"], ["find", "BYD"]):
        done = shell(*command, "--project", str(folder))
        assert done.returncode == 5, done.stderr
        assert done.stderr.startswith("error[missing-file]: ") and told in done.stderr
        assert done.stderr.count("\n") == 2, done.stderr
    done = shell("doctor", "--project", str(folder))
    assert done.returncode == 1
    assert told in done.stdout and "Traceback" not in done.stderr


def test_a_folder_that_leads_in_a_circle_is_not_entered(folder: Path) -> None:
    (folder / "data" / "again").symlink_to("..")
    (folder / "queries" / "self").symlink_to("self")
    assert [path.name for path in Project.find(folder).data_files] == ["entities.trig"]


def _as_nobody(call: Callable[[], object]) -> str:
    """What *call* raises for a user who may do nothing (root may read everything), and who has no home."""
    read, write = os.pipe()
    number = os.fork()
    if not number:
        told = ""
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setresgid(NOBODY, NOBODY, NOBODY)
                os.setresuid(NOBODY, NOBODY, NOBODY)
            os.environ.pop("HOME", None)
            call()
        except KgError as error:
            told = f"{error.code}: {error.render('en')}"
        except BaseException as error:
            told = f"{type(error).__name__}: {error}"
        finally:
            os.write(write, told.encode())
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        told = pipe.read().decode()
    os.waitpid(number, 0)
    return told


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("data", lambda at: Project.find(at, at / "build").inputs),
        ("ontology", lambda at: Project.find(at, at / "build").inputs),
        ("data/entities.trig", lambda at: input_digests(Project.find(at, at / "build"))),
        (".", lambda at: Project.find(at, at / "build")),
    ],
)
def test_what_may_not_be_read_is_named(name: str, call: Callable[[Path], object], folder: Path) -> None:
    """It is never left out in silence: a graph that lacks a file would be wrong."""
    assert _as_nobody(lambda: call(folder)) == ""
    (folder / name).chmod(0)
    told = _as_nobody(lambda: call(folder))
    assert told.startswith(f"missing-file: cannot read {(folder / name).resolve()}"), told
    assert ": Permission denied\n" in told


def test_without_a_home_the_store_must_be_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This is an installed wheel in a container whose user has no entry in /etc/passwd."""
    monkeypatch.setattr(projects, "PACKAGED", folder)
    for name in ("KG_STORE", "KG_PROJECT", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    told = _as_nobody(Project.find)
    if os.geteuid() == 0:
        assert told.startswith("store: there is no home directory")
        assert "--store (or KG_STORE)" in told
    assert _as_nobody(lambda: Project.find(None, folder / "store")) == ""
    monkeypatch.setenv("KG_STORE", str(folder / "store"))
    assert _as_nobody(Project.find) == ""
    monkeypatch.setenv("KG_STORE", "")
    monkeypatch.setenv("HOME", str(folder))
    assert Project.find().store_folder.is_relative_to(folder)


STORES: dict[str, tuple[Callable[[Path], None], str]] = {
    "a file": (lambda at: at.write_text("mine"), "Not a directory"),
    "below a file": (lambda at: (at.parent / "file").write_text("mine"), "Not a directory"),
    "itself": (lambda at: at.symlink_to(at.name), "leads nowhere"),
    "nowhere": (lambda at: at.symlink_to("none"), "leads nowhere"),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", STORES)
def test_an_odd_store_is_one_message(kind: str, tmp_path: Path) -> None:
    spoil, told = STORES[kind]
    place = tmp_path / "store"
    spoil(place)
    named = tmp_path / "file" / "store" if kind == "below a file" else place
    for command in (["build"], ["find", "BYD"]):
        done = shell(*command, "--project", str(ROOT), "--store", str(named))
        assert done.returncode == 5, done.stderr
        assert done.stderr.startswith("error[store]: ") and told in done.stderr
        assert str(named) in done.stderr
        assert done.stderr.count("\n") == 2, done.stderr
    assert shell("find", "BYD", "--store", str(named)).returncode == 5
    assert "Traceback" not in shell("doctor", "--project", str(ROOT), "--store", str(named)).stderr


def test_an_odd_project_folder_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "gone").symlink_to("none")
    (tmp_path / "file").write_text("mine")
    for name in ("self", "gone", "file"):
        done = shell("build", "--project", str(tmp_path / name), "--store", str(tmp_path / "store"))
        assert done.returncode == 5
        assert done.stderr.startswith("error[missing-file]: "), done.stderr
        assert str(tmp_path) in done.stderr and done.stderr.count("\n") == 2
    assert not (tmp_path / "store").exists()


def test_an_option_without_a_value_is_a_slip_and_an_empty_variable_is_none(folder: Path) -> None:
    for option in ("--store", "--project"):
        done = shell("build", option, "")
        assert done.returncode == 2
        assert f"the value of {option} is empty" in done.stderr
    (folder / "ontology" / "ivc.ttl").unlink()
    done = shell("build", KG_STORE="", KG_PROJECT=str(folder))
    assert done.returncode == 5 and "ivc.ttl" in done.stderr
    assert (folder / "build" / "lock").exists(), "the store of the project itself"
