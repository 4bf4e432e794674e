"""Fixtures of all tests: graphs that are built once for the whole run, servers, and the program ``kg``, run in this process or apart."""

from __future__ import annotations

import asyncio
import fcntl
import functools
import gc
import io
import json
import os
import pty
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import termios
import threading
import time
import urllib.request
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

import httpx
import hypothesis
import pyoxigraph as ox
import pytest

from kg.faces.cli import main
from kg.graph import KnowledgeGraph
from kg.pipeline.build import build
from kg.pipeline.publish import publish
from kg.source.project import Project
from kg.source.turtle import read, read_project
from ports import free_port
from stores import Oxigraph

pytest_plugins = ["browser", "sites"]
ROOT = Path(__file__).resolve().parents[1]
WORLD = ROOT / "tests" / "world"
T = TypeVar("T")
Run = Callable[..., "subprocess.CompletedProcess[str]"]
# Else each of some thousand processes would compile every module anew that it imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# Nor does the time that one example takes decide a test.
hypothesis.settings.register_profile("kg", deadline=None)
hypothesis.settings.load_profile("kg")
# Nothing here is asked over TLS: the certificates, which take a client longer than most answers, are read once.
ssl.create_default_context = functools.cache(ssl.create_default_context)
# A shell lets what it starts in the background ignore Ctrl-C, and so would every process that is started here.
signal.signal(signal.SIGINT, signal.default_int_handler)


LONGEST = (
    *("test_wheel", "test_build", "test_recheck", "test_walk", "test_config", "test_python_page", "test_operations"),
    *("test_claims", "test_golden", "test_remote", "test_site", "test_drawings", "test_readme", "test_page_sizes"),
    *("test_kills", "test_elsewhere", "test_pictures", "test_manual", "test_damage", "test_watch"),
)
"""Files of tests that take long, the longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest files first. One process tests a whole file, so a long file that begins late would keep one process busy
    while the others are idle."""
    rank = {name: position for position, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.stem, len(rank)))


def pytest_collection_finish() -> None:
    """Exempt the collected tests from garbage collection, which every build would otherwise spend time on."""
    gc.collect()
    gc.freeze()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Run two processes for each core, because about half of the tests wait for a server, a deadline or a browser."""
    return 2 * len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 4


def shared(factory: pytest.TempPathFactory, name: str) -> Path:
    """The folder *name*, which all processes of a test run share."""
    own = factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="module", autouse=True)
def _nothing_left() -> Iterator[None]:
    """Collect garbage after each file of tests. Iterators of Oxigraph must be deleted on the thread that made them, which is this one."""
    yield
    gc.collect()


def finished(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine, run on another thread, because an event loop of Playwright may be running on this one."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, coroutine).result()


def small(name: str, root: Path, store: Path | None = None) -> Project:
    """Copy the small project *name* of tests/cases to *root*, with the packaged ontology. Its store is *store*, or ``build`` below *root*."""
    shutil.copytree(ROOT / "tests" / "cases" / name, root)
    shutil.copytree(ROOT / "ontology", root / "ontology")
    return Project.find(root, store or root / "build")


@pytest.fixture(scope="session")
def kites(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A small project with a built store. Tests must not change it."""
    project = small("kites", tmp_path_factory.mktemp("kites") / "project")
    build(project)
    return project


def on(project: Project) -> Run:
    """``on(project)("find", "Qinglan", lang="zh")`` runs the program on the built graph of *project*.

    ``kg serve``, ``kg mcp`` and ``kg site`` run in another process, and so does every command with a setting for Python itself
    (``PYTHONPATH`` …).
    """

    def run(*args: str, lang: str = "en", code: int | None = 0, **settings: str) -> subprocess.CompletedProcess[str]:
        env = {"KG_LANG": lang, "KG_PROJECT": str(project.root), "KG_STORE": str(project.store_folder), **settings}
        apart = bool({"serve", "mcp", "site"} & set(args[:1])) or any(name.startswith("PYTHON") for name in settings)
        done = shell(*args, **env) if apart else _called(args, env)
        if code is not None:
            assert done.returncode == code, done.stdout + done.stderr
        return done

    return run


