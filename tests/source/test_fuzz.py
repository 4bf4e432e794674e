"""Every parser that is ours, given what nobody would send: it answers or refuses, and never breaks.

Forms, suffixes, content types, Accept, cursors, limits, request ids, Host, code points, messages and frames between a server
and its workers, requests to a worker. Properties by Hypothesis; nothing is replaced, only the network is left out where a
parser needs none.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import pickle
import re
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
import uvloop
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from starlette.requests import Request as HttpRequest

from conftest import Server, finished
from kg.errors import KgError, Place, Refused, StaleCursor, UsageProblem
from kg.faces.web import form, negotiate, problems, rows
from kg.faces.web.access import Access
from kg.faces.web.app import Routes, base_url
from kg.faces.web.middleware import request_id
from kg.faces.web.problems import STATUS, HttpProblem
from kg.faces.web.settings import Settings
from kg.faces.web.tasks import TASKS
from kg.graph import KnowledgeGraph
from kg.service.forkserver import Worker
from kg.service.messages import Failure, Request, Response, pack, unpack
from kg.service.service import Options, Service
from kg.service.worker import HEAD, LENGTH, open_graph, serve
from kg.store.answers import Limits
from kg.store.guard import refuse_side_effects
from kg.store.lexer import unescaped
from kg.terms import Text

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
    assume(all(name != "lang" for name, _ in fields))
    assert form.parse(urlencode(fields).encode()) == (tuple(fields), "")
    posted = form.parse(b"a=b&lang=en", urlencode(fields).encode(), form.FORM)
    assert posted == ((*fields, ("a", "b")), "en")


@fuzz
@given(st.one_of(st.binary(max_size=200), st.text("%=&+;0aF\xff", max_size=100).map(lambda t: t.encode("latin-1"))))
@example(b"&" * 10_000)
@example(b"a=%ff")
@example(b"\xff")
@example(b"a=%")
@example(b"lang=xx")
def test_any_bytes_are_a_form_or_refused(data: bytes) -> None:
    for arguments in ((data,), (b"", data, form.FORM)):
        try:
            found, lang = form.parse(*arguments)
        except UsageProblem:
            continue
        assert lang in ("", "zh", "en")
        assert len(found) <= 500
        for name, value in found:
            f"{name}{value}".encode()  # no half of a surrogate pair, which is no text


@fuzz
@given(TEXT, st.sampled_from(["json", "html", "ttl", "csv", ""]))
def test_a_suffix_is_taken_off_and_nothing_else(name: str, suffix: str) -> None:
    offered = ("json", "html", "ttl", "csv")
    whole = f"{name}.{suffix}" if suffix else name
    stem, ending = form.split(whole, offered)
    assert ending in ("", *offered)
    assert (f"{stem}.{ending}" if ending else stem) == whole
    if suffix:
        assert (stem, ending) == (name, suffix)


@cache
def _routes() -> Routes:
    return Routes(Settings(store="", body=1000, seconds=60), Service(Options(Path(), "")))


def _posted(kind: str, query: bytes, parts: list[bytes], encoding: str = "") -> list[tuple[str, str]]:
    """What is read of a request whose body comes in *parts*."""
    left = list(parts)

    async def come() -> dict[str, object]:
        return {"type": "http.request", "body": left.pop(0) if left else b"", "more_body": bool(left)}

    media = form.posted_kind(kind, encoding)
    body = finished(_routes()._body(HttpRequest({"type": "http", "method": "POST", "headers": []}, come)))
    return list(form.parse(query, body, media)[0])


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
    except KgError as error:
        assert STATUS[problems.code_of(error)] in (400, 403, 413, 415)
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
    fields = f"application/x-www-form-urlencoded{charset}"
    assert _posted(fields, b"", [urlencode({"query": text}).encode()]) == [("query", text)]


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


# -- who asks --------------------------------------------------------------------------------------------------------


@fuzz
@given(st.one_of(st.binary(max_size=80), st.text("aZ9._-", max_size=70).map(str.encode)))
@example(b"a\n")
@example(b"a" * 64 + b"\n")
def test_any_request_id_is_harmless_in_the_end(data: bytes) -> None:
    text = request_id(data)
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", text)
    assert text == data.decode("latin-1") or re.fullmatch(r"[0-9a-f]{16}", text)


SETTINGS = Settings(store="", host="127.0.0.2", hosts=("Known.example",))
HOST = of("localhost 127.0.0.1 [ ] ::1 : . known.example % 80 @ /", 6)


@cache
def _access() -> Access:
    return Access(SETTINGS)


@fuzz
@given(st.one_of(LATIN, HOST, st.ip_addresses().map(str)))
@example("fe80::1%evil.example")
@example("[fe80::1%25evil]:80")
@example("127.0.0.1\n.evil.example")
def test_only_names_and_addresses_pass_as_host(host: str) -> None:
    headers = {b"host": host.encode("latin-1")}
    try:
        _access().check({"headers": list(headers.items()), "http_version": "1.1", "path": "/"}, headers)
    except HttpProblem as problem:
        assert problem.http_code == "host"
        return
    name = re.sub(r":\d+\Z", "", host).lower()
    if name not in ("localhost", "known.example"):
        ipaddress.ip_address(name.strip("[]"))
    assert re.fullmatch(r"http://[A-Za-z0-9.:\[\]-]+", base_url("http", host, SETTINGS))


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
    """Letters may be in any case or written as code points, with any spaces and comments around."""
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


# -- messages and frames --------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT, lambda s: st.lists(s) | st.dictionaries(TEXT, s), max_leaves=8
)
WORDS = st.builds(Text, TEXT, TEXT)


@few
@given(
    st.builds(
        Response, st.binary(max_size=200), TEXT, st.dictionaries(TEXT, TEXT), st.integers(100, 599), keep=st.booleans()
    )
)
def test_an_answer_is_unpacked_as_it_was_packed(answer: Response) -> None:
    assert unpack(pack(answer)) == answer


@few
@given(
    st.sampled_from([KgError, UsageProblem, Refused, StaleCursor]),
    WORDS,
    st.none() | st.builds(Place, TEXT, st.none() | st.integers(1), st.none() | st.integers(1)),
    st.none() | WORDS,
    TEXT,
)
def test_an_error_is_unpacked_as_it_was_packed(
    kind: type[KgError], what: Text, place: Place | None, hint: Text | None, trace: str
) -> None:
    found = unpack(pack(Failure(kind(what, place=place, hint=hint), trace)))
    assert isinstance(found, Failure)
    assert (type(found.error), found.error.what, found.error.place, found.error.hint) == (kind, what, place, hint)
    assert found.trace == trace


def _cut(data: bytes, cuts: list[int]) -> list[bytes]:
    at = sorted({0, len(data), *(c % (len(data) + 1) for c in cuts)})
    return [data[a:b] for a, b in pairwise(at)]


CUTS = st.lists(st.integers(0, 900), max_size=6)


@few
@given(st.lists(st.binary(max_size=300), min_size=1, max_size=3), CUTS, st.integers(0, 400))
def test_a_worker_reads_whole_frames_however_they_are_cut(frames: list[bytes], cuts: list[int], lost: int) -> None:
    """What is lost at the end of the last frame, or all of it, leaves the frames before it answered."""
    sent = b"".join(LENGTH.pack(len(frame)) + frame for frame in frames)
    lost = min(lost, LENGTH.size + len(frames[-1]))
    seen: list[bytes] = []

    def handler(frame: bytes) -> bytes:
        seen.append(frame)
        return frame[::-1]

    here, there = socket.socketpair()
    with here, there:
        for part in _cut(sent[: len(sent) - lost], cuts):
            here.sendall(part)
        here.shutdown(socket.SHUT_WR)
        serve(there, handler)
        there.close()
        answered = b"".join(iter(lambda: here.recv(2**16), b""))
    whole = frames[:-1] if lost else frames
    assert seen == whole
    assert answered == b"".join(HEAD.pack(False, len(frame)) + frame[::-1] for frame in whole)


LOOPS = st.sampled_from([asyncio.new_event_loop, uvloop.new_event_loop])


@few
@given(
    st.lists(st.tuples(st.binary(max_size=300), st.booleans()), min_size=1, max_size=3),
    CUTS,
    st.integers(1, 400),
    LOOPS,
)
def test_a_server_reads_whole_answers_however_they_are_cut(
    answers: list[tuple[bytes, bool]], cuts: list[int], kept: int, factory: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    """After the whole answers comes one that breaks off, by which the worker is gone."""
    last = HEAD.pack(False, 400) + b"x" * 400

    async def exchange() -> None:
        here, there = socket.socketpair()
        loop = asyncio.get_running_loop()
        parent: Any = SimpleNamespace(returncode=None)
        answered: list[Worker] = []
        with there:
            _, worker = await loop.create_unix_connection(lambda: Worker(1, parent, answered.append), sock=here)

            async def ask(answer: bytes, end: bool = False) -> bytes:
                worker.send(b"question", asked := loop.create_future())
                assert await asyncio.to_thread(there.recv, 100) == LENGTH.pack(8) + b"question"
                for part in _cut(answer, cuts):
                    there.sendall(part)
                    await asyncio.sleep(0)
                if end:
                    there.shutdown(socket.SHUT_WR)
                return await asyncio.wait_for(asked, 60)

            for body, leaving in answers:
                assert (await ask(HEAD.pack(leaving, len(body)) + body), worker.exiting) == (body, leaving)
            assert answered == [worker] * len(answers)
            with pytest.raises(EOFError):
                await ask(last[:kept], end=True)
            assert worker.gone
            worker.send(b"question", asked := loop.create_future())
            with pytest.raises(EOFError):
                await asked
            assert answered == [worker] * len(answers)
            worker.close()

    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(exchange())


# -- requests to a worker ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def handler(world: KnowledgeGraph) -> Callable[[bytes], bytes]:
    """What a worker does with a request, in this process."""
    limits = asdict(Limits(seconds=5, rows=200, size=2**20))
    return open_graph([str(world.path)], "kg.faces.web.tasks:tasks", ["/kg"], limits)


NAMES = among(
    "query|format|lang|limit|cursor|default-graph-uri|named-graph-uri|industry|segment|company|q|kind|subject|predicate",
    "object|thing|tag|year|region|indicator|a|b",
)
VALUES = among(
    '|风铃业|灯业|青岚|青岚\u202e|co:qinglan|ivc:Company|Company|zh|json|1|-1|urn:x|not an iri|http://[|<|>|"|\\|{|}|%|\0|a\nb',
    "ASK {}|SELECT * { ?s ?p ?o } LIMIT 3|DESCRIBE co:qinglan|CONSTRUCT WHERE { co:qinglan ?p ?o }|SELECT * FROM <x> {}",
    'SELECT (NOW() AS ?x) (1/0 AS ?y) {}|SELECT ("\\uD800" AS ?x) {}|\ud7ff',
)
PLACES = among(
    "|industry/wind-chimes|organization/qinglan|passage/w1-L0020|ns|ns#Company|chain-of-industry|wind-chimes|limit|..|a b|<>|a%b"
)
ACCEPT = among("|text/html|application/json|text/turtle|*/*")
SUFFIX = among("|json|html|ttl|csv|xlsx|md|xml")


@pytest.mark.slow
@settings(fuzz, max_examples=400)
@given(
    task=st.sampled_from(sorted(TASKS)),
    lang=st.sampled_from(["zh", "en"]),
    accept=st.one_of(ACCEPT, HEADER),
    suffix=st.one_of(SUFFIX, TEXT),
    path=st.one_of(PLACES, TEXT),
    base=st.just("http://localhost:8000/kg"),
    params=st.lists(st.tuples(st.one_of(NAMES, TEXT), st.one_of(VALUES, TEXT)), max_size=4).map(tuple),
    posted=st.booleans(),
)
def test_a_worker_answers_or_refuses_whatever_is_asked(handler: Callable[[bytes], bytes], **fields: Any) -> None:
    """No request makes it fail: a traceback would be a 500."""
    found = unpack(handler(pickle.dumps(tuple(Request(**fields)))))
    if isinstance(found, Failure):
        assert not found.trace, found.trace
        assert found.error.code in STATUS
        assert found.error.code != "error"
        assert found.error.what.zh and found.error.what.en
    else:
        assert found.status in STATUS.values() or found.status == 200
        for name, value in {**found.headers, "Content-Type": found.media}.items():
            assert re.fullmatch(r"[A-Za-z-]+", name)
            assert re.fullmatch(r"[\x20-\x7e]*", value), (name, value)  # no header can be broken out of
        assert len(found.body) <= 2**20


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


@pytest.mark.slow
@settings(fuzz, max_examples=300)
@given(st.one_of(REQUESTS, st.lists(st.one_of(PIECES, st.binary(max_size=10)), min_size=1, max_size=14).map(b"".join)))
@example(
    b"GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nASK{}\r\n0\r\n\r\n"
)
@example(
    b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\nContent-Length: 5\r\n\r\nASK{}"
)
def test_any_bytes_are_answered_or_cut_off(world_server: Server, data: bytes) -> None:
    with socket.create_connection(("127.0.0.1", world_server.port), timeout=60) as caller:
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with suppress(ConnectionResetError, BrokenPipeError):
            caller.sendall(data)
            caller.shutdown(socket.SHUT_WR)
            told = b""
            while part := caller.recv(2**16):
                told += part
            for line in re.findall(rb"^HTTP/1\.[01] (\d+)", told, re.MULTILINE):
                assert int(line) < 500, told
    with socket.create_connection(("127.0.0.1", world_server.port), timeout=60) as caller:
        caller.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert caller.recv(100).startswith(b"HTTP/1.1 200 ")


def test_nothing_of_it_was_a_fault_of_the_server(world_server: Server) -> None:
    errors = [line for line in world_server.lines() if line["level"] == "error"]
    assert not errors, errors[:3]
