"""Queries for one build in a store that holds several: what was rewritten answers as the query did."""

from __future__ import annotations

from collections import Counter

import pyoxigraph as ox
import pytest

from kg.errors import Refused
from kg.graph import KnowledgeGraph
from kg.pipeline.publish import stored, stored_names
from kg.store.engines import STANDARD, Engine
from kg.store.layout import Layout
from kg.store.scope import scope
from kg.terms import iri
from kg.vocab import PREFIXES

MINE, OTHER = Layout.of("灯", "1"), Layout.of("灯", "2")
"""Two builds of one project; the other one has twice the statements of a few things."""


@pytest.fixture(scope="module")
def shared(world: KnowledgeGraph) -> ox.Store:
    """A store with two builds of the invented project, and with data of somebody else."""
    quads = list(world.store.quads())
    kept = ox.Store()
    for layout, some in ((MINE, quads), (OTHER, quads[::2])):
        kept.extend(map(stored(layout), some))
        kept.extend(stored_names(layout, {iri(quad.graph_name) for quad in some}))
    theirs = ox.NamedNode("http://example.org/theirs")
    kept.extend(ox.Quad(q.subject, q.predicate, q.object, theirs) for q in quads[:50])
    kept.extend(ox.Quad(q.subject, q.predicate, q.object) for q in quads[:50])
    return kept


QUERIES = [
    "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }",
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
    "SELECT * WHERE { ?c a ivc:Company . OPTIONAL { GRAPH ?g { ?c ivc:operatesIn ?s } } }",
    "SELECT ?c WHERE { ?c a ivc:Company FILTER NOT EXISTS { GRAPH ?g { ?c ivc:operatesIn ?s } } }",
    "SELECT ?c ?label { GRAPH g:entities { ?c rdfs:label ?label FILTER(STRLEN(?label)<4 && ?label != '}GRAPH ?g {') } }",
    "SELECT ?c { GRAPH <https://w3id.org/xinzhi/graph/entities>{ ?c a ivc:Company } } # GRAPH ?x {",
    "SELECT ?k (COUNT(?x) AS ?n) { { SELECT ?x ?k { ?x a ?k } } ?k rdfs:subClassOf* ivc:Organization } GROUP BY ?k "
    "HAVING(EXISTS { ?any a ivc:Company })",
    "SELECT ?c ?g { VALUES ?c { co:qinglan } GRAPH ?g { ?c ?p ?o } FILTER(?g != g:entities) } VALUES ?g { g:entities g:inferred }",
    "select ?s ?graph1 { graph ?graph1{ ?s a ivc:Company } }",
    "ASK { GRAPH g:nothing { ?s ?p ?o } }",
    "ASK { ?s a ivc:Company }",
    "CONSTRUCT { ?s a ?k } WHERE { GRAPH g:entities { ?s a ?k } }",
    "CONSTRUCT WHERE { ?s a ivc:Company . ?s rdfs:label ?label }",
    "SELECT (isBlank(?s) AS ?blank) { ?s a owl:Restriction FILTER(!isIRI(?s) && isBLANK(?s)) }",
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER(isURI (IF(EXISTS { GRAPH ?g { ?s a ivc:Company } }, ?s, ?o))) }",
    "# DESCRIBE\nPREFIX x: <http://x/#GRAPH> CONSTRUCT{?s rdfs:label ?l}{?s a ivc:Company;rdfs:label ?l}",
]


ENGINES = [STANDARD, Engine("", flat=True, order_by_text=True)]


@pytest.mark.parametrize("engine", ENGINES, ids=["nested", "flat"])
@pytest.mark.parametrize("query", QUERIES)
def test_a_query_answers_from_its_build_alone(
    query: str, engine: Engine, world: KnowledgeGraph, shared: ox.Store
) -> None:
    mine = shared.query(scope(query, MINE, engine=engine).text, prefixes=dict(PREFIXES))
    plain = world.store.query(query)
    if isinstance(plain, ox.QueryBoolean):
        assert bool(mine) == bool(plain)
    elif isinstance(plain, ox.QueryTriples):
        assert set(mine) == set(plain) != set()
    else:
        added, columns = scope(query, MINE).added, [v.value for v in plain.variables]
        assert [v.value for v in mine.variables if not v.value.startswith(added)] == columns
        rows = [Counter(tuple(str(row[c]) for c in columns) for row in one) for one in (mine, plain)]
        assert rows[0] == rows[1]
        assert rows[1]


@pytest.mark.parametrize("engine", ENGINES, ids=["nested", "flat"])
def test_every_saved_query_answers_from_its_build_alone(
    engine: Engine, world: KnowledgeGraph, shared: ox.Store
) -> None:
    for query in world.catalogue:
        sparql = world.catalogue.asked(query, {}).sparql
        plain = world.store.select(sparql)
        mine = shared.query(scope(sparql, MINE, engine=engine).text, prefixes=dict(PREFIXES))
        assert [[row[c] for c in plain.columns] for row in mine] == [list(row) for row in plain.rows], query.name


def test_what_cannot_be_told_from_a_clause_is_refused() -> None:
    for query in (
        "SELECT * FROM g:entities { ?s ?p ?o }",
        "SELECT * { ?s ?p 5.GRAPH ?g { ?a ?b ?c } }",
        "DESCRIBE ?s { GRAPH ?g { ?s ?p ?o } }",
    ):
        with pytest.raises(Refused):
            scope(query, MINE)
    assert scope("DESCRIBE co:qinglan", MINE).default_graph == MINE.default