@contextmanager
def without_columns(env: dict[str, str]) -> Iterator[None]:
    """Remove ``COLUMNS``, so that the program does not use the width of the terminal in which the tests run, unless *env* sets it."""
    left = os.environ.pop("COLUMNS", None) if "COLUMNS" not in env else None
    yield
    if left is not None:
        os.environ["COLUMNS"] = left


def _called(args: tuple[str, ...], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Call the program in this process. The result has its exit code, standard output and standard error."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2)]
    with (
        patch.dict(os.environ, env),
        without_columns(env),
        redirect_stdout(streams[0]),
        redirect_stderr(streams[1]),
        pytest.raises(SystemExit) as left,
    ):
        main(list(args))
    told = [stream.buffer.getvalue().decode().replace("\r\n", "\n") for stream in streams]
    return subprocess.CompletedProcess(["kg", *args], left.value.code, *told)


@pytest.fixture(scope="session")
def kg(world: KnowledgeGraph, world_project: Project) -> Run:
    """The program on the graph of the invented project, as :func:`on` runs it."""
    return on(world_project)


def shell(*args: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the program in another process, in English. It uses the project and the store that *args* or *settings* name, else its defaults."""
    kept = {name: value for name, value in os.environ.items() if name not in ("KG_PROJECT", "KG_STORE")}
    command = [sys.executable, "-m", "kg", *args]
    env = {**kept, "KG_LANG": "en", **settings}
    return subprocess.run(command, capture_output=True, text=True, env=env, timeout=120, check=False)


def at_terminal(project: Project, *args: str, columns: int = 0, **settings: str) -> bytes:
    """What the program prints on a terminal, for the built graph of *project*. Its environment has only what it needs, and *settings*."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    env = {**kept, "KG_LANG": "en", "KG_PROJECT": str(project.root), "KG_STORE": str(project.store_folder), **settings}
    command = [sys.executable, "-m", "kg", *args]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL, env=env):
        os.close(theirs)
        told = b""
        with suppress(OSError):  # a closed terminal reads as an error on Linux, as an end elsewhere
            while part := os.read(ours, 65536):
                told += part
    os.close(ours)
    return told


@dataclass
class Trap:
    """A port that records who connects to it. Tests use it to show that nobody does."""

    port: int
    calls: list[str] = field(default_factory=list)


@pytest.fixture
def trap() -> Iterator[Trap]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        trap = Trap(listening.getsockname()[1])

        def listen() -> None:
            while True:
                try:
                    caller, address = listening.accept()
                except OSError:
                    return
                trap.calls.append(str(address))
                caller.close()

        thread = threading.Thread(target=listen)
        thread.start()
        yield trap
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


@dataclass
class Server:
    """A running ``kg serve`` in another process."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def lines(self) -> list[dict[str, object]]:
        """The JSON records of its log so far."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]


@contextmanager
def serving(
    store: Path | str, folder: Path, *flags: str, program: tuple[str, ...] = ("-m", "kg", "serve"), **settings: str
) -> Iterator[Server]:
    """Start ``kg serve`` on the built graph in *store* (a folder or a URL), wait until it is ready, and end it afterwards. Its log is
    written to *folder*.

    *program* has the arguments of Python that start the server. ``--port N`` and *flags* follow them.
    """
    port, log = free_port(), folder / f"serve-{time.monotonic_ns()}.log"
    env = {**os.environ, "KG_PROJECT": str(ROOT), "KG_STORE": str(store), "KG_LANG": "en", **settings}
    command = [sys.executable, *program, "--port", str(port), *flags]
    with log.open("wb") as out, subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=out, env=env) as process:
        server = Server(f"http://127.0.0.1:{port}", process, log)
        try:
            _wait(server)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(server: Server) -> None:
    for _ in range(600):
        if server.process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{server.url}/readyz", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(server.log.read_text())


