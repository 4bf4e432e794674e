"""Tables in the formats of ``--format``, for readers and for programs."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click
import pyoxigraph as ox

from kg.ask.tables import for_reader, plain_table, with_labels
from kg.errors import UsageProblem
from kg.faces.cli.bilingual import FilePath, option
from kg.faces.cli.output import write
from kg.store import spreadsheet
from kg.store.results import FORMATS, WRITERS, Table, markdown
from kg.store.values import plain, written
from kg.terms import Text, amount
from kg.vocab import PASSAGE

if TYPE_CHECKING:
    from kg.ask.citation.cited import Citation
    from kg.ask.names import Names


F = TypeVar("F", bound=Callable[..., Any])
FORMATS_OF_ROWS: Final = (*FORMATS, "xlsx")
FORMATS_WITH_TEXT: Final = ("text", *FORMATS_OF_ROWS)
_OUTPUT: Final = "kg.output"
_PEOPLE: Final = "kg.people"


def _kept(key: str) -> Any:
    """A callback that keeps the value of an option for :func:`print_table`."""

    def keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
        ctx.meta[key] = value

    return keep


def _format_options(formats: Sequence[str]) -> Callable[[F], F]:
    """Adds ``--format``, ``-o`` and ``--people`` to a command."""

    def add(function: F) -> F:
        for one in (
            option(
                "--people",
                is_flag=True,
                expose_value=False,
                callback=_kept(_PEOPLE),
                help=Text(
                    "csv 给人看:屏幕上的列与语言,供 Excel 打开",
                    "csv for people: the columns and language of the screen",
                ),
            ),
            option(
                "-o",
                "output",
                type=FilePath(),
                expose_value=False,
                callback=_kept(_OUTPUT),
                help=Text("写入文件;格式可由结尾得知", "write to this file; its ending tells the format"),
            ),
            option("--format", "format_", type=click.Choice(formats), help="/".join(formats)),
        ):
            function = one(function)
        return function

    return add


format_option = _format_options(FORMATS_OF_ROWS)
"""Adds the options of a table to a command: a table on a terminal, TSV in a pipe."""
format_or_text_option = _format_options(FORMATS_WITH_TEXT)
"""Adds them to a command whose answer reads best as text: text on a terminal, TSV in a pipe."""


def chosen(format_: str | None, terminal: str = "table") -> str:
    """The format asked for; else that of the ending of the file; else CSV for people; else *terminal* or, in a pipe, TSV.

    Raises:
        UsageProblem: the ending of the file tells no format, or the format is for a terminal only.
    """
    output = _output()
    if format_ is None and output:
        format_ = Path(output).suffix.lower().removeprefix(".")
    kind = format_ or ("csv" if _for_people() else terminal if sys.stdout.isatty() else "tsv")
    if output and kind not in FORMATS_OF_ROWS:
        raise UsageProblem(
            Text(f"写不成“{output}”这种文件", f"the answer cannot be a file like “{output}”"),
            hint=Text(
                f"--format 可选:{'、'.join(FORMATS_OF_ROWS)}", f"--format is one of: {', '.join(FORMATS_OF_ROWS)}"
            ),
        )
    return kind


def for_readers(kind: str) -> bool:
    """Whether a format is for people, who see names, rather than for programs."""
    return kind in ("table", "md", "xlsx") or (kind == "csv" and _for_people())


def _for_people() -> bool:
    return bool(click.get_current_context().meta.get(_PEOPLE))


def put(text: str | bytes) -> None:
    """Write *text* to the file of ``-o``, else to standard output.

    Raises:
        UsageProblem: it is a binary file, and standard output is a terminal.
        OutputError: the file cannot be written.
    """
    output = _output()
    if output:
        write(text, output)
    elif isinstance(text, bytes) and sys.stdout.isatty() and not text.startswith(codecs.BOM_UTF8):
        raise UsageProblem(
            Text("xlsx 是文件,不能写到终端", "xlsx is a file, not for a terminal"),
            hint=Text("用 -o 文件.xlsx", "name it with -o FILE.xlsx"),
        )
    else:
        click.echo(text, nl=False)


def _output() -> str | None:
    """The file of ``-o``; None if it is standard output."""
    output: str | None = click.get_current_context().meta.get(_OUTPUT)
    return None if output in (None, "", "-") else output


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
    cited: Callable[[], Citation] | None = None,
) -> None:
    """Print *table*, or write it to the file of ``-o``.

    Args:
        table: rows of terms.
        format_: one of FORMATS, or None for the default.
        lang: language of headings and names.
        names: where IRIs get their names; None prints IRIs.
        heads: column → heading; None prints the variables.
        things: columns that get a second column with names in formats for programs; None means those with IRIs.
        cited: makes the citation of the table, for a spreadsheet.
        exact: whether CSV has every value unchanged, for programs; else it is made for spreadsheets (decision 0011).
    """
    kind = chosen(format_)
    if kind == "xlsx" or (kind == "csv" and _for_people()):
        from kg.ask.sheet import sheet
        from kg.faces.sheets import people_csv, xlsx

        shown = sheet(table, lang, names, heads)
        put(
            people_csv(shown)
            if kind == "csv"
            else xlsx(shown, lang, cited() if cited else None, truncated=table.truncated)
        )
    elif kind in ("table", "md"):
        table = for_reader(table, lang, names)
        titles = [heads[c].pick(lang) if heads and c in heads else c for c in table.columns]
        cells = [[cell(term, lang, names) for term in row] for row in table.rows]
        print_cells(titles, cells, kind)
    else:
        labelled = with_labels(table, lang, names, things) if names and kind != "ttl" else table
        put(spreadsheet.csv(labelled) if kind == "csv" and not exact else WRITERS[kind](labelled))
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
        put(markdown(titles, cells))
        return
    from kg.faces.cli.terminal import lay_out

    put("".join(f"{line}\n" for line in lay_out(titles, cells)))


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
