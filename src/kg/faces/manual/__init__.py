"""Generated pages of the manual: ontology reference, query catalogue, what can be asked, commands, the rooms and their files.

``scripts/docs`` writes them; a test checks that they are up to date.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kg.terms import LANGS

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph

_SUFFIX: Final = {"en": ".md", "zh": ".zh.md"}
_MARKED: Final = re.compile(r"(<!-- (rooms|files) -->\n).*?(<!-- /\2 -->)", re.DOTALL)


def pages(graph: KnowledgeGraph, root: Path) -> dict[str, str]:
    """Path under ``docs/`` → text of every generated page of the checkout *root*."""
    from kg.faces.manual.asking import askable
    from kg.faces.manual.commands import helps
    from kg.faces.manual.queries import catalogue
    from kg.faces.manual.rooms import diagram, files
    from kg.faces.manual.terms import reference

    found = {}
    for lang in LANGS:
        found[f"ontology{_SUFFIX[lang]}"] = _render("ontology", lang, sections=reference(graph, lang))
        found[f"queries{_SUFFIX[lang]}"] = _render("queries", lang, tags=catalogue(graph, lang))
        found[f"asking{_SUFFIX[lang]}"] = _render("asking", lang, tags=askable(graph, lang))
        found[f"commands{_SUFFIX[lang]}"] = _render("commands", lang, commands=helps(lang))
    architecture = (root / "docs" / "architecture.md").read_text(encoding="utf-8")
    parts = {"rooms": diagram, "files": files}
    found["architecture.md"] = _MARKED.sub(lambda m: m[1] + parts[m[2]](root) + m[3], architecture)
    return found


def _render(name: str, lang: str, **values: Any) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("kg.faces.manual", "templates")
    environment = Environment(
        loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters["cell"] = lambda text: str(text).replace("|", "\\|").replace("\n", " ")
    return environment.get_template(f"{name}.md.j2").render(lang=lang, **values)
