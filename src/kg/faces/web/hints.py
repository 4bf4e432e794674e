"""The next step that an error or note names, as a reader of pages takes it: commands of the shell as links."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlencode

from markupsafe import Markup, escape

from kg.terms import Text

_COMMAND: Final = re.compile(r"\bkg (?:find|queries|query (?P<name>[\w-]+)(?: (?P<param>\w+)=(?P<value>[^\s,;)]+))?)")
_SEARCH: Final = Text("搜索页", "the search page")
_QUERIES: Final = Text("全部问题", "the list of questions")


def linked(text: str, lang: str, root: str) -> Markup:
    """*text* as markup in which each command of the shell is a link to the page that does the same.

    Args:
        text: a hint or note.
        lang: its language.
        root: path under which the server is shown.
    """
    made, end = Markup(), 0
    for found in _COMMAND.finditer(text):
        words = found["name"] or (_SEARCH if found[0] == "kg find" else _QUERIES).pick(lang)
        made += escape(text[end : found.start()])
        made += Markup('<a href="{}{}">{}</a>').format(root, _path(found), words)
        end = found.end()
    return made + escape(text[end:])


def addressed(text: str) -> str:
    """*text* with the path of a page in place of each command of the shell, for clients that read no markup."""
    return _COMMAND.sub(_path, text)


def _path(found: re.Match[str]) -> str:
    if not found["name"]:
        return "/search" if found[0] == "kg find" else "/queries"
    asked = f"?{urlencode({found['param']: found['value']})}" if found["param"] else ""
    return f"/queries/{found['name']}{asked}"
