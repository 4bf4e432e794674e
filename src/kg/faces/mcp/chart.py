"""The tool ``chain``: the chain of an industry, one row for each segment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from kg.ask import plain
from kg.ask.chain import NOTHING, UNPLACED
from kg.faces.mcp.result import Result, ResultRow
from kg.terms import LANGS, Text
from kg.vocab import IVC, IVL

if TYPE_CHECKING:
    from kg.ask.chain import Chain
    from kg.ask.names import Names
    from kg.faces.mcp.call import Call

_KEYS: Final = {"company": "companies", "product": "products", "application": "applications"}
"""What a thing is in a segment → the key of its list."""
_WORDS: Final = {
    "companies": Text("企业与机构", "companies and institutes"),
    "products": Text("产品", "products"),
    "applications": Text("应用场景", "applications"),
}


def chain(call: Call) -> Result:
    """The segments in the order of flow, each with what is named for it; then companies and applications without a segment.

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

    A stage without segments or with applications of its own has one row, and so has each group of things without a segment.
    """
    found = plain.chain(chart, names)
    for view in found["views"]:
        for stage in view["stages"]:
            place = {"view": view["view"], "stage": stage["stage"], "tier": stage["tier"], "relation": None}
            words = Text(*(f"{view['view'][lang]} / {stage['stage'][lang]}" for lang in LANGS))
            for cell in stage["segments"]:
                yield words, {**place, **_segment(cell)}
            if stage["applications"]:
                yield words, {**place, **_segment(None), "applications": stage["applications"]}
            elif not stage["segments"]:
                yield Text(f"{words.zh}: {NOTHING.zh}", f"{words.en}: {NOTHING.en}"), {**place, **_segment(None)}
    no_stage = {"view": None, "stage": None, "tier": None, "relation": None}
    for cell in found["unplaced"]:
        yield UNPLACED, {**no_stage, **_segment(cell)}
    for group in chart.outside:
        members = {"relation": plain.named(group.relation, names), _KEYS[group.what]: plain.cited(group.things, names)}
        yield group.words, {**no_stage, **_segment(None), **members}


def _segment(cell: Mapping[str, Any] | None) -> dict[str, Any]:
    """The data of a segment; empty values if *cell* is None."""
    if cell is None:
        return {"segment": None, **{key: [] for key in _KEYS.values()}, "parts": []}
    return {
        "segment": {**cell["segment"], "passages": cell["passages"]},
        **{key: cell[key] for key in _KEYS.values()},
        "parts": [_segment(part) for part in cell["parts"]],
    }


def _row(call: Call, industry: str, words: Text, cell: dict[str, Any]) -> ResultRow:
    names, lang = call.graph.names, call.lang
    ground, passages = "asserted", list(dict.fromkeys(_ids(cell)))
    if not passages:
        placed = cell["stage"] and (cell["stage"]["iri"], IVC + "stageOf", cell["view"]["iri"])
        things = [thing for key in _KEYS.values() for thing in cell[key]]
        one, relation, other = placed or (things[0]["iri"], cell["relation"]["iri"], industry)
        ground, passages = call.sources.statement((f"<{one}>", f"<{relation}>", f"<{other}>"))
    tier = plain.named(IVL + cell["tier"], names) if cell["tier"] else None
    data = {**cell, "tier": tier, "ground": ground, "passages": call.sources.cite(passages, call.spans)}
    return ResultRow(data, f"- {words.pick(lang)}{''.join(_lines(cell, lang))}")


def _ids(cell: Mapping[str, Any]) -> Iterator[str]:
    """The ids of all passages in a segment and its sub-segments."""
    yield from cell["segment"]["passages"] if cell["segment"] else ()
    for key in _KEYS.values():
        for thing in cell[key]:
            yield from thing["passages"]
    for part in cell["parts"]:
        yield from _ids(part)


def _lines(cell: Mapping[str, Any], lang: str, depth: int = 1) -> Iterator[str]:
    margin = "\n" + "  " * depth
    if cell["segment"]:
        yield f"{margin}- {_cited(cell['segment'], lang)}"
        margin += "  "
    for key, word in _WORDS.items():
        if cell[key]:
            yield f"{margin}{word.pick(lang)}: {'; '.join(_cited(t, lang) for t in cell[key])}"
    for part in cell["parts"]:
        yield from _lines(part, lang, depth + 1)


def _cited(thing: Mapping[str, Any], lang: str) -> str:
    return f"{thing[lang]} [{' '.join(thing['passages'])}]"
