"""The language of a run: ``--lang``, else ``KG_LANG``, else the locale; English unless it says zh."""

from __future__ import annotations

import gettext
import os
import sys
from pathlib import Path

from kg.terms import LANGS, Lang, Text


def current() -> Lang:
    """The language of this run, read before any command line is parsed, for help texts need it."""
    words = iter(sys.argv[1:])
    for word in words:
        given = (
            next(words, "") if word == "--lang" else word.removeprefix("--lang=") if word.startswith("--lang=") else ""
        )
        if given in LANGS:
            return "zh" if given == "zh" else "en"
    for variable in ("KG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(variable):
            return "zh" if os.environ[variable].lower().startswith("zh") else "en"
    return "en"


def say(zh: str, en: str) -> str:
    """The words of this run's language."""
    return Text(zh, en).pick(current())


def teach_click() -> None:
    """Let Click speak the language of this run; its texts go through gettext's default domain (locale/)."""
    gettext.bindtextdomain("messages", str(Path(__file__).with_name("locale")))
    os.environ["LANGUAGE"] = current()
    if current() == "zh":  # the names of its types of number are no texts to it
        from click import types

        types.IntParamType.name = types.IntRange.name = "整数"
        types.FloatParamType.name = types.FloatRange.name = "数"
