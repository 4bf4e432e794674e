"""The JSON files beside the index: the lookup table, the catalogue of saved queries, and the counts of the manifest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import pyoxigraph as ox

from kg import vocab
from kg.pipeline.examples import with_examples
from kg.pipeline.lookup import build_lookup, names_in, naming_quads
from kg.pipeline.spelling import spellings
from kg.pipeline.words import build_words, hidden_words
from kg.source import queryfile
from kg.source.project import Project
from kg.source.queryfile import SavedQuery
from kg.terms import iri

_GRAPHS: Final = {
    vocab.ONTOLOGY: "ontology",
    vocab.ALIGNMENT: "alignment",
    vocab.PASSAGES: "passages",
    vocab.ENTITIES: "entities",
    vocab.BACKGROUND: "background",
    vocab.LINKS: "links",
    vocab.INFERRED: "inferred",
    "": "default",
}


def lookup(quads: Iterable[ox.Quad], spelt: Mapping[str, Sequence[str]] | None = None) -> dict[str, Any]:
    """The lookup table (:func:`kg.pipeline.lookup.build_lookup`). If *spelt* is None, the spellings are computed here."""
    naming = naming_quads(quads)
    return build_lookup(naming, spellings(names_in(naming)) if spelt is None else spelt)


def words(
    quads: Iterable[ox.Quad], names: Mapping[str, Any], spelt: Mapping[str, Sequence[str]] | None = None
) -> dict[str, list[str]]:
    """The words of questions (:func:`kg.pipeline.words.build_words`); *names* is from :func:`lookup`."""
    return build_words(names, hidden_words(quads), spellings(names_in(quads)) if spelt is None else spelt)


def catalogue(project: Project, store: ox.Store, queries: Sequence[SavedQuery] | None = None) -> list[dict[str, Any]]:
    """Every saved query of *project* as JSON values, with examples from *store*.

    Args:
        project: the project; its query files have been checked (:mod:`kg.pipeline.saved_queries`).
        store: the closed dataset.
        queries: the queries; None reads them from their files.
    """
    if queries is None:
        queries = [queryfile.read(path, project.relative(path)) for path in project.query_files]
    return [queryfile.to_plain(query) for query in with_examples(queries, store, project.config.example)]


def counts(quads: Iterable[ox.Quad]) -> dict[str, int]:
    """The numbers of triples by kind, of passages with triples, and of audit findings."""
    size = Counter(dict.fromkeys((*_GRAPHS.values(), "report", "findings"), 0))
    stating = set()
    for quad in quads:
        graph = iri(quad.graph_name)
        if graph.startswith(vocab.PASSAGE):
            size["report"] += 1
            stating.add(graph)
        elif graph == vocab.AUDIT:
            size["findings"] += quad.predicate.value == vocab.SH + "focusNode"
        else:
            size[_GRAPHS[graph]] += 1
    return {**size, "passages_stating": len(stating)}
