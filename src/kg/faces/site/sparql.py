"""The scripts of a site's SPARQL page: the engine, the dataset, and the names and addresses that the page writes.

A page that was opened from a disk may neither fetch a file nor import a module; a classic script it may load. So the engine and
the dataset are carried as text, compressed, in scripts that only this page loads.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Final

import pyoxigraph as ox

from kg.ask.completion import completion
from kg.faces.site.sitemap import SiteFile, SiteMap, relative
from kg.graph import KnowledgeGraph, RemoteGraph
from kg.source.queryfile import without_header
from kg.store.results import serialise
from kg.vocab import BASE, PASSAGE

_STATIC: Final = files("kg.faces.site").joinpath("static")
_NODES: Final = "SELECT DISTINCT ?x { { ?x ?p ?o } UNION { GRAPH ?g { ?x ?p ?o } } FILTER(isIRI(?x)) } ORDER BY ?x"
_EXPORTED: Final = re.compile(r"^export (?:\{[^}]*\};|(?=class|function))", re.MULTILINE)
Href = Callable[[str], str]


@cache
def engine_script() -> bytes:
    """The script that sets ``kgEngine``: ``code`` of a worker, and ``wasm``, which it instantiates."""
    vendored = _STATIC.joinpath("vendor", "oxigraph")
    module, worker = vendored.joinpath("web.js"), _STATIC.joinpath("worker.js")
    code = f"{_classic(module.read_text(encoding='utf-8'))}\n{worker.read_text(encoding='utf-8')}"
    return _script("kgEngine", {"code": code, "wasm": _packed(vendored.joinpath("web_bg.wasm").read_bytes())})


def _classic(module: str) -> str:
    """*module* as a classic script: a page from a disk may start no worker of modules."""
    return _EXPORTED.sub("", module).replace("import.meta.url", '"."')


def dataset_script(graph: KnowledgeGraph) -> bytes:
    """The script that sets ``kgDataset`` to the :func:`nquads` of *graph*."""
    return _script("kgDataset", _packed(nquads(graph)))


def nquads(graph: KnowledgeGraph) -> bytes:
    """All quads of *graph*, in N-Quads: the file of its build, or what the store has in which it is kept."""
    if isinstance(graph, RemoteGraph):
        return serialise(sorted(graph.store.quads(), key=str), ox.RdfFormat.N_QUADS).encode()
    return (graph.path / "dataset.nq").read_bytes()


def terms_script(graph: KnowledgeGraph, href: Href, site_map: SiteMap) -> bytes:
    """The script that sets ``kgTerms``: what the editor completes, the saved questions, and each node with its page.

    Args:
        graph: the graph.
        href: the address of a node's page on the server.
        site_map: where the pages of the site are.
    """
    nodes = []
    for iri, site_file, rest in _with_page(graph, href, site_map):
        text, file = graph.names.text(iri), relative(site_file.file("zh"), "zh/sparql.html")
        nodes.append([iri, text.zh, text.en, file + rest])
    terms: dict[str, Any] = completion(graph.names)
    terms |= {
        "base": BASE,
        "passage": PASSAGE,
        "nodes": nodes,
        "examples": {query.name: without_header(query.sparql) for query in graph.catalogue},
    }
    return _script("kgTerms", terms)


def node_files(graph: KnowledgeGraph, href: Href, site_map: SiteMap) -> list[SiteFile]:
    """The pages of the nodes that an answer can have, arguments as for :func:`terms_script`."""
    return [site_file for _, site_file, _ in _with_page(graph, href, site_map)]


def _with_page(graph: KnowledgeGraph, href: Href, site_map: SiteMap) -> Iterator[tuple[str, SiteFile, str]]:
    """Each node that has a page in the site, the page, and the fragment that leads to it there."""
    for row in graph.store.select(_NODES):
        target = site_map.target(href(row["x"]), "/")
        if target and target.site_file:
            yield row["x"], target.site_file, target.rest


def _packed(content: bytes) -> str:
    """*content* compressed, as text; the same bytes give the same text."""
    return base64.b64encode(gzip.compress(content, mtime=0)).decode()


def _script(name: str, value: Any) -> bytes:
    return f"window.{name} = {json.dumps(value, ensure_ascii=False, separators=(',', ':'))};\n".encode()
