"""docs/benchmarks.md from bench/results/: no figure in it is typed by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).with_name("results")
PAGE = ROOT / "docs" / "benchmarks.md"
HEAD = """# Benchmarks · 基准

Made by `scripts/bench report` from the files in `bench/results/`, which
`scripts/bench [whole|growth|shell|engine|service|soak|questions|site|pages|stores]` writes.
What is compared runs in turn in the same run (A, B, A, B, …) on the same machine, and the ratio is taken round by round: absolute
times tell little about another machine, ratios tell more. Median, and from least to greatest in brackets. No test depends on a clock.

由 `scripts/bench report` 根据 `bench/results/` 生成。对照双方在同一次运行中交替执行,逐轮取比值;给出中位数,括号内为最小到最大。
"""


def page() -> str:
    """The whole page: a section for each part that was measured, in this order."""
    sections = {
        "whole": _whole,
        "growth": _growth,
        "stores": _stores,
        "shell": _shell,
        "engine": _engine,
        "service": _service,
        "soak": _soak,
        "questions": _questions,
        "site": _site,
        "pages": _pages,
    }
    measured = ((section, _read(name)) for name, section in sections.items())
    return "\n".join([HEAD, *(line for section, body in measured if body for line in section(body))]).rstrip() + "\n"


def write() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


def _read(name: str) -> dict[str, Any] | None:
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _made(body: dict[str, Any]) -> str:
    machine = body["machine"]
    tools = ", ".join(f"{k} {v}" for k, v in machine.items() if k not in ("cores", "system"))
    return f"{machine['cores']} cores, {machine['system']}, {tools}."


def _span(spread: dict[str, Any], digits: int = 2) -> str:
    return f"{spread['median']:.{digits}f} ({spread['min']:.{digits}f}–{spread['max']:.{digits}f})"


def _whole(body: dict[str, Any]) -> Iterator[str]:
    f = body["figures"]
    yield "## The whole way · 从文件到答案\n"
    yield "`kg build` and one saved query, checks and audit included, against `bench/obvious.py`: rdflib parses the same files, owlrl"
    yield "closes them, pySHACL validates every shape with its default settings, rdflib answers the same query.\n"
    yield "| | kg | obvious | ratio |\n| --- | --- | --- | --- |"
    for what, unit, ratio in (("seconds", "s", "time_ratio"), ("mebibytes", "MiB", "memory_ratio")):
        yield f"| {unit}, {f['ours'][what]['runs']} rounds | {_span(f['ours'][what], 1)} | {_span(f['obvious'][what], 1)} | {_span(f[ratio], 3)} |"
    same = ", ".join(name for name, value in f["same"].items() if value)
    yield f"\nThe same on both sides: {same}. Peak memory is that of the largest process. {_made(body)}\n"


def _growth(body: dict[str, Any]) -> Iterator[str]:
    f = body["figures"]
    most = f["copies"][-1]
    yield "## Growth · 规模增长\n"
    yield f"One build of the packaged report and of copies of it as further documents under fresh names, up to {most} copies ({f['quads'][-1]:,} quads)."
    yield "Seconds of the processor; the exponent is the slope of the logarithms over the number of quads, by least squares: 1 is linear.\n"
    yield "| step | " + " | ".join(map(str, f["copies"])) + " | exponent |\n| --- |" + " --- |" * (len(f["copies"]) + 1)
    for name, values in f["figures"].items():
        unit = "whole" if name == "seconds" else "MiB" if name == "mebibytes" else name
        yield (
            f"| {unit} | "
            + " | ".join(f"{v:.0f}" if v >= 100 else f"{v:.2f}" for v in values)
            + f" | {f['exponents'][name]:.2f} |"
        )
    yield f"\n{most} copies take {f['times_one']:.1f} times the processor time of one. {_made(body)}\n"


def _stores(body: dict[str, Any]) -> Iterator[str]:
    f = body["figures"]
    columns = [(f"{size['quads']:,}", size) for size in f["sizes"]]
    yield "## Stores · 存储\n"
    yield "The packaged project and copies of it as further documents, in the embedded store and in `oxigraph serve`, where `kg build --store`"
    yield f"puts them (`scripts/bench stores --rounds {f['copies'][-1]}`). Ten saved queries about one thing and five about the whole graph, each client a"
    yield "process of its own on the same machine; milliseconds at p50 / p99. The machine was busy with other work, so the figures are upper bounds.\n"
    yield "| quads | " + " | ".join(head for head, _ in columns) + " |\n| --- |" + " --- |" * len(columns)
    for what, of in _STORES.items():
        yield f"| {what} | " + " | ".join(of(size) for _, size in columns) + " |"
    for store, name in (("embedded", "embedded"), ("oxigraph", "oxigraph serve")):
        for asked in ("selective, 1", "selective, 8", "analytic, 1", "analytic, 8"):
            cells = [f"{size[store][asked]['p50']:.1f} / {size[store][asked]['p99']:.0f}" for _, size in columns]
            yield f"| {name}: {asked} client{'s' * asked.endswith('8')} | " + " | ".join(cells) + " |"
    yield f"\n{_made(body)}\n"


_STORES: dict[str, Callable[[dict[str, Any]], str]] = {
    "build: checks, closure and files, s": lambda s: f"{s['build']['seconds']:.0f}",
    "build, MiB": lambda s: f"{s['build']['mebibytes']:.0f}",
    "put into oxigraph serve, s": lambda s: f"{s['oxigraph']['load']:.0f}",
    "disk: embedded, oxigraph serve, MiB": lambda s: f"{s['embedded']['disk']:.0f}, {s['oxigraph']['disk']:.0f}",
    "memory of oxigraph serve, MiB": lambda s: f"{s['oxigraph']['mebibytes']:.0f}",
    "open and first answer: embedded, oxigraph serve, s": lambda s: (
        f"{s['embedded']['first']:.2f}, {s['oxigraph']['first']:.2f}"
    ),
}
"""Rows of the table of stores."""


def _shell(body: dict[str, Any]) -> Iterator[str]:
    f = body["figures"]
    yield "## A cold shell · 冷启动\n"
    yield f"Milliseconds more than `python -c pass` ({_span(f['python -c pass'], 0)} ms) in the same round, on a built store.\n"
    yield "| command | ms more |\n| --- | --- |"
    for name, extra in f["extra"].items():
        yield f"| `{name}` | {_span(extra, 0)} |"
    yield f"\n{_made(body)}\n"


def _engine(body: dict[str, Any]) -> Iterator[str]:
    yield "## Saved queries · 保存的查询\n"
    yield "On the built store, against rdflib on the same dataset in memory; rows compared first.\n"
    yield "| query | kg, ms | rdflib, ms | times faster |\n| --- | --- | --- | --- |"
    for name, f in body["figures"].items():
        yield f"| `{name}` | {f['ms']:.2f} | {f['rdflib_ms']:.1f} | {f['times']:.0f} |"
    yield f"\n{_made(body)}\n"


def _service(body: dict[str, Any]) -> Iterator[str]:
    yield "## The query service · 查询服务\n"
    yield "`kg serve` (one server process, four workers) against Oxigraph's own server and rdflib-endpoint, the same dataset, `wrk`"
    yield "with 8 connections. Fresh: no two requests are alike, so nothing comes from the cache. Repeated: the same request again."
    yield "Requests per second; the ratios are kg's rate and 99th percentile over the other's.\n"
    yield "| query | kg /s | oxigraph /s | rdflib-endpoint /s | rate : oxigraph | p99 : oxigraph | rate : rdflib-endpoint |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for name, f in body["figures"].items():
        rates = [f"{f[s]['requests_per_second']['median']:.1f}" for s in ("kg", "oxigraph", "rdflib-endpoint")]
        ox, rd = f["kg : oxigraph"], f["kg : rdflib-endpoint"]
        yield f"| {name} | {' | '.join(rates)} | {_span(ox['rate'])} | {_span(ox['p99'])} | {_span(rd['rate'], 0)} |"
    yield f"\n{_made(body)}\n"


def _soak(body: dict[str, Any]) -> Iterator[str]:
    f = body["figures"]
    yield "## Ten minutes of mixed traffic · 十分钟混合流量\n"
    yield "Six clients without pause, a quarter of their requests hostile (products, path and regular-expression bombs, 5,000 brackets,"
    yield "SERVICE, updates, growing strings), beside 1,000 idle connections; time limit 1 s.\n"
    answers = ", ".join(f"{name}: {count}" for name, count in f["answers"].items())
    yield f"- Answers: {answers}."
    held = f["mebibytes"]
    yield "- Memory of the server and all its workers (PSS, MiB): first third, last third, ratio: "
    yield f"  {held['first']:.0f}, {held['last']:.0f}, {f['growth']:.3f}."
    yield f"- Ready afterwards: {'yes' if f['ready'] else 'no'}.\n"
    yield _made(body) + "\n"


def _questions(body: dict[str, Any]) -> Iterator[str]:
    marks = ("exact", "table", "choices", "nothing", "wrong")
    yield "## Questions in words · 提问\n"
    yield "`kg ask` on the questions in `tests/report/questions`, which readers of the report wrote before the grammar. *build* is the half that"
    yield "the grammar's author looked at, *held-out* the half that he did not; *second-build* and *second-held-out* are the halves of a second set,"
    yield "of the kinds that the first showed to be weak; *third-build* and *fourth-build* are further sets, which the author looked at."
    yield "Exact: the answer expected. Table: its rows, and others too, or"
    yield "the verdict left to the reader. Choices: the reading meant is offered. Nothing: said not to be understood. Wrong: all else.\n"
    for half, figures in body["figures"].items():
        yield f"| {half} | {' | '.join(marks)} | all |\n| --- |{' --- |' * (len(marks) + 1)}"
        for part, counted in sorted(figures["marks"].items(), key=lambda item: (item[0].startswith("topic"), item[0])):
            cells = [str(counted.get(mark, 0)) for mark in marks]
            yield f"| {part} | {' | '.join(cells)} | {sum(counted.values())} |"
        yield f"\nMilliseconds of an answer in a process that has answered before: {_span(figures['milliseconds'], 1)}.\n"
    yield f"{_made(body)}\n"


def _site(body: dict[str, Any]) -> Iterator[str]:
    f = body["figures"]
    yield "## A static site · 静态站点\n"
    yield f"`kg site` on the packaged report, both languages: {_span(f['seconds'], 0)} s on {body['machine']['cores']} cores"
    yield f"for {f['files']:,} files, {f['pages']:,} of them pages, {f['megabytes']:.0f} MB."
    sizes = ", ".join(f"`{name}` {size:.2f}" for name, size in f["sparql"].items())
    yield f"Only the SPARQL page loads the engine, the dataset and the names of its nodes (MB): {sizes}.\n"
    yield f"{_made(body)}\n"


def _pages(body: dict[str, Any]) -> Iterator[str]:
    f = body["figures"]
    yield "## Pages in a browser · 浏览器里的页面\n"
    yield "Chromium, 1366×768, an empty cache at each visit. Paint: the first text or picture; usable: loaded, scripts run, and nothing"
    yield "left to do for the browser; milliseconds after the navigation began. Datasette shows the largest table of `kg export`;"
    yield "rdflib-endpoint's editor, which comes from another host, is given to the browser at once. Every server has answered each page once"
    yield "before; then kg has the answer in its cache.\n"
    yield "| page | paint, ms | usable, ms | kB | requests | of them elsewhere |\n| --- | --- | --- | --- | --- | --- |"
    for name, one in f["pages"].items():
        figures = (
            _span(one["paint"], 0),
            _span(one["idle"], 0),
            f"{one['kilobytes']:.0f}",
            one["requests"],
            one["elsewhere"],
        )
        yield f"| {name} | {' | '.join(map(str, figures))} |"
    yield "\n| ours over theirs | paint | usable |\n| --- | --- | --- |"
    for name, one in f["ratios"].items():
        yield f"| {name} | {_span(one['paint'])} | {_span(one['idle'])} |"
    yield f"\n{_made(body)}\n"
