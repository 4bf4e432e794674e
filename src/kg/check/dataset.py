"""Checks of named graphs, which SHACL cannot express because a shape sees one graph only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pyoxigraph as ox

from kg.check import literals
from kg.check.findings import Finding
from kg.check.members import Members, reached
from kg.check.placed import stated_in
from kg.reason.axioms import is_axiom
from kg.source.passages import registered
from kg.terms import Text, compact, iri, lexical
from kg.vocab import (
    BACKGROUND,
    ENTITIES,
    IVC,
    LINKS,
    NAMING,
    OA,
    ONTOLOGY,
    OWL,
    PASSAGE,
    PASSAGES,
    SKOS,
    TYPE,
)

_PLACED = tuple(
    IVC + name for name in ("segmentOf", "subSegmentOf", "stageOf", "viewOf", "inIndustry", "inSegment", "offeredIn")
)
"""Properties that lead from a segment, stage or product towards its industry."""
_MATCHES = (SKOS + "exactMatch", SKOS + "closeMatch")
_OF_PASSAGES = (IVC + "Passage", IVC + "Mention", OA + "TextPositionSelector", IVC + "Document")
"""Classes whose instances the graph of the passages describes."""


def check(quads: Sequence[ox.Quad], members: Members) -> list[Finding]:
    """Findings on unknown graphs, names outside g:entities, axioms in the data, claims in several passages, overlapping
    spans, segments of industries that a passage is not about, g:links, and literals that are not of their datatype.

    Args:
        quads: ontology and data.
        members: the members of their classes.
    """
    found = (_graphs, _naming, _axioms, _claims, _spans, _industries, _links)
    return [*(finding for part in found for finding in part(quads, members)), *literals.check(quads)]


def _graphs(quads: Sequence[ox.Quad], members: Members) -> Iterator[Finding]:
    described = members.of(*_OF_PASSAGES)
    known = {ENTITIES, BACKGROUND, LINKS, ONTOLOGY, *members.of(IVC + "Passage")}

    def stray(quad: ox.Quad) -> bool:
        graph = iri(quad.graph_name)
        return graph not in known and not (graph == PASSAGES and iri(quad.subject) in described)

    first = {(iri(q.graph_name), lexical(q.subject)): q for q in reversed(quads) if stray(q)}
    for (graph, _), quad in sorted(first.items()):
        yield Finding(
            "D01-graph-name",
            "Violation",
            lexical(quad.subject),
            Text(
                f"它写在图 {compact(graph) or '(无)'} 里,那不是已登记的段落,也不是 g:entities、g:background、g:links;改用文献的 passages.ttl 里的段落",
                f"it stands in graph {compact(graph) or '(none)'}, neither a known passage nor g:entities, g:background, g:links; use a passage of a document",
            ),
            path=quad.predicate.value,
            value=lexical(quad.object),
            graph=graph,
        )


def _naming(quads: Sequence[ox.Quad], members: Members) -> Iterator[Finding]:
    """D02: labels and classes come from the project, so they are in g:entities and not in a passage's graph.

    Exception: claims and breakdowns get their class in the graph of their passage.
    """
    minted = members.narrower(IVC + "Claim", IVC + "Breakdown")
    for quad in quads:
        if not iri(quad.graph_name).startswith(PASSAGE) or quad.predicate.value not in NAMING:
            continue
        if quad.predicate.value == TYPE and iri(quad.object) in minted:
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


def _axioms(quads: Sequence[ox.Quad], members: Members) -> Iterator[Finding]:
    """D05: the rules are compiled from the ontology alone, so an axiom elsewhere would do nothing. I32 is about owl:sameAs."""
    for quad in quads:
        if iri(quad.graph_name) != ONTOLOGY and is_axiom(quad) and quad.predicate.value != OWL + "sameAs":
            yield Finding(
                "D05-axiom",
                "Violation",
                lexical(quad.subject),
                Text(
                    "数据里的公理不起作用;写到本体的文件里",
                    "an axiom among the data does nothing; write it into a file of the ontology",
                ),
                path=quad.predicate.value,
                value=lexical(quad.object),
                graph=iri(quad.graph_name),
            )


def _claims(quads: Sequence[ox.Quad], members: Members) -> Iterator[Finding]:
    """D03: a claim belongs to exactly one passage, so that its source is unambiguous."""
    passages_of: dict[str, set[str]] = defaultdict(set)
    for triple in stated_in(quads, members):
        passages_of[lexical(triple.subject)].add(lexical(triple.object))
    for claim, passages in sorted(passages_of.items()):
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


def _spans(quads: Sequence[ox.Quad], members: Members) -> Iterator[Finding]:
    """D04: passages of one document do not overlap. Offsets that are not numbers are skipped here; shape I31 finds them."""
    spans: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for passage, registration in registered(quads).items():
        start, end = registration.fields.get("start", ""), registration.fields.get("end", "")
        if start.isdecimal() and end.isdecimal():
            spans[registration.document].append((int(start), int(end), passage))
    for of_document in spans.values():
        for (_, before, one), (after, _, other) in pairwise(sorted(of_document)):
            if after < before:
                yield Finding(
                    "D04-overlap",
                    "Violation",
                    other,
                    Text(
                        f"区间与 {compact(one)} 重叠;用 kg passages 重新生成 passages.ttl",
                        f"the span overlaps {compact(one)}; make passages.ttl anew with kg passages",
                    ),
                    involved=(one,),
                )


def _industries(quads: Sequence[ox.Quad], members: Members) -> Iterator[Finding]:
    """D06: a segment, stage or view that a passage speaks of lies in an industry that the passage is about.

    That is the industry of its section, or one that the passage's graph has itself. Claims may be about any segment.
    """
    chain = members.of(IVC + "Segment", IVC + "Stage", IVC + "ChainView")
    industries = members.of(IVC + "Industry")
    above: dict[str, set[str]] = defaultdict(set)
    about: dict[str, set[str]] = defaultdict(set)
    section: dict[str, str] = {}
    for quad in quads:
        if quad.predicate.value in _PLACED:
            above[iri(quad.subject)].add(iri(quad.object))
        if quad.predicate.value == IVC + "contextIndustry":
            section[iri(quad.subject)] = iri(quad.object)
        about[iri(quad.graph_name)] |= {iri(quad.subject), iri(quad.object)} & industries
    claims = members.of(IVC + "Claim")
    for quad in quads:
        graph, node = iri(quad.graph_name), iri(quad.object)
        if graph not in section or node not in chain or iri(quad.subject) in claims:
            continue
        lies_in = reached([node], above) & industries
        if lies_in and not lies_in & {section[graph], *about[graph]}:
            other, own = ", ".join(map(compact, sorted(lies_in))), compact(section[graph])
            yield Finding(
                "D06-other-industry",
                "Violation",
                iri(quad.subject),
                Text(
                    f"{compact(node)} 属于 {other},而这一段讲的是 {own};改用 {own} 的环节或层级",
                    f"{compact(node)} lies in {other}, but the passage is about {own}; name a segment or stage of {own}",
                ),
                path=quad.predicate.value,
                value=node,
                involved=(graph,),
                graph=graph,
            )


def _links(quads: Sequence[ox.Quad], members: Members) -> Iterator[Finding]:
    """D07: links to entries elsewhere are in g:links, which has nothing else."""
    entries = members.of(IVC + "Entry")
    for quad in quads:
        graph = iri(quad.graph_name)
        link = quad.predicate.value in _MATCHES or iri(quad.subject) in entries
        if graph != ONTOLOGY and link != (graph == LINKS):
            yield Finding(
                "D07-links",
                "Violation",
                lexical(quad.subject),
                Text(
                    "g:links 只有、也只有它才有别处的条目和指向条目的 skos:exactMatch、skos:closeMatch;移到相应的图",
                    "entries elsewhere, and skos:exactMatch and skos:closeMatch to them, stand in g:links and nothing else does; move this",
                ),
                path=quad.predicate.value,
                value=lexical(quad.object),
                graph=graph,
            )
