"""What is cited: a figure, a statement, a passage, a document, a thing, the answer to a saved query or a chart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Final

from kg.ask.citation.day import today
from kg.ask.citation.works import Work, Works
from kg.ask.entity import Entity, node
from kg.ask.quantity import Quantity, figure_in_words, printed
from kg.ask.support import support
from kg.ask.wording import triple_in_words
from kg.errors import NotFound
from kg.reason.rules import TriplePattern
from kg.store.values import written
from kg.terms import LANGS, Text, slug
from kg.vocab import IVC, PASSAGE

if TYPE_CHECKING:
    from kg.ask.catalogue import Catalogue, Values
    from kg.ask.comparison import Comparison
    from kg.ask.names import Names
    from kg.ask.overview import AuditFinding
    from kg.reason.proof import Prover
    from kg.store.base import Store

_PLACES: Final = """
SELECT ?passage ?document ?section WHERE {{
  VALUES ?passage {{ {passages} }} ?passage ivc:fromDocument ?document ; ivc:sectionPath ?section }} ORDER BY ?passage"""
_FIGURE: Final = """
SELECT ?value ?unit ?indicator ?comparator ?status ?stated ?scale ?by WHERE {{
  <{iri}> ivc:value ?value ; ivc:unit ?unit ; ivc:indicator ?indicator ; ivc:comparator ?comparator
  OPTIONAL {{ <{iri}> ivc:status ?status }} OPTIONAL {{ <{iri}> ivc:estimatedBy|ivc:attributedTo ?by }}
  OPTIONAL {{ <{iri}> ivc:statedValue ?stated ; ivc:statedScale ?scale }} }} ORDER BY ?by LIMIT 1"""
_STATED_IN: Final = "SELECT ?passage WHERE {{ <{iri}> ivc:statedIn ?passage }} ORDER BY ?passage"
_INFERRED: Final = Text("推理得出", "inferred")
_UNSAID: Final = Text("文献未说,出自背景知识", "not said by any document: background knowledge")
_NAMES: Final = Text("名称与归类,非文献所述", "names and kinds, not a statement of a document")
_GROUNDS: Final = {"inferred": _INFERRED, "background": _UNSAID, "entities": _NAMES}
"""Ground of a statement → what a reader must know of it; nothing if a passage states it."""


_MOST_PLACES: Final = 12
"""Passages that are listed; more are counted."""


@dataclass(frozen=True)
class CitedPassage:
    """A passage (IRI), its document (IRI) and the path of its section."""

    passage: str
    document: str
    section: str


@dataclass(frozen=True)
class Citation:
    """What is cited, and where it is.

    Attributes:
        iri: the IRI of what is cited; empty if it has none.
        what: what is cited in words: a figure with its value, a statement, a name, a question.
        notes: what a reader must know of it: the number as printed, who estimated it, that it is inferred.
        part: the title of the part of the dataset that is cited, such as a chart; None if a document says it.
        places: the passages, in the order of the documents.
        works: the documents of the passages; the document itself, if that is cited.
        dataset: the dataset.
        day: the day on which it was looked at.
    """

    iri: str
    what: Text
    notes: tuple[Text, ...]
    part: Text | None
    places: tuple[CitedPassage, ...]
    works: tuple[Work, ...]
    dataset: Work
    day: date


class Citer:
    """Cites what one graph says.

    Args:
        store: the store.
        names: the lookup table.
        catalogue: the saved queries.
        prover: finds the proofs of inferred statements.
        digest: SHA-256 of the dataset; empty if it is not known.
    """

    def __init__(self, store: Store, names: Names, catalogue: Catalogue, prover: Prover, digest: str) -> None:
        self._store, self._names, self._catalogue, self._prover = store, names, catalogue, prover
        self._digest = digest

    @cached_property
    def works(self) -> Works:
        """The documents and the dataset."""
        return Works(self._store, self._names, self._digest)

    def thing(self, text: str) -> Citation:
        """The citation of a thing, a figure, a claim, a passage or a document.

        Args:
            text: a name, an IRI, a prefixed name, or the id of a passage (``w1-L0037``).

        Raises:
            NotFound: there is no such thing.
        """
        return self.entity(node(self._store, self._names, text))

    def entity(self, found: Entity) -> Citation:
        """The citation of a node of which everything is known already."""
        iri = found.thing.iri
        if iri in self.works.documents:
            return replace(self._made(iri, found.thing.label, ()), works=(self.works.documents[iri],))
        if found.span:
            return self._made(iri, Text(f"段落 {slug(iri)}", f"passage {slug(iri)}"), [iri])
        if self._names.is_claim(iri):
            stated = [row["passage"] for row in self._store.select(_STATED_IN.format(iri=iri))]
            return self._figure(found, stated) or self._made(iri, self._summary(found), stated)
        kind = self._names.kind_text(found.thing.kind) if found.thing.kind else None
        label = found.thing.label
        what = Text(f"{label.zh}({kind.zh})", f"{label.en} ({kind.en})") if kind else label
        return replace(self._made(iri, what, found.passages), part=label)

    def statement(self, triple: TriplePattern) -> Citation:
        """The citation of a triple, of :func:`kg.ask.statement.read`.

        Raises:
            NotFound: it does not hold.
        """
        words = triple_in_words(triple, self._names)
        ground, passages = support(self._store, self._prover, triple)
        if ground == "computed":
            raise NotFound(
                Text(f"不成立,无从引用:{words.zh}", f"this does not hold, so it cannot be cited: {words.en}"),
                hint=Text("用 kg why 看差什么", "see what is missing with kg why"),
            )
        notes = (_GROUNDS[ground],) if ground in _GROUNDS else ()
        return replace(self._made("", words, passages), notes=notes, part=None if passages else words)

    def query(self, name: str, values: Mapping[str, Values], passages: Sequence[str] | None = None) -> Citation:
        """The citation of the answer to a saved query.

        Args:
            name: name of the query.
            values: values of its parameters.
            passages: the passages (IRIs) of the rows, if they are known already; None to ask for them.

        Raises:
            NotFound: there is no such query, or a value is an unknown name.
            UsageProblem: a parameter is unknown or invalid.
        """
        saved = self._catalogue.get(name)
        question = self._catalogue.question(saved, values)
        if passages is None:
            asked = self._catalogue.asked(saved, values)
            passages = cited_in(self._store.select(asked.sparql, shown=f"queries/{name}.rq").rows)
        given = "".join(f" {key}={_joined(value)}" for key, value in values.items())
        ran = Text(f"查询 {name}{given}", f"query {name}{given}")
        return replace(self._made("", question, passages), notes=(ran,), part=question)

    def answer(self, words: Text, passages: Iterable[str]) -> Citation:
        """The citation of an answer that is no saved query's, such as a comparison, with these passages (IRIs)."""
        return replace(self._made("", words, passages), part=words)

    def comparison(self, found: Comparison) -> Citation:
        """The citation of a comparison of two things."""
        one, other = found.one.label, found.other.label
        words = Text(f"{one.zh}与{other.zh}并排", f"{one.en} and {other.en} side by side")
        passages = [passage for item in found.related for passage in item.passages]
        return self.answer(words, [*passages, *cited_in(found.figures.rows)])

    def audit(self, found: Sequence[AuditFinding], industry: str | None = None) -> Citation:
        """The citation of findings of the audit, of all industries or of the one with this name."""
        words = Text("审计发现", "findings of the audit")
        if industry:
            name = self._names.resolve(industry, "Industry").label
            words = Text(f"{name.zh}的审计发现", f"findings of the audit on {name.en}")
        return self.answer(words, [passage for finding in found for passage in finding.passages])

    def chart(self, industry: str, passages: Iterable[str]) -> Citation:
        """The citation of the tier chart of an industry (IRI) with these passages."""
        name = self._names.text(industry)
        title = Text(f"{name.zh}产业链图", f"tier chart of {name.en}")
        return replace(self._made(industry, title, passages), part=title)

    def _figure(self, found: Entity, passages: Sequence[str]) -> Citation | None:
        """The citation of a figure; None if the node has no value."""
        for row in self._store.select(_FIGURE.format(iri=found.thing.iri)):
            quantity = Quantity(row["value"], row["unit"], row["indicator"], row["comparator"])
            name = found.thing.label
            zh, en = (figure_in_words(quantity, self._names, lang) for lang in LANGS)
            notes = [self._names.text(row["status"])] if row["status"] else []
            if row["by"]:
                by = self._names.text(row["by"])
                notes.append(Text(f"{by.zh}测算", f"estimated by {by.en}"))
            if row["stated"] is not None:
                told = [printed(row["stated"], row["scale"], lang) for lang in LANGS]
                notes.append(Text(f"原文印作 {told[0]}", f"printed as {told[1]}"))
            what = Text(f"{name.zh}: {zh}", f"{name.en}: {en}")
            return replace(self._made(found.thing.iri, what, passages), notes=tuple(notes))
        return None

    def _summary(self, found: Entity) -> Text:
        """The summary of a claim; its caption if it has none."""
        texts = found.texts.get(f"{IVC}summary", {})
        fallback = found.thing.label
        return Text(texts.get("zh") or fallback.zh, texts.get("en") or fallback.en)

    def _made(self, iri: str, what: Text, passages: Iterable[str]) -> Citation:
        """The citation of what these passages say."""
        places = self._places(dict.fromkeys(passages))
        return Citation(iri, what, (), None, places, self._documents(places), self.works.dataset, today())

    def sources(self, passages: Iterable[str]) -> tuple[Work, ...]:
        """The documents that these passages (IRIs) are from."""
        return self._documents(self._places(dict.fromkeys(passages)))

    def _documents(self, places: Iterable[CitedPassage]) -> tuple[Work, ...]:
        documents = dict.fromkeys(place.document for place in places)
        return tuple(self.works.documents[d] for d in documents if d in self.works.documents)

    def _places(self, passages: Iterable[str]) -> tuple[CitedPassage, ...]:
        values = " ".join(f"<{p}>" for p in passages)
        rows = self._store.select(_PLACES.format(passages=values)) if values else ()
        return tuple(CitedPassage(row["passage"], row["document"], row["section"]) for row in rows)


