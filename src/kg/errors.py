"""Every way in which kg fails on purpose, as one tree; each carries what, where, why and the next step.

    KgError
    ├── SourceError      a file of ontology/, data/ or queries/ cannot be read         exit 5
    │   ├── SyntaxProblem    it is not Turtle, TriG or SPARQL (file:line:column)       exit 1
    │   │   └── QuerySyntax      nor is the query that somebody asks                       exit 2
    │   └── MissingFile      it is not there                                           exit 5
    ├── BuildBlocked     the checks found something that must be mended first          exit 1
    ├── UnknownAxiom     the rule compiler met an axiom kind it does not know           exit 1
    ├── UsageProblem     an option, parameter or format that does not exist            exit 2
    │   ├── Refused          a query that would leave this machine, or an unknown graph   exit 2
    │   ├── NotAcceptable    a format that is not offered (HTTP)                           exit 2
    │   └── StaleCursor      a page marker of another question or dataset (HTTP)           exit 2
    ├── NotFound         a name that nothing bears                                     exit 3
    ├── LimitReached     a query ran out of its time or memory                         exit 4
    │   ├── TooLarge         an answer of more rows or bytes than are given out            exit 4
    │   └── Busy             more queries wait than the server lets wait                   exit 4
    ├── OutputError      an answer cannot be written where it was to go                exit 5
    └── StoreError       the built graph cannot be read or written                     exit 5
        └── BuildRunning     another build holds the lock                              exit 5

Every class has its paragraph in docs/errors.md, under the heading of its ``code``.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Final

from kg.terms import Text


@dataclass(frozen=True)
class Place:
    """A spot in a file: path as the user gave it, line and column counted from 1 (0: unknown)."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """``file``, ``file:line`` or ``file:line:column``, as editors understand it."""
        return ":".join([self.file, *(str(n) for n in (self.line, self.column) if n)])


class KgError(Exception):
    """The root: a message in two languages, where it happened, and what to do next.

    Args:
        what: what went wrong, in zh and en.
        place: file, line and column, if there is one.
        hint: the next step, in zh and en.

    Example:
        >>> try:
        ...     graph.chain("commercial spice")
        ... except kg.KgError as error:
        ...     print(error.render("en"))
        nothing is named “commercial spice” among industry
          → did you mean: 商业航天 / commercial space?
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(self, what: Text, *, place: Place | None = None, hint: Text | None = None) -> None:
        super().__init__(what.en)
        self.what, self.place, self.hint = what, place, hint
        for more in (place, hint and f"→ {hint.en}"):  # for Python's own traceback (PEP 678)
            if more:
                self.add_note(str(more))

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors cross from a worker process whole."""
        return _remake, (type(self), self.what, self.place, self.hint)

    def plain(self) -> dict[str, Any]:
        """The error as JSON values, for another process; :func:`from_plain` makes it again."""
        return {
            "class": type(self).__name__,
            "what": self.what.plain(),
            "place": asdict(self.place) if self.place else None,
            "hint": self.hint.plain() if self.hint else None,
        }

    def render(self, lang: str) -> str:
        """The message as a person reads it: place, what, next step, each on its own line."""
        head = f"{self.place}: {self.what.pick(lang)}" if self.place else self.what.pick(lang)
        return head if self.hint is None else f"{head}\n  → {self.hint.pick(lang)}"


class SourceError(KgError):
    """A file of the project cannot be read."""

    code, exit_code = "source", 5


class SyntaxProblem(SourceError):
    """A file is not the Turtle, TriG, YAML or SPARQL it should be."""

    code, exit_code = "syntax", 1


class QuerySyntax(SyntaxProblem):
    """The query that somebody asks is not SPARQL; no file of the project is to blame."""

    exit_code = 2


class MissingFile(SourceError):
    """A file or folder that the project needs is not there, or a library that one of its parts needs."""

    code = "missing-file"


class BuildBlocked(KgError):
    """Checks that block the build found something; the findings have been printed."""

    code = "blocked"


class UnknownAxiom(KgError):
    """The ontology holds an axiom that the rule compiler does not know."""

    code = "unknown-axiom"


class UsageProblem(KgError):
    """An option, parameter or format that does not exist or has an impossible value."""

    code, exit_code = "usage", 2


class Refused(UsageProblem):
    """A query that a reader may not ask: SERVICE, an update, a graph that is not here."""

    code = "refused"


class NotAcceptable(UsageProblem):
    """None of the formats that a client asks for is offered."""

    code = "not-acceptable"


class StaleCursor(UsageProblem):
    """A page marker that belongs to another question or another dataset."""

    code = "stale-cursor"


class NotFound(KgError):
    """A name that nothing in the graph bears; the hint offers the nearest ones."""

    code, exit_code = "not-found", 3


class LimitReached(KgError):
    """A query ran out of the time or memory it was given."""

    code, exit_code = "limit", 4


class TooLarge(LimitReached):
    """The answer of a query has more rows or bytes than are given out at once."""

    code = "too-large"


class Busy(LimitReached):
    """More queries wait for an answer than the server lets wait."""

    code = "busy"


class OutputError(KgError):
    """An answer cannot be written: the disk is full, a folder is missing, standard output is closed."""

    code, exit_code = "output", 5


class StoreError(KgError):
    """The built graph cannot be read or written."""

    code, exit_code = "store", 5


class BuildRunning(StoreError):
    """Another build is at work in the same place."""

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
    """Why the system refuses, in both languages; what has no Chinese words here stays as the system says it."""
    told = error.strerror or str(error)
    return Text(_REASONS.get(error.errno or 0, told), told)


def _remake(kind: type[KgError], what: Text, place: Place | None, hint: Text | None) -> KgError:
    return kind(what, place=place, hint=hint)


def from_plain(fields: Mapping[str, Any]) -> KgError:
    """The error that :meth:`KgError.plain` wrote; of a class that takes more than its words, a plain KgError."""
    place, hint = fields["place"], fields["hint"]
    kinds = {kind.__name__: kind for kind in _descendants(KgError) if kind.__init__ is KgError.__init__}
    return kinds.get(fields["class"], KgError)(
        Text(**fields["what"]), place=Place(**place) if place else None, hint=Text(**hint) if hint else None
    )


def _descendants(kind: type[KgError]) -> Iterator[type[KgError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _descendants(below)
