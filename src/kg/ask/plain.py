"""Results as JSON values with labels for every IRI; used by HTTP, MCP and the command line's JSON output."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import pyoxigraph as ox

from kg.ask.audit import Audit
from kg.ask.chain import Chain, Cited, SegmentCell
from kg.ask.citation.cited import Citation
from kg.ask.citation.styles import in_styles
from kg.ask.citation.works import Work
from kg.ask.comparison import Aspect, Comparison, Related
from kg.ask.entity import Claim, Edge, Entity
from kg.ask.names import Match, Names, Thing
from kg.ask.overview import AuditFinding
from kg.ask.passage import PassageDetails
from kg.ask.texts import Mark
from kg.ask.ways import Hop, Ways
from kg.store.results import Table
from kg.store.values import Term, json_value, plain
from kg.terms import slug


def named(iri: str | None, names: Names) -> dict[str, str] | None:
    """An IRI with its labels in zh and en."""
    return None if iri is None else {"iri": iri, **names.text(iri).plain()}


def match(found: Match) -> dict[str, Any]:
    """A thing that matches a text."""
    thing = found.thing
    return {
        "iri": thing.iri,
        "zh": thing.label.zh,
        "en": thing.label.en,
        "kind": thing.kind,
        "also": list(thing.also),
        "score": round(found.score, 1),
    }


def entity(found: Entity, names: Names) -> dict[str, Any]:
    """All data of one thing; for a passage also its position and the triples that it states."""
    thing = found.thing
    body = {
        "iri": thing.iri,
        "kind": thing.kind,
        "zh": thing.label.zh,
        "en": thing.label.en,
        "also": list(thing.also),
        "texts": found.texts,
        "edges": [_edge(e, names) for e in found.edges],
        "figures": [_claim(c, names) for c in found.figures],
        "claims": [_claim(c, names) for c in found.claims],
        "passages": [slug(p) for p in found.passages],
        "values": [{"predicate": named(prop, names), "value": json_value(value)} for prop, value in found.values],
        "links": links(found, names),
    }
    if found.span:
        body |= asdict(found.span)
        body["states"] = [
            dict(zip(("subject", "predicate", "object"), (_term(term, names) for term in triple), strict=True))
            for triple in found.states
        ]
    return body


def passage(found: PassageDetails, names: Names, words: str | None, marks: Iterable[Mark]) -> dict[str, Any]:
    """A passage: all data of its node, its place, what it states, the findings that touch it.

    Args:
        found: the passage.
        names: the lookup table.
        words: its words; None if there is no copy of the text, and then there is nothing of the text.
        marks: what the words name.
    """
    body = entity(found.entity, names) | {
        "document": named(found.document, names),
        "industry": named(found.industry, names),
        "number": found.number,
        "count": found.count,
        "before": slug(found.before) if found.before else None,
        "after": slug(found.after) if found.after else None,
        "stated_figures": [_stated(claim, found, names) for claim in found.figures],
        "stated_claims": [_stated(claim, found, names) for claim in found.sayings],
        "findings": [finding(f, names) for f in found.findings],
    }
    if words is not None:
        body |= {"text": words, "marks": [asdict(mark) for mark in marks]}
    return body


def _stated(claim: Claim, found: PassageDetails, names: Names) -> dict[str, Any]:
    return {**_claim(claim, names), "about": [named(thing, names) for thing in found.about.get(claim.iri, ())]}


def links(found: Entity, names: Names) -> list[dict[str, Any]]:
    """The entries elsewhere for a thing."""
    return [{**asdict(link), "register": named(link.register, names)} for link in found.links]


def _term(term: Term | None, names: Names) -> Any:
    """An IRI with its labels; any other term as a JSON value."""
    return named(term.value, names) if isinstance(term, ox.NamedNode) else json_value(plain(term))


def _edge(edge: Edge, names: Names) -> dict[str, Any]:
    return {
        "direction": "out" if edge.out else "in",
        "predicate": {"iri": edge.predicate, **names.text(edge.predicate, inverse=not edge.out).plain()},
        "other": named(edge.other, names),
        "ground": edge.kind,
        "passages": [slug(p) for p in edge.passages],
    }


def _claim(claim: Claim, names: Names) -> dict[str, Any]:
    body: dict[str, Any] = {
        "iri": claim.iri,
        "kind": claim.kind,
        "summary": claim.summary,
        "passage": slug(claim.passage),
    }
    if claim.value is not None:
        body |= {
            "indicator": named(claim.indicator, names),
            "region": named(claim.region, names),
            "years": claim.years,
            "comparator": slug(claim.comparator or ""),
            "value": json_value(claim.value),
            "unit": named(claim.unit, names),
            "stated_value": json_value(claim.stated),
            "stated_scale": claim.scale,
            "status": slug(claim.status or ""),
        }
    return {**body, "attributed_to": named(claim.attributed_to, names)}


def comparison(found: Comparison, names: Names) -> dict[str, Any]:
    """Two things side by side."""
    return {
        "one": named(found.one.iri, names),
        "other": named(found.other.iri, names),
        "shared": [related(item, names) for item in found.of("shared")],
        "only_one": [related(item, names) for item in found.of("one")],
        "only_other": [related(item, names) for item in found.of("other")],
        "different": [difference(aspect, names) for aspect in found.differences],
        "figures": [pair(found.figures, row, names) for row in found.figures.rows],
    }


def difference(aspect: Aspect, names: Names) -> dict[str, Any]:
    """A relation that two things have with different others."""
    return {
        **_tie(aspect.iri, names, inverse=aspect.inverse),
        "one": [named(item.thing, names) for item in aspect.one],
        "other": [named(item.thing, names) for item in aspect.other],
    }


def _tie(aspect: str, names: Names, *, inverse: bool) -> dict[str, Any]:
    """What ties two things to another: a property, in its direction, or the other's class."""
    return {"aspect": {"iri": aspect, **names.text(aspect, inverse=inverse).plain()}, "inverse": inverse}


