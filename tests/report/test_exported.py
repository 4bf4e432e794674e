"""Nothing of the packaged report's graph is lost in an export."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kg.faces.export import FORMATS, SEVERAL, export, export_files
from kg.graph import KnowledgeGraph


@pytest.mark.slow
def test_named_graphs_come_back_equal(report: KnowledgeGraph) -> None:
    """They are compared after canonicalisation, because blank nodes of the ontology have no names to keep."""
    here = ox.Dataset(q for q in report.store.quads() if not isinstance(q.graph_name, ox.DefaultGraph))
    here.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    kinds = {"trig": ox.RdfFormat.TRIG, "nquads": ox.RdfFormat.N_QUADS, "jsonld": ox.RdfFormat.JSON_LD}
    for format_, kind in kinds.items():
        back = ox.Dataset(ox.parse(export(report, format_), format=kind))
        back.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
        assert back == here, format_


@pytest.mark.slow
@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_can_hold_it(report: KnowledgeGraph, format_: str) -> None:
    assert export_files(report, format_) if format_ in SEVERAL else export(report, format_)
