"""Reads Turtle and TriG files into quads, and finds the file and line of a quad.

Oxigraph's parser reports no positions. They are needed only for findings, so the file is then parsed a second time from
a stream that gives one line per read: when the parser emits a quad, the latest line is the one that completed it.
"""

from __future__ import annotations

import functools
import io
import logging
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kg import vocab
from kg.errors import Place, SyntaxProblem
from kg.source.cache import SourceCache
from kg.source.project import Project, contents
from kg.terms import Text, iri, lexical

if TYPE_CHECKING:
    from rdflib import Graph

FORMATS = {".ttl": ox.RdfFormat.TURTLE, ".trig": ox.RdfFormat.TRIG}


def read(path: Path, graph: str | None = None, *, shown: str | None = None) -> list[ox.Quad]:
    """The quads of one file.

    Args:
        path: a ``.ttl`` or ``.trig`` file.
        graph: IRI of the graph for triples that are in the file's default graph.
        shown: the path as error messages give it.

    Raises:
        MissingFile: the file is missing or not readable.
        SyntaxProblem: the file is not valid; the error has line and column.
    """
    default = ox.NamedNode(graph) if graph else ox.DefaultGraph()
    quads = parse(contents(path), FORMATS[path.suffix], shown or str(path))
    if graph is None:
        return quads
    return [ox.Quad(q.subject, q.predicate, q.object, default) if _in_default_graph(q) else q for q in quads]


def parse(text: str | bytes, format_: ox.RdfFormat, shown: str) -> list[ox.Quad]:
    """The quads in *text*.

    Raises:
        SyntaxProblem: *text* is not in *format_*, or uses features of RDF 1.2, which rdflib and pySHACL do not support.
            The error has line and column; *shown* is the name of the file in it.
    """
    try:
        quads = list(ox.parse(text, format=format_))
    except SyntaxError as error:
        raise SyntaxProblem(
            Text(f"不是有效的 {format_.name}:{error.msg}", f"not valid {format_.name}: {error.msg}"),
            place=Place(shown, error.lineno or 0, error.offset or 0),
            hint=Text("改正这一行后再运行", "mend that line and run again"),
        ) from error
    if any(map(_beyond_rdf_1_1, quads)):
        raw = text.encode() if isinstance(text, str) else text
        line = next(line for line, quad in positions(raw, format_) if _beyond_rdf_1_1(quad))
        raise SyntaxProblem(
            Text(
                "这里用了 RDF 1.2(三元组词项或带方向的文字)",
                "this is RDF 1.2 (a triple term, or a text with a direction)",
            ),
            place=Place(shown, line),
            hint=Text(
                "只用 RDF 1.1:去掉 << >>、{| |} 和 --ltr、--rtl",
                "keep to RDF 1.1: no << >>, no {| |}, no --ltr or --rtl",
            ),
        )
    return quads


def positions(text: bytes, format_: ox.RdfFormat) -> Iterator[tuple[int, ox.Quad]]:
    """Every quad of *text* with the number of the line on which it ends. *text* must be valid."""
    lines = _Lines(text)
    for quad in ox.parse(lines, format=format_):
        yield lines.number, quad


class _Lines(io.BytesIO):
    """A file whose ``read`` returns at most one line, so that a parser never reads ahead.

    Attributes:
        number: number of the latest line, from 1.
    """

    number = 0
    _inside = False

    def read(self, size: int | None = -1, /) -> bytes:
        """The next line, or the rest of the current one; at most *size* bytes."""
        part = self.readline(size)
        self.number += bool(part) and not self._inside
        self._inside = bool(part) and not part.endswith(b"\n")
        return part


def _beyond_rdf_1_1(quad: ox.Quad) -> bool:
    value = quad.object
    return isinstance(value, ox.Triple) or (isinstance(value, ox.Literal) and value.direction is not None)


