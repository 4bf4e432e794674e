"""Compares the graph with a copy of the text: digests, spans, names, printed numbers, copied wording.

A passage may mention an entity without its name, by an abbreviation or by reference to an earlier line. Such entities are
listed in the document's ``carried.tsv`` (line, entity, line that names it, words printed there, reason). The check then
looks for those words instead of the name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kg.check.dataset import instances
from kg.check.findings import Finding
from kg.source.document import Document, read_sections
from kg.source.passages import Passage, Registration, digest, passage_name, registered, split
from kg.terms import Text, fold, iri, language, lexical
from kg.vocab import ALT_LABEL, BASE, ENTITIES, IVC, LABEL, ONTOLOGY, PASSAGE

_RUN: Final = 8
"""A literal must not have this many consecutive 汉字 in common with the text, apart from names."""
_HAN: Final = re.compile(r"[\u4e00-\u9fff]+")
_PARTS: Final = {
    "start": Text("起点", "start"),
    "end": Text("终点", "end"),
    "sha256": Text("摘要", "digest"),
    "sectionPath": Text("章节", "section"),
}
"""Field of a Registration → its name in messages."""
_WORDED: Final = {"10000000": ("千万",), "1000000": ("百万",)}
"""Number → words that print it; the text may print these instead of digits."""


def against_text(quads: Sequence[ox.Quad], document: Document, text: str) -> list[Finding]:
    """Every difference between what *quads*, those of the project, say of *document* and *text*.

    Rules: X01 digest and span, X02 named in the passage, X03 printed value, X04 copied wording. If *text* is not the
    registered copy, only that is reported, because every span would differ.
    """
    checker = _Checker(quads, document, text)
    other = list(checker.copy())
    return other or [*checker.spans(), *checker.names(), *checker.numbers(), *checker.wording()]


@dataclass(frozen=True)
class Carried:
    """An entity that a passage mentions in other words than its name, or that only another line names.

    Attributes:
        line: line number of the passage whose graph mentions the entity.
        entity: IRI of the entity; the file may give it relative to the project's namespace, such as ``product/rocket``.
        named_in: number of the line that names the entity (often the same line).
        printed: the words in that line.
        reason: why the words mean this entity.
    """

    line: int
    entity: str
    named_in: int
    printed: str
    reason: str


def carried(document: Document) -> list[Carried]:
    """The rows of the document's ``carried.tsv``; empty if there is no file."""
    if not document.carried.exists():
        return []
    rows = (r.split("\t") for r in document.carried.read_text(encoding="utf-8").splitlines()[1:] if r)
    return [Carried(int(r[0]), r[1] if ":" in r[1] else BASE + r[1], int(r[2]), r[3], r[4]) for r in rows]


