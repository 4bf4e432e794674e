"""The catalogue of saved queries: finds a query by name and converts parameter values from user input to RDF terms."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final
from unicodedata import normalize

import pyoxigraph as ox

from kg import vocab
from kg.ask.names import Names
from kg.errors import NotFound, UsageProblem
from kg.source.passages import passage_name
from kg.source.queryfile import Parameter, SavedQuery, from_plain
from kg.terms import Text, class_iri, expand, slug

_LONGEST: Final = 18
"""Most digits of a number; any number with so few digits fits into Oxigraph's 64-bit integers."""
_WHOLE: Final = re.compile(r"[+-]?[0-9]+")
_REAL: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SHOWN: Final = 60
"""Most characters of an invalid value that are shown in its message."""


class Catalogue:
    """The saved queries of one built graph."""

    def __init__(self, entries: Sequence[Mapping[str, Any]], names: Names) -> None:
        self._entries = {e["name"]: e for e in entries}
        self._names = names

    def __iter__(self) -> Any:
        return map(self._read, sorted(self._entries))

    def get(self, name: str) -> SavedQuery:
        """The saved query *name*.

        Raises:
            NotFound: there is no such query; the hint gives similar names.
        """
        if name not in self._entries:
            near = get_close_matches(name, self._entries, n=3, cutoff=0.4)
            raise NotFound(
                Text(f"没有名为 {name} 的查询", f"there is no query called {name}"),
                hint=Text(
                    f"相近的有:{'、'.join(near)};全部见 kg queries", f"near: {', '.join(near)}; all of them: kg queries"
                )
                if near
                else Text("全部查询见 kg queries", "kg queries lists them all"),
            )
        return self._read(name)

    def _read(self, name: str) -> SavedQuery:
        """The query, with the classes of the graph as the choices of a parameter for a class."""
        query = from_plain(self._entries[name])
        kinds = tuple(self._names.kinds)
        return replace(query, params=tuple(replace(p, choices=kinds) if p.type == "kind" else p for p in query.params))

    def question(self, query: SavedQuery, values: Mapping[str, str] = MappingProxyType({})) -> Text:
        """The question of *query* with each ``{parameter}`` replaced by the label of its value or default."""
        words = {p.name: self._value_label(p, values.get(p.name)) for p in query.params}
        zh = {name: text.zh for name, text in words.items()}
        en = {name: text.en for name, text in words.items()}
        return Text(query.question.zh.format_map(zh), query.question.en.format_map(en))

    def _value_label(self, param: Parameter, value: str | None) -> Text:
        """The label of a parameter's value, or of its default if *value* is None."""
        if value is None and param.default == "UNDEF":
            return Text(f"任一{param.label.zh}", f"any {param.label.en}")
        term = expand(param.default).strip('"') if value is None else self.term(param, value).value
        if param.type == "enum" and self._names.has_name(expand(f"ivc:{term}")):
            term = expand(f"ivc:{term}")
        return Text(self._names.label(term, "zh"), self._names.label(term, "en"))

    def bind(self, query: SavedQuery, values: Mapping[str, str]) -> str:
        """The SPARQL of *query* with *values* instead of its defaults.

        Args:
            query: the saved query.
            values: parameter name → user input (IRI, slug, label, alias, number).

        Raises:
            UsageProblem: a parameter is unknown or a value is invalid.
            NotFound: no entity of the parameter's class has the given name.
        """
        known = {p.name: p for p in query.params}
        for name in values:
            if name not in known:
                raise UsageProblem(
                    Text(f"查询 {query.name} 没有参数 {name}", f"the query {query.name} has no parameter {name}"),
                    hint=Text(f"它的参数:{'、'.join(known) or '无'}", f"its parameters: {', '.join(known) or 'none'}"),
                )
        return query.bind({name: self._terms(known[name], value) for name, value in values.items()})

    def _terms(self, param: Parameter, value: str) -> str:
        """The term for *value*; for a ``thing``, those of all its namesakes, such as a product and its segment."""
        found = [self.term(param, value)]
        if param.type == "thing":
            found += [ox.NamedNode(t.iri) for t in self._names.bearing(value) if t.iri != found[0].value]
        return " ".join(map(str, found))

    def term(self, param: Parameter, value: str) -> ox.NamedNode | ox.Literal:
        """User input for one parameter as an RDF term; raises as :meth:`bind` does."""
        try:
            value.encode()
        except UnicodeEncodeError:  # the command line had a byte that is not UTF-8
            raise _impossible(param, ascii(value)[1:-1], Text("UTF-8 文本", "a text in UTF-8")) from None
        if param.type == "enum":
            if value not in param.choices:
                raise _impossible(
                    param, value, Text(f"可选:{'、'.join(param.choices)}", f"one of: {', '.join(param.choices)}")
                )
            return ox.Literal(value)
        if param.type == "string":
            return _string(value, param.default)
        if param.type in ("integer", "year", "decimal"):
            return _number(param, value)
        if param.type == "kind":
            return ox.NamedNode(class_iri(self._names.kind(value)))
        if param.type == "Passage":
            return ox.NamedNode(self._passage(value))
        return ox.NamedNode(self._names.resolve(value, *() if param.type == "thing" else (param.type,)).iri)

    def _passage(self, value: str) -> str:
        """The IRI of a passage. *value* is its IRI, its name (document, ``-L``, line), or a line of the only document.

        Raises:
            NotFound: *value* is none of these.
        """
        name = value.removeprefix(vocab.PASSAGE).removeprefix("psg:")
        document, _, line = name.rpartition("-")
        documents = [slug(thing.iri) for thing in self._names.of_kind("Document")]
        if not document and len(documents) == 1:
            document = documents[0]
        line = line.lstrip("Ll")
        if document not in documents or not (line.isascii() and line.isdigit()) or len(line) > _LONGEST:
            raise no_passage(value)
        return vocab.PASSAGE + passage_name(document, int(line))


