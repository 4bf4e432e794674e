"""The invented project of tests/world: it is what the other tests take it for."""

from __future__ import annotations

from collections import defaultdict
from hashlib import sha256

import pyoxigraph as ox
import pytest

from conftest import WORLD
from kg.check.fidelity import against_text
from kg.graph import KnowledgeGraph
from kg.source.document import read_sections
from kg.source.headings import guess_sections
from kg.source.mentions import mentions
from kg.source.passages import generate, industries, registered, split
from kg.source.project import Project
from kg.source.turtle import read_project
from kg.terms import compact, iri
from kg.vocab import BASE, INFERRED, IVC, LABEL, ONTOLOGY, PASSAGE, TYPE

DOCUMENTS = ("w1", "w2")
OWN = "https://example.org/lamp/"
PLANNED = [
    ("A01-cagr", "obs:w1-lantern-cn-cagr"),
    ("A02-yoy", "obs:w1-chime-cn-growth"),
    ("A03-breakdown", "brk:lantern-uses"),
    ("A04-part-whole", "obs:w1-lanterns-chengzhou-2024"),
    ("A05-subtotal", "obs:w1-running-cn-2024"),
    ("A06-rival", "obs:w1-lantern-cn-2029"),
    ("A07-share-amount", "obs:w1-running-share"),
    ("A08-stale-forecast", "obs:w1-chime-world-2024"),
    ("A09-uncredited", "obs:w2-umbrella-world-2024"),
    ("A10-two-firsts", "clm:w1-mingying-first"),
    ("A11-two-tiers", "seg:lantern-paper"),
    ("A12-empty-section", "psg:w1-L0040"),
    ("A13-rival-path", "obs:w2-lantern-cn-2027"),
    ("A14-unit-change", "obs:w2-umbrella-world-2023"),
    ("A15-section-gap", "ind:paper-lanterns"),
    ("A16-divided-twice", "ind:paper-lanterns"),
    ("A16-divided-twice", "ind:wind-chimes"),
    ("A17-undated", "obs:w2-lantern-penetration"),  # it lacks its year,
    ("A17-undated", "obs:w2-lantern-penetration"),  # and its region
    ("A18-lacks-section", "ind:paper-umbrellas"),
    ("A19-members", "col:umbrella-three"),
    ("A20-aspirant", "co:zhuli"),
    ("A21-remark", "psg:w1-L0021"),
]
"""Every finding of the audit: the rule, and the node that it is about."""


def text(document: str) -> str:
    return (WORLD / "texts" / f"{document}.txt").read_bytes().decode()


def test_the_audit_finds_what_was_planned(world: KnowledgeGraph) -> None:
    assert sorted((f.rule, compact(f.focus)) for f in world.audit()) == PLANNED


def test_every_audit_rule_is_planned_for() -> None:
    shapes = ox.parse(path=str(WORLD.parents[1] / "ontology" / "shapes-audit.ttl"), format=ox.RdfFormat.TURTLE)
    rules = {iri(q.subject).rpartition("/")[2] for q in shapes if iri(q.object).endswith("#NodeShape")}
    assert {rule for rule, _ in PLANNED} == rules


def test_every_term_is_used(world: KnowledgeGraph) -> None:
    """Something that the world speaks of is of each class, and has each property, asserted or inferred."""
    used: set[str] = set()
    spoken: set[object] = set()
    said: list[ox.Quad] = list(ox.parse(path=str(world.path / "dataset.nq"), format=ox.RdfFormat.N_QUADS))
    for quad in said:
        if iri(quad.graph_name) not in (ONTOLOGY, INFERRED):
            spoken |= {quad.subject, quad.predicate, quad.object}
    for quad in said:
        if quad.subject in spoken:
            used |= {quad.predicate.value, iri(quad.object) if quad.predicate.value == TYPE else ""}
    kinds = ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")
    declared = {
        iri(quad.subject)
        for quad in said
        if quad.predicate.value == TYPE and iri(quad.object).rpartition("#")[2] in kinds
    }
    terms = {term for term in declared if term.startswith(IVC)}
    assert sorted(compact(term) for term in terms - used) == []
    assert len(terms) > 100