def to_rdflib(quads: Iterable[ox.Quad | ox.Triple]) -> Graph:
    """The triples of *quads* as an rdflib Graph, in which a blank node has the name that it has in *quads*.

    rdflib's warnings about ill-typed literals are switched off: each would print a traceback, and the shapes find them.
    """
    from rdflib import Graph

    graph, term = Graph(), functools.cache(rdflib_term)
    logger = logging.getLogger("rdflib.term")
    logger.disabled = True
    try:
        for quad in quads:
            graph.add((term(quad.subject), term(quad.predicate), term(quad.object)))
    finally:
        logger.disabled = False
    return graph


def rdflib_term(term: object) -> Any:
    """The term of rdflib that is the same as the term *term* of Oxigraph."""
    from rdflib import BNode, Literal, URIRef

    if isinstance(term, ox.Literal):
        plain = term.language or term.datatype.value == vocab.XSD + "string"
        return Literal(term.value, lang=term.language, datatype=None if plain else URIRef(term.datatype.value))
    return BNode(term.value) if isinstance(term, ox.BlankNode) else URIRef(lexical(term))


def _in_default_graph(quad: ox.Quad) -> bool:
    return isinstance(quad.graph_name, ox.DefaultGraph)


def read_project(project: Project, cache: SourceCache | None = None) -> list[ox.Quad]:
    """Every asserted quad of the project: model, lists, passages, names, background, links.

    The model and the generated file of passages are each read into a named graph. Any other triple in the default graph
    stays there: a fact without a passage is a mistake (D01). The files of the model become one ontology, so of their
    headers the one of the graph's own name is kept.

    Args:
        project: the project.
        cache: has the quads of files that were read before.
    """
    cache = cache or SourceCache()
    quads = list(cache.of_files("model", project.ontology_files, lambda: _read_model(project)))
    for path in project.data_files:
        graph, shown = _target_graph(project, path), project.relative(path)
        quads += cache.of_files(("data", path), [path], partial(read, path, graph, shown=shown), graph)
    return quads


def _read_model(project: Project) -> list[ox.Quad]:
    model = [q for p in project.ontology_files for q in read(p, vocab.ONTOLOGY, shown=project.relative(p))]
    return _canonical(_with_one_header(model))


def read_alignment(project: Project) -> list[ox.Quad]:
    """The links of the model's terms to other vocabularies, in a graph of their own."""
    return [q for p in project.alignment_files for q in read(p, vocab.ALIGNMENT, shown=project.relative(p))]


def _with_one_header(model: list[ox.Quad]) -> list[ox.Quad]:
    """The same quads without the headers (``owl:Ontology``) of other nodes than the graph's own, and without imports of them.

    What the files say is one ontology here, so an import of one of them is done; any other import stays at its place.
    """
    own, header, imports, version = (
        ox.NamedNode(name)
        for name in (vocab.ONTOLOGY, vocab.OWL + "Ontology", vocab.OWL + "imports", vocab.OWL + "versionIRI")
    )
    others = {q.subject for q in model if q.object == header} - {own}
    here = {own, *others, *(q.object for q in model if q.predicate == version)}
    return [q for q in model if (q.object not in here if q.predicate == imports else q.subject not in others)]


def _target_graph(project: Project, path: Path) -> str | None:
    """The graph for triples in the default graph of a data file; None leaves them there."""
    return vocab.PASSAGES if path in {document.passages for document in project.documents} else None


def _canonical(quads: list[ox.Quad]) -> list[ox.Quad]:
    """The same quads with canonical blank node labels (RDFC-1.0), so that every reading gives the same quads."""
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(dataset, key=str)


