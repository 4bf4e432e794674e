"""What the servers need: the parts of the program that are installed apart, and a built graph."""

from __future__ import annotations

from pathlib import Path

from kg.errors import KgError, MissingFile, UsageProblem
from kg.faces.cli.options import Run, note, step_printer
from kg.terms import Text, is_url


def built(run: Run) -> Path:
    """Folder of the built graph that is to be served, made first if need be."""
    from kg.pipeline.digests import verify
    from kg.pipeline.freshness import CURRENT
    from kg.pipeline.ready import ready

    if is_url(run.store) or is_url(run.project):
        raise UsageProblem(
            Text("服务只提供本机构建的图谱", "only a graph built on this machine can be served"),
            hint=Text("远程库自己就是 SPARQL 服务", "the remote store is a SPARQL server itself"),
        )
    store = ready(run.project, run.store, tell=note, progress=step_printer()).store
    verify(store / CURRENT)
    return store


def need(extra: str, *modules: str) -> None:
    """Look whether what a command needs is installed, without importing it.

    Raises:
        MissingFile: one of *modules* is not there.
    """
    from importlib.util import find_spec

    for name in modules:
        try:
            if find_spec(name) is None:
                raise ModuleNotFoundError(name=name)
        except ImportError as error:
            raise lacking(extra, error) from error


def lacking(extra: str, error: ImportError) -> KgError:
    """The error of a command whose packages are not installed."""
    return MissingFile(
        Text(f"缺少软件包:{error.name}", f"a package is missing: {error.name}"),
        hint=Text(f"pip install 'xinzhi[{extra}]'", f"pip install 'xinzhi[{extra}]'"),
    )
