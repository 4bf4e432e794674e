"""Charts, audits and comparisons as rows, for tables and spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import pyoxigraph as ox

from kg.ask.chain import Chain, SegmentCell
from kg.ask.comparison import SIDES, Comparison
from kg.ask.names import Names
from kg.ask.overview import AuditFinding
from kg.store.results import Table
from kg.store.values import Term
from kg.terms import Text, listed, slug
from kg.vocab import SH

HEADS = {
    "view": Text("视图", "view"),
    "stage": Text("阶段", "stage"),
    "tier": Text("层级", "tier"),
    "segment": Text("环节", "segment"),
    "relation": Text("与产业的关系", "tie to the industry"),
    "company": Text("企业", "company"),
    "product": Text("产品", "product"),
    "application": Text("应用场景", "application"),
    "passages": Text("出处", "source"),
    "side": Text("哪一方", "side"),
    "aspect": Text("关系", "relation"),
    "inverse": Text("反向关系", "relation the other way"),
    "thing": Text("事物", "thing"),
    "subject": Text("主语", "subject"),
    "predicate": Text("关系", "predicate"),
    "object": Text("宾语", "object"),
    "way": Text("第几条", "way"),
    "ground": Text("依据", "ground"),
    "severity": Text("级别", "severity"),
    "rule": Text("规则", "rule"),
    "focus": Text("对象", "focus"),
    "zh": Text("说明", "message"),
    "en": Text("说明", "message"),
    "involved": Text("涉及", "involved"),
}
"""Headings of the columns of charts, paths and audits, for readers."""
GROUNDS = {
    "background": Text("背景,文献未说", "background, not said by any document"),
    "inferred": Text("推理得出", "inferred"),
}
"""Ground of an edge that no passage states → its name for readers."""


def passage_names(passages: Iterable[str]) -> ox.Literal:
    """The names of *passages* as one cell."""
    return ox.Literal(" ".join(slug(p) for p in passages))


def chain_rows(found: Chain) -> Table:
    """The chart as rows: one for each thing in a segment or stage, each empty one of these, each thing in none."""
    columns = ("view", "stage", "tier", "segment", "relation", "company", "product", "application", "passages")
    rows: list[tuple[Any, ...]] = []

    def row(passages: Iterable[str], **iris: str | None) -> None:
        rows.append((*(ox.NamedNode(i) if (i := iris.get(c)) else None for c in columns[:-1]), passage_names(passages)))

    def add(place: dict[str, str | None], cells: Iterable[SegmentCell]) -> None:
        for cell in (inner for top in cells for inner in top):
            named = [(what, thing) for what, things in cell.things for thing in things]
            for what, thing in named:
                row(thing.passages, **place, segment=cell.iri, **{what: thing.iri})
            if not named:
                row(cell.passages, **place, segment=cell.iri)

    for v in found.views:
        for s in v.stages:
            place = {"view": v.iri, "stage": s.iri, "tier": s.tier}
            add(place, s.segments)
            for application in s.own:
                row(application.passages, **place, application=application.iri)
            if s.empty:
                row((), **place)
    add({}, found.unplaced)
    for group in found.outside:
        for thing in group.things:
            row(thing.passages, relation=group.relation, **{group.what: thing.iri})
    return Table(columns, tuple(rows))


def audit_rows(found: Iterable[AuditFinding], names: Names | None = None, lang: str = "zh") -> Table:
    """One row for each finding.

    Args:
        found: the findings.
        names: where severity and the things involved get their names, for readers; None leaves them as they are.
        lang: language of these names.
    """
    rows: list[tuple[Term | None, ...]] = []
    for f in found:
        severity, involved = f.severity, " ".join(f.involved)
        if names:
            severity = names.label(SH + f.severity, lang)
            involved = listed(map(names.text, f.involved)).pick(lang)
        texts = [ox.Literal(t) for t in (f.message.zh, f.message.en, involved)]
        rows.append(
            (ox.Literal(severity), ox.Literal(f.rule), ox.NamedNode(f.focus), *texts, passage_names(f.passages))
        )
    return Table(("severity", "rule", "focus", "zh", "en", "involved", "passages"), tuple(rows))


COMPARED: Final = ("side", "aspect", "inverse", "thing", "passages")
"""The columns of :func:`compared_rows`."""


def compared_rows(found: Comparison, lang: str = "") -> Table:
    """What two things are related to, one a row; with *lang*, the sides are said in words for readers."""
    rows: list[tuple[Term | None, ...]] = []
    for item in found.related:
        side = SIDES[item.side].pick(lang) if lang else item.side
        aspect, thing = ox.NamedNode(item.aspect), ox.NamedNode(item.thing)
        ties = (None, aspect) if item.inverse else (aspect, None)
        rows.append((ox.Literal(side), *ties, thing, passage_names(item.passages)))
    return Table(COMPARED, tuple(rows))
