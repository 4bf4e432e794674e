"""Exports: the same bytes twice, the same triples back, read by other people's parsers."""

from __future__ import annotations

import csv
import functools
import io
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx as nx
import pyoxigraph as ox
import pytest
import rdflib

from conftest import WORLD
from kg.ask.names import Names
from kg.errors import UsageProblem
from kg.faces.export import FORMATS, export
from kg.graph import KnowledgeGraph
from kg.reason.closure import close
from kg.store.embedded import EmbeddedStore
from kg.terms import iri, lexical
from kg.vocab import BASE, DCTERMS, IVC, LABEL, PASSAGE, RDF, TYPE

Exported = Callable[..., str]


@pytest.fixture(scope="module")
def exported(world: KnowledgeGraph) -> Exported:
    """``exported("turtle")``, ``exported("turtle", "provenance")``: made once."""
    return functools.cache(functools.partial(export, world))


@pytest.mark.parametrize("format_", FORMATS)
def test_same_graph_same_bytes(world: KnowledgeGraph, exported: Exported, format_: str) -> None:
    assert exported(format_) == export(KnowledgeGraph(world.path), format_) != ""


@pytest.mark.parametrize(("format_", "kind"), [("trig", ox.RdfFormat.TRIG), ("nquads", ox.RdfFormat.N_QUADS)])
def test_named_graphs_come_back_equal(
    world: KnowledgeGraph, exported: Exported, format_: str, kind: ox.RdfFormat
) -> None:
    """Compared after canonicalisation: blank nodes of the ontology have no names to keep."""
    back = ox.Dataset(ox.parse(exported(format_), format=kind))
    here = ox.Dataset(q for q in world.store.index if not isinstance(q.graph_name, ox.DefaultGraph))
    for dataset in (back, here):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    assert back == here


