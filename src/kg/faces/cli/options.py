"""Options that every command takes, and how a command gets its project and graph."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import click
from click.core import ParameterSource

from kg.errors import UsageProblem
from kg.faces.cli.language import current, say
from kg.terms import Lang, Text, is_url

F = TypeVar("F", bound=Callable[..., Any])


@dataclass
class Run:
    """What holds for the whole run.

    Attributes:
        lang: ``zh`` or ``en``.
        project: folder named by --project, or None.
        store: folder named by --store, or None.
        debug: whether errors show their traceback.
    """

    lang: Lang
    project: str | None = None
    store: str | None = None
    debug: bool = False

    def graph(self, *, limited: bool = True) -> Any:
        """The graph to ask, built first if need be (steps go to stderr when that is a terminal).

        Args:
            limited: whether time and memory of what this process does with it have a limit.
        """
        from kg.graph import open_graph

        graph = open_graph(self.project, store=self.store, tell=note, progress=step_printer())
        if limited:
            from kg.faces.cli.limits import watch

            watch(getattr(graph, "path", None))
        return graph

    def whole_graph(self) -> Any:
        """The graph to be written out whole, all its files compared with their digests first.

        That takes as long as the graph is large, so there is no limit; none is needed, for in an undamaged store it ends.
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


def note(words: Text) -> None:
    """Tell what whoever asks should know, beside the answer."""
    click.echo(say(words.zh, words.en), err=True)


def step_printer() -> Callable[[str, float], None] | None:
    """A printer of build steps, or None where stderr is no terminal."""
    if not sys.stderr.isatty():
        return None
    return lambda step, seconds: click.echo(f"  {step:<13}{seconds:7.2f} s", err=True)


def _keep(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def callback(ctx: click.Context, param: click.Parameter, value: Any) -> None:
        run = ctx.find_root().obj
        if run is None:
            run = ctx.find_root().obj = Run(current())
        ctx.obj = run
        written = ctx.get_parameter_source(str(param.name)) is not ParameterSource.ENVIRONMENT
        if value == "" and written:
            raise _empty(name)
        # What stands before the subcommand's name was kept already, and no variable may overrule it.
        if value and (written or getattr(run, name) is None):
            setattr(run, name, _place(value) if name == "store" else value)

    return callback


def _empty(name: str) -> UsageProblem:
    """An option without a value is a slip (an unset variable of a script); to take the default would write elsewhere."""
    return UsageProblem(
        Text(f"--{name} 的值是空的", f"the value of --{name} is empty"),
        hint=Text("给出文件夹,或去掉这个选项", "name a folder, or leave the option out"),
    )


def _place(store: str) -> str:
    """*store* if it is a folder or a URL that can be asked."""
    try:
        sound = "://" not in store or bool(
            is_url(store) and urlsplit(store).hostname and (urlsplit(store).port or True)
        )
    except ValueError:  # “http://[bad”, a port of six digits
        sound = False
    if not sound:
        raise UsageProblem(
            Text(f"“{store}”不是可用的 URL", f"“{store}” is no URL that can be asked"),
            hint=Text(
                "--store(或 KG_STORE)需要文件夹,或 http://、https:// 开头的 URL",
                "--store (or KG_STORE) takes a folder, or a URL that begins with http:// or https://",
            ),
        )
    return store


def common(command: F) -> F:
    """Add --lang, --project, --store and --debug to a command; their values end up in the Run."""
    kinds: tuple[tuple[str, str, dict[str, Any]], ...] = (
        (
            "--lang",
            "lang",
            {"type": click.Choice(["zh", "en"]), "help": say("界面与名称的语言", "language of texts and names")},
        ),
        (
            "--project",
            "project",
            {"type": click.Path(), "envvar": "KG_PROJECT", "help": say("项目文件夹", "project folder")},
        ),
        (
            "--store",
            "store",
            {
                "envvar": "KG_STORE",
                "help": say(
                    "图谱所在文件夹,或 SPARQL 库的 URL", "folder of the built graph, or the URL of a SPARQL store"
                ),
            },
        ),
        ("--debug", "debug", {"is_flag": True, "help": say("出错时显示调用栈", "show the traceback of an error")}),
    )
    for flag, name, settings in kinds:
        command = click.option(flag, name, expose_value=False, is_eager=True, callback=_keep(name), **settings)(command)
    return command
