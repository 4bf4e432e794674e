"""``kg serve`` as whoever runs it meets it: health, metrics, logs, signals, reload, proxies, tokens, limits of a request.

Real servers in processes of their own, real sockets. What must come is waited for; no test asks how long it took, as that
hangs on what else the machine does (``bench/`` measures).
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.parser import text_string_to_metric_families

from conftest import WORLD, Run, Server, served, serving, small
from kg.graph import KnowledgeGraph
from kg.pipeline import digests
from kg.pipeline.build import build
from kg.pipeline.digests import seal
from kg.source.project import Project
from ports import free_port
from processes import children, command, eventually, family, needs_proc, resident, there

pytestmark = needs_proc

PROBLEM = "application/problem+json"
PRODUCT = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
FAMILY = {1: 1 + 1 + 4 + 2, 2: 1 + 1 + 2 * (1 + 1 + 4 + 2)}
"""Processes of a server: itself, its fork server, workers for queries, reserved ones; of two: also their supervisor and
Python's own tracker of resources."""
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture(scope="module")
def http(world_server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=world_server.url, timeout=120, headers={"Accept-Language": "en"}) as client:
        yield client


def samples(http: httpx.Client) -> Samples:
    """Everything at /metrics."""
    response = http.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain")
    assert response.headers["cache-control"] == "no-store"
    families = text_string_to_metric_families(response.text)
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def sample(found: Samples, name: str, **labels: str) -> float:
    """The sum of the samples of *name* that have *labels*."""
    wanted = labels.items()
    return sum(v for (n, given), v in found.items() if n == name and wanted <= dict(given).items())


def problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem in *response*, which must be this one."""
    assert (response.status_code, response.headers["content-type"]) == (status, PROBLEM), response.text[:500]
    body: dict[str, Any] = response.json()
    assert body["type"].endswith(f"/problem/{code}")
    assert body["status"] == status
    assert body["detail"]
    return body


def raw(server: Server, data: bytes) -> bytes:
    """What comes back for *data* until the server closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as caller:
        parts = []
        with suppress(ConnectionResetError, BrokenPipeError):
            caller.sendall(data)
            while part := caller.recv(2**16):
                parts.append(part)
        return b"".join(parts)


def lives(caller: socket.socket) -> bool:
    """Whether /healthz answers over this connection, which is kept."""
    caller.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return answered(caller)


def answered(caller: socket.socket) -> bool:
    """Whether what comes is the answer of /healthz, whole."""
    told = b""
    while not told.endswith(b'{"status":"ok"}') and (part := caller.recv(2**12)):
        told += part
    return told.startswith(b"HTTP/1.1 200 ")


def status(server: Server, query: str) -> int:
    """The status of a query over a connection of its own, without httpx's slow start."""
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
        connection.request("GET", f"/sparql?{urlencode({'query': query})}")
        return connection.getresponse().status


def ids(server: Server, **fields: object) -> list[dict[str, object]]:
    """The logged requests with these fields."""
    return [line for line in server.lines() if fields.items() <= line.items()]


# -- health, metrics, logs -----------------------------------------------------------------------------------


def test_health_and_readiness(http: httpx.Client, world: KnowledgeGraph) -> None:
    lives, ready = http.get("/healthz"), http.get("/readyz")
    assert lives.json() == {"status": "ok"}
    assert ready.json() == {"ready": True, "dataset": world.manifest["dataset_sha256"]}
    assert {r.headers["cache-control"] for r in (lives, ready)} == {"no-store"}
    assert http.head("/healthz").status_code == 200


@pytest.fixture
def hurried(world: KnowledgeGraph, world_project: Project, tmp_path: Path) -> Iterator[httpx.Client]:
    """A server that stops a query after two seconds."""
    flags = ("--timeout", "2", "--workers", "1", "--reserved", "1")
    with served(world_project, tmp_path, *flags) as running, httpx.Client(base_url=running.url, timeout=60) as client:
        yield client


@pytest.mark.slow
def test_counts_rise_with_what_is_done(hurried: httpx.Client) -> None:
    http = hurried
    before = samples(http)
    for n in range(3):
        assert http.get("/sparql", params={"query": f"ASK {{}} # counted {n}"}).status_code == 200
    assert http.get("/sparql", params={"query": "ASK {} # counted 0"}).status_code == 200
    assert http.get("/sparql", params={"query": "ASK {"}).status_code == 400
    assert http.get("/sparql", params={"query": PRODUCT}).status_code == 503
    after = samples(http)

    def rise(name: str, **labels: str) -> float:
        return sample(after, name, **labels) - sample(before, name, **labels)

    assert rise("kg_requests_total", route="/sparql", method="GET", status="200") == 4
    assert rise("kg_requests_total", route="/sparql", status="400") == 1
    assert rise("kg_requests_total", route="/sparql", status="503") == 1
    assert rise("kg_request_seconds_count", route="/sparql") == 6
    assert rise("kg_request_seconds_bucket", route="/sparql", le="+Inf") == 6
    assert (
        rise("kg_request_seconds_bucket", route="/sparql", le="1.0") <= 5
    )  # not the one that was stopped after two seconds
    assert rise("kg_request_seconds_sum", route="/sparql") >= 2
    assert rise("kg_cache_hits") == 1
    assert rise("kg_workers_replaced") == 1
    assert sample(after, "kg_requests_in_flight") == 1  # this one
    assert sample(after, "kg_workers_busy") <= 1  # the one that is being replaced


