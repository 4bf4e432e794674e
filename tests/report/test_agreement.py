"""Whichever way one asks who works where, and who makes what, the answer is the same: query, chain, drawing, page, agent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, NamedTuple

import pyoxigraph as ox
import pytest

from kg import vocab
from kg.ask.bands import industry as drawing
from kg.faces.mcp import tasks as tools
from kg.faces.web import tasks as pages
from kg.faces.web.pages import Pages
from kg.graph import KnowledgeGraph
from kg.service.messages import Request
from kg.store.answers import Limits

OPERATES = vocab.IVC + "operatesIn"
LIMITS = Limits(seconds=60)


def rows(graph: KnowledgeGraph, name: str, *columns: str, **asked: str) -> set[tuple[str, ...]]:
    """The IRIs in these *columns* of the rows that have all of them."""
    query = graph.catalogue.get(name)
    table = graph.store.select(query.bind(asked), shown=name, limit=100_000)
    at = [table.columns.index(column) for column in columns]
    found = ([row[n] for n in at] for row in table.rows)
    return {tuple(term.value for term in row) for row in found if all(isinstance(t, ox.NamedNode) for t in row)}  # type: ignore[union-attr]


class Page:
    """The pages of a graph, made without a server and read by their links."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._tasks = pages.tasks(graph, LIMITS, "")
        self._names, href = graph.names, Pages(graph, "").href
        self._iris = {href(thing.iri): thing.iri for thing in graph.names.things}

    def chain(self, industry: str) -> set[tuple[str, str]]:
        """Each organization of the page of *industry*, with the segment under whose heading it stands, or nothing."""
        items = self._items("chain", path=industry)
        return {(item.thing, item.segment) for item in items if self._is_organization(item.thing)}

    def operators(self, segment: str) -> set[str]:
        """Who operates in *segment*, as its page has it."""
        words, about = self._names.label(OPERATES, "en", inverse=True), ("iri", segment)
        items = list(self._items("thing", params=(about,)))
        for key in {
            item.section for item in items if item.heading == words
        }:  # a long list is whole where it is asked for
            items += self._items("thing", params=(about, ("all", key)))
        return {item.thing for item in items if item.heading == words}

    def _items(self, task: str, **asked: Any) -> Iterator[Item]:
        """The items of the lists of a page, with IRIs for links."""
        answer = self._tasks[task](Request(task=task, suffix="html", lang="en", base="http://localhost", **asked))
        for item in _Items(answer.body.decode()).found:
            yield item._replace(thing=self._iris.get(item.thing, ""), segment=self._iris.get(item.segment, ""))

    def _is_organization(self, iri: str) -> bool:
        thing = self._names.get(iri)
        return thing is not None and self._names.is_a(thing.kind, "Organization")


class Item(NamedTuple):
    """An item of a list: its first link, the link of the segment under whose heading it is, and its section."""

    thing: str
    segment: str
    section: str
    heading: str


class _Items(HTMLParser):
    """The items of the lists of a page.

    The heading of a segment has the class ``name``; an ``h2`` ends what it is about. The heading of a section of
    relations is an ``h3``, whose words end where the number of its items stands.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[Item] = []
        self._in, self._segment, self._section, self._words = "", "", "", ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "section":
            self._section, self._words = given.get("id") or "", ""
        elif tag == "li" or tag in ("h2", "h3", "h4", "h5", "h6"):
            self._in = "segment" if given.get("class") == "name" else tag
            self._segment = "" if tag == "h2" else self._segment
            self._words = "" if tag == "h3" else self._words
        elif tag == "a" and self._in in ("segment", "li"):
            link = given["href"] or ""
            if self._in == "segment":
                self._segment = link
            else:
                self.found.append(Item(link, self._segment, self._section, self._words.strip()))
            self._in = ""
        elif tag == "span":
            self._in = "" if self._in == "h3" else self._in

    def handle_data(self, data: str) -> None:
        self._words += data if self._in == "h3" else ""


class Agent:
    """The tools of a graph, called without a server."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._tasks = tools.tasks(graph, LIMITS)

    def rows(self, tool: str, *columns: str, **asked: str) -> set[tuple[str, ...]]:
        """The IRIs in these *columns* of the rows of a saved query that have all of them."""
        values = ([row["values"][column] for column in columns] for row in self._rows(tool, **asked))
        return {tuple(value["iri"] for value in each) for each in values if all(each)}

    def operators(self, segment: str) -> set[str]:
        """Who operates in *segment*, as ``show`` has it."""
        edges = (row for row in self._rows("show", thing=segment) if row["row"] == "edge" and row["direction"] == "in")
        return {row["other"]["iri"] for row in edges if row["predicate"]["iri"] == OPERATES}

    def chain(self, industry: str) -> set[tuple[str, str]]:
        """Each organization in the chain of *industry*, with its segment, or nothing."""
        todo, found = self._rows("chain", industry=industry), set()
        while todo:
            cell = todo.pop()
            todo += cell["parts"]
            found |= {(c["iri"], (cell["segment"] or {"iri": ""})["iri"]) for c in cell["companies"]}
        return found

    def _rows(self, tool: str, **asked: str) -> list[dict[str, Any]]:
        """All rows, page by page."""
        found: list[dict[str, Any]] = []
        while True:
            shared = {"limit": 500, "offset": len(found), "spans": False, "lang": "en"}
            answer = self._tasks[tool](Request(task=tool, params=tuple({**asked, **shared}.items())))
            part = json.loads(answer.body)["structured"]
            found += part["rows"]
            if len(found) >= part["total"]:
                return found
            assert part["rows"]


