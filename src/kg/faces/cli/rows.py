"""Headings and cells of the tables that several commands print."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from kg.terms import Text, slug

HEADS = {
    "view": Text("视图", "view"),
    "stage": Text("阶段", "stage"),
    "tier": Text("层级", "tier"),
    "segment": Text("环节", "segment"),
    "relation": Text("与产业的关系", "tie to the industry"),
    "company": Text("企业", "company"),
    "product": Text("产品", "product"),
    "passages": Text("出处", "source"),
    "side": Text("哪一方", "side"),
    "aspect": Text("关系", "relation"),
    "inverse": Text("反向关系", "relation the other way"),
    "thing": Text("事物", "thing"),
    "subject": Text("主语", "subject"),
    "predicate": Text("关系", "predicate"),
    "object": Text("宾语", "object"),
    "way": Text("第几条", "way"),
    "ground": Text("依据", "ground"),
    "severity": Text("级别", "severity"),
    "rule": Text("规则", "rule"),
    "focus": Text("对象", "focus"),
    "zh": Text("说明", "message"),
    "en": Text("说明", "message"),
    "involved": Text("涉及", "involved"),
}
"""Headings of the columns of charts, paths and audits, for readers."""
GROUNDS = {
    "background": Text("背景,报告未说", "background, not said by the report"),
    "inferred": Text("推理得出", "inferred"),
}
"""Ground of an edge that no passage states → its name for readers."""


def passage_names(passages: Iterable[str]) -> ox.Literal:
    """The names of *passages* as one cell."""
    return ox.Literal(" ".join(slug(p) for p in passages))
