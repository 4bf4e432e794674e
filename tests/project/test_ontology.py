"""The model as it is published: one order, words in both languages, OWL 2 RL, an alignment of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import OWL, RDF, RDFS, SH, SKOS, BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.term import Node

from conftest import ROOT
from kg import vocab
from kg.errors import SyntaxProblem
from kg.graph import KnowledgeGraph
from kg.source.canonical import canonical, main
from kg.source.project import Project
from owl2dl import violations

MODEL = ("ivc.ttl", "ivc-lists.ttl", "ivc-align.ttl", "ivc-foreign.ttl", "ivc-printed.ttl")
KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)


def read(name: str) -> str:
    return (ROOT / "ontology" / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def model() -> Graph:
    return Graph().parse(data=read("ivc.ttl"), format="turtle")


def terms(model: Graph) -> list[URIRef]:
    found = {s for kind in KINDS for s in model.subjects(RDF.type, kind) if str(s).startswith(vocab.IVC)}
    return sorted(found)  # type: ignore[arg-type]


# -- one order ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MODEL)
def test_model_is_in_its_one_order(name: str) -> None:
    assert canonical(read(name), name) == read(name), "run scripts/canonical"


def test_the_order_loses_nothing_and_comes_to_rest(tmp_path: Path) -> None:
    mixed = (
        "# kept\n@prefix ex: <http://example.org/> .\n@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
        '[] a owl:AllDisjointClasses ; owl:members ( ex:B ex:A ) . ex:B a owl:Class . ex:p ex:q "x\\"\\n"@en , 3 , "a" , "y"@zh .'
        "ex:A a owl:Class ; ex:note [ ex:x [ ex:y ex:B ] ] ."
    )
    once = canonical(mixed)
    assert once.startswith("# kept\n@prefix ex:")
    assert isomorphic(Graph().parse(data=mixed), Graph().parse(data=once))
    assert canonical(once) == once
    twins = "".join(f"ex:{n} a ex:C . " for letter in "abcdefghijkl" for n in (letter, letter.upper()))
    told = canonical("@prefix ex: <http://example.org/> . " + twins)  # names that differ in case only: no hash decides
    assert re.findall(r"^ex:(\w)", told, re.MULTILINE) == list("AaBbCcDdEeFfGgHhIiJjKkLl")
    file = tmp_path / "mixed.ttl"
    file.write_text(mixed)
    main([str(file)])
    assert file.read_text() == once
    with pytest.raises(SyntaxProblem, match="blank node"):
        canonical(mixed + " _:b a ex:C . ex:c ex:d _:b . ex:e ex:d _:b .")
    with pytest.raises(SyntaxProblem, match="not valid"):
        canonical("@prefix ex: <http://example.org/> . ex:a ex:b")


_names = st.from_regex(r"[a-z][a-z0-9]{0,5}", fullmatch=True)
_texts = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00", exclude_categories=("Cs",)), max_size=12)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(_names, _names, st.one_of(_names.map(lambda n: f"ex:{n}"), _texts)), max_size=12), st.randoms()
)
def test_any_order_of_any_triples_is_written_the_same(triples: list[tuple[str, str, str]], shuffle: object) -> None:
    def text(rows: list[tuple[str, str, str]]) -> str:
        graph = Graph()
        space = "http://example.org/"
        for subject, predicate, value in rows:
            node: Node = URIRef(space + value[3:]) if re.fullmatch(r"ex:[a-z0-9]+", value) else Literal(value)
            graph.add((URIRef(space + subject), URIRef(space + predicate), node))
        return f"@prefix ex: <{space}> .\n" + graph.serialize(format="nt")

    mixed = list(triples)
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = canonical(text(triples)), canonical(text(mixed))
    assert one == other
    assert isomorphic(Graph().parse(data=one, format="turtle"), Graph().parse(data=text(triples), format="turtle"))


@pytest.mark.parametrize("kind", ["integrity", "types", "audit"])
def test_shapes_stand_once_and_under_their_prefixes(kind: str) -> None:
    text = read(f"shapes-{kind}.ttl")
    names = re.findall(r"^s:([A-Z]\S*)\s+a\s+sh:NodeShape", text, re.MULTILINE)
    assert len(names) == len(set(names)) > 5
    body = re.sub(
        r'"(?:[^"\\\n]|\\.)*"',
        "",
        re.sub(r'""".*?"""', "", re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE), flags=re.DOTALL),
    )
    declared = set(re.findall(r"@prefix\s+(\w+):", body))
    used = set(re.findall(r"(?<![\w<:/])(\w+):\w", body))
    assert used <= declared
    assert declared - used <= {"owl", "xsd", "rdfs", "ivc"}


# -- words ------------------------------------------------------------------------------


def test_counts_and_words(model: Graph) -> None:
    classes = [t for t in terms(model) if (t, RDF.type, OWL.Class) in model]
    properties = [t for t in terms(model) if t not in classes]
    assert (len(classes), len(properties)) == (50, 100)
    for term in terms(model):
        for predicate in (RDFS.label, SKOS.definition):
            assert sorted(str(o.language) for o in model.objects(term, predicate)) == ["en", "zh"], term  # type: ignore[union-attr]
    english = [str(o) for o in model.objects() if getattr(o, "language", None) == "en"]
    assert [e for e in english if re.search(r"\b[Aa] (?=[aeio])|\ban (?=[^aeiouhF\WA-Z])|  ", e)] == []
    notes = set(model.subjects(SKOS.scopeNote))
    assert len(notes) >= 12
    for term in notes:
        zh, en = sorted(model.objects(term, SKOS.scopeNote), key=lambda o: o.language, reverse=True)  # type: ignore[union-attr,return-value]
        assert str(zh).startswith("不"), term
        assert str(en).startswith("Not "), term


def test_members_of_lists_are_defined_in_both_languages() -> None:
    lists = Graph().parse(data=read("ivc-lists.ttl"), format="turtle")
    members = {s for s in lists.subjects() if str(s).startswith(vocab.IVL) and s != URIRef(vocab.IVL)}
    assert len(members) > 70
    for member in members:
        for predicate in (RDFS.label, SKOS.definition):
            assert sorted(o.language for o in lists.objects(member, predicate)) == ["en", "zh"], member  # type: ignore[union-attr]
    meanings = [str(o) for o in lists.objects(None, SKOS.definition)]
    assert len(meanings) == len(set(meanings)), "two members have one definition"


def test_every_term_of_the_folder_is_defined_in_both_languages() -> None:
    """Those of files that are added too; no two have the same sentence."""
    folder = Graph()
    for file in sorted((ROOT / "ontology").glob("*.ttl")):
        folder.parse(file, format="turtle")
    own = {t for t in folder.subjects(RDF.type) if str(t).startswith((vocab.IVC, vocab.IVL))} - {URIRef(vocab.IVL)}
    assert len(own) > 300
    said: list[str] = []
    for term in sorted(own):
        meanings = {str(getattr(o, "language", None)): str(o) for o in folder.objects(term, SKOS.definition)}
        assert sorted(meanings) == ["en", "zh"], term
        assert meanings["zh"].endswith("。"), term
        assert meanings["en"].endswith("."), term
        said += meanings.values()
    assert [text for text in said if said.count(text) > 1] == []


def test_version_licence_and_names_of_the_ontology(model: Graph, world: KnowledgeGraph) -> None:
    (ontology,) = model.subjects(RDF.type, OWL.Ontology)
    version = str(model.value(ontology, OWL.versionInfo))
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert str(model.value(ontology, OWL.versionIRI)) == f"{ontology}/{version}" == world.manifest["ontology"]
    assert "creativecommons.org" in str(model.value(ontology, URIRef(vocab.DCTERMS + "license")))


# -- OWL 2 RL ----------------------------------------------------------------------------------------

AXIOMS = {
    RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range, RDFS.isDefinedBy, RDFS.label,
    OWL.equivalentClass, OWL.disjointWith, OWL.inverseOf, OWL.propertyChainAxiom, OWL.members,
    OWL.intersectionOf, OWL.onProperty, OWL.hasValue, OWL.someValuesFrom, OWL.versionIRI, OWL.versionInfo,
}  # fmt: skip
TYPES = {
    OWL.Ontology, OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.Restriction,
    OWL.TransitiveProperty, OWL.SymmetricProperty, OWL.IrreflexiveProperty, OWL.AllDisjointClasses,
}  # fmt: skip


def beyond_rl(model: Graph) -> list[str]:
    """What *model* says that OWL 2 RL (section 4.2 of the profiles) or this project does not allow."""
    found = [
        f"axiom {p}" for p in set(model.predicates()) if str(p).startswith((str(OWL), str(RDFS))) and p not in AXIOMS
    ]
    found += [f"type {o}" for o in set(model.objects(None, RDF.type)) if str(o).startswith(str(OWL)) and o not in TYPES]
    above = [(s, o) for p in (RDFS.subClassOf, OWL.equivalentClass) for s, o in model.subject_objects(p)]
    for _, sup in above:
        found += [f"superclass {n}" for n in _inside(model, sup) if (n, OWL.someValuesFrom, None) in model]
    found += [
        f"equivalent {n}"
        for n, _ in model.subject_objects(OWL.equivalentClass)
        for e in _inside(model, n)
        if (e, OWL.someValuesFrom, None) in model
    ]
    return sorted(found)


def _inside(model: Graph, expression: Node) -> Iterator[Node]:
    """A class expression and all class expressions in it."""
    yield expression
    for predicate in (OWL.someValuesFrom, OWL.intersectionOf):
        for part in model.objects(expression, predicate):
            for item in model.items(part) if predicate == OWL.intersectionOf else [part]:
                if isinstance(item, BNode):
                    yield from _inside(model, item)


def test_axioms_are_owl_2_rl(model: Graph) -> None:
    lists = Graph().parse(data=read("ivc-lists.ttl"), format="turtle")
    assert beyond_rl(model) == []
    assert {p for p in lists.predicates() if str(p).startswith(str(OWL))} == set()


@pytest.mark.parametrize(
    ("more", "seen"),
    [
        ("ivc:Segment rdfs:subClassOf [ a owl:Restriction ; owl:onProperty ivc:segmentOf ; owl:someValuesFrom ivc:Stage ] .", "superclass"),
        ("ivc:tier a owl:FunctionalProperty .", "type"),
        ("ivc:Company owl:hasKey ( ivc:basedIn ) .", "axiom"),
        ("ivc:Tier owl:oneOf ( ivc:a ivc:b ) .", "axiom"),
        ("ivc:Product owl:unionOf ( ivc:Segment ) .", "axiom"),
        ("ivc:a owl:sameAs ivc:b .", "axiom"),
    ],
)  # fmt: skip
def test_what_is_beyond_rl_is_seen(more: str, seen: str) -> None:
    bad = Graph().parse(data=read("ivc.ttl") + more, format="turtle")
    assert any(f.startswith(seen) for f in beyond_rl(bad))


# -- OWL 2 DL ----------------------------------------------------------------------------------------


def test_each_file_is_owl_2_dl_alone_and_all_are_together() -> None:
    files = {name: Graph().parse(data=read(name), format="turtle") for name in MODEL}
    assert {name: violations(graph) for name, graph in files.items()} == {name: [] for name in MODEL}
    together = Graph()
    for graph in files.values():
        together += graph
    assert violations(together) == []


@pytest.mark.parametrize(
    ("more", "seen"),
    [
        ("ivc:Company ivc:nowhere ivc:Product .", "5.8.1 not declared as"),
        ("ivc:Company rdfs:subClassOf ivc:Nowhere .", "5.8.1 not declared as Class"),
        ("ivc:Company rdfs:subClassOf [ owl:intersectionOf ( ivc:Region ivc:Nowhere ) ; a owl:Class ] .", "5.8.1 not declared as Class"),
        ("ivc:tier rdfs:range ivc:Nowhere .", "5.8.1 not declared as Class"),
        ("ivc:acme a ivc:Nowhere .", "5.8.1 not declared as Class"),
        ("ivc:tier owl:propertyChainAxiom ( ivc:stageOf ivc:nowhere ) .", "5.8.1 not declared as ObjectProperty"),
        ("ivc:tier rdfs:subPropertyOf ivc:value .", "5.8.1 not two properties of one kind"),
        ("ivc:tier a owl:DatatypeProperty .", "5.8.1 two kinds"),
        ("ivc:summary a owl:ObjectProperty .", "5.8.1 two kinds"),
        ("ivc:Tier a rdfs:Datatype .", "5.8.1 two kinds"),
        ("rdf:value a owl:DatatypeProperty .", "2.4 reserved"),
        ("ivc:acme ivc:tier 'up' .", "9.6.4 a literal"),
        ("ivc:acme ivc:value ivc:acme .", "9.6.6 no literal"),
        ("ivc:acme ivc:value '2026-11-30'^^xsd:date .", "5.8.1 not declared as Datatype"),
        ("ivc:Company rdfs:subClassOf [ owl:onProperty ivc:tier ; owl:hasValue ivc:a ] .", "mapping 3.2.4"),
        ("_:a a owl:Class ; owl:complementOf ivc:Tier . ivc:Company rdfs:subClassOf _:a . ivc:Region rdfs:subClassOf _:a .", "mapping 3.2 an expression"),
        ("ivc:acme ivc:tier [ a ivc:Tier ] .", "11.2 an individual without a name"),
        ("ivc:hasPart a owl:FunctionalProperty .", "11.2 not simple"),
        ("ivc:activeIn a owl:IrreflexiveProperty .", "11.2 not simple"),
        ("ivc:attributedTo a owl:AsymmetricProperty . ivc:partOf rdfs:subPropertyOf ivc:attributedTo .", "11.2 not simple"),
        ("ivc:applicationOf a owl:InverseFunctionalProperty .", "11.2 not simple"),
        ("ivc:Region rdfs:subClassOf [ a owl:Restriction ; owl:onProperty ivc:partOf ; owl:maxCardinality 1 ] .", "11.2 not simple, with"),
        ("ivc:partOf owl:propertyDisjointWith ivc:feeds .", "11.2 not simple, yet disjoint"),
        ("ivc:inIndustry owl:propertyChainAxiom ( ivc:tier ivc:inIndustry ivc:tier ) .", "11.2 not regular"),
        ("ivc:stageOf owl:propertyChainAxiom ( ivc:tier ivc:inIndustry ) .", "11.2 not regular"),
        ("ivc:stageOf owl:propertyChainAxiom ( ivc:tier ivc:hasPart ) .", "11.2 not regular"),
    ],
)  # fmt: skip
def test_what_is_beyond_dl_is_seen(more: str, seen: str) -> None:
    bad = Graph().parse(data=read("ivc.ttl").replace("@prefix", f"@prefix rdf: <{RDF}> .\n@prefix", 1) + more)
    assert [f for f in violations(bad) if f.startswith(seen)]


# -- alignment ---------------------------------------------------------------------------------------


def test_alignment_speaks_of_our_terms_and_is_never_loaded(model: Graph, world_project: Project) -> None:
    path = ROOT / "ontology" / "ivc-align.ttl"
    assert path not in world_project.ontology_files
    ours = set(terms(model))
    aligned = {s for s in Graph().parse(path).subjects() if str(s).startswith(vocab.IVC)}
    assert aligned
    assert aligned <= ours


@pytest.mark.parametrize("name", ["shapes-integrity.ttl", "shapes-types.ttl", "shapes-audit.ttl"])
def test_prefixes_of_the_program_are_those_declared_for_shapes(name: str) -> None:
    shapes = Graph().parse(data=read(name), format="turtle")
    found = {
        (str(shapes.value(d, SH.prefix)), str(shapes.value(d, SH.namespace))) for d in shapes.objects(None, SH.declare)
    }
    assert found <= vocab.PREFIXES.items()
    assert name != "shapes-integrity.ttl" or found == set(vocab.PREFIXES.items())
