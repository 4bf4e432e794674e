"""One saved query: a ``.rq`` file whose ``#+`` comment lines are YAML and whose VALUES blocks are parameters.

The SPARQL runs unchanged in any tool. A parameter is one block ``VALUES ?name { default }``. Binding it replaces the
default by a term in N-Triples form, so a user's text is never read as SPARQL.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from string import Formatter
from typing import Any, Final

from kg.errors import MissingFile, Place, SyntaxProblem
from kg.source import clauses, header
from kg.source.header import HeaderNode
from kg.terms import LANGS, Text, class_name, expand
from kg.vocab import PREFIXES

VALUES: Final = ("string", "integer", "decimal", "year")
"""Column types for literals. A column without a type can contain any term; most contain IRIs."""
TYPES: Final = (*VALUES, "enum", "kind", "thing")
"""Parameter types other than the classes of the ontology.

The value of a ``kind`` is a class that has named things; that of a ``thing`` is anything that has a name.
"""
BOUNDS: Final = "bounds"
"""What stands for the given numbers in a sentence."""
MEASURE: Final = "measure"
"""What stands in a Chinese sentence for the measure word of the things whose kind is asked for."""
YEARS: Final = range(1900, 2101)
"""Values of a ``year``."""
_NAME: Final = re.compile(r"[^\W\d]\w*")
_STRING: Final = re.compile(r'UNDEF|"(?:[^"\\\n]|\\.)*"(?:@[A-Za-z]+(?:-[A-Za-z0-9]+)*)?')
_INTEGER: Final = re.compile(r"UNDEF|[-+]?[0-9]{1,18}")
_DEFAULTS: Final = {
    "string": _STRING,
    "enum": _STRING,
    "integer": _INTEGER,
    "year": _INTEGER,
    "decimal": re.compile(r"UNDEF|[-+]?(?:[0-9]{1,18}(?:\.[0-9]{1,18})?|\.[0-9]{1,18})"),
}
"""Parameter type → syntax of its default. For any other type, a class, see :data:`_RESOURCE`."""
_RESOURCE: Final = re.compile(r'UNDEF|<[^<>"{}|^`\\\s]*>|(?:[^\W\d][\w-]*)?:[\w.-]*')
_BRACKETS: Final = re.compile(r"(?:[^\[\]]|\[[^\[\]]+\])+")
_MOST_BYTES: Final = 2**20
"""Most bytes of a query file."""


@dataclass(frozen=True)
class Parameter:
    """One parameter.

    Attributes:
        name: name of the variable in its VALUES block.
        type: a class of the ontology as :func:`kg.terms.class_name` names it, or one of :data:`TYPES`.
        label: its label for people.
        default: one term in SPARQL syntax, or UNDEF for any term.
        choices: allowed values of an ``enum``; of a ``kind``, once the catalogue has read them from the graph.
        example: whether the build chooses a default from the graph (:mod:`kg.pipeline.examples`).
        narrows: whether it keeps the rows with its values in the column of its name; it has no VALUES block.
    """

    name: str
    type: str
    label: Text
    default: str
    choices: tuple[str, ...] = ()
    example: bool = False
    narrows: bool = False


@dataclass(frozen=True)
class Reply:
    """How the answer to a question is said.

    Attributes:
        column: the column that holds what was asked for.
        text: the sentence; ``{name}`` stands for the value of a parameter or for the values of a column, ``{bounds}`` for
            the numbers that are given, each with the label of its parameter; ``{measure}`` for the measure word of the
            things of a parameter's kind.
        first: whether only the first row answers, as for a superlative.
        last: the sentence for “the least”, where the last row answers; None if the query does not tell it.
        counted: whether the answers may be counted; false if some may be parts of others.
        compared: the column of each of two things → the column of its number, if the question is which number is larger.
        each: what is said of one row, where people ask for all of them (“each”) instead of the first; None if the query
            does not tell it.
        holds: the column that says whether a row has what a yes-no question asks, as 1 or 0; empty if every row has it.
    """

    column: str
    text: Text
    first: bool = False
    last: Text | None = None
    counted: bool = True
    compared: Mapping[str, str] = field(default_factory=dict)
    each: Text | None = None
    holds: str = ""


@dataclass(frozen=True)
class SavedQuery:
    """A saved query as its file defines it; independent of any store."""

    name: str
    title: Text
    question: Text
    tags: tuple[str, ...]
    params: tuple[Parameter, ...]
    columns: Mapping[str, Text]
    types: Mapping[str, str]
    """Column → its type, for columns of literals."""
    sparql: str
    ask: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Language → wordings by which people ask this question. ``{name}`` is a parameter; ``[…]`` may be left out."""
    reply: Reply | None = None
    listed: str = ""
    """Name of the query that lists what this one counts: it has this query's parameters, and ``counted`` for the column."""

    @cached_property
    def passages(self) -> frozenset[str]:
        """The columns of passages. A passage is shown by its number and has no label."""
        return frozenset(c for c in self.columns if c == "passage" or c.endswith("_passage"))

    @cached_property
    def things(self) -> frozenset[str]:
        """The columns of things, which have labels. They depend on the header only, not on the rows."""
        return frozenset(self.columns) - self.passages - frozenset(self.types)

    @property
    def ranking(self) -> str:
        """The column of counts by which the rows are ranked, largest first; empty if they are in another order."""
        column = clauses.ranked_by(self.sparql)
        return column if self.types.get(column) == "integer" else ""

    def bind(self, terms: Mapping[str, str]) -> str:
        """The SPARQL with the default of each parameter in *terms* replaced.

        Args:
            terms: parameter name → one term in N-Triples form (``<iri>``, ``"text"@zh``, ``2023``) or UNDEF.
        """
        return clauses.with_values(self.sparql, terms)

    def asked(self, terms: Mapping[str, Sequence[str]], apart: Collection[str] = ()) -> SavedQuery:
        """The query with these values.

        Args:
            terms: parameter name → terms in N-Triples form, or UNDEF alone for any. A parameter that narrows keeps the rows
                that have one of them in its column; any other has them in its VALUES block.
            apart: parameters with several values: each gets a leading column that shows which value a row is for, unless the
                query uses all values together in a subquery.
        """
        named = {p.name: p for p in self.params}
        narrowed = {n: ts for n, ts in terms.items() if named[n].narrows}
        bound = clauses.with_values(self.sparql, {n: " ".join(ts) for n, ts in terms.items() if n not in narrowed})
        kept = {n: ts for n, ts in narrowed.items() if "UNDEF" not in ts}
        shown = clauses.visible(self.sparql)
        added = [n for n in apart if n not in self.columns and n in shown]
        return replace(
            self,
            sparql=clauses.with_columns(clauses.with_filters(bound, kept), added),
            columns={**{n: named[n].label for n in added}, **self.columns},
        )


