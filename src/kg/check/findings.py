"""A finding: the result of a check, with its focus node, file and line."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Final

from kg.errors import Place
from kg.terms import Text, compact, slug
from kg.vocab import IVC

SEVERITIES: Final = ("Violation", "Warning", "Info")
_WORDS: Final = {
    "Violation": Text("违反", "violation"),
    "Warning": Text("警告", "warning"),
    "Info": Text("提示", "info"),
}


@dataclass(frozen=True)
class Finding:
    """One result of a check; corresponds to a ``sh:ValidationResult``.

    Attributes:
        rule: the shape or check, e.g. ``I18-scale``.
        severity: ``Violation`` blocks the build, ``Warning`` and ``Info`` do not.
        focus: IRI of the focus node.
        message: what is wrong and how to correct it, in zh and en.
        path: IRI of the property concerned, or empty.
        value: IRI or lexical form of the offending value, or empty.
        involved: IRIs of the other nodes concerned, in order.
        component: SHACL constraint component (``ClassConstraintComponent``), or empty for other checks. Ignored in
            comparisons, so :func:`merge` joins findings that differ only in it.
        working: the arithmetic behind it, a step in each line; empty where there is none. Ignored in comparisons too.
        graph: IRI of the triple's graph, empty for the default graph, None if the check does not know it.
        place: file and line of the triple; None until :func:`kg.pipeline.build.locate` finds it.
    """

    rule: str
    severity: str
    focus: str
    message: Text
    path: str = ""
    value: str = ""
    involved: tuple[str, ...] = ()
    component: str = field(default="", compare=False)
    working: Text = field(default=Text("", ""), compare=False)
    graph: str | None = None
    place: Place | None = None

    def line(self, lang: str) -> str:
        """The finding as one line, in the style of a compiler: place, severity, rule, focus node, message."""
        where = f"{self.place}: " if self.place else ""
        severity = _WORDS[self.severity].pick(lang)
        return f"{where}{severity} {self.rule} {compact(self.focus)}: {self.message.pick(lang)}"


def merge(findings: Iterable[Finding]) -> list[Finding]:
    """Merge findings that differ only in ``involved`` and ``component``; ``involved`` becomes the union."""
    same: dict[Finding, dict[str, None]] = {}
    for finding in findings:
        same.setdefault(replace(finding, involved=()), {}).update(dict.fromkeys(finding.involved))
    return [replace(finding, involved=tuple(involved)) for finding, involved in same.items()]


def one_per_cause(findings: Iterable[Finding]) -> list[Finding]:
    """The findings without those that another one makes superfluous.

    A statement with several findings keeps the first. A finding on a property without a value (there are too
    many, or too few) is dropped if another one names the wrong value.
    """
    first: dict[tuple[str, ...], Finding] = {}
    for number, finding in enumerate(findings):
        same = (finding.focus, finding.path, finding.value) if finding.value else (str(number),)
        first.setdefault(same, finding)
    precise = {(f.focus, f.path) for f in first.values() if f.value}
    return [f for f in first.values() if f.value or (f.focus, f.path) not in precise]


def later_of_pairs(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, which have places, without the first of two violations of one rule in one file that name each other.

    Of two statements that cannot both stand, the one that was there is rather the earlier one. Between files, nothing tells.
    """
    every = list(findings)
    at = {(f.rule, f.path, f.focus): f for f in every if f.severity == "Violation"}

    def is_first(finding: Finding) -> bool:
        others = (at.get((finding.rule, finding.path, other)) for other in finding.involved)
        return any(o and finding.focus in o.involved and _is_before(finding.place, o.place) for o in others)

    return [f for f in every if f.severity != "Violation" or not is_first(f)]


def _is_before(one: Place | None, other: Place | None) -> bool:
    return one is not None and other is not None and one.file == other.file and one.line < other.line


def with_nearest(findings: Iterable[Finding], properties: Collection[str]) -> list[Finding]:
    """The findings; a message on an unknown property gets a “Did you mean …?” with the most similar of *properties*."""
    names = [slug(p) for p in properties if p.startswith(IVC)]
    return [_nearest(f, names) if f.path.startswith(IVC) and f.path not in properties else f for f in findings]


def _nearest(finding: Finding, names: Collection[str]) -> Finding:
    near = get_close_matches(slug(finding.path), names, n=1, cutoff=0.75)
    if not near:
        return finding
    offer = compact(IVC + near[0])
    message = Text(f"{finding.message.zh}是不是 {offer}?", f"{finding.message.en} Did you mean {offer}?")
    return replace(finding, message=message)


def order(findings: Iterable[Finding]) -> list[Finding]:
    """Findings sorted by severity, rule, focus node, path, value and message."""
    return sorted(
        findings, key=lambda f: (SEVERITIES.index(f.severity), f.rule, f.focus, f.path, f.value, f.message.en)
    )
