"""Who may ask, what every answer carries, what is counted and logged: once around all routes."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import json
import logging
import re
import sys
import time
from collections.abc import MutableMapping, Sequence
from functools import lru_cache
from itertools import count
from secrets import token_hex
from typing import Any, Final

from starlette.requests import Request
from starlette.routing import Route

from kg.faces.web import metrics
from kg.faces.web.asked import Wrong
from kg.faces.web.cache import WHOLE, Answer, Message, Receive, Send
from kg.faces.web.front import LOG, Front
from kg.faces.web.policy import STRICT

Scope = MutableMapping[str, Any]
_OPEN: Final = ("/healthz", "/readyz")
"""Paths that need no token."""
_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_PROCESS: Final = token_hex(4)
_NUMBERS: Final = count()
_LOCAL: Final = frozenset(("localhost", "127.0.0.1", "[::1]"))
_LINES: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Link, X-Total-Count, X-Request-Id"),
)
_ALWAYS: Final = b"".join(b"%b: %b\r\n" % line for line in _LINES)
_POLICY: Final = (b"content-security-policy", STRICT.encode())
_ENDING: Final = Wrong("busy", "服务正在结束", "the server is shutting down")
_FAILED: Final = Wrong("error", "服务器内部出错", "the server failed")
_TWO_HOSTS: Final = Wrong("usage", "Host 出现了两次", "there is more than one Host header")
_NOT_OURS: Final = Wrong("host", "Host 不是本服务的名称", "the Host header is none of this server's names")
_NO_TOKEN: Final = Wrong("unauthorized", "需要有效的令牌", "a valid token is needed")
_PREFLIGHT: Final = {
    "Access-Control-Allow-Headers": "Accept, Accept-Language, Authorization, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


class Gate:
    """The ASGI application that is served: checks, then the routes; the headers, the count and the log line after.

    Args:
        app: the routes.
        front: gives settings and the form of a refusal.
        busiest: routes that are taken without the router and its layers, which cost as much as a cached answer.
    """

    def __init__(self, app: Any, front: Front, busiest: Sequence[Route] = ()) -> None:
        self._app, self._front = app, front
        self._busiest = {(method, route.path): route for route in busiest for method in route.methods or ()}
        settings = front.settings
        self._token = settings.token.encode()
        self._root = settings.root_path.rstrip("/")
        self._any_host = "*" in settings.hosts
        self._hosts = _LOCAL | {settings.host.lower(), *(h.lower() for h in settings.hosts)}
        self._is_ours = lru_cache(maxsize=256)(self._host_is_ours)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one event of ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        told = scope["told"] = dict(scope["headers"])
        scope["request_id"] = _request_id(told.get(b"x-request-id", b""))
        if self._root and f"{scope['path']}/".startswith(self._root + "/"):  # a proxy that does not strip the root path
            scope = {**scope, "path": scope["path"][len(self._root) :] or "/"}
        watched = _Watched(scope, send)
        scope["give"] = watched.give
        self._front.in_flight += 1
        try:
            answer = self._refused(scope, told)
            route = self._busiest.get((scope["method"], scope["path"]))
            if route and not answer:
                scope["route"] = route
                answer = await route.endpoint(Request(scope, receive))
            if answer:
                await watched.give(answer)
            else:
                await self._app(scope, receive, watched.send)
        except asyncio.CancelledError:  # the server ends, and the time that requests in flight had is over
            if watched.status == 0:
                await watched.give(self._front.refusal(Request(scope), _ENDING))
        except Exception:
            LOG.exception("request %s failed", scope["request_id"])
            if watched.status == 0:
                await watched.give(self._front.refusal(Request(scope), _FAILED))
        finally:
            self._front.in_flight -= 1
            watched.done()

    def _refused(self, scope: Scope, told: dict[bytes, bytes]) -> Answer | None:
        """The answer to a request that does not get as far as a route."""
        headers = scope["headers"]
        if len(told) < len(headers) and sum(name == b"host" for name, _ in headers) > 1:  # RFC 9112 3.2
            return self._front.refusal(Request(scope), _TWO_HOSTS)
        if not self._is_ours(told.get(b"host", b"").decode("latin-1")):
            return self._front.refusal(Request(scope), _NOT_OURS)
        if scope["method"] == "OPTIONS":
            methods = "GET, HEAD, POST, OPTIONS" if scope["path"] == "/sparql" else "GET, HEAD, OPTIONS"
            return Answer.of(204, {"Allow": methods, "Access-Control-Allow-Methods": methods, **_PREFLIGHT})
        if self._token and scope["path"] not in _OPEN:
            kind, _, given = told.get(b"authorization", b"").partition(b" ")
            if kind.lower() != b"bearer" or not hmac.compare_digest(given.strip(), self._token):
                return self._front.refusal(Request(scope), _NO_TOKEN, {"WWW-Authenticate": 'Bearer realm="kg"'})
        return None

    def _host_is_ours(self, host: str) -> bool:
        """Whether the Host is a name of this server or an address; a page of another name cannot then reach it.

        A browser that is told another name for this machine's address (DNS rebinding) sends that name as Host.
        """
        if self._any_host:
            return True
        name = re.sub(r":\d+\Z", "", host).lower()
        if name in self._hosts:
            return True
        try:
            ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            return False
        return True


def _request_id(given: bytes) -> str:
    """The client's id of the request, if it is harmless, else a new one: this process's, and the request's number in it."""
    if given and _ID.fullmatch(given):
        return given.decode()
    return f"{_PROCESS}{next(_NUMBERS):08x}"


