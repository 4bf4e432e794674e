"""One saved query: a ``.rq`` file whose ``#+`` comment lines are YAML and whose VALUES blocks are parameters.

The SPARQL runs unchanged in any tool. A parameter is one block ``VALUES ?name { default }``; binding
it puts the N-Triples form of a term in the place of the default, so no text of a user is ever SPARQL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from kg.errors import MissingFile, Place, SyntaxProblem
from kg.terms import Text

# Strings, IRIs and comments first, so that a brace or the word VALUES inside one is no syntax.
_TOKEN: Final = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*\'\'\''
    r'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\''
    r"|<[^<>\"{}|^`\\\s]*>|\#[^\n]*|[?$]\w+|[A-Za-z_][\w-]*(?::[\w.%-]*)?|\S",
    re.DOTALL,
)
VALUES: Final = ("string", "integer", "decimal", "year")
"""Types of columns that hold values; one without a type holds terms of any kind, IRIs for the most part."""
TYPES: Final = (*VALUES, "enum")
"""Parameter types beside the classes of the ontology."""


@dataclass(frozen=True)
class Parameter:
    """One parameter: its name, type, label, default as written, and the choices of an ``enum``."""

    name: str
    type: str
    label: Text
    default: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class SavedQuery:
    """A saved query as its file states it; knows nothing of stores."""

    name: str
    title: Text
    question: Text
    tags: tuple[str, ...]
    params: tuple[Parameter, ...]
    columns: Mapping[str, Text]
    types: Mapping[str, str]
    """Column → its type, where it holds values."""
    sparql: str

    @property
    def passages(self) -> frozenset[str]:
        """The columns of passages, which go by their number and have no name."""
        return frozenset(c for c in self.columns if c == "passage" or c.endswith("_passage"))

    @property
    def things(self) -> frozenset[str]:
        """The columns of what has a name; the same whatever the rows."""
        return frozenset(self.columns) - self.passages - frozenset(self.types)

    def bind(self, terms: Mapping[str, str]) -> str:
        """The SPARQL with each parameter of *terms* standing for its default.

        Args:
            terms: parameter name → one term in N-Triples form (``<iri>``, ``"text"@zh``, ``2023``) or UNDEF.
        """
        pieces, end = [], 0
        for name, start, stop in _value_blocks(self.sparql):
            if name in terms:
                pieces += [self.sparql[end:start], " ", terms[name], " "]
                end = stop
        return "".join([*pieces, self.sparql[end:]])


def parse(text: str, name: str, shown: str) -> SavedQuery:
    """The saved query in *text*.

    Args:
        text: the whole file.
        name: the query's name (its file's stem).
        shown: the path as error messages give it.

    Raises:
        SyntaxProblem: the ``#+`` lines are not the YAML they should be, or a parameter has no VALUES block.
    """
    import yaml

    header = "\n".join(line[2:] for line in text.splitlines() if line.startswith("#+"))
    try:
        meta = yaml.safe_load(header) or {}
        defaults = {n: text[start:stop].strip() for n, start, stop in _value_blocks(text)}
        params = tuple(
            Parameter(key, spec["type"], _text(spec), defaults[key], tuple(spec.get("choices", ())))
            for key, spec in (meta.get("params") or {}).items()
        )
        return SavedQuery(
            name=name,
            title=_text(meta["title"]),
            question=_text(meta["question"]),
            tags=tuple(meta["tags"]),
            params=params,
            columns={str(key): _text(spec) for key, spec in meta["columns"].items()},
            types={str(key): str(spec["type"]) for key, spec in meta["columns"].items() if "type" in spec},
            sparql=text,
        )
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise _malformed(shown, f"YAML: {error}", mark.line + 1 if mark else 1) from error
    except KeyError as error:
        raise _malformed(shown, f"{error.args[0]}?", line_of(text, str(error.args[0]))) from error
    except (TypeError, AttributeError) as error:
        raise _malformed(shown, f"{type(error).__name__}: {error}", 1) from error


def line_of(text: str, key: str) -> int:
    """The line of the ``#+`` header on which *key* stands; 1 where it is not there."""
    lines = enumerate(text.splitlines(), start=1)
    return next((n for n, line in lines if re.match(rf"#\+\s*{re.escape(key)}\s*:", line)), 1)


def to_plain(query: SavedQuery) -> dict[str, Any]:
    """The query as plain JSON values; :func:`from_plain` makes it whole again."""
    return asdict(query)


def from_plain(body: Mapping[str, Any]) -> SavedQuery:
    """The query that :func:`to_plain` took apart (no YAML is read)."""
    params = tuple(
        Parameter(p["name"], p["type"], Text(**p["label"]), p["default"], tuple(p["choices"])) for p in body["params"]
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
    )


def read(path: Path, shown: str) -> SavedQuery:
    """The saved query in the file *path*, shown to people as *shown*."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise MissingFile(Text(f"读不到文件 {shown}", f"cannot read {shown}")) from error
    try:
        return parse(raw.decode("utf-8"), path.stem, shown)
    except UnicodeDecodeError as error:
        raise SyntaxProblem(
            Text("不是 UTF-8 文本", "this is not UTF-8 text"),
            place=Place(shown, raw.count(b"\n", 0, error.start) + 1),
            hint=Text("以 UTF-8 编码保存这个文件", "save the file in UTF-8"),
        ) from error


def _text(spec: Mapping[str, Any]) -> Text:
    return Text(str(spec["zh"]), str(spec["en"]))


def _malformed(shown: str, why: str, line: int) -> SyntaxProblem:
    return SyntaxProblem(
        Text(f"查询文件的 #+ 头部不完整:{why}", f"the #+ header of the query is incomplete: {why}"),
        place=Place(shown, line),
        hint=Text(
            "头部需要 title、question、tags、params、columns;每个参数要有一个 VALUES ?名 { 默认值 }",
            "it needs title, question, tags, params, columns, and one VALUES ?name { default } per parameter",
        ),
    )


def _value_blocks(sparql: str) -> list[tuple[str, int, int]]:
    """(variable, start, stop) of the content between the braces of every one-variable VALUES block."""
    tokens = [m for m in _TOKEN.finditer(sparql) if not m[0].startswith("#")]
    blocks = []
    for at, token in enumerate(tokens[:-3]):
        variable, brace = tokens[at + 1], tokens[at + 2]
        if token[0].upper() == "VALUES" and variable[0][0] in "?$" and brace[0] == "{":
            close = next((t for t in tokens[at + 3 :] if t[0] == "}"), None)
            if close is not None:
                blocks.append((variable[0][1:], brace.end(), close.start()))
    return blocks