def related(item: Related, names: Names) -> dict[str, Any]:
    """Something to which one or both of two things are related."""
    return {
        "side": item.side,
        **_tie(item.aspect, names, inverse=item.inverse),
        "thing": named(item.thing, names),
        "passages": [slug(p) for p in item.passages],
    }


def pair(figures: Table, row: Sequence[Term | None], names: Names) -> dict[str, Any]:
    """Two figures side by side: column → value; empty cells are left out."""
    return {column: _term(term, names) for column, term in zip(figures.columns, row, strict=True) if term is not None}


def chain(found: Chain, names: Names) -> dict[str, Any]:
    """The chain of an industry."""
    return {
        "industry": named(found.industry, names),
        "views": [
            {
                "view": named(view.iri, names),
                "stages": [
                    {
                        "stage": named(stage.iri, names),
                        "tier": slug(stage.tier) if stage.tier else None,
                        "segments": [_cell(c, names) for c in stage.segments],
                        "applications": cited(stage.applications, names),
                        "feeds": cited(stage.feeds, names),
                    }
                    for stage in view.stages
                ],
            }
            for view in found.views
        ],
        "unplaced": [_cell(c, names) for c in found.unplaced],
        "representatives": cited(found.representatives, names),
        "others": cited(found.others, names),
        "applications": cited(found.applications, names),
    }


def _cell(cell: SegmentCell, names: Names) -> dict[str, Any]:
    return {
        "segment": named(cell.iri, names),
        "passages": [slug(p) for p in cell.passages],
        "companies": cited(cell.companies, names),
        "products": cited(cell.products, names),
        "applications": cited(cell.applications, names),
        "parts": [_cell(part, names) for part in cell.parts],
    }


def cited(things: Iterable[Cited], names: Names) -> list[dict[str, Any]]:
    """Things with the names of their passages."""
    return [{**(named(t.iri, names) or {}), "passages": [slug(p) for p in t.passages]} for t in things]


def finding(found: AuditFinding, names: Names) -> dict[str, Any]:
    """One finding of the audit."""
    return {
        "rule": found.rule,
        "severity": found.severity,
        "focus": named(found.focus, names),
        "message": found.message.plain(),
        "working": {lang: text.splitlines() for lang, text in found.working.plain().items()},
        "involved": [named(i, names) for i in found.involved],
        "industries": [named(i, names) for i in found.industries],
        "passages": [slug(p) for p in found.passages],
    }


def audit(found: Audit, names: Names) -> dict[str, Any]:
    """The findings that were asked for, each with its figures; and how many each choice of a filter has."""
    filters = asdict(found.filters)
    return {
        "filters": {**filters, "industry": named(found.filters.industry, names)},
        "total": found.total,
        "counts": {name: dict(counts) for name, counts in found.counts.items()},
        "findings": [
            {**finding(f, names), "iri": f.iri, "figures": [_claim(c, names) for c in found.figures_of(f)]}
            for f in found.findings
        ],
    }


def ways(found: Ways, one: Thing, other: Thing, names: Names) -> dict[str, Any]:
    """The ways in which two things are connected."""
    return {
        "one": named(one.iri, names),
        "other": named(other.iri, names),
        "complete": found.complete,
        "ways": [
            {
                "cost": round(way.cost, 2),
                "between": [
                    {**(named(step.ends[1], names) or {}), "neighbours": n}
                    for step, n in zip(way.hops, way.neighbours, strict=False)
                ],
                "hops": [hop(h, names) for h in way.hops],
            }
            for way in found.ways
        ],
    }


def citation(found: Citation, lang: str) -> dict[str, Any]:
    """A citation in every style, with what it is made of; notes and footnote in the language *lang*."""
    return {
        "iri": found.iri or None,
        "what": found.what.plain(),
        "notes": [note.plain() for note in found.notes],
        "passages": [
            {"id": slug(place.passage), "document": slug(place.document), "section": place.section}
            for place in found.places
        ],
        "documents": [_work(work) for work in found.works],
        "source": _work(found.dataset),
        "accessed": found.day.isoformat(),
        "styles": in_styles(found, lang),
    }


def _work(work: Work) -> dict[str, Any]:
    """What is known of a work."""
    known = {
        "iri": work.iri,
        "title": work.title.plain(),
        "language": work.language,
        "creators": [name.plain() for name in work.creators],
        "publisher": work.publisher.plain() if work.publisher else "",
        "issued": work.issued,
        "url": work.url,
        "doi": work.doi,
        "version": work.version,
        "licence": work.licence,
    }
    return {key: value for key, value in known.items() if value}


def hop(found: Hop, names: Names) -> dict[str, Any]:
    """One step of a way, as the triple that it follows."""
    return {
        "subject": named(found.subject, names),
        "predicate": named(found.predicate, names),
        "object": named(found.value, names),
        "forward": found.forward,
        "ground": found.ground,
        "passages": [slug(p) for p in found.passages],
    }
