"""The catalogue of saved queries: finds a query by name and converts parameter values from user input to RDF terms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final
from unicodedata import normalize

import pyoxigraph as ox

from kg import vocab
from kg.ask.names import Names
from kg.ask.query_search import search
from kg.errors import NotFound, UsageProblem
from kg.source.passages import passage_name
from kg.source.queryfile import TYPES, YEARS, Parameter, SavedQuery, from_plain
from kg.terms import Text, class_iri, class_name, expand, listed

_LONGEST: Final = 18
"""Most digits of a number; any number with so few digits fits into Oxigraph's 64-bit integers."""
_WHOLE: Final = re.compile(r"[+-]?[0-9]+")
_REAL: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
NARROWING: Final = MappingProxyType(
    {
        "industry": "Industry",
        "region": "Region",
        "year": "year",
        "estimator": "Organization",
        "tier": "Tier",
        "sector": "Sector",
        "status": "ObservationStatus",
        "indicator": "Indicator",
        "role": "Role",
    }
)
"""Column by which the rows of any query can be narrowed → the type of the parameter that does it."""
_EVERY: Final = frozenset({"all", "*", "any", "全部", "所有", "任意"})
"""What asks for every value of a parameter."""
BETWEEN: Final = re.compile(r"[,,、;;]")
_SHOWN: Final = 60
"""Most characters of an invalid value that are shown in its message."""


Values = str | Sequence[str]
"""User input for a parameter: one value or several."""


