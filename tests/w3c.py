"""The W3C's SPARQL 1.0 and 1.1 test suites as data: their manifests, their expected answers, and when two answers are one.

Expected answers and what a server sends are read here with parsers of their own (``json``, ``ElementTree``, ``csv``,
rdflib), not with Oxigraph's: what Oxigraph writes shall be read by somebody else.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode
from xml.etree import ElementTree

import httpx
import pyoxigraph as ox
import rdflib

from conftest import ROOT
from kg.pipeline.digests import seal
from kg.pipeline.freshness import FORMAT
from kg.store.formats import Format
from lookups import EMPTY
from ports import free_port

FOLDER = Path(os.environ.get("KG_VENV") or ROOT / ".venv") / "suites"
"""Where ``scripts/suites`` unpacks them."""

BASES = {
    "sparql10": "http://www.w3.org/2001/sw/DataAccess/tests/data-r2/",
    "sparql11": "http://www.w3.org/2009/sparql/docs/tests/data-sparql11/",
}
"""The IRI under which the W3C publishes each suite, by its folder; all relative IRIs of a test resolve against it."""
MANIFESTS = {"sparql10": ("manifest-syntax.ttl", "manifest-evaluation.ttl"), "sparql11": ("manifest-all.ttl",)}

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
DAWGT = "http://www.w3.org/2001/sw/DataAccess/tests/test-dawg#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
XSD = "http://www.w3.org/2001/XMLSchema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
KINDS = {
    "QueryEvaluationTest": "evaluation",
    "CSVResultFormatTest": "evaluation",
    "PositiveSyntaxTest": "positive",
    "PositiveSyntaxTest11": "positive",
    "NegativeSyntaxTest": "negative",
    "NegativeSyntaxTest11": "negative",
}
"""Kinds of test that ask a query, by their class in the manifest; any other class is its own kind."""

Value = ox.NamedNode | ox.BlankNode | ox.Literal


class Case(NamedTuple):
    """A test of the suites.

    Attributes:
        name: suite, folder and the last part of its IRI: ``sparql11/bind/bind01``.
        kind: ``evaluation``, ``positive`` or ``negative`` (syntax); otherwise its class in the manifest.
        query: IRI of the query; empty if it has none of its own.
        data: IRIs of the files that make up the default graph.
        graphs: IRIs of the files that are named graphs, each under its own IRI.
        result: IRI of the expected answer; empty for none.
        lax: whether the answer may leave out duplicates (REDUCED).
        approval: what the working group thought of it: ``Approved``, ``Withdrawn``, …
    """

    name: str
    kind: str
    query: str
    data: tuple[str, ...] = ()
    graphs: tuple[str, ...] = ()
    result: str = ""
    lax: bool = False
    approval: str = ""

    @property
    def folder(self) -> str:
        """Suite and folder: ``sparql11/bind``."""
        return self.name.rpartition("/")[0]

    @property
    def sparql(self) -> str:
        """The text of the query."""
        return path(self.query).read_bytes().decode()


def path(iri: str) -> Path:
    """The file that the W3C publishes at *iri*."""
    for suite, base in BASES.items():
        if iri.startswith(base):
            return FOLDER / suite / iri.removeprefix(base)
    raise AssertionError(f"{iri} is in no suite")


# ---- manifests


class Described:
    """A graph read by subject and predicate: what manifests and result sets in RDF need."""

    def __init__(self, iri: str) -> None:
        self._by: dict[tuple[Any, str], list[Any]] = defaultdict(list)
        self._subjects: dict[tuple[str, Any], list[Any]] = defaultdict(list)
        self.triples = list(_triples(iri))
        for triple in self.triples:
            self._by[triple.subject, triple.predicate.value].append(triple.object)
            self._subjects[triple.predicate.value, triple.object].append(triple.subject)

    def all(self, subject: Any, predicate: str) -> list[Any]:
        """The objects of *subject*'s *predicate*."""
        return self._by[subject, predicate]

    def one(self, subject: Any, predicate: str) -> Any:
        """The one object of *subject*'s *predicate*, or None."""
        found = self._by[subject, predicate]
        assert len(found) <= 1, (subject, predicate, found)
        return found[0] if found else None

    def of_class(self, iri: str) -> list[Any]:
        """The instances of a class."""
        return self._subjects[RDF + "type", ox.NamedNode(iri)]

    def items(self, subject: Any, predicate: str) -> Iterator[Any]:
        """The members of the lists that are *subject*'s *predicate*, in order."""
        for head in self.all(subject, predicate):
            node = head
            while node != ox.NamedNode(RDF + "nil"):
                yield self.one(node, RDF + "first")
                node = self.one(node, RDF + "rest")