class _Checker:
    def __init__(self, quads: Sequence[ox.Quad], document: Document, text: str) -> None:
        self._quads, self._document, self._text = quads, document, text
        self._passages = {PASSAGE + p.name: p for p in split(document.id, text, read_sections(document))}
        self._labels: dict[str, list[str]] = defaultdict(list)
        for quad in self._quads:
            if quad.predicate.value in (LABEL, ALT_LABEL) and iri(quad.graph_name) == ENTITIES:
                self._labels[iri(quad.subject)].append(lexical(quad.object))
        named = (
            iri(q.subject) for q in quads if q.predicate.value == IVC + "namedByTexts" and lexical(q.object) == "true"
        )
        self._named_by_texts = instances(quads, *named)
        self._carried = {(c.line, c.entity): c for c in carried(document)}

    def copy(self) -> Iterator[Finding]:
        """X01: the text has the registered SHA-256."""
        for quad in self._quads:
            of_document = iri(quad.subject) == self._document.iri and quad.predicate.value == IVC + "sha256"
            if of_document and lexical(quad.object) != digest(self._text):
                zh, en = _repair(self._text, lexical(quad.object))
                yield _finding(
                    "X01-copy",
                    self._document.iri,
                    f"这是另一份副本,与登记的 SHA-256 不符;{zh}",
                    f"this is another copy: its SHA-256 is not the registered one; {en}",
                )

    def spans(self) -> Iterator[Finding]:
        """X01: every registered passage is equal to its span of the text, and every line is registered."""
        known = {node: r for node, r in registered(self._quads).items() if r.document == self._document.iri}
        for name in sorted(known.keys() | self._passages.keys()):
            registration, passage = known.get(name, Registration("", {})), self._passages.get(name)
            if differs := _difference(registration.fields, _registration(passage) if passage else {}):
                yield _finding(
                    "X01-span",
                    name,
                    f"登记与原文不符:{differs.zh};用 kg passages 重新生成 passages.ttl",
                    f"is not registered as the text has it: {differs.en}; make passages.ttl anew with kg passages",
                )

    def names(self) -> Iterator[Finding]:
        """X02: the line of a passage, or one of its headings, names every entity in the passage's graph."""
        for graph, quads in self._by_passage():
            ends = {iri(n) for q in quads for n in (q.subject, q.object)}
            for entity in sorted(ends & self._named_by_texts):
                passage = self._passages[graph]
                if not self._named(entity, passage) and not self._is_carried(entity, passage):
                    names = " / ".join(self._labels[entity])
                    yield _finding(
                        "X02-named",
                        entity,
                        f"{passage.name} 及其标题中没有出现它的名称({names});补别名,或写入 carried.tsv",
                        f"neither {passage.name} nor its headings name it ({names}); add the alias, or a row in carried.tsv",
                        graph,
                    )

    def numbers(self) -> Iterator[Finding]:
        """X03: every ``ivc:statedValue`` is printed in the line of its passage."""
        for graph, quads in self._by_passage():
            for quad in quads:
                if quad.predicate.value == IVC + "statedValue" and not _printed(
                    lexical(quad.object), self._passages[graph].text
                ):
                    yield _finding(
                        "X03-printed",
                        iri(quad.subject),
                        f"{self._passages[graph].name} 中没有印出 {lexical(quad.object)}",
                        f"{self._passages[graph].name} does not print {lexical(quad.object)}",
                        graph,
                    )

    def wording(self) -> Iterator[Finding]:
        """X04: no literal of the project has :data:`_RUN` consecutive 汉字 in common with the text."""
        runs = {run[i : i + _RUN] for run in _HAN.findall(self._text) for i in range(len(run) - _RUN + 1)}
        names = sorted(
            {n for labels in self._labels.values() for n in labels if len(n) > 1}, key=lambda n: (-len(n), n)
        )
        for quad in self._quads:
            if (
                isinstance(quad.object, ox.Literal)
                and language(quad.object) == "zh"
                and quad.predicate.value not in (LABEL, ALT_LABEL)
            ):
                shared = _borrowed(lexical(quad.object), names, runs)
                if shared and iri(quad.graph_name) != ONTOLOGY:
                    yield _finding(
                        "X04-wording",
                        iri(quad.subject),
                        f"与原文连续相同:“{shared}”;换成自己的话",
                        f"shares “{shared}” with the text; say it in our own words",
                    )

    def _by_passage(self) -> Iterator[tuple[str, Sequence[ox.Quad]]]:
        graphs: dict[str, list[ox.Quad]] = defaultdict(list)
        for quad in self._quads:
            if iri(quad.graph_name) in self._passages:
                graphs[iri(quad.graph_name)].append(quad)
        yield from sorted(graphs.items())

    def _is_carried(self, entity: str, passage: Passage) -> bool:
        """Whether carried.tsv has a row for the entity, and the row's words are in the line that it refers to."""
        row = self._carried.get((passage.line, entity))
        naming = self._passages.get(PASSAGE + passage_name(self._document.id, row.named_in)) if row else None
        return row is not None and naming is not None and bool(row.printed) and row.printed in naming.text

    def _named(self, entity: str, passage: Passage) -> bool:
        where = fold(passage.text), fold(passage.path)
        return any(fold(name) in place for name in self._labels[entity] for place in where if fold(name))


def _repair(text: str, registered: str) -> tuple[str, str]:
    """What to do if the text does not have the digest *registered*, in zh and en."""
    if digest(text.removeprefix("\ufeff").replace("\r\n", "\n")) == registered:
        return (
            "它只在换行(CRLF)或开头的字节顺序标记上不同,把它存为 LF 换行、无标记的 UTF-8 再核对",
            "only its line ends (CRLF) or a byte order mark differ: save it as UTF-8 with LF and no mark, and check again",
        )
    return (
        "请用登记的那一份核对;若确要改用这一份,先用 kg passages 重新生成 passages.ttl",
        "check with the registered copy; or, if this one is to take its place, make passages.ttl from it with kg passages",
    )


def _registration(passage: Passage) -> dict[str, str]:
    """The fields that the Registration of *passage* must have."""
    start, end = str(passage.start), str(passage.end)
    return {"start": start, "end": end, "sha256": passage.digest, "sectionPath": passage.path}


def _difference(actual: Mapping[str, str], expected: Mapping[str, str]) -> Text | None:
    """A description of the differences between a registered passage and the text; None if they are equal."""
    if not expected:
        return Text("原文没有这一段", "the text has no such passage")
    if not actual:
        return Text("这一段没有登记", "it is not registered")
    parts = [key for key in expected if actual.get(key) != expected[key]]
    zh = ",".join(f"{_PARTS[k].zh}登记为“{actual.get(k, '')}”,原文为“{expected[k]}”" for k in parts)
    en = ", ".join(f"{_PARTS[k].en} “{actual.get(k, '')}”, in the text “{expected[k]}”" for k in parts)
    return Text(zh, en) if parts else None


def _printed(value: str, line: str) -> bool:
    plain = f"{float(value):f}".rstrip("0").rstrip(".")
    if any(word in line for word in _WORDED.get(plain, ())):
        return True
    return re.search(rf"(?<![\d.]){re.escape(plain)}(?:\.0+)?(?![\d]|\.\d)", line) is not None


def _borrowed(text: str, names: Sequence[str], runs: set[str]) -> str | None:
    for name in names:
        text = text.replace(name, "|")
    return next(
        (
            run[i : i + _RUN]
            for run in _HAN.findall(text)
            for i in range(len(run) - _RUN + 1)
            if run[i : i + _RUN] in runs
        ),
        None,
    )


def _finding(rule: str, focus: str, zh: str, en: str, passage: str = "") -> Finding:
    return Finding(rule, "Violation", focus, Text(zh, en), involved=(passage,) if passage else ())
