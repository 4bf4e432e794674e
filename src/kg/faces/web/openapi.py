"""``/openapi.json``: the OpenAPI 3.1 document of the server, with one operation for each saved query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import pyoxigraph as ox

from kg.ask.figures import figures, grouped
from kg.ask.question.answer import STATUSES
from kg.ask.ways import MOST_WAYS
from kg.faces.plot.bars import drawable
from kg.faces.web.context import JSON, Context, as_json
from kg.faces.web.files import FILES
from kg.faces.web.matrix import matrices
from kg.faces.web.problems import MEDIA, STATUS, TITLES
from kg.faces.web.rows import FORMATS, MOST
from kg.faces.web.settings import VERSION
from kg.faces.web.things import SUFFIXES
from kg.service.messages import Request, Response
from kg.source.queryfile import VALUES, YEARS, Parameter, SavedQuery
from kg.store.formats import ALL, GRAPHS
from kg.terms import Text, slug
from kg.vocab import BASE

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
    "additionalProperties": False,
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
        "columns": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "type", "label"],
                "properties": {"name": _TEXT, "type": {"enum": ["term", *VALUES]}, "label": _NAMED},
            },
        },
        "rows": {"type": "array", "items": _ANY},
        "offset": {"type": "integer", "minimum": 0},
        "total": {"type": "integer", "minimum": 0},
        "truncated": {"type": "boolean"},
        "next": {"type": ["string", "null"]},
        "elapsed": {"type": "number", "minimum": 0},
        "dataset": _TEXT,
    },
}
_ANSWER: Final[Schema] = {
    "type": "object",
    "required": [
        "question",
        "lang",
        "status",
        "kind",
        "sentence",
        "rows",
        "query",
        "params",
        "unread",
        "choices",
        "dataset",
    ],
    "properties": {
        "question": _TEXT,
        "lang": {"enum": ["zh", "en"]},
        "status": {"enum": list(STATUSES)},
        "kind": _TEXT,
        "things": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["iri", "label"],
                "properties": {"iri": {"type": "string", "format": "iri"}, "label": _NAMED},
            },
        },
        "figures": {"type": "array", "items": _ANY},
        "yes": {"type": ["boolean", "null"]},
        "count": {"type": ["integer", "null"]},
        "winner": {"type": ["string", "null"]},
        "rows": {"type": "array", "items": _ANY},
        "sentence": _NAMED,
        "query": {"type": ["string", "null"]},
        "params": {"type": "object", "additionalProperties": _TEXT},
        "unread": {"type": "array", "items": _TEXT},
        "choices": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["sentence", "query", "params"],
                "properties": {
                    "sentence": _NAMED,
                    "query": _TEXT,
                    "params": {"type": "object", "additionalProperties": _TEXT},
                },
            },
        },
        "passages": {"type": "array", "items": _TEXT},
        "dataset": _TEXT,
    },
}
_TYPES: Final[Mapping[str, Schema]] = {
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "year": {"type": "integer", "minimum": YEARS[0], "maximum": YEARS[-1]},
    "string": _TEXT,
}
_ALWAYS: Final = ("usage", "unauthorized", "method", "not-acceptable", "host", "limit", "busy", "store")
"""Codes of problems that any operation may return."""
_LANG: Final = ("lang", {"type": "string", "enum": ["zh", "en"]}, Text("语言", "language"))
_LIMIT: Final = ("limit", {"type": "integer", "minimum": 1, "maximum": MOST}, Text("每页行数", "rows of a page"))
_PEOPLE: Final = (
    "people",
    {"type": "string", "enum": ["1"]},
    Text("csv 给人看:屏幕上的列与语言", "csv for people: the columns and language of the screen"),
)
_CURSOR: Final = ("cursor", _TEXT, Text("下一页的标记", "marker of the next page"))
_PAGE: Final = ("text/html", JSON)
_PICTURES: Final = {"svg": "image/svg+xml", "png": "image/png"}
_VIEWS: Final = ("audit", "ask", "search", "why", "cite", "compare", "path", "figures")
"""Pages whose JSON has their path with the ending ``.json``."""
_THING: Final = ("text/html", *(f.media for f in GRAPHS), JSON)
_KINDS: Final = f"""
SELECT DISTINCT ?kind WHERE {{
  {{ ?thing ?p ?o }} UNION {{ GRAPH ?thing {{}} }} UNION {{ GRAPH g:audit {{ ?thing ?p ?o }} }}
  BIND(STRBEFORE(STRAFTER(STR(?thing), "{BASE}"), "/") AS ?kind) FILTER(ISIRI(?thing) && ?kind != "")
}} ORDER BY ?kind"""

_PASSAGE: Final = (
    "SELECT ?passage { ?passage a ivc:Passage FILTER EXISTS { GRAPH ?passage { ?s ?p ?o } } } ORDER BY ?passage LIMIT 1"
)
_TRIPLE: Final = """
SELECT ?subject ?predicate ?object { VALUES ?predicate { ivc:activeIn } ?subject ?predicate ?object }
ORDER BY ?subject ?object LIMIT 1"""


def document(context: Context, request: Request) -> Response:
    """The OpenAPI document."""
    saved, lang = list(context.graph.catalogue), _parameter(*_LANG)
    found = [
        _parameter("q", _TEXT, Text("要找的词", "words to find"), **_example_of(q.title.en for q in saved)),
        _parameter("tag", _TEXT, Text("标签", "tag"), **_example_of(t for q in saved for t in q.tags)),
    ]
    files: dict[str, Schema] = {
        "/queries.json": _get("queries", "queries", Text("保存的查询", "the saved queries"), JSON, params=found),
        **{f"/queries/{q.name}.{{format}}": _query(context, q) for q in saved},
        "/{kind}/{slug}.{format}": _thing(context),
        "/chain/{industry}.json": _chain(context),
        **{f"/chain/{{industry}}.{ending}": _chain_picture(context, ending) for ending in _PICTURES},
        **{f"/picture.{ending}": _picture(context, ending) for ending in _PICTURES},
        "/figures.json": _figures(context),
        **dict(_figures_chart(context)),
        **dict(_matrix(context)),
        "/audit.json": _audit(context),
        "/ask.json": _ask(context),
        "/search.json": _search(context),
        "/why.json": _why(context),
        "/cite.json": _cite(context),
        **{f"/chain/{{industry}}.{file}": _file(_chain(context), "chain", file) for file in FILES},
        **{f"/audit.{file}": _file(_audit(context), "audit", file) for file in FILES},
        **{f"/compare.{file}": _file(_compare(context), "compare", file) for file in FILES},
        "/compare.json": _compare(context),
        "/path.json": _path(context),
        "/explore.json": _explore(context, JSON),
    }
    pages = {
        "/": _get("home", "pages", Text("首页", "what is here"), *_PAGE, params=[lang]),
        "/queries": _get(
            "queriesPage", "pages", Text("保存的查询", "the saved queries"), *_PAGE, params=[*found, lang]
        ),
        "/queries/{name}": _query_page(saved),
        "/{kind}/{slug}": _page("thing", files["/{kind}/{slug}.{format}"], *_THING),
        "/resource": _resource(context),
        "/ns": _get("ontology", "pages", Text("本体", "the ontology"), *_THING, params=[lang]),
        "/align": _get(
            "alignment",
            "pages",
            Text("本体与公共词汇的对应", "the alignment with public vocabularies"),
            *_THING,
            params=[lang],
        ),
        **{f"/{name}": _page(name, files[f"/{name}.json"], *_PAGE) for name in _VIEWS},
        **{
            path.removesuffix(".json"): _page("matrix", file, *_PAGE)
            for path, file in _matrix(context)
            if path.endswith(".json")
        },
        "/chain/{industry}": _page("chain", files["/chain/{industry}.json"], *_PAGE, *_PICTURES.values()),
        "/explore": _explore(context, "text/html"),
        "/problem/{code}": _problem(),
    }
    others = {
        "/void": _get("void", "endpoint", Text("VoID 描述", "the VoID description"), *_media(GRAPHS)),
        "/healthz": _get("healthz", "operations", Text("进程在运行", "the process lives"), JSON),
        "/readyz": _readyz(),
        "/metrics": _get("metrics", "operations", Text("Prometheus 指标", "Prometheus metrics"), "text/plain"),
    }
    paths = {"/sparql": _sparql(), **{path: {"get": get} for path, get in (files | pages | others).items()}}
    body = {
        "openapi": "3.1.0",
        "info": {
            "title": "xinzhi",
            "version": VERSION,
            "summary": "An industry report as a knowledge graph",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": request.base or "/"}],
        "tags": [{"name": t} for t in ("endpoint", "queries", "things", "pages", "operations")],
        "paths": paths,
        "components": {
            "schemas": {"Answer": _ANSWER, "Problem": _PROBLEM, "Rows": _ROWS},
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


def _example_of(values: Iterable[Any]) -> Schema:
    """The member ``example`` with the first of *values*; empty if there is none."""
    first = next(iter(values), None)
    return {} if first is None else {"example": first}


def _names(context: Context, kind: str) -> list[str]:
    """The Chinese labels of all things of a class, or of all things if *kind* is ``thing``."""
    names = context.graph.names
    return [thing.label.zh for thing in (names.things if kind == "thing" else names.of_kind(kind))]


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
    """The responses for the problems *codes* and for those of all operations, by status."""
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
    problems = ("syntax", "refused", "too-large")
    media = ["text/html", *_media(ALL)]
    get = _get(
        "sparql",
        "endpoint",
        words,
        *media,
        params=[_parameter("query", _TEXT, words), *graphs, format_, _parameter(*_LANG)],
        problems=problems,
    )
    post = {
        **_get(
            "sparqlPost",
            "endpoint",
            words,
            *media,
            params=[*graphs, format_, _parameter(*_LANG)],
            problems=(*problems, "body", "length", "media-type", "slow"),
        ),
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
    del post["responses"]["304"]
    return {"get": get, "post": post}


def _query(context: Context, saved: SavedQuery) -> Schema:
    question = context.graph.catalogue.question(saved)
    params = [
        _parameter("format", {"type": "string", "enum": list(FORMATS)}, Text("格式", "format"), where="path"),
        *(_parameter(p.name, _schema(p), p.label, example=_example(context, p)) for p in saved.params),
        _parameter(*_LIMIT),
        _parameter(*_CURSOR),
        _parameter(*_PEOPLE),
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
    if param.choices:
        return {"type": "string", "enum": list(param.choices)}
    return _TYPES.get(param.type, _TEXT)


def _example(context: Context, param: Parameter) -> str | int:
    """An example value of a parameter: its default, or the label of the first thing of its class."""
    default = param.default.strip()
    if param.type in ("integer", "year", "decimal") and default != "UNDEF":
        return int(float(default))
    if param.choices:
        return param.choices[0]
    if param.type == "year":
        return 2023
    if param.type == "Passage":
        return next((slug(row["passage"]) for row in context.graph.store.select(_PASSAGE)), "")
    if param.type == "string":
        return default.rpartition('"')[0].strip('"')
    return next(iter(_names(context, param.type)), "")


def _page(name: str, file: Schema, *media: str) -> Schema:
    """The operation of a path without a suffix, which answers by Accept; derived from the operation *file*."""
    params = [p for p in file["parameters"] if p["name"] != "format"]
    words = Text(file["description"], file["summary"])
    operation = _get(f"{name}Page", "pages", words, *media, params=params)
    return {**operation, "responses": file["responses"] | {"200": operation["responses"]["200"]}}


def _query_page(saved: Iterable[SavedQuery]) -> Schema:
    names = {"type": "string", "enum": [q.name for q in saved]}
    params = [
        _parameter("name", names, Text("查询", "query"), where="path"),
        _parameter("format", {"type": "string", "enum": list(FORMATS)}, Text("格式", "format")),
        _parameter(*_LIMIT),
        _parameter(*_CURSOR),
        _parameter(*_PEOPLE),
        _parameter(*_LANG),
    ]
    words = Text(
        "保存的查询的页面;参数见各查询自己的条目", "page of a saved query; its parameters stand with its own entry"
    )
    media = ("text/html", *(m.partition(";")[0] for m in FORMATS.values()))
    return _get("queryPage", "pages", words, *media, params=params, problems=("not-found", "stale-cursor"))


def _explore(context: Context, media: str) -> Schema:
    """The operation of a drawing: its page, or its data."""
    examples = _example_of(_names(context, "Industry"))
    params = [_parameter("thing", _TEXT, Text("任何事物的名称", "any name of a thing"), **examples), _parameter(*_LANG)]
    if media == JSON:
        return _get(
            "exploreData",
            "things",
            Text("图的数据", "the data of a drawing"),
            media,
            params=params,
            problems=("not-found",),
        )
    return _get("explore", "pages", Text("图", "a drawing"), media, params=params, problems=("not-found",))


def _problem() -> Schema:
    code = _parameter("code", {"type": "string", "enum": list(STATUS)}, Text("类型", "type"), where="path")
    words = Text("一类问题的含义", "what a type of problem means")
    return _get("problem", "pages", words, *_PAGE, params=[code, _parameter(*_LANG)], problems=("not-found",))


def _readyz() -> Schema:
    operation = _get("readyz", "operations", Text("可以回答", "it can answer"), JSON)
    operation["responses"]["503"] = {"description": "not yet", "content": {JSON: {"schema": _ANY}}}
    return operation


def _thing(context: Context) -> Schema:
    kinds = [row["kind"] for row in context.graph.store.select(_KINDS)]
    industries = context.graph.names.of_kind("Industry")
    slugs = [slug(thing.iri) for thing in industries if thing.iri.startswith(BASE)]
    params = [
        _parameter("kind", {"type": "string", "enum": kinds}, Text("类别", "kind"), where="path", example="industry"),
        _parameter(
            "slug",
            {"type": "string", "pattern": "^[A-Za-z0-9-]+$"},
            Text("名称", "name"),
            where="path",
            **_example_of(slugs),
        ),
        _parameter(
            "format", {"type": "string", "enum": list(SUFFIXES)}, Text("格式", "format"), where="path", example="json"
        ),
        _parameter(*_LANG),
    ]
    return _get("thing", "things", Text("一个事物", "one thing"), *_THING, params=params, problems=("not-found",))


def _resource(context: Context) -> Schema:
    first = (thing.iri for thing in context.graph.names.of_kind("Industry"))
    params = [
        _parameter(
            "iri", {"type": "string", "format": "iri"}, Text("事物的 IRI", "the IRI of a thing"), **_example_of(first)
        ),
        _parameter("format", {"type": "string", "enum": list(SUFFIXES)}, Text("格式", "format")),
        _parameter(*_LANG),
    ]
    words = Text("任一命名空间的一个事物", "a thing of any namespace")
    return _get("resource", "pages", words, *_THING, params=params, problems=("not-found",))


def _chain(context: Context) -> Schema:
    names = context.graph.names
    industries = [name for thing in names.of_kind("Industry") if (name := names.slug(thing.iri)) != thing.iri]
    words = Text("产业", "industry")
    params = [_parameter("industry", {"type": "string", "enum": industries}, words, where="path"), _parameter(*_LANG)]
    return _get("chain", "things", Text("产业链图", "the tier chart"), JSON, params=params, problems=("not-found",))


def _file(data: Schema, name: str, file: str) -> Schema:
    """The operation for a file that is opened in a spreadsheet, with the parameters of that for the *data*."""
    words = Text("表格文件,列与语言同屏幕", "a spreadsheet with the columns and the language of the screen")
    return _get(
        f"{name}-{file}",
        "things",
        words,
        FILES[file].partition(";")[0],
        params=data["parameters"],
        problems=("not-found",),
    )


def _chain_picture(context: Context, ending: str) -> Schema:
    words = Text("产业链图片", "the tier chart as a picture")
    params, media = _chain(context)["parameters"], _PICTURES[ending]
    return _get(f"chain-{ending}", "things", words, media, params=params, problems=("not-found",))


def _picture(context: Context, ending: str) -> Schema:
    words = Text("一个事物的图片", "a picture of a thing")
    params, media = _explore(context, ending)["parameters"], _PICTURES[ending]
    return _get(f"picture-{ending}", "things", words, media, params=params, problems=("not-found",))


def _figures(context: Context) -> Schema:
    labels = {
        "industry": Text("产业", "industry"),
        "indicator": Text("指标", "indicator"),
        "region": Text("地区", "region"),
    }
    params = [
        _parameter(name, _TEXT, label, **_example_of(_names(context, name.capitalize())))
        for name, label in labels.items()
    ]
    params += [_parameter("thing", _TEXT, Text("数字所述的对象", "what the figures are about")), _parameter(*_LANG)]
    words = Text("可比的数字归为一组", "figures in groups of those that compare")
    return _get("figuresSelected", "things", words, JSON, params=params, problems=("not-found",))


def _figures_chart(context: Context) -> Iterator[tuple[str, Schema]]:
    """The path of the chart of one group of figures, if the graph has such a group."""
    names = context.graph.names
    group = next(filter(drawable, grouped(figures(context.graph.store, {}), names)), None)
    if group is None:
        return
    indicator, key = [names.label(group.scope.indicator, "zh")], [group.scope.key]
    params = [
        _parameter("indicator", _TEXT, Text("指标", "indicator"), **_example_of(indicator)),
        _parameter("group", _TEXT, Text("一组数字的 key", "the key of a group of figures"), **_example_of(key)),
        *(param for param in _figures(context)["parameters"] if param["name"] in ("thing", "lang")),
    ]
    words = Text("一组数字的图", "the chart of a group of figures")
    media = _PICTURES["svg"]
    yield "/figures.svg", _get("figuresChart", "things", words, media, params=params, problems=("not-found",))


def _matrix(context: Context) -> Iterator[tuple[str, Schema]]:
    """The path of the matrices, if a saved query is one."""
    names = [query.name for query in matrices(context)]
    if not names:
        return
    params = [
        _parameter("name", {"type": "string", "enum": names}, Text("保存的查询", "the saved query"), where="path"),
        _parameter("measure", _TEXT, Text("计数的列", "the column that is counted")),
        _parameter(*_LANG),
    ]
    words = Text("对照表", "a matrix of counts")
    data = _get("matrix", "queries", words, JSON, params=params, problems=("not-found",))
    yield "/matrix/{name}.json", data
    for file in FILES:
        yield f"/matrix/{{name}}.{file}", _file(data, "matrix", file)


def _audit(context: Context) -> Schema:
    industry = _parameter("industry", _TEXT, Text("产业", "industry"), **_example_of(_names(context, "Industry")))
    words = Text("文献自相矛盾之处", "where the documents disagree with themselves")
    rules = dict.fromkeys(finding.rule for finding in context.graph.audit())
    params = [
        industry,
        _parameter("severity", {"type": "string", "enum": ["Warning", "Info"]}, Text("级别", "severity")),
        _parameter("rule", _TEXT, Text("核查规则", "audit rule"), **_example_of(rules)),
        _parameter(*_LANG),
    ]
    return _get("audit", "things", words, JSON, params=params, problems=("not-found",))


def _ask(context: Context) -> Schema:
    words = Text("用中文或英文提的问题", "a question in Chinese or English")
    question = _parameter("q", _TEXT, words, **_example_of(_names(context, "Industry")))
    operation = _get("ask", "queries", words, JSON, params=[question, _parameter(*_LANG)])
    operation["responses"]["200"]["content"][JSON] = {"schema": {"$ref": "#/components/schemas/Answer"}}
    return operation


def _search(context: Context) -> Schema:
    kinds = list(context.graph.names.kinds)
    params = [
        _parameter("q", _TEXT, Text("任何名称", "any name"), **_example_of(_names(context, "Organization"))),
        _parameter("kind", {"type": "string", "enum": kinds}, Text("类名", "name of a class"), **_example_of(kinds)),
        _parameter(*_LANG),
    ]
    words = Text("回答问题,并按名称查找", "the answer to a question, and things by name")
    return _get("search", "things", words, JSON, params=params)


def _cite(context: Context) -> Schema:
    things = [context.graph.names.label(thing.iri, "zh") for thing in context.graph.names.of_kind("Industry")]
    thing = _parameter(
        "thing",
        _TEXT,
        Text("引用什么:名称、段落编号或 IRI", "what is cited: a name, a passage or an IRI"),
        **_example_of(things),
    )
    words = Text("怎样引用", "what to write when it is quoted")
    return _get("cite", "things", words, JSON, params=[thing, _parameter(*_LANG)], problems=("not-found",))


def _why(context: Context) -> Schema:
    (triple,) = context.graph.store.select(_TRIPLE).rows or ((None, None, None),)
    params = [
        _parameter(
            name,
            _TEXT,
            Text("三元组的一端", "part of a triple"),
            **_example_of([context.graph.names.label(term.value, "zh")] if isinstance(term, ox.NamedNode) else ()),
        )
        for name, term in zip(("subject", "predicate", "object"), triple, strict=True)
    ]
    words = Text("为什么成立", "why a triple holds")
    return _get("why", "things", words, JSON, params=[*params, _parameter(*_LANG)], problems=("not-found",))


def _compare(context: Context) -> Schema:
    words = Text(
        "两个事物并排:共有、仅一方有、不同、数字", "two things side by side: shared, only here, only there, figures"
    )
    params = _two_things(context, ("a", Text("一方", "one")), ("b", Text("另一方", "the other")))
    return _get("compare", "things", words, JSON, params=params, problems=("not-found",))


def _path(context: Context) -> Schema:
    inferred = _parameter(
        "inferred",
        {"type": "string", "enum": ["0", "1"]},
        Text("也走推理与背景的边", "follow inferred edges and background"),
    )
    limit = _parameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST_WAYS}, Text("最多几条", "most ways"))
    params = [
        *_two_things(context, ("from", Text("一端", "one end")), ("to", Text("另一端", "other end"))),
        inferred,
        limit,
    ]
    words = Text("两个事物如何相连", "how two things are connected")
    return _get("path", "things", words, JSON, params=params, problems=("not-found",))


def _two_things(context: Context, *ends: tuple[str, Text]) -> list[Schema]:
    """The parameters that name two things of one kind, with different examples, and the language."""
    examples = (_names(context, "Organization") + _names(context, "Industry"))[:2]
    both = [
        _parameter(name, _TEXT, words, **_example_of(examples[at : at + 1])) for at, (name, words) in enumerate(ends)
    ]
    return [*both, _parameter(*_LANG)]