def _triples(iri: str) -> Iterator[ox.Triple]:
    file = path(iri)
    for quad in ox.parse(path=file, format=ox.RdfFormat.from_extension(file.suffix[1:]), base_iri=iri):
        yield quad.triple


@cache
def cases(suite: str) -> tuple[Case, ...]:
    """Every entry of a suite's manifests and of those they include, in their order."""
    return tuple(case for name in MANIFESTS[suite] for case in _entries(suite, BASES[suite] + name))


def _entries(suite: str, manifest: str) -> Iterator[Case]:
    read = Described(manifest)
    for included in read.items(ox.NamedNode(manifest), MF + "include"):
        yield from _entries(suite, included.value)
    folder = f"{suite}/{path(manifest).parent.name}"
    for described in read.of_class(MF + "Manifest"):  # <> mostly; a blank node in two of the 1.0 suite
        for node in read.items(described, MF + "entries"):
            yield _case(read, node, f"{folder}/{_tail(node)}")


def _case(read: Described, node: ox.NamedNode, name: str) -> Case:
    class_, approval = _tail(read.one(node, RDF + "type")), read.one(node, DAWGT + "approval")
    case = Case(name, KINDS.get(class_, class_), "", approval=_tail(approval) if approval else "")
    action = read.one(node, MF + "action")
    if case.kind in ("positive", "negative"):
        return case._replace(query=action.value)
    if case.kind != "evaluation":
        return case
    return case._replace(
        query=read.one(action, QT + "query").value,
        data=tuple(node.value for node in read.all(action, QT + "data")),
        graphs=tuple(node.value for node in read.all(action, QT + "graphData")),
        result=read.one(node, MF + "result").value,
        lax=read.one(node, MF + "resultCardinality") == ox.NamedNode(MF + "LaxCardinality"),
    )


def _tail(node: ox.NamedNode) -> str:
    return node.value.rpartition("#")[2]


# ---- data


def store(case: Case) -> ox.Store:
    """The dataset of a test: its default graph, its named graphs, and the graphs that its FROM clauses name."""
    if case.kind == "evaluation":
        return _store(case.data, (*case.graphs, *_from(case)))
    named = _from(case) if case.kind == "positive" else ()  # syntax: whatever is there, but it must be there
    return _quads(tuple(ox.Quad(*[ox.NamedNode(iri)] * 4) for iri in named))


@lru_cache(maxsize=16)
def _store(data: tuple[str, ...], graphs: tuple[str, ...]) -> ox.Store:
    loaded = ox.Store()
    for iri in data:
        _load(loaded, iri, ox.DefaultGraph())
    for iri in dict.fromkeys(graphs):
        _load(loaded, iri, ox.NamedNode(iri))
    return loaded


def _load(loaded: ox.Store, iri: str, graph: ox.NamedNode | ox.DefaultGraph) -> None:
    file = path(iri)
    loaded.load(path=file, format=ox.RdfFormat.from_extension(file.suffix[1:]), base_iri=iri, to_graph=graph)


@cache
def _quads(quads: tuple[ox.Quad, ...]) -> ox.Store:
    filled = ox.Store()
    filled.extend(quads)
    return filled


def _from(case: Case) -> tuple[str, ...]:
    """The IRIs that FROM and FROM NAMED of a test's query name."""
    from rdflib.plugins.sparql.algebra import translateQuery
    from rdflib.plugins.sparql.parser import parseQuery

    if not re.search(r"\bfrom\b", case.sparql, re.IGNORECASE):
        return ()
    clauses = translateQuery(parseQuery(case.sparql), base=case.query).algebra.datasetClause or ()
    return tuple(str(clause.default or clause.named) for clause in clauses)


# ---- answers


@dataclass(frozen=True)
class Rows:
    """The answer of SELECT: variables, a term or None for each in each row, and whether the order of rows counts."""

    variables: tuple[str, ...]
    rows: tuple[tuple[Value | None, ...], ...]
    ordered: bool = False

    def map(self, change: Callable[[Value], Value | None]) -> Rows:
        """The same rows with every term changed."""
        rows = tuple(tuple(None if v is None else change(v) for v in row) for row in self.rows)
        return replace(self, rows=rows)


