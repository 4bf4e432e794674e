"""``kg audit``: where the reports contradict themselves and each other."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from kg.ask.listing import HEADS, audit_rows
from kg.faces.cli.bilingual import command, option
from kg.faces.cli.completing import INDUSTRY
from kg.faces.cli.language import say
from kg.faces.cli.options import Run, common
from kg.faces.cli.render import chosen, cite, for_readers, format_or_text_option, print_line, print_table
from kg.terms import Text
from kg.vocab import SH, SHAPE

if TYPE_CHECKING:
    from kg.ask.overview import AuditFinding


@command(help=Text("文献自相矛盾之处,附算式", "where the documents contradict themselves, with the arithmetic"))
@click.argument("industry", required=False, type=INDUSTRY)
@option("--severity", type=click.Choice(["Warning", "Info"]), help=Text("只列此级别", "only this severity"))
@option("--rule", metavar="A01", help=Text("只列此规则(编号或名称)", "only this rule (its number or name)"))
@format_or_text_option
@common
@click.pass_obj
def audit(run: Run, industry: str | None, severity: str | None, rule: str | None, format_: str | None) -> None:
    """Print the audit's findings; exit 1 when there is a Warning, as a linter does."""
    graph = run.graph()
    found = graph.audit(industry, severity=severity, rule=rule)
    kind = chosen(format_, "text")
    if kind == "text":
        for name, of_rule in groupby(found, key=lambda f: f.rule):
            _print_findings(name, list(of_rule), graph.names, run.lang)
        click.echo(say(f"{len(found)} 条", f"{len(found)} finding(s)"), err=True)
    else:
        table = audit_rows(found, graph.names if for_readers(kind) else None, run.lang)
        print_table(
            table, kind, run.lang, graph.names, HEADS, ("focus",), cited=lambda: graph.citer.audit(found, industry)
        )
    if any(f.severity == "Warning" for f in found):
        raise click.exceptions.Exit(1)


def _print_findings(rule: str, found: list[AuditFinding], names: Any, lang: str) -> None:
    """One rule and its findings: the thing concerned, what is wrong, the passages."""
    severity = names.label(SH + found[0].severity, lang)
    title = f"{severity} · {names.label(SHAPE + rule, lang)} ({rule})"
    print_line(title, rest="  ", bold=found[0].severity == "Warning")
    for f in found:
        name = names.label(f.focus, lang)
        print_line(f"  {name}: {f.message.pick(lang)}{cite(f.passages)}", [name])
        for step in f.working.pick(lang).splitlines():
            print_line(f"      {step}")
