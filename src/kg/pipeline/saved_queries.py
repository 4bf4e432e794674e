"""Reads the saved queries and checks them against the ontology; a build does this before its expensive steps."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pyoxigraph as ox

from kg import vocab
from kg.errors import Place, SyntaxProblem
from kg.source import queryfile
from kg.source.project import Project
from kg.source.queryfile import TYPES, VALUES, SavedQuery
from kg.store.guard import refuse_side_effects
from kg.store.syntax import syntax_problem
from kg.terms import Text, class_name, iri


def classes(quads: Iterable[ox.Quad]) -> frozenset[str]:
    """The names of the classes in *quads* (:func:`kg.terms.class_name`)."""
    return frozenset(
        class_name(iri(q.subject))
        for q in quads
        if q.predicate.value == vocab.TYPE and iri(q.object) == vocab.OWL + "Class"
    )


def read_all(project: Project, classes: Collection[str]) -> list[SavedQuery]:
    """Every saved query of *project*; the types of its parameters are checked against *classes*.

    Raises:
        SyntaxProblem: a header or the SPARQL is not valid, a parameter has an unknown type, or the columns differ from
            the variables of the SELECT; the error has file and line.
        Refused: a query has a SERVICE clause.
    """
    nothing, found = ox.Store(), []
    for path in project.query_files:
        query = queryfile.read(path, project.relative(path))
        _check(query, project.relative(path), classes, nothing)
        found.append(query)
    for query, path in zip(found, project.query_files, strict=True):
        if query.listed and query.listed not in {other.name for other in found}:
            what = Text(f"没有查询 {query.listed}", f"there is no query {query.listed}")
            hint = Text("listed 须是列出所数事物的查询之名", "listed must name the query that lists what is counted")
            raise _mistake(query, project.relative(path), "listed", what, hint)
    return found


def _check(query: SavedQuery, shown: str, classes: Collection[str], nothing: ox.Store) -> None:
    for param in query.params:
        if param.type not in classes and param.type not in TYPES:
            raise _mistake(
                query,
                shown,
                param.name,
                Text(
                    f"参数 {param.name} 的类型 {param.type} 不是本体里的类",
                    f"the type {param.type} of the parameter {param.name} is no class of the ontology",
                ),
                _hint_type(param.type, classes),
            )
    for name, kind in query.types.items():
        if kind not in VALUES or name in query.passages:
            raise _mistake(
                query,
                shown,
                name,
                Text(f"{kind} 不是列 {name} 可用的类型", f"{kind} is no type of the column {name}"),
                Text(
                    f"可用 {'、'.join(VALUES)};事物与段落的列不写类型",
                    f"types are {', '.join(VALUES)}; a column of things or passages has none",
                ),
            )
    refuse_side_effects(query.sparql, shown)
    try:
        answer = nothing.query(query.sparql, prefixes=dict(vocab.PREFIXES))
    except SyntaxError as error:
        raise syntax_problem(error, shown, query.sparql) from error
    if not isinstance(answer, ox.QuerySolutions):
        raise SyntaxProblem(Text("这里需要一个 SELECT 查询", "a SELECT query is needed here"), place=Place(shown, 1))
    selected = [variable.value for variable in answer.variables]
    for name in (*selected, *query.columns):
        if name not in selected or name not in query.columns:
            raise _mistake(
                query,
                shown,
                "columns" if name in selected else name,
                Text(
                    f"columns 与 SELECT 的变量不一致:{name}", f"columns and the variables of the SELECT differ: {name}"
                ),
                Text("每个变量要有一个列名,反之亦然", "give every variable a heading, and every heading a variable"),
            )


def _hint_type(written: str, classes: Collection[str]) -> Text:
    """What to write in place of a type that is no class."""
    own = sorted(name for name in classes if name.endswith(("#" + written, "/" + written)))
    if own:
        return Text(f"写成 {'或'.join(own)},或用查询的前缀", f"write {' or '.join(own)}, or use a prefix of the query")
    return Text(
        f"检查拼写;项目自己的类写成 IRI 或用查询的前缀;也可用 {'、'.join(TYPES)}",
        f"check the spelling; a class of your own is an IRI or has a prefix of the query; other types are {', '.join(TYPES)}",
    )


def _mistake(query: SavedQuery, shown: str, key: str, what: Text, hint: Text) -> SyntaxProblem:
    """The error for a mistake in the ``#+`` line of *key*."""
    return SyntaxProblem(what, place=Place(shown, queryfile.line_of(query.sparql, key)), hint=hint)
