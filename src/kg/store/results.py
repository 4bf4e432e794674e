"""Tables of query results, and the formats in which other programs read them.

For files that people open in a spreadsheet, see :mod:`kg.store.spreadsheet`.
"""

from __future__ import annotations

import csv
import html
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kg import vocab
from kg.store import frames
from kg.store.values import Term, json_value, plain, written
from kg.terms import compact

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped]
    import polars as pl

FORMATS: Final = ("table", "json", "jsonl", "csv", "tsv", "md", "ttl")
_RESULT_SET: Final = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"


@dataclass(frozen=True)
class Table:
    """Rows of terms under named columns.

    Iterating gives each row as ``{column: Python value}``; ``len`` gives the number of rows; a notebook shows a table.

    Attributes:
        columns: names of the variables without ``?``, in the order of SELECT.
        rows: one tuple of terms per solution, in the order of ``columns``; None if a variable is unbound. A query can
            create triple terms (RDF 1.2), though the files of a project must not contain them.
        truncated: whether there are more rows than the row limit.

    Example:
        >>> table = graph.query("companies-in-segment", segment="灯纸")
        >>> table
        <Table: 1 rows; company, at, product, passage, place_passage>
        >>> [row["company"] for row in table][0]
        'https://w3id.org/xinzhi/organization/qinglan'
        >>> table.rows[0][0]
        <NamedNode value=https://w3id.org/xinzhi/organization/qinglan>
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]
    truncated: bool = field(default=False)

    def __repr__(self) -> str:
        """The number of rows and the columns, without the rows."""
        return f"<Table: {len(self)} rows{' and more' if self.truncated else ''}; {', '.join(self.columns)}>"

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Each row as {column: Python value}."""
        return (dict(zip(self.columns, map(plain, row), strict=True)) for row in self.rows)

    def head(self, most: int) -> Table:
        """The first *most* rows; ``truncated`` if there are more."""
        return self if len(self) <= most else Table(self.columns, self.rows[:most], truncated=True)

    def to_pandas(self) -> pd.DataFrame:
        """The rows as a pandas frame.

        Returns:
            Columns of type ``Int64``, ``Float64`` (any other number), ``boolean`` or ``string`` (IRIs as they are, texts,
            mixed columns, integers of more than 64 bits); ``pandas.NA`` where a variable is unbound.

        Raises:
            MissingFile: pandas is not installed.

        Example:
            >>> frame = graph.query("market-size", industry="纸灯业").to_pandas()
            >>> frame[["year", "value"]].dtypes.to_dict()
            {'year': Int64Dtype(), 'value': Float64Dtype()}
        """
        return frames.to_pandas(self.columns, self.rows)

    def to_polars(self) -> pl.DataFrame:
        """The rows as a polars frame.

        Returns:
            Columns of type ``Int64``, ``Float64``, ``Boolean`` or ``String``, as for :meth:`to_pandas`; null where a
            variable is unbound.

        Raises:
            MissingFile: polars is not installed.

        Example:
            >>> frame = graph.query("market-size", industry="纸灯业").to_polars()
            >>> frame.select("year", "value").dtypes
            [Int64, Float64]
        """
        return frames.to_polars(self.columns, self.rows)

    def _repr_html_(self) -> str:
        """The HTML that a notebook shows."""
        return to_html(self)


def json_rows(table: Table) -> list[dict[str, Any]]:
    """Each row as {column: JSON value}."""
    return [{column: json_value(value) for column, value in row.items()} for row in table]


