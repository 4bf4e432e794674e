"""Rows of RDF terms, and the tool ``sparql``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kg.ask.names import Names
from kg.ask.tables import columns_of_language, with_measure_words
from kg.errors import Refused, SyntaxProblem
from kg.faces.mcp.result import Result, ResultRow, ids, table_head, table_line
from kg.source.queryfile import SavedQuery
from kg.store.embedded import evaluating
from kg.store.guard import refuse_side_effects
from kg.store.results import Table
from kg.store.values import plain, written
from kg.terms import Text, amount

if TYPE_CHECKING:
    from kg.faces.mcp.call import Call

_LONG: Final = 2_000
"""Most characters of a text in a cell; longer texts are shortened."""
_EXACT: Final = 2**53
_UPDATES: Final = ("insert", "delete", "load", "clear", "create", "drop", "copy", "move", "add")
_SOURCE: Final = Text("出处", "source")
_EXAMPLE: Final = Text(
    "改正此处;前缀无需声明,例如 SELECT ?c { ?c a ivc:Company } LIMIT 5",
    "correct it there; prefixes need no declaration, as in SELECT ?c { ?c a ivc:Company } LIMIT 5",
)
_UNCITED: Final = Text(
    "没有出处的行:在查询中加入 GRAPH ?passage { … } 即可带上陈述它的段落",
    "some rows have no passages: put the pattern into GRAPH ?passage { … }, and each row cites the passage that states it",
)


@dataclass(frozen=True)
class Columns:
    """The columns of a table.

    Attributes:
        names: names of the variables.
        seen: positions of the columns that the text shows; the other language's columns are only in the data.
        own: whether the query has a column of passages itself; if not, the text gets one.
    """

    names: Sequence[str]
    seen: Sequence[int]
    own: bool


def cell(term: Any, names: Names) -> Any:
    """A term as a JSON value: an IRI with its labels in zh and en, a number, a boolean, or a string.

    NaN, infinities and numbers outside the range of a double become strings, because JSON parsers cannot read them.
    """
    if isinstance(term, ox.NamedNode):
        iri = term.value
        if not names.has_name(iri):
            return {"iri": _short(iri)}
        return {"iri": iri, **names.text(iri).plain()}
    value = plain(term)
    if isinstance(value, (int, float)):
        if not _is_double(value):
            return _short(term.value)
        whole = isinstance(value, float) and value.is_integer() and abs(value) < _EXACT
        return int(value) if whole else value
    return _short(value) if isinstance(value, str) else value


def _shown(term: Any, lang: str, names: Names) -> str:
    """A term in the text: the label of an IRI; a number in 万/亿 or million/billion."""
    if isinstance(term, ox.NamedNode):
        return _short(names.label(term.value, lang))
    value = plain(term)
    if isinstance(value, float) and isfinite(value):
        return amount(value, lang)
    return "" if term is None else _short(written(term))


def _is_double(number: float) -> bool:
    try:
        return isfinite(number)
    except OverflowError:
        return False


def _cut(terms: Iterable[Any]) -> bool:
    """Whether one of *terms* is shortened."""
    return any(len(written(term)) > _LONG for term in terms if term is not None)


def _short(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[:_LONG]}… ({len(text)} 字符 characters)"


def of_query(call: Call, query: SavedQuery, table: Table) -> tuple[Iterator[ResultRow], tuple[str, str]]:
    """The rows of *table*, an answer of *query*, from the call's offset on; and the lines above them in the text."""
    seen = columns_of_language(table.columns, call.lang)
    own = bool(query.passages)
    heads = [query.columns[table.columns[n]].pick(call.lang) for n in seen]
    read = with_measure_words(table, call.lang, call.graph.names)
    pairs = zip(table.rows[call.offset :], read.rows[call.offset :], strict=True)
    rows = _rows(call, Columns(table.columns, seen, own), pairs)
    return rows, table_head(heads if own else [*heads, _SOURCE.pick(call.lang)])


