"""Finds ontology/, data/ and queries/ in a folder that the user names, in a checkout, or in the installed package."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Final

from kg.errors import MissingFile, StoreError, UsageProblem, reason
from kg.source import config, unread
from kg.source.config import Config
from kg.source.document import STATEMENT, Document
from kg.terms import Text, is_url

PACKAGED = Path(__file__).resolve().parents[1] / "_project"
CHECKOUT = Path(__file__).resolve().parents[3]


KINDS: Final = ("integrity", "types", "audit")
"""Kinds of shapes, in the order in which they are run."""
_ALIGNMENT: Final = re.compile(r"[^.].*-align\.ttl")
"""Files in ``ontology/`` with links to other vocabularies, which are no part of the model."""


@dataclass(frozen=True)
class Project:
    """A folder with the layout of this repository. Lists its files; reads only ``kg.toml``."""

    root: Path
    store_folder: Path

    @classmethod
    def find(cls, root: str | Path | None = None, store: str | Path | None = None) -> Project:
        """The project to work on.

        Args:
            root: a folder. None means ``KG_PROJECT``, else the packaged project.
            store: the store, a folder with builds. None means ``KG_STORE``, else ``build/`` in the project. The packaged
                project may be read-only, so its graph is built in the user's cache. A URL is ignored here. An empty
                variable counts as not set.

        Raises:
            MissingFile: the folder cannot be read; it has no data/; or it has no ontology/ or queries/ and does not
                extend the packaged project.
            SyntaxProblem: its kg.toml is not valid.
            StoreError: the store's folder is a broken link, or the user has no home directory.
        """
        named = root or os.environ.get("KG_PROJECT")
        folder = _resolved(named) if named else _packaged()
        _require(folder, "data")
        if not config.read(folder / config.NAME).extends:
            _require(folder, "ontology", "queries")
        place = store or os.environ.get("KG_STORE")
        if place and not is_url(place):
            return cls(folder, _store(place))
        return cls(folder, _cache(folder) if folder == PACKAGED else folder / "build")

    @cached_property
    def config(self) -> Config:
        """The settings in its ``kg.toml``."""
        return config.read(self.root / config.NAME)

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """The folders in ``data/`` that contain a ``document.trig``, in name order."""
        folders = (path for entry in _entries(self.root / "data") if _is_folder(path := Path(entry)))
        return tuple(Document(f.name, f) for f in folders if _exists(f / STATEMENT))

    @cached_property
    def ontology_files(self) -> tuple[Path, ...]:
        """The files of terms and closed lists, without shapes and alignments.

        Raises:
            SyntaxProblem: a file in ``ontology/`` is of no known kind.
        """
        first, *others = (folder / "ontology" for folder in self._model_folders)
        needed = tuple(first / name for name in ("ivc.ttl", "ivc-lists.ttl"))
        added = (path for folder in (first, *others) if _exists(folder) for path in _model(folder))
        return (*needed, *(path for path in added if path not in needed))

    @cached_property
    def alignment_files(self) -> tuple[Path, ...]:
        """The files that link terms to other vocabularies."""
        folders = (folder / "ontology" for folder in self._model_folders if _exists(folder / "ontology"))
        paths = (Path(entry) for folder in folders for entry in _entries(folder))
        return tuple(path for path in paths if _ALIGNMENT.fullmatch(path.name))

    @cached_property
    def data_files(self) -> tuple[Path, ...]:
        """Every Turtle and TriG file under ``data/``, in path order.

        Raises:
            SyntaxProblem: there is a file of facts, or a table, that nothing reads.
        """
        own, found = {document.folder for document in self.documents}, []
        for path in _walk(self.root / "data"):
            if path.suffix in (".ttl", ".trig"):
                found.append(_file(path))
            else:
                unread.refuse_in_data(path, self.relative(path), of_document=path.parent in own)
        return tuple(sorted(found))

    @cached_property
    def query_files(self) -> tuple[Path, ...]:
        """Every saved query, in name order. A project's own query replaces a packaged one of the same name.

        Raises:
            SyntaxProblem: a file in ``queries/`` is no saved query, or one folder has two of the same name.
        """
        folders = (folder / "queries" for folder in self._model_folders if _exists(folder / "queries"))
        found = {path.name: path for folder in folders for path in self._queries(folder)}
        return tuple(found[name] for name in sorted(found))

    def _queries(self, folder: Path) -> Iterator[Path]:
        """The saved queries in *folder*."""
        places: dict[str, str] = {}
        for path in sorted(_walk(folder)):
            shown = self.relative(path)
            if path.suffix != ".rq":
                raise unread.of_queries(shown)
            if path.name in places:
                raise unread.of_same_name(shown, places[path.name])
            places[path.name] = shown
            yield _file(path)

    def shapes(self, kind: str) -> tuple[Path, ...]:
        """The shapes files of *kind* (``integrity``, ``types`` or ``audit``): the packaged one, then the project's own."""
        named = f"shapes-{kind}.ttl"
        first, *others = (folder / "ontology" / named for folder in self._model_folders)
        return (first, *(path for path in others if _exists(path)))

    @property
    def _model_folders(self) -> tuple[Path, ...]:
        """The folders with ontology/ and queries/. If this project extends the packaged one, that comes first."""
        return (_packaged(), self.root) if self.config.extends else (self.root,)

    @property
    def inputs(self) -> tuple[Path, ...]:
        """Every file on which the built graph depends, in a fixed order. Missing files of the model are left out.

        Raises:
            MissingFile: one of them, or a folder, cannot be read.
        """
        shapes = (path for kind in KINDS for path in self.shapes(kind))
        settings = self.root / config.NAME
        there = (
            _file(path) for path in (settings, *self.ontology_files, *self.alignment_files, *shapes) if _exists(path)
        )
        return (*there, *self.data_files, *self.query_files)

    def within(self, path: str | Path) -> set[str]:
        """The inputs at *path*, as they appear in messages: the file itself, or all inputs below the folder.

        Args:
            path: a file or folder, relative to the current folder.

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
        """*path* as it appears in messages: relative to the project if it is inside, else unchanged."""
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)


def _require(folder: Path, *parts: str) -> None:
    """Raise MissingFile if *folder* lacks one of the folders *parts*."""
    for part in parts:
        if not _is_folder(folder / part):
            raise MissingFile(
                Text(f"{folder} 里没有 {part}/ 文件夹", f"{folder} has no folder {part}/"),
                hint=Text(
                    "用 --project 指向含 ontology/、data/、queries/ 的文件夹",
                    "point --project at a folder with ontology/, data/ and queries/",
                ),
            )


def _packaged() -> Path:
    """The folder of the packaged project."""
    return PACKAGED if PACKAGED.is_dir() else CHECKOUT


def _model(folder: Path) -> Iterator[Path]:
    """The files of terms and lists in *folder*."""
    for path in map(Path, _entries(folder)):
        if unread.is_beside(path.name):
            continue
        if path.name in {f"shapes-{kind}.ttl" for kind in KINDS} or _ALIGNMENT.fullmatch(path.name):
            continue
        if path.suffix != ".ttl" or path.name.startswith("shapes-"):
            raise unread.of_ontology(f"{folder.name}/{path.name}")
        yield path


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """What lies in *folder*, in order of names.

    A folder that cannot be read is an error, because a graph that silently lacks a file would be wrong. ``Path.rglob``
    would skip it.
    """
    try:
        return sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise unreadable(folder, error) from error


def contents(path: Path) -> bytes:
    """The content of a file of the project.

    Raises:
        MissingFile: it cannot be read, or is no regular file.
    """
    try:
        return _file(path).read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> MissingFile:
    """The error of a file or folder of the project that cannot be read."""
    why = reason(error)
    return MissingFile(
        Text(f"读不到 {path}:{why.zh}", f"cannot read {path}: {why.en}"),
        hint=Text(
            "检查它是否存在、链接指向哪里、是否可读", "check that it exists, where a link leads, and permissions"
        ),
    )


def _walk(folder: Path) -> Iterator[Path]:
    """The files below *folder* but those that may lie beside others. A link to a folder is not followed: it could form a cycle."""
    for entry in _entries(folder):
        path = folder / entry.name
        if unread.is_beside(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path)
        else:
            yield path


def _file(path: Path) -> Path:
    """Return *path* if it is a regular file or a link to one. Others are refused: reading a pipe would never end."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise unreadable(path, error) from error
    if not stat.S_ISREG(mode):
        folder = (errno.EISDIR, os.strerror(errno.EISDIR))
        raise unreadable(path, OSError(*folder if stat.S_ISDIR(mode) else (errno.ENOTSUP, "not a regular file")))
    return path