def test_no_client_can_make_metrics_of_its_own(http: httpx.Client) -> None:
    before = samples(http)
    for n in range(20):
        http.get(f"/made-up-{n}/x")
        http.get(f"/queries/made-up-{n}")
        http.request(f"BREW{chr(65 + n)}", "/sparql")  # not HTTP's, so never beyond the parser
        http.request("PROPFIND", "/sparql")
    new = {labels for name, labels in samples(http).keys() - before.keys() if name == "kg_requests_total"}
    assert {dict(labels)["route"] for labels in new} <= {
        "/{path:path}",
        "/queries/{name}",
        "/sparql",
        "/metrics",
        "none",
    }
    assert {dict(labels)["method"] for labels in new} <= {"GET", "other"}


@pytest.mark.parametrize("given", ["a", "A-b_c.9", "x" * 64])
def test_a_harmless_request_id_is_kept(world_server: Server, http: httpx.Client, given: str) -> None:
    response = http.get("/nothing-here", headers={"X-Request-Id": given})
    assert response.headers["x-request-id"] == given
    assert response.json()["instance"] == f"urn:request:{given}"
    assert eventually(lambda: bool(ids(world_server, id=given, status=404)))


@pytest.mark.parametrize(
    "given", [b"", b"x" * 65, b"a b", b"a\tb", b'a"b', b"{}", b"\xe4\xb8\xad", b"a\x80b", b"../x", b"a%0ab", b"<b>"]
)
def test_another_request_id_is_replaced(world_server: Server, given: bytes) -> None:
    head = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Request-Id: " + given
    told = raw(world_server, head + b"\r\n\r\n")
    made = told.partition(b"x-request-id: ")[2].partition(b"\r\n")[0]
    assert len(made) == 16
    assert int(made, 16)


def test_a_request_id_cannot_break_its_header(world_server: Server) -> None:
    for sign in (b"\n", b"\r", b"\0"):
        head = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Request-Id: a"
        told = raw(world_server, head + sign + b"b: c\r\n\r\n")
        assert told.startswith(b"HTTP/1.1 400") or b"\r\nb: c" not in told


def test_every_line_of_the_log_is_json_and_nothing_can_add_one(world_server: Server, http: httpx.Client) -> None:
    forged = '\n{"event": "forged"}\r\x1b[31m\x00\u2028'
    mark = f"log-{time.monotonic_ns()}"
    http.get(f"/{mark}", params={"q": forged}, headers={"User-Agent": "x", "X-Request-Id": mark})
    http.get(
        httpx.URL(world_server.url).copy_with(raw_path=f"/{mark}%0A%7B%22event%22%3A%20%22forged%22%7D%0D%00".encode())
    )
    http.get("/sparql", params={"query": f"SELECT * {{ {forged}"}, headers={"Accept": "a/b"})
    http.post("/sparql", content=b"ASK {}", headers={"Content-Type": "application/x-made-up"})
    raw(world_server, b'\x16\x03\x01 not HTTP\n{"event": "forged"}\r\n\r\n')
    http.get(f"/{mark}/{'long' * 2000}")
    assert eventually(lambda: any("longlong" in str(line.get("path")) for line in world_server.lines()))
    banner, *lines = world_server.log.read_bytes().split(b"\n")
    assert banner.startswith(b"http://127.0.0.1:")
    assert lines.pop() == b""
    told = [json.loads(line) for line in lines]
    assert all(line.isascii() for line in lines)
    assert not [line for line in told if line["event"] == "forged"]
    assert max(map(len, lines)) < 20_000
    (first,) = (line for line in told if line.get("id") == mark)
    assert first.keys() == {
        "time",
        "level",
        "event",
        "id",
        "method",
        "path",
        "query",
        "status",
        "ms",
        "bytes",
        "client",
    }
    assert (first["method"], first["path"], first["status"]) == ("GET", f"/{mark}", 404)
    assert [line["path"] for line in told if str(line.get("path", "")).startswith(f"/{mark}\n")] == [
        f'/{mark}\n{{"event": "forged"}}\r\0'
    ]


# -- the HTTP below -------------------------------------------------------------------------------------------


def test_too_many_fields_are_refused(http: httpx.Client) -> None:
    many = [("query", "ASK {}"), *((f"x{n}", "1") for n in range(500))]
    problem(http.get("/sparql", params=many), 400, "usage")  # type: ignore[arg-type]
    problem(http.post("/sparql", data=dict(many)), 400, "usage")
    assert http.post("/sparql", data=dict(many[:500])).status_code == 200


