"""What the page of a thing shows besides the data of :mod:`kg.ask.entity`, and how much of each list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from kg.ask.citation.works import Work
from kg.ask.entity import Entity
from kg.ask.figures import Observation, figure, figures, grouped
from kg.ask.overview import AuditFinding
from kg.ask.passage import DocumentSection, contents
from kg.ask.relations import Relation, Role, among, distinct, questions, relations, roles
from kg.ask.tally import whole
from kg.faces.web.context import Context
from kg.faces.web.figures import Shown, charted
from kg.terms import Text
from kg.vocab import PASSAGE

_EVERY: Final = 1_000_000
_MOST: Final = {"roles": 12, "claims": 8, "questions": 8, "passages": 24, "relation": 10}
"""Most members of each list, unless all of it are asked for."""
_FIGURES: Final = 6
_SELECTORS: Final = {"Industry": "industry", "Region": "region", "Indicator": "indicator"}
"""Class of a thing → what its figures are selected by; those of any other thing are about it."""


@dataclass(frozen=True)
class Figures:
    """The figures of a thing, as far as its page shows them.

    Attributes:
        total: how many there are.
        query: the parameters of the page that has all.
        shown: the first of them.
        chart: the chart of the first group that can be drawn.
        flags: figure → what the audit found of it.
    """

    total: int
    query: str
    shown: tuple[Observation, ...]
    chart: Shown | None
    flags: Mapping[str, list[AuditFinding]]


@dataclass(frozen=True)
class ThingPage:
    """The parts of the page of one thing.

    Attributes:
        value: the thing, as a parameter of other pages.
        industry: whether it is an industry, which has a chart of its chain and an audit.
        drawn: whether it can be drawn: it has a name and is linked to something.
        tally: of an industry, how many segments, companies and products it has.
        findings: of an industry, how many findings of the audit concern it.
        figures: its figures.
        roles: its roles in industries.
        partners: of an organization, its relations to others.
        relations: its other relations, without inferred ones.
        inferred: its inferred relations.
        questions: what can be asked about it: the question and the address of its answer; nothing about a document.
        observation: of a figure, what it tells.
        work: of a document with passages, what is known of it.
        sections: its sections.
    """

    value: str
    industry: bool
    drawn: bool
    tally: Text | None
    findings: int
    figures: Figures
    roles: list[Role]
    partners: list[Relation]
    relations: list[Relation]
    inferred: list[Relation]
    questions: list[tuple[Text, str]]
    observation: Observation | None
    work: Work | None
    sections: list[DocumentSection]


class Most(defaultdict[str, int]):
    """List → the most members that a page shows of it.

    Args:
        whole: name of the list of which all are shown; empty for none.
        inferred: the inferred relations, which are folded unless all of one of them are shown.
    """

    def __init__(self, whole: str, inferred: Iterable[Relation]) -> None:
        super().__init__(lambda: _MOST["relation"], _MOST)
        self.opened = whole in {relation.key for relation in inferred}
        if whole:
            self[whole] = _EVERY


def thing_page(context: Context, found: Entity, lang: str) -> ThingPage:
    """The parts of the page of *found*, with charts in the language *lang*."""
    graph, thing = context.graph, found.thing
    names = graph.names
    industry, named = names.is_a(thing.kind, "Industry"), names.get(thing.iri) is not None
    edges = distinct(graph.store, found.edges)
    work = graph.citer.works.documents.get(thing.iri) if thing.iri in names.documents else None
    stated = relations(
        edge for edge in edges if edge.kind != "inferred" and not (work and edge.other.startswith(PASSAGE))
    )
    organization = names.is_a(thing.kind, "Organization")
    partners = [relation for relation in stated if organization and among(relation, "Organization", names)]
    asked = questions(graph.catalogue, thing) if named and not work else []
    return ThingPage(
        value=names.slug(thing.iri),
        industry=industry,
        drawn=named and bool(edges) and not work,
        tally=whole(graph.chain(thing.iri)).words(graph.names) if industry else None,
        findings=len(graph.audit(thing.iri)) if industry else 0,
        figures=_figures(context, found, lang),
        roles=roles(graph.store, thing.iri),
        partners=partners,
        relations=[relation for relation in stated if relation not in partners],
        inferred=relations(edge for edge in edges if edge.kind == "inferred"),
        questions=[
            (
                graph.catalogue.question(query, {name: thing.iri}),
                f"/queries/{query.name}?{urlencode({name: names.slug(thing.iri)})}",
            )
            for query, name in asked
        ],
        observation=figure(graph.store, thing.iri) if names.is_claim(thing.iri) else None,
        work=work,
        sections=contents(graph.store, thing.iri) if work else [],
    )


def _figures(context: Context, found: Entity, lang: str) -> Figures:
    graph, thing = context.graph, found.thing
    selector = next((_SELECTORS[kind] for kind in _SELECTORS if graph.names.is_a(thing.kind, kind)), "thing")
    about = selector == "industry"  # which has the figures of all its things too, that say less of it
    groups = grouped(figures(graph.store, {selector: thing.iri}), graph.names, thing.iri)
    every = [figure for group in groups for figure in group.figures]
    own = (group for group in groups if not about or thing.iri in group.subjects)
    charts = (shown for shown in charted(context, own, lang) if shown.chart)
    query = urlencode({selector: graph.names.slug(thing.iri)})
    return Figures(len(every), query, tuple(every[:_FIGURES]), next(charts, None), context.flags)
