"""The manifest of a build: its inputs, the tools, and counts."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from kg.pipeline.freshness import FORMAT, tools


def make(
    digests: Mapping[str, str], reasoner: str, version_iri: str, counts: Mapping[str, int], dataset: bytes
) -> dict[str, Any]:
    """The manifest as JSON values; equal for equal inputs and tools."""
    return {
        "format": FORMAT,
        "ontology": version_iri,
        "reasoner": reasoner,
        "tools": tools(),
        "counts": dict(counts),
        "dataset_sha256": sha256(dataset).hexdigest(),
        "inputs": dict(digests),
    }
