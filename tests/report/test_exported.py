"""Nothing of the packaged report's graph is lost in an export."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kg.faces.export import FORMATS, export
from kg.graph import KnowledgeGraph


@pytest.mark.slow
def test_named_graphs_come_back_equal(report: KnowledgeGraph) -> None:
    """Compared after canonicalisation: blank nodes of the ontology have no names to keep."""
    here = ox.Dataset(q for q in report.store.quads() if not isinstance(q.graph_name, ox.DefaultGraph))
    here.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    for format_, kind in (("trig", ox.RdfFormat.TRIG), ("nquads", ox.RdfFormat.N_QUADS)):
        back = ox.Dataset(ox.parse(export(report, format_), format=kind))
        back.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
        assert back == here, format_


@pytest.mark.slow
@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_can_hold_it(report: KnowledgeGraph, format_: str) -> None:
    assert export(report, format_)
