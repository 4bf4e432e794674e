"""The labels of the tags that saved queries have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from kg.source.queryfile import SavedQuery
from kg.terms import Text

LABELS: Final[Mapping[str, Text]] = {
    "figure": Text("数字", "figures"),
    "company": Text("企业", "companies"),
    "chain": Text("产业链", "value chains"),
    "product": Text("产品", "products"),
    "technology": Text("技术", "technologies"),
    "application": Text("应用", "applications"),
    "region": Text("地区", "regions"),
    "policy": Text("政策", "policies"),
    "project": Text("项目", "projects"),
    "claim": Text("论断", "claims"),
    "forecast": Text("预测", "forecasts"),
    "arithmetic": Text("推算", "arithmetic"),
    "compare": Text("比较", "comparisons"),
    "relation": Text("关系", "relations"),
    "overview": Text("概览", "overviews"),
    "matrix": Text("矩阵", "matrices"),
    "count": Text("计数", "counts"),
    "graph": Text("图谱", "the graph"),
    "absence": Text("空缺", "what is missing"),
    "provenance": Text("出处", "sources"),
    "audit": Text("审计", "audit"),
}
"""Tag → its label. A tag of a project's own is its own label."""


def label(tag: str) -> Text:
    """The label of *tag*."""
    return LABELS.get(tag, Text(tag, tag))


def used(queries: Iterable[SavedQuery]) -> list[str]:
    """The tags of *queries* in the order of :data:`LABELS`, a project's own ones last."""
    found = {tag for query in queries for tag in query.tags}
    return [*(tag for tag in LABELS if tag in found), *sorted(found - LABELS.keys())]


def grouped(queries: Iterable[SavedQuery]) -> dict[str, list[SavedQuery]]:
    """Tag → those of *queries* of which it is the first tag; in the order of :func:`used`."""
    members = list(queries)
    found = {tag: [query for query in members if query.tags[0] == tag] for tag in used(members)}
    return {tag: queries for tag, queries in found.items() if queries}
