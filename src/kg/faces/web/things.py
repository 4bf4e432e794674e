"""Whatever bears an IRI of ours, under the IRI's own path: RDF, JSON or a page."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

import pyoxigraph as ox

from kg.ask import plain
from kg.ask.entity import described
from kg.errors import NotFound
from kg.faces.web.context import HTML, JSON, Context, as_json, choose, formatted, html
from kg.service.messages import Answer, Request
from kg.store.answers import write_graph
from kg.store.formats import GRAPHS
from kg.terms import Text, slug
from kg.vocab import BASE, ONTOLOGY

_RDF: Final = {f.name: f for f in GRAPHS}
_OFFERED: Final = {"html": HTML, **{name: f.header for name, f in _RDF.items()}, "json": JSON}
_FINDING: Final = BASE + "finding/"
SUFFIXES: Final = tuple(_OFFERED)
_IRI: Final = ":/?#[]@!$&'()*+,;=%"
"""What an IRI may hold beside letters and stays as it is in a header."""
_ABOUT: Final = (
    "CONSTRUCT {{ <{iri}> ?p ?o . ?s ?q <{iri}> }} WHERE {{ {{ <{iri}> ?p ?o }} UNION {{ ?s ?q <{iri}> }} }}"
)
_GRAPH: Final = "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}"
_AUDITED: Final = "CONSTRUCT {{ <{iri}> ?p ?o }} WHERE {{ GRAPH g:audit {{ <{iri}> ?p ?o }} }}"


def answer(context: Context, request: Request) -> Answer:
    """The thing whose IRI ends in ``path``, or that ``iri`` names: of another base than ours.

    Raises:
        NotFound: nothing bears that IRI; the hint offers the nearest names. NotAcceptable: no format suits.
    """
    request = formatted(request)
    iri = request.one("iri") or BASE + request.path
    found = described(context.graph.store, context.graph.names, iri)
    if found is None:  # whatever format is asked for
        raise _nothing(context, iri)
    suffix = choose(request, _OFFERED)
    headers = _links(context, iri)
    if suffix in _RDF:
        return Answer(_rdf(context, iri, suffix), _RDF[suffix].header, headers)
    finding = next((f for f in context.graph.audit() if f.iri == iri), None) if iri.startswith(_FINDING) else None
    if suffix == "json":
        body = plain.entity(found, context.graph.names)
        if finding:
            body["finding"] = plain.finding(finding, context.graph.names)
        return as_json(body, headers)
    named = _named(context, iri)
    if finding:
        return html(context.pages.render("finding.html", request, found=finding, **named), request.lang, headers)
    kind = f"{ONTOLOGY}#{found.thing.kind}"
    page = context.pages.render("thing.html", request, found=found, kind_iri=kind, **named)
    return html(page, request.lang, headers)


def _rdf(context: Context, iri: str, suffix: str) -> bytes:
    """All triples that have the thing at either end; of a graph (a passage, the ontology), also what it states.

    Findings and the rules that found them stand in the graph of the audit alone.
    """
    triples: dict[ox.Triple, None] = {}
    for query in (_ABOUT, _GRAPH, _AUDITED):
        found = context.graph.store.query(query.format(iri=iri))
        assert isinstance(found, ox.QueryTriples)
        triples |= dict.fromkeys(found)
    return write_graph(sorted(triples, key=str), _RDF[suffix])


def _named(context: Context, iri: str) -> dict[str, Any]:
    """What the head of a thing's page says: its IRI, and its other formats."""
    return {"canonical": iri, "formats": _others(context, iri)}


def _links(context: Context, iri: str) -> dict[str, str]:
    """``Link``: the thing's own IRI, and the same in other formats."""
    others = [f'<{place}>; rel="alternate"; type="{media}"' for _, place, media in _others(context, iri)]
    return {"Link": ", ".join([f'<{quote(iri, safe=_IRI)}>; rel="canonical"', *others])}


def _others(context: Context, iri: str) -> list[tuple[str, str, str]]:
    """(suffix, where it is, media type) of the thing's formats other than its page."""
    here = context.pages.href(iri)
    ending = "&format=" if "?" in here else "."
    return [(s, f"{here}{ending}{s}", _OFFERED[s].partition(";")[0]) for s in SUFFIXES if s != "html"]


def _nothing(context: Context, iri: str) -> NotFound:
    name = slug(iri).replace("-", " ")
    near = context.graph.find(name, limit=4)
    return NotFound(
        Text(f"没有 {iri}", f"there is nothing with the IRI {iri}"),
        hint=Text(
            "是不是:" + "、".join(f"{m.thing.label.zh} {m.thing.iri}" for m in near) if near else "用 /search?q= 查找",
            "did you mean: " + ", ".join(f"{m.thing.label.en} {m.thing.iri}" for m in near)
            if near
            else "look it up with /search?q=",
        ),
    )
