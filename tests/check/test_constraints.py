"""SPARQL constraints have the same results as in pySHACL, and one query is asked for all focus nodes only where that is sure to
be equivalent."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
from rdflib import RDF, SH

from kg.check.constraints import together
from kg.check.prebinding import same_for_all
from kg.check.shapes import Shapes, default_graph
from kg.errors import SyntaxProblem
from kg.source.project import Project
from kg.source.turtle import Locator

HEAD = """
@prefix ex: <http://example.org/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
PREFIXES = """
ex:p sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI ] .
ex:more owl:imports ex:p ; sh:declare [ sh:prefix "rdfs" ; sh:namespace "http://www.w3.org/2000/01/rdf-schema#"^^xsd:anyURI ] .
"""
DATA = """
ex:Firm a rdfs:Class . ex:Maker rdfs:subClassOf ex:Firm .
ex:a a ex:Firm , ex:Maker ; ex:makes ex:x , ex:y ; ex:name "A" .
ex:b a ex:Firm ; ex:makes ex:x ; ex:name "B" ; ex:partner ex:b .
ex:c a ex:Maker ; ex:owns ex:a .
ex:d ex:makes ex:z .
"""
FIRM = "sh:targetClass ex:Firm ;"
A, B, C, D = (f"http://example.org/{name}" for name in "abcd")

