"""The command ``kg``: errors become one message and an exit code; Ctrl-C ends quietly with 130."""

from __future__ import annotations

import sys
from typing import Any

import click

from kg.errors import KgError
from kg.faces.cli.language import current, say, teach_click
from kg.faces.cli.options import common


class _Group(click.Group):
    """Commands in the order in which people meet them, each module imported when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(HOMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        home = HOMES.get(cmd_name)
        if home is None:
            return None
        from importlib import import_module

        command: click.Command = getattr(
            import_module(f"kg.faces.cli.{home}"), "show_command" if cmd_name == "show" else cmd_name
        )
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            near = get_close_matches(args[0], HOMES, n=1)
            if near:
                hint = say(f" 是不是 {near[0]}?", f" Did you mean {near[0]}?")
                raise click.UsageError(error.format_message() + hint, ctx) from error
            raise


HOMES = {
    "chain": "asking",
    "find": "asking",
    "show": "asking",
    "path": "asking",
    "queries": "querying",
    "query": "querying",
    "sparql": "querying",
    "why": "why",
    "audit": "asking",
    "stats": "asking",
    "draw": "giving",
    "export": "giving",
    "build": "making",
    "check": "making",
    "passages": "making",
    "completion": "giving",
    "serve": "serving",
    "mcp": "serving",
    "doctor": "doctor",
}


@click.command(
    cls=_Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=say(
        "一份产业报告的知识图谱:可问、可查、可核对。\n\n先试:kg chain 商业航天",
        "An industry report as a knowledge graph to question, check and trust.\n\nTry first: kg chain 商业航天",
    ),
)
@click.version_option(package_name="xinzhi", prog_name="kg", help=say("显示版本后退出", "show the version and exit"))
@common
def cli() -> None:
    """Hold the commands together."""


def main(args: list[str] | None = None) -> None:
    """Run the command line and leave with the exit code it earned."""
    teach_click()
    try:
        code = cli.main(args, standalone_mode=False, prog_name="kg")
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo(say("已中断;图谱未受影响", "interrupted; the store is untouched"), err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except KgError as error:
        _report(error)
        sys.exit(error.exit_code)


def _report(error: KgError) -> None:
    """Print findings, message and next step to stderr; the traceback only with --debug."""
    if "--debug" in sys.argv:
        import traceback

        traceback.print_exc()
    lang = current()
    for finding in getattr(error, "findings", ()):
        click.echo(finding.line(lang), err=True)
    click.echo(f"{say('错误', 'error')}[{error.code}]: {error.render(lang)}", err=True)
