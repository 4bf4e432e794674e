"""What the page of a thing shows first: its roles by industry, its relations in groups, and the questions about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from kg.ask.catalogue import Catalogue
from kg.ask.entity import GROUNDS, Edge
from kg.ask.names import Names, Thing
from kg.ask.query_search import says
from kg.source.queryfile import TYPES, SavedQuery
from kg.store.base import Store
from kg.terms import compact

# As queries/industries-of-company.rq, for whatever appears in industries, with the tier of a segment; tests/ask/test_relations.py compares the two.
_ROLES: Final = """
SELECT DISTINCT ?industry ?role ?what ?tier ?passage WHERE {{
  <{iri}> ivc:appearsIn ?industry .
  {{ ?role ivc:roleOfSubject ?by . GRAPH ?passage {{ <{iri}> ?by ?what }} }}
  UNION {{ ?role ivc:roleOfObject ?by . GRAPH ?passage {{ ?what ?by <{iri}> }} }}
  FILTER(STRSTARTS(STR(?passage), STR(psg:)))
  FILTER(EXISTS {{ ?passage ivc:contextIndustry ?industry }} || ?what = ?industry || EXISTS {{ ?what ivc:inIndustry ?industry }})
  FILTER(!(?role = ivl:mentioned) || NOT EXISTS {{
      GRAPH ?passage {{ <{iri}> ?does ?x }} ?other ivc:roleOfSubject ?does FILTER(?other != ?role) }}
    && NOT EXISTS {{
      GRAPH ?passage {{ ?y ?is <{iri}> }} ?another ivc:roleOfObject ?is FILTER(?another NOT IN (ivl:mentioned, ?role)) }})
  OPTIONAL {{ ?what ivc:inStage ?stage . ?stage ivc:stageOf/ivc:viewOf ?industry ; ivc:tier ?tier }}
}} ORDER BY ?industry ?passage ?role ?what ?tier"""


@dataclass(frozen=True)
class Role:
    """One role of a thing in an industry. Things are given by their IRIs.

    Attributes:
        industry: the industry.
        role: the role: key player, maker …
        what: in or with what; the industry itself, if nothing narrower is said.
        tiers: the tiers of a segment in this industry.
        passages: the passages that say it.
    """

    industry: str
    role: str
    what: str
    tiers: tuple[str, ...]
    passages: tuple[str, ...]


@dataclass(frozen=True)
class Relation:
    """The edges of one thing that have the same property and direction.

    Attributes:
        predicate: IRI of the property.
        out: whether the thing is the subject; always true for a symmetric property.
        edges: the edges, those that passages state first.
    """

    predicate: str
    out: bool
    edges: tuple[Edge, ...]

    @property
    def key(self) -> str:
        """A name for addresses, different for each relation of a thing."""
        return f"{compact(self.predicate)}-{'out' if self.out else 'in'}".replace(":", "-")


def roles(store: Store, iri: str) -> list[Role]:
    """The roles of the thing *iri* in the industries where it appears, industry after industry."""
    tiers: dict[tuple[str, str, str], dict[str, None]] = defaultdict(dict)
    passages: dict[tuple[str, str, str], dict[str, None]] = defaultdict(dict)
    for row in store.select(_ROLES.format(iri=iri)):
        key = (row["industry"], row["role"], row["what"])
        passages[key][row["passage"]] = None
        if row["tier"]:
            tiers[key][row["tier"]] = None
    return [Role(*key, tuple(tiers[key]), tuple(found)) for key, found in passages.items()]


def distinct(store: Store, edges: Iterable[Edge]) -> list[Edge]:
    """The edges, those of a symmetric property once for both directions, as the stronger of the two says it.

    Args:
        store: the store, which knows the symmetric properties.
        edges: edges of one thing.
    """
    symmetric = {row["p"] for row in store.select("SELECT ?p { ?p a owl:SymmetricProperty } ORDER BY ?p")}
    found: dict[tuple[str, bool, str], Edge] = {}
    for edge in sorted(edges, key=lambda one: GROUNDS.index(one.kind)):
        key = (edge.predicate, edge.out or edge.predicate in symmetric, edge.other)
        other = found.setdefault(key, replace(edge, out=key[1]))
        found[key] = replace(other, passages=tuple(dict.fromkeys((*other.passages, *edge.passages))))
    return list(found.values())


def relations(edges: Iterable[Edge]) -> list[Relation]:
    """The edges in groups; groups that passages state first, then the larger ones.

    Args:
        edges: edges of one thing, as :func:`distinct` gives them.
    """
    groups: dict[tuple[str, bool], list[Edge]] = defaultdict(list)
    for edge in edges:
        groups[edge.predicate, edge.out].append(edge)
    found = [
        Relation(predicate, out, tuple(sorted(members, key=lambda edge: not edge.passages)))
        for (predicate, out), members in groups.items()
    ]
    return sorted(found, key=lambda group: (not group.edges[0].passages, -len(group.edges), group.predicate))


def among(relation: Relation, kind: str, names: Names) -> bool:
    """Whether all that a relation leads to are of the class *kind*."""
    return all(names.is_a(names.thing(edge.other).kind, kind) for edge in relation.edges)


def offered(catalogue: Catalogue, text: str) -> list[tuple[SavedQuery, dict[str, str]]]:
    """The saved queries for what somebody looks for, each with the values of its parameters that are known from it.

    They are those with the words of *text*. If no query has all of them and *text*, or a part of it between spaces, names a
    thing, they are those that can be asked about the thing, filled in with it, and have other words of *text*.
    """
    found = catalogue.search(text)
    if not any(says(query, text, catalogue.names.variants) for query in found):
        for part in dict.fromkeys((text, *text.split())):
            if named := catalogue.names.bearing(part):
                about = {query.name: (query, {name: named[0].iri}) for query, name in questions(catalogue, named[0])}
                rest = text.replace(part, " ", 1).strip()
                kept = [about[query.name] for query in catalogue.search(rest) if query.name in about] if rest else []
                if about:
                    return kept or list(about.values())
    return [(query, {}) for query in found]


def questions(catalogue: Catalogue, thing: Thing) -> list[tuple[SavedQuery, str]]:
    """The saved queries that can be asked about *thing*, with the parameter that takes it; the most particular first, then those
    that people ask in most wordings.

    Args:
        catalogue: the saved queries.
        thing: any thing with a kind.
    """
    kinds = [thing.kind, *catalogue.names.superclasses(thing.kind), "thing"]
    found = []
    for query in catalogue:
        required = [p for p in query.params if not p.narrows]
        taking = [p for p in required if p.type in kinds and (p.type == "thing" or p.type not in TYPES)]
        if taking:
            best = min(taking, key=lambda param: kinds.index(param.type))
            asked = sum(map(len, query.ask.values()))
            found.append(((kinds.index(best.type), len(required), -asked, query.name), query, best.name))
    return [(query, name) for _, query, name in sorted(found, key=lambda one: one[0])]
