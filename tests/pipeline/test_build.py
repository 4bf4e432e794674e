"""A build is complete or has no effect, gives the same bytes for the same inputs, and does nothing if nothing has changed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from conftest import ROOT, WORLD, small
from kg.check.findings import Finding, with_nearest
from kg.errors import BuildRunning, MissingFile, StoreError, SyntaxProblem, UnknownAxiom, UsageProblem
from kg.graph import KnowledgeGraph
from kg.pipeline.build import Blocked, build, check
from kg.pipeline.digests import damaged
from kg.pipeline.freshness import Stamp, unchanged
from kg.pipeline.health import examine
from kg.pipeline.ownership import mark, refuse_foreign
from kg.pipeline.swap import locked
from kg.source.project import Project
from kg.source.turtle import parse
from kg.terms import Text
from kg.vocab import IVC, PREFIXES

QUERY = "queries/makers-in-segment.rq"
BROKEN = sorted((ROOT / "tests" / "cases" / "broken").glob("*.trig"))


@pytest.fixture
def copy(tmp_path: Path) -> Project:
    """A small project that a test may change, with the packaged ontology."""
    return small("kites", tmp_path / "kites")


@pytest.fixture
def stored(copy: Project, kites: Project) -> Project:
    """A small project with a built store."""
    shutil.copytree(kites.store_folder, copy.store_folder, symlinks=True)
    return copy


def _bytes(project: Project) -> dict[str, bytes]:
    place = project.store_folder / "current"
    own = ("stamp.json", "SHA256SUMS")  # times of files; digests of Oxigraph's index, which is never the same twice
    return {p.name: p.read_bytes() for p in place.iterdir() if p.is_file() and p.name not in own}


@pytest.mark.slow  # builds
def test_same_inputs_same_bytes(world_project: Project, world: KnowledgeGraph, tmp_path: Path) -> None:
    other = Project.find(WORLD, tmp_path)
    build(other)
    assert _bytes(other) == _bytes(world_project)


def test_a_second_build_does_nothing(world_project: Project, world: KnowledgeGraph) -> None:
    before = (world_project.store_folder / "current").resolve()
    assert build(world_project, wait=300).built is False
    assert (world_project.store_folder / "current").resolve() == before


@pytest.mark.slow  # builds twice
def test_a_touched_file_is_no_change_but_a_changed_one_is(copy: Project) -> None:
    build(copy)
    file = copy.root / "data" / "k1" / "notes.trig"
    os.utime(file)
    assert build(copy).built is False
    file.write_text(file.read_text() + "# a comment\n")
    assert build(copy).built is True


@pytest.mark.slow
@pytest.mark.parametrize("case", BROKEN, ids=lambda p: p.stem)
def test_broken_input_blocks_with_file_and_line(case: Path, copy: Project, capfd: pytest.CaptureFixture[str]) -> None:
    """A comment ``# <- here: RULE`` marks the line that a finding of RULE must name. If there is only one, the first line names its rule."""
    text = case.read_text(encoding="utf-8")
    one = re.search(r"^# rule: (.+)$", text, re.MULTILINE)
    lines = [(n, re.search(r"# <- here(?:: (.+))?$", x)) for n, x in enumerate(text.splitlines(), start=1)]
    marks = {(f"data/99-broken.trig:{n}", m[1] or (one or m)[1]) for n, m in lines if m}
    shutil.copy(case, copy.root / "data" / "99-broken.trig")
    with pytest.raises((Blocked, SyntaxProblem)) as caught:
        build(Project.find(copy.root, copy.store_folder))
    if isinstance(caught.value, Blocked):
        found = caught.value.findings
        assert marks <= {(str(f.place), f.rule) for f in found}, [f.line("en") for f in found]
        assert all(f.message.zh and f.message.en for f in found)
        said = [f.line("en") for f in found]
        assert len(said) == len(set(said))
        assert "T-year-object" not in {f.rule for f in found}  # I16 says it, and says more
    else:
        place = caught.value.place
        assert place is not None
        assert marks == {(f"{place.file}:{place.line}", "syntax")}
    assert capfd.readouterr().err == ""
    assert [path.name for path in copy.store_folder.iterdir()] == ["lock"]


@pytest.mark.slow
def test_an_unknown_term_is_offered_the_nearest(copy: Project) -> None:
    """There is one finding, although an industry is of two classes that the shape targets."""
    shutil.copy(ROOT / "tests" / "cases" / "broken" / "unknown-term.trig", copy.root / "data")
    found = {f.focus.rpartition("/")[2]: f.message for f in check(copy) if f.rule == "I05-vocabulary"}
    assert found["kites"].en.endswith("declare it in ontology/ivc.ttl first. Did you mean ivc:usesTechnology?")
    assert found["feiyuan"].zh.endswith("是不是 ivc:operatesIn?")
    far = Finding("I05-vocabulary", "Violation", "x", Text("没有", "none"), path=IVC + "ceo")
    assert with_nearest([far], {IVC + "about", IVC + "produces", IVC}) == [far]


