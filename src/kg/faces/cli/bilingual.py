"""Click's commands, options and types with texts in both languages.

A text is chosen when it is shown, so that one process can run commands in both languages.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from gettext import gettext
from math import isnan
from typing import Any

import click

from kg.faces.cli.language import current, say
from kg.terms import Text


class _Bilingual:
    """Adds a ``help`` in both languages to a class of Click, which reads it as a text in the language of the run."""

    _help: Text | str | None = None

    def __init__(self, *args: Any, help: Text | str | None = None, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._help = help

    @property
    def help(self) -> str | None:
        """The help in the language of the run."""
        return self._help.pick(current()) if isinstance(self._help, Text) else self._help

    @help.setter
    def help(self, text: str | None) -> None:
        self._help = text


class Option(_Bilingual, click.Option):
    """An option with a help in both languages."""


class Command(_Bilingual, click.Command):
    """A command with a help in both languages."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Click's option ``--help`` in the language of the run; Click keeps the text that it made first."""
        option = super().get_help_option(ctx)
        if option:
            option.help = gettext("Show this message and exit.")
        return option


option = partial(click.option, cls=Option)


def command(help: Text) -> Callable[[Callable[..., Any]], Command]:
    """Make a function a command, as :func:`click.command` does."""
    return click.command(cls=Command, help=help)


class Integer(click.IntRange):
    """An integer in a range."""

    @property
    def name(self) -> str:  # type: ignore[override]
        """Its name in help and errors."""
        return say("整数", "integer range")


class Seconds(click.FloatRange):
    """A number of seconds in a range; NaN is refused, which Click finds in every range."""

    @property
    def name(self) -> str:  # type: ignore[override]
        """Its name in help and errors."""
        return say("数", "float range")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number *value*; an invalid one is an error as for Click's types."""
        number: float = super().convert(value, param, ctx)
        if isnan(number):
            self.fail(say("时限不能是 nan 秒", "the time limit cannot be nan seconds"), param, ctx)
        return number


class FilePath(click.Path):
    """A path of a file or folder."""

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Its placeholder in help; Click would keep the language in which the type was created."""
        return gettext("path").upper()
