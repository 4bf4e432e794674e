"""Recognises folders that kg has written. Only these are removed, and kg writes into no folder with other files."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from kg.errors import StoreError
from kg.pipeline.freshness import CURRENT
from kg.terms import Text

LOCK: Final = "lock"
MARK: Final = ".xinzhi-build"
_WORDS: Final = "kg build (xinzhi) wrote this folder and removes it when newer builds have taken its place.\n"
_VERSION: Final = re.compile(r"v-[0-9a-f]{12}-[0-9a-f]{8}(\.\d+)?")
"""The name of a finished build."""
_MANIFEST: Final = frozenset({"format", "ontology", "reasoner", "tools", "counts", "dataset_sha256", "inputs"})
"""The keys of a manifest in every format so far."""


def mark(folder: Path) -> None:
    """Write a marker file into the new folder *folder*, so that kg recognises it before the build has a manifest."""
    (folder / MARK).write_text(_WORDS, encoding="utf-8")


def remove(folder: Path) -> None:
    """Remove a folder that kg wrote, as far as possible. The marker goes last, so that an interrupted removal can go on."""
    with suppress(OSError):
        if not (folder / MARK).exists():
            mark(folder)
        for entry in os.scandir(folder):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            elif entry.name != MARK:
                Path(entry.path).unlink()
        shutil.rmtree(folder)


def is_ours(folder: Path) -> bool:
    """Whether *folder* is a build, finished or not: it has the marker, or a manifest (older versions wrote no marker)."""
    if folder.is_symlink() or not os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir raises without permission
        return False
    return _text(folder / MARK) == _WORDS or _is_manifest(_text(folder / "manifest.json"))


def refuse_foreign(home: Path) -> None:
    """Refuse a store folder that contains other files and no build. An empty or missing folder is allowed.

    Args:
        home: the store folder.

    Raises:
        StoreError: kg did not write the folder, or its entries ``lock`` or ``current``.
        OSError: the folder cannot be read.
    """
    try:
        entries = sorted(home.iterdir())
    except FileNotFoundError:
        return
    for entry in entries:
        if (entry.name == LOCK and not _is_lock(entry)) or (entry.name == CURRENT and not _is_link_to_build(entry)):
            raise _foreign(home, entry)
    if not any(entry.name == CURRENT or is_ours(entry) for entry in entries):
        for entry in entries:
            if entry.name != LOCK and not _is_begun(entry):
                raise _foreign(home, entry)


def _is_lock(path: Path) -> bool:
    """Whether *path* is an empty regular file. A link is refused, so that its target is never locked or written."""
    found = path.lstat()
    return stat.S_ISREG(found.st_mode) and not found.st_size


def _is_link_to_build(path: Path) -> bool:
    """Whether *path* is a link to a build in the same folder; a link to a removed build counts too."""
    if not path.is_symlink():
        return False
    target = path.readlink()
    build = path.parent / target
    return is_ours(build) if os.path.lexists(build) else bool(_VERSION.fullmatch(str(target)))


def _is_begun(path: Path) -> bool:
    """Whether *path* is a new folder of a build, still empty and without a marker."""
    return path.name.startswith("tmp-") and path.is_dir() and not path.is_symlink() and not any(path.iterdir())


def _is_manifest(text: str) -> bool:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    tools = found.get("tools") if isinstance(found, dict) and found.keys() >= _MANIFEST else None
    return isinstance(tools, dict) and "xinzhi" in tools


def _text(path: Path) -> str:
    """The text of a regular file; empty if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8") if path.is_file() else ""
    except (OSError, ValueError):
        return ""


def _foreign(home: Path, entry: Path) -> StoreError:
    return StoreError(
        Text(
            f"{home} 里有不是 kg 写的 {entry.name};没有在那里写任何东西",
            f"{home} holds {entry.name}, which kg has not written; nothing was written there",
        ),
        hint=Text(
            "用 --store 指向新的或空的文件夹,或先把它移到别处",
            "name a new or empty folder with --store, or move it elsewhere first",
        ),
    )
