"""The tool ``ask``: the answer to a question, its rows, and the calls of ``query`` that repeat it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from kg.ask.question.repeat import repeat
from kg.faces.mcp.result import Result, ResultRow, dumped
from kg.faces.mcp.rows import of_query
from kg.terms import LANGS, Text

if TYPE_CHECKING:
    from kg.ask.question.answer import Answer
    from kg.ask.question.readings import Reading
    from kg.faces.mcp.call import Call

_ROOM: Final = 3_000
"""Most characters of each list beside the rows; the rows have everything."""
_LISTS: Final = ("things", "figures", "passages")
_NOTES: Final[Mapping[str, Text]] = {
    "choices": Text("选一种读法,用 query 运行", "choose a reading and run it with query"),
    "not-understood": Text(
        "换一种说法再问,用 find 认出名称,或用 query 的 search 找保存的查询",
        "ask in other words, look names up with find, or look for a saved query with the search of query",
    ),
    "not-in-report": Text("文献没说,不等于没有", "that the documents do not say so does not mean that it is false"),
}
"""Status of an answer → what to do next, or what it means."""


def ask(call: Call) -> Result:
    """The answer to a question; its text is in the language of the question unless the call sets one."""
    questions = call.graph.questions
    answer = call.graph.ask(call.values["question"])
    call = replace(call, lang=call.lang or answer.lang)
    head = questions.plain(answer)
    del head["rows"]  # they are the rows of the result, with citations
    short = [name for name in _LISTS if _shorten(head, name)]
    rows, above = _rows(call, answer)
    return Result(
        title=answer.sentence.pick(call.lang),
        head=head,
        rows=rows,
        total=len(answer.table),
        above=above,
        below=tuple(_repeated(call, answer)),
        note=_note(answer, short),
        lang=call.lang,
    )


def _shorten(head: dict[str, Any], name: str) -> bool:
    """Keep as much of the list *name* as has room. Returns whether something was left out."""
    whole, size, kept = head[name], 0, 0
    for item in whole:
        size += len(dumped(item)) + 1
        if size > _ROOM:
            break
        kept += 1
    head[name] = whole[:kept]
    return kept < len(whole)


def _rows(call: Call, answer: Answer) -> tuple[Iterator[ResultRow], tuple[str, ...]]:
    if answer.reading is None:
        return iter(()), ()
    return of_query(call, answer.reading.query, answer.table)


def _note(answer: Answer, short: Sequence[str]) -> Text | None:
    notes = [_NOTES[answer.status]] if answer.status in _NOTES else []
    if short:
        words = ", ".join(short)
        notes.append(
            Text(f"{words} 只列了前几个,全部在各行中", f"of {words} only the first are listed; the rows have all")
        )
    return Text(*(" ".join(note.pick(lang) for note in notes) for lang in LANGS)) if notes else None


def _repeated(call: Call, answer: Answer) -> Iterator[str]:
    """The calls of ``query`` for each reading, and which of their rows are meant."""
    if answer.reading:
        yield from _calls(call, answer.reading)
    for number, reading in enumerate(answer.choices, 1):
        first, *others = _calls(call, reading)
        yield from (f"({number}) {first}", *others)


def _calls(call: Call, reading: Reading) -> Iterator[str]:
    again = repeat(reading, call.graph.catalogue, call.lang)
    kept = f" ({again.kept.pick(call.lang)})" if again.kept.zh else ""
    for values in again.runs:
        arguments = json.dumps({"name": again.query.name, "params": values}, ensure_ascii=False)
        yield f"query {arguments}{kept}"
