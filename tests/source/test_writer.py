"""Turtle, TriG and JSON-LD that people read and compare: one order, lists as lists, nothing lost."""

from __future__ import annotations

import json

import pyoxigraph as ox
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conftest import ROOT
from kg.source.writer import trig, turtle
from kg.store.jsonld import jsonld
from kg.vocab import PREFIXES

EX = {"ex": "http://example.org/", "owl": PREFIXES["owl"], "xsd": PREFIXES["xsd"], "rdf": PREFIXES["rdf"]}
HEAD = "".join(f"@prefix {name}: <{space}> .\n" for name, space in EX.items())


def triples(text: str) -> list[ox.Triple]:
    return [q.triple for q in ox.parse(HEAD + text, format=ox.RdfFormat.TURTLE)]


def quads(text: str) -> list[ox.Quad]:
    return list(ox.parse(HEAD + text, format=ox.RdfFormat.TRIG))


def body(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("@prefix"))


@pytest.mark.parametrize(
    ("given_", "written"),
    [
        ("ex:b ex:p 2 . ex:a ex:q ex:z, ex:y ; a ex:C .", "\nex:a a ex:C ;\n    ex:q ex:y , ex:z .\n\nex:b ex:p 2 .\n"),
        ("ex:a ex:p (ex:b (1 'x'@en) ()) .", '\nex:a ex:p ( ex:b ( 1 "x"@en ) rdf:nil ) .\n'),
        ("ex:a ex:p [ ex:q [ ex:r 1.50 ] ; a ex:C ], [] .", "\nex:a ex:p [ a ex:C ; ex:q [ ex:r 1.50 ] ] , [] .\n"),
        ("[] a owl:AllDisjointClasses ; owl:members (ex:b ex:a) .", "\n[] a owl:AllDisjointClasses ;\n    owl:members ( ex:b ex:a ) .\n"),
        ("ex:a ex:p '01'^^xsd:integer, 'x'^^xsd:integer, 1e3 .", '\nex:a ex:p "1e3"^^xsd:double , "x"^^xsd:integer , 01 .\n'),
        ('ex:a ex:p "a\\"\\n\\\\\\u0001"@zh, "文"@en, "" .', '\nex:a ex:p "a\\"\\n\\\\\\u0001"@zh , "文"@en , "" .\n'),
        ("ex:a ex:p <http://example.org/a/b>, <urn:x>, ex:汉 .", "\nex:a ex:p <http://example.org/a/b> , <http://example.org/汉> , <urn:x> .\n"),
    ],
)  # fmt: skip
def test_turtle_is_written_so(given_: str, written: str) -> None:
    assert body(turtle(triples(given_), EX)) == written


def test_only_prefixes_in_use_are_declared_in_their_order() -> None:
    assert turtle(triples("ex:a a owl:Class ."), EX).splitlines()[:3] == [
        "@prefix ex: <http://example.org/> .",
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .",
        "",
    ]


def test_trig_has_one_block_per_graph() -> None:
    text = "ex:h { ex:a ex:p 1 . } ex:g { ex:b ex:p (2) ; a ex:C . } ex:h { ex:a ex:p 3 . } ex:c ex:p ex:d ."
    assert body(trig(quads(text), EX)) == (
        "\nex:g {\n    ex:b a ex:C ;\n        ex:p ( 2 ) .\n}\n\nex:h {\n    ex:a ex:p 1 , 3 .\n}\n\n{\n    ex:c ex:p ex:d .\n}\n"
    )


def test_a_blank_node_of_two_statements_has_a_name_that_its_own_statements_make() -> None:
    """A change elsewhere then does not rename it."""
    text = "ex:a ex:p _:x . ex:b ex:p _:x . _:x ex:q 1 ."
    before, after = (
        set(turtle(triples(t), EX).splitlines()) for t in (text, text + "ex:0 ex:p [] , _:0 . ex:z ex:p _:0 .")
    )
    assert before < after
    (name,) = {line.split()[0] for line in before if line.startswith("_:")}
    assert f"ex:a ex:p {name} ." in before


def test_a_changed_axiom_is_two_lines_of_difference() -> None:
    """It is so although the blank nodes get other labels in a build."""

    def written(text: str) -> set[str]:
        model = ox.Dataset(ox.parse(text, format=ox.RdfFormat.TURTLE))
        model.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        return set(turtle((q.triple for q in model), PREFIXES).splitlines())

    text = (ROOT / "ontology" / "ivc.ttl").read_text(encoding="utf-8")
    one, other = written(text), written(text.replace("owl:hasValue ivl:target", "owl:hasValue ivl:estimate"))
    assert sorted(line.strip().split()[0] for line in one ^ other) == ["owl:equivalentClass"] * 2


def test_json_ld_is_written_so() -> None:
    text = """ex:g { ex:a a ex:C, ex:D ; ex:link ex:b ; ex:list (ex:b [ ex:n 1 ]) ; ex:text "甲"@zh, "b" ; ex:n 1, 1.5, true . }
        ex:c ex:n ex:d , "x" ."""
    link = {"@type": "@id"}
    assert json.loads(jsonld(quads(text), EX)) == {
        "@context": {"ex": EX["ex"], "xsd": EX["xsd"], "ex:link": link, "ex:list": link},
        "@graph": [
            {
                "@id": "ex:g",
                "@graph": [
                    {
                        "@id": "ex:a",
                        "@type": ["ex:C", "ex:D"],
                        "ex:link": "ex:b",
                        "ex:list": {"@list": ["ex:b", {"ex:n": 1}]},
                        "ex:n": [1, True, {"@type": "xsd:decimal", "@value": "1.5"}],
                        "ex:text": ["b", {"@language": "zh", "@value": "甲"}],
                    }
                ],
            },
            {"@id": "ex:c", "ex:n": ["x", {"@id": "ex:d"}]},
        ],
    }


def test_json_ld_is_indented_on_request() -> None:
    one, many = (jsonld(quads("ex:a ex:p 1 ."), EX, indent=indent) for indent in (False, True))
    assert one.count("\n") == 1 < many.count("\n")
    assert json.loads(one) == json.loads(many)


_nodes = st.sampled_from(["ex:a", "ex:b", "_:x", "_:y", "_:z", "_:w", "<ex:a>"])
_values = st.one_of(
    _nodes,
    st.sampled_from(["rdf:nil", "1", "01", "1.0", "true", '"1"^^xsd:boolean', '"x"@zh-Hant', '"ex:a"', '"2"^^ex:t']),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=4).map(lambda t: str(ox.Literal(t))),
)
_predicates = st.sampled_from(["ex:p", "rdf:type", "rdf:first", "rdf:rest", "<http://example.org/a/b>"])


@settings(max_examples=300, deadline=None)
@example([("ex:g", "ex:a", "ex:p", '"\u2028\x85"')])
@given(st.lists(st.tuples(st.sampled_from(["ex:g", "ex:h", ""]), _nodes, _predicates, _values), max_size=14))
def test_nothing_is_lost(statements: list[tuple[str, str, str, str]]) -> None:
    """Circles of blank nodes and broken lists are kept too; and the same quads in another order give the same text."""
    given_ = quads("".join(f"{g} {{ {s} {p} {o} . }}\n" for g, s, p, o in statements))
    for write, kind in ((trig, ox.RdfFormat.TRIG), (jsonld, ox.RdfFormat.JSON_LD)):
        text = write(given_, EX)
        assert text == write(given_[::-1], EX)
        back, here = ox.Dataset(ox.parse(text, format=kind)), ox.Dataset(given_)
        for dataset in (back, here):
            dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
        assert back == here
