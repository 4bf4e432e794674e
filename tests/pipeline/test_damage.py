"""A damaged store gives either the right answer or one message that says how to repair it, and no search runs without end."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import WORLD, shell
from kg.errors import StoreError
from kg.faces.export import export
from kg.graph import KnowledgeGraph
from kg.pipeline.digests import SUMS, damaged, files, seal
from kg.pipeline.freshness import Stamp, current, read_stamp, record, unchanged
from kg.pipeline.health import examine, verify
from kg.source.project import Project
from kg.store.embedded import EmbeddedStore

PROBLEMS = r"error\[(store|source|missing-file)\]: "


@pytest.fixture
def place(world: KnowledgeGraph, world_project: Project, tmp_path: Path) -> Path:
    """The folder of a build in a separate store, which a test may damage."""
    shutil.copytree(world_project.store_folder, tmp_path / "store", symlinks=True)
    return (tmp_path / "store" / "current").resolve()


def _alter(path: Path, *places: int) -> None:
    """Change one bit of the byte at each of *places*, or of one near the beginning if there are none."""
    body = bytearray(path.read_bytes())
    for at in places or (10,):
        body[at] ^= 1
    path.write_bytes(body)


def _hide(place: Path) -> None:
    """Record the present times of the files as those of the build, so that damage looks like that of a disk and not like writing."""
    read_stamp(place).write(place)


KINDS = ("dataset.nq", "index/*.sst", "index/CURRENT", "index/MANIFEST-*", "*.json", SUMS)


@pytest.mark.slow
@pytest.mark.parametrize("how", [_alter, Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:-9])])
@pytest.mark.parametrize("kind", KINDS)
def test_every_file_is_compared_with_its_digest(place: Path, kind: str, how: Callable[[Path], None]) -> None:
    verify(place)
    for path in sorted(place.glob(kind)):
        if path.name == "stamp.json":
            continue
        name, before = path.relative_to(place).as_posix(), path.read_bytes()
        how(path)
        with pytest.raises(StoreError) as caught:
            verify(place)
        assert "kg build --force" in caught.value.render("en")
        assert name in caught.value.render("zh") or name == SUMS
        with pytest.raises(StoreError):
            KnowledgeGraph(place)
        path.write_bytes(before)
    KnowledgeGraph(place)


def test_a_shortened_list_of_digests_hides_nothing(place: Path) -> None:
    lines = (place / SUMS).read_text().splitlines(keepends=True)
    for line in lines:
        (place / SUMS).write_text("".join(one for one in lines if one != line))
        assert damaged(place) == line.split()[1]
    (place / SUMS).write_text("")
    assert damaged(place)


def test_the_digests_are_those_of_sha256sum(place: Path) -> None:
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", SUMS], cwd=place, check=True)
    assert len(list(files(place))) == len((place / SUMS).read_text().splitlines())


def test_build_and_doctor_notice(place: Path) -> None:
    copied = Project.find(WORLD, place.parent)
    assert unchanged(copied, Stamp.of(copied), "rules")
    _alter(max((place / "index").glob("*.sst"), key=lambda path: path.stat().st_size), 1000)
    assert not unchanged(copied, Stamp.of(copied), "rules")
    assert current(copied) is None
    store = next(check for check in examine(str(WORLD), str(place.parent)) if check.what.en == "graph")
    assert not store.ok and store.needed
    assert re.search(r"index/\d+\.sst is not as it was built", store.found.en)


@pytest.mark.parametrize("name", ["manifest.json", "lookup.json", "queries.json"])
def test_a_record_is_compared_whenever_it_is_read(place: Path, name: str) -> None:
    """It is compared even where nothing else is read: for completion, and when a server looks for a newer build."""
    assert record(place / name)
    body = (place / name).read_text(encoding="utf-8")
    (place / name).write_text(body.replace("a", "b", 1), encoding="utf-8")
    _hide(place)
    with pytest.raises(ValueError, match=name):
        record(place / name)
    with pytest.raises(StoreError, match="damaged"):
        _ = [getattr(KnowledgeGraph(place), part) for part in ("manifest", "names", "catalogue")]


READERS: dict[str, Callable[[KnowledgeGraph], object]] = {
    "select": lambda graph: graph.store.select("SELECT * { ?s ?p ?o }"),
    "quads": lambda graph: list(graph.store.quads()),
    "sparql": lambda graph: graph.sparql("SELECT * { ?s ?p ?o }"),
    "construct": lambda graph: graph.sparql("CONSTRUCT WHERE { ?s ?p ?o }"),
    "rdflib": lambda graph: graph.to_rdflib(),
    "export": lambda graph: export(graph, "nquads"),
}


@pytest.mark.parametrize("how", READERS)
def test_a_damaged_index_is_one_error_wherever_rows_are_read(place: Path, how: str) -> None:
    """Bytes in the middle of every table are changed. Only the engine can notice this, while it reads."""
    for table in (place / "index").glob("*.sst"):
        if places := range(2000, table.stat().st_size - 50_000, 4000):
            _alter(table, *places)
    _hide(place)
    opened = KnowledgeGraph(place)
    with pytest.raises(StoreError, match="damaged") as caught:
        READERS[how](opened)
    assert "kg build --force" in caught.value.render("en")


def test_what_the_engine_cannot_evaluate_is_no_damage(world: KnowledgeGraph) -> None:
    assert isinstance(world.store, EmbeddedStore)
    assert world.store.has_graph("no iri") is False


@pytest.mark.parametrize(
    "command", [("chain", "纸灯业"), ("path", "竹里编舍", "风铃业"), ("audit",), ("stats", "--central"), ("export",)]
)
def test_a_search_that_goes_round_in_a_damaged_index_ends(place: Path, command: tuple[str, ...]) -> None:
    """If the engine reads an unreadable block as one more step of a path, the search would never end."""
    for table in (place / "index").glob("*.sst"):
        _alter(table, min(244, table.stat().st_size // 2))
    _hide(place)
    done = shell(*command, "--store", str(place.parent))
    assert done.returncode == 5, (done.stdout[-500:], done.stderr)
    assert re.match(PROBLEMS, done.stderr) and "kg build --force" in done.stderr
    assert "Traceback" not in done.stderr


_LONG = """
import sys, time
import pyoxigraph as ox
from kg.faces.cli.limits import watch
watch(None, *map(int, sys.argv[2:]))
if sys.argv[1] == "search":
    store = ox.Store()
    store.extend(ox.Quad(ox.NamedNode(f"urn:{n}"), ox.NamedNode("urn:p"), ox.Literal(n)) for n in range(2000))
    list(store.query("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c + ?f + ?i < 0) }"))
