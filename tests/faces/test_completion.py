"""Completion as a person meets it: a real bash at a real terminal; what is offered, and what it costs."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import Run
from kg.graph import KnowledgeGraph
from kg.source.project import Project
from kg.vocab import BASE

PROMPT, LINE = "ready>", "\x18l"
SETTINGS = f"""PS1='{PROMPT}'; bind 'set bell-style none' 'set page-completions off' 'set completion-query-items 0'
bind 'set enable-bracketed-paste off'; bind 'set completion-display-width 0'
bind -x '"{LINE.replace(chr(24), chr(92) + "C-x")}": printf "<%s>\\n" "$READLINE_LINE"'
eval "$(kg completion bash)"
"""


NAMES_WITH_BLANKS = ("灯会 之夜", "Q9 Pro")
"""Labels of two things that the records of the invented project lack."""


@pytest.fixture(scope="module")
def records(world: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with all that completion reads of a build, two things with blanks in their names among them."""
    store = tmp_path_factory.mktemp("records")
    (store / "current").mkdir()
    lookup = json.loads((world.path / "lookup.json").read_bytes())
    for number, name in enumerate(NAMES_WITH_BLANKS):
        iri = f"{BASE}product/new-{number}"
        lookup["things"].append({"also": [], "en": name, "iri": iri, "keys": [], "kind": "Product", "zh": name})
    files = {"lookup.json": json.dumps(lookup).encode(), "queries.json": (world.path / "queries.json").read_bytes()}
    for name, body in files.items():
        (store / "current" / name).write_bytes(body)
    sums = "".join(f"{hashlib.sha256(body).hexdigest()}  {name}\n" for name, body in files.items())
    (store / "current" / "SHA256SUMS").write_text(sums)
    return store


class Bash:
    """A bash at a terminal of its own, with completion set up as the help says."""

    def __init__(self, folder: Path, project: Project, store: Path, shell: str) -> None:
        program, settings = folder / "kg", folder / "rc"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m kg "$@"\n')
        program.chmod(0o755)
        settings.write_text(SETTINGS)
        env = {
            "PATH": f"{folder}:{os.environ['PATH']}",
            "HOME": str(folder),
            "TERM": "dumb",
            "COLUMNS": "500",
            "LC_ALL": "C.UTF-8",
            "KG_LANG": "zh",
            "KG_PROJECT": str(project.root),
            "KG_STORE": str(store),
        }
        self._ours, theirs = pty.openpty()
        command = [shell, "--noprofile", "--rcfile", str(settings), "-i"]
        self._process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=env, cwd=folder, start_new_session=True
        )
        os.close(theirs)
        self._until(PROMPT)

    def _until(self, mark: str) -> re.Match[str]:
        """What is shown until *mark*, a regular expression, ends it."""
        told = b""
        while not (found := re.search(f"(?s)^.*?{mark}", told.decode(errors="ignore"))):
            told += os.read(self._ours, 65536)
        return found

    def type(self, keys: str) -> tuple[str, str]:
        """What stands on the line after *keys*, and all that was shown meanwhile; the line is cleared."""
        os.write(self._ours, f"{keys}{LINE}".encode())
        shown = self._until("<([^<>]*)>\r\n")
        os.write(self._ours, f"\x05\x15{LINE}".encode())  # to the end of the line, and away with it
        self._until("<>\r\n")
        return shown[1], shown[0]

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._ours)


@pytest.fixture(scope="module")
def bash(world_project: Project, records: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bash]:
    shell = shutil.which("bash")
    if shell is None:
        pytest.skip("no bash here")
    running = Bash(tmp_path_factory.mktemp("bash"), world_project, records, shell)
    yield running
    running.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "becomes"),
    [
        ("kg query market-size ind", "kg query market-size industry="),
        ("kg query market-size industry=风", "kg query market-size industry=风铃业 "),
        ("kg query market-size industry=wind", "kg query market-size industry=wind-chimes "),
        ('kg query market-size industry="风', 'kg query market-size industry="风铃业" '),
        ('kg query market-size "industry=风', 'kg query market-size "industry=风铃业" '),
        ("kg query market-size  industry=风铃业 ", "kg query market-size  industry=风铃业 "),
        ("kg query things-by-mentions kind=Compan", "kg query things-by-mentions kind=Company "),
        ("kg query market-siz", "kg query market-size"),
        ("true; kg chain 风", "true; kg chain 风铃业 "),
        ("kg draw 纸", "kg draw 纸"),
        ("kg draw 竹里", "kg draw 竹里编舍 "),
        ("kg show zhul", "kg show zhuli "),
        ("kg path 青岚纸坊 纸灯业上", "kg path 青岚纸坊 纸灯业上"),
        ("kg path 青岚纸坊 听", "kg path 青岚纸坊 听竹社 "),
        ("kg show 灯会\\ ", "kg show 灯会\\ 之夜 "),
        ("kg show '灯会 ", "kg show '灯会 之夜' "),
        ("kg show Q9", "kg show Q9\\ Pro "),
        ("kg queries --tag fore", "kg queries --tag forecast "),
        ("kg queries --tag=fore", "kg queries --tag=forecast "),
        ("kg find x --format jsonl", "kg find x --format jsonl "),
        ("kg find x --lang z", "kg find x --lang zh "),
        ("kg nosuch ", "kg nosuch "),
        ("kg chain --store /nonexistent 风", "kg chain --store /nonexistent 风"),
        ("kg completion z", "kg completion zsh "),
        ("kg draw 纸灯业 -o r", "kg draw 纸灯业 -o rc "),
    ],
)
def test_a_tab_finishes_the_word_and_leaves_the_line_alone(bash: Bash, typed: str, becomes: str) -> None:
    line, shown = bash.type(f"{typed}\t")
    assert line == becomes
    assert "rror" not in shown


