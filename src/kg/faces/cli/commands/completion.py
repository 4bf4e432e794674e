"""``kg completion``: the completion script for a shell."""

from __future__ import annotations

import click

from kg.faces.cli.bilingual import command
from kg.faces.cli.completing import script
from kg.terms import Text


@command(
    help=Text('打印补全脚本:eval "$(kg completion bash)"', 'print a completion script: eval "$(kg completion bash)"')
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the shell's completion script."""
    from kg.faces.cli.group import cli

    click.echo(script(cli, shell))
