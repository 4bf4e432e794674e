"""The answers in both READMEs are what the program answers."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from conftest import Run

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = [
    (n, *m)
    for n in ("README.md", "README.zh.md")
    for m in re.findall(r"```console\n\$ kg ([^\n]*)\n(.*?)```", (ROOT / n).read_text(), re.DOTALL)
]


@pytest.mark.parametrize(("name", "command", "answer"), EXAMPLES, ids=[f"{e[0]}: {e[1]}" for e in EXAMPLES])
def test_example(kg: Run, name: str, command: str, answer: str) -> None:
    assert kg(*shlex.split(command), code=None).stdout == answer


def test_there_are_five_in_each() -> None:
    assert [e[0] for e in EXAMPLES].count("README.md") == [e[0] for e in EXAMPLES].count("README.zh.md") == 5
