"""KnowledgeGraph: the Python interface to a built graph, also used by the faces. It delegates to the other rooms."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kg.ask.catalogue import Catalogue, Values, written_values
from kg.ask.names import Match, Names, Thing, different
from kg.errors import StoreError, UsageProblem
from kg.store.base import Store
from kg.store.embedded import EmbeddedStore, to_table
from kg.store.results import Table
from kg.terms import Text, is_url

if TYPE_CHECKING:
    import networkx as nx
    import rdflib

    from kg.ask.chain import Chain
    from kg.ask.citation.cited import Citation, Citer
    from kg.ask.comparison import Comparison
    from kg.ask.entity import Entity
    from kg.ask.network import Rank
    from kg.ask.overview import AuditFinding
    from kg.ask.question.answer import Answer
    from kg.ask.question.reply import Questions
    from kg.ask.ways import Hop, Way, Ways
    from kg.reason.proof import Prover, Why
    from kg.store.process import QueryProcess, QueryResult
    from kg.store.protocol import Transport
    from kg.store.remote import RemoteStore


class KnowledgeGraph:
    """A built graph, opened for queries.

    Args:
        path: folder of the build (``build/current``).
        in_memory: load the whole dataset into memory instead of opening the index; for a process with many queries.

    Raises:
        StoreError: there is no graph, or one of its files is damaged.

    Example:
        The examples of the methods use this graph, of the invented project in the repository.

        >>> import kg
        >>> graph = kg.open("tests/world")
        >>> graph.find("青岚纸坊")[0].thing.label.en
        'Qinglan Paper Works'
    """

    def __init__(self, path: Path, *, in_memory: bool = False) -> None:
        from kg.pipeline.freshness import require_whole

        self.path = path.resolve()
        require_whole(self.path)
        place = self.path / ("dataset.nq" if in_memory else "index")
        self.store: Store = EmbeddedStore(place, in_memory=in_memory)

    # -- files of the build, read on first use --------------------------------------------------------

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The manifest of the build: inputs, tools, counts, digest."""
        body: dict[str, Any] = self._json("manifest.json")
        return body

    @cached_property
    def names(self) -> Names:
        """The lookup table of names."""
        return Names(self._json("lookup.json"))

    @cached_property
    def catalogue(self) -> Catalogue:
        """The saved queries."""
        return Catalogue(self._json("queries.json"), self.names)

    # -- queries --------------------------------------------------------------------------------------

    def reading(self) -> AbstractContextManager[None]:
        """A context of several calls whose results are used together, or not at all if it ends with an error."""
        return nullcontext()

    def query(self, name: str, limit: int | None = None, /, **params: str | int | float | Sequence[str | int]) -> Table:
        """The rows of the saved query *name*.

        Args:
            name: name of the query, as listed by ``kg queries``.
            limit: most rows; ``truncated`` is true if there were more.
            params: values of its parameters, each an IRI, slug, label, alias or number; a list of them; or ``all``. Parameters
                that are not given have their default. A parameter that has several values has a column in the rows.

        Raises:
            NotFound: there is no such query, or no thing with a given name.
            UsageProblem: there is no such parameter, or a value is invalid.

        Example:
            >>> table = graph.query("companies-in-segment", segment="lantern paper")
            >>> len(table)
            1
            >>> graph.query("companies-of-industry", 1, industry="纸灯业").truncated
            True
        """
        saved = self.catalogue.get(name)
        asked = self.catalogue.asked(saved, {key: written_values(value) for key, value in params.items()})
        return self.store.select(asked.sparql, shown=f"queries/{name}.rq", limit=limit)

    @cached_property
    def _query_process(self) -> QueryProcess:
        """The process for users' SPARQL queries. The first query starts it; it ends with this object."""
        from kg.store.process import QueryProcess

        return QueryProcess(self.path / "index")

    def sparql(self, text: str, *, seconds: float | None = None) -> Table | bool | rdflib.Graph:
        """The complete answer of any SPARQL query. It runs in a separate process that cannot open a connection.

        Args:
            text: the query; the project's prefixes need no declaration.
            seconds: wall-clock limit; None means no limit.

        Returns:
            A Table (SELECT), a bool (ASK) or an rdflib Graph (CONSTRUCT, DESCRIBE).

        Raises:
            SyntaxProblem: *text* is not SPARQL; the error has line and column.
            Refused: the query has SERVICE, or FROM with an unknown graph.
            UsageProblem: the engine cannot evaluate the query; or rdflib does not support the answer (triple terms).
            LimitReached: the query exceeds its time or 1 GiB of memory.

        Example:
            >>> graph.sparql("SELECT ?name WHERE { co:qinglan rdfs:label ?name } ORDER BY LANG(?name)").rows
            ((<Literal value=Qinglan Paper Works language=en>,), (<Literal value=青岚纸坊 language=zh>,))
            >>> graph.sparql("ASK { co:qinglan ivc:suppliesTo co:mingying-lamps }")
            True
            >>> len(graph.sparql("CONSTRUCT WHERE { co:qinglan ivc:suppliesTo ?other }"))
            1
        """
        found = self._query_process.query(text, shown="query", seconds=seconds)
        if found.kind == "truth":
            return found.truth
        return found.table() if found.kind == "rows" else _rdflib(found.body)

    def answer_sparql(
        self, text: str, *, shown: str = "query", seconds: float = 30.0, limit: int = 10_000
    ) -> QueryResult:
        """The answer of an untrusted SPARQL query, with at most *limit* rows; raises as :meth:`sparql` does."""
        return self._query_process.query(text, shown=shown, seconds=seconds, limit=limit).result()

    @cached_property
    def questions(self) -> Questions:
        """What answers questions; :meth:`ask` uses it."""
        from kg.ask.question.reply import Questions

        return Questions(self.store, self.names, self.catalogue, self._json("words.json"))

    def ask(self, question: str) -> Answer:
        """The answer to a question in Chinese or English, found without a language model.

        Args:
            question: at most 1,000 characters; what goes beyond is cut.

        Returns:
            An answer with ``status`` (``answered``, ``choices``, ``not-understood``, ``not-in-report``), ``sentence``,
            ``things``, ``table`` and ``passages``.

        Example:
            >>> graph.ask("扎制有哪些代表企业?").status
            'answered'
        """
        return self.questions.answer(question)

    def find(self, text: str, *kinds: str, limit: int = 10) -> list[Match]:
        """The things that match *text*, best first.

        Args:
            text: a name in 汉字, 繁體, pinyin, pinyin initials or English, or an alias; may contain a typo.
            kinds: names of the classes to search (``"Company"``); none means all.
            limit: most matches to return.

        Returns:
            Matches, each with a thing (``iri``, ``kind``, ``label``, ``also``) and a score from 0 to 100.

        Example:
            >>> [(m.thing.label.en, m.thing.kind, m.score) for m in graph.find("青嵐紙坊")][:1]
            [('Qinglan Paper Works', 'Company', 95.0)]
        """
        return self.names.find(text, kinds, limit)

    def resolve(self, text: str, *kinds: str) -> Thing:
        """The thing of the classes *kinds* with the name *text*.

        Raises:
            NotFound: there is no such thing.

        Example:
            >>> graph.resolve("Qinglan").iri
            'https://w3id.org/xinzhi/organization/qinglan'
        """
        return self.names.resolve(text, *kinds)

    def entity(self, text: str) -> Entity:
        """All data of one thing: names, edges with their grounds, figures, claims, passages.

        Raises:
            NotFound: no thing has the name.

        Example:
            >>> edge = graph.entity("qinglan").edges[0]
            >>> [graph.names.label(iri, "en") for iri in (edge.predicate, edge.other)]
            ['active in', 'paper lantern making']
            >>> edge.kind
            'inferred'
        """
        from kg.ask.entity import entity

        return entity(self.store, self.names, self.resolve(text))

    def chain(self, industry: str) -> Chain:
        """The chain of an industry.

        Returns:
            A chain with ``views`` (divisions of the industry). A view has ``stages``, a stage has ``segments``, a segment
            has ``companies`` and ``products``. All have an IRI; segments, companies and products have passages too.
            ``unplaced`` are segments without a stage. Companies without a segment are ``representatives`` (named for the
            industry as a whole) or ``others``.

        Raises:
            NotFound: no industry has the name.

        Example:
            >>> stages = graph.chain("纸灯业").views[0].stages
            >>> [graph.names.label(stage.tier, "en") for stage in stages]
            ['upstream', 'midstream', 'downstream']
        """
        from kg.ask.chain import chain

        return chain(self.store, self.resolve(industry, "Industry").iri)

    def ways(self, one: str, other: str, *, limit: int = 5, inferred: bool = False) -> Ways:
        """The ways in which two things are connected, those through things with many neighbours last.

        Args:
            one: any name of a thing.
            other: any name of another.
            limit: most ways.
            inferred: follow inferred edges and background knowledge too, not only what passages state.

        Returns:
            ``ways``, each with its ``hops`` (``subject``, ``predicate``, ``value``, ``forward``, ``ground``, ``passages``);
            empty if nothing connects the two. ``complete`` is false if a limit of time or size was reached.

        Raises:
            NotFound: there is no thing with one of the names.
            UsageProblem: both are the same thing.

        Example:
            >>> way = graph.ways("青岚纸坊", "竹里编舍").ways[0]
            >>> [(graph.names.label(hop.predicate, "en"), hop.forward) for hop in way.hops]
            [('has member', False), ('has member', True)]
        """
        from kg.ask.ways import ways

        first, second = different(self.resolve(one), self.resolve(other))
        found = ways(self.store, (first.iri, second.iri), limit=limit, inferred=inferred)
        return replace(found, ways=tuple(self._with_proofs(way) for way in found.ways)) if inferred else found

    def _with_proofs(self, way: Way) -> Way:
        """*way* with the passages on which its inferred hops rest."""
        return replace(way, hops=tuple(self._with_proof(h) if h.ground == "inferred" else h for h in way.hops))

    def _with_proof(self, hop: Hop) -> Hop:
        proofs = self._prover.why((f"<{hop.subject}>", f"<{hop.predicate}>", f"<{hop.value}>")).proofs
        passages = dict.fromkeys(passage for leaf in proofs[0].leaves for passage in leaf.passages) if proofs else ()
        return replace(hop, passages=tuple(passages))

    def compare(self, one: str, other: str) -> Comparison:
        """Two things side by side: what both are related to, what only one of them is, and their figures.

        Two industries are compared by what their sections name, other things by what passages say of them.

        Returns:
            A comparison: ``of("shared")``, ``of("one")`` and ``of("other")`` give things with the property or class
            (``aspect``) and the passages; ``figures`` is a table of pairs of figures, with the difference and ratio, or
            with what does not compare (``why_not``).

        Raises:
            NotFound: there is no thing with one of the names.
            UsageProblem: both are the same thing, or the project has no query that compares them.

        Example:
            >>> found = graph.compare("青岚纸坊", "竹里编舍")
            >>> shared = [(graph.names.label(x.aspect, "en"), graph.names.label(x.thing, "en")) for x in found.of("shared")]
            >>> ("industry", "paper lantern making") in shared
            True
        """
        from kg.ask.comparison import compare

        return compare(self.store, self.catalogue, self.names, self.resolve(one), self.resolve(other))

    @cached_property
    def _prover(self) -> Prover:
        from kg.reason.proof import Prover

        return Prover(self.store)

    def why(self, subject: str, predicate: str, value: str) -> Why:
        """Proofs of a triple from the statements of passages; or the premises that are missing.

        Args:
            subject: any name of a thing, or an IRI.
            predicate: label (``涉足产业``), inverse label or prefixed name of a property; ``a`` for rdf:type.
            value: any name of a thing or a class, or a literal.

        Returns:
            If the triple ``holds``, its ``proofs``, shortest first; each has ``passages``, the ``rule`` of its last step
            and the proofs of its ``premises``. If not, the rules that lack one premise (``missing``).

        Raises:
            NotFound: one of the three texts is unknown.
            UsageProblem: *predicate* is the label of several properties, and it is not clear which is meant.

        Example:
            >>> proof = graph.why("青岚纸坊", "涉足产业", "纸灯业").proofs[0]
            >>> proof.kind, len(proof.premises)
            ('rule', 2)
            >>> graph.why("青岚纸坊", "active in", "风铃业").holds
            False
        """
        from kg.ask.statement import read

        return self._prover.why(read(self.store, self.names, subject, predicate, value))

    def explain(self, found: Why) -> dict[str, Any]:
        """The result of :meth:`why` as JSON values, with a sentence in zh and en for every step.

        Example:
            >>> graph.explain(graph.why("青岚纸坊", "涉足产业", "纸灯业"))["proofs"][0]["rule"]["en"]
            'if X operates in Z and Z in industry Y, then X active in Y'
        """
        from kg.ask.explain import explain

        return explain(found, self.names)

    @cached_property
    def citer(self) -> Citer:
        """What cites what the graph says; :meth:`cite` uses it."""
        from kg.ask.citation.cited import Citer

        digest = str(self.manifest.get("dataset_sha256", ""))
        return Citer(self.store, self.names, self.catalogue, self._prover, digest)

    def cite(self, *what: str, **params: Values) -> Citation:
        """What to write when something of the graph is quoted: the documents and passages, and the dataset.

        Args:
            what: the name, path or IRI of a thing, a figure, a passage or a document; or subject, predicate and object of a
                statement; or ``chain`` and an industry, for its chart; or the name of a saved query.
            params: values of the query's parameters.

        Returns:
            A citation: ``what`` is cited, in words; ``places`` are its passages; ``works`` are the documents, with what is
            known of them. :func:`kg.ask.citation.styles.in_styles` writes it as GB/T 7714, APA, BibTeX and plain text.

        Raises:
            NotFound: there is no such thing or query, or the statement does not hold.
            UsageProblem: there are two texts, or more than three; or a parameter is unknown.

        Example:
            >>> cited = graph.cite("obs:w1-lantern-cn-2024")
            >>> cited.what.en
            'paper lantern making · market size · China · 2024: about ¥12 billion'
            >>> [(work.publisher.zh, work.issued) for work in cited.works]
            [('灯市研究院', '2025-04-08')]
        """
        match what:
            case ["chain", industry]:
                found = self.chain(industry)
                return self.citer.chart(found.industry, found.passages)
            case [subject, predicate, value]:
                from kg.ask.statement import read

                return self.citer.statement(read(self.store, self.names, subject, predicate, value))
            case [name] if params or name in self.catalogue:
                return self.citer.query(name, params)
            case [name]:
                return self.citer.thing(name)
        raise UsageProblem(
            Text("引用什么不清楚", "it is not clear what is to be cited"),
            hint=Text(
                "给出一个名称,或主语、关系、宾语,或 chain 与一个产业",
                "give one name; or subject, relation and object; or chain and an industry",
            ),
        )

    def audit(
        self, industry: str | None = None, *, severity: str | None = None, rule: str | None = None
    ) -> list[AuditFinding]:
        """The audit's findings on contradictions in the documents: all, or those of an industry, a severity or a rule.

        Args:
            industry: any name of an industry.
            severity: ``Warning`` or ``Info``, or its label.
            rule: name of a rule (``A01-cagr``), its beginning (``A01``), or its label.

        Returns:
            Findings, warnings first: ``rule``, ``severity``, ``focus`` and ``involved`` (IRIs), ``message``, ``passages``,
            ``industries``, and the arithmetic (``working``).

        Raises:
            NotFound: no industry has the name.
            UsageProblem: there is no such severity or rule.

        Example:
            >>> [finding.rule for finding in graph.audit("风铃业")]
            ['A02-yoy', 'A08-stale-forecast', 'A12-empty-section', 'A16-divided-twice']
        """
        from kg.ask.audit import read_filters
        from kg.ask.overview import audit_findings

        filters = read_filters(self.store, self.names, severity, rule, industry)
        return [finding for finding in audit_findings(self.store) if filters.fit(finding)]

    def central(self, limit: int = 20) -> list[Rank]:
        """The things with the highest betweenness centrality."""
        from kg.ask.network import central

        return central(self.store, limit)

    def cut_points(self, limit: int = 20) -> list[Rank]:
        """The articulation points: things whose removal disconnects others, those that disconnect the most first."""
        from kg.ask.network import cut_points

        return cut_points(self.store, limit)

    # -- conversion to other libraries ------------------------------------------------------------------

    def to_rdflib(self) -> rdflib.Dataset:
        """The whole dataset as an rdflib Dataset (default graph materialised, named graphs as stated).

        Example:
            >>> len(graph.to_rdflib().default_graph) == graph.manifest["counts"]["default"]
            True
        """
        import rdflib

        data, dataset = ox.serialize(self.store.quads(), format=ox.RdfFormat.N_QUADS), rdflib.Dataset()
        with warnings.catch_warnings():  # rdflib 7's parser uses functions that rdflib 7 deprecates
            warnings.simplefilter("ignore", DeprecationWarning)
            dataset.parse(data=data or b"", format="nquads")
        return dataset

    def to_networkx(self, *, inferred: bool = False, passages: bool = False, lang: str = "zh") -> nx.MultiDiGraph:
        """The stated edges between things as a networkx MultiDiGraph, which every writer of networkx can write.

        Of an edge and its inverse only the stated one is there.

        Args:
            inferred: include the edges of the closure and of the background knowledge.
            passages: include passages and documents, and the edges to them.
            lang: language of the labels.

        Returns:
            A graph whose nodes are IRIs, with ``label``, ``label_zh``, ``label_en`` and ``kind``, and for a figure
            ``value``, ``unit``, ``indicator`` and ``year``. The key of an edge is the IRI of its property; its data are
            ``property``, the three labels, ``kind`` (``asserted``, ``inferred`` or ``background``), ``passages``, their
            names with spaces between, and ``weight``, their number, or 1 for an edge without any.

        Example:
            >>> network = graph.to_networkx()
            >>> qinglan, lamps = graph.resolve("青岚纸坊").iri, graph.resolve("明盈灯业").iri
            >>> [(data["label"], data["passages"], data["weight"]) for data in network[qinglan][lamps].values()]
            [('供应', 'w1-L0020', 1)]
        """
        from kg.ask.exchange import to_networkx

        return to_networkx(self.store, self.names, inferred=inferred, passages=passages, lang=lang)

    def _json(self, name: str) -> Any:
        """The content of a JSON file of the build."""
        from kg.pipeline.freshness import record

        try:
            return record(self.path / name)
        except (OSError, ValueError) as error:
            raise StoreError(
                Text(f"图谱缺少或损坏:{name}", f"the store lacks {name} or it is damaged"),
                hint=Text("运行 kg build --force 重建", "run kg build --force to make it anew"),
            ) from error