@pytest.mark.parametrize(
    ("typed", "offered", "not_offered"),
    [
        ("kg query market-size industry=", {"纸灯业", "纸伞业", "风铃业"}, {"wind-chimes"}),
        ("kg query shared-companies o", {"one=", "other="}, set()),
        ("kg query things-by-mentions kind=", {"企业", "地区"}, set()),
        ("kg draw ", {"纸灯业", "纸伞业", "风铃业"}, {"青岚纸坊"}),
        ("kg queries --tag ", {"figure", "company"}, set()),
        ("kg find x --format ", {"table", "tsv"}, set()),
        ("kg --lang ", {"zh", "en"}, set()),
    ],
)
def test_two_tabs_list_what_may_follow(bash: Bash, typed: str, offered: set[str], not_offered: set[str]) -> None:
    line, shown = bash.type(f"{typed}\t\t")
    words = set(shown.split())
    assert line == typed
    assert offered <= words
    assert not not_offered & words


def _offered(kg: Run, line: str, shell: str = "zsh", **settings: str) -> list[str]:
    at = str(len(line.split(" ")) - 1)
    done = kg(code=None, _KG_COMPLETE=f"{shell}_complete", COMP_WORDS=line, COMP_CWORD=at, **settings)
    assert done.stderr == ""
    return done.stdout.splitlines()[1::3]


def test_other_shells_get_whole_words(kg: Run, records: Path) -> None:
    assert _offered(kg, "kg query market-size industry=风") == ["industry=风铃业"]
    assert _offered(kg, "kg query market-size ind") == ["industry="]
    assert _offered(kg, "kg show Q9", KG_STORE=str(records)) == ["Q9 Pro"]
    told = kg(code=None, _KG_COMPLETE="fish_complete", COMP_WORDS="kg draw 风", COMP_CWORD="风").stdout.split()
    assert told[0] == "plain,风铃业"
    for shell in ("zsh", "fish"):
        assert "COMP_REPLACED" not in kg("completion", shell).stdout


def test_a_thing_is_offered_by_label_or_slug_industries_first(kg: Run) -> None:
    assert _offered(kg, "kg draw ", KG_LANG="zh") == ["纸灯业", "纸伞业", "风铃业"]
    assert _offered(kg, "kg draw ") == ["paper-lanterns", "paper-umbrellas", "wind-chimes"]
    assert " ".join(_offered(kg, "kg draw 纸")) == (
        "纸灯业 纸伞业 纸灯业规模按用途 纸灯振兴方案 纸灯 纸灯业下游 纸灯业中游 纸灯业上游 纸灯业上下游 纸灯业按用途"
    )


def test_a_parameter_that_is_given_is_not_offered_again(kg: Run) -> None:
    assert _offered(kg, "kg query shared-companies one=风铃业 o") == ["other="]


@pytest.mark.parametrize(
    ("line", "settings", "offered"),
    [
        ("kg cha", {}, ["chain"]),
        ("kg query market-s", {}, ["market-size", "market-sizes-without-source"]),
        ("kg query nosuch x", {}, []),
        ("kg chain --store /nonexistent 风", {}, []),
        ("kg chain 风", {"KG_PROJECT": "/nonexistent"}, []),
    ],
)
def test_options_are_heeded_and_no_error_is_printed(
    kg: Run, line: str, settings: dict[str, str], offered: list[str]
) -> None:
    assert _offered(kg, line, **settings) == offered


def test_an_option_wins_over_its_variable(kg: Run, world_project: Project) -> None:
    assert _offered(kg, f"kg chain --store {world_project.store_folder} 风", KG_STORE="/nonexistent") == ["风铃业"]
    told = kg(code=None, _KG_COMPLETE="zsh_complete", COMP_WORDS="kg --lang zh query market-size", COMP_CWORD="4")
    assert "市场规模" in told.stdout


def test_what_was_built_is_offered_though_the_data_have_changed(kg: Run, world: KnowledgeGraph, tmp_path: Path) -> None:
    (tmp_path / "current").mkdir()
    for name in ("lookup.json", "SHA256SUMS"):  # and nothing else: no manifest, no stamp, no index
        shutil.copy(world.path / name, tmp_path / "current")
    assert _offered(kg, "kg chain 风", KG_STORE=str(tmp_path)) == ["风铃业"]
    assert _offered(kg, "kg query market-s", KG_STORE=str(tmp_path)) == []
    (tmp_path / "current" / "lookup.json").write_text('{"things": [{}]}')
    assert _offered(kg, "kg chain 风", KG_STORE=str(tmp_path)) == []


def test_completion_opens_no_store_and_imports_nothing_heavy(world_project: Project, records: Path) -> None:
    code = "import sys; from kg.faces.cli import main\ntry: main([])\nfinally: print(*sys.modules, file=sys.stderr)"
    settings = {"KG_PROJECT": str(world_project.root), "KG_STORE": str(records)}
    env = {**os.environ, **settings, "_KG_COMPLETE": "bash_complete", "COMP_WORDS": "kg draw 风"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True)
    assert "风铃业" in done.stdout
    loaded = set(done.stderr.split())
    assert not loaded & {
        "rich",
        "networkx",
        "yaml",
        "pyvis",
        "pypinyin",
        "kg.graph",
        "kg.store.embedded",
        "kg.pipeline.build",
    }
