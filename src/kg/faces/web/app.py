"""The ASGI application and its routes: paths to tasks of workers, and endpoints that need no worker."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from hashlib import sha256
from importlib.resources import as_file, files
from typing import Any, Final, NoReturn

from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, Router

from kg.faces.web import metrics, negotiate
from kg.faces.web.files import FILES
from kg.faces.web.form import parse, posted_kind, split
from kg.faces.web.middleware import Middleware
from kg.faces.web.problems import HttpProblem
from kg.faces.web.responses import AsgiResponse, header, matches
from kg.faces.web.rows import FORMATS
from kg.faces.web.settings import Settings
from kg.faces.web.things import SUFFIXES
from kg.service import messages
from kg.service.service import Options, Service
from kg.terms import Text

Answers = Callable[[Request], Awaitable[Any]]
_STATIC: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_AUTHORITY: Final = re.compile(r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?", re.ASCII)
_VIEWS: Final = ("ask", "audit", "cite", "compare", "path", "search", "why")
"""Tasks whose path is their name; the answer is a page or JSON."""
_GAUGE_INTERVAL: Final = 1.0
"""Seconds between two updates of the gauges, which another server process may expose."""


def create(settings: Settings) -> Any:
    """The ASGI application of one server process."""
    service = Service(
        Options(
            store=settings.store,
            tasks="kg.faces.web.tasks:tasks",
            args=(settings.root_path, settings.texts),
            limits=settings.limits,
            workers=settings.workers,
            reserved=settings.reserved,
            waiting=settings.waiting,
            cache=settings.cache,
        )
    )
    routes = Routes(settings, service)

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        await service.open()
        gauge_task = asyncio.create_task(_update_gauges(service))
        try:
            yield
        finally:
            gauge_task.cancel()
            await service.close()

    router = Router(routes.table(), redirect_slashes=False, default=_missing, lifespan=lifespan)
    served = Middleware(router, service, settings)
    if not settings.cors:
        return served
    return CORSMiddleware(
        served,
        allow_origins=settings.cors,
        allow_methods=["GET", "HEAD", "POST"],
        allow_headers=["Authorization", "If-None-Match"],
        expose_headers=["ETag", "Link", "X-Total-Count", "X-Request-Id"],
        max_age=86_400,
    )


async def _update_gauges(service: Service) -> None:
    while True:
        metrics.update_gauges(service)
        await asyncio.sleep(_GAUGE_INTERVAL)


class Routes:
    """The endpoints of one server process.

    Args:
        settings: settings of the server.
        service: runs the tasks.
    """

    def __init__(self, settings: Settings, service: Service) -> None:
        self._settings, self._service = settings, service
        self._files = _static()

    def table(self) -> list[Route]:
        """Every route."""
        answers: dict[str, Answers] = {
            "/sparql": self.sparql,
            "/healthz": self.healthz,
            "/readyz": self.readyz,
            "/metrics": self.metrics,
            "/static/{name:path}": self.static,
            "/.well-known/void": self.redirect_to_void,
            "/dataset": self.redirect_to_void,
            "/void": self._task("void"),
            "/openapi.json": self._task("openapi"),
            "/": self._task("home"),
            "/queries": self._task("queries"),
            "/queries.json": self._task("queries", suffix="json"),
            "/queries/{name}": self._task("query", tuple(FORMATS)),
            **{f"/{view}": self._task(view) for view in _VIEWS},
            **{f"/{view}.json": self._task(view, suffix="json") for view in _VIEWS},
            **{f"/{view}.{file}": self._task(view, suffix=file) for view in ("audit", "compare") for file in FILES},
            "/completion.json": self._task("completion", suffix="json"),
            **{f"/figures{dot}": self._task("figures", suffix=dot[1:]) for dot in ("", ".json", ".svg")},
            "/matrix/{name}": self._task("matrix", ("json", *FILES)),
            "/explore": self._task("explore"),
            "/explore.json": self._task("explore", suffix="json"),
            "/picture.svg": self._task("picture", suffix="svg"),
            "/picture.png": self._task("picture", suffix="png"),
            "/chain/{name}": self._task("chain", ("json", "html", "svg", "png", *FILES)),
            "/resource": self._task("thing"),
            "/problem/{code}": self._task("problem"),
            "/{path:path}": self._task("thing", SUFFIXES),
        }
        return [Route(path, _Endpoint(answer, path == "/sparql")) for path, answer in answers.items()]

    # -- endpoints that run a task in a worker --------------------------------------------------------------------

    def _task(self, task: str, suffixes: tuple[str, ...] = (), suffix: str = "") -> Answers:
        """The endpoint for a task. The path parameter is a name, optionally with one of *suffixes*."""

        async def endpoint(request: Request) -> AsgiResponse:
            name, ending = split(next(iter(request.path_params.values()), ""), suffixes)
            return await self._ask(request, task, (name, ending or suffix))

        return endpoint

    async def sparql(self, request: Request) -> AsgiResponse:
        """SPARQL 1.1 Protocol, query operation (https://www.w3.org/TR/sparql11-protocol/#query-operation)."""
        if request.method != "POST":
            return await self._ask(request, "sparql")
        encodings = ", ".join(request.headers.getlist("content-encoding"))
        kind = posted_kind(request.headers.get("content-type", ""), encodings)
        return await self._ask(request, "sparql", posted=(await self._body(request), kind))

    async def _ask(
        self, request: Request, task: str, name: tuple[str, str] = ("", ""), posted: tuple[bytes, str] = (b"", "")
    ) -> AsgiResponse:
        """The answer of a worker to *task*.

        Args:
            request: the request.
            task: a key of :data:`kg.faces.web.tasks.TASKS`.
            name: the name in the path, and the format suffix.
            posted: the body of a POST request, and its media type.

        Raises:
            KgError: the task or the service raised it.
        """
        scope = request.scope
        raw = scope["query_string"]
        params, lang = parse(raw, *posted) if posted[1] else ((), "")  # a GET query string is decoded by the worker
        message = messages.Request(
            task=task,
            lang=lang or negotiate.preferred(scope["fields"]),
            params=params,
            path=name[0],
            suffix=name[1],
            accept=header(scope, b"accept"),
            base=base_url(scope["scheme"], header(scope, b"host"), self._settings),
            posted=bool(posted[1]),
            query="" if posted[1] else raw.decode("latin-1"),
        )
        answer = await self._service.ask(message, scope.get("tag", ""))
        tag = scope.get("tag", "") if answer.keep and answer.status == 200 else ""
        return AsgiResponse(answer, tag)

    async def _body(self, request: Request) -> bytes:
        """The complete body; refused if it is too large or arrives too slowly."""
        most, parts, size = self._settings.body, [], 0
        try:
            async with asyncio.timeout(self._settings.seconds):
                async for part in request.stream():
                    size += len(part)
                    if size > most:
                        raise HttpProblem(
                            "body", Text(f"请求超过 {most} 字节", f"the request has more than {most} bytes")
                        )
                    parts.append(part)
        except TimeoutError:
            raise HttpProblem("slow", Text("请求没有按时到齐", "the request did not arrive in time")) from None
        except ClientDisconnect:
            raise HttpProblem("slow", Text("请求没有到齐", "the request did not arrive whole")) from None
        return b"".join(parts)

    # -- endpoints that need no worker ----------------------------------------------------------------------------

    async def healthz(self, request: Request) -> Response:
        """Liveness: the process is running."""
        return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})

    async def readyz(self, request: Request) -> Response:
        """Readiness: whether requests can be answered."""
        ready = self._service.ready
        body = {"ready": ready, "dataset": self._service.dataset}
        return JSONResponse(body, 200 if ready else 503, {"Cache-Control": "no-store"})

    async def metrics(self, request: Request) -> Response:
        """The metrics in Prometheus' text format."""
        return PlainTextResponse(metrics.exposition(self._service), headers={"Cache-Control": "no-store"})

    async def static(self, request: Request) -> Response:
        """A static file. The paths are fixed, so none can lead outside the folder."""
        found = self._files.get(request.path_params["name"])
        if found is None:
            await _missing()
        body, media, tag = found
        headers = {"ETag": tag, "Cache-Control": "public, max-age=600"}
        if matches(request.headers.get("if-none-match", ""), tag):
            return Response(status_code=304, headers=headers)
        return Response(body, headers={**headers, "Content-Type": media})

    async def redirect_to_void(self, request: Request) -> Response:
        """Redirect VoID's well-known URI and the dataset's IRI to ``/void``."""
        return RedirectResponse(f"{self._settings.root_path.rstrip('/')}/void", 303)


