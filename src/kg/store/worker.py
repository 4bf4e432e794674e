"""One query from outside in a process of its own, which a time limit can kill (Oxigraph has no time-out)."""

from __future__ import annotations

import multiprocessing
import pickle
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import pyoxigraph as ox

from kg import vocab
from kg.errors import KgError, LimitReached
from kg.store.base import Store
from kg.store.embedded import EmbeddedStore, to_table
from kg.store.guard import refuse_side_effects
from kg.store.results import Table
from kg.terms import Text


@dataclass(frozen=True)
class Answer:
    """What a query gave: a table (SELECT), Turtle text (CONSTRUCT, DESCRIBE) or a truth (ASK)."""

    table: Table | None = None
    triples: str | None = None
    truth: bool | None = None


def ask(index: Path, sparql: str, *, shown: str, seconds: float, limit: int) -> Answer:
    """The answer of *sparql* on the index in folder *index*.

    Args:
        index: folder of the Oxigraph index.
        sparql: a read-only query; SERVICE and updates are refused before it runs.
        shown: what the query is called in error messages.
        seconds: wall-clock limit; the process is killed at its end.
        limit: most rows.

    Raises:
        SyntaxProblem: not SPARQL, with line and column.
        UsageProblem: SERVICE, or an update.
        LimitReached: the time ran out.
    """
    refuse_side_effects(sparql, shown)
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    worker = context.Process(target=_work, args=(there, index, sparql, shown, limit), daemon=True)
    worker.start()
    there.close()
    try:
        if not here.poll(seconds):
            raise LimitReached(
                Text(f"查询超过 {seconds:g} 秒,已终止", f"the query took more than {seconds:g} s and was stopped"),
                hint=Text("缩小范围,或用 --timeout 放宽", "narrow it, or allow more with --timeout"),
            )
        told = pickle.loads(here.recv_bytes())
    except EOFError:
        raise LimitReached(Text("查询进程异常结束", "the query's process died")) from None
    finally:
        worker.kill()
        worker.join()
    if isinstance(told, KgError):
        raise told
    assert isinstance(told, Answer)
    return told


def answer(store: Store, sparql: str, shown: str, limit: int) -> Answer:
    """The answer of *sparql* on *store*, whole: at most *limit* rows, triples as Turtle."""
    found = store.query(sparql, shown=shown)
    if isinstance(found, ox.QueryBoolean):
        return Answer(truth=bool(found))
    if isinstance(found, ox.QuerySolutions):
        return Answer(table=to_table(found, limit))
    text = ox.serialize(found, format=ox.RdfFormat.TURTLE, prefixes=dict(vocab.PREFIXES))
    return Answer(triples=(text or b"").decode())


def _work(out: Connection, index: Path, sparql: str, shown: str, limit: int) -> None:
    try:
        told: Answer | KgError = answer(EmbeddedStore(index), sparql, shown, limit)
    except KgError as error:
        told = error
    out.send_bytes(pickle.dumps(told))
