"""``kg why``: the proofs of a statement."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from kg.faces.cli.bilingual import command, option
from kg.faces.cli.completing import THING
from kg.faces.cli.language import say
from kg.faces.cli.options import Run, common
from kg.faces.cli.render import cite, print_line
from kg.terms import Text

if TYPE_CHECKING:
    from kg.ask.names import Names
    from kg.reason.proof import Proof, Why


@command(
    help=Text(
        "为什么成立:推理树,直到出处段落;不成立时差什么",
        "why it holds: the proof down to passages; else what is missing",
    )
)
@click.argument("subject", type=THING)
@click.argument("predicate")
@click.argument("value", metavar="OBJECT", type=THING)
@option("--all", "every", is_flag=True, help=Text("列出全部证明", "every proof, not only the shortest"))
@option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@common
@click.pass_obj
def why(run: Run, subject: str, predicate: str, value: str, every: bool, format_: str) -> None:
    """Print the proof of a triple; exit 1 when it does not hold."""
    graph = run.graph()
    found: Why = graph.why(subject, predicate, value)
    if format_ == "json":
        click.echo(json.dumps(graph.explain(found), ensure_ascii=False, indent=2))
    elif found.holds:
        _print_proofs(found, graph.names, run.lang, every)
    else:
        _print_missing(found, graph.names, run.lang)
    if not found.holds:
        raise click.exceptions.Exit(1)


def _print_proofs(found: Why, names: Names, lang: str, every: bool) -> None:
    shown = found.proofs if every else found.proofs[:1]
    for n, proof in enumerate(shown):
        if n:
            click.echo()
        for line, rest in _tree(proof, names, lang):
            print_line(line, rest=rest)
    if len(found.proofs) > len(shown):
        more = len(found.proofs) - len(shown)
        click.echo(say(f"(另有 {more} 种证明:--all)", f"({more} more proofs: --all)"), err=True)


def _tree(proof: Proof, names: Names, lang: str, first: str = "", rest: str = "") -> Iterator[tuple[str, str]]:
    """The lines of a proof: the triple, its rule or passages, and below it the premises of the rule.

    With each comes what its further lines begin with, if the terminal is narrower.
    """
    from kg.ask.wording import rule_in_words, triple_in_words

    words = triple_in_words(proof.triple, names).pick(lang)
    if proof.rule is None:
        yield f"{first}{words}  {_ground(proof)}".rstrip(), f"{rest}  "
        return
    yield f"{first}{words}", f"{rest}  "
    rule = f"{say('规则', 'rule')} {proof.rule.name}: {rule_in_words(proof.rule, names).pick(lang)}"
    yield f"{rest}  {rule}", f"{rest}    "
    for n, premise in enumerate(proof.premises):
        last = n == len(proof.premises) - 1
        yield from _tree(
            premise, names, lang, f"{rest}  {'└─' if last else '├─'} ", f"{rest}  {'  ' if last else '│ '} "
        )


def _ground(proof: Proof) -> str:
    grounds = {
        "background": say("[背景,文献未说]", "[background, not said by any document]"),
        "entities": say("[名称与归类]", "[names and kinds]"),
        "passages": say("[段落登记]", "[register of passages]"),
        "ontology": say("[本体]", "[ontology]"),
    }
    return cite(proof.passages).strip() or grounds[proof.kind]


def _print_missing(found: Why, names: Names, lang: str) -> None:
    from kg.ask.wording import rule_in_words, triple_in_words

    click.echo(f"{triple_in_words(found.triple, names).pick(lang)}: {say('不成立', 'does not hold')}")
    if not found.missing:
        click.echo(
            say("  没有规则能得出它;文献也没有这样说", "  no rule concludes it, and the documents do not say it")
        )
    for near in found.missing:
        print_line(f"  {say('规则', 'rule')} {near.rule.name}: {rule_in_words(near.rule, names).pick(lang)}")
        more = say(f"(这样的有 {near.ways} 个)", f"(one of {near.ways} such)") if near.ways > 1 else ""
        for premise in near.present:
            print_line(f"    ✓ {triple_in_words(premise, names).pick(lang)} {more}".rstrip())
        print_line(f"    ✗ {triple_in_words(near.lacking, names).pick(lang)}")