class _Watched:
    """One answer on its way: gets its headers, is counted and logged."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope, self._send = scope, send
        self._start = time.perf_counter()
        self.status, self._bytes = 0, 0

    async def send(self, message: Message) -> None:
        """Pass *message* on, with the headers that every answer has."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = message.setdefault("headers", [])
            if b"content-security-policy" not in dict(headers):
                headers.append(_POLICY)
            headers += [*_LINES, (b"x-request-id", self._scope["request_id"].encode())]
        else:
            self._bytes += len(message.get("body", b""))
        await self._send(message)

    async def give(self, answer: Answer) -> None:
        """Send *answer*, which has a policy already."""
        self.status, self._bytes = answer.status, len(answer.body)
        head = b"%b%bx-request-id: %b\r\n" % (answer.head, _ALWAYS, self._scope["request_id"].encode())
        if whole := self._scope.get("extensions", {}).get(WHOLE):
            await whole(answer.status, head, answer.body)
        else:
            lines = [line.split(b": ", 1) for line in head.splitlines()]
            await self._send({"type": "http.response.start", "status": answer.status, "headers": lines})
            await self._send({"type": "http.response.body", "body": answer.body})

    def done(self) -> None:
        """Count and log the request."""
        seconds, scope = time.perf_counter() - self._start, self._scope
        route = getattr(scope.get("route"), "path", "none")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        metrics.answered(method, route, self.status, seconds)
        if LOG.isEnabledFor(logging.INFO):
            fields = {
                "id": scope["request_id"],
                "method": scope["method"],
                "path": scope["path"][:2000],
                "query": scope["query_string"].decode("latin-1")[:2000],
                "status": self.status,
                "ms": round(1000 * seconds, 2),
                "bytes": self._bytes,
                "client": (scope.get("client") or ("", 0))[0],
            }
            LOG.info("request", extra={"fields": fields})


_METHODS: Final = frozenset(("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"))


class JsonLines(logging.Formatter):
    """A log record as one line of JSON: no value can break out of its line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        body: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            body["traceback"] = self.formatException(record.exc_info)
        return json.dumps(body, ensure_ascii=True)


def log_to_stderr(level: str) -> None:
    """Send the server's log, and uvicorn's, to stderr as lines of JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for name in ("kg.serve", "uvicorn", "uvicorn.error", "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level.upper())