class Locator:
    """Finds the line on which a triple is written; reads the files on the first call of :meth:`find`."""

    def __init__(self, project: Project, files: Iterable[Path] | None = None, cache: SourceCache | None = None) -> None:
        self._project = project
        self._files = tuple(files) if files is not None else (*project.ontology_files, *project.data_files)
        self._cache = cache or SourceCache()

    @cached_property
    def _indexes(self) -> list[_Index]:
        """The index of each file."""
        return [self._cache.of_files(("lines", path), [path], partial(_index, path)) for path in self._files]

    def find(self, subject: str, predicate: str = "", value: str = "", graph: str | None = None) -> Place | None:
        """The first place of the triple; if there is none, of the closest part of it that is in the files.

        Without a value, the last of several triples: if there is one too many, it is more likely the later one.

        Args:
            subject: IRI of the subject; or of a node that occurs only as an object or a graph.
            predicate: IRI, or empty for any.
            value: IRI or lexical form of the object, or empty for any. If it equals *subject*, that node is the object.
            graph: IRI of its graph, empty for the default graph, None if unknown.
        """
        wanted: list[_Pattern] = [(None, subject, predicate, value)]
        if graph is not None:
            wanted.insert(0, (graph, subject, predicate, value))
        if value == subject:
            wanted += [(graph, None, predicate, value)] if graph is not None else []
            wanted.append((None, None, predicate, value))
        wanted += [(None, subject, predicate, None), (None, subject, None, None), (None, None, None, subject)]
        wanted.append((subject, None, None, None))
        places = (place for pattern in wanted if (place := self._place(pattern)))
        return next(places, None)

    def find_triple(self, triple: ox.Triple, among: Iterable[ox.Quad]) -> Place | None:
        """The first place of *triple*, one of *among*. Its blank nodes are recognized by what is said of them."""
        wanted = _described(triple, _descriptions(among))
        for path in self._files:
            rows = list(positions(path.read_bytes(), FORMATS[path.suffix]))
            said = _descriptions(quad for _, quad in rows)
            for line, quad in rows:
                if _described(quad.triple, said) == wanted:
                    return Place(self._project.relative(path), line)
        return None

    def _place(self, pattern: _Pattern) -> Place | None:
        files = list(zip(self._files, self._indexes, strict=True))
        for path, index in reversed(files) if _is_of_last(pattern) else files:
            if pattern in index:
                return Place(self._project.relative(path), index[pattern])
        return None


_Pattern = tuple[str | None, str | None, str | None, str | None]
"""graph, subject, predicate, object; None for any. A blank node is the empty string."""
_Index = Mapping[_Pattern, int]
"""Pattern → the line of the first quad of a file that has it; of the last, if :func:`_is_of_last`."""


def _index(path: Path) -> _Index:
    """The lines of the file *path*."""
    index: dict[_Pattern, int] = {}
    for line, quad in positions(contents(path), FORMATS[path.suffix]):
        for pattern in _patterns(quad):
            index.setdefault(pattern, line)
        index[None, iri(quad.subject), quad.predicate.value, None] = line
    return index


def _is_of_last(pattern: _Pattern) -> bool:
    """Whether *pattern* has no graph and no value, but subject and property."""
    graph, subject, predicate, value = pattern
    return graph is None and subject is not None and predicate is not None and value is None


def _patterns(quad: ox.Quad) -> Iterator[_Pattern]:
    """The keys under which a quad is indexed."""
    g, s, p, o = iri(quad.graph_name), iri(quad.subject), quad.predicate.value, lexical(quad.object)
    yield from ((g, s, p, o), (g, None, p, o), (None, s, p, o), (None, None, p, o), (None, s, p, None))
    yield from ((None, s, None, None), (None, None, None, o), (g, None, None, None))


_DEPTH = 32
"""Steps from a blank node up to which what is said of it is compared."""


def _descriptions(quads: Iterable[ox.Quad]) -> dict[object, int]:
    """Blank node → a number that two nodes share if the same is said of them."""
    said: dict[object, list[tuple[str, object]]] = {}
    for quad in quads:
        for term in (quad.subject, quad.object):
            if isinstance(term, ox.BlankNode):
                said.setdefault(term, [])
        if quad.subject in said:
            said[quad.subject].append((quad.predicate.value, quad.object))
    found = dict.fromkeys(said, 0)
    for _ in range(_DEPTH):
        found = {node: hash(frozenset((p, found.get(o, o)) for p, o in pairs)) for node, pairs in said.items()}
    return found


def _described(triple: ox.Triple, said: Mapping[object, int]) -> tuple[object, ...]:
    return tuple(said.get(term, term) for term in triple)
