"""Checks what kg needs: Python, packages, terminal, network, project, store, disk. Each check says how to fix a problem."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Final

from kg.errors import KgError
from kg.pipeline.digests import verify
from kg.pipeline.freshness import CURRENT, FORMAT, current, input_digests, tools
from kg.pipeline.ownership import refuse_foreign
from kg.pipeline.swap import writing
from kg.source.project import Project
from kg.source.turtle import read_project
from kg.store.confine import network_closed
from kg.store.remote import RemoteStore
from kg.terms import Text, iri, is_url
from kg.vocab import ONTOLOGY, OWL, PASSAGE, TYPE

__all__ = ["Check", "examine", "verify"]

_OLDEST: Final = (3, 11)
_ROOM: Final = 100 * 2**20
"""Bytes of free disk space that a build needs in addition to the existing graph."""
_HELPERS: Final = {
    "rapper": Text("Raptor:测试导出的 Turtle(可选)", "Raptor: tests of exported Turtle (optional)"),
    "chromium": Text("Chromium:测试图画页面(可选)", "Chromium: tests of drawings (optional)"),
}
_EXTRAS: Final = {
    "serve": Text("HTTP 服务(kg serve)", "HTTP server (kg serve)"),
    "mcp": Text("智能体服务(kg mcp)", "agent server (kg mcp)"),
}
"""Extras of the distribution for its users → what needs them."""
_GRAPH: Final = Text("图谱", "graph")
_BUILD: Final = Text("运行 kg build", "run kg build")


@dataclass(frozen=True)
class Check:
    """The result of one check.

    Attributes:
        what: name of the thing checked.
        ok: whether the check passed.
        found: what the check found.
        mend: how to fix it; None if there is nothing to do.
        needed: whether kg cannot work if the check fails.
    """

    what: Text
    ok: bool
    found: Text
    mend: Text | None = None
    needed: bool = True


def examine(root: str | None = None, store: str | None = None) -> list[Check]:
    """Every check, in the order in which to fix problems."""
    checks = [_python(), *_packages(), _terminal(), _network()]
    try:
        project = Project.find(root, store)
        checks += [_project(project), *_contents(project)]
    except KgError as error:
        return [*checks, Check(Text("项目", "project"), False, error.what, error.hint)]
    place = store or os.environ.get("KG_STORE")
    kept = [_remote(project, place)] if place and is_url(place) else [_store(project), _disk(project)]
    return [*checks, *kept, *_helpers()]


def _python() -> Check:
    found = ".".join(map(str, sys.version_info[:3]))
    wanted = ".".join(map(str, _OLDEST))
    mend = Text(f"安装 Python {wanted} 或更新版本", f"install Python {wanted} or newer")
    return Check(Text("Python", "Python"), sys.version_info >= _OLDEST, Text(found, found), mend)


def _packages() -> Iterator[Check]:
    """A check for every dependency of the distribution, and for each extra that its users may want."""
    mend = Text('pip install -U "xinzhi"', 'pip install -U "xinzhi"')
    try:
        required = requires("xinzhi") or []
    except PackageNotFoundError:
        yield Check(Text("软件包", "packages"), False, Text("未安装 xinzhi", "xinzhi is not installed"), mend)
        return
    for name in _named(requirement for requirement in required if "extra ==" not in requirement):
        found = _version(name)
        yield Check(Text(name, name), bool(found), Text(found or "缺少", found or "missing"), mend)
    for extra, use in _EXTRAS.items():
        missing = [n for n in _named(r for r in required if re.search(rf"extra == .{extra}\b", r)) if not _version(n)]
        listed = ", ".join(missing)
        found_ = Text(f"缺少 {listed}", f"missing: {listed}") if missing else Text("齐备", "complete")
        install = Text(f'pip install "xinzhi[{extra}]"', f'pip install "xinzhi[{extra}]"')
        yield Check(use, not missing, found_, install, needed=False)


def _named(requirements: Iterable[str]) -> Iterator[str]:
    """The names of the packages that are required."""
    return (re.split(r"[<>=!~;\[ ]", requirement, maxsplit=1)[0] for requirement in requirements)


def _version(name: str) -> str:
    """The version of an installed package; empty if it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _terminal() -> Check:
    coding = (sys.stdout.encoding or "").lower()
    return Check(
        Text("终端编码", "terminal encoding"),
        coding.replace("-", "") == "utf8",
        Text(coding, coding),
        Text("设置 PYTHONUTF8=1", "set PYTHONUTF8=1"),
        needed=False,
    )


