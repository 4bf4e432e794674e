"""Queries that mean harm, against a real server and the real shell: each ends with a reason, and nobody else notices.

A case is a file of tests/cases/hostile; a new one needs no code. It begins with what it is and what may come of it::

    # 10,000 brackets
    # expect: limit                    codes of problems (kg.errors), and "answer" where it may be harmless
    # answer: 42                       then: the one value of the answer, "true", "false" or "unbound"

In its text ``«100*x#i »`` stands for a hundred times ``x``, with ``#i`` counting from 0 and ``#j`` from 1, and
``@PORT@`` for a port of this test's own, which must never see a connection.

A case that may run into the limit of time is asked of a server with a short one, any other of one with a long one: what comes
of a case then hangs on the case alone, not on how busy the machine is. By how many milliseconds a limit is kept, ``bench/``
measures.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from conftest import ROOT, Server, Trap, served
from kg.errors import KgError
from kg.faces.web.problems import STATUS
from kg.graph import KnowledgeGraph
from kg.source.project import Project
from kg.store.answers import Limits
from kg.store.process import QueryProcess
from processes import children, eventually, family, needs_proc, resident, zombies

pytestmark = needs_proc

FOLDER = ROOT / "tests" / "cases" / "hostile"
CASES = sorted(p.stem for p in FOLDER.glob("*.rq"))
CODES = ("answer", "syntax", "usage", "refused", "too-large", "limit")
EXIT = {"answer": 0, "syntax": 2, "usage": 2, "refused": 2, "too-large": 4, "limit": 4}
LIMIT, PATIENCE, WORKERS, RESERVED = 0.5, 120, 3, 1
"""Seconds of the one server and of the other; workers of both."""
TRIES = range(5)
"""A neighbour's question, of a few milliseconds, can run into the limit as well where other programs keep the processors."""
_TIMES = re.compile(r"«(\d+)\*(.*?)»", re.DOTALL)
_NUMBER = count()


@dataclass(frozen=True)
class Case:
    """A query, what may come of it, and its one value where that is an answer."""

    text: str
    codes: tuple[str, ...]
    answer: str | None = None


def read(name: str, port: int = 9) -> Case:
    what, expect, rest = (FOLDER / f"{name}.rq").read_text().split("\n", 2)
    assert what.startswith("# "), name
    codes = tuple(expect.removeprefix("# expect: ").split(", "))
    answer = None
    if rest.startswith("# answer: "):
        first, rest = rest.split("\n", 1)
        answer = first.removeprefix("# answer: ")
    text, answer = (t and t.replace("@PORT@", str(port)) for t in (_TIMES.sub(_repeated, rest), answer))
    return Case(text or "", codes, answer)


def _repeated(found: re.Match[str]) -> str:
    times, text = int(found[1]), found[2]
    if "#" not in text:
        return text * times
    return "".join(text.replace("#i", str(n)).replace("#j", str(n + 1)) for n in range(times))


def _case(name: str) -> Any:
    """As a parameter; one that may run into a limit is slow."""
    _, expected, _ = (FOLDER / f"{name}.rq").read_text().split("\n", 2)
    return pytest.param(name, marks=[pytest.mark.slow] if "limit" in expected else [])


PARAMETERS = [_case(name) for name in CASES]


def test_cases_say_what_is_expected() -> None:
    assert len(CASES) > 90
    for name in CASES:
        case = read(name)
        assert case.codes
        assert set(case.codes) <= set(CODES), name
        assert ("answer" in case.codes) == (case.answer is not None), name
        assert "«" not in case.text, name
        assert len(case.text.encode()) <= 2**20, name


# -- who is attacked ------------------------------------------------------------------------------------


def _attacked(project: Project, folder: Path, seconds: float) -> AbstractContextManager[Server]:
    flags = ("--timeout", str(seconds), "--workers", str(WORKERS), "--reserved", str(RESERVED))
    return served(project, folder, *flags, "--max-memory", str(2**29))


