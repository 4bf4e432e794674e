"""The tool ``show``: edges, figures and claims of one thing; for a passage, the triples that it states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from kg.ask import plain
from kg.ask.entity import Edge, Entity, node
from kg.ask.quantity import Quantity, figure_in_words
from kg.faces.mcp.result import Result, ResultRow, cited
from kg.faces.mcp.rows import cell
from kg.terms import Text, class_iri, compact, slug
from kg.vocab import IVL

if TYPE_CHECKING:
    from kg.ask.names import Names
    from kg.faces.mcp.call import Call

_ORDER: Final = ("asserted", "figure", "claim", "background", "entities", "inferred")


def show(call: Call) -> Result:
    """The edges that the documents state, figures, claims, then edges from other sources.

    Raises:
        NotFound: no thing has the name.
    """
    text, names = call.values["thing"], call.graph.names
    found = node(call.graph.store, names, text)
    iri = found.thing.iri
    head = {"thing": _thing(call, found), "namesakes": _namesakes(call, text, iri)}
    rows = list(_stated(found, names)) if found.span else _ordered(found, names)
    labels = " / ".join(dict.fromkeys((found.thing.label.zh, found.thing.label.en)))
    kind = f" ({names.kind_label(found.thing.kind, call.lang)})" if found.thing.kind else ""
    return Result(
        title=f"{labels}{kind} {compact(iri)}",
        head=head,
        rows=(_row(call, row) for row in islice(rows, call.offset, None)),
        total=len(rows),
    )


def _thing(call: Call, found: Entity) -> dict[str, Any]:
    thing, names = found.thing, call.graph.names
    data: dict[str, Any] = {
        "iri": thing.iri,
        "zh": thing.label.zh,
        "en": thing.label.en,
        "kind": plain.named(class_iri(thing.kind), names) if thing.kind else None,
        "also": list(thing.also),
        "texts": {compact(prop): words for prop, words in found.texts.items()},
        "links": plain.links(found, names),
    }
    if call.sources.has(thing.iri):
        data |= call.sources.cite([thing.iri], call.spans)[0]
    return data


def _namesakes(call: Call, text: str, iri: str) -> list[dict[str, Any]]:
    """Other things with the same name."""
    names = call.graph.names
    others = [t for t in names.bearing(text) if t.iri != iri]
    return [{**(plain.named(t.iri, names) or {}), "kind": plain.named(class_iri(t.kind), names)} for t in others]


def _ordered(found: Entity, names: Any) -> list[dict[str, Any]]:
    """The rows as JSON values, with the documents' statements first. Edges also have their triple, for :func:`_row`."""
    data = plain.entity(found, names)
    pairs = zip(data["edges"], found.edges, strict=True)
    rows = [{"row": "edge", **edge, "triple": _triple(found.thing.iri, of)} for edge, of in pairs]
    rows += [{"row": "figure", **claim} for claim in data["figures"]]
    rows += [{"row": "claim", **claim} for claim in data["claims"]]
    return sorted(rows, key=lambda row: _ORDER.index(row.get("ground") or row["row"]))


def _triple(iri: str, edge: Edge) -> tuple[str, str, str]:
    subject, value = (iri, edge.other) if edge.out else (edge.other, iri)
    return f"<{subject}>", f"<{edge.predicate}>", f"<{value}>"


def _stated(found: Entity, names: Names) -> Iterator[dict[str, Any]]:
    """One row for each triple that a passage states."""
    for terms in found.states:
        three = zip(("subject", "predicate", "object"), (cell(t, names) for t in terms), strict=True)
        yield {"row": "statement", **dict(three), "ground": "asserted", "passages": [slug(found.thing.iri)]}


def _row(call: Call, found: Mapping[str, Any]) -> ResultRow:
    row = {key: value for key, value in found.items() if key not in ("triple", "passage")}
    passages = [found["passage"]] if "passage" in found else found["passages"]
    if row.get("ground") == "inferred":
        passages = call.sources.statement(found["triple"])[1]
    if row["row"] in ("figure", "claim"):
        row |= {"kind": plain.named(class_iri(row["kind"]), call.graph.names), "ground": "asserted"}
    data = {**row, "passages": call.sources.cite(passages, call.spans)}
    return ResultRow(data, f"- {_words(call, data, call.lang)}{cited(data)}")


def _words(call: Call, row: Mapping[str, Any], lang: str) -> str:
    if row["row"] == "edge":
        arrow = "→" if row["direction"] == "out" else "←"
        ground = "" if row["ground"] == "asserted" else f" ({row['ground']})"
        return f"{row['predicate'][lang]} {arrow} {row['other'][lang]}{ground}"
    if row["row"] == "statement":
        return " — ".join(_name(row[part], lang) for part in ("subject", "predicate", "object"))
    summary = row["summary"].get(lang, "")
    return summary if row["row"] == "claim" else f"{_figure(call, row, lang)}{f' ({summary})' if summary else ''}"


def _name(value: Any, lang: str) -> str:
    return str(value.get(lang, compact(value["iri"]))) if isinstance(value, dict) else str(value)


def _figure(call: Call, row: Mapping[str, Any], lang: str) -> str:
    """``China 2023 market size: 157.27 billion yuan renminbi, actual, according to …``."""
    names = call.graph.names
    unit, indicator = ((row[key] or {}).get("iri") for key in ("unit", "indicator"))
    where = [row["region"][lang] if row["region"] else "", row["years"], row["indicator"][lang]]
    after = [names.label(IVL + row["status"], lang) if row["status"] else ""]
    after += [Text(f"据{_by(row, 'zh')}", f"according to {_by(row, 'en')}").pick(lang)] if row["attributed_to"] else []
    value = figure_in_words(Quantity(row["value"], unit, indicator, IVL + row["comparator"]), names, lang)
    return f"{' '.join(w for w in where if w)}: {value}, {', '.join(a for a in after if a)}"


def _by(row: Mapping[str, Any], lang: str) -> str:
    return str(row["attributed_to"][lang])
