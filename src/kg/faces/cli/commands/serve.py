"""``kg serve``: the HTTP server."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

import click

from kg.errors import MissingFile, UsageProblem
from kg.faces.cli.bilingual import FilePath, Integer, command, option
from kg.faces.cli.language import say
from kg.faces.cli.options import Run, common
from kg.faces.cli.servers import built, log_level_option, need, timeout_option
from kg.faces.cli.texts import registered_texts, text_option
from kg.terms import Text

_setting = partial(option, show_default=True)


@command(
    help=Text("启动只读 HTTP 服务:SPARQL、保存的查询、页面", "serve over HTTP, read-only: SPARQL, saved queries, pages")
)
@_setting("--host", default="127.0.0.1", help=Text("监听地址", "address to listen on"))
@_setting("--port", type=Integer(0, 65535), default=8000)
@option("--root-path", default="", help=Text("反向代理下的路径,如 /kg", "path under a proxy, such as /kg"))
@option(
    "--allow-host",
    "hosts",
    multiple=True,
    help=Text("另外接受的 Host 名(* 为任意)", "further name accepted as Host (* for any)"),
)
@option(
    "--cors",
    multiple=True,
    metavar="ORIGIN",
    help=Text("允许其网页读取答案的来源(* 为任意)", "origin whose pages may read the answers (* for any)"),
)
@_setting("--processes", type=Integer(1, 64), default=1, help=Text("服务进程数", "server processes"))
@_setting(
    "--workers", type=Integer(1, 256), default=4, help=Text("每个进程同时查询数", "queries at once in each process")
)
@_setting(
    "--reserved",
    type=Integer(1, 256),
    default=2,
    help=Text("每个进程另为页面和保存的查询留出的数", "further ones for pages and saved questions in each process"),
)
@_setting(
    "--max-connections",
    "connections",
    type=Integer(1),
    default=4000,
    help=Text("每个进程最多连接数", "most connections of each process"),
)
@_setting(
    "--queue",
    "waiting",
    type=Integer(0),
    default=200,
    help=Text("每个进程排队查询数", "queries that may wait in each process"),
)
@timeout_option(Text("每个查询的秒数", "seconds for one query"))
@_setting("--max-rows", "rows", type=Integer(1), default=100_000, help=Text("答案最多行数", "most rows of an answer"))
@_setting(
    "--max-bytes", "size", type=Integer(1024), default=32 * 2**20, help=Text("答案最多字节", "most bytes of an answer")
)
@_setting(
    "--max-memory",
    "memory",
    type=Integer(2**26),
    default=2**30,
    help=Text("每个查询最多内存字节", "most bytes of memory for one query"),
)
@_setting("--max-body", "body", type=Integer(64), default=2**20, help=Text("请求最多字节", "most bytes of a request"))
@_setting("--cache", type=Integer(0), default=64 * 2**20, help=Text("答案缓存字节", "bytes of answers kept"))
@text_option(
    Text(
        "某篇文献的原文副本,页面据此显示段落原文;可重复",
        "a copy of the text of a document, whose words passages then show; may be given again",
    )
)
@option(
    "--token-file",
    type=FilePath(),
    help=Text("含访问令牌的文件(或环境变量 KG_TOKEN)", "file with the token clients must bear (or KG_TOKEN)"),
)
@log_level_option("info")
@common
@click.pass_obj
def serve(
    run: Run,
    /,
    token_file: str | None,
    log_level: str,
    hosts: tuple[str, ...],
    cors: tuple[str, ...],
    texts: tuple[str, ...],
    **others: Any,
) -> None:
    """Build if need be, then serve until Ctrl-C or SIGTERM."""
    need("serve", "httptools", "prometheus_client", "starlette", "uvicorn", "uvloop", "werkzeug", "xlsxwriter")
    from kg.faces.web.server import serve as start
    from kg.faces.web.settings import Settings

    store, token = built(run), _token(token_file)
    settings = Settings(store, hosts=hosts, cors=cors, token=token, texts=_copies(run, store, texts), **others)

    def ready(port: int) -> None:
        shown = f"[{settings.host}]" if ":" in settings.host else settings.host
        url = f"http://{shown}:{port}{settings.root_path}"
        click.echo(say(f"{url} (Ctrl-C 结束)", f"{url} (Ctrl-C ends it)"), err=True)

    start(settings, log_level=log_level, ready=ready)


def _copies(run: Run, store: str, texts: tuple[str, ...]) -> tuple[tuple[str, str, str, str], ...]:
    """The copies of texts, as the server's settings have them.

    Raises:
        UsageProblem: one is not the registered text of its document. MissingFile: one cannot be read.
    """
    if not texts:
        return ()
    from kg.service.builds import newest
    from kg.source.passages import digest

    copies = registered_texts(run, newest(store)().open().store, texts)
    return tuple(
        (document.id, str(document.folder), str(Path(path).resolve()), digest(text)) for document, path, text in copies
    )


def _token(file: str | None) -> str:
    if file is None:
        return os.environ.pop("KG_TOKEN", "")  # so that no child process inherits it
    try:
        token = Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise MissingFile(Text(f"读不到文件 {file}", f"cannot read {file}")) from error
    if not token:
        raise UsageProblem(Text(f"{file} 是空的", f"{file} is empty"))
    return token