elif sys.argv[1] == "grow":
    held = [bytearray(b"x" * 2**20) for _ in range(400)]
    while True:
        held[-1][0] ^= 1
else:
    time.sleep(1.5)
print("done")
"""


def _watched(*args: str, seconds: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "KG_TIMEOUT": seconds, "KG_LANG": "en"}
    command = [sys.executable, "-c", _LONG, *args]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)


def test_a_command_has_a_limit_of_time() -> None:
    done = _watched("search", seconds="0.5")
    assert done.returncode == 4
    assert done.stderr.startswith("error[limit]: it was not done within 0.5 s\n")
    assert "KG_TIMEOUT=SECONDS" in done.stderr


def test_a_command_has_a_limit_of_memory() -> None:
    done = _watched("grow", str(200 * 2**20), seconds="60")
    assert done.returncode == 4
    assert re.fullmatch(r"error\[limit\]: it took 0\.\d GiB of memory, more than the 0\.2 GiB .*\n.*\n", done.stderr), (
        done.stderr
    )


def test_who_only_waits_is_not_cut_off() -> None:
    """The time limit does not count the time in which a reader pages through the answer."""
    done = _watched("wait", seconds="0.5")
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


@pytest.mark.slow
@pytest.mark.parametrize("told", ["nan", "0", "-1", "soon", "inf"])
def test_a_limit_is_a_number_of_seconds(world: KnowledgeGraph, world_project: Project, told: str) -> None:
    done = shell("find", "青岚", "--store", str(world_project.store_folder), KG_TIMEOUT=told)
    assert done.returncode == 2
    assert f"KG_TIMEOUT cannot be “{told}”" in done.stderr


QUESTIONS = (
    ("query", "companies-in-segment", "--format", "csv"),
    ("chain", "纸灯业"),
    ("why", "竹里编舍", "涉足产业", "纸灯业", "--all"),
    ("stats",),
    ("export", "--format", "nquads"),
    ("find", "青岚"),
    ("audit", "--format", "csv"),
    ("path", "竹里编舍", "风铃业"),
    ("show", "青岚纸坊"),
    ("queries",),
)


def _damages(place: Path, number: int) -> Iterator[Path]:
    """Damage one file of the build, *number* times: change a bit, write 512 zeros, or cut its end. It is restored after each."""
    chance = random.Random(9)
    names = [name for name in files(place) if (place / name).stat().st_size] + [SUMS, "stamp.json"]
    for _ in range(number):
        path = place / chance.choice(names)
        body = path.read_bytes()
        at = chance.randrange(len(body)) if chance.random() < 0.7 else max(len(body) - chance.randrange(1, 2000), 0)
        worse = bytearray(body)
        how = chance.choice(("bit", "zeros", "cut"))
        if how == "bit":
            worse[at] ^= 1 << chance.randrange(8)
        else:
            worse[at : at + 512 if how == "zeros" else len(body)] = (
                bytes(len(body[at : at + 512])) if how == "zeros" else b""
            )
        path.write_bytes(worse)
        yield path
        path.write_bytes(body)


@pytest.mark.slow
def test_whatever_is_damaged_the_answer_is_right_or_a_message(place: Path) -> None:
    """Sixty random cases with a fixed seed, with one question each."""
    home = str(place.parent)
    right = {question: shell(*question, "--store", home) for question in QUESTIONS}
    assert {done.returncode for done in right.values()} == {0, 1}
    chance = random.Random(9)
    for path in _damages(place, 60):
        question = chance.choice(QUESTIONS)
        start = time.monotonic()
        done = shell(*question, "--store", home)
        known = right[question]
        if (done.returncode, done.stdout) != (known.returncode, known.stdout):
            assert done.returncode == 5, (path, question, done)
            assert re.match(PROBLEMS, done.stderr) and "kg build" in done.stderr, (path, question, done.stderr)
            assert done.stderr.count("\n") == 2, done.stderr
        assert time.monotonic() - start < 100


def test_a_seal_can_be_set_again(place: Path) -> None:
    """Tests of other parts use this after they have changed a build on purpose."""
    _alter(place / "dataset.nq")
    assert damaged(place) == "dataset.nq"
    seal(place)
    assert damaged(place) is None
