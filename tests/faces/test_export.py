"""Exports: the same bytes twice, the same triples back, read by other people's parsers."""

from __future__ import annotations

import csv
import functools
import io
import json
import re
import shutil
import subprocess
import warnings
import zipfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx as nx
import pyoxigraph as ox
import pytest
import rdflib

from conftest import WORLD, Run
from kg.ask.names import Names
from kg.errors import UsageProblem
from kg.faces.cli.commands.export import export as command
from kg.faces.export import FORMATS, GRAPHS, SEVERAL, export, export_files
from kg.faces.web.tasks import tasks
from kg.graph import KnowledgeGraph
from kg.reason.closure import close
from kg.service.messages import Request
from kg.store.answers import Limits
from kg.store.embedded import EmbeddedStore
from kg.terms import compact, iri, lexical
from kg.vocab import BASE, DCTERMS, IVC, LABEL, OWL, PASSAGE, RDF, RDFS, TYPE
from lookups import EMPTY

Exported = Callable[..., str]


@pytest.fixture(scope="module")
def exported(world: KnowledgeGraph) -> Exported:
    """``exported("turtle")``, ``exported("turtle", "provenance")``: made once."""
    return functools.cache(functools.partial(export, world))


def _whole(graph: Any, format_: str) -> str | dict[str, bytes]:
    return (export_files if format_ in SEVERAL else export)(graph, format_)  # type: ignore[operator]


@pytest.mark.slow
@pytest.mark.parametrize("format_", FORMATS)
def test_same_graph_same_bytes(world: KnowledgeGraph, format_: str) -> None:
    assert _whole(world, format_) == _whole(KnowledgeGraph(world.path), format_)


def test_the_command_offers_every_format() -> None:
    (option,) = (param for param in command.params if param.name == "format_")
    assert tuple(option.type.choices) == FORMATS  # type: ignore[attr-defined]


DATASETS = [("trig", ox.RdfFormat.TRIG), ("nquads", ox.RdfFormat.N_QUADS), ("jsonld", ox.RdfFormat.JSON_LD)]


@pytest.mark.parametrize(("format_", "kind"), DATASETS)
def test_named_graphs_come_back_equal(
    world: KnowledgeGraph, exported: Exported, format_: str, kind: ox.RdfFormat
) -> None:
    """They are compared after canonicalisation, because blank nodes of the ontology have no names to keep."""
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
    assert len(edges) == 270
    assert len(said) == len(edges)
    assert {
        tuple(one.pop(RDF + part)[0] for part in ("subject", "predicate", "object")): sorted(
            one.pop(DCTERMS + "source")
        )
        for one in said.values()
    } == edges
    assert all(one == {TYPE: [RDF + "Statement"]} for one in said.values()), "nothing else is said of a statement"
    assert triples >= _default(world)


def test_closing_the_export_adds_nothing(world: KnowledgeGraph, exported: Exported) -> None:
    from kg.reason.axioms import compile_rules

    store = ox.Store()
    store.load(exported("ntriples").encode(), format=ox.RdfFormat.N_TRIPLES)
    ontology = ox.NamedNode("https://w3id.org/xinzhi/ns")
    rules = compile_rules(world.store.index.quads_for_pattern(None, None, None, ontology))
    assert close(store, rules).added == 0