@pytest.mark.parametrize("document", DOCUMENTS)
def test_passages_are_the_spans_of_the_text(world_project: Project, document: str) -> None:
    """They are counted here, not by the program: each non-empty line, its place and its digest."""
    words = text(document)
    expected, start = {}, 0
    for n, line in enumerate(words.split("\n"), start=1):
        if line:
            digest = sha256(line.encode()).hexdigest()
            expected[f"{PASSAGE}{document}-L{n:04d}"] = (str(start), str(start + len(line)), digest)
        start += len(line) + 1
    quads = read_project(world_project)
    have = {
        node: tuple(said.fields[name] for name in ("start", "end", "sha256"))
        for node, said in registered(quads).items()
        if said.document == f"{BASE}document/{document}"
    }
    assert have == expected
    assert 25 <= len(have) <= 45
    whole = [
        q.object
        for q in quads
        if iri(q.subject) == f"{BASE}document/{document}" and q.predicate.value == IVC + "sha256"
    ]
    assert whole == [ox.Literal(sha256(words.encode()).hexdigest())]


def test_a_character_beyond_the_first_plane_stands_before_others() -> None:
    """Offsets that counted UTF-16 units would be seen."""
    assert [c for c in text("w2")[:100] if ord(c) > 0xFFFF] == ["🏮"]


@pytest.mark.parametrize("number", [0, 1], ids=DOCUMENTS)
def test_each_document_says_what_its_text_says(world_project: Project, number: int) -> None:
    document = world_project.documents[number]
    words = text(document.id)
    sections = read_sections(document)
    passages = split(document.id, words, sections)
    named = mentions(document, passages, read_project(world_project))
    assert generate(document, words, passages, named) == document.passages.read_text(encoding="utf-8")
    assert [f.line("en") for f in against_text(read_project(world_project), document, words)] == []
    guessed = guess_sections(words, industries(world_project))
    assert guessed == [s for s in sections if (document.id, s.line) != ("w1", 1)]  # the title of w1 was added by hand


def test_the_two_documents_share_things_of_four_kinds(world_project: Project) -> None:
    quads = read_project(world_project)
    named: dict[str, set[str]] = defaultdict(set)
    for quad in quads:
        if iri(quad.graph_name).startswith(PASSAGE):
            named[iri(quad.graph_name).removeprefix(PASSAGE)[:2]] |= {iri(quad.subject), iri(quad.object)}
    both = named["w1"] & named["w2"]
    kinds = {iri(q.object).removeprefix(IVC) for q in quads if q.predicate.value == TYPE and iri(q.subject) in both}
    assert kinds >= {"Company", "Region", "Technology", "Application", "Industry"}


def test_two_documents_agree_on_one_figure_and_differ_on_another(world: KnowledgeGraph) -> None:
    chimes = [(r["year"], r["value"], r["other"]) for r in world.query("two-figures", industry="风铃业")]
    lanterns = [(r["year"], r["value"], r["other"]) for r in world.query("two-figures")]
    assert (chimes, lanterns) == ([(2024, 3e9, 3e9)], [(2029, 2e10, 3e10)])


def test_names_are_ambiguous_alike_and_of_another_base(world: KnowledgeGraph) -> None:
    assert [m.thing.kind for m in world.find("竹编")[:2]] == ["Technology", "Product"]
    alike = {compact(m.thing.iri) for m in world.find("明莹灯业")[:2]}
    assert alike == {"co:mingying-lamps", "co:mingying-lanterns"}
    assert [world.resolve(name).iri for name in ("听竹社", "灯礼盒", "竹影灯")] == [
        f"{OWN}organization/听竹社",
        f"{OWN}segment/gift-boxes",
        f"{OWN}product/竹影灯",
    ]


def test_all_is_ours_but_china_and_the_world(world_project: Project) -> None:
    """No IRI of the packaged project is used otherwise, so that none of its facts can be mistaken for one of these."""
    packaged = ox.parse(path=str(WORLD.parents[1] / "data" / "entities.trig"), format=ox.RdfFormat.TRIG)
    theirs = {q.subject for q in packaged if q.predicate.value == LABEL}
    ours = {q.subject for q in read_project(world_project) if q.predicate.value == LABEL}
    assert {compact(iri(node)) for node in ours & theirs if not iri(node).startswith((IVC, BASE + "list/"))} == {
        "reg:china",
        "reg:world",
    }
