"""Says an answer as a sentence in Chinese and in English."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import pyoxigraph as ox

from kg.ask.catalogue import Catalogue
from kg.ask.names import Names
from kg.ask.quantity import bound_in_words, figure_in_words, of_row
from kg.ask.question.answer import params
from kg.ask.question.readings import Reading, answer_column
from kg.ask.question.rows import ReadingRows
from kg.errors import NotFound, UsageProblem
from kg.source.queryfile import BOUNDS, MEASURE
from kg.store.values import Term
from kg.terms import LANGS, Text, amount, has_han, iri, listed
from kg.vocab import PASSAGE

_MOST: Final = 12
"""Most values that a sentence lists; of more it gives the number."""
_FIGURE: Final = ("region", "subject", "indicator", "status", "estimator")
_NOTHING: Final = Text("", "")


class Phrases:
    """The sentences of answers on one graph."""

    def __init__(self, names: Names, catalogue: Catalogue) -> None:
        self._names, self._catalogue = names, catalogue

    def label(self, iri: str) -> Text:
        """The label of *iri* in both languages."""
        return self._names.text(iri)

    def said(self, value: str) -> Text:
        """A parameter's value as people write it: the label of an IRI, of a class in the plural, or the value itself."""
        if value in self._names.classes:
            return self._names.kind_plural(value)
        return self.label(value) if ":" in value else Text(value, value)

    def asked(self, reading: Reading) -> Text:
        """The question of the query of a reading, with its values; its title if one of them is no value of it."""
        try:
            return self._catalogue.question(reading.query, params(reading))
        except (NotFound, UsageProblem):
            return reading.query.title

    def narrowed(self, reading: Reading) -> list[Text]:
        """What a reading keeps rows by besides its parameters."""
        filters = [
            self.label(min(one)) if isinstance(one, frozenset) else Text(str(one), str(one)) for one in reading.filters
        ]
        return [*filters, *map(self.said, reading.kinds)]

    def answer(self, found: ReadingRows) -> Text:
        """The sentence for the rows of a reading."""
        query, values = found.reading.query, self._values(found)
        if found.reading.column != answer_column(query) or not query.reply:
            head, value = query.columns[found.reading.column], values[found.reading.column]
            return Text(f"{query.title.zh},{head.zh}:{value.zh}。", f"{query.title.en}, {head.en}: {value.en}.")
        if found.reading.each and query.reply.each:
            return self._each(found, query.reply.each, values)
        zh, en = ({name: value.pick(lang) for name, value in values.items()} for lang in LANGS)
        said = query.reply.last if found.reading.least and query.reply.last else query.reply.text
        # a parameter that is not given leaves a gap between two words
        return Text(_unspaced(said.zh, zh).format_map(zh), " ".join(said.en.format_map(en).split()))

    def _each(self, found: ReadingRows, said: Text, values: Mapping[str, Text]) -> Text:
        """What is said of every row, one after the other."""

        def of_row(own: Mapping[str, Text], words: str, lang: str) -> str:
            return words.format_map({name: text.pick(lang) for name, text in {**values, **own}.items()})

        rows = [self._row(row, found.reading.query.types) for row in _rows(found)]
        every = listed([Text(of_row(row, said.zh, "zh"), of_row(row, said.en, "en")) for row in rows])
        return Text(f"{every.zh}。", f"{every.en}.")

    def _values(self, found: ReadingRows) -> dict[str, Text]:
        """What stands for each parameter and column in a sentence."""
        reading = found.reading
        values = {param.name: _NOTHING for param in reading.query.params}
        rows = _rows(found)
        said = [self._row(row, reading.query.types) for row in rows]
        for column in found.table.columns:
            values[column] = _listed((each[column] for each in said), self.measure_word([row[column] for row in rows]))
        if "value" in found.table.columns:
            values["value"] = _listed(self._figure(row) for row in rows if row["value"])
        values[BOUNDS] = self._bounds(reading)
        kinds = [reading.values[p.name] for p in reading.query.params if p.type == "kind" and p.name in reading.values]
        values[MEASURE] = Text(self._names.measure_word_of_kind(kinds[0] if kinds else ""), "")
        given = {name: (value, *reading.more.get(name, ())) for name, value in reading.values.items()}
        return values | {name: _listed(map(self.said, each)) for name, each in given.items()}

    def _bounds(self, reading: Reading) -> Text:
        """The numbers that are given and what they are: at least 3, at most 5."""
        bounds = [p for p in reading.query.params if p.type in ("integer", "decimal") and p.name in reading.values]
        numbers = [self._value(ox.Literal(reading.values[param.name])) for param in bounds]
        said = [
            Text(f"{param.label.zh} {number.zh}", f"{param.label.en} {number.en}")
            for param, number in zip(bounds, numbers, strict=True)
        ]
        text = listed(said)
        return Text(text.zh + " " * text.zh[-1:].isdigit(), text.en)

    def choices(self, readings: Iterable[Reading]) -> Text:
        """The readings to choose from, numbered."""
        asked = list(map(self.asked, readings))
        zh = " ".join(f"({number}) {text.zh}" for number, text in enumerate(asked, 1))
        en = " ".join(f"({number}) {text.en}" for number, text in enumerate(asked, 1))
        return Text(f"这个问题有几种读法:{zh}", f"The question can be read in several ways: {en}")

    def unsaid(self, reading: Reading) -> Text:
        """That the documents do not say what was asked."""
        looked = self._looked_for(reading)
        return Text(f"文献没有说。查的是:{looked.zh}", f"The documents do not say. Looked for: {looked.en}")

    def not_found(self, reading: Reading) -> Text:
        """That no row was found, which is no proof that the documents do not say it."""
        looked = self._looked_for(reading)
        return Text(f"没有找到答案。查的是:{looked.zh}", f"No answer was found. Looked for: {looked.en}")

    def of_another_number(self, reading: Reading, asked: int | None, found: Sequence[Term | None]) -> Text:
        """That *found* are more or fewer things than the question says, so that it may mean others."""
        looked, measure, number = self._looked_for(reading), self.measure_word(found), len(found)
        return Text(
            f"问的是 {asked} {measure},找到 {number} {measure},可能不是所问。查的是:{looked.zh}",
            f"Asked for {asked}, found {number}, which may be others than those meant. Looked for: {looked.en}",
        )

    def _looked_for(self, reading: Reading) -> Text:
        asked, only = self.asked(reading), self.narrowed(reading)
        if not only:
            return asked
        words = _listed(only)
        return Text(f"{asked.zh}(限 {words.zh})", f"{asked.en} (only {words.en})")

    def count(self, things: Sequence[Term], said: Text) -> Text:
        """The answer *said* with the number of its things."""
        number = len(things)
        return Text(f"共 {number} {self.measure_word(things)}。{said.zh}", f"{number}. {said.en}")

    def in_all(self, things: Sequence[Term], said: Text) -> Text:
        """The answer *said* with the number of its things, of which some may be parts of others, so that it is no count."""
        number = len(things)
        return Text(
            f"文献点名 {number} {self.measure_word(things)},大的和它所包含的都计在内,没有点名的不计。{said.zh}",
            f"The documents name {number}, wider ones and those within them alike; what they do not name is not among them. "
            f"{said.en}",
        )

    def topic(self, topics: Iterable[str], about: Iterable[str]) -> Text:
        """That the documents do not say what the model has no term for.

        Args:
            topics: IRIs of what was asked, such as the number of employees.
            about: IRIs of what it was asked about.
        """
        topic, subject = _listed(map(self.label, topics)), _listed(map(self.label, about))
        zh = f"{subject.zh}的" if subject.zh else ""
        en = f" of {subject.en}" if subject.en else ""
        return Text(f"文献没有说{zh}{topic.zh}。", f"The documents do not say the {topic.en}{en}.")

    def unread(self, words: Sequence[str]) -> Text:
        """Which words were not understood."""
        return Text(f"没有读懂:{'、'.join(words)}", f"Not understood: {', '.join(words)}")

    def unasked(self, names: Sequence[str]) -> Text:
        """That the names of a question are known, and not what it asks about them."""
        zh, en = "、".join(names), ", ".join(names)
        return Text(f"认得{zh},没有读懂问的是什么。", f"{en}: known, but what is asked was not understood.")

    def unsummed(self) -> Text:
        """That figures are not added up, and why."""
        return Text(
            "不把几个数字相加:它们的年份、地区、口径可能不同。可以分别问。",
            "Figures are not added up, because their years, regions and scopes may differ. Ask for each of them.",
        )

    def measure_word(self, things: Sequence[Term | None]) -> str:
        """The Chinese measure word for these things, as 家 for companies; 项 for terms that are none."""
        iris = list(filter(None, map(iri, things)))
        kind = self._names.shared_kind(iris)
        if iris and all(one.startswith(PASSAGE) for one in iris):
            kind = "Passage"
        return self._names.measure_word_of_kind(kind) if kind else "项"

    def _row(self, row: Mapping[str, Term | None], types: Mapping[str, str]) -> dict[str, Text]:
        """What stands for each column of one row in a sentence. A number that has a comparator stands behind it.

        Args:
            row: column → term.
            types: column → its type, for columns that hold no things.
        """
        said = {
            column: _as_written(term) if types.get(column) == "year" else self._value(term)
            for column, term in row.items()
        }
        for column in row:
            prefix = column.removesuffix("comparator")
            if prefix != column:
                zh, en = (bound_in_words(iri(row[column]), self._names, lang) for lang in LANGS)
                said[column] = Text(f"{zh} ".lstrip(), f"{en} ".lstrip())
                if prefix and (number := said.get(f"{prefix}value")):
                    said[f"{prefix}value"] = Text(said[column].zh + number.zh, said[column].en + number.en)
        return said

    def _value(self, term: Term | None) -> Text:
        """A term of a row: a thing's label, a number with 万 or million, a text as it is."""
        if isinstance(term, ox.NamedNode):
            return self.label(term.value)
        written = _as_written(term)
        try:
            number = float(written.zh)
        except ValueError:
            return written
        return Text(amount(number, "zh"), amount(number, "en"))

    def _figure(self, row: Mapping[str, Any]) -> Text:
        """A figure: region, year, subject, indicator and value; then status and estimator."""
        zh, en = (self._figure_in(row, lang) for lang in LANGS)
        return Text(zh, en)

    def _figure_in(self, row: Mapping[str, Any], lang: str) -> str:
        said = {column: self._value(row.get(column)).pick(lang) for column in _FIGURE}
        number, years = figure_in_words(of_row(row), self._names, lang), _years(row, lang)
        notes = [said[column] for column in ("status", "estimator") if said[column]]
        if lang == "zh":
            gap = "" if has_han(number[:1]) else " "
            text = f"{years}{said['region']}{said['subject']}{said['indicator']}{gap}{number}".strip()
            return f"{text}({'、'.join(notes)})" if notes else text
        text = " ".join(part for part in (said["subject"], said["indicator"], number) if part)
        notes = [part for part in (", ".join(p for p in (said["region"], years) if p), *notes) if part]
        return f"{text} ({'; '.join(notes)})" if notes else text


