"""SHA256SUMS: the SHA-256 of every file of a build, in the format of ``sha256sum --check``.

The digests are not in manifest.json, for two reasons: manifest.json is reproducible but Oxigraph's index is not (decision
0003), and manifest.json needs a digest too. SHA256SUMS needs no digest: a changed line disagrees with its file, and a
missing line leaves a file without a digest.
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
    """The relative paths of the files in *folder* that need a digest; hidden files are not part of a build."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.name in _CHANGING or entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from (f"{entry.name}/{name}" for name in files(folder / entry.name))
        else:
            yield entry.name


def seal(folder: Path) -> None:
    """Write SHA256SUMS for the files in *folder*."""
    lines = [f"{_digest(folder / name)}  {name}\n" for name in files(folder)]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def contents(path: Path) -> bytes:
    """The content of the file *path* of a build, after comparing its digest.

    Raises:
        OSError: the file or SHA256SUMS cannot be read.
        ValueError: the file differs from its digest.
    """
    path = Path(os.path.realpath(path))  # the link ``current`` could change between reading the file and SHA256SUMS
    body = path.read_bytes()
    if _listed(path.parent).get(path.name) != hashlib.sha256(body).hexdigest():
        raise ValueError(path.name)
    return body


def damaged(folder: Path) -> str | None:
    """The first file of the build in *folder* that is missing or differs from its digest; None if there is none."""
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
        StoreError: a file is missing or differs from its digest; the error names it.
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
    """File → digest in the SHA256SUMS of *folder*."""
    lines = (folder / SUMS).read_text(encoding="utf-8").rstrip("\n").split("\n")
    pairs = (line.split("  ", 1) for line in lines)
    return {name: digest for digest, name in pairs}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
