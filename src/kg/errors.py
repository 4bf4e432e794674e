"""The exceptions of kg. Each has a message, a place in a file if there is one, and a hint what to do next.

    KgError
    ├── SourceError      a file of ontology/, data/ or queries/ cannot be read         exit 5
    │   ├── SyntaxProblem    it is not valid Turtle, TriG, YAML or SPARQL              exit 1
    │   │   └── QuerySyntax      a user's query is not valid SPARQL                        exit 2
    │   └── MissingFile      it is missing                                             exit 5
    ├── BuildBlocked     the checks have findings that block the build                 exit 1
    ├── UnknownAxiom     an axiom can be neither compiled nor checked                  exit 1
    ├── UsageProblem     an option, parameter or format that does not exist            exit 2
    │   ├── Refused          a query with SERVICE, an update, or an unknown graph          exit 2
    │   ├── NotAcceptable    a format that is not offered (HTTP)                           exit 2
    │   └── StaleCursor      a page cursor of another query or dataset (HTTP)              exit 2
    ├── NotFound         an unknown name                                               exit 3
    ├── LimitReached     a query exceeded its time or memory limit                     exit 4
    │   ├── TooLarge         an answer exceeded the limit of rows or bytes                 exit 4
    │   └── Busy             the server's queue of requests is full                        exit 4
    ├── OutputError      an answer cannot be written to its destination                exit 5
    └── StoreError       the built graph cannot be read or written                     exit 5
        └── BuildRunning     another build holds the lock                              exit 5

docs/errors.md describes every class, under the heading of its ``code``.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Final

from kg.terms import Text


@dataclass(frozen=True)
class Place:
    """A position in a file: path as shown in messages, line and column from 1 (0: unknown)."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """``file``, ``file:line`` or ``file:line:column``, which editors recognise."""
        return ":".join([self.file, *(str(n) for n in (self.line, self.column) if n)])


class KgError(Exception):
    """The base class: a message in two languages, a place and a hint.

    Args:
        what: what went wrong, in zh and en.
        place: file, line and column, if there is one.
        hint: the next step, in zh and en.
        near: IRIs of things that may have been meant, best first; the hint names them.

    Example:
        >>> try:
        ...     graph.chain("paper lantern makin")
        ... except kg.KgError as error:
        ...     print(error.render("en"))
        nothing is named “paper lantern makin” among industry
          → did you mean: 纸灯业 / paper lantern making?
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(
        self, what: Text, *, place: Place | None = None, hint: Text | None = None, near: Sequence[str] = ()
    ) -> None:
        super().__init__(what.en)
        self.what, self.place, self.hint, self.near = what, place, hint, tuple(near)
        for more in (place, hint and f"→ {hint.en}"):  # for Python's own traceback (PEP 678)
            if more:
                self.add_note(str(more))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle all fields; by default, an exception is recreated from ``args`` only."""
        return _remake, (type(self), self.what, self.place, self.hint, self.near)

    def plain(self) -> dict[str, Any]:
        """The error as JSON values, to send it to another process; :func:`from_plain` is the inverse."""
        return {
            "class": type(self).__name__,
            "what": self.what.plain(),
            "place": asdict(self.place) if self.place else None,
            "hint": self.hint.plain() if self.hint else None,
            "near": list(self.near),
        }

    def render(self, lang: str) -> str:
        """The message for people: place and message on the first line, the hint on the second."""
        head = f"{self.place}: {self.what.pick(lang)}" if self.place else self.what.pick(lang)
        return head if self.hint is None else f"{head}\n  → {self.hint.pick(lang)}"


class SourceError(KgError):
    """A file of the project cannot be read."""

    code, exit_code = "source", 5


class SyntaxProblem(SourceError):
    """A file is not valid Turtle, TriG, YAML or SPARQL."""

    code, exit_code = "syntax", 1


class QuerySyntax(SyntaxProblem):
    """A user's query is not valid SPARQL; the project's files are not at fault."""

    exit_code = 2


class MissingFile(SourceError):
    """A file or folder of the project is missing or unreadable, or an optional library is not installed."""

    code = "missing-file"


class BuildBlocked(KgError):
    """The checks have findings that block the build."""

    code = "blocked"


class UnknownAxiom(KgError):
    """The ontology has an axiom that can be neither compiled nor checked."""

    code = "unknown-axiom"


class UsageProblem(KgError):
    """An option, parameter or format does not exist or has an invalid value."""

    code, exit_code = "usage", 2


class Refused(UsageProblem):
    """A query that is not allowed: SERVICE, an update, an unknown graph."""

    code = "refused"


class NotAcceptable(UsageProblem):
    """The client accepts none of the offered formats (HTTP 406)."""

    code = "not-acceptable"


class StaleCursor(UsageProblem):
    """A page cursor belongs to another query or another dataset."""

    code = "stale-cursor"


class NotFound(KgError):
    """Nothing in the graph has the given name; the hint gives similar names."""

    code, exit_code = "not-found", 3


class LimitReached(KgError):
    """A query exceeded its time or memory limit."""

    code, exit_code = "limit", 4


class TooLarge(LimitReached):
    """The answer of a query exceeds the limit of rows or bytes."""

    code = "too-large"


class Busy(LimitReached):
    """The server's queue of requests is full."""

    code = "busy"


class OutputError(KgError):
    """An answer cannot be written: the disk is full, a folder is missing, standard output is closed."""

    code, exit_code = "output", 5


class StoreError(KgError):
    """The built graph cannot be read or written."""

    code, exit_code = "store", 5


class BuildRunning(StoreError):
    """Another build is running in the same store folder."""

    code = "build-running"


_REASONS: Final = {
    errno.EACCES: "没有权限",
    errno.EBADF: "没有打开",
    errno.EDQUOT: "超出磁盘配额",
    errno.EEXIST: "已存在同名的文件",
    errno.EFBIG: "文件过大",
    errno.EIO: "读写出错",
    errno.EISDIR: "是文件夹",
    errno.ELOOP: "链接绕成了圈",
    errno.ENAMETOOLONG: "文件名过长",
    errno.ENOENT: "没有这个文件或文件夹",
    errno.ENOSPC: "磁盘已满",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.ENOTSUP: "不是普通文件",
    errno.EPERM: "不允许",
    errno.EROFS: "文件系统只读",
}


def reason(error: OSError) -> Text:
    """The system's error message in both languages; without a translation, the system's own text is used for zh too."""
    message = error.strerror or str(error)
    return Text(_REASONS.get(error.errno or 0, message), message)


def _remake(kind: type[KgError], what: Text, place: Place | None, hint: Text | None, near: tuple[str, ...]) -> KgError:
    return kind(what, place=place, hint=hint, near=near)


def from_plain(fields: Mapping[str, Any]) -> KgError:
    """The error from the JSON values of :meth:`KgError.plain`.

    A class with its own ``__init__`` becomes a KgError, because the values do not hold its other arguments.
    """
    place, hint = fields["place"], fields["hint"]
    kinds = {kind.__name__: kind for kind in _subclasses(KgError) if kind.__init__ is KgError.__init__}
    return kinds.get(fields["class"], KgError)(
        Text(**fields["what"]),
        place=Place(**place) if place else None,
        hint=Text(**hint) if hint else None,
        near=fields["near"],
    )


def _subclasses(kind: type[KgError]) -> Iterator[type[KgError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _subclasses(below)