def without_header(sparql: str) -> str:
    """The SPARQL of a saved query without its ``#+`` lines."""
    return "".join(line for line in sparql.splitlines(keepends=True) if not line.startswith("#+"))


def parse(text: str, name: str, shown: str) -> SavedQuery:
    """The saved query in *text*.

    Args:
        text: the whole file.
        name: the query's name (its file's stem).
        shown: the path as error messages give it.

    Raises:
        SyntaxProblem: the ``#+`` lines are not valid, lack a key or have an unknown key; or a parameter has no VALUES
            block with one default of its type.
    """
    meta = header.read(text, shown).fields(
        ("title", "question", "tags", "columns"), ("params", "cq", "ask", "answer", "listed")
    )
    defaults = {n: text[start:stop].strip() for n, start, stop in clauses.value_blocks(text)}
    params = meta["params"].mapping() if "params" in meta else {}
    columns = meta["columns"].mapping()
    prefixes = clauses.prefixes(text)
    if "cq" in meta:
        meta["cq"].text()
    return SavedQuery(
        name=name,
        title=_text(meta["title"].fields(LANGS)),
        question=_question(meta["question"], params),
        tags=meta["tags"].texts(),
        params=tuple(_parameter(key, spec, defaults, prefixes) for key, spec in params.items()),
        columns={key: _column(key, spec) for key, spec in columns.items()},
        types={key: spec.mapping()["type"].text() for key, spec in columns.items() if "type" in spec.mapping()},
        sparql=text,
        ask=_wordings(meta["ask"], params) if "ask" in meta else {},
        reply=_reply(meta["answer"], {**params, **columns}, columns) if "answer" in meta else None,
        listed=meta["listed"].text() if "listed" in meta else "",
    )


