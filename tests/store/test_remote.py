"""A real SPARQL 1.1 server (Oxigraph's own, in a process of its own): the graph is put there and answers the same."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pyoxigraph as ox
import pytest

import kg as package
from conftest import WORLD, Run, sparql_server
from kg.errors import LimitReached, StoreError, SyntaxProblem, UsageProblem
from kg.graph import KnowledgeGraph, RemoteGraph
from kg.pipeline.publish import publish
from kg.store.layout import BUILDS, ROOT
from kg.store.protocol import Client
from kg.store.remote import RemoteStore, solutions
from kg.store.results import to_tsv
from ports import free_port

pytestmark = pytest.mark.slow
LASTING = "SELECT * { ?a ?b ?c . ?c ?d ?e } ORDER BY STR(?e) STR(?a)"
"""A query that takes the server some tenths of a second, which it spends whether anybody waits for it or not."""


@pytest.fixture(scope="module")
def url(world: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that holds the graph of the invented project."""
    with sparql_server(tmp_path_factory.mktemp("remote"), world) as address:
        yield address


def test_every_quad_is_there_once(world: KnowledgeGraph, url: str) -> None:
    quads = list(RemoteStore(url).quads())
    assert len(quads) == len(set(quads))
    assert set(quads) == set(world.store.quads())


def test_counts_and_names_are_those_of_the_build(world: KnowledgeGraph, url: str) -> None:
    remote = package.open(url)
    assert isinstance(remote, RemoteGraph)
    assert remote.manifest["counts"] == world.manifest["counts"]
    assert remote.find("qinglan") == world.find("qinglan")
    assert remote.names.terms == world.names.terms


def test_every_saved_query_answers_the_same(world: KnowledgeGraph, url: str) -> None:
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


def test_each_build_is_whole_whenever_the_one_before_it_was_cut_off(world: KnowledgeGraph, tmp_path: Path) -> None:
    """The client or the server is lost at each request of a build in turn. Readers see a whole build, and the next run succeeds."""
    build = shutil.copytree(world.path, tmp_path / "build", ignore=shutil.ignore_patterns("index"))
    lines = (build / "dataset.nq").read_bytes().splitlines(keepends=True)[::60]
    (build / "dataset.nq").write_bytes(b"".join(lines))
    with sparql_server(tmp_path / "server") as address:
        theirs = "<http://example.org/a> a <http://example.org/B>"
        Client(address).update(f"INSERT DATA {{ {theirs} GRAPH <http://example.org/theirs> {{ {theirs} }} }}")
        publish(build, f"{address}#other")
        first, requests, ended = publish(build, address), 0, False
        while not ended:
            try:
                with cut_off(after=requests):
                    publish(build, address)
            except ConnectionError:
                requests += 1
            else:
                ended = True
            assert RemoteStore(address).select(COUNT).rows == ((ox.Literal(first),),)
        assert requests >= 10
        publish(build, address)
        stored = {tuple(row["g"].split("/")[5:7]) for row in solutions(Client(address), GRAPHS)}
        assert sorted(project for project, _ in stored) == ["default", "default", "other"]
        assert set(RemoteStore(address).quads()) == set(ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS))
        assert RemoteStore(f"{address}#other").select(COUNT).rows == ((ox.Literal(first),),)
        assert len(solutions(Client(address), THEIRS)) == 2
        with pytest.raises(StoreError, match="holds no graph of “third”") as missing:
            RemoteStore(f"{address}#third").select(COUNT)
        assert "default, other" in missing.value.render("en")


COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
GRAPHS = f'SELECT DISTINCT ?g {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{ROOT}") && ?g != <{BUILDS}>) }}'
THEIRS = "SELECT ?s { { ?s a <http://example.org/B> } UNION { GRAPH <http://example.org/theirs> { ?s ?p ?o } } }"
MANY = 20_000
"""Quads in a request, so that a build takes few of them."""


@contextmanager
def cut_off(after: int) -> Iterator[None]:
    """The client is lost after *after* updates: before a request is sent, or before its answer is there."""
    left, send = [after], Client.update

    def update(client: Client, text: str) -> None:
        if left[0] == 0:
            if after % 2:
                send(client, text)
            raise ConnectionResetError
        left[0] -= 1
        send(client, text)

    with patch.object(Client, "update", update):
        yield


def test_a_store_that_loses_something_gets_no_new_build(world: KnowledgeGraph, url: str) -> None:
    build, send = RemoteStore(url).layout, Client.update

    def lossy(client: Client, text: str) -> None:
        send(client, re.sub(r"^<.*\n", "", text, count=1, flags=re.MULTILINE))

    with patch.object(Client, "update", lossy), pytest.raises(StoreError, match="has not kept what was sent"):
        publish(world.path, url, batch=MANY)
    assert RemoteStore(url).layout == build


def test_errors_keep_their_kind(url: str) -> None:
    remote = package.open(url)
    with pytest.raises(SyntaxProblem, match="ends too early"):
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
