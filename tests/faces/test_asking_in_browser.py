"""Layout, questions and the SPARQL editor in a real browser: by keyboard, on a phone, in the dark, without scripts."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest

from browser import READERS, accessible, needs_chromium, opened
from conftest import Server
from kg.graph import KnowledgeGraph

pytestmark = [pytest.mark.slow, needs_chromium]
NARROW = (360, 740)
FIGURES = "/queries/figures-of-industry?industry=" + quote("纸灯业")
SELECT = "SELECT ?x ?label WHERE { ?x a ivc:Company ; rdfs:label ?label } ORDER BY ?x LIMIT 3"
PAGES = (
    "/queries",
    "/queries?q=xyzxyz",
    FIGURES,
    "/search",
    "/search?q=" + quote("灯纸有哪些代表企业?"),
    f"/sparql?query={quote(SELECT)}",
    "/sparql?query=DESCRIBE+co:qinglan",
)
WRONG = ("/queries/figures-of-industry?industry=nothing-such", "/organization/qinglam", "/sparql?query=ASK+{")


@READERS
def test_pages_are_accessible_and_as_wide_as_the_window(
    browser: Any, world_server: Server, reader: dict[str, Any]
) -> None:
    with opened(browser, world_server.url, **reader) as page:
        for path in PAGES:
            page.goto(world_server.url + path)
            assert accessible(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], path
            assert page.locator("html").get_attribute("lang") == reader["lang"]
            assert page.locator("h1").count() == page.locator("main").count() == 1


def test_pages_that_tell_a_mistake_are_accessible(browser: Any, world_server: Server) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 740}, locale="zh-CN")
    for path in WRONG:
        assert page.goto(world_server.url + path).status in (400, 404)
        assert accessible(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        assert page.get_by_role("alert").is_visible()
    page.context.close()


def test_a_language_chosen_on_a_page_stays(browser: Any, world_server: Server) -> None:
    with opened(browser, world_server.url) as page:
        page.goto(world_server.url + "/queries")
        page.get_by_role("link", name="English").click()
        page.get_by_role("navigation", name="main").get_by_role("link", name="audit").click()
        assert (page.locator("html").get_attribute("lang"), page.url) == ("en", f"{world_server.url}/audit")
        page.goto(world_server.url + "/audit?lang=zh")  # an address that names its language
        assert page.locator("html").get_attribute("lang") == "zh"


def test_the_header_is_used_by_keyboard(browser: Any, world_server: Server) -> None:
    with opened(browser, world_server.url, lang="en") as page:
        page.goto(world_server.url + "/audit")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "skip to content"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        menu = page.locator("details.dropdown summary")
        menu.focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getAttribute('href')").startswith("/chain/")
        page.keyboard.press("Escape")
        assert page.locator("details.dropdown[open]").count() == 0
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
        menu.click()
        page.locator("h1").click()
        assert page.locator("details.dropdown[open]").count() == 0
        assert page.locator("nav [aria-current=page]").text_content() == "audit"


def _column(page: Any, heading: str) -> list[str]:
    """The visible cells below *heading*; a number in its machine-readable form."""
    at = [re.sub(r"\W+$", "", text) for text in page.locator("thead th").all_text_contents()].index(heading)
    cells = page.locator(f"tbody tr:visible td:nth-child({at + 1})")
    return cells.evaluate_all("tds => tds.map(td => td.querySelector('data')?.value ?? td.textContent.trim())")


def test_a_table_sorts_by_a_column_and_filters_by_text(browser: Any, world_server: Server) -> None:
    with opened(browser, world_server.url, lang="en") as page:
        page.goto(world_server.url + FIGURES)
        before = _column(page, "value")
        head = page.get_by_role("columnheader", name="value")
        head.get_by_role("button").click()
        numbers = [float(value) for value in _column(page, "value")]
        assert numbers == sorted(numbers) == sorted(map(float, before))
        assert head.get_attribute("aria-sort") == "ascending"
        page.keyboard.press("Enter")
        assert [float(value) for value in _column(page, "value")] == numbers[::-1]
        page.keyboard.press("Enter")
        assert (_column(page, "value"), head.get_attribute("aria-sort")) == (before, None)
        page.get_by_role("columnheader", name="year", exact=True).get_by_role("button").click()
        years = _column(page, "year")
        assert years == sorted(years, key=lambda year: (not year, year))
        few = page.get_by_role("searchbox", name="filter the rows of this page")
        few.fill("market SIZE")
        shown = page.locator("tbody tr:visible")
        assert 0 < shown.count() < len(before)
        assert all("market size" in row for row in shown.all_text_contents())
        assert page.locator(".filter [role=status]").text_content() == f"{shown.count()} of {len(before)} rows"


def test_a_question_is_asked_by_keyboard_about_several_things(browser: Any, world_server: Server) -> None:
    with opened(browser, world_server.url) as page:
        page.goto(world_server.url + "/queries/companies-in-segment")
        page.get_by_role("combobox", name="环节").focus()
        page.keyboard.type("灯纸,")
        offered = page.locator("datalist option").evaluate_all("options => options.map(option => option.value)")
        assert "灯纸,灯架" in offered
        page.keyboard.type("灯架")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("segment="))
        assert "灯纸" in page.locator("h1").text_content()
        assert "灯架" in page.locator("h1").text_content()
        assert page.locator("tbody tr").count() > 1


def test_links_and_code_are_copied(browser: Any, world_server: Server) -> None:
    with opened(browser, world_server.url, lang="en", permissions=["clipboard-read", "clipboard-write"]) as page:
        page.goto(world_server.url + FIGURES)
        page.locator("button[data-copy=address]").click()
        page.get_by_role("button", name="copied").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == f"{world_server.url}{FIGURES}&lang=en"


def test_a_query_is_written_with_names_completed(browser: Any, world_server: Server, world: KnowledgeGraph) -> None:
    with opened(browser, world_server.url) as page:
        with page.expect_response("**/completion.json"):
            page.goto(world_server.url + "/sparql")
        page.get_by_role("textbox", name="查询").click()
        keys = page.keyboard
        keys.press("Control+A")
        keys.type("SELECT * { ?x 涉足产业")
        offered = page.locator(".cm-tooltip-autocomplete li")
        offered.first.wait_for()
        page.wait_for_timeout(100)  # the editor takes no key for a list that has just opened (75 ms)
        keys.press("Enter")
        keys.type(" 纸灯业")
        offered.filter(has_text="ind:paper-lanterns").first.wait_for()
        page.wait_for_timeout(100)
        keys.press("Enter")
        assert page.locator("#query").input_value() == "SELECT * { ?x ivc:activeIn ind:paper-lanterns}"
        keys.press("Control+Enter")
        page.wait_for_url(re.compile("query="))
        wanted = len(world.sparql("SELECT * { ?x ivc:activeIn ind:paper-lanterns }"))  # type: ignore[arg-type]
        assert page.locator("tbody tr").count() == wanted > 1
        assert re.match(rf"{wanted} 行 · 用时 \d+ 毫秒", page.locator("p[role=status]").text_content())


def test_an_error_in_a_query_is_where_the_cursor_stands(browser: Any, world_server: Server) -> None:
    page = browser.new_page(locale="en-GB")
    broken = quote("SELECT * {\n  ?s ivc:activeIn\n}")
    page.goto(f"{world_server.url}/sparql?query={broken}")
    page.keyboard.type("X")
    lines = page.locator("#query").input_value().splitlines()
    assert [line for line in lines if "X" in line]
    assert lines.index(next(line for line in lines if "X" in line)) in (1, 2)
    page.context.close()


def test_a_saved_question_opens_in_the_editor(browser: Any, world_server: Server) -> None:
    with opened(browser, world_server.url, lang="en") as page:
        page.goto(world_server.url + "/sparql")
        page.get_by_label("start from a saved question").select_option("companies-in-segment")
        page.get_by_role("button", name="open").click()
        page.wait_for_url(re.compile("example=companies-in-segment"))
        assert page.locator("#query").input_value().startswith("PREFIX")
        page.get_by_role("button", name="run", exact=True).click()
        page.wait_for_url(re.compile("query="))
        assert page.locator("tbody tr").count() > 0


def test_everything_can_be_asked_without_scripts(browser: Any, world_server: Server) -> None:
    with opened(browser, world_server.url, lang="en", java_script_enabled=False) as page:
        page.goto(world_server.url + "/sparql")
        page.get_by_label("query (read-only").fill(SELECT)
        page.get_by_role("button", name="run", exact=True).click()
        assert page.locator("tbody tr").count() == 3
        page.goto(world_server.url + "/queries/companies-in-segment")
        page.get_by_role("combobox", name="segment").fill("lantern paper")
        page.get_by_role("button", name="ask", exact=True).click()
        assert page.locator("tbody tr").count() > 0
        assert page.locator("button:visible", has_text="copy").count() == 0
        page.locator("details.dropdown summary").click()
        page.get_by_role("link", name="wind chimes").or_(page.locator("details.dropdown a").first).first.click()
        assert "/chain/" in page.url


def test_print_leaves_out_what_paper_cannot_use(browser: Any, world_server: Server) -> None:
    with opened(browser, world_server.url, lang="en") as page:
        page.goto(world_server.url + FIGURES)
        page.emulate_media(media="print")
        for selector in ("header nav", "form", ".links", ".filter", "button.quiet"):
            assert page.locator(f"{selector}:visible").count() == 0, selector
        assert page.locator(".psg:visible").count() > 0
        assert page.pdf()[:5] == b"%PDF-"
