"""The pages of the things that the packaged report says most of are small enough for a telephone on the road."""

from __future__ import annotations

import pytest

from kg.ask.entity import entity
from kg.ask.texts import Texts
from kg.faces.web.context import Context
from kg.faces.web.pages import Pages
from kg.faces.web.things import answer
from kg.graph import KnowledgeGraph
from kg.service.messages import Request
from kg.store.answers import Limits
from kg.terms import LANGS
from kg.vocab import BASE

_MOST = 100_000
"""Bytes of a page without its pictures, style and script."""
_LARGEST = 12


@pytest.mark.slow
def test_no_page_of_a_thing_is_large(report: KnowledgeGraph) -> None:
    context = Context(report, Pages(report, ""), Limits(), Texts(report.store, report.names))
    edges = {
        t.iri: len(entity(report.store, report.names, t).edges) for t in report.names.things if t.iri.startswith(BASE)
    }
    sizes = {}
    for iri in sorted(edges, key=lambda iri: -edges[iri])[:_LARGEST]:
        for lang in LANGS:
            request = Request("thing", lang, (), iri.removeprefix(BASE), accept="text/html")
            sizes[iri, lang] = len(answer(context, request).body)
    assert {page: size for page, size in sizes.items() if size >= _MOST} == {}
    assert min(sizes.values()) > 5_000
