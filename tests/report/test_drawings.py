"""The drawings of the packaged report: each can be read as it opens, and shows all that belongs to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from browser import DESKTOP, PHONE, needs_chromium
from drawings import is_readable, page_of, things_of
from kg.graph import KnowledgeGraph

INDUSTRIES = [
    "商业航天",
    "低空经济",
    "生物制造",
    "量子科技",
    "具身智能",
    "6G",
    "智能网联新能源汽车",
    "人工智能手机和电脑",
    "智能机器人",
    "智能制造装备",
]


@pytest.mark.slow
@needs_chromium
@pytest.mark.parametrize("thing", [*INDUSTRIES, "华为", "机器人", None])
def test_a_drawing_can_be_read(report: KnowledgeGraph, browser: Any, tmp_path: Path, thing: str | None) -> None:
    with page_of(browser, report, thing, tmp_path) as page:
        for size, lang in ((DESKTOP, "zh"), (PHONE, "en")):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.evaluate("(lang) => { setLanguage(lang); resize(); arrange(); fit(); }", lang)
            seen = is_readable(page)
            assert things_of(report, thing) <= set(seen["shown"])
