"""A store folder that is always whole: written beside, then made current by one rename of a link.

build/
├── current -> v-3f2a…      the link that a reader follows
├── v-3f2a…/                one build: dataset.nq, index/, manifest.json, lookup.json, queries.json, SHA256SUMS, …
├── v-3f2a….2/              the same inputs built again by force; the first stands until the link has turned
└── lock                    held (flock) while a build is at work
"""

from __future__ import annotations

import errno
import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final

from kg.errors import BuildRunning, StoreError, reason
from kg.pipeline.freshness import CURRENT
from kg.pipeline.ownership import LOCK, is_ours, mark, refuse_foreign, remove
from kg.terms import Text

_POLL: Final = 0.1
"""Seconds between two attempts to take the lock."""


@contextmanager
def locked(home: Path, wait: float = 0.0) -> Iterator[None]:
    """Hold the build lock of *home*; the kernel frees it however the process ends.

    Args:
        home: the store's folder.
        wait: seconds to wait for another process that holds it.

    Raises:
        BuildRunning: another process holds it, and still does after that time.
        StoreError: the folder holds the files of others, or cannot be made or written.
    """
    with writing(home):
        refuse_foreign(home)
        _make(home)
        # A link is not followed, and nothing is written or cut: whatever file it were, it would stay as it is.
        lock = os.open(home / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
    try:
        end = time.monotonic() + wait
        while not _taken(lock):
            if time.monotonic() >= end:
                raise BuildRunning(
                    Text(f"{home} 中已有一个构建在进行", f"another build is at work in {home}"),
                    hint=Text("等它结束,或换一个 --store", "wait for it, or name another --store"),
                )
            time.sleep(_POLL)
        yield
    finally:
        os.close(lock)


def _taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _make(home: Path) -> None:
    """Make the folder *home* and those above it, so that a power failure does not lose them."""
    missing = [place for place in (home, *home.parents) if not place.exists()]
    home.mkdir(parents=True, exist_ok=True)
    for place in missing:
        _sync(place.parent)


@contextmanager
def replacing(home: Path, name: str) -> Iterator[Path]:
    """A fresh folder to fill; when the block ends well it becomes the current one, else it is removed.

    Whatever happens before the link turns, readers keep the old store: no version is removed or overwritten before. What
    the link leads to is on the disk by then, so a power failure leaves one of the two, and whole.
    """
    with writing(home):
        fresh = Path(tempfile.mkdtemp(prefix="tmp-", dir=home))
        try:
            mark(fresh)
            # mkdtemp shuts all others out; who may read the store's folder may read the graph, and nobody else writes it
            fresh.chmod(home.stat().st_mode & 0o755)
            yield fresh
            _sync_all(fresh)
            before = home / (home / CURRENT).readlink() if (home / CURRENT).is_symlink() else None
            free = (home / (name if n == 1 else f"{name}.{n}") for n in count(1))
            final = next(place for place in free if not os.path.lexists(place))
            fresh.rename(final)
            _sync(home)
            link = final / f".{CURRENT}"
            link.symlink_to(final.name)
            link.replace(home / CURRENT)
            _sync(home)
        finally:
            if fresh.exists():
                remove(fresh)
        _sweep(home, {final, before})


@contextmanager
def writing(home: Path) -> Iterator[None]:
    """Turn what the disk refuses into a StoreError that says what to do."""
    try:
        yield
    except OSError as error:
        why = reason(error)
        raise StoreError(
            Text(f"写不进 {home}:{why.zh}", f"cannot write to {home}: {why.en}"),
            hint=Text(
                "旧图谱未受影响;腾出空间或检查权限后再运行 kg build",
                "the old store is untouched; free some space or check permissions, then run kg build again",
            ),
        ) from error


def _sweep(home: Path, keep: set[Path | None]) -> None:
    """Remove what earlier builds left, but for *keep*: the current store and the one before (readers may hold it)."""
    for stale in {*home.glob("tmp-*"), *home.glob("v-*")} - keep:
        if is_ours(stale):
            remove(stale)


def _sync_all(folder: Path) -> None:
    """Wait until the disk has *folder* and all that is in it."""
    for path in (*folder.rglob("*"), folder):
        _sync(path)


def _sync(path: Path) -> None:
    """Wait until the disk has the file or the entries of the folder *path*."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network file systems sync no folder (fsync(2))
            raise
    finally:
        os.close(fd)