@pytest.mark.parametrize(
    "beyond",
    ["<<( <s:x> <s:p> 1 )>>", "2 {| <s:q> 3 |}", '"x"@en--ltr'],
    ids=["triple-term", "annotation", "direction"],
)
def test_what_only_rdf_1_2_has_is_named_with_its_line(beyond: str) -> None:
    with pytest.raises(SyntaxProblem, match=r"RDF 1\.2") as caught:
        parse(f"\n<s:x> <s:p>\n  {beyond} .\n", ox.RdfFormat.TURTLE, "x.ttl")
    assert str(caught.value.place) == "x.ttl:3"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "old", "new", "place"),
    [
        (QUERY, "{type: Segment", "{type: Segmnet", r"makers-in-segment\.rq:\d+: .*Segmnet"),
        (QUERY, "WHERE {", "WHERE { {", r"makers-in-segment\.rq:\d+:\d+: SPARQL"),
        (
            QUERY,
            "#+ columns:\n",
            "#+ columns:\n#+   none: {zh: 无, en: none}\n",
            r"\.rq:\d+: .*none",
        ),
        (QUERY, "passage: {", "passage: {type: money, ", r"makers-in-segment\.rq:14: .*money is no type"),
        (QUERY, "zh:", "zh: \xff", r"makers-in-segment\.rq:1: .*UTF-8"),
        (QUERY, "#+ title:", "#+ titel:", r"makers-in-segment\.rq:1: .*title"),
        (
            "ontology/shapes-audit.ttl",
            "SELECT DISTINCT $this ?mr",
            "SELEKT $this ?mr",
            r"shapes-audit\.ttl:\d+: .*not well written",
        ),
        ("ontology/shapes-types.ttl", "sh:class ivc:Claim", 'sh:maxCount "one"', r"shapes-types\.ttl.*: .*not well"),
    ],
)
def test_a_broken_query_or_shape_is_named_before_the_long_steps(
    copy: Project, file: str, old: str, new: str, place: str
) -> None:
    path, steps = copy.root / file, []
    path.write_bytes(
        path.read_bytes().replace(old.encode(), new.encode("latin-1", "ignore") if "\xff" in new else new.encode(), 1)
    )
    with pytest.raises(SyntaxProblem) as caught:
        build(copy, progress=lambda step, seconds: steps.append(step))
    assert re.search(place, caught.value.render("en")), caught.value.render("en")
    assert "closure" not in steps
    assert "names" not in steps or file.startswith("ontology")


@pytest.mark.slow
@pytest.mark.parametrize("reasoner", ["rules", "owlrl"])
def test_an_axiom_that_cannot_be_used_is_named_before_the_long_steps(copy: Project, reasoner: str) -> None:
    path, steps = copy.root / "ontology" / "ivc.ttl", []
    text = path.read_text(encoding="utf-8") + "ivc:produces a owl:ReflexiveProperty .\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnknownAxiom) as caught:
        build(copy, reasoner=reasoner, progress=lambda step, seconds: steps.append(step))
    assert str(caught.value.place) == f"ontology/ivc.ttl:{len(text.splitlines())}"
    assert steps == ["read"]


def test_an_ontology_imports_what_is_here_and_nothing_else(copy: Project) -> None:
    for name, imported in (("ivc.ttl", "list/"), ("ivc.ttl", "align"), ("ivc-lists.ttl", "ns")):
        path = copy.root / "ontology" / name
        (own,) = re.findall(r"^(<\S+>) a owl:Ontology", path.read_text(encoding="utf-8"), re.MULTILINE)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{own} owl:imports <https://w3id.org/xinzhi/{imported}> .\n")
    check(copy)
    with (copy.root / "ontology" / "ivc-lists.ttl").open("a", encoding="utf-8") as file:
        file.write("<https://w3id.org/xinzhi/list/> owl:imports <http://www.w3.org/2004/02/skos/core> .\n")
    lines = (copy.root / "ontology" / "ivc-lists.ttl").read_text(encoding="utf-8").splitlines()
    with pytest.raises(UnknownAxiom, match="not here") as caught:
        check(copy)
    assert str(caught.value.place) == f"ontology/ivc-lists.ttl:{len(lines)}"


