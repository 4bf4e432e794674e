"""The SHA-256 of every file of a build, kept in the file SHA256SUMS as ``sha256sum --check`` reads it.

The list is a file of its own because manifest.json is the same bytes for the same inputs, which Oxigraph's index is not
(decision 0003), and because it covers the manifest as well. The list itself needs no digest: if it is altered, it
disagrees with a file; if a line is lost, a file that it must name is not there.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kg.errors import StoreError
from kg.terms import Text

SUMS: Final = "SHA256SUMS"
STAMP: Final = "stamp.json"
_CHANGING: Final = (SUMS, STAMP)
"""Files that are written after the digests are taken."""


def files(folder: Path) -> Iterator[str]:
    """The files of the build in *folder* that have a digest, by their path in it; hidden files are not part of it."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.name in _CHANGING or entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from (f"{entry.name}/{name}" for name in files(folder / entry.name))
        else:
            yield entry.name


def seal(folder: Path) -> None:
    """Write the digests of the files that are now in *folder*."""
    lines = [f"{_digest(folder / name)}  {name}\n" for name in files(folder)]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def contents(path: Path) -> bytes:
    """The content of the file *path* of a build.

    Raises:
        OSError: it cannot be read, or there are no digests beside it.
        ValueError: it is not what the build wrote.
    """
    path = Path(os.path.realpath(path))  # the link to the current build may turn between file and digests
    body = path.read_bytes()
    if _listed(path.parent).get(path.name) != hashlib.sha256(body).hexdigest():
        raise ValueError(path.name)
    return body


def damaged(folder: Path) -> str | None:
    """The first file of the build in *folder* that is missing or not what the build wrote; None if all are whole."""
    try:
        listed = _listed(folder)
    except (OSError, ValueError):
        return SUMS
    for name in sorted({*listed, *files(folder)}):
        try:
            whole = _digest(folder / name) == listed.get(name)
        except OSError:
            whole = False
        if not whole:
            return name
    return None if listed else SUMS


def verify(folder: Path) -> None:
    """Compare every file of the build in *folder* with its digest.

    Raises:
        StoreError: a file is missing or not what the build wrote; it says which, and how to heal.
    """
    name = damaged(folder)
    if name:
        raise StoreError(
            Text(
                f"{folder} 里的图谱已损坏,或出自另一版本的 kg:{name} 不是构建时写下的",
                f"the graph in {folder} is damaged, or of another version of kg: {name} is not as it was built",
            ),
            hint=Text("运行 kg build --force 重建", "run kg build --force to make it anew"),
        )


def _listed(folder: Path) -> dict[str, str]:
    """File → digest, as the list in *folder* has them."""
    lines = (folder / SUMS).read_text(encoding="utf-8").rstrip("\n").split("\n")
    pairs = (line.split("  ", 1) for line in lines)
    return {name: digest for digest, name in pairs}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
