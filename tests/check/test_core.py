"""After an edit only a part of the data is checked again, and the findings are those of a check of all data."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.check import core as module
from kg.check.core import Core
from kg.check.findings import Finding
from kg.check.shapes import Shapes

HEAD = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <http://example.org/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
LOCAL = """
ex:Firm a sh:NodeShape ; sh:targetClass ex:A ;
  sh:property [ sh:path ex:p ; sh:maxCount 2 ; sh:class ex:B ; sh:node [ sh:property [ sh:path ex:q ; sh:minCount 1 ; sh:class ex:A ] ] ] ,
    [ sh:path [ sh:alternativePath ( ex:p ex:q ) ] ; sh:minCount 1 ] , [ sh:path ex:n ; sh:lessThan ex:m ; sh:datatype xsd:integer ] .
ex:Ends a sh:NodeShape ; sh:targetObjectsOf ex:q , ex:n ; sh:or ( [ sh:class ex:B ] [ sh:nodeKind sh:Literal ] ) .
ex:Starts a sh:NodeShape ; sh:targetSubjectsOf ex:m ; sh:not [ sh:class ex:B ] .
ex:One a sh:NodeShape ; sh:targetNode ex:a0 , 3 ; sh:nodeKind sh:IRI ; sh:property [ sh:path ex:m ; sh:maxCount 1 ] .
"""
BACKWARDS = "ex:Back a sh:NodeShape ; sh:targetClass ex:A ; sh:property [ sh:path ( [ sh:inversePath ex:p ] ex:q ) ; sh:class ex:B ] ."
COUNTED = """ex:In a sh:NodeShape ; sh:targetClass ex:A ;
  sh:property [ sh:path [ sh:inversePath [ sh:alternativePath ( ex:p ex:q ) ] ] ; sh:maxCount 2 ; sh:nodeKind sh:IRI ] ."""
NESTED = """ex:In a sh:NodeShape ; sh:targetClass ex:A ;
  sh:property [ sh:path ex:p ; sh:node [ sh:property [ sh:path [ sh:inversePath ex:q ] ; sh:maxCount 1 ] ] ] ."""
FAR = (
    "ex:Far a sh:NodeShape ; sh:targetClass ex:A ; sh:property [ sh:path [ sh:zeroOrMorePath ex:p ] ; sh:class ex:A ] ."
)
QUERY = """ex:Query a sh:NodeShape ; sh:targetClass ex:A ; sh:sparql [ sh:message "alone" ;
  sh:select "SELECT $this WHERE { FILTER NOT EXISTS { ?x <http://example.org/p> $this } }" ] ."""


def ex(name: str) -> ox.NamedNode:
    return ox.NamedNode("http://example.org/" + name)


def edit(store: ox.Store, chance: random.Random) -> None:
    """Add one to three triples to the data; remove those that it has already."""
    nodes = [ex(f"a{n}") for n in range(9)]
    links = {
        "p": nodes,
        "q": nodes,
        "n": [ox.Literal(3), ox.Literal(5), ox.Literal("3"), ox.Literal("x", language="en"), nodes[0]],
        "m": [ox.Literal(4), ox.Literal(3)],
        "type": [ex("A"), ex("B"), ex("C")],
        "subClassOf": [ex("A"), ex("B")],
    }
    terms = {
        "type": "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
        "subClassOf": "http://www.w3.org/2000/01/rdf-schema#subClassOf",
    }
    for _ in range(chance.randint(1, 3)):
        link = chance.choices(list(links), weights=[8, 8, 4, 4, 6, 1])[0]
        start = ex("C") if link == "subClassOf" else chance.choice(nodes)
        quad = ox.Quad(start, ox.NamedNode(terms.get(link, "http://example.org/" + link)), chance.choice(links[link]))
        if quad in store:
            store.remove(quad)
        else:
            store.add(quad)


def told(findings: list[Finding]) -> list[tuple[Finding, str]]:
    """The findings with their constraint components, which ``==`` of findings ignores."""
    return [(finding, finding.component) for finding in findings]


@pytest.fixture
def shapes(tmp_path: Path) -> Callable[[str], Shapes]:
    def read(written: str) -> Shapes:
        file = tmp_path / "shapes.ttl"
        file.write_text(HEAD + written, encoding="utf-8")
        return Shapes({file: file.name})

    return read


@pytest.mark.parametrize("written", [LOCAL, COUNTED, LOCAL + COUNTED, NESTED, BACKWARDS, FAR, QUERY])
def test_after_any_edit_they_are_those_of_a_first_check(written: str, shapes: Callable[[str], Shapes]) -> None:
    read, store, chance, seen = shapes(written), ox.Store(), random.Random(11), set()
    core = Core(read)
    for _ in range(60):
        edit(store, chance)
        found = told(core.run(store))
        assert found == told(Core(read).run(store))
        seen.add(frozenset(found))
    assert len(seen) > 3


def test_only_the_nodes_that_an_edit_concerns_are_checked(
    shapes: Callable[[str], Shapes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new edge to ``a1`` concerns ``a1`` itself and ``a0``, from which a path of the shapes leads to it, and no other node."""
    seen: list[set[object]] = []
    concerned = module._concerned
    monkeypatch.setattr(module, "_concerned", lambda *given: seen.append(concerned(*given)) or seen[-1])
    store = ox.Store()
    store.extend(ox.Quad(ex(f"a{n}"), ex("p"), ex(f"a{n + 1}")) for n in (0, 3, 5))
    core = Core(
        shapes("ex:S a sh:NodeShape ; sh:targetSubjectsOf ex:p ; sh:property [ sh:path ex:p ; sh:class ex:A ] .")
    )
    assert len(core.run(store)) == 3
    store.add(ox.Quad(ex("a1"), ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), ex("A")))
    assert len(core.run(store)) == 2
    assert len(core.run(store)) == 2
    assert seen == [{ex("a0"), ex("a1"), ex("A")}, set()]
