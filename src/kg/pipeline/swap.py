"""Replaces a build atomically: a new build is written to a new folder, then the link ``current`` is renamed to it.

build/
├── current -> v-3f2a…      the link that readers follow
├── v-3f2a…/                one build: dataset.nq, index/, manifest.json, lookup.json, queries.json, SHA256SUMS, …
├── v-3f2a….2/              the same inputs built again with --force
└── lock                    locked with flock(2) during a build
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
    """Hold the build lock of *home*. The kernel releases it when the process ends.

    Args:
        home: the store folder.
        wait: seconds to wait for another process that holds the lock.

    Raises:
        BuildRunning: another process still holds the lock after *wait* seconds.
        StoreError: the folder contains files that kg did not write, or cannot be created or written.
    """
    with writing(home):
        refuse_foreign(home)
        _make(home)
        # No link is followed, and the file is neither written nor truncated, so no other file can be damaged.
        lock = os.open(home / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
    try:
        end = time.monotonic() + wait
        while not _acquire(lock):
            if time.monotonic() >= end:
                raise BuildRunning(
                    Text(f"{home} 中已有一个构建在进行", f"another build is at work in {home}"),
                    hint=Text("等它结束,或换一个 --store", "wait for it, or name another --store"),
                )
            time.sleep(_POLL)
        yield
    finally:
        os.close(lock)


def _acquire(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _make(home: Path) -> None:
    """Create the folder *home* and its missing parents, and sync them to disk."""
    missing = [place for place in (home, *home.parents) if not place.exists()]
    home.mkdir(parents=True, exist_ok=True)
    for place in missing:
        _sync(place.parent)


@contextmanager
def replacing(home: Path, name: str) -> Iterator[Path]:
    """A context with a new folder to fill. On success, the folder becomes the current build; on error, it is removed.

    No older build is removed or overwritten before the link ``current`` is replaced. The new build is synced to disk
    before that, so after a power failure the link leads to a complete build, the old one or the new one.
    """
    with writing(home):
        fresh = Path(tempfile.mkdtemp(prefix="tmp-", dir=home))
        try:
            mark(fresh)
            # mkdtemp creates a folder with mode 0700; the graph gets the read permissions of the store folder
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
    """A context in which an OSError becomes a StoreError with a hint."""
    try:
        yield
    except OSError as error:
        why = reason(error)
        raise StoreError(
            Text(f"写不进 {home}:{why.zh}", f"cannot write to {home}: {why.en}"),
            hint=Text(
                "旧图谱未受影响;腾出空间或检查权限后再运行 kg build",
                "the last build is kept; free some space or check permissions, then run kg build again",
            ),
        ) from error


def _sweep(home: Path, keep: set[Path | None]) -> None:
    """Remove all builds except *keep*: the current one, and the previous one, which readers may still use."""
    for stale in {*home.glob("tmp-*"), *home.glob("v-*")} - keep:
        if is_ours(stale):
            remove(stale)


def _sync_all(folder: Path) -> None:
    """Sync *folder* and everything in it to disk."""
    for path in (*folder.rglob("*"), folder):
        _sync(path)


def _sync(path: Path) -> None:
    """Sync the file, or the entries of the folder, *path* to disk."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network file systems cannot sync a folder
            raise
    finally:
        os.close(fd)
