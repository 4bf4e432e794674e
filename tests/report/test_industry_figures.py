"""The page of an industry's figures tells those apart that sections on other industries have."""

from __future__ import annotations

import json
import re

from kg.ask.texts import Texts
from kg.faces.web.context import Context
from kg.faces.web.figures import page
from kg.faces.web.pages import Pages
from kg.graph import KnowledgeGraph
from kg.service.messages import Request
from kg.store.answers import Limits
from kg.terms import slug


def test_what_other_sections_say_is_a_part_of_its_own_and_names_them(report: KnowledgeGraph) -> None:
    context = Context(report, Pages(report, ""), Limits(), Texts(report.store, report.names))
    marked = 0
    for industry in report.names.of_kind("Industry"):
        asked = (("industry", slug(industry.iri)),)
        told = json.loads(page(context, Request("figures", "en", asked, suffix="json")).body)
        text = page(context, Request("figures", "en", asked, accept="text/html")).body.decode()
        keys = [group["key"] for group in told["groups"]]
        assert len(set(keys)) == len(keys)
        ids = re.findall(r' id="([^"]+)"', text)
        assert len(set(ids)) == len(ids), industry.iri
        for group in told["groups"]:
            for figure in (f for series in group["series"] for f in series["figures"]):
                home = {one["iri"] for one in (figure["subject"], *figure["chapters"])}
                elsewhere = bool(group["part"]) and group["key"].endswith("-others")
                assert (industry.iri in home) != elsewhere, figure["iri"]
                if elsewhere:
                    marked += 1
                    assert all(f'href="/chain/{slug(one["iri"])}"' in text for one in figure["chapters"])
    assert marked
