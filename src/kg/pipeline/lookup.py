"""The lookup table from names to IRIs and from IRIs to names, computed at build time.

Search keys are simplified and traditional Chinese, pinyin, initials, English and aliases. Queries read the finished
keys; they do not import pypinyin and OpenCC.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyoxigraph as ox

from kg.pipeline.captions import captions, nameless_nodes
from kg.terms import LANGS, fold, iri, language, lexical, slug
from kg.vocab import ALT_LABEL, AUDIT, BASE, ENTITIES, IVC, LABEL, ONTOLOGY, PASSAGE, PASSAGES, RDFS, TYPE

_LABEL_GRAPHS = (ENTITIES, ONTOLOGY, PASSAGES, AUDIT)  # PASSAGES has the documents' labels, AUDIT those of rules


def naming_quads(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """The quads that :func:`build_lookup` needs: those in graphs with labels, and those about nodes that need a caption.

    Args:
        quads: the whole dataset; iterated twice.
    """
    nameless = nameless_nodes(quads)
    return [q for q in quads if iri(q.graph_name) in _LABEL_GRAPHS or (iri(q.subject) in nameless and _of_a_passage(q))]


def _of_a_passage(quad: ox.Quad) -> bool:
    return iri(quad.graph_name).startswith(PASSAGE)


def names_in(quads: Iterable[ox.Quad]) -> list[str]:
    """Every label and alias in *quads*."""
    naming = (q for q in quads if q.predicate.value in (LABEL, ALT_LABEL) and iri(q.graph_name) in _LABEL_GRAPHS)
    return [lexical(q.object) for q in naming]


def build_lookup(quads: Sequence[ox.Quad], spelt: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The lookup table.

    Args:
        quads: from :func:`naming_quads`.
        spelt: name → its other spellings (:func:`kg.pipeline.spelling.spellings`).

    Returns:
        ``things``: one record per labelled entity, in IRI order: ``iri``, ``kind`` (class name), ``zh``, ``en``,
        ``also`` (aliases) and ``keys`` (folded search keys). ``terms``: IRI of a class, property or audit rule →
        its zh and en label, and the zh and en inverse label of a property. ``captions``: IRI of an observation, claim
        or breakdown → its captions. ``measures``: IRI of an indicator → its measure word (辆, 座).
        ``classes``: class name → names of all superclasses.
    """
    classes: dict[str, str] = {}
    labels: dict[str, dict[str, str]] = defaultdict(dict)
    inverse: dict[str, dict[str, str]] = defaultdict(dict)
    aliases: dict[str, list[str]] = defaultdict(list)
    supers: dict[str, set[str]] = defaultdict(set)
    measures: dict[str, str] = {}
    for quad in quads:
        if iri(quad.graph_name) not in _LABEL_GRAPHS or not isinstance(quad.subject, ox.NamedNode):
            continue
        subject, predicate, value = lexical(quad.subject), quad.predicate.value, quad.object
        if predicate == TYPE and isinstance(value, ox.NamedNode):
            classes[subject] = iri(value).removeprefix(IVC)
        elif predicate in (LABEL, IVC + "inverseLabel") and (tag := language(value)):
            (labels if predicate == LABEL else inverse)[subject][tag] = lexical(value)
        elif predicate == IVC + "measureWord":
            measures[subject] = lexical(value)
        elif predicate == ALT_LABEL:
            aliases[subject].append(lexical(value))
        elif predicate == RDFS + "subClassOf" and isinstance(value, ox.NamedNode):
            supers[subject.removeprefix(IVC)].add(iri(value).removeprefix(IVC))
    for words in labels.values():  # a label in one language stands in for the other
        fallback = next(iter(words.values()))
        words |= {lang: words.get(lang, fallback) for lang in LANGS}
    kinds = {node: kind for node, name in classes.items() if (kind := _kind(name, supers))}
    named = sorted(labels.keys() - kinds.keys())
    things = [iri for iri in sorted(kinds) if iri in labels]
    return {
        "things": [_record(iri, kinds[iri], labels[iri], sorted(aliases[iri]), spelt) for iri in things],
        "terms": {
            iri: [
                labels[iri].get("zh", ""),
                labels[iri].get("en", ""),
                inverse[iri].get("zh", ""),
                inverse[iri].get("en", ""),
            ]
            for iri in named
        },
        "captions": captions(quads, nameless_nodes(quads), labels),
        "measures": measures,
        "classes": {name: sorted(_superclasses(name, supers)) for name in sorted(supers)},
    }


def _kind(name: str, supers: dict[str, set[str]]) -> str:
    """The class *name* if it is in the packaged ontology, else the nearest superclass that is; empty if there is none."""
    level, seen = [name], {name}
    while level:
        ours = sorted(n for n in level if ":" not in n)
        if ours:
            return ours[0]
        level = sorted({wider for n in level for wider in supers.get(n, ())} - seen)
        seen.update(level)
    return ""


def _superclasses(name: str, supers: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    todo = [name]
    while todo:
        for wider in supers.get(todo.pop(), set()) - found:
            found.add(wider)
            todo.append(wider)
    return found


def _record(
    iri: str, kind: str, label: dict[str, str], also: list[str], spelt: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    zh, en = label.get("zh", ""), label.get("en", "")
    keys = [fold(spelling) for name in (zh, en, *also) for spelling in (name, *spelt.get(name, ()))]
    keys.append(fold(slug(iri)) if iri.startswith(BASE) else "")
    return {"iri": iri, "kind": kind, "zh": zh, "en": en, "also": also, "keys": [k for k in dict.fromkeys(keys) if k]}
