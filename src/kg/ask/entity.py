"""All data of one thing: names, edges with their grounds, figures, claims, passages."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from kg import vocab
from kg.ask.names import Names, Thing
from kg.errors import NotFound
from kg.store.base import Store
from kg.store.values import Term
from kg.terms import Text, class_name, compact, expand

_EDGES = """
SELECT ?out ?p ?other ?g WHERE {{
  {{ GRAPH ?g {{ <{iri}> ?p ?other }} BIND(true AS ?out) }} UNION {{ GRAPH ?g {{ ?other ?p <{iri}> }} BIND(false AS ?out) }}
  FILTER(isIRI(?other) && EXISTS {{ ?p a owl:ObjectProperty ; rdfs:label ?name }})
  FILTER(?p NOT IN (ivc:statedIn, ivc:namedIn, ivc:contextIndustry, ivc:mentionIn, ivc:mentionOf))
}} ORDER BY DESC(?out) ?p ?other ?g"""
_TEXTS = "SELECT ?p ?text WHERE {{ <{iri}> ?p ?text FILTER(?p IN (skos:definition, skos:scopeNote, ivc:summary)) }} ORDER BY ?p ?text"
_CLAIMS = """
SELECT DISTINCT ?claim ?kind ?passage ?indicator ?region ?year ?start ?end ?comparator ?value ?unit ?status ?by ?stated ?scale WHERE {{
  {which} . ?claim ivc:statedIn ?passage . GRAPH ?passage {{ ?claim a ?kind }}
  OPTIONAL {{ ?claim ivc:indicator ?indicator ; ivc:value ?value ; ivc:unit ?unit ; ivc:comparator ?comparator ; ivc:status ?status }}
  OPTIONAL {{ ?claim ivc:statedValue ?stated ; ivc:statedScale ?scale }}
  OPTIONAL {{ ?claim ivc:scopeRegion ?region }} OPTIONAL {{ ?claim ivc:year ?year }}
  OPTIONAL {{ ?claim ivc:startYear ?start ; ivc:endYear ?end }} OPTIONAL {{ ?claim ivc:attributedTo ?by }}
}} ORDER BY ?indicator ?region ?year ?start ?claim"""

_KIND = """
SELECT ?kind WHERE {{ <{iri}> a ?kind . ?kind a owl:Class
  FILTER NOT EXISTS {{ <{iri}> a ?narrower . ?narrower rdfs:subClassOf+ ?kind FILTER(?narrower != ?kind) }} }} ORDER BY ?kind"""
_VALUES = """
SELECT ?property ?value WHERE {{ <{iri}> ?property ?value
  FILTER(isLiteral(?value) && EXISTS {{ ?property a owl:DatatypeProperty }}) }} ORDER BY ?property ?value"""
_SPAN = """
SELECT ?section ?start ?end ?sha256 WHERE {{
  <{iri}> ivc:sectionPath ?section ; ivc:sha256 ?sha256 ; oa:hasSelector ?at . ?at oa:start ?start ; oa:end ?end }}"""
_STATED = """
SELECT ?subject ?predicate ?object WHERE {{ GRAPH <{iri}> {{ ?subject ?predicate ?object }} }}
ORDER BY ?subject ?predicate STR(?object) COALESCE(LANG(?object), "")"""
_THERE = """ASK {{ {{ <{iri}> ?p ?o }} UNION {{ ?s ?p <{iri}> }} UNION {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}
  UNION {{ GRAPH ?g {{ <{iri}> ?p ?o }} }} }}"""
_LINKS = """
SELECT ?match ?entry ?register ?code ?date ?zh ?en WHERE {{ GRAPH <{graph}> {{
  <{iri}> ?match ?entry . ?entry skos:inScheme ?register ; skos:notation ?code ; dcterms:date ?date
  OPTIONAL {{ ?entry ivc:basis ?zh FILTER(LANG(?zh) = "zh") }} OPTIONAL {{ ?entry ivc:basis ?en FILTER(LANG(?en) = "en") }}
}} }} ORDER BY ?match ?register ?code"""
_SAFE = re.compile(r"[^\x00-\x20<>\"{}|^`\\\x7f]+")
"""What SPARQL allows between < and > (IRIREF, grammar rule 139)."""
_PASSAGE = re.compile(r"[^\s/:]+-L\d{4,}")
"""Ids of passages: document and line."""
_PATH: Final = re.compile(r"/?[a-z]+/[^/\s]+")
"""Paths of pages of nodes: kind and slug."""
_COMMAS: Final = (("、", "zh"), (", ", "en"))
GROUNDS: Final = ("asserted", "background", "entities", "inferred")
"""What an edge can rest on (``Edge.kind``), the strongest first."""


@dataclass(frozen=True)
class Edge:
    """One edge of a thing, with its ground and passages.

    Attributes:
        out: True if the thing is the subject.
        predicate: IRI of the property.
        other: IRI at the other end.
        kind: ``asserted`` (by a passage), ``background``, ``entities`` (by names, lists or the register of passages) or
            ``inferred``; the first that applies.
        passages: IRIs of the passages that state it.
    """

    out: bool
    predicate: str
    other: str
    kind: str
    passages: tuple[str, ...]


@dataclass(frozen=True)
class Claim:
    """A claim about a thing. A claim without a number has None in the fields of the number.

    ``value`` is in single units; ``stated`` and ``scale`` are the number as printed and what its scale word stands for.
    """

    iri: str
    kind: str
    passage: str
    summary: dict[str, str]
    indicator: str | None = None
    region: str | None = None
    years: str = ""
    comparator: str | None = None
    value: float | None = None
    unit: str | None = None
    status: str | None = None
    attributed_to: str | None = None
    stated: float | None = None
    scale: int | None = None


@dataclass(frozen=True)
class Link:
    """An entry elsewhere for a thing.

    Attributes:
        match: IRI of the property: ``skos:exactMatch`` or ``skos:closeMatch``.
        entry: IRI of the entry.
        register: IRI of the register.
        code: the entry's code in the register.
        date: the day on which the entry was checked.
        basis: language → why it is taken for the thing.
    """

    match: str
    entry: str
    register: str
    code: str
    date: str
    basis: dict[str, str]

    @property
    def close(self) -> bool:
        """Whether the entry is only nearly the thing."""
        return self.match == vocab.SKOS + "closeMatch"

    @property
    def address(self) -> str:
        """Where the entry can be read; empty if its IRI is only a name."""
        return "" if self.entry.startswith(vocab.BASE) else self.entry


@dataclass(frozen=True)
class Span:
    """The position of a passage in the text: section path, start offset, end offset (exclusive) and SHA-256."""

    section: str
    start: int
    end: int
    sha256: str


@dataclass(frozen=True)
class Entity:
    """All data of one thing.

    Attributes:
        thing: its IRI, class and names.
        texts: property → language → definition, note or summary.
        edges: edges to and from other things, without claims.
        figures: claims about it with a number.
        claims: claims about it without a number.
        passages: the passages that state any of this, in the order of the text.
        values: property and value of its literals, such as the date of a policy.
        links: entries elsewhere for it.
        span: position of a passage; None for any other thing.
        states: the triples (subject, predicate, object) that a passage states.
    """

    thing: Thing
    texts: dict[str, dict[str, str]]
    edges: tuple[Edge, ...]
    figures: tuple[Claim, ...]
    claims: tuple[Claim, ...]
    passages: tuple[str, ...]
    values: tuple[tuple[str, Any], ...]
    links: tuple[Link, ...]
    span: Span | None
    states: tuple[tuple[Term | None, ...], ...]


def described(store: Store, names: Names, iri: str) -> Entity | None:
    """The data of any node *iri*, with or without a label (a figure, a claim, a passage); None if it is not in the graph."""
    if not _SAFE.fullmatch(iri) or not store.query(_THERE.format(iri=iri)):
        return None
    kinds = [class_name(row["kind"]) for row in store.select(_KIND.format(iri=iri))]
    return entity(store, names, names.thing(iri, kinds[0] if kinds else ""))


def node(store: Store, names: Names, text: str) -> Entity:
    """The data of what *text* names: a thing by any name; any other node by its IRI or path, a passage by its id.

    Args:
        store: the store.
        names: the lookup table.
        text: a name, an IRI, a prefixed name, the path of a page (``observation/…``), the id of a passage (``w1-L0037``), or
            the caption or slug of a figure.

    Raises:
        NotFound: there is no such thing; or several figures have the caption, which the error names.
    """
    try:
        return entity(store, names, names.resolve(text))
    except NotFound as error:
        if (unnamed := _unnamed(store, names, text)) is not None:
            return unnamed
        meant = None if error.near and len(text.split()) == 1 else _meant(names, text)
        raise meant or error from None


def _unnamed(store: Store, names: Names, text: str) -> Entity | None:
    """The data of the one node that has no label and that *text* names; None if there is none, or are several."""
    if _PASSAGE.fullmatch(text):
        return described(store, names, f"{vocab.PASSAGE}{text}")
    if _PATH.fullmatch(text) and (found := described(store, names, vocab.BASE + text.removeprefix("/"))):
        return found
    iri = expand(text)
    if ":" in iri and (found := described(store, names, iri)):
        return found
    captioned = names.captioned(text)
    return described(store, names, captioned[0]) if len(captioned) == 1 else None


def _meant(names: Names, text: str) -> NotFound | None:
    """The error that names the figures with the caption *text*, or with one like it; None if there are none."""
    same = names.captioned(text)
    near = same or names.captioned_like(text)
    if not near:
        return None
    zh, en = (comma.join(f"{compact(iri)} ({names.label(iri, lang)})" for iri in near) for comma, lang in _COMMAS)
    what = Text(f"找不到名为“{text}”的事物", f"nothing is named “{text}”")
    if same:
        what = Text(f"有 {len(same)} 项叫“{text}”", f"{len(same)} figures or claims are called “{text}”")
    hint = (
        Text(f"写其中一个:{zh}", f"write one of them: {en}") if same else Text(f"是不是:{zh}?", f"did you mean: {en}?")
    )
    return NotFound(what, hint=hint, near=near)


def entity(store: Store, names: Names, thing: Thing) -> Entity:
    """The data of *thing*."""
    edges = _edges(store, thing.iri)
    shown = tuple(e for e in edges if not names.is_claim(e.other) and not e.other.startswith(vocab.SHAPE))
    own = claims(store, f"?claim ivc:about <{thing.iri}>")
    passages = {p for e in edges for p in e.passages} | {c.passage for c in own}
    spans = [Span(**row) for row in store.select(_SPAN.format(iri=thing.iri))]
    values = [] if spans else [(row["property"], row["value"]) for row in store.select(_VALUES.format(iri=thing.iri))]
    return Entity(
        thing=thing,
        texts=_texts(store, thing.iri),
        edges=shown,
        figures=tuple(c for c in own if c.value is not None),
        claims=tuple(c for c in own if c.value is None),
        passages=tuple(sorted(passages)),
        values=tuple(values),
        links=tuple(_links(store, thing.iri)),
        span=spans[0] if spans else None,
        states=store.select(_STATED.format(iri=thing.iri)).rows if spans else (),
    )


def _links(store: Store, iri: str) -> Iterator[Link]:
    for row in store.select(_LINKS.format(graph=vocab.LINKS, iri=iri)):
        basis = {"zh": row["zh"] or row["en"], "en": row["en"] or row["zh"]}  # a project may have one language
        yield Link(row["match"], row["entry"], row["register"], row["code"], str(row["date"]), basis)


def _edges(store: Store, iri: str) -> list[Edge]:
    graphs: dict[tuple[bool, str, str], set[str]] = defaultdict(set)
    for row in store.select(_EDGES.format(iri=iri)):
        graphs[bool(row["out"]), row["p"], row["other"]].add(row["g"])
    return [Edge(*key, *ground_and_passages(where)) for key, where in graphs.items()]


def ground_and_passages(graphs: set[str]) -> tuple[str, tuple[str, ...]]:
    """The ground (``Edge.kind``) of a triple that is in *graphs*, and the passages that state it."""
    passages = tuple(sorted(g for g in graphs if g.startswith(vocab.PASSAGE)))
    if passages:
        return "asserted", passages
    if graphs & {vocab.BACKGROUND, vocab.LINKS}:
        return "background", ()
    return "entities" if graphs & {vocab.ENTITIES, vocab.PASSAGES, vocab.ONTOLOGY} else "inferred", ()


def _texts(store: Store, iri: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    table = store.select(_TEXTS.format(iri=iri))
    for prop, text in table.rows:
        if prop is not None and text is not None:
            found[prop.value][getattr(text, "language", None) or ""] = text.value
    return dict(found)


def claims(store: Store, which: str) -> list[Claim]:
    """The claims that the SPARQL pattern *which* binds to ``?claim``."""
    rows = list(store.select(_CLAIMS.format(which=which)))
    found: dict[str, Claim] = {}
    for row in rows:
        years = f"{row['start']}–{row['end']}" if row["start"] else str(row["year"] or "")
        found.setdefault(
            row["claim"],
            Claim(
                row["claim"],
                class_name(row["kind"]),
                row["passage"],
                _texts(store, row["claim"]).get(vocab.IVC + "summary", {}),
                row["indicator"],
                row["region"],
                years,
                row["comparator"],
                row["value"],
                row["unit"],
                row["status"],
                row["by"],
                row["stated"],
                row["scale"],
            ),
        )
    return list(found.values())
