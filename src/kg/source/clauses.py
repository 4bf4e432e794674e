"""Places in the SPARQL of a saved query: its VALUES blocks, the end of its outermost group, its SELECT and its order.

All are found by tokens, so that a brace or a keyword in a string, an IRI or a comment is not taken for syntax.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

# Strings, IRIs and comments come first, so that a brace or the word VALUES inside them is not taken for syntax.
# An unterminated string matches to the end of the file; otherwise matching would take quadratic time. CR and LF end a
# comment.
_TOKEN: Final = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*(?:"""|\\?\Z)|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*(?:\'\'\'|\\?\Z)'
    r'|"(?:[^"\\\n\r]|\\.)*(?:"|\\?\Z|(?=[\n\r]))|\'(?:[^\'\\\n\r]|\\.)*(?:\'|\\?\Z|(?=[\n\r]))'
    r"|<[^<>\"{}|^`\\\s]*>|\#[^\n\r]*|[?$]\w+|[^\W\d][\w-]*(?::[\w.%-]*)?|\S",
    re.DOTALL,
)


def value_blocks(sparql: str) -> list[tuple[str, int, int]]:
    """Variable, start and end of the text between the braces of each VALUES block with one variable."""
    tokens = _tokens(sparql)
    blocks, close = [], None
    for at in range(len(tokens) - 1, -1, -1):  # from the end, so that the closing brace of a block is known
        if tokens[at][0] == "}":
            close = tokens[at]
        elif close and tokens[at][0].upper() == "VALUES" and at + 2 < len(tokens):
            variable, brace = tokens[at + 1][0], tokens[at + 2]
            if variable[0] in "?$" and brace[0] == "{":
                blocks.append((variable[1:], brace.end(), close.start()))
    return blocks[::-1]


def prefixes(sparql: str) -> dict[str, str]:
    """Prefix → namespace, of each PREFIX whose namespace is an absolute IRI."""
    tokens = [token[0] for token in _tokens(sparql)]
    declared = zip(tokens, tokens[1:], tokens[2:], strict=False)
    return {
        name[:-1]: namespace[1:-1]
        for word, name, namespace in declared
        if word.upper() == "PREFIX" and name.endswith(":") and ":" in namespace
    }


def with_values(sparql: str, terms: Mapping[str, str]) -> str:
    """*sparql* with other terms in the VALUES blocks of these variables."""
    pieces, end = [], 0
    for name, start, stop in value_blocks(sparql):
        if name in terms:
            pieces += [sparql[end:start], " ", terms[name], " "]
            end = stop
    return "".join([*pieces, sparql[end:]])


def with_filters(sparql: str, terms: Mapping[str, Sequence[str]]) -> str:
    """*sparql* with only the solutions in which each of these variables is one of its terms."""
    filters = " ".join(f"FILTER(?{name} IN ({', '.join(wanted)}))" for name, wanted in terms.items())
    return _inserted(sparql, {_outermost(_tokens(sparql))[1].start(): f"{filters} "}) if filters else sparql


def with_columns(sparql: str, names: Sequence[str]) -> str:
    """*sparql* with these variables first in SELECT, and first in GROUP BY and ORDER BY where the query has them."""
    if not names:
        return sparql
    tokens, words = _tokens(sparql), " ".join(f"?{name}" for name in names)
    opening, closing = _outermost(tokens)
    added: dict[int, str] = {}
    for before, token in zip([None, *tokens], tokens, strict=False):
        after_group = token.start() > closing.start()
        word = token[0].upper()
        if word == "SELECT" and token.start() < opening.start():
            added[token.end()] = f" {words}"
        elif (
            word in ("DISTINCT", "REDUCED")
            and before
            and before[0].upper() == "SELECT"
            and token.end() < opening.start()
        ):
            del added[before.end()]
            added[token.end()] = f" {words}"
        elif word == "BY" and after_group:
            added[token.end()] = f" {words}"
    return _inserted(sparql, added)


def visible(sparql: str) -> set[str]:
    """The variables whose VALUES block is outside subqueries, MINUS and EXISTS, so that a row can show their value."""
    groups: list[bool] = []  # of each open group, whether it is one of these or in one
    found, tokens = set(), _tokens(sparql)
    for here, token in enumerate(tokens):
        following = tokens[here + 1 : here + 3]
        if token[0] == "{":
            inner = bool(following) and following[0][0].upper() == "SELECT"
            inner |= here > 0 and tokens[here - 1][0].upper() in ("MINUS", "EXISTS")
            groups.append(inner or (bool(groups) and groups[-1]))
        elif token[0] == "}" and groups:
            groups.pop()
        elif token[0].upper() == "VALUES" and following and groups and not groups[-1]:
            found.add(following[0][0][1:])
    return found


def ranked_by(sparql: str) -> str:
    """The variable by which the rows are ranked, largest first; empty if another order comes first."""
    tokens = [token[0] for token in _tokens(sparql)]
    starts = [n for n, token in enumerate(tokens) if token.upper() == "ORDER"]
    first = tokens[starts[-1] + 1 : starts[-1] + 5] if starts else []
    is_ranking = [token.upper() for token in first[:3]] == ["BY", "DESC", "("]
    return first[3][1:] if is_ranking and first[3:] and first[3][0] in "?$" else ""


def _tokens(sparql: str) -> list[re.Match[str]]:
    return [m for m in _TOKEN.finditer(sparql) if not m[0].startswith("#")]


def _outermost(tokens: Sequence[re.Match[str]]) -> tuple[re.Match[str], re.Match[str]]:
    """The braces of the query's own group: the first that is opened outside of any other."""
    depth, opening = 0, None
    for token in tokens:
        if token[0] == "{":
            opening = opening or token
            depth += 1
        elif token[0] == "}":
            depth -= 1
            if opening and depth == 0:
                return opening, token
    raise ValueError("a query has a group")


def _inserted(text: str, added: Mapping[int, str]) -> str:
    pieces, end = [], 0
    for at in sorted(added):
        pieces += [text[end:at], added[at]]
        end = at
    return "".join([*pieces, text[end:]])
