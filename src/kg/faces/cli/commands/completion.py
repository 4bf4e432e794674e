"""``kg completion``: the script that completes commands in a shell."""

from __future__ import annotations

import click

from kg.faces.cli.language import say


@click.command(
    help=say('打印补全脚本:eval "$(kg completion bash)"', 'print a completion script: eval "$(kg completion bash)"')
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the shell's completion script."""
    from click.shell_completion import get_completion_class

    from kg.faces.cli.group import cli

    maker = get_completion_class(shell)
    assert maker is not None
    click.echo(maker(cli, {}, "kg", "_KG_COMPLETE").source())
