"""Queries from outside in a process of their own, which a deadline or a memory limit can end (Oxigraph has no time-out).

The process is a fresh one (never a fork: a caller may have threads) that runs :mod:`kg.store.isolated`. It answers one query
after the other, so that its start is paid once, and is replaced when it has ended.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
import weakref
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from threading import TIMEOUT_MAX, Lock
from typing import IO, Any, Final

import pyoxigraph as ox

from kg.errors import StoreError, UsageProblem, from_plain
from kg.store.base import Store
from kg.store.confine import ended, out_of_time
from kg.store.embedded import to_table
from kg.store.isolated import receive, send
from kg.store.results import Table, serialise
from kg.terms import Text

_START: Final = "import sys; sys.path[:] = sys.argv[2:]; from kg.store.isolated import main; main(sys.argv[1])"
"""The program of a worker. Started with -I and -S, Python looks at no variable and no site folder: the path is the caller's."""

_PATIENCE: Final = 60.0
"""Seconds for a process to start and to open the index; it takes a tenth of one, unless the machine is very busy."""


@dataclass(frozen=True)
class Answer:
    """What a query gave: a table (SELECT), Turtle text and the triples as a table (CONSTRUCT, DESCRIBE), a truth (ASK)."""

    table: Table | None = None
    triples: str | None = None
    truth: bool | None = None


@dataclass(frozen=True)
class Found:
    """The answer of a worker.

    Attributes:
        kind: ``rows``, ``triples`` or ``truth``.
        body: rows in SPARQL 1.1 TSV, triples in N-Triples.
        truth: of ASK.
        truncated: whether a limit cut the rows or triples.
    """

    kind: str
    body: bytes
    truth: bool
    truncated: bool

    def table(self) -> Table:
        """The rows."""
        found = ox.parse_query_results(self.body, format=ox.QueryResultsFormat.TSV)
        assert isinstance(found, ox.QuerySolutions)
        table = to_table(found)
        return Table(table.columns, table.rows, self.truncated)

    def answer(self) -> Answer:
        """The answer as the faces show it."""
        if self.kind == "truth":
            return Answer(truth=self.truth)
        if self.kind == "rows":
            return Answer(table=self.table())
        triples = [quad.triple for quad in ox.parse(self.body, format=ox.RdfFormat.N_TRIPLES)]
        return _of_triples(triples, self.truncated)


class Worker:
    """A process that answers queries on one index, started when it is first asked.

    Args:
        index: folder of the Oxigraph index.
    """

    def __init__(self, index: Path) -> None:
        self._index = index
        self._lock = Lock()
        self._process: _Process | None = None

    def query(self, sparql: str, *, shown: str, seconds: float | None = None, limit: int | None = None) -> Found:
        """The answer of *sparql*.

        Args:
            sparql: a read-only query; SERVICE and unknown graphs are refused before it runs.
            shown: what the query is called in error messages.
            seconds: wall-clock limit, not counting the start of the process, which is killed at its end. None: none.
            limit: most rows or triples; None: all.

        Raises:
            UsageProblem: *seconds* is no length of time; the engine cannot evaluate the query.
            SyntaxProblem: not SPARQL, with line and column.
            Refused: SERVICE or an unknown graph.
            LimitReached: the time or the memory ran out.
            StoreError: the index cannot be opened, or the process cannot start.
        """
        require_time(seconds)
        begin = time.monotonic()
        if not self._lock.acquire(timeout=-1 if seconds is None else seconds):
            raise out_of_time(seconds or 0)
        try:
            waited = time.monotonic() - begin  # for a query of another thread
            return self._ask(sparql, shown, limit, None if seconds is None else seconds - waited)
        except TimeoutError:
            raise out_of_time(seconds or 0) from None
        finally:
            self._lock.release()

    def _ask(self, sparql: str, shown: str, limit: int | None, seconds: float | None) -> Found:
        process, self._process = self._process, None  # whatever goes wrong, the next query gets another
        if process is None or not process.usable():
            process = _Process(self._index)
        deadline = None if seconds is None else time.monotonic() + seconds
        try:
            head, body = process.ask({"shown": shown, "limit": limit}, sparql.encode(errors="surrogatepass"), deadline)
        except BaseException:  # Ctrl-C too
            process.end()
            raise
        if head["last"]:
            process.end()
        else:
            self._process = process
        if head["kind"] == "error":
            raise from_plain(head)
        return Found(head["kind"], body, head.get("truth", False), head.get("truncated", False))


