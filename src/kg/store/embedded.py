"""The embedded store: an Oxigraph index on disk, opened read-only, asked with SPARQL 1.1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg import vocab
from kg.errors import KgError, Place, StoreError, SyntaxProblem, UsageProblem
from kg.store.base import Found
from kg.store.results import Table
from kg.store.syntax import syntax_problem
from kg.store.values import Term
from kg.terms import Text


class EmbeddedStore:
    """Read-only view of one built graph.

    The default graph is materialised (asserted ∪ inferred, each triple once); named graphs hold
    provenance. Queries therefore count every triple once without ``DISTINCT``.
    """

    def __init__(self, path: Path, *, in_memory: bool = False) -> None:
        """Open a graph.

        Args:
            path: folder of the index; in memory, the N-Quads file of the dataset.
            in_memory: read the whole dataset now: twice as fast to ask, with no open file, slower to open.

        Raises:
            StoreError: it is not there or not readable.
        """
        try:
            if in_memory:
                self.index = ox.Store()
                self.index.bulk_load(path=str(path), format=ox.RdfFormat.N_QUADS)
            else:
                self.index = ox.Store.read_only(str(path))
        except (OSError, RuntimeError, ValueError) as error:
            raise StoreError(
                Text(f"打不开图谱索引 {path}:{error}", f"cannot open the index {path}: {error}"),
                hint=Text("运行 kg build --force 重建", "run kg build --force to make it anew"),
            ) from error

    def select(self, sparql: str, *, shown: str = "query", limit: int | None = None) -> Table:
        """The solutions of a SELECT query.

        Args:
            sparql: the query; prefixes of the project need no declaration.
            shown: what the query is called in error messages.
            limit: most rows to return; the table says if there were more.

        Raises:
            SyntaxProblem: not SPARQL (with line and column), or not a SELECT query.
            StoreError: the index is damaged. UsageProblem: the engine cannot evaluate it.
        """
        answer = self.query(sparql, shown=shown)
        if not isinstance(answer, ox.QuerySolutions):
            raise SyntaxProblem(Text("这里需要一个 SELECT 查询", "a SELECT query is needed here"), place=Place(shown))
        return to_table(answer, limit)

    def query(self, sparql: str, *, shown: str = "query") -> Found:
        """The answer of any query form, as Oxigraph gives it.

        Raises:
            SyntaxProblem: not SPARQL, with line and column.
            StoreError: the index is damaged. UsageProblem: the engine cannot evaluate it. Both can come later too, while
                rows are read (:func:`evaluating`).
        """
        return self._answer(sparql, shown, {})

    def query_on(self, sparql: str, default: Sequence[str], named: Sequence[str], *, shown: str = "query") -> Found:
        """The answer over a dataset that the caller describes (SPARQL 1.1 Protocol 2.1.4).

        Args:
            sparql: the query.
            default: graphs whose union is the default graph.
            named: graphs that GRAPH may name. If both are empty, the query's FROM or the store's own dataset holds.
            shown: what the query is called in errors.

        Raises:
            SyntaxProblem: not SPARQL, with line and column.
        """
        if not default and not named:
            return self.query(sparql, shown=shown)
        graphs = {"default_graph": [ox.NamedNode(g) for g in default], "named_graphs": [ox.NamedNode(g) for g in named]}
        return self._answer(sparql, shown, graphs)

    def _answer(self, sparql: str, shown: str, dataset: dict[str, Any]) -> Found:
        """The answer; the project's prefixes are declared only where the query does not stand without them.

        Declaring them costs as much as a simple query, and most queries declare what they use.
        """
        try:
            with evaluating():
                try:
                    return self.index.query(sparql, **dataset)
                except SyntaxError:
                    return self.index.query(sparql, prefixes=dict(vocab.PREFIXES), **dataset)
        except SyntaxError as error:
            raise syntax_problem(error, shown, sparql) from error

    def has_graph(self, iri: str) -> bool:
        """Whether there is a named graph *iri*; what is no IRI names none."""
        try:
            graph = ox.NamedNode(iri)
        except ValueError:
            return False
        with evaluating():
            return self.index.contains_named_graph(graph)

    def quads(self) -> Iterator[ox.Quad]:
        """Everything in the store, default graph included.

        Raises:
            StoreError: the index is damaged.
        """
        with evaluating():
            yield from self.index


def solutions(store: ox.Store, sparql: str) -> list[ox.QuerySolution]:
    """The solutions of one of the program's own SELECT queries on an open Oxigraph store."""
    answer = store.query(sparql, prefixes=dict(vocab.PREFIXES))
    assert isinstance(answer, ox.QuerySolutions)
    return list(answer)


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
    """Turn what Oxigraph raises while it evaluates a query or reads rows into an error of ours."""
    try:
        yield
    except (OSError, RuntimeError, ValueError) as error:
        raise engine_problem(error) from error


def engine_problem(error: Exception) -> KgError:
    """What Oxigraph raises while it evaluates (OSError, RuntimeError, ValueError), as ours.

    RocksDB begins its messages with the kind of its status; these two mean that the index cannot be read as it was written.
    """
    if str(error).startswith(("Corruption", "IO error")):
        return StoreError(
            Text(f"图谱索引已损坏:{error}", f"the index of the graph is damaged: {error}"),
            hint=Text("运行 kg build --force 重建", "run kg build --force to make it anew"),
        )
    return UsageProblem(Text(f"引擎无法求值:{error}", f"the engine cannot evaluate it: {error}"))
