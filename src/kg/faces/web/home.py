"""``/``: what the graph is about, its industries with their numbers, questions to begin with, and its documents."""

from __future__ import annotations

from typing import Any, Final

from kg.ask import plain
from kg.ask.start import Industry, documents, industries, questions
from kg.faces.web.context import Context, either
from kg.service.messages import Request, Response
from kg.store.values import json_value
from kg.terms import slug

_INDUSTRIES: Final = 60
"""Most industries with their numbers; the others are listed by name."""
_QUESTIONS: Final = 8


def page(context: Context, request: Request) -> Response:
    """The home page, or what it says as JSON."""
    graph = context.graph
    things = graph.names.of_kind("Industry")
    told = industries(graph.store, graph.names, _INDUSTRIES)
    sources = [(graph.citer.works.documents[iri], number) for iri, number in documents(graph.store).items()]
    counts = graph.manifest["counts"]
    body = {
        "dataset": context.dataset,
        "counts": counts,
        "industries": [_industry(context, one) for one in told]
        + [plain.named(thing.iri, graph.names) for thing in things[_INDUSTRIES:]],
        "documents": [{"iri": work.iri, **work.title.plain(), "passages": number} for work, number in sources],
    }
    words = graph.catalogue.question
    return either(
        context,
        request,
        body,
        "home.html",
        counts=counts,
        industries=told,
        others=things[_INDUSTRIES:],
        questions=[
            (one.query, graph.catalogue.written(one.query, one.values, request.lang), words(one.query, one.values))
            for one in questions(graph.store, graph.catalogue, _QUESTIONS)
        ],
        total=len(list(graph.catalogue)),
        documents=sources,
    )


def _industry(context: Context, one: Industry) -> dict[str, Any]:
    names = context.graph.names
    return {
        **(plain.named(one.iri, names) or {}),
        "segments": one.segments,
        "organizations": one.companies,
        "figures": one.figures,
        "findings": one.findings,
        "sizes": [
            {
                "iri": figure.iri,
                "value": json_value(figure.value),
                "unit": plain.named(figure.unit, names),
                "comparator": slug(figure.comparator),
                "region": plain.named(figure.scope.region, names),
                "year": figure.year,
                "status": slug(figure.status),
                "passages": [slug(passage) for passage in figure.passages],
            }
            for figure in one.sizes
        ],
    }
