"""``/openapi.json``: OpenAPI 3.1 of everything that is here, one operation for each saved query, made from their files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any, Final

from kg.faces.web.desk import JSON, Reply, Request, Room, as_json
from kg.faces.web.problems import MEDIA, STATUS, TITLES
from kg.faces.web.rows import FORMATS, MOST
from kg.faces.web.things import SUFFIXES
from kg.source.queryfile import Parameter, SavedQuery
from kg.store.formats import ALL, GRAPHS
from kg.terms import Text

Schema = dict[str, Any]
_ANY: Final[Schema] = {"type": "object"}
_TEXT: Final[Schema] = {"type": "string"}
_NAMED: Final[Schema] = {
    "type": "object",
    "required": ["zh", "en"],
    "properties": {"zh": _TEXT, "en": _TEXT},
}
_PROBLEM: Final[Schema] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "instance": _TEXT,
        "hint": _TEXT,
        "line": {"type": "integer"},
        "column": {"type": "integer"},
    },
}
_ROWS: Final[Schema] = {
    "type": "object",
    "required": ["query", "question", "columns", "rows", "offset", "total", "truncated", "next", "elapsed", "dataset"],
    "properties": {
        "query": _TEXT,
        "title": _NAMED,
        "question": _NAMED,
        "params": {"type": "object", "additionalProperties": _TEXT},
        "columns": {"type": "array", "items": _ANY},
        "rows": {"type": "array", "items": _ANY},
        "offset": {"type": "integer", "minimum": 0},
        "total": {"type": "integer", "minimum": 0},
        "truncated": {"type": "boolean"},
        "next": {"type": ["string", "null"]},
        "elapsed": {"type": "number", "minimum": 0},
        "dataset": _TEXT,
    },
}
_TYPES: Final[Mapping[str, Schema]] = {
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "year": {"type": "integer", "minimum": 1900, "maximum": 2100},
    "string": _TEXT,
}
_ALWAYS: Final = ("usage", "unauthorized", "method", "not-acceptable", "host", "limit")
"""Problems that any operation may answer with."""
_LANG: Final = ("lang", {"type": "string", "enum": ["zh", "en"]}, Text("语言", "language"))


def document(room: Room, request: Request) -> Reply:
    """The document."""
    saved = list(room.graph.catalogue)
    paths: dict[str, Any] = {
        "/sparql": _sparql(),
        "/queries.json": {"get": _get("queries", "queries", Text("保存的查询", "the saved queries"), JSON)},
        **{f"/queries/{q.name}.{{format}}": {"get": _query(room, q)} for q in saved},
        "/{kind}/{slug}.{format}": {"get": _thing(room)},
        "/chain/{industry}.json": {"get": _chain(room)},
        "/audit.json": {"get": _audit(room)},
        "/search.json": {"get": _search()},
        "/why.json": {"get": _why()},
        "/void": {"get": _get("void", "endpoint", Text("VoID 描述", "the VoID description"), *_media(GRAPHS))},
        "/healthz": {"get": _get("healthz", "operations", Text("进程在运行", "the process lives"), JSON)},
        "/readyz": {"get": _get("readyz", "operations", Text("可以回答", "it can answer"), JSON)},
        "/metrics": {"get": _get("metrics", "operations", Text("Prometheus 指标", "Prometheus metrics"), "text/plain")},
    }
    body = {
        "openapi": "3.1.0",
        "info": {
            "title": "xinzhi",
            "version": version("xinzhi"),
            "summary": "An industry report as a knowledge graph",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": request.base or "/"}],
        "tags": [{"name": t} for t in ("endpoint", "queries", "things", "operations")],
        "paths": paths,
        "components": {
            "schemas": {"Problem": _PROBLEM, "Rows": _ROWS},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }
    return as_json(body)


def _media(formats: Iterable[Any]) -> list[str]:
    return [f.media for f in formats]


def _parameter(name: str, schema: Schema, words: Text, *, where: str = "query", **more: Any) -> Schema:
    return {
        "name": name,
        "in": where,
        "required": where == "path",
        "description": f"{words.zh} / {words.en}",
        "schema": schema,
        **more,
    }


def _get(
    name: str,
    tag: str,
    words: Text,
    *media: str,
    params: Iterable[Schema] = (),
    problems: Iterable[str] = (),
) -> Schema:
    """One GET operation."""
    content = {m: {"schema": _ANY if m == JSON else _TEXT} for m in media}
    return {
        "operationId": name,
        "tags": [tag],
        "summary": words.en,
        "description": words.zh,
        "parameters": list(params),
        "responses": {
            "200": {"description": words.en, "content": content},
            "304": {"description": "Not Modified"},
            **_problems(problems),
        },
    }


def _problems(codes: Iterable[str]) -> Schema:
    """The answers of the problems *codes*, by status."""
    by_status: dict[int, list[str]] = {}
    for code in dict.fromkeys((*_ALWAYS, *codes)):
        by_status.setdefault(STATUS[code], []).append(TITLES[code].en)
    content = {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {str(s): {"description": "; ".join(words), "content": content} for s, words in sorted(by_status.items())}


def _sparql() -> Schema:
    words = Text("SPARQL 1.1 查询", "a SPARQL 1.1 query")
    graphs = [
        _parameter(
            f"{kind}-graph-uri",
            {"type": "array", "items": {"type": "string"}},
            Text("数据集的图", "graphs of the dataset"),
        )
        for kind in ("default", "named")
    ]
    names = [f.name for f in ALL]
    format_ = _parameter("format", {"type": "string", "enum": names}, Text("格式", "format"))
    problems = ("syntax", "refused", "too-large", "body", "media-type")
    media = _media(ALL)
    get = _get(
        "sparql",
        "endpoint",
        words,
        *media,
        params=[_parameter("query", _TEXT, words), *graphs, format_],
        problems=problems,
    )
    post = {
        **_get("sparqlPost", "endpoint", words, *media, params=[*graphs, format_], problems=problems),
        "requestBody": {
            "required": True,
            "content": {
                "application/sparql-query": {"schema": _TEXT},
                "application/x-www-form-urlencoded": {
                    "schema": {"type": "object", "required": ["query"], "properties": {"query": _TEXT}}
                },
            },
        },
    }
    return {"get": get, "post": post}


def _query(room: Room, saved: SavedQuery) -> Schema:
    question = room.graph.catalogue.question(saved)
    params = [
        _parameter("format", {"type": "string", "enum": list(FORMATS)}, Text("格式", "format"), where="path"),
        *(_parameter(p.name, _schema(p), p.label, example=_example(room, p)) for p in saved.params),
        _parameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST}, Text("每页行数", "rows of a page")),
        _parameter("cursor", _TEXT, Text("下一页的标记", "marker of the next page")),
        _parameter(*_LANG),
    ]
    operation = _get(
        saved.name,
        "queries",
        question,
        *(m.partition(";")[0] for m in FORMATS.values()),
        params=params,
        problems=("not-found", "stale-cursor"),
    )
    operation["responses"]["200"]["content"][JSON] = {"schema": {"$ref": "#/components/schemas/Rows"}}
    return operation


def _schema(param: Parameter) -> Schema:
    if param.type == "enum":
        return {"type": "string", "enum": list(param.choices)}
    return _TYPES.get(param.type, _TEXT)


def _example(room: Room, param: Parameter) -> str | int:
    """A value that the parameter takes: the name of its default, or of the first thing of its class."""
    default = param.default.strip()
    if param.type in ("integer", "year", "decimal") and default != "UNDEF":
        return int(float(default))
    if param.type == "enum":
        return param.choices[0]
    if param.type == "year":
        return 2023
    if param.type == "Passage":
        return "r1-L0061"
    if param.type == "string":
        return default.rpartition('"')[0].strip('"')
    things = room.graph.names.of_kind(param.type)
    return things[0].label.zh if things else ""


def _thing(room: Room) -> Schema:
    kinds = sorted({t.iri.split("/")[3] for t in room.graph.names.things if t.iri.count("/") > 3})
    params = [
        _parameter("kind", {"type": "string", "enum": kinds}, Text("类别", "kind"), where="path", example="industry"),
        _parameter(
            "slug", {"type": "string", "pattern": "^[A-Za-z0-9-]+$"}, Text("名称", "name"), where="path", example="6g"
        ),
        _parameter(
            "format", {"type": "string", "enum": list(SUFFIXES)}, Text("格式", "format"), where="path", example="json"
        ),
        _parameter(*_LANG),
    ]
    media = ("text/html", "text/turtle", "application/ld+json", JSON)
    return _get("thing", "things", Text("一个事物", "one thing"), *media, params=params, problems=("not-found",))


def _chain(room: Room) -> Schema:
    industries = [t.iri.rpartition("/")[2] for t in room.graph.names.of_kind("Industry")]
    words = Text("产业", "industry")
    params = [_parameter("industry", {"type": "string", "enum": industries}, words, where="path"), _parameter(*_LANG)]
    return _get("chain", "things", Text("产业链图", "the tier chart"), JSON, params=params, problems=("not-found",))


def _audit(room: Room) -> Schema:
    industry = _parameter("industry", _TEXT, Text("产业", "industry"), example="具身智能")
    words = Text("报告自相矛盾之处", "where the report disagrees with itself")
    return _get("audit", "things", words, JSON, params=[industry, _parameter(*_LANG)], problems=("not-found",))


def _search() -> Schema:
    params = [
        _parameter("q", _TEXT, Text("任何名称", "any name"), example="比亚迪"),
        _parameter("kind", _TEXT, Text("类名", "name of a class"), example="Company"),
        _parameter(*_LANG),
    ]
    return _get("search", "things", Text("按名称查找", "things by name"), JSON, params=params)


def _why() -> Schema:
    examples = {"subject": "精进电动", "predicate": "涉足产业", "object": "智能网联新能源汽车"}
    params = [_parameter(n, _TEXT, Text("三元组的一端", "part of a triple"), example=e) for n, e in examples.items()]
    words = Text("为什么成立", "why a triple holds")
    return _get("why", "things", words, JSON, params=[*params, _parameter(*_LANG)], problems=("not-found",))
