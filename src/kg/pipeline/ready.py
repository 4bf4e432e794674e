"""Makes sure that a project has an up-to-date built graph before it is queried."""

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
"""Seconds to wait for the build of another process: ``_QUIET`` before the message that says so, then ``_WAIT``."""


def ready(
    root: str | Path | None,
    store: str | Path | None,
    *,
    tell: Callable[[Text], None],
    progress: Callable[[str, float], None] | None = None,
) -> Project:
    """The project, with a built graph in its store folder. An outdated graph is rebuilt.

    A store that is given without a project is used as it is, because its inputs are unknown; only ``kg build`` writes
    there.

    Args:
        root: a folder with ontology/, data/ and queries/; None as for :meth:`Project.find`.
        store: a folder with builds; None as for :meth:`Project.find`.
        tell: called with each message for the user.
        progress: called after each build step with its name and seconds.

    Raises:
        KgError: a needed build failed. If only writing failed and there is an older graph, that is used instead.
        StoreError: the given store has no graph.
    """
    project = Project.find(root, store)
    existing = read(project.store_folder / CURRENT / "manifest.json")
    if (store or os.environ.get("KG_STORE")) and not (root or os.environ.get("KG_PROJECT")):
        if existing is None:
            raise _nothing_in(project.store_folder)
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
    except StoreError as error:  # the store folder cannot be written
        if existing is None:
            raise
        if existing["inputs"] != input_digests(project):
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
