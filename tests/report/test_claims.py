"""No row of a saved query says more than the passages that it cites, whatever is asked for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox
import pytest

from conftest import ROOT
from kg import vocab
from kg.graph import KnowledgeGraph
from kg.source.queryfile import Parameter, SavedQuery
from kg.terms import class_iri

QUERIES = sorted(path.stem for path in (ROOT / "queries").glob("*.rq"))
RULES = {"inferred": "推得", "background": "背景", "computed": "计算"}
"""What the heading of a column may say in brackets: its values are not in the passage cited, but follow from it so."""
SECTION = "industry of the section"
"""The heading of a column that has the industry above whose heading the passage stands."""
PAIRS = {"links-between-companies", "links-between-things"}
"""Queries of which one parameter is left open at a time: any thing with any other has hundreds of thousands of rows."""
Row = dict[str, "ox.NamedNode | ox.Literal | ox.BlankNode | ox.Triple | None"]


@dataclass
class Reading:
    """What each graph names, the industry of each passage's section, and which things a triple of any graph joins."""

    names: dict[str, set[str]]
    section: dict[str, str]
    joined: set[tuple[str, str]]

    @staticmethod
    def of(graph: KnowledgeGraph) -> Reading:
        names, section, joined = defaultdict(set), {}, set()
        for where, *triple in graph.store.select("SELECT ?g ?s ?p ?o WHERE { GRAPH ?g { ?s ?p ?o } }").rows:
            assert where is not None
            subject, predicate, object_ = (term.value for term in triple if term is not None)  # type: ignore[union-attr]
            names[where.value] |= {subject, predicate, object_}  # type: ignore[union-attr]
            joined |= {(subject, object_), (object_, subject)}
            if predicate == vocab.IVC + "contextIndustry":
                section[subject] = object_
        # an edge names the roles that its property gives
        roles = graph.store.select("SELECT ?p ?role { ?role ivc:roleOfSubject|ivc:roleOfObject ?p }").rows
        for named in names.values():
            named |= {role.value for p, role in roles if p.value in named}  # type: ignore[union-attr]
        return Reading(names, section, joined)


@pytest.fixture(scope="module")
def of_world(world: KnowledgeGraph) -> Reading:
    return Reading.of(world)


@pytest.fixture(scope="module")
def of_report(report: KnowledgeGraph) -> Reading:
    return Reading.of(report)


def values(graph: KnowledgeGraph, param: Parameter) -> str:
    """All values that *graph* has for the parameter, as the terms of one VALUES block."""
    if param.type == "string":
        found = 'SELECT DISTINCT (STR(?name) AS ?value) { GRAPH g:entities { ?x rdfs:label ?name } FILTER(LANG(?name) = "zh") }'
    elif param.type == "year":
        found = "SELECT DISTINCT ?value { ?x ivc:year|ivc:endYear ?value }"
    elif param.type == "kind":
        return " ".join(f"<{class_iri(kind)}>" for kind in graph.names.kinds)
    elif param.type == "thing":
        return " ".join(f"<{thing.iri}>" for thing in graph.names.things)
    elif param.type in ("integer", "decimal", "enum"):
        return param.default
    else:
        found = f"SELECT DISTINCT ?value {{ ?value a ivc:{param.type} }}"
    return " ".join(str(value) for (value,) in graph.store.select(found).rows) or "UNDEF"


def answers(graph: KnowledgeGraph, query: SavedQuery) -> Iterator[list[Row]]:
    """The rows for the defaults, for all values of each parameter, and for all values of all of them."""
    each = [{param.name: values(graph, param)} for param in query.params if not param.narrows]
    several = len(each) > 1 and query.name not in PAIRS
    together = [{name: terms for one in each for name, terms in one.items()}] if several else []
    for bound in ({}, *each, *together):
        table = graph.store.select(query.bind(bound), shown=query.name, limit=100_000)
        yield [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def rules(query: SavedQuery) -> dict[str, str]:
    """Column → the rule in its heading."""
    found = {}
    for column, heading in query.columns.items():
        if said := re.search(rf" \(({'|'.join(RULES)})\)$", heading.en):
            assert heading.zh.endswith(f"({RULES[said[1]]})"), column
            found[column] = said[1]
    return found


def iris(row: Row, columns: frozenset[str]) -> dict[str, str]:
    return {c: term.value for c in sorted(columns) if isinstance(term := row[c], ox.NamedNode)}


def beyond(row: Row, query: SavedQuery, reading: Reading) -> dict[str, str]:
    """The things of *row* that nothing cited in it names: column → IRI."""
    sources = list(iris(row, query.passages).values())
    things = iris(row, query.things)
    if "origin" in things:
        sources.append(things.pop("origin"))
    if any(rule == "computed" for column, rule in rules(query).items() if column in query.things):
        sources.append(vocab.AUDIT)
    elif not sources and "computed" in rules(query).values():
        return {}  # a count is of all that the graph has
    headed = {column for column, heading in query.columns.items() if heading.en.startswith(SECTION)}
    # what is worked out, such as the comparator of a sum, is a term of the model
    computed = {column for column, rule in rules(query).items() if rule == "computed"}
    things = {c: iri for c, iri in things.items() if c not in computed or not iri.startswith((vocab.IVC, vocab.IVL))}
    return {
        c: iri
        for c, iri in things.items()
        if not any(
            iri == s or iri in reading.names[s] or (c in headed and iri == reading.section.get(s)) for s in sources
        )
    }


def unfounded(graph: KnowledgeGraph, reading: Reading, name: str) -> tuple[list[Row], set[str]]:
    """The rows that claim more than they cite, and the columns whose rule was needed."""
    query = graph.catalogue.get(name)
    follows, wrong, needed = rules(query), [], set()
    for rows in answers(graph, query):
        assert len({tuple(map(str, row.values())) for row in rows}) == len(rows), "a row repeats"
        for row in rows:
            things = iris(row, query.things)
            for column, iri in beyond(row, query, reading).items():
                others = {other for at, other in things.items() if at != column}
                if column in follows and any((iri, other) in reading.joined for other in others):
                    needed.add(column)
                elif row not in wrong:
                    wrong.append(row)
    return wrong, needed


@pytest.mark.slow
@pytest.mark.parametrize("name", QUERIES)
def test_every_thing_in_a_row_is_in_its_passages_or_follows(
    name: str, world: KnowledgeGraph, of_world: Reading
) -> None:
    assert unfounded(world, of_world, name)[0] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", QUERIES)
def test_every_thing_in_a_row_of_the_report_is_in_its_passages_or_follows(
    name: str, report: KnowledgeGraph, of_report: Reading, world: KnowledgeGraph, of_world: Reading
) -> None:
    """No heading says that something follows if the passages always name it."""
    wrong, needed = unfounded(report, of_report, name)
    assert wrong == []
    query = report.catalogue.get(name)
    follows = {column for column, rule in rules(query).items() if column in query.things and rule != "computed"}
    assert needed | unfounded(world, of_world, name)[1] == follows
