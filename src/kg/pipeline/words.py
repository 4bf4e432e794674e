"""The words by which questions name things, classes, properties and figures, computed at build time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import pyoxigraph as ox

from kg.check.printed import NUMBER
from kg.pipeline.spelling import PINYIN
from kg.source.units import key
from kg.terms import fold, iri, lexical
from kg.vocab import ENTITIES, HIDDEN_LABEL, ONTOLOGY

_SHORTEST: Final = 4
"""Least letters of a name's pinyin; shorter pinyin can be an English word."""


def hidden_words(quads: Iterable[ox.Quad]) -> list[tuple[str, str]]:
    """Each ``skos:hiddenLabel`` of a term or a thing: its IRI and the word."""
    return [
        (iri(q.subject), lexical(q.object))
        for q in quads
        if q.predicate.value == HIDDEN_LABEL
        and iri(q.graph_name) in (ONTOLOGY, ENTITIES)
        and NUMBER not in lexical(q.object)  # it is how a text prints a figure, not a name
    ]


def build_words(
    lookup: Mapping[str, Any], hidden: Iterable[tuple[str, str]], spelt: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """The words of one graph: a name as :func:`kg.source.units.key` writes it → the IRIs of what it names, in order.

    Args:
        lookup: from :func:`kg.pipeline.lookup.build_lookup`.
        hidden: from :func:`hidden_words`.
        spelt: name → its other spellings, hidden words included.
    """
    words: dict[str, dict[str, None]] = defaultdict(dict)
    named = [*_names(lookup), *((word, node) for node, word in hidden)]
    for name, node in named:
        if written := key(name, lookup["variants"]):
            words[written][node] = None
    taken = set(words)
    for name, node in named:
        for sound in map(fold, spelt.get(name, ())[PINYIN : PINYIN + 1]):
            if len(sound) >= _SHORTEST and sound not in taken:
                words[sound][node] = None
    return {word: list(words[word]) for word in sorted(words)}


def _names(lookup: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each name of each thing and term, with its IRI."""
    for thing in lookup["things"]:
        for name in (thing["zh"], thing["en"], *thing["also"]):
            yield name, thing["iri"]
    for node, labels in lookup["terms"].items():
        yield from ((label, node) for label in labels if label)
