"""Canonical form of the model's Turtle files: sections by kind, terms and predicates in a fixed order, zh before en.

Two files with the same triples get the same text, so a diff shows only changes of the ontology. Comment lines before
the first prefix are kept, all others are lost; use skos:editorialNote for notes.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kg.errors import Place, SyntaxProblem
from kg.source.turtle import parse
from kg.source.writer import Writer
from kg.terms import Text

_PREFIX: Final = re.compile(r"^@prefix\s+([\w-]*):\s*<([^>]*)>", re.MULTILINE)


def canonical(text: str, shown: str = "file") -> str:
    """The Turtle in *text*, in canonical form.

    Args:
        text: a Turtle file.
        shown: what the file is called in errors.

    Raises:
        SyntaxProblem: *text* is not Turtle, or a blank node is the object of two triples and so cannot be nested.
    """
    writer = Writer(parse(text, ox.RdfFormat.TURTLE, shown), dict(_PREFIX.findall(text)))
    if writer.named:
        raise SyntaxProblem(
            Text("一个空白节点被用了两次", "a blank node is used twice"),
            place=Place(shown),
            hint=Text("给它一个 IRI", "give it an IRI"),
        )
    header = text[: text.index("@prefix")].rstrip()
    body = "".join(writer.sections(ox.DefaultGraph()))
    return (f"{header}\n" if header else "") + (writer.prefixes() or "\n") + body


def main(paths: Iterable[str]) -> None:
    """Rewrite each file that is not in canonical form. If any file is not Turtle, no file is written."""
    texts = {Path(path): canonical(Path(path).read_text(encoding="utf-8"), path) for path in paths}
    for path, text in texts.items():
        if path.read_text(encoding="utf-8") != text:
            beside = path.with_suffix(".new")
            beside.write_text(text, encoding="utf-8")
            beside.replace(path)


if __name__ == "__main__":
    main(sys.argv[1:])