def test_turtle_has_one_count_for_three_parsers(world: KnowledgeGraph, exported: Exported, tmp_path: Path) -> None:
    file = tmp_path / "graph.ttl"
    file.write_text(exported("turtle"), encoding="utf-8")
    ours = sum(1 for _ in world.store.index.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    assert len(list(ox.parse(path=str(file), format=ox.RdfFormat.TURTLE))) == ours
    assert len(rdflib.Graph().parse(file)) == ours
    if rapper := shutil.which("rapper"):
        done = subprocess.run([rapper, "-c", "-i", "turtle", str(file)], capture_output=True, text=True, check=True)
        assert f"returned {ours} triples" in done.stderr


def _stated() -> dict[ox.Triple, list[str]]:
    """What the files of the invented project state → the passages, in order."""
    store, found = ox.Store(), defaultdict(list)  # in a store, for it writes numbers its own way
    for document in ("w1", "w2"):
        store.load(path=str(WORLD / "data" / document / "statements.trig"), format=ox.RdfFormat.TRIG)
    for q in sorted(store, key=str):
        found[q.triple].append(iri(q.graph_name))
    return found


def _default(world: KnowledgeGraph) -> set[ox.Triple]:
    return {q.triple for q in world.store.quads() if isinstance(q.graph_name, ox.DefaultGraph)}


def test_provenance_is_the_plain_facts_and_the_passages_of_each_stated_edge(world: KnowledgeGraph) -> None:
    """Plain RDF: of edges of the ontology between things, not of kinds, texts and numbers, nor of what no passage states."""
    triples = {q.triple for q in ox.parse(export(world, "ntriples", "provenance"), format=ox.RdfFormat.N_TRIPLES)}
    extra = triples - _default(world)
    said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for t in extra:
        said[str(t.subject)][t.predicate.value].append(lexical(t.object))
    edges = {
        (lexical(t.subject), t.predicate.value, lexical(t.object)): passages
        for t, passages in _stated().items()
        if t.predicate.value.startswith(IVC) and iri(t.object)
    }
    assert len(edges) == 264
    assert len(said) == len(edges)
    assert {
        tuple(one.pop(RDF + part)[0] for part in ("subject", "predicate", "object")): sorted(
            one.pop(DCTERMS + "source")
        )
        for one in said.values()
    } == edges
    assert all(one == {TYPE: [RDF + "Statement"]} for one in said.values()), "nothing else is said of a statement"
    assert triples >= _default(world)


def test_a_table_holds_every_term_whole(world: KnowledgeGraph) -> None:
    """From its text, datatype and language each object is made again; the passages are those of the files."""
    rows = list(csv.DictReader(io.StringIO(export(world, "csv"), newline="")))
    stated = {triple: " ".join(p.removeprefix(PASSAGE) for p in passages) for triple, passages in _stated().items()}
    nodes = {str(t.subject).removeprefix("_:") for t in _default(world) if isinstance(t.subject, ox.BlankNode)}

    def node(text: str) -> ox.NamedNode | ox.BlankNode:
        return ox.BlankNode(text[2:]) if text[:2] == "_:" and text[2:] in nodes else ox.NamedNode(text)

    def value(row: dict[str, str]) -> ox.NamedNode | ox.BlankNode | ox.Literal:
        if row["language"]:
            assert row["datatype"] == RDF + "langString"
            return ox.Literal(row["object"], language=row["language"])
        if row["datatype"]:
            return ox.Literal(row["object"], datatype=ox.NamedNode(row["datatype"]))
        return node(row["object"])

    back = [ox.Triple(node(row["subject"]), ox.NamedNode(row["predicate"]), value(row)) for row in rows]
    assert set(back) == _default(world)
    assert len(back) == len(set(back))
    assert [row["passages"] for row in rows] == [stated.get(t, "") for t in back]
    kinds = {(row["predicate"].rpartition("#")[2], row["datatype"].rpartition("#")[2]) for row in rows}
    assert {("value", "decimal"), ("year", "integer"), ("summary", "langString"), ("sha256", "string")} <= kinds
    (row,) = (r for r in rows if (r["subject_zh"], r["predicate"]) == ("明萤灯业", IVC + "keyPlayerIn"))
    assert [row[f"{part}_{lang}"] for lang in ("zh", "en") for part in ("subject", "predicate", "object")] == [
        *("明萤灯业", "环节代表企业", "扎制"),
        *("Mingying Lanterns", "key player in", "tying"),
    ]
    assert {row["object_zh"] for row in rows if row["datatype"]} == {""}


def test_closing_the_export_adds_nothing(world: KnowledgeGraph, exported: Exported) -> None:
    from kg.reason.rules import compile_rules

    store = ox.Store()
    store.load(exported("ntriples").encode(), format=ox.RdfFormat.N_TRIPLES)
    ontology = ox.NamedNode("https://w3id.org/xinzhi/ns")
    rules = compile_rules(world.store.index.quads_for_pattern(None, None, None, ontology))
    assert close(store, rules).added == 0


def test_edges_of_graphml_bear_names_in_both_languages(exported: Exported) -> None:
    network = nx.parse_graphml(exported("graphml"))
    edges = [edge for _, _, edge in network.edges(data=True) if edge["property"] == "cooperatesWith"]
    assert {(e["label_zh"], e["label_en"]) for e in edges} == {("合作", "cooperates with")}
    assert all(e["label_zh"] and e["label_en"] for _, _, e in network.edges(data=True))


@pytest.mark.parametrize(("format_", "kind"), [("trig", ox.RdfFormat.TRIG), ("nquads", ox.RdfFormat.N_QUADS)])
@pytest.mark.parametrize("which", ["report", "psg:w1-L0020", "inferred", "entities", "audit"])
def test_part_of_the_named_graphs_keeps_their_names(
    world: KnowledgeGraph, exported: Exported, which: str, format_: str, kind: ox.RdfFormat
) -> None:
    back = ox.Dataset(ox.parse(exported(format_, which), format=kind))
    names = {q.graph_name for q in back}
    here = ox.Dataset(q for name in names for q in world.store.index.quads_for_pattern(None, None, None, name))
    assert ox.DefaultGraph() not in names
    assert back == here
    assert len(names) == (34 if which == "report" else 1)


@pytest.mark.parametrize("which", ["default", "provenance"])
def test_graphml_names_the_passages(exported: Exported, which: str) -> None:
    text = exported("graphml", which)
    ids = re.findall(r'<edge [^>]*\bid="([^"]*)"', text)
    assert len(ids) == len(set(ids)) == text.count("<edge ")
    network = nx.parse_graphml(text, force_multigraph=True)
    base = "https://w3id.org/xinzhi/"
    edges = network.get_edge_data(base + "organization/qinglan", base + "segment/lantern-paper").values()
    assert [e["passages"] for e in edges if e["property"] == "keyPlayerIn"] == ["w1-L0020"]
    assert [e["passages"] for e in edges if e["property"] == "operatesIn"] == [""], "inferred edges have none"


def test_graphml_of_the_audit_joins_findings_to_what_they_are_about(world: KnowledgeGraph, exported: Exported) -> None:
    network = nx.parse_graphml(exported("graphml", "audit"))
    assert sum("/finding/" in node for node in network) == world.manifest["counts"]["findings"] > 0


@dataclass
class Made:
    """What an export needs of a graph: a store of a few quads, and the names in it."""

    store: EmbeddedStore
    names: Names


@pytest.fixture
def made(tmp_path: Path) -> Callable[[str, str], Any]:
    """``made("urn:p", "label")``: one statement of the report with that predicate, about a thing of that name."""

    def make(predicate: str, label: str) -> Any:
        thing, other, passage = (ox.NamedNode(BASE + n) for n in ("organization/a", "segment/b", "passage/w1-L0001"))
        edge, named = (thing, ox.NamedNode(predicate), other), (thing, ox.NamedNode(LABEL), ox.Literal(label))
        quads = [ox.Quad(*edge, passage), ox.Quad(*edge), ox.Quad(*named)]
        file = tmp_path / "dataset.nq"
        file.write_bytes(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")
        lookup = {
            "terms": {predicate: [""] * 4},
            "classes": {},
            "captions": {},
            "measures": {},
            "precedence": {},
            "properties": [predicate],
        }
        lookup["things"] = [{"iri": thing.value, "kind": "Company", "zh": label, "en": label, "also": [], "keys": []}]
        return Made(EmbeddedStore(file, in_memory=True), Names(lookup))

    return make


EDGE = "https://w3id.org/xinzhi/ns#keyPlayerIn"


@pytest.mark.parametrize("format_", ["rdfxml", "graphml"])
@pytest.mark.parametrize("character", ["\0", "\x01", "\x0b", "\x1f", "\ufffe", "\uffff"])
def test_what_xml_cannot_hold_is_refused_with_its_thing(made, format_: str, character: str) -> None:
    with pytest.raises(UsageProblem, match=f"organization/a.* XML has no character U\\+{ord(character):04X}") as caught:
        export(made(EDGE, f"a{character}b"), format_)
    assert caught.value.exit_code == 2
    assert character not in caught.value.render("zh") + caught.value.render("en")


@pytest.mark.parametrize("label", ["a\rb", "a\r\nb", " a\tb\n", "a\u2028b\x85c", "<&>\"']]>", "😀"])
def test_a_label_comes_back_from_xml_as_it_was(made, label: str) -> None:
    whole = made(EDGE, label)
    back = rdflib.Graph().parse(data=export(whole, "rdfxml"), format="xml")
    assert [str(o) for o in back.objects(predicate=rdflib.RDFS.label)] == [label]
    network = nx.parse_graphml(export(whole, "graphml"))
    assert network.nodes[f"{BASE}organization/a"]["label_zh"] == label


def test_a_predicate_that_rdf_xml_cannot_name_is_refused_there_and_only_there(made) -> None:
    whole = made("https://w3id.org/xinzhi/ns#123", "a")
    with pytest.raises(UsageProblem, match="ns#123 cannot be the name of an element"):
        export(whole, "rdfxml")
    assert all(export(whole, format_) for format_ in FORMATS if format_ != "rdfxml")
