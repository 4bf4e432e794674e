"""A client for the SPARQL 1.1 Protocol (https://www.w3.org/TR/sparql11-protocol/): queries and updates over HTTP.

Requests are forms, which every store accepts. A user and password come from ``KG_STORE_USER`` and ``KG_STORE_PASSWORD`` or
from netrc; the store says whether it wants Basic or Digest. ``KG_STORE_CA`` names the certificates of a store that has its
own authority. ``KG_STORE_UPDATE`` is the address for updates where it does not follow from that for queries.
"""

from __future__ import annotations

import netrc
import os
import ssl
import time
import weakref
from collections.abc import Generator
from typing import Final, NamedTuple, Protocol
from urllib.parse import urlsplit

import httpx

from kg.errors import LimitReached, MissingFile, Place, StoreError, SyntaxProblem, TooLarge, UsageProblem, reason
from kg.terms import Text

_PAUSE: Final = 0.25
"""Seconds before a request is sent a second time; doubled each time."""
_LATER: Final = (429, 502, 503, 504)
"""Status codes with which a server says that a later request may succeed."""
_SHOWN: Final = 2_000
"""Most characters of a server's message that are repeated."""


class QueryResponse(NamedTuple):
    """The answer to a query.

    Attributes:
        body: the answer.
        media: its media type.
        server: which program has answered, as it says (the header ``Server``).
    """

    body: bytes
    media: str
    server: str


class Transport(Protocol):
    """Sends queries to a store: a client of its own, or the relay of a confined process."""

    def query(self, text: str, accept: str, *, shown: str = "query", default_graph: str = "") -> QueryResponse:
        """The answer to a query."""
        ...


class _Answer(NamedTuple):
    """A whole answer over HTTP."""

    status: int
    body: bytes
    media: str
    server: str
    phrase: str

    @property
    def why(self) -> str:
        """What a store says of an error."""
        return self.body.decode(errors="replace").strip()[:_SHOWN] or self.phrase


class Client:
    """Sends queries and updates to one store.

    A request may be sent again if the connection fails or the store is busy: all of ours change nothing the second time.

    Args:
        url: the query endpoint, which ends with ``/sparql``, ``/query`` or ``/sparql-auth``; else a base URL with the
            endpoints ``query`` and ``update`` below it.
        seconds: longest wait for an answer.
        attempts: how often a request is sent before it is given up.
        most: most bytes of an answer; None for no limit.

    Raises:
        UsageProblem: the URL holds a password. MissingFile: the file of certificates cannot be read.
    """

    def __init__(self, url: str, *, seconds: float = 60.0, attempts: int = 2, most: int | None = None) -> None:
        parts = urlsplit(url)
        if parts.username or parts.password:
            raise UsageProblem(
                Text("地址里不能写用户和密码", "a URL may not hold a user or password"),
                hint=Text(
                    "用环境变量 KG_STORE_USER 和 KG_STORE_PASSWORD,或 ~/.netrc",
                    "set KG_STORE_USER and KG_STORE_PASSWORD, or use ~/.netrc",
                ),
            )
        self.query_url, self.update_url = endpoints(url)
        self._seconds, self._attempts, self._most = seconds, attempts, most
        self._http = httpx.Client(auth=_auth(url), verify=_certificates(), timeout=seconds, follow_redirects=False)
        weakref.finalize(self, self._http.close)

    def query(self, text: str, accept: str, *, shown: str = "query", default_graph: str = "") -> QueryResponse:
        """The answer to a query.

        Raises:
            SyntaxProblem: the store rejects the query (HTTP 400).
            StoreError: the store cannot be reached, refuses the user, or fails.
            LimitReached: the store does not answer in time. TooLarge: its answer is longer than is allowed.
        """
        form = {"query": text, **({"default-graph-uri": default_graph} if default_graph else {})}
        answer = self._send(self.query_url, form, accept, shown)
        return QueryResponse(answer.body, answer.media, answer.server)

    def update(self, text: str) -> None:
        """Run an update; raises as :meth:`query` does."""
        self._send(self.update_url, {"update": text}, "*/*", "update")

    def _send(self, url: str, form: dict[str, str], accept: str, shown: str) -> _Answer:
        answer = self._answer(url, form, accept)
        code, why = answer.status, answer.why
        if 200 <= code < 300:
            return answer
        if code == 400:
            raise SyntaxProblem(Text(f"远程库不接受:{why}", f"the store does not accept it: {why}"), place=Place(shown))
        hint = _FORBIDDEN if code in (401, 403) else _ADDRESS if code == 404 else None
        raise StoreError(Text(f"{url} 答复 {code}:{why}", f"{url} answered {code}: {why}"), hint=hint)

    def _answer(self, url: str, form: dict[str, str], accept: str) -> _Answer:
        """The answer to a request, which is sent again if the connection fails or the store says that it is busy."""
        pause = _PAUSE
        for left in reversed(range(self._attempts)):
            try:
                answer = self._once(url, form, accept)
                if answer.status not in _LATER or not left:
                    return answer
            except httpx.TimeoutException as error:
                raise LimitReached(
                    Text(f"{url} 在 {self._seconds:g} 秒内没有答复", f"{url} did not answer within {self._seconds:g} s")
                ) from error
            except (httpx.TransportError, httpx.InvalidURL) as error:
                if not left or "CERTIFICATE" in str(error):
                    raise StoreError(
                        Text(f"连不上 {url}:{error}", f"cannot reach {url}: {error}"), hint=_UNREACHABLE
                    ) from error
            time.sleep(pause)
            pause *= 2
        raise AssertionError("the last attempt returns or raises")

    def _once(self, url: str, form: dict[str, str], accept: str) -> _Answer:
        """The answer to a request that is sent once."""
        body = bytearray()
        with self._http.stream("POST", url, data=form, headers={"Accept": accept}) as answer:
            for part in answer.iter_bytes():
                body += part
                if self._most is not None and len(body) > self._most:
                    raise _too_large(self._most)
        media = answer.headers.get("content-type", "").partition(";")[0].strip()
        server = answer.headers.get("server", "")
        return _Answer(answer.status_code, bytes(body), media, server, answer.reason_phrase)


