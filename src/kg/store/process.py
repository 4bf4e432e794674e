"""Runs users' queries in a separate process, which can be killed at a deadline (Oxigraph has no time-out).

The process runs :mod:`kg.store.isolated`. It is a new process, not a fork, because the caller may have threads. It
answers one query after another and is replaced after it has ended.
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
"""The program of the process. With -I and -S, Python reads no environment variable and no site folder; ``sys.path`` is the
caller's.
"""
_START_SECONDS: Final = 60.0
"""Time limit for a process to start and open the index; it needs about 0.1 s unless the machine is very busy."""


@dataclass(frozen=True)
class QueryResult:
    """The result of a query for the command line and Python.

    Attributes:
        table: the rows of SELECT; the triples of CONSTRUCT and DESCRIBE as three columns.
        triples: the triples of CONSTRUCT and DESCRIBE as Turtle.
        truth: the boolean of ASK.
    """

    table: Table | None = None
    triples: str | None = None
    truth: bool | None = None


@dataclass(frozen=True)
class RawResult:
    """What the process sends back, before it is parsed.

    Attributes:
        kind: ``rows``, ``triples`` or ``truth``.
        body: rows in SPARQL 1.1 TSV, triples in N-Triples.
        truth: the boolean of ASK.
        truncated: whether there are more rows or triples than the limit.
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

    def result(self) -> QueryResult:
        """The parsed result."""
        if self.kind == "truth":
            return QueryResult(truth=self.truth)
        if self.kind == "rows":
            return QueryResult(table=self.table())
        triples = [quad.triple for quad in ox.parse(self.body, format=ox.RdfFormat.N_TRIPLES)]
        return _of_triples(triples, self.truncated)


class QueryProcess:
    """A process that answers queries on one index; the first query starts it.

    Args:
        index: folder of the Oxigraph index.
    """

    def __init__(self, index: Path) -> None:
        self._index = index
        self._lock = Lock()
        self._process: _Process | None = None

    def query(self, sparql: str, *, shown: str, seconds: float | None = None, limit: int | None = None) -> RawResult:
        """The answer of *sparql*.

        Args:
            sparql: a read-only query; SERVICE and unknown graphs are refused before it runs.
            shown: name of the query in error messages.
            seconds: wall-clock limit without the start of the process; the process is killed at the limit. None: no
                limit.
            limit: most rows or triples; None: all.

        Raises:
            UsageProblem: *seconds* is not a valid time; or the engine cannot evaluate the query.
            SyntaxProblem: *sparql* is not SPARQL; the error has line and column.
            Refused: the query has SERVICE, or names an unknown graph.
            LimitReached: the query exceeds its time or memory.
            StoreError: the index cannot be opened, or the process cannot start.
        """
        require_time(seconds)
        begin = time.monotonic()
        if not self._lock.acquire(timeout=-1 if seconds is None else seconds):
            raise out_of_time(seconds or 0)
        try:
            waited = time.monotonic() - begin  # for the query of another thread
            return self._ask(sparql, shown, limit, None if seconds is None else seconds - waited)
        except TimeoutError:
            raise out_of_time(seconds or 0) from None
        finally:
            self._lock.release()

    def _ask(self, sparql: str, shown: str, limit: int | None, seconds: float | None) -> RawResult:
        process, self._process = self._process, None  # put back below unless the query fails
        if process is None or not process.usable():
            process = _Process(self._index)
        deadline = None if seconds is None else time.monotonic() + seconds
        try:
            head, body = process.ask({"shown": shown, "limit": limit}, sparql.encode(errors="surrogatepass"), deadline)
        except BaseException:  # includes KeyboardInterrupt
            process.end()
            raise
        if head["last"]:
            process.end()
        else:
            self._process = process
        if head["kind"] == "error":
            raise from_plain(head)
        return RawResult(head["kind"], body, head.get("truth", False), head.get("truncated", False))


