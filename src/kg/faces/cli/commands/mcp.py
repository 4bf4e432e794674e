"""``kg mcp``: the server for agents."""

from __future__ import annotations

import sys

import click

from kg.faces.cli.bilingual import Integer, command, option
from kg.faces.cli.language import say
from kg.faces.cli.options import Run, common
from kg.faces.cli.servers import built, log_level_option, need, timeout_option
from kg.terms import Text


@command(
    help=Text(
        "启动智能体服务:标准输入输出上的 MCP(Model Context Protocol),只读",
        "serve agents on standard input and output (Model Context Protocol), read-only",
    )
)
@timeout_option(Text("每次调用的秒数", "seconds for one call"))
@option(
    "--workers",
    type=Integer(1, 64),
    default=2,
    show_default=True,
    help=Text("同时回答的调用数", "calls answered at once"),
)
@option(
    "--tools",
    type=click.Choice(("few", "all")),
    default="few",
    show_default=True,
    help=Text("all:每个保存的查询另成一个工具", "all: a tool for each saved query, too"),
)
@option(
    "--tag",
    "tags",
    multiple=True,
    help=Text("带此标签的保存的查询另成工具", "a tool for each saved query with this tag, too"),
)
@log_level_option("warning")
@common
@click.pass_obj
def mcp(run: Run, /, seconds: float, workers: int, tools: str, tags: tuple[str, ...], log_level: str) -> None:
    """Build if need be, then answer until standard input ends."""
    need("mcp", "jsonschema", "mcp", "mcp_types")
    from kg.faces.mcp.server import serve as start
    from kg.service.service import Options
    from kg.store.answers import Limits

    if sys.stdin.isatty():
        click.echo(say("等待 MCP 客户端;Ctrl-D 结束", "waiting for an MCP client; Ctrl-D ends it"), err=True)
    options = Options(
        built(run), "kg.faces.mcp.tasks:tasks", limits=Limits(seconds=seconds), workers=workers, reserved=1
    )
    start(options, run.lang, tags if tags or tools == "all" else None, log_level=log_level)
