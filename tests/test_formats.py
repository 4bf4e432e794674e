"""By which names clients of other servers ask for a format, and what XML can hold of an answer."""

from __future__ import annotations

import pytest

from kg.store.formats import GRAPHS, ROWS, find, media_types

ROW_NAMES = {
    "json": "json JSON srj sparql-results+json application/json application/sparql-results+json",
    "xml": "xml XML srx sparql-results+xml application/xml text/xml Application/SPARQL-Results+XML",
    "csv": "csv CSV text/csv Text/CSV;charset=utf-8",
    "tsv": "tsv TSV text/tab-separated-values",
    None: "ttl n3 rdf rdfxml text/turtle application/rdf+xml html pdf text/html <b> ; */* text/*",
}
GRAPH_NAMES = {
    "ttl": "ttl TTL turtle Turtle n3 text/turtle text/turtle;charset=utf-8 text/n3 text/rdf+n3 application/x-turtle",
    "nt": "nt NT ntriples n-triples application/n-triples text/plain",
    "jsonld": "jsonld JSON-LD json JSON ld+json application/ld+json application/json",
    "rdf": "rdf xml XML rdfxml rdf/xml rdf+xml RDF+XML application/rdf+xml application/xml text/xml",
    None: "csv tsv html srx srj text/csv application/sparql-results+xml */*",
}


@pytest.mark.parametrize(("graph", "table"), [(False, ROW_NAMES), (True, GRAPH_NAMES)], ids=["rows", "graph"])
def test_a_format_is_found_by_every_name_that_clients_use(graph: bool, table: dict[str | None, str]) -> None:
    for wanted, names in table.items():
        for name in names.split():
            for written in (name, f" {name} ", f"{name} ; charset=UTF-8", name.replace("+", " ")):
                found = find(written, graph)
                assert (found and found.name) == wanted, written


@pytest.mark.parametrize("graph", [False, True])
def test_accept_is_held_against_every_media_type_the_preferred_ones_first(graph: bool) -> None:
    types = media_types(graph)
    formats = GRAPHS if graph else ROWS
    assert list(types)[: len(formats)] == [f.media for f in formats]
    assert all(name.count("/") == 1 and name == name.lower() and find(name, graph) is f for name, f in types.items())
    assert types["application/xml"].name == ("rdf" if graph else "xml")
    assert "rdf/xml" not in types