@pytest.mark.parametrize(
    ("hosts", "status"),
    [
        (["localhost"], 200),
        (["LOCALHOST:80"], 200),
        (["127.0.0.1"], 200),
        (["[::1]:8000"], 200),
        (["192.0.2.7:8000"], 200),
        (["[2001:db8::1]"], 200),
        (["evil.example"], 421),
        (["localhost.evil.example"], 421),
        (["evil.example:127.0.0.1"], 421),
        (["127.0.0.1.evil.example"], 421),
        (["localhost@evil.example"], 421),
        (["localhost:x"], 421),
        ([""], 421),
        ([], 400),
        (["localhost", "evil.example"], 400),
        (["evil.example", "localhost"], 400),
        (["localhost", "localhost"], 400),
    ],
)
def test_only_names_of_this_server_are_accepted(world_server: Server, hosts: list[str], status: int) -> None:
    """A page of another name that a browser was told leads here (DNS rebinding) sends that name as Host."""
    lines = "".join(f"Host: {host}\r\n" for host in hosts)
    told = raw(world_server, f"GET /void HTTP/1.1\r\n{lines}Connection: close\r\n\r\n".encode())
    assert told.startswith(f"HTTP/1.1 {status} ".encode()), told[:300]
    if status != 200:
        assert PROBLEM.encode() in told
        assert b"evil" not in told


def test_requests_may_come_one_upon_the_other(world_server: Server) -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = one.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert raw(world_server, one * 20 + last).count(b'{"status":"ok"}') == 21
    with socket.create_connection(("127.0.0.1", world_server.port), timeout=60) as caller:
        for cut in (1, 10, len(one) - 1):
            caller.sendall(one[:cut])
            time.sleep(0.02)
            caller.sendall(one[cut:])
            assert answered(caller)


# -- behind a proxy, with a token, with limits of a request --------------------------------------------------------

TOKEN = "s3cret-token"