def _rows(found: ReadingRows) -> list[dict[str, Term | None]]:
    return [dict(zip(found.table.columns, row, strict=True)) for row in found.table.rows]


def _unspaced(words: str, values: Mapping[str, str]) -> str:
    """Chinese *words* without the space before a number that has a comparator (到 {to_value} → 到超过 1.2 万亿)."""

    def unspaced(found: re.Match[str]) -> str:
        return found[0].lstrip() if has_han(values.get(found[1], "")[:1]) else found[0]

    return re.sub(r" \{(\w*comparator|\w+_value)\}", unspaced, words)


def _as_written(term: Term | None) -> Text:
    written = str(getattr(term, "value", ""))
    return Text(written, written)


def _listed(texts: Iterable[Text], measure: str = "项") -> Text:
    """Texts as a list (:func:`kg.terms.listed`), sentences one after the other, each once; of many, the first.

    Args:
        texts: the texts.
        measure: the Chinese measure word for the number of all.
    """
    distinct = [text for text in dict.fromkeys(texts) if text.zh or text.en]
    shown, more = distinct[:_MOST], len(distinct) - _MOST
    sentences = all(text.zh.endswith(("。", ".")) for text in shown)  # an English text is the same in both
    words = _one_after_the_other(shown) if sentences else listed(shown)
    return Text(f"{words.zh}等 {len(distinct)} {measure}", f"{words.en} and {more} more") if more > 0 else words


def _years(row: Mapping[str, Any], lang: str) -> str:
    """The year of a figure, or its first and last year."""
    first, last = (str(getattr(row.get(column), "value", "")) for column in ("from", "year"))
    years = f"{first}–{last}" if first and last and first != last else last
    return f"{years} 年" if years and lang == "zh" else years


def _one_after_the_other(sentences: Sequence[Text]) -> Text:
    capitalised = (sentence.en[:1].upper() + sentence.en[1:] for sentence in sentences)
    return Text("".join(sentence.zh for sentence in sentences), " ".join(capitalised))
