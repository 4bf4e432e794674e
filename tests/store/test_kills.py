"""Processes that are killed while a build is put into a store: readers see the build before it or the new one, whole.

``KG_KILLS=50`` kills each fifty times, at moments spread over the whole time that it takes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.graph import KnowledgeGraph
from kg.pipeline.publish import publish
from kg.store.layout import BUILDS, ROOT
from kg.store.protocol import Client
from kg.store.remote import RemoteStore, solutions
from stores import Oxigraph, Store

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("KG_KILLS", "2"))
_PARTS = 6
Quads = frozenset[ox.Quad]
PUBLISHING = "import sys; from pathlib import Path; from kg.pipeline.publish import publish; publish(Path(sys.argv[1]), sys.argv[2])"
THEIRS = "<http://example.org/a> a <http://example.org/B>"
KEPT = "ASK { GRAPH <http://example.org/theirs> { <http://example.org/a> a <http://example.org/B> } }"
GRAPHS = f'SELECT DISTINCT ?g {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{ROOT}") && ?g != <{BUILDS}>) }}'


class Rounds:
    """Builds that are put into a store in turn, and what readers must see there meanwhile.

    Args:
        server: the store.
        world: the graph, of which two builds have a part each.
        folder: where these are made.
    """

    def __init__(self, server: Store, world: KnowledgeGraph, folder: Path) -> None:
        self.server: Store = server
        self.seen: Counter[str] = Counter()
        self.builds = [_part(world.path, folder / str(n), n) for n in (0, 1)]
        self._whole = [_quads(build) for build in self.builds]
        Client(server.url).update(f"INSERT DATA {{ GRAPH <http://example.org/theirs> {{ {THEIRS} }} }}")
        publish(self.builds[1], f"{server.url}#other")
        publish(self.builds[0], server.url)
        self._now = 0

    def run(self, kill: Callable[[subprocess.Popen[bytes]], None], moment: float) -> None:
        """Let a process put the other build there, and *kill* after *moment* seconds; see what is there; do it again."""
        new = 1 - self._now
        with subprocess.Popen([sys.executable, "-c", PUBLISHING, str(self.builds[new]), self.server.url]) as process:
            time.sleep(moment)
            kill(process)
            process.wait(120)
        found = self._whole.index(self._read())
        self.seen["new" if found == new else "old"] += 1
        publish(self.builds[new], self.server.url)
        assert self._read() == self._whole[new]
        self._now = new

    def _read(self) -> Quads:
        return frozenset(RemoteStore(self.server.url).quads())

    def others(self) -> None:
        """Check that nothing of others was touched, and that nothing is left of runs that were killed."""
        client = Client(self.server.url)
        assert frozenset(RemoteStore(f"{self.server.url}#other").quads()) == self._whole[1]
        assert b"true" in client.query(KEPT, "application/sparql-results+json")[0]
        stored = {tuple(row["g"].split("/")[5:7]) for row in solutions(client, GRAPHS)}
        assert sorted(project for project, _ in stored) == ["default", "default", "other"]


def _part(build: Path, folder: Path, first: int) -> Path:
    """A copy of *build* with a part of its quads."""
    shutil.copytree(build, folder, ignore=shutil.ignore_patterns("index"))
    lines = (folder / "dataset.nq").read_bytes().splitlines(keepends=True)
    (folder / "dataset.nq").write_bytes(b"".join(lines[first::_PARTS]))
    return folder


def _quads(build: Path) -> Quads:
    return frozenset(ox.parse(path=str(build / "dataset.nq"), format=ox.RdfFormat.N_QUADS))


@pytest.fixture(scope="module")
def rounds(world: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rounds]:
    folder = tmp_path_factory.mktemp("kills")
    server = Oxigraph(folder / "oxigraph")
    yield Rounds(server, world, folder)
    server.close()


def _moments(rounds: Rounds) -> list[float]:
    """Moments spread over the time that it takes to put a build there."""
    begin = time.monotonic()
    rounds.run(lambda process: None, 0)
    lasts = (time.monotonic() - begin) / 2
    return [lasts * (n + 0.5) / KILLS for n in range(KILLS)]


def test_the_client_is_killed(rounds: Rounds) -> None:
    for moment in _moments(rounds):
        rounds.run(subprocess.Popen.kill, moment)
    rounds.others()
    print(f"client killed: {dict(rounds.seen)}")  # noqa: T201 - with -s, for docs/stores.md


def test_the_server_is_killed(rounds: Rounds) -> None:
    def restart(process: subprocess.Popen[bytes]) -> None:
        rounds.server.close()
        rounds.server.start()

    for moment in _moments(rounds):
        rounds.run(restart, moment)
    rounds.others()
    print(f"server killed: {dict(rounds.seen)}")  # noqa: T201
