"""Rows as files to be opened in a spreadsheet: every text stays a text (CWE-1236; decision 0011).

The shell's ``--format csv`` and the files of saved queries over HTTP are these; what is exact is in
:mod:`kg.store.results`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

import pyoxigraph as ox

from kg.store.results import Table, to_csv, to_tsv
from kg.store.values import Term, finite, plain, written

_FORMULA: Final = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
"""How a text begins that a spreadsheet may take for a formula; in Chinese and Japanese ones, full-width signs begin one too."""


def csv(table: Table) -> bytes:
    """CSV in UTF-8 with the byte-order mark by which Excel knows it."""
    return to_csv(harmless(table)).encode("utf-8-sig")


def tsv(table: Table) -> bytes:
    """TSV in UTF-8."""
    return to_tsv(harmless(table)).encode()


def harmless(table: Table) -> Table:
    """The table with an apostrophe before each text that could be taken for a formula."""
    return replace(table, rows=tuple(tuple(map(_harmless, row)) for row in table.rows))


def _harmless(term: Term | None) -> Term | None:
    if term is None or finite(plain(term)):
        return term
    text = written(term)
    return ox.Literal(f"'{text}") if _FORMULA.match(text) else term
