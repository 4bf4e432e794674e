"""The tool ``cite``: what to write when something of the graph is quoted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kg.ask.citation.styles import STYLES
from kg.faces.mcp.result import Result, ResultRow
from kg.faces.mcp.saved import written
from kg.faces.mcp.sources import FEW

if TYPE_CHECKING:
    from kg.ask.citation.cited import Citation
    from kg.faces.mcp.call import Call


def cite(call: Call) -> Result:
    """The citation in each style, one a row.

    Raises:
        NotFound: what is named is unknown, or the statement does not hold.
        UsageProblem: it is not clear what is to be cited; a value is invalid.
    """
    found = _found(call)
    return Result(
        title=found.what.pick(call.lang),
        head={
            "iri": found.iri or None,
            "what": found.what.plain(),
            "notes": [note.plain() for note in found.notes],
            "accessed": found.day.isoformat(),
        },
        rows=_rows(call, found),
        total=len(STYLES),
        below=tuple(note.pick(call.lang) for note in found.notes),
    )


def _found(call: Call) -> Citation:
    given, graph = call.values, call.graph
    if "chain" in given:
        return graph.cite("chain", given["chain"])
    if "params" in given:
        return graph.cite(given.get("thing", ""), **{name: written(value) for name, value in given["params"].items()})
    return graph.cite(*(given[name] for name in ("thing", "predicate", "object") if name in given))


def _rows(call: Call, found: Citation) -> Iterator[ResultRow]:
    passages = call.sources.cite([place.passage for place in found.places[:FEW]], call.spans)
    for style, (title, write) in list(STYLES.items())[call.offset :]:
        text = write(found, call.lang)
        data = {"style": style, "text": text, "ground": "cited", "passages": passages}
        yield ResultRow(data, f"{title.pick(call.lang)}:\n{text}")
