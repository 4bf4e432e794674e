"""A graph in a SPARQL 1.1 store: the newest complete build of a project, read over the SPARQL 1.1 Protocol."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Final
from urllib.parse import unquote, urldefrag

import pyoxigraph as ox

from kg import vocab
from kg.errors import StoreError
from kg.store.base import OxigraphResult
from kg.store.embedded import of_select
from kg.store.engines import Engine, engine, standard_results
from kg.store.layout import BUILDS, CONTENT, PUBLISHED, ROOT, Layout, project_iri
from kg.store.protocol import Client, Transport
from kg.store.results import Table
from kg.store.scope import Scoped, no_dataset, scope
from kg.store.syntax import syntax_problem
from kg.terms import Text

ROWS: Final = "application/sparql-results+json"
_TRIPLES: Final = "text/turtle"
_PROLOGUE: Final = " ".join(f"PREFIX {name}: <{space}>" for name, space in vocab.PREFIXES.items())
_DEFAULT_PROJECT: Final = "default"


def address(url: str) -> tuple[str, str]:
    """The URL of a store and the name of the project in it, which is written after ``#``."""
    place, project = urldefrag(url)
    return place, unquote(project) or _DEFAULT_PROJECT


class RemoteStore:
    """Read access to one build of a project in a store.

    Whether the build is published there is checked after each query as before it: a build that is removed meanwhile, or that
    the store has lost, would otherwise give partial answers.

    Args:
        url: the store, as :class:`kg.store.protocol.Client` takes it; ``#NAME`` after it names the project.
        build: IRI of the build; empty for the newest one at the first query.
        seconds: longest wait for an answer.
        client: what sends the queries; None for a client of its own.
    """

    def __init__(self, url: str, build: str = "", *, seconds: float = 60.0, client: Transport | None = None) -> None:
        self.url = url
        place, self._project = address(url)
        self._client: Transport = client or Client(place, seconds=seconds)
        self._reading = self._unchecked = False
        if build:
            self.layout = Layout(build)

    def within(self, seconds: float) -> RemoteStore:
        """Access to the same build with another limit of time; which kind of store it is, is not asked again."""
        other = RemoteStore(self.url, self.layout.iri, seconds=seconds)
        other.engine = self.engine
        return other

    @cached_property
    def layout(self) -> Layout:
        """The build that is read; raises as :meth:`newest` does."""
        return self.newest()

    @cached_property
    def engine(self) -> Engine:
        """The kind of store, as it says."""
        return engine(self._client.query("SELECT * WHERE { } LIMIT 1", ROWS).server)

    def newest(self) -> Layout:
        """The newest build that is complete.

        Raises:
            StoreError: the store has none of this project, or it cannot be reached.
        """
        builds = published(self._client)
        own = [build for build in builds if build.startswith(project_iri(self._project))]
        if not own:
            others = sorted({unquote(b.removeprefix(ROOT).split("/")[0]) for b in builds})
            listed = ", ".join(others)
            raise StoreError(
                Text(
                    f"{self.url} 里没有项目“{self._project}”的图谱", f"{self.url} holds no graph of “{self._project}”"
                ),
                hint=Text(f"那里有:{listed};写成 URL#名称", f"it holds {listed}; write URL#NAME")
                if others
                else Text("用 kg build --store URL 放进去", "put one there with kg build --store URL"),
            )
        return Layout(own[-1])

    def select(self, sparql: str, *, shown: str = "query", limit: int | None = None) -> Table:
        """The solutions of a SELECT query.

        Raises:
            SyntaxProblem: it is not a valid SELECT query, or the store rejects it.
            StoreError: the store cannot be reached or fails.
            LimitReached: the store does not answer in time.
        """
        return of_select(self.query(sparql, shown=shown), shown, limit)

    def query(self, sparql: str, *, shown: str = "query") -> OxigraphResult:
        """The result of a query of any form; raises as :meth:`select` does."""
        _require_valid(sparql, shown)
        scoped = scope(sparql, self.layout, shown, self.engine)
        body, kind = self._asked(f"{_PROLOGUE} {scoped.text}", f"{ROWS}, {_TRIPLES};q=0.9", shown, scoped.default_graph)
        if "json" in kind:
            return ox.parse_query_results(self._results(body, scoped), format=ox.QueryResultsFormat.JSON)
        return self._triples(body, kind)

    def query_on(
        self, sparql: str, default: Sequence[str], named: Sequence[str], *, shown: str = "query"
    ) -> OxigraphResult:
        """The result of a query; raises as :meth:`query` does.

        Raises:
            Refused: *default* or *named* choose graphs, as FROM does.
        """
        if default or named:
            raise no_dataset(shown)
        return self.query(sparql, shown=shown)

    def has_graph(self, iri: str) -> bool:
        """Whether there is a named graph *iri*; false for a string that is not an IRI."""
        try:
            name = ox.NamedNode(iri)
        except ValueError:
            return False
        return bool(self.query(f"ASK {{ GRAPH {name} {{ ?s ?p ?o }} }}"))

    def _asked(self, text: str, accept: str, shown: str = "query", default_graph: str = "") -> tuple[bytes, str]:
        """The answer to a query on the stored graphs, and its media type.

        Raises:
            StoreError: the build is no longer published; the answer may lack something.
        """
        body, kind, _ = self._client.query(text, accept, shown=shown, default_graph=default_graph)
        if self._reading:
            self._unchecked = True
        else:
            self._require_published()
        return body, kind

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A context of several queries, which are answered together: whether the build is still there is asked once, at its end.

        Raises:
            StoreError: the build is no longer published. What was made of the answers is not to be used.
        """
        self._reading, self._unchecked = True, False
        try:
            yield
        finally:
            self._reading = False
            if self._unchecked:
                self._require_published()

    def _require_published(self) -> None:
        mark = f"SELECT ?at WHERE {{ GRAPH <{BUILDS}> {{ <{self.layout.iri}> <{PUBLISHED}> ?at }} }}"
        if not solutions(self._client, mark):
            raise StoreError(
                Text(f"{self.url} 里已没有所读的这次构建", f"the build that was read is no longer in {self.url}"),
                hint=Text(
                    "再问一次;若仍如此,运行 kg build --store URL",
                    "ask again; if that does not help, run kg build --store URL",
                ),
            )

    def quads(self) -> Iterator[ox.Quad]:
        """All quads of the default graph and the named graphs."""
        for graph, subject, predicate, value in self.select(_ALL).rows:
            yield ox.Quad(subject, predicate, value, graph or ox.DefaultGraph())  # type: ignore[arg-type]

    def file(self, name: str) -> Any:
        """The JSON values of a file of the build, such as ``lookup.json``.

        Raises:
            StoreError: the store does not have it, or not as it was put there.
        """
        query = (
            f"SELECT ?part ?text WHERE {{ GRAPH <{self.layout.files}> {{ ?part <{CONTENT}> ?text }} "
            f'FILTER(STRSTARTS(STR(?part), "{self.layout.file(name)}")) }}'
        )
        rows = json.loads(self._asked(query, ROWS)[0])["results"]["bindings"]
        parts = sorted((row["part"]["value"], row["text"]["value"]) for row in rows)
        try:
            return json.loads(zlib.decompress(base64.b64decode("".join(text for _, text in parts), validate=True)))
        except (ValueError, zlib.error) as error:
            raise StoreError(
                Text(f"远程库里的 {name} 缺失或损坏", f"{name} in the store is missing or damaged"),
                hint=Text("再运行 kg build --store URL", "run kg build --store URL again"),
            ) from error

    def _results(self, body: bytes, scoped: Scoped) -> bytes:
        """Solutions with the blank nodes of the build, without the variables that the query *scoped* has added."""
        answer = standard_results(json.loads(body))
        if "boolean" in answer:
            return json.dumps(answer).encode()
        answer["head"]["vars"] = [name for name in answer["head"]["vars"] if not name.startswith(scoped.added)]
        for row in answer["results"]["bindings"]:
            for term in row.values():
                if term["type"] == "uri" and (label := self.layout.blank(term["value"])):
                    term.update(type="bnode", value=label)
        if scoped.distinct:
            rows = {json.dumps(row, sort_keys=True): row for row in answer["results"]["bindings"]}
            answer["results"]["bindings"] = list(rows.values())
        return json.dumps(answer).encode()

    def _triples(self, body: bytes, kind: str) -> OxigraphResult:
        """Triples with the blank nodes of the build."""
        format_ = ox.RdfFormat.from_media_type(kind) or ox.RdfFormat.TURTLE
        triples = ox.Store()
        for quad in ox.parse(body, format=format_):
            triples.add(ox.Quad(self._node(quad.subject), quad.predicate, self._node(quad.object)))
        answer = triples.query("CONSTRUCT WHERE { ?s ?p ?o }")
        assert isinstance(answer, ox.QueryTriples)
        return answer

    def _node(self, node: Any) -> Any:
        label = self.layout.blank(node.value) if isinstance(node, ox.NamedNode) else None
        return ox.BlankNode(label) if label else node


_ALL: Final = "SELECT ?g ?s ?p ?o WHERE { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"


def published(client: Transport) -> list[str]:
    """The IRIs of the complete builds in a store, the oldest first."""
    rows = solutions(client, f"SELECT ?build ?at WHERE {{ GRAPH <{BUILDS}> {{ ?build <{PUBLISHED}> ?at }} }}")
    return [build for _, build in sorted((row["at"], row["build"]) for row in rows)]


def solutions(client: Transport, query: str) -> list[dict[str, str]]:
    """The rows of a query of our own, each variable with the text of its term."""
    body = client.query(query, ROWS).body
    return [{k: term["value"] for k, term in row.items()} for row in json.loads(body)["results"]["bindings"]]


def _require_valid(sparql: str, shown: str) -> None:
    """Raise the same error for an invalid query as the embedded store does: it is tried on an empty store."""
    try:
        ox.Store().query(sparql, prefixes=dict(vocab.PREFIXES))
    except SyntaxError as error:
        raise syntax_problem(error, shown, sparql) from error
