"""What the commands that start a server share: options, a built graph, a check of the installed packages."""

from __future__ import annotations

from collections.abc import Callable

import click

from kg.errors import KgError, MissingFile
from kg.faces.cli.bilingual import Seconds, option
from kg.faces.cli.options import F, Run, note, step_printer
from kg.terms import Text, is_url


def timeout_option(help: Text) -> Callable[[F], F]:
    """Add ``--timeout`` to a command; its parameter is ``seconds``."""
    return option("--timeout", "seconds", type=Seconds(0.05, 86_400), default=10.0, show_default=True, help=help)


def log_level_option(default: str) -> Callable[[F], F]:
    """Add ``--log-level`` to a command."""
    levels = click.Choice(["debug", "info", "warning", "error"])
    return option("--log-level", type=levels, default=default, show_default=True)


def built(run: Run) -> str:
    """The store whose graph is to be served: its folder, where it is built first if it is missing or stale; or its URL.

    Raises:
        KgError: there is no graph; it is damaged; the store at the URL cannot be reached.
    """
    from kg.pipeline.digests import verify
    from kg.pipeline.freshness import CURRENT
    from kg.pipeline.ready import ready
    from kg.service.builds import newest

    for url in (run.project, run.store):
        if url and is_url(url):
            newest(url)()
            return url
    store = ready(run.project, run.store, tell=note, progress=step_printer()).store_folder
    verify(store / CURRENT)
    return str(store)


def need(extra: str, *modules: str) -> None:
    """Check that the packages of a command are installed, without importing them.

    Raises:
        MissingFile: one of *modules* is missing.
    """
    from importlib.util import find_spec

    for name in modules:
        try:
            if find_spec(name) is None:
                raise ModuleNotFoundError(name=name)
        except ImportError as error:
            raise lacking(extra, error) from error


def lacking(extra: str, error: ImportError) -> KgError:
    """The error for a package that is not installed."""
    return MissingFile(
        Text(f"缺少软件包:{error.name}", f"a package is missing: {error.name}"),
        hint=Text(f"pip install 'xinzhi[{extra}]'", f"pip install 'xinzhi[{extra}]'"),
    )
