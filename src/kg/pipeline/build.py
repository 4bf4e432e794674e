"""The steps of a build: read → names → integrity → closure → disjointness → audit → queries → write.

A build is atomic: another process sees the old graph or the new one. It is reproducible: equal inputs give equal files.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from dataclasses import replace as changed
from itertools import chain
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kg import vocab
from kg.check import dataset
from kg.check.audit import audit, write_audit
from kg.check.contradictions import contradictions
from kg.check.core import Core
from kg.check.fidelity import against_text
from kg.check.findings import Finding, later_of_pairs, one_per_cause, order, with_nearest
from kg.check.members import Members
from kg.check.placed import named_in, stated_in
from kg.check.shapes import Shapes
from kg.errors import BuildBlocked
from kg.pipeline import manifest, records, saved_queries
from kg.pipeline.digests import seal
from kg.pipeline.freshness import CURRENT, Stamp, input_digests, unchanged
from kg.pipeline.lookup import names_in
from kg.pipeline.memory import release_memory
from kg.pipeline.spelling import spellings
from kg.pipeline.swap import locked, replacing
from kg.reason.axioms import Axioms, compile_axioms
from kg.reason.closure import close, close_with_owlrl
from kg.source.cache import SourceCache
from kg.source.document import Document
from kg.source.project import Project
from kg.source.turtle import Locator, read_alignment, read_project
from kg.store.batches import batches
from kg.terms import Text, iri, lexical

_BATCH: Final = 20_000
"""Quads written to the index in one batch."""
Progress = Callable[[str, float], None]


@dataclass
class Outcome:
    """The result of a build.

    Attributes:
        path: folder of the build.
        built: False if nothing had changed, so the existing graph was kept.
        counts: number of triples by kind (background, inferred, …), of passages that state something, of audit findings.
        seconds: step → wall-clock seconds; empty if nothing was built.
        findings: the findings of the audit.
    """

    path: Path
    built: bool
    counts: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


class Blocked(BuildBlocked):
    """BuildBlocked with the findings, for printing."""

    def __init__(self, findings: list[Finding]) -> None:
        number = len(findings)
        super().__init__(
            Text(
                f"检查发现 {number} 处问题,图谱未改动",
                f"the checks found {number} problem(s); the last build is kept",
            ),
            hint=Text("按上面的 文件:行 改正后再运行 kg build", "mend the lines named above and run kg build again"),
        )
        self.findings = findings


def build(
    project: Project,
    *,
    reasoner: str = "rules",
    force: bool = False,
    wait: float = 0.0,
    progress: Progress | None = None,
) -> Outcome:
    """Build the graph of *project* and make it the current one in the store folder.

    Args:
        project: the project.
        reasoner: ``rules`` (the compiled rules) or ``owlrl`` (an independent engine, for comparison).
        force: build even if nothing changed.
        wait: seconds to wait for another build in the same store folder.
        progress: called after each step with its name and seconds.

    Raises:
        Blocked: there are integrity or disjointness findings, each with file and line.
        SyntaxProblem, MissingFile: a file cannot be read.
        BuildRunning: another build is running and did not end within *wait* seconds.
        StoreError: the store folder cannot be written, or contains files that kg did not write.
    """
    with locked(project.store_folder, wait):
        stamp = Stamp.of(project)
        if not force and unchanged(project, stamp, reasoner):
            return Outcome(project.store_folder / CURRENT, built=False)
        job = _Job(progress)
        digests = input_digests(project)
        with job.step("read"):
            quads = read_project(project)
            queries = saved_queries.read_all(project, saved_queries.classes(quads))
        named = names_in(quads)
        store, findings = job.checked(project, quads, reasoner)
        version = _version(quads)
        del quads
        with job.step("names"):
            spelt = spellings(named)
        with job.step("queries"):
            catalogue = records.catalogue(project, store, queries)
        with job.step("write"):
            names = records.lookup(store, spelt)
            words = records.words(store, names, spelt)
            counts, data = records.counts(store), dump(store)
            del store
            made = manifest.make(digests, reasoner, version, counts, data)
            name = f"v-{made['dataset_sha256'][:12]}-{_digest_of(made)}"
            release_memory()
            with replacing(project.store_folder, name) as folder:
                (folder / "dataset.nq").write_bytes(data)
                del data
                _write_index(folder)
                _write_json(folder / "lookup.json", names)
                _write_json(folder / "words.json", words)
                _write_json(folder / "queries.json", catalogue, sort_keys=False)  # columns keep the order of the file
                _write_json(folder / "manifest.json", made)
                seal(folder)
                stamp.write(folder)
        return Outcome(project.store_folder / CURRENT, True, counts, job.seconds, findings)


def check(
    project: Project, texts: Iterable[tuple[Document, str]] = (), cache: SourceCache | None = None
) -> list[Finding]:
    """Every finding on *project*: integrity, types, dataset, disjointness and audit, each with its place.

    Args:
        project: the project.
        texts: documents and copies of their texts, to which the data is compared.
        cache: what earlier checks of the same project made; this one makes only what it needs anew.
    """
    cache = cache or SourceCache()
    job = _Job(None, cache)
    quads = read_project(project, cache)
    classes = saved_queries.classes(quads)
    cache.of_files("queries", project.query_files, lambda: saved_queries.read_all(project, classes), classes)
    findings: list[Finding] = []
    compared = [finding for document, text in texts for finding in against_text(quads, document, text)]
    try:
        _, findings = job.checked(project, quads, "rules")
    except Blocked as blocked:
        compared = [*blocked.findings, *compared]
    return order(locate(project, [*one_per_cause(compared), *findings], cache))


def locate(project: Project, findings: list[Finding], cache: SourceCache | None = None) -> list[Finding]:
    """The same findings, each with the file and line of its triple; of two that name each other, the later one."""
    locator = Locator(project, cache=cache)
    placed = [changed(f, place=f.place or locator.find(_node(f), f.path, f.value, f.graph)) for f in findings]
    return later_of_pairs(placed)


def _node(finding: Finding) -> str:
    """The node to locate: the focus node; but findings of I33 have the ontology as focus and the node in ``involved``."""
    return finding.focus if finding.focus != vocab.ONTOLOGY else next(iter(finding.involved), "")


def dump(store: ox.Store) -> bytes:
    """Every quad of *store* as sorted N-Quads, so that equal stores give equal bytes."""
    lines = (store.dump(format=ox.RdfFormat.N_QUADS) or b"").splitlines(keepends=True)
    lines.sort()
    return b"".join(lines)


class _Job:
    """Runs and times the steps of one build."""

    def __init__(self, progress: Progress | None, cache: SourceCache | None = None) -> None:
        self._cache = cache
        self.seconds: dict[str, float] = {}
        self._progress = progress or (lambda step, seconds: None)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start
        self._progress(name, self.seconds[name])

    def checked(self, project: Project, quads: list[ox.Quad], reasoner: str) -> tuple[ox.Store, list[Finding]]:
        """Check, close and audit the data. Returns the store and the audit's findings.

        Raises:
            UnknownAxiom: an axiom can be neither compiled nor checked.
            Blocked: a check before the audit has findings.
        """
        cache = self._cache or SourceCache()
        types = project.shapes("types")
        asserted = _shapes(project, (*project.shapes("integrity"), *types), cache)
        audited = _shapes(project, project.shapes("audit"), cache)
        core = cache.get("core", asserted, lambda: Core(asserted))
        axioms = cache.of_files("axioms", project.ontology_files, lambda: _axioms(project, quads))
        with self.step("integrity"):
            members = Members(quads)
            store = materialise(quads, members)
            found = {True: dataset.check(quads, members), False: []}
            for finding in (*asserted.run_together(store), *core.run(store)):
                found[asserted.file_of(finding.rule) not in types].append(finding)
            if not self._cache:
                del core, cache  # what they hold is large
                release_memory()
            reported = {(f.path, f.value) for f in found[True]}  # these are more specific than those of types
            others = [f for f in found[False] if (f.path, f.value) not in reported or not f.value]
            if every := [*found[True], *others]:
                raise Blocked(
                    locate(project, order(with_nearest(one_per_cause(every), _properties(quads))), self._cache)
                )
        with self.step("closure"):
            if reasoner == "owlrl":
                close_with_owlrl(store)
            else:
                close(store, axioms.rules)
        with self.step("disjointness"):
            clashes = contradictions(store, axioms.contradictions)
            if clashes:
                raise Blocked(locate(project, order(clashes), self._cache))
        with self.step("audit"):
            findings = audit(store, audited)
            write_audit(store, findings, audited)
        store.extend(read_alignment(project))
        return store, findings


def _shapes(project: Project, files: tuple[Path, ...], cache: SourceCache) -> Shapes:
    shown, languages = {path: project.relative(path) for path in files}, project.config.languages
    return cache.of_files(("shapes", files), files, lambda: Shapes(shown, languages), languages)


def _axioms(project: Project, quads: list[ox.Quad]) -> Axioms:
    ontology = (q for q in quads if lexical(q.graph_name) == vocab.ONTOLOGY)
    return compile_axioms(ontology, Locator(project, project.ontology_files))


def materialise(quads: list[ox.Quad], members: Members) -> ox.Store:
    """A store with *quads* in their graphs, the union of all graphs as default graph, and the triples
    that follow from being in the graph of a passage: ``ivc:statedIn`` and ``ivc:namedIn``."""
    store, inferred = ox.Store(), ox.NamedNode(vocab.INFERRED)
    placed = chain(stated_in(quads, members), named_in(quads, members))
    store.extend(chain(quads, (ox.Quad(t.subject, t.predicate, t.object, inferred) for t in placed)))
    store.update("INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }")
    return store


def _write_index(folder: Path) -> None:
    """Write Oxigraph's index of the dataset in *folder*, in batches to limit memory.

    The index is opened a second time at the end. RocksDB then converts its write-ahead log to tables and compacts its
    manifest; otherwise every reader would repeat this work at each opening (1.5 ms).
    """
    place = folder / "index"
    index = ox.Store(str(place))
    quads = ox.parse(path=str(folder / "dataset.nq"), format=ox.RdfFormat.N_QUADS)
    for batch in batches(quads, _BATCH):
        index.bulk_extend(batch)
    index.optimize()
    index.flush()
    del index
    ox.Store(str(place))
    for log in place.glob("LOG*"):  # RocksDB's info logs
        log.unlink()


def _write_json(path: Path, body: object, *, sort_keys: bool = True) -> None:
    text = json.dumps(body, ensure_ascii=False, sort_keys=sort_keys, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8")


def _digest_of(made: dict[str, Any]) -> str:
    from hashlib import sha256

    return sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()[:8]


def _properties(quads: list[ox.Quad]) -> set[str]:
    """The properties that the ontology declares."""
    kinds = {vocab.OWL + kind for kind in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")}
    types = (q for q in quads if q.predicate.value == vocab.TYPE and lexical(q.graph_name) == vocab.ONTOLOGY)
    return {iri(q.subject) for q in types if lexical(q.object) in kinds}


def _version(quads: list[ox.Quad]) -> str:
    return next((lexical(q.object) for q in quads if q.predicate.value == vocab.OWL + "versionIRI"), "")
