"""docs/nginx.conf with a real nginx in front of a real server: what kg serve leaves to a proxy, the proxy does."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from conftest import ROOT, Server, served
from kg.graph import KnowledgeGraph
from kg.source.project import Project
from ports import free_port
from processes import eventually

NGINX = shutil.which("nginx")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(NGINX is None, reason="nginx is not installed")]


@pytest.fixture(scope="module")
def server(world: KnowledgeGraph, world_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    flags = ("--root-path", "/kg", "--allow-host", "kg.example.org")
    with served(world_project, tmp_path_factory.mktemp("behind"), *flags) as running:
        yield running


@pytest.fixture(scope="module")
def proxied(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of nginx with the configuration of the manual; only its ports, and one time-out, are the test's own."""
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    written = (ROOT / "docs" / "nginx.conf").read_text(encoding="utf-8")
    own = re.sub(r"listen 80;", f"listen 127.0.0.1:{port};", written).replace(
        "127.0.0.1:8000", f"127.0.0.1:{server.port}"
    )
    own = own.replace("client_header_timeout 10s", "client_header_timeout 1s")
    assert own.count(str(port)) >= 1
    config = folder / "nginx.conf"
    places = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config.write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ access_log off; {places}\n{own}\n}}\n",
        encoding="utf-8",
    )
    assert NGINX is not None
    with subprocess.Popen([NGINX, "-p", str(folder), "-c", str(config)], stderr=subprocess.DEVNULL) as process:
        try:
            assert eventually(lambda: _listens(port), 10), _told(folder)
            headers = {"Host": "kg.example.org"}
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30) as client:
                yield client
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _told(folder: Path) -> str:
    log = folder / "error.log"
    return log.read_text() if log.exists() else "nginx did not start"


def test_pages_and_queries_come_through(proxied: httpx.Client) -> None:
    home = proxied.get("/kg/", headers={"Accept": "text/html"})
    assert home.status_code == 200
    assert 'href="/kg/static/style.css"' in home.text
    assert proxied.get("/kg/static/style.css").status_code == 200
    assert proxied.get("/kg/sparql", params={"query": "ASK {}"}).json()["boolean"] is True
    assert "<http://kg.example.org/kg/sparql>" in proxied.get("/kg/void").text
    assert proxied.get("/kg/openapi.json").headers["content-encoding"] == "gzip"


def test_a_body_in_chunks_is_made_whole(proxied: httpx.Client, server: Server) -> None:
    kind = {"Content-Type": "application/sparql-query"}
    direct = httpx.post(f"{server.url}/sparql", content=iter([b"ASK", b" {}"]), headers=kind)
    assert direct.status_code == 411
    assert proxied.post("/kg/sparql", content=iter([b"ASK", b" {}"]), headers=kind).json()["boolean"] is True


@pytest.mark.parametrize(
    "head",
    [
        b"GET /kg/" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: kg.example.org\r\n\r\n",
        b"GET /kg/ HTTP/1.1\r\nHost: kg.example.org\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
    ],
    ids=["line", "headers"],
)
def test_an_endless_head_is_refused(proxied: httpx.Client, head: bytes) -> None:
    with socket.create_connection(("127.0.0.1", proxied.base_url.port or 0), timeout=20) as caller:
        try:
            caller.sendall(head)
            answer = caller.recv(2**16)
        except ConnectionError:
            return
    assert answer == b"" or answer.split()[1] in (b"400", b"414", b"431")


def test_a_head_that_does_not_come_is_given_up(proxied: httpx.Client) -> None:
    with socket.create_connection(("127.0.0.1", proxied.base_url.port or 0), timeout=30) as caller:
        caller.sendall(b"GET /kg/ HTTP/1.1\r\n")
        answer = caller.recv(2**16)  # returns when nginx closes, or times out and fails
    assert answer == b"" or answer.split()[1] == b"408"
