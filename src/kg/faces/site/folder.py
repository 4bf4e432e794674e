"""The folder of a site: made beside the old one, which it replaces as a whole; a folder with other files is refused."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from kg.errors import OutputError, reason
from kg.terms import Text

MANIFEST: Final = "site.json"
"""The list of a site's files, with their digests."""
_PROGRAM: Final = "kg site (xinzhi)"
_LOCK: Final = ".lock"


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """A context with an empty folder to fill, beside *folder*. On success it takes the place of *folder*; on error it is removed.

    Args:
        folder: the site's folder. It may be missing, empty, or an older site.

    Raises:
        OutputError: *folder* has files that are not of a site, another process writes it, or it cannot be written.
    """
    folder = folder.resolve()
    with _written(folder):
        refuse_foreign(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh, old = (folder.with_name(f".{folder.name}.{name}") for name in ("new", "old"))
        for left in (fresh, old):  # by a process that was killed
            if left.exists() and not (left / _LOCK).exists():
                refuse_foreign(left)
        fresh.mkdir(exist_ok=True)
        with (fresh / _LOCK).open("w") as lock:
            _lock(lock.fileno(), folder)
            try:
                _empty(fresh)
                yield fresh
                shutil.rmtree(old, ignore_errors=True)
                if folder.exists():
                    folder.rename(old)
                (fresh / _LOCK).unlink()
                fresh.rename(folder)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
                if not folder.exists() and old.exists():
                    old.rename(folder)
                shutil.rmtree(old, ignore_errors=True)


def write_manifest(folder: Path, dataset: str, digests: Mapping[str, str]) -> None:
    """Write the list of files.

    Args:
        folder: the folder of the site.
        dataset: SHA-256 of the dataset.
        digests: path of each file from the root of the site → its SHA-256.
    """
    body = {"program": _PROGRAM, "dataset": dataset, "files": dict(sorted(digests.items()))}
    (folder / MANIFEST).write_text(json.dumps(body, indent=0, ensure_ascii=False) + "\n", encoding="utf-8")


def refuse_foreign(folder: Path) -> None:
    """Refuse a folder with files that no site has written.

    Raises:
        OutputError: there is such a file, or *folder* is a file.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise _foreign(folder, folder.name)
    ours = _files(folder)
    for place, folders, files in os.walk(folder):
        for name in sorted(files + [one for one in folders if (Path(place) / one).is_symlink()]):
            path = (Path(place) / name).relative_to(folder).as_posix()
            if path not in ours:
                raise _foreign(folder, path)


def _files(folder: Path) -> set[str]:
    """The files of a site in *folder*, by its manifest; none if there is none."""
    with suppress(OSError, ValueError, RecursionError):
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if isinstance(found, dict) and found.get("program") == _PROGRAM and isinstance(found.get("files"), dict):
            return {MANIFEST, *found["files"]}
    return set()


def _empty(folder: Path) -> None:
    """Remove what a process that was killed has left in *folder*."""
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        elif entry.name != _LOCK:
            entry.unlink()


def _lock(file: int, folder: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise OutputError(
            Text(f"另一个 kg site 正在写 {folder}", f"another kg site is writing {folder}"),
            hint=Text("等它结束,或换一个文件夹", "wait for it, or name another folder"),
        ) from None


@contextmanager
def _written(folder: Path) -> Iterator[None]:
    """A context in which an OSError becomes an OutputError."""
    try:
        yield
    except OSError as error:
        why = reason(error)
        raise OutputError(
            Text(f"写不了 {folder}:{why.zh}", f"cannot write {folder}: {why.en}"),
            hint=Text("检查权限与磁盘空间,或换一个文件夹", "check permissions and disk space, or name another folder"),
        ) from error


def _foreign(folder: Path, name: str) -> OutputError:
    return OutputError(
        Text(
            f"{folder} 里有不是 kg site 写的 {name};没有改动任何文件",
            f"{folder} holds {name}, which kg site has not written; nothing was changed",
        ),
        hint=Text("指明新的或空的文件夹", "name a new or empty folder"),
    )
