"""Where ontology/, data/ and queries/ lie: the folder a user names, a checkout, or the installed package."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from kg.errors import MissingFile, UsageProblem
from kg.terms import Text, is_url

PACKAGED = Path(__file__).resolve().parents[1] / "_project"
CHECKOUT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Project:
    """A folder with the layout of this repository; knows its files, reads none of them."""

    root: Path
    store: Path

    @classmethod
    def find(cls, root: str | Path | None = None, store: str | Path | None = None) -> Project:
        """The project to work on.

        Args:
            root: a folder; None takes ``KG_PROJECT``, else the packaged project.
            store: folder in which the built graph lies; None takes ``KG_STORE``, else ``build/`` in the project,
                else (for the packaged project, which may be read-only) the user's cache. A URL names no folder.

        Raises:
            MissingFile: the folder lacks ontology/, data/ or queries/.
        """
        named = root or os.environ.get("KG_PROJECT")
        folder = Path(named).resolve() if named else PACKAGED if PACKAGED.is_dir() else CHECKOUT
        for part in ("ontology", "data", "queries"):
            if not (folder / part).is_dir():
                raise MissingFile(
                    Text(f"{folder} 里没有 {part}/ 文件夹", f"{folder} has no folder {part}/"),
                    hint=Text(
                        "用 --project 指向含 ontology/、data/、queries/ 的文件夹",
                        "point --project at a folder with ontology/, data/ and queries/",
                    ),
                )
        place = store or os.environ.get("KG_STORE")
        if place and not is_url(place):
            return cls(folder, Path(place).resolve())
        return cls(folder, _cache(folder) if folder == PACKAGED else folder / "build")

    @cached_property
    def ontology_files(self) -> tuple[Path, ...]:
        """The model proper: ``ivc.ttl`` and ``ivc-lists.ttl`` (not the shapes, not the alignment)."""
        return tuple(self.root / "ontology" / name for name in ("ivc.ttl", "ivc-lists.ttl"))

    @cached_property
    def data_files(self) -> tuple[Path, ...]:
        """Every Turtle and TriG file under ``data/``, in path order."""
        return tuple(sorted(_walk(self.root / "data", (".ttl", ".trig"))))

    @cached_property
    def query_files(self) -> tuple[Path, ...]:
        """Every saved query, in name order."""
        return tuple(sorted(_walk(self.root / "queries", (".rq",))))

    def shapes(self, kind: str) -> Path:
        """The shapes file of *kind*: ``integrity``, ``types`` or ``audit``."""
        return self.root / "ontology" / f"shapes-{kind}.ttl"

    @property
    def inputs(self) -> tuple[Path, ...]:
        """Every file on which the built graph depends, in a fixed order."""
        kinds = tuple(self.shapes(kind) for kind in ("integrity", "types", "audit"))
        rules = tuple(sorted(_walk(self.root / "ontology" / "audit", (".rq",))))
        return (*self.ontology_files, *kinds, *rules, *self.data_files, *self.query_files)

    def within(self, path: str | Path) -> set[str]:
        """The inputs at *path*, as shown to people: the file itself, or those below the folder.

        Args:
            path: a file or folder; relative to the current folder.

        Raises:
            MissingFile: there is nothing at *path*.
            UsageProblem: the project has no input there.
        """
        place = Path(path).resolve()
        if not place.exists():
            raise MissingFile(
                Text(f"没有 {path}", f"there is no {path}"),
                hint=Text("路径从当前文件夹算起", "paths start at the current folder"),
            )
        found = {self.relative(p) for p in self.inputs if p.is_relative_to(place)}
        if not found:
            raise UsageProblem(
                Text(
                    f"{path} 不是项目 {self.root} 的文件", f"{path} is not one of the files of the project {self.root}"
                ),
                hint=Text(
                    "给出 ontology/、data/、queries/ 里的文件;另一个项目用 --project 指明",
                    "name a file of ontology/, data/ or queries/; point --project at another project",
                ),
            )
        return found

    def relative(self, path: Path) -> str:
        """*path* as shown to people: relative to the project where it lies inside."""
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)


def _walk(folder: Path, endings: tuple[str, ...]) -> Iterator[Path]:
    return (p for p in folder.rglob("*") if p.suffix in endings and p.is_file())


def _cache(folder: Path) -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "xinzhi" / sha256(str(folder).encode()).hexdigest()[:12]
