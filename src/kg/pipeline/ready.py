"""The built graph that is to be asked: as it stands, or made first where that is for this program to do."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from kg.errors import BuildRunning, StoreError
from kg.pipeline.freshness import CURRENT, current, input_digests, read
from kg.source.project import Project
from kg.terms import Text

_QUIET: Final = 1.0
_WAIT: Final = 300.0
"""Seconds for which a question waits for a build that another process is at: before it says so, and after."""


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
        KgError: as a build raises, if one is needed; what cannot be written is no matter if there is an older graph.
        StoreError: there is no graph in the store that was named.
    """
    project = Project.find(root, store)
    there = read(project.store / CURRENT / "manifest.json")
    if (store or os.environ.get("KG_STORE")) and not (root or os.environ.get("KG_PROJECT")):
        if there is None:
            raise _nothing_in(project.store)
        return project
    if current(project):
        return project
    from kg.pipeline.build import build

    try:
        try:
            build(project, wait=_QUIET, progress=progress)
        except BuildRunning as error:
            tell(Text(f"{error.what.zh};等它结束", f"{error.what.en}; waiting for it"))
            build(project, wait=_WAIT, progress=progress)
    except StoreError as error:  # nothing can be written there
        if there is None:
            raise
        if there["inputs"] != input_digests(project):
            tell(
                Text(
                    f"图谱比文件旧,且无法重建({error.what.zh});以旧图谱作答",
                    f"the graph is older than its files and cannot be rebuilt ({error.what.en}); the old one answers",
                )
            )
    return project


def _nothing_in(store: Path) -> StoreError:
    if os.path.lexists(store / CURRENT):
        return StoreError(
            Text(
                f"{store} 里的图谱出自另一版本的 kg,或已损坏",
                f"the graph in {store} was made by another version of kg, or is damaged",
            ),
            hint=Text(
                f"用它自己的项目重建:kg build --project 文件夹 --store {store}",
                f"build it again from its own project: kg build --project DIR --store {store}",
            ),
        )
    return StoreError(
        Text(f"{store} 里没有可用的图谱", f"there is no readable graph in {store}"),
        hint=Text(
            f"检查路径;要在那里构建,运行 kg build --store {store}",
            f"check the path; to make one there, run kg build --store {store}",
        ),
    )