class Catalogue:
    """The saved queries of one built graph."""

    def __init__(self, entries: Sequence[Mapping[str, Any]], names: Names) -> None:
        self._entries = {e["name"]: e for e in entries}
        self._saved: dict[str, SavedQuery] = {}
        self.names = names

    def __iter__(self) -> Any:
        return map(self._read, sorted(self._entries))

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def get(self, name: str) -> SavedQuery:
        """The saved query *name*.

        Raises:
            NotFound: there is no such query; the hint gives similar names.
        """
        if name not in self._entries:
            near = self.near(name)
            raise NotFound(
                Text(f"没有名为 {name} 的查询", f"there is no query called {name}"),
                hint=Text(
                    f"相近的有:{'、'.join(near)};全部见 kg queries", f"near: {', '.join(near)}; all of them: kg queries"
                )
                if near
                else Text("全部查询见 kg queries", "kg queries lists them all"),
            )
        return self._read(name)

    def near(self, name: str) -> list[str]:
        """The names of queries that are written like *name*, best first."""
        return get_close_matches(name, self._entries, n=3, cutoff=0.4)

    def search(self, text: str) -> list[SavedQuery]:
        """The queries that have most of the words of *text*, best first (:func:`kg.ask.query_search.search`)."""
        return search(self, text, self.names.variants)

    def _read(self, name: str) -> SavedQuery:
        """The query, with the classes of the graph as the choices of a parameter for a class; read once."""
        if name not in self._saved:
            query = from_plain(self._entries[name])
            kinds = tuple(self.names.kinds)
            params = tuple(replace(p, choices=kinds) if p.type == "kind" else p for p in query.params)
            self._saved[name] = replace(query, params=(*params, *self._narrowing(query)))
        return self._saved[name]

    def _narrowing(self, query: SavedQuery) -> Iterator[Parameter]:
        """A parameter for each column of *query* by which its rows can be narrowed, if it has none of that name."""
        named = {p.name for p in query.params}
        for name, label in query.columns.items():
            kind = NARROWING.get(name)
            if kind and name not in named and (query.types.get(name) == kind or kind in self.names.classes):
                yield Parameter(name, kind, label, "UNDEF", narrows=True)

    def question(self, query: SavedQuery, values: Mapping[str, Values] = MappingProxyType({})) -> Text:
        """The question of *query* with each ``{parameter}`` replaced by the labels of its values or default.

        What narrows the rows stands behind it in brackets.
        """
        words = {p.name: self._labels(p, values.get(p.name)) for p in query.params}
        narrowed = [words[p.name] for p in query.params if p.narrows and p.name in values]
        zh = query.question.zh.format_map({name: text.zh for name, text in words.items()})
        en = query.question.en.format_map({name: text.en for name, text in words.items()})
        if not narrowed:
            return Text(zh, en)
        return Text(f"{zh}({','.join(t.zh for t in narrowed)})", f"{en} ({', '.join(t.en for t in narrowed)})")

    def _labels(self, param: Parameter, value: Values | None) -> Text:
        """The labels of a parameter's values, or of its default if *value* is None."""
        terms = [param.default] if value is None else self.terms(param, value)
        if terms == ["UNDEF"] or (value is not None and _is_every(value)):
            return Text(f"任一{param.label.zh}", f"any {param.label.en}")
        return listed(self.value_label(param, term) for term in terms)

    def value_label(self, param: Parameter, term: str) -> Text:
        """The label of one value of a parameter, written as :func:`parsed` reads it."""
        named = from_written(term)
        if param.type == "kind":
            return self.names.kind_plural(class_name(named))
        if param.type == "enum" and self.names.has_name(expand(f"ivc:{named}")):
            named = expand(f"ivc:{named}")
        return self.names.text(named)

    def asked(self, query: SavedQuery, values: Mapping[str, Values]) -> SavedQuery:
        """*query* with *values* instead of its defaults, and a column for a parameter that has several values.

        Args:
            query: the saved query.
            values: parameter name → user input: an IRI, slug, label, alias or number; several, in a list or separated by
                commas; ``all`` for every one.

        Raises:
            UsageProblem: a parameter is unknown or a value is invalid.
            NotFound: no thing of the parameter's class has the given name.
        """
        known = {p.name: p for p in query.params}
        for name in values:
            if name not in known:
                raise UsageProblem(
                    Text(f"查询 {query.name} 没有参数 {name}", f"the query {query.name} has no parameter {name}"),
                    hint=Text(f"它的参数:{'、'.join(known) or '无'}", f"its parameters: {', '.join(known) or 'none'}"),
                )
        terms = {name: self.terms(known[name], value) for name, value in values.items()}
        several = [n for n, found in terms.items() if len(found) > 1 or _is_every(values[n])]
        return query.asked(terms, [n for n in several if known[n].type not in TYPES])

    def bind(self, query: SavedQuery, values: Mapping[str, Values]) -> str:
        """The SPARQL of :meth:`asked`."""
        return self.asked(query, values).sparql

    def terms(self, param: Parameter, value: Values) -> list[str]:
        """User input for one parameter as terms in N-Triples form, each once; ``UNDEF`` alone means any."""
        if _is_every(value):
            return self._every(param)
        given = [value] if isinstance(value, str) else value
        if len(given) > 1 and param.type in ("integer", "decimal"):  # a bound, of which there is one
            raise UsageProblem(
                Text(f"参数 {param.name} 出现了两次", f"the parameter {param.name} is given twice"),
                hint=Text("只写一个数", "write one number"),
            )
        return list(dict.fromkeys(term for one in given for term in self._terms(param, one)))

    def _every(self, param: Parameter) -> list[str]:
        """Every value: each thing of a class; UNDEF for a year and for a parameter that narrows."""
        if param.narrows or param.type == "year":
            return ["UNDEF"]
        if param.type == "kind":
            return [f"<{class_iri(kind)}>" for kind in self.names.kinds]
        if param.choices:
            return [str(ox.Literal(choice)) for choice in param.choices]
        if param.type == "thing":
            return ["UNDEF"]
        if things := self.names.of_kind(param.type):
            return [f"<{thing.iri}>" for thing in things]
        raise _impossible(param, "all", Text("一个确定的值", "a value of its own"))

    def _terms(self, param: Parameter, value: str) -> list[str]:
        """One value, or several separated by commas if there is none of that name.

        A ``thing`` is every namesake, such as a product and its segment.
        """
        if param.type == "string":
            _refuse_bytes(param, value)
            return self._spellings(param, value)
        try:
            found = [str(self.term(param, value))]
            return [*found, *(f"<{t.iri}>" for t in self.names.bearing(value))] if param.type == "thing" else found
        except (NotFound, UsageProblem):
            parts = [part.strip() for part in BETWEEN.split(value) if part.strip()]
            if len(parts) < 2 or param.type in ("integer", "decimal"):
                raise
        return [str(self.term(param, part)) for part in parts]

    def _spellings(self, param: Parameter, text: str) -> list[str]:
        """A text to look for; if things bear it as a name in any spelling, their names in its place."""
        bearers = self.names.bearing(text)
        if param.example and bearers:  # a name, which is compared as a whole
            found = [thing.label.zh for thing in bearers]
        else:
            found = [text, *(name for thing in bearers for name in (thing.label.zh, thing.label.en))]
        return [str(_string(name, param.default)) for name in dict.fromkeys(found)]

    def written(self, query: SavedQuery, values: Mapping[str, str], lang: str) -> dict[str, str]:
        """*values* as people write them: an IRI as its label, if :meth:`bind` reads the label as that IRI."""
        return {
            param.name: self._written(param, values[param.name], lang) for param in query.params if param.name in values
        }

    def _written(self, param: Parameter, value: str, lang: str) -> str:
        label = self.names.label(value, lang)
        try:
            return label if self.terms(param, label) == self.terms(param, value) else value
        except (NotFound, UsageProblem):
            return value

    def term(self, param: Parameter, value: str) -> ox.NamedNode | ox.Literal:
        """User input for one parameter as an RDF term; raises as :meth:`bind` does."""
        _refuse_bytes(param, value)
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
            return ox.NamedNode(class_iri(self.names.kind(value)))
        if param.type == "Passage":
            return ox.NamedNode(self._passage(value))
        return ox.NamedNode(self.names.resolve(value, *() if param.type == "thing" else (param.type,)).iri)

    def _passage(self, value: str) -> str:
        """The IRI of a passage. *value* is its IRI, its name (document, ``-L``, line), or a line of the only document.

        Raises:
            NotFound: *value* is none of these.
        """
        name = value.removeprefix(vocab.PASSAGE).removeprefix("psg:")
        document, _, line = name.rpartition("-")
        documents = list(self.names.documents.values())
        if not document and len(documents) == 1:
            document = documents[0]
        line = line.lstrip("Ll")
        if document not in documents or not (line.isascii() and line.isdigit()) or len(line) > _LONGEST:
            raise no_passage(value)
        return vocab.PASSAGE + passage_name(document, int(line))