@pytest.mark.slow
@pytest.mark.parametrize("which", [*GRAPHS, "psg:w1-L0020"])
@pytest.mark.parametrize("format_", ["turtle", "rdfxml"])
def test_every_export_has_one_header_with_a_licence(exported: Exported, which: str, format_: str) -> None:
    """The header has IRIs and dates. The ontology and the alignment have their own, any other part that of the dataset."""
    graph = rdflib.Graph().parse(data=exported(format_, which), format="xml" if format_ == "rdfxml" else "turtle")
    (header,) = graph.subjects(rdflib.RDF.type, rdflib.OWL.Ontology)
    own = {"ontology": "ns", "default": "ns", "provenance": "ns", "alignment": "align"}
    assert str(header) == BASE + own.get(which, "dataset")
    said = {
        name: set(graph.objects(header, rdflib.DCTERMS[name])) for name in ("license", "creator", "created", "modified")
    }
    assert said.pop("license") == {rdflib.URIRef("https://creativecommons.org/licenses/by/4.0/")}
    assert said.pop("creator") == {rdflib.URIRef(BASE + "team")}
    assert {value.datatype for values in said.values() for value in values} == {rdflib.XSD.date}
    assert {title.language for title in graph.objects(header, rdflib.DCTERMS.title)} == {"zh", "en"}


def test_every_term_of_an_export_is_declared(exported: Exported) -> None:
    """Tools of OWL would otherwise guess what kind of property a foreign one is."""
    triples = [q.triple for q in ox.parse(exported("nquads"), format=ox.RdfFormat.N_QUADS)]
    kinds = {iri(t.object) for t in triples if t.predicate.value == TYPE}
    declared = {iri(t.subject) for t in triples if t.predicate.value == TYPE}
    used = {name for name in {t.predicate.value for t in triples} | kinds if not name.startswith((RDF, RDFS, OWL))}
    assert len(used) > 100
    assert sorted(used - declared) == []


def test_the_alignment_is_in_the_export_and_not_in_the_default_graph(world: KnowledgeGraph, exported: Exported) -> None:
    links = set(rdflib.Graph().parse(data=exported("turtle", "alignment")))
    assert links == set(rdflib.Graph().parse(WORLD.parents[1] / "ontology" / "ivc-align.ttl"))
    link = (
        rdflib.URIRef(IVC + "Company"),
        rdflib.RDFS.subClassOf,
        rdflib.URIRef("http://www.w3.org/ns/org#FormalOrganization"),
    )
    assert link in links
    assert link not in rdflib.Graph().parse(data=exported("turtle"))
    assert world.manifest["counts"]["alignment"] == len(links)


def test_trig_has_one_block_for_each_graph(world: KnowledgeGraph, exported: Exported) -> None:
    blocks = re.findall(r"^(\S+) \{$", exported("trig"), re.MULTILINE)
    assert len(blocks) == len(set(blocks)) == len({q.graph_name for q in world.store.quads()}) - 1
    assert exported("trig", "psg:w1-L0025").endswith(
        """
psg:w1-L0025 {
    co:qinglan ivc:keyPlayerIn seg:lantern-fair .
    seg:lantern-fair ivc:segmentOf stg:lantern-down .
}
"""
    )


def test_json_ld_is_short_and_read_by_others(world: KnowledgeGraph, exported: Exported) -> None:
    assert json.loads(exported("jsonld", "psg:w1-L0025")) == {
        "@context": {
            "co": f"{BASE}organization/",
            "ivc": IVC,
            "psg": PASSAGE,
            "seg": f"{BASE}segment/",
            "stg": f"{BASE}stage/",
            "ivc:keyPlayerIn": {"@type": "@id"},
            "ivc:segmentOf": {"@type": "@id"},
        },
        "@graph": [
            {
                "@id": "psg:w1-L0025",
                "@graph": [
                    {"@id": "co:qinglan", "ivc:keyPlayerIn": "seg:lantern-fair"},
                    {"@id": "seg:lantern-fair", "ivc:segmentOf": "stg:lantern-down"},
                ],
            }
        ],
    }
    with warnings.catch_warnings():  # rdflib 7's parser uses functions that rdflib 7 deprecates
        warnings.simplefilter("ignore", DeprecationWarning)
        back = rdflib.Dataset().parse(data=exported("jsonld"), format="json-ld")
    assert sum(1 for _ in back.quads()) == sum(1 for q in world.store.quads() if iri(q.graph_name))
    assert export(world, "jsonld", "psg:w1-L0025", indent=True).splitlines()[1] == '  "@context": {'


