"""Finds the SERVICE clauses of a SPARQL query, and the graphs in its FROM clauses.

Tokens are those of SPARQL 1.1 (https://www.w3.org/TR/sparql11-query/#sparqlGrammar). Which token a character begins
depends on the grammar: ``<`` is less-than or opens an IRI; ``ex:SERVICE`` is a prefixed name or, if that gives no valid
IRI, ``ex:`` and a keyword (Oxigraph's parser then takes the shorter token). This module does not parse the grammar. It
follows all possible readings at once, as a nondeterministic automaton does, and reports a clause if any reading has it.
The engine's reading is one of them, so no clause is missed. A false report needs a name that looks like the keyword,
followed by a variable or a name, followed by ``{``.

Each pair of position and state is visited once, so the time is linear in the length of the query.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from typing import Final, NamedTuple

_WORD: Final = r"(?:[\w.:%-]|[^\x00-\x7f]|\\[_~.!$&'()*,;=/?\#@%-])"
"""A character of a prefixed name, a keyword or a number, or an escape in a local name (``\\`` and one character)."""
_VARIABLE: Final = r"[?$](?:\w|[^\x00-\x7f])+"
_IRI: Final = r"""[^\x00-\x20<>"{}|^`]*+>"""
_SHORT: Final = r"""(?:"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*')"""
# Only single characters are repeated possessively: before Python 3.11.5, a group repeated so can match wrongly (CPython's
# issue 106052). For the groups here it makes no difference, since none of them can match the same text in two ways.
_LONG: Final = r"""(?:\"{3}(?:[^"\\]|"(?!""))*\"{3}|'{3}(?:[^'\\]|'(?!''))*'{3})"""
_LONG_ESCAPED: Final = r"""(?:\"{3}(?:[^"\\]|\\.|"(?!""))*\"{3}|'{3}(?:[^'\\]|\\.|'(?!''))*'{3})"""
_SPACE: Final = r"[ \t\r\n]++"
_COMMENT: Final = r"\#[^\r\n]*+"
_GAP: Final = rf"(?:{_SPACE}|{_COMMENT})*"

# Text that can be skipped in every reading: it has no relevant keyword and only one reading. ``<`` before an IRI with // is
# not less-than, since no expression has // after a name. If an IRI has no quote, # or \, both readings of its ``<`` arrive
# at its end in the same state.
_PLAIN: Final = rf"""[\x00-\x20!&()*,/;=>@\[\]^`{{|}}~\x7f] | {_VARIABLE} | [?$]
    | (?!{_WORD}*?(?:service|from)) {_WORD}+
    | < (?: (?=[\x00-\x20<"{{}}|^`]) | [a-z][\w+.-]*+://{_IRI} | (?![^\x00-\x20<>"{{}}|^`'\#\\]*+['\#\\]{_IRI}) )"""
_TOKEN: Final = rf"""(?P<space>{_SPACE}) | (?P<comment>\#) | (?P<quote>["']) | (?P<angle><) | (?P<variable>{_VARIABLE})
    | (?P<word>{_WORD}+) | (?P<open>{{) | (?P<other>[^\\])"""


def _compiled(pattern: str, flags: int = 0) -> re.Pattern[str]:
    return re.compile(pattern, re.VERBOSE | re.IGNORECASE | re.ASCII | flags)


_plain: Final = _compiled(f"(?:{_PLAIN})*")
_plain_or_quoted: Final = _compiled(rf"""(?:{_PLAIN} | {_COMMENT} | {_LONG} | (?!"{{3}}|'{{3}}) {_SHORT})*""")
_gap: Final = _compiled(_GAP)
_token: Final = _compiled(_TOKEN)
_iri: Final = _compiled(_IRI)
_long: Final = _compiled(_LONG_ESCAPED, re.DOTALL)
_short: Final = _compiled(_SHORT)
_keyword: Final = _compiled("service|from")
_service: Final = _compiled("service(.*)")
_from: Final = _compiled("(?:ask|construct)?from(?:named)?")
_line_end: Final = re.compile(r"[\r\n]")
_escape: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")

PROLOGUE: Final = _compiled(
    rf"(?:{_SPACE}|{_COMMENT}|PREFIX{_GAP}[^\s:<>\#]*+:{_GAP}<[^>]*+>|BASE{_GAP}<[^>]*+>|VERSION{_GAP}{_SHORT})*"
)
"""The declarations before a query, with white space and comments. May match the empty string."""
_QUICK: Final = 8
"""Limit for :data:`_plain_or_quoted`, which also skips strings and comments: it may skip this many times the length of the
query. Overlapping readings could otherwise skip the same text once per character, in quadratic time. Beyond the limit,
readings advance by one token, so that they meet and are visited once."""

_ELSEWHERE, _AFTER_SERVICE, _AFTER_ADDRESS, _AFTER_FROM = range(4)


class Clauses(NamedTuple):
    """The clauses found in a query.

    Attributes:
        service: whether any reading has a SERVICE clause.
        graphs: the graphs of FROM and FROM NAMED in any reading, as written in the query.
    """

    service: bool
    graphs: list[str]


def clauses(sparql: str) -> Clauses:
    """The clauses of *sparql* in any reading.

    The query is read twice: with codepoint escapes (SPARQL 1.1, 19.2) resolved, and with the escapes left as they are.
    Oxigraph resolves them in strings and IRIs only, other engines everywhere.
    """
    graphs: dict[str, None] = {}
    for text in dict.fromkeys((sparql, unescaped(sparql))):
        if _keyword.search(text):
            readings = _Readings(text)
            if readings.find():
                return Clauses(True, [])
            graphs |= readings.graphs
    return Clauses(False, list(graphs))


def unescaped(sparql: str) -> str:
    """The text with its codepoint escapes resolved (SPARQL 1.1, 19.2)."""
    if "\\" not in sparql:
        return sparql
    return _escape.sub(lambda m: chr(min(int(m[1] or m[2], 16), 0x10FFFF)), sparql)


class _Readings:
    """Follows all readings of *text*. A reading is at a position of the text in one of the states above.

    Attributes:
        graphs: the graphs of FROM as written, in the order found.
        steps: number of (position, state) pairs visited.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._ahead = [(0, _ELSEWHERE)]
        self._seen: set[tuple[int, int]] = set()
        self._skips_left = _QUICK * len(text)
        self.graphs: dict[str, None] = {}
        self.steps = 0

    def find(self) -> bool:
        """Whether there is a SERVICE clause. If there is none, ``graphs`` is complete afterwards."""
        while self._ahead:
            at = self._ahead.pop()
            if at not in self._seen:
                self._seen.add(at)
                self.steps += 1
                if self._step(*at):
                    return True
        return False

    def _step(self, start: int, state: int) -> bool:
        """Skip plain text, then read one token. Returns whether the token completes a SERVICE clause."""
        start = self._skip(start, state)
        token = _token.match(self._text, start)
        if token is None:  # the end of the text, or a character that no engine accepts
            return False
        kind, end = token.lastgroup, token.end()
        if kind == "open" and state == _AFTER_ADDRESS:
            return True
        if kind == "space":
            self._ahead.append((end, state))
        elif kind == "comment":
            self._ahead.append((self._line_end(end), state))
        elif kind == "quote":
            self._ahead += [(end, _ELSEWHERE) for end in self._string_ends(start)]
        elif kind == "angle":
            self._angle(start, state)
        elif kind == "word":
            self._ahead += [(end, then) for then in self._word(token[0], state)]
        else:
            self._ahead.append((end, _AFTER_ADDRESS if kind == "variable" and state == _AFTER_SERVICE else _ELSEWHERE))
        return False

    def _skip(self, start: int, state: int) -> int:
        """The end of the plain text that begins at *start*."""
        if self._skips_left > 0:
            plain = _plain_or_quoted if state == _ELSEWHERE else _gap
        elif state == _ELSEWHERE:
            plain = _plain
        else:
            return start
        found = plain.match(self._text, start)
        end = found.end() if found else start
        self._skips_left -= end - start
        return end

    def _angle(self, start: int, state: int) -> None:
        """Read ``<`` as less-than, and also as the beginning of an IRI if an IRI can follow."""
        self._ahead.append((start + 1, _ELSEWHERE))
        if iri := _iri.match(self._text, start + 1):
            self._ahead.append((iri.end(), _AFTER_ADDRESS if state == _AFTER_SERVICE else _ELSEWHERE))
            if state == _AFTER_FROM:
                self.graphs[self._text[start : iri.end()]] = None

    def _word(self, word: str, state: int) -> Iterator[int]:
        """The states after *word*: a keyword, a name, or keywords and a name without a space between them."""
        yield _ELSEWHERE
        if state == _AFTER_SERVICE:
            if word.lower() == "silent":
                yield _AFTER_SERVICE
            elif ":" in word:
                yield _AFTER_ADDRESS
        elif state == _AFTER_FROM:
            if word.lower() == "named":
                yield _AFTER_FROM
            elif ":" in word:
                self.graphs[word] = None
        if service := _service.search(word):
            if ":" in service[1]:
                yield _AFTER_ADDRESS
            if word.lower().endswith(("service", "servicesilent")):
                yield _AFTER_SERVICE
        if _from.fullmatch(word):
            yield _AFTER_FROM

    def _string_ends(self, start: int) -> Iterator[int]:
        """Where a string that begins at *start* may end.

        Oxigraph reads a long string with an invalid escape (``\\uD800``) as an empty string and another string.
        """
        long = _long.match(self._text, start)
        if long:
            yield long.end()
        if (not long or "\\" in long[0]) and (short := _short.match(self._text, start)):
            yield short.end()

    def _line_end(self, start: int) -> int:
        n = bisect_left(self._line_ends, start)
        return self._line_ends[n] if n < len(self._line_ends) else len(self._text)

    @cached_property
    def _line_ends(self) -> list[int]:
        return [end.start() for end in _line_end.finditer(self._text)]
