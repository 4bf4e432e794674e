"""The data of the interactive drawing as JSON values: things with their names, edges with grounds and passages, claims.

A graph that is small enough is given whole, so that the drawing can show any part of it without a server. Of a larger one
only a part is given, and the things whose edges are missing are listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kg.ask.drawing import picture
from kg.ask.names import Names
from kg.ask.network import to_networkx
from kg.ask.picture import Block, Column, Node, Picture, kind_of
from kg.ask.quantity import Quantity, figure_in_words
from kg.store.base import Store
from kg.terms import LANGS, Text
from kg.vocab import IVL, PASSAGE

MOST: Final = 3_000
"""Most things that are given, unless the picture at the start has more."""
_GROUNDS: Final = {"asserted": "a", "background": "b", "inferred": "i"}
"""Ground of an edge → its letter in the data."""
_SECTIONS: Final = "SELECT ?passage ?section WHERE { ?passage ivc:sectionPath ?section }"
_TIERS: Final = "SELECT DISTINCT ?thing ?tier WHERE { ?thing ivc:atTier|ivc:tier ?tier } ORDER BY ?thing ?tier"
_FIGURES: Final = """
SELECT ?claim ?indicator ?value ?unit ?comparator WHERE {
  ?claim ivc:indicator ?indicator ; ivc:value ?value ; ivc:unit ?unit OPTIONAL { ?claim ivc:comparator ?comparator } }"""
_SUMMARIES: Final = """
SELECT ?claim ?zh ?en WHERE { ?claim ivc:summary ?zh , ?en FILTER(LANG(?zh) = "zh" && LANG(?en) = "en") }"""
_DOCUMENTS: Final = "SELECT DISTINCT ?document WHERE { ?document a ivc:Document } ORDER BY ?document"


def exploration(
    store: Store, names: Names, iri: str | None, *, pictures: Iterable[str] = (), most: int = MOST
) -> dict[str, Any]:
    """The data for a drawing that starts with a thing.

    Args:
        store: the store.
        names: the lookup table.
        iri: IRI of the thing; None starts with the overview of the industries.
        pictures: IRIs of further industries whose chains are given.
        most: most things to give.

    Returns:
        A mapping. A thing or passage is a number there: its position in ``things`` or ``passages``.

        - ``start``: the IRI, or an empty text for the overview
        - ``things``: of each its IRI, kind, labels in zh and en, aliases and search keys
        - ``edges``: of each its subject, property, object, letter of the ground and passages
        - ``relations``: of each property its IRI, labels and inverse labels in zh and en
        - ``kinds``: class name → its labels in zh and en, the names of its superclasses, its measure word and English plural
        - ``passages``: of each its IRI and section
        - ``documents``: labels of each in zh and en
        - ``claims``: of each its IRI, text in zh and en, things it is about, and passages; those with a number first
        - ``tiers``: pairs of a thing and the IRI of its tier; ``tier_names``: IRI of a tier → its labels
        - ``pictures``: IRI of an industry → its chain; empty text → the things of the overview
        - ``cut``: the things that have further edges; ``left_out``: the number of things that are not given
    """
    whole = _Whole(store, names)
    drawn = {one or "": picture(store, names, one) for one in (iri, *pictures)}
    kept = _kept(whole, [node.thing for one in drawn.values() for node in one.nodes.values() if not node.words], most)
    return {"start": iri or "", **_Numbered(whole, kept).data(), "pictures": _pictures(drawn, kept)}


@dataclass
class _Whole:
    """Everything of a graph that a drawing can show.

    Attributes:
        edges: subject, property, object, ground and passages of each edge between two things.
        claims: IRI of a claim → the things it is about, and its passages.
        around: thing → its neighbours.
    """

    store: Store
    names: Names
    edges: list[tuple[str, str, str, str, list[str]]] = field(default_factory=list)
    claims: dict[str, tuple[dict[str, None], dict[str, None]]] = field(default_factory=dict)
    around: dict[str, dict[str, None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        network: Any = to_networkx(self.store, inferred=True)
        for subject, value, predicate, data in network.edges(keys=True, data=True):
            if self.names.is_claim(subject):
                self._claim(subject, value, data["passages"])
            elif self._is_shown(subject) and self._is_shown(value) and subject != value:
                self.edges.append((subject, predicate, value, _GROUNDS[data["kind"]], data["passages"]))
                self.around.setdefault(subject, {})[value] = None
                self.around.setdefault(value, {})[subject] = None

    def _claim(self, claim: str, thing: str, passages: list[str]) -> None:
        if self._is_shown(thing):
            things, where = self.claims.setdefault(claim, ({}, {}))
            things[thing] = None
            where.update(dict.fromkeys(passages))

    def _is_shown(self, iri: str) -> bool:
        return self.names.get(iri) is not None and not iri.startswith((PASSAGE, IVL)) and not self.names.is_claim(iri)


def _kept(whole: _Whole, start: list[str], most: int) -> dict[str, int]:
    """The things that are given → their positions: all, or those of the start and what is nearest to them."""
    every = [thing.iri for thing in whole.names.things]
    found = dict.fromkeys([*every, *start])  # so the whole graph is the same text for every start
    if len(found) > most:
        found = dict.fromkeys(start)
        ring = start
        while ring and len(found) < most:
            ring = [near for thing in ring for near in whole.around.get(thing, ()) if near not in found]
            ring = list(dict.fromkeys(ring))[: most - len(found)]
            found |= dict.fromkeys(ring)
    return {iri: at for at, iri in enumerate(found)}


class _Numbered:
    """Writes the things that are kept, and what connects them, by their positions."""

    def __init__(self, whole: _Whole, kept: Mapping[str, int]) -> None:
        self.whole, self.names, self.kept = whole, whole.names, kept
        self.passages: dict[str, int] = {}
        self.relations: dict[str, int] = {}

    def data(self) -> dict[str, Any]:
        """The parts of :func:`exploration` that do not depend on a picture."""
        edges = [self._edge(*edge) for edge in self.whole.edges if edge[0] in self.kept and edge[2] in self.kept]
        words = self._words()
        claims = [claim for iri in words if (claim := self._claim(iri, words[iri]))[3]]
        kinds = {kind_of(self.names, iri) for iri in self.kept}
        tiers = [(r["thing"], r["tier"]) for r in self.whole.store.select(_TIERS) if r["thing"] in self.kept]
        return {
            "things": [self._thing(iri) for iri in self.kept],
            "edges": edges,
            "claims": claims,
            "relations": [
                [iri, *self._both(iri), *_pair(self.names.text(iri, inverse=True))] for iri in self.relations
            ],
            "kinds": {
                kind: [
                    *_pair(self.names.kind_text(kind)),
                    self.names.superclasses(kind),
                    self.names.measure_word_of_kind(kind),
                    self.names.kind_plural(kind).en,
                ]
                for kind in sorted(kinds)
            },
            "passages": self._sections(),
            "tiers": [[self.kept[thing], tier] for thing, tier in tiers],
            "tier_names": {tier: self._both(tier) for _, tier in tiers},
            "cut": self._cut(),
            "left_out": sum(thing.iri not in self.kept for thing in self.names.things),
            "documents": [self._both(row["document"]) for row in self.whole.store.select(_DOCUMENTS)],
        }

    def _thing(self, iri: str) -> list[Any]:
        thing = self.names.thing(iri, kind_of(self.names, iri))
        return [iri, thing.kind, thing.label.zh, thing.label.en, thing.also, " ".join((*thing.keys, *thing.codes))]

    def _edge(self, subject: str, predicate: str, value: str, ground: str, passages: list[str]) -> list[Any]:
        relation = self.relations.setdefault(predicate, len(self.relations))
        return [self.kept[subject], relation, self.kept[value], ground, self._numbers(passages)]

    def _claim(self, iri: str, words: Text) -> list[Any]:
        things, passages = self.whole.claims[iri]
        about = [self.kept[thing] for thing in things if thing in self.kept]
        return [iri, *_pair(words), about, self._numbers(passages) if about else []]

    def _words(self) -> dict[str, Text]:
        """What each claim says: its caption with its number, those first; else its summary, or its caption alone."""
        store, names, claims = self.whole.store, self.names, self.whole.claims
        said: dict[str, Text] = {}
        for row in store.select(_FIGURES):
            if row["claim"] in claims:
                caption = names.text(row["claim"])
                number = Quantity(row["value"], row["unit"], row["indicator"], row["comparator"])
                zh, en = (figure_in_words(number, names, lang) for lang in LANGS)
                said[row["claim"]] = Text(f"{caption.zh}:{zh}", f"{caption.en}: {en}")
        summaries = {row["claim"]: Text(row["zh"], row["en"]) for row in store.select(_SUMMARIES)}
        return said | {iri: summaries.get(iri) or names.text(iri) for iri in claims if iri not in said}

    def _numbers(self, passages: Iterable[str]) -> list[int]:
        return [self.passages.setdefault(passage, len(self.passages)) for passage in passages]

    def _sections(self) -> list[list[str]]:
        sections = {row["passage"]: row["section"] for row in self.whole.store.select(_SECTIONS)}
        return [[iri, sections.get(iri, "")] for iri in self.passages]

    def _cut(self) -> list[int]:
        return [at for iri, at in self.kept.items() if not self.whole.around.get(iri, {}).keys() <= self.kept.keys()]

    def _both(self, iri: str) -> list[str]:
        return _pair(self.names.text(iri))


def _pair(words: Text) -> list[str]:
    return [words.zh, words.en]


def _pictures(drawn: Mapping[str, Picture], kept: Mapping[str, int]) -> dict[str, Any]:
    """IRI of an industry → its bands; other pictures → their things."""
    shown = {iri: one for iri, one in drawn.items() if one.bands or not iri}
    return {
        iri: {
            "things": [kept[node.thing] for node in one.nodes.values() if not node.words],
            "bands": [
                {"head": _node(band.head, kept), "columns": [_column(c, kept) for c in band.columns]}
                for band in one.bands
            ],
        }
        for iri, one in shown.items()
    }


def _column(column: Column, kept: Mapping[str, int]) -> dict[str, Any]:
    head = _node(column.head, kept) if column.head else None
    return {"head": head, "blocks": [_block(block, kept) for block in column.blocks]}


def _block(block: Block, kept: Mapping[str, int]) -> dict[str, Any]:
    head = _node(block.head, kept) if block.head else None
    return {"head": head, "depth": block.depth, "items": [_node(node, kept) for node in block.items]}


def _node(node: Node, kept: Mapping[str, int]) -> dict[str, Any]:
    """A thing by its position, with whether it was shown before; or the text of a heading or note."""
    if node.words:
        return {"id": node.iri, "words": _pair(node.words)}
    return {"thing": kept[node.thing], **({"again": True} if node.of else {})}
