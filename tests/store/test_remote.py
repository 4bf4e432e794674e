"""A real SPARQL 1.1 server (Oxigraph's own, in a process of its own): the graph is put there and answers the same."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import kg as package
from conftest import WORLD, Run, free_port, sparql_server
from kg.errors import LimitReached, StoreError, SyntaxProblem, UsageProblem
from kg.graph import KnowledgeGraph, RemoteGraph
from kg.pipeline.publish import publish
from kg.store.remote import RemoteStore
from kg.store.results import to_tsv

pytestmark = pytest.mark.slow
LASTING = "SELECT * { ?a ?b ?c . ?c ?d ?e } ORDER BY STR(?e) STR(?a)"
"""A query that takes the server some tenths of a second, which it spends whether anybody waits for it or not."""


@pytest.fixture(scope="module")
def url(world: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that holds the graph of the invented project."""
    with sparql_server(tmp_path_factory.mktemp("remote"), world) as address:
        yield address


def test_counts_and_names_are_those_of_the_build(world: KnowledgeGraph, url: str) -> None:
    remote = package.open(url)
    assert isinstance(remote, RemoteGraph)
    assert remote.manifest["counts"] == world.manifest["counts"]
    assert remote.find("qinglan") == world.find("qinglan")
    assert remote.names.terms == world.names.terms


def test_every_saved_query_answers_the_same(world: KnowledgeGraph, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_PROJECT", str(WORLD))  # the store holds no saved queries
    remote = package.open(f"{url}/query")
    for query in world.catalogue:
        assert to_tsv(remote.query(query.name)) == to_tsv(world.query(query.name)), query.name


def test_views_and_handovers_are_the_same(world: KnowledgeGraph, url: str) -> None:
    remote = package.open(url)
    assert remote.chain("纸灯业") == world.chain("纸灯业")
    assert remote.audit() == world.audit()
    assert remote.entity("青岚纸坊").edges == world.entity("青岚纸坊").edges
    assert len(remote.to_rdflib()) == len(world.to_rdflib())


def test_the_shell_asks_it(kg: Run, url: str, tmp_path: Path) -> None:
    here = kg("query", "companies-in-segment", "--format", "tsv").stdout
    assert kg("query", "companies-in-segment", "--format", "tsv", "--store", url).stdout == here
    assert kg("sparql", "ASK { co:qinglan a ivc:Company }", KG_STORE=url).stdout == "true\n"
    copy = shutil.copytree(WORLD, tmp_path / "world")
    files = sorted(copy.rglob("*"))
    assert kg("build", KG_STORE=url, KG_PROJECT=str(copy)).stdout.endswith("triples\n")
    assert sorted(copy.rglob("*")) == files  # nobody asked for a build here


def test_sending_again_replaces_and_another_s_data_is_left_alone(world: KnowledgeGraph, tmp_path: Path) -> None:
    with sparql_server(tmp_path) as address:
        store = RemoteStore(address)
        first = publish(world.path / "dataset.nq", address)
        assert publish(world.path / "dataset.nq", address) == first == world.manifest["counts"]["default"]
        store.update(
            "INSERT DATA { GRAPH <http://example.org/theirs> { <http://example.org/a> a <http://example.org/B> } }"
        )
        with pytest.raises(StoreError, match="holds other data"):
            publish(world.path / "dataset.nq", address)
        store.update("DROP ALL ; INSERT DATA { <http://example.org/a> a <http://example.org/B> }")
        with pytest.raises(StoreError, match="holds other data"):
            publish(world.path / "dataset.nq", address)
        assert len(list(store.quads())) == 1


def test_errors_keep_their_kind(url: str) -> None:
    remote = package.open(url)
    with pytest.raises(SyntaxProblem, match="does not accept"):
        remote.sparql("SELECT ?x WHERE {")
    with pytest.raises(SyntaxProblem, match="SELECT query is needed"):
        remote.store.select("ASK {}")
    with pytest.raises(UsageProblem, match="SERVICE"):
        remote.answer_sparql("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")
    for ask in (remote.answer_sparql, remote.sparql):
        with pytest.raises(UsageProblem, match="time limit"):
            ask("ASK {}", seconds=float("nan"))
        with pytest.raises(LimitReached, match="did not answer"):
            ask(LASTING, seconds=0.001)
    with pytest.raises(LimitReached):
        RemoteStore(url, seconds=0.001).select(LASTING)
    with pytest.raises(StoreError, match="cannot reach"):
        RemoteStore(f"http://127.0.0.1:{free_port()}").select("SELECT * { ?s ?p ?o }")
