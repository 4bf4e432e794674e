"""xinzhi: industry reports as a knowledge graph that people can question, check and trust.

import kg
graph = kg.open("tests/world")          # a folder; without one, the packaged graph
graph.query("companies-in-segment", segment="灯纸")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    __version__: str
    from kg.errors import KgError as KgError
    from kg.graph import KnowledgeGraph as KnowledgeGraph
    from kg.graph import open_graph as open
    from kg.store.results import Table as Table

__all__ = ["KgError", "KnowledgeGraph", "Table", "open"]

_LOCATIONS = {
    "KgError": ("kg.errors", "KgError"),
    "KnowledgeGraph": ("kg.graph", "KnowledgeGraph"),
    "Table": ("kg.store.results", "Table"),
    "open": ("kg.graph", "open_graph"),
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that ``import kg`` is fast."""
    if name == "__version__":
        from importlib.metadata import version

        return version("xinzhi")
    if name not in _LOCATIONS:
        raise AttributeError(f"module 'kg' has no attribute {name!r}")
    from importlib import import_module

    module, attribute = _LOCATIONS[name]
    return getattr(import_module(module), attribute)
