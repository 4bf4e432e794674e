"""JSON Schemas of the arguments and results of tools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from kg.ask.catalogue import parsed
from kg.ask.names import Names
from kg.source.queryfile import YEARS, Parameter
from kg.terms import slug
from kg.vocab import IVL

Schema = dict[str, Any]
LIMIT: Final = 50
"""Default of the most rows of an answer."""
MOST_ROWS: Final = 200
GROUNDS: Final = ("asserted", "cited", "mentioned", "background", "entities", "inferred", "computed", "catalogue")
_NAME: Final = 500
_QUERY: Final = 100_000
_SHORT_LIST: Final = 7
_MOST: Final = 10**15
"""Largest number in an argument; all JSON libraries read integers up to this number exactly."""

NAMED: Final[Schema] = {"type": "object", "required": ["iri"]}
"""A thing, with its labels ``zh`` and ``en`` if it has any."""
CELL: Final[Schema] = {"type": ["object", "string", "number", "boolean", "null"]}
_CITATION: Final[Schema] = {"type": "object", "required": ["id", "section"]}
SHARED: Final = ("limit", "offset", "spans", "lang")
"""The arguments that every tool has."""
LIST: Final[Schema] = {"type": "array"}
OBJECT: Final[Schema] = {"type": "object"}
STRING: Final[Schema] = {"type": "string"}
BOOLEAN: Final[Schema] = {"type": "boolean"}


# -- arguments ------------------------------------------------------------------------------------------------


def text(words: str, most: int = _NAME) -> Schema:
    """A string of at most *most* characters; *words* is the description."""
    return {"type": "string", "minLength": 1, "maxLength": most, "description": words}


def query_text(words: str) -> Schema:
    """A SPARQL query."""
    return text(words, _QUERY)


def choice(words: str, choices: list[str]) -> Schema:
    """One of *choices*."""
    return {"type": "string", "enum": choices, "description": words}


def shared(lang: str) -> dict[str, Schema]:
    """The schemas of :data:`SHARED`; *lang* is the default of the language."""
    return {
        "limit": {
            "type": "integer",
            "minimum": 1,
            "maximum": MOST_ROWS,
            "default": LIMIT,
            "description": "most rows 最多行数",
        },
        "offset": {
            "type": "integer",
            "minimum": 0,
            "maximum": 1_000_000,
            "default": 0,
            "description": "rows to skip 跳过行数",
        },
        "spans": {
            "type": "boolean",
            "default": False,
            "description": "citations with character offsets and SHA-256 出处附字符位置",
        },
        "lang": {"type": "string", "enum": ["zh", "en"], "default": lang, "description": "language of texts 语言"},
    }


def parameter(param: Parameter, names: Names) -> Schema:
    """The schema of a parameter of a saved query."""
    label = f"{param.label.zh} · {param.label.en}"
    default_note = "; any by default 默认任意"
    default_: Schema = {}
    if param.default != "UNDEF":
        term = parsed(param.default)
        value = slug(term.value)
        meant = names.text(term.value)
        default_note = f"; default {meant.zh} / {meant.en}" if names.has_name(term.value) else ""
        default_ = {"default": _number(param, value)}
    return {**_kind(param, names, label, default_note), **default_}


def _kind(param: Parameter, names: Names, label: str, default_note: str) -> Schema:
    if param.choices:
        return choice(label, list(param.choices))
    if param.type == "year":
        return {"type": "integer", "minimum": YEARS[0], "maximum": YEARS[-1], "description": f"{label}{default_note}"}
    if param.type in ("integer", "decimal"):
        kind = "integer" if param.type == "integer" else "number"
        return {"type": kind, "minimum": -_MOST, "maximum": _MOST, "description": f"{label}{default_note}"}
    if param.narrows or param.type == "string":
        return text(f"{label}{': only rows with it 只留这些行' if param.narrows else default_note}")
    if param.type == "Passage":
        return text(f"{label}: its id, as in the citations (document-Lline), or its IRI{default_note}")
    return text(f"{label}: {named_as(param.type, names)}{_members(param.type, names)}{default_note}")


def named_as(kind: str, names: Names) -> str:
    """``name, alias, slug or IRI of an Industry 产业``; of anything if *kind* is ``thing``."""
    if kind == "thing":
        return "name, alias, slug or IRI of anything 任何事物"
    label, _, local = names.kind_words(kind)
    article = "an" if local[0] in "AEIOU" else "a"
    return f"name, alias, slug or IRI of {article} {local} {label}"


def _members(kind: str, names: Names) -> str:
    """The members of *kind* if it is a short closed list, else nothing."""
    known = [t for t in names.of_kind(kind) if t.iri.startswith(IVL)]
    if not known or len(known) > _SHORT_LIST:
        return ""
    return f" ({', '.join(f'{slug(t.iri)} {t.label.zh}' for t in known)})"


def _number(param: Parameter, value: str) -> str | int | float:
    if param.type in ("integer", "year"):
        return int(value)
    return float(value) if param.type == "decimal" else value


def input_schema(optional: tuple[str, ...] = (), /, **params: Schema) -> Schema:
    """The schema of a tool's arguments; all except *optional* are required."""
    required = [name for name in params if name not in optional]
    made: Schema = {"type": "object", "properties": params, "additionalProperties": False}
    return {**made, "required": required} if required else made


# -- results --------------------------------------------------------------------------------------------------
# What the members mean is in the instructions of the server; schemas repeat nothing, because clients read all of them.


def maybe(kind: str) -> Schema:
    """A value of the JSON type *kind*, or null."""
    return {"type": [kind, "null"]}


def output_schema(head: Mapping[str, Schema], row: Mapping[str, Schema]) -> Schema:
    """The schema of a tool's result.

    Args:
        head: members of the result other than the rows.
        row: members of a row other than ground and passages.
    """
    rows = {
        "type": "object",
        "properties": {**row, "ground": {"enum": list(GROUNDS)}, "passages": {"type": "array", "items": _CITATION}},
        "required": [*row, "ground", "passages"],
    }
    members: Schema = {
        **head,
        "offset": {"type": "integer"},
        "total": maybe("integer"),
        "complete": BOOLEAN,
        "truncated": BOOLEAN,
        "next": maybe("integer"),
        "dataset": STRING,
        "note": maybe("string"),
        "rows": {"type": "array", "items": rows},
    }
    return {"type": "object", "properties": members, "required": list(members)}


def table(columns: Iterable[str] = ()) -> Schema:
    """The schema of the result of a saved query; *columns* are those that every row has."""
    names = list(columns)
    values = {"properties": dict.fromkeys(names, CELL), "required": names} if names else {"additionalProperties": CELL}
    head = {
        "query": maybe("string"),
        "title": OBJECT,
        "question": OBJECT,
        "asked": OBJECT,
        "columns": LIST,
    }
    return output_schema(head, {"values": {"type": "object", **values}})
