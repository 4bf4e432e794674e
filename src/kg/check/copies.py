"""What is registered of a text, compared with the text: its digest, and the span, digest and headings of each passage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kg.source.passages import Passage, digest
from kg.terms import Text

_PARTS: Final = {
    "start": Text("起点", "start"),
    "end": Text("终点", "end"),
    "sha256": Text("摘要", "digest"),
    "sectionPath": Text("章节", "section"),
}
"""Field of a Registration → its name in messages."""


def repair(text: str, registered: str) -> tuple[str, str]:
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


def registration(passage: Passage) -> dict[str, str]:
    """The fields that the Registration of *passage* must have."""
    start, end = str(passage.start), str(passage.end)
    return {"start": start, "end": end, "sha256": passage.digest, "sectionPath": passage.path}


def difference(actual: Mapping[str, str], expected: Mapping[str, str]) -> Text | None:
    """A description of the differences between a registered passage and the text; None if they are equal."""
    if not expected:
        return Text("原文没有这一段", "the text has no such passage")
    if not actual:
        return Text("这一段没有登记", "it is not registered")
    parts = [key for key in expected if actual.get(key) != expected[key]]
    zh = ",".join(f"{_PARTS[k].zh}登记为“{actual.get(k, '')}”,原文为“{expected[k]}”" for k in parts)
    en = ", ".join(f"{_PARTS[k].en} “{actual.get(k, '')}”, in the text “{expected[k]}”" for k in parts)
    return Text(zh, en) if parts else None