def located(places: Iterable[CitedPassage], lang: str) -> str:
    """The passages by section: ``“纸灯业/规模”一节,段落 w1-L0012``; empty if there is none."""
    listed = list(places)
    sections = list(dict.fromkeys(place.section for place in listed[:_MOST_PLACES]))
    ids = [slug(place.passage) for place in listed[:_MOST_PLACES]]
    more = len(listed) - len(ids)
    if not listed:
        return ""
    if lang == "zh":
        named = "、".join(f"“{section}”" for section in sections)
        return f"{named}{'各节' if len(sections) > 1 else '一节'},段落 {'、'.join(ids)}{f'等 {len(listed)} 段' if more else ''}"
    named = ", ".join(f"“{section}”" for section in sections)
    section, passage = ("section", "sections")[len(sections) > 1], ("passage", "passages")[len(listed) > 1]
    return f"{section} {named}, {passage} {', '.join(ids)}{f' and {more} more' if more else ''}"


def cited_in(rows: Iterable[Sequence[object]]) -> list[str]:
    """The IRIs of the passages among the terms of *rows*, each once."""
    terms = (written(term) for row in rows for term in row if term is not None)  # type: ignore[arg-type]
    return [text for text in dict.fromkeys(terms) if text.startswith(PASSAGE)]


def _joined(value: Values) -> str:
    return value if isinstance(value, str) else ",".join(map(str, value))
