"""Citations in reference styles: GB/T 7714, APA, BibTeX and plain text.

GB/T 7714—2015 and APA 7 say which parts a reference has and how they are separated; what is not known is left out, as both
allow for what is read online. The passage is no part of a reference in either; :func:`kg.ask.citation.cited.located` tells it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Final

from kg.ask.citation import bibtex
from kg.ask.citation.cited import Citation, CitedPassage, located
from kg.ask.citation.works import Work
from kg.terms import Text

_MOST_CREATORS: Final = 3
"""Most creators that GB/T 7714 lists; further ones are replaced by 等."""
_MONTHS: Final = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def gbt7714(cited: Citation, lang: str) -> str:
    """The references of *cited* by GB/T 7714—2015: documents as [R/OL], the dataset as [DS/OL]; one a line."""
    works = [_gbt7714(work, cited.day) for work in cited.works]
    return "\n".join([*works, _gbt7714(cited.dataset, cited.day, cited.part)])


def apa(cited: Citation, lang: str) -> str:
    """The references of *cited* by the APA's Publication Manual, 7th edition; one a line."""
    return "\n".join([*map(_apa, cited.works), _apa(cited.dataset)])


def plain(cited: Citation, lang: str) -> str:
    """A footnote: what is cited, where it stands, and the dataset that it was taken from."""
    notes = "、".join(n.zh for n in cited.notes) if lang == "zh" else ", ".join(n.en for n in cited.notes)
    what = cited.what.pick(lang)
    if notes:
        what += f"({notes})" if lang == "zh" else f" ({notes})"
    places = {work.iri: [p for p in cited.places if p.document == work.iri] for work in cited.works}
    sources = [_plain(work, places[work.iri], lang) for work in cited.works]
    end, start = ("。", "引自:") if lang == "zh" else (". ", "From: ")
    dataset = start + _plain(cited.dataset, [], lang)
    return end.join([what.rstrip("。. "), *sources, dataset]) + end.strip()


STYLES: Final[Mapping[str, tuple[Text, Callable[[Citation, str], str]]]] = {
    "gbt7714": (Text("GB/T 7714", "GB/T 7714"), gbt7714),
    "apa": (Text("APA", "APA"), apa),
    "bibtex": (Text("BibTeX", "BibTeX"), bibtex.entries),
    "plain": (Text("脚注", "footnote"), plain),
}
"""Name of a style → its title, and the function that writes a citation in it for readers of a language."""


def in_styles(cited: Citation, lang: str) -> dict[str, str]:
    """Name of each style → the citation as text, for readers of the language *lang*."""
    return {name: write(cited, lang) for name, (_, write) in STYLES.items()}


# -- GB/T 7714 -------------------------------------------------------------------------------------------------


def _gbt7714(work: Work, day: date, part: Text | None = None) -> str:
    """One reference (8.1–8.8 of the standard): creators. title: part[type/medium]. version. publisher, year(date)[day]. URL. DOI."""
    lang = "zh"
    mark = ("R" if work.form == "document" else "DS") + ("/OL" if work.url or work.doi else "")
    title = work.own(work.title, lang) + (f": {part.pick(lang)}" if part else "")
    creators = [work.own(name, lang) for name in work.creators]
    named = ", ".join(creators[:_MOST_CREATORS]) + (", 等" if len(creators) > _MOST_CREATORS else "")
    publisher = work.own(work.publisher, lang) if work.publisher else ""
    known_day = work.issued if work.issued != work.year else ""
    imprint = ", ".join(word for word in (publisher, work.year if publisher or not known_day else "") if word)
    online = f"[{day.isoformat()}]" if work.url or work.doi else ""
    dated = f"{imprint}{f'({known_day})' if known_day else ''}{online}"
    doi = f"DOI:{work.doi}" if work.doi else ""
    version = f"版本 {work.version}" if work.version else ""
    return _sentences(named, f"{title}[{mark}]", version, dated, work.url, doi)


# -- APA -------------------------------------------------------------------------------------------------------


def _apa(work: Work) -> str:
    """One reference: author. (date). title [translation]. publisher. URL. A body that publishes without an author is the author."""
    own = [work.own(name, "en") for name in work.creators]
    publisher = work.own(work.publisher, "en") if work.publisher else ""
    author = " & ".join([", ".join(own[:-1]), own[-1]] if len(own) > 1 else own) or publisher
    title = work.own(work.title, "en")
    if title != work.title.en:
        title += f" [{work.title.en}]"
    if work.version:
        title += f" (Version {work.version})"
    if work.form == "dataset":
        title += " [Data set]"
    dated = f"({_apa_date(work.issued)})"
    head = (author, dated, title) if author else (title, dated)
    url = f"https://doi.org/{work.doi}" if work.doi else work.url
    return _sentences(*head, publisher if publisher != author else "") + (f" {url}" if url else "")


def _apa_date(issued: str) -> str:
    """A date as APA writes it: ``2025``, ``2025, October``, ``2025, April 8``; ``n.d.`` if it is not known."""
    year, *rest = issued.split("-") if issued else ["n.d."]
    numbers = [int(part) for part in rest if part.isdigit()]
    if not numbers or not 1 <= numbers[0] <= len(_MONTHS):
        return year
    day = f" {numbers[1]}" if len(numbers) > 1 else ""
    return f"{year}, {_MONTHS[numbers[0] - 1]}{day}"


# -- plain text ------------------------------------------------------------------------------------------------


def _plain(work: Work, places: Iterable[CitedPassage], lang: str) -> str:
    """One work in words: who, title, date, section and passage, version, URL."""
    by = [name.pick(lang) for name in (*work.creators, *([work.publisher] if work.publisher else []))]
    who, title = ("、" if lang == "zh" else ", ").join(dict.fromkeys(by)), work.own(work.title, lang)
    if lang == "zh":
        named = f"{who}:《{title}》" if who else f"《{title}》"
    else:
        translated = f" [{work.title.en}]" if title != work.title.en else ""
        named = f"{who}, “{title}”{translated}" if who else f"“{title}”{translated}"
    version = Text(f"版本 {work.version}", f"version {work.version}").pick(lang) if work.version else ""
    parts = [
        named,
        work.issued,
        version,
        located(places, lang),
        work.url or (work.doi and f"https://doi.org/{work.doi}"),
    ]
    return (",", ", ")[lang == "en"].join(part for part in parts if part)


def _sentences(*parts: str) -> str:
    """The parts that are known, each with a full stop."""
    return " ".join(part if part.endswith(".") else f"{part}." for part in parts if part)
