"""What the tests of sites share: the links of a folder of pages, and a server of its files."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from kg.faces.site.making import Site, make
from kg.faces.site.own import own_files
from kg.faces.site.tasks import TASK, tasks, unpacked
from kg.graph import KnowledgeGraph
from kg.service.messages import Request
from kg.store.answers import Limits

LINKS = ("href", "src", "action", "poster", "data")
"""Attributes with addresses."""


def made(store: Path, folder: Path) -> Site:
    """Make a site, on a thread of its own: Playwright's event loop may run on this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(make, store, folder, "zh").result()


def made_alone(graph: KnowledgeGraph, folder: Path, *paths: str) -> None:
    """Make the pages and files that only a site has with these *paths*, and the files that they load, in this process."""
    make_page = tasks(graph, Limits(), "zh")[TASK]
    known = {own_files()[path] for path in paths}
    waiting = list(known)
    while waiting:
        page = unpacked(make_page(Request(TASK, params=tuple(vars(waiting.pop()).items()))).body)
        for file, body in page.files.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(body)
        loaded = {site_file for site_file in page.links if site_file.url.startswith("/static/")} - known
        known |= loaded
        waiting += loaded


def value(site: Path, name: str) -> Any:
    """The value that the script *name* of a site sets."""
    text = (site / "static" / "site" / name).read_text(encoding="utf-8")
    return json.loads(text.partition(" = ")[2].rstrip(";\n"))


class _Links(HTMLParser):
    """The addresses that a page names, and its ids."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in LINKS and value is not None:
                self.links.append((tag, value))
            elif name == "id" and value:
                self.ids.add(value)


def links(page: Path) -> list[tuple[str, str]]:
    """Element and address of each link of a page."""
    parser = _Links()
    parser.feed(page.read_text(encoding="utf-8"))
    return parser.links


def dead(folder: Path) -> list[str]:
    """The links of all pages in *folder* that lead to no file in it: from a root, with a query where no script reads it, or to
    a file that is missing; each with its page."""
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    found = []
    for page in sorted(folder.rglob("*.html")):
        for tag, link in links(page):
            parts = urlsplit(link)
            if parts.scheme or (not parts.path and not parts.query):
                continue
            target = (page.parent / unquote(parts.path)).resolve()
            inside = target.is_relative_to(folder) and target.relative_to(folder).as_posix() in files
            if parts.path.startswith("/") or not inside or (parts.query and target.stem not in ("search", "sparql")):
                found.append(f"{page.relative_to(folder)}: <{tag}> {link}")
    return found


@pytest.fixture(scope="module", params=["file", "host"])
def address(request: pytest.FixtureRequest, site: Path) -> Iterator[str]:
    """The address of a file's site without a slash at its end: on a disk, and on a host below a path."""
    if request.param == "file":
        yield site.as_uri()
    else:
        with hosted(site, "/a/b") as url:
            yield url


@contextmanager
def hosted(folder: Path, under: str) -> Iterator[str]:
    """The address of *folder* on a static host, below the path *under*; what is missing there is answered by its 404.html."""

    class Handler(SimpleHTTPRequestHandler):
        def translate_path(self, path: str) -> str:
            asked = urlsplit(path).path
            return super().translate_path(asked.removeprefix(under)) if asked.startswith(under) else str(folder / "-")

        def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
            body = (folder / "404.html").read_bytes()
            self.send_response(code)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}{under}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
