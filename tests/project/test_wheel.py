"""The wheel, installed from the package index into an empty environment, answers from an empty folder with an empty home."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from conftest import ROOT, WORLD
from ports import free_port

OFFLINE = re.compile(r"NewConnectionError|ConnectTimeout|name resolution|Network is unreachable|Connection refused")
"""What pip says where there is no network to the index."""

pytestmark = pytest.mark.slow


class Elsewhere:
    """A virtual environment of its own, an empty home and an empty folder to stand in."""

    def __init__(self, folder: Path) -> None:
        self.bin, self.folder = folder / "env" / "bin", folder / "empty"
        self.folder.mkdir()
        (folder / "home").mkdir()
        self.env = {"HOME": str(folder / "home"), "PATH": f"{self.bin}:/usr/bin:/bin", "LANG": "zh_CN.UTF-8"}

    def run(self, *command: str, code: int = 0) -> str:
        """What the command prints."""
        done = subprocess.run(command, cwd=self.folder, env=self.env, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def kg(self, *args: str, code: int = 0) -> str:
        return self.run(str(self.bin / "kg"), *args, code=code)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    """The wheel with its extras in a fresh ``python -m venv``: nothing there comes from this environment or this folder."""
    folder = tmp_path_factory.mktemp("elsewhere")
    build = "import hatchling.build as b, sys; print(b.build_wheel(sys.argv[1]))"
    command = [sys.executable, "-c", build, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    wheel = folder / done.stdout.split()[-1]
    subprocess.run([sys.executable, "-m", "venv", str(folder / "env")], check=True)
    # How this machine reaches its index (PIP_*, a proxy) stays; what it could import does not.
    reach = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    pip = [
        str(folder / "env" / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-compile",
        f"{wheel}[serve,mcp]",
    ]
    done = subprocess.run(pip, cwd=folder, env=reach, capture_output=True, text=True, check=False)
    if done.returncode and OFFLINE.search(done.stderr) and os.environ.get("CI") != "true":
        pytest.skip("no network to the package index: the wheel is not installed and not tested in this run")
    assert done.returncode == 0, done.stderr
    return Elsewhere(folder)


def test_nothing_comes_from_outside(elsewhere: Elsewhere) -> None:
    show = "import kg, sys; print(kg.__file__, *sys.path, sep='\\n')"
    module, *path = elsewhere.run(str(elsewhere.bin / "python"), "-c", show).split("\n")
    assert module.startswith(str(elsewhere.bin.parent))
    assert not any(p.startswith(str(ROOT)) for p in path)
    assert [p for p in path if p.endswith("site-packages")] == [
        p for p in path if p.startswith(str(elsewhere.bin.parent))
    ]


@pytest.fixture(scope="module")
def inferred(elsewhere: Elsewhere) -> tuple[str, str]:
    """Something that the packaged graph infers, whatever it states: a company and an industry that it is active in."""
    query = "SELECT ?company ?industry { GRAPH g:inferred { ?company ivc:activeIn ?industry } } LIMIT 1"
    (row,) = json.loads(elsewhere.kg("sparql", query, "--format", "json"))["rows"]
    return row["company"], row["industry"]


def test_questions_are_answered(elsewhere: Elsewhere, inferred: tuple[str, str]) -> None:
    company, industry = inferred
    assert len(elsewhere.kg("chain", industry).splitlines()) > 5
    name = json.loads(elsewhere.kg("show", company, "--format", "json"))["zh"]
    assert company in elsewhere.kg("find", name)
    assert len(elsewhere.kg("query", "market-size", "--format", "tsv").splitlines()) > 1
    assert re.search(r"\[\w+-L\d+", elsewhere.kg("why", company, "涉足产业", industry))
    elsewhere.kg("check")


def test_a_project_that_extends_the_packaged_one_is_answered(elsewhere: Elsewhere) -> None:
    place = ("--project", str(WORLD), "--store", str(elsewhere.folder / "store"))
    assert "听竹社" in elsewhere.kg("chain", "纸灯业", *place)
    assert "[w2-L0025]" in elsewhere.kg("why", "听竹社", "涉足产业", "纸灯业", *place)


def test_files_are_written(elsewhere: Elsewhere, inferred: tuple[str, str]) -> None:
    assert elsewhere.kg("export", "--format", "ntriples").count("\n") > 5000
    elsewhere.kg("draw", inferred[1], "-o", "drawing.html")
    assert (elsewhere.folder / "drawing.html").stat().st_size > 100_000


def test_the_server_answers(elsewhere: Elsewhere) -> None:
    port = free_port()
    ask = f"http://127.0.0.1:{port}/sparql?query=ASK%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D"
    command = [str(elsewhere.bin / "kg"), "serve", "--port", str(port)]
    log = elsewhere.folder / "serve.log"
    with (
        log.open("wb") as out,
        subprocess.Popen(command, cwd=elsewhere.folder, env=elsewhere.env, stdout=out, stderr=out) as server,
    ):
        try:
            assert _first_answer(ask, server, log)["boolean"] is True
        finally:
            server.terminate()


def _first_answer(url: str, server: subprocess.Popen[bytes], log: Path) -> dict[str, object]:
    request = urllib.request.Request(url, headers={"Accept": "application/sparql-results+json"})
    for _ in range(600):
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                body: dict[str, object] = json.load(answer)
                return body
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.2)
    raise AssertionError(log.read_text())
