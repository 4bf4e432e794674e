"""``kg serve``: the HTTP server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from kg.errors import MissingFile, UsageProblem
from kg.faces.cli.extras import built, need
from kg.faces.cli.language import say
from kg.faces.cli.options import Run, common
from kg.faces.cli.types import Seconds
from kg.terms import Text


@click.command(
    help=say("启动只读 HTTP 服务:SPARQL、保存的查询、页面", "serve over HTTP, read-only: SPARQL, saved queries, pages")
)
@click.option("--host", default="127.0.0.1", show_default=True, help=say("监听地址", "address to listen on"))
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--root-path", default="", help=say("反向代理下的路径,如 /kg", "path under a proxy, such as /kg"))
@click.option(
    "--allow-host",
    "hosts",
    multiple=True,
    help=say("另外接受的 Host 名(* 为任意)", "further name accepted as Host (* for any)"),
)
@click.option(
    "--cors",
    multiple=True,
    metavar="ORIGIN",
    help=say("允许其网页读取答案的来源(* 为任意)", "origin whose pages may read the answers (* for any)"),
)
@click.option(
    "--processes", type=click.IntRange(1, 64), default=1, show_default=True, help=say("服务进程数", "server processes")
)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=4,
    show_default=True,
    help=say("每个进程同时查询数", "queries at once in each process"),
)
@click.option(
    "--reserved",
    type=click.IntRange(1, 256),
    default=2,
    show_default=True,
    help=say("每个进程另为页面和保存的查询留出的数", "further ones for pages and saved questions in each process"),
)
@click.option(
    "--max-connections",
    "connections",
    type=click.IntRange(1),
    default=4000,
    show_default=True,
    help=say("每个进程最多连接数", "most connections of each process"),
)
@click.option(
    "--queue",
    "waiting",
    type=click.IntRange(0),
    default=200,
    show_default=True,
    help=say("每个进程排队查询数", "queries that may wait in each process"),
)
@click.option(
    "--timeout",
    "seconds",
    type=Seconds(0.05, 86_400),
    default=10.0,
    show_default=True,
    help=say("每个查询的秒数", "seconds for one query"),
)
@click.option(
    "--max-rows",
    "rows",
    type=click.IntRange(1),
    default=100_000,
    show_default=True,
    help=say("答案最多行数", "most rows of an answer"),
)
@click.option(
    "--max-bytes",
    "size",
    type=click.IntRange(1024),
    default=32 * 2**20,
    show_default=True,
    help=say("答案最多字节", "most bytes of an answer"),
)
@click.option(
    "--max-memory",
    "memory",
    type=click.IntRange(2**26),
    default=2**30,
    show_default=True,
    help=say("每个查询最多内存字节", "most bytes of memory for one query"),
)
@click.option(
    "--max-body",
    "body",
    type=click.IntRange(64),
    default=2**20,
    show_default=True,
    help=say("请求最多字节", "most bytes of a request"),
)
@click.option(
    "--cache",
    type=click.IntRange(0),
    default=64 * 2**20,
    show_default=True,
    help=say("答案缓存字节", "bytes of answers kept"),
)
@click.option(
    "--token-file",
    type=click.Path(),
    help=say("含访问令牌的文件(或环境变量 KG_TOKEN)", "file with the token clients must bear (or KG_TOKEN)"),
)
@click.option(
    "--log-level", type=click.Choice(["debug", "info", "warning", "error"]), default="info", show_default=True
)
@common
@click.pass_obj
def serve(
    run: Run, /, token_file: str | None, log_level: str, hosts: tuple[str, ...], cors: tuple[str, ...], **told: Any
) -> None:
    """Build if need be, then serve until Ctrl-C or SIGTERM."""
    need("serve", "httptools", "prometheus_client", "starlette", "uvicorn", "uvloop", "werkzeug", "xlsxwriter")
    from kg.faces.web.server import serve as start
    from kg.faces.web.settings import Settings

    settings = Settings(store=str(built(run)), hosts=hosts, cors=cors, token=_token(token_file), **told)

    def ready(port: int) -> None:
        shown = f"[{settings.host}]" if ":" in settings.host else settings.host
        url = f"http://{shown}:{port}{settings.root_path}"
        click.echo(say(f"{url} (Ctrl-C 结束)", f"{url} (Ctrl-C ends it)"), err=True)

    start(settings, log_level=log_level, ready=ready)


def _token(file: str | None) -> str:
    if file is None:
        return os.environ.pop("KG_TOKEN", "")  # no process that this one starts is given it
    try:
        token = Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise MissingFile(Text(f"读不到文件 {file}", f"cannot read {file}")) from error
    if not token:
        raise UsageProblem(Text(f"{file} 是空的", f"{file} is empty"))
    return token