@pytest.fixture(scope="module")
def guarded(
    world: KnowledgeGraph, world_project: Project, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("guarded")
    token = folder / "token"
    token.write_text(f"{TOKEN}\n")
    flags = ["--token-file", str(token), "--root-path", "/kg", "--allow-host", "Example.org", "--max-body", "1000"]
    with served(world_project, folder, *flags, "--timeout", "60") as running:
        yield running


@pytest.fixture(scope="module")
def bearer(guarded: Server) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {TOKEN}", "Accept-Language": "en"}
    with httpx.Client(base_url=guarded.url, timeout=120, headers=headers) as client:
        yield client


PATHS = (
    "/",
    "/sparql?query=ASK%20%7B%7D",
    "/metrics",
    "/static/style.css",
    "/void",
    "/.well-known/void",
    "/openapi.json",
    "/queries",
    "/queries/chain-of-industry.csv",
    "/industry/wind-chimes",
    "/explore",
    "/no-such-thing",
    "/healthz/x",
    "/Healthz",
    "/kg/sparql",
    "//healthz",
)


def test_without_the_token_every_route_says_the_same(guarded: Server) -> None:
    wrong = ["", "Bearer", "Bearer x", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", TOKEN]
    seen = set()
    with httpx.Client(base_url=guarded.url, timeout=120) as client:
        for path in PATHS:
            for given in (None, *wrong) if path == "/" else (None, "Bearer x"):
                for method in ("GET", "HEAD", "POST", "DELETE"):
                    response = client.request(
                        method, path, headers={"X-Request-Id": "same"} | ({"Authorization": given} if given else {})
                    )
                    assert response.status_code == 401, (method, path, given)
                    assert response.headers["www-authenticate"].startswith("Bearer")
                    del response.headers["date"]
                    if method == "GET":
                        problem(response, 401, "unauthorized")
                        seen.add((response.content, *sorted(response.headers.items())))
    assert len(seen) == 1
    assert TOKEN not in guarded.log.read_text()


def test_health_needs_no_token(guarded: Server) -> None:
    with httpx.Client(base_url=guarded.url, timeout=120) as client:
        for path in ("/healthz", "/readyz", "/kg/healthz", "/kg/readyz"):
            assert client.get(path).status_code == 200
        assert client.options("/healthz").status_code == 204
        assert client.options("/sparql", headers={"Origin": "http://x.example"}).status_code == 401


@pytest.mark.parametrize("given", [f"Bearer {TOKEN}", f"bearer {TOKEN}", f"BEARER   {TOKEN}"])
def test_with_the_token_all_is_open(guarded: Server, given: str) -> None:
    with httpx.Client(base_url=guarded.url, timeout=120, headers={"Authorization": given}) as client:
        for path in PATHS:
            assert client.get(path).status_code in (200, 303, 404), path
        assert client.post("/sparql", data={"query": "ASK {}"}).json()["boolean"] is True


@pytest.mark.parametrize(("host", "status"), [("example.org", 200), ("EXAMPLE.ORG:99", 200), ("www.example.org", 421)])
def test_a_further_host_is_accepted_by_name(bearer: httpx.Client, host: str, status: int) -> None:
    assert bearer.get("/void", headers={"Host": host}).status_code == status


def test_under_a_root_path_links_lead_back_through_the_proxy(bearer: httpx.Client) -> None:
    """Whether the proxy strips the path or not, the answer is the same; a name that only begins alike is another."""
    stripped, whole = (
        bearer.get(f"{root}/industry/wind-chimes", headers={"Accept": "text/html"}) for root in ("", "/kg")
    )
    assert stripped.status_code == 200
    assert stripped.content == whole.content
    assert 'href="/kg/static/style.css"' in whole.text
    assert 'href="/static' not in whole.text
    assert 'href="/industry' not in whole.text
    assert "<http://example.org/kg/sparql>" in bearer.get("/kg/void", headers={"Host": "example.org"}).text
    assert bearer.get("/.well-known/void").headers["location"] == "/kg/void"
    assert bearer.get("/kg").content == bearer.get("/kg/").content == bearer.get("/").content
    assert bearer.get("/kgx/void").status_code == 404
    assert bearer.get("/kg/kg/void").status_code == 404
    assert bearer.get("/openapi.json").json()["servers"][0]["url"].endswith("/kg")


@pytest.mark.slow
def test_a_saved_query_with_more_rows_than_the_limit_is_refused(world_project: Project, tmp_path: Path) -> None:
    """Cut, it would tell a false total and never come to its end."""
    with served(world_project, tmp_path, "--max-rows", "10") as running, httpx.Client(base_url=running.url) as client:
        for suffix in ("csv", "json", "ttl"):
            response = client.get(f"/queries/passages-of-industry.{suffix}", params={"industry": "纸灯业"})
            assert (response.status_code, response.json()["type"][-9:]) == (422, "too-large")


def test_a_body_beyond_the_limit_is_refused(bearer: httpx.Client) -> None:
    def ask(size: int) -> str:
        return "ASK {} #".ljust(size, "x")

    kind = {"Content-Type": "application/sparql-query"}
    assert bearer.post("/sparql", content=ask(1000), headers=kind).status_code == 200
    problem(bearer.post("/sparql", content=ask(1001), headers=kind), 413, "body")
    problem(bearer.post("/sparql", content=iter([ask(600).encode()]), headers=kind), 411, "length")
    problem(bearer.post("/sparql", data={"query": ask(1001)}), 413, "body")


def _post(length: int) -> bytes:
    """The head of a posted query."""
    return (
        b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\n"
        b"Authorization: Bearer %s\r\nContent-Length: %d\r\n\r\n" % (TOKEN.encode(), length)
    )


def test_a_body_that_is_only_promised_is_not_waited_for(guarded: Server) -> None:
    with socket.create_connection(("127.0.0.1", guarded.port), timeout=60) as caller:
        caller.sendall(_post(10**10) + b"x" * 2000)
        assert caller.recv(1000).startswith(b"HTTP/1.1 413 ")


@pytest.mark.slow
def test_a_body_that_does_not_come_is_timed_out(world: KnowledgeGraph, world_project: Project, tmp_path: Path) -> None:
    with served(world_project, tmp_path, "--timeout", "0.3", "--workers", "1", "--reserved", "1") as running:
        with socket.create_connection(("127.0.0.1", running.port), timeout=60) as caller:
            caller.sendall(_post(100) + b"ASK")
            told = b""
            while b"urn:request:" not in told and (part := caller.recv(5000)):
                told += part
        assert told.startswith(b"HTTP/1.1 408 ")
        assert b"/problem/slow" in told
        with socket.create_connection(("127.0.0.1", running.port), timeout=60) as caller:
            caller.sendall(_post(100) + b"ASK")  # and goes away
        assert eventually(lambda: len(ids(running, status=408)) == 2)
        assert httpx.get(f"{running.url}/healthz", timeout=60).status_code == 200
        assert not ids(running, level="error")


# -- the end --------------------------------------------------------------------------------------------------


ROWS = " ".join(map(str, range(300)))
LASTING = f"SELECT (COUNT(*) AS ?n) {{ VALUES ?x {{ {ROWS} }} VALUES ?y {{ {ROWS} }} FILTER(?x + ?y >= 0) }}"
"""A query that takes some hundredths of a second: well within the time that requests have after a signal, on any machine."""


def in_flight(url: str) -> int:
    """Requests that are being answered, besides this one."""
    with httpx.Client(base_url=url, timeout=60) as client:
        return int(sample(samples(client), "kg_requests_in_flight")) - 1


def begun(caller: socket.socket, size: int) -> None:
    """Send the head of a post of *size* bytes and the first of them."""
    caller.sendall(_post(size) + b"A")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "processes"),
    [(signal.SIGTERM, 1), (signal.SIGINT, 1), (signal.SIGTERM, 2)],
    ids=["SIGTERM", "SIGINT", "SIGTERM-2"],
)
def test_a_signal_ends_it_after_the_answers_in_flight(
    world: KnowledgeGraph, world_project: Project, tmp_path: Path, number: int, processes: int
) -> None:
    """What has begun before the signal is answered after it: a query at work, and one that is still being sent."""
    flags = ("--processes", str(processes), "--timeout", "60")
    with served(world_project, tmp_path, *flags) as running, ThreadPoolExecutor(2) as pool, ExitStack() as held:
        assert eventually(lambda: len(family(running.process.pid)) == FAMILY[processes])
        everyone = family(running.process.pid)
        callers = [held.enter_context(socket.create_connection(("127.0.0.1", running.port), 60)) for _ in range(4)]
        for caller in callers:
            begun(caller, 6)
        assert eventually(lambda: in_flight(running.url) == len(callers))
        asked = [
            pool.submit(httpx.post, f"{running.url}/sparql", data={"query": LASTING}, timeout=60) for _ in range(2)
        ]
        many = len(callers) + len(asked)
        assert eventually(lambda: in_flight(running.url) == many or all(a.done() for a in asked))
        running.process.send_signal(number)
        assert eventually(lambda: len(ids(running, event="Shutting down")) == processes)
        for caller in callers:
            caller.sendall(b"SK {}")
            assert b'"boolean":true' in b"".join(iter(lambda: caller.recv(4096), b""))  # noqa: B023
        for future in asked:
            assert future.result().status_code == 200
            assert future.result().json()["results"]["bindings"][0]["n"]["value"] == "90000"
        assert running.process.wait(60) == 0
        assert eventually(lambda: not any(there(n) for n in everyone))
        assert not ids(running, level="error")
        assert "Traceback" not in running.log.read_text()


