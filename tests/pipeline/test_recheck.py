"""A check that is repeated after each edit finds what a first check would find."""

from __future__ import annotations

import random
import re
import shutil
from pathlib import Path

import pytest

from conftest import WORLD, small
from kg.check.findings import Finding
from kg.errors import KgError
from kg.pipeline.build import check
from kg.source.cache import SourceCache
from kg.source.project import Project

STATEMENT = re.compile(r'(?<=[;\s])(?P<property>\w+:[\w-]+) (?P<value>\w+:[\w-]+|"[^"\n]*"@\w\w|[\d.]+) ;')
EDITS = 12


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A copy of the invented project that a test may change."""
    shutil.copytree(WORLD, tmp_path / "world")
    return tmp_path / "world"


def looked(root: Path, cache: SourceCache | None = None) -> list[tuple[Finding, str]] | str:
    """The findings of a check, with that against the texts, and their constraint components; or the error of the check."""
    project = Project.find(root, root / "build")
    texts = [(d, (root / "texts" / f"{d.id}.txt").read_bytes().decode()) for d in project.documents]
    try:
        return [(finding, finding.component) for finding in check(project, texts, cache)]
    except KgError as error:
        return error.render("en")


def spoil(file: Path, chance: random.Random) -> None:
    """Remove a statement of *file*, give it the value of another one, or repeat it, with its own value or another one."""
    text = file.read_text(encoding="utf-8")
    found = list(STATEMENT.finditer(text))
    if not found:
        return
    one, other = chance.choice(found), chance.choice(found)
    said = f"{one['property']} {other['value']} ;"
    written = chance.choice(["", said, f"{one[0]} {said}", f"\n{one[0]}"])
    file.write_text(text[: one.start()] + written + text[one.end() :], encoding="utf-8")


@pytest.mark.slow  # two checks for each edit
def test_it_finds_after_each_edit_what_a_first_check_finds(world: Path) -> None:
    chance, cache, seen = random.Random(7), SourceCache(), []
    files = [world / "data" / name for name in ("entities.trig", "w1/statements.trig", "w2/statements.trig")]
    before: dict[Path, str] = {}
    for _ in range(EDITS):
        if len(before) > 2:  # an editor mends things, too
            file = chance.choice(list(before))
            file.write_text(before.pop(file), encoding="utf-8")
        file = chance.choice(files)
        before.setdefault(file, file.read_text(encoding="utf-8"))
        spoil(file, chance)
        found = looked(world, cache)
        assert found == looked(world)
        seen.append(str(found))
    assert len(set(seen)) > EDITS // 3


EDITED = {  # file, what stands in it, what comes in its place
    "ontology/ivc.ttl": (r"(?s)(ivc:Company a owl:Class ;.*?)    rdfs:subClassOf ivc:Organization ;\n", r"\1"),
    "ontology/shapes-integrity.ttl": (r"\{64\}", "{63}"),
    "ontology/shapes-audit.ttl": ("s:A09-uncredited a sh:NodeShape ;", r"\g<0> sh:deactivated true ;"),
    "queries/makers-in-segment.rq": ("SELECT", "SELCT"),
    "data/more.trig": (r"\A", "<https://w3id.org/xinzhi/graph/entities> { <urn:x> <urn:y> 3 . }"),
    "kg.toml": (r"\A", 'languages = ["fr"]\n'),
}


@pytest.mark.slow  # checks
def test_it_sees_an_edit_of_any_kind_of_file(tmp_path: Path) -> None:
    root = small("kites", tmp_path / "kites").root
    cache = SourceCache()
    plain = told(root, cache)
    for name, (old, new) in EDITED.items():
        path = root / name
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(re.sub(old, new, text, count=1), encoding="utf-8")
        found = told(root, cache)
        assert found == told(root), name
        assert found != plain, name
        if text:
            path.write_text(text, encoding="utf-8")
        else:
            path.unlink()
        assert told(root, cache) == plain, name


def told(root: Path, cache: SourceCache | None = None) -> str:
    try:
        return str(check(Project.find(root, root / "build"), (), cache))
    except KgError as error:
        return error.render("en")


def test_what_shapes_and_text_find_in_one_statement_is_one_finding(world: Path) -> None:
    file = world / "data" / "w1" / "statements.trig"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r"ivc:statedScale \d+", "ivc:statedScale 7", text, count=1), encoding="utf-8")
    found = [finding for finding, _ in looked(world) if finding.value == "7"]
    assert [(f.rule, f.place and f.place.file) for f in found] == [("I16-observation", "data/w1/statements.trig")]
