"""What is wrong with a query, in words: Oxigraph's parser names the tokens it would have taken, a page of them.

Its place is the farthest character it looked at. A keyword it tried to read counts from its end, so where it tried nothing
else the fault lies somewhere between the two, and that is what is marked.
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
_SPELT_OUT: Final = {
    "The SELECT contains a variable that is unbound": Text(
        "SELECT 里有一个既未分组也未聚合的变量", "SELECT names a variable that is neither grouped nor aggregated"
    ),
    "Duplicated variable name in SELECT": Text("SELECT 里有重复的变量", "SELECT names a variable twice"),
}
_FORM: Final = re.compile(r"\s*(SELECT|ASK|CONSTRUCT|DESCRIBE|PREFIX|BASE|#)", re.IGNORECASE)
_WIDEST: Final = 100
"""Columns of a query's line that are shown."""
_CHECK: Final = Text("改正标出之处", "mend what is marked")
_WHOLE: Final = Text("写全 IRI,或用前缀名", "write the whole IRI, or a prefixed name")
_UNREADABLE: Final = Text("标出的部分读不通", "the marked part cannot be read")
_READ_ONLY: Final = Text("只能用 SELECT、ASK、CONSTRUCT、DESCRIBE", "ask with SELECT, ASK, CONSTRUCT or DESCRIBE")


class _Fault(NamedTuple):
    """Offsets of the first character at fault and of the one behind the last, what it is, and what to do."""

    start: int
    end: int
    what: Text
    hint: Text


def syntax_problem(error: SyntaxError, shown: str, sparql: str | None = None) -> SyntaxProblem:
    """Oxigraph's parse error as ours, with line and column.

    Args:
        error: what the engine raised.
        shown: what the query is called in errors.
        sparql: the query; without it, the words are those of the engine.
    """
    told = str(error.msg or error)
    found = _AT.match(told.removeprefix("error "))
    if found is None or sparql is None:
        place = Place(shown, int(found[1]), int(found[2])) if found else Place(shown, 1, 1)
        return _kind(shown)(Text(f"SPARQL 语法错误:{told}", f"SPARQL syntax error: {told}"), place=place)
    from kg.store.lexer import PROLOGUE  # only for a faulty query

    head = PROLOGUE.match(sparql)
    update = _UPDATE.match(sparql, head.end() if head else 0)
    if update:
        word = update[1].upper()
        what = Text(f"图谱只读,不接受更新({word})", f"the graph is read-only; {word} is an update")
        return _problem(sparql, shown, _Fault(*update.span(), what, _READ_ONLY))
    at = _offset(sparql, int(found[1]), int(found[2]))
    return _problem(sparql, shown, _told(sparql, at, [one.strip() for one in found[3].split(", ")]))


def _told(sparql: str, at: int, wanted: list[str]) -> _Fault:
    """What the parser met at the offset *at*, where it *wanted* other things."""
    sentence = next((s for s in _SPELT_OUT if s in wanted), None)
    if sentence:
        return _Fault(at, at, _SPELT_OUT[sentence], _CHECK)
    prefixed = _PREFIXED.search(sparql, max(at - _WIDEST, 0), at)  # from the start of a long word it would be slow
    if "Prefix not found" in wanted and prefixed:
        return _undeclared(prefixed)
    if "IRI parsing failed" in wanted:
        start = max(sparql.rfind("<", 0, at), 0)
        word = sparql[start:at].strip()
        return _Fault(start, at, Text(f"“{word}”不是完整的 IRI", f"“{word}” is no absolute IRI"), _WHOLE)
    keywords = [one for one in wanted if re.fullmatch(r"[A-Z_]{2,}", one)]
    if not keywords and sparql.strip() and set(wanted) == {"[_]"}:
        return _Fault(at, at, Text("到这里为止读不通", "it cannot be read up to here"), _CHECK)
    if len(keywords) == sum(one != "[_]" for one in wanted):
        return _between(sparql, max(at - max(map(len, keywords), default=at), 0), min(at, len(sparql.rstrip())))
    return _unexpected(sparql, at)


def _undeclared(prefixed: re.Match[str]) -> _Fault:
    name, known = prefixed[1], " ".join(sorted(PREFIXES))
    hint = Text(f"加一行 PREFIX {name}: <…>;无需声明的有:{known}", f"add PREFIX {name}: <…>; known without: {known}")
    what = Text(f"前缀“{name}:”没有声明", f"the prefix “{name}:” is not declared")
    return _Fault(prefixed.start(), prefixed.end(), what, hint)


def _between(sparql: str, start: int, end: int) -> _Fault:
    """A fault somewhere between two offsets: in the one word there, if it is one."""
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
    """The error with its line of the query, and below it carets under the fault."""
    from kg.terms import cell_width

    first = sparql.rfind("\n", 0, fault.start) + 1
    line = sparql[first:].partition("\n")[0].rstrip("\r").replace("\t", " ")
    column = fault.start - first
    cut = max(column - _WIDEST // 2, 0)
    marked = line[column : column + fault.end - fault.start][:_WIDEST]
    marks = " " * cell_width(line[cut:column]) + "^" * max(cell_width(marked), 1)
    drawn = f":\n    {line[cut : cut + _WIDEST]}\n    {marks}" if line else ""
    return _kind(shown)(
        Text(f"SPARQL 语法错误:{fault.what.zh}", f"SPARQL syntax error: {fault.what.en}"),
        place=Place(shown, sparql.count("\n", 0, fault.start) + 1, column + 1),
        hint=Text(fault.hint.zh + drawn, fault.hint.en + drawn),
    )


def _kind(shown: str) -> type[SyntaxProblem]:
    """A file of the project is to be mended; any other query is a mistake of the one who asks."""
    return SyntaxProblem if shown.startswith("queries/") else QuerySyntax


def _offset(sparql: str, line: int, column: int) -> int:
    """The index of the character at *line* and *column*, both counted from 1."""
    before = sparql.split("\n")[: line - 1]
    return min(sum(len(one) + 1 for one in before) + column - 1, len(sparql))


def _token(sparql: str, at: int) -> str:
    """The word or sign that begins at *at* or after blanks behind it; empty at the end."""
    found = _TOKEN.match(sparql, at) or _TOKEN.match(sparql, at + len(sparql[at:]) - len(sparql[at:].lstrip()))
    return found[0] if found else ""
