"""The lookup table from names to IRIs and from IRIs to names, computed at build time.

Search keys are simplified and traditional Chinese, pinyin, initials, English and aliases. Queries read the finished
keys; they do not import pypinyin and OpenCC.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

import pyoxigraph as ox

from kg.pipeline.captions import captions, nameless_nodes
from kg.pipeline.spelling import variants
from kg.terms import LANGS, class_name, fold, iri, language, lexical, plural, slug
from kg.vocab import (
    ALT_LABEL,
    AUDIT,
    BASE,
    COUNT,
    ENTITIES,
    HIDDEN_LABEL,
    IVC,
    LABEL,
    LINKS,
    ONTOLOGY,
    OWL,
    PASSAGE,
    PASSAGES,
    RDFS,
    SKOS,
    TYPE,
)

_LABEL_GRAPHS = (ENTITIES, ONTOLOGY, PASSAGES, AUDIT)  # PASSAGES has the documents' labels, AUDIT those of rules
_LABELS = (LABEL, ALT_LABEL, HIDDEN_LABEL)
_GENERAL_MEASURE = "个"
"""The measure word for things of a class that has none of its own."""
_PROPERTIES = frozenset(OWL + kind for kind in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty"))


def naming_quads(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """The quads that :func:`build_lookup` needs: those in graphs with labels or links, and those about nodes that need a caption.

    Args:
        quads: the whole dataset; iterated twice.
    """
    nameless = nameless_nodes(quads)
    named = (*_LABEL_GRAPHS, LINKS)
    return [q for q in quads if iri(q.graph_name) in named or (iri(q.subject) in nameless and _of_a_passage(q))]


def _of_a_passage(quad: ox.Quad) -> bool:
    return iri(quad.graph_name).startswith(PASSAGE)


def names_in(quads: Iterable[ox.Quad]) -> list[str]:
    """Every label, alias and hidden label in *quads*."""
    naming = (q for q in quads if q.predicate.value in _LABELS and iri(q.graph_name) in _LABEL_GRAPHS)
    return [lexical(q.object) for q in naming]


def build_lookup(quads: Sequence[ox.Quad], spelt: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The lookup table.

    Args:
        quads: from :func:`naming_quads`.
        spelt: name → its other spellings (:func:`kg.pipeline.spelling.spellings`).

    Returns:
        The parts of ``lookup.json``:

        - ``things``: one record per labelled thing, in IRI order: ``iri``, ``kind`` (class name), ``zh``, ``en``, ``also``
          (aliases), ``keys`` (folded search keys) and ``codes`` (folded codes in registers elsewhere)
        - ``terms``: IRI of a class, property or audit rule → its labels in zh and en; of a property, its inverse labels too
        - ``captions``: IRI of an observation, claim or breakdown → its captions in zh and en
        - ``documents``: IRI of a document with passages → its id, with which the names of its passages begin
        - ``measure_words``: IRI of an indicator, or of an observation with one → its measure word (辆, 座)
        - ``symbols``: IRI of a unit or comparator → its symbol (US$, km)
        - ``classes``: name of a labelled class → names of its labelled superclasses, nearest first
        - ``counted``: name of a labelled class → the Chinese measure word for its things (家), and its English label in the plural
        - ``precedence``: class name → its ``ivc:precedence``, or that of the nearest superclass that has one
        - ``properties``: IRIs of the labelled properties
        - ``variants``: traditional character → simplified character (:func:`kg.pipeline.spelling.variants`)
    """
    types: dict[str, list[str]] = defaultdict(list)
    labels: dict[str, dict[str, str]] = defaultdict(dict)
    inverse: dict[str, dict[str, str]] = defaultdict(dict)
    aliases: dict[str, list[str]] = defaultdict(list)
    supers: dict[str, set[str]] = defaultdict(set)
    codes = _codes(quads)
    documents: dict[str, str] = {}
    measures: dict[str, str] = {}
    symbols: dict[str, str] = {}
    plurals: dict[str, str] = {}
    precedence: dict[str, int] = {}
    for quad in quads:
        if iri(quad.graph_name) not in _LABEL_GRAPHS or not isinstance(quad.subject, ox.NamedNode):
            continue
        subject, predicate, value = lexical(quad.subject), quad.predicate.value, quad.object
        if predicate == TYPE and isinstance(value, ox.NamedNode):
            types[subject].append(iri(value))
        elif predicate in (LABEL, IVC + "inverseLabel") and (tag := language(value)):
            (labels if predicate == LABEL else inverse)[subject][tag] = lexical(value)
        elif predicate == IVC + "fromDocument":
            documents[iri(value)] = slug(subject).rpartition("-L")[0]
        elif predicate == IVC + "measureWord":
            measures[subject] = lexical(value)
        elif predicate == IVC + "pluralLabel":
            plurals[subject] = lexical(value)
        elif predicate == IVC + "symbol":
            symbols[subject] = lexical(value)
        elif predicate == IVC + "precedence":
            precedence[subject] = int(lexical(value))
        elif predicate == ALT_LABEL:
            aliases[subject].append(lexical(value))
        elif predicate == RDFS + "subClassOf" and isinstance(value, ox.NamedNode):
            supers[subject].add(iri(value))
    for words in labels.values():  # a label in one language stands in for the other
        fallback = next(iter(words.values()))
        words |= {lang: words.get(lang, fallback) for lang in LANGS}
    named_classes = {node for node in labels if OWL + "Class" in types[node]}
    lineages = {node: [c for c in _upwards([node], supers) if c in named_classes] for node in sorted(named_classes)}
    kinds = {node: kind for node, own in types.items() if (kind := _kind(own, supers, named_classes))}
    named = sorted(labels.keys() - kinds.keys())
    things = [node for node in sorted(kinds) if node in labels]
    return {
        "things": [
            _record(node, kinds[node], labels[node], sorted(aliases[node]), spelt) | {"codes": codes[node]}
            for node in things
        ],
        "terms": {
            node: [
                labels[node].get("zh", ""),
                labels[node].get("en", ""),
                inverse[node].get("zh", ""),
                inverse[node].get("en", ""),
            ]
            for node in named
        },
        "captions": captions(quads, nameless_nodes(quads), labels),
        "documents": documents,
        "measure_words": measures | _counted(quads, measures),
        "symbols": symbols,
        "classes": {class_name(node): [class_name(c) for c in line[1:]] for node, line in lineages.items()},
        "counted": {
            class_name(node): [
                next((measures[c] for c in line if c in measures), _GENERAL_MEASURE),
                plurals.get(node) or plural(labels[node]["en"]),
            ]
            for node, line in lineages.items()
        },
        "precedence": {
            class_name(node): next(precedence[c] for c in line if c in precedence)
            for node, line in lineages.items()
            if not precedence.keys().isdisjoint(line)
        },
        "properties": [node for node in named if not _PROPERTIES.isdisjoint(types[node])],
        "variants": variants(spelt),
    }


