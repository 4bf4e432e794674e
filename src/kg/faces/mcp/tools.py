"""The tools: what each is called, what it is for, what it takes and gives. One per saved query, and seven more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kg.ask.catalogue import Catalogue
from kg.ask.names import Names
from kg.errors import UsageProblem
from kg.faces.mcp import schemas
from kg.faces.mcp.schemas import CELL, LIST, MAYBE, NAMED, OBJECT, STRING, Schema, choice, gives, takes, text
from kg.source.queryfile import SavedQuery
from kg.terms import Text, slug
from kg.vocab import IVC


@dataclass(frozen=True)
class Tool:
    """One tool.

    Attributes:
        name: the name by which an agent calls it.
        title: a title for people.
        description: what it answers, for agents: in English, with the Chinese title.
        takes: JSON Schema of its arguments.
        gives: JSON Schema of its structured content.
    """

    name: str
    title: Text
    description: str
    takes: Schema
    gives: Schema


def tools(catalogue: Catalogue, names: Names, lang: str, tags: Iterable[str] = ()) -> dict[str, Tool]:
    """Every tool by name.

    Args:
        catalogue: the saved queries.
        names: what classes and values are called.
        lang: language of an answer, unless a call names one.
        tags: hold the saved queries to those that have one of these; none for all.

    Raises:
        UsageProblem: no query has such a tag.
    """
    queries, wanted = list(catalogue), set(tags)
    known = sorted({tag for q in queries for tag in q.tags})
    for tag in sorted(wanted - set(known)):
        raise UsageProblem(
            Text(f"没有标签 {tag}", f"there is no tag {tag}"),
            hint=Text(f"可选:{'、'.join(known)}", f"one of: {', '.join(known)}"),
        )
    kept = [q for q in queries if not wanted or wanted & set(q.tags)]
    made = {tool.name: tool for tool in (*_own(names), *(_saved(q, names) for q in kept))}
    for tool in made.values():
        tool.takes["properties"] |= schemas.shared(lang)
    return made


def _saved(query: SavedQuery, names: Names) -> Tool:
    columns = ", ".join(f"{name} ({label.zh}, {label.en})" for name, label in query.columns.items())
    words = f"{query.title.en} ({query.title.zh}). {query.question.en} {query.question.zh} Columns: {columns}."
    params = {p.name: schemas.parameter(p, names) for p in query.params}
    return Tool(query.name, query.title, words, takes(tuple(params), **params), schemas.table(query))


def _own(names: Names) -> Iterator[Tool]:
    """The tools that are no saved query."""
    yield _find(names)
    yield _tool(
        "show",
        Text("一个事物的全貌", "One thing from all sides"),
        "Everything the graph holds of one thing: what the report states of it, figures, claims, then background and "
        "inferred edges, each with its passages; of a passage (document-Lline), what it states.",
        takes(thing=text("name, alias, slug or IRI of anything, or the id of a passage 事物的名称或 IRI")),
        gives(
            {"thing": NAMED, "namesakes": LIST},
            {"row": choice("", ["edge", "figure", "claim", "statement"])},
        ),
    )
    yield _tool(
        "chain",
        Text("产业链分段图", "The value chain of an industry"),
        "The tier chart of an industry: its stages from upstream to downstream, their segments, and the companies and "
        "products that the report names in each.",
        takes(industry=text(_one_of("Industry", names))),
        gives(
            {"industry": NAMED},
            {
                **dict.fromkeys(("view", "stage", "tier", "segment"), MAYBE),
                **dict.fromkeys(("companies", "products", "parts"), LIST),
            },
        ),
    )
    yield _why()
    yield _audit(names)
    yield _tool(
        "path",
        Text("两个事物如何相连", "How two things are connected"),
        "The shortest chain of edges stated by the report between two things, a passage on each hop.",
        takes(one=text("name or IRI of anything 一端"), other=text("name or IRI of anything 另一端")),
        gives(
            {"one": NAMED, "other": NAMED},
            {"subject": NAMED, "predicate": NAMED, "object": NAMED, "forward": {"type": "boolean"}},
        ),
    )
    yield _sparql()


def _find(names: Names) -> Tool:
    kinds = [k for k in sorted({slug(i) for i in names.terms if i.startswith(IVC)}) if names.is_class(k)]
    return _tool(
        "find",
        Text("按名称查找", "Find things by name"),
        "Things that a text may mean, best first, with their IRIs: 汉字, 繁體, pinyin, initials, English, an alias or a "
        "typo. Start here when a name may be spelt in several ways.",
        takes(
            ("kind",),
            text=text("a name in any spelling 任何写法的名称"),
            kind=choice("only things of this class 只要这一类", [k for k in kinds if names.of_kind(k)]),
        ),
        gives(
            {"text": STRING},
            {
                **dict.fromkeys(("iri", "zh", "en"), STRING),
                "kind": NAMED,
                "also": LIST,
                "score": {"type": "number"},
                "mentions": {
                    "type": "integer",
                    "description": "passages that mention it; `passages` has the first few",
                },
            },
        ),
    )


def _why() -> Tool:
    made = _tool(
        "why",
        Text("为什么成立", "Why a statement holds"),
        "The proofs of a statement down to the passages, shortest first; if it does not hold, what the nearest rules "
        "lack. Subject and object by name, the predicate by its label, such as 涉足产业 (active in).",
        takes(
            subject=text("name or IRI of a thing 主语"),
            predicate=text("a relation by its label in zh or en, or prefixed name; `a` for a kind 关系"),
            object=text("name or IRI of a thing or class, or a value 宾语"),
        ),
        gives({"triple": OBJECT, "holds": {"type": "boolean"}}, {}),
    )
    row = made.gives["properties"]["rows"]["items"]
    row["properties"] |= {"proof": OBJECT, "missing": OBJECT}
    row["oneOf"] = [{"required": ["proof"]}, {"required": ["missing"]}]
    return made


def _audit(names: Names) -> Tool:
    return _tool(
        "audit",
        Text("报告自相矛盾之处", "Where the report disagrees with itself"),
        "What to know before quoting: figures that contradict each other, totals that do not add up, missing sections "
        "and sources, for the whole report or one industry.",
        takes(
            ("industry", "severity"),
            industry=text(f"{_one_of('Industry', names)}; all by default 默认全部"),
            severity=choice("only this severity 只要这一级别", ["Warning", "Info"]),
        ),
        gives(
            {"industry": MAYBE},
            {"rule": NAMED, "severity": STRING, "focus": NAMED, "message": OBJECT, "involved": LIST},
        ),
    )


def _sparql() -> Tool:
    made = _tool(
        "sparql",
        Text("SPARQL 查询", "SPARQL query"),
        "Any read-only SPARQL 1.1 query (SELECT, ASK, CONSTRUCT, DESCRIBE). Prefixes need no declaration: ivc (classes and "
        "properties), ind, co, seg, stg, prod, tech, app, reg, pol, obs, clm, psg (passages), rdfs, skos. The default "
        "graph holds everything; GRAPH ?passage { … } gives the passage that states a triple. SERVICE and updates are "
        "refused. Prefer a saved query where one fits.",
        takes(query=schemas.query_text("the query 查询")),
        gives(
            {"form": choice("", ["select", "ask", "graph"]), "columns": LIST},
            {"values": {"type": "object", "additionalProperties": CELL}},
        ),
    )
    made.gives["properties"]["boolean"] = {"type": "boolean", "description": "the answer of ASK"}
    return made


def _tool(name: str, title: Text, words: str, takes: Schema, gives: Schema) -> Tool:
    return Tool(name, title, f"{words} ({title.zh})", takes, gives)


def _one_of(kind: str, names: Names) -> str:
    """How to name a thing of class *kind*, with all there are."""
    members = ", ".join(f"{slug(t.iri)} {t.label.zh}" for t in names.of_kind(kind))
    return f"{schemas.named_as(kind, names)} ({members})"