def to_json(table: Table) -> str:
    """One JSON object: columns, rows as objects, and whether rows are missing."""
    body = {"columns": table.columns, "rows": json_rows(table), "truncated": table.truncated}
    return json.dumps(body, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def to_jsonl(table: Table) -> str:
    """One JSON object per row and line."""
    return "".join(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in json_rows(table))


def to_csv(table: Table) -> str:
    """CSV (RFC 4180) with a header line. A value is its lexical form; an unbound variable is an empty field."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows(_texts(table))
    return out.getvalue()


def to_tsv(table: Table) -> str:
    """Tab-separated lexical forms with a header line; tabs and line breaks in a value become spaces."""
    lines = [table.columns, *_texts(table)]
    return "".join("\t".join(" ".join(cell.split()) for cell in line) + "\n" for line in lines)


def to_markdown(table: Table) -> str:
    """A GitHub Markdown table of the lexical forms."""
    return markdown(table.columns, _texts(table))


def markdown(titles: Sequence[str], cells: Iterable[Sequence[str]]) -> str:
    """A GitHub Markdown table of strings; pipes are escaped, line breaks become spaces."""
    escaped = ([" ".join(c.replace("|", "\\|").splitlines()) for c in row] for row in cells)
    lines: Iterable[Sequence[str]] = [titles, ["---"] * len(titles), *escaped]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def to_html(table: Table, most: int = 100) -> str:
    """An HTML table of the first *most* rows, with a caption if there are more.

    IRIs are shown as prefixed names; the ``title`` attribute has the full IRI.
    """
    shown = table.rows[:most]
    notes = []
    if len(shown) < len(table):
        notes.append(f"共 {len(table)} 行,显示前 {most} 行 · the first {most} of {len(table)} rows")
    if table.truncated:
        notes.append("行数限制截断了答案,还有更多行 · a row limit cut the answer, there are more rows")
    caption = f"<caption>{'<br>'.join(notes)}</caption>" if notes else ""
    head = "".join(f"<th>{html.escape(c)}</th>" for c in table.columns)
    body = "\n".join(f"<tr>{''.join(map(_html_cell, row))}</tr>" for row in shown)
    return f"<table>{caption}\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def to_turtle(table: Table) -> str:
    """The solutions as Turtle in the result-set vocabulary of the W3C's SPARQL test suite."""
    node, rs = ox.NamedNode, _RESULT_SET
    result = ox.BlankNode("set")
    triples = [ox.Triple(result, node(vocab.TYPE), node(rs + "ResultSet"))]
    triples += [ox.Triple(result, node(rs + "resultVariable"), ox.Literal(c)) for c in table.columns]
    for n, row in enumerate(table.rows):
        solution = ox.BlankNode(f"s{n}")
        triples.append(ox.Triple(result, node(rs + "solution"), solution))
        for m, (column, term) in enumerate(zip(table.columns, row, strict=True)):
            if term is not None:
                binding = ox.BlankNode(f"b{n}x{m}")
                triples.append(ox.Triple(solution, node(rs + "binding"), binding))
                triples.append(ox.Triple(binding, node(rs + "variable"), ox.Literal(column)))
                triples.append(ox.Triple(binding, node(rs + "value"), term))
    return serialise(triples, ox.RdfFormat.TURTLE)


def serialise(items: Iterable[Any], format_: ox.RdfFormat) -> str:
    """Triples or quads as text, with the project's prefixes in formats that support prefixes."""
    named = format_ in (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG)
    text = ox.serialize(items, format=format_, prefixes=dict(vocab.PREFIXES) if named else None)
    return (text or b"").decode()


def _texts(table: Table) -> Iterator[list[str]]:
    return (["" if term is None else written(term) for term in row] for row in table.rows)


def _html_cell(term: Term | None) -> str:
    """A table cell. Text is aligned to the left, because notebooks align every cell to the right."""
    if isinstance(term, ox.NamedNode):
        return f'<td style="text-align: left" title="{html.escape(term.value)}">{html.escape(compact(term.value))}</td>'
    text = "" if term is None else html.escape(written(term))
    return f'<td style="text-align: left">{text}</td>' if isinstance(plain(term), str) else f"<td>{text}</td>"


WRITERS: Final = {
    "json": to_json,
    "jsonl": to_jsonl,
    "csv": to_csv,
    "tsv": to_tsv,
    "md": to_markdown,
    "ttl": to_turtle,
}
"""Format name → function from a Table to text. The command line writes the format ``table`` itself."""
