"""The tokens of a valid SPARQL query (SPARQL 1.1, 19.8: the longest match), with white space and comments."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

# A string without an end goes to the end of the text; otherwise matching would take quadratic time.
_TOKEN: Final = re.compile(
    r"""(?P<gap>(?:[ \t\r\n]|\#[^\r\n]*)+)
    | (?P<string>\"{3}(?:[^"\\]|\\.|"(?!""))*(?:\"{3}|\\?\Z) | '{3}(?:[^'\\]|\\.|'(?!''))*(?:'{3}|\\?\Z)
      | "(?:[^"\\\r\n]|\\.)*(?:"|\\?\Z|(?=[\r\n])) | '(?:[^'\\\r\n]|\\.)*(?:'|\\?\Z|(?=[\r\n])))
    | (?P<iri><[^\x00-\x20<>"{}|^`]*>)
    | (?P<variable>[?$](?:\w|[^\x00-\x7f])+)
    | (?P<word>(?:[\w.:%-]|[^\x00-\x7f]|\\.)+)
    | (?P<sign>.)""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)


class SparqlToken(NamedTuple):
    """A token of a query.

    Attributes:
        kind: gap, string, iri, variable, word or sign.
        text: how it is written.
        start: where it begins in the query.
    """

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where it ends in the query."""
        return self.start + len(self.text)

    @property
    def word(self) -> str:
        """The keyword, in lower case; empty for other tokens."""
        return self.text.lower() if self.kind == "word" else ""


def tokens_of(sparql: str) -> list[SparqlToken]:
    """The tokens of a query, gaps included; together they are the query."""
    return [SparqlToken(m.lastgroup or "", m[0], m.start()) for m in _TOKEN.finditer(sparql)]
