"""What is decided before any route: HTTP/1.0, Host, bodies of unknown length, paths that are not there, who sees the token."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from conftest import Server, served
from kg.faces.web.server import listen
from kg.faces.web.settings import Settings
from kg.graph import KnowledgeGraph
from kg.source.project import Project
from processes import PROC, command, eventually, family, needs_proc

TOKEN = "s3cret-token"
HEAD = b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n6\r\nASK {}\r\n0\r\n"
NEXT = b"GET /void HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def guarded(
    world: KnowledgeGraph, world_project: Project, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server with a token, which it has from its environment."""
    with served(world_project, tmp_path_factory.mktemp("guarded"), "--workers", "1", KG_TOKEN=TOKEN) as running:
        yield running


def exchanged(server: Server, data: bytes) -> bytes:
    """What comes back for *data* until the server closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as caller:
        caller.sendall(data)
        return b"".join(iter(lambda: caller.recv(2**16), b""))


# -- HTTP/1.0 -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/void", "/sparql?query=ASK%7B%7D"])
def test_a_probe_that_speaks_http_1_0_and_names_no_host_is_answered(world_server: Server, path: str) -> None:
    told = exchanged(world_server, f"GET {path} HTTP/1.0\r\n\r\n".encode())
    assert told.startswith(b"HTTP/1.1 200 "), told[:500]
    assert f"{world_server.url}/sparql".encode() in told or path != "/void"  # its own address, as none was named


def test_http_1_0_with_a_wrong_host_is_refused_all_the_same(world_server: Server) -> None:
    assert exchanged(world_server, b"GET /void HTTP/1.0\r\nHost: evil.example\r\n\r\n").startswith(b"HTTP/1.1 421 ")


# -- bodies of unknown length -----------------------------------------------------------------------------------


@pytest.mark.parametrize("head", [HEAD, b"GET /void HTTP/1.1\r\nHost: localhost\r\n"], ids=["POST", "GET"])
def test_a_body_in_chunks_is_refused(world_server: Server, head: bytes) -> None:
    told = exchanged(world_server, head + b"Connection: close\r\n" + CHUNKED + b"\r\n")
    assert told.startswith(b"HTTP/1.1 411 ")
    assert b"/problem/length" in told


def test_what_follows_such_a_body_is_no_header(guarded: Server) -> None:
    """Trailers (RFC 9112, 7.1.2) open neither this request, whatever they say, nor the next one on the connection."""
    trailers = f"Authorization: Bearer {TOKEN}\r\nContent-Length: 6\r\nTransfer-Encoding: identity\r\n\r\n".encode()
    for head in (HEAD, HEAD.replace(b"POST /sparql", b"GET /void")):
        told = exchanged(guarded, head + CHUNKED + trailers + NEXT)
        statuses = [line.split()[1] for line in told.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]
        assert statuses in ([b"411"], [b"411", b"401"], [b"400"])


# -- paths that are not there -------------------------------------------------------------------------------------


@pytest.mark.parametrize("accept", ["application/x", "image/png", "text/html;q=0", "*/*", "", "text/turtle"])
@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/nothing/such",
        "/organization/nobody",
        "/organization/nobody.json",
        "/queries/nothing",
        "/queries/nothing.csv",
        "/chain/nothing",
        "/chain/nothing.json",
        "/problem/nothing",
        "/static/nothing",
        "/healthz/nothing",
        "/sparql/nothing",
        "/search.json/nothing",
    ],
)
def test_a_wrong_path_is_not_found_whatever_is_accepted(world_server: Server, path: str, accept: str) -> None:
    response = httpx.get(f"{world_server.url}{path}", headers={"Accept": accept}, timeout=60)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"].endswith("/problem/not-found")


# -- the token ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@needs_proc
@pytest.mark.parametrize("processes", [1, 2])
def test_no_child_of_the_server_is_given_the_token(
    world: KnowledgeGraph, world_project: Project, tmp_path: Path, processes: int
) -> None:
    flags = ("--processes", str(processes), "--workers", "1", "--reserved", "1")
    with served(world_project, tmp_path, *flags, KG_TOKEN=TOKEN) as running:
        many = 1 + 3 if processes == 1 else 2 + 2 * (1 + 3)
        assert eventually(lambda: len(family(running.process.pid)) == many)
        response = httpx.get(f"{running.url}/void", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60)
        assert response.status_code == 200
        assert httpx.get(f"{running.url}/void", timeout=60).status_code == 401
        for number in family(running.process.pid) - {running.process.pid}:
            assert TOKEN.encode() not in (PROC / str(number) / "environ").read_bytes(), command(number)
            assert TOKEN not in command(number)
        assert TOKEN not in command(running.process.pid)
        assert TOKEN not in running.log.read_text()


# -- the socket ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="the system has no such option")
def test_the_system_closes_connections_of_clients_that_take_nothing() -> None:
    """The option is set where it listens; an accepted connection has it from there."""
    with listen(Settings(store="", port=0)) as listening, socket.create_connection(listening.getsockname(), timeout=60):
        accepted, _ = listening.accept()
        with accepted:
            seconds = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) / 1000
    assert 10 <= seconds <= 60