@pytest.fixture(scope="session")
def text() -> str:
    """The text of the report, which is not in the repository: the file that ``KG_REPORT`` names. Tests skip without it."""
    copy = os.environ.get("KG_REPORT")
    if not copy:
        pytest.skip("KG_REPORT names no copy of the report: the graph is not compared with its text in this run")
    return Path(copy).read_bytes().decode()


@contextmanager
def sparql_server(folder: Path, graph: KnowledgeGraph | None = None) -> Iterator[str]:
    """The URL of a SPARQL 1.1 server (``oxigraph serve``) in another process. It keeps its data in *folder*; they are those of *graph*,
    or none."""
    server = Oxigraph(folder)
    try:
        if graph:
            publish(graph.path, server.url)
        yield server.url
    finally:
        server.close()


@pytest.fixture(scope="session")
def world_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The invented project of tests/world. All processes of a test run share its store."""
    return Project.find(WORLD, shared(tmp_path_factory, "world"))


@pytest.fixture(scope="session")
def world(world_project: Project) -> KnowledgeGraph:
    """The graph of the invented project. The first process that needs it builds it; a violation would stop the build.

    The graph is in memory, as in a server, because queries then take half as long.
    """
    return KnowledgeGraph(build(world_project, wait=300).path, in_memory=True)


@pytest.fixture(scope="session")
def http(world_server: Server) -> Iterator[httpx.Client]:
    """A client for pages of the invented project's server. A file of tests may define another client under this name."""
    with httpx.Client(base_url=world_server.url, timeout=60, headers={"Accept": "text/html"}) as client:
        yield client


def served(project: Project, folder: Path, *flags: str, **settings: str) -> AbstractContextManager[Server]:
    """``kg serve`` on the built graph of *project*."""
    return serving(project.store_folder, folder, *flags, KG_PROJECT=str(project.root), **settings)


@pytest.fixture(scope="session")
def world_server(
    world: KnowledgeGraph, world_project: Project, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """One server of the invented project, shared by all tests that do not change it."""
    with served(world_project, tmp_path_factory.mktemp("serve"), "--timeout", "10") as running:
        yield running


def forgetful(**options: Any) -> httpx.Client:
    """A client that keeps no cookies, so that the language of one page does not become that of the next."""
    client = httpx.Client(**options)
    client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return client


def packaged(document: str, folder: Path, store: Path) -> Project:
    """Copy the packaged project to *folder* with only one *document* and the things that it refers to, directly or through others."""
    for part in ("ontology", "queries", f"data/{document}"):
        shutil.copytree(ROOT / part, folder / part)
    reached = {node for quad in read_project(Project.find(folder, store)) for node in (quad.subject, quad.object)}
    for name in ("entities.trig", "background.trig", "links.trig"):
        shutil.copy(ROOT / "data" / name, folder / "data")
    shared = {path: read(path) for path in sorted((folder / "data").glob("*.trig"))}
    while more := {q.object for quads in shared.values() for q in quads if q.subject in reached} - reached:
        reached |= more
    for path, quads in shared.items():
        ox.serialize((quad for quad in quads if quad.subject in reached), output=str(path), format=ox.RdfFormat.TRIG)
    return Project.find(folder, store)


@pytest.fixture(scope="session")
def report_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The packaged project with the report r1 alone, so that adding another document changes no test of what r1 says.

    All processes of a test run share its store.
    """
    return packaged("r1", tmp_path_factory.mktemp("report") / "project", shared(tmp_path_factory, "report"))


@pytest.fixture(scope="session")
def report(report_project: Project) -> KnowledgeGraph:
    """The graph of :func:`report_project` in memory, built by the first process that needs it."""
    return KnowledgeGraph(build(report_project, wait=300).path, in_memory=True)
