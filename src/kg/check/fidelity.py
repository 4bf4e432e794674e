"""Compares the graph with a copy of the text: digests, spans, names, printed numbers, copied wording.

A passage may mention a thing without its name, by an abbreviation or by reference to an earlier line. Such things are
listed in the document's ``carried.tsv`` (line, thing, line that names it, words printed there, reason). The check then
looks for those words instead of the name. A unit, comparator or year that the text leaves out has a row too, such as
``list/le`` or ``2024`` in place of the thing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import pyoxigraph as ox

from kg.check.borrowed import borrowed, runs
from kg.check.copies import difference, registration, repair
from kg.check.findings import Finding
from kg.check.members import Members
from kg.check.printed import PrintedNumber, Words, normal, printed_numbers, prints_count
from kg.check.remarks import remarks_lost
from kg.check.stages import Stages
from kg.source.document import Document, read_carried, read_sections
from kg.source.mentions import mentions, registered_mentions
from kg.source.passages import Passage, Registration, digest, document_iri, passage_name, registered, split
from kg.terms import Text, compact, fold, iri, language, lexical, listed, slug
from kg.vocab import ALT_LABEL, BASE, COUNT, ENTITIES, EQUAL, IVC, LABEL, ONTOLOGY, PASSAGE

_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)", re.ASCII)
_NUMBERED: Final = re.compile(r"^[\d.、\s]+")
"""The number of a heading."""
_HAN_DIGITS: Final = str.maketrans("123456789", "一二三四五六七八九")
_YEARS: Final = ("year", "startYear", "endYear")


def against_text(quads: Sequence[ox.Quad], document: Document, text: str) -> list[Finding]:
    """Every difference between what *quads*, those of the project, say of *document* and *text*.

    Rules: X01 digest and span, X02 named in the passage, X03 printed value, X04 copied wording, X05 scale, unit, comparator
    and kind of figure, X06 year, X07 mentions, X08 stage and tier. If *text* is not the registered copy, only that is
    reported, because every span would differ.
    """
    checker = _Checker(quads, document, text)
    other = list(checker.copy())
    if other:
        return other
    return [
        *checker.spans(),
        *checker.names(),
        *checker.places(),
        *checker.numbers(),
        *checker.years(),
        *checker.wording(),
        *checker.mentions(),
    ]


class _Checker:
    def __init__(self, quads: Sequence[ox.Quad], document: Document, text: str) -> None:
        self._quads, self._document, self._text = quads, document, text
        self._node = document_iri(document)
        self._passages = {PASSAGE + p.name: p for p in split(document.id, text, read_sections(document))}
        self._labels: dict[str, list[str]] = defaultdict(list)
        for quad in self._quads:
            if quad.predicate.value in (LABEL, ALT_LABEL) and iri(quad.graph_name) == ENTITIES:
                self._labels[iri(quad.subject)].append(lexical(quad.object))
        named = (
            iri(q.subject) for q in quads if q.predicate.value == IVC + "namedByTexts" and lexical(q.object) == "true"
        )
        marked = set(named)
        self._named_by_texts = Members(quads).of(*marked)
        self._naming_objects = marked
        self._stages = Stages(quads, self._labels)
        self._words = Words.of(q for q in quads if iri(q.graph_name) == ONTOLOGY)
        self._carried = {(c.line, c.thing): c for c in read_carried(document)}

    def copy(self) -> Iterator[Finding]:
        """X01: the text has the registered SHA-256."""
        for quad in self._quads:
            of_document = iri(quad.subject) == self._node and quad.predicate.value == IVC + "sha256"
            if of_document and lexical(quad.object) != digest(self._text):
                zh, en = repair(self._text, lexical(quad.object))
                yield _finding(
                    "X01-copy",
                    self._node,
                    f"这是另一份副本,与登记的 SHA-256 不符;{zh}",
                    f"this is another copy: its SHA-256 is not the registered one; {en}",
                )

    def spans(self) -> Iterator[Finding]:
        """X01: every registered passage is equal to its span of the text, and every line is registered."""
        known = {node: r for node, r in registered(self._quads).items() if r.document == self._node}
        for name in sorted(known.keys() | self._passages.keys()):
            entry, passage = known.get(name, Registration("", {})), self._passages.get(name)
            if differs := difference(entry.fields, registration(passage) if passage else {}):
                yield _finding(
                    "X01-span",
                    name,
                    f"登记与原文不符:{differs.zh};用 kg passages 重新生成 passages.ttl",
                    f"is not registered as the text has it: {differs.en}; make passages.ttl anew with kg passages",
                )

    def names(self) -> Iterator[Finding]:
        """X02: the line of a passage, or one of its headings, names every thing in the passage's graph.

        Things of some classes, and the objects of some properties: those that the ontology marks by ``ivc:namedByTexts``.
        """
        for graph, quads in self._by_passage():
            first: dict[str, ox.Quad] = {}
            for quad in quads:
                first.setdefault(iri(quad.object), quad)
            for quad in quads:
                first.setdefault(iri(quad.subject), quad)
            objects = {iri(q.object): q for q in reversed(quads) if q.predicate.value in self._naming_objects}
            first |= objects
            for thing in sorted((first.keys() & self._named_by_texts) | objects.keys()):
                passage = self._passages[graph]
                if not self._named(thing, passage) and not self._is_carried(thing, passage):
                    names = " / ".join(self._labels[thing])
                    quad = first[thing]
                    yield Finding(
                        "X02-named",
                        "Violation",
                        thing,
                        Text(
                            f"{passage.name} 及其标题中没有出现它的名称({names});改用段落所说的事物,补别名,或写入 carried.tsv",
                            f"neither {passage.name} nor its headings name it ({names}); name what it speaks of, or add the alias, or a row in carried.tsv",
                        ),
                        quad.predicate.value,
                        lexical(quad.object),
                        involved=(graph,),
                        graph=graph,
                    )

    def numbers(self) -> Iterator[Finding]:
        """X03: every ``ivc:statedValue`` and ``ivc:memberCount`` is printed in the line of its passage.

        X05: a value with its scale, unit and comparator, and as the forecast, change or comparison that words make of it.
        """
        for graph, quads in self._by_passage():
            passage = self._passages[graph]
            fields: dict[str, dict[str, str]] = defaultdict(dict)
            for quad in quads:
                fields[iri(quad.subject)][quad.predicate.value.removeprefix(IVC)] = lexical(quad.object)
            for node, own in fields.items():
                if _NUMBER.fullmatch(own.get("statedValue", "")):
                    yield from self._figure(node, own, passage, graph)
                count = own.get("memberCount", "")
                if count.isdecimal() and not prints_count(count, normal(f"{passage.path}\n{passage.text}")):
                    yield _not_printed((node, "memberCount", count, graph), passage)

    def _figure(self, node: str, fields: Mapping[str, str], passage: Passage, graph: str) -> Iterator[Finding]:
        """What is wrong with one observation; if its number is printed several times, by the place that fits it best."""
        value = fields["statedValue"]
        places = [self._differs(fields, f, passage) for f in printed_numbers(value, normal(passage.text), self._words)]
        if not places:
            yield _not_printed((node, "statedValue", value, graph), passage)
        for key, to in min(places, key=len, default={}).items():
            yield _otherwise((node, key, fields.get(key, ""), graph), value, to, passage)

    def _differs(self, fields: Mapping[str, str], printed: PrintedNumber, passage: Passage) -> dict[str, str]:
        """Property → what the text prints, for each property of an observation that differs from *printed*."""
        scale, unit, comparator = (fields.get(key, "") for key in ("statedScale", "unit", "comparator"))
        expected = {}
        if scale != str(printed.scale):
            expected["statedScale"] = str(printed.scale)
        if printed.units and unit not in printed.units:
            expected["unit"] = min(printed.units)
        elif not printed.units and unit != COUNT and not self._names_unit(unit, printed, normal(passage.text)):
            expected["unit"] = COUNT
        if comparator not in (printed.comparators or {EQUAL, *printed.near}):
            expected["comparator"] = min(printed.comparators or {EQUAL})
        lost = remarks_lost(fields, printed)
        wrong = {key: to for key, to in expected.items() if key in fields} | lost
        return {k: to for k, to in wrong.items() if not self._is_carried(fields.get(k, IVC + k), passage)}

    def _names_unit(self, unit: str, printed: PrintedNumber, text: str) -> bool:
        """Whether *text* has a word for *unit* that belongs neither to *printed* nor to another number."""
        rest = f"{text[: printed.start]}|{text[printed.end :]}"
        words = [
            (r"(?<![\u4e00-\u9fff])" if len(word) == 1 else "") + re.escape(word)  # 日元 is not 元, 厘米 not 米
            for word, node in self._words.units
            if node == unit
        ]
        return bool(words) and re.search(rf"(?<![\d万亿])(?:{'|'.join(words)})", rest) is not None

    def years(self) -> Iterator[Finding]:
        """X06: every year is printed in the line of its passage or in its headings. Growth over a year prints its second."""
        for graph, quads in self._by_passage():
            passage = self._passages[graph]
            where = normal(f"{passage.path}\n{passage.text}")
            ends = {lexical(q.subject): lexical(q.object) for q in quads if q.predicate.value == IVC + "endYear"}
            for quad in quads:
                key, year = quad.predicate.value.removeprefix(IVC), lexical(quad.object)
                if key not in _YEARS or _year_in(year, where) or self._is_carried(BASE + year, passage):
                    continue
                end = ends.get(lexical(quad.subject), "")
                if not (key == "startYear" and year.isdecimal() and end == str(int(year) + 1) and _year_in(end, where)):
                    yield _about(
                        "X06-year",
                        (iri(quad.subject), key, year, graph),
                        f"{passage.name} 及其标题中没有印出 {year} 年;改正或删去 ivc:{key},或写入 carried.tsv",
                        f"neither {passage.name} nor its headings print the year {year}; correct or remove ivc:{key}, or add a row in carried.tsv",
                    )

    def places(self) -> Iterator[Finding]:
        """X08: a passage does not put a segment in one stage, or a stage in one tier, and print the word of another."""
        for graph, quads in self._by_passage():
            passage = self._passages[graph]
            where, heading = (
                fold(f"{passage.path}\n{passage.text}"),
                fold(_NUMBERED.sub("", passage.path.split("/")[-1])),
            )
            for quad in quads:
                printed = self._stages.printed_instead(quad, where, heading)
                if printed and not self._is_carried(iri(quad.object), passage):
                    key, to, wrong = (
                        slug(quad.predicate.value),
                        listed(Text(n, n) for n in printed),
                        compact(iri(quad.object)),
                    )
                    yield _about(
                        "X08-stage",
                        (iri(quad.subject), key, iri(quad.object), graph),
                        f"{passage.name} 及其标题说的是“{to.zh}”,没有说 {wrong};改正 ivc:{key},或写入 carried.tsv",
                        f"{passage.name} or its headings say “{to.en}” and not {wrong}; correct ivc:{key}, or add a row in carried.tsv",
                    )

    def wording(self) -> Iterator[Finding]:
        """X04: no literal of the project has :data:`kg.check.borrowed.RUN` consecutive 汉字 in common with the text."""
        of_document = set(runs(self._text))
        names = sorted(
            {n for labels in self._labels.values() for n in labels if len(n) > 1}, key=lambda n: (-len(n), n)
        )
        for quad in self._quads:
            if (
                isinstance(quad.object, ox.Literal)
                and language(quad.object) == "zh"
                and quad.predicate.value not in (LABEL, ALT_LABEL)
            ):
                shared = borrowed(lexical(quad.object), names, of_document)
                if shared and iri(quad.graph_name) != ONTOLOGY:
                    yield Finding(
                        "X04-wording",
                        "Violation",
                        iri(quad.subject),
                        Text(
                            f"与原文连续相同:“{shared}”;换成自己的话",
                            f"shares “{shared}” with the text; say it in our own words",
                        ),
                        quad.predicate.value,
                        lexical(quad.object),
                        graph=iri(quad.graph_name),
                    )

    def mentions(self) -> Iterator[Finding]:
        """X07: each thing is registered where its passage first names it.

        Only a warning: who adds a fact without the text cannot register it, and a wrong mention only changes the order of rows.
        """
        here = {
            (PASSAGE + m.passage, str(m.start), thing)
            for m in mentions(self._document, self._passages.values(), self._quads)
            for thing in m.things
        }
        changed: dict[str, set[str]] = defaultdict(set)
        for passage, _, thing in here ^ registered_mentions(self._quads, self._passages.keys()):
            changed[passage].add(thing)
        for passage, things in sorted(changed.items()):
            zh, en = "、".join(map(compact, sorted(things))), ", ".join(map(compact, sorted(things)))
            yield Finding(
                "X07-mention",
                "Warning",
                passage,
                Text(
                    f"{zh} 首次出现的位置与登记不符;用 kg passages 重新生成 passages.ttl",
                    f"{en}: not registered where the text first names it; make passages.ttl anew with kg passages",
                ),
            )

    def _by_passage(self) -> Iterator[tuple[str, Sequence[ox.Quad]]]:
        graphs: dict[str, list[ox.Quad]] = defaultdict(list)
        for quad in self._quads:
            if iri(quad.graph_name) in self._passages:
                graphs[iri(quad.graph_name)].append(quad)
        yield from sorted(graphs.items())

    def _is_carried(self, thing: str, passage: Passage) -> bool:
        """Whether carried.tsv has a row for the thing, and the row's words are in the line that it refers to."""
        row = self._carried.get((passage.line, thing))
        naming = self._passages.get(PASSAGE + passage_name(self._document.id, row.named_in)) if row else None
        return row is not None and naming is not None and bool(row.printed) and row.printed in naming.text

    def _named(self, thing: str, passage: Passage) -> bool:
        where = fold(passage.text), fold(passage.path)
        return any(fold(name) in place for name in self._labels[thing] for place in where if fold(name))


