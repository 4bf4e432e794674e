"""Copies of the texts of documents, named on the command line as ``[ID=]FILE``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import MissingFile, UsageProblem
from kg.faces.cli.bilingual import option
from kg.faces.cli.options import F, Run
from kg.terms import Text

if TYPE_CHECKING:
    from kg.source.document import Document
    from kg.source.project import Project
    from kg.store.base import Store


def text_option(help: Text) -> Callable[[F], F]:
    """Add ``--text`` to a command, which may be given again; its parameter is ``texts``."""
    return option("--text", "texts", multiple=True, metavar="[ID=]FILE", help=help)


def registered_texts(run: Run, store: Store, given: Iterable[str]) -> list[tuple[Document, str, str]]:
    """The document, the file and the text of each ``[ID=]FILE`` of *given*.

    Raises:
        UsageProblem: a text is not the one that the graph in *store* registers for its document.
    """
    from kg.ask.texts import require_registered
    from kg.source.project import Project

    project, found = Project.find(run.project, run.store), []
    for one in given:
        document, path = document_of(project, one)
        text = read_text(path)
        require_registered(store, document, text, path)
        found.append((document, path, text))
    return found


def document_of(project: Project, given: str) -> tuple[Document, str]:
    """The document and the file of ``[ID=]FILE``.

    Without an id it is the only document, or the one whose registered digest is that of the file.
    """
    from kg.source.passages import digest, digests

    documents = {document.id: document for document in project.documents}
    name, equals, path = given.partition("=")
    if equals and name in documents:
        return documents[name], path
    if len(documents) == 1:
        return next(iter(documents.values())), given
    found = digests(project).get(digest(read_text(given)))
    if found in documents:
        return documents[found], given
    known = "、".join(documents), ", ".join(documents)
    raise UsageProblem(
        Text(f"不知道 {given} 是哪篇文献的原文", f"it is not known of which document {given} is the text"),
        hint=Text(
            f"写成 ID=文件;文献:{known[0] or '无'}。新文献先写 data/ID/document.trig",
            f"write ID=FILE; the documents are {known[1] or 'none'}. For a new one, write data/ID/document.trig first",
        ),
    )


def read_text(path: str) -> str:
    """The text in a file.

    Raises:
        MissingFile: it cannot be read, or is not UTF-8.
    """
    try:
        return Path(path).read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MissingFile(
            Text(f"读不到文本 {path}", f"cannot read the text {path}"),
            hint=Text("需要 UTF-8 文本文件", "a UTF-8 text file is needed"),
        ) from error