def disagreements(graph: KnowledgeGraph) -> dict[str, set[tuple[str, ...]]]:
    """Two ways to one answer → what only one of them has: who works where, and by which product."""
    found, store = {}, graph.store
    page, agent = Page(graph), Agent(graph)

    def pairs(pattern: str) -> set[tuple[str, ...]]:
        return {tuple(term.value for term in row) for row in store.select(f"SELECT * {{ {pattern} }}").rows}  # type: ignore[union-attr]

    segments = [segment for (segment,) in pairs("?segment a ivc:Segment")]
    works = pairs("?company ivc:operatesIn ?segment")
    by_product = rows(graph, "companies-in-segment", "company", "product", "at", segment="UNDEF")
    offered = pairs("?product ivc:offeredIn ?segment")
    found["closure, companies-in-segment"] = works ^ {
        (company, segment)
        for segment in segments
        for (company,) in rows(graph, "companies-in-segment", "company", segment=f"<{segment}>")
    }
    found["closure, show"] = works ^ {
        (edge.other, segment)
        for segment in segments
        for edge in graph.entity(segment).edges
        if not edge.out and edge.predicate == vocab.IVC + "operatesIn"
    }
    found["closure, page"] = works ^ {(company, at) for at in segments for company in page.operators(at)}
    found["closure, tool show"] = works ^ {(company, at) for at in segments for company in agent.operators(at)}
    found["closure, tool companies-in-segment"] = works ^ {
        (company, at) for at in segments for (company,) in agent.rows("companies-in-segment", "company", segment=at)
    }
    found["makers-of-product, tool makers-of-product"] = set().union(
        *(
            rows(graph, "makers-of-product", "company", "item", product=f"<{product}>")
            ^ agent.rows("makers-of-product", "company", "item", product=product)
            for (product,) in pairs("?product a ivc:Product")
        )
    )
    found["companies-in-segment, makers-of-product"] = by_product ^ {
        row
        for row in rows(graph, "makers-of-product", "company", "item", "segment", product="UNDEF")
        if row[1:] in offered
    }
    found["companies-in-segment, products-of-company"] = by_product ^ {
        (company, *row)
        for (company,) in pairs("?company a ivc:Organization")
        for row in rows(graph, "products-of-company", "product", "segment", company=f"<{company}>")
        if row in offered
    }
    found["companies-in-segment, products-of-industry"] = by_product ^ {
        (company, product, place)
        for company, product, place in rows(
            graph, "products-of-industry", "company", "product", "place", industry="UNDEF"
        )
        if (product, place) in offered
    }
    for (industry,) in pairs("?industry a ivc:Industry"):
        chart = graph.chain(industry)
        staged = [cell for view in chart.views for stage in view.stages for top in stage.segments for cell in top]
        cells = [*staged, *(cell for top in chart.unplaced for cell in top)]
        drawn = {node.thing for node in drawing(store, graph.names, industry).nodes.values()}
        here = {segment for (segment,) in pairs(f"?segment a ivc:Segment ; ivc:inIndustry <{industry}>")}
        everyone = {c.iri for cell in cells for c in cell.companies} | {
            c.iri for c in (*chart.representatives, *chart.others)
        }
        asked = f"<{industry}>"
        shown, told = page.chain(industry), agent.chain(industry)
        charted = {(company.iri, cell.iri) for cell in cells for company in cell.companies}
        found |= {
            f"chain, page of {industry}": charted ^ {(company, at) for company, at in shown if at},
            f"chain, tool of {industry}": charted ^ {(company, at) for company, at in told if at},
            f"companies-of-industry, page of {industry}": everyone ^ {company for company, _ in shown},
            f"companies-of-industry, tool of {industry}": everyone ^ {company for company, _ in told},
            f"companies-in-segment, chain of {industry}": {
                (company, at)
                for company, at in rows(graph, "companies-in-segment", "company", "at", segment="UNDEF")
                if at in here
            }
            ^ charted,
            f"chain-of-industry, chain of {industry}": rows(
                graph, "chain-of-industry", "company", "segment", industry=asked
            )
            ^ {(company.iri, cell.iri) for cell in staged for company in cell.companies},
            f"companies-of-industry, chain of {industry}": rows(
                graph, "companies-of-industry", "company", industry=asked
            )
            ^ {(company,) for company in everyone},
            f"chain, drawing of {industry}": {(company,) for company in everyone - drawn},
        }
    return {ways: only for ways, only in found.items() if only}


def test_two_ways_to_one_answer_agree(world: KnowledgeGraph) -> None:
    assert disagreements(world) == {}


@pytest.mark.slow
def test_two_ways_to_one_answer_agree_on_the_report(report: KnowledgeGraph) -> None:
    assert disagreements(report) == {}
