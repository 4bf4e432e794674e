"""Where statements come from: the documents of passages, and the date of the dataset."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kg.ask.names import Names
from kg.store.base import Store
from kg.terms import Text
from kg.vocab import DATASET

_DOCUMENTS = """
SELECT DISTINCT ?document ?publisher ?issued WHERE {{
  VALUES ?passage {{ {passages} }} ?passage ivc:fromDocument ?document .
  OPTIONAL {{ ?document dcterms:publisher ?publisher }} OPTIONAL {{ ?document dcterms:issued ?issued }}
}} ORDER BY ?document STR(?publisher)"""
_MODIFIED = f"SELECT (MAX(?on) AS ?date) WHERE {{ <{DATASET}> dcterms:modified|dcterms:created ?on }}"


@dataclass(frozen=True)
class Source:
    """A document, as it is named under a picture.

    Attributes:
        iri: the document.
        title: its title.
        publisher: who published it; empty if that is not known.
        issued: date or year of issue as the project has it; empty if that is not known.
    """

    iri: str
    title: Text
    publisher: str
    issued: str

    @property
    def words(self) -> Text:
        """Publisher, title and date of issue in one line."""
        when = f"({self.issued})" if self.issued else ""
        title = f"“{self.title.en}”"
        return Text(
            f"{self.publisher}《{self.title.zh}》{when}",
            ", ".join(part for part in (self.publisher, title, self.issued) if part),
        )


def sources(store: Store, names: Names, passages: Iterable[str]) -> tuple[Source, ...]:
    """The documents that these passages (IRIs) are from."""
    listed = " ".join(f"<{passage}>" for passage in sorted(set(passages)))
    found: dict[str, Source] = {}
    for row in store.select(_DOCUMENTS.format(passages=listed)) if listed else ():
        iri = row["document"]
        found.setdefault(iri, Source(iri, names.text(iri), str(row["publisher"] or ""), str(row["issued"] or "")))
    return tuple(found.values())


def dataset_date(store: Store) -> str:
    """The day on which the dataset was last changed (YYYY-MM-DD), as the project says it; empty if it does not."""
    return next((str(row["date"]) for row in store.select(_MODIFIED) if row["date"]), "")
