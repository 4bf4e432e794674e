"""The tool ``chain``: the chain of an industry, one row for each segment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kg.ask import plain
from kg.ask.chain import NOTHING, UNPLACED
from kg.faces.mcp.result import Result, Row
from kg.terms import LANGS, Text
from kg.vocab import IVC, IVL

if TYPE_CHECKING:
    from kg.ask.chain import Chain
    from kg.ask.names import Names
    from kg.faces.mcp.call import Call


def chain(call: Call) -> Result:
    """The segments in the order of flow, each with its companies and products; then companies without a segment.

    Raises:
        NotFound: no industry has the name.
    """
    chart = call.graph.chain(call.values["industry"])
    cells = list(_cells(chart, call.graph.names))
    industry = plain.named(chart.industry, call.graph.names) or {}
    title = Text(f"{industry['zh']}的产业链", f"the value chain of {industry['en']}")
    return Result(
        title=title.pick(call.lang),
        head={"industry": industry},
        rows=(_row(call, chart.industry, words, cell) for words, cell in cells[call.offset :]),
        total=len(cells),
    )


def _cells(chart: Chain, names: Names) -> Iterator[tuple[Text, dict[str, Any]]]:
    """The heading and the data of each row: a segment with view, stage and tier.

    A stage without segments has one row, and so has each group of companies without a segment.
    """
    found = plain.chain(chart, names)
    for view in found["views"]:
        for stage in view["stages"]:
            place = {"view": view["view"], "stage": stage["stage"], "tier": stage["tier"], "relation": None}
            words = Text(*(f"{view['view'][lang]} / {stage['stage'][lang]}" for lang in LANGS))
            if not stage["segments"]:
                words = Text(f"{words.zh}: {NOTHING.zh}", f"{words.en}: {NOTHING.en}")
            for cell in stage["segments"] or [None]:
                yield words, {**place, **_segment(cell)}
    no_stage = {"view": None, "stage": None, "tier": None, "relation": None}
    for cell in found["unplaced"]:
        yield UNPLACED, {**no_stage, **_segment(cell)}
    for group in chart.outside:
        members = {"relation": plain.named(group.relation, names), "companies": plain.cited(group.things, names)}
        yield group.words, {**no_stage, **_segment(None), **members}


def _segment(cell: Mapping[str, Any] | None) -> dict[str, Any]:
    """The data of a segment; empty values if *cell* is None."""
    if cell is None:
        return {"segment": None, "companies": [], "products": [], "parts": []}
    return {
        "segment": {**cell["segment"], "passages": cell["passages"]},
        "companies": cell["companies"],
        "products": cell["products"],
        "parts": [_segment(part) for part in cell["parts"]],
    }


def _row(call: Call, industry: str, words: Text, cell: dict[str, Any]) -> Row:
    names, lang = call.graph.names, call.lang
    ground, passages = "asserted", list(dict.fromkeys(_ids(cell)))
    if not passages:
        placed = cell["stage"] and (cell["stage"]["iri"], IVC + "stageOf", cell["view"]["iri"])
        one, relation, other = placed or (cell["companies"][0]["iri"], cell["relation"]["iri"], industry)
        ground, passages = call.sources.statement((f"<{one}>", f"<{relation}>", f"<{other}>"))
    tier = plain.named(IVL + cell["tier"], names) if cell["tier"] else None
    data = {**cell, "tier": tier, "ground": ground, "passages": call.sources.cite(passages, call.spans)}
    return Row(data, f"- {words.pick(lang)}{''.join(_lines(cell, lang))}")


def _ids(cell: Mapping[str, Any]) -> Iterator[str]:
    """The ids of all passages in a segment and its sub-segments."""
    yield from cell["segment"]["passages"] if cell["segment"] else ()
    for thing in (*cell["companies"], *cell["products"]):
        yield from thing["passages"]
    for part in cell["parts"]:
        yield from _ids(part)


def _lines(cell: Mapping[str, Any], lang: str, depth: int = 1) -> Iterator[str]:
    margin = "\n" + "  " * depth
    if cell["segment"]:
        yield f"{margin}- {_cited(cell['segment'], lang)}"
        margin += "  "
    words = (("companies", Text("企业与机构", "companies and institutes")), ("products", Text("产品", "products")))
    for key, word in words:
        if cell[key]:
            yield f"{margin}{word.pick(lang)}: {'; '.join(_cited(t, lang) for t in cell[key])}"
    for part in cell["parts"]:
        yield from _lines(part, lang, depth + 1)


def _cited(thing: Mapping[str, Any], lang: str) -> str:
    return f"{thing[lang]} [{' '.join(thing['passages'])}]"