class RemoteGraph(KnowledgeGraph):
    """A graph that ``kg build --store URL`` has put into a SPARQL 1.1 store, as :class:`kg.store.remote.RemoteStore` reads it.

    Args:
        url: the store; ``#NAME`` after it names the project.
        build: IRI of the build; empty for the newest one at the first query.
        client: what sends the queries; None for a client of its own.
    """

    store: RemoteStore

    def __init__(self, url: str, build: str = "", *, client: Transport | None = None) -> None:
        from kg.store.remote import RemoteStore

        self.url = url
        self.store = RemoteStore(url, build, client=client)

    def sparql(self, text: str, *, seconds: float | None = None) -> Table | bool | rdflib.Graph:
        """As for a local graph, but the remote store evaluates the query; *seconds* limits the wait for its answer."""
        from kg.store.guard import refuse_side_effects
        from kg.store.process import require_time

        require_time(seconds)
        refuse_side_effects(text, "query")
        store = self.store if seconds is None else self.store.within(seconds)
        answer = store.query(text)
        if isinstance(answer, ox.QueryBoolean):
            return bool(answer)
        if isinstance(answer, ox.QuerySolutions):
            return to_table(answer)
        return _rdflib(ox.serialize(answer, format=ox.RdfFormat.N_TRIPLES) or b"")

    def answer_sparql(
        self, text: str, *, shown: str = "query", seconds: float = 30.0, limit: int = 10_000
    ) -> QueryResult:
        """As for a local graph, but the remote store evaluates the query; *seconds* limits the wait for its answer."""
        from kg.store.guard import refuse_side_effects
        from kg.store.process import answer, require_time

        require_time(seconds)
        refuse_side_effects(text, shown)
        return answer(self.store.within(seconds), text, shown, limit)

    def reading(self) -> AbstractContextManager[None]:
        """As :meth:`kg.store.remote.RemoteStore.reading`."""
        return self.store.reading()

    def _json(self, name: str) -> Any:
        """The JSON values of a file of the build, from the store."""
        return self.store.file(name)


