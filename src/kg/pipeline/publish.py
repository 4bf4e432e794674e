"""Puts a build into a SPARQL 1.1 store: whole or not at all, and without touching what others keep there.

The quads go into graphs that no reader knows yet (:mod:`kg.store.layout`), some hundreds in each request. What the store then
has is compared with what was sent, by counts and digests. One triple at the end makes the build the newest one. A request
that is sent again changes nothing more, so a lost connection costs one request; what a killed run has left is removed by the
next run.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import uuid4

import pyoxigraph as ox

from kg.errors import StoreError
from kg.store.batches import batches
from kg.store.layout import BEGUN, BUILDS, CONTENT, NAMED, PUBLISHED, Layout, project_iri
from kg.store.protocol import Client
from kg.store.remote import address, published, solutions
from kg.terms import Text, iri, lexical
from kg.vocab import XSD

FILES: Final = ("manifest.json", "lookup.json", "queries.json", "words.json")
"""The files of a build that a reader needs beside the quads."""
_BATCH: Final = 1_000
"""Quads in a request. Virtuoso 7.2 cannot compile one of 5,000."""
_PIECE: Final = 200_000
"""Characters of a file in one literal."""
_DROPPED: Final = 50
"""Graphs that one request drops."""
_KEPT: Final = 2
"""Builds that stay: the newest, and the one before it, which somebody may be reading."""
_ATTEMPTS: Final = 6
_SECONDS: Final = 300.0


def publish(build: Path, url: str, progress: Callable[[int, int], None] | None = None, batch: int = _BATCH) -> int:
    """Put the build in the folder *build* into a store, as the newest one of its project.

    Args:
        build: folder of a build (``build/current``).
        url: the store; ``#NAME`` after it names the project.
        progress: called with the number of quads that were sent, and the number of all.
        batch: most quads in a request.

    Returns:
        Number of triples in its default graph.

    Raises:
        StoreError: the store cannot be reached, refuses a request, or has not kept what was sent. Its newest build is then
            the same as before.
    """
    place, project = address(url)
    client = Client(place, seconds=_SECONDS, attempts=_ATTEMPTS)
    dataset = json.loads((build / "manifest.json").read_bytes())["dataset_sha256"]
    layout = Layout.of(project, f"{dataset[:12]}-{uuid4().hex[:8]}")
    _remove(client, _unfinished(client, project))
    _mark(client, layout, BEGUN)
    sizes = Counter(iri(quad.graph_name) for quad in _read(build))
    _insert(client, stored_names(layout, sizes))
    sent = _Tally()
    for some in batches(map(stored(layout), _read(build)), batch):
        _insert(client, some, batch)
        sent.add(some)
        if progress:
            progress(sent.quads.total(), sizes.total())
    _insert(client, _pieces(layout, build), batch=1)
    sent.compare(client, layout, place)
    _mark(client, layout, PUBLISHED)
    own = [one for one in published(client) if one.startswith(project_iri(project))]
    _remove(client, own[:-_KEPT])
    return sizes[""]


# -- what is sent ------------------------------------------------------------------------------------------


def _read(build: Path) -> Iterator[ox.Quad]:
    return ox.parse(path=str(build / "dataset.nq"), format=ox.RdfFormat.N_QUADS)


def stored(layout: Layout) -> Callable[[ox.Quad], ox.Quad]:
    """A function that maps a quad of the build to its form in the remote store."""

    def of(quad: ox.Quad) -> ox.Quad:
        graph = ox.NamedNode(layout.graph(iri(quad.graph_name)))
        return ox.Quad(layout.node(quad.subject), quad.predicate, layout.node(quad.object), graph)

    return of


def stored_names(layout: Layout, graphs: Iterable[str]) -> Iterator[ox.Quad]:
    """The quads that map each stored graph to the named graph that it holds."""
    named, names = ox.NamedNode(NAMED), ox.NamedNode(layout.names)
    for name in filter(None, graphs):
        yield ox.Quad(ox.NamedNode(layout.graph(name)), named, ox.NamedNode(name), names)


def _pieces(layout: Layout, build: Path) -> Iterator[ox.Quad]:
    """The files of the build, compressed, in pieces."""
    content, files = ox.NamedNode(CONTENT), ox.NamedNode(layout.files)
    for name in FILES:
        text = base64.b64encode(zlib.compress((build / name).read_bytes())).decode()
        for n, start in enumerate(range(0, len(text), _PIECE)):
            piece = ox.NamedNode(f"{layout.file(name)}{n:06}")
            yield ox.Quad(piece, content, ox.Literal(text[start : start + _PIECE]), files)


def _insert(client: Client, quads: Iterable[ox.Quad], batch: int = _BATCH) -> None:
    """Send *quads*, at most *batch* in one request."""
    for some in batches(quads, batch):
        graphs: dict[str, list[str]] = defaultdict(list)
        for quad in some:
            graphs[iri(quad.graph_name)].append(f"{quad.subject} {quad.predicate} {quad.object} .")
        parts = (f"GRAPH <{name}> {{\n" + "\n".join(lines) + "\n}" for name, lines in graphs.items())
        client.update("INSERT DATA {\n" + "\n".join(parts) + "\n}")


def _mark(client: Client, layout: Layout, what: str) -> None:
    """Write the time at which the build has begun, or at which it was published."""
    now = ox.Literal(datetime.now(UTC).isoformat(timespec="microseconds"), datatype=ox.NamedNode(XSD + "dateTime"))
    _insert(client, [ox.Quad(ox.NamedNode(layout.iri), ox.NamedNode(what), now, ox.NamedNode(BUILDS))])


# -- what the store has kept -------------------------------------------------------------------------------


class _Tally:
    """Counts the quads of each graph, and the characters of their terms.

    The characters are those of IRIs and texts: a store may write numbers and dates in another way. MD5, which SPARQL has,
    would tell more, but Virtuoso's is not that of UTF-8.
    """

    def __init__(self) -> None:
        self.quads: Counter[str] = Counter()
        self.characters: Counter[str] = Counter()

    def add(self, quads: Iterable[ox.Quad]) -> None:
        """Count *quads*."""
        for quad in quads:
            graph, value = iri(quad.graph_name), quad.object
            fixed = not isinstance(value, ox.Literal) or value.language or value.datatype.value == _STRING
            self.quads[graph] += 1
            self.characters[graph] += len(lexical(quad.subject)) + len(quad.predicate.value)
            self.characters[graph] += len(lexical(value)) if fixed else 0

    def compare(self, client: Client, layout: Layout, place: str) -> None:
        """Compare these counts with those of the store.

        Raises:
            StoreError: they differ.
        """
        rows = solutions(client, _COUNTED.format(default=layout.default, names=layout.names))
        kept = {row["g"]: (int(row["n"]), int(float(row["characters"]))) for row in rows}
        wrong = [graph for graph, n in self.quads.items() if kept.get(graph) != (n, self.characters[graph])]
        if wrong:
            raise StoreError(
                Text(
                    f"{place} 没有照样留下送去的数据({len(wrong)} 个图不同);原来的图谱没有变",
                    f"{place} has not kept what was sent ({len(wrong)} graphs differ); the graph there is the one before",
                ),
                hint=Text("查看那里的日志后再运行 kg build", "look at its log, then run kg build again"),
            )


_STRING: Final = XSD + "string"
_COUNTED: Final = f"""
SELECT ?g (COUNT(*) AS ?n) (SUM(?length) AS ?characters) WHERE {{{{
  {{{{ BIND(<{{default}}> AS ?g) GRAPH <{{default}}> {{{{ ?s ?p ?o }}}} }}}} UNION
  {{{{ GRAPH <{{names}}> {{{{ ?g <{NAMED}> ?name }}}} GRAPH ?g {{{{ ?s ?p ?o }}}} }}}}
  BIND(STRLEN(STR(?s)) + STRLEN(STR(?p)) +
    IF(isIRI(?o) || LANG(?o) != "" || DATATYPE(?o) = <{_STRING}>, STRLEN(STR(?o)), 0) AS ?length) }}}} GROUP BY ?g"""


# -- what is removed ---------------------------------------------------------------------------------------


def _unfinished(client: Client, project: str) -> list[str]:
    """The builds of *project* that have begun and are not published."""
    rows = solutions(client, f"SELECT ?build WHERE {{ GRAPH <{BUILDS}> {{ ?build <{BEGUN}> ?at }} }}")
    begun = {row["build"] for row in rows if row["build"].startswith(project_iri(project))}
    return sorted(begun.difference(published(client)))


def _remove(client: Client, builds: Iterable[str]) -> None:
    """Remove *builds*: first from the list of those that are published, last from the list of those that have begun."""
    for layout in map(Layout, builds):
        _delete(client, f"<{layout.iri}> <{PUBLISHED}> ?at")
        rows = solutions(client, f"SELECT ?g WHERE {{ GRAPH <{layout.names}> {{ ?g <{NAMED}> ?name }} }}")
        graphs = [layout.default, layout.files, *(row["g"] for row in rows)]
        for some in batches(graphs, _DROPPED):
            client.update(" ;\n".join(f"DROP SILENT GRAPH <{graph}>" for graph in some))
        client.update(f"DROP SILENT GRAPH <{layout.names}>")
        _delete(client, f"<{layout.iri}> <{BEGUN}> ?at")


def _delete(client: Client, triple: str) -> None:
    client.update(f"DELETE WHERE {{ GRAPH <{BUILDS}> {{ {triple} }} }}")
