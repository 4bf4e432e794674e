"""Captions of observations, claims and breakdowns. They have no label, so tables show a caption made of their properties."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from typing import Final

import pyoxigraph as ox

from kg.terms import LANGS, iri, lexical
from kg.vocab import IVC, PASSAGE, TYPE

_JOIN: Final = {"zh": "、", "en": ", "}

Facts = Mapping[str, Mapping[str, list[str]]]
"""Subject IRI → local name of the property → values as lexical forms."""


def captions(
    quads: Iterable[ox.Quad], nameless: Set[str], labels: Mapping[str, Mapping[str, str]]
) -> dict[str, list[str]]:
    """Captions of the nodes *nameless*.

    Args:
        quads: the asserted quads.
        nameless: IRIs of the nodes, from :func:`nameless_nodes`.
        labels: IRI → language → label.

    Returns:
        IRI → [zh, en], such as ``纸灯业 · 市场规模 · 中国 · 2025`` or ``纸灯业 · 特征``.
    """
    facts, members = _facts(quads, nameless)

    def words(iris: Iterable[str], lang: str) -> str:
        return _JOIN[lang].join(labels.get(i, {}).get(lang) or lexical(i) for i in dict.fromkeys(iris))

    def caption(node: str, lang: str) -> str:
        own = facts[node]
        if node in members:
            wholes = words((about for o in members[node] for about in facts[o]["about"]), lang)
            return f"占比构成({wholes})" if lang == "zh" else f"shares of {wholes}"
        kind = own["indicator"] or own["kind"][:1]
        years = "–".join(own["startYear"] + (own["year"] or own["endYear"]))
        parts = [words(own["about"], lang), words(kind, lang), words(own["scopeRegion"], lang), years]
        return " · ".join(part for part in parts if part)

    return {node: [caption(node, lang) for lang in LANGS] for node in sorted(facts)}


def nameless_nodes(quads: Iterable[ox.Quad]) -> set[str]:
    """The observations, claims and breakdowns in *quads*: the nodes whose rdf:type is in the graph of a passage.

    The rdf:type of any other node is in ``g:entities`` (check D02).
    """
    return {iri(q.subject) for q in quads if q.predicate.value == TYPE and iri(q.graph_name).startswith(PASSAGE)}


def _facts(
    quads: Iterable[ox.Quad], nameless: Set[str]
) -> tuple[dict[str, dict[str, list[str]]], dict[str, list[str]]]:
    """The properties of each nameless node, and the observations of each breakdown."""
    facts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    members: dict[str, list[str]] = defaultdict(list)
    for quad in quads:
        node = iri(quad.subject)
        if node not in nameless:
            continue
        name = "kind" if quad.predicate.value == TYPE else quad.predicate.value.removeprefix(IVC)
        facts[node][name].append(lexical(quad.object))
        if name == "inBreakdown":
            members[lexical(quad.object)].append(node)
    return facts, members
