"""Completion as a person meets it: a real bash at a real terminal; what is offered, and what it costs."""

from __future__ import annotations

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

PROMPT, LINE = "ready>", "\x18l"
SETTINGS = f"""PS1='{PROMPT}'; bind 'set bell-style none' 'set page-completions off' 'set completion-query-items 0'
bind 'set enable-bracketed-paste off'; bind 'set completion-display-width 0'
bind -x '"{LINE.replace(chr(24), chr(92) + "C-x")}": printf "<%s>\\n" "$READLINE_LINE"'
eval "$(kg completion bash)"
"""


class Bash:
    """A bash at a terminal of its own, with completion set up as the help says."""

    def __init__(self, folder: Path, project: Project, shell: str) -> None:
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
            "KG_STORE": str(project.store),
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
def bash(graph: KnowledgeGraph, project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bash]:
    shell = shutil.which("bash")
    if shell is None:
        pytest.skip("no bash here")
    running = Bash(tmp_path_factory.mktemp("bash"), project, shell)
    yield running
    running.close()


@pytest.mark.parametrize(
    ("typed", "becomes"),
    [
        ("kg query market-size ind", "kg query market-size industry="),
        ("kg query market-size industry=商", "kg query market-size industry=商业航天 "),
        ("kg query market-size industry=comm", "kg query market-size industry=commercial-space "),
        ('kg query market-size industry="商', 'kg query market-size industry="商业航天" '),
        ('kg query market-size "industry=商', 'kg query market-size "industry=商业航天" '),
        ("kg query market-size  industry=商业航天 ", "kg query market-size  industry=商业航天 "),
        ("kg query things-by-mentions kind=Compan", "kg query things-by-mentions kind=Company "),
        ("kg query market-siz", "kg query market-size"),
        ("true; kg chain 商", "true; kg chain 商业航天 "),
        ("kg draw 商", "kg draw 商"),
        ("kg draw 蓝箭", "kg draw 蓝箭航天 "),
        ("kg show landsp", "kg show landspace "),
        ("kg path 蓝箭航天 三一", "kg path 蓝箭航天 三一重工"),
        ("kg show 6G\\ 交通", "kg show 6G\\ 交通拥堵预测 "),
        ("kg show '6G 交通", "kg show '6G 交通拥堵预测' "),
        ("kg show A17", "kg show A17\\ Pro "),
        ("kg queries --tag fore", "kg queries --tag forecast "),
        ("kg queries --tag=fore", "kg queries --tag=forecast "),
        ("kg find x --format jsonl", "kg find x --format jsonl "),
        ("kg find x --lang z", "kg find x --lang zh "),
        ("kg nosuch ", "kg nosuch "),
        ("kg chain --store /nonexistent 商", "kg chain --store /nonexistent 商"),
        ("kg completion z", "kg completion zsh "),
        ("kg draw 6G -o r", "kg draw 6G -o rc "),
    ],
)
def test_a_tab_finishes_the_word_and_leaves_the_line_alone(bash: Bash, typed: str, becomes: str) -> None:
    line, shown = bash.type(f"{typed}\t")
    assert line == becomes
    assert "rror" not in shown


@pytest.mark.parametrize(
    ("typed", "offered", "not_offered"),
    [
        ("kg query market-size industry=", {"商业航天", "6G", "智能机器人"}, {"commercial-space"}),
        ("kg query shared-companies o", {"one=", "other="}, set()),
        ("kg query things-by-mentions kind=", {"企业", "地区"}, set()),
        ("kg draw ", {"商业航天", "6G"}, {"蓝箭航天"}),
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


def test_other_shells_get_whole_words(kg: Run) -> None:
    assert _offered(kg, "kg query market-size industry=商") == ["industry=商业航天"]
    assert _offered(kg, "kg query market-size ind") == ["industry="]
    assert _offered(kg, "kg show A17") == ["A17 Pro"]
    told = kg(code=None, _KG_COMPLETE="fish_complete", COMP_WORDS="kg draw 商", COMP_CWORD="商").stdout.split()
    assert told[0] == "plain,商业航天"
    for shell in ("zsh", "fish"):
        assert "COMP_REPLACED" not in kg("completion", shell).stdout


def test_a_thing_is_offered_by_label_or_slug_industries_first(kg: Run, graph: KnowledgeGraph) -> None:
    industries = graph.names.of_kind("Industry")
    assert _offered(kg, "kg draw ", KG_LANG="zh") == [t.label.zh for t in industries]
    assert _offered(kg, "kg draw ") == [t.iri.rsplit("/", 1)[1] for t in industries]
    found = _offered(kg, "kg draw 智能")
    first = [t.label.zh for t in industries if t.label.zh.startswith("智能")]
    assert found[: len(first)] == first
    assert len(found) > len(first)
    assert len(set(found)) == len(found)


def test_a_parameter_that_is_given_is_not_offered_again(kg: Run) -> None:
    assert _offered(kg, "kg query shared-companies one=6G o") == ["other="]


def test_what_was_built_is_offered_though_the_data_have_changed(kg: Run, graph: KnowledgeGraph, tmp_path: Path) -> None:
    (tmp_path / "current").mkdir()
    for name in ("lookup.json", "SHA256SUMS"):  # and nothing else: no manifest, no stamp, no index
        shutil.copy(graph.path / name, tmp_path / "current")
    assert _offered(kg, "kg chain 商", KG_STORE=str(tmp_path)) == ["商业航天"]
    assert _offered(kg, "kg query market-s", KG_STORE=str(tmp_path)) == []
    (tmp_path / "current" / "lookup.json").write_text('{"things": [{}]}')
    assert _offered(kg, "kg chain 商", KG_STORE=str(tmp_path)) == []


def test_completion_opens_no_store_and_imports_nothing_heavy(kg: Run, project: Project) -> None:
    code = "import sys; from kg.faces.cli import main\ntry: main([])\nfinally: print(*sys.modules, file=sys.stderr)"
    env = {**os.environ, "_KG_COMPLETE": "bash_complete", "COMP_WORDS": "kg draw 商", "KG_STORE": str(project.store)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True)
    assert "商业航天" in done.stdout
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
