"""The language of a run: ``--lang``, else ``KG_LANG``, else the locale, else that of what is asked.

A locale says Chinese by zh, English by any other language, and nothing if it is C or POSIX.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Final

from kg.terms import LANGS, Lang, Text, has_han

_VARIABLES: Final = ("KG_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
"""The variables that say a language; the first that is set counts."""
_CHOSEN: ContextVar[Lang | None] = ContextVar("language of the run", default=None)


def current() -> Lang:
    """The language of this run; outside a run, that of the environment."""
    return _CHOSEN.get() or _of_environment()


def say(zh: str, en: str) -> str:
    """The text in the language of this run."""
    return Text(zh, en).pick(current())


def choose(args: Sequence[str]) -> None:
    """Choose the language of the run with the arguments *args*, for our texts and for Click's.

    This is done before Click parses *args*, because it shows help and reports wrong arguments while it parses. Click's own
    texts are translated by the default domain of gettext (``locale/``).
    """
    lang = _of_arguments(args) or _of_environment(" ".join(args))
    _CHOSEN.set(lang)
    gettext.bindtextdomain("messages", str(Path(__file__).with_name("locale")))
    os.environ["LANGUAGE"] = lang


def _of_arguments(args: Sequence[str]) -> Lang | None:
    """The value of the last ``--lang`` of *args*, as Click takes the last; None if there is none."""
    found: Lang | None = None
    words = iter(args)
    for word in words:
        if word == "--":
            break
        option, equals, value = word.partition("=")
        if option == "--lang":
            value = value if equals else next(words, "")
            found = next((lang for lang in LANGS if lang == value), found)
    return found


def _of_environment(asked: str = "") -> Lang:
    """The language that the environment says; if it says none, that of the script of *asked*, the words of the command."""
    chosen = next((os.environ[name] for name in _VARIABLES if os.environ.get(name)), "C").lower()
    if chosen.partition(".")[0] in ("c", "posix"):
        return "zh" if has_han(asked) else "en"
    return "zh" if chosen.startswith("zh") else "en"
