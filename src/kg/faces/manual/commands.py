"""The help of every command, in the language of the page."""

from __future__ import annotations

import click

from kg.faces.cli import COMMANDS
from kg.faces.cli.group import cli, settings
from kg.faces.cli.language import choose

_WIDTH = 98
"""Columns of the help, as on a terminal of 100."""


def helps(lang: str) -> list[tuple[str, str]]:
    """Command and output of its --help, for the program and each of its commands, in the order of the program's help."""
    choose(["--lang", lang])
    program = cli.make_context("kg", [], resilient_parsing=True, terminal_width=_WIDTH, **settings())
    found = [("kg", program.get_help())]
    for name in COMMANDS:
        command = cli.get_command(program, name)
        assert command is not None
        found.append((f"kg {name}", click.Context(command, info_name=name, parent=program).get_help()))
    return [(name, text.rstrip()) for name, text in found]