@pytest.mark.slow
def test_what_contradicts_an_axiom_blocks_with_file_and_line(copy: Project) -> None:
    with (copy.root / "ontology" / "ivc.ttl").open("a", encoding="utf-8") as file:
        file.write("ivc:suppliesTo a owl:AsymmetricProperty .\n")
    names = "".join(f"@prefix {p}: <{PREFIXES[p]}> .\n" for p in ("ivc", "co", "psg"))
    edges = "psg:k1-L0001 {\nco:feiyuan ivc:suppliesTo co:zhulin .\nco:zhulin ivc:suppliesTo co:feiyuan .\n}\n"
    (copy.root / "data" / "99-broken.trig").write_text(names + edges, encoding="utf-8")
    with pytest.raises(Blocked) as caught:
        build(copy)
    (found,) = caught.value.findings
    assert (found.rule, str(found.place)) in {("C03-asymmetric", f"data/99-broken.trig:{n}") for n in (5, 6)}


@pytest.mark.slow
def test_a_missing_shapes_file_is_named(copy: Project) -> None:
    (copy.root / "ontology" / "shapes-audit.ttl").unlink()
    with pytest.raises(MissingFile, match=r"shapes-audit\.ttl"):
        build(copy)


def test_a_folder_that_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(MissingFile):
        Project.find(tmp_path)


def test_files_to_check_are_those_of_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path is relative to the current folder; a folder means all files below it."""
    world = Project.find(WORLD, tmp_path)
    monkeypatch.chdir(WORLD / "data")
    assert world.within("entities.trig") == {"data/entities.trig"}
    assert world.within("w1") == {f"data/w1/{name}" for name in ("document.trig", "passages.ttl", "statements.trig")}
    with pytest.raises(MissingFile):
        world.within("data/entities.trig")
    for foreign in (tmp_path, WORLD / "README.md"):
        with pytest.raises(UsageProblem):
            world.within(foreign)


def test_two_builds_at_once(tmp_path: Path) -> None:
    project = Project.find(WORLD, tmp_path)
    with locked(project.store_folder), pytest.raises(BuildRunning):
        build(project)


def test_an_unreadable_store_says_how_to_mend(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        KnowledgeGraph(tmp_path)
    assert "kg build" in caught.value.render("en")


_LIMITED = """
import importlib, resource, sys, types
import pyoxigraph
from kg.faces.cli import main

part, limit = sys.argv.pop(1), int(sys.argv.pop(1))

def limited(path=None):
    if path:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    return pyoxigraph.Store(path)

if part == "index":
    module = importlib.import_module("kg.pipeline.build")
    module.ox = types.SimpleNamespace(**{**vars(pyoxigraph), "Store": limited})
else:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
main()
"""


@pytest.mark.slow  # builds
@pytest.mark.parametrize("part", ["dataset.nq", "index"])
def test_a_full_disk_leaves_the_old_store(stored: Project, part: str) -> None:
    """A build under a limit of the kernel for the size of a file, so that writing fails in the middle of one.

    For the index the limit begins only when the index is opened, because its largest file is smaller than the dataset.
    """
    before = _bytes(stored)
    room = len(before["dataset.nq"]) // (2 if part == "dataset.nq" else 20)
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, part, str(room), "build", "--force"],
        capture_output=True,
        text=True,
        env={**os.environ, "KG_PROJECT": str(stored.root), "KG_STORE": str(stored.store_folder), "KG_LANG": "en"},
        check=False,
    )
    assert done.returncode == 5, done.stderr
    assert "cannot write" in done.stderr
    assert ("index" in done.stderr) == (part == "index"), done.stderr
    assert "Traceback" not in done.stderr
    assert _bytes(stored) == before
    assert KnowledgeGraph(stored.store_folder / "current").find("飞鸢坊")
    assert list(stored.store_folder.glob("tmp-*")) == []


_SWAP = """
import os, signal, sys
from pathlib import Path
from kg.pipeline.swap import replacing

left = int(sys.argv[2])

def kill_at(event, args):
    global left
    if event in ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.symlink", "shutil.rmtree", "open"):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(kill_at)
with replacing(Path(sys.argv[1]), "v-same") as folder:
    (folder / "manifest.json").write_text("{}")
