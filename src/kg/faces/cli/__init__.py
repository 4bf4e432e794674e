"""The program ``kg``: an error becomes one message and an exit code; Ctrl-C becomes one line and the exit code 130.

The other modules are imported inside :func:`main`, which handles a Ctrl-C during these imports too.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = (
    False  # type checkers know this name; importing typing would take longer than everything else before main
)
if TYPE_CHECKING:
    from kg.errors import KgError

COMMANDS = (
    "chain",
    "ask",
    "find",
    "show",
    "cite",
    "compare",
    "path",
    "queries",
    "query",
    "sparql",
    "why",
    "audit",
    "stats",
    "draw",
    "export",
    "build",
    "check",
    "passages",
    "completion",
    "serve",
    "site",
    "mcp",
    "doctor",
)
"""The commands in the order of the help page; each is a module of :mod:`kg.faces.cli.commands`."""


def main(args: list[str] | None = None) -> None:
    """Run the command line and exit with its exit code."""
    try:
        code = _run(sys.argv[1:] if args is None else args)
    except (KeyboardInterrupt, EOFError):
        code = _interrupted()
    except RuntimeError as error:  # Python 3.11 raises it for a Ctrl-C while a class is being created
        if not isinstance(error.__cause__, KeyboardInterrupt):
            raise
        code = _interrupted()
    sys.exit(code)


def _run(args: list[str]) -> int:
    """The exit code of the command line *args*; every failure but an interruption is reported."""
    from kg.faces.cli.language import choose
    from kg.faces.cli.output import failed, open_streams

    open_streams()
    choose(args)
    from kg.errors import KgError, UsageProblem
    from kg.terms import Text

    debug = "--debug" in args

    try:
        code = _command(args)
        sys.stdout.flush()
        return code
    except KgError as error:
        return report(error, debug)
    except UnicodeEncodeError as error:
        wrong = ascii(error.object[error.start : error.end])
        return report(
            UsageProblem(
                Text(f"文字里有不是 UTF-8 的字节:{wrong}", f"the text has bytes that are not UTF-8: {wrong}"),
                hint=Text("用 UTF-8 写参数与文件", "write arguments and files in UTF-8"),
            ),
            debug,
        )
    except OSError as error:
        problem = failed(error)
        return report(problem, debug) if problem else 0


def _command(args: list[str]) -> int:
    """Do what Click's own main does, except that errors of the system are left to the caller.

    Click would leave with 1 when a pipe is closed.
    """
    import os

    import click

    from kg.faces.cli.group import cli, settings

    instruction = os.environ.get("_KG_COMPLETE")
    if instruction:
        from kg.faces.cli.completing import complete

        return complete(cli, instruction)
    try:
        with cli.make_context("kg", list(args), **settings()) as context:
            cli.invoke(context)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    return 0


def _interrupted() -> int:
    """Report the interruption; a second Ctrl-C is ignored, so that the message is written whole."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from kg.faces.cli.language import say

    sys.stderr.write(say("已中断;图谱未受影响", "interrupted; the last build is kept") + "\n")
    return 130


def report(error: KgError, debug: bool = False) -> int:
    """Print findings, message and next step to stderr, with *debug* the traceback too; the exit code."""
    from kg.faces.cli.language import current, say

    if debug:
        import traceback

        traceback.print_exception(error)
    lang = current()
    for finding in getattr(error, "findings", ()):
        sys.stderr.write(finding.line(lang) + "\n")
    sys.stderr.write(f"{say('错误', 'error')}[{error.code}]: {error.render(lang)}\n")
    return error.exit_code
