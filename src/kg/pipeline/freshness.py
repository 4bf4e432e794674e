"""Checks whether the built graph is up to date with its input files. Every command imports this, so it imports little."""

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
FORMAT: Final = 9
_TOOLS: Final = ("xinzhi", "pyoxigraph", "pyshacl", "rdflib", "owlrl")
_TIME_RESOLUTION: Final = 2 * 10**9
"""Resolution of file times in nanoseconds on the coarsest file system (FAT)."""

Metadata = Mapping[str, list[int]]
"""File → size, mtime and ctime in nanoseconds, inode number."""


@dataclass(frozen=True)
class Stamp:
    """File metadata of every input and of every file of a build; a cheap test for changes.

    Size and mtime can be the same after an edit (``cp -p``, ``touch -r``, ``rsync -t``). But no program can set the ctime,
    and a file that replaces another has another inode number. Queries therefore compare metadata and read no input file;
    ``kg build`` always compares digests.

    Attributes:
        inputs: metadata of the project's input files. None if a file changed within the last
            :data:`_TIME_RESOLUTION`, because another change could still get the same ctime.
        built: metadata of the files of the build.
    """

    inputs: Metadata | None
    built: Metadata

    @classmethod
    def of(cls, project: Project) -> Stamp:
        """The present metadata of the inputs of *project*; ``built`` is empty."""
        present = metadata({project.relative(path): path for path in project.inputs})
        newest = max((changed for _, _, changed, _ in present.values()), default=0)
        return cls(present if newest < time.time_ns() - _TIME_RESOLUTION else None, {})

    def write(self, place: Path) -> None:
        """Write the stamp, with the metadata of the build's files, into the build folder *place* if possible.

        If it is not possible (read-only file system, no permission), every query compares digests instead.
        """
        beside = place / f".{STAMP}.{os.getpid()}"
        try:
            body = {"inputs": self.inputs, "built": _built(place)}
            beside.write_text(json.dumps(body), encoding="utf-8")
            beside.replace(place / STAMP)
        except OSError:
            with suppress(OSError):
                beside.unlink()


def read_stamp(place: Path) -> Stamp:
    """The stamp in the build folder *place*; an empty stamp if there is none."""
    try:
        body = json.loads((place / STAMP).read_bytes())
        return Stamp(body["inputs"], body["built"])
    except (OSError, ValueError, TypeError, KeyError):
        return Stamp(None, {})


def _built(place: Path) -> Metadata:
    """The metadata of the files in the build folder *place*; empty if a file cannot be read."""
    try:
        return metadata({name: place / name for name in files(place)})
    except OSError:
        return {}


def metadata(paths: Mapping[str, Path]) -> Metadata:
    """The metadata of the files *paths*.

    Raises:
        OSError: a file cannot be read.
    """
    found = {name: path.stat() for name, path in paths.items()}
    return {name: [s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino] for name, s in found.items()}


def input_digests(project: Project) -> dict[str, str]:
    """Path in the project → SHA-256 of every input file.

    Raises:
        MissingFile: an input cannot be read.
    """
    return {project.relative(path): sha256(source.contents(path)).hexdigest() for path in project.inputs}


def tools() -> dict[str, str]:
    """Versions of the packages that can affect the content of a build."""
    found = dict(_installed())
    return {name: found.get(name) or _declared(name) for name in _TOOLS}


def _installed() -> Iterator[tuple[str, str]]:
    """Name and version of every installed package, from the names of the folders ``name-version.dist-info``.

    Every command needs the versions, and importing importlib.metadata takes longer than most queries.
    """
    for place in reversed(sys.path):  # reversed: a package that comes first on sys.path overrides later ones
        if os.path.isdir(place):  # noqa: PTH112 - creating Path objects would take longer
            for entry in os.listdir(place):  # noqa: PTH208
                if entry.endswith(".dist-info"):
                    name, _, number = entry.removesuffix(".dist-info").partition("-")
                    yield name.lower().replace("_", "-"), number


def _declared(name: str) -> str:
    """The version of a package without a dist-info folder (a zip, an egg)."""
    from importlib.metadata import version

    return version(name)


def read(path: Path) -> dict[str, Any] | None:
    """The manifest in the file *path*; None if it is missing, damaged or in another format."""
    try:
        found: dict[str, Any] = record(path)
    except (OSError, ValueError):
        return None
    return found if found["format"] == FORMAT else None


def record(path: Path) -> Any:
    """The content of a JSON file of a build (``manifest.json``, ``lookup.json``, ``queries.json``).

    Raises:
        OSError: the file cannot be read.
        ValueError: the file differs from its digest.
    """
    return json.loads(contents(path))


def require_whole(place: Path) -> None:
    """Refuse a damaged build in the folder *place*.

    Digests are compared only if the files' metadata differ from the stamp.

    Raises:
        StoreError: a file is missing or altered; the error names it.
    """
    built = _built(place)
    if not built or read_stamp(place).built != built:
        verify(place)


def current(project: Project) -> Path | None:
    """The folder of the current build if it is undamaged and made from the present inputs and tools, else None."""
    place = Path(os.path.realpath(project.store_folder / CURRENT))
    found = read(place / "manifest.json")
    if found is None or found["tools"] != tools():
        return None
    stamp, before = Stamp.of(project), read_stamp(place)
    same_build = before.built == _built(place)
    if same_build and stamp.inputs is not None and stamp.inputs == before.inputs:
        return place
    if found["inputs"] != input_digests(project) or (not same_build and damaged(place)):
        return None
    stamp.write(place)
    return place


def unchanged(project: Project, stamp: Stamp, reasoner: str) -> bool:
    """Whether the current build is undamaged and made from the present inputs and tools; compares every digest."""
    place = project.store_folder / CURRENT
    found = read(place / "manifest.json")
    if found is None or found["tools"] != tools() or found["reasoner"] != reasoner or damaged(place):
        return False
    if found["inputs"] != input_digests(project):
        return False
    stamp.write(place)
    return True
