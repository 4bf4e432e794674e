"""The options of every command, and the Run with their values, which opens the graph."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

import click
from click.core import ParameterSource

from kg.errors import UsageProblem
from kg.faces.cli.bilingual import FilePath, option
from kg.faces.cli.language import say
from kg.terms import LANGS, Lang, Text, is_url

F = TypeVar("F", bound=Callable[..., Any])


@dataclass
class Run:
    """The settings of a run.

    Attributes:
        lang: ``zh`` or ``en``.
        project: folder named by --project, or None.
        store: folder named by --store, or None.
    """

    lang: Lang
    project: str | None = None
    store: str | None = None

    def graph(self, *, limited: bool = True) -> Any:
        """The graph, built first if it is missing or stale (the steps are printed when stderr is a terminal).

        Args:
            limited: whether the rest of the command has a limit of time and memory.
        """
        from kg.graph import open_graph

        graph = open_graph(self.project, store=self.store, tell=note, progress=step_printer())
        if limited:
            from kg.faces.cli.limits import watch

            click.get_current_context().call_on_close(watch(getattr(graph, "path", None)))
        return graph

    def whole_graph(self) -> Any:
        """The graph for a command that writes all of it; all its files are compared with their digests first.

        There is no limit, because the time depends on the size of the graph; and reading an undamaged store always ends.
        """
        graph = self.graph(limited=False)
        if folder := getattr(graph, "path", None):
            from kg.pipeline.digests import verify

            verify(folder)
        return graph

    def label(self, names: Any, iri: str) -> str:
        """What *iri* is called in the language of the run."""
        text: str = names.label(iri, self.lang)
        return text


def note(message: Text) -> None:
    """Print a message to standard error."""
    click.echo(say(message.zh, message.en), err=True)


def step_printer() -> Callable[[str, float], None] | None:
    """A function that prints a step of a build, or None if stderr is not a terminal."""
    if not sys.stderr.isatty():
        return None
    return lambda step, seconds: click.echo(f"  {step:<13}{seconds:7.2f} s", err=True)


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Put the value of the option *param* into the Run, where it has the option's name."""
    run, name = ctx.obj, str(param.name)
    given = ctx.get_parameter_source(name) is not ParameterSource.ENVIRONMENT
    if value == "" and given:
        raise _empty(name)
    # The value of an option before the command's name is there already; a variable does not replace it.
    if value and (given or getattr(run, name) is None):
        setattr(run, name, _checked(value) if name == "store" else value)


def _empty(name: str) -> UsageProblem:
    """The error for an empty value: it usually comes from an unset variable in a script, so the default is not meant."""
    return UsageProblem(
        Text(f"--{name} 的值是空的", f"the value of --{name} is empty"),
        hint=Text("给出文件夹,或去掉这个选项", "name a folder, or leave the option out"),
    )


def _checked(store: str) -> str:
    """*store* itself; an error if it looks like a URL but is not a usable one."""
    try:
        usable = "://" not in store or bool(
            is_url(store) and urlsplit(store).hostname and (urlsplit(store).port or True)
        )
    except ValueError:  # “http://[bad”, a port of six digits
        usable = False
    if not usable:
        raise UsageProblem(
            Text(f"“{store}”不是可用的 URL", f"“{store}” is no URL that can be asked"),
            hint=Text(
                "--store(或 KG_STORE)需要文件夹,或 http://、https:// 开头的 URL",
                "--store (or KG_STORE) takes a folder, or a URL that begins with http:// or https://",
            ),
        )
    return store


def common(function: F) -> F:
    """Add --lang, --project, --store and --debug to a command; the values of the first three are kept in the Run."""
    for add in (
        _kept("--lang", type=click.Choice(LANGS), help=Text("界面与名称的语言", "language of texts and names")),
        _kept("--project", type=FilePath(), envvar="KG_PROJECT", help=Text("项目文件夹", "project folder")),
        _kept(
            "--store",
            envvar="KG_STORE",
            help=Text(
                "图谱所在文件夹,或 SPARQL 库的 URL(库中的项目写在 # 之后)",
                "folder with builds, or the URL of a SPARQL store; a project in it is named after #",
            ),
        ),
        option(
            "--debug",
            is_flag=True,
            expose_value=False,
            help=Text("出错时显示调用栈", "show the traceback of an error"),
        ),
    ):
        function = add(function)
    return function


_kept = partial(option, expose_value=False, is_eager=True, callback=_keep)
