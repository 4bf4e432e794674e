"""Whether the built store still answers for its inputs; imported by every command, so it imports little."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from kg.pipeline.digests import STAMP, contents, damaged, files, verify
from kg.source import project as source
from kg.source.project import Project

CURRENT: Final = "current"
FORMAT: Final = 4
_TOOLS: Final = ("xinzhi", "pyoxigraph", "pyshacl", "rdflib", "owlrl")
_TICK: Final = 2 * 10**9
"""Nanoseconds within which two changes of a file can bear the same time, on the coarsest file systems (FAT)."""

Signs = Mapping[str, list[int]]
"""File → size, times of the last change to its content and to its inode (nanoseconds), number of the inode."""


@dataclass(frozen=True)
class Stamp:
    """What the system says of every input and of every file of a build: a cheap sign that nothing changed.

    Size and modification time alone can be the same after an edit (``cp -p``, ``touch -r``, ``rsync -t``). But no program
    can set the time of the last change to an inode (ctime), and a file that is moved into the place of another has
    another inode. So a question relies on these and reads no input; ``kg build`` compares digests every time.

    Attributes:
        inputs: the files of the project. None if one was changed so lately that a later change could bear the same time.
        built: the files of the build.
    """

    inputs: Signs | None
    built: Signs

    @classmethod
    def of(cls, project: Project) -> Stamp:
        """The inputs of *project* as they lie on disk now, and no build."""
        signs = _signs({project.relative(path): path for path in project.inputs})
        newest = max((changed for _, _, changed, _ in signs.values()), default=0)
        return cls(signs if newest < time.time_ns() - _TICK else None, {})

    def write(self, place: Path) -> None:
        """Keep the stamp, with the files of the build in the folder *place*, if that can be done.

        Where it cannot (a read-only file system, a folder of somebody else), every question compares digests instead.
        """
        beside = place / f".{STAMP}.{os.getpid()}"
        try:
            body = {"inputs": self.inputs, "built": _built(place)}
            beside.write_text(json.dumps(body), encoding="utf-8")
            beside.replace(place / STAMP)
        except OSError:
            with suppress(OSError):
                beside.unlink()


def kept(place: Path) -> Stamp:
    """The stamp that was written into the folder *place*; one that nothing matches where there is none."""
    try:
        body = json.loads((place / STAMP).read_bytes())
        return Stamp(body["inputs"], body["built"])
    except (OSError, ValueError, TypeError, KeyError):
        return Stamp(None, {})


def _built(place: Path) -> Signs:
    """The signs of the files of the build in the folder *place*; none where there is no whole folder to look at."""
    try:
        return _signs({name: place / name for name in files(place)})
    except OSError:
        return {}


def _signs(paths: Mapping[str, Path]) -> Signs:
    found = {name: path.stat() for name, path in paths.items()}
    return {name: [s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino] for name, s in found.items()}


def input_digests(project: Project) -> dict[str, str]:
    """SHA-256 of every input file, by its path in the project.

    Raises:
        MissingFile: one cannot be read.
    """
    return {project.relative(path): sha256(source.contents(path)).hexdigest() for path in project.inputs}


def tools() -> dict[str, str]:
    """Versions of the tools whose behaviour shapes the store."""
    found = dict(_installed())
    return {name: found.get(name) or _declared(name) for name in _TOOLS}


def _installed() -> Iterator[tuple[str, str]]:
    """Name and version of every installed package, off the names of the folders ``name-version.dist-info``.

    Every command asks for them, and importing importlib.metadata takes longer than most queries.
    """
    for place in reversed(sys.path):  # the first on the path wins, as it does for an import
        if os.path.isdir(place):  # noqa: PTH112 - pathlib's own objects cost more than the look itself
            for entry in os.listdir(place):  # noqa: PTH208
                if entry.endswith(".dist-info"):
                    name, _, number = entry.removesuffix(".dist-info").partition("-")
                    yield name.lower().replace("_", "-"), number


def _declared(name: str) -> str:
    """The version of a package that is installed in another way (a zip, an egg)."""
    from importlib.metadata import version

    return version(name)


def read(path: Path) -> dict[str, Any] | None:
    """The manifest in file *path*, or None where there is none that this version has written whole."""
    try:
        found: dict[str, Any] = record(path)
    except (OSError, ValueError):
        return None
    return found if found["format"] == FORMAT else None


def record(path: Path) -> Any:
    """The record (``manifest.json``, ``lookup.json``, ``queries.json``) that a build left in the file *path*.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not what the build wrote.
    """
    return json.loads(contents(path))


def require_whole(place: Path) -> None:
    """Refuse to answer from the build in the folder *place* if one of its files is not as the build wrote it.

    The digests are compared only if the system says that a file may have changed since they last were.

    Raises:
        StoreError: a file is missing or altered; it says which.
    """
    built = _built(place)
    if not built or kept(place).built != built:
        verify(place)


def current(project: Project) -> Path | None:
    """The folder of the built store if it is whole and made of these inputs by these tools, else None."""
    place = Path(os.path.realpath(project.store / CURRENT))
    found = read(place / "manifest.json")
    if found is None or found["tools"] != tools():
        return None
    stamp, before = Stamp.of(project), kept(place)
    same_build = before.built == _built(place)
    if same_build and stamp.inputs is not None and stamp.inputs == before.inputs:
        return place
    if found["inputs"] != input_digests(project) or (not same_build and damaged(place)):
        return None
    stamp.write(place)
    return place


def unchanged(project: Project, stamp: Stamp, reasoner: str) -> bool:
    """Whether the current store is whole and of these very inputs, by the digests of every file."""
    place = project.store / CURRENT
    found = read(place / "manifest.json")
    if found is None or found["tools"] != tools() or found["reasoner"] != reasoner or damaged(place):
        return False
    if found["inputs"] != input_digests(project):
        return False
    stamp.write(place)
    return True
