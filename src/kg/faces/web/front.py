"""What stands between a route and the workers: the question in one form, answers given before, problems in the reader's."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Sequence
from dataclasses import asdict
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from kg.build.freshness import CURRENT, read
from kg.errors import KgError, StoreError
from kg.faces.web import negotiate
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
        self.pool: Pool | None = None
        self._folder = Path()
        self._leaving: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Load the current graph.

        Raises:
            StoreError: there is none, or it cannot be read.
        """
        self.pool = await self._take(self._current())

    async def watch(self) -> None:
        """Follow ``current``: when it points at another build, load that beside the old one, then change over."""
        broken = None
        while True:
            await asyncio.sleep(_WATCH)
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
        self.cache.clear()
        return pool

    # -- one request ------------------------------------------------------------------------------------------

    async def ask(
        self, request: Request, task: str, params: Params = (), *, path: str = "", suffix: str = ""
    ) -> Response:
        """The answer of *task*, from before where nothing changed, else from a worker."""
        headers, lang = request.headers, _language(request, params)
        if wrong := next((value for key, value in params if key == "lang" and value not in ("", *LANGS)), ""):
            hint = Text("zh 或 en", "zh or en")
            return self.refusal(request, "usage", f"没有语言 {wrong}", f"there is no language {wrong}", hint)
        asked = {
            "task": task,
            "lang": lang,
            "accept": headers.get("accept", ""),
            "suffix": suffix,
            "path": path,
            "base": base_url(request, self.settings) if task in _BASED else "",
            "params": [list(p) for p in params if p[0] != "lang"],
        }
        frame = json.dumps(asked, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        key = sha256(f"{VERSION}\n{self.settings.root_path}\n{self.dataset}\n".encode() + frame).hexdigest()
        keep = task != "sparql" or not _volatile(" ".join(value for _, value in params))
        tag = f'"{key[:32]}"' if keep and request.method != "POST" else ""  # RFC 9110 13.1.2: 304 is for GET and HEAD
        condition = headers.get("if-none-match", "") if tag else ""
        if matches(condition, tag):
            return Response(status_code=304, headers=_headers((), tag, lang))
        kept = self.cache.get(key) if keep else None
        if kept is None:
            kept = await self._fresh(request, frame, lang)
            if keep and kept.status == 200:
                self.cache.put(key, kept)
        if kept.status != 200:
            tag = ""
        elif condition.strip() == "*":  # matches whatever is there, and it is
            return Response(status_code=304, headers=_headers((), tag, lang))
        return Response(kept.body, kept.status, _headers(kept.headers, tag, lang))

    async def _fresh(self, request: Request, frame: bytes, lang: str) -> Answer:
        if self.pool is None:
            return self.refuse(request, told(StoreError(Text("图谱尚未载入", "the graph is not loaded yet"))), lang)
        try:
            head, body = unpack(await self.pool.call(frame, self.settings.seconds))
        except KgError as error:
            return self.refuse(request, told(error), lang)
        if "trace" in head:
            LOG.error(
                "a task failed", extra={"fields": {"id": request.scope["request_id"], "traceback": head["trace"]}}
            )
        if "error" in head:
            return self.refuse(request, head["error"], lang)
        return Answer(head["status"], (("Content-Type", head["media"]), *head["headers"].items()), body)

    @staticmethod
    def refuse(request: Request, error: dict[str, Any], lang: str = "") -> Answer:
        """A problem, as JSON or, to a browser, as a small page."""
        lang = lang or _language(request)
        status, body = problem(error, lang, request.scope.get("request_id", ""))
        more = (("Retry-After", "1"),) if status == 503 else ()
        if negotiate.media(request.headers.get("accept", ""), [MEDIA, "application/json", "text/html"]) == "text/html":
            return Answer(status, (("Content-Type", "text/html; charset=utf-8"), *more), _page(body, lang))
        text = json.dumps(body, ensure_ascii=False).encode() + b"\n"
        return Answer(status, (("Content-Type", MEDIA), *more), text)

    def refusal(self, request: Request, code: str, zh: str, en: str, hint: Text | None = None) -> Response:
        """A problem of the HTTP layer itself."""
        lang = _language(request)
        made = self.refuse(request, plain(code, zh, en, hint), lang)
        return Response(made.body, made.status, _headers(made.headers, "", lang))


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


def _headers(own: Sequence[tuple[str, str]], tag: str, lang: str) -> dict[str, str]:
    headers = {"Vary": "Accept, Accept-Language", "Cache-Control": "no-cache" if tag else "no-store", **dict(own)}
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
