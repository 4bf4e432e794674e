"""The tools ``find``, ``why``, ``audit``, ``compare`` and ``path``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kg.ask import plain
from kg.ask.comparison import SIDES, Aspect, Comparison, Related
from kg.ask.explain import explain
from kg.ask.names import Match
from kg.ask.overview import AuditFinding
from kg.ask.statement import read
from kg.ask.support import leaves
from kg.ask.ways import Hop, unconnected
from kg.errors import NotFound
from kg.faces.mcp.result import Result, ResultRow, cited, ids, table_head, table_line
from kg.faces.mcp.sources import FEW, ground_of
from kg.reason.proof import Missing, Proof
from kg.terms import Text, class_iri, compact, listed, slug
from kg.vocab import SH, SHAPE

if TYPE_CHECKING:
    from kg.faces.mcp.call import Call

_ALL: Final = 10_000
_DIFFERENT: Final = Text("同一关系,对象不同", "same relation, other values")
_UNSAID: Final = Text(
    "没有规则能得出它;文献也没有这样说,这不等于否定",
    "no rule infers it and the documents do not say it, which does not mean that it is false",
)


def find(call: Call) -> Result:
    """The things that match a text, best first.

    Raises:
        NotFound: no name is similar.
    """
    text, kinds = call.values["text"], [call.values["kind"]] if "kind" in call.values else []
    matches = call.graph.find(text, *kinds, limit=_ALL)
    if not matches:
        raise NotFound(
            Text(f"没有与“{text}”相近的名称", f"no name comes near “{text}”"),
            hint=Text("换一种写法,取短一些,或不限类别", "try another spelling, a shorter text, or no kind"),
        )
    zh = call.lang == "zh"
    heads = ("名称", "类别", "IRI", "匹配", "见于") if zh else ("name", "kind", "IRI", "fit", "mentioned in")
    return Result(
        title=Text(f"“{text}”可能指:", f"what “{text}” may mean:").pick(call.lang),
        head={"text": text},
        rows=(_match(call, m) for m in matches[call.offset :]),
        total=len(matches),
        above=table_head(heads),
    )


def _match(call: Call, match: Match) -> ResultRow:
    iri = match.thing.iri
    passages = call.sources.mentions([ox.NamedNode(iri)])
    data = {
        **plain.match(match),
        "kind": plain.named(class_iri(match.thing.kind), call.graph.names),
        "mentions": len(passages),
        "ground": "mentioned",
        "passages": call.sources.cite(passages[:FEW], call.spans),
    }
    kind = call.graph.names.kind_label(match.thing.kind, call.lang)
    cells = (match.thing.label.pick(call.lang), kind, compact(iri), f"{match.score:.0f}", ids(data))
    return ResultRow(data, table_line(cells))


def why(call: Call) -> Result:
    """The proofs of a triple, shortest first; or the premises that are missing.

    Raises:
        NotFound: subject, predicate or object is unknown.
    """
    names, start = call.graph.names, call.offset
    three = [call.values[name] for name in ("subject", "predicate", "object")]
    found = call.sources.prover.why(read(call.graph.store, names, *three))
    words = explain(found, names)
    holds = Text("成立", "it holds") if found.holds else Text("不成立", "it does not hold")
    rows: Iterator[ResultRow]
    if found.holds:
        total = len(found.proofs)
        pairs = zip(found.proofs[start:], words["proofs"][start:], strict=True)
        rows = (_proof(call, proof, each) for proof, each in pairs)
    else:
        total = len(found.missing)
        lacks = zip(found.missing[start:], words["missing"][start:], strict=True)
        rows = (_missing(call, missing, each) for missing, each in lacks)
    return Result(
        title=f"{words['triple'][call.lang]}: {holds.pick(call.lang)}",
        head={"triple": words["triple"], "holds": found.holds},
        rows=rows,
        total=total,
        note=None if total else _UNSAID,
    )


def _proof(call: Call, proof: Proof, words: dict[str, Any]) -> ResultRow:
    tree = _with_ids(words)
    data = {
        "proof": tree,
        "ground": ground_of(proof),
        "passages": call.sources.cite(leaves(proof), call.spans),
    }
    return ResultRow(data, "\n".join(_tree(tree, call.lang)))


def _with_ids(words: Mapping[str, Any]) -> dict[str, Any]:
    """A proof with ids of passages instead of IRIs."""
    premises = [_with_ids(p) for p in words["premises"]]
    return {**words, "passages": [slug(p) for p in words["passages"]], "premises": premises}


def _tree(proof: Mapping[str, Any], lang: str, depth: int = 0) -> Iterator[str]:
    stated = f" [{' '.join(proof['passages'])}]" if proof["passages"] else ""
    ground = stated or ("" if proof["rule"] else f" ({proof['kind']})")
    rule = f"  <= {proof['rule'][lang]}" if proof["rule"] else ""
    yield f"{'  ' * depth}- {proof[lang]}{ground}{rule}"
    for premise in proof["premises"]:
        yield from _tree(premise, lang, depth + 1)


def _missing(call: Call, missing: Missing, words: dict[str, Any]) -> ResultRow:
    """The row for a rule that lacks one premise, with the passages of its other premises."""
    lang = call.lang
    passages = [p for triple in missing.present for p in call.sources.statement(triple)[1]]
    data = {"missing": words, "ground": "computed", "passages": call.sources.cite(passages, call.spans)}
    lines = [f"- {words['rule'][lang]}", f"  {Text('缺', 'lacks').pick(lang)}: {words['lacking'][lang]}"]
    if words["present"]:
        lines.append(f"  {Text('有', 'has').pick(lang)}: {'; '.join(p[lang] for p in words['present'])}{cited(data)}")
    return ResultRow(data, "\n".join(lines))


def audit(call: Call) -> Result:
    """The audit's findings on contradictions in the documents, for all industries or for one.

    Raises:
        NotFound: no industry has the name.
    """
    names, severity, industry = call.graph.names, call.values.get("severity"), call.values.get("industry")
    found = call.graph.audit(industry, severity=severity, rule=call.values.get("rule"))
    about = plain.named(call.graph.resolve(industry, "Industry").iri, names) if industry else None
    return Result(
        title=Text("文献自相矛盾与遗漏之处:", "where the documents disagree with themselves:").pick(call.lang),
        head={"industry": about},
        rows=(_finding(call, f) for f in found[call.offset :]),
        total=len(found),
    )


def _finding(call: Call, found: AuditFinding) -> ResultRow:
    names, lang = call.graph.names, call.lang
    passages = list(found.passages)
    if not passages:
        passages = call.sources.mentions([ox.NamedNode(i) for i in (found.focus, *found.involved)])[:FEW]
    data = {
        **plain.finding(found, names),
        "rule": plain.named(SHAPE + found.rule, names),
        "ground": "computed",
        "passages": call.sources.cite(passages, call.spans),
    }
    severity, rule = names.label(SH + found.severity, lang), names.label(SHAPE + found.rule, lang)
    return ResultRow(
        data, f"- {severity} · {rule}: {names.label(found.focus, lang)}: {found.message.pick(lang)}{cited(data)}"
    )


def compare(call: Call) -> Result:
    """Two things side by side: what both are related to, what only one is, what differs, then their figures in pairs.

    Raises:
        NotFound: a thing is unknown.
        UsageProblem: both are the same, or the project has no query that compares them.
    """
    found = call.graph.compare(call.values["one"], call.values["other"])
    one, other, names = found.one, found.other, call.graph.names
    rows = chain(
        (_related(call, item) for item in found.related),
        (_different(call, aspect) for aspect in found.differences),
        (_pair(call, found, r) for r in found.figures.rows),
    )
    return Result(
        title=f"{one.label.pick(call.lang)} · {other.label.pick(call.lang)}",
        head={"one": plain.named(one.iri, names), "other": plain.named(other.iri, names)},
        rows=islice(rows, call.offset, None),
        total=len(found.related) + len(found.differences) + len(found.figures),
    )


def _related(call: Call, item: Related) -> ResultRow:
    names, lang = call.graph.names, call.lang
    data = {
        **plain.related(item, names),
        "ground": "mentioned",
        "passages": call.sources.cite(item.passages, call.spans),
    }
    aspect = names.label(item.aspect, lang, inverse=item.inverse)
    return ResultRow(data, f"- {SIDES[item.side].pick(lang)} · {aspect}: {names.label(item.thing, lang)}{cited(data)}")


def _different(call: Call, aspect: Aspect) -> ResultRow:
    """A relation that both things have, each with others."""
    names, lang = call.graph.names, call.lang
    passages = dict.fromkeys(passage for item in (*aspect.one, *aspect.other) for passage in item.passages)
    data = {
        "side": "different",
        **plain.difference(aspect, names),
        "ground": "mentioned",
        "passages": call.sources.cite(list(passages), call.spans),
    }
    sides = (listed(names.text(item.thing) for item in side).pick(lang) for side in (aspect.one, aspect.other))
    relation = names.label(aspect.iri, lang, inverse=aspect.inverse)
    return ResultRow(data, f"- {_DIFFERENT.pick(lang)} · {relation}: {' ↔ '.join(sides)}{cited(data)}")


def _pair(call: Call, found: Comparison, row: Sequence[Any]) -> ResultRow:
    pair = plain.pair(found.figures, row, call.graph.names)
    passages = [pair.pop(name)["iri"] for name in ("passage", "other_passage")]
    data = {
        "side": "figures",
        **pair,
        "ground": "computed",
        "passages": call.sources.cite(list(dict.fromkeys(passages)), call.spans),
    }
    cells = (f"{name}={v[call.lang] if isinstance(v, dict) else v}" for name, v in pair.items())
    return ResultRow(data, f"- {Text('数字', 'figures').pick(call.lang)} · {'; '.join(cells)}{cited(data)}")


def path(call: Call) -> Result:
    """The ways that connect two things, hop by hop; those through things with many neighbours come last.

    Raises:
        NotFound: a thing is unknown. UsageProblem: both are the same.
    """
    graph, names = call.graph, call.graph.names
    one, other = graph.resolve(call.values["one"]), graph.resolve(call.values["other"])
    inferred = bool(call.values.get("inferred"))
    found = graph.ways(one.iri, other.iri, inferred=inferred)
    hops = [(n, hop) for n, way in enumerate(found.ways, 1) for hop in way.hops]
    return Result(
        title=f"{one.label.pick(call.lang)} … {other.label.pick(call.lang)}",
        head={"one": plain.named(one.iri, names), "other": plain.named(other.iri, names)},
        rows=(_hop(call, n, hop) for n, hop in hops[call.offset :]),
        total=len(hops),
        note=None if hops else unconnected(inferred=inferred, complete=found.complete),
    )


def _hop(call: Call, way: int, hop: Hop) -> ResultRow:
    names, lang = call.graph.names, call.lang
    data = {"way": way, **plain.hop(hop, names), "passages": call.sources.cite(hop.passages, call.spans)}
    here, there = hop.ends
    edge = names.label(hop.predicate, lang, inverse=not hop.forward)
    return ResultRow(data, f"{way}. {names.label(here, lang)} — {edge} → {names.label(there, lang)}{cited(data)}")
