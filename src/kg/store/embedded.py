"""The embedded store: an Oxigraph index, on disk and opened read-only, or in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg import vocab
from kg.errors import KgError, Place, StoreError, SyntaxProblem, UsageProblem
from kg.store.base import OxigraphResult
from kg.store.results import Table
from kg.store.syntax import syntax_problem
from kg.store.values import Term
from kg.terms import Text


class EmbeddedStore:
    """Read-only view of one built graph.

    The default graph contains each asserted or inferred triple once; a named graph tells where a triple is from. Queries on the
    default graph therefore count every triple once, without ``DISTINCT``.
    """

    def __init__(self, path: Path, *, in_memory: bool = False) -> None:
        """Open a graph.

        Args:
            path: folder of the index; with *in_memory*, the N-Quads file of the dataset.
            in_memory: load the whole dataset into memory. Queries are twice as fast and no file stays open, but
                opening takes longer.

        Raises:
            StoreError: *path* is missing or not readable.
        """
        try:
            if in_memory:
                self.index = ox.Store()
                # bulk_load would give the blank nodes new names, others in each process
                self.index.bulk_extend(ox.parse(path=str(path), format=ox.RdfFormat.N_QUADS))
            else:
                self.index = ox.Store.read_only(str(path))
        except (OSError, RuntimeError, SyntaxError, ValueError) as error:
            raise StoreError(
                Text(f"打不开图谱索引 {path}:{error}", f"cannot open the index {path}: {error}"),
                hint=Text("运行 kg build --force 重建", "run kg build --force to make it anew"),
            ) from error

    @classmethod
    def of(cls, index: ox.Store) -> EmbeddedStore:
        """The view of a store that is in memory already."""
        store = cls.__new__(cls)
        store.index = index
        return store

    def select(self, sparql: str, *, shown: str = "query", limit: int | None = None) -> Table:
        """The solutions of a SELECT query.

        Args:
            sparql: the query; prefixes of the project need no declaration.
            shown: name of the query in error messages.
            limit: most rows to return; :attr:`Table.truncated` is true if there were more.

        Raises:
            SyntaxProblem: *sparql* is not SPARQL (with line and column), or not a SELECT query.
            StoreError: the index is damaged. UsageProblem: the engine cannot evaluate the query.
        """
        return of_select(self.query(sparql, shown=shown), shown, limit)

    def query(self, sparql: str, *, shown: str = "query") -> OxigraphResult:
        """Oxigraph's result of a query of any form.

        Raises:
            SyntaxProblem: *sparql* is not SPARQL; the error has line and column.
            StoreError: the index is damaged. UsageProblem: the engine cannot evaluate the query. Reading rows can raise
                both too; read them inside :func:`evaluating`.
        """
        return self._answer(sparql, shown, {})

    def query_on(
        self, sparql: str, default: Sequence[str], named: Sequence[str], *, shown: str = "query"
    ) -> OxigraphResult:
        """The result of a query on a given RDF dataset (SPARQL 1.1 Protocol 2.1.4).

        Args:
            sparql: the query.
            default: IRIs of the graphs whose union is the default graph.
            named: IRIs of the graphs that GRAPH may name. If *default* is empty too, the query's FROM clauses or the
                store's own dataset apply.
            shown: name of the query in error messages.

        Raises:
            SyntaxProblem: *sparql* is not SPARQL; the error has line and column.
        """
        if not default and not named:
            return self.query(sparql, shown=shown)
        graphs = {"default_graph": [ox.NamedNode(g) for g in default], "named_graphs": [ox.NamedNode(g) for g in named]}
        return self._answer(sparql, shown, graphs)

    def _answer(self, sparql: str, shown: str, dataset: dict[str, Any]) -> OxigraphResult:
        """Evaluate the query. The project's prefixes are declared only if it does not parse without them.

        Declaring them costs as much as a simple query, and most queries declare the prefixes they use.
        """
        try:
            try:
                return self.index.query(sparql, **dataset)
            except SyntaxError:
                return self.index.query(sparql, prefixes=dict(vocab.PREFIXES), **dataset)
        except SyntaxError as error:
            raise syntax_problem(error, shown, sparql) from error
        except (OSError, RuntimeError, ValueError) as error:
            raise engine_problem(error) from error

    def has_graph(self, iri: str) -> bool:
        """Whether there is a named graph *iri*; false for a string that is not an IRI."""
        try:
            graph = ox.NamedNode(iri)
        except ValueError:
            return False
        with evaluating():
            return self.index.contains_named_graph(graph)

    def quads(self) -> Iterator[ox.Quad]:
        """All quads of the default graph and the named graphs.

        Raises:
            StoreError: the index is damaged.
        """
        with evaluating():
            yield from self.index


def solutions(store: ox.Store, sparql: str, prefixes: Mapping[str, str] = vocab.PREFIXES) -> list[ox.QuerySolution]:
    """The solutions of a SELECT query of this program, with *prefixes*, on an open Oxigraph store."""
    answer = store.query(sparql, prefixes=dict(prefixes))
    assert isinstance(answer, ox.QuerySolutions)
    return list(answer)


def construct(store: ox.Store, sparql: str) -> Iterator[ox.Triple]:
    """The triples of a CONSTRUCT query of this program on an open Oxigraph store."""
    answer = store.query(sparql)
    assert isinstance(answer, ox.QueryTriples)
    return answer


def of_select(found: OxigraphResult, shown: str, limit: int | None = None) -> Table:
    """The solutions of the query *shown* as a table of at most *limit* rows.

    Raises:
        SyntaxProblem: it is no SELECT query.
    """
    if not isinstance(found, ox.QuerySolutions):
        raise SyntaxProblem(Text("这里需要一个 SELECT 查询", "a SELECT query is needed here"), place=Place(shown))
    return to_table(found, limit)


def to_table(solutions: ox.QuerySolutions, limit: int | None = None) -> Table:
    """Solutions as a table of at most *limit* rows."""
    columns = tuple(v.value for v in solutions.variables)
    rows: list[tuple[Term | None, ...]] = []
    with evaluating():
        for solution in solutions:
            if limit is not None and len(rows) == limit:
                return Table(columns, tuple(rows), truncated=True)
            rows.append(tuple(solution[c] for c in columns))
    return Table(columns, tuple(rows))


@contextmanager
def evaluating() -> Iterator[None]:
    """A context in which an exception of Oxigraph's evaluation becomes a KgError."""
    try:
        yield
    except (OSError, RuntimeError, ValueError) as error:
        raise engine_problem(error) from error


def engine_problem(error: Exception) -> KgError:
    """The KgError for an exception of Oxigraph's evaluation (OSError, RuntimeError, ValueError).

    A message of RocksDB begins with its status code; “Corruption” and “IO error” mean that the index is damaged.
    """
    if str(error).startswith(("Corruption", "IO error")):
        return StoreError(
            Text(f"图谱索引已损坏:{error}", f"the index of the graph is damaged: {error}"),
            hint=Text("运行 kg build --force 重建", "run kg build --force to make it anew"),
        )
    return UsageProblem(Text(f"引擎无法求值:{error}", f"the engine cannot evaluate it: {error}"))