def _string(value: str, default: str) -> ox.Literal:
    """A string literal with the language tag of the default, if it has one."""
    language = default.rpartition('"@')[2].strip() if '"@' in default else None
    return ox.Literal(value, language=language) if language else ox.Literal(value)


def _number(param: Parameter, value: str) -> ox.Literal:
    """A number from user input, which may have full-width digits; refused if the engine cannot compute with it."""
    text = normalize("NFKC", value).strip()
    if param.type == "decimal":
        return ox.Literal(_decimal(param, value, text), datatype=ox.NamedNode(vocab.XSD + "decimal"))
    if not _WHOLE.fullmatch(text):
        raise _impossible(param, value, Text("整数", "a whole number"))
    number = int(text) if len(text) <= _LONGEST else None
    if param.type == "year" and (number is None or not 1900 <= number <= 2100):
        raise _impossible(param, value, Text("1900 至 2100 的年份", "a year from 1900 to 2100"))
    if number is None:
        raise _impossible(
            param, value, Text(f"至多 {_LONGEST} 位的整数", f"a whole number of at most {_LONGEST} digits")
        )
    return ox.Literal(number)


def _decimal(param: Parameter, value: str, text: str) -> str:
    """*text* as the lexical form of an xsd:decimal. Oxigraph's decimals have 128 bits with 18 decimal places."""
    if not _REAL.fullmatch(text):
        raise _impossible(param, value, Text("数", "a number"))
    number = Decimal(text)
    if not number:
        return "0"
    if not -_LONGEST <= number.adjusted() < _LONGEST:
        raise _impossible(
            param,
            value,
            Text(
                f"绝对值在 1e-{_LONGEST} 与 1e{_LONGEST} 之间的数", f"a number between 1e-{_LONGEST} and 1e{_LONGEST}"
            ),
        )
    return f"{number:.{_LONGEST}f}".rstrip("0").rstrip(".")


def no_passage(value: str) -> NotFound:
    """The error for an unknown passage *value*."""
    name = _cut(value)
    return NotFound(
        Text(f"没有段落 {name}", f"there is no passage {name}"),
        hint=Text(
            "写成“文献-L行号”,如各答案“出处”一列所示;只有一篇文献时写行号即可",
            "write document-Lline, as the column “source” of answers does; of an only document, the line is enough",
        ),
    )


def _impossible(param: Parameter, value: str, wanted: Text) -> UsageProblem:
    shown = _cut(value)
    return UsageProblem(
        Text(f"参数 {param.name} 不能是“{shown}”", f"the parameter {param.name} cannot be “{shown}”"),
        hint=Text(f"需要:{wanted.zh}", f"wanted: {wanted.en}"),
    )


def _cut(value: str) -> str:
    return value if len(value) <= _SHOWN else value[:_SHOWN] + "…"
