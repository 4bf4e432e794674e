"""The compiled axioms: each kind infers or forbids something, or is refused at its line with a next step."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import OWL

from conftest import ROOT
from kg import vocab
from kg.errors import UnknownAxiom
from kg.reason.axioms import compile_axioms, compile_rules
from kg.reason.closure import Closure, close
from kg.source.project import Project
from kg.source.turtle import Locator, read

HEAD = "".join(f"@prefix {p}: <{n}> .\n" for p, n in vocab.PREFIXES.items())


def _parse(turtle: str) -> list[ox.Quad]:
    return list(ox.parse(HEAD + turtle, format=ox.RdfFormat.TURTLE))


@pytest.mark.parametrize(
    ("axiom", "data", "follows"),
    [
        ("ivc:A rdfs:subClassOf ivc:B .", "co:x a ivc:A .", "co:x a ivc:B"),
        ("ivc:p rdfs:subPropertyOf ivc:q .", "co:x ivc:p co:y .", "co:x ivc:q co:y"),
        ("ivc:p rdfs:domain ivc:A .", "co:x ivc:p co:y .", "co:x a ivc:A"),
        ("ivc:p rdfs:range ivc:A .", "co:x ivc:p co:y .", "co:y a ivc:A"),
        ("ivc:p owl:inverseOf ivc:q .", "co:x ivc:q co:y .", "co:y ivc:p co:x"),
        ("ivc:p a owl:TransitiveProperty .", "co:x ivc:p co:y . co:y ivc:p co:z .", "co:x ivc:p co:z"),
        ("ivc:p a owl:SymmetricProperty .", "co:x ivc:p co:y .", "co:y ivc:p co:x"),
        (
            "ivc:p owl:propertyChainAxiom ( ivc:q ivc:r ivc:s ) .",
            "co:w ivc:q co:x . co:x ivc:r co:y . co:y ivc:s co:z .",
            "co:w ivc:p co:z",
        ),
        (
            "ivc:A owl:equivalentClass [ owl:onProperty ivc:p ; owl:hasValue co:v ] .",
            "co:x ivc:p co:v .",
            "co:x a ivc:A",
        ),
        (
            "ivc:A owl:equivalentClass [ owl:onProperty ivc:p ; owl:hasValue co:v ] .",
            "co:x a ivc:A .",
            "co:x ivc:p co:v",
        ),
        (
            "[ owl:onProperty [ owl:inverseOf ivc:p ] ; owl:someValuesFrom ivc:B ] rdfs:subClassOf ivc:A .",
            "co:x ivc:p co:y . co:x a ivc:B .",
            "co:y a ivc:A",
        ),
        ("ivc:p owl:equivalentProperty ivc:q .", "co:x ivc:q co:y .", "co:x ivc:p co:y"),
        ("[ owl:inverseOf ivc:p ] rdfs:subPropertyOf ivc:q .", "co:x ivc:p co:y .", "co:y ivc:q co:x"),
        ("[ owl:inverseOf ivc:p ] rdfs:domain ivc:A .", "co:x ivc:p co:y .", "co:y a ivc:A"),
        (
            "ivc:p owl:propertyChainAxiom ( [ owl:inverseOf ivc:q ] ivc:r ) .",
            "co:y ivc:q co:x ; ivc:r co:z .",
            "co:x ivc:p co:z",
        ),
        ("ivc:p rdfs:domain [ owl:intersectionOf ( ivc:A ivc:B ) ] .", "co:x ivc:p co:y .", "co:x a ivc:A , ivc:B"),
        ("ivc:p rdfs:range [ owl:intersectionOf ( ivc:A ivc:B ) ] .", "co:x ivc:p co:y .", "co:y a ivc:A , ivc:B"),
        ("ivc:p rdfs:range [ owl:onProperty ivc:q ; owl:hasValue 3 ] .", "co:x ivc:p co:y .", "co:y ivc:q 3"),
        (
            "ivc:A rdfs:subClassOf [ owl:onProperty ivc:p ; owl:allValuesFrom ivc:B ] .",
            "co:x a ivc:A ; ivc:p co:y .",
            "co:y a ivc:B",
        ),
        (
            "ivc:A rdfs:subClassOf [ owl:onProperty [ owl:inverseOf ivc:p ] ; owl:allValuesFrom ivc:B ] .",
            "co:x a ivc:A . co:y ivc:p co:x .",
            "co:y a ivc:B",
        ),
        (
            "[ owl:unionOf ( ivc:A [ owl:intersectionOf ( ivc:B ivc:C ) ] ) ] rdfs:subClassOf ivc:D .",
            "co:x a ivc:A . co:y a ivc:B , ivc:C .",
            "co:x a ivc:D . co:y a ivc:D",
        ),
        (
            "[ owl:onProperty ivc:p ; owl:someValuesFrom owl:Thing ] rdfs:subClassOf ivc:A .",
            "co:x ivc:p co:y .",
            "co:x a ivc:A",
        ),
        (
            "[ owl:onProperty ivc:p ; owl:someValuesFrom [ owl:oneOf ( co:y co:z ) ] ] rdfs:subClassOf ivc:A .",
            "co:x ivc:p co:z .",
            "co:x a ivc:A",
        ),
        ("ivc:A rdfs:subClassOf [ owl:onProperty ivc:p ; owl:hasValue 3 ] .", "co:x a ivc:A .", "co:x ivc:p 3"),
    ],
)
def test_each_axiom_kind_fires(axiom: str, data: str, follows: str) -> None:
    store = ox.Store()
    store.extend(_parse(data))
    close(store, compile_rules(_parse(axiom)))
    assert bool(store.query(f"ASK {{ {follows} }}", prefixes=dict(vocab.PREFIXES)))


@pytest.mark.parametrize(
    "axiom",
    ["ivc:p rdfs:range ivc:A .", "ivc:B rdfs:subClassOf [ owl:onProperty ivc:p ; owl:allValuesFrom ivc:A ] ."],
)
def test_a_value_that_is_no_iri_gets_no_class(axiom: str) -> None:
    """Neither a literal nor a blank node gets one."""
    store = ox.Store()
    store.extend(_parse("co:x a ivc:B ; ivc:p co:y , 'y' , [] ."))
    assert close(store, compile_rules(_parse(axiom))).added == 1
    assert bool(store.query("ASK { co:y a ivc:A }", prefixes=dict(vocab.PREFIXES)))


def test_a_rule_runs_again_only_if_what_it_reads_has_grown() -> None:
    """Both rules run at first, and the second of them once more."""
    store = ox.Store()
    store.extend(_parse("co:x ivc:p co:y ."))
    rules = compile_rules(_parse("ivc:p rdfs:subPropertyOf ivc:q . ivc:q rdfs:subPropertyOf ivc:r ."))
    assert close(store, rules) == Closure(fired=3, added=2)
    assert close(store, rules) == Closure(fired=2, added=0)


# -- what is refused ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("axiom", "why"),
    [
        ("ivc:A rdfs:subClassOf [ owl:onProperty ivc:p ; owl:someValuesFrom ivc:B ] .", "make up a thing"),
        (
            "ivc:A rdfs:subClassOf [ owl:onProperty ivc:p ; owl:qualifiedCardinality 1 ; owl:onClass ivc:B ] .",
            "make up",
        ),
        ("ivc:A owl:equivalentClass [ owl:unionOf ( ivc:B ivc:C ) ] .", "cannot choose"),
        ("ivc:A owl:equivalentClass [ owl:oneOf ( co:x co:y ) ] .", "cannot choose"),
        ("ivc:p rdfs:domain [ owl:oneOf ( co:x co:y ) ] .", "cannot choose"),
        ("ivc:p rdfs:range [ a rdfs:Datatype ; owl:oneOf ( 1 2 ) ] .", "cannot choose"),
        (
            "ivc:A rdfs:subClassOf [ owl:onProperty ivc:p ; owl:allValuesFrom [ owl:oneOf ( co:x ) ] ] .",
            "cannot choose",
        ),
        ("[ owl:oneOf ( co:x co:y ) ] rdfs:subClassOf ivc:A .", "state the classes"),
        ("[ owl:unionOf ( ivc:B [ owl:oneOf ( co:x co:y ) ] ) ] rdfs:subClassOf ivc:A .", "state the classes"),
        ("[ owl:intersectionOf ( ivc:B [ owl:oneOf ( co:x co:y ) ] ) ] rdfs:subClassOf ivc:A .", "state the classes"),
        (
            "[ owl:onProperty ivc:p ; owl:someValuesFrom [ owl:intersectionOf ( ivc:B [ owl:oneOf ( co:x ) ] ) ] ]"
            " rdfs:subClassOf ivc:A .",
            "state the classes",
        ),
        ("ivc:A rdfs:subClassOf [ owl:complementOf [ owl:oneOf ( co:x ) ] ] .", "state the classes"),
        ("ivc:A owl:disjointWith [ owl:oneOf ( co:x ) ] .", "state the classes"),
        ("[] a owl:AllDisjointClasses ; owl:members ( ivc:A [ owl:oneOf ( co:x ) ] ) .", "state the classes"),
        ("[ owl:oneOf ( co:x co:y ) ] owl:hasKey ( ivc:p ) .", "state the classes"),
        (
            "ivc:A rdfs:subClassOf [ owl:onProperty ivc:p ; owl:maxQualifiedCardinality 0 ; owl:onClass"
            " [ owl:oneOf ( co:x ) ] ] .",
            "state the classes",
        ),
        ("ivc:A owl:oneOf ( co:x co:y ) .", "owl:equivalentClass"),
        ("[ owl:complementOf ivc:A ] rdfs:subClassOf ivc:B .", "from what is known"),
        ("ivc:A rdfs:subClassOf [ owl:onProperty ivc:p ; owl:hasSelf true ] .", "owl:hasSelf cannot stand"),
        ("ivc:A rdfs:subClassOf [ owl:onProperty ivc:p ; owl:maxCardinality 2 ] .", "0 or 1"),
        ("ivc:A rdfs:subClassOf [ owl:onProperty ivc:p ; owl:hasValue [] ] .", "give it an IRI"),
        ("ivc:A rdfs:subClassOf [ owl:onProperty ivc:p ; owl:hasValue 1 , 2 ] .", "too many"),
        ("ivc:A rdfs:subClassOf [ owl:someValuesFrom ivc:B ; owl:hasValue 1 ; owl:onProperty ivc:p ] .", "too many"),
        ("ivc:A rdfs:subClassOf [ owl:allValuesFrom ivc:B ] .", "lacks a part"),
        ("ivc:A rdfs:subClassOf [] .", "lacks a part"),
        ("ivc:A rdfs:subClassOf 'B' .", "literal in the place of a class"),
        ("ivc:p rdfs:domain [ owl:unionOf ( ivc:A ivc:B ) ] .", "cannot choose"),
        ("[ owl:onProperty ivc:p ; owl:someValuesFrom xsd:integer ] rdfs:subClassOf ivc:A .", "xsd:integer"),
        ("ivc:p rdfs:range xsd:token .", "sh:pattern"),
        ("ivc:p rdfs:range [ owl:onDatatype xsd:integer ; owl:withRestrictions ( [] ) ] .", "owl:onDatatype"),
        ("[ owl:inverseOf ivc:p ] rdfs:subPropertyOf owl:topObjectProperty .", "cannot stand for a property"),
        ("ivc:A rdfs:subClassOf [ owl:onProperty [ owl:inverseOf ivc:p ] ; owl:hasValue 1 ] .", "be a subject"),
        ("owl:Thing rdfs:subClassOf ivc:A .", "everything"),
        ("ivc:A owl:unionOf ( ivc:B ivc:C ) .", "owl:equivalentClass"),
        ("ivc:A owl:disjointUnionOf ( ivc:B ivc:C ) .", "does not know"),
        ("ivc:A owl:hasKey () .", "no property"),
        ("ivc:p a owl:ReflexiveProperty .", "does not know"),
        ("ivc:p owl:propertyChainAxiom 3 .", "rdf:first"),
        ("ivc:p owl:propertyChainAxiom () .", "empty"),
        ("ivc:p owl:propertyChainAxiom ( [] ivc:q ) .", "owl:inverseOf"),
        ("[] a owl:AllDisjointClasses .", "owl:members"),
        ("[] owl:members ( ivc:A ivc:B ) .", "rdf:type"),
        ("[] a owl:NegativePropertyAssertion ; owl:assertionProperty ivc:p .", "owl:sourceIndividual"),
        ("[] owl:sourceIndividual co:x ; owl:assertionProperty ivc:p .", "owl:targetIndividual/owl:targetValue"),
        ("co:x owl:sameAs co:y .", "one name"),
        ("co:x owl:differentFrom co:x .", "one and the same"),
        ("co:x a [ owl:onProperty ivc:p ; owl:hasValue 1 ] .", "no name"),
        ("ivc:t owl:equivalentClass [ owl:datatypeComplementOf xsd:integer ] .", "owl:datatypeComplementOf"),
        ("ivc: a owl:Ontology ; owl:imports <http://www.w3.org/2004/02/skos/core> .", "nothing is fetched"),
        ("ivc:p owl:propertyChainAxiom ivc:l . ivc:l rdf:first ivc:q ; rdf:rest ivc:l .", "contains itself"),
        ("ivc:A owl:unionOf ( ivc:A ivc:B ) .", "contains itself"),
        ("_:a owl:intersectionOf ( ivc:A _:a ) . ivc:B rdfs:subClassOf _:a .", "contains itself"),
    ],
)
def test_what_cannot_be_compiled_is_refused_at_its_line(axiom: str, why: str, tmp_path: Path) -> None:
    """The line before it has nearly the same axiom and is not the one that is named."""
    allowed = "ivc:A a owl:Class ; rdfs:subClassOf [ owl:onProperty ivc:p ; owl:allValuesFrom ivc:B ] .\n"
    file = tmp_path / "ivc.ttl"
    file.write_text(HEAD + allowed + axiom, encoding="utf-8")
    with pytest.raises(UnknownAxiom, match="cannot be used") as caught:
        compile_axioms(read(file, vocab.ONTOLOGY), Locator(Project(tmp_path, tmp_path), [file]))
    assert str(caught.value.place) == f"ivc.ttl:{len(vocab.PREFIXES) + 2}"
    assert caught.value.hint
    assert why in f"{caught.value.what.en} {caught.value.hint.en}"


# -- what adds nothing ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "co:x a owl:NamedIndividual , owl:Thing , ivc:A .",
        "ivc:p owl:deprecated true . ivc:A a owl:DeprecatedClass .",
        "ivc: a owl:Ontology ; owl:versionIRI <http://e/2> ; owl:versionInfo '2' ; owl:priorVersion <http://e/1> ."
        "ivc: owl:backwardCompatibleWith <http://e/1> ; owl:incompatibleWith <http://e/0> .",
        "ivc: a owl:Ontology . <http://e/lists> a owl:Ontology ; owl:imports ivc: .",
        "ivc: a owl:Ontology ; owl:versionIRI <http://e/2> . <http://e/lists> owl:imports <http://e/2> .",
        "[] a owl:Axiom ; owl:annotatedSource ivc:A ; owl:annotatedProperty rdfs:label ; owl:annotatedTarget 'A' ;"
        " rdfs:comment 'from the report' .",
        "ivc:source a owl:AnnotationProperty ; rdfs:isDefinedBy ivc: ; rdfs:seeAlso ivc:A ; rdfs:comment 'x' .",
        "ivc:A a owl:Class ; rdfs:label 'A' ; rdfs:subClassOf owl:Thing . ivc:p rdfs:domain owl:Thing .",
        "owl:Nothing rdfs:subClassOf ivc:A .",
        "ivc:p rdfs:seeAlso owl:TransitiveProperty , owl:SymmetricProperty .",
        "[] a owl:AllDifferent ; owl:distinctMembers ( co:x co:y ) . co:x owl:differentFrom co:y .",
    ],
)
def test_what_ontology_editors_write_besides_is_taken(written: str) -> None:
    assert compile_axioms(_parse(written)) == ([], [])


def test_every_term_of_owl_is_in_the_table() -> None:
    told = (ROOT / "docs" / "axioms.md").read_text(encoding="utf-8")
    terms = {name for name in OWL.__annotations__ if not name.startswith("_")}
    assert len(terms) > 70
    assert [term for term in sorted(terms) if not re.search(rf"\b{term}\b", told)] == []