def test_edges_of_graphml_bear_names_in_both_languages(exported: Exported) -> None:
    network = nx.parse_graphml(exported("graphml"))
    edges = [edge for _, _, edge in network.edges(data=True) if edge["property"] == "cooperatesWith"]
    assert {(e["label_zh"], e["label_en"]) for e in edges} == {("合作", "cooperates with")}
    assert all(e["label_zh"] and e["label_en"] for _, _, e in network.edges(data=True))


@pytest.mark.slow
@pytest.mark.parametrize(("format_", "kind"), DATASETS)
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


def test_nodes_of_graphml_say_what_they_are(exported: Exported) -> None:
    network = nx.parse_graphml(exported("graphml"))
    assert network.nodes[BASE + "segment/lantern-paper"] == {
        "label": "灯纸",
        "label_zh": "灯纸",
        "label_en": "lantern paper",
        "kind": "Segment",
    }
    figure = dict(network.nodes[BASE + "observation/w1-lantern-cn-2024"])
    assert figure.pop("label") == figure.pop("label_zh") == "纸灯业 · 市场规模 · 中国 · 2024"
    assert figure.pop("label_en") == "paper lantern making · market size · China · 2024"
    assert figure == {
        "kind": "LevelObservation",
        "value": 12000000000.0,
        "unit": "元",
        "indicator": "市场规模",
        "year": 2024,
    }
    assert network.graph["license"] == "https://creativecommons.org/licenses/by/4.0/"
    kinds = {data["kind"] for _, data in network.nodes(data=True)}
    assert "" not in kinds
    assert not kinds & {"Passage", "Document"}


def test_graphml_has_passages_and_documents_on_request(exported: Exported) -> None:
    network = nx.parse_graphml(exported("graphml", "provenance"), force_multigraph=True)
    claim, passage, document = (BASE + n for n in ("claim/w1-rain", "passage/w1-L0020", "document/w1"))
    assert [e["property"] for e in network.get_edge_data(claim, passage).values()] == ["statedIn"]
    assert [e["property"] for e in network.get_edge_data(passage, document).values()] == ["fromDocument"]
    assert (network.nodes[passage]["kind"], network.nodes[document]["kind"]) == ("Passage", "Document")


@pytest.mark.parametrize("which", ["default", "report", "provenance"])
def test_igraph_reads_from_graphml_what_networkx_reads(exported: Exported, tmp_path: Path, which: str) -> None:
    import igraph

    file = tmp_path / "graph.graphml"
    file.write_text(exported("graphml", which), encoding="utf-8")
    theirs = igraph.Graph.Read_GraphML(str(file))
    ours = nx.parse_graphml(exported("graphml", which), force_multigraph=True)

    def told(attributes: dict[str, Any]) -> dict[str, Any]:
        """The attributes that have a value: igraph gives every node all of them."""
        return {k: v for k, v in attributes.items() if k != "id" and v not in ("", None) and v == v}  # noqa: PLR0124

    assert theirs.is_directed()
    assert {v["id"]: told(v.attributes()) for v in theirs.vs} == {n: told(data) for n, data in ours.nodes(data=True)}
    ends = theirs.vs["id"]
    edges = [(ends[e.source], ends[e.target], sorted(told(e.attributes()).items())) for e in theirs.es]
    assert sorted(edges) == sorted((a, b, sorted(told(data).items())) for a, b, data in ours.edges(data=True))


@pytest.mark.parametrize("write", [nx.write_graphml, nx.write_gexf, nx.write_gml])
def test_the_writers_of_networkx_write_it(world: KnowledgeGraph, write: Callable[..., None], tmp_path: Path) -> None:
    for network in (world.to_networkx(), world.to_networkx(inferred=True, passages=True, lang="en")):
        write(network, tmp_path / "graph")
        assert (tmp_path / "graph").stat().st_size > 0


