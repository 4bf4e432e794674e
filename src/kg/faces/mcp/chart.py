"""The tier chart of an industry, a segment a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kg.ask import plain
from kg.faces.mcp.bounded import Answer, Row
from kg.terms import Text
from kg.vocab import IVC, IVL

if TYPE_CHECKING:
    from kg.faces.mcp.desk import Call, Room


def chain(room: Room, call: Call) -> Answer:
    """Segment after segment, in the order of flow, each with who and what is named in it; then what stands outside.

    Raises:
        NotFound: no industry bears the name.
    """
    found = plain.chain(room.graph.chain(call.values["industry"]), room.graph.names)
    cells = list(_cells(found))
    industry = found["industry"]
    title = Text(f"{industry['zh']}的产业链", f"the value chain of {industry['en']}")
    return Answer(
        title=title.pick(call.frame.lang),
        head={"industry": industry},
        rows=(_row(room, call, cell) for cell in cells[call.frame.offset :]),
        total=len(cells),
    )


def _cells(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Where a segment stands, and the segment; a stage without any has one row, and so have companies of no segment."""
    for view in found["views"]:
        for stage in view["stages"]:
            place = {"view": view["view"], "stage": stage["stage"], "tier": stage["tier"]}
            for cell in stage["segments"] or [None]:
                yield {**place, **_segment(cell)}
    nowhere = {"view": None, "stage": None, "tier": None}
    for cell in found["unplaced"]:
        yield {**nowhere, **_segment(cell)}
    if found["representatives"]:
        yield {**nowhere, **_segment(None), "companies": found["representatives"]}


def _segment(cell: Mapping[str, Any] | None) -> dict[str, Any]:
    """A segment with the ids of the passages that put it there."""
    if cell is None:
        return {"segment": None, "companies": [], "products": [], "parts": []}
    return {
        "segment": {**cell["segment"], "passages": cell["passages"]},
        "companies": cell["companies"],
        "products": cell["products"],
        "parts": [_segment(part) for part in cell["parts"]],
    }


def _row(room: Room, call: Call, cell: dict[str, Any]) -> Row:
    names, lang = room.graph.names, call.frame.lang
    ground, passages = "asserted", list(dict.fromkeys(_ids(cell)))
    if not passages:
        ground, passages = room.sources.statement(
            (f"<{cell['stage']['iri']}>", f"<{IVC}stageOf>", f"<{cell['view']['iri']}>")
        )
    tier = plain.named(IVL + cell["tier"], names) if cell["tier"] else None
    data = {**cell, "tier": tier, "ground": ground, "passages": room.sources.cite(passages, call.spans)}
    place = [cell[part][lang] for part in ("view", "stage") if cell[part]]
    whole = Text("整个产业的代表", "named for the industry as a whole")
    outside = Text("未归入任何一段", "in no stage")
    if not place:
        place = [(outside if cell["segment"] else whole).pick(lang)]
    return Row(data, f"- {' / '.join(place)}{''.join(_lines(cell, lang))}")


def _ids(cell: Mapping[str, Any]) -> Iterator[str]:
    """Every passage in a segment and the segments inside it."""
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
    words = (("companies", Text("企业", "companies")), ("products", Text("产品", "products")))
    for key, word in words:
        if cell[key]:
            yield f"{margin}{word.pick(lang)}: {'; '.join(_cited(t, lang) for t in cell[key])}"
    for part in cell["parts"]:
        yield from _lines(part, lang, depth + 1)


def _cited(thing: Mapping[str, Any], lang: str) -> str:
    return f"{thing[lang]} [{' '.join(thing['passages'])}]"
