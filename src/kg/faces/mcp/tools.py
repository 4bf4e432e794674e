"""The definitions of the tools: a few for everything, and one for each saved query if they are wanted."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from kg.ask.catalogue import Catalogue
from kg.ask.comparison import SIDES
from kg.ask.names import Names
from kg.ask.question.answer import STATUSES
from kg.ask.question.reply import LONGEST
from kg.errors import UsageProblem
from kg.faces.mcp import schemas
from kg.faces.mcp.schemas import (
    BOOLEAN,
    CELL,
    LIST,
    NAMED,
    OBJECT,
    STRING,
    Schema,
    choice,
    input_schema,
    maybe,
    output_schema,
    text,
)
from kg.terms import LANGS, Text, slug
from kg.vocab import PREFIXES

_PARAMS: Final[Schema] = {
    "type": "object",
    "additionalProperties": {"type": ["string", "number", "array", "null"]},
    "description": "parameter → value: a number, or a name, alias, slug or IRI of a thing; or several 参数",
}
"""The values of a saved query."""


@dataclass(frozen=True)
class Tool:
    """One tool.

    Attributes:
        name: name of the tool.
        title: title for people.
        description: description for language models, in English with the Chinese title.
        input_schema: JSON Schema of its arguments.
        output_schema: JSON Schema of its structured content.
    """

    name: str
    title: Text
    description: str
    input_schema: Schema
    output_schema: Schema


def tools(catalogue: Catalogue, names: Names, lang: str, tags: Collection[str] | None = None) -> dict[str, Tool]:
    """Every tool by name.

    Args:
        catalogue: the saved queries.
        names: the lookup table.
        lang: language of answers, unless a call sets ``lang``.
        tags: offer a tool for each saved query with one of these tags; empty means for every query, None for none.

    Raises:
        UsageProblem: no query has such a tag.
    """
    made = {tool.name: tool for tool in (*_saved(catalogue, names, tags), *_own(names))}
    for tool in made.values():
        own = tool.input_schema["properties"]
        tool.input_schema["properties"] = {**own, **{n: s for n, s in schemas.shared(lang).items() if n not in own}}
    return made


def _saved(catalogue: Catalogue, names: Names, tags: Collection[str] | None) -> Iterator[Tool]:
    """The tools of saved queries."""
    if tags is None:
        return
    queries, wanted = list(catalogue), set(tags)
    known = sorted({tag for q in queries for tag in q.tags})
    for tag in sorted(wanted - set(known)):
        raise UsageProblem(
            Text(f"没有标签 {tag}", f"there is no tag {tag}"),
            hint=Text(f"可选:{'、'.join(known)}", f"one of: {', '.join(known)}"),
        )
    for query in queries:
        if not wanted or wanted & set(query.tags):
            columns = ", ".join(f"{name} ({label.zh}, {label.en})" for name, label in query.columns.items())
            words = f"{query.title.en} ({query.title.zh}). {query.question.en} {query.question.zh} Columns: {columns}."
            params = {p.name: schemas.parameter(p, names) for p in query.params}
            yield Tool(
                query.name,
                query.title,
                words,
                input_schema(tuple(params), **params),
                schemas.table(query.columns),
            )


def _own(names: Names) -> Iterator[Tool]:
    """The tools that are always there; the first are those to begin with."""
    yield _ask()
    yield _query()
    yield _find(names)
    yield _tool(
        "show",
        Text("一个事物的全貌", "One thing from all sides"),
        "Everything the graph says about one thing: what the documents state, figures, claims, then background and inferred "
        "edges, each with its passages. For a passage (document-Lline): what it states.",
        input_schema(thing=text("name, alias, slug or IRI of anything, or the id of a passage 事物的名称或 IRI")),
        output_schema(
            {"thing": NAMED, "namesakes": LIST},
            {"row": choice("", ["edge", "figure", "claim", "statement"])},
        ),
    )
    yield _tool(
        "chain",
        Text("产业链分段图", "The value chain of an industry"),
        "The stages of an industry from upstream to downstream, their segments, and the companies, products and "
        "applications that the documents name for each.",
        input_schema(industry=text(_one_of("Industry", names))),
        output_schema(
            {"industry": NAMED},
            {
                **dict.fromkeys(("view", "stage", "tier", "segment"), maybe("object")),
                **dict.fromkeys(("companies", "products", "applications", "parts"), LIST),
            },
        ),
    )
    yield _why()
    yield _audit(names)
    yield _cite()
    yield _tool(
        "compare",
        Text("两个事物并排", "Two things side by side"),
        "Two industries, companies, regions or other things: what both are related to, what only one of them is, which "
        "relations both have with different others, then each pair of their figures with difference and ratio, or with what "
        "does not compare (why_not).",
        input_schema(one=text("name or IRI of anything 一方"), other=text("name or IRI of anything 另一方")),
        output_schema(
            {"one": NAMED, "other": NAMED},
            {"side": choice("", [*SIDES, "different", "figures"])},
        ),
    )
    yield _tool(
        "path",
        Text("两个事物如何相连", "How two things are connected"),
        "The ways between two things along edges that the documents state, with the passages of each edge. Each row is a hop "
        "of the way with the number `way`; ways through things with many neighbours come last.",
        input_schema(
            ("inferred",),
            one=text("name or IRI of anything 一端"),
            other=text("name or IRI of anything 另一端"),
            inferred={**BOOLEAN, "description": "follow inferred edges and background too 也走推理与背景的边"},
        ),
        output_schema(
            {"one": NAMED, "other": NAMED},
            {"way": {"type": "integer"}, "subject": NAMED, "predicate": NAMED, "object": NAMED, "forward": BOOLEAN},
        ),
    )
    yield _sparql()
    yield _spreadsheet()


def _ask() -> Tool:
    params: dict[str, Schema] = {
        "question": text("a whole question in Chinese or English 中文或英文的问题", LONGEST),
        "lang": choice("language of texts 语言; that of the question by default", list(LANGS)),
    }
    return _tool(
        "ask",
        Text("提问", "Ask a question"),
        "Answers a question about the documents: a sentence, its rows with passages, and the saved query to repeat it. Start "
        "here. `status`: answered; choices (several readings: run one of `choices` with query); not-understood (`unread` has "
        "the words; reword, or use find and query); not-in-report (understood, but the documents do not say it).",
        input_schema(("lang",), **params),
        output_schema(
            {
                "question": STRING,
                "lang": STRING,
                "status": {"enum": list(STATUSES)},
                "kind": STRING,
                **dict.fromkeys(("sentence", "params"), OBJECT),
                **dict.fromkeys(("things", "figures", "unread", "choices"), LIST),
                "yes": maybe("boolean"),
                "count": maybe("integer"),
                "winner": maybe("string"),
                "query": maybe("string"),
            },
            {"values": OBJECT},
        ),
    )


def _query() -> Tool:
    return _tool(
        "query",
        Text("保存的查询", "Saved queries"),
        "Lists the saved queries, or those with the words of `search`, each with its parameters; with `name`, runs one.",
        input_schema(
            ("name", "params", "search"),
            name=text("name of a saved query 查询名"),
            params=_PARAMS,
            search=text("words of the question, zh or en 要找的词"),
        ),
        schemas.table(),
    )


def _find(names: Names) -> Tool:
    return _tool(
        "find",
        Text("按名称查找", "Find things by name"),
        "Things that a text may mean, best first, with their IRIs: 汉字, 繁體, pinyin, initials, English, an alias or a "
        "typo.",
        input_schema(
            ("kind",),
            text=text("a name in any spelling 任何写法的名称"),
            kind=choice("only things of this class 只要这一类", list(names.kinds)),
        ),
        output_schema(
            {"text": STRING},
            {
                **dict.fromkeys(("iri", "zh", "en"), STRING),
                "kind": NAMED,
                "also": LIST,
                "score": {"type": "number"},
                "mentions": {
                    "type": "integer",
                    "description": "number of passages that mention it; `passages` has the first of them",
                },
            },
        ),
    )


def _why() -> Tool:
    made = _tool(
        "why",
        Text("为什么成立", "Why a statement holds"),
        "The proofs of a statement down to the passages, shortest first; if it does not hold, which premises the rules "
        "lack. Subject and object by name, the predicate by its label, such as 涉足产业 (active in).",
        input_schema(
            subject=text("name or IRI of a thing 主语"),
            predicate=text("a relation by its label in zh or en, or prefixed name; `a` for a kind 关系"),
            object=text("name or IRI of a thing or class, or a value 宾语"),
        ),
        output_schema({"triple": OBJECT, "holds": BOOLEAN}, {}),
    )
    row = made.output_schema["properties"]["rows"]["items"]
    row["properties"] |= {"proof": OBJECT, "missing": OBJECT}
    row["oneOf"] = [{"required": ["proof"]}, {"required": ["missing"]}]
    return made


def _cite() -> Tool:
    return _tool(
        "cite",
        Text("引用", "Cite"),
        "What to write when something is quoted, as GB/T 7714, APA, BibTeX and a footnote: documents, passages, dataset "
        "version. A thing, figure or passage (thing); a statement (thing, predicate, object); the chart of an industry "
        "(chain); or the answer to a saved query (its name as thing, with params).",
        input_schema(
            ("thing", "predicate", "object", "chain", "params"),
            thing=text("name or IRI of anything, id of a passage, or name of a saved query 引用什么"),
            predicate=text("relation of the statement 关系"),
            object=text("object of the statement 宾语"),
            chain=text("industry 产业"),
            params=_PARAMS,
        ),
        output_schema(
            {"iri": maybe("string"), "what": OBJECT, "notes": LIST, "accessed": STRING},
            {"style": STRING, "text": STRING},
        ),
    )


def _audit(names: Names) -> Tool:
    return _tool(
        "audit",
        Text("文献自相矛盾之处", "Where the documents disagree with themselves"),
        "What to know before quoting: figures that contradict each other, totals that do not add up, missing sections "
        "and sources, for the whole report or one industry.",
        input_schema(
            ("industry", "severity", "rule"),
            industry=text(f"{_one_of('Industry', names)}; all by default 默认全部"),
            severity=choice("only this severity 只要这一级别", ["Warning", "Info"]),
            rule=text("only this rule, by its number or name (A01) 只要这条规则"),
        ),
        output_schema(
            {"industry": maybe("object")},
            {"rule": NAMED, "severity": STRING, "focus": NAMED, "message": OBJECT, "involved": LIST},
        ),
    )


def _sparql() -> Tool:
    made = _tool(
        "sparql",
        Text("SPARQL 查询", "SPARQL query"),
        "Any read-only SPARQL 1.1 query (SELECT, ASK, CONSTRUCT, DESCRIBE). These prefixes need no declaration: "
        f"{', '.join(PREFIXES)}; ivc has the classes and properties, psg the passages. The default graph holds everything; "
        "GRAPH ?passage { … } gives the passage that states a triple. SERVICE and updates are "
        "refused. Prefer a saved query where one fits.",
        input_schema(query=schemas.query_text("the query 查询")),
        output_schema(
            {"form": choice("", ["select", "ask", "graph"]), "columns": LIST},
            {"values": {"type": "object", "additionalProperties": CELL}},
        ),
    )
    made.output_schema["properties"]["boolean"] = {"type": "boolean", "description": "the answer of ASK"}
    return made


def _spreadsheet() -> Tool:
    return _tool(
        "spreadsheet",
        Text("电子表格", "A spreadsheet"),
        "An XLSX file for people, embedded in the result: the rows of a saved query (of=query, its name and params), the chain "
        "of an industry, the audit (of one industry or all), or two things compared. A second sheet has the citation.",
        input_schema(
            ("name", "other", "params"),
            of=choice("what it is of 内容", ["query", "chain", "audit", "compare"]),
            name=text("saved query, industry, or the one thing 查询名、产业或一方"),
            other=text("compare: the other thing 另一方"),
            params=_PARAMS,
        ),
        output_schema(
            {"of": STRING, "what": OBJECT},
            {"file": STRING, "bytes": {"type": "integer"}, "sheet_rows": {"type": "integer"}, "sheet_columns": LIST},
        ),
    )


def _tool(name: str, title: Text, words: str, input_schema: Schema, output_schema: Schema) -> Tool:
    return Tool(name, title, f"{words} ({title.zh})", input_schema, output_schema)


def _one_of(kind: str, names: Names) -> str:
    """A description of an argument of class *kind*, with a list of all its members."""
    members = ", ".join(f"{slug(t.iri)} {t.label.zh}" for t in names.of_kind(kind))
    return f"{schemas.named_as(kind, names)} ({members})"