@pytest.fixture(scope="module")
def attacked(
    world: KnowledgeGraph, world_project: Project, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server that stops every query soon."""
    with _attacked(world_project, tmp_path_factory.mktemp("hostile"), LIMIT) as running:
        yield running


@pytest.fixture(scope="module")
def patient(
    world: KnowledgeGraph, world_project: Project, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server that waits for the end of any query that has one."""
    with _attacked(world_project, tmp_path_factory.mktemp("patient"), PATIENCE) as running:
        yield running


@pytest.fixture(scope="module")
def http(attacked: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=attacked.url, timeout=60, headers={"Accept-Language": "en"}) as client:
        yield client


@contextmanager
def neighbour(url: str) -> Iterator[list[int]]:
    """Somebody who asks small things all the while, never the same twice, so that a worker must answer; the statuses."""
    statuses: list[int] = []
    ending = threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=url, timeout=60) as client:
            while not ending.wait(0.01):
                query = f"SELECT ?name {{ co:qinglan rdfs:label ?name }} # {next(_NUMBER)}"
                statuses.append(client.get("/sparql", params={"query": query}).status_code)

    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(ask)
        try:
            yield statuses
            assert eventually(lambda: len(statuses) > 2 or asking.done())
        finally:
            ending.set()
            asking.result()


def fork_server(server: Server) -> int:
    (number,) = children(server.process.pid)
    return number


def workers(server: Server) -> set[int]:
    return set(children(fork_server(server)))


def full(server: Server) -> bool:
    """Whether there are as many workers as there should be."""
    return len(workers(server)) == WORKERS + RESERVED


def all_workers(server: Server) -> set[int]:
    """The workers, once one reading lists as many as there should be: the system may leave some out while another ends."""
    found: set[int] = set()
    while len(found) < WORKERS + RESERVED:
        assert eventually(lambda: full(server))
        found = workers(server)
    return found


def ask(url: str, text: str, request: str, **headers: str) -> httpx.Response:
    """The answer."""
    given = {"Content-Type": "application/sparql-query", "X-Request-Id": request, "Accept-Language": "en", **headers}
    return httpx.post(f"{url}/sparql", content=text.encode(), headers=given, timeout=2 * PATIENCE)


def value(response: httpx.Response) -> str:
    """The one value of an answer."""
    body = response.json()
    if "boolean" in body:
        return str(body["boolean"]).lower()
    (row,) = body["results"]["bindings"]
    return row[body["head"]["vars"][0]]["value"] if row else "unbound"


# -- one by one -------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", PARAMETERS)
def test_it_ends_with_a_reason_and_nobody_notices(request: pytest.FixtureRequest, trap: Trap, name: str) -> None:
    case = read(name, trap.port)
    server: Server = request.getfixturevalue("attacked" if "limit" in case.codes else "patient")
    for attempt in TRIES:
        asked, before = f"{name}.{attempt}", all_workers(server)
        with neighbour(server.url) as statuses:
            response = ask(server.url, case.text, asked)
        assert eventually(lambda: full(server))
        if (
            set(statuses) == {200} and response.status_code != STATUS["slow"]
        ):  # a megabyte may not arrive within the limit
            break
    assert set(statuses) == {200}
    if response.status_code == 200:
        assert "answer" in case.codes, response.text[:500]
        assert value(response) == case.answer
    else:
        assert response.headers["content-type"] == "application/problem+json"
        problem = response.json()
        code = problem["type"].rpartition("/")[2]
        assert code in case.codes, problem
        assert response.status_code == problem["status"] == STATUS[code]
        assert problem["detail"]
        assert problem["instance"] == f"urn:request:{asked}"
        if f"more than {LIMIT} s" in problem["detail"]:
            assert eventually(lambda: bool(before - workers(server))), "the worker that was stopped is still there"
            assert eventually(lambda: full(server)), "it was not replaced"
    assert trap.calls == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["product.count", "nested.groups", "growing.answer", "service.plain", "from.unknown"])
def test_a_browser_is_told_so_on_a_page(request: pytest.FixtureRequest, trap: Trap, name: str) -> None:
    case = read(name, trap.port)
    server: Server = request.getfixturevalue("attacked" if "limit" in case.codes else "patient")
    response = ask(server.url, case.text, f"{name}.html", Accept="text/html")
    allowed = {STATUS[code] for code in case.codes if code != "answer"}
    if "too-large" in case.codes:  # the page shows the beginning, where it is there in time
        allowed.add(200)
    assert response.status_code in allowed
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert len(response.content) < 200_000
    assert trap.calls == []


@pytest.mark.parametrize(
    "text", ["INSERT DATA { <urn:a> <urn:b> <urn:c> }", "DROP ALL", "LOAD <file:///etc/passwd>", ""]
)
@pytest.mark.parametrize("how", ["form", "url", "direct", "both"])
def test_an_update_is_refused_however_it_is_sent(http: httpx.Client, text: str, how: str) -> None:
    if how == "form":
        response = http.post("/sparql", data={"update": text})
    elif how == "url":
        response = http.get("/sparql", params={"update": text})
    elif how == "both":
        response = http.post("/sparql", params={"update": text}, data={"query": "ASK {}"})
    else:
        response = http.post("/sparql", content=text, headers={"Content-Type": "application/sparql-update"})
    assert response.status_code == 403
    assert "read-only" in response.json()["detail"]


