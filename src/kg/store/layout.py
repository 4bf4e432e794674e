"""Where a build is kept in a SPARQL 1.1 store: graphs of its own, whose names begin with the IRI of the build.

A store may hold several projects, several builds of each, and data of others. A named graph of a build is stored under a
name of its own; the graph ``names`` of the build tells which. The graph :data:`BUILDS` lists the builds. A build in it is
``published`` when all of its graphs are complete; that is one triple, so a reader sees a build whole or not at all.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple
from urllib.parse import quote

import pyoxigraph as ox

from kg.vocab import BASE

ROOT: Final = BASE + "store/"
BUILDS: Final = ROOT + "builds"
BEGUN: Final = ROOT + "begun"
PUBLISHED: Final = ROOT + "published"
NAMED: Final = ROOT + "named"
CONTENT: Final = ROOT + "content"
"""Graph of all builds; properties: the times of a build, the name of a stored graph, the content of a part of a file."""


class Layout(NamedTuple):
    """The names of the graphs of one build.

    Attributes:
        iri: the IRI of the build, which ends with ``/``.
    """

    iri: str

    @classmethod
    def of(cls, project: str, build: str) -> Layout:
        """The layout of the build *build* of the project *project*, both short names."""
        return cls(f"{project_iri(project)}{build}/")

    @property
    def default(self) -> str:
        """The graph with the triples of the default graph."""
        return self.iri + "default"

    @property
    def names(self) -> str:
        """The graph that maps each stored graph to the named graph that it holds."""
        return self.iri + "names"

    @property
    def files(self) -> str:
        """The graph with the JSON files of the build."""
        return self.iri + "files"

    def graph(self, name: str) -> str:
        """The stored graph of the named graph *name*; of the default graph if *name* is empty."""
        return f"{self.iri}graph/{quote(name, safe='')}" if name else self.default

    def file(self, name: str) -> str:
        """The beginning of the IRIs of the pieces of the file *name*."""
        return f"{self.iri}file/{name}/"

    @property
    def nodes(self) -> str:
        """The beginning of the IRIs of blank nodes."""
        return self.iri + "node/"

    def node(self, term: Any) -> Any:
        """*term* as it is stored. A blank node gets an IRI, so that a request can be sent again."""
        return ox.NamedNode(self.nodes + term.value) if isinstance(term, ox.BlankNode) else term

    def blank(self, iri: str) -> str | None:
        """The label of the blank node that is stored as *iri*; None if *iri* is no such node."""
        return iri.removeprefix(self.nodes) if iri.startswith(self.nodes) else None


def project_iri(project: str) -> str:
    """The beginning of the IRIs of all builds of *project*."""
    return f"{ROOT}{quote(project, safe='')}/"
