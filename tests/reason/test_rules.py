"""The compiled rules: they fire on every axiom kind, and refuse what they do not know."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from kg import vocab
from kg.errors import UnknownAxiom
from kg.reason.closure import Closure, close
from kg.reason.rules import compile_rules
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
    ],
)
def test_each_axiom_kind_fires(axiom: str, data: str, follows: str) -> None:
    store = ox.Store()
    store.extend(_parse(data))
    close(store, compile_rules(_parse(axiom)))
    assert bool(store.query(f"ASK {{ {follows} }}", prefixes=dict(vocab.PREFIXES)))


def test_a_range_gives_a_class_to_iris_alone() -> None:
    """Neither to a text nor to a node without a name."""
    store = ox.Store()
    store.extend(_parse("co:x ivc:p co:y , 'y' , [] ."))
    assert close(store, compile_rules(_parse("ivc:p rdfs:range ivc:A ."))).added == 1
    assert bool(store.query("ASK { co:y a ivc:A }", prefixes=dict(vocab.PREFIXES)))


def test_a_rule_runs_again_only_if_what_it_reads_has_grown() -> None:
    """Both rules at first, the second of them once more."""
    store = ox.Store()
    store.extend(_parse("co:x ivc:p co:y ."))
    rules = compile_rules(_parse("ivc:p rdfs:subPropertyOf ivc:q . ivc:q rdfs:subPropertyOf ivc:r ."))
    assert close(store, rules) == Closure(rounds=2, fired=3, added=2)
    assert close(store, rules) == Closure(rounds=1, fired=2, added=0)


def test_what_merely_mentions_a_kind_of_property_is_no_axiom() -> None:
    assert compile_rules(_parse("ivc:p rdfs:seeAlso owl:TransitiveProperty , owl:SymmetricProperty .")) == []


@pytest.mark.parametrize(
    "axiom",
    [
        "ivc:p a owl:FunctionalProperty .",
        "ivc:A owl:hasKey ( ivc:p ) .",
        "ivc:p owl:propertyChainAxiom 3 .",
        "ivc:A owl:unionOf ( ivc:B ivc:C ) .",
    ],
)
def test_an_unknown_axiom_stops_the_build(axiom: str) -> None:
    with pytest.raises(UnknownAxiom):
        compile_rules(_parse(axiom))


def test_the_line_of_an_unknown_axiom_is_named(tmp_path: Path) -> None:
    file = tmp_path / "ivc.ttl"
    file.write_text(HEAD + "ivc:p owl:propertyChainAxiom 3 .\n", encoding="utf-8")
    with pytest.raises(UnknownAxiom) as caught:
        compile_rules(read(file, vocab.ONTOLOGY), Locator(Project(tmp_path, tmp_path), [file]))
    assert str(caught.value.place) == f"ivc.ttl:{len(vocab.PREFIXES) + 1}"
