"""A client for a remote store over the SPARQL 1.1 Protocol (https://www.w3.org/TR/sparql11-protocol/)."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox

from kg import vocab
from kg.errors import LimitReached, Place, StoreError, SyntaxProblem
from kg.store.base import Found
from kg.store.embedded import to_table
from kg.store.results import Table
from kg.terms import Text

_ROWS: Final = "application/sparql-results+json"
_TRIPLES: Final = "application/n-triples"
_PROLOGUE: Final = " ".join(f"PREFIX {name}: <{space}>" for name, space in vocab.PREFIXES.items())
_ALL: Final = "SELECT ?g ?s ?p ?o WHERE { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"


class RemoteStore:
    """Read access to a SPARQL endpoint.

    Args:
        url: the query endpoint (``https://host/sparql``); or a base URL with the endpoints ``query`` and ``update`` below
            it, as in Oxigraph and Fuseki.
        seconds: longest wait for an answer.
    """

    def __init__(self, url: str, *, seconds: float = 60.0) -> None:
        self.url, self._seconds = url, seconds
        base, _, last = url.rstrip("/").rpartition("/")
        named = last in ("sparql", "query")
        self._query = url if named else f"{url.rstrip('/')}/query"
        self._update = f"{base}/update" if named else f"{url.rstrip('/')}/update"

    def select(self, sparql: str, *, shown: str = "query", limit: int | None = None) -> Table:
        """The solutions of a SELECT query.

        Raises:
            SyntaxProblem: the endpoint rejects the query (HTTP 400), or it is not a SELECT query.
            StoreError: the endpoint cannot be reached or fails.
            LimitReached: the endpoint does not answer in time.
        """
        answer = self.query(sparql, shown=shown)
        if not isinstance(answer, ox.QuerySolutions):
            raise SyntaxProblem(Text("这里需要一个 SELECT 查询", "a SELECT query is needed here"), place=Place(shown))
        return to_table(answer, limit)

    def query(self, sparql: str, *, shown: str = "query") -> Found:
        """The result of a query of any form; raises as :meth:`select` does."""
        body, kind = self._post(
            self._query, f"{_PROLOGUE} {sparql}", "application/sparql-query", f"{_ROWS}, {_TRIPLES};q=0.9", shown
        )
        if kind == _ROWS:
            return ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
        triples = ox.Store()
        triples.load(body, format=ox.RdfFormat.N_TRIPLES)
        answer = triples.query("CONSTRUCT WHERE { ?s ?p ?o }")
        assert isinstance(answer, ox.QueryTriples)
        return answer

    def quads(self) -> Iterator[ox.Quad]:
        """All quads of the default graph and the named graphs."""
        for graph, subject, predicate, value in self.select(_ALL).rows:
            yield ox.Quad(subject, predicate, value, graph or ox.DefaultGraph())  # type: ignore[arg-type]

    def update(self, sparql: str) -> None:
        """Run one update request. It is atomic if the endpoint follows SPARQL 1.1 Update 3.

        Raises:
            SyntaxProblem: the endpoint rejects the request (HTTP 400).
            StoreError: the endpoint cannot be reached or fails.
            LimitReached: the endpoint does not answer in time.
        """
        self._post(self._update, sparql, "application/sparql-update", "*/*", "update")

    def _post(self, url: str, text: str, kind: str, accept: str, shown: str) -> tuple[bytes, str]:
        headers = {"Content-Type": f"{kind}; charset=utf-8", "Accept": accept}
        request = urllib.request.Request(url, text.encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=self._seconds) as answer:
                return answer.read(), answer.headers.get_content_type()
        except urllib.error.HTTPError as error:
            raise _refused(error, shown) from error
        except TimeoutError as error:
            raise LimitReached(
                Text(f"{url} 在 {self._seconds:g} 秒内没有答复", f"{url} did not answer within {self._seconds:g} s")
            ) from error
        except OSError as error:
            raise StoreError(
                Text(f"连不上 {url}:{error}", f"cannot reach {url}: {error}"),
                hint=Text(
                    "检查地址,以及那里的服务是否在运行", "check the address, and that the server there is running"
                ),
            ) from error


def _refused(error: urllib.error.HTTPError, shown: str) -> SyntaxProblem | StoreError:
    why = error.read(2000).decode(errors="replace").strip() or error.reason
    if error.code == 400:
        return SyntaxProblem(Text(f"端点不接受:{why}", f"the endpoint does not accept it: {why}"), place=Place(shown))
    return StoreError(Text(f"{error.url} 答复 {error.code}:{why}", f"{error.url} answered {error.code}: {why}"))