def _text(fields: Mapping[str, HeaderNode]) -> Text:
    return Text(fields["zh"].text(), fields["en"].text())


def _question(node: HeaderNode, params: Mapping[str, HeaderNode]) -> Text:
    """The question. Each ``{name}`` in it must be the name of a parameter."""
    question = _text(node.fields(LANGS))
    for words in (question.zh, question.en):
        _require_names(words, params, node)
    return question


def _require_names(words: str, known: Mapping[str, HeaderNode], node: HeaderNode) -> None:
    """Refuse *words* if a ``{name}`` in it is not *known*."""
    try:
        pieces = [piece for piece in Formatter().parse(words) if piece[1] is not None]
    except ValueError:
        pieces = [("", words, "", None)]
    for _, name, form, conversion in pieces:
        if name not in known or form or conversion:
            raise node.mistake(
                Text(f"里的 {{{name}}} 不是参数或列", f"has {{{name}}}, which is no parameter or column")
            )


def _wordings(node: HeaderNode, params: Mapping[str, HeaderNode]) -> dict[str, tuple[str, ...]]:
    """The wordings of each language. Brackets must be in pairs and not nested, and each ``{name}`` is a parameter."""
    found = {lang: words.texts() for lang, words in node.fields((), LANGS).items()}
    for words in (one for wordings in found.values() for one in wordings):
        _require_names(words, params, node)
        if not _BRACKETS.fullmatch(words):
            raise node.mistake(Text(f"里的方括号不成对:{words}", f"has brackets that are no pair: {words}"))
    return found


def _reply(node: HeaderNode, known: Mapping[str, HeaderNode], columns: Mapping[str, HeaderNode]) -> Reply:
    """The sentence of the answer and its column."""
    fields = node.fields(("column", *LANGS), ("first", "last", "counted", "compared", "each", "holds"))
    text, column = _text(fields), fields["column"].text()
    last, each = (_text(fields[key].fields(LANGS)) if key in fields else None for key in ("last", "each"))
    holds = fields["holds"].text() if "holds" in fields else ""
    for said in filter(None, (text, last, each)):
        for words in (said.zh, said.en):
            _require_names(words, {**known, BOUNDS: node, MEASURE: node}, node)
    compared = (
        {key: number.text() for key, number in fields["compared"].mapping().items()} if "compared" in fields else {}
    )
    for name in filter(None, (column, *compared, *compared.values(), holds)):
        if name not in columns:
            raise fields["column"].mistake(Text(f"{name} 不是列", f"is {name}, which is no column"))
    for key, only in (("first", "true"), ("counted", "false")):
        if key in fields and fields[key].text() != only:
            raise fields[key].mistake(Text(f"只能是 {only}", f"can only be {only}"))
    return Reply(column, text, "first" in fields, last, "counted" not in fields, compared, each, holds)


def _parameter(name: str, node: HeaderNode, defaults: Mapping[str, str], prefixes: Mapping[str, str]) -> Parameter:
    """The parameter *name*. Its default is the term in its VALUES block; *prefixes* are those of the query."""
    _require_name(name, node)
    fields = node.fields(("type", *LANGS), ("choices", "default"))
    kind, choices = _type(fields["type"], prefixes), fields["choices"].texts() if "choices" in fields else ()
    if name not in defaults:
        raise node.mistake(Text(f"没有它的 VALUES ?{name} {{ 默认值 }}", f"has no VALUES ?{name} {{ default }}"))
    if (kind == "enum") != bool(choices):
        raise node.mistake(
            Text("type 为 enum 时(也仅在此时)要有 choices", "needs choices if, and only if, its type is enum")
        )
    if not _DEFAULTS.get(kind, _RESOURCE).fullmatch(defaults[name]):
        raise node.mistake(
            Text(
                f"的默认值应是一个 {kind} 或 UNDEF,而不是 {defaults[name][:80]}",
                f"has a default that is not one {kind} or UNDEF: {defaults[name][:80]}",
            )
        )
    example = "default" in fields
    if example and (fields["default"].text() != "example" or defaults[name] != "UNDEF"):
        raise node.mistake(
            Text(
                "的 default 只能是 example,VALUES 里则是 UNDEF",
                "can have only example as its default, over VALUES { UNDEF }",
            )
        )
    default = _whole(defaults[name], prefixes) if kind not in _DEFAULTS else defaults[name]
    return Parameter(name, kind, _text(fields), default, choices, example)


