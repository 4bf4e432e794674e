"""What an editor completes is SPARQL that stands for the thing whose name it bears."""

from __future__ import annotations

import pyoxigraph as ox

from kg.ask.completion import completion, written
from kg.graph import KnowledgeGraph
from kg.terms import class_iri
from kg.vocab import IVC, PREFIXES


def test_every_term_and_name_is_valid_sparql_for_its_iri(world: KnowledgeGraph) -> None:
    found = completion(world.names)
    things = {thing.iri: thing for thing in world.names.things}
    assert found["prefixes"] == PREFIXES
    entries = [*found["classes"], *found["properties"], *found["things"]]
    values = " ".join(entry[0] for entry in entries)
    prologue = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in found["prefixes"].items())
    rows = ox.Store().query(f"{prologue} SELECT * {{ VALUES ?x {{ {values} }} }}")
    assert isinstance(rows, ox.QuerySolutions)
    iris = [row["x"].value for row in rows]
    assert iris[-len(things) :] == list(things)
    assert set(iris) >= {class_iri("Company"), f"{IVC}activeIn"}
    for iri, (_, zh, en, *kind) in zip(iris, entries, strict=True):
        assert (zh, en) == (world.names.label(iri, "zh"), world.names.label(iri, "en"))
        assert kind == ([things[iri].kind] if iri in things and kind else [])


def test_what_needs_an_escape_is_written_in_full() -> None:
    assert written(f"{IVC}Company") == "ivc:Company"
    for local in ("a/b", "a.", "-a", "", "企业", "a b"):
        assert written(IVC + local) == f"<{IVC}{local}>"
    assert written("https://example.org/x") == "<https://example.org/x>"