Answer = bool | Rows | frozenset[ox.Triple]


def of_engine(found: ox.QueryBoolean | ox.QuerySolutions | ox.QueryTriples) -> Answer:
    """What Oxigraph answered, taken from its own objects."""
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    if isinstance(found, ox.QueryTriples):
        return frozenset(found)
    names = tuple(v.value for v in found.variables)
    return Rows(names, tuple(tuple(solution[name] for name in names) for solution in found))


def comparable(answer: Answer) -> list[str]:
    """*answer* as lines that are equal for two answers if, and only if, they are the same but for blank-node labels.

    Rows are a multiset unless ordered; variables a set. Each distinct row is a node of a graph, with its values and how
    often (or where) it comes; the isomorphism of such graphs is that of the answers.
    """
    if isinstance(answer, bool):
        return [str(answer).lower()]
    if isinstance(answer, frozenset):
        return sorted(map(str, _canonical(ox.Dataset(ox.Quad(*triple) for triple in answer))))
    names = sorted(answer.variables)
    aligned = [tuple(row[answer.variables.index(name)] for name in names) for row in answer.rows]
    keyed = [(row, str(at)) for at, row in enumerate(aligned)] if answer.ordered else _counted(aligned)
    dataset = ox.Dataset()
    for row, key in keyed:
        node = ox.BlankNode()
        dataset.add(ox.Quad(node, ox.NamedNode("row:"), ox.Literal(key)))
        for name, value in zip(names, row, strict=True):
            if value is not None:
                dataset.add(ox.Quad(node, ox.NamedNode(f"row:{name}"), value))
    lines: dict[Any, list[str]] = defaultdict(list)
    for quad in sorted(_canonical(dataset), key=lambda quad: (quad.predicate.value, str(quad.object))):
        lines[quad.subject].append(f"{quad.predicate.value.removeprefix('row:')} {quad.object}")
    return [" ".join(names), *sorted(" | ".join(line) for line in lines.values())]


def _counted(rows: list[tuple[Value | None, ...]]) -> list[tuple[tuple[Value | None, ...], str]]:
    return [(row, f"x{times}") for row, times in Counter(rows).items()]


def _canonical(dataset: ox.Dataset) -> ox.Dataset:
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return dataset


def by_value(value: Value) -> Value:
    """*value* in the one spelling of what it stands for: a number, or a date in Greenwich's time zone."""
    if not isinstance(value, ox.Literal) or not value.datatype.value.startswith(XSD):
        return value
    kind, text = value.datatype.value.removeprefix(XSD), value.value
    spell: dict[str, Callable[[str], str]] = {
        "integer": lambda text: str(int(text)),
        "decimal": lambda text: f"{Decimal(text).normalize():f}",
        "float": lambda text: repr(float(text)),
        "double": lambda text: repr(float(text)),
        "date": lambda text: re.sub(r"[+-]00:00$", "Z", text),
    }
    return ox.Literal(spell[kind](text), datatype=value.datatype) if kind in spell else value


def without_duplicates(answer: Rows) -> Rows:
    """Each row once: as far as an answer with REDUCED is determined."""
    return replace(answer, rows=tuple(dict.fromkeys(answer.rows)))


# ---- expected answers


def expected(case: Case) -> Answer:
    """The answer that the suite wants."""
    file = path(case.result)
    if file.suffix in _READERS:
        return _READERS[file.suffix](file.read_bytes())
    read = Described(case.result)
    for node in read.of_class(RS + "ResultSet"):
        truth = read.one(node, RS + "boolean")
        return _rows(read, node) if truth is None else truth.value == "true"
    return frozenset(read.triples)


def ordered(case: Case) -> bool:
    """Whether the expected answer of a test is a sequence."""
    answer = expected(case) if case.result else None
    return isinstance(answer, Rows) and answer.ordered


def _rows(read: Described, node: Any) -> Rows:
    """A result set in the DAWG's vocabulary, https://www.w3.org/2001/sw/DataAccess/tests/result-set."""
    names = tuple(name.value for name in read.all(node, RS + "resultVariable"))
    solutions = read.all(node, RS + "solution")
    indexes = [read.one(solution, RS + "index") for solution in solutions]
    ordered = bool(indexes) and None not in indexes
    if ordered:
        solutions = [s for _, s in sorted(zip((int(i.value) for i in indexes), solutions, strict=True))]
    rows = []
    for solution in solutions:
        bound = {
            read.one(binding, RS + "variable").value: read.one(binding, RS + "value")
            for binding in read.all(solution, RS + "binding")
        }
        assert bound.keys() <= set(names), bound
        rows.append(tuple(bound.get(name) for name in names))
    return Rows(names, tuple(rows), ordered)


