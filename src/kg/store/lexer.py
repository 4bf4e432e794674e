"""The clauses of a SPARQL query that reach beyond its own data: SERVICE, and the graphs of FROM.

Tokens are those of SPARQL 1.1 (https://www.w3.org/TR/sparql11-query/#sparqlGrammar). What a character begins depends on
the grammar around it: ``<`` is less-than or opens an IRI, ``ex:SERVICE`` is a name or, where that name would be no IRI,
``ex:`` and a keyword (Oxigraph's parser takes the shorter reading then). The grammar is not read here. Instead all readings
are followed at once, as a nondeterministic automaton does: a clause is reported if any reading has it. An engine's own
reading is one of them, so no clause is missed; a name that merely looks like the keyword is reported only where a variable
or a name and then ``{`` follow it.

Each pair of position and state is visited once, so the work grows with the length of the query.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from typing import Final, NamedTuple

_WORD: Final = r"(?:[\w.:%-]|[^\x00-\x7f]|\\[_~.!$&'()*+,;=/?\#@%-])"
"""A character of a prefixed name, a keyword, a number; ``\\`` and one more is an escape of a local name."""
_VARIABLE: Final = r"[?$](?:\w|[^\x00-\x7f])++"
_IRI: Final = r"""[^\x00-\x20<>"{}|^`]*+>"""
_SHORT: Final = r"""(?:"(?:[^"\\\r\n]|\\.)*+"|'(?:[^'\\\r\n]|\\.)*+')"""
_LONG: Final = r"""(?:\"{3}(?:"{0,2}[^"\\])*+\"{3}|'{3}(?:'{0,2}[^'\\])*+'{3})"""
_LONG_ESCAPED: Final = r"""(?:\"{3}(?:"{0,2}(?:[^"\\]|\\.))*+\"{3}|'{3}(?:'{0,2}(?:[^'\\]|\\.))*+'{3})"""
_SPACE: Final = r"[ \t\r\n]++"
_COMMENT: Final = r"\#[^\r\n]*+"
_GAP: Final = rf"(?:{_SPACE}|{_COMMENT})*+"

# What leaves every reading where it was: no keyword that is looked for, and one way to read it. An IRI with // in it is no
# less-than (no expression has // behind a name); with no quote, # or \ in it, both readings meet behind it.
_PLAIN: Final = rf"""[^"'\#<\\\w.:%?$\x80-\U0010ffff-] | {_VARIABLE} | [?$]
    | (?!{_WORD}*?(?:service|from)) {_WORD}++
    | < (?: (?=[\x00-\x20<"{{}}|^`]) | [a-z][\w+.-]*+://{_IRI} | (?![^\x00-\x20<>"{{}}|^`'\#\\]*+['\#\\]{_IRI}) )"""
_TOKEN: Final = rf"""(?P<space>{_SPACE}) | (?P<comment>\#) | (?P<quote>["']) | (?P<angle><) | (?P<variable>{_VARIABLE})
    | (?P<word>{_WORD}++) | (?P<open>{{) | (?P<other>[^\\])"""


def _compiled(pattern: str, flags: int = 0) -> re.Pattern[str]:
    return re.compile(pattern, re.VERBOSE | re.IGNORECASE | re.ASCII | flags)


_plain: Final = _compiled(f"(?:{_PLAIN})*+")
_plain_or_quoted: Final = _compiled(rf"""(?:{_PLAIN} | {_COMMENT} | {_LONG} | (?!"{{3}}|'{{3}}) {_SHORT})*+""")
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
    rf"(?:{_SPACE}|{_COMMENT}|PREFIX{_GAP}[^\s:<>\#]*+:{_GAP}<[^>]*+>|BASE{_GAP}<[^>]*+>|VERSION{_GAP}{_SHORT})*+"
)
"""The declarations before a query, with the blanks and comments around them; matches everywhere, perhaps nothing."""
_QUICK: Final = 8
"""How many times the length of a query may be read in long strides, by the expression that takes strings and comments with
it. Readings that overlap could read a text with it as often as it has characters; behind this, they meet at every token."""

_ELSEWHERE, _AFTER_SERVICE, _AFTER_ADDRESS, _AFTER_FROM = range(4)


class Clauses(NamedTuple):
    """What some reading of a query has: a SERVICE clause; the names of graphs in FROM and FROM NAMED, as written."""

    service: bool
    graphs: list[str]


def clauses(sparql: str) -> Clauses:
    """The clauses of *sparql*, in any of its readings.

    Codepoint escapes (SPARQL 1.1, 19.2) are resolved in one reading and left in another: Oxigraph resolves them in strings
    and IRIs only, other engines everywhere.
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
    """All readings of *text*: at each position, the states in which some reading is there.

    Attributes:
        graphs: names of graphs in FROM, in the order found.
        steps: tokens read so far.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._ahead = [(0, _ELSEWHERE)]
        self._seen: set[tuple[int, int]] = set()
        self._strides = _QUICK * len(text)
        self.graphs: dict[str, None] = {}
        self.steps = 0

    def find(self) -> bool:
        """Whether there is a SERVICE clause; if there is none, ``graphs`` are all."""
        while self._ahead:
            at = self._ahead.pop()
            if at not in self._seen:
                self._seen.add(at)
                self.steps += 1
                if self._step(*at):
                    return True
        return False

    def _step(self, start: int, state: int) -> bool:
        """Read one token, and before it what is plain; True if it completes a SERVICE clause."""
        start = self._skip(start, state)
        token = _token.match(self._text, start)
        if token is None:  # the end, or what no engine can read
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
        """The end of what is plain from *start* on."""
        if self._strides > 0:
            plain = _plain_or_quoted if state == _ELSEWHERE else _gap
        elif state == _ELSEWHERE:
            plain = _plain
        else:
            return start
        found = plain.match(self._text, start)
        end = found.end() if found else start
        self._strides -= end - start
        return end

    def _angle(self, start: int, state: int) -> None:
        """Read ``<`` as less-than, and as the beginning of an IRI if there can be one."""
        self._ahead.append((start + 1, _ELSEWHERE))
        if iri := _iri.match(self._text, start + 1):
            self._ahead.append((iri.end(), _AFTER_ADDRESS if state == _AFTER_SERVICE else _ELSEWHERE))
            if state == _AFTER_FROM:
                self.graphs[self._text[start : iri.end()]] = None

    def _word(self, word: str, state: int) -> Iterator[int]:
        """The states behind *word*, which is a keyword, a name, or keywords and a name without a space between them."""
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

        A long string with an escape that is no character (``\\uD800``) is read by Oxigraph as an empty string and another.
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
