"""One query of the shell in a process of its own, which a limit can end (Oxigraph has no time-out).

A server keeps its workers instead of starting one per query: see :mod:`kg.store.pool`.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import sys
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from threading import TIMEOUT_MAX

import pyoxigraph as ox

from kg.errors import KgError, UsageProblem
from kg.store.base import Store
from kg.store.confine import confine, ended, out_of_time
from kg.store.embedded import EmbeddedStore, engine_problem, to_table
from kg.store.guard import refuse_side_effects
from kg.store.results import Table, serialise
from kg.terms import Text

MEMORY = 2**30
"""Bytes that a query of the shell may take."""


@dataclass(frozen=True)
class Answer:
    """What a query gave: a table (SELECT), Turtle text and the triples as a table (CONSTRUCT, DESCRIBE), a truth (ASK)."""

    table: Table | None = None
    triples: str | None = None
    truth: bool | None = None


def ask(index: Path, sparql: str, *, shown: str, seconds: float, limit: int) -> Answer:
    """The answer of *sparql* on the index in folder *index*.

    Args:
        index: folder of the Oxigraph index.
        sparql: a read-only query; SERVICE and unknown graphs are refused before it runs.
        shown: what the query is called in error messages.
        seconds: wall-clock limit; the process is killed at its end.
        limit: most rows.

    Raises:
        UsageProblem: *seconds* is no length of time.
        SyntaxProblem: not SPARQL, with line and column.
        Refused: SERVICE or an unknown graph.
        LimitReached: the time or the memory ran out.
    """
    if not 0 < seconds <= TIMEOUT_MAX:  # also refuses NaN, which compares as false
        raise UsageProblem(
            Text(f"时限不能是 {seconds} 秒", f"the time limit cannot be {seconds} seconds"),
            hint=Text("给出大于 0 的秒数", "give a number of seconds above 0"),
        )
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    worker = context.Process(target=_work, args=(there, index, sparql, shown, limit), daemon=True)
    worker.start()
    there.close()
    try:
        if not here.poll(seconds):
            raise out_of_time(seconds)
        told = pickle.loads(here.recv_bytes())
    except EOFError:
        raise ended() from None
    finally:
        worker.kill()
        worker.join()
    if isinstance(told, KgError):
        raise told
    assert isinstance(told, Answer)
    return told


def answer(store: Store, sparql: str, shown: str, limit: int) -> Answer:
    """The answer of *sparql* on *store*: at most *limit* rows, or triples, these also as Turtle."""
    found = store.query(sparql, shown=shown)
    if isinstance(found, ox.QueryBoolean):
        return Answer(truth=bool(found))
    if isinstance(found, ox.QuerySolutions):
        return Answer(table=to_table(found, limit))
    triples = list(islice(found, limit + 1))
    kept = triples[:limit]
    rows = tuple((t.subject, t.predicate, t.object) for t in kept)
    table = Table(("subject", "predicate", "object"), rows, truncated=len(triples) > limit)
    return Answer(table, serialise(kept, ox.RdfFormat.TURTLE))


def _work(out: Connection, index: Path, sparql: str, shown: str, limit: int) -> None:
    _silence_the_engine()
    try:
        store = EmbeddedStore(index)
        confine(MEMORY)
        refuse_side_effects(sparql, shown, store.has_graph)
        told: Answer | KgError = answer(store, sparql, shown, limit)
    except KgError as error:
        told = error
    except (MemoryError, RecursionError):
        told = ended()
    except (OSError, RuntimeError, ValueError) as error:
        told = engine_problem(error)
    out.send_bytes(pickle.dumps(told))


def _silence_the_engine() -> None:
    """Send nowhere what the engine writes to stderr as it aborts, a backtrace; Python's own errors are still seen."""
    sys.stderr = os.fdopen(os.dup(2), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
