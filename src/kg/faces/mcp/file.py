"""The tool ``spreadsheet``: a table as an XLSX file, which is embedded in the result beside its text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from kg.ask.citation.cited import cited_in
from kg.ask.listing import HEADS, audit_rows, chain_rows, compared_rows
from kg.ask.sheet import sheet
from kg.errors import TooLarge, UsageProblem
from kg.faces.mcp.result import File, Result, ResultRow, cited
from kg.faces.mcp.saved import written
from kg.faces.mcp.sources import FEW
from kg.faces.sheets import MEDIA, xlsx
from kg.terms import Text, slug

if TYPE_CHECKING:
    from kg.ask.citation.cited import Citation
    from kg.faces.mcp.call import Call
    from kg.store.results import Table

_MOST: Final = 2_000_000
"""Most bytes of a file: a client gets it whole, in one message."""


class _Content(NamedTuple):
    """What a file holds: its name without the ending, the rows, the headings of its columns, and its citation."""

    name: str
    table: Table
    heads: Mapping[str, Text]
    cited: Citation


def spreadsheet(call: Call) -> Result:
    """The rows of a saved query, a chain, the audit or a comparison as a file; one row tells what it is.

    Raises:
        NotFound: there is no such query or thing. UsageProblem: it is not said of what. TooLarge: the file is.
    """
    made = CONTENTS[call.values["of"]](call)
    shown = sheet(made.table, call.lang, call.graph.names, made.heads)
    content = xlsx(shown, call.lang, made.cited, truncated=made.table.truncated)
    if len(content) > _MOST:
        raise TooLarge(
            Text("文件过大", "the file is too large"),
            hint=Text(
                "缩小范围,或让人用 kg query -o 写文件", "narrow the question, or have it written with kg query -o"
            ),
        )
    passages = call.sources.cite([place.passage for place in made.cited.places[:FEW]], call.spans)
    name = f"{made.name}.xlsx"
    data = {
        "file": name,
        "bytes": len(content),
        "sheet_rows": len(shown.rows),
        "sheet_columns": list(shown.titles),
        "ground": "computed",
        "passages": passages,
    }
    words = Text(f"{len(shown.rows)} 行", f"{len(shown.rows)} rows").pick(call.lang)
    return Result(
        title=made.cited.what.pick(call.lang),
        head={"of": call.values["of"], "what": made.cited.what.plain()},
        rows=iter([ResultRow(data, f"- {name}: {words}{cited(data)}")][call.offset :]),
        total=1,
        file=File(name, MEDIA, content),
    )


def _query(call: Call) -> _Content:
    graph, name = call.graph, _needed(call, "name")
    values = {
        param: written(value) for param, value in call.values.get("params", {}).items() if value not in (None, "")
    }
    asked = graph.catalogue.asked(graph.catalogue.get(name), values)
    table = call.store.select(asked.sparql, shown=f"queries/{name}.rq", limit=call.most)
    return _Content(name, table, asked.columns, graph.citer.query(name, values, cited_in(table.rows)))


def _chain(call: Call) -> _Content:
    found = call.graph.chain(_needed(call, "name"))
    cited = call.graph.citer.chart(found.industry, found.passages)
    return _Content(f"chain-{slug(found.industry)}", chain_rows(found), HEADS, cited)


def _audit(call: Call) -> _Content:
    graph, industry = call.graph, call.values.get("name")
    found = graph.audit(industry)
    stem = f"audit-{slug(graph.resolve(industry, 'Industry').iri)}" if industry else "audit"
    return _Content(stem, audit_rows(found, graph.names, call.lang), HEADS, graph.citer.audit(found, industry))


def _compare(call: Call) -> _Content:
    found = call.graph.compare(_needed(call, "name"), _needed(call, "other"))
    stem = f"{slug(found.one.iri)}-{slug(found.other.iri)}"
    return _Content(stem, compared_rows(found, call.lang), HEADS, call.graph.citer.comparison(found))


CONTENTS: Final[Mapping[str, Callable[[Call], _Content]]] = {
    "query": _query,
    "chain": _chain,
    "audit": _audit,
    "compare": _compare,
}
"""What a file can be of."""


def _needed(call: Call, param: str) -> Any:
    if param in call.values:
        return call.values[param]
    of = call.values["of"]
    raise UsageProblem(
        Text(f"{of} 的表格需要参数 {param}", f"a spreadsheet of {of} needs the parameter {param}"),
        hint=Text(
            "name:查询名、产业或一方;other:另一方",
            "name: a saved query, an industry or the one thing; other: the other",
        ),
    )
