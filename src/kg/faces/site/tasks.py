"""The task of the workers that make a site: one page of the server in both languages, as files of the site.

A worker has the routes of :mod:`kg.faces.web.app` and asks them without a socket; so a site has what the server answers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Mapping, MutableMapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

from starlette.routing import Router

from kg.ask.texts import Texts
from kg.errors import KgError
from kg.faces.site.links import rewritten
from kg.faces.site.own import Own, own_files
from kg.faces.site.sitemap import SiteFile, SiteMap
from kg.faces.web import problems
from kg.faces.web.app import Routes
from kg.faces.web.context import HTML, Context
from kg.faces.web.pages import Pages
from kg.faces.web.settings import Settings
from kg.faces.web.tasks import answering
from kg.graph import KnowledgeGraph
from kg.service.messages import Request, Response
from kg.service.service import Options, Service
from kg.store.answers import Limits
from kg.store.embedded import EmbeddedStore
from kg.terms import LANGS, Lang

TASK: Final = "page"
_HOST: Final = b"localhost"
_REMEMBERED: Final = 512
"""Answers that a worker keeps."""


class Made(NamedTuple):
    """What a worker has made of one page.

    Attributes:
        files: path from the root of the site → content.
        links: the pages and files that they link to.
        failed: what the server answered instead of a page, or empty.
    """

    files: dict[str, bytes]
    links: list[SiteFile]
    failed: str


def tasks(graph: KnowledgeGraph, limits: Limits, first: Lang) -> Mapping[str, Callable[[Request], Response]]:
    """The task :data:`TASK` on *graph*; called once, in the fork server.

    Args:
        graph: the graph.
        limits: the limits of one answer.
        first: the language in which the site begins.
    """
    maker = _Maker(graph, limits, first)
    return {TASK: lambda request: Response(packed(maker.make(SiteFile(**dict(request.params)))))}


def packed(made: Made) -> bytes:
    """*made* as a line of JSON and the contents of the files."""
    head = {
        "files": [(file, len(body)) for file, body in made.files.items()],
        "links": [vars(site_file) for site_file in made.links],
        "failed": made.failed,
    }
    return b"".join([json.dumps(head).encode(), b"\n", *made.files.values()])


def unpacked(message: bytes) -> Made:
    """What :func:`packed` has packed."""
    line, _, rest = message.partition(b"\n")
    head, files, start = json.loads(line), {}, 0
    for file, length in head["files"]:
        files[file] = rest[start : start + length]
        start += length
    return Made(files, [SiteFile(**fields) for fields in head["links"]], head["failed"])


class _InProcess(Service):
    """A service that runs tasks in this process instead of in workers."""

    def __init__(self, table: Mapping[str, Callable[[Request], Response]]) -> None:
        super().__init__(Options(Path(), ""))
        self._table = table

    async def ask(self, request: Request, key: Any = "") -> Response:
        return self._table[request.task](request)


class _Remembering(EmbeddedStore):
    """A store that evaluates a SELECT query once: a page asks the same in both languages, and many pages ask the same."""

    select = lru_cache(maxsize=_REMEMBERED)(EmbeddedStore.select)


@dataclass
class _Response:
    """A response of the routes, as far as it was sent."""

    status: int = 0
    media: str = ""
    body: bytes = b""

    async def send(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status, self.media = message["status"], dict(message["headers"])[b"content-type"].decode()
        else:
            self.body += message.get("body", b"")


class _Maker:
    """Makes the files of pages, in one worker."""

    def __init__(self, graph: KnowledgeGraph, limits: Limits, first: Lang) -> None:
        if isinstance(graph.store, EmbeddedStore):
            graph.store = _Remembering.of(graph.store.index)
        settings = Settings(store="")
        table: dict[str, Callable[[Request], Response]] = {}
        routes = Routes(settings, _InProcess(table)).table()
        self._router = Router(routes, redirect_slashes=False)
        self._site_map = SiteMap(graph.catalogue, routes, own_files())
        pages = Pages(graph, "", static=self._site_map, packages=["kg.faces.site"])
        context = Context(graph, pages, limits, Texts(graph.store, graph.names))
        table.update(answering(context))
        self._own = Own(context, self._site_map, first)
        self._sent: set[str] = set()

    def make(self, site_file: SiteFile) -> Made:
        """What *site_file* has in the site: one file that both languages share, or one for each."""
        made = Made({}, [], "")
        found = dict.fromkeys(self._own.leads_to(site_file.url))
        failed = ""
        for lang in LANGS[:1] if site_file.shared else LANGS:
            response = self._response(site_file.url, lang)
            body, file = response.body, site_file.file(lang)
            if response.status != 200:
                failed = f"{response.status}"
            if response.media == HTML:
                page = rewritten(body.decode(), self._site_map, site_file.url, file, lang)
                found |= page.links
                made.files.update(self._parts(page.parts))
                body = page.html.encode()
            made.files[file] = body
        return made._replace(links=list(found), failed=failed)

    def _parts(self, parts: Mapping[str, str]) -> dict[str, bytes]:
        """Those of the files of :attr:`Page.parts` that this worker has not sent yet."""
        new = {file: text.encode() for file, text in parts.items() if file not in self._sent}
        self._sent.update(new)
        return new

    def _response(self, url: str, lang: Lang) -> _Response:
        path, _, query = url.partition("?")
        own = self._own.make(path, lang)
        if own is not None:
            return _Response(200, "" if "." in path else HTML, own)
        scope = _scope(path, query, lang)
        response = _Response()
        try:
            _run(self._router(scope, _nothing, response.send))
        except KgError as error:
            answer = problems.answer(error, scope, "")
            return _Response(answer.status, answer.media, answer.body)
        return response


def _scope(path: str, query: str, lang: str) -> dict[str, Any]:
    """The ASGI scope of a GET request, with what :mod:`kg.faces.web.middleware` adds to it."""
    headers = [(b"host", _HOST), (b"accept", b"text/html, */*;q=0.1"), (b"accept-language", lang.encode())]
    return {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": headers,
        "fields": dict(headers),
        "request_id": "site",
    }


async def _nothing() -> MutableMapping[str, Any]:
    """What a client sends after a GET request: nothing more."""
    return {"type": "http.request", "body": b"", "more_body": False}


def _run(coroutine: Coroutine[Any, Any, Any]) -> None:
    """Run *coroutine*, which waits for nothing: its service answers in this process. So no event loop is needed."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    coroutine.close()
    raise RuntimeError("a route of the server has waited for something")