@pytest.mark.slow
def test_what_takes_too_long_at_the_end_is_told_so(
    world: KnowledgeGraph, world_project: Project, tmp_path: Path
) -> None:
    """Long before the limit of the queries themselves."""
    with served(world_project, tmp_path, "--timeout", "600") as running, ThreadPoolExecutor(6) as pool:
        everyone = family(running.process.pid)
        asked = [
            pool.submit(httpx.get, f"{running.url}/sparql", params={"query": f"{PRODUCT} # {n}"}, timeout=120)
            for n in range(6)  # four at work, two waiting
        ]
        with socket.create_connection(("127.0.0.1", running.port)):
            assert eventually(lambda: in_flight(running.url) == 6)
            running.process.terminate()
            assert running.process.wait(60) == 0
        for future in asked:
            assert future.result().headers["retry-after"] == "1"
            problem(future.result(), 503, "busy")
        assert eventually(lambda: not any(there(n) for n in everyone))


@pytest.mark.slow
def test_a_server_that_is_killed_takes_its_workers_along(
    world: KnowledgeGraph, world_project: Project, tmp_path: Path
) -> None:
    with served(world_project, tmp_path, "--timeout", "600") as running, ThreadPoolExecutor(1) as pool:
        everyone = family(running.process.pid)
        asked = pool.submit(status, running, PRODUCT)
        assert eventually(lambda: in_flight(running.url) == 1)
        running.process.kill()
        assert isinstance(asked.exception(), ConnectionError)
        assert eventually(lambda: not any(there(n) for n in everyone - {running.process.pid}))


# -- several processes ------------------------------------------------------------------------------------------


def _settings(number: int) -> dict[str, str]:
    parts = (Path("/proc") / str(number) / "environ").read_bytes().decode().split("\0")
    return dict(part.split("=", 1) for part in parts if "=" in part)


@pytest.mark.slow
def test_two_processes_answer_and_count_together(world: KnowledgeGraph, world_project: Project, tmp_path: Path) -> None:
    with served(world_project, tmp_path, "--processes", "2", "--timeout", "1") as running:
        parent = running.process.pid

        def servers() -> list[int]:
            return [n for n in children(parent) if any("kg.service.worker" in command(c) for c in children(n))]

        assert eventually(lambda: len(family(parent)) == FAMILY[2])  # both with all their workers
        folder = Path(_settings(servers()[0])["PROMETHEUS_MULTIPROC_DIR"])

        def counted(number: int) -> float:
            file = folder / f"counter_{number}.db"
            found = MmapedDict.read_all_values_from_file(str(file)) if file.exists() else ()
            return sum(value for key, value, *_ in found if "kg_requests_total" in key and "/sparql" in key)

        asked = count()

        def both() -> bool:
            """Ask over a connection of its own, as a process keeps those that it has taken."""
            assert status(running, f"ASK {{}} # {next(asked)}") == 200
            return min(map(counted, servers())) > 0

        assert eventually(both)
        assert [status(running, "ASK {} # the same") for _ in range(3)] == [200] * 3
        assert status(running, PRODUCT) == 503
        total = next(asked) + 4
        assert eventually(lambda: sum(map(counted, servers())) == total)
        with httpx.Client(base_url=running.url, timeout=120) as client:
            found = samples(client)
            assert sample(found, "kg_requests_total", route="/sparql") == total
            # by one process, told perhaps by the other, which has it within a second
            assert eventually(lambda: sample(samples(client), "kg_workers_replaced") == 1)
            assert eventually(
                lambda: sample(samples(client), "kg_cache_hits") > 0, 60
            )  # two processes, asked three times
            found = samples(client)
        assert sample(found, "kg_requests_in_flight") == 1

        first, second = servers()
        os.kill(first, signal.SIGKILL)
        assert httpx.get(f"{running.url}/healthz", timeout=120).status_code == 200
        assert eventually(lambda: len(servers()) == 2 and first not in servers())
        assert second in servers()
        with httpx.Client(base_url=running.url, timeout=120) as client:
            found = samples(client)
        assert sample(found, "kg_requests_total", route="/sparql") == total  # what the dead one has counted stays
        assert sample(found, "kg_requests_in_flight") == 1
        everyone = family(parent)
        running.process.terminate()
        assert running.process.wait(60) == 0
        assert eventually(lambda: not any(there(n) for n in everyone))
        assert not folder.exists()