def _too_large(most: int) -> TooLarge:
    return TooLarge(
        Text(f"远程库的答案超过 {most} 字节", f"the answer of the store is larger than {most} bytes"),
        hint=Text("加上 LIMIT,或分页查询", "add LIMIT, or ask page by page"),
    )


_FORBIDDEN: Final = Text(
    "设置 KG_STORE_USER 和 KG_STORE_PASSWORD,并确认该用户有此权限",
    "set KG_STORE_USER and KG_STORE_PASSWORD, and see that this user may do it",
)
_ADDRESS: Final = Text(
    "检查地址;写入的地址可用 KG_STORE_UPDATE 另给",
    "check the address; KG_STORE_UPDATE gives another one for updates",
)


_UNREACHABLE: Final = Text(
    "检查地址与证书(KG_STORE_CA),以及那里的服务是否在运行",
    "check the address and its certificate (KG_STORE_CA), and that the server there is running",
)


def endpoints(url: str) -> tuple[str, str]:
    """The addresses for queries and for updates."""
    base, _, last = url.rstrip("/").rpartition("/")
    if last == "sparql-auth":  # Virtuoso's endpoint for users with a password takes both
        query, update = url, url
    elif last in ("sparql", "query"):
        query, update = url, f"{base}/update"
    else:
        query, update = f"{url.rstrip('/')}/query", f"{url.rstrip('/')}/update"
    return query, os.environ.get("KG_STORE_UPDATE") or update


class _Auth(httpx.Auth):
    """Answers a store's demand for a password, by Digest or Basic as the store asks, and then without being asked."""

    def __init__(self, user: str, password: str) -> None:
        self._known = {"digest": httpx.DigestAuth(user, password), "basic": httpx.BasicAuth(user, password)}
        self._wanted: httpx.Auth | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request; once more if the store demands a password."""
        if self._wanted is None:
            answer = yield request
            demands = " ".join(answer.headers.get_list("www-authenticate")).lower()
            self._wanted = next((auth for scheme, auth in self._known.items() if scheme in demands), None)
            if answer.status_code != 401 or self._wanted is None:
                return
        yield from self._wanted.auth_flow(request)


def _auth(url: str) -> httpx.Auth | None:
    """The user and password for *url*: from the environment, else from netrc."""
    if user := os.environ.get("KG_STORE_USER"):
        return _Auth(user, os.environ.get("KG_STORE_PASSWORD", ""))
    try:
        found = netrc.netrc().authenticators(urlsplit(url).hostname or "")
    except (OSError, netrc.NetrcParseError):  # there is no such file, or it is for others to read
        return None
    return _Auth(found[0], found[2]) if found else None


def _certificates() -> ssl.SSLContext:
    """The trusted certificates: the system's, and those in the file ``KG_STORE_CA``."""
    context = ssl.create_default_context()
    own = os.environ.get("KG_STORE_CA")
    if own:
        try:
            context.load_verify_locations(own)
        except OSError as error:  # ssl.SSLError is one
            why = reason(error)
            raise MissingFile(
                Text(f"读不到证书 {own}:{why.zh}", f"cannot read the certificates {own}: {why.en}")
            ) from error
    return context
