"""A graph in a store elsewhere: every route and command answers from it as from a folder, and the store may go and come back."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from test_foreign_project import ASKED, HTML, JSON, QUERY, RUN

from conftest import Server, on, served, serving, shell
from kg.pipeline.publish import publish
from kg.source.project import Project
from kg.store.formats import GRAPHS
from kg.store.protocol import Client
from processes import children, command, eventually, family, needs_proc
from stores import Oxigraph

pytestmark = pytest.mark.slow
FLAGS = ("--timeout", "60", "--workers", "1", "--reserved", "1")
OWN = ("/metrics", "/static/{name:path}", "/healthz")
"""Routes whose answers are about the server."""
HERE = ("build", "check", "passages", "completion", "doctor", "site")
"""Commands that do not ask a store; the doctor, whom another test asks; and one that asks for every page once more."""
REFUSED = {"/sparql?query=ASK { SERVICE <urn:x> {} }": 403, "/sparql?query=SELECT * FROM <urn:x> {}": 403}


@pytest.fixture(scope="module")
def store(kites: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oxigraph]:
    """A store with the graph of the small project."""
    server = Oxigraph(tmp_path_factory.mktemp("oxigraph"))
    with closing(server):
        publish(kites.store_folder / "current", server.url)
        yield server


@pytest.fixture(scope="module")
def both(
    kites: Project, store: Oxigraph, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[httpx.Client, httpx.Client, Server]]:
    """Clients of a server on the folder, and of one on the store; and the latter."""
    folder, headers = tmp_path_factory.mktemp("served"), {"Host": "localhost"}
    with (
        served(kites, folder, *FLAGS) as here,
        serving(store.url, folder, *FLAGS, KG_PROJECT=str(kites.root)) as there,
        httpx.Client(base_url=here.url, timeout=120, headers=headers) as one,
        httpx.Client(base_url=there.url, timeout=120, headers=headers) as other,
    ):
        yield one, other, there


@pytest.mark.parametrize("route", [route for route in ASKED if route not in OWN])
def test_every_route_answers_the_same(both: tuple[httpx.Client, httpx.Client, Server], route: str) -> None:
    one, other, _ = both
    for path in ASKED[route]:
        named = "." in path.partition("?")[0].rpartition("/")[2]  # a path that names its format is asked once
        for accept, lang in ((HTML, "zh"), (JSON, "en"))[: 1 if named else 2]:
            headers = {"Accept": accept, "Accept-Language": lang}
            here, there = (client.get(path, headers=headers) for client in (one, other))
            assert there.status_code == here.status_code, (path, there.text[:500])
            assert _compared(there) == _compared(here), path


def _compared(response: httpx.Response) -> Any:
    """What must be the same of two answers: all but the order in which a user's query gets its rows and triples."""
    kind = response.headers.get("content-type", "").partition(";")[0]
    if response.status_code != 200:
        return response.status_code, response.headers.get("location", "")
    if kind in ("image/png", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"):
        return kind
    text = re.sub(r'"elapsed":[0-9.e-]+|[0-9.]+ 毫秒', "", response.text)  # how long it took
    text = re.sub(r'_:\w+|nodeID="\w+"|"type":"bnode","value":"\w+"', "_:", text)
    unordered = response.url.path == "/sparql" or kind in {format_.media for format_ in GRAPHS}
    return (kind, sorted(re.findall(r"[\w:/.#-]+", text))) if unordered else text


def test_what_goes_beyond_reading_the_graph_is_refused(both: tuple[httpx.Client, httpx.Client, Server]) -> None:
    for path, status in REFUSED.items():
        assert both[1].get(path).status_code == status, path


@needs_proc
def test_its_workers_open_no_connection(both: tuple[httpx.Client, httpx.Client, Server]) -> None:
    """Only the relay of the workers is connected with the store; the server itself asks it for new builds."""
    server = both[2].process.pid
    relays = [n for n in family(server) if "kg.store.relay" in command(n)]
    workers = [n for n in family(server) if "kg.service.worker" in command(n)]
    assert (len(relays), len(workers)) == (1, 3)
    for number in workers:
        if number not in children(server):  # the fork server itself is not confined
            assert "Seccomp:\t2" in Path(f"/proc/{number}/status").read_text()


@pytest.mark.parametrize("command_", [name for name in RUN if name not in HERE])
def test_every_command_answers_the_same(kites: Project, store: Oxigraph, tmp_path: Path, command_: str) -> None:
    answers = []
    for name, place in (("here", str(kites.store_folder)), ("there", store.url)):
        folder = tmp_path / name
        folder.mkdir()
        for args in RUN[command_]:
            done = on(kites)(command_, *(arg.replace("{folder}", str(folder)) for arg in args), KG_STORE=place)
            answers.append((name, args, done.stdout.replace(str(folder), ""), done.stderr.replace(str(folder), "")))
    half = len(answers) // 2
    assert [told[1:] for told in answers[half:]] == [told[1:] for told in answers[:half]]
    files = [{p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in ("here", "there")]
    assert files[1] == files[0]


def test_the_store_is_seen_by_the_doctor_and_the_prompt(kites: Project, store: Oxigraph) -> None:
    assert "is current" in on(kites)("doctor", KG_STORE=store.url).stdout
    assert "holds no graph of “other”" in on(kites)("doctor", KG_STORE=f"{store.url}#other", code=1).stdout
    env = {"_KG_COMPLETE": "bash_complete", "COMP_WORDS": "kg show fei", "COMP_CWORD": "2", "KG_STORE": store.url}
    assert "feiyuan" in shell(**env).stdout.lower()


# -- a store that goes and comes back -------------------------------------------------------------------------------------


class Traffic:
    """Clients that ask a server without pause.

    Args:
        url: the server.
        paths: what they ask.

    Attributes:
        statuses: how often each status was answered; a 503 counts only with Retry-After.
        seen: path → the different answers with status 200.
    """

    def __init__(self, url: str, paths: tuple[str, ...]) -> None:
        self._url, self._paths, self._ending = url, paths, threading.Event()
        self.statuses: Counter[int] = Counter()
        self.seen: dict[str, set[str]] = {path: set() for path in paths}

    def ask(self) -> None:
        """Ask until the end."""
        with httpx.Client(base_url=self._url, timeout=60) as client:
            while not self._ending.is_set():
                for path in self._paths:
                    response = client.get(path)
                    assert response.status_code == 200 or response.headers["retry-after"] == "1", response.text
                    self.statuses[response.status_code] += 1
                    if response.status_code == 200:
                        self.seen[path].add(response.text)

    def end(self) -> None:
        """Let the clients end."""
        self._ending.set()

    def answered(self, status: int) -> bool:
        """Whether some more answers have *status* soon."""
        before = self.statuses[status]
        return eventually(lambda: self.statuses[status] > before + 10)


PATHS = (f"/queries/{QUERY}.tsv?segment=绘面", "/chain/kites.json", "/organization/feiyuan.json")
ROUNDS = int(os.environ.get("KG_RESTARTS", "2"))
"""How often the store is killed and started again."""


def test_the_store_may_go_and_come_back(kites: Project, tmp_path: Path) -> None:
    """Two server processes without a cache: the store is killed and started again, gets a new build, and is emptied."""
    store, build = Oxigraph(tmp_path / "oxigraph"), kites.store_folder / "current"
    publish(build, store.url)
    flags = ("--processes", "2", "--cache", "0", "--timeout", "10")
    with (
        closing(store),
        serving(store.url, tmp_path, *flags, KG_PROJECT=str(kites.root)) as server,
        httpx.Client(base_url=server.url, timeout=60) as client,
        ThreadPoolExecutor(3) as pool,
    ):
        old = {path: client.get(path).text for path in PATHS}
        traffic = Traffic(server.url, PATHS)
        asking = [pool.submit(traffic.ask) for _ in range(3)]

        def ready() -> int:
            return httpx.get(f"{server.url}/readyz", timeout=60).status_code  # from either process

        try:
            for _ in range(ROUNDS):
                assert traffic.answered(200)
                store.close()
                assert traffic.answered(503)
                assert eventually(lambda: ready() == 503)
                assert (
                    httpx.get(f"{server.url}/problem/busy", timeout=60).status_code == 200
                )  # asks nothing of the store
                store.start()
                assert traffic.answered(200)
            publish(_changed(build, tmp_path / "changed"), store.url)
            assert eventually(lambda: all("Renamed" in httpx.get(f"{server.url}{PATHS[2]}").text for _ in range(5)))
            new = {path: client.get(path).text for path in PATHS}
            Client(store.url).update("CLEAR ALL")
            assert traffic.answered(503)
        finally:
            traffic.end()
            for future in asking:
                future.result()
        print(dict(traffic.statuses))  # noqa: T201 - with -s and KG_RESTARTS, for docs/stores.md
        assert traffic.seen == {path: {old[path], new[path]} for path in PATHS}


def _changed(build: Path, folder: Path) -> Path:
    """A copy of *build* in which a name is another, also in its files."""
    shutil.copytree(build, folder, ignore=shutil.ignore_patterns("index"))
    for name in ("dataset.nq", "lookup.json", "words.json", "queries.json"):
        file = folder / name
        file.write_text(
            file.read_text(encoding="utf-8").replace("Feiyuan Workshop", "Feiyuan Renamed"), encoding="utf-8"
        )
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "dataset_sha256": "0" * 64}))
    return folder


def test_what_asks_the_store_is_replaced(kites: Project, store: Oxigraph, tmp_path: Path) -> None:
    with serving(store.url, tmp_path, "--cache", "0", KG_PROJECT=str(kites.root)) as server:

        def relays() -> list[int]:
            return [n for n in family(server.process.pid) if "kg.store.relay" in command(n)]

        (relay,) = relays()
        os.kill(relay, signal.SIGKILL)
        assert eventually(lambda: relays() not in ([], [relay]))
        assert eventually(lambda: httpx.get(f"{server.url}{PATHS[0]}", timeout=60).status_code == 200)