class _Endpoint:
    """A function as the ASGI application of a route; its errors are answered by :mod:`kg.faces.web.middleware`.

    Args:
        answer: the function.
        post: whether it answers POST besides GET and HEAD.
    """

    def __init__(self, answer: Answers, post: bool) -> None:
        self._answer, self._methods = answer, ("GET", "HEAD", "OPTIONS", "POST")[: 3 + post]
        self._allow = {"Allow": ", ".join(self._methods)}

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        """Send the response.

        Raises:
            HttpProblem: the method is not accepted (405).
        """
        method: str = scope["method"]
        if method not in self._methods:
            what = Text(f"不接受 {method}", f"{method} is not accepted here")
            raise HttpProblem("method", what, headers=self._allow)
        if method == "OPTIONS":
            response = Response(status_code=204, headers=self._allow)
        else:
            response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)


async def _missing(*asgi: Any) -> NoReturn:
    """The ASGI application of all paths without a route (404)."""
    raise HttpProblem("not-found", Text("没有这个路径", "there is no such path"))


def base_url(scheme: str, host: str, settings: Settings) -> str:
    """The server's base URL for a client that has sent the Host header *host*."""
    if not _AUTHORITY.fullmatch(host):
        host = f"{settings.host}:{settings.port}"
    return f"{scheme}://{host}{settings.root_path.rstrip('/')}"


def _static() -> dict[str, tuple[bytes, str, str]]:
    """Path below ``static/`` → (bytes, media type, ETag) of the files there that pages may load."""
    with as_file(files("kg.faces.web").joinpath("static")) as folder:
        loaded = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.suffix in _STATIC}
        bodies = {name: path.read_bytes() for name, path in loaded.items()}
    return {
        name: (body, _STATIC[loaded[name].suffix], f'"{sha256(body).hexdigest()[:32]}"')
        for name, body in bodies.items()
    }
