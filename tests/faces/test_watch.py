"""``kg check --watch``: the findings after every edit, until Ctrl-C."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import WORLD

SAID = {"en": ("block the build", "error[syntax]"), "zh": ("条阻止构建", "错误[syntax]")}


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A copy of the invented project to spoil."""
    shutil.copytree(WORLD, tmp_path / "world")
    return tmp_path / "world"


@pytest.fixture
def watching(world: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    """The program that watches it, in the language of the test, its two streams as one."""
    copies = [f"--text={name}={world / 'texts' / name}.txt" for name in ("w1", "w2")]
    words = ["check", "--watch", "--no-audit", "--lang", request.param, "--project", str(world), *copies]
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "kg", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    yield process
    process.kill()
    process.communicate()


def until(process: subprocess.Popen[str], words: str) -> str:
    """What it prints up to the line with *words*."""
    assert process.stdout
    told = ""
    for line in process.stdout:
        told += line
        if words in line:
            return told
    raise AssertionError(told)


@pytest.mark.slow  # checks
@pytest.mark.parametrize(("watching", "lang"), [("en", "en"), ("zh", "zh")], indirect=["watching"])
def test_every_edit_is_checked_until_ctrl_c(watching: subprocess.Popen[str], world: Path, lang: str) -> None:
    counted, wrong = SAID[lang]
    assert "I16" not in until(watching, counted)
    file = world / "data" / "w1" / "statements.trig"
    text = file.read_text(encoding="utf-8")
    line = next(n for n, said in enumerate(text.splitlines(), 1) if "ivc:year 2024" in said)
    file.write_text(text.replace("ivc:year 2024", "ivc:year 1031", 1), encoding="utf-8")
    told = until(watching, counted)
    assert f"data/w1/statements.trig:{line}: " in told
    assert "I16-observation" in told
    file.write_text(text + "}", encoding="utf-8")
    assert f"data/w1/statements.trig:{text.count(chr(10)) + 1}" in until(watching, wrong)
    file.write_text(text, encoding="utf-8")
    assert "I16" not in until(watching, counted)
    text = world / "texts" / "w2.txt"
    text.write_text(text.read_text(encoding="utf-8") + "!", encoding="utf-8")
    assert "X01-copy" in until(watching, counted)
    watching.send_signal(signal.SIGINT)
    rest, _ = watching.communicate(timeout=60)
    assert (watching.returncode, rest) == (0, "")