print("whole")
"""


@pytest.mark.slow
def test_a_kill_at_each_step_of_the_swap_leaves_a_store(tmp_path: Path) -> None:
    """The swap after a forced build of the same inputs is killed at each step. ``current`` always leads to a complete build."""
    home, ends = tmp_path / "store", []
    (home / "v-same").mkdir(parents=True)
    mark(home / "v-same")
    (home / "v-same" / "manifest.json").write_text("{}")
    (home / "current").symlink_to("v-same")
    for step in range(1, 60):
        held = (home / "current").resolve()
        done = subprocess.run([sys.executable, "-c", _SWAP, str(home), str(step)], capture_output=True, check=False)
        assert (home / "current" / "manifest.json").read_text() == "{}"
        assert (held / "manifest.json").read_text() == "{}"  # who has opened the version before goes on reading
        ends.append(done.returncode)
        if done.stdout:
            break
    assert ends[-1] == 0
    assert len(ends) > 6
    assert set(ends[:-1]) == {-signal.SIGKILL}
    # one that was killed while it removed a folder can leave it empty: only what bears the mark is removed
    assert len([folder for folder in home.glob("v-*") if any(folder.iterdir())]) == 2


@pytest.mark.slow
def test_a_kill_at_each_step_of_the_first_build_leaves_a_folder_of_ours(tmp_path: Path) -> None:
    for step in range(1, 60):
        home = tmp_path / str(step)
        home.mkdir()
        done = subprocess.run([sys.executable, "-c", _SWAP, str(home), str(step)], capture_output=True, check=False)
        refuse_foreign(home)
        if done.stdout:
            break
        assert done.returncode == -signal.SIGKILL
    assert step > 6


@pytest.mark.slow
@pytest.mark.parametrize(
    ("part", "damage"),
    [
        ("index", None),
        ("index", b""),
        ("dataset.nq", b""),
        ("lookup.json", b"[]"),
        ("queries.json", b"[1]"),
        ("manifest.json", b'{"format": 2}'),
    ],
)
def test_a_damaged_store_is_seen_and_built_anew(
    world_project: Project, world: KnowledgeGraph, tmp_path: Path, part: str, damage: bytes | None
) -> None:
    shutil.copytree(world_project.store_folder / "current", tmp_path / "v-x")
    (tmp_path / "current").symlink_to("v-x")
    place = tmp_path / "current" / part
    assert damaged(tmp_path / "current") is None
    if damage is None:
        shutil.rmtree(place)
    else:
        for file in [place] if place.is_file() else place.glob("*.sst"):
            file.write_bytes(damage)
    assert str(damaged(tmp_path / "current")).startswith(part)
    copied = Project.find(WORLD, tmp_path)
    assert not unchanged(copied, Stamp.of(copied), "rules")
    store = next(c for c in examine(str(WORLD), str(tmp_path)) if c.what.en == "graph")
    assert (store.ok, store.mend and "--force" in store.mend.en) == (False, True)
    with pytest.raises(StoreError, match=f"damaged.*: {part}"):
        KnowledgeGraph(tmp_path / "current")


_BUILD = """
import os, re, sys

moment, number = sys.argv.pop(1), int(sys.argv.pop(1))

def at(name):
    if re.search(moment, name):
        os.kill(os.getpid(), number)

def called(frame, event, argument):
    if event == "c_call":
        at(argument.__name__)

def audited(event, arguments):
    if event == "open":
        at(f"open {arguments[0]}")
        if "/tmp-" in str(arguments[0]):
            sys.setprofile(called)  # no earlier, because it slows the program down

sys.addaudithook(audited)
from kg.faces.cli import main
main()
"""
"""``kg`` that sends itself a signal when it opens a file of some name, or calls a function of the engine."""


@pytest.mark.slow  # builds
@pytest.mark.parametrize(
    ("moment", "how"),
    [
        ("open .*/lock$", signal.SIGINT),
        ("open .*/tmp-", signal.SIGKILL),
        ("optimize", signal.SIGINT),
        ("optimize", signal.SIGKILL),
    ],
)
def test_a_kill_at_any_moment_leaves_the_old_store(stored: Project, moment: str, how: signal.Signals) -> None:
    """The build is killed while it reads, when it begins to write, and while it writes the index."""
    before = _bytes(stored)
    file = stored.root / "data" / "k1" / "notes.trig"
    file.write_text(file.read_text() + "# changed\n")
    command = [sys.executable, "-c", _BUILD, moment, str(int(how)), "build", "--project", str(stored.root)]
    done = subprocess.run([*command, "--store", str(stored.store_folder)], capture_output=True, check=False)
    assert done.returncode == (130 if how == signal.SIGINT else -signal.SIGKILL), done.stderr
    assert len(list(stored.store_folder.glob("tmp-*"))) == (how == signal.SIGKILL)
    assert _bytes(stored)["dataset.nq"] == before["dataset.nq"]
    assert KnowledgeGraph(stored.store_folder / "current").find("飞鸢坊")
    assert build(stored).built is True
