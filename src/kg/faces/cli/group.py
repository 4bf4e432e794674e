"""The command ``kg`` with its subcommands."""

from __future__ import annotations

from typing import Any

import click

from kg.faces.cli import COMMANDS
from kg.faces.cli.bilingual import Command, Option
from kg.faces.cli.language import current, say
from kg.faces.cli.options import Run, common
from kg.faces.cli.render import monochrome
from kg.terms import Text


class _Commands(Command, click.Group):
    """The subcommands in the order of COMMANDS; the module of each is imported when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        from importlib import import_module

        command: click.Command = getattr(import_module(f"kg.faces.cli.commands.{cmd_name}"), cmd_name)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            for near in get_close_matches(args[0], COMMANDS, n=1):
                hint = say(f" 是不是 {near}?", f" Did you mean {near}?")
                raise click.UsageError(error.format_message() + hint, ctx) from error
            raise


@click.command(
    cls=_Commands,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
    },
    help=Text(
        "产业报告的知识图谱:可问、可查、可核对。\n\n先试:kg stats,再试 kg chain 某个产业",
        "Industry reports as a knowledge graph to question, check and trust.\n\nTry first: kg stats, then kg chain INDUSTRY",
    ),
)
@click.version_option(
    package_name="xinzhi", prog_name="kg", cls=Option, help=Text("显示版本后退出", "show the version and exit")
)
@common
def cli() -> None:
    """The command without a subcommand, which prints the help."""


def settings() -> dict[str, Any]:
    """Arguments of the context of a run."""
    return {"obj": Run(current()), "color": False if monochrome() else None}
