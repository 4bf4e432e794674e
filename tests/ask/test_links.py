"""Entries elsewhere: their codes find the thing, and everything that describes the thing shows them."""

from __future__ import annotations

import json

import pytest
import rdflib

from conftest import Run
from kg.ask import plain
from kg.graph import KnowledgeGraph
from kg.vocab import BASE, SKOS

QINGLAN = BASE + "organization/qinglan"


@pytest.mark.parametrize(
    "code", ["609771", "609771.SH", "609771.sh", "09771.HK", "09771", "9771.hk", "9771", "Q999999771"]
)
def test_a_code_finds_the_thing(world: KnowledgeGraph, code: str) -> None:
    assert [match.thing.iri for match in world.find(code)] == [QINGLAN]
    assert world.entity(code).thing.iri == QINGLAN


@pytest.mark.parametrize("part", ["6097", "771", "SH", "HK"])
def test_a_part_of_a_code_finds_nothing(world: KnowledgeGraph, part: str) -> None:
    """A year is a part of many codes."""
    assert QINGLAN not in {match.thing.iri for match in world.find(part)}


def test_the_links_of_a_thing(world: KnowledgeGraph) -> None:
    (near,) = plain.entity(world.entity("云汀"), world.names)["links"]
    assert near == {
        "match": SKOS + "closeMatch",
        "entry": "https://sws.geonames.org/999999771/",
        "register": {"iri": BASE + "list/geonames", "zh": "GeoNames", "en": "GeoNames"},
        "code": "999999771",
        "date": "2026-11-29",
        "basis": {"zh": "只是城区。", "en": "It is the town alone."},
    }
    found = world.entity(QINGLAN).links
    assert [(link.code, link.address) for link in found] == [
        ("09771.HK", ""),
        ("609771.SH", ""),
        ("Q999999771", "http://www.wikidata.org/entity/Q999999771"),
    ]
    assert world.entity("竹里编舍").links == ()


def test_the_shell_shows_and_exports_them(kg: Run) -> None:
    assert (
        "Shanghai Stock Exchange: 609771.SH  2026-11-30  The security's short name is its name."
        in kg("show", "青岚").stdout
    )
    assert "GeoNames: 999999771(相近)  2026-11-29  只是城区。" in kg("show", "云汀", lang="zh").stdout
    assert [link["code"] for link in json.loads(kg("show", "青岚", "--format", "json").stdout)["links"]][
        1
    ] == "609771.SH"
    graph = rdflib.Graph().parse(data=kg("export", "--format", "turtle", "--graph", "links").stdout)
    assert len(set(graph.subjects(rdflib.RDF.type, rdflib.URIRef(BASE + "ns#Entry")))) == 4


def test_they_are_no_part_of_the_network(world: KnowledgeGraph) -> None:
    assert [node for node in world.to_networkx(inferred=True) if "/entry/" in node or "wikidata" in node] == []