CASES: dict[str, tuple[str, bool, set[tuple[str, str]]]] = {
    # name: (shapes, whether one query is asked for all nodes, findings as (focus node, message))
    "an aggregate counts for each node, not for each of its types": (
        f'{FIRM} sh:sparql [ sh:prefixes ex:p ; sh:message "{{?n}} products" ; sh:select '
        '"SELECT $this (COUNT(?x) AS ?n) WHERE { $this ex:makes ?x } GROUP BY $this HAVING (COUNT(?x) > 1)" ]',
        True,
        {(A, "2 products")},
    ),
    "a sub-select is grouped by the node": (
        f'{FIRM} sh:sparql [ sh:prefixes ex:p ; sh:message "{{?n}}" ; sh:select """SELECT $this ?n WHERE {{ '
        '{ SELECT $this (COUNT(?x) AS ?n) WHERE { $this ex:makes ?x } GROUP BY $this } FILTER(?n = 1) }""" ]',
        True,
        {(B, "1")},
    ),
    "a filter that does not bind the node": (
        f'{FIRM} sh:sparql [ sh:prefixes ex:p ; sh:message "no product" ; sh:select '
        '"SELECT $this WHERE { FILTER NOT EXISTS { $this ex:makes ?x } }" ]',
        False,
        {(C, "no product")},
    ),
    "a branch that only compares the node": (
        f'{FIRM} sh:sparql [ sh:prefixes ex:p ; sh:message "{{?y}}" ; sh:select '
        '"SELECT $this ?y WHERE { { BIND($this AS ?y) FILTER($this = ex:c) } UNION { $this ex:partner ?y } }" ]',
        False,
        {(B, "http://example.org/b"), (C, "http://example.org/c")},
    ),
    "OPTIONAL compares with what stands before it": (
        f'{FIRM} sh:sparql [ sh:prefixes ex:p ; sh:message "{{?x}} {{?y}}" ; sh:select '
        '"SELECT $this ?x ?y WHERE { $this ex:makes ?x . OPTIONAL { ?y ex:partner ?any FILTER(?y = $this) } FILTER(BOUND(?y)) }" ]',
        True,
        {(B, "http://example.org/x http://example.org/b")},
    ),
    "a subject of a property": (
        'sh:targetSubjectsOf ex:owns ; sh:sparql [ sh:prefixes ex:p ; sh:message "owns" ; sh:select "SELECT $this WHERE { $this ex:owns ?x }" ]',
        True,
        {(C, "owns")},
    ),
    "a named node, all of the data in view": (
        'sh:targetNode ex:d ; sh:sparql [ sh:prefixes ex:p ; sh:message "{?x}" ; sh:select "SELECT $this ?x WHERE { ?x ex:owns ?y }" ]',
        True,
        {(D, "http://example.org/c")},
    ),
    "a node outside of the data and a path of length zero": (
        'sh:targetNode ex:nowhere ; sh:sparql [ sh:prefixes ex:p ; sh:message "itself" ; sh:select '
        '"SELECT $this WHERE { $this ex:owns* ?x FILTER(?x = $this) }" ]',
        False,
        {("http://example.org/nowhere", "itself")},
    ),
    "a deactivated shape": (
        f'{FIRM} sh:deactivated true ; sh:sparql [ sh:prefixes ex:p ; sh:select "SELECT $this WHERE {{ $this a ex:Firm }}" ]',
        False,
        set(),
    ),
    "a deactivated constraint": (
        f'{FIRM} sh:sparql [ sh:prefixes ex:p ; sh:deactivated true ; sh:select "SELECT $this WHERE {{ $this a ex:Firm }}" ]',
        False,
        set(),
    ),
    "the message of the shape, prefixes that are imported": (
        f'{FIRM} sh:message "of the shape" ; sh:sparql [ sh:prefixes ex:more ; '
        'sh:select "SELECT $this WHERE { $this ex:partner ?x ; a/rdfs:subClassOf* ex:Firm }" ]',
        True,
        {(B, "of the shape")},
    ),
    "the query binds the node again": (
        f'{FIRM} sh:sparql [ sh:prefixes ex:p ; sh:message "{{?t}}" ; '
        'sh:select "SELECT $this ?t WHERE { $this a ?t . $this a ?u FILTER(?t != ?u && ?t = ex:Firm) }" ]',
        True,
        {(A, "http://example.org/Firm")},
    ),
    "behind sh:node": (
        f'{FIRM} sh:node ex:Other . ex:Other a sh:NodeShape ; sh:sparql [ sh:prefixes ex:p ; sh:select "SELECT $this WHERE {{ $this ex:partner ?x }}" ]',
        False,
        {(B, "does not meet the constraint sh:node http://example.org/Other (value http://example.org/b)")},
    ),
    "the shape itself is bound": (
        f'{FIRM} ex:much 1 ; sh:sparql [ sh:prefixes ex:p ; sh:message "{{?n}}" ; sh:select """SELECT $this ?n WHERE {{ '
        '{ SELECT $this (COUNT(?x) AS ?n) WHERE { $this ex:makes ?x } GROUP BY $this } FILTER(ex:S = $currentShape) }""" ]',
        False,
        {(A, "2"), (B, "1")},
    ),
    "the shape itself is compared with another": (
        f'{FIRM} sh:sparql [ sh:prefixes ex:p ; sh:select "SELECT $this WHERE {{ $this ex:makes ?x FILTER(?x=$currentShape) }}" ]',
        False,
        set(),
    ),
    "the name of a variable in a text": (
        f'{FIRM} sh:sparql [ sh:prefixes ex:p ; sh:message "{{?t}}" ; sh:select "SELECT $this (\'$shapesGraph\' AS ?t) WHERE {{ $this ex:partner ?x }}" ]',
        True,
        {(B, "$shapesGraph")},
    ),
    "of a property": (
        f'{FIRM} sh:property [ sh:path ex:makes ; sh:sparql [ sh:prefixes ex:p ; sh:message "$PATH" ; sh:select '
        '"SELECT $this ?value WHERE { $this $PATH ?value . FILTER(?value = ex:y) }" ] ]',
        False,
        {(A, "$PATH")},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_findings_are_those_of_pyshacl(case: str, tmp_path: Path) -> None:
    body, one_query, expected = CASES[case]
    file = tmp_path / "shapes.ttl"
    file.write_text(f"{HEAD}{PREFIXES}ex:S a sh:NodeShape ; {body} .", encoding="utf-8")
    store = ox.Store()
    store.load((HEAD + DATA).encode(), format=ox.RdfFormat.TURTLE)
    shapes = Shapes({file: file.name})
    findings = shapes.run(store)
    ours = {(f.focus, f.message.en) for f in findings}
    assert bool(together(shapes.graph)) is one_query
    assert ours == expected
    if "ex:more" not in body:  # which pySHACL does not follow
        _, report, _ = pyshacl.validate(default_graph(store), shacl_graph=shapes.graph)
        focus = (report.value(r, SH.focusNode) for r in report.subjects(RDF.type, SH.ValidationResult))
        assert {str(node) for node in focus} == {node for node, _ in ours}


@pytest.mark.parametrize("sign", ["=", " = ", "!=", ","])
def test_the_shape_itself_is_bound_behind_any_sign(sign: str, tmp_path: Path) -> None:
    """pySHACL does not bind ``$currentShape`` if another character than a bracket precedes it."""
    compared = f"sameTerm(ex:S{sign}$currentShape)" if sign == "," else f"ex:S{sign}$currentShape"
    select = f"SELECT $this WHERE {{ $this ex:partner ?x FILTER({compared}) }}"
    body = f'ex:S a sh:NodeShape ; {FIRM} sh:sparql [ sh:prefixes ex:p ; sh:select "{select}" ] .'
    shapes, store = written(body, tmp_path), ox.Store()
    store.load((HEAD + DATA).encode(), format=ox.RdfFormat.TURTLE)
    assert [f.focus for f in Shapes(shapes).run(store)] == ([] if sign == "!=" else [B])


NO_MESSAGE = {  # constraint → the message made for it, in Chinese and English
    "sh:property [ sh:path ex:makes ; sh:maxCount 1 ]": (
        "不满足约束 sh:maxCount 1(属性 http://example.org/makes)",
        "does not meet the constraint sh:maxCount 1 (property http://example.org/makes)",
    ),
    "sh:property [ sh:path ex:name ; sh:in ( 'B' 'C' ) ]": (
        "不满足约束 sh:in(属性 http://example.org/name,值 A)",
        "does not meet the constraint sh:in (property http://example.org/name, value A)",
    ),
    "sh:property [ sh:path [ sh:inversePath ex:owns ] ; sh:maxCount 0 ]": (
        "不满足约束 sh:maxCount 0(属性 ^<http://example.org/owns>)",
        "does not meet the constraint sh:maxCount 0 (property ^<http://example.org/owns>)",
    ),
    "sh:message '另一处'@zh ; sh:property [ sh:path ex:name ; sh:message '' ; sh:minLength 2 ]": (
        "不满足约束 sh:minLength 2(属性 http://example.org/name,值 A)",
        "does not meet the constraint sh:minLength 2 (property http://example.org/name, value A)",
    ),
    'sh:sparql [ sh:prefixes ex:p ; sh:select "SELECT $this ?path ?value WHERE { $this ?path ?value FILTER(?value = ex:y) }" ]': (
        "不满足约束 sh:sparql(属性 http://example.org/makes,值 http://example.org/y)",
        "does not meet the constraint sh:sparql (property http://example.org/makes, value http://example.org/y)",
    ),
}


@pytest.mark.parametrize("constraint", NO_MESSAGE)
def test_a_constraint_without_a_message_says_what_is_not_met(constraint: str, tmp_path: Path) -> None:
    """Though another shape has one."""
    other = "ex:T a sh:NodeShape ; sh:targetNode ex:b ; sh:message 'of another' ; sh:class ex:Firm ."
    shapes, store = written(f"ex:S a sh:NodeShape ; sh:targetNode ex:a ; {constraint} . {other}", tmp_path), ox.Store()
    store.load((HEAD + DATA).encode(), format=ox.RdfFormat.TURTLE)
    (found,) = Shapes(shapes).run(store)
    assert (found.message.zh, found.message.en) == NO_MESSAGE[constraint]


def written(shapes: str, folder: Path) -> dict[Path, str]:
    file = folder / "shapes.ttl"
    file.write_text(HEAD + PREFIXES + shapes, encoding="utf-8")
    return {file: file.name}


SELECT = 'sh:prefixes ex:p ; sh:select """SELECT $this\nWHERE { $this ex:makes ?x'
STRANGE = {  # what a shape has, the line marked with § → what the message names
    "sh:target [§ sh:prefixes ex:p ; sh:select 'SELECT ?this { ?this a ex:Firm }' ]": "sh:target",
    "sh:target\n[ a§ sh:SPARQLTarget ; sh:prefixes ex:p ]": "sh:SPARQLTarget",
    "sh:expression [\n sh:path ex:makes ]§": "sh:expression",
    "sh:property [ sh:path ex:makes ;\nsh:property [ sh:minCounts 1 ;§\n] ]": "sh:minCounts",
    "sh:rule [ a sh:TripleRule§ ; sh:subject sh:this ; sh:predicate ex:p ; sh:object 1 ]": "sh:TripleRule",
    "sh:js [ sh:jsFunctionName 'f' ]§": "sh:js",
    "sh:entailment ex:RDFS§": "sh:entailment",
    f'sh:sparql [ {SELECT}\nGRAPH $shapesGraph {{§ ?s ?p ?o }}\n}}""" ]': "$shapesGraph",
    f'sh:sparql [ {SELECT}\nFILTER(ex:f(?x))\n}}""" ]': "http://example.org/f",
}


@pytest.mark.parametrize("strange", STRANGE)
def test_what_would_not_be_evaluated_is_refused_at_its_line(strange: str, tmp_path: Path) -> None:
    before = strange.partition("§")[0].count("\n") if "§" in strange else 0
    shapes = written(f"ex:S a sh:NodeShape ; {strange.replace('§', '')} .", tmp_path)
    with pytest.raises(SyntaxProblem, match=re.escape(STRANGE[strange])) as refused:
        Shapes(shapes)
    assert str(refused.value.place) == f"shapes.ttl:{(HEAD + PREFIXES).count(chr(10)) + 1 + before}"


@pytest.mark.parametrize("strange", [s for s in STRANGE if "ex:f(" not in s])
def test_what_is_deactivated_need_not_be_evaluated(strange: str, tmp_path: Path) -> None:
    shape = f"ex:S a sh:NodeShape ; {strange.replace('§', '')} ."
    Shapes(written(f"{shape} ex:S sh:deactivated true .", tmp_path))
    if "[" in strange:
        Shapes(written(shape.replace("§", "").replace("[", "[ sh:deactivated true ;", 1), tmp_path))
    with pytest.raises(SyntaxProblem):
        Shapes(written(f"{shape} ex:S sh:deactivated false .", tmp_path))


SEEN_BY = {  # target → the line of the statement by which the focus node is one
    "sh:targetObjectsOf ex:makes": 5,
    "sh:targetSubjectsOf ex:makes": 3,
    "sh:targetClass ex:Maker": 1,
}
QUERIES = {  # whether one query is asked for all nodes → the query of a constraint on the node itself
    True: "SELECT $this WHERE { $this ex:says ?x }",
    False: "SELECT $this WHERE { FILTER EXISTS { $this ex:says ?x } }",
}


@pytest.mark.parametrize("target", SEEN_BY)
@pytest.mark.parametrize("one_query", QUERIES)
def test_a_finding_on_the_node_itself_is_at_the_statement_that_makes_it_a_target(
    target: str, one_query: bool, tmp_path: Path
) -> None:
    """The constraint selects neither ``?path`` nor ``?value``, so that nothing else tells the statement."""
    (tmp_path / "data").mkdir()
    file, data = tmp_path / "shapes.ttl", tmp_path / "data" / "data.ttl"
    select = f'sh:sparql [ sh:prefixes ex:p ; sh:message "m" ; sh:select "{QUERIES[one_query]}" ]'
    file.write_text(f"{HEAD}{PREFIXES}ex:S a sh:NodeShape ; {target} ; {select} .", encoding="utf-8")
    head = " ".join(HEAD.split("\n"))
    data.write_text(
        f'{head} ex:a a ex:Maker ;\n ex:name "A" ;\n ex:makes ex:y ;\n ex:says 1 .\nex:b ex:makes ex:a .\n',
        encoding="utf-8",
    )
    store, shapes = ox.Store(), Shapes({file: file.name})
    store.load(path=str(data))
    assert bool(together(shapes.graph)) is one_query
    (found,) = shapes.run(store)
    locator = Locator(Project(tmp_path, tmp_path), [data])
    assert str(locator.find(found.focus, found.path, found.value)) == f"data/data.ttl:{SEEN_BY[target]}"


@pytest.mark.parametrize(
    ("what", "clause"),
    [("MINUS", "MINUS { $this ex:x ?y }"), ("VALUES", "VALUES ?y { 1 }"), ("SERVICE", "SERVICE <urn:x> { ?s ?p ?o }")],
)
def test_what_shacl_forbids_is_an_error(what: str, clause: str, tmp_path: Path) -> None:
    file = tmp_path / "shapes.ttl"
    select = f"SELECT $this WHERE {{ $this a ?c . {clause} }}"
    file.write_text(
        f'{HEAD}{PREFIXES}ex:S a sh:NodeShape ; {FIRM} sh:sparql [ sh:prefixes ex:p ; sh:select "{select}" ] .'
    )
    store = ox.Store()
    store.load((HEAD + DATA).encode(), format=ox.RdfFormat.TURTLE)
    with pytest.raises(SyntaxProblem, match=what):
        Shapes({file: file.name}).run(store)


@pytest.mark.parametrize(
    "select",
    [
        "SELECT $this WHERE { $this ex:p ?x } LIMIT 3",
        "SELECT $this WHERE { GRAPH ?g { $this ex:p ?x } }",
        "SELECT ?x WHERE { $this ex:p ?x }",
        "SELECT * WHERE { $this ex:p ?x }",
        "SELECT (ex:a AS ?this) WHERE { ?y ex:p ?x }",
        "SELECT $this WHERE { ?y ex:p ?x BIND(?y AS ?this) }",
        "SELECT $this (COUNT(*) AS ?n) WHERE { $this ex:p ?x }",
        "SELECT $this (COUNT(?y) AS ?n) WHERE { $this ex:p ?x . ?x ex:q ?y } GROUP BY ?x",
        "SELECT $this WHERE { OPTIONAL { $this ex:p ?x } }",
        "SELECT $this WHERE { { $this ex:p ?x } UNION { ?x ex:p ?y } FILTER($this != ?x) }",
        "SELECT $this WHERE { $this ex:p ?x { ?y ex:q ?x FILTER(?y != $this) } }",
        "SELECT $this WHERE { BIND(STR($this) AS ?s) $this ex:p ?s }",
        "SELECT $this WHERE { OPTIONAL { ?x ex:q ?y FILTER(?y != $this) } $this ex:p ?x }",
        "SELECT $this WHERE { $this ex:p ?x { SELECT ?x (COUNT(?y) AS ?n) WHERE { ?x ex:q ?y . $this ex:r ?y } GROUP BY ?x } }",
        "SELECT $this WHERE { $this ex:p ?x FILTER EXISTS { { ?x ex:q ?y FILTER(?y = $this) } } }",
        "SELECT $this WHERE { ?x ex:p ?y FILTER(?x<?this&&?y>?x) }",
    ],
)
def test_in_doubt_each_node_is_asked(select: str) -> None:
    assert not same_for_all(select, in_data=True)


@pytest.mark.parametrize(
    "select",
    [
        "SELECT $this WHERE { $this ex:p ?x }",
        "select distinct ?this where { ?x ex:p $this . # } a comment\n filter(?x != ?this) }",
        "SELECT $this ?x WHERE { ?x ex:p ?y }",
        "SELECT $this WHERE { $this ex:p \"} LIMIT 3\", '''MINUS''' . FILTER(STR($this) != \"$this\") }",
        "SELECT $this WHERE { { $this ex:p ?x } UNION { $this ex:q ?x } FILTER($this != ?x) }",
        "SELECT $this WHERE { $this ex:p ?x FILTER NOT EXISTS { ?x ex:q ?y FILTER(?y = $this) } }",
        "SELECT $this WHERE { $this ex:p ?x BIND(STR($this) AS ?s) FILTER(?s < ?x) }",
        "SELECT $this WHERE { $this (ex:p|^ex:q)/ex:r ?x }",
    ],
)
def test_what_keeps_the_nodes_apart_is_asked_once(select: str) -> None:
    assert same_for_all(select, in_data=True)
