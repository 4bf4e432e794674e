"""A store folder that is always whole: written beside, then made current by one rename of a link.

build/
├── current -> v-3f2a…      the link that a reader follows
├── v-3f2a…/                one build: dataset.nq, index/, manifest.json, lookup.json, queries.json, …
├── v-3f2a….2/              the same inputs built again by force; the first stands until the link has turned
└── lock                    held (flock) while a build is at work
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import IO, Final

from kg.build.freshness import CURRENT
from kg.errors import BuildRunning, StoreError
from kg.terms import Text

_LOOK: Final = 0.1
"""Seconds between two looks whether the lock is free."""


@contextmanager
def locked(home: Path, wait: float = 0.0) -> Iterator[None]:
    """Hold the build lock of *home*; the kernel frees it however the process ends.

    Args:
        home: the store's folder.
        wait: seconds to wait for another process that holds it.

    Raises:
        BuildRunning: another process holds it, and still does after that time.
        StoreError: the folder cannot be made or written.
    """
    with writing(home):
        home.mkdir(parents=True, exist_ok=True)
        handle = (home / "lock").open("w")
    with handle:
        end = time.monotonic() + wait
        while not _taken(handle):
            if time.monotonic() >= end:
                raise BuildRunning(
                    Text(f"{home} 中已有一个构建在进行", f"another build is at work in {home}"),
                    hint=Text("等它结束,或换一个 --store", "wait for it, or name another --store"),
                )
            time.sleep(_LOOK)
        yield


def _taken(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def replacing(home: Path, name: str) -> Iterator[Path]:
    """A fresh folder to fill; when the block ends well it becomes the current one, else it is removed.

    Whatever happens before the link turns, readers keep the old store: no version is removed or overwritten before.
    """
    with writing(home):
        fresh = Path(tempfile.mkdtemp(prefix="tmp-", dir=home))
        # mkdtemp shuts all others out; who may read the store's folder may read the graph, and nobody else writes it
        fresh.chmod(home.stat().st_mode & 0o755)
        try:
            yield fresh
            before = home / (home / CURRENT).resolve().name
            free = (home / (name if n == 1 else f"{name}.{n}") for n in count(1))
            final = next(place for place in free if not place.exists())
            fresh.rename(final)
            link = home / f"{CURRENT}.new"
            link.unlink(missing_ok=True)
            link.symlink_to(final.name)
            link.replace(home / CURRENT)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        _sweep(home, {final, before})


@contextmanager
def writing(home: Path) -> Iterator[None]:
    """Turn what the disk refuses into a StoreError that says what to do."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise StoreError(
            Text(
                f"写不进 {home}:{'磁盘已满' if full else error.strerror or error}",
                f"cannot write to {home}: {error.strerror or error}",
            ),
            hint=Text(
                "旧图谱未受影响;腾出空间或检查权限后再运行 kg build",
                "the old store is untouched; free some space or check permissions, then run kg build again",
            ),
        ) from error


def _sweep(home: Path, keep: set[Path]) -> None:
    """Remove what earlier builds left, but for *keep*: the current store and the one before (readers may hold it)."""
    for stale in {*home.glob("tmp-*"), *home.glob("v-*")} - keep:
        shutil.rmtree(stale, ignore_errors=True)


def sync(path: Path) -> None:
    """Ask the disk to keep *path* before the rename makes it current."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