def _network() -> Check:
    """Whether the operating system prevents sockets in processes that evaluate users' queries."""
    closed = network_closed()
    found = (
        Text("由系统关闭", "closed by the system")
        if closed
        else Text("只由查询检查挡住", "the system does not close it; only the check of queries refuses connections")
    )
    mend = Text(
        "在 Linux(x86_64、aarch64)或 macOS 上由系统关闭",
        "on Linux (x86_64, aarch64) and on macOS, the system closes it",
    )
    return Check(Text("查询进程的网络", "network of query processes"), closed, found, mend, needed=False)


def _project(project: Project) -> Check:
    size = len(project.inputs)
    return Check(
        Text("项目", "project"),
        True,
        Text(f"{project.root}(输入文件 {size} 个)", f"{project.root} ({size} input files)"),
    )


def _contents(project: Project) -> Iterator[Check]:
    """Whether there is something to build: terms, facts and saved queries.

    Raises:
        KgError: a file cannot be read.
    """
    quads = read_project(project)
    terms = sum(
        iri(q.graph_name) == ONTOLOGY and q.predicate.value == TYPE and iri(q.object) == OWL + "Class" for q in quads
    )
    facts = sum(iri(q.graph_name).startswith(PASSAGE) for q in quads)
    queries = len(project.query_files)
    yield Check(
        Text("术语", "terms"),
        terms > 0,
        Text(f"ontology/ 中有 {terms} 个类", f"{terms} classes in ontology/"),
        Text(
            '把模型放进 ontology/*.ttl,或在 kg.toml 里写 extends = "ivc"',
            'put a model into ontology/*.ttl, or write extends = "ivc" in kg.toml',
        ),
    )
    yield Check(
        Text("数据", "data"),
        facts > 0,
        Text(f"data/ 中有 {facts} 条段落陈述", f"{facts} statements of passages in data/"),
        Text("把各段落所述写进 data/<文献>/*.trig", "write what passages state into data/<document>/*.trig"),
        needed=False,
    )
    yield Check(
        Text("查询", "queries"),
        queries > 0,
        Text(f"queries/ 中有 {queries} 个", f"{queries} in queries/"),
        Text(
            "把保存的查询放进 queries/*.rq;没有它们,kg ask 无从回答",
            "put saved queries into queries/*.rq; without any, kg ask answers nothing",
        ),
        needed=False,
    )


def _remote(project: Project, url: str) -> Check:
    """Whether the store at *url* has a graph of the project, made from the present inputs and tools."""
    try:
        found = RemoteStore(url).file("manifest.json")
    except KgError as error:
        return Check(_GRAPH, False, error.what, error.hint)
    if found["format"] != FORMAT or found["tools"] != tools() or found["inputs"] != input_digests(project):
        return Check(_GRAPH, False, Text(f"{url} 里的已过时", f"the one in {url} is stale"), _BUILD, needed=False)
    return Check(_GRAPH, True, Text(f"{url} 里的是最新的", f"the one in {url} is current"))


def _store(project: Project) -> Check:
    place = project.store_folder / CURRENT
    try:
        with writing(project.store_folder):
            refuse_foreign(project.store_folder)
        if not os.path.lexists(place):
            none = Text(f"{project.store_folder} 中还没有", f"none yet in {project.store_folder}")
            return Check(_GRAPH, False, none, _BUILD, needed=False)
        verify(place)
        fresh = current(project)
    except KgError as error:
        return Check(_GRAPH, False, error.what, error.hint)
    if fresh is None:
        return Check(_GRAPH, False, Text(f"{place} 已过时", f"{place} is stale"), _BUILD, needed=False)
    return Check(_GRAPH, True, Text(f"{place} 是最新的", f"{place} is current"))


def _disk(project: Project) -> Check:
    """Whether the disk has space for another build. Checks the nearest existing parent if the folder does not exist."""
    home = next(p for p in (project.store_folder, *project.store_folder.parents) if os.path.exists(p))  # noqa: PTH110 - never raises
    free = shutil.disk_usage(home).free
    writable = os.access(home, os.W_OK)
    found = Text(f"{home}:{free // 2**20} MiB 可用", f"{home}: {free // 2**20} MiB free")
    if not writable:
        found = Text(f"{home} 不可写", f"{home} cannot be written")
    mend = Text("腾出空间,或用 --store 指到别处", "free some space, or name another place with --store")
    return Check(Text("磁盘", "disk"), writable and free > _ROOM, found, mend)


def _helpers() -> Iterator[Check]:
    for name, use in _HELPERS.items():
        place = shutil.which(name)
        found = Text(str(place), str(place)) if place else Text("没有", "not installed")
        yield Check(Text(name, name), bool(place), found, use, needed=False)
