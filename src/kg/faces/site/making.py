"""Makes all files of a site: asks workers for one page after the other, and follows the links of each."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from kg.errors import StoreError
from kg.faces.site.folder import replacing, write_manifest
from kg.faces.site.own import own_files
from kg.faces.site.sitemap import SiteFile
from kg.faces.site.tasks import TASK, unpacked
from kg.service.messages import Request
from kg.service.service import Options, Service
from kg.store.answers import Limits
from kg.terms import Lang, Text

_LIMITS: Final = Limits(seconds=600.0, rows=1_000_000, size=2**30, memory=2**32)
"""Those of one page: a site is made once, and nobody else waits for the same workers."""
_AHEAD: Final = 2
"""Pages for each worker that are asked at once, so that no worker waits for the next."""
_HOME: Final = SiteFile("/", "index")

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Site:
    """A site that was made.

    Attributes:
        files: number of its files.
        size: their bytes.
        failed: addresses of pages for which the server had no answer; the file of each says why.
    """

    files: int
    size: int
    failed: tuple[str, ...]


def make(store: str | Path, folder: Path, first: Lang, progress: Progress | None = None) -> Site:
    """Make the site of the current graph of *store* in *folder*.

    Args:
        store: the store folder, or the URL of a store.
        folder: the site's folder; missing, empty, or an older site, which is replaced.
        first: the language in which the site begins.
        progress: called with the numbers of pages that are made, and that are known.

    Raises:
        OutputError: *folder* has other files, or cannot be written. StoreError: there is no graph, or it was built again
            meanwhile. LimitReached: a worker has ended without an answer.
    """
    with replacing(folder) as fresh:
        return asyncio.run(_Making(fresh, progress).run(store, first))


class _Making:
    """One run.

    Args:
        folder: where to write.
        progress: as for :func:`make`.
    """

    def __init__(self, folder: Path, progress: Progress | None) -> None:
        self._folder, self._progress = folder, progress
        self._known: set[SiteFile] = set()
        self._waiting: deque[SiteFile] = deque()
        self._digests: dict[str, str] = {}
        self._size = 0
        self._failed: list[str] = []

    async def run(self, store: str | Path, first: Lang) -> Site:
        workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        tasks = "kg.faces.site.tasks:tasks"
        service = Service(Options(store, tasks, (first,), _LIMITS, workers, waiting=_AHEAD * workers))
        try:
            await service.open()
            dataset = service.dataset
            self._note([_HOME, *own_files().values()])
            await self._ask_all(service, _AHEAD * workers)
            if service.dataset != dataset:
                raise StoreError(
                    Text("图谱在生成站点时重建了", "the graph was built again while the site was made"),
                    hint=Text("再运行一次 kg site", "run kg site again"),
                )
        finally:
            await service.close(0)
        write_manifest(self._folder, dataset, self._digests)
        return Site(len(self._digests) + 1, self._size, tuple(sorted(self._failed)))

    async def _ask_all(self, service: Service, most: int) -> None:
        running: set[asyncio.Task[None]] = set()
        try:
            while self._waiting or running:
                while self._waiting and len(running) < most:
                    running.add(asyncio.create_task(self._ask(service, self._waiting.popleft())))
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
                if self._progress:
                    self._progress(len(self._known) - len(self._waiting) - len(running), len(self._known))
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _ask(self, service: Service, site_file: SiteFile) -> None:
        answer = await service.ask(Request(TASK, params=tuple(vars(site_file).items())), site_file.url)
        made = unpacked(answer.body)
        for file, body in made.files.items():
            self._write(file, body)
        if made.failed:
            self._failed.append(site_file.url)
        self._note(made.links)

    def _note(self, found: Iterable[SiteFile]) -> None:
        """Remember pages that are to be made, each once."""
        for site_file in found:
            if site_file not in self._known:
                self._known.add(site_file)
                self._waiting.append(site_file)

    def _write(self, file: str, body: bytes) -> None:
        path = self._folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        if file not in self._digests:
            self._size += len(body)
        self._digests[file] = sha256(body).hexdigest()
