"""The graph as a networkx graph for other tools: labels, figures and passages as plain texts and numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from kg import vocab
from kg.ask import network
from kg.ask.names import Names
from kg.store.base import Store
from kg.terms import LANGS, class_name, slug

if TYPE_CHECKING:
    import networkx as nx

_FIGURES = """
SELECT ?x ?value ?unit ?indicator ?year WHERE {
  ?x ivc:value ?value . OPTIONAL { ?x ivc:unit ?unit } OPTIONAL { ?x ivc:indicator ?indicator } OPTIONAL { ?x ivc:year ?year }
} ORDER BY ?x ?value ?unit ?indicator ?year"""
_CLAIMS = """
SELECT ?x ?kind WHERE {
  { GRAPH ?g { ?x a ?kind } FILTER(STRSTARTS(STR(?g), STR(psg:))) } UNION { ?x a ivc:Passage BIND(ivc:Passage AS ?kind) }
} ORDER BY ?x ?kind"""
_INVERSE = "SELECT ?p ?q WHERE { { ?p owl:inverseOf ?q } UNION { ?p a owl:SymmetricProperty BIND(?p AS ?q) } FILTER(isIRI(?p)) }"
_SOURCES = """
SELECT ?s ?p ?o ?g WHERE {
  ?p a owl:ObjectProperty ; rdfs:domain|rdfs:range ivc:Passage . GRAPH ?g { ?s ?p ?o } FILTER(isIRI(?o))
} ORDER BY ?s ?p ?o ?g"""


class NetworkEdge(NamedTuple):
    """An edge: its triple, ``asserted``, ``inferred`` or ``background``, and the IRIs of its passages in order."""

    subject: str
    predicate: str
    value: str
    kind: str
    passages: tuple[str, ...]


def to_networkx(
    store: Store, names: Names, *, inferred: bool = False, passages: bool = False, lang: str = "zh"
) -> nx.MultiDiGraph:
    """The edges between things; see :meth:`kg.graph.KnowledgeGraph.to_networkx`."""
    edges = network.to_networkx(store, inferred=inferred).edges(keys=True, data=True)
    links = [NetworkEdge(s, p, o, data["kind"], tuple(data["passages"])) for s, o, p, data in edges]
    if passages:
        for row in store.select(_SOURCES):
            kind = "inferred" if row["g"] == vocab.INFERRED else "asserted"
            links.append(NetworkEdge(row["s"], row["p"], row["o"], kind, ()))
    return labelled(store, names, links, lang)


def labelled(store: Store, names: Names, links: Iterable[NetworkEdge], lang: str) -> nx.MultiDiGraph:
    """A networkx graph of *links*. Of an edge and its inverse one is kept, with the passages of both: the stated one, or the
    one whose property the other's is said to be the inverse of.
    """
    import networkx as nx

    kept: dict[tuple[str, str, str], NetworkEdge] = {}
    pairs = [(row["p"], row["q"]) for row in store.select(_INVERSE)]
    inverse = dict(pairs) | {q: p for p, q in pairs}
    said = {p for p, q in pairs if p != q}  # of their inverses, nothing of the kind is said
    for link in sorted(links, key=lambda link: (link.kind != "asserted", link.predicate in said, link)):
        forward = (link.subject, link.predicate, link.value)
        back = (link.value, inverse.get(link.predicate, ""), link.subject)
        key = back if back in kept else forward
        same = kept.get(key, link)
        kept[key] = same._replace(passages=tuple(sorted({*same.passages, *link.passages})))
    network = nx.MultiDiGraph(**about(store, lang))
    figures, kinds = _figures(store, names, lang), claim_kinds(store)
    for link in sorted(kept.values()):
        for end in (link.subject, link.value):
            thing = names.get(end)
            kind = thing.kind if thing else kinds.get(end, "")
            network.add_node(end, **_labels(names, end, lang), kind=kind, **figures.get(end, {}))
        network.add_edge(
            link.subject,
            link.value,
            link.predicate,
            property=slug(link.predicate),
            **_labels(names, link.predicate, lang),
            kind=link.kind,
            passages=" ".join(map(slug, link.passages)),
            weight=max(1, len(link.passages)),
        )
    return network


def _labels(names: Names, iri: str, lang: str) -> dict[str, str]:
    return {"label": names.label(iri, lang)} | {f"label_{one}": names.label(iri, one) for one in LANGS}


def about(store: Store, lang: str) -> dict[str, str]:
    """Title and licence of the dataset, where it has them."""
    rows = store.select(
        f"SELECT ?title ?license WHERE {{ <{vocab.DATASET}> dcterms:title ?title ; dcterms:license ?license "
        f'FILTER(LANG(?title) = "{lang}") }} ORDER BY ?title ?license'
    )
    return next(({"title": row["title"], "license": row["license"]} for row in rows), {})


def claim_kinds(store: Store) -> Mapping[str, str]:
    """Claim or passage → the name of its class."""
    return {row["x"]: class_name(row["kind"]) for row in store.select(_CLAIMS)}


def _figures(store: Store, names: Names, lang: str) -> Mapping[str, Mapping[str, Any]]:
    """Observation → its value, unit, indicator and year."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for row in store.select(_FIGURES):
        one = found[row["x"]]
        one["value"] = float(row["value"])
        one |= {part: names.label(row[part], lang) for part in ("unit", "indicator") if row[part]}
        if row["year"] is not None:
            one["year"] = int(row["year"])
    return found