# -- a graph that is built anew -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_rebuilt_graph_is_taken_up_without_a_failed_request(tmp_path: Path) -> None:
    """A small project with one label changed is built into the served store while clients ask without pause."""
    copy = small("kites", tmp_path / "project")
    build(copy)
    entities = copy.root / "data" / "entities.trig"
    text = entities.read_text(encoding="utf-8")
    assert text.count('"Feiyuan Workshop"@en') == 1

    with (
        served(copy, tmp_path) as running,
        httpx.Client(base_url=running.url, timeout=120) as client,
    ):
        first = {path: client.get(path) for path in ("/organization/feiyuan.ttl", "/queries.json", "/void")}
        old = client.get("/readyz").json()["dataset"]
        for path, response in first.items():
            again = client.get(path, headers={"If-None-Match": response.headers["etag"]})
            assert again.status_code == 304
        before, ending = family(running.process.pid), threading.Event()
        seen: list[set[tuple[int, str]]] = [set(), set()]

        def ask(task: int) -> None:
            with httpx.Client(base_url=running.url, timeout=60) as mine:
                for n in count():
                    query = f'SELECT ?x {{ co:feiyuan rdfs:label ?x FILTER(LANG(?x) = "en") }} # {task}.{n}'
                    response = mine.get("/sparql", params={"query": query})
                    (row,) = response.json()["results"]["bindings"]
                    seen[task].add((response.status_code, row["x"]["value"]))
                    seen[task].add((mine.get("/organization/feiyuan").status_code, ""))
                    if ending.is_set():
                        return

        def all_have(name: str) -> bool:
            return all((200, name) in of_one or asking[task].done() for task, of_one in enumerate(seen))

        with ThreadPoolExecutor(2) as pool:
            asking = [pool.submit(ask, task) for task in range(2)]
            try:
                assert eventually(lambda: all_have("Feiyuan Workshop"))
                entities.write_text(text.replace('"Feiyuan Workshop"', '"Feiyuan Renamed"'), encoding="utf-8")
                build(Project.find(copy.root, copy.store_folder))
                assert eventually(lambda: client.get("/readyz").json()["dataset"] != old, 120)
                assert eventually(lambda: all_have("Feiyuan Renamed"))
            finally:
                ending.set()
            for future in asking:
                future.result()
        assert seen == [{(200, "Feiyuan Workshop"), (200, "Feiyuan Renamed"), (200, "")}] * 2
        for path, response in first.items():
            again = client.get(path, headers={"If-None-Match": response.headers["etag"]})
            assert again.status_code == 200
            assert again.headers["etag"] != response.headers["etag"]
        new = client.get("/readyz").json()["dataset"]
        assert new in client.get("/void").text
        assert eventually(lambda: len(family(running.process.pid)) == len(before))  # the old workers are gone
        assert not ids(running, level="error")


@pytest.mark.slow
@pytest.mark.parametrize("how", ["another manifest", "no data"])
def test_a_broken_rebuild_leaves_the_old_graph_answering_until_a_good_one(
    world: KnowledgeGraph, world_project: Project, tmp_path: Path, how: str
) -> None:
    store = tmp_path / "store"
    shutil.copytree(world_project.store_folder, store, symlinks=True)
    good = (store / "current").resolve()

    def point_at(name: str) -> None:
        (store / "current.new").symlink_to(name)
        (store / "current.new").replace(store / "current")

    with served(Project.find(WORLD, store), tmp_path, "--workers", "1", "--reserved", "1") as running:
        old = httpx.get(f"{running.url}/readyz").json()
        shutil.copytree(good, store / "v-broken")
        manifest = store / "v-broken" / "manifest.json"
        if how == "another manifest":
            manifest.write_text('{"format": 2}')
        else:
            (store / "v-broken" / "dataset.nq").write_text("<broken")
        point_at("v-broken")
        tried = {"event": "a rebuilt graph cannot be loaded", "graph": "v-broken"}
        assert eventually(lambda: bool(ids(running, **tried)))
        assert httpx.get(f"{running.url}/readyz").json() == old
        assert status(running, "ASK { ?s ?p ?o }") == 200
        shutil.copytree(good, store / "v-better")
        manifest = store / "v-better" / "manifest.json"
        manifest.write_text(manifest.read_text().replace(old["dataset"], "0" * 64))
        seal(store / "v-better")
        point_at("v-better")
        assert eventually(lambda: httpx.get(f"{running.url}/readyz").json()["dataset"] == "0" * 64)
        assert status(running, "ASK { ?s ?p ?o }") == 200
        many = 1 + 1 + 2
        assert eventually(lambda: len(family(running.process.pid)) == many), "what could not be loaded is still there"
        _, *lines = running.log.read_text().splitlines()
        assert all(isinstance(json.loads(line), dict) for line in lines)


