"""A real SPARQL 1.1 server (Oxigraph's own, in a process of its own): the graph is put there and answers the same."""

from __future__ import annotations

from pathlib import Path

import pytest

import kg as package
from conftest import Run, free_port, serve
from kg.errors import LimitReached, StoreError, SyntaxProblem, UsageProblem
from kg.graph import KnowledgeGraph, RemoteGraph
from kg.pipeline.publish import publish
from kg.store.remote import RemoteStore
from kg.store.results import to_tsv

pytestmark = pytest.mark.slow
LASTING = "SELECT * { ?a ?b ?c . ?c ?d ?e } ORDER BY STR(?e) STR(?a)"
"""A query that takes the server some tenths of a second, which it spends whether anybody waits for it or not."""


def test_counts_and_names_are_those_of_the_build(graph: KnowledgeGraph, url: str) -> None:
    remote = package.open(url)
    assert isinstance(remote, RemoteGraph)
    assert remote.manifest["counts"] == graph.manifest["counts"]
    assert remote.find("landspace") == graph.find("landspace")
    assert remote.names.terms == graph.names.terms


def test_every_saved_query_answers_the_same(graph: KnowledgeGraph, url: str) -> None:
    remote = package.open(f"{url}/query")
    for query in graph.catalogue:
        assert to_tsv(remote.query(query.name)) == to_tsv(graph.query(query.name)), query.name


def test_views_and_handovers_are_the_same(graph: KnowledgeGraph, url: str) -> None:
    remote = package.open(url)
    assert remote.chain("商业航天") == graph.chain("商业航天")
    assert remote.audit() == graph.audit()
    assert remote.entity("华为").edges == graph.entity("华为").edges
    assert len(remote.to_rdflib()) == len(graph.to_rdflib())


def test_the_shell_asks_it(report_kg: Run, url: str) -> None:
    here = report_kg("query", "companies-in-segment", "--format", "tsv").stdout
    assert report_kg("query", "companies-in-segment", "--format", "tsv", "--store", url).stdout == here
    assert report_kg("sparql", "ASK { co:byd a ivc:Company }", KG_STORE=url).stdout == "true\n"
    assert report_kg("build", KG_STORE=url).stdout.endswith("triples\n")


def test_sending_again_replaces_and_another_s_data_is_left_alone(graph: KnowledgeGraph, tmp_path: Path) -> None:
    address, server = serve(tmp_path)
    try:
        store = RemoteStore(address)
        first = publish(graph.path / "dataset.nq", address)
        assert publish(graph.path / "dataset.nq", address) == first == graph.manifest["counts"]["default"]
        store.update(
            "INSERT DATA { GRAPH <http://example.org/theirs> { <http://example.org/a> a <http://example.org/B> } }"
        )
        with pytest.raises(StoreError, match="holds other data"):
            publish(graph.path / "dataset.nq", address)
        store.update("DROP ALL ; INSERT DATA { <http://example.org/a> a <http://example.org/B> }")
        with pytest.raises(StoreError, match="holds other data"):
            publish(graph.path / "dataset.nq", address)
        assert len(list(store.quads())) == 1
    finally:
        server.terminate()
        server.wait()


def test_errors_keep_their_kind(url: str) -> None:
    remote = package.open(url)
    with pytest.raises(SyntaxProblem, match="does not accept"):
        remote.sparql("SELECT ?x WHERE {")
    with pytest.raises(SyntaxProblem, match="SELECT query is needed"):
        remote.store.select("ASK {}")
    with pytest.raises(UsageProblem, match="SERVICE"):
        remote.ask("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")
    for ask in (remote.ask, remote.sparql):
        with pytest.raises(UsageProblem, match="time limit"):
            ask("ASK {}", seconds=float("nan"))
        with pytest.raises(LimitReached, match="did not answer"):
            ask(LASTING, seconds=0.001)
    with pytest.raises(LimitReached):
        RemoteStore(url, seconds=0.001).select(LASTING)
    with pytest.raises(StoreError, match="cannot reach"):
        RemoteStore(f"http://127.0.0.1:{free_port()}").select("SELECT * { ?s ?p ?o }")
