"""Lookup tables for names that a test makes up."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

EMPTY: MappingProxyType[str, Any] = MappingProxyType(
    {
        "things": [],
        "terms": {},
        "classes": {},
        "captions": {},
        "documents": {},
        "measure_words": {},
        "counted": {},
        "precedence": {},
        "properties": [],
        "variants": {},
        "symbols": {},
    }
)
"""The lookup table of a build (:func:`kg.pipeline.lookup.build_lookup`) without a name in it."""
