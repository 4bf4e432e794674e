"""By which names clients of other servers ask for a format, and what XML can hold of an answer."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import UsageProblem
from kg.store import xml
from kg.store.formats import GRAPHS, ROWS, find, media_types
from kg.vocab import RDF

ROW_NAMES = {
    "json": "json JSON srj sparql-results+json application/json application/sparql-results+json",
    "xml": "xml XML srx sparql-results+xml application/xml text/xml Application/SPARQL-Results+XML",
    "csv": "csv CSV text/csv Text/CSV;charset=utf-8",
    "tsv": "tsv TSV text/tab-separated-values",
    None: "ttl n3 rdf rdfxml text/turtle application/rdf+xml html pdf text/html <b> ; */* text/*",
}
GRAPH_NAMES = {
    "ttl": "ttl TTL turtle Turtle n3 text/turtle text/turtle;charset=utf-8 text/n3 text/rdf+n3 application/x-turtle",
    "nt": "nt NT ntriples n-triples application/n-triples text/plain",
    "jsonld": "jsonld JSON-LD json JSON ld+json application/ld+json application/json",
    "rdf": "rdf xml XML rdfxml rdf/xml rdf+xml RDF+XML application/rdf+xml application/xml text/xml",
    None: "csv tsv html srx srj text/csv application/sparql-results+xml */*",
}


@pytest.mark.parametrize(("graph", "table"), [(False, ROW_NAMES), (True, GRAPH_NAMES)], ids=["rows", "graph"])
def test_a_format_is_found_by_every_name_that_clients_use(graph: bool, table: dict[str | None, str]) -> None:
    for wanted, names in table.items():
        for name in names.split():
            for written in (name, f" {name} ", f"{name} ; charset=UTF-8", name.replace("+", " ")):
                found = find(written, graph)
                assert (found and found.name) == wanted, written


@pytest.mark.parametrize("graph", [False, True])
def test_accept_is_held_against_every_media_type_the_preferred_ones_first(graph: bool) -> None:
    types = media_types(graph)
    formats = GRAPHS if graph else ROWS
    assert list(types)[: len(formats)] == [f.media for f in formats]
    assert all(name.count("/") == 1 and name == name.lower() and find(name, graph) is f for name, f in types.items())
    assert types["application/xml"].name == ("rdf" if graph else "xml")
    assert "rdf/xml" not in types


# -- XML ------------------------------------------------------------------------------------------------------

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NODE, PREDICATE = ox.NamedNode("urn:s"), ox.NamedNode("http://example.com/p")
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def results(*values: ox.Literal) -> bytes:
    """The values as SPARQL results in XML, as Oxigraph writes them."""
    rows = " ".join(map(str, values))
    found = ox.Store().query(f"SELECT ?x ?y {{ VALUES ?y {{ {rows} }} }}")
    assert isinstance(found, ox.QuerySolutions)
    return found.serialize(None, ox.QueryResultsFormat.XML) or b""


@given(text=TEXTS)
def test_a_text_comes_back_from_xml_as_it_was_or_is_refused(text: str) -> None:
    triple = ox.Triple(NODE, PREDICATE, ox.Literal(text))
    writers = (lambda: xml.rdf_xml([triple]).encode(), lambda: xml.finish(results(ox.Literal(text))))
    for write in writers:
        if FORBIDDEN.search(text):
            with pytest.raises(UsageProblem, match=r"has no character U\+"):
                write()
        else:
            read = [e.text or "" for e in ElementTree.fromstring(write()).iter() if e.tag.endswith(("}p", "}literal"))]
            assert read == [text]


@pytest.mark.parametrize("code", [0, 1, 8, 0x0B, 0x0C, 0x1F, 0xFFFE, 0xFFFF])
def test_a_character_that_xml_has_not_is_told_with_its_place(code: int) -> None:
    text = f"a{chr(code)}b"
    with pytest.raises(UsageProblem, match=rf"XML cannot hold \?y in row 2: XML has no character U\+{code:04X}"):
        xml.finish(results(ox.Literal("x"), ox.Literal(text), ox.Literal("z")))
    triples = [ox.Triple(NODE, PREDICATE, ox.Literal(t)) for t in ("x", text)]
    with pytest.raises(UsageProblem, match=rf"<urn:s> <http://example.com/p> .*U\+{code:04X}") as caught:
        xml.rdf_xml(triples)
    assert chr(code) not in caught.value.render("zh")


@pytest.mark.parametrize(
    "name",
    [
        "http://example.com/123",
        "http://example.com/",
        "http://example.com/a#",
        "http://example.com/q?x=1",
        "http://example.com/a\U0001f600",
        "http://www.w3.org/2000/xmlns/x",
        "urn:1",
        "https://w3id.org/xinzhi/ns#",
        f"{RDF}li",
        f"{RDF}Description",
        f"{RDF}ID",
    ],
)
def test_a_predicate_that_is_no_name_of_an_element_is_refused(name: str) -> None:
    """RDF/XML writes predicates as names of elements (https://www.w3.org/TR/rdf-syntax-grammar/, 2.1)."""
    node, inner = ox.NamedNode(name), ox.Triple(NODE, ox.NamedNode(name), NODE)
    for triple in (inner, ox.Triple(NODE, PREDICATE, inner)):
        with pytest.raises(UsageProblem, match="cannot be the name of an element") as caught:
            xml.rdf_xml([ox.Triple(NODE, PREDICATE, NODE), triple])
        assert name in caught.value.what.en
    assert xml.rdf_xml([ox.Triple(node, PREDICATE, node)])


def test_a_class_that_is_no_name_of_an_element_is_refused_as_the_engine_would_write_it_as_one() -> None:
    kind = ox.NamedNode(f"{RDF}type")
    with pytest.raises(UsageProblem, match=r"example\.com/123 cannot be the name"):
        xml.rdf_xml([ox.Triple(NODE, kind, ox.NamedNode("http://example.com/123"))])
    for allowed in (ox.NamedNode(f"{RDF}li"), ox.Literal("http://example.com/123")):
        triple = ox.Triple(NODE, kind, allowed)
        assert [q.triple for q in ox.parse(xml.rdf_xml([triple]), format=ox.RdfFormat.RDF_XML)] == [triple]


@pytest.mark.parametrize(
    "name",
    [
        "http://example.com/1a",
        "http://example.com/a:b",
        "http://example.com/a%20b",
        "urn:x",
        f"{RDF}_1",
        "http://例.中/国",
    ],
)
def test_what_is_written_in_xml_is_read_by_other_parsers(name: str) -> None:
    triples = {
        ox.Triple(NODE, ox.NamedNode(name), ox.Literal(" a\r\nb\rc\t<&>\"']]> ", language="en")),
        ox.Triple(ox.BlankNode("b"), ox.NamedNode(name), ox.NamedNode("urn:x?a=1&b='2'")),
    }
    text = xml.rdf_xml(triples)
    assert {(str(s), str(p), str(o)) for s, p, o in rdflib.Graph().parse(data=text, format="xml")} >= {
        ("urn:s", name, " a\r\nb\rc\t<&>\"']]> ")
    }
    assert {q.triple for q in ox.parse(text, format=ox.RdfFormat.RDF_XML)} >= {t for t in triples if t.subject == NODE}


def test_of_other_xml_the_line_is_told() -> None:
    with pytest.raises(UsageProblem, match="cannot hold line 2"):
        xml.finish(b"<a>\n\x01</a>")
