"""Checks that need graph names: what SHACL, which sees one flat graph, cannot say (SPEC §5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import pyoxigraph as ox

from kg.check.findings import Finding
from kg.terms import Text, compact, iri, lexical
from kg.vocab import ALT_LABEL, BACKGROUND, BASE, ENTITIES, IVC, LABEL, OA, ONTOLOGY, PASSAGE, PASSAGES, TYPE

# Kinds of claim: typed in a passage's graph, they get their ivc:statedIn from it.
CLAIMS = frozenset(
    IVC + name
    for name in (
        "LevelObservation",
        "ChangeObservation",
        "ShareObservation",
        "Trend",
        "Bottleneck",
        "Trait",
        "MarketPosition",
    )
)
_NAMING = frozenset({TYPE, LABEL, ALT_LABEL})
_DOCUMENT = BASE + "document/"


def stated_in(quads: Iterable[ox.Quad]) -> Iterator[ox.Triple]:
    """``claim ivc:statedIn passage`` for every claim typed in a passage's graph (SPEC D1)."""
    link = ox.NamedNode(IVC + "statedIn")
    for quad in quads:
        if quad.predicate.value == TYPE and iri(quad.object) in CLAIMS and iri(quad.graph_name).startswith(PASSAGE):
            yield ox.Triple(quad.subject, link, ox.NamedNode(iri(quad.graph_name)))


def check(quads: Sequence[ox.Quad]) -> list[Finding]:
    """Findings on graph names: unknown passages, stray graphs, names outside g:entities, overlapping spans."""
    return [*_graphs(quads), *_naming(quads), *_claims(quads), *_spans(quads)]


def _graphs(quads: Sequence[ox.Quad]) -> Iterator[Finding]:
    passages = {
        lexical(q.subject) for q in quads if q.predicate.value == IVC + "sha256" and iri(q.graph_name) == PASSAGES
    }
    known = passages | {ENTITIES, BACKGROUND, ONTOLOGY}
    stray = (q for q in quads if iri(q.graph_name) not in known and not _of_a_passage(q))
    first = {(iri(q.graph_name), lexical(q.subject)): q for q in reversed(list(stray))}
    for (graph, _), quad in sorted(first.items()):
        yield Finding(
            "D01-graph-name",
            "Violation",
            lexical(quad.subject),
            Text(
                f"它写在图 {compact(graph) or '(无)'} 里,那不是已登记的段落,也不是 g:entities、g:background;改用 data/passages.ttl 里的段落",
                f"it stands in graph {compact(graph) or '(none)'}, neither a known passage nor g:entities or g:background; use a passage of data/passages.ttl",
            ),
            path=quad.predicate.value,
            value=lexical(quad.object),
            graph=graph,
        )


def _of_a_passage(quad: ox.Quad) -> bool:
    """Whether *quad* belongs to the file of passages: it says something of a passage or of the document, not of the world."""
    return iri(quad.graph_name) == PASSAGES and iri(quad.subject).startswith((PASSAGE, _DOCUMENT))


def _naming(quads: Sequence[ox.Quad]) -> Iterator[Finding]:
    """Names and kinds are ours, so they stand in g:entities, never in a passage (claims are minted there)."""
    for quad in quads:
        if not iri(quad.graph_name).startswith(PASSAGE) or quad.predicate.value not in _NAMING:
            continue
        if quad.predicate.value == TYPE and iri(quad.object) in CLAIMS | {IVC + "Breakdown"}:
            continue
        yield Finding(
            "D02-naming",
            "Violation",
            iri(quad.subject),
            Text(
                "名称与类别写在 g:entities,不写在段落图里;移到 data/entities.trig",
                "names and kinds belong to g:entities, not to a passage; move this to data/entities.trig",
            ),
            path=quad.predicate.value,
            value=lexical(quad.object),
            graph=iri(quad.graph_name),
        )


def _claims(quads: Sequence[ox.Quad]) -> Iterator[Finding]:
    """A claim belongs to one passage: a second one would blur who says what."""
    homes: dict[str, set[str]] = defaultdict(set)
    for triple in stated_in(quads):
        homes[lexical(triple.subject)].add(lexical(triple.object))
    for claim, passages in sorted(homes.items()):
        if len(passages) > 1:
            names = ", ".join(compact(p) for p in sorted(passages))
            yield Finding(
                "D03-one-home",
                "Violation",
                claim,
                Text(
                    f"同一论断写在多个段落({names});每段各铸一个节点",
                    f"one claim stands in several passages ({names}); mint a node for each",
                ),
                involved=tuple(sorted(passages)),
            )


def _spans(quads: Sequence[ox.Quad]) -> Iterator[Finding]:
    """Passages of a document do not overlap; an offset that is no number is the shapes' affair (I31)."""
    ends: dict[str, dict[str, int]] = defaultdict(dict)
    for quad in quads:
        if quad.predicate.value in (OA + "start", OA + "end") and lexical(quad.object).isdecimal():
            ends[iri(quad.subject)][quad.predicate.value.removeprefix(OA)] = int(lexical(quad.object))
    spans = sorted((s["start"], s["end"], node) for node, s in ends.items() if len(s) == 2)
    for (_, end, one), (start, _, other) in pairwise(spans):
        if start < end:
            yield Finding(
                "D04-overlap",
                "Violation",
                other,
                Text(
                    f"区间与 {compact(one)} 重叠;用 kg passages 重新生成 data/passages.ttl",
                    f"the span overlaps {compact(one)}; regenerate data/passages.ttl with kg passages",
                ),
                involved=(one,),
            )
