"""Makes Oxigraph's XML output well-formed XML 1.0 (https://www.w3.org/TR/xml/), or refuses to write it.

Oxigraph writes the characters of a literal unchanged, and uses part of any IRI as an element name. But XML 1.0 has no
control characters except tab, LF and CR; an XML parser reads CR as LF (2.11); and not every character is allowed in a
name. An answer that XML cannot represent is refused; the other formats can represent it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final
from xml.parsers.expat import ExpatError, ParserCreate

import pyoxigraph as ox

from kg.errors import UsageProblem
from kg.store.values import written
from kg.terms import Text
from kg.vocab import PREFIXES, TYPE

_CHARACTER: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that XML 1.0 does not allow (2.2), except surrogates, which cannot occur in RDF."""
_BYTES: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
"""The same in UTF-8."""
_NODE: Final = ox.NamedNode("urn:x")
_LONGEST: Final = 200
"""Most characters of a term in a message."""


def rdf_xml(triples: Iterable[ox.Triple]) -> str:
    """Triples in RDF/XML, with the project's prefixes.

    Raises:
        UsageProblem: RDF/XML cannot represent one of the triples; the message names it.
    """
    body = ox.serialize(checked(triples), format=ox.RdfFormat.RDF_XML, prefixes=dict(PREFIXES))
    return finish(body or b"").decode()


def checked(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """The same triples; each is checked for RDF/XML when it is read.

    Raises:
        UsageProblem: RDF/XML cannot represent one of the triples; the message names it.
    """
    for triple in triples:
        _check(triple, triple)
        yield triple


def without_forbidden(text: str) -> str:
    """*text* with a replacement character for each character that XML does not allow."""
    return _CHARACTER.sub("\ufffd", text)


def _check(triple: ox.Triple, whole: ox.Triple) -> None:
    """Refuse *whole* if RDF/XML cannot represent *triple*, which is *whole* or a triple term in it."""
    predicate, value = triple.predicate, triple.object
    if isinstance(value, ox.Literal):
        require(value.value, written(whole))
    elif isinstance(value, ox.Triple):
        _check(value, whole)
    kind = value.value if predicate.value == TYPE and isinstance(value, ox.NamedNode) else ""
    if not _is_well_formed(predicate.value, kind):
        raise _refused(
            _shown(written(whole)),
            Text(
                f"{kind or predicate.value} 不能写成元素名",
                f"{kind or predicate.value} cannot be the name of an element",
            ),
        )


@lru_cache(maxsize=4096)
def _is_well_formed(predicate: str, kind: str) -> bool:
    """Whether Oxigraph's RDF/XML for a triple with *predicate*, and with the class *kind* for rdf:type, is well-formed."""
    triple = ox.Triple(_NODE, ox.NamedNode(predicate), ox.NamedNode(kind) if kind else _NODE)
    try:
        body = ox.serialize([triple], format=ox.RdfFormat.RDF_XML, prefixes=dict(PREFIXES))
        ParserCreate(namespace_separator=" ").Parse(body or b"", True)
    except (OSError, ExpatError):  # OSError: a name reserved in RDF/XML, such as rdf:li
        return False
    return True


def require(text: str, term: str) -> None:
    """Check that XML allows every character of *text*.

    Args:
        text: the text to be written.
        term: the term or triple that contains it, for the message.

    Raises:
        UsageProblem: *text* contains a character that XML does not allow.
    """
    if found := _CHARACTER.search(text):
        raise _refused(_shown(term), _no_character(found[0]))


def finish(body: bytes) -> bytes:
    """The XML *body* with every CR escaped as ``&#xD;``, so that a parser reads it as CR.

    Args:
        body: SPARQL results in XML, RDF/XML or GraphML, in UTF-8.

    Raises:
        UsageProblem: *body* contains a character that XML does not allow. The message names the row and variable for
            SPARQL results, else the line.
    """
    if found := _BYTES.search(body):
        raise _refused(_cell(body[: found.start()]), _no_character(found[0].decode()))
    return body.replace(b"\r", b"&#xD;")


def _cell(before: bytes) -> Text:
    """The position at the end of *before*: row and variable of SPARQL results, else the line."""
    row, variable = before.count(b"<result>"), before.rpartition(b'<binding name="')[2].partition(b'"')[0].decode()
    line = before.count(b"\n") + 1
    return (
        Text(f"第 {row} 行的 ?{variable}", f"?{variable} in row {row}")
        if row
        else Text(f"第 {line} 行", f"line {line}")
    )


def _no_character(character: str) -> Text:
    code = f"U+{ord(character):04X}"
    return Text(f"XML 没有字符 {code}", f"XML has no character {code}")


def _shown(term: str) -> Text:
    """*term* for a message: shortened, and without control characters."""
    shown = without_forbidden(term if len(term) <= _LONGEST else term[:_LONGEST] + "…")
    return Text(f" {shown}", shown)


def _refused(term: Text, why: Text) -> UsageProblem:
    return UsageProblem(
        Text(f"XML 写不了{term.zh}:{why.zh}", f"XML cannot hold {term.en}: {why.en}"),
        hint=Text("换一种格式:Turtle、JSON、CSV 都写得了", "take another format: Turtle, JSON and CSV hold it"),
    )
