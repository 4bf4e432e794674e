"""Pages, data and charts of figures: all of them, each with its source, unlike ones never on one axis."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import httpx
import pytest

from browser import READERS, accessible, needs_chromium, opened
from conftest import Server
from kg.ask.figures import Group, Observation, Scope, Series, figures, grouped
from kg.ask.matrix import TAG
from kg.ask.overview import by_node
from kg.faces.plot.bars import bars, drawable
from kg.faces.plot.file import file
from kg.graph import KnowledgeGraph
from kg.terms import LANGS, slug
from kg.vocab import BASE, IVL

SVG = "{http://www.w3.org/2000/svg}"
LANTERNS = quote("纸灯业")


@pytest.fixture(scope="module")
def groups(world: KnowledgeGraph) -> list[Group]:
    return [group for group in grouped(figures(world.store, {}), world.names) if drawable(group)]


# -- charts ----------------------------------------------------------------------------------------------------------


def _bodies(chart: ET.Element) -> list[ET.Element]:
    """The bars, without those of the legend, whose widths are in pixels."""
    return [
        e for e in chart.iter(f"{SVG}rect") if e.get("class", "").startswith("body") and e.attrib["width"].endswith("%")
    ]


@pytest.mark.parametrize("lang", LANGS)
def test_a_chart_has_a_bar_and_a_sentence_for_each_figure(
    world: KnowledgeGraph, groups: list[Group], lang: str
) -> None:
    assert groups
    for group in groups:
        chart = ET.fromstring(bars(group, world.names, lang, "one"))
        assert len(_bodies(chart)) == len(group.figures)
        described = chart.findtext(f"{SVG}desc") or ""
        assert described.count("; ") == len(group.figures) - 1
        labelled = (chart.get("aria-labelledby") or "").split()
        assert [chart.find(f".//*[@id='{name}']") is not None for name in labelled] == [True, True]
        assert not [e for e in chart.iter() if "style" in e.attrib or e.tag in (f"{SVG}style", f"{SVG}script")]


def test_bars_are_as_long_as_their_values(world: KnowledgeGraph, groups: list[Group]) -> None:
    for group in groups:
        chart = ET.fromstring(bars(group, world.names, "en", "one"))
        widths = [float(bar.attrib["width"].rstrip("%")) for bar in _bodies(chart)]
        shares = [width / abs(figure.value) for width, figure in zip(widths, group.figures, strict=True)]
        assert max(shares) - min(shares) < 0.02 * max(shares) + 1e-9, group.scope


def test_each_estimator_has_an_axis_of_its_own(world: KnowledgeGraph, groups: list[Group]) -> None:
    several = [group for group in groups if len(group.series) > 1]
    assert several
    for group in groups:
        chart = ET.fromstring(bars(group, world.names, "en", "one"))
        assert len(list(chart.iter(f"{SVG}line"))) == len(group.series)


_SCOPE = Scope(IVL + "market-size", IVL + "cny", None, None, None, None, None)


def _group(*values: Any, comparator: str = "eq", status: str = "actual") -> Group:
    made = (
        Observation(
            f"urn:{n}",
            "urn:s",
            _SCOPE,
            None,
            2020 + n,
            IVL + comparator,
            value,
            IVL + status,
            (),
            (),
            (),
            (),
            None,
            None,
            {},
        )
        for n, value in enumerate(values)
    )
    return Group(_SCOPE, (Series((), tuple(made)),))


@pytest.mark.parametrize("status", ["actual", "estimate", "forecast", "target", "design", "none-such"])
def test_statuses_are_told_apart_by_more_than_words(world: KnowledgeGraph, status: str) -> None:
    looks = set()
    for one in ("actual", "estimate", "forecast", "target", "design", "none-such"):
        bar = _bodies(ET.fromstring(bars(_group(1.0, 2.0, status=one), world.names, "en", "x")))[0]
        looks.add(tuple(bar.get(name) for name in ("fill", "stroke-dasharray", "fill-opacity")))
    assert len(looks) == 6


@pytest.mark.parametrize(("comparator", "ends"), [("eq", 0), ("gt", 3), ("ge", 3), ("lt", 3), ("nearly", 3)])
def test_what_is_no_exact_value_ends_otherwise(world: KnowledgeGraph, comparator: str, ends: int) -> None:
    chart = ET.fromstring(bars(_group(1.0, 2.0, comparator=comparator), world.names, "en", "x"))
    assert len(list(chart.iter(f"{SVG}path"))) == ends, "one for each figure, and one in the legend"


def test_numbers_below_zero_and_no_numbers(world: KnowledgeGraph) -> None:
    chart = ET.fromstring(bars(_group(-5.0, 5.0, "1e999"), world.names, "en", "x"))
    below, above = _bodies(chart)
    assert float(below.attrib["x"].rstrip("%")) == 0
    assert below.attrib["width"] == above.attrib["width"] == above.attrib["x"]
    assert not drawable(_group(0.0, 0.0))
    assert not drawable(_group(1.0))
    assert not drawable(_group(1.0, "1e999"))


# -- pages ------------------------------------------------------------------------------------------------------------


def test_the_page_links_every_figure_and_its_passage(http: httpx.Client, world: KnowledgeGraph) -> None:
    found = figures(world.store, {"industry": world.resolve("纸灯业", "Industry").iri})
    page = http.get(f"/figures?industry={LANTERNS}").text
    for figure in found:
        assert f'href="/{figure.iri.removeprefix(BASE)}"' in page
        assert all(slug(passage) in page for passage in figure.passages)
    told = http.get(f"/figures.json?industry={LANTERNS}").json()
    listed = [f["iri"] for group in told["groups"] for series in group["series"] for f in series["figures"]]
    assert sorted(listed) == [figure.iri for figure in found]
    assert told["total"] == len(found)


def test_what_the_audit_found_of_a_figure_stands_beside_it(http: httpx.Client, world: KnowledgeGraph) -> None:
    found = by_node(world.audit())
    page, told = http.get(f"/figures?industry={LANTERNS}").text, http.get(f"/figures.json?industry={LANTERNS}").json()
    listed = [f for group in told["groups"] for series in group["series"] for f in series["figures"]]
    assert {f["iri"]: [one["iri"] for one in f["findings"]] for f in listed} == {
        f["iri"]: [finding.iri for finding in found.get(f["iri"], [])] for f in listed
    }
    flagged = [finding for f in listed for finding in found.get(f["iri"], [])]
    assert flagged
    product = http.get(f"/figures?thing={quote('走马灯')}").text
    assert all(f'href="/{finding.iri.removeprefix(BASE)}"' in page for finding in flagged)
    assert any(f'href="/{f.iri.removeprefix(BASE)}"' in product for f in found[f"{BASE}observation/w2-running-cn-2024"])


def test_tables_can_be_sorted_but_for_values_of_several_units(http: httpx.Client, world: KnowledgeGraph) -> None:
    page = http.get(f"/figures?industry={LANTERNS}").text
    tables = re.findall(r'<table class="figures" data-sortable>.*?</table>', page, re.DOTALL)
    assert len(tables) == page.count('<table class="figures"') > 1
    *alike, single = tables
    assert not any("data-unsorted" in table for table in alike)
    assert "data-unsorted" in single
    assert single.count('<data class="num" value="') == single.count("<tr>") - 1


def test_the_overview_leads_to_as_many_figures_as_it_says(http: httpx.Client) -> None:
    for selector, values in http.get("/figures.json").json().items():
        for one in values if selector != "dataset" else []:
            told = http.get("/figures.json", params={selector: one["iri"]}).json()
            assert told["total"] == one["figures"], (selector, one)


def test_every_chart_of_a_page_is_a_file_too(http: httpx.Client, world: KnowledgeGraph) -> None:
    page = http.get(f"/figures?industry={LANTERNS}").text
    links = re.findall(r'href="(/figures\.svg[^"]*)"', page)
    assert len(links) == page.count('class="plot"') > 0
    for link in links:
        image = http.get(link.replace("&amp;", "&"))
        assert image.headers["content-type"] == "image/svg+xml"
        text = "".join(ET.fromstring(image.text).itertext())
        assert "灯市研究院" in text, "the publisher of the source"


def test_what_is_not_there_is_said(http: httpx.Client) -> None:
    assert http.get("/figures?industry=nosuch").status_code == 404
    assert http.get(f"/figures.svg?industry={LANTERNS}&group=0").status_code == 404
    nothing = http.get(f"/figures?industry={LANTERNS}&region={quote('云汀')}")
    assert nothing.status_code == 200
    assert "没有给出这样的数字" in nothing.text or "共 0 个" not in nothing.text


def test_each_cell_of_a_matrix_leads_somewhere(http: httpx.Client, world: KnowledgeGraph) -> None:
    for query in (query for query in world.catalogue if TAG in query.tags):
        told = http.get(f"/matrix/{query.name}.json").json()
        page = http.get(f"/matrix/{query.name}").text
        links = re.findall(r'<td class="level\d"><a href="([^"]+)"', page)
        assert len(links) == sum(1 for row in told["cells"] for count in row if count)
        assert {http.get(link.replace("&amp;", "&")).status_code for link in links} == {200}


@pytest.mark.slow
@needs_chromium
@READERS
def test_they_are_read_in_any_window_and_by_any_reader(
    browser: Any, world_server: Server, reader: dict[str, Any]
) -> None:
    paths = ("/figures", f"/figures?industry={LANTERNS}", "/matrix/industries-by-regions?measure=passages")
    with opened(browser, world_server.url, **reader) as page:
        for path in paths:
            page.goto(world_server.url + path)
            assert accessible(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], path
            assert page.evaluate(_CUT) == [], path


_CUT = """[...document.querySelectorAll("svg.plot text")].filter(text => {
  const [inner, outer] = [text.getBoundingClientRect(), text.ownerSVGElement.getBoundingClientRect()];
  return inner.left < outer.left - 1 || inner.right > outer.right + 1 || inner.bottom > outer.bottom + 1;
}).map(text => text.textContent)"""
"""The texts of charts that do not fit into them."""


def test_a_file_tells_what_it_shows(world: KnowledgeGraph, groups: list[Group]) -> None:
    for lang in LANGS:
        root = ET.fromstring(file(world, groups[0], lang))
        assert root.attrib["viewBox"] == f"0 0 {root.attrib['width']} {root.attrib['height']}"
        assert len(_bodies(root)) == len(groups[0].figures)