def test_of_an_edge_and_its_inverse_one_is_there(world: KnowledgeGraph) -> None:
    """The stated one is kept: a cooperation once, an application of an industry without its inverse."""
    edges = [
        (compact(s), data["property"], compact(o), data["kind"])
        for s, o, data in world.to_networkx(inferred=True).edges(data=True)
    ]
    assert len(set(edges)) == len(edges)
    assert [edge for edge in edges if edge[1] == "cooperatesWith"] == [
        ("co:mingying-lamps", "cooperatesWith", "https://example.org/lamp/organization/听竹社", "asserted")
    ]
    assert {edge[1] for edge in edges if {edge[0], edge[2]} == {"app:festive-decoration", "ind:paper-lanterns"}} == {
        "applicationOf"
    }
    inferred = {edge[1] for edge in edges if edge[3] == "inferred"}
    assert "partOf" in inferred
    assert "hasPart" not in inferred, "its inverse is kept, whichever end comes first"


def test_the_weight_of_an_edge_is_the_number_of_its_passages(made) -> None:
    one = ox.NamedNode(PASSAGE + "w1-L0002")
    whole = made(EDGE, "a", one)
    (edge,) = (data for *_, data in nx.parse_graphml(export(whole, "graphml")).edges(data=True))
    assert (edge["passages"], edge["weight"], edge["kind"]) == ("w1-L0001 w1-L0002", 2, "asserted")


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
def made(tmp_path: Path) -> Callable[..., Any]:
    """``made("urn:p", "label")``: one statement of the report with that predicate, about a thing of that name."""

    def make(predicate: str, label: str, *more: ox.NamedNode) -> Any:
        thing, other, passage = (ox.NamedNode(BASE + n) for n in ("organization/a", "segment/b", "passage/w1-L0001"))
        edge, named = (thing, ox.NamedNode(predicate), other), (thing, ox.NamedNode(LABEL), ox.Literal(label))
        declared = (ox.NamedNode(predicate), ox.NamedNode(TYPE), ox.NamedNode(OWL + "ObjectProperty"))
        quads = [
            *(ox.Quad(*edge, place) for place in (passage, *more)),
            *(ox.Quad(*t) for t in (edge, named, declared)),
        ]
        file = tmp_path / "dataset.nq"
        file.write_bytes(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")
        things = [{"iri": thing.value, "kind": "Company", "zh": label, "en": label, "also": [], "keys": []}]
        said = {"things": things, "terms": {predicate: [""] * 4}, "properties": [predicate]}
        return Made(EmbeddedStore(file, in_memory=True), Names({**EMPTY, **said}))

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
    assert all(_whole(whole, format_) for format_ in FORMATS if format_ != "rdfxml")


# -- several files --------------------------------------------------------------------------------------


def test_neo4j_has_nodes_and_relationships_with_types(world: KnowledgeGraph) -> None:
    files = export_files(world, "neo4j", lang="en")
    assert list(files) == ["nodes.csv", "relationships.csv", "LICENSE.txt"]
    nodes = list(csv.DictReader(io.StringIO(files["nodes.csv"].decode())))
    links = list(csv.DictReader(io.StringIO(files["relationships.csv"].decode())))
    header = set(nodes[0])
    assert {"iri:ID", "name", ":LABEL", "value:double", "year:int", "statedScale:long", "summary_zh:string"} <= header
    (figure,) = (node for node in nodes if node["iri:ID"] == BASE + "observation/w1-lantern-cn-2024")
    assert {name: value for name, value in figure.items() if value} == {
        "iri:ID": BASE + "observation/w1-lantern-cn-2024",
        "name": "paper lantern making · market size · China · 2024",
        ":LABEL": "LevelObservation;Observation;Claim",
        "comparator:string": "approx",
        "indicator:string": "market-size",
        "statedScale:long": "100000000",
        "statedValue:double": "120",
        "status:string": "estimate",
        "unit:string": "cny",
        "value:double": "12000000000",
        "year:int": "2024",
    }
    (link,) = (one for one in links if one[":END_ID"].endswith("/lantern-fair") and one[":TYPE"] == "keyPlayerIn")
    assert link == {
        ":START_ID": BASE + "organization/qinglan",
        ":END_ID": BASE + "segment/lantern-fair",
        ":TYPE": "keyPlayerIn",
        "label": "key player in",
        "kind": "asserted",
        "passages:string[]": "w1-L0025",
        "weight:int": "1",
    }
    ids = {node["iri:ID"] for node in nodes}
    assert len(ids) == len(nodes)
    assert {end for one in links for end in (one[":START_ID"], one[":END_ID"])} == ids
    assert not any("Passage" in node[":LABEL"] for node in nodes)
    cited = export_files(world, "neo4j", "provenance")["nodes.csv"].decode()
    assert f"{PASSAGE}w1-L0020,w1-L0020," in cited
    with pytest.raises(UsageProblem, match="neo4j cannot hold the graph audit"):
        export_files(world, "neo4j", "audit")


VALUES_OF: dict[str, Callable[[str], bool]] = {
    "string": lambda text: True,
    "int": lambda text: re.fullmatch(r"[+-]?[0-9]+", text) is not None and -(2**31) <= int(text) < 2**31,
    "long": lambda text: re.fullmatch(r"[+-]?[0-9]+", text) is not None and -(2**63) <= int(text) < 2**63,
    "double": lambda text: re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(E[+-]?[0-9]+)?|NaN", text, re.I) is not None,
    "boolean": lambda text: text in ("true", "false"),
}
"""Type of a column → whether a text is such a value, of those of the import tool's types that we write."""
COLUMN = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)?(?::(?P<type>[A-Za-z_]+)(?P<array>\[\])?)?")
KEYS = {"nodes.csv": ("ID",), "relationships.csv": ("START_ID", "END_ID", "TYPE")}
"""The columns that a file must have once; nodes may have LABEL too."""


