"""Answers one query of the SPARQL 1.1 Protocol: checks it, evaluates it and serialises the result within limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kg.errors import TooLarge
from kg.source.writer import turtle
from kg.store.base import OxigraphResult, Store
from kg.store.embedded import engine_problem
from kg.store.formats import Format
from kg.store.guard import refuse_side_effects, refuse_unknown
from kg.store.jsonld import jsonld
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
    """The limits of one query.

    Attributes:
        seconds: wall-clock time.
        rows: rows or triples of the answer.
        size: bytes of the answer.
        memory: bytes of memory beyond those of the idle worker.
    """

    seconds: float = 10.0
    rows: int = 100_000
    size: int = 32 * 2**20
    memory: int = 2**30


@dataclass(frozen=True)
class ProtocolQuery:
    """A query of the protocol.

    Attributes:
        sparql: the query.
        default_graphs: IRIs of the graphs whose union is the default graph.
        named_graphs: IRIs of the graphs that GRAPH may name.

    If both are empty, the query's FROM clauses apply; without any, the store's default graph and all its named graphs.
    """

    sparql: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


def answer(
    store: Store, query: ProtocolQuery, choose: Callable[[bool], Format[Any]], limits: Limits
) -> tuple[bytes, Format[Any]]:
    """The serialised answer and its format.

    Args:
        store: the store to query.
        query: the query.
        choose: returns the format; its argument is true for a graph (CONSTRUCT, DESCRIBE), false for rows or a boolean.
        limits: the most rows (or triples) and bytes.

    Raises:
        SyntaxProblem: the query is not SPARQL; the error has line and column.
        Refused: the query has SERVICE, or names an unknown graph.
        UsageProblem: the engine cannot evaluate the query.
        TooLarge: the answer has more rows or bytes than the limits allow.
    """
    found = evaluate(store, query)
    format_ = choose(isinstance(found, ox.QueryTriples))
    out = _Bounded(limits.size)
    try:
        if isinstance(found, ox.QueryTriples):
            ox.serialize(
                _checked(_at_most(found, limits.rows), format_), out, format_.kind, prefixes=_prefixes(format_)
            )
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
    """Triples in an RDF format.

    Args:
        triples: the triples.
        format_: one of :data:`kg.store.formats.GRAPHS`.
        prefixes: used by the formats that have prefixes.

    Raises:
        UsageProblem: RDF/XML cannot hold one of the triples.
    """
    if format_.name == "ttl":
        return turtle(triples, prefixes).encode()
    if format_.name == "jsonld":
        return jsonld((ox.Quad(*triple) for triple in triples), prefixes).encode()
    named = dict(prefixes) if format_.name == "rdf" else None
    body = ox.serialize(_checked(triples, format_), format=format_.kind, prefixes=named) or b""
    return finish(body) if format_.name in _XML else body


def _checked(triples: Iterable[ox.Triple], format_: Format[Any]) -> Iterable[ox.Triple]:
    return checked(triples) if format_.name == "rdf" else triples


def evaluate(store: Store, query: ProtocolQuery) -> OxigraphResult:
    """Check the query for SERVICE and unknown graphs, then evaluate it; raises as :func:`answer` does."""
    refuse_side_effects(query.sparql, "query", store.has_graph)
    for graph in (*query.default_graphs, *query.named_graphs):
        refuse_unknown(graph, "query", store.has_graph)
    return store.query_on(query.sparql, query.default_graphs, query.named_graphs)


class _Bounded(BytesIO):
    """An in-memory file that raises TooLarge beyond *most* bytes."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def write(self, data: ReadableBuffer) -> int:
        if self.tell() + len(memoryview(data)) > self._most:
            raise too_large(self._most, BYTES)
        return super().write(data)


def _at_most(triples: ox.QueryTriples, limit: int) -> Iterator[ox.Triple]:
    for count, triple in enumerate(triples):
        if count == limit:
            raise too_large(limit, TRIPLES)
        yield triple


def _rows(body: bytes, format_: Format[Any], limit: int) -> int:
    """The number of solutions in *body*; 0 if *body* is too short for more than *limit* (a row has at least one byte)."""
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
    """The project's prefixes; None if the format has no prefixes."""
    return None if format_.name == "nt" else dict(PREFIXES)


def too_large(most: int, what: Text) -> TooLarge:
    """The error for an answer with more than *most* :data:`ROWS`, :data:`TRIPLES` or :data:`BYTES`."""
    return TooLarge(
        Text(f"答案超过 {most} {what.zh}", f"the answer is larger than {most} {what.en}"),
        hint=Text("加上 LIMIT,或分页查询", "add LIMIT, or ask page by page"),
    )