# ---- the formats of answers


def read(body: bytes, format_: Format[Any]) -> Answer:
    """An answer that came in a format of :mod:`kg.store.formats`. CSV has no types: see :func:`untyped`."""
    reader = _READERS.get(f".{format_.name}")
    return reader(body) if reader else _graph(body, format_.media)


def untyped(value: Value) -> Value | None:
    """What CSV keeps of a term: its text, or None of an empty one (SPARQL 1.1 Query Results CSV and TSV Formats, 3.2)."""
    return _untyped(str(value) if isinstance(value, ox.BlankNode) else value.value)


def _untyped(text: str) -> Value | None:
    if text.startswith("_:"):
        return ox.BlankNode(text[2:])
    return ox.Literal(text) if text else None


def _json(body: bytes) -> Answer:
    read = json.loads(body)
    if "boolean" in read:
        return bool(read["boolean"])
    names = tuple(read["head"]["vars"])
    rows = []
    for binding in read["results"]["bindings"]:
        assert binding.keys() <= set(names), binding
        rows.append(tuple(_json_term(binding[name]) if name in binding else None for name in names))
    return Rows(names, tuple(rows))


def _json_term(term: dict[str, str]) -> Value:
    kind, value = term["type"], term["value"]
    assert kind in ("uri", "bnode", "literal", "typed-literal"), term
    return _term(kind.removeprefix("typed-"), value, term.get("xml:lang"), term.get("datatype"))


def _term(kind: str, text: str, lang: str | None, datatype: str | None) -> Value:
    if kind == "uri":
        return ox.NamedNode(text)
    if kind == "bnode":
        return ox.BlankNode(text)
    if lang:
        return ox.Literal(text, language=lang)
    return ox.Literal(text, datatype=ox.NamedNode(datatype) if datatype else None)


def _xml(body: bytes) -> Answer:
    space = "{http://www.w3.org/2005/sparql-results#}"
    root = ElementTree.fromstring(body)
    assert root.tag == f"{space}sparql", root.tag
    truth = root.find(f"{space}boolean")
    if truth is not None:
        return (truth.text or "").strip() == "true"
    names = tuple(node.attrib["name"] for node in root.iterfind(f"{space}head/{space}variable"))
    rows = []
    for result in root.iterfind(f"{space}results/{space}result"):
        bound = {node.attrib["name"]: _xml_term(node[0], space) for node in result}
        assert bound.keys() <= set(names), bound
        rows.append(tuple(bound.get(name) for name in names))
    return Rows(names, tuple(rows))


def _xml_term(node: ElementTree.Element, space: str) -> Value:
    lang = node.get("{http://www.w3.org/XML/1998/namespace}lang")
    return _term(node.tag.removeprefix(space), node.text or "", lang, node.get("datatype"))


def _csv(body: bytes) -> Answer:
    if body in (b"true", b"false"):  # Oxigraph's own: the recommendation has no CSV or TSV of a truth
        return body == b"true"
    head, *lines = csv.reader(io.StringIO(body.decode(), newline=""), strict=True)
    rows = []
    for line in lines:
        cells = line or [""] * len(head)  # a blank line is a row with one empty cell, or with no cell
        assert len(cells) == len(head), (head, line)
        rows.append(tuple(map(_untyped, cells)))
    return Rows(tuple(head), tuple(rows))


def _tsv(body: bytes) -> Answer:
    if body in (b"true", b"false"):
        return body == b"true"
    head, *lines = body.decode().removesuffix("\n").split("\n")
    names = head.split("\t") if head else []
    assert all(name.startswith("?") for name in names), head
    rows = []
    for line in lines:
        cells = line.split("\t") if names else []
        assert len(cells) == len(names), (head, line)
        rows.append(tuple(_turtle_term(cell) if cell else None for cell in cells))
    return Rows(tuple(name[1:] for name in names), tuple(rows))


@cache
def _turtle_term(cell: str) -> Value:
    """A term as Turtle writes it, which is how TSV does; read by rdflib."""
    if cell.startswith("_:"):
        return ox.BlankNode(cell[2:])
    (triple,) = _graph(f"<x:s> <x:p> {cell} .".encode(), "text/turtle")
    value = triple.object
    assert not isinstance(value, ox.Triple)
    return value