@pytest.mark.parametrize("which", ["default", "report", "provenance"])
def test_files_for_neo4j_keep_to_the_grammar_of_its_import(world: KnowledgeGraph, which: str) -> None:
    """No Neo4j is to be had from the registries used here, so its documented rules are held instead.

    https://neo4j.com/docs/operations-manual/current/import/: the header's fields are ``name:type``; arrays and labels are
    divided by ``;``; no field has a line break; every end of a relationship is the ID of a node.
    """
    files = export_files(world, "neo4j", which)
    ids: set[str] = set()
    for name, keys in KEYS.items():
        text = files[name].decode("utf-8")
        assert not text.startswith("\ufeff")
        header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        assert len(rows) == text.count("\n") - 1  # a row is a line
        fields = [COLUMN.fullmatch(column) for column in header]
        assert all(fields), header
        kinds = [(field["type"] or "string", bool(field["array"])) for field in fields if field]
        named = [field["name"] for field in fields if field and field["name"]]
        assert len(named) == len(set(named))
        for key in keys:
            assert [kind for kind, _ in kinds].count(key) == 1
        assert {kind for kind, _ in kinds} <= {*VALUES_OF, *keys, *(("LABEL",) if name == "nodes.csv" else ())}
        for row in rows:
            assert len(row) == len(header)
            for (kind, array), cell in zip(kinds, row, strict=True):
                if kind == "ID":
                    assert cell
                    assert cell not in ids
                    ids.add(cell)
                elif kind in ("START_ID", "END_ID"):
                    assert cell in ids
                elif kind == "TYPE":
                    assert cell.isidentifier()
                elif kind == "LABEL":
                    assert not cell or all(label.isidentifier() for label in cell.split(";"))
                elif cell:
                    assert all(map(VALUES_OF[kind], cell.split(";") if array else [cell])), (kind, cell)


