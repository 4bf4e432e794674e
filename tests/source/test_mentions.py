"""Where a line first names each thing that its graph speaks of."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.source.document import Document
from kg.source.mentions import mentions
from kg.source.passages import split
from kg.terms import compact
from kg.vocab import PREFIXES

HEAD = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())
NAMES = """g:entities {
  co:kite rdfs:label "青鸢"@zh , "Kite"@en . co:kite-paper rdfs:label "青鸢纸业"@zh .
  co:bell rdfs:label "铃社"@zh ; skos:altLabel "BELL"@en . <urn:bell> rdfs:label "铃社"@zh . }
"""
BEFORE = "序言。\n"
ALL = ("co:kite", "co:kite-paper", "co:bell", "<urn:bell>")


def found(folder: Path, line: str, things: tuple[str, ...] = ALL, carried: str = "") -> list[tuple[int, list[str]]]:
    """Offset in *line*, and what is first named there, if the graph of the line speaks of *things*.

    The line after it names a firm, but its graph speaks of none.
    """
    (folder / "carried.tsv").write_text(f"line\tentity\tnamed_in\tprinted\treason\n{carried}", encoding="utf-8")
    said = f"psg:d-L0002 {{ {' '.join(f'{thing} ivc:activeIn ind:x .' for thing in things)} }}"
    document, text = Document("d", folder), f"{BEFORE}{line}\n铃社"
    named = mentions(document, split("d", text, []), ox.parse(HEAD + NAMES + said, format=ox.RdfFormat.TRIG))
    assert {m.passage for m in named} <= {"d-L0002"}
    return [(m.start - len(BEFORE), [compact(thing) for thing in m.things]) for m in named]


@pytest.mark.parametrize(
    ("line", "order"),
    [
        ("铃社与青鸢往来", [(0, ["co:bell", "urn:bell"]), (3, ["co:kite"])]),
        ("先说青鸢,再说\uff22ell,又说青鸢", [(2, ["co:kite"]), (7, ["co:bell"])]),
        ("青鸢纸业在前,青鸢在后", [(0, ["co:kite-paper"]), (7, ["co:kite"])]),  # not inside the longer name
        ("只说青鸢纸业", [(2, ["co:kite", "co:kite-paper"])]),  # nowhere by itself
        ("\U0001f3ee青 鸢", [(1, ["co:kite"])]),  # offsets count code points; what folding drops parts no name
        ("谁也没提", []),
    ],
)
def test_things_are_found_in_the_order_of_the_line(
    tmp_path: Path, line: str, order: list[tuple[int, list[str]]]
) -> None:
    assert found(tmp_path, line) == order


def test_only_what_the_graph_speaks_of_is_found(tmp_path: Path) -> None:
    assert found(tmp_path, "铃社与青鸢往来", ("co:kite",)) == [(3, ["co:kite"])]


@pytest.mark.parametrize(("row", "order"), [("2\t飞鸟", [(2, ["co:kite"])]), ("3\t铃", [])])
def test_other_words_are_found_if_they_stand_in_the_line(
    tmp_path: Path, row: str, order: list[tuple[int, list[str]]]
) -> None:
    assert found(tmp_path, "一只飞鸟", ("co:kite",), f"2\torganization/kite\t{row}\tx\n") == order
