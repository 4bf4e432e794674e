"""Citations as BibTeX entries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final
from urllib.parse import quote

from kg.ask.citation.cited import Citation, located
from kg.ask.citation.works import Work, name_of

_SPECIAL: Final[Mapping[str, str]] = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: f"\\{character}" for character in "$&#%_"},
}
"""Characters with a meaning in TeX → what TeX prints as this character."""
_URL: Final = "".join(chr(n) for n in range(0x21, 0x7F) if chr(n) not in '{}\\"<>^`|')
"""Characters of a URL that stay: all that are printed, but for those that TeX or BibTeX would read."""


def entries(cited: Citation, lang: str) -> str:
    """An entry for each document, with the passages in its note, and one for the dataset.

    Args:
        cited: the citation.
        lang: language of the notes, and of titles whose own language is not known.
    """
    documents = [
        _entry(work, lang, located([p for p in cited.places if p.document == work.iri], lang), cited.day)
        for work in cited.works
    ]
    part = cited.part.pick(lang) if cited.part else ""
    return "\n\n".join([*documents, _entry(cited.dataset, lang, part, cited.day)])


def _entry(work: Work, lang: str, note: str, day: date) -> str:
    """One entry. A document with a publisher is a report of it; ``key`` sorts an entry without an author."""
    creators = " and ".join(f"{{{escaped(work.own(name, lang))}}}" for name in work.creators)
    publisher = escaped(work.own(work.publisher, lang)) if work.publisher else ""
    form = "techreport" if work.form == "document" and publisher else "misc"
    online = bool(work.url or work.doi)
    _, month, day_of_month = [*work.issued.split("-"), "", ""][:3]
    fields = {
        "author": creators,
        "key": "" if creators else publisher,
        "title": f"{{{escaped(work.own(work.title, lang))}}}",
        "institution" if form == "techreport" else "publisher": publisher,
        "year": work.year,
        "month": str(int(month)) if month.isdigit() else "",
        "day": str(int(day_of_month)) if day_of_month.isdigit() else "",
        "version": escaped(work.version),
        "howpublished": "Data set" if work.form == "dataset" else "",
        "note": escaped(note),
        "doi": quote(work.doi, safe=_URL),
        "url": quote(work.url, safe=_URL),
        "urldate": day.isoformat() if online else "",
        "language": escaped(work.language),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{form}{{{_key(work)},", *lines, "}"])


def escaped(text: str) -> str:
    """*text* as TeX prints it, in one line."""
    return "".join(_SPECIAL.get(character, character) for character in " ".join(text.split()))


def _key(work: Work) -> str:
    """The key of an entry: letters, digits and hyphens only."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name_of(work)).strip("-") or "work"