def test_tables_for_people_are_in_their_language(world: KnowledgeGraph) -> None:
    zh, en = (export_files(world, "csv", lang=lang) for lang in ("zh", "en"))
    assert zh["政策.csv"].decode("utf-8") == (
        "\ufeff名称,别名,发布机构,年份,月份,适用于,适用地区,出处,IRI\r\n"
        f"纸灯振兴方案,方案,澄洲市政府,2025,3,纸灯业,澄洲,w2-L0037,{BASE}policy/lantern-plan\r\n"
    )
    companies = list(csv.DictReader(io.StringIO(en["company.csv"].decode("utf-8-sig"))))
    (one,) = (row for row in companies if row["name"] == "Qinglan Paper Works")
    assert {title: value for title, value in one.items() if value} == {
        "name": "Qinglan Paper Works",
        "also called": "Qinglan; 青岚",
        "active in (inferred)": "paper lantern making",
        "appears in (inferred)": "paper lantern making; paper umbrella making",
        "at tier (inferred)": "downstream; midstream; upstream",
        "invests in": "Tingzhu Society",
        "key player in": "lantern fairs; lantern paper",
        "operates at stage (inferred)": "paper lanterns, downstream; paper lanterns, midstream; paper lanterns, upstream",
        "operates in (inferred)": "lantern fairs; lantern paper",
        "participates in": "Lantern River demonstration street",
        "publishes": "register of umbrella makers",
        "same entry elsewhere": "ent:hkex-09771; ent:sse-609771; http://www.wikidata.org/entity/Q999999771",
        "supplies to": "Mingying Lamps",
        "passages": "w1-L0020 w1-L0025 w1-L0029 w2-L0027 w2-L0053",
        "IRI": BASE + "organization/qinglan",
    }
    assert len(zh) == len(en)
    assert en["LICENSE.txt"].decode().splitlines()[1] == "https://creativecommons.org/licenses/by/4.0/"


def test_a_name_in_a_table_is_no_formula(made) -> None:
    (table,) = export_files(made(EDGE, "=1+1"), "csv", lang="en").values()
    assert table.decode("utf-8-sig").splitlines()[1].split(",")[0] == "'=1+1"


def test_several_files_go_into_a_new_folder_or_an_archive(kg: Run, tmp_path: Path) -> None:
    def written(*args: str, code: int = 0) -> str:
        return kg("export", "--format", "neo4j", *args, code=code).stderr

    folder, one, other = tmp_path / "new" / "folder", tmp_path / "one.zip", tmp_path / "other.ZIP"
    for place in (folder, one, other):
        written("-o", str(place))
    names = {"nodes.csv", "relationships.csv", "LICENSE.txt"}
    assert {path.name for path in folder.iterdir()} == names
    assert one.read_bytes() == other.read_bytes()
    with zipfile.ZipFile(one) as archive:
        assert {name: archive.read(name) for name in names} == {name: (folder / name).read_bytes() for name in names}
    assert "is not empty" in written("-o", str(folder), code=2)
    assert "name a folder or a .zip file with -o" in written(code=2)


# -- over HTTP ------------------------------------------------------------------------------------------


def test_the_alignment_and_the_licence_are_served(world: KnowledgeGraph) -> None:
    served = tasks(world, Limits(), "")
    for task, path, name in (("thing", "align", "align"), ("thing", "ns", "ns"), ("void", "", "dataset")):
        answer = served[task](Request(task, path=path, accept="text/turtle", base="http://localhost"))
        graph = rdflib.Graph().parse(data=answer.body, format="turtle")
        licence = graph.value(rdflib.URIRef(BASE + name), rdflib.DCTERMS.license)
        assert licence == rdflib.URIRef("https://creativecommons.org/licenses/by/4.0/"), name
