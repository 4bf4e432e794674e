"""Uploads the built dataset to a SPARQL 1.1 store in one update request."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kg.errors import StoreError
from kg.store.remote import RemoteStore
from kg.terms import Text, iri
from kg.vocab import BASE, PASSAGES

_FOREIGN: Final = f'SELECT ?g WHERE {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(!STRSTARTS(STR(?g), "{BASE}")) }} LIMIT 1'
_UNMARKED: Final = f"SELECT ?s WHERE {{ ?s ?p ?o FILTER NOT EXISTS {{ GRAPH <{PASSAGES}> {{ ?a ?b ?c }} }} }} LIMIT 1"
_COUNT: Final = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


def publish(dataset: Path, url: str) -> int:
    """Replace the content of the store at *url* by the dataset in the N-Quads file *dataset*.

    Returns:
        Number of triples in the store's default graph afterwards.

    Raises:
        StoreError: the store cannot be reached, refuses the request, or contains other data. Other data is not changed.
    """
    store = RemoteStore(url)
    if len(store.select(_FOREIGN)) or len(store.select(_UNMARKED)):
        raise StoreError(
            Text(f"{url} 里有别的数据,没有改动它", f"{url} holds other data; nothing was changed there"),
            hint=Text("指向一个空的数据集", "point --store at an empty dataset"),
        )
    store.update(_replacement(dataset))
    (count,) = store.select(_COUNT)
    return int(count["n"])


def _replacement(dataset: Path) -> str:
    """The update request: DROP ALL and one INSERT DATA, so that a blank node label means the same node in all graphs."""
    graphs: dict[str, list[str]] = defaultdict(list)
    for quad in ox.parse(path=str(dataset), format=ox.RdfFormat.N_QUADS):
        graphs[iri(quad.graph_name)].append(f"{quad.subject} {quad.predicate} {quad.object} .")
    parts = [
        "\n".join(lines) if not name else f"GRAPH <{name}> {{\n" + "\n".join(lines) + "\n}"
        for name, lines in graphs.items()
    ]
    return "DROP ALL ;\nINSERT DATA {\n" + "\n".join(parts) + "\n}"
