"""The routes: which path asks which task; what is wrong with a request before any worker sees it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from werkzeug.http import parse_options_header

from kg.faces.web.front import Front, matches
from kg.faces.web.gate import Gate
from kg.faces.web.rows import FORMATS
from kg.faces.web.settings import Settings
from kg.faces.web.things import SUFFIXES
from kg.terms import Text

Handler = Callable[[Request], Awaitable[Response]]
_FORM: Final = "application/x-www-form-urlencoded"
_QUERY: Final = "application/sparql-query"
_UPDATE: Final = "application/sparql-update"
_MOST_FIELDS: Final = 500
_STATIC: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


class _Wrong(Exception):
    """A request that no task is asked for: the problem's code and words."""

    def __init__(self, code: str, zh: str, en: str, hint: Text | None = None) -> None:
        super().__init__(en)
        self.told = (code, zh, en, hint)


def create(settings: Settings | None = None) -> Gate:
    """The ASGI application; without *settings*, those that ``kg serve`` handed on."""
    front = Front(settings or Settings.handed())
    routes = _Routes(front)

    @asynccontextmanager
    async def life(app: Any) -> AsyncIterator[None]:
        await front.open()
        watching = asyncio.create_task(front.watch())
        try:
            yield
        finally:
            watching.cancel()
            await front.close()

    table = routes.table()
    app = Starlette(routes=table, lifespan=life, exception_handlers={404: routes.nothing, 405: routes.method})
    return Gate(app, front, busiest=table[:1])


class _Routes:
    def __init__(self, front: Front) -> None:
        self._front = front
        self._files = _static()

    def table(self) -> list[Route]:
        """Every route; the busiest first."""
        get = ["GET"]
        return [
            Route("/sparql", self._guarded(self.sparql), methods=["GET", "POST"]),
            Route("/healthz", self.healthz, methods=get),
            Route("/readyz", self.readyz, methods=get),
            Route("/metrics", self.metrics, methods=get),
            Route("/static/{name}", self.static, methods=get),
            Route("/.well-known/void", self.well_known, methods=get),
            Route("/void", self._task("void"), methods=get),
            Route("/openapi.json", self._task("openapi"), methods=get),
            Route("/", self._task("home"), methods=get),
            Route("/queries", self._task("queries"), methods=get),
            Route("/queries.json", self._task("queries", suffix="json"), methods=get),
            Route("/queries/{name}", self._guarded(self.query), methods=get),
            *(
                Route(f"/{view}{'.json' if suffix else ''}", self._task(view, suffix=suffix), methods=get)
                for view in ("audit", "search", "why")
                for suffix in ("", "json")
            ),
            Route("/explore", self._task("explore"), methods=get),
            Route("/chain/{name}", self._guarded(self.chain), methods=get),
            Route("/problem/{code}", self._guarded(self.problem), methods=get),
            Route("/{path:path}", self._guarded(self.thing), methods=get),
        ]

    # -- tasks ------------------------------------------------------------------------------------------------

    def _guarded(self, handler: Handler) -> Handler:
        """*handler*, with what is wrong with a request turned into a problem."""

        async def guarded(request: Request) -> Response:
            try:
                return await handler(request)
            except _Wrong as wrong:
                return self._front.refusal(request, *wrong.told)

        return guarded

    def _task(self, task: str, suffix: str = "") -> Handler:
        async def ask(request: Request) -> Response:
            return await self._front.ask(request, task, _params(request), suffix=suffix)

        return self._guarded(ask)

    async def sparql(self, request: Request) -> Response:
        """SPARQL 1.1 Protocol, query operation (https://www.w3.org/TR/sparql11-protocol/#query-operation)."""
        params = await self._posted(request) if request.method == "POST" else _params(request)
        if any(key == "update" for key, _ in params):
            raise _read_only()
        has_query = any(key == "query" for key, _ in params)
        suffix = next((value for key, value in params if key == "format"), "")
        kept = [p for p in params if p[0] != "format"]
        task = "sparql" if has_query or request.method == "POST" else "endpoint"
        return await self._front.ask(request, task, kept, suffix=suffix)

    async def _posted(self, request: Request) -> list[tuple[str, str]]:
        kind, options = parse_options_header(request.headers.get("content-type"))
        kind, charset = kind.lower(), options.get("charset", "utf-8").lower()
        if kind == _UPDATE:
            raise _read_only()
        if kind not in (_FORM, _QUERY):
            raise _Wrong(
                "media-type",
                f"不接受内容类型 {kind or '(无)'}",
                f"the content type {kind or '(none)'} is not accepted",
                Text(f"{_FORM} 或 {_QUERY}", f"{_FORM} or {_QUERY}"),
            )
        if charset not in ("utf-8", "utf8"):
            raise _Wrong("media-type", f"不接受编码 {charset}", f"the charset {charset} is not accepted; use utf-8")
        body = await self._body(request)
        if kind == _QUERY:
            try:
                return [("query", body.decode()), *_params(request)]
            except UnicodeDecodeError:
                raise _not_utf8() from None
        return [*_fields(body), *_params(request)]

    async def _body(self, request: Request) -> bytes:
        """The whole body, if it is small enough and comes in time."""
        settings, parts, size = self._front.settings, [], 0
        try:
            async with asyncio.timeout(settings.seconds):
                async for part in request.stream():
                    size += len(part)
                    if size > settings.body:
                        raise _Wrong(
                            "body", f"请求超过 {settings.body} 字节", f"the request has more than {settings.body} bytes"
                        )
                    parts.append(part)
        except TimeoutError:
            raise _Wrong("slow", "请求没有按时到齐", "the request did not arrive in time") from None
        except ClientDisconnect:
            raise _Wrong("slow", "请求没有到齐", "the request did not arrive whole") from None
        return b"".join(parts)

    async def query(self, request: Request) -> Response:
        """``/queries/NAME`` and its files."""
        name, suffix = _split(request.path_params["name"], tuple(FORMATS))
        params = _params(request)
        suffix = suffix or next((v for k, v in params if k == "format"), "")
        return await self._front.ask(request, "query", params, path=name, suffix=suffix)

    async def chain(self, request: Request) -> Response:
        """``/chain/SLUG``."""
        name, suffix = _split(request.path_params["name"], ("json", "html"))
        return await self._front.ask(request, "chain", _params(request), path=name, suffix=suffix)

    async def problem(self, request: Request) -> Response:
        """``/problem/CODE``."""
        return await self._front.ask(request, "problem", _params(request), path=request.path_params["code"])

    async def thing(self, request: Request) -> Response:
        """An IRI's own path."""
        path, suffix = _split(request.path_params["path"], SUFFIXES)
        return await self._front.ask(request, "thing", _params(request), path=path, suffix=suffix)

    # -- without a worker -----------------------------------------------------------------------------------------

    async def healthz(self, request: Request) -> Response:
        """The process lives."""
        return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})

    async def readyz(self, request: Request) -> Response:
        """Whether queries can be answered."""
        front = self._front
        ready = front.pool is not None and front.pool.alive
        body = {"ready": ready, "dataset": front.dataset}
        return JSONResponse(body, 200 if ready else 503, {"Cache-Control": "no-store"})

    async def metrics(self, request: Request) -> Response:
        """Prometheus' text format."""
        from kg.faces.web.metrics import exposition

        return PlainTextResponse(exposition(self._front), headers={"Cache-Control": "no-store"})

    async def static(self, request: Request) -> Response:
        """A style sheet or script of ours; the names are known beforehand, so no path leads anywhere else."""
        found = self._files.get(request.path_params["name"])
        if found is None:
            return await self.nothing(request, None)
        body, media, tag = found
        headers = {"ETag": tag, "Cache-Control": "public, max-age=600"}
        if matches(request.headers.get("if-none-match", ""), tag):
            return Response(status_code=304, headers=headers)
        return Response(body, headers={**headers, "Content-Type": media})

    async def well_known(self, request: Request) -> Response:
        """VoID's well-known place."""
        return RedirectResponse(f"{self._front.settings.root_path.rstrip('/')}/void", 303)

    async def nothing(self, request: Request, error: Any) -> Response:
        """No route."""
        return self._front.refusal(request, "not-found", "没有这个路径", "there is no such path")

    async def method(self, request: Request, error: Any) -> Response:
        """A route, but not for this method."""
        answer = self._front.refusal(
            request, "method", f"不接受 {request.method}", f"{request.method} is not accepted here"
        )
        allowed = {*(getattr(error, "headers", None) or {}).get("Allow", "GET, HEAD").split(", "), "OPTIONS"}
        answer.headers["Allow"] = ", ".join(sorted(allowed))
        return answer