def _exists(path: Path) -> bool:
    """Whether *path* exists; a broken link counts as existing."""
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise unreadable(path, error) from error
    return True


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise unreadable(path, error) from error


def _resolved(path: str | Path) -> Path:
    try:
        return Path(path).resolve()
    except RuntimeError:  # Python before 3.13 raises this on a link to itself
        return Path(path).absolute()


def _store(named: str | Path) -> Path:
    """The absolute path of *named*. The folder may not exist yet, but no part of the path may be a broken link."""
    path = Path(named).absolute()
    for place in (path, *path.parents):
        if os.path.islink(place) and not os.path.exists(place):  # noqa: PTH110, PTH114 - these never raise
            raise StoreError(
                Text(f"链接 {place} 不通向任何地方", f"the link {place} leads nowhere"),
                hint=Text("修正链接,或用 --store 指向别处", "mend the link, or name another folder with --store"),
            )
    return _resolved(path)


def _cache(folder: Path) -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        place = Path(base) if base else Path.home() / ".cache"
    except RuntimeError as error:  # HOME is not set and the user ID is unknown, as in a container
        raise StoreError(
            Text("不知道图谱写在哪里:没有主目录", "there is no home directory in which to keep the graph"),
            hint=Text(
                "用 --store(或 KG_STORE)指明文件夹,或设置 HOME",
                "name a folder with --store (or KG_STORE), or set HOME",
            ),
        ) from error
    return place / "xinzhi" / sha256(str(folder).encode()).hexdigest()[:12]
