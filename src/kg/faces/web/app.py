"""The routes: which path asks which task; what is wrong with a request before any worker sees it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from kg.faces.web.asked import Question, Wrong, posted_kind, split
from kg.faces.web.cache import Answer
from kg.faces.web.front import Front, matches
from kg.faces.web.gate import Gate
from kg.faces.web.rows import FORMATS
from kg.faces.web.settings import Settings
from kg.faces.web.things import SUFFIXES

Handler = Callable[[Request], Awaitable[Answer]]
_SPARQL: Final = Question("sparql")
_STATIC: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


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
    problems: dict[Any, Any] = {404: routes.nothing, 405: routes.method}
    app = Starlette(routes=table, lifespan=life, exception_handlers=problems)
    return Gate(app, front, busiest=table[:1])


class _Routes:
    def __init__(self, front: Front) -> None:
        self._front = front
        self._files = _static()

    def table(self) -> list[Route]:
        """Every route; the busiest first."""
        get = ["GET"]
        return [
            Route("/sparql", self.sparql, methods=["GET", "POST"]),
            Route("/healthz", self.healthz, methods=get),
            Route("/readyz", self.readyz, methods=get),
            Route("/metrics", self.metrics, methods=get),
            Route("/static/{name}", self.static, methods=get),
            Route("/.well-known/void", self.elsewhere, methods=get),
            Route("/dataset", self.elsewhere, methods=get),
            Route("/void", self._task("void"), methods=get),
            Route("/openapi.json", self._task("openapi"), methods=get),
            Route("/", self._task("home"), methods=get),
            Route("/queries", self._task("queries"), methods=get),
            Route("/queries.json", self._task("queries", suffix="json"), methods=get),
            Route("/queries/{name}", self._asking(_query), methods=get),
            *(
                Route(f"/{view}{'.json' if suffix else ''}", self._task(view, suffix=suffix), methods=get)
                for view in ("audit", "search", "why")
                for suffix in ("", "json")
            ),
            Route("/explore", self._task("explore"), methods=get),
            Route("/chain/{name}", self._asking(_chain), methods=get),
            Route("/problem/{code}", self._asking(_problem), methods=get),
            Route("/{path:path}", self._asking(_thing), methods=get),
        ]

    # -- asked of a worker ----------------------------------------------------------------------------------------

    def _asking(self, read: Callable[[Request], Question]) -> Handler:
        """The handler of a route whose path *read* reads."""

        async def ask(request: Request) -> Answer:
            return await self._front.ask(request, read(request))

        return ask

    def _task(self, task: str, suffix: str = "") -> Handler:
        return self._asking(lambda request: Question(task, suffix=suffix))

    async def sparql(self, request: Request) -> Answer:
        """SPARQL 1.1 Protocol, query operation (https://www.w3.org/TR/sparql11-protocol/#query-operation)."""
        if request.method != "POST":
            return await self._front.ask(request, _SPARQL)
        try:
            told = request.scope["told"].get(b"content-type", b"").decode("latin-1")
            kind = posted_kind(told, ", ".join(request.headers.getlist("content-encoding")))
            return await self._front.ask(request, _SPARQL, await self._body(request), kind)
        except Wrong as wrong:
            return self._front.refusal(request, wrong)

    async def _body(self, request: Request) -> bytes:
        """The whole body, if it is small enough and comes in time."""
        settings, parts, size = self._front.settings, [], 0
        try:
            async with asyncio.timeout(settings.seconds):
                async for part in request.stream():
                    size += len(part)
                    if size > settings.body:
                        raise Wrong(
                            "body", f"请求超过 {settings.body} 字节", f"the request has more than {settings.body} bytes"
                        )
                    parts.append(part)
        except TimeoutError:
            raise Wrong("slow", "请求没有按时到齐", "the request did not arrive in time") from None
        except ClientDisconnect:
            raise Wrong("slow", "请求没有到齐", "the request did not arrive whole") from None
        return b"".join(parts)

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

    async def static(self, request: Request) -> Response | Answer:
        """A style sheet or script of ours; the names are known beforehand, so no path leads anywhere else."""
        found = self._files.get(request.path_params["name"])
        if found is None:
            return await self.nothing(request, None)
        body, media, tag = found
        headers = {"ETag": tag, "Cache-Control": "public, max-age=600"}
        if matches(request.headers.get("if-none-match", ""), tag):
            return Response(status_code=304, headers=headers)
        return Response(body, headers={**headers, "Content-Type": media})

    async def elsewhere(self, request: Request) -> Response:
        """VoID's well-known place, and the dataset's own IRI, which is described there."""
        return RedirectResponse(f"{self._front.settings.root_path.rstrip('/')}/void", 303)

    async def nothing(self, request: Request, error: Any) -> Answer:
        """No route."""
        return self._front.refusal(request, Wrong("not-found", "没有这个路径", "there is no such path"))

    async def method(self, request: Request, error: Any) -> Answer:
        """A route, but not for this method."""
        allowed = {*(getattr(error, "headers", None) or {}).get("Allow", "GET, HEAD").split(", "), "OPTIONS"}
        wrong = Wrong("method", f"不接受 {request.method}", f"{request.method} is not accepted here")
        return self._front.refusal(request, wrong, {"Allow": ", ".join(sorted(allowed))})


def _static() -> dict[str, tuple[bytes, str, str]]:
    """Name → (bytes, media type, ETag) of the files in ``static/``."""
    found = {}
    for entry in files("kg.faces.web").joinpath("static").iterdir():
        ending = entry.name[entry.name.rfind(".") :]
        if ending in _STATIC:
            body = entry.read_bytes()
            found[entry.name] = (body, _STATIC[ending], f'"{sha256(body).hexdigest()[:32]}"')
    return found


def _query(request: Request) -> Question:
    """``/queries/NAME`` and its files."""
    return Question("query", *split(request.path_params["name"], tuple(FORMATS)))


def _chain(request: Request) -> Question:
    """``/chain/SLUG``."""
    return Question("chain", *split(request.path_params["name"], ("json", "html")))


def _problem(request: Request) -> Question:
    """``/problem/CODE``."""
    return Question("problem", request.path_params["code"])


def _thing(request: Request) -> Question:
    """An IRI's own path."""
    return Question("thing", *split(request.path_params["path"], SUFFIXES))
