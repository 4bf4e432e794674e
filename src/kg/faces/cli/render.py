"""Tables in the formats of ``--format``, for readers and for programs."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import click
import pyoxigraph as ox

from kg.ask.tables import of_language, plain_table, with_labels
from kg.faces.cli.bilingual import option
from kg.store import spreadsheet
from kg.store.results import FORMATS, WRITERS, Table, markdown
from kg.store.values import plain, written
from kg.terms import Text, amount
from kg.vocab import PASSAGE

if TYPE_CHECKING:
    from kg.ask.names import Names


FORMATS_WITH_TEXT: Final = ("text", *FORMATS)
format_option = option("--format", "format_", type=click.Choice(FORMATS), help="/".join(FORMATS))
"""Adds ``--format`` to a command: a table on a terminal, TSV in a pipe."""
format_or_text_option = option(
    "--format", "format_", type=click.Choice(FORMATS_WITH_TEXT), help="/".join(FORMATS_WITH_TEXT)
)
"""Adds ``--format`` to a command whose answer reads best as text: text on a terminal, TSV in a pipe."""


def chosen(format_: str | None, terminal: str = "table") -> str:
    """The format asked for, else *terminal* on a terminal and TSV in a pipe."""
    return format_ or (terminal if sys.stdout.isatty() else "tsv")


def monochrome() -> bool:
    """Whether to print no escape sequences, not even for bold (https://no-color.org)."""
    return bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"


def print_table(
    table: Table,
    format_: str | None,
    lang: str,
    names: Names | None = None,
    heads: Mapping[str, Text] | None = None,
    things: Collection[str] | None = None,
    *,
    exact: bool = False,
) -> None:
    """Print *table*.

    Args:
        table: rows of terms.
        format_: one of FORMATS, or None for the default.
        lang: language of headings and names.
        names: where IRIs get their names; None prints IRIs.
        heads: column → heading; None prints the variables.
        things: columns that get a second column with names in formats for programs; None means those with IRIs.
        exact: whether CSV has every value unchanged, for programs; else it is made for spreadsheets (decision 0011).
    """
    kind = chosen(format_)
    if kind in ("table", "md"):
        table = of_language(table, lang)
        titles = [heads[c].pick(lang) if heads and c in heads else c for c in table.columns]
        cells = [[cell(term, lang, names) for term in row] for row in table.rows]
        print_cells(titles, cells, kind)
    else:
        labelled = with_labels(table, lang, names, things) if names and kind != "ttl" else table
        click.echo(spreadsheet.csv(labelled) if kind == "csv" and not exact else WRITERS[kind](labelled), nl=False)
    if table.truncated:
        note_truncated(lang)


def note_truncated(lang: str) -> None:
    """Print to stderr that the answer has more rows than the limit."""
    click.echo(Text("(还有更多行;用 --limit 提高上限)", "(there are more rows; raise --limit)").pick(lang), err=True)


def cell(term: Any, lang: str, names: Names | None) -> str:
    """One term as a text for readers.

    With *names*, an IRI is shown by its name and a number with 万/亿 or million/billion; without, both as in the graph.
    """
    if term is None:
        return ""
    if names and isinstance(term, ox.NamedNode):
        return names.label(term.value, lang)
    value = plain(term)
    return amount(value, lang) if names and isinstance(value, float) else written(term)


def in_words(row: Sequence[Any], lang: str, names: Names) -> str:
    """A row as one line: the texts of :func:`cell`, separated by dashes."""
    return " — ".join(cell(term, lang, names) for term in row)


def print_line(
    text: str, whole: Iterable[str] = (), *, rest: str | None = None, bold: bool = False, err: bool = False
) -> None:
    """Print a sentence in lines that fit the terminal (:func:`kg.faces.cli.terminal.paragraph`).

    Args:
        text: the sentence; it may begin with spaces.
        whole: the names in it, which are not broken.
        rest: what further lines begin with; None means the spaces of the first one and two more.
        bold: whether it is bold.
        err: whether it goes to standard error.
    """
    from kg.faces.cli.terminal import paragraph

    for line in paragraph(text, whole, rest):
        click.secho(line, bold=bold or None, err=err)


def print_cells(titles: Sequence[str], cells: Sequence[Sequence[str]], kind: str) -> None:
    """Print texts as a table for a terminal or as Markdown."""
    if kind == "md":
        click.echo(markdown(titles, cells), nl=False)
        return
    from kg.faces.cli.terminal import lay_out

    click.echo("".join(f"{line}\n" for line in lay_out(titles, cells)), nl=False)


def print_plain(
    columns: Sequence[str], titles: Sequence[str], rows: Sequence[Sequence[Any]], format_: str | None, lang: str
) -> None:
    """Print rows of Python texts and numbers: with *titles* for readers, with *columns* for programs."""
    kind = chosen(format_)
    if kind in ("table", "md"):
        print_cells(titles, [[str(c) for c in row] for row in rows], kind)
    else:
        print_table(plain_table(columns, rows), kind, lang)


def cite(passages: Sequence[str]) -> str:
    """Passages in brackets, for the end of a line: `` [w1-L0027 w1-L0453]``."""
    return f" [{' '.join(p.removeprefix(PASSAGE) for p in passages)}]" if passages else ""