def _rows(
    call: Call, columns: Columns, solutions: Iterable[tuple[Sequence[Any], Sequence[Any]]]
) -> Iterator[ResultRow]:
    """The rows for *solutions*: the terms of each in the order of *columns*, and what the text shows of them."""
    names, lang = call.graph.names, call.lang
    for terms, read in solutions:
        ground, passages = call.sources.row(terms)
        values = {c: cell(t, names) for c, t in zip(columns.names, terms, strict=True)}
        data = {"values": values, "ground": ground, "passages": call.sources.cite(passages, call.spans)}
        words = [_shown(read[n], lang, names) for n in columns.seen]
        yield ResultRow(data, table_line(words if columns.own else [*words, ids(data)]), _cut(terms))


# -- SPARQL ---------------------------------------------------------------------------------------------------


def sparql(call: Call) -> Result:
    """The answer of a client's SPARQL query.

    Raises:
        SyntaxProblem: the query is not SPARQL; the error has line and column.
        Refused: the query has SERVICE or an unknown graph, or is an update.
        UsageProblem: the engine cannot evaluate the query.
    """
    text = call.values["query"]
    refuse_side_effects(text, "query", call.store.has_graph)
    try:
        found = call.store.query(text)
    except SyntaxProblem as error:
        _refuse_update(text)
        raise SyntaxProblem(error.what, place=error.place, hint=_EXAMPLE) from error
    if isinstance(found, ox.QueryBoolean):
        truth = bool(found)
        return Result(str(truth).lower(), {"form": "ask", "columns": [], "boolean": truth}, iter(()), 0)
    if isinstance(found, ox.QuerySolutions):
        columns = tuple(v.value for v in found.variables)
        solutions = ([solution[c] for c in columns] for solution in _from_offset(found, call))
        rows = _rows(call, Columns(columns, range(len(columns)), own=False), ((each, each) for each in solutions))
        form = "select"
    else:
        columns, form = ("subject", "predicate", "object"), "graph"
        rows = _triples(call, _from_offset(found, call))
    head = {"form": form, "columns": [{"name": c} for c in columns]}
    above = table_head([*columns, _SOURCE.pick(call.lang)])
    return Result(form.upper(), head, rows, None, above, uncited=_UNCITED if form == "select" else None)


def _refuse_update(text: str) -> None:
    """Refuse a SPARQL update.

    Raises:
        Refused: *text* is an update.
    """
    from rdflib.plugins.sparql.parser import parseUpdate

    words = text.lower()
    if not any(word in words for word in _UPDATES):
        return
    try:
        parseUpdate(text)
    except Exception:  # rdflib raises many kinds of errors; *text* is not an update either
        return
    raise Refused(
        Text("这里只读,不接受更新", "the graph is read-only here; updates are refused"),
        hint=Text("用 SELECT、ASK、CONSTRUCT 或 DESCRIBE", "ask with SELECT, ASK, CONSTRUCT or DESCRIBE"),
    )


def _from_offset(found: Any, call: Call) -> Iterator[Any]:
    """Solutions or triples from the call's offset on."""
    with evaluating():
        yield from islice(found, call.offset, None)


def _triples(call: Call, triples: Iterator[Any]) -> Iterator[ResultRow]:
    names, lang = call.graph.names, call.lang
    for triple in triples:
        terms = subject, predicate, value = (triple.subject, triple.predicate, triple.object)
        ground, passages = "computed", list[str]()
        if isinstance(subject, ox.NamedNode) and isinstance(value, (ox.NamedNode, ox.Literal)):
            ground, passages = call.sources.statement((str(subject), str(predicate), str(value)))
        data: Mapping[str, Any] = {
            "values": dict(zip(("subject", "predicate", "object"), (cell(t, names) for t in terms), strict=True)),
            "ground": ground,
            "passages": call.sources.cite(passages, call.spans),
        }
        yield ResultRow(data, table_line([*(_shown(t, lang, names) for t in terms), ids(data)]), _cut(terms))
