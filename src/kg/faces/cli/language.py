"""The language of a run: ``--lang``, else ``KG_LANG``, else the locale; English unless it says zh."""

from __future__ import annotations

import gettext
import os
from collections.abc import Sequence
from contextvars import ContextVar
from pathlib import Path

from kg.terms import LANGS, Lang, Text

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
    lang = _of_arguments(args) or _of_environment()
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


def _of_environment() -> Lang:
    for variable in ("KG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(variable):
            return "zh" if os.environ[variable].lower().startswith("zh") else "en"
    return "en"
