"""What stands between a route and the workers: the question in one form, answers given before, problems in the reader's."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from starlette.requests import Request

from kg.build.freshness import CURRENT, read
from kg.errors import KgError, StoreError
from kg.faces.web import metrics, negotiate
from kg.faces.web.asked import Question, Wrong
from kg.faces.web.cache import Answer, Cache
from kg.faces.web.desk import unpack
from kg.faces.web.problems import MEDIA, plain, problem, told
from kg.faces.web.settings import VERSION, Settings
from kg.store.pool import Pool
from kg.terms import LANGS, Text

LOG: Final = logging.getLogger("kg.serve")
Params = Sequence[tuple[str, str]]
_BASED: Final = frozenset(("endpoint", "void", "openapi"))
"""Tasks whose answer names the server itself."""
_VOLATILE: Final = re.compile(r"(?<![?$:\w])(?:now|rand|uuid|struuid|bnode)\b|\\u", re.IGNORECASE)
"""What makes a query answer differently each time (SPARQL 1.1 17.4); such an answer is not kept. A comment may stand
between the name of a function and its bracket, so the name alone is enough."""
_WORDS: Final = ("now", "rand", "uuid", "bnode", "\\u")
"""What any of these functions must hold; looked for first, as the expression takes a tenth of a second for a megabyte."""
_AUTHORITY: Final = re.compile(r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?", re.ASCII)
_FRAME: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_NONE: Final[Mapping[str, str]] = MappingProxyType({})
_WATCH: Final = 1.0
"""Seconds between two looks whether the graph was built anew."""


class Front:
    """The workers of one server process, and what they have answered.

    Args:
        settings: of the server.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.cache = Cache(settings.cache)
        self.dataset = ""
        self.in_flight = 0
        self._seed = sha256()
        self.pool: Pool | None = None
        self._folder = Path()
        self._leaving: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Load the current graph.

        Raises:
            StoreError: there is none, or it cannot be read.
        """
        self.pool = await self._take(self._current())
        gc.collect()
        gc.freeze()  # what is there now stays; to look through it again and again would take a tenth of the time

    async def watch(self) -> None:
        """Follow ``current``: when it points at another build, load that beside the old one, then change over."""
        broken = None
        while True:
            await asyncio.sleep(_WATCH)
            metrics.note(self)
            folder = self._current()
            try:
                if folder not in (self._folder, broken):
                    old, self.pool = self.pool, await self._take(folder)
                    if old:
                        self._leave(old)
            except (StoreError, OSError) as error:  # the old graph still answers
                broken = folder
                LOG.error(
                    "a rebuilt graph cannot be loaded", extra={"fields": {"graph": folder.name, "why": str(error)}}
                )

    def _leave(self, pool: Pool) -> None:
        """Let *pool* finish what it is at and what waits for it, and go; each may take as long as a query may."""
        task = asyncio.get_running_loop().create_task(pool.close(2 * self.settings.seconds + 1))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def close(self) -> None:
        """End the workers, after what they are at."""
        if self.pool:
            await self.pool.close(4.0)

    def _current(self) -> Path:
        return (Path(self.settings.store) / CURRENT).resolve()

    async def _take(self, folder: Path) -> Pool:
        made = read(folder / "manifest.json")
        if made is None:
            raise StoreError(
                Text(f"{folder} 里没有可用的图谱", f"there is no readable graph in {folder}"),
                hint=Text("运行 kg build", "run kg build"),
            )
        s = self.settings
        pool = Pool(
            "kg.faces.web.desk:open_desk",
            (str(folder), s.root_path, asdict(s.limits)),
            workers=s.workers,
            memory=s.memory,
            waiting=s.waiting,
        )
        await pool.start()
        self._folder, self.dataset = folder, str(made["dataset_sha256"])
        self._seed = sha256(f"{VERSION}\n{s.root_path}\n{self.dataset}\n".encode())
        self.cache.clear()
        return pool

    # -- one request ------------------------------------------------------------------------------------------

    async def ask(self, request: Request, make: Callable[[Request, bytes], Question], body: bytes = b"") -> Answer:
        """The answer to *request*: from before, where nothing has changed, else a worker's to the question in it.

        Args:
            request: the request.
            make: reads the question from the request and its body.
            body: what was posted.

        Raises:
            Wrong: as *make* raises it.
        """
        headers: Mapping[bytes, bytes] = request.scope["told"]
        key = self._key(request.scope, headers, body)
        tag = f'"{key}"' if request.scope["method"] != "POST" else ""  # RFC 9110 13.1.2: 304 is for GET and HEAD
        condition = headers.get(b"if-none-match", b"").decode("latin-1") if tag else ""
        if matches(condition, tag):
            return _unchanged(tag)
        answer = self.cache.get(key)
        if answer is None:
            question = make(request, body)
            keep = question.task != "sparql" or not _volatile(" ".join(value for _, value in question.params))
            tag = tag if keep else ""
            answer = await self._fresh(request, question, tag)
            if keep and answer.status == 200:
                self.cache.put(key, answer)
        if condition.strip() == "*" and answer.status == 200:  # matches whatever is there, and it is
            return _unchanged(tag)
        return answer

    def _key(self, scope: Mapping[str, Any], headers: Mapping[bytes, bytes], body: bytes) -> str:
        """What an answer hangs on: dataset, program, place of the server, and all of the request that a task can see."""
        key = self._seed.copy()
        lang = negotiate.language(headers.get(b"accept-language", b"").decode("latin-1"))
        path = scope["path"].encode("utf-8", "surrogatepass")
        told = (headers.get(name, b"") for name in (b"accept", b"host", b"content-type"))
        posted = b"POST" if scope["method"] == "POST" else b""
        key.update(b"\n".join((posted, lang.encode(), path, scope["query_string"], *told, body)))
        return key.hexdigest()[:32]

    async def _fresh(self, request: Request, question: Question, tag: str) -> Answer:
        lang = _language(request, question.params)
        if wrong := next((value for key, value in question.params if key == "lang" and value not in ("", *LANGS)), ""):
            raise Wrong("usage", f"没有语言 {wrong}", f"there is no language {wrong}", Text("zh 或 en", "zh or en"))
        if self.pool is None:
            return self.refuse(request, told(StoreError(Text("图谱尚未载入", "the graph is not loaded yet"))), lang)
        asked = {
            "task": question.task,
            "lang": lang,
            "accept": request.scope["told"].get(b"accept", b"").decode("latin-1"),
            "suffix": question.suffix,
            "path": question.path,
            "base": base_url(request, self.settings) if question.task in _BASED else "",
            "params": [p for p in question.params if p[0] != "lang"],
        }
        try:
            head, body = unpack(
                await self.pool.call(_FRAME(asked).encode("utf-8", "surrogatepass"), self.settings.seconds)
            )
        except KgError as error:
            return self.refuse(request, told(error), lang)
        if "trace" in head:
            LOG.error(
                "a task failed", extra={"fields": {"id": request.scope["request_id"], "traceback": head["trace"]}}
            )
        if "error" in head:
            return self.refuse(request, head["error"], lang)
        tag = tag if head["status"] == 200 else ""
        return Answer.of(head["status"], _headers({"Content-Type": head["media"], **head["headers"]}, tag, lang), body)

    @staticmethod
    def refuse(request: Request, error: dict[str, Any], lang: str = "", headers: Mapping[str, str] = _NONE) -> Answer:
        """A problem, as JSON or, to a browser, as a small page."""
        lang = lang or _language(request)
        status, body = problem(error, lang, request.scope.get("request_id", ""))
        media = negotiate.media(request.headers.get("accept", ""), [MEDIA, "application/json", "text/html"])
        if media == "text/html":
            kind, text = "text/html; charset=utf-8", _page(body, lang)
        else:
            kind, text = MEDIA, json.dumps(body, ensure_ascii=False).encode() + b"\n"
        more = {"Retry-After": "1"} if status == 503 else {}
        return Answer.of(status, _headers({"Content-Type": kind, **more, **headers}, "", lang), text)

    def refusal(self, request: Request, wrong: Wrong, headers: Mapping[str, str] = _NONE) -> Answer:
        """A problem of the HTTP layer itself."""
        return self.refuse(request, plain(*wrong.told), "", headers)


def _volatile(query: str) -> bool:
    """Whether *query* may answer differently each time."""
    lowered = query.lower()
    return any(word in lowered for word in _WORDS) and _VOLATILE.search(query) is not None


def base_url(request: Request, settings: Settings) -> str:
    """URL under which the client sees the server."""
    host = request.headers.get("host", "")
    if not _AUTHORITY.fullmatch(host):
        host = f"{settings.host}:{settings.port}"
    return f"{request.scope.get('scheme', 'http')}://{host}{settings.root_path.rstrip('/')}"


def _language(request: Request, params: Params | None = None) -> str:
    """``zh`` or ``en``, by the parameter ``lang`` (where *params* could not be read, the URL's), else by the browser's wish."""
    asked = request.query_params.multi_items() if params is None else params
    told = next((value for key, value in asked if key == "lang" and value in LANGS), "")
    return told or negotiate.language(request.headers.get("accept-language", ""))


def _unchanged(tag: str) -> Answer:
    return Answer.of(304, _headers({}, tag, ""))


def _headers(own: Mapping[str, str], tag: str, lang: str) -> dict[str, str]:
    headers = {"Vary": "Accept, Accept-Language", "Cache-Control": "no-cache" if tag else "no-store", **own}
    if tag:
        headers["ETag"] = tag
    if headers.get("Content-Type", "").startswith("text/html"):
        headers["Content-Language"] = lang
    return headers


def matches(condition: str, tag: str) -> bool:
    """Whether If-None-Match names *tag* (weak comparison, RFC 9110 13.1.2); ``*`` names none."""
    return any(t.strip().removeprefix("W/") == tag for t in condition.split(",")) if condition else False


def _page(body: dict[str, Any], lang: str) -> bytes:
    hint = f"<p>{escape(body['hint'])}</p>" if "hint" in body else ""
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>{escape(body["title"])}</title>'
        f"<h1>{body['status']} {escape(body['title'])}</h1><p>{escape(body['detail'])}</p>{hint}"
        f"<p><small>{escape(body['type'])} · {escape(body['instance'])}</small></p></html>"
    ).encode()
