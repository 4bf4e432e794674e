"""What happens around every route: the checks, known answers, common headers, the count and the log line."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from hashlib import sha256
from itertools import count
from secrets import token_hex
from typing import Any, Final

from starlette.applications import Starlette
from starlette.routing import Match

from kg.errors import Busy, KgError
from kg.faces.web import metrics, negotiate
from kg.faces.web.access import Access
from kg.faces.web.policy import STRICT
from kg.faces.web.problems import answer
from kg.faces.web.responses import AnswerResponse, Message, NotModified, Receive, Send, matches
from kg.faces.web.settings import VERSION, Settings
from kg.service.messages import FAILED
from kg.service.service import Service
from kg.terms import Text

LOG: Final = logging.getLogger("kg.serve")
Scope = MutableMapping[str, Any]
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
    """The ASGI application that is served.

    Args:
        app: the routes.
        service: answers from before.
        settings: of the server.
    """

    def __init__(self, app: Starlette, service: Service, settings: Settings) -> None:
        self._app, self._service = app, service
        self._access = Access(settings)
        self._root = settings.root_path.rstrip("/")
        self._route = lru_cache(maxsize=4096)(self._route_of)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one event of ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        scope["request_id"] = request_id(headers.get(b"x-request-id", b""))
        if self._root and f"{scope['path']}/".startswith(self._root + "/"):  # a proxy that does not strip the root path
            scope = {**scope, "path": scope["path"][len(self._root) :] or "/"}
        exchange = _Exchange(scope, send)
        metrics.IN_FLIGHT.inc()
        try:
            response = self._known(scope, headers) or self._app
            await response(scope, receive, exchange.send)
        except KgError as error:
            await self._refuse(error, scope, receive, exchange)
        except asyncio.CancelledError:  # the server ends, and the time that requests in flight had is over
            await self._refuse(Busy(Text("服务正在结束", "the server is shutting down")), scope, receive, exchange)
        except Exception:
            LOG.exception("request %s failed", scope["request_id"])
            await self._refuse(KgError(FAILED), scope, receive, exchange)
        finally:
            metrics.IN_FLIGHT.dec()
            exchange.done(self._route(scope["path"]))

    def _known(self, scope: Scope, headers: Mapping[bytes, bytes]) -> Any:
        """The response to a request that needs no route; None for any other.

        Raises:
            KgError: the request is refused.
        """
        self._access.check(scope, headers)
        if scope["method"] not in ("GET", "HEAD"):
            return None
        key = request_key(scope, headers)
        scope["key"], scope["tag"] = key, f'"{_tag(self._service.dataset, self._root, key)}"'
        condition = headers.get(b"if-none-match", b"").decode("latin-1")
        if matches(condition, scope["tag"]):
            return NotModified(scope["tag"])
        kept = self._service.cache.get(key)
        if kept is None:
            return None
        return NotModified(scope["tag"]) if condition.strip() == "*" else AnswerResponse(kept, scope["tag"])

    @staticmethod
    async def _refuse(error: KgError, scope: Scope, receive: Receive, exchange: _Exchange) -> None:
        if exchange.status == 0:
            await AnswerResponse(answer(error, scope))(scope, receive, exchange.send)

    def _route_of(self, path: str) -> str:
        """The pattern of the route for *path*, by which requests are counted."""
        scope = {"type": "http", "method": "GET", "path": path, "root_path": ""}
        found = (route for route in self._app.routes if route.matches(scope)[0] != Match.NONE)
        return str(getattr(next(found, None), "path", "none"))


def request_key(scope: Scope, headers: Mapping[bytes, bytes]) -> tuple[object, ...]:
    """What the answer to a GET hangs on besides the graph: all of the request that a task can see."""
    language = negotiate.language(headers.get(b"accept-language", b"").decode("latin-1"))
    accept, host = headers.get(b"accept", b""), headers.get(b"host", b"")
    return scope["path"], scope["query_string"], language, accept, host, scope["scheme"]


def _tag(dataset: str, root: str, key: tuple[object, ...]) -> str:
    """The ETag of the answer to a request: of program, graph and question, so that it is known before the answer is."""
    return sha256(repr((VERSION, dataset, root, key)).encode()).hexdigest()[:32]


def request_id(given: bytes) -> str:
    """The client's id of the request, if it is harmless, else a new one: this process's, and the request's number in it."""
    if given and _ID.fullmatch(given):
        return given.decode()
    return f"{_PROCESS}{next(_NUMBERS):08x}"


class _Exchange:
    """One request on its way: its response gets the common headers, is counted and logged.

    Attributes:
        status: of the response; 0 until it has begun.
    """

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope, self._send = scope, send
        self._start = time.perf_counter()
        self.status, self._bytes = 0, 0

    async def send(self, message: Message) -> None:
        """Pass *message* on, with the headers that every answer has."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [*message.get("headers", ()), *_ALWAYS, (b"x-request-id", self._scope["request_id"].encode())]
            if message["status"] != 304 and all(name != b"content-security-policy" for name, _ in headers):
                headers.append(_POLICY)  # a 304 would put it in the place of the stored answer's own (RFC 9111, 3.2)
            message = {**message, "headers": headers}
        else:
            self._bytes += len(message.get("body", b""))
        await self._send(message)

    def done(self, route: str) -> None:
        """Count and log the request."""
        seconds, scope = time.perf_counter() - self._start, self._scope
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