def _refuse_bytes(param: Parameter, value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:  # the command line had a byte that is not UTF-8
        raise _impossible(param, ascii(value)[1:-1], Text("UTF-8 文本", "a text in UTF-8")) from None


def written_values(value: str | float | Sequence[str | float]) -> Values:
    """Values from Python or JSON as the texts that a user would write."""
    return [str(one) for one in value] if isinstance(value, Sequence) and not isinstance(value, str) else str(value)


def _is_every(value: Values) -> bool:
    return value.strip().lower() in _EVERY if isinstance(value, str) else any(map(_is_every, value))


def parsed(term: str) -> ox.NamedNode | ox.Literal:
    """The term that is written as in a query: an IRI in angle brackets or with a prefix, a text, or a number."""
    if term[0] not in '<"' and ":" in term:
        return ox.NamedNode(expand(term))
    (quad,) = ox.parse(f"<urn:s> <urn:p> {term} .", format=ox.RdfFormat.TURTLE)
    assert isinstance(quad.object, (ox.NamedNode, ox.Literal))
    return quad.object


def from_written(term: str) -> str:
    """The IRI or the text of :func:`parsed`."""
    return parsed(term).value


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
    if param.type == "year" and number not in YEARS:
        first, last = YEARS[0], YEARS[-1]
        raise _impossible(param, value, Text(f"{first} 至 {last} 的年份", f"a year from {first} to {last}"))
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
