"""The built graph that is to be asked: as it stands, or made first where that is for this program to do."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from kg.build.freshness import CURRENT, current, input_digests, read
from kg.errors import StoreError
from kg.source.project import Project
from kg.terms import Text

_WAIT: Final = 300.0
"""Seconds for which a question waits for a build that another process is at."""


def ready(
    root: str | Path | None,
    store: str | Path | None,
    *,
    tell: Callable[[Text], None],
    progress: Callable[[str, float], None] | None = None,
) -> Project:
    """The project with a graph in its store that can be asked.

    A store that is named alone is somebody's, of whatever inputs, and is read as it stands; only ``kg build`` writes there.

    Args:
        root: a folder with ontology/, data/ and queries/; None as for :meth:`Project.find`.
        store: folder of the built graph; None as for :meth:`Project.find`.
        tell: is told what whoever asks should know of the graph.
        progress: called after each build step with its name and seconds.

    Raises:
        KgError: as a build raises, if one is needed and there is no older graph to ask.
        StoreError: there is no graph in the store that was named.
    """
    project = Project.find(root, store)
    if current(project):
        return project
    there = read(project.store / CURRENT / "manifest.json")
    if (store or os.environ.get("KG_STORE")) and not (root or os.environ.get("KG_PROJECT")):
        if there is None:
            raise StoreError(
                Text(f"{project.store} 里没有可用的图谱", f"there is no readable graph in {project.store}"),
                hint=Text(
                    f"检查路径;要在那里构建,运行 kg build --store {project.store}",
                    f"check the path; to make one there, run kg build --store {project.store}",
                ),
            )
        return project
    from kg.build.pipeline import build

    try:
        build(project, wait=_WAIT, progress=progress)
    except StoreError as error:  # nothing can be written there
        if there is None:
            raise
        if there.get("inputs") != input_digests(project):
            tell(
                Text(
                    f"图谱比文件旧,且无法重建({error.what.zh});以旧图谱作答",
                    f"the graph is older than its files and cannot be rebuilt ({error.what.en}); the old one answers",
                )
            )
    return project