_READERS: dict[str, Callable[[bytes], Answer]] = {
    ".json": _json,
    ".srj": _json,
    ".xml": _xml,
    ".srx": _xml,
    ".csv": _csv,
    ".tsv": _tsv,
}


def _graph(body: bytes, media: str) -> frozenset[ox.Triple]:
    """A graph as rdflib reads it, every literal as it is spelt."""
    with _as_spelt(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # rdflib's reader of JSON-LD uses what rdflib deprecates
        graph = rdflib.Graph().parse(data=body, format={"application/n-triples": "nt"}.get(media, media))
    return frozenset(ox.Triple(*(_from_rdflib(term) for term in triple)) for triple in graph)


@contextmanager
def _as_spelt() -> Iterator[None]:
    before, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    try:
        yield
    finally:
        rdflib.NORMALIZE_LITERALS = before


def _from_rdflib(term: Any) -> Any:
    if isinstance(term, rdflib.Literal):
        return _term("literal", str(term), term.language, term.datatype and str(term.datatype))
    return _term("bnode" if isinstance(term, rdflib.BNode) else "uri", str(term), None, None)


# ---- the server


class Reply(NamedTuple):
    """What came back over HTTP."""

    status: int
    media: str
    body: bytes


def request(case: Case, query: str) -> list[tuple[str, str]]:
    """The fields of a request that asks *query* over the dataset of *case*.

    All data of the suites are served together: each file that some test reads as its default graph stands in a graph
    named for that (:func:`_default`), each named graph under its own IRI, and the default graph is empty.
    """
    default = [("default-graph-uri", _default(iri)) for iri in case.data if _triples_of(iri)]
    named = [("named-graph-uri", iri) for iri in case.graphs if _triples_of(iri)]
    return [("query", query), *default, *named]


def served_quads(cases: Iterable[Case]) -> bytes:
    """The data of *cases* as N-Quads, for a server."""
    filled = ox.Store()
    for iri in dict.fromkeys(iri for case in cases for iri in case.data):
        _load(filled, iri, ox.NamedNode(_default(iri)))
    graphs = (iri for case in cases if case.kind == "evaluation" for iri in (*case.graphs, *_from(case)))
    for iri in dict.fromkeys(graphs):
        _load(filled, iri, ox.NamedNode(iri))
    for case in cases:
        if case.kind == "positive":  # whatever is there, but it must be there
            filled.extend(ox.Quad(*[ox.NamedNode(iri)] * 4) for iri in _from(case))
    return filled.dump(format=ox.RdfFormat.N_QUADS) or b""


def _default(iri: str) -> str:
    return f"urn:default:{iri}"


@cache
def _triples_of(iri: str) -> bool:
    """Whether the file at *iri* holds any triple; a graph without one is nowhere."""
    return next(_triples(iri), None) is not None


@contextmanager
def server(folder: Path, quads: bytes) -> Iterator[Callable[[list[tuple[str, str]], str], Reply]]:
    """A real ``kg serve`` on *quads*, and how to ask it: fields of a form, media type."""
    home, port, answer = folder / "current", free_port(), "from kg.faces.web.server import serve"
    home.mkdir()
    (home / "dataset.nq").write_bytes(quads)
    made = {"format": FORMAT, "dataset_sha256": sha256(quads).hexdigest(), "ontology": "", "counts": {}}
    for name, body in (
        ("lookup", dict(EMPTY)),
        ("manifest", made),
        ("queries", []),
        ("words", {}),
    ):
        (home / f"{name}.json").write_text(json.dumps(body))
    seal(home)
    start = f"{answer}\nfrom kg.faces.web.settings import Settings\nserve(Settings({str(folder)!r}, port={port}), log_level='warning')"
    with subprocess.Popen([sys.executable, "-c", start]) as process, httpx.Client(timeout=60) as client:
        try:
            for _ in range(600):
                try:
                    if client.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                        break
                except httpx.TransportError:
                    assert process.poll() is None, "the server ended"
                    time.sleep(0.1)

            def ask(fields: list[tuple[str, str]], accept: str) -> Reply:
                content = urlencode(fields).encode()
                headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": accept}
                found = client.post(f"http://127.0.0.1:{port}/sparql", content=content, headers=headers)
                return Reply(found.status_code, found.headers["content-type"].partition(";")[0], found.content)

            yield ask
        finally:
            process.terminate()