def _rdflib(triples: bytes) -> rdflib.Graph:
    """Triples in N-Triples as an rdflib Graph."""
    import rdflib
    from rdflib.exceptions import ParserError

    try:
        return rdflib.Graph().parse(data=triples, format="nt")
    except ParserError as error:
        raise UsageProblem(
            Text(f"rdflib 装不下这个答案:{error}", f"rdflib cannot hold this answer: {error}"),
            hint=Text("改用 graph.answer_sparql,或写成 SELECT", "use graph.answer_sparql, or write it as SELECT"),
        ) from error


def open_graph(
    root: str | Path | None = None, *, store: str | Path | None = None, tell: Any = None, progress: Any = None
) -> KnowledgeGraph:
    """The graph of the packaged project, of the folder *root*, or of the SPARQL endpoint *root*.

    A local graph is built first if it is missing or outdated. If only *store* is given, its graph is used as it is.

    Args:
        root: a folder with ontology/, data/ and queries/, or the URL of a SPARQL store. None means the packaged project.
        store: a folder with builds, or the URL of a SPARQL store.
        tell: called with each message for the user (a Text); None issues Python warnings.
        progress: called after each build step with its name and seconds.

    Raises:
        KgError: a needed build failed.
        MissingFile: the folder lacks ontology/, data/ or queries/.
        StoreError: there is no graph in *store*. An unreachable endpoint raises it at the first query only.

    Example:
        >>> import kg
        >>> graph = kg.open("tests/world")
        >>> graph.manifest["counts"]["default"] > 1_000
        True
    """
    from kg.pipeline.freshness import CURRENT
    from kg.pipeline.ready import ready

    place = store or os.environ.get("KG_STORE")
    for url in (root, place):
        if url and is_url(url):
            return RemoteGraph(str(url))
    project = ready(root, store, tell=tell or (lambda note: warnings.warn(note.en, stacklevel=4)), progress=progress)
    return KnowledgeGraph(project.store_folder / CURRENT)
