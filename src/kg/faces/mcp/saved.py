"""The tools of saved queries: ``query``, which lists them and runs one by its name; and a tool for each of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from kg.ask.catalogue import Values, parsed
from kg.ask.nothing import nothing
from kg.ask.relations import offered
from kg.errors import UsageProblem
from kg.faces.mcp.result import Result, ResultRow, table_head, table_line
from kg.faces.mcp.rows import cell, of_query
from kg.faces.mcp.schemas import parameter
from kg.terms import Text

if TYPE_CHECKING:
    from kg.faces.mcp.call import Call
    from kg.source.queryfile import Parameter, SavedQuery

_TITLE: Final = Text("保存的查询", "saved queries")
_LISTED: Final = {
    "name": Text("名称", "name"),
    "question": Text("问题", "question"),
    "params": Text("参数", "parameters"),
}
"""The columns of a list of saved queries."""


def saved(call: Call) -> Result:
    """The rows of the saved query with the name of the tool.

    Raises:
        UsageProblem: a value is invalid.
        NotFound: a name is unknown.
    """
    return _run(call, call.tool, call.values)


def query(call: Call) -> Result:
    """The rows of the saved query ``name`` with the values ``params``; without a name, the list of saved queries.

    Raises:
        UsageProblem: a value is invalid, or both a name and words to search for are given.
        NotFound: there is no such query, or a name in the values is unknown.
    """
    name, search = call.values.get("name"), call.values.get("search")
    if name is None:
        return _listed(call, search)
    if search is not None:
        raise UsageProblem(
            Text("name 与 search 只能给一个", "name and search cannot be given together"),
            hint=Text("用 search 找查询,再用 name 运行", "find a query with search, then run it with name"),
        )
    return _run(call, name, call.values.get("params", {}))


def _run(call: Call, name: str, given: Mapping[str, Any]) -> Result:
    graph, lang = call.graph, call.lang
    found = graph.catalogue.get(name)
    values = {param: written(value) for param, value in given.items() if value not in (None, "")}
    asked = graph.catalogue.asked(found, values)
    table = call.store.select(asked.sparql, shown=f"queries/{name}.rq", limit=call.most)
    question = graph.catalogue.question(found, values)
    rows, above = of_query(call, asked, table)
    return Result(
        title=question.pick(lang),
        head={
            "query": name,
            "title": found.title.plain(),
            "question": question.plain(),
            "asked": {p.name: _value(call, p, values.get(p.name)) for p in found.params},
            "columns": [{"name": c, **asked.columns[c].plain()} for c in table.columns],
        },
        rows=rows,
        total=None if table.truncated else len(table),
        above=above,
        note=None if table.rows else nothing(graph.store, graph.catalogue, found, values),
    )


def written(value: Any) -> Values:
    """A value, or several, as the user of a shell writes them: some clients have no integers and send 2024.0."""
    if isinstance(value, list):
        return [str(written(one)) for one in value]
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _value(call: Call, param: Parameter, value: Values | None) -> Any:
    """The value of a parameter or its default, a list if there are several; None if the parameter is unbound."""
    if value is not None:
        terms = call.graph.catalogue.terms(param, value)
        cells = [None if term == "UNDEF" else cell(parsed(term), call.graph.names) for term in terms]
        return cells[0] if len(cells) == 1 else cells
    return None if param.default == "UNDEF" else cell(parsed(param.default), call.graph.names)


def _listed(call: Call, search: str | None) -> Result:
    catalogue = call.graph.catalogue
    found = [(query, {}) for query in catalogue] if search is None else offered(catalogue, search)
    title = _TITLE if search is None else Text(f"{_TITLE.zh}:{search}", f"{_TITLE.en}: {search}")
    nothing_found = Text(
        "没有这样的查询:换别的词,或用 ask 直接提问,或用 sparql",
        "no such query: try other words, put the question to ask, or write it in sparql",
    )
    return Result(
        title=title.pick(call.lang),
        head={
            "query": None,
            "title": _TITLE.plain(),
            "question": title.plain(),
            "asked": {"search": search},
            "columns": [{"name": name, **text.plain()} for name, text in _LISTED.items()],
        },
        rows=(_query(call, *each) for each in found[call.offset :]),
        total=len(found),
        above=table_head(text.pick(call.lang) for text in _LISTED.values()),
        note=None if found else nothing_found,
    )


def _query(call: Call, found: SavedQuery, given: Mapping[str, str]) -> ResultRow:
    """The row of a saved query, with the schemas of its parameters, and the values that what was looked for gives them."""
    question = call.graph.catalogue.question(found, given)
    params = {param.name: parameter(param, call.graph.names) for param in found.params}
    data = {
        "values": {"name": found.name, "question": question.plain(), "params": params, "given": dict(given)},
        "ground": "catalogue",
        "passages": [],
    }
    names = call.graph.names
    words = ", ".join(
        f"{param.name} = {names.label(given[param.name], call.lang)}"
        if param.name in given
        else f"{param.name} ({names.kind_words(param.type)[-1]})"
        for param in found.params
    )
    return ResultRow(data, table_line([found.name, question.pick(call.lang), words]))
