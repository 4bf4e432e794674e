"""kg build, kg check, kg passages."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.errors import KgError, MissingFile, UsageProblem
from kg.faces.cli.language import say
from kg.faces.cli.options import Run, common, step_printer
from kg.faces.cli.output import write
from kg.terms import Text, is_url

if TYPE_CHECKING:
    from kg.pipeline.build import Outcome
    from kg.source.document import Document
    from kg.source.project import Project


@click.command(help=say("构建图谱:检查、推理、审计、写库", "build the graph: check, close, audit, store"))
@click.option("--reasoner", type=click.Choice(["rules", "owlrl"]), default="rules", show_default=True)
@click.option("--force", is_flag=True, help=say("即使没有变化也重建", "build even if nothing changed"))
@common
@click.pass_obj
def build(run: Run, reasoner: str, force: bool) -> None:
    """Build the store and print what it holds and how long each step took."""
    from kg.pipeline.build import build as make
    from kg.source.project import Project

    url = run.store if is_url(run.store) else None
    project = Project.find(run.project, None if url else run.store)
    outcome = make(project, reasoner=reasoner, force=force, progress=step_printer())
    if outcome.built:
        _report(outcome)
    else:
        click.echo(say("没有变化,图谱是最新的", "nothing changed; the store is current"))
    if url:
        from kg.pipeline.publish import publish

        count = publish(outcome.path / "dataset.nq", url)
        click.echo(say(f"{url} 现有 {count} 条三元组", f"{url} now holds {count} triples"))


def _report(outcome: Outcome) -> None:
    c, total = outcome.counts, sum(outcome.seconds.values())
    click.echo(
        say(
            f"报告所述 {c['report']} 条({c['passages_stating']} 段),推理 {c['inferred']} 条,审计发现 {c['findings']} 条",
            f"{c['report']} statements of the report in {c['passages_stating']} passages, {c['inferred']} inferred, {c['findings']} audit findings",
        )
    )
    steps = " · ".join(f"{name} {seconds:.2f}" for name, seconds in outcome.seconds.items())
    click.echo(f"{steps} · {say('合计', 'total')} {total:.2f} s")
    click.echo(str(outcome.path))


@click.command(
    help=say(
        "检查数据:SHACL、图名、(给出原文时)与原文逐段核对",
        "check the data: SHACL, graph names and, with --text, against the text",
    )
)
@click.argument("files", nargs=-1, type=click.Path())
@click.option(
    "--text",
    "texts",
    multiple=True,
    metavar="[ID=]FILE",
    help=say("某篇文献的原文副本,可重复", "a copy of the text of a document; may be given again"),
)
@click.option("--audit/--no-audit", "with_audit", default=True, help=say("是否列出审计发现", "list audit findings too"))
@click.option(
    "--format", "format_", type=click.Choice(["text", "json", "sarif", "ttl"]), default="text", show_default=True
)
@common
@click.pass_obj
def check(run: Run, files: tuple[str, ...], texts: tuple[str, ...], with_audit: bool, format_: str) -> None:
    """Print findings; exit 1 if one of them blocks the build."""
    from kg.check.findings import order
    from kg.check.formats import WRITERS
    from kg.pipeline.build import check as examine
    from kg.pipeline.build import locate
    from kg.source.project import Project

    project = Project.find(run.project, run.store)
    wanted = {name for file in files for name in project.within(file)}
    findings = examine(project)
    for given in texts:
        from kg.check.fidelity import against_text

        document, path = _document(project, given)
        findings += locate(project, against_text(project, document, _read(path)))
    if not with_audit:
        findings = [f for f in findings if f.severity == "Violation"]
    if files:
        findings = [f for f in findings if f.place and f.place.file in wanted]
    click.echo(WRITERS[format_](order(findings), run.lang), nl=False)
    blocking = sum(f.severity == "Violation" for f in findings)
    click.echo(
        say(
            f"{len(findings)} 条发现,{blocking} 条阻止构建",
            f"{len(findings)} finding(s), {blocking} of them block the build",
        ),
        err=True,
    )
    if blocking:
        raise click.exceptions.Exit(1)


@click.command(
    help=say(
        "登记一篇文献的段落:data/ID/ 里的 sections.tsv(猜测一次,再由人改)与 passages.ttl(区间、摘要、章节路径)",
        "register the passages of a document: sections.tsv (guessed once, then yours to edit) and passages.ttl (spans, "
        "digests, section paths) in data/ID/",
    )
)
@click.argument("text", metavar="[ID=]FILE")
@click.option(
    "-o",
    "output",
    type=click.Path(),
    help=say("把 passages.ttl 写到此文件,- 为标准输出", "write passages.ttl to this file, - for standard output"),
)
@click.option("--force", is_flag=True, help=say("可以覆盖 passages.ttl", "passages.ttl may be overwritten"))
@common
@click.pass_obj
def passages(run: Run, text: str, output: str | None, force: bool) -> None:
    """Generate the passages of a text; the text itself is not kept, and nothing is overwritten unasked."""
    from kg.source.document import guess_sections, read_sections, to_tsv
    from kg.source.passages import generate, industries
    from kg.source.project import Project

    project = Project.find(run.project, run.store)
    document, path = _document(project, text)
    words = _read(path)
    sections = read_sections(document, project.relative(document.sections))
    if not document.sections.exists():
        sections = guess_sections(words, industries(project))
        write(to_tsv(sections), str(document.sections))
        found = project.relative(document.sections)
        click.echo(
            say(
                f"猜出 {len(sections)} 个章节,写入 {found};改正后再运行一次",
                f"guessed {len(sections)} sections into {found}; correct them there and run this again",
            ),
            err=True,
        )
    target = output or str(document.passages)
    if target != "-" and Path(target).exists() and not force:
        raise UsageProblem(
            Text(f"{target} 已经存在", f"{target} is there already"),
            hint=Text("加 --force 覆盖它,或用 -o - 打印", "overwrite it with --force, or print with -o -"),
        )
    write(generate(document, words, sections), None if target == "-" else target)


def _document(project: Project, given: str) -> tuple[Document, str]:
    """The document and the file that ``[ID=]FILE`` names; without an id, the only one, or the one with that digest."""
    from kg.source.passages import digests

    documents = {document.id: document for document in project.documents}
    name, equals, path = given.partition("=")
    if equals and name in documents:
        return documents[name], path
    if len(documents) == 1:
        return next(iter(documents.values())), given
    by_digest = digests(project)
    found = by_digest.get(sha256(_read(given).encode()).hexdigest())
    if found in documents:
        return documents[found], given
    known = "、".join(documents), ", ".join(documents)
    raise UsageProblem(
        Text(f"不知道 {given} 是哪篇文献的原文", f"it is not known of which document {given} is the text"),
        hint=Text(
            f"写成 ID=文件;文献:{known[0] or '无'}。新文献先写 data/ID/document.trig",
            f"write ID=FILE; the documents are {known[1] or 'none'}. For a new one, write data/ID/document.trig first",
        ),
    )


def _read(path: str) -> str:
    try:
        return Path(path).read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path) from error


def _unreadable(path: str) -> KgError:
    return MissingFile(
        Text(f"读不到文本 {path}", f"cannot read the text {path}"),
        hint=Text("需要 UTF-8 文本文件", "a UTF-8 text file is needed"),
    )
