"""One query of the SPARQL 1.1 Protocol answered whole: checked, evaluated, written in a format, held to its limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kg.errors import TooLarge
from kg.store.base import Found
from kg.store.embedded import EmbeddedStore, engine_problem
from kg.store.formats import Format
from kg.store.guard import refuse_side_effects, refuse_unknown
from kg.store.xml import checked, finish
from kg.terms import Text
from kg.vocab import PREFIXES

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_XML: Final = ("xml", "rdf")
ROWS: Final = Text("行", "rows")
TRIPLES: Final = Text("条三元组", "triples")
BYTES: Final = Text("字节", "bytes")


@dataclass(frozen=True)
class Limits:
    """What one query may take: seconds on the clock, rows, bytes of the answer, bytes of memory beyond the idle worker."""

    seconds: float = 10.0
    rows: int = 100_000
    size: int = 32 * 2**20
    memory: int = 2**30


@dataclass(frozen=True)
class Ask:
    """A query of the protocol.

    Attributes:
        sparql: the query.
        default_graphs: IRIs whose union is the default graph; empty for the query's FROM or the store's own.
        named_graphs: IRIs that GRAPH may name; empty, with *default_graphs* empty, for all.
    """

    sparql: str
    default_graphs: tuple[str, ...] = field(default=())
    named_graphs: tuple[str, ...] = field(default=())


def answer(
    store: EmbeddedStore, ask: Ask, choose: Callable[[bool], Format[Any]], limits: Limits
) -> tuple[bytes, Format[Any]]:
    """The bytes of the answer and the format they are in.

    Args:
        store: where to ask.
        ask: what to ask.
        choose: the format to write, given whether the answer is a graph (else rows or a truth).
        limits: most rows (or triples) and bytes.

    Raises:
        SyntaxProblem: not SPARQL, with line and column.
        Refused: SERVICE, or a graph that is not here.
        UsageProblem: the engine cannot evaluate it.
        TooLarge: more rows or bytes than the limits allow.
    """
    found = evaluate(store, ask)
    format_ = choose(isinstance(found, ox.QueryTriples))
    out = _Bounded(limits.size)
    try:
        if isinstance(found, ox.QueryTriples):
            ox.serialize(_checked(_most(found, limits.rows), format_), out, format_.kind, prefixes=_prefixes(format_))
        else:
            found.serialize(out, format_.kind)
    except (OSError, RuntimeError, ValueError) as error:
        raise engine_problem(error) from error
    body = finish(out.getvalue()) if format_.name in _XML else out.getvalue()
    if isinstance(found, ox.QuerySolutions) and _rows(body, format_, limits.rows) > limits.rows:
        raise too_large(limits.rows, ROWS)
    return body, format_


def write_graph(
    triples: Iterable[ox.Triple], format_: Format[ox.RdfFormat], prefixes: Mapping[str, str] = PREFIXES
) -> bytes:
    """Triples in a format of RDF.

    Args:
        triples: what to write.
        format_: one of :data:`kg.store.formats.GRAPHS`.
        prefixes: for the formats that have any.

    Raises:
        UsageProblem: RDF/XML cannot hold one of the triples.
    """
    named = None if format_.name == "nt" else dict(prefixes)
    body = ox.serialize(_checked(triples, format_), format=format_.kind, prefixes=named) or b""
    return finish(body) if format_.name in _XML else body


def _checked(triples: Iterable[ox.Triple], format_: Format[Any]) -> Iterable[ox.Triple]:
    return checked(triples) if format_.name == "rdf" else triples


def evaluate(store: EmbeddedStore, ask: Ask) -> Found:
    """What the engine answers, once the query is found to do no harm; raises as :func:`answer` does."""
    refuse_side_effects(ask.sparql, "query", store.has_graph)
    for graph in (*ask.default_graphs, *ask.named_graphs):
        refuse_unknown(graph, "query", store.has_graph)
    return store.query_on(ask.sparql, ask.default_graphs, ask.named_graphs)


class _Bounded(BytesIO):
    """A file that takes at most so many bytes."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def write(self, data: ReadableBuffer) -> int:
        if self.tell() + len(memoryview(data)) > self._most:
            raise too_large(self._most, BYTES)
        return super().write(data)


def _most(triples: ox.QueryTriples, limit: int) -> Iterator[ox.Triple]:
    for count, triple in enumerate(triples):
        if count == limit:
            raise too_large(limit, TRIPLES)
        yield triple


def _rows(body: bytes, format_: Format[Any], limit: int) -> int:
    """Solutions in *body*; counted only where there can be more than *limit* (a row takes one byte at the least)."""
    if len(body) <= limit:
        return 0
    if format_.name == "csv":  # a line break between quotes is part of a value; a quote in a value is doubled
        return sum(outside.count(b"\n") for outside in body.split(b'"')[::2]) - 1
    if format_.name == "tsv":  # a line break in a value is written as \n
        return body.count(b"\n") - 1
    if format_.name == "xml":  # < in a value is written as &lt;
        return body.count(b"<result>")
    results = ox.parse_query_results(body, format=format_.kind)
    return sum(1 for _ in results)  # type: ignore[misc, union-attr]


def _prefixes(format_: Format[Any]) -> dict[str, str] | None:
    """The project's prefixes, where the format has any."""
    return None if format_.name == "nt" else dict(PREFIXES)


def too_large(most: int, what: Text) -> TooLarge:
    """The error of an answer of more than *most* of :data:`ROWS`, :data:`TRIPLES` or :data:`BYTES`."""
    return TooLarge(
        Text(f"答案超过 {most} {what.zh}", f"the answer is larger than {most} {what.en}"),
        hint=Text("加上 LIMIT,或分页查询", "add LIMIT, or ask page by page"),
    )
