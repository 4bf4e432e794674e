"""What stands between a route and the workers: the question in one form, answers given before, problems in the reader's."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import marshal
import re
from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from hashlib import sha256
from html import escape
from os.path import realpath
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
_AUTHORITY: Final = re.compile(r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?", re.ASCII)
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
        return Path(
            realpath(Path(self.settings.store) / CURRENT)
        )  # never raises, as Path.resolve does on a loop of links

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

    async def ask(self, request: Request, question: Question, body: bytes = b"", kind: str = "") -> Answer:
        """The answer to *request*: from before, where nothing has changed, else a worker's.

        Args:
            request: the request.
            question: what its path asks for.
            body: what was posted.
            kind: media type of *body*.
        """
        headers: Mapping[bytes, bytes] = request.scope["told"]
        lang = negotiate.language(headers.get(b"accept-language", b"").decode("latin-1"))
        key = self._key(request.scope, headers, lang, (kind, body))
        tag = f'"{key}"' if request.scope["method"] != "POST" else ""  # RFC 9110 13.1.2: 304 is for GET and HEAD
        condition = headers.get(b"if-none-match", b"").decode("latin-1") if tag else ""
        if matches(condition, tag):
            return _unchanged(tag)
        answer = self.cache.get(key)
        if answer is None:
            asked = {
                **question._asdict(),
                "lang": lang,
                "accept": headers.get(b"accept", b"").decode("latin-1"),
                "base": base_url(request.scope["scheme"], headers.get(b"host", b""), self.settings),
                "query": request.scope["query_string"],
                "body": body,
                "kind": kind,
            }
            answer, keep = await self._fresh(request, asked, tag)
            if keep:
                self.cache.put(key, answer)
        if condition.strip() == "*" and answer.tagged:  # matches whatever is there, and it is
            return _unchanged(tag)
        return answer

    def _key(
        self, scope: Mapping[str, Any], headers: Mapping[bytes, bytes], lang: str, posted: tuple[str, bytes]
    ) -> str:
        """What an answer hangs on: dataset, program, place of the server, and all of the request that a task can see."""
        key = self._seed.copy()
        told = headers.get(b"accept", b""), headers.get(b"host", b"")
        key.update(marshal.dumps((scope["method"] == "POST", lang, scope["path"], scope["query_string"], told, posted)))
        return key.hexdigest()[:32]

    async def _fresh(self, request: Request, asked: dict[str, Any], tag: str) -> tuple[Answer, bool]:
        """A worker's answer, and whether it holds as long as the dataset does."""
        if self.pool is None:
            return self.refuse(request, told(StoreError(Text("图谱尚未载入", "the graph is not loaded yet")))), False
        try:
            head, body = unpack(await self.pool.call(marshal.dumps(asked), self.settings.seconds))
        except KgError as error:
            return self.refuse(request, told(error)), False
        if "trace" in head:
            LOG.error(
                "a task failed", extra={"fields": {"id": request.scope["request_id"], "traceback": head["trace"]}}
            )
        if "error" in head:
            return self.refuse(request, head["error"], head["lang"]), False
        keep = head["keep"] and head["status"] == 200
        headers = _headers({"Content-Type": head["media"], **head["headers"]}, head["lang"], kept=bool(keep and tag))
        return Answer.of(head["status"], headers, body, tag if keep else ""), keep

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
        return Answer.of(status, _headers({"Content-Type": kind, **more, **headers}, lang), text)

    def refusal(self, request: Request, wrong: Wrong, headers: Mapping[str, str] = _NONE) -> Answer:
        """A problem of the HTTP layer itself."""
        return self.refuse(request, plain(*wrong.told), "", headers)


@lru_cache(maxsize=256)
def base_url(scheme: str, host: bytes, settings: Settings) -> str:
    """URL under which a client sees the server that has sent *host*."""
    name = host.decode("latin-1")
    if not _AUTHORITY.fullmatch(name):
        name = f"{settings.host}:{settings.port}"
    return f"{scheme}://{name}{settings.root_path.rstrip('/')}"


def _language(request: Request) -> str:
    """``zh`` or ``en``, by the parameter ``lang``, else by the browser's wish; of a request that may have neither right."""
    asked = request.query_params.getlist("lang")
    told = next((value for value in asked if value in LANGS), "")
    return told or negotiate.language(request.headers.get("accept-language", ""))


def _unchanged(tag: str) -> Answer:
    """Not modified. It names no policy: that of the answer which the client has holds on (RFC 9111 3.2)."""
    head = "".join(f"{name}: {value}\r\n" for name, value in (*_headers({}, "", kept=True).items(), ("etag", tag)))
    return Answer(304, head.encode("latin-1"))


def _headers(own: Mapping[str, str], lang: str, *, kept: bool = False) -> dict[str, str]:
    headers = {"Vary": "Accept, Accept-Language", "Cache-Control": "no-cache" if kept else "no-store", **own}
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