def _static() -> dict[str, tuple[bytes, str, str]]:
    """Name → (bytes, media type, ETag) of the files in ``static/``."""
    found = {}
    for entry in files("kg.faces.web").joinpath("static").iterdir():
        ending = entry.name[entry.name.rfind(".") :]
        if ending in _STATIC:
            body = entry.read_bytes()
            found[entry.name] = (body, _STATIC[ending], f'"{sha256(body).hexdigest()[:32]}"')
    return found


def _split(name: str, suffixes: tuple[str, ...]) -> tuple[str, str]:
    """(name, suffix) of ``name.suffix``; the suffix is empty if it is none of *suffixes*."""
    stem, dot, ending = name.rpartition(".")
    return (stem, ending) if dot and ending in suffixes else (name, "")


def _params(request: Request) -> list[tuple[str, str]]:
    return _fields(request.scope["query_string"])


def _fields(text: bytes) -> list[tuple[str, str]]:
    """The fields of a form, percent-encoded or, as ``curl --data`` sends them, as they are.

    Raises:
        _Wrong: it is not UTF-8, or has too many.
    """
    try:
        return parse_qsl(text.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except UnicodeDecodeError:
        raise _not_utf8() from None
    except ValueError:
        raise _Wrong("usage", "参数太多", "there are too many parameters") from None


def _not_utf8() -> _Wrong:
    return _Wrong("usage", "请求不是 UTF-8", "the request is not UTF-8")


def _read_only() -> _Wrong:
    return _Wrong(
        "refused",
        "此处只读,不接受更新",
        "this endpoint is read-only; updates are refused",
        Text("改数据请编辑文件后运行 kg build", "to change the data, edit its files and run kg build"),
    )
