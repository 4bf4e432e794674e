"""The output of ``--help`` of every command, in the language of the page."""

from __future__ import annotations

import os
import subprocess
import sys

from kg.faces.cli import COMMANDS


def helps(lang: str) -> list[tuple[str, str]]:
    """Command and output of its --help, for the program and each of its commands, in the order of the program's help."""
    return [(" ".join(["kg", *words]), _help(words, lang)) for words in ([], *([name] for name in COMMANDS))]


def _help(words: list[str], lang: str) -> str:
    env = {**os.environ, "KG_LANG": lang, "COLUMNS": "100", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "kg", *words, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=True)
    return done.stdout.rstrip()
