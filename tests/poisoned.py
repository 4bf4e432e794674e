"""A copy of a built graph in which things bear other names: what tests of hostile names share."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from kg.graph import KnowledgeGraph
from kg.pipeline.digests import seal


def poisoned(graph: KnowledgeGraph, store: Path, names: Mapping[str, str]) -> Path:
    """Copy the build of *graph* into the folder *store*, with other names.

    Args:
        graph: the graph.
        store: the folder, which becomes a store.
        names: a label of the graph → what stands in its place.

    Returns:
        *store*.
    """
    folder = store / "v-poisoned"
    folder.mkdir(parents=True)
    (store / "current").symlink_to(folder.name)
    for file in graph.path.glob("*.*"):
        shutil.copy(file, folder)
    for name in ("dataset.nq", "lookup.json"):
        text = (folder / name).read_text(encoding="utf-8")
        for label, other in names.items():
            assert f'"{label}"' in text, label
            text = text.replace(f'"{label}"', json.dumps(other, ensure_ascii=False))  # both N-Quads and JSON escape so
        (folder / name).write_text(text, encoding="utf-8")
    seal(folder)
    return store
