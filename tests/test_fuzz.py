"""Every parser that is ours, given what nobody would send: it answers or refuses, and never breaks.

Forms, suffixes, content types, Accept, cursors, limits, request ids, Host, code points, frames on the wire, requests at
the desk. Properties by Hypothesis; nothing is replaced, only the network is left out where a parser needs none.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import re
import socket
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
import uvloop
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from kg.faces.web.desk import frame_of, open_desk, pack, unpack
from kg.faces.web.front import Front, base_url
from kg.faces.web.gate import Gate, _request_id
from kg.store.channel import BACK, HEAD, LEAVING, WHOLE, Inbox
from kg.store.lane import Job, Lane
from starlette.requests import Request as HttpRequest

from conftest import Server
from kg.errors import Refused, StaleCursor, UsageProblem
from kg.faces.web import asked, negotiate, rows
from kg.faces.web.app import _Routes
from kg.faces.web.problems import STATUS
from kg.faces.web.settings import Settings
from kg.faces.web.tasks import TASKS
from kg.graph import KnowledgeGraph
from kg.store.answers import Limits
from kg.store.guard import refuse_side_effects
from kg.store.lexer import unescaped

fuzz = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
few = settings(fuzz, max_examples=60)


def of(pieces: str, most: int = 10) -> st.SearchStrategy[str]:
    """Texts put together from these pieces and from spaces."""
    return st.lists(st.sampled_from([*pieces.split(), " "]), max_size=most).map("".join)


def among(*lines: str) -> st.SearchStrategy[str]:
    """One of the pieces between the strokes."""
    return st.sampled_from([piece for line in lines for piece in line.split("|")])


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
LATIN = st.text(st.characters(max_codepoint=255), max_size=80)
HEADER = st.one_of(TEXT, LATIN, of('text/html */* zh en-GB ;q= 0.5 1e9 nan -1 " , ; ='))


# -- forms and paths -----------------------------------------------------------------------------------------


@fuzz
@given(st.lists(st.tuples(TEXT, TEXT), max_size=20))
def test_a_form_is_read_as_it_was_written(fields: list[tuple[str, str]]) -> None:
    assert asked.fields(urlencode(fields).encode()) == fields


@fuzz
@given(st.one_of(st.binary(max_size=200), st.text("%=&+;0aF\xff", max_size=100).map(lambda t: t.encode("latin-1"))))
@example(b"&" * 10_000)
@example(b"a=%ff")
@example(b"\xff")
@example(b"a=%")
def test_any_bytes_are_a_form_or_refused(data: bytes) -> None:
    try:
        found = asked.fields(data)
    except asked.Wrong as wrong:
        assert STATUS[wrong.told[0]] == 400
        return
    assert len(found) <= 500
    for name, value in found:
        f"{name}{value}".encode()  # no half of a surrogate pair, which no frame could hold


@fuzz
@given(st.text("%=&+;\\\\xuN{}0aF9\xe9", max_size=60))
@example("a=%5cx41%5C&%41=\\\\x41&b=%%41%4&c=\\\\N{DIGIT ONE}")
def test_a_form_is_read_as_the_standard_library_reads_it(text: str) -> None:
    try:
        expected = parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        with pytest.raises(asked.Wrong):
            asked.fields(text.encode())
    else:
        assert asked.fields(text.encode()) == expected


@fuzz
@given(TEXT, st.sampled_from(["json", "html", "ttl", "csv", ""]))
def test_a_suffix_is_taken_off_and_nothing_else(name: str, suffix: str) -> None:
    offered = ("json", "html", "ttl", "csv")
    whole = f"{name}.{suffix}" if suffix else name
    stem, ending = asked.split(whole, offered)
    assert ending in ("", *offered)
    assert (f"{stem}.{ending}" if ending else stem) == whole
    if suffix:
        assert (stem, ending) == (name, suffix)


@cache
def _routes() -> _Routes:
    return _Routes(Front(Settings(store="", body=1000, seconds=5)))


def _posted(kind: str, query: bytes, parts: list[bytes], encoding: str = "") -> list[tuple[str, str]]:
    """What is read of a request whose body comes in *parts*."""
    left = list(parts)

    async def come() -> dict[str, object]:
        return {"type": "http.request", "body": left.pop(0) if left else b"", "more_body": bool(left)}

    media = asked.posted_kind(kind, encoding)
    body = asyncio.run(_routes()._body(HttpRequest({"type": "http", "method": "POST", "headers": []}, come)))
    return asked.params({"query": query, "body": body, "kind": media})


KIND = of("application/ sparql-query x-www-form-urlencoded SPARQL-UPDATE ; charset = \" utf-8 latin-1 \t * '")


@few
@given(st.one_of(HEADER, KIND), st.binary(max_size=50), st.lists(st.binary(max_size=600), max_size=4), HEADER)
@example("application/sparql-query", b"", [b"\xff"], "")
@example("application/sparql-query", b"", [b"x" * 600, b"x" * 600], "identity")
@example("application/x-www-form-urlencoded; charset*=utf-8''utf-8", b"", [b"query=x"], "")
def test_any_posted_thing_is_read_or_refused(kind: str, query: bytes, parts: list[bytes], encoding: str) -> None:
    kind, encoding = (header.encode("latin-1", "replace").decode("latin-1") for header in (kind, encoding))
    try:
        found = _posted(kind, query, parts, encoding)
    except asked.Wrong as wrong:
        assert STATUS[wrong.told[0]] in (400, 403, 413, 415)
        return
    assert sum(map(len, parts)) <= 1000
    assert all(isinstance(text, str) for pair in found for text in pair)


@few
@given(TEXT, st.sampled_from(["", "; charset=utf-8", ';charset="UTF-8"', " ; Charset=utf-8"]), st.integers(1, 40))
def test_a_posted_query_is_read_as_it_was_sent(text: str, charset: str, size: int) -> None:
    body = text.encode()
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    direct = f"Application/SPARQL-Query{charset}"
    assert _posted(direct, b"default-graph-uri=a", parts) == [("query", text), ("default-graph-uri", "a")]
    form = f"application/x-www-form-urlencoded{charset}"
    assert _posted(form, b"", [urlencode({"query": text}).encode()]) == [("query", text)]


# -- negotiation -----------------------------------------------------------------------------------------------

OFFERED = ["text/html", "application/json", "text/turtle", "application/ld+json"]


@fuzz
@given(HEADER)
@example("text/html;q=1e999")
@example("text/html;q=nan, */*;q=inf")
@example(",,,;;;===")
@example("text/html;q=0.5" * 1000)
def test_any_accept_chooses_one_that_is_offered_or_none(accept: str) -> None:
    assert negotiate.media(accept, OFFERED) in (*OFFERED, None)
    assert negotiate.language(accept) in ("zh", "en")


@fuzz
@given(st.permutations(OFFERED), st.lists(st.integers(1, 1000), min_size=4, max_size=4, unique=True))
def test_the_greatest_weight_wins(order: list[str], weights: list[int]) -> None:
    accept = ", ".join(f"{media};q={weight / 1000:.3f}" for media, weight in zip(order, weights, strict=True))
    assert negotiate.media(accept, OFFERED) == order[weights.index(max(weights))]
    assert negotiate.media(f"{order[0]};q=0", [order[0]]) is None


# -- pages of rows -----------------------------------------------------------------------------------------------


@fuzz
@given(st.integers(0, 10**9), st.text("0123456789abcdef", min_size=16, max_size=16))
def test_a_cursor_leads_back_to_its_place(offset: int, mark: str) -> None:
    cursor = rows._cursor(offset, mark)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", cursor)
    assert rows._offset(cursor, mark) == offset
    with pytest.raises(StaleCursor):
        rows._offset(cursor, mark[::-1] + "x")


@fuzz
@given(
    st.one_of(
        TEXT,
        st.text("ABCDabcd0123-_+/= \n", max_size=60),
        st.binary(max_size=60).map(lambda b: rows.base64.urlsafe_b64encode(b).decode()),
        st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | TEXT, st.lists, max_leaves=5).map(
            lambda v: rows.base64.urlsafe_b64encode(json.dumps(v).encode()).decode().rstrip("=")
        ),
        st.one_of(st.booleans(), st.floats(), st.integers(), st.none()).map(
            lambda v: rows.base64.urlsafe_b64encode(json.dumps(["m", v]).encode()).decode()
        ),
    )
)
@example(rows.base64.urlsafe_b64encode(b"[" * 45_000).decode())
@example(rows.base64.urlsafe_b64encode(b'["m",' + b"9" * 5000 + b"]").decode())
@example(rows.base64.urlsafe_b64encode(b'["m",1e400]').decode())
def test_any_cursor_is_a_place_or_refused(cursor: str) -> None:
    try:
        offset = rows._offset(cursor, "m")
    except (UsageProblem, StaleCursor):
        return
    assert isinstance(offset, int)
    assert offset >= 0


@fuzz
@given(st.one_of(TEXT, st.text("0123456789+- _.e٣", max_size=12), st.integers().map(str)))
@example("0" * 20 + "9999999")
@example("000000001" + "0" * 5000)
@example("٣")
def test_any_limit_is_within_bounds_or_refused(text: str) -> None:
    try:
        assert 1 <= rows._limit(text, 7) <= rows.MOST
    except UsageProblem:
        assert text
    else:
        assert not text or text.isascii()


# -- the gate --------------------------------------------------------------------------------------------------------


@fuzz
@given(st.one_of(st.binary(max_size=80), st.text("aZ9._-", max_size=70).map(str.encode)))
@example(b"a\n")
@example(b"a" * 64 + b"\n")
def test_any_request_id_is_harmless_in_the_end(data: bytes) -> None:
    text = _request_id(data)
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", text)
    assert text == data.decode("latin-1") or re.fullmatch(r"[0-9a-f]{16}", text)


@cache
def _gate() -> Gate:
    front = Front(Settings(store="", host="127.0.0.2", hosts=("Known.example",)))
    return Gate(None, front)


HOST = of("localhost 127.0.0.1 [ ] ::1 : . known.example % 80 @ /", 6)


@fuzz
@given(st.one_of(LATIN, HOST, st.ip_addresses().map(str)))
@example("fe80::1%evil.example")
@example("[fe80::1%25evil]:80")
@example("127.0.0.1\n.evil.example")
def test_only_names_and_addresses_pass_as_host(host: str) -> None:
    if not _gate()._host_is_ours(host):
        return
    name = re.sub(r":\d+\Z", "", host).lower()
    if name not in ("localhost", "known.example"):
        ipaddress.ip_address(name.strip("[]"))
    url = base_url("http", host.encode("latin-1"), _gate()._front.settings)
    assert re.fullmatch(r"http://[A-Za-z0-9.:\[\]-]+", url)


# -- the guard ---------------------------------------------------------------------------------------------------------


@fuzz
@given(st.one_of(TEXT, st.text("\\uU0123456789abcdefDF", max_size=60)))
@example("\\U7FFFFFFF")
@example("\\UFFFFFFFF")
@example("\\uD800\\uDC00")
def test_code_points_are_resolved_once(text: str) -> None:
    told = unescaped(text)
    if "\\" not in text:
        assert told == text
    assert len(told) <= len(text)


@fuzz
@given(TEXT)
def test_a_text_written_in_code_points_is_read_back(text: str) -> None:
    short = "".join(f"\\u{ord(c):04X}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}" for c in text)
    assert unescaped(short) == text
    assert unescaped("".join(f"\\U{ord(c):08X}" for c in text)) == text


QUERY = of('SELECT * { } SERVICE FROM <urn:x> ?s ?p ?o " # \n \\u0053 ask .', 20)


@few
@given(st.one_of(TEXT, QUERY))
def test_any_text_passes_the_guard_or_is_refused(text: str) -> None:
    with suppress(Refused):
        refuse_side_effects(text, "query", lambda iri: False)


SPACE = st.sampled_from([" ", "\n", "\t", "\r\n", "#x\n", " #>\n", "# SERVICE\n "])


@few
@given(st.data())
def test_no_spelling_of_service_passes(data: st.DataObject) -> None:
    """Any case of each letter, any letter as a code point, any space and comment around."""
    word = "".join(
        data.draw(st.sampled_from([c, c.lower(), f"\\u{ord(c):04X}", f"\\U{ord(c.lower()):08x}"])) for c in "SERVICE"
    )
    silent = data.draw(st.sampled_from(["", "SILENT", "silent"]))
    place = data.draw(st.sampled_from(["<http://127.0.0.1:9/>", "?e", "<urn:x>"]))
    before, between, after = (data.draw(SPACE) for _ in range(3))
    around = data.draw(
        st.sampled_from(["{}", "{{ {} }}", "OPTIONAL {{ {} }}", "FILTER EXISTS {{ {} }}", "MINUS {{ {} }}"])
    )
    pattern = around.format(f"{word}{between}{silent}{after}{place}{{ ?s ?p ?o }}")
    with pytest.raises(Refused):
        refuse_side_effects(f"SELECT * {{{before}{pattern} }}", "query")


# -- frames ---------------------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT, lambda s: st.lists(s) | st.dictionaries(TEXT, s), max_leaves=8
)


@few
@given(st.dictionaries(TEXT, JSON), st.binary(max_size=200))
def test_an_answer_is_unpacked_as_it_was_packed(head: dict[str, object], body: bytes) -> None:
    assert unpack(pack(head, body)) == (head, body)


def _cut(data: bytes, cuts: list[int]) -> list[bytes]:
    at = sorted({0, len(data), *(c % (len(data) + 1) for c in cuts)})
    return [data[a:b] for a, b in pairwise(at)]


@few
@given(st.lists(st.binary(max_size=300), min_size=1, max_size=3), st.lists(st.integers(0, 900), max_size=6))
def test_frames_reach_a_worker_whole_however_they_are_cut(frames: list[bytes], cuts: list[int]) -> None:
    here, there = socket.socketpair()
    with here, there:
        for part in _cut(b"".join(HEAD.pack(WHOLE, len(f), 0) + f for f in frames), cuts):
            here.sendall(part)
        here.shutdown(socket.SHUT_WR)
        inbox = Inbox(there)
        assert [inbox.next() for _ in frames] == frames
        assert inbox.next() is None


@few
@given(st.lists(st.binary(max_size=30), min_size=1, max_size=4), st.integers(0, 3), st.binary(max_size=30))
def test_frames_that_are_taken_back_are_told_and_not_begun(frames: list[bytes], begun: int, later: bytes) -> None:
    begun = min(begun, len(frames))
    here, there = socket.socketpair()
    with here, there:
        inbox = Inbox(there)
        here.sendall(b"".join(HEAD.pack(WHOLE, len(f), 0) + f for f in frames))
        assert [inbox.next() for _ in range(begun)] == frames[:begun]
        here.sendall(HEAD.pack(BACK, 0, 0) + HEAD.pack(WHOLE, len(later), 0) + later)
        assert inbox.next() == later
        there.shutdown(socket.SHUT_WR)
        assert here.recv(1000) == HEAD.pack(BACK, 0, 0) * (len(frames) - begun)


@few
@given(st.binary(max_size=60))
def test_half_a_frame_is_the_end(data: bytes) -> None:
    here, there = socket.socketpair()
    with here, there:
        here.sendall(HEAD.pack(WHOLE, len(data) + 1, 0) + data)
        here.close()
        assert Inbox(there).next() is None


class _Watching:
    """An owner that takes down what a lane tells it."""

    def __init__(self) -> None:
        self.leaving: list[bool] = []
        self.lost_lanes = 0

    def answered(self, lane: Lane, seconds: float | None, *, leaving: bool) -> None:
        assert seconds == 7e-6
        self.leaving.append(leaving)

    def late(self, lane: Lane) -> None:
        raise AssertionError

    def again(self, jobs: Sequence[Job]) -> None:
        raise AssertionError

    def lost(self, lane: Lane) -> None:
        self.lost_lanes += 1
        lane.close()


@few
@given(
    st.lists(st.tuples(st.binary(max_size=300), st.booleans()), min_size=1, max_size=3),
    st.lists(st.integers(0, 900), max_size=6),
)
def test_answers_reach_the_pool_whole_however_they_are_cut(answers: list[tuple[bytes, bool]], cuts: list[int]) -> None:
    async def exchange() -> None:
        here, there = socket.socketpair()
        with there:
            there.setblocking(False)
            loop, owner = asyncio.get_running_loop(), _Watching()
            lane = await Lane.on(here, owner, 0)
            jobs = [Job(b"question", 10, loop.create_future()) for _ in answers]
            for job in jobs:
                lane.give(job)
            expected = (HEAD.pack(WHOLE, 8, 0) + b"question") * len(jobs)
            while expected:
                expected = expected.removeprefix(await loop.sock_recv(there, 100))
            told = b"".join(HEAD.pack(LEAVING if leaving else WHOLE, len(body), 7) + body for body, leaving in answers)
            for part in _cut(told, cuts):
                await loop.sock_sendall(there, part)
                await asyncio.sleep(0)
            assert [await job.answer for job in jobs if job.answer] == [body for body, _ in answers]
            assert owner.leaving == [leaving for _, leaving in answers]
            lane.give(Job(b"question", 10, loop.create_future()))
            there.close()
            while not lane.gone:
                await asyncio.sleep(0.001)
            assert owner.lost_lanes == 1

    asyncio.run(exchange())


def test_an_answer_is_read_before_its_worker_is_given_up() -> None:
    """A worker that dies over the next frame, as another is written to it, has still answered the one before."""

    async def exchange() -> None:
        here, there = socket.socketpair()
        owner, loop = _Watching(), asyncio.get_running_loop()
        lane = await Lane.on(here, owner, 0)
        first, second = (Job(b"question", 10, loop.create_future()) for _ in range(2))
        lane.give(first)
        there.sendall(HEAD.pack(WHOLE, 6, 7) + b"answer")
        there.close()
        lane.give(second)
        lane._send()
        while not lane.gone:
            await asyncio.sleep(0.001)
        assert first.answer
        assert await first.answer == b"answer"
        assert owner.leaving == [False]
        assert owner.lost_lanes == 1

    for factory in (asyncio.new_event_loop, uvloop.new_event_loop):
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(exchange())


@pytest.fixture(scope="module")
def desk(graph: KnowledgeGraph) -> Callable[[bytes], bytes]:
    return open_desk(str(graph.path), "/kg", asdict(Limits(seconds=5, rows=200, size=2**20)))


NAMES = among(
    "query|format|lang|limit|cursor|default-graph-uri|named-graph-uri|industry|segment|company|q|kind|subject|predicate",
    "object|thing|tag|year|region|indicator|a|b",
)
VALUES = among(
    '|6G|商业航天|比亚迪|比亚迪\u202e|co:byd|ivc:Company|Company|zh|json|1|-1|urn:x|not an iri|http://[|<|>|"|\\|{|}|%|\0|a\nb',
    "ASK {}|SELECT * { ?s ?p ?o } LIMIT 3|DESCRIBE co:byd|CONSTRUCT WHERE { co:byd ?p ?o }|SELECT * FROM <x> {}",
    'SELECT (NOW() AS ?x) (1/0 AS ?y) {}|SELECT ("\\uD800" AS ?x) {}|\ud7ff',
)
PLACES = among("|industry/6g|organization/byd|passage/r1-L0045|ns|ns#Company|chain-of-industry|6g|limit|..|a b|<>|a%b")
ACCEPT = among("|text/html|application/json|text/turtle|*/*")
SUFFIX = among("|json|html|ttl|csv|xlsx|md|xml")


@settings(fuzz, max_examples=400)
@given(
    task=st.sampled_from(sorted(TASKS)),
    lang=st.sampled_from(["zh", "en"]),
    accept=st.one_of(ACCEPT, HEADER),
    suffix=st.one_of(SUFFIX, TEXT),
    path=st.one_of(PLACES, TEXT),
    base=st.just("http://localhost:8000/kg"),
    params=st.lists(st.tuples(st.one_of(NAMES, TEXT), st.one_of(VALUES, TEXT)), max_size=4),
)
def test_the_desk_answers_or_refuses_whatever_is_asked(desk: Callable[[bytes], bytes], **request: Any) -> None:
    """No request makes it fail: a traceback would be a 500."""
    head, body = unpack(desk(frame_of(**request)))
    assert "trace" not in head, head["trace"]
    if "error" in head:
        assert head["error"]["code"] in STATUS
        assert head["error"]["code"] != "error"
        assert set(head["error"]["what"]) == {"zh", "en"}
    else:
        assert head["status"] in STATUS.values() or head["status"] == 200
        for name, value in {**head["headers"], "Content-Type": head["media"]}.items():
            assert re.fullmatch(r"[A-Za-z-]+", name)
            assert re.fullmatch(r"[\x20-\x7e]*", value), (name, value)  # no header can be broken out of
        assert len(body) < 4 * 2**20


# -- bytes at the real server -----------------------------------------------------------------------------------------

PIECES = among(
    "GET |POST |OPTIONS |/|/sparql|*|?query=ASK%20{}|%00|%| HTTP/1.1| HTTP/1.0|\r\n|\n|\r\n\r\n|Host: localhost|Host: |: ",
    "Accept: |Content-Type: application/sparql-query|Content-Length: 5|Content-Length: -1|Content-Length: 99999999999999999999",
    "Transfer-Encoding: chunked|5\r\nASK{}\r\n0\r\n\r\n|ASK{}|Connection: close|Expect: 100-continue|Upgrade: websocket",
    "\xff|\0|\x16\x03\x01",
).map(lambda piece: piece.encode("latin-1"))


LINES = among(
    'Host: |Host: x|Accept: text/html|Accept: a;q=x|Accept-Language: zh;q=2, *|If-None-Match: "|Content-Type: application/sparql-query',
    "Content-Type: application/x-www-form-urlencoded|Content-Length: 5|Content-Length: 4|Transfer-Encoding: chunked|X-Request-Id: a b",
    "Authorization: Bearer|Connection: close|Connection: Upgrade|Upgrade: websocket|Expect: 100-continue|\xe4: \xb8|: |x",
)
TARGETS = among(
    "/|*|/sparql|/sparql?query=ASK{}|/search.json?q=%FF|/%00|/%E4%B8|/queries/x?cursor=%|//|/..|/a b|http://x/|/?%|/metrics"
)


def _request(method: str, target: str, lines: list[str], body: str) -> bytes:
    told = "".join(f"{line}\r\n" for line in ["Host: localhost", *lines])
    return f"{method} {target} HTTP/1.1\r\n{told}\r\n{body}".encode("latin-1")


REQUESTS = st.builds(
    _request,
    among("GET|HEAD|POST|OPTIONS|PUT|TRACE"),
    st.one_of(TARGETS, LATIN),
    st.lists(LINES, max_size=4),
    among("|ASK{}|query=ASK{}|5\r\nASK{}\r\n0\r\n\r\n"),
)


@settings(fuzz, max_examples=300)
@given(st.one_of(REQUESTS, st.lists(st.one_of(PIECES, st.binary(max_size=10)), min_size=1, max_size=14).map(b"".join)))
@example(
    b"GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nASK{}\r\n0\r\n\r\n"
)
@example(
    b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\nContent-Length: 5\r\n\r\nASK{}"
)
def test_any_bytes_are_answered_or_cut_off(server: Server, data: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as caller:
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with suppress(ConnectionResetError, BrokenPipeError):
            caller.sendall(data)
            caller.shutdown(socket.SHUT_WR)
            told = b""
            while part := caller.recv(2**16):
                told += part
            for line in re.findall(rb"^HTTP/1\.[01] (\d+)", told, re.MULTILINE):
                assert int(line) < 500, told
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as caller:
        caller.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert caller.recv(100).startswith(b"HTTP/1.1 200 ")


def test_nothing_of_it_was_a_fault_of_the_server(server: Server) -> None:
    errors = [line for line in server.lines() if line["level"] == "error"]
    assert not errors, errors[:3]