def _counted(quads: Iterable[ox.Quad], measures: Mapping[str, str]) -> dict[str, str]:
    """Observation that is a count → the measure word of its indicator."""
    counts = {iri(q.subject) for q in quads if q.predicate.value == IVC + "unit" and iri(q.object) == COUNT}
    of = ((iri(q.subject), iri(q.object)) for q in quads if q.predicate.value == IVC + "indicator")
    return {node: measures[indicator] for node, indicator in sorted(of) if node in counts and indicator in measures}


def _codes(quads: Iterable[ox.Quad]) -> Mapping[str, list[str]]:
    """Thing → its folded codes in registers elsewhere: whole, and as far as the dot (609771.SH)."""
    of: dict[str, list[str]] = defaultdict(list)
    links = [q for q in quads if iri(q.graph_name) == LINKS]
    for quad in links:
        if quad.predicate.value in (SKOS + "notation", HIDDEN_LABEL):
            code = lexical(quad.object)
            of[iri(quad.subject)] += [fold(code), fold(code.partition(".")[0])]
    found: dict[str, list[str]] = defaultdict(list)
    for quad in links:
        found[iri(quad.subject)] += of.get(iri(quad.object), [])
    return defaultdict(list, {thing: sorted(set(codes)) for thing, codes in found.items()})


def _kind(classes: Iterable[str], supers: Mapping[str, Set[str]], named: Set[str]) -> str:
    """The name of the first of *classes* that is *named*, else of the nearest superclass that is; empty if none is."""
    return class_name(next((c for c in _upwards(classes, supers) if c in named), ""))


def _upwards(classes: Iterable[str], supers: Mapping[str, Set[str]]) -> Iterator[str]:
    """*classes* and all their superclasses, nearest first."""
    level, seen = sorted(set(classes)), set(classes)
    while level:
        yield from level
        level = sorted({wider for node in level for wider in supers.get(node, ())} - seen)
        seen.update(level)


def _record(
    iri: str, kind: str, label: dict[str, str], also: list[str], spelt: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    zh, en = label.get("zh", ""), label.get("en", "")
    keys = [fold(spelling) for name in (zh, en, *also) for spelling in (name, *spelt.get(name, ()))]
    keys.append(fold(slug(iri)) if iri.startswith(BASE) else "")
    return {"iri": iri, "kind": kind, "zh": zh, "en": en, "also": also, "keys": [k for k in dict.fromkeys(keys) if k]}