def _year_in(year: str, text: str) -> bool:
    """Whether *text* prints *year* in four digits, in 汉字, or by its last two: 24年, 24财年, FY24, 2023/24, Q2 24, 2Q24."""
    han = "[〇零]".join(part.translate(_HAN_DIGITS) for part in year.split("0"))
    short = rf"(?<!\d){year[-2:]}财?年|(?:FY|Q[1-4]|[1-4]Q|H[12]|[12]H)\s?['’]?{year[-2:]}(?!\d)|\d{{4}}\s?[-–—/]\s?{year[-2:]}(?!\d)"
    return re.search(rf"(?<!\d){year}(?!\d)|{short}|{han}", text) is not None


def _not_printed(statement: tuple[str, str, str, str], passage: Passage) -> Finding:
    value = statement[2]
    return _about(
        "X03-printed",
        statement,
        f"{passage.name} 中没有印出 {value};改正数字,或移到印有它的段落",
        f"{passage.name} does not print {value}; correct it, or move it to the passage that prints it",
    )


def _otherwise(statement: tuple[str, str, str, str], number: str, to: str, passage: Passage) -> Finding:
    """That the text prints *number* with *to*, an IRI or a scale; empty where it only calls for the property."""
    _, key, now, _ = statement
    right, wrong = compact(to), compact(now)
    zh, en = (f"印作 {right}", f"with {right}") if right else ("带有比较的话", "with words of comparison")
    if wrong:
        zh, en = f"{zh},不是 {wrong}", f"{en}, not {wrong}"
    write = f"ivc:{key} {right or '…'}"
    return _about(
        "X05-figure",
        statement,
        f"{passage.name} 中的 {number} {zh};写 {write},或写入 carried.tsv",
        f"{passage.name} prints {number} {en}; write {write}, or a row in carried.tsv",
    )


def _about(rule: str, statement: tuple[str, str, str, str], zh: str, en: str) -> Finding:
    """A finding on one statement: subject, local name of the property, object, graph."""
    node, key, value, graph = statement
    return Finding(rule, "Violation", node, Text(zh, en), IVC + key, value, involved=(graph,), graph=graph)


def _finding(rule: str, focus: str, zh: str, en: str) -> Finding:
    return Finding(rule, "Violation", focus, Text(zh, en))
