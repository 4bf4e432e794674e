"""Any node of the graph under the path of its IRI, as RDF, JSON or a page (linked data)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

import pyoxigraph as ox

from kg.ask import plain
from kg.ask.audit import figures_of
from kg.ask.entity import Entity, described
from kg.ask.passage import passage
from kg.ask.texts import Mark
from kg.errors import NotFound
from kg.faces.web.context import HTML, JSON, Context, as_json, choose, formatted, html
from kg.faces.web.thing_page import Most, thing_page
from kg.service.messages import Request, Response
from kg.store.answers import write_graph
from kg.store.formats import GRAPHS
from kg.terms import Text, class_iri, slug
from kg.vocab import BASE

_RDF: Final = {f.name: f for f in GRAPHS}
_OFFERED: Final = {"html": HTML, **{name: f.header for name, f in _RDF.items()}, "json": JSON}
_FINDING: Final = BASE + "finding/"
SUFFIXES: Final = tuple(_OFFERED)
_IRI: Final = ":/?#[]@!$&'()*+,;=%"
"""Characters of an IRI, besides letters and digits, that are not escaped in a header."""
_ABOUT: Final = (
    "CONSTRUCT {{ <{iri}> ?p ?o . ?s ?q <{iri}> }} WHERE {{ {{ <{iri}> ?p ?o }} UNION {{ ?s ?q <{iri}> }} }}"
)
_GRAPH: Final = "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}"
_AUDITED: Final = "CONSTRUCT {{ <{iri}> ?p ?o }} WHERE {{ GRAPH g:audit {{ <{iri}> ?p ?o }} }}"


def answer(context: Context, request: Request) -> Response:
    """The node whose IRI is given by the path or, for an IRI in another namespace, by the parameter ``iri``.

    Raises:
        NotFound: the graph does not have the IRI; the hint gives similar names.
        NotAcceptable: the client accepts no offered format.
    """
    request = formatted(request)
    iri = request.one("iri") or BASE + request.path
    found = described(context.graph.store, context.graph.names, iri)
    if found is None:  # before content negotiation: 404, not 406
        raise _not_found(context, iri)
    suffix = choose(request, _OFFERED)
    headers = _links(context, iri)
    if suffix in _RDF:
        return Response(_rdf(context, iri, suffix), _RDF[suffix].header, headers)
    finding = next((f for f in context.graph.audit() if f.iri == iri), None) if iri.startswith(_FINDING) else None
    if found.span:
        return _passage(context, request, found, suffix, headers)
    if suffix == "json":
        body = plain.entity(found, context.graph.names)
        if finding:
            body["finding"] = plain.finding(finding, context.graph.names)
        return as_json(body, headers)
    head = _head_values(context, iri)
    if finding:
        figures = figures_of(context.graph.store, finding)
        page = context.pages.render("finding.html", request, found=finding, figures=figures, **head)
        return html(page, request.lang, headers)
    kind, shown = class_iri(found.thing.kind), thing_page(context, found, request.lang)
    most = Most(request.one("all"), shown.inferred)
    page = context.pages.render("thing.html", request, found=found, kind_iri=kind, page=shown, most=most, **head)
    return html(page, request.lang, headers)


def _passage(context: Context, request: Request, entity: Entity, suffix: str, headers: Mapping[str, str]) -> Response:
    """A passage as JSON or a page; with its words, if the user gave a copy of the text. Then no cache keeps the answer."""
    found = passage(context.graph.store, context.graph.names, entity)
    words = context.texts.words(found)
    marks = context.texts.marks(found, words) if words is not None else []
    if suffix == "json":
        answer = as_json(plain.passage(found, context.graph.names, words, marks), headers)
    else:
        parts = _parts(words, marks) if words is not None else None
        head = _head_values(context, entity.thing.iri)
        page = context.pages.render("passage.html", request, found=found, parts=parts, **head)
        answer = html(page, request.lang, headers)
    return answer._replace(keep=words is None)


def _parts(words: str, marks: Sequence[Mark]) -> list[tuple[str, tuple[str, ...]]]:
    """*words* in parts, each with the nodes that it names."""
    parts, at = [], 0
    for mark in marks:
        parts += [(words[at : mark.start], ()), (words[mark.start : mark.end], mark.nodes)]
        at = mark.end
    return [*parts, (words[at:], ())]


def _rdf(context: Context, iri: str, suffix: str) -> bytes:
    """All triples with the node as subject or object. For a named graph (a passage, the ontology), also its triples.

    Audit findings and their rules are in the graph of the audit only.
    """
    triples: dict[ox.Triple, None] = {}
    for query in (_ABOUT, _GRAPH, _AUDITED):
        found = context.graph.store.query(query.format(iri=iri))
        assert isinstance(found, ox.QueryTriples)
        triples |= dict.fromkeys(found)
    return write_graph(sorted(triples, key=str), _RDF[suffix])


def _head_values(context: Context, iri: str) -> dict[str, Any]:
    """The template values for the head of a page: the IRI, and the other formats."""
    return {"canonical": iri, "formats": _other_formats(context, iri)}


def _links(context: Context, iri: str) -> dict[str, str]:
    """The header ``Link``: the IRI as canonical, and the other formats as alternates."""
    others = [f'<{place}>; rel="alternate"; type="{media}"' for _, place, media in _other_formats(context, iri)]
    return {"Link": ", ".join([f'<{quote(iri, safe=_IRI)}>; rel="canonical"', *others])}


def _other_formats(context: Context, iri: str) -> list[tuple[str, str, str]]:
    """Suffix, URL and media type of each format except HTML."""
    here = context.pages.href(iri)
    ending = "&format=" if "?" in here else "."
    return [(s, f"{here}{ending}{s}", _OFFERED[s].partition(";")[0]) for s in SUFFIXES if s != "html"]


def _not_found(context: Context, iri: str) -> NotFound:
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
        near=[m.thing.iri for m in near],
    )
