"""The works that citations name: the documents of a graph, and the dataset itself, with what is known of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import pyoxigraph as ox

from kg.store.base import Store
from kg.store.values import Term, written
from kg.terms import LANGS, Text, language, slug
from kg.vocab import DATASET, DCTERMS, OWL

if TYPE_CHECKING:
    from kg.ask.names import Names

_KNOWN: Final = f"""
SELECT ?work ?property ?value WHERE {{
  {{ ?work a ivc:Document }} UNION {{ ?work a ivc:Publication }} UNION {{ VALUES ?work {{ <{DATASET}> }} }}
  {{ ?work ?property ?value
    FILTER(STRSTARTS(STR(?property), STR(dcterms:)) || ?property = owl:versionInfo) }}
  UNION {{ ?value ivc:publishes ?work BIND(dcterms:publisher AS ?property) }}
}} ORDER BY ?work ?property STR(?value)"""
_UNTITLED: Final = Text("知识图谱", "knowledge graph")
"""What a dataset without a title is called."""
_DAY: Final = len("2025-04-08")
_DIGEST: Final = 16
"""Digits of the digest that are shown as the version of the dataset."""

PropertyValues = Mapping[str, list[Term]]
"""IRI of a property → its values."""


@dataclass(frozen=True)
class Work:
    """A document or the dataset. What is not known of it is empty.

    Attributes:
        iri: its IRI.
        id: a short name: the id of a document with passages, else the end of its IRI.
        form: ``document`` or ``dataset``.
        title: its title, in the languages in which the graph has it.
        language: the language in which it is written, as a tag.
        creators: who wrote it.
        publisher: who published it.
        issued: the date of issue, as exact as it is known: ``2025``, ``2025-10`` or ``2025-04-08``.
        url: where it can be read.
        doi: its DOI, without ``https://doi.org/``.
        version: the version of a dataset.
        licence: IRI or text of its licence.
    """

    iri: str
    id: str
    form: Literal["document", "dataset"]
    title: Text
    language: str = ""
    creators: tuple[Text, ...] = ()
    publisher: Text | None = None
    issued: str = ""
    url: str = ""
    doi: str = ""
    version: str = ""
    licence: str = ""

    @property
    def year(self) -> str:
        """The year of issue; empty if it is not known."""
        return self.issued[:4]

    @property
    def short(self) -> Text:
        """Publisher, title and date of issue in one line, as it stands under a picture."""
        by = self.publisher or Text("", "")
        when = f"({self.issued})" if self.issued else ""
        parts = (by.en, f"“{self.title.en}”", self.issued)
        return Text(f"{by.zh}《{self.title.zh}》{when}", ", ".join(part for part in parts if part))

    def own(self, text: Text, lang: str) -> str:
        """A text in the language of the work; in *lang* if that is not known to be Chinese or English."""
        tag = self.language.partition("-")[0].lower()
        return text.pick(tag if tag in LANGS else lang)


class Works:
    """The works of one graph.

    Args:
        store: the store.
        names: the lookup table.
        digest: SHA-256 of the dataset; empty if it is not known.
    """

    def __init__(self, store: Store, names: Names, digest: str) -> None:
        self._names = names
        facts: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for work, prop, value in store.select(_KNOWN).rows:
            if work is not None and prop is not None and value is not None:
                facts[written(work)][written(prop)].append(value)
        own = facts.pop(DATASET, {})
        self.dataset = self._dataset(own, digest)
        self.documents = {iri: self._document(iri, known) for iri, known in facts.items()}

    def _document(self, iri: str, known: PropertyValues) -> Work:
        titles = known.get(f"{DCTERMS}title")
        return Work(
            iri=iri,
            id=self._names.documents.get(iri) or slug(iri),
            form="document",
            title=_text(titles) if titles else self._names.text(iri),
            language=_first(known, "language"),
            creators=self._named(known, "creator"),
            publisher=next(iter(self._named(known, "publisher")), None),
            issued=_first(known, "issued", "date")[:_DAY],
            url=_url(_first(known, "source")),
            doi=_doi(known),
            licence=_first(known, "license"),
        )

    def _dataset(self, known: PropertyValues, digest: str) -> Work:
        titles = known.get(f"{DCTERMS}title")
        stated = [written(v) for v in known.get(f"{OWL}versionInfo", ())][:1]
        return Work(
            iri=DATASET,
            id=slug(DATASET),
            form="dataset",
            title=_text(titles) if titles else _UNTITLED,
            creators=self._named(known, "creator"),
            publisher=next(iter(self._named(known, "publisher")), None),
            issued=_first(known, "modified", "issued", "created")[:_DAY],
            url=DATASET if known else "",
            doi=_doi(known),
            version=", ".join([*stated, *([f"sha256:{digest[:_DIGEST]}"] if digest else [])]),
            licence=_first(known, "license"),
        )

    def _named(self, known: PropertyValues, name: str) -> tuple[Text, ...]:
        """The persons or bodies of a property: names of IRIs, and texts in their languages."""
        values = known.get(DCTERMS + name, [])
        iris = [v.value for v in values if isinstance(v, ox.NamedNode) and self._names.has_name(v.value)]
        texts = [v for v in values if isinstance(v, ox.Literal)]
        return (*map(self._names.text, iris), *_texts(texts))


def name_of(work: Work) -> str:
    """A short name of a work, as a key among references: ``r1``; of the dataset with its version."""
    digest = work.version.partition("sha256:")[2] if work.form == "dataset" else ""
    return f"{work.id}-{digest}" if digest else work.id


def _first(known: PropertyValues, *names: str) -> str:
    """The text of the first value of the first of these properties that has one."""
    return next((written(v) for name in names for v in known.get(DCTERMS + name, ())), "")


def _text(values: Iterable[Term]) -> Text:
    """Values in one or two languages as one text; one in another language stands for a missing one."""
    by_language = {language(v) or "": written(v) for v in values}
    fallback = next(iter(by_language.values()), "")
    zh, en = (by_language.get(lang, fallback) for lang in LANGS)
    return Text(zh, en)


def _texts(values: list[ox.Literal]) -> tuple[Text, ...]:
    """Several names. One in each of two languages is one name; names of one language are several."""
    tags = [v.language or "" for v in values]
    if len(values) > 1 and len(set(tags)) == len(values):
        return (_text(values),)
    return tuple(_text([value]) for value in values)


def _url(text: str) -> str:
    return text if text.startswith(("http://", "https://")) else ""


def _doi(known: PropertyValues) -> str:
    """The DOI among the identifiers."""
    for value in known.get(f"{DCTERMS}identifier", ()):
        text = written(value)
        for start in ("https://doi.org/", "http://doi.org/", "doi:"):
            text = text.removeprefix(start)
        if text.startswith("10.") and "/" in text:
            return text
    return ""