# -- many who wait -----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_thousand_idle_connections(world: KnowledgeGraph, world_project: Project, tmp_path: Path) -> None:
    """More than a shell's usual limit of open files, which the server raises for itself."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 3000:
        pytest.skip(f"this process may open only {hard} files")
    with ExitStack() as held:
        resource.setrlimit(resource.RLIMIT_NOFILE, (512, hard))
        try:
            running = held.enter_context(served(world_project, tmp_path))
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 3000), hard))
        held.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        client = held.enter_context(httpx.Client(base_url=running.url, timeout=120))
        pid = running.process.pid

        def ask(times: int) -> None:
            for n in range(times):
                assert client.get("/sparql", params={"query": f"ASK {{}} # {n}"}).status_code == 200

        ask(300)
        alone = resident(pid)
        idle = [held.enter_context(socket.create_connection(("127.0.0.1", running.port))) for _ in range(1000)]
        assert all(lives(caller) for caller in idle)
        before = resident(pid)
        assert before - alone < 1000 * 24  # KiB: 24 for a connection
        ask(500)
        assert resident(pid) < 1.1 * before
        assert all(lives(caller) for caller in idle[::10])
        for caller in idle:
            caller.close()
        ask(10)
        assert resident(pid) < 1.1 * before


@pytest.mark.slow
def test_one_connection_too_many_is_refused_and_the_others_go_on(
    world: KnowledgeGraph, world_project: Project, tmp_path: Path
) -> None:
    flags = ("--max-connections", "20", "--workers", "1", "--reserved", "1")
    with served(world_project, tmp_path, *flags) as running, ExitStack() as held:

        def connected() -> socket.socket:
            return held.enter_context(socket.create_connection(("127.0.0.1", running.port), 60))

        taken: list[socket.socket] = []

        def refused() -> bool:
            """Connect once more; whether that was one too many."""
            caller = connected()
            if lives(caller):
                taken.append(caller)
                return False
            return True

        assert eventually(refused)
        assert 15 < len(taken) < 20  # the client that waited for the start may still be counted
        for _ in range(10):
            told = raw(running, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            assert told.startswith(b"HTTP/1.1 503 ")
            assert all(lives(caller) for caller in taken)
        taken.pop().close()
        assert eventually(lambda: lives(connected()))
        assert not ids(running, level="error")


@pytest.mark.slow
def test_heavy_queries_do_not_keep_pages_and_saved_questions_waiting(
    world: KnowledgeGraph, world_project: Project, tmp_path: Path
) -> None:
    """A dozen clients ask what takes too long, without pause, for all workers that may do such work."""
    flags = ("--workers", "2", "--reserved", "1", "--timeout", "2", "--cache", "0")
    with served(world_project, tmp_path, *flags) as running, ThreadPoolExecutor(12) as pool:
        ending, refusals = threading.Event(), [0] * 12

        def ask_heavy_things(client: int) -> None:
            while not ending.is_set():
                assert status(running, f"{PRODUCT} # {client} {refusals[client]}") == 503
                refusals[client] += 1

        asking = [pool.submit(ask_heavy_things, client) for client in range(12)]
        answered = set()
        try:
            with httpx.Client(base_url=running.url, timeout=60) as client:
                assert eventually(lambda: in_flight(running.url) >= 10)
                for n in count(1):
                    for path in (
                        "/healthz",
                        f"/?x={n}",
                        f"/industry/wind-chimes?x={n}",
                        "/queries/companies-in-segment.json",
                    ):
                        answered.add((path.partition("?")[0], client.get(path).status_code))
                    if min(refusals) > 0 or any(task.done() for task in asking):
                        break
        finally:
            ending.set()
        for task in asking:
            task.result()
        assert {code for _, code in answered} == {200}
        assert len(answered) == 4


IMPATIENT = """
import sys
from kg.faces.web.server import serve
from kg.faces.web.settings import Settings

