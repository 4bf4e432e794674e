"""Turtle and TriG files → quads; and, when something is wrong with one, its file and line.

Reading is Oxigraph's (fast, no positions). Positions are needed only for a finding, so they are
found by a second, slower reading with rdflib's parser, which knows its line at every statement.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kg import vocab
from kg.errors import MissingFile, Place, SyntaxProblem
from kg.source.project import Project
from kg.terms import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rdflib import Graph

FORMATS = {".ttl": ox.RdfFormat.TURTLE, ".trig": ox.RdfFormat.TRIG}


def read(path: Path, graph: str | None = None, *, shown: str | None = None) -> list[ox.Quad]:
    """The quads of one file.

    Args:
        path: a ``.ttl`` or ``.trig`` file.
        graph: IRI of the graph for triples that stand in no graph of the file.
        shown: the path as error messages give it.

    Raises:
        MissingFile: the file is not there or not readable.
        SyntaxProblem: the file is not valid, with line and column.
    """
    default = ox.NamedNode(graph) if graph else ox.DefaultGraph()
    try:
        text = path.read_bytes()
    except OSError as error:
        raise MissingFile(
            Text(f"读不到文件 {path}", f"cannot read {path}"),
            hint=Text("检查文件是否存在、可读", "check that it exists and may be read"),
        ) from error
    quads = parse(text, FORMATS[path.suffix], shown or str(path))
    if graph is None:
        return quads
    return [ox.Quad(q.subject, q.predicate, q.object, default) if _in_no_graph(q) else q for q in quads]


def parse(text: str | bytes, format_: ox.RdfFormat, shown: str) -> list[ox.Quad]:
    """The quads in *text*.

    Raises:
        SyntaxProblem: it is not in *format_*, with line and column; *shown* is what the text is called there.
    """
    try:
        return list(ox.parse(text, format=format_))
    except SyntaxError as error:
        raise SyntaxProblem(
            Text(f"不是有效的 {format_.name}:{error.msg}", f"not valid {format_.name}: {error.msg}"),
            place=Place(shown, error.lineno or 0, error.offset or 0),
            hint=Text("改正这一行后再运行", "mend that line and run again"),
        ) from error


def to_rdflib(quads: Iterable[ox.Quad]) -> Graph:
    """The triples of *quads* as an rdflib Graph (rdflib's own parser fails in many ways on what is not Turtle)."""
    from rdflib import Graph

    text = ox.serialize((ox.Triple(q.subject, q.predicate, q.object) for q in quads), format=ox.RdfFormat.N_TRIPLES)
    return Graph().parse(data=text or b"", format="nt")


def _in_no_graph(quad: ox.Quad) -> bool:
    return isinstance(quad.graph_name, ox.DefaultGraph)


def home_graph(path: Path) -> str:
    """The graph of a plain Turtle file: the ontology for ontology/, the passages for data/."""
    return vocab.ONTOLOGY if path.parent.name == "ontology" else vocab.PASSAGES


def read_project(project: Project) -> list[ox.Quad]:
    """Every asserted quad of the project: model, lists, passages, entities, background, report."""
    model = [q for p in project.ontology_files for q in read(p, home_graph(p), shown=project.relative(p))]
    data = [q for p in project.data_files for q in read(p, home_graph(p), shown=project.relative(p))]
    return [*_canonical(model), *data]


def _canonical(quads: list[ox.Quad]) -> list[ox.Quad]:
    """The same quads with blank nodes named by their place in the graph (RDFC-1.0), the same at every reading."""
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(dataset, key=str)


class Locator:
    """Finds the line on which a triple is written; reads the files only when first asked."""

    def __init__(self, project: Project, files: Iterable[Path] | None = None) -> None:
        self._project = project
        self._files = tuple(files) if files is not None else (*project.ontology_files, *project.data_files)
        self._index: Mapping[tuple[str, ...], Place] | None = None

    def find(self, subject: str, predicate: str = "", value: str = "") -> Place | None:
        """The first place of the triple, or of its closest known part (subject and predicate, subject or graph).

        Args:
            subject: IRI of a subject or of a graph.
            predicate: IRI, or empty for any.
            value: IRI or lexical form of the object, or empty for any.
        """
        if self._index is None:
            self._index = self._read()
        keys = ((subject, predicate, value), (subject, predicate), (subject,))
        return next((self._index[key] for key in keys if key in self._index), None)

    def _read(self) -> dict[tuple[str, ...], Place]:
        index: dict[tuple[str, ...], Place] = {}
        for path in self._files:
            shown = self._project.relative(path)
            for line, graph, triple in _statements(path):
                for known in (triple, triple[:2], triple[:1], (graph,)):
                    index.setdefault(known, Place(shown, line))
        return index


def _statements(path: Path) -> list[tuple[int, str, tuple[str, str, str]]]:
    """(line, graph, (subject, predicate, object)) of every statement, read by rdflib's Notation3 parser."""
    from rdflib import Dataset
    from rdflib.plugins.parsers import notation3, trig

    found: list[tuple[int, str, tuple[str, str, str]]] = []

    def note(self: Any, quad: Any, why: Any = None) -> None:
        graph = str(getattr(quad[0], "identifier", ""))
        found.append((self.lines + 1, graph, (str(quad[2]), str(quad[1]), str(quad[3]))))

    base = trig.TrigSinkParser if path.suffix == ".trig" else notation3.SinkParser
    reader = type("PositionReader", (base,), {"makeStatement": note})
    dataset = Dataset()
    sink = notation3.RDFSink(dataset if path.suffix == ".trig" else dataset.default_graph)
    parser = reader(sink, baseURI=path.as_uri(), turtle=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # rdflib 7.6's own TriG parser uses what it deprecates
        parser.loadBuf(path.read_text(encoding="utf-8"))
    return found
