"""What a store may demand of its client: a password, a certificate, patience; and where it takes updates."""

from __future__ import annotations

import base64
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from conftest import ROOT
from kg.errors import LimitReached, MissingFile, StoreError, SyntaxProblem, UsageProblem
from kg.store.protocol import Client, endpoints

TLS = ROOT / "tests" / "cases" / "tls"
Answer = Callable[["Handler"], None]
NOTHING = b'{"head": {"vars": []}, "results": {"bindings": []}}'


class Handler(BaseHTTPRequestHandler):
    """Answers each POST as its server's function says, and keeps the form."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.forms.append({k: v[0] for k, v in parse_qs(body.decode()).items()})  # type: ignore[attr-defined]
        self.server.answer(self)  # type: ignore[attr-defined]

    def reply(self, code: int, body: bytes = b"", **headers: str) -> None:
        """Send a response."""
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", "application/sparql-results+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *told: object) -> None:
        """Log nothing."""


class Started:
    """A server in a thread: its address without the scheme, and the forms that it got."""

    def __init__(self, answer: Answer, tls: bool) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.answer, self.server.forms = answer, []  # type: ignore[attr-defined]
        self.server.daemon_threads = True
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(TLS / "certificate.pem", TLS / "key.pem")
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def forms(self) -> list[dict[str, str]]:
        """The forms that were posted."""
        return self.server.forms  # type: ignore[attr-defined,no-any-return]


@pytest.fixture
def start() -> Iterator[Callable[..., Started]]:
    """Start servers, which end with the test."""
    running: list[Started] = []

    def one(answer: Answer, *, tls: bool = False) -> Started:
        running.append(Started(answer, tls))
        return running[-1]

    yield one
    for server in running:
        server.server.shutdown()
        server.server.server_close()


def basic(handler: Handler) -> None:
    """Demand the user ada with the password s3cret: by Basic."""
    if handler.headers["Authorization"] == "Basic " + base64.b64encode(b"ada:s3cret").decode():
        handler.reply(200, NOTHING)
    else:
        handler.reply(401, WWW_Authenticate='Basic realm="kg"')


def digest(handler: Handler) -> None:
    """Demand the same by Digest (RFC 7616), as Virtuoso does."""
    told = dict(re.findall(r'(\w+)="?([^",]+)', handler.headers["Authorization"] or ""))
    ha1, ha2 = (md5(text.encode()).hexdigest() for text in ("ada:kg:s3cret", f"POST:{handler.path}"))
    want = ":".join([ha1, "n0nce", told.get("nc", ""), told.get("cnonce", ""), "auth", ha2])
    if told.get("response") == md5(want.encode()).hexdigest():
        handler.reply(200, NOTHING)
    else:
        handler.reply(401, WWW_Authenticate='Digest realm="kg", qop="auth", nonce="n0nce", algorithm=MD5')


@pytest.mark.parametrize("demand", [basic, digest])
@pytest.mark.parametrize("place", ["environment", "netrc"])
def test_a_password_is_sent_as_the_store_asks_for_it(
    demand: Answer, place: str, start: Callable[..., Started], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server = start(demand)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(StoreError, match="answered 401") as refused:
        Client(server.url).update("CLEAR DEFAULT")
    assert "KG_STORE_USER" in refused.value.render("en")
    if place == "netrc":
        (tmp_path / ".netrc").write_text("machine 127.0.0.1 login ada password s3cret\n")
        (tmp_path / ".netrc").chmod(0o600)
    else:
        monkeypatch.setenv("KG_STORE_USER", "ada")
        monkeypatch.setenv("KG_STORE_PASSWORD", "s3cret")
    client = Client(server.url)
    assert client.query("ASK {}", "*/*")[:2] == (NOTHING, "application/sparql-results+json")
    client.update("CLEAR DEFAULT")
    assert server.forms[-1] == {"update": "CLEAR DEFAULT"}


def test_a_password_in_the_address_is_refused() -> None:
    with pytest.raises(UsageProblem, match="may not hold"):
        Client("http://ada:s3cret@127.0.0.1/sparql")


def test_a_store_with_a_certificate_of_its_own(start: Callable[..., Started], monkeypatch: pytest.MonkeyPatch) -> None:
    server = start(lambda handler: handler.reply(200, NOTHING), tls=True)
    with pytest.raises(StoreError, match="cannot reach") as refused:
        Client(server.url).query("ASK {}", "*/*")
    assert "KG_STORE_CA" in refused.value.render("en")
    monkeypatch.setenv("KG_STORE_CA", str(TLS / "certificate.pem"))
    assert Client(server.url).query("ASK {}", "*/*")[0] == NOTHING
    monkeypatch.setenv("KG_STORE_CA", str(TLS / "nothing.pem"))
    with pytest.raises(MissingFile, match="certificates"):
        Client(server.url)


def test_a_busy_store_is_asked_again(start: Callable[..., Started]) -> None:
    codes = [503, 429, 200]
    server = start(lambda handler: handler.reply(codes.pop(0), NOTHING))
    assert Client(server.url, attempts=3).query("ASK {}", "*/*")[0] == NOTHING
    assert len(server.forms) == 3
    codes = [503, 503]
    with pytest.raises(StoreError, match="answered 503"):
        Client(server.url, attempts=2).query("ASK {}", "*/*")


def test_what_a_second_request_cannot_help_is_told_at_once(start: Callable[..., Started]) -> None:
    server = start(lambda handler: handler.reply(400, "line 1: 不行".encode()))
    with pytest.raises(SyntaxProblem, match="line 1: 不行"):
        Client(server.url, attempts=5).update("CLEAR")
    assert len(server.forms) == 1
    ended = threading.Event()
    slow = start(lambda handler: ended.wait(5) and None)
    with pytest.raises(LimitReached, match=r"did not answer within 0\.2 s"):
        Client(slow.url, seconds=0.2, attempts=5).query("ASK {}", "*/*")
    ended.set()
    assert len(slow.forms) <= 1


def test_where_queries_and_updates_go(monkeypatch: pytest.MonkeyPatch) -> None:
    assert endpoints("http://h/sparql") == ("http://h/sparql", "http://h/update")
    assert endpoints("http://h/a/query") == ("http://h/a/query", "http://h/a/update")
    assert endpoints("http://h/a/") == ("http://h/a/query", "http://h/a/update")
    assert endpoints("http://h/sparql-auth") == ("http://h/sparql-auth", "http://h/sparql-auth")
    monkeypatch.setenv("KG_STORE_UPDATE", "http://h/statements")
    assert endpoints("http://h/sparql") == ("http://h/sparql", "http://h/statements")