@pytest.mark.parametrize("kind", ["default-graph-uri", "named-graph-uri"])
@pytest.mark.parametrize("form", ["http://127.0.0.1:@PORT@/x.ttl", "file:///etc/passwd"])
def test_a_graph_that_is_not_here_is_refused(http: httpx.Client, trap: Trap, kind: str, form: str) -> None:
    iri = form.replace("@PORT@", str(trap.port))
    response = http.get("/sparql", params={"query": "ASK { ?s ?p ?o }", kind: iri})
    assert response.status_code == 403
    assert iri in response.json()["detail"]
    assert trap.calls == []


# -- all at once -------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_after_all_of_them_at_once_everything_is_as_before(attacked: Server, http: httpx.Client, trap: Trap) -> None:
    """Three waves over all workers: after the third the server and its fork server hold no more than after the first two."""
    texts = [read(name, trap.port).text for name in CASES]
    held: list[dict[int, int]] = []
    for wave in (1, 2, 3):
        with ThreadPoolExecutor(WORKERS + 2) as pool:
            made = [pool.submit(ask, attacked.url, text, f"wave{wave}.{n}") for n, text in enumerate(texts)]
            answers = [future.result() for future in made]
        assert {a.status_code for a in answers} <= {200, 400, 403, 408, 422, 503}
        assert eventually(lambda: full(attacked))
        assert eventually(lambda: not zombies(attacked.process.pid)), zombies(attacked.process.pid)
        held.append({number: resident(number) for number in (attacked.process.pid, fork_server(attacked))})
    assert http.get("/readyz").json()["ready"] is True
    assert eventually(lambda: "kg_workers_busy 0.0" in http.get("/metrics").text)
    assert family(attacked.process.pid) == {attacked.process.pid, fork_server(attacked), *workers(attacked)}
    assert len({tuple(one) for one in held}) == 1  # no fork server died
    for number, kib in held.pop().items():
        # the allocator keeps the place of a large answer or gives it back, as it likes; every wave has some dozen of them
        assert kib < max(one[number] for one in held) + Limits().size // 2**10
    assert trap.calls == []
    assert [line for line in attacked.lines() if line["level"] == "error"] == []


# -- Python and the shell ---------------------------------------------------------------------------------

SHORT, LONG = 0.25, 60
"""Seconds that a query may take which is to be ended, and one which is not: however slow the machine is."""


def seconds(case: Case) -> float:
    return SHORT if "limit" in case.codes else LONG


def expected(case: Case) -> set[str]:
    """Codes that may come of it where rows are cut at a limit, and where bytes are not counted."""
    return {*case.codes, *(("answer", "limit") if "too-large" in case.codes else ())}


@pytest.fixture(scope="module")
def worker(world: KnowledgeGraph) -> QueryProcess:
    return QueryProcess(world.path / "index")


@pytest.mark.parametrize("name", PARAMETERS)
def test_python_gets_a_reason_and_can_go_on(worker: QueryProcess, trap: Trap, name: str) -> None:
    case = read(name, trap.port)
    try:
        worker.query(case.text, shown="query", seconds=seconds(case), limit=10_000).result()
        code = "answer"
    except KgError as error:
        code = error.code
    assert code in expected(case)
    assert worker.query("ASK { }", shown="query", seconds=LONG).truth
    assert trap.calls == []


FEW = ("product.count", "path.any-star", "nested.brackets", "growing.concat", "service.plain", "from.unknown")


@pytest.mark.slow
@pytest.mark.parametrize("name", FEW)
def test_the_shell_gets_a_reason(world_project: Project, world: KnowledgeGraph, trap: Trap, name: str) -> None:
    case = read(name, trap.port)
    env = {
        **os.environ,
        "KG_LANG": "en",
        "KG_PROJECT": str(world_project.root),
        "KG_STORE": str(world_project.store_folder),
    }
    command = [sys.executable, "-m", "kg", "sparql", "-", "--timeout", str(seconds(case))]
    done = subprocess.run(command, input=case.text, capture_output=True, text=True, env=env, timeout=120, check=False)
    assert done.returncode in {EXIT[code] for code in expected(case)}, done.stderr
    assert done.stderr.startswith("error[") == (done.returncode != 0), done.stderr  # not the engine's own last words
    assert "Traceback" not in done.stderr
    assert trap.calls == []
