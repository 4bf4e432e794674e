"""CSV and TSV for spreadsheets: no text in them is run as a formula (CWE-1236; decision 0011).

Used by the command line's ``--format csv`` and by saved queries over HTTP. :mod:`kg.store.results` writes the unchanged
values.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

import pyoxigraph as ox

from kg.store.results import Table, to_csv, to_tsv
from kg.store.values import Term, finite, plain, written

_FORMULA: Final = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
"""The beginning of a text that a spreadsheet may run as a formula; Chinese and Japanese versions accept full-width signs."""


def csv(table: Table) -> bytes:
    """CSV in UTF-8 with a byte-order mark, by which Excel recognises UTF-8."""
    return to_csv(harmless(table)).encode("utf-8-sig")


def tsv(table: Table) -> bytes:
    """TSV in UTF-8."""
    return to_tsv(harmless(table)).encode()


def harmless(table: Table) -> Table:
    """The table with an apostrophe before each text that a spreadsheet could run as a formula."""
    return replace(table, rows=tuple(tuple(map(_harmless, row)) for row in table.rows))


def _harmless(term: Term | None) -> Term | None:
    if term is None or finite(plain(term)):
        return term
    text = written(term)
    safe = harmless_text(text)
    return term if safe == text else ox.Literal(safe)


def harmless_text(text: str) -> str:
    """*text*, with an apostrophe before it if a spreadsheet could run it as a formula."""
    return f"'{text}" if _FORMULA.match(text) else text