def _type(node: HeaderNode, prefixes: Mapping[str, str]) -> str:
    """The type of a parameter. A class of the project's own is written as an IRI, or with a prefix of the query."""
    written = node.text()
    if ":" not in written:
        _require_name(written, node)
        return written
    return class_name(expand(_whole(written, prefixes)))


def _whole(term: str, prefixes: Mapping[str, str]) -> str:
    """``prefix:name`` as ``<IRI>`` if the query declares the prefix for another namespace than the project; else unchanged."""
    prefix, _, name = term.partition(":")
    namespace = prefixes.get(prefix)
    return term if namespace in (None, PREFIXES.get(prefix)) else f"<{namespace}{name}>"


def _column(name: str, node: HeaderNode) -> Text:
    _require_name(name, node)
    return _text(node.fields(LANGS, ("type",)))


def _require_name(name: str, node: HeaderNode) -> None:
    if not _NAME.fullmatch(name):
        raise node.mistake(Text("只能由字母、数字和 _ 组成", "must be made of letters, digits and _"))


def line_of(text: str, key: str) -> int:
    """The line number of *key* in the ``#+`` header; 1 if it is absent."""
    lines = enumerate(header.lines_of(text), start=1)
    return next((n for n, line in lines if re.match(rf"#\+\s*{re.escape(key)}\s*:", line)), 1)


def to_plain(query: SavedQuery) -> dict[str, Any]:
    """The query as JSON values. :func:`from_plain` is the inverse."""
    return asdict(query)


def from_plain(body: Mapping[str, Any]) -> SavedQuery:
    """The query from the JSON values of :func:`to_plain`; reads no YAML."""
    params = tuple(
        Parameter(p["name"], p["type"], Text(**p["label"]), p["default"], tuple(p["choices"]), p["example"])
        for p in body["params"]
    )
    return SavedQuery(
        name=body["name"],
        title=Text(**body["title"]),
        question=Text(**body["question"]),
        tags=tuple(body["tags"]),
        params=params,
        columns={key: Text(**spec) for key, spec in body["columns"].items()},
        types=body["types"],
        sparql=body["sparql"],
        ask={lang: tuple(words) for lang, words in body["ask"].items()},
        reply=_reply_from(body["reply"]) if body["reply"] else None,
        listed=body["listed"],
    )


def _reply_from(body: Mapping[str, Any]) -> Reply:
    """The sentence of the answer from the JSON values of :func:`to_plain`."""
    last, each = (Text(**body[key]) if body[key] else None for key in ("last", "each"))
    return Reply(
        body["column"],
        Text(**body["text"]),
        body["first"],
        last,
        body["counted"],
        body["compared"],
        each,
        body["holds"],
    )


def read(path: Path, shown: str) -> SavedQuery:
    """The saved query in the file *path*. Messages call the file *shown*.

    Raises:
        MissingFile: the file is missing or not readable.
        SyntaxProblem: the file is too large or not UTF-8, or :func:`parse` refuses it.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise MissingFile(Text(f"读不到文件 {shown}", f"cannot read {shown}")) from error
    if len(raw) > _MOST_BYTES:
        raise SyntaxProblem(
            Text(f"查询文件超过 {_MOST_BYTES} 字节", f"the file of a query is larger than {_MOST_BYTES} bytes"),
            place=Place(shown),
            hint=Text("把它拆成几个查询", "split it into several queries"),
        )
    try:
        return parse(raw.decode("utf-8-sig"), path.stem, shown)
    except UnicodeDecodeError as error:
        raise SyntaxProblem(
            Text("不是 UTF-8 文本", "this is not UTF-8 text"),
            place=Place(shown, raw.count(b"\n", 0, error.start) + 1),
            hint=Text("以 UTF-8 编码保存这个文件", "save the file in UTF-8"),
        ) from error
