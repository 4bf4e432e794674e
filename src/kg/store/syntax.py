"""Turns a syntax error of Oxigraph's SPARQL parser into a short message with the faulty part marked.

The parser's own message lists every token that it expected. Its position is the farthest character that it has read. An
attempt to match a keyword advances the position by the length of the keyword. If the parser expected only keywords, the
fault is therefore somewhere in that span, and the whole span is marked.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from kg.errors import Place, QuerySyntax, SyntaxProblem
from kg.terms import Text
from kg.vocab import PREFIXES

_AT: Final = re.compile(r"at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_UPDATE: Final = re.compile(r"(INSERT|DELETE|LOAD|CLEAR|CREATE|DROP|COPY|MOVE|ADD|WITH)\b", re.IGNORECASE)
_TOKEN: Final = re.compile(r"[\w.:-]+|<[^\s>]*>?|[?$]\w+|\S")
_PREFIXED: Final = re.compile(r"([\w.-]*):[\w.%\\-]*$")
_SENTENCES: Final = {
    "The SELECT contains a variable that is unbound": Text(
        "SELECT 里有一个既未分组也未聚合的变量", "SELECT names a variable that is neither grouped nor aggregated"
    ),
    "Duplicated variable name in SELECT": Text("SELECT 里有重复的变量", "SELECT names a variable twice"),
}
_FORM: Final = re.compile(r"\s*(SELECT|ASK|CONSTRUCT|DESCRIBE|PREFIX|BASE|#)", re.IGNORECASE)
_WIDEST: Final = 100
"""Most characters of the faulty line that are shown."""
_CHECK: Final = Text("改正标出之处", "mend what is marked")
_WHOLE: Final = Text("写全 IRI,或用前缀名", "write the whole IRI, or a prefixed name")
_UNREADABLE: Final = Text("标出的部分读不通", "the marked part cannot be read")
_READ_ONLY: Final = Text("只能用 SELECT、ASK、CONSTRUCT、DESCRIBE", "ask with SELECT, ASK, CONSTRUCT or DESCRIBE")


class _Fault(NamedTuple):
    """The faulty span (offsets of its first character and of the character after it), the message and the hint."""

    start: int
    end: int
    what: Text
    hint: Text


def syntax_problem(error: SyntaxError, shown: str, sparql: str | None = None) -> SyntaxProblem:
    """The SyntaxProblem for a parse error of Oxigraph, with line and column.

    Args:
        error: the engine's exception.
        shown: name of the query in error messages.
        sparql: the query; without it, the message is the engine's.
    """
    message = str(error.msg or error)
    found = _AT.match(message.removeprefix("error "))
    if found is None or sparql is None:
        place = Place(shown, int(found[1]), int(found[2])) if found else Place(shown, 1, 1)
        return _error_class(shown)(Text(f"SPARQL 语法错误:{message}", f"SPARQL syntax error: {message}"), place=place)
    from kg.store.lexer import PROLOGUE  # imported late: only a faulty query needs it

    head = PROLOGUE.match(sparql)
    update = _UPDATE.match(sparql, head.end() if head else 0)
    if update:
        word = update[1].upper()
        what = Text(f"图谱只读,不接受更新({word})", f"the graph is read-only; {word} is an update")
        return _problem(sparql, shown, _Fault(*update.span(), what, _READ_ONLY))
    at = _offset(sparql, int(found[1]), int(found[2]))
    return _problem(sparql, shown, _find_fault(sparql, at, [token.strip() for token in found[3].split(", ")]))


def _find_fault(sparql: str, at: int, expected: list[str]) -> _Fault:
    """The fault at the offset *at*, where the parser expected one of *expected*."""
    sentence = next((s for s in _SENTENCES if s in expected), None)
    if sentence:
        return _Fault(at, at, _SENTENCES[sentence], _CHECK)
    # The search begins near *at*: from the start of a long word it would be slow.
    prefixed = _PREFIXED.search(sparql, max(at - _WIDEST, 0), at)
    if "Prefix not found" in expected and prefixed:
        return _undeclared(prefixed)
    if "IRI parsing failed" in expected:
        start = max(sparql.rfind("<", 0, at), 0)
        word = sparql[start:at].strip()
        return _Fault(start, at, Text(f"“{word}”不是完整的 IRI", f"“{word}” is no absolute IRI"), _WHOLE)
    keywords = [token for token in expected if re.fullmatch(r"[A-Z_]{2,}", token)]
    if not keywords and sparql.strip() and set(expected) == {"[_]"}:
        return _Fault(at, at, Text("到这里为止读不通", "it cannot be read up to here"), _CHECK)
    if len(keywords) == sum(token != "[_]" for token in expected):
        return _between(sparql, max(at - max(map(len, keywords), default=at), 0), min(at, len(sparql.rstrip())))
    return _unexpected(sparql, at)


def _undeclared(prefixed: re.Match[str]) -> _Fault:
    name, known = prefixed[1], " ".join(sorted(PREFIXES))
    hint = Text(f"加一行 PREFIX {name}: <…>;无需声明的有:{known}", f"add PREFIX {name}: <…>; known without: {known}")
    what = Text(f"前缀“{name}:”没有声明", f"the prefix “{name}:” is not declared")
    return _Fault(prefixed.start(), prefixed.end(), what, hint)


def _between(sparql: str, start: int, end: int) -> _Fault:
    """A fault somewhere between two offsets; if there is only one word between them, the fault is that word."""
    words = sparql[start:end].split()
    if not sparql.strip():
        return _Fault(0, 0, Text("查询是空的", "the query is empty"), _READ_ONLY)
    if len(words) < 2 or start == 0:
        return _unexpected(sparql, start) if start or not _FORM.match(sparql) else _Fault(0, end, _UNREADABLE, _CHECK)
    return _Fault(start, end, _UNREADABLE, _CHECK)


def _unexpected(sparql: str, at: int) -> _Fault:
    word = _token(sparql, at)
    if not word:
        return _Fault(
            at, at, Text("查询没有写完", "the query ends too early"), Text("补上缺少的部分", "add what is missing")
        )
    return _Fault(at, at + len(word), Text(f"这里不能是“{word}”", f"“{word}” cannot stand here"), _CHECK)


def _problem(sparql: str, shown: str, fault: _Fault) -> SyntaxProblem:
    """The error; its hint shows the faulty line of the query with carets under the fault."""
    from kg.terms import cell_width

    first = sparql.rfind("\n", 0, fault.start) + 1
    line = sparql[first:].partition("\n")[0].rstrip("\r").replace("\t", " ")
    column = fault.start - first
    cut = max(column - _WIDEST // 2, 0)
    marked = line[column : column + fault.end - fault.start][:_WIDEST]
    marks = " " * cell_width(line[cut:column]) + "^" * max(cell_width(marked), 1)
    drawn = f":\n    {line[cut : cut + _WIDEST]}\n    {marks}" if line else ""
    return _error_class(shown)(
        Text(f"SPARQL 语法错误:{fault.what.zh}", f"SPARQL syntax error: {fault.what.en}"),
        place=Place(shown, sparql.count("\n", 0, fault.start) + 1, column + 1),
        hint=Text(fault.hint.zh + drawn, fault.hint.en + drawn),
    )


def _error_class(shown: str) -> type[SyntaxProblem]:
    """SyntaxProblem for a query file of the project; QuerySyntax for a user's query."""
    return SyntaxProblem if shown.startswith("queries/") else QuerySyntax


def _offset(sparql: str, line: int, column: int) -> int:
    """The offset of the character at *line* and *column*, both from 1."""
    before = sparql.split("\n")[: line - 1]
    return min(sum(len(text) + 1 for text in before) + column - 1, len(sparql))


def _token(sparql: str, at: int) -> str:
    """The token at *at*, or after the white space that begins there; empty at the end of the query."""
    found = _TOKEN.match(sparql, at) or _TOKEN.match(sparql, at + len(sparql[at:]) - len(sparql[at:].lstrip()))
    return found[0] if found else ""
