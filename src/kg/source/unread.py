"""Files in the folders of a project that nothing reads: each is an error, so that no fact, term or question is left out unsaid."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from kg.errors import Place, SyntaxProblem
from kg.source.document import TABLES
from kg.terms import Text

_BESIDE: Final = re.compile(r"\..*|#.*#|.*~|.*\.md")
"""Files that may lie beside others in any folder: hidden ones, those of editors, Markdown."""
_OF_DATA: Final = (
    ".ttl",
    ".trig",
    ".nt",
    ".nq",
    ".n3",
    ".rdf",
    ".owl",
    ".jsonld",
    ".trix",
    ".tsv",
    ".csv",
    ".rq",
    ".sparql",
)
"""Endings that promise facts, tables or questions. Others, such as those of a copy of a text, may lie in ``data/``."""


def is_beside(name: str) -> bool:
    """Whether the file or folder *name* may lie beside others and is not meant to be read."""
    return _BESIDE.fullmatch(name) is not None


def of_ontology(shown: str) -> SyntaxProblem:
    """The error for a file of ``ontology/``, which messages call *shown*."""
    return _error(
        shown,
        Text(
            "词汇写在 .ttl 文件里,形状写在 shapes-integrity.ttl、shapes-types.ttl、shapes-audit.ttl 里",
            "terms go into .ttl files, shapes into shapes-integrity.ttl, shapes-types.ttl or shapes-audit.ttl",
        ),
    )


def of_queries(shown: str) -> SyntaxProblem:
    """The error for a file of ``queries/``, which messages call *shown*."""
    return _error(
        shown,
        Text(
            "保存的查询是带 #+ 头部的 .rq 文件;改名为 .rq,或移到别处",
            "a saved query is a .rq file with a #+ header; rename this to .rq, or move it elsewhere",
        ),
    )


def of_same_name(shown: str, other: str) -> SyntaxProblem:
    """The error for a saved query *shown* that has the name of the file *other* of the same project."""
    return SyntaxProblem(
        Text(f"{other} 已是这个名称的查询", f"{other} is the query of this name already"),
        place=Place(shown),
        hint=Text("给其中一个文件另取名称", "give one of the two files another name"),
    )


def refuse_in_data(path: Path, shown: str, *, of_document: bool) -> None:
    """Refuse a file of ``data/`` that promises facts, tables or questions which nothing reads.

    Args:
        path: the file, which is neither ``.ttl`` nor ``.trig``.
        shown: the path as error messages give it.
        of_document: whether it lies in the folder of a document.

    Raises:
        SyntaxProblem: it is such a file.
    """
    if path.suffix.lower() not in _OF_DATA or (of_document and path.name in TABLES):
        return
    if path.suffix == ".tsv":
        hint = Text(
            f"文献的文件夹(有 document.trig)里读的表只有 {'、'.join(TABLES)};改名,或移到别处",
            f"the tables that are read are {', '.join(TABLES)} in the folder of a document, which has a document.trig; "
            "rename this, or move it elsewhere",
        )
    elif path.suffix.lower() in (".rq", ".sparql"):
        hint = Text("查询写在 queries/ 里", "queries go into queries/")
    else:
        hint = Text(
            "数据写在 .trig 文件里(passages.ttl 由 kg passages 生成);改写成 TriG,或移到别处",
            "data are .trig files (kg passages makes passages.ttl); write this as TriG, or move it elsewhere",
        )
    raise _error(shown, hint)


def _error(shown: str, hint: Text) -> SyntaxProblem:
    return SyntaxProblem(Text("没有什么会读取这个文件", "nothing reads this file"), place=Place(shown), hint=hint)
