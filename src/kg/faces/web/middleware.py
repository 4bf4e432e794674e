"""ASGI middleware around all routes: access checks, cache, common headers, metrics, log."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from functools import lru_cache
from hashlib import sha256
from itertools import count
from secrets import token_hex
from typing import Any, Final

from starlette.routing import Match, Router
from starlette.types import Message, Receive, Scope, Send

from kg.errors import Busy, KgError
from kg.faces.web import metrics, negotiate
from kg.faces.web.access import Access
from kg.faces.web.policy import STRICT
from kg.faces.web.problems import answer
from kg.faces.web.responses import AsgiResponse, NotModified, header, matches
from kg.faces.web.settings import VERSION, Settings
from kg.service.messages import FAILED
from kg.service.service import Service
from kg.terms import Text

LOG: Final = logging.getLogger("kg.serve")
_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_PROCESS: Final = token_hex(4)
_NUMBERS: Final = count()
_ALWAYS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_POLICY: Final = (b"content-security-policy", STRICT.encode())
_METHODS: Final = frozenset(("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"))


class Middleware:
    """The middleware of one server process.

    Args:
        app: the application with the routes.
        service: its cache is used.
        settings: settings of the server.
    """

    def __init__(self, app: Router, service: Service, settings: Settings) -> None:
        self._app, self._service = app, service
        self._access = Access(settings)
        self._root = settings.root_path.rstrip("/")
        texts = " ".join(digest for *_, digest in settings.texts)
        self._program = f"{VERSION} {self._root} {texts}".encode()
        self._route = lru_cache(maxsize=4096)(self._route_of)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["fields"] = dict(scope["headers"])
        scope["request_id"] = request_id(scope["fields"].get(b"x-request-id", b""))
        if self._root and f"{scope['path']}/".startswith(self._root + "/"):  # the proxy did not strip the root path
            scope = {**scope, "path": scope["path"][len(self._root) :] or "/"}
        exchange = _Exchange(scope, send, self._root)
        metrics.IN_FLIGHT.inc()
        try:
            response = self._early_response(scope) or self._app
            await response(scope, receive, exchange.send)
        except KgError as error:
            await self._refuse(error, scope, receive, exchange)
        except asyncio.CancelledError:  # the server is stopping, and its grace period is over
            await self._refuse(Busy(Text("服务正在结束", "the server is shutting down")), scope, receive, exchange)
        except Exception:
            LOG.exception("request %s failed", scope["request_id"])
            await self._refuse(KgError(FAILED), scope, receive, exchange)
        finally:
            metrics.IN_FLIGHT.dec()
            exchange.done(self._route(scope["path"]))

    def _early_response(self, scope: Scope) -> Any:
        """The response to a request that needs no worker: 304, or an answer from the cache. None for any other request.

        Raises:
            KgError: the request is refused.
        """
        self._access.check(scope, scope["fields"])
        if scope["method"] not in ("GET", "HEAD"):
            return None
        tag = scope["tag"] = self._tag(scope)
        if matches(header(scope, b"if-none-match"), tag):
            return NotModified(tag)
        cached = self._service.cache.get(tag)
        return cached and AsgiResponse(cached, tag)

    def _tag(self, scope: Scope) -> str:
        """The ETag of an answer: a hash of program version, texts, dataset and request, so that it is known before the answer."""
        fields = scope["fields"]
        parts = (  # everything that an answer can depend on; none of it contains a line break
            self._program,
            self._service.dataset.encode(),
            scope["scheme"].encode(),
            scope["raw_path"],
            scope["query_string"],
            negotiate.preferred(fields).encode(),
            fields.get(b"accept", b""),
            fields.get(b"host", b""),
            b"%d" % (time.time() // 86_400),  # citations have the day
        )
        digest = sha256(b"\n".join(parts)).hexdigest()
        return f'"{digest[:32]}"'

    async def _refuse(self, error: KgError, scope: Scope, receive: Receive, exchange: _Exchange) -> None:
        if exchange.status == 0:
            await AsgiResponse(answer(error, scope, self._root))(scope, receive, exchange.send)

    def _route_of(self, path: str) -> str:
        """The path pattern of the route for *path*; a label of the metrics."""
        scope = {"type": "http", "method": "GET", "path": path, "root_path": ""}
        found = (route for route in self._app.routes if route.matches(scope)[0] != Match.NONE)
        return str(getattr(next(found, None), "path", "none"))


def request_id(given: bytes) -> str:
    """The client's X-Request-Id if it is safe to log, else a new one: a random id of the process and a running number."""
    if given and _ID.fullmatch(given):
        return given.decode()
    return f"{_PROCESS}{next(_NUMBERS):08x}"


class _Exchange:
    """One request and its response: adds the common headers, and counts and logs the request.

    Attributes:
        status: status of the response; 0 before it is sent.
    """

    def __init__(self, scope: Scope, send: Send, root: str) -> None:
        self._scope, self._send, self._root = scope, send, root
        self._start = time.perf_counter()
        self.status, self._bytes = 0, 0

    async def send(self, message: Message) -> None:
        """Send *message* with the common headers."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [*message.get("headers", ()), *_ALWAYS, (b"x-request-id", self._scope["request_id"].encode())]
            if message["status"] != 304 and _POLICY[0] not in dict(headers):
                headers.append(_POLICY)  # in a 304, it would replace the policy of the stored response (RFC 9111, 3.2)
            if message["status"] in (200, 304) and (lang := self._chosen()):
                kept = negotiate.cookie(lang, self._root or "/", secure=self._scope["scheme"] == "https")
                headers.append((b"set-cookie", kept.encode()))
            message["headers"] = headers
        else:
            self._bytes += len(message.get("body", b""))
        await self._send(message)

    def _chosen(self) -> str:
        """The language to keep for the reader; empty if none was chosen with this request."""
        scope = self._scope
        return negotiate.to_keep(scope["query_string"], scope["fields"]) if scope["method"] == "GET" else ""

    def done(self, route: str) -> None:
        """Count and log the request."""
        seconds, scope = time.perf_counter() - self._start, self._scope
        method = scope["method"] if scope["method"] in _METHODS else "other"
        metrics.count_request(method, route, self.status, seconds)
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
