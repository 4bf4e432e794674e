"""Code that fetches the rows of a saved query, for the programs that analysts use."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from kg.terms import Text


@dataclass(frozen=True)
class Snippet:
    """Code for one program: what the program is called, and the code."""

    title: Text
    code: str


def snippets(base: str, name: str, values: Mapping[str, Sequence[str]], lang: str, limit: int) -> list[Snippet]:
    """Code for the rows of the saved query *name*.

    Args:
        base: base URL of the server.
        name: name of the query.
        values: parameter name → values.
        lang: language of the labels among the rows.
        limit: most rows of one answer.
    """
    asked = urlencode({**values, "limit": limit, "lang": lang}, doseq=True)
    csv, rows = (f"{base}/queries/{name}.{suffix}?{asked}" for suffix in ("csv", "json"))
    return [
        Snippet(Text("命令行(curl)", "shell (curl)"), f"curl -fsS -o {name}.csv {shlex.quote(csv)}"),
        Snippet(Text("Python", "Python"), _PYTHON.replace("URL", json.dumps(rows))),
        Snippet(Text("Python(kg 程序包)", "Python (the package kg)"), _package(name, values)),
        Snippet(Text("R", "R"), _R.replace("URL", json.dumps(rows))),
        Snippet(
            Text("Excel(Power Query)", "Excel (Power Query)"),
            _EXCEL.replace("URL", '"{}"'.format(rows.replace('"', '""'))),
        ),
    ]


_PYTHON = """import json
from urllib.request import urlopen

with urlopen(URL) as answer:
    rows = json.load(answer)["rows"]
print(len(rows), "rows")  # pandas.DataFrame(rows) makes a data frame of them
"""
_R = """library(jsonlite)
rows <- fromJSON(URL)$rows
str(rows)
"""
_EXCEL = """let
    Answer = Json.Document(Web.Contents(URL)),
    Rows = Table.FromRecords(Answer[rows], null, MissingField.UseNull)
in
    Rows
"""


def _package(name: str, values: Mapping[str, Sequence[str]]) -> str:
    """A call of :meth:`kg.graph.KnowledgeGraph.query`."""
    given = {key: value[0] if len(value) == 1 else list(value) for key, value in values.items()}
    arguments = ", ".join([json.dumps(name), *(f"{k}={json.dumps(v, ensure_ascii=False)}" for k, v in given.items())])
    return f"import kg\n\ntable = kg.open().query({arguments})\nprint(table.to_pandas())\n"
