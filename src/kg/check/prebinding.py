"""Whether the query of a SPARQL constraint may be asked once for all focus nodes.

SHACL asks it for one focus node at a time, with ``$this`` pre-bound: the node takes the place of the variable wherever it
stands (https://www.w3.org/TR/shacl/#pre-binding). The solutions of the query with ``?this`` left open, joined with the focus
nodes, are the same solutions if in every part of the query the variable has its value from a pattern of that part. The
operators of SPARQL's algebra then keep the solutions of one node apart from those of another:

- a group of patterns, each branch of a UNION and each OPTIONAL that compares ``?this`` in a FILTER or BIND binds it itself,
  or, an OPTIONAL, stands behind patterns that bind it;
- each SELECT returns ``?this``, aggregates only what is grouped by it, and binds it or does not mention it in its patterns;
- there is no LIMIT, which would count the solutions of all nodes together, and no MINUS, VALUES, GRAPH, FROM or SERVICE;
- ``$currentShape``, which is pre-bound too, does not occur.

The answer is no where this is not certain: such a constraint is left to pySHACL, which asks for each node.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_TOKEN: Final = re.compile(
    r"""(?P<space>\s+|\#[^\r\n]*) | (?P<string>\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}|"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*')
    | (?P<iri><[^\x00-\x20<>"{}|^`\\]*>) | (?P<variable>[?$]\w+) | (?P<word>[\w.:-]+(?:\\.[\w.:-]*)*) | (?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)
_THIS: Final = "?this"
_OTHERS: Final = frozenset(("?currentShape", "?shapesGraph"))
"""Variables that are pre-bound, besides that of the focus node."""
_UNSUPPORTED: Final = frozenset(("LIMIT", "OFFSET", "MINUS", "VALUES", "GRAPH", "FROM", "SERVICE"))
_AGGREGATES: Final = frozenset(("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"))
_OPEN, _CLOSE = frozenset("{("), frozenset("})")


class _Unknown(Exception):
    """It is not certain that one query for all nodes gives the same."""


def same_for_all(select: str, *, in_data: bool) -> bool:
    """Whether *select*, the ``sh:select`` of a constraint of a node shape, gives the same when all nodes are asked at once.

    Args:
        select: a SELECT query that the engine has read without an error, without its PREFIX declarations.
        in_data: whether all focus nodes are in the data. A path of length zero (``p*``, ``p?``) leads from a node to itself,
            and an open variable has only nodes of the data as values.
    """
    try:
        reader = _Reader(select)
        return reader.whole() and (in_data or not reader.has_path_of_length_zero)
    except _Unknown:
        return False


def variables(query: str) -> Iterator[tuple[int, str]]:
    """The offset and the name, without its sign, of each variable of *query*, but for what is in strings and comments."""
    for found in _TOKEN.finditer(query):
        if found.lastgroup == "variable":
            yield found.start(), found[0][1:]


def set_apart(query: str) -> str:
    """*query* with a space before each variable: pySHACL binds none that stands right behind another sign than a bracket."""
    starts = [start for start, _ in variables(query)]
    ends = [*starts, len(query)]
    return query[: ends[0]] + "".join(" " + query[a:b] for a, b in zip(starts, ends[1:], strict=True))


def _tokens(select: str) -> Iterator[str]:
    """The tokens; keywords in capitals, variables with a question mark, IRIs and strings without what is in them."""
    for found in _TOKEN.finditer(select):
        kind, token = found.lastgroup, found[0]
        if kind == "variable":
            yield "?" + token[1:]
        elif kind == "iri":
            if "?" in token or "$" in token:  # this may be a comparison of two variables
                raise _Unknown
            yield "<>"
        elif kind == "string":
            yield '""'
        elif kind != "space":
            yield token.upper() if ":" not in token else token


class _Reader:
    """Reads a query, from its first token to its last."""

    def __init__(self, select: str) -> None:
        self._tokens = list(_tokens(select))
        self._at = 0
        if (_UNSUPPORTED | _OTHERS) & set(self._tokens):
            raise _Unknown
        self.has_path_of_length_zero = bool({"*", "?"} & set(self._tokens))

    def whole(self) -> bool:
        """Read the whole query; return True unless something stands behind it."""
        self._select()
        return self._at == len(self._tokens)

    def _select(self) -> bool:
        """Read a SELECT query that binds ``?this`` in all its solutions, or in none; return which."""
        head = self._until({"{"})
        start = self._at
        binds = self._group(bound=False)
        mentioned = _THIS in self._tokens[start : self._at]
        tail = self._until({"}"})
        grouped = _after(tail, "GROUP")
        if _THIS not in _outside(head) or "*" in _outside(head) or ("GROUP" in tail and _THIS not in _outside(grouped)):
            raise _Unknown
        if "GROUP" not in tail and _AGGREGATES & {*head, *tail}:
            raise _Unknown
        if mentioned and not binds:
            raise _Unknown
        return binds

    def _group(self, *, bound: bool) -> bool:
        """Read ``{ … }``; return whether it binds ``?this`` in all of its solutions.

        Args:
            bound: whether a FILTER in it sees a value for ``?this`` from outside.
        """
        self._next("{")
        if self._peek() == "SELECT":
            binds = self._select()
            self._next("}")
            return binds
        binds = compared = False
        while (token := self._peek()) != "}":
            if token == _THIS:
                binds = True
                self._at += 1
            elif token == "{":
                binds |= self._union()
            elif token == "OPTIONAL":
                self._at += 1
                self._group(bound=binds)
            elif token == "FILTER":
                self._at += 1
                compared |= self._expression()
            elif token == "BIND":
                self._at += 1
                if self._expression() and not binds:
                    raise _Unknown
            elif token == "(":
                compared |= self._expression()
            else:
                self._at += 1
        self._next("}")
        if compared and not (binds or bound):
            raise _Unknown
        return binds

    def _union(self) -> bool:
        """Read ``{ … } UNION { … } …``; return whether all branches bind ``?this``."""
        binds = self._group(bound=False)
        while self._peek() == "UNION":
            self._at += 1
            binds &= self._group(bound=False)
        return binds

    def _expression(self) -> bool:
        """Read an expression up to the end of its brackets or of its ``EXISTS { … }``; return whether it has ``?this``."""
        has, depth = False, 0
        while True:
            token = self._peek()
            if token == "{":  # the pattern of EXISTS: it sees the values of the solution that is tested
                start = self._at
                self._group(bound=True)
                has |= _THIS in self._tokens[start : self._at]
            elif token == "AS" and self._tokens[self._at + 1] == _THIS:
                raise _Unknown
            else:
                has |= token == _THIS
                depth += (token == "(") - (token == ")")
                self._at += 1
            if depth == 0 and token in ("{", ")"):
                return has

    def _until(self, ends: set[str]) -> list[str]:
        """The tokens up to one of *ends* or the end of the query."""
        start = self._at
        while self._at < len(self._tokens) and self._tokens[self._at] not in ends:
            self._at += 1
        return self._tokens[start : self._at]

    def _peek(self) -> str:
        if self._at == len(self._tokens):
            raise _Unknown
        return self._tokens[self._at]

    def _next(self, wanted: str) -> None:
        if self._peek() != wanted:
            raise _Unknown
        self._at += 1


def _outside(tokens: list[str]) -> list[str]:
    """The tokens that stand in no brackets."""
    depth, found = 0, []
    for token in tokens:
        depth += (token in _OPEN) - (token in _CLOSE)
        if depth == 0:
            found.append(token)
    return found


def _after(tokens: list[str], word: str) -> list[str]:
    return tokens[tokens.index(word) :] if word in tokens else []
