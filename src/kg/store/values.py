"""RDF terms as Python values, as JSON values and as text."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import isfinite
from typing import Any, Final

import pyoxigraph as ox

from kg import vocab
from kg.terms import special

Term = ox.NamedNode | ox.BlankNode | ox.Literal
_INTEGER: Final = r"[+-]?[0-9]+"
_DECIMAL: Final = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_DOUBLE: Final = rf"{_DECIMAL}(?:[eE]{_INTEGER})?|[+-]?INF|NaN"


def _decimal(text: str) -> float:
    """The value of a decimal; ValueError if it is outside the range of ``float``."""
    number = float(text)
    if isfinite(number):
        return number
    raise ValueError(text)


_READERS: Final[dict[str, tuple[str, Callable[[str], Any]]]] = {
    "boolean": ("true|false|1|0", lambda text: text in ("true", "1")),
    "integer": (_INTEGER, int),
    "decimal": (_DECIMAL, _decimal),
    "double": (_DOUBLE, float),
    "float": (_DOUBLE, float),
}
_VALUES: Final = {vocab.XSD + name: (re.compile(lexical), read) for name, (lexical, read) in _READERS.items()}
"""Datatype → its lexical space (XML Schema 1.1 Part 2, 3.3), which differs from Python's syntax, and the function that
converts a lexical form to a Python value.
"""


def plain(term: Term | ox.Triple | None) -> Any:
    """A term as a Python value: IRI and text as ``str``, numbers as ``int`` or ``float``, booleans as ``bool``.

    A blank node or a triple term (RDF 1.2) becomes its N-Triples form. A literal without a Python value becomes its
    lexical form: a decimal beyond the range of ``float``, an integer of thousands of digits, an ill-typed literal such
    as ``"x"^^xsd:integer`` (RDF 1.1 Semantics, 7).
    """
    if term is None:
        return None
    if not isinstance(term, ox.Literal):
        return written(term)
    text = term.value
    lexical, read = _VALUES.get(term.datatype.value, (None, str))
    if lexical is None or not lexical.fullmatch(text):
        return text
    try:
        return read(text)
    except ValueError:  # out of range of float, or more digits than sys.get_int_max_str_digits()
        return text


def written(term: Term | ox.Triple) -> str:
    """A term as text: the IRI, the lexical form of a literal, ``_:b`` or ``<<( <s> <p> <o> )>>``."""
    if isinstance(term, ox.Triple):
        parts = (term.subject, term.predicate, term.object)
        inner = (written(part) if isinstance(part, ox.Triple) else str(part) for part in parts)
        return f"<<( {' '.join(inner)} )>>"
    return str(term) if isinstance(term, ox.BlankNode) else term.value


def finite(value: Any) -> bool:
    """Whether a Python value is a finite number; true even for an ``int`` too large for ``float``."""
    return isinstance(value, int) or (isinstance(value, float) and isfinite(value))


def json_value(value: Any) -> Any:
    """The JSON value for a Python value of :func:`plain`. NaN and infinities become ``"NaN"``, ``"INF"``, ``"-INF"``."""
    return special(value) if isinstance(value, float) and not isfinite(value) else value
