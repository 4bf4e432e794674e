"""``kg passages``: the registration of a text."""

from __future__ import annotations

from pathlib import Path

import click

from kg.errors import UsageProblem
from kg.faces.cli.bilingual import FilePath, command, option
from kg.faces.cli.language import say
from kg.faces.cli.options import Run, common
from kg.faces.cli.output import write
from kg.faces.cli.texts import document_of, read_text
from kg.terms import Text


@command(
    help=Text(
        "登记一篇文献的段落:data/ID/ 里的 sections.tsv(猜测一次,再由人改)与 passages.ttl(区间、摘要、章节路径、所提事物的位置)",
        "register the passages of a document: sections.tsv (guessed once, then yours to edit) and passages.ttl (spans, "
        "digests, section paths, where things are named) in data/ID/",
    )
)
@click.argument("text", metavar="[ID=]FILE")
@option(
    "-o",
    "output",
    type=FilePath(),
    help=Text("把 passages.ttl 写到此文件,- 为标准输出", "write passages.ttl to this file, - for standard output"),
)
@option("--force", is_flag=True, help=Text("可以覆盖 passages.ttl", "passages.ttl may be overwritten"))
@common
@click.pass_obj
def passages(run: Run, text: str, output: str | None, force: bool) -> None:
    """Generate the passages of a text; the text itself is not stored, and no file is overwritten without ``--force``."""
    from kg.source.document import read_sections, to_tsv
    from kg.source.headings import guess_sections
    from kg.source.mentions import mentions
    from kg.source.passages import generate, industries, split
    from kg.source.project import Project
    from kg.source.turtle import read_project

    project = Project.find(run.project, run.store)
    document, path = document_of(project, text)
    words = read_text(path)
    sections = read_sections(document)
    if not document.sections.exists():
        sections = guess_sections(words, industries(project))
        write(to_tsv(sections), str(document.sections))
        where = project.relative(document.sections)
        about = sum(bool(section.industry) for section in sections)
        click.echo(
            say(
                f"猜出 {len(sections)} 个章节(其中 {about} 个的标题提到产业),写入 {where};改正后加 --force 再运行一次",
                f"guessed {len(sections)} sections ({about} of them with an industry in the heading) into {where}; "
                "correct them there, then run this again with --force",
            ),
            err=True,
        )
    target = str(document.passages) if output is None else output
    if target != "-" and Path(target).is_file() and not force:
        raise UsageProblem(
            Text(f"{target} 已经存在", f"{target} is there already"),
            hint=Text("加 --force 覆盖它,或用 -o - 打印", "overwrite it with --force, or print with -o -"),
        )
    found = split(document.id, words, sections)
    named = mentions(document, found, read_project(project))
    write(generate(document, words, found, named), None if target == "-" else target)