class _Process:
    """A running process. It is killed when this object is deleted and when the interpreter exits.

    Raises:
        StoreError: the process cannot start, or cannot open the index.
    """

    def __init__(self, index: Path) -> None:
        here = str(Path(__file__).resolve().parents[2])  # replaces the empty entry of sys.path
        command = [sys.executable, "-I", "-S", "-c", _START, str(index), *filter(None, sys.path), here]
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe)
        except OSError as error:
            raise _cannot_start(str(error)) from error
        self._owner = os.getpid()
        self.end = weakref.finalize(self, _end, self._process, self._owner)
        try:
            head, _ = self._receive(time.monotonic() + _START_SECONDS)
        except EOFError:
            raise _cannot_start(self._exit_reason()) from None
        except TimeoutError:
            self.end()
            raise _cannot_start(f"> {_START_SECONDS:g} s") from None
        except BaseException:  # Ctrl-C
            self.end()
            raise
        if "class" in head:
            self.end()
            raise from_plain(head) if index.exists() else _gone(index)

    def _exit_reason(self) -> str:
        """Why the process ended: the last line of its standard error, else its exit code."""
        assert self._process.stderr
        output = self._process.stderr.read().decode(errors="replace").strip()
        self._process.wait()
        self.end()
        return output.rpartition("\n")[2] or f"exit {self._process.returncode}"

    def usable(self) -> bool:
        """Whether the process runs and was started by the current process, not by a parent before a fork."""
        return self._owner == os.getpid() and self._process.poll() is None

    def ask(self, head: dict[str, Any], body: bytes, deadline: float | None) -> tuple[dict[str, Any], bytes]:
        """The answer to one message.

        Raises:
            LimitReached: the process died during the query. TimeoutError: there is no answer before *deadline*.
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
    """The next *size* bytes, fewer at the end of the stream."""
    poll, data = select.poll(), bytearray()
    poll.register(pipe, select.POLLIN)
    while len(data) < size:
        left = None if deadline is None else max(deadline - time.monotonic(), 0) * 1000
        if not poll.poll(left):
            raise TimeoutError
        part = os.read(pipe.fileno(), min(size - len(data), 2**20))
        if not part:
            break
        data += part
    return bytes(data)


def _end(process: subprocess.Popen[bytes], owner: int) -> None:
    """Kill and reap *process*. Does nothing in a fork of the process *owner*, which still uses it."""
    if owner == os.getpid():
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            with suppress(OSError):  # flushing unsent data to a dead process fails
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
    """Refuse an invalid time limit; None means no limit and is valid.

    Raises:
        UsageProblem: *seconds* is not above 0, not a number, or longer than the system can wait.
    """
    if seconds is not None and not 0 < seconds <= TIMEOUT_MAX:  # also refuses NaN: every comparison with it is false
        raise UsageProblem(
            Text(f"时限不能是 {seconds} 秒", f"the time limit cannot be {seconds} seconds"),
            hint=Text("给出大于 0 的秒数", "give a number of seconds above 0"),
        )


def answer(store: Store, sparql: str, shown: str, limit: int) -> QueryResult:
    """The answer of *sparql* on *store*, with at most *limit* rows or triples."""
    found = store.query(sparql, shown=shown)
    if isinstance(found, ox.QueryBoolean):
        return QueryResult(truth=bool(found))
    if isinstance(found, ox.QuerySolutions):
        return QueryResult(table=to_table(found, limit))
    triples = list(islice(found, limit + 1))
    return _of_triples(triples[:limit], len(triples) > limit)


def _of_triples(triples: list[ox.Triple], truncated: bool) -> QueryResult:
    rows: tuple[Any, ...] = tuple((t.subject, t.predicate, t.object) for t in triples)
    table = Table(("subject", "predicate", "object"), rows, truncated)
    return QueryResult(table, serialise(triples, ox.RdfFormat.TURTLE))