serve(Settings(port=int(sys.argv[2]), store=sys.argv[3], seconds=60, stalled=10))
"""
"""A server that closes sooner than ``kg serve`` what nobody reads."""


@pytest.mark.slow
def test_clients_that_do_not_read_cost_a_bounded_memory_and_are_cut_off(
    world: KnowledgeGraph, world_project: Project, tmp_path: Path
) -> None:
    """A hundred answers of 10 MB are asked for and not read: at most 256 MiB of them are held, the others are refused."""
    query = f'SELECT ("{"a" * 10**5}" AS ?a) ?n {{ VALUES ?n {{ {" ".join(map(str, range(100)))} }} }}'
    impatient = serving(
        world_project.store_folder, tmp_path, str(world_project.store_folder), program=("-c", IMPATIENT)
    )
    with impatient as running, ExitStack() as held:
        assert len(httpx.post(f"{running.url}/sparql", data={"query": query}, timeout=60).content) > 10**7
        pid = running.process.pid
        before = resident(pid)

        def wave(many: int) -> tuple[list[socket.socket], int]:
            """So many clients that ask and do not read; the most memory that the server held until each was decided."""
            callers, earlier, most = [], len(ids(running, path="/sparql")), 0
            for _ in range(many):
                callers.append(caller := held.enter_context(socket.socket()))
                caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                caller.connect(("127.0.0.1", running.port))
                caller.sendall(_post(len(query)) + query.encode())

            def decided() -> bool:
                """Whether each has an answer, which it does not take, or had one, or was refused."""
                nonlocal most
                most = max(most, resident(pid))
                with httpx.Client(base_url=running.url, timeout=60) as client:
                    assert client.get("/void").status_code == 200  # others are answered
                    idle = sample(samples(client), "kg_workers_busy") == 0
                return idle and in_flight(running.url) + len(ids(running, path="/sparql")) - earlier == many

            assert eventually(decided, 300)
            return callers, most

        callers, most = wave(100)
        assert 2**17 < most - before < 2**19  # KiB: not nothing, and not the gigabyte that was asked for
        for caller in callers:
            caller.close()
        assert eventually(lambda: in_flight(running.url) == 0)
        _, again = wave(50)
        assert again < most + 2**16  # the allocator has kept the place, and uses it again
        assert status(running, "ASK {} # while they do not read") == 200
        assert eventually(lambda: in_flight(running.url) == 0, 300)  # by the system: TCP_USER_TIMEOUT
        assert not ids(running, level="error")


# -- what goes wrong before it serves ------------------------------------------------------------------------------


def test_a_port_that_is_taken_is_told(kg: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = kg("serve", "--port", port, code=5)
    assert done.stderr.startswith(f"error[store]: cannot listen on 127.0.0.1:{port}: Address already in use\n")
    assert "--port" in done.stderr.splitlines()[1]
    assert "Traceback" not in done.stderr
    assert "http://" not in done.stderr


def test_an_address_of_another_machine_is_told(kg: Run) -> None:
    done = kg("serve", "--host", "192.0.2.1", "--port", "0", code=5)
    assert done.stderr.startswith("error[store]: cannot listen on 192.0.2.1:0: ")


def test_any_free_port_is_named(world: KnowledgeGraph, world_project: Project) -> None:
    env = {**os.environ, "KG_PROJECT": str(WORLD), "KG_STORE": str(world_project.store_folder), "KG_LANG": "en"}
    command = [sys.executable, "-m", "kg", "serve", "--port", "0", "--workers", "1"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=env, text=True) as process:
        try:
            assert process.stderr is not None
            url = process.stderr.readline().split()[0]
            port = int(url.rpartition(":")[2])
            assert port
            with socket.create_connection(("127.0.0.1", port)):  # it listens while the graph is being loaded
                pass
        finally:
            process.terminate()
            process.communicate()
    assert process.returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "module", ["httptools", "prometheus_client", "starlette", "uvicorn", "uvloop", "werkzeug", "xlsxwriter"]
)
def test_a_package_that_is_not_installed_is_named(kg: Run, tmp_path: Path, module: str) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Blocker:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] == {module!r}:\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Blocker())\n"
    )
    done = kg("serve", "--port", str(free_port()), code=5, PYTHONPATH=str(tmp_path))
    assert done.stderr == (f"error[missing-file]: a package is missing: {module}\n  → pip install 'xinzhi[serve]'\n")
    found = kg("find", "Qinglan", PYTHONPATH=str(tmp_path), KG_PROJECT="")  # the shell does without it
    assert "Qinglan" in found.stdout


@pytest.mark.slow
@pytest.mark.parametrize("processes", [1, 2])
def test_a_graph_that_cannot_be_loaded_is_told(
    world: KnowledgeGraph, world_project: Project, kg: Run, tmp_path: Path, processes: int
) -> None:
    store = tmp_path / "store"
    shutil.copytree(world_project.store_folder, store, symlinks=True)
    folder = (store / "current").resolve()
    (folder / "dataset.nq").write_text("<broken")
    done = kg("serve", "--port", "0", code=5, KG_STORE=str(store), KG_PROJECT="")
    assert "dataset.nq is not as it was built" in done.stderr
    assert "kg build --force" in done.stderr
    digests.seal(folder)  # as if it had been built so
    done = kg("serve", "--port", "0", "--processes", str(processes), code=5, KG_STORE=str(store), KG_PROJECT="")
    assert done.stderr.splitlines()[-2].startswith("error[store]: the server could not start")
    assert "could not load the graph" in done.stderr
    assert [json.loads(line) for line in done.stderr.splitlines()[1:-2]]  # each line of the log


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_token_is_no_token(kg: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "token").write_text(text)
    assert "is empty" in kg("serve", "--token-file", str(tmp_path / "token"), code=2).stderr
    assert "cannot read" in kg("serve", "--token-file", str(tmp_path / "none"), code=5).stderr


def test_a_store_that_cannot_be_reached_is_told(kg: Run) -> None:
    assert "cannot reach http://127.0.0.1:9/query" in kg("serve", KG_STORE="http://127.0.0.1:9/query", code=5).stderr
