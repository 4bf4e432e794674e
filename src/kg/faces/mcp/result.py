"""The result of a tool as structured content and as text, with as many whole rows as fit into an answer."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kg.errors import TooLarge
from kg.terms import Text

if TYPE_CHECKING:
    from kg.faces.mcp.call import Call

MOST: Final = 20_000
"""Most characters of the structured content, and of the text."""
_RESERVED: Final = 600
"""Characters reserved for everything except rows and head."""
_CUT: Final = Text(
    "有过长的文本被截短(末尾注明其长度):用 SUBSTR 分段取",
    "long texts are cut (their length stands at the end): take them in parts with SUBSTR",
)


@dataclass(frozen=True)
class ResultRow:
    """A row: its data, including ``passages``; its line in the text; and whether a long value was shortened."""

    data: Mapping[str, Any]
    line: str
    cut: bool = False


@dataclass(frozen=True)
class File:
    """A file that is embedded in a result: its name, its media type and its bytes."""

    name: str
    media: str
    content: bytes


@dataclass(frozen=True)
class Result:
    """The result of a tool.

    Attributes:
        title: first line of the text.
        head: members of the structured content other than the rows.
        rows: iterator over the rows from the call's offset on; a row is computed when it is read.
        total: number of all rows, including those before the offset; None if unknown before *rows* ends.
        above: lines above the rows in the text.
        below: lines below the rows in the text.
        note: a note on the result.
        uncited: a note that is added if a row has no passages.
        lang: language of the text; empty means that of the call.
        file: a file that goes with it.
    """

    title: str
    head: Mapping[str, Any]
    rows: Iterator[ResultRow]
    total: int | None
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    note: Text | None = None
    uncited: Text | None = None
    lang: str = ""
    file: File | None = None


@dataclass
class _FittingRows:
    """The rows that fit, and the sections of their passages. *room* limits the characters of each output."""

    room: int
    rows: list[ResultRow] = field(default_factory=list)
    sections: dict[str, str] = field(default_factory=dict)
    data_size: int = 0
    text_size: int = 0

    def add(self, row: ResultRow) -> bool:
        """Add *row* if it fits. Returns whether it was added."""
        row = replace(row, data=_valid(row.data))
        new = {c["id"]: _source(c) for c in row.data["passages"] if c["id"] not in self.sections}
        data = self.data_size + len(dumped(row.data)) + 1
        text = self.text_size + len(row.line) + 1 + sum(len(s) + 1 for s in new.values())
        if max(data, text) > self.room:
            return False
        self.rows.append(row)
        self.sections |= new
        self.data_size, self.text_size = data, text
        return True


def render(result: Result, call: Call) -> tuple[dict[str, Any], str]:
    """The structured content and the text of *result*, with as many of its rows as fit.

    Raises:
        TooLarge: not even one row fits.
    """
    lang = result.lang or call.lang
    beside = max(len(dumped(result.head)), sum(map(len, (result.title, *result.above, *result.below))))
    kept = _FittingRows(MOST - beside - _RESERVED)
    more = _fill(kept, result.rows, call)
    if more and not kept.rows:
        raise TooLarge(
            Text("一行就超过一个答案的大小", "a single row is larger than an answer may be"),
            hint=Text("少取几列,或缩短文本", "ask for fewer columns or shorter texts"),
        )
    after = call.offset + len(kept.rows)
    total = result.total if more or result.total is not None else after
    counts = {
        "offset": call.offset,
        "total": total,
        "complete": not more and call.offset == 0 and not any(row.cut for row in kept.rows),
        "truncated": more,
        "next": after if more else None,
        "dataset": call.graph.manifest["dataset_sha256"],
        "note": _note(result, kept, after if more else None, lang),
    }
    structured = {**result.head, **counts, "rows": [row.data for row in kept.rows]}
    return structured, _text(result, kept, counts, lang)


def _fill(kept: _FittingRows, rows: Iterable[ResultRow], call: Call) -> bool:
    """Add rows while they fit. Returns whether there are more rows."""
    for row in rows:
        late = kept.rows and time.monotonic() > call.deadline
        if len(kept.rows) == call.limit or late or not kept.add(row):
            return True
    return False


def _note(result: Result, kept: _FittingRows, following: int | None, lang: str) -> str | None:
    notes = [result.note] if result.note else []
    if result.uncited and not all(row.data["passages"] for row in kept.rows):
        notes.append(result.uncited)
    if any(row.cut for row in kept.rows):
        notes.append(_CUT)
    if following is not None:
        notes.append(
            Text(
                f"后面还有:用 offset={following} 接着取,或缩小范围",
                f"there is more: go on with offset={following}, or narrow the question",
            )
        )
    return " ".join(n.pick(lang) for n in notes) or None


def _text(result: Result, kept: _FittingRows, counts: Mapping[str, Any], lang: str) -> str:
    lines = [result.title, _counted(len(kept.rows), counts).pick(lang)]
    if kept.rows:
        lines += ["", *result.above, *(row.line for row in kept.rows)]
    if kept.sections:
        lines += ["", Text("出处:", "sources:").pick(lang), *(kept.sections[p] for p in sorted(kept.sections))]
    if result.below:
        lines += ["", *result.below]
    if counts["note"]:
        lines += ["", counts["note"]]
    return "\n".join(lines)


def _counted(number: int, counts: Mapping[str, Any]) -> Text:
    """``rows 1–50 of 240, not complete; dataset 1a2b…``."""
    first, total = counts["offset"] + 1, counts["total"]
    span = f"{first}–{first + number - 1}" if number else "0"
    whole = Text("完整", "complete") if counts["complete"] else Text("不完整", "not complete")
    known = Text("?", "an unknown number") if total is None else Text(str(total), str(total))
    short = counts["dataset"][:12]
    return Text(
        f"第 {span} 行,共 {known.zh} 行,{whole.zh};数据集 {short}",
        f"rows {span} of {known.en}, {whole.en}; dataset {short}",
    )


def _source(citation: Mapping[str, Any]) -> str:
    span = f" [{citation['start']}–{citation['end']}]" if "start" in citation else ""
    return f"{citation['id']} {citation['section']}{span}"


def _valid(value: Any) -> Any:
    """*value* with NaN and infinities, which JSON does not have, replaced by their text."""
    if isinstance(value, Mapping):
        return {key: _valid(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_valid(member) for member in value]
    return ox.Literal(value).value if isinstance(value, float) and not isfinite(value) else value


def dumped(value: Any) -> str:
    """*value* as compact JSON; the size of an answer is counted in characters of this form."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def ids(row: Mapping[str, Any]) -> str:
    """The ids of the passages of a row, separated by spaces: ``w1-L0027 w1-L0453``."""
    return " ".join(c["id"] for c in row["passages"])


def cited(row: Mapping[str, Any]) -> str:
    """The ids of the passages of a row in brackets, to end a line: `` [w1-L0027 w1-L0453]``."""
    return f" [{ids(row)}]" if row["passages"] else ""


def table_head(titles: Iterable[str]) -> tuple[str, str]:
    """The two lines above a Markdown table."""
    titles = list(titles)
    return table_line(titles), table_line(["---"] * len(titles))


def table_line(cells: Iterable[str]) -> str:
    """A line of a Markdown table."""
    escaped = (" ".join(cell.replace("|", "\\|").split()) for cell in cells)
    return f"| {' | '.join(escaped)} |"
