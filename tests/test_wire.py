"""One connection: ends of waiting, errors in their turn, half-closed directions; the server's own protocol with short times."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvloop
from uvicorn import Config
from uvicorn.server import ServerState

from kg.faces.web.cache import WHOLE
from kg.faces.web.wire import Protocol

LARGE = 30_000_000


class Quick(Protocol):
    """The protocol with little patience."""

    head_seconds = 0.3
    stalled = 1.0


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answer with the path; wait, send much, or leave the body unread where the path asks for it."""
    path = scope["path"].encode()
    if path == b"/slow":
        await asyncio.sleep(0.5)
    if path == b"/body":
        while (await receive()).get("more_body"):
            pass
    body = b"x" * LARGE if path.startswith(b"/large") else path
    if path == b"/large/parts":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % LARGE)]})
        await send({"type": "http.response.body", "body": body})
    else:
        await scope["extensions"][WHOLE](200, b"content-length: %d\r\n" % len(body), body)


def talk(client: Callable[[int, ServerState], Awaitable[bytes]]) -> bytes:
    """What *client* (of a port, and the server's state) gives, run beside a server of :class:`Quick`."""

    async def both() -> bytes:
        config, state = Config(app, timeout_keep_alive=1, lifespan="off", log_config=None), ServerState()
        config.load()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Quick(config, state, {}), "127.0.0.1", 0)
        async with server, asyncio.timeout(20):
            return await client(server.sockets[0].getsockname()[1], state)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(both())


def sent(data: bytes, *, end: bool = False) -> bytes:
    """All that comes back for *data*, cut at bars, until the server closes; after which nothing more is sent, if *end*."""

    async def client(port: int, state: ServerState) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for part in data.split(b"|"):
            writer.write(part)
            await asyncio.sleep(0.1)
        if end:
            writer.write_eof()
        told = await reader.read()
        writer.close()
        return told

    return talk(client)


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def statuses(told: bytes) -> list[bytes]:
    return re.findall(rb"HTTP/1\.1 (\d+) ", told)


@pytest.mark.parametrize(
    ("behind", "status"),
    [
        (b"\x00\x01 no HTTP\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nX: |" + b"y" * 70_000, b"431"),
        (b"POST /body HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nno length\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nX: y", b"408"),
    ],
    ids=["no-http", "too-large", "broken-body", "too-slow"],
)
@pytest.mark.parametrize("before", [1, 3])
def test_an_error_is_told_after_the_answers_to_earlier_requests(before: int, behind: bytes, status: bytes) -> None:
    told = sent(get("/slow") * before + behind)
    assert statuses(told) == [b"200"] * before + [status]
    assert told.count(b"/slow") == before


def test_a_head_that_was_refused_is_not_taken_when_it_ends_after_all() -> None:
    told = sent(get("/slow") + b"GET / HTTP/1.1\r\nX: |" + b"y" * 70_000 + b"|\r\n\r\n")
    assert statuses(told) == [b"200", b"431"]


def test_a_broken_body_is_told_at_once() -> None:
    head = b"POST /body HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert statuses(sent(head + b"no length\r\n")) == [b"400"]


@pytest.mark.parametrize("number", [1, 4])
def test_a_client_that_has_ended_its_side_is_answered(number: int) -> None:
    told = sent(get("/slow") * number, end=True)
    assert statuses(told) == [b"200"] * number
    assert told.count(b"connection: close") == 1


def test_a_client_that_ends_amid_a_request_gets_no_answer() -> None:
    assert sent(b"POST /body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf", end=True) == b""
    assert sent(b"GET / HTTP/1.1\r\nHost:", end=True) == b""


@pytest.mark.parametrize("path", ["/large", "/large/parts"])
@pytest.mark.parametrize("number", [1, 2])
def test_a_client_that_takes_nothing_is_cut_off(path: str, number: int) -> None:
    async def client(port: int, state: ServerState) -> bytes:
        caller = socket.create_connection(("127.0.0.1", port))
        caller.sendall(get(path) * number)
        while not state.connections:
            await asyncio.sleep(0.01)
        start = asyncio.get_running_loop().time()
        while state.connections:
            await asyncio.sleep(0.01)
        assert asyncio.get_running_loop().time() - start >= Quick.stalled / 2
        with caller:
            got = sum(iter(lambda: len(caller.recv(2**16)), 0))
        assert got < LARGE
        return b""

    talk(client)


@pytest.mark.parametrize("path", ["/large", "/large/parts"])
def test_a_client_that_takes_little_at_a_time_gets_all(path: str) -> None:
    """Longer than the server is patient, and than it keeps an idle connection; but never idle."""

    async def client(port: int, state: ServerState) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**16)
        writer.write(get(path))
        head = await reader.readuntil(b"\r\n\r\n")
        got = len(await reader.readexactly(LARGE // 20))
        for _ in range(19):
            await asyncio.sleep(0.15)
            got += len(await reader.readexactly(LARGE // 20))
        writer.write(get("/after"))
        await reader.readuntil(b"/after")
        writer.close()
        assert got == LARGE
        return head

    assert statuses(talk(client)) == [b"200"]


def test_a_body_that_nobody_wanted_is_not_waited_for() -> None:
    head = b"POST /unread HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"
    assert statuses(sent(head + b"x" * 1000)) == [b"200"]


def test_a_line_in_parts_is_read_as_one() -> None:
    word = "/chain/商业航天".encode()
    for cut in (4, 8, 9):
        told = sent(b"\r\nGET " + word[:cut] + b"|" + word[cut:] + b" HTTP/1.1\r\nConnection: close\r\n\r\n")
        assert statuses(told) == [b"200"] and "/chain/商业航天" in told.decode()


def test_bytes_of_a_body_are_no_line() -> None:
    """Whatever it holds, its length stays what the client has said."""
    body = "汉字\n汉字".encode()
    head = b"POST /body HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body)
    last = b"GET /after HTTP/1.1\r\nConnection: close\r\n\r\n"
    for before in (b"", get("/before")):
        for data in (head + body, head + b"|" + body, head + body[:4] + b"|" + body[4:]):
            told = sent(before + data + b"|" + last)
            assert statuses(told) == [b"200"] * (2 + bool(before)) and told.endswith(b"/after")


def test_a_long_line_is_not_looked_through() -> None:
    assert statuses(sent(b"GET /" + b"\xe6" * 9000 + b" HTTP/1.1\r\n\r\n")) == [b"400"]


@pytest.mark.parametrize("path", ["/chain/商业航天", "/chain/%E5%95%86%E4%B8%9A%E8%88%AA%E5%A4%A9", "/é+&?q=汉"])
def test_what_is_not_ascii_in_a_path_is_read_as_it_is(path: str) -> None:
    told = sent(get(path) + b"|GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert statuses(told) == [b"200", b"200"]
    assert {"商": "/chain/商业航天", "%": "/chain/商业航天", "é": "/é+&"}[
        path[7] if "chain" in path else path[1]
    ] in told.decode()