class _Process:
    """A running process, ended with its owner and with the interpreter.

    Raises:
        StoreError: it cannot start, or cannot open the index.
    """

    def __init__(self, index: Path) -> None:
        here = str(Path(__file__).resolve().parents[2])  # for a kg that was found in the current folder, an empty entry
        command = [sys.executable, "-I", "-S", "-c", _START, str(index), *filter(None, sys.path), here]
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe)
        except OSError as error:
            raise _cannot_start(str(error)) from error
        self._owner = os.getpid()
        self.end = weakref.finalize(self, _end, self._process, self._owner)
        try:
            head, _ = self._receive(time.monotonic() + _PATIENCE)
        except EOFError:
            raise _cannot_start(self._last_words()) from None
        except TimeoutError:
            self.end()
            raise _cannot_start(f"> {_PATIENCE:g} s") from None
        except BaseException:  # Ctrl-C
            self.end()
            raise
        if "class" in head:
            self.end()
            raise from_plain(head) if index.exists() else _gone(index)

    def _last_words(self) -> str:
        """Why it ended: the last line of its standard error, or else its exit code."""
        assert self._process.stderr
        told = self._process.stderr.read().decode(errors="replace").strip()
        self._process.wait()
        self.end()
        return told.rpartition("\n")[2] or f"exit {self._process.returncode}"

    def usable(self) -> bool:
        """Whether it still runs, and is this process's own rather than one of before a fork."""
        return self._owner == os.getpid() and self._process.poll() is None

    def ask(self, head: dict[str, Any], body: bytes, deadline: float | None) -> tuple[dict[str, Any], bytes]:
        """The answer to one message.

        Raises:
            LimitReached: the process ended over it. TimeoutError: there is no answer before *deadline*.
        """
        assert self._process.stdin
        try:
            send(self._process.stdin, head, body)
            return self._receive(deadline)
        except (EOFError, BrokenPipeError):
            raise ended() from None

    def _receive(self, deadline: float | None) -> tuple[dict[str, Any], bytes]:
        assert self._process.stdout
        out = self._process.stdout
        return receive(lambda size: _read(out, size, deadline))


def _read(pipe: IO[bytes], size: int, deadline: float | None) -> bytes:
    """The next *size* bytes, fewer at the end."""
    waiting, data = select.poll(), bytearray()
    waiting.register(pipe, select.POLLIN)
    while len(data) < size:
        left = None if deadline is None else max(deadline - time.monotonic(), 0) * 1000
        if not waiting.poll(left):
            raise TimeoutError
        part = os.read(pipe.fileno(), min(size - len(data), 2**20))
        if not part:
            break
        data += part
    return bytes(data)


def _end(process: subprocess.Popen[bytes], owner: int) -> None:
    """Kill and reap *process*; not from a fork of its *owner*, which goes on using it."""
    if owner == os.getpid():
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            with suppress(OSError):  # what was not sent, nobody reads any longer
                pipe.close()  # type: ignore[union-attr]


def _cannot_start(why: str) -> StoreError:
    return StoreError(
        Text(f"查询进程无法启动:{why}", f"the process for queries cannot start: {why}"),
        hint=Text("运行 kg doctor 检查安装", "run kg doctor to check the installation"),
    )


def _gone(index: Path) -> StoreError:
    return StoreError(
        Text(f"打开之后图谱已被重建或删除:{index}", f"the graph was rebuilt or removed after it was opened: {index}"),
        hint=Text("重新打开图谱", "open the graph again"),
    )


def require_time(seconds: float | None) -> None:
    """Refuse a time limit of *seconds* that is no length of time; None is none.

    Raises:
        UsageProblem: it is not above 0, not a number, or longer than the system can wait.
    """
    if seconds is not None and not 0 < seconds <= TIMEOUT_MAX:  # also refuses NaN, which compares as false
        raise UsageProblem(
            Text(f"时限不能是 {seconds} 秒", f"the time limit cannot be {seconds} seconds"),
            hint=Text("给出大于 0 的秒数", "give a number of seconds above 0"),
        )


def answer(store: Store, sparql: str, shown: str, limit: int) -> Answer:
    """The answer of *sparql* on *store*: at most *limit* rows, or triples, these also as Turtle."""
    found = store.query(sparql, shown=shown)
    if isinstance(found, ox.QueryBoolean):
        return Answer(truth=bool(found))
    if isinstance(found, ox.QuerySolutions):
        return Answer(table=to_table(found, limit))
    triples = list(islice(found, limit + 1))
    return _of_triples(triples[:limit], len(triples) > limit)


def _of_triples(triples: list[ox.Triple], truncated: bool) -> Answer:
    rows: tuple[Any, ...] = tuple((t.subject, t.predicate, t.object) for t in triples)
    table = Table(("subject", "predicate", "object"), rows, truncated)
    return Answer(table, serialise(triples, ox.RdfFormat.TURTLE))
