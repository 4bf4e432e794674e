"""Each kind of contradiction between closure and axioms is found, and nothing else is."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kg.check.contradictions import contradictions
from kg.check.findings import Finding
from kg.reason.axioms import compile_axioms
from kg.reason.closure import close
from kg.source.project import Project
from kg.source.turtle import read_project
from kg.terms import compact, iri
from kg.vocab import ENTITIES, ONTOLOGY, PASSAGE, PREFIXES

HEAD = "".join(f"@prefix {p}: <{n}> .\n" for p, n in PREFIXES.items())


def found_in(axioms: str, data: str = "", **graphs: str) -> list[Finding]:
    """The contradictions that are found if a passage has the Turtle *data*, and *graphs* their own."""
    store = ox.Store()
    for name, text in {"ontology": axioms, "one": data, **graphs}.items():
        for quad in ox.parse(HEAD + text, format=ox.RdfFormat.TURTLE):
            store.add(quad)
            store.add(ox.Quad(*quad.triple, ox.NamedNode(GRAPHS[name])))
    compiled = compile_axioms(store.quads_for_pattern(None, None, None, ox.NamedNode(ONTOLOGY)))
    close(store, compiled.rules)
    return contradictions(store, compiled.contradictions)


GRAPHS = {"ontology": ONTOLOGY, "one": f"{PASSAGE}d-L0001", "two": f"{PASSAGE}d-L0002", "entities": ENTITIES}
_INTEGER = "ivc:d rdfs:range xsd:integer ."


@pytest.mark.parametrize(
    ("code", "axioms", "red", "green"),
    [
        ("C01-disjoint", "ivc:A owl:disjointWith ivc:B .", "co:x a ivc:A , ivc:B .", "co:x a ivc:A . co:y a ivc:B ."),
        (
            "C01-disjoint",
            "[] a owl:AllDisjointClasses ; owl:members ( ivc:A ivc:B ivc:C ) .",
            "co:x a ivc:B , ivc:C .",
            "co:x a ivc:A , ivc:D .",
        ),
        (
            "C01-disjoint",
            "ivc:A rdfs:subClassOf [ owl:complementOf ivc:B ] .",
            "co:x a ivc:A , ivc:B .",
            "co:x a ivc:B .",
        ),
        (
            "C01-disjoint",
            "ivc:A owl:disjointWith ivc:B . ivc:p rdfs:domain ivc:A ; rdfs:range ivc:B .",
            "co:x ivc:p co:y . co:y ivc:p co:z .",
            "co:x ivc:p co:y .",
        ),
        ("C02-irreflexive", "ivc:p a owl:IrreflexiveProperty .", "co:x ivc:p co:x .", "co:x ivc:p co:y ."),
        (
            "C03-asymmetric",
            "ivc:p a owl:AsymmetricProperty .",
            "co:x ivc:p co:y . co:y ivc:p co:x .",
            "co:x ivc:p co:y .",
        ),
        (
            "C04-disjoint-properties",
            "ivc:p owl:propertyDisjointWith [ owl:inverseOf ivc:q ] .",
            "co:x ivc:p co:y . co:y ivc:q co:x .",
            "co:x ivc:p co:y ; ivc:q co:y .",
        ),
        (
            "C04-disjoint-properties",
            "[] a owl:AllDisjointProperties ; owl:members ( ivc:p ivc:q ivc:r ) .",
            "co:x ivc:p co:y ; ivc:r co:y .",
            "co:x ivc:p co:y ; ivc:r co:z .",
        ),
        ("C05-two-for-one", "ivc:p a owl:FunctionalProperty .", "co:x ivc:p co:y , co:z .", "co:x ivc:p co:y ."),
        ("C05-two-for-one", "ivc:d a owl:FunctionalProperty .", "co:x ivc:d 1 , '1' .", "co:x ivc:d 1 , 1.0 ."),
        (
            "C05-two-for-one",
            "ivc:p a owl:InverseFunctionalProperty .",
            "co:x ivc:p co:z . co:y ivc:p co:z .",
            "co:x ivc:p co:y , co:z .",
        ),
        (
            "C05-two-for-one",
            "ivc:A owl:hasKey ( ivc:p ivc:d ) .",
            "co:x a ivc:A ; ivc:p co:z ; ivc:d 1 . co:y a ivc:A ; ivc:p co:z ; ivc:d 1 , 2 .",
            "co:x a ivc:A ; ivc:p co:z ; ivc:d 1 . co:y a ivc:A ; ivc:p co:z ; ivc:d 2 . co:z ivc:p co:z ; ivc:d 1 .",
        ),
        (
            "C05-two-for-one",
            "ivc:A rdfs:subClassOf [ owl:onProperty ivc:p ; owl:maxCardinality 1 ] .",
            "co:x a ivc:A ; ivc:p co:y , co:z .",
            "co:x ivc:p co:y , co:z .",
        ),
        (
            "C05-two-for-one",
            "ivc:A rdfs:subClassOf [ owl:onProperty ivc:p ; owl:maxQualifiedCardinality 1 ; owl:onClass ivc:B ] .",
            "co:x a ivc:A ; ivc:p co:y , co:z . co:y a ivc:B . co:z a ivc:B .",
            "co:x a ivc:A ; ivc:p co:y , co:z . co:y a ivc:B .",
        ),
        (
            "C06-denied",
            "ivc:A rdfs:subClassOf [ owl:onProperty ivc:p ; owl:maxCardinality 0 ] .",
            "co:x a ivc:A ; ivc:p co:y .",
            "co:x a ivc:A . co:y ivc:p co:x .",
        ),
        ("C06-denied", "ivc:p rdfs:domain owl:Nothing .", "co:x ivc:p co:y .", "co:x ivc:q co:y ."),
        (
            "C06-denied",
            "[] owl:sourceIndividual co:x ; owl:assertionProperty ivc:p ; owl:targetIndividual co:y .",
            "co:x ivc:p co:y .",
            "co:y ivc:p co:x .",
        ),
        (
            "C06-denied",
            "[] owl:sourceIndividual co:x ; owl:assertionProperty ivc:d ; owl:targetValue 3 .",
            "co:x ivc:d 3 .",
            "co:x ivc:d 4 .",
        ),
        ("C07-datatype", _INTEGER, "co:x ivc:d '1' .", "co:x ivc:d 1 , 1.0 , '7'^^xsd:byte ."),
        ("C07-datatype", _INTEGER, "co:x ivc:d co:y .", "co:x ivc:e co:y ."),
        ("C07-datatype", _INTEGER, "co:x ivc:d 1.5 .", "co:x ivc:d -1 ."),
        ("C07-datatype", "ivc:d rdfs:range xsd:byte .", "co:x ivc:d 128 .", "co:x ivc:d 127 , -128 ."),
        ("C07-datatype", "ivc:d rdfs:range xsd:unsignedLong .", "co:x ivc:d -1 .", f"co:x ivc:d 1 , {2**64 - 1} ."),
        ("C07-datatype", _INTEGER, "co:x ivc:d true .", f"co:x ivc:d {10**30} ."),
        ("C07-datatype", "ivc:d rdfs:range xsd:decimal .", "co:x ivc:d 1.0e0 .", "co:x ivc:d 1.5 , 1 ."),
        ("C07-datatype", "ivc:d rdfs:range xsd:string .", "co:x ivc:d 'a'@en .", "co:x ivc:d 'a' , 'b'^^xsd:token ."),
        ("C07-datatype", "ivc:d rdfs:range rdf:PlainLiteral .", "co:x ivc:d 1 .", "co:x ivc:d 'a' , 'a'@en ."),
        ("C07-datatype", "ivc:d rdfs:range rdfs:Literal .", "co:x ivc:d co:y .", "co:x ivc:d 'a'@en , 1 ."),
        ("C07-datatype", "ivc:d rdfs:range xsd:gYear .", "co:x ivc:d 2030 .", "co:x ivc:d '2030'^^xsd:gYear ."),
        (
            "C07-datatype",
            "ivc:A rdfs:subClassOf [ owl:onProperty ivc:d ; owl:allValuesFrom xsd:integer ] .",
            "co:x a ivc:A ; ivc:d 'a' .",
            "co:x ivc:d 'a' . co:y a ivc:A ; ivc:d 1 .",
        ),
    ],
)
def test_each_kind_finds_what_it_forbids(code: str, axioms: str, red: str, green: str) -> None:
    (found,) = found_in(axioms, red)
    assert (found.rule, found.severity) == (code, "Violation")
    assert found.message.zh != found.message.en
    assert found_in(axioms, green) == []


@pytest.mark.parametrize(
    ("datatype", "least", "most"),
    [
        ("nonNegativeInteger", 0, None),
        ("nonPositiveInteger", None, 0),
        ("positiveInteger", 1, None),
        ("negativeInteger", None, -1),
        ("int", -2147483648, 2147483647),
        ("short", -32768, 32767),
        ("byte", -128, 127),
        ("unsignedInt", 0, 4294967295),
        ("unsignedShort", 0, 65535),
        ("unsignedByte", 0, 255),
    ],
)
def test_a_range_of_whole_numbers_ends_where_xml_schema_ends_it(
    datatype: str, least: int | None, most: int | None
) -> None:
    axiom = f"ivc:d rdfs:range xsd:{datatype} ."
    ends = [end for end in (least, most) if end is not None]
    assert found_in(axiom, f"co:x ivc:d {' , '.join(map(str, ends))} .") == []
    beyond = [least - 1] if least is not None else []
    beyond += [most + 1] if most is not None else []
    assert [len(found_in(axiom, f"co:x ivc:d {value} .")) for value in beyond] == [1] * len(beyond)


def test_a_finding_says_what_contradicts_what() -> None:
    (found,) = found_in("ivc:p a owl:FunctionalProperty .", "co:x ivc:p co:y , co:z .")
    assert (compact(found.focus), compact(found.path)) == ("co:x", "ivc:p")
    assert {compact(found.value), *map(compact, found.involved)} == {"co:y", "co:z"}
    assert "co:x ivc:p co:y" in found.message.en
    assert "co:x ivc:p co:z" in found.message.zh


def test_a_finding_is_at_the_edge_not_at_the_class_of_its_end() -> None:
    axioms = "ivc:A owl:disjointWith ivc:B . ivc:p rdfs:subPropertyOf ivc:q . ivc:q rdfs:range ivc:B ."
    (found,) = found_in(axioms, entities="co:y a ivc:A .", two="co:x ivc:p co:y .")
    assert [compact(end) for end in (found.focus, found.path, found.value)] == ["co:x", "ivc:p", "co:y"]
    assert found.graph == GRAPHS["two"]
    assert found.message.en.endswith(
        "(co:y rdf:type ivc:A, co:y rdf:type ivc:B; from co:x ivc:p co:y, co:y rdf:type ivc:A)"
    )


def test_two_axioms_that_forbid_one_thing_find_it_once() -> None:
    axioms = "ivc:A owl:disjointWith ivc:B . ivc:B owl:disjointWith ivc:A ."
    assert len(found_in(axioms, "co:x a ivc:A , ivc:B .")) == 1


def test_the_invented_project_contradicts_nothing(world_project: Project) -> None:
    quads = read_project(world_project)
    compiled = compile_axioms(q for q in quads if iri(q.graph_name) == ONTOLOGY)
    store = ox.Store()
    store.extend(ox.Quad(*q.triple) for q in quads)
    close(store, compiled.rules)
    assert len(compiled.contradictions) > 150
    assert contradictions(store, compiled.contradictions) == []
