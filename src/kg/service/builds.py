"""The build that a service answers from: the current one of a folder, or the newest one in a SPARQL store."""

from __future__ import annotations

from collections.abc import Callable
from os.path import realpath
from pathlib import Path
from typing import NamedTuple

from kg.errors import StoreError
from kg.graph import KnowledgeGraph, RemoteGraph
from kg.pipeline.freshness import CURRENT, read
from kg.store.protocol import Transport
from kg.store.remote import RemoteStore
from kg.terms import Text, is_url


class Build(NamedTuple):
    """One build.

    Attributes:
        place: its folder; or the URL of a store.
        iri: its IRI in that store; empty for a folder.
    """

    place: str
    iri: str = ""

    @property
    def name(self) -> str:
        """What it is called in a log."""
        return self.iri or Path(self.place).name

    def dataset(self) -> str:
        """SHA-256 of its dataset.

        Raises:
            StoreError: it cannot be read.
        """
        remote = RemoteStore(self.place, self.iri) if self.iri else None
        manifest = remote.file("manifest.json") if remote else read(Path(self.place) / "manifest.json")
        if manifest is None:
            raise StoreError(
                Text(f"{self.place} 里没有可用的图谱", f"there is no readable graph in {self.place}"),
                hint=Text("运行 kg build", "run kg build"),
            )
        return str(manifest["dataset_sha256"])

    def open(self, *, in_memory: bool = False, client: Transport | None = None) -> KnowledgeGraph:
        """The graph of this build.

        Args:
            in_memory: load the dataset of a folder into memory.
            client: what sends the queries to a store.

        Raises:
            StoreError: there is no readable graph.
        """
        if self.iri:
            return RemoteGraph(self.place, self.iri, client=client)
        return KnowledgeGraph(Path(self.place), in_memory=in_memory)


def newest(store: str | Path) -> Callable[[], Build]:
    """A function that tells which build of *store* is the newest; if *store* is a URL, it raises as the store does."""
    if not is_url(store):
        # unlike Path.resolve, os.path.realpath does not raise on a loop of links
        return lambda: Build(realpath(Path(store) / CURRENT))
    remote = RemoteStore(str(store), seconds=_SECONDS)
    return lambda: Build(remote.url, remote.newest().iri)


_SECONDS = 10.0
"""Longest wait for a store that is asked for its newest build."""
