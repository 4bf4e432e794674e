"""Places in the SPARQL of a saved query: its VALUES blocks, the end of its outermost group, its SELECT and its order.

All are found by tokens, so that a brace or a keyword in a string, an IRI or a comment is not taken for syntax.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from kg.source.tokens import SparqlToken, tokens_of


def value_blocks(sparql: str) -> list[tuple[str, int, int]]:
    """Variable, start and end of the text between the braces of each VALUES block with one variable."""
    tokens = _tokens(sparql)
    blocks, close = [], None
    for at in range(len(tokens) - 1, -1, -1):  # from the end, so that the closing brace of a block is known
        if tokens[at].text == "}":
            close = tokens[at]
        elif close and tokens[at].word == "values" and at + 2 < len(tokens):
            variable, brace = tokens[at + 1 : at + 3]
            if variable.kind == "variable" and brace.text == "{":
                blocks.append((variable.text[1:], brace.end, close.start))
    return blocks[::-1]


def prefixes(sparql: str) -> dict[str, str]:
    """Prefix → namespace, of each PREFIX whose namespace is an absolute IRI."""
    tokens = [token.text for token in _tokens(sparql)]
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
    return _inserted(sparql, {_outermost(_tokens(sparql))[1].start: f"{filters} "}) if filters else sparql


def with_columns(sparql: str, names: Sequence[str]) -> str:
    """*sparql* with these variables first in SELECT, and first in GROUP BY and ORDER BY where the query has them."""
    if not names:
        return sparql
    tokens, words = _tokens(sparql), " ".join(f"?{name}" for name in names)
    opening, closing = _outermost(tokens)
    added: dict[int, str] = {}
    for before, token in zip([None, *tokens], tokens, strict=False):
        head, tail = token.start < opening.start, token.start > closing.start
        if head and token.word == "select":
            added[token.end] = f" {words}"
        elif head and token.word in ("distinct", "reduced") and before and before.word == "select":
            del added[before.end]
            added[token.end] = f" {words}"
        elif tail and token.word == "by":
            added[token.end] = f" {words}"
    return _inserted(sparql, added)


def visible(sparql: str) -> set[str]:
    """The variables whose VALUES block is outside subqueries, MINUS and EXISTS, so that a row can show their value."""
    groups: list[bool] = []  # of each open group, whether it is one of these or in one
    found, tokens = set(), _tokens(sparql)
    for here, token in enumerate(tokens):
        following = tokens[here + 1 : here + 2]
        if token.text == "{":
            inner = bool(following) and following[0].word == "select"
            inner |= here > 0 and tokens[here - 1].word in ("minus", "exists")
            groups.append(inner or (bool(groups) and groups[-1]))
        elif token.text == "}" and groups:
            groups.pop()
        elif token.word == "values" and following and groups and not groups[-1]:
            found.add(following[0].text[1:])
    return found


def ranked_by(sparql: str) -> str:
    """The variable by which the rows are ranked, largest first; empty if another order comes first."""
    tokens = _tokens(sparql)
    starts = [n for n, token in enumerate(tokens) if token.word == "order"]
    first = tokens[starts[-1] + 1 : starts[-1] + 5] if starts else []
    is_ranking = [token.text.lower() for token in first[:3]] == ["by", "desc", "("]
    return first[3].text[1:] if is_ranking and first[3:] and first[3].kind == "variable" else ""


@lru_cache(maxsize=256)  # a query gets other values for each question, and its text stays the same
def _tokens(sparql: str) -> tuple[SparqlToken, ...]:
    return tuple(token for token in tokens_of(sparql) if token.kind != "gap")


def _outermost(tokens: Sequence[SparqlToken]) -> tuple[SparqlToken, SparqlToken]:
    """The braces of the query's own group: the first that is opened outside of any other."""
    depth, opening = 0, None
    for token in tokens:
        if token.text == "{":
            opening = opening or token
            depth += 1
        elif token.text == "}":
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
