"""Virtuoso Open Source, where the system has it: what is put there is whole, and which questions it answers as others do.

Its optimizer has errors of its own; docs/stores.md names the saved queries that it cannot be asked.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from unittest.mock import patch

import pytest

from conftest import ROOT
from kg.errors import StoreError
from kg.graph import KnowledgeGraph, RemoteGraph
from kg.pipeline.publish import publish
from kg.store.results import to_tsv
from stores import Virtuoso

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not shutil.which("virtuoso-t"), reason="the system has no virtuoso-t (package virtuoso-opensource-7-bin)"
    ),
]
(_LISTED,) = re.findall(
    r"^Not to be asked there: (.+)$", (ROOT / "docs" / "stores.md").read_text("utf-8"), re.MULTILINE
)
UNSUPPORTED = frozenset(re.findall(r"`([a-z-]+)`", _LISTED))
"""The saved queries that were answered otherwise with the packaged graph or with that of the invented project."""
SLOW = frozenset(("conflicting-figures", "figures-ranked", "growth-rates", "parts-of-totals"))
"""Those that take it seconds."""


@pytest.fixture(scope="module")
def remote(world: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RemoteGraph]:
    """A server that holds the graph of the invented project."""
    with (
        patch.dict("os.environ", KG_STORE_USER="dba", KG_STORE_PASSWORD="dba"),
        closing(Virtuoso(tmp_path_factory.mktemp("virtuoso") / "db")) as server,
    ):
        publish(world.path, server.url)
        yield RemoteGraph(server.url)


def test_every_quad_is_there_once(world: KnowledgeGraph, remote: RemoteGraph) -> None:
    found = list(remote.store.quads())
    assert len(found) == len(set(found)) == len(list(world.store.quads()))
    texts = {quad for quad in world.store.quads() if "XMLSchema" not in str(quad)}  # it writes numbers in its own way
    assert texts <= set(found)


@pytest.mark.skipif(
    "KG_VIRTUOSO" not in os.environ,
    reason="what it answers changes with its statistics; KG_VIRTUOSO=1 asks it all the same",
)
def test_the_saved_queries_answer_the_same_or_the_engine_says_why_not(
    world: KnowledgeGraph, remote: RemoteGraph
) -> None:
    wrong, refused = [], []
    asked = [query.name for query in world.catalogue if query.name not in UNSUPPORTED | SLOW]
    for name in asked:
        try:
            if to_tsv(remote.query(name)) != to_tsv(world.query(name)):
                wrong.append(name)
        except StoreError as error:  # its optimizer gave up, as it does with some queries until it has counted the data
            assert "Virtuoso" in str(error), name
            refused.append(name)
    assert wrong == []
    assert len(refused) < len(asked) / 10


def test_the_manual_names_queries_that_there_are(world: KnowledgeGraph) -> None:
    assert {query.name for query in world.catalogue} > UNSUPPORTED


def test_yes_and_no(remote: RemoteGraph) -> None:
    assert remote.sparql("ASK { ?s a ivc:Company }") is True
    assert remote.sparql("ASK { ?s a ivc:Nothing }") is False


def test_names_are_the_same(world: KnowledgeGraph, remote: RemoteGraph) -> None:
    assert remote.names.terms == world.names.terms
