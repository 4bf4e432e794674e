"""Where a passage first names each thing that its graph speaks of, so that answers can keep the order of the text.

Only places are found: the words themselves stay in the text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Set
from itertools import product

import pyoxigraph as ox

from kg.source.document import Document, read_carried
from kg.source.passages import Mention, Passage
from kg.terms import fold, iri, lexical
from kg.vocab import ALT_LABEL, ENTITIES, IVC, LABEL, OA, PASSAGE


def mentions(document: Document, passages: Iterable[Passage], quads: Iterable[ox.Quad]) -> list[Mention]:
    """The mentions in *passages*, in the order of the text.

    A thing is named by a label, or by the words of its row in ``carried.tsv`` if they stand in the same line. A name
    inside a longer one (a firm's name in its subsidiary's) is used only if the name does not also occur alone.

    Args:
        document: the document of the passages.
        passages: its passages.
        quads: the quads of the project.
    """
    names: dict[str, set[str]] = defaultdict(set)
    speaks_of: dict[str, set[str]] = defaultdict(set)
    for quad in quads:
        graph = iri(quad.graph_name)
        if graph.startswith(PASSAGE):
            speaks_of[graph.removeprefix(PASSAGE)] |= {iri(quad.subject), iri(quad.object)}
        elif graph == ENTITIES and quad.predicate.value in (LABEL, ALT_LABEL):
            names[iri(quad.subject)].add(fold(lexical(quad.object)))
    carried = {(c.line, c.thing): fold(c.printed) for c in read_carried(document) if c.named_in == c.line}
    found = []
    for passage in passages:
        things = speaks_of[passage.name] & names.keys()
        here = {thing: names[thing] | {carried.get((passage.line, thing), "")} for thing in things}
        at: dict[int, list[str]] = defaultdict(list)
        for thing, offset in _first(passage.text, here):
            at[passage.start + offset].append(thing)
        found += [Mention(passage.name, offset, tuple(sorted(at[offset]))) for offset in sorted(at)]
    return found


def registered_mentions(quads: Iterable[ox.Quad], passages: Container[str]) -> set[tuple[str, str, str]]:
    """Passage, offset and thing of each mention that *quads* have in one of *passages*."""
    of: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        if quad.predicate.value in (IVC + "mentionIn", IVC + "mentionOf", OA + "start"):
            of[lexical(quad.subject)][quad.predicate.value].append(lexical(quad.object))
    return {
        (passage, start, thing)
        for said in of.values()
        for passage, start, thing in product(said[IVC + "mentionIn"], said[OA + "start"], said[IVC + "mentionOf"])
        if passage in passages
    }


def occurrences(text: str, names: Mapping[str, Set[str]]) -> Iterator[tuple[int, int, str]]:
    """Start and end of every place at which *text* names a thing, with the thing.

    Args:
        text: the text.
        names: thing → its names, folded; empty ones name nothing.
    """
    offsets, folded = [], ""
    for n, character in enumerate(text):
        plain = fold(character)
        folded += plain
        offsets += [n] * len(plain)
    for thing, own in names.items():
        for name in own:
            for start, end in _occurrences(folded, name) if name else ():
                yield offsets[start], offsets[end - 1] + 1, thing


def _first(text: str, names: Mapping[str, Set[str]]) -> Iterator[tuple[str, int]]:
    """Each thing that *text* names, with the offset of its first name. *names* are folded."""
    places: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for start, end, thing in occurrences(text, names):
        places[thing].add((start, end))
    all_spans = {span for found in places.values() for span in found}
    for thing in names:
        found = places[thing]
        alone = [s for s in found if not any(o[0] <= s[0] and s[1] <= o[1] and o != s for o in all_spans)]
        if found:
            yield thing, min(alone or found)[0]


def _occurrences(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Start and end of every occurrence of *name* in *text*."""
    at = text.find(name)
    while at >= 0:
        yield at, at + len(name)
        at = text.find(name, at + 1)
