"""The words by which texts name stages and tiers, for the check whether a passage puts a segment where it says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

import pyoxigraph as ox

from kg.terms import fold, iri, lexical
from kg.vocab import HIDDEN_LABEL, IVC, LABEL, ONTOLOGY, TYPE

_LEAST: Final = 2
"""Least characters of a heading that is looked for in names."""
_TIER, _STAGE_OF, _SEGMENT_OF = (IVC + name for name in ("tier", "stageOf", "segmentOf"))


class Stages:
    """The stages of a project with the names of each and the words of its tier."""

    def __init__(self, quads: Sequence[ox.Quad], names: Mapping[str, Sequence[str]]) -> None:
        """Read the stages and tiers of *quads*; *names* are those of the project's things."""
        self._names = names
        self._tiers = {iri(q.subject) for q in quads if q.predicate.value == TYPE and iri(q.object) == IVC + "Tier"}
        self._words: dict[str, list[str]] = defaultdict(list)
        self._beside: dict[str, set[str]] = defaultdict(set)
        self._view: dict[str, str] = {}
        self._tier: dict[str, str] = {}
        for quad in quads:
            subject, predicate = iri(quad.subject), quad.predicate.value
            if predicate == _TIER:
                self._tier[subject] = iri(quad.object)
            elif predicate == _STAGE_OF:
                self._view[subject] = iri(quad.object)
                self._beside[iri(quad.object)].add(subject)
            elif subject in self._tiers and predicate in (LABEL, HIDDEN_LABEL) and iri(quad.graph_name) == ONTOLOGY:
                self._words[subject].append(lexical(quad.object))

    def printed_instead(self, quad: ox.Quad, where: str, heading: str) -> list[str]:
        """The words in *where* of other stages or tiers, if it has none of the stage or tier of *quad*; else none.

        Args:
            quad: any statement; only ``ivc:segmentOf`` and ``ivc:tier`` are looked at.
            where: a passage with its headings, as :func:`kg.terms.fold` writes it.
            heading: the innermost heading without its number, folded; a name that contains it is meant by it too.
        """
        place = iri(quad.object)
        if quad.predicate.value == _TIER:
            others = self._tiers - {place}
        elif quad.predicate.value == _SEGMENT_OF:
            others = self._beside[self._view.get(place, "")] - {place}
        else:
            return []
        if self._in(where, heading, place):
            return []
        return sorted({word for other in others for word in self._in(where, heading, other)[:1]})

    def _in(self, where: str, heading: str, place: str) -> list[str]:
        """The names of the stage or tier *place*, and of the tier of that stage, that are in *where* or contain *heading*."""
        words = (
            *self._names.get(place, ()),
            *self._words.get(place, ()),
            *self._words.get(self._tier.get(place, ""), ()),
        )
        folded = {word: fold(word) for word in words if fold(word)}
        printed = [word for word, name in folded.items() if name in where]
        return printed or [word for word, name in folded.items() if len(heading) >= _LEAST and heading in name]
