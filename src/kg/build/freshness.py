"""Whether the built store still answers for its inputs; imported by every command, so it imports little."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from kg.source.project import Project

CURRENT: Final = "current"
FORMAT: Final = 3
_RECORDS: Final[Mapping[str, Mapping[str, type] | type]] = {
    "manifest.json": {"format": int, "dataset_sha256": str, "counts": dict},
    "lookup.json": {"things": list, "terms": dict, "captions": dict, "measures": dict, "classes": dict},
    "queries.json": list,
}
"""What each record of a build holds, so far as those who read it rely on it."""
_TOOLS: Final = ("xinzhi", "pyoxigraph", "pyshacl", "rdflib", "owlrl")


@dataclass(frozen=True)
class Stamp:
    """Size and modification time of every input: a cheap sign that nothing changed."""

    files: Mapping[str, tuple[int, int]]

    @classmethod
    def of(cls, project: Project) -> Stamp:
        """The stamp of *project* as it lies on disk now."""
        stats = {project.relative(p): p.stat() for p in project.inputs if p.exists()}
        return cls({name: (s.st_size, s.st_mtime_ns) for name, s in stats.items()})

    def matches(self, path: Path) -> bool:
        """Whether the stamp kept in file *path* is this one."""
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return bool(kept == {name: list(pair) for name, pair in self.files.items()})

    def write(self, path: Path) -> None:
        """Keep the stamp in file *path*."""
        path.write_text(json.dumps(self.files), encoding="utf-8")


def input_digests(project: Project) -> dict[str, str]:
    """SHA-256 of every input file, by its path in the project."""
    return {project.relative(p): sha256(p.read_bytes()).hexdigest() for p in project.inputs if p.exists()}


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
    """The manifest in file *path*, or None where there is no readable one."""
    try:
        found: dict[str, Any] = record(path)
    except (OSError, ValueError):
        return None
    return found if found["format"] == FORMAT else None


def record(path: Path) -> Any:
    """The record that a build left in the file *path*.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not JSON, or not what a build writes under that name.
    """
    body = json.loads(path.read_text(encoding="utf-8"))
    parts = _RECORDS[path.name]
    if isinstance(parts, dict):
        whole = isinstance(body, dict) and all(isinstance(body.get(key), kind) for key, kind in parts.items())
        items = body.get("things", []) if whole else []
    else:
        whole, items = isinstance(body, list), body
    if not whole or not all(isinstance(item, dict) for item in items):
        raise ValueError(path.name)
    return body


def sound(place: Path) -> bool:
    """Whether the store in the folder *place* can be read whole: its records, its dataset, and the same in its index."""
    import pyoxigraph as ox

    try:
        found, data = record(place / "manifest.json"), (place / "dataset.nq").read_bytes()
        record(place / "lookup.json"), record(place / "queries.json")
        index = ox.Store.read_only(str(place / "index"))
        return found["dataset_sha256"] == sha256(data).hexdigest() and len(index) == data.count(b"\n")
    except (OSError, ValueError, RuntimeError):
        return False


def current(project: Project) -> Path | None:
    """The folder of the built store if it is there and no input changed since, else None."""
    place = project.store / CURRENT
    found = read(place / "manifest.json")
    fresh = found is not None and found.get("tools") == tools() and Stamp.of(project).matches(place / "stamp.json")
    return place if fresh else None


def unchanged(project: Project, stamp: Stamp, reasoner: str) -> bool:
    """Whether the current store is whole and of these very inputs; a touched file with the same bytes changes nothing."""
    place = project.store / CURRENT
    found = read(place / "manifest.json")
    if found is None or found.get("tools") != tools() or found.get("reasoner") != reasoner or not sound(place):
        return False
    if stamp.matches(place / "stamp.json"):
        return True
    if found.get("inputs") != input_digests(project):
        return False
    stamp.write(place / "stamp.json")
    return True
