"""What the engine is relied on for and the W3C's suites do not ask."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kg.store.embedded import solutions


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        ("", 0),
        ("<urn:a> a <urn:c> .", 0),
        ("<urn:l> <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> () .", 1),
    ],
    ids=["empty", "elsewhere", "a node of the graph"],
)
def test_a_path_of_length_zero_between_variables_joins_nodes_of_the_graph_only(data: str, rows: int) -> None:
    """It does so whatever a join has bound before (SPARQL 1.1, 18.4); https://github.com/oxigraph/oxigraph/issues/1952."""
    store = ox.Store()
    store.load(data.encode(), format=ox.RdfFormat.TURTLE)
    assert len(solutions(store, "SELECT * { () a? ?b . ?b a | ^(a* / a*) ?c }")) == rows
