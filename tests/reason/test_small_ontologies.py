"""Small ontologies over every kind of axiom of OWL 2 RL: their closure is owlrl's, or they are refused at the line at fault.

What owlrl gets wrong is kept from it: of the keys of owl:hasKey, and of the members of owl:AllDisjointProperties, it leaves
out the last; and it does not check the datatypes of literals.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from owlrl import OWLRL_Semantics

from kg import vocab
from kg.check.contradictions import contradictions
from kg.errors import UnknownAxiom
from kg.reason.axioms import compile_axioms
from kg.reason.closure import close
from kg.reason.proof import Prover
from kg.source.project import Project
from kg.source.turtle import Locator, parse
from kg.store.embedded import EmbeddedStore
from kg.vocab import IVC, ONTOLOGY, TYPE

HEAD = "".join(f"@prefix {p}: <{n}> .\n" for p, n in vocab.PREFIXES.items())
CLASSES, LINKS, DATA, THINGS = ("A", "B", "C", "D"), ("p", "q", "r"), ("d", "e"), ("w", "x", "y", "z")
VALUES = ("1", "2", '"one"')
DECLARED = "".join(
    f"ivc:{name} a owl:{kind} .\n"
    for names, kind in ((CLASSES, "Class"), (LINKS, "ObjectProperty"), (DATA, "DatatypeProperty"))
    for name in names
)


def _one_of(names: Iterable[str], prefix: str = "ivc:") -> st.SearchStrategy[str]:
    return st.sampled_from([prefix + name for name in names])


classes, names, data, things, values = (
    _one_of(CLASSES),
    _one_of(LINKS),
    _one_of(DATA),
    _one_of(THINGS, "co:"),
    st.sampled_from(VALUES),
)
links = st.one_of(names, names, names.map(lambda name: f"[ owl:inverseOf {name} ]"))


def restriction(prop: st.SearchStrategy[str], kind: str, filler: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(f"[ a owl:Restriction ; owl:onProperty {{}} ; owl:{kind} {{}} ]".format, prop, filler)


def of_two(kind: str, part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(f"[ a owl:Class ; owl:{kind} ( {{}} {{}} ) ]".format, part, part)


has_value = st.one_of(restriction(links, "hasValue", things), restriction(data, "hasValue", values))
enumeration = of_two("oneOf", things)
below = st.recursive(
    st.one_of(classes, classes, has_value),
    lambda part: st.one_of(
        of_two("intersectionOf", part),
        of_two("unionOf", part),
        restriction(links, "someValuesFrom", st.one_of(part, st.just("owl:Thing"), enumeration)),
    ),
    max_leaves=4,
)
most = restriction(st.one_of(links, data), "maxCardinality", st.sampled_from(["0", "1"]))
most_of = st.builds(
    "[ a owl:Restriction ; owl:onProperty {} ; owl:maxQualifiedCardinality {} ; owl:onClass {} ]".format,
    links,
    st.sampled_from(["0", "1"]),
    st.one_of(below, st.just("owl:Thing")),
)
above = st.recursive(
    st.one_of(classes, classes, has_value, most, most_of, below.map("[ a owl:Class ; owl:complementOf {} ]".format)),
    lambda part: st.one_of(of_two("intersectionOf", part), restriction(links, "allValuesFrom", part)),
    max_leaves=4,
)
both = st.one_of(classes, has_value, of_two("intersectionOf", st.one_of(classes, has_value)))
of_links = ("Transitive", "Symmetric", "Asymmetric", "Irreflexive", "Functional", "InverseFunctional")
axioms = st.one_of(
    st.builds("{} rdfs:subClassOf {} .".format, below, above),
    st.builds("{} rdfs:subClassOf {} .".format, below, above),
    st.builds("{} owl:equivalentClass {} .".format, both, both),
    st.builds("{} owl:disjointWith {} .".format, below, below),
    st.builds("[] a owl:AllDisjointClasses ; owl:members ( {} {} {} ) .".format, below, below, below),
    st.builds("{} rdfs:domain {} .".format, st.one_of(links, data), above),
    st.builds("{} rdfs:range {} .".format, links, above),
    st.builds("{} rdfs:range {} .".format, data, st.sampled_from(["xsd:integer", "xsd:string", "rdfs:Literal"])),
    st.builds("{} rdfs:subPropertyOf {} .".format, links, links),
    st.builds("{} rdfs:subPropertyOf {} .".format, data, data),
    st.builds("{} owl:equivalentProperty {} .".format, links, links),
    st.builds("{} owl:propertyDisjointWith {} .".format, links, links),
    st.builds("[] a owl:AllDisjointProperties ; owl:members ( {} {} ) .".format, links, links),
    st.builds("{} owl:inverseOf {} .".format, names, names),
    st.builds("{} owl:propertyChainAxiom ( {} {} ) .".format, names, links, links),
    st.builds("{} owl:propertyChainAxiom ( {} {} {} ) .".format, names, links, links, links),
    st.builds("{} a owl:{}Property .".format, names, st.sampled_from(of_links)),
    st.builds("{} a owl:FunctionalProperty .".format, data),
    st.builds(
        "[] a owl:NegativePropertyAssertion ; owl:sourceIndividual {} ; owl:assertionProperty {} ; owl:targetIndividual {} .".format,
        *(things, names, things),
    ),
    st.just("[] a owl:AllDifferent ; owl:distinctMembers ( co:w co:x ) ."),
    st.just("co:y a owl:NamedIndividual ; owl:differentFrom co:z ."),
)
facts = st.one_of(
    st.builds("{} a {} .".format, things, classes),
    st.builds("{} {} {} .".format, things, names, things),
    st.builds("{} {} {} .".format, things, data, values),
)
beyond = st.one_of(
    st.builds("{} rdfs:subClassOf {} .".format, below, restriction(links, "someValuesFrom", classes)),
    st.builds("{} rdfs:subClassOf {} .".format, below, of_two("unionOf", classes)),
    st.builds("{} rdfs:subClassOf {} .".format, below, enumeration),
    st.builds("{} rdfs:subClassOf {} .".format, below, restriction(links, "minCardinality", st.just("1"))),
    st.builds("{} rdfs:subClassOf {} .".format, below, restriction(links, "cardinality", st.just("1"))),
    st.builds("{} rdfs:subClassOf {} .".format, below, restriction(links, "maxCardinality", st.just("2"))),
    st.builds("{} rdfs:subClassOf {} .".format, restriction(links, "allValuesFrom", classes), above),
    st.builds("{} rdfs:subClassOf {} .".format, restriction(links, "maxCardinality", st.just("1")), classes),
    st.builds("[ a owl:Class ; owl:complementOf {} ] rdfs:subClassOf {} .".format, classes, classes),
    st.builds("{} owl:equivalentClass {} .".format, classes, restriction(links, "someValuesFrom", classes)),
    st.builds("{} rdfs:domain {} .".format, links, of_two("unionOf", classes)),
    st.builds("{} owl:unionOf ( {} {} ) .".format, classes, classes, classes),
    st.builds("{} owl:disjointUnionOf ( {} {} ) .".format, classes, classes, classes),
    st.builds("{} a owl:ReflexiveProperty .".format, names),
    st.builds("{} rdfs:subClassOf [ owl:onProperty {} ; owl:hasSelf true ] .".format, classes, names),
    st.builds("{} a {} .".format, things, has_value),
    st.just("co:w owl:sameAs co:x ."),
)


def is_owlrl(ontology: list[str], stated: list[str], folder: Path) -> None:
    text = HEAD + "\n".join((*ontology, *stated))
    ours = ox.Store()
    quads = parse(text, ox.RdfFormat.TURTLE, "small.ttl")
    for quad in quads:
        ours.add(quad)
        ours.add(ox.Quad(*quad.triple, ox.NamedNode(ONTOLOGY)))
    found = compile_axioms(quads)
    before = facts_in(map(str, q.triple) for q in quads)
    close(ours, found.rules)
    after = facts_in(map(str, q.triple) for q in ours.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    theirs, contradicted = by_owlrl(re.sub(r"(AllDisjointProperties ; .*) \) \.", r"\1 ivc:last ) .", text))
    clashes = contradictions(ours, [c for c in found.contradictions if c.name != "dt-not-type"])
    assert bool(clashes) is contradicted
    if not clashes:
        assert after == theirs
    (folder / "dataset.nq").write_bytes(ours.dump(format=ox.RdfFormat.N_QUADS) or b"")
    prover = Prover(EmbeddedStore(folder / "dataset.nq", in_memory=True))
    for triple in sorted(after - before):
        assert prover.why(triple).proofs, triple


def by_owlrl(text: str) -> tuple[set[tuple[str, ...]], bool]:
    """The facts that owlrl infers, and whether it finds a contradiction or takes two things for one."""
    graph = rdflib.Graph().parse(data=text, format="turtle")
    engine = OWLRL_Semantics(graph, axioms=False, daxioms=False, rdfs=False)
    engine.closure()
    things = {rdflib.URIRef(vocab.PREFIXES["co"] + name) for name in THINGS}
    merged = any(
        s != o and (s in things or isinstance(s, rdflib.Literal)) for s, o in graph.subject_objects(rdflib.OWL.sameAs)
    )
    return facts_in((t.n3() for t in triple) for triple in graph), merged or bool(engine.error_messages)


def facts_in(triples: Iterable[Iterable[str]]) -> set[tuple[str, ...]]:
    """The triples about individuals with the properties and classes of the ontology."""
    found = set()
    for subject, predicate, value in triples:
        term = value if predicate == f"<{TYPE}>" else predicate
        if subject.startswith(f"<{vocab.PREFIXES['co']}") and term.startswith(f"<{IVC}"):
            found.add((subject, predicate, value))
    return found


few = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
many = settings(few, max_examples=200)
_small = given(st.lists(axioms, min_size=1, max_size=5), st.lists(facts, min_size=2, max_size=8))


@few
@_small
def test_the_closure_is_that_of_owlrl(tmp_path: Path, ontology: list[str], stated: list[str]) -> None:
    is_owlrl(ontology, stated, tmp_path)


@pytest.mark.slow
@many
@_small
def test_the_closure_is_that_of_owlrl_for_many(tmp_path: Path, ontology: list[str], stated: list[str]) -> None:
    is_owlrl(ontology, stated, tmp_path)


@settings(few, max_examples=100)
@given(st.lists(axioms, max_size=4), beyond, st.randoms())
def test_what_is_beyond_the_profile_is_refused_at_its_line(
    tmp_path: Path, ontology: list[str], other: str, random: object
) -> None:
    lines = [*ontology, other]
    random.shuffle(lines)  # type: ignore[attr-defined]
    file = tmp_path / "small.ttl"
    file.write_text(HEAD + DECLARED + "\n".join(lines), encoding="utf-8")
    with pytest.raises(UnknownAxiom) as caught:
        compile_axioms(
            parse(file.read_bytes(), ox.RdfFormat.TURTLE, file.name), Locator(Project(tmp_path, tmp_path), [file])
        )
    assert caught.value.place
    assert caught.value.hint
    first = (HEAD + DECLARED).count("\n")
    refused, defined = lines[caught.value.place.line - first - 1], other.split(maxsplit=1)[0]
    assert (
        refused == other or defined in refused.split()[1:]
    )  # an axiom that uses what *other* defines comes to it first


vocabulary = [f"owl:{name}" for name in rdflib.OWL.__annotations__ if not name.startswith("_")]
vocabulary += [f"rdfs:{name}" for name in ("subClassOf", "subPropertyOf", "domain", "range", "label", "Literal")]
blank = st.sampled_from(["_:a", "_:b", "_:c", "()", "( _:a ivc:p )", "( ivc:A ivc:B )"])
words = st.one_of(st.sampled_from(vocabulary), st.sampled_from(["a", "rdf:first", "rdf:rest"]), classes, names)
nodes = st.one_of(
    blank, blank, classes, names, things, st.sampled_from(vocabulary), st.sampled_from(["rdf:nil", "ivc:l"])
)


@settings(few, max_examples=200)
@given(st.lists(st.builds("{} {} {} .".format, nodes, words, st.one_of(nodes, values)), min_size=1, max_size=8))
def test_whatever_is_written_in_the_words_of_owl_is_compiled_or_refused(tmp_path: Path, ontology: list[str]) -> None:
    file = tmp_path / "small.ttl"
    file.write_text(HEAD + "\n".join(ontology), encoding="utf-8")
    quads = parse(file.read_bytes(), ox.RdfFormat.TURTLE, file.name)
    try:
        found = compile_axioms(quads, Locator(Project(tmp_path, tmp_path), [file]))
    except UnknownAxiom as error:
        assert error.place
        assert error.hint
        return
    store = ox.Store()
    store.extend(parse(HEAD + "co:x a ivc:A ; ivc:p co:y . co:y ivc:q co:x .", ox.RdfFormat.TURTLE, "data.ttl"))
    close(store, found.rules)
    contradictions(store, found.contradictions)
