"""Checks of the dataset: statements in a wrong graph, and things whose class does not fit."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kg.check import dataset
from kg.check.findings import Finding
from kg.check.members import Members
from kg.check.placed import named_in, stated_in
from kg.source.project import Project
from kg.source.turtle import read_project
from kg.terms import compact, expand
from kg.vocab import BACKGROUND, ENTITIES, IVC, LINKS, ONTOLOGY, PASSAGE, PASSAGES, PREFIXES


def check(quads: list[ox.Quad]) -> list[Finding]:
    """The findings of the dataset checks for *quads*."""
    return dataset.check(quads, Members(quads))


HEAD = "".join(f"@prefix {p}: <{n}> .\n" for p, n in PREFIXES.items())
ONE, TWO = f"{PASSAGE}d-L0001", f"{PASSAGE}d-L0002"
REGISTERED = {
    ONTOLOGY: "ivc:Observation rdfs:subClassOf ivc:Claim . ivc:Level rdfs:subClassOf ivc:Observation .",
    ENTITIES: "doc:d a ivc:Document . co:a a ivc:Company ; rdfs:label 'a' .",
    PASSAGES: "".join(
        f"psg:d-L000{n} a ivc:Passage ; ivc:fromDocument doc:d ; oa:hasSelector psg:d-L000{n}-pos . "
        f"psg:d-L000{n}-pos a oa:TextPositionSelector ; oa:start {start} ; oa:end {end} . "
        for n, start, end in ((1, 0, 10), (2, 10, 15))
    ),
}


def read(**more: str) -> list[ox.Quad]:
    """The registered passages and the Turtle *more*, whose keys are names of graphs without prefix."""
    return [
        ox.Quad(*q.triple, ox.NamedNode(graph) if graph else ox.DefaultGraph())
        for graph, text in (*REGISTERED.items(), *((_GRAPHS.get(g, g), text) for g, text in more.items()))
        for q in ox.parse(HEAD + text, format=ox.RdfFormat.TURTLE)
    ]


_GRAPHS = {
    "one": ONE,
    "two": TWO,
    "entities": ENTITIES,
    "background": BACKGROUND,
    "passages": PASSAGES,
    "links": LINKS,
    "none": "",
}
_GRAPHS |= {"unknown": f"{PASSAGE}d-L0099", "ontology": ONTOLOGY, "odd": "urn:odd"}


def told(found: list[Finding]) -> list[tuple[str, str, str]]:
    assert {f.severity for f in found} <= {"Violation"}
    assert all(f.message.zh != f.message.en for f in found)
    return [(f.rule, compact(f.focus), compact(f.path) if f.path else "") for f in found]


def test_the_invented_project_is_in_order(world_project: Project) -> None:
    assert check(read_project(world_project)) == []


def test_what_is_in_order() -> None:
    said = "co:a ivc:suppliesTo co:b . obs:x a ivc:Observation . brk:x a ivc:Breakdown ."
    assert check(read(one=said, two="obs:y a ivc:Level .", background="co:a ivc:suppliesTo co:c .")) == []


@pytest.mark.parametrize("graph", ["unknown", "odd", "none", "passages"])
def test_a_graph_that_is_no_place_for_a_statement(graph: str) -> None:
    """Each thing gets one finding, at its first statement. In the graph of passages, only what is about no passage is found."""
    found = check(
        read(**{graph: "co:a ivc:suppliesTo co:b , co:c ; ivc:worksWith tech:t . co:b ivc:suppliesTo co:c ."})
    )
    assert told(found) == [
        ("D01-graph-name", "co:a", "ivc:suppliesTo"),
        ("D01-graph-name", "co:b", "ivc:suppliesTo"),
    ]
    assert [compact(f.value) for f in found] == ["co:b", "co:c"]
    assert {f.graph for f in found} == {_GRAPHS[graph]}
    assert f"graph {compact(_GRAPHS[graph]) or '(none)'}," in found[0].message.en
    assert f"图 {compact(_GRAPHS[graph]) or '(无)'} 里" in found[0].message.zh


def test_a_passage_is_registered_in_the_passages_graph_alone() -> None:
    said = "psg:d-L0001 ivc:sha256 'x' ."
    assert check(read(passages=said)) == []
    assert told(check(read(odd=said))) == [("D01-graph-name", "psg:d-L0001", "ivc:sha256")]


@pytest.mark.parametrize(
    "said", ["co:a a ivc:Company .", "co:a rdfs:label 'a' .", "co:a skos:altLabel 'a' .", "psg:d-L0001 a ivc:Passage ."]
)
def test_names_and_kinds_are_ours_and_stand_in_no_passage(said: str) -> None:
    (found,) = check(read(one=said))
    (subject, predicate, _) = said.split()[:3]
    assert told([found]) == [("D02-naming", subject, "rdf:type" if predicate == "a" else predicate)]
    assert (found.graph, compact(found.value)) == (ONE, said.split()[2].strip("'"))


def test_a_claim_stands_in_one_passage() -> None:
    said = "obs:y a ivc:Claim . obs:x a ivc:Level ; ivc:year 2024 ."
    one, other = check(read(two=said, one=said))
    assert told([one, other]) == [("D03-one-home", "obs:x", ""), ("D03-one-home", "obs:y", "")]
    assert one.involved == other.involved == (ONE, TWO)
    assert "(psg:d-L0001, psg:d-L0002)" in one.message.en
    assert check(read(one=said, two="obs:x ivc:year 2024 .")) == [], "whose node it is says its type"


@pytest.mark.parametrize(("start", "end", "over"), [(14, 20, True), (15, 20, False), (3, 4, True), ("x", 20, False)])
def test_passages_of_one_document_do_not_overlap(start: object, end: int, over: bool) -> None:
    def third(document: str) -> str:
        return (
            f"psg:{document}-L0003 a ivc:Passage ; ivc:fromDocument doc:{document} ; oa:hasSelector psg:x . "
            f"psg:x a oa:TextPositionSelector ; oa:start '{start}' ; oa:end {end} ."
        )

    found = check(read(passages=third("d")))
    before, after = ("psg:d-L0002", "psg:d-L0003") if start == 14 else ("psg:d-L0001", "psg:d-L0003")
    assert told(found) == ([("D04-overlap", after, "")] if over else [])
    assert [f.involved for f in found] == ([(expand(before),)] if over else [])
    assert check(read(passages="doc:e a ivc:Document . " + third("e"))) == [], "of another document they may"


def test_what_is_of_a_class_by_the_word_of_the_ontology() -> None:
    quads = read(one="obs:x a ivc:Level . clm:y a ivc:Claim .", odd="ivc:Company rdfs:subClassOf ivc:Claim .")
    assert Members(quads).narrower(IVC + "Claim") == {IVC + "Claim", IVC + "Observation", IVC + "Level"}
    assert Members(quads).narrower(IVC + "Company", IVC + "Level") == {IVC + "Company", IVC + "Level"}
    assert {compact(node) for node in Members(quads).of(IVC + "Claim", IVC + "Document")} == {"obs:x", "clm:y", "doc:d"}


def test_a_circle_of_classes_ends() -> None:
    quads = read(ontology="ivc:Claim rdfs:subClassOf ivc:Level .")
    assert Members(quads).narrower(IVC + "Level") == {IVC + "Claim", IVC + "Observation", IVC + "Level"}


def test_a_claim_tells_the_passage_where_it_is_typed() -> None:
    said = "obs:x a ivc:Level ; ivc:about co:a . brk:b a ivc:Breakdown . co:a ivc:about ivc:Level ."
    quads = read(one=said, entities="clm:y a ivc:Claim .")
    assert [
        (compact(t.subject.value), compact(t.predicate.value), t.object.value) for t in stated_in(quads, Members(quads))
    ] == [  # type: ignore[union-attr]
        ("obs:x", "ivc:statedIn", ONE)
    ]


def test_a_passage_names_whatever_its_edges_give_a_role() -> None:
    """A thing is named once, as subject or as object, and only if the role is for its class. The source of a figure has no role."""
    quads = read(
        ontology="ivl:supplier ivc:roleFor ivc:Company ; ivc:roleOfSubject ivc:suppliesTo . "
        "ivl:customer ivc:roleFor ivc:Company ; ivc:roleOfObject ivc:suppliesTo .",
        entities="co:b a ivc:Company . co:body a ivc:PublicBody . co:source a ivc:Company .",
        one="co:a ivc:suppliesTo co:b , co:body . obs:x ivc:estimatedBy co:source .",
        background="co:source ivc:suppliesTo co:a .",
    )
    found = [(compact(t.subject.value), t.predicate.value, t.object.value) for t in named_in(quads, Members(quads))]  # type: ignore[union-attr]
    assert sorted(found) == [("co:a", IVC + "namedIn", ONE), ("co:b", IVC + "namedIn", ONE)]


@pytest.mark.parametrize(
    "axiom",
    [
        "ivc:suppliesTo a owl:TransitiveProperty .",
        "ivc:Company rdfs:subClassOf ivc:Actor .",
        "co:a a [ owl:onProperty ivc:tier ; owl:hasValue ivl:upstream ] .",
    ],
)
def test_an_axiom_among_the_data(axiom: str) -> None:
    found = check(read(background=axiom))
    assert {f.rule for f in found} == {"D05-axiom"}
    assert not [f for f in check(read(ontology=axiom)) if f.rule == "D05-axiom"]
    assert check(read(background="co:a a owl:NamedIndividual ; rdfs:seeAlso co:b ; owl:deprecated true .")) == []


@pytest.mark.parametrize(
    ("graph", "said", "wrong"),
    [
        ("links", "co:a skos:exactMatch ent:x . ent:x a ivc:Entry ; skos:notation 'x' .", []),
        ("entities", "co:a skos:exactMatch ent:x .", ["skos:exactMatch"]),
        ("background", "co:a skos:closeMatch ent:x .", ["skos:closeMatch"]),
        ("one", "ent:x a ivc:Entry ; skos:notation 'x' .", ["rdf:type", "skos:notation"]),
        ("links", "co:a ivc:suppliesTo co:b .", ["ivc:suppliesTo"]),
        ("ontology", "ivl:x skos:exactMatch ivl:y .", []),
    ],
)
def test_links_have_a_graph_of_their_own(graph: str, said: str, wrong: list[str]) -> None:
    found = [f for f in check(read(**{graph: said})) if f.rule != "D02-naming"]
    assert [(f.rule, compact(f.path)) for f in found] == [("D07-links", path) for path in wrong]


CLASSES = "ivc:Company rdfs:subClassOf ivc:Organization ."
CHAINS = (
    "ind:i a ivc:Industry . ind:j a ivc:Industry . stg:j a ivc:Stage . view:j a ivc:ChainView . "
    "seg:i a ivc:Segment . seg:j a ivc:Segment . seg:none a ivc:Segment ."
)
PLACED = "seg:i ivc:inIndustry ind:i . seg:j ivc:subSegmentOf seg:k . seg:k ivc:segmentOf stg:j . stg:j ivc:stageOf view:j . view:j ivc:viewOf ind:j ."


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("co:a ivc:keyPlayerIn seg:i .", ""),
        ("co:a ivc:keyPlayerIn seg:j .", "seg:j"),
        ("seg:x ivc:segmentOf stg:j .", "stg:j"),
        ("seg:x ivc:partOf view:j .", "view:j"),
        ("co:a ivc:keyPlayerIn seg:none .", ""),  # of no industry: another rule's
        ("co:a ivc:keyPlayerIn seg:j ; ivc:activeIn ind:j .", ""),  # the passage is about that industry too
        ("clm:x a ivc:Claim ; ivc:about seg:j .", ""),  # a claim may compare
    ],
)
def test_a_segment_lies_in_an_industry_that_the_passage_is_about(said: str, wrong: str) -> None:
    context = "psg:d-L0001 ivc:contextIndustry ind:i ."
    found = check(read(ontology=CLASSES, entities=CHAINS, background=PLACED, passages=context, one=said))
    assert [(f.rule, compact(f.value), f.graph) for f in found] == (
        [("D06-other-industry", wrong, ONE)] if wrong else []
    )
    assert all("lies in ind:j, but the passage is about ind:i" in f.message.en for f in found)
    assert check(read(ontology=CLASSES, entities=CHAINS, background=PLACED, one=said)) == []  # a passage of no section


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ('ivc:year "２０３１"^^xsd:integer', False),
        ('ivc:memberCount "1_2"^^xsd:integer', False),
        ('ivc:year "+2031"^^xsd:integer', True),
        ('ivc:value "1_000.0"^^xsd:decimal', False),
        ('ivc:value "1e3"^^xsd:decimal', False),
        ('ivc:value "1e3"^^xsd:double', True),
        ('ivc:value "NaN"^^xsd:decimal', False),
        ('ivc:value "-.5"^^xsd:decimal', True),
        ('ivc:value "5."^^xsd:decimal', True),
        ('dcterms:issued "2026-11-31"^^xsd:date', False),
        ('dcterms:issued "2024-02-29"^^xsd:date', True),
        ('dcterms:issued "24 Nov"^^xsd:date', False),
        ('dcterms:issued "20x5"^^xsd:gYear', False),
        ('dcterms:issued "2025-13"^^xsd:gYearMonth', False),
        ('dcterms:issued "2025-06-30T25:00:00Z"^^xsd:dateTime', False),
        ('dcterms:issued "2025-06-30T23:59:60.5"^^xsd:dateTime', False),
        ('dcterms:issued "2025-06-30T23:59:59.5+08:00"^^xsd:dateTime', True),
        ('ivc:narrows "yes"^^xsd:boolean', False),
        ('ivc:narrows "yes"', True),
    ],
)
def test_a_literal_is_written_as_its_datatype_has_it(written: str, right: bool) -> None:
    found = check(read(one=f"obs:x a ivc:Observation ; {written} ."))
    assert [(f.rule, f.value) for f in found] == ([] if right else [("D08-lexical", written.split('"')[1])])
