"""The ``#+`` lines of a ``.rq`` file: a subset of YAML with mappings, sequences and strings.

Every scalar is a string (``2030``, ``true`` and ``2001-01-01`` too). Anchors, aliases, tags, merge keys and nulls are
refused. So is a header that is too long or nested too deeply. The cost of reading a header is linear in its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kg.errors import Place, SyntaxProblem
from kg.terms import Text

if TYPE_CHECKING:
    from yaml.events import Event, NodeEvent, ScalarEvent

MOST_BYTES: Final = 16_384
MOST_LINES: Final = 256
_DEEPEST: Final = 8
_BREAK: Final = re.compile(r"\r\n|\r|\n")
_NULL_SCALARS: Final = ("", "~", "null", "Null", "NULL")
_INVISIBLE: Final = re.compile("[\x00-\x08\n-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Characters refused in a one-line string: control characters except tab, line separators, surrogates."""
_HINT: Final = Text(
    "头部需要 title、question、tags、params、columns;每个参数要有一个 VALUES ?名 { 默认值 }",
    "it needs title, question, tags, params, columns, and one VALUES ?name { default } per parameter",
)


@dataclass(frozen=True)
class HeaderNode:
    """A value of the header.

    Attributes:
        name: the path of keys from the root, as in ``params.segment``; empty for the whole header.
        place: file and line of its key.
        value: a string, a sequence of nodes or a mapping of nodes.
    """

    name: str
    place: Place
    value: str | Sequence[HeaderNode] | Mapping[str, HeaderNode]

    def text(self) -> str:
        """The value as a string that is not empty.

        Raises:
            SyntaxProblem: the value is empty or not a string.
        """
        if isinstance(self.value, str) and self.value.strip():
            return self.value
        raise self.mistake(Text("应是一段不空的文字", "must be a text that is not empty"))

    def texts(self) -> tuple[str, ...]:
        """The value as a sequence of strings.

        Raises:
            SyntaxProblem: the value is anything else.
        """
        if isinstance(self.value, Sequence) and not isinstance(self.value, str):
            return tuple(node.text() for node in self.value)
        raise self.mistake(Text("应是一列文字,如 [a, b]", "must be a list of texts, as in [a, b]"))

    def mapping(self) -> Mapping[str, HeaderNode]:
        """The value as a mapping.

        Raises:
            SyntaxProblem: the value is anything else.
        """
        if isinstance(self.value, Mapping):
            return self.value
        raise self.mistake(Text("应由“键: 值”组成", "must be made of “key: value”"))

    def fields(self, required: Sequence[str], optional: Sequence[str] = ()) -> Mapping[str, HeaderNode]:
        """The value as a mapping with all *required* keys, any of the *optional* keys, and no other key.

        Raises:
            SyntaxProblem: the value is not a mapping, lacks a required key, or has another key.
        """
        found = self.mapping()
        for key, node in found.items():
            if key not in required and key not in optional:
                known = ", ".join((*required, *optional))
                raise node.mistake(Text(f"不是这里的键;可用 {known}", f"is no key here; there are {known}"))
        lacking = ", ".join(key for key in required if key not in found)
        if lacking:
            raise self.mistake(Text(f"缺少 {lacking}", f"lacks {lacking}"))
        return found

    def mistake(self, what: Text) -> SyntaxProblem:
        """The error for this value. *what* completes a sentence about it, as in “must be a text”."""
        name = self.name[:80]
        zh, en = (f"的 {name} ", f"{name} in ") if name else ("", "")
        return SyntaxProblem(
            Text(f"查询文件的 #+ 头部{zh}{what.zh}", f"{en}the #+ header of the query {what.en}"),
            place=self.place,
            hint=_HINT,
        )


def lines_of(text: str) -> list[str]:
    """The lines of *text* as SPARQL counts them: only LF, CR and CR LF end a line."""
    return _BREAK.split(text)


def read(text: str, shown: str) -> HeaderNode:
    """The header of a query file.

    Args:
        text: the whole file.
        shown: the path as error messages give it.

    Raises:
        SyntaxProblem: the header is not in the subset of YAML described above; the error has file and line.
    """
    lines = [(n, line[2:]) for n, line in enumerate(lines_of(text), start=1) if line.startswith("#+")]
    whole = HeaderNode("", Place(shown, lines[0][0] if lines else 1), {})
    if len(lines) > MOST_LINES or sum(len(line.encode()) for _, line in lines) > MOST_BYTES:
        raise whole.mistake(
            Text(
                f"过长:最多 {MOST_LINES} 行、{MOST_BYTES} 字节",
                f"is too long: at most {MOST_LINES} lines and {MOST_BYTES} bytes",
            )
        )
    for n, line in lines:
        _refuse_invisible(line, HeaderNode("", Place(shown, n), line))
    return _Composer(shown, [n for n, _ in lines]).compose("\n".join(line for _, line in lines)) or whole


def _refuse_invisible(text: str, node: HeaderNode) -> None:
    if found := _INVISIBLE.search(text):
        code = f"U+{ord(found[0]):04X}"
        raise node.mistake(Text(f"含有不可见的字符 {code}", f"holds the invisible character {code}"))


class _Composer:
    """Builds nodes from the events of PyYAML's parser. Accepts only mappings, sequences and scalars."""

    def __init__(self, shown: str, numbers: Sequence[int]) -> None:
        self._shown = shown
        self._numbers = numbers  # index: line of the header, from 0; value: line of the file
        self._line = 0  # line of the header on which the latest event begins

    def compose(self, header: str) -> HeaderNode | None:
        """The root node of the YAML document in *header*; None if there is no document."""
        import yaml

        try:
            events = self._events(header)
            roots = [
                self._node(next(events), events, "", self._line, 0)
                for event in events
                if isinstance(event, yaml.DocumentStartEvent)
            ]
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            why = getattr(error, "problem", None) or str(error)
            line = mark.line if mark else self._line
            raise self._mistake(line, Text(f"不是 YAML:{why}", f"is not YAML: {why}")) from error
        except (ValueError, OverflowError) as error:  # the pure-Python parser of PyYAML raises these on "\UFFFFFFFF"
            raise self._mistake(self._line, Text(f"不是 YAML:{error}", f"is not YAML: {error}")) from error
        if len(roots) > 1:
            raise roots[1].mistake(Text("有不止一个 YAML 文档", "has more than one YAML document"))
        return roots[0] if roots else None

    def _events(self, header: str) -> Iterator[Event]:
        import yaml

        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's parser is ten times as fast
        for event in yaml.parse(header, Loader=loader):
            self._line = event.start_mark.line if event.start_mark else self._line
            yield event

    def _node(self, event: Event, events: Iterator[Event], name: str, line: int, depth: int) -> HeaderNode:
        """The node that begins with *event*; *line* of the header has its key."""
        import yaml

        if isinstance(event, yaml.AliasEvent):
            raise self._mistake(line, Text("不能用别名(*)", "may hold no alias (*)"))
        assert isinstance(event, yaml.NodeEvent)
        self._refuse_properties(event, line)
        if depth > _DEEPEST:
            raise self._mistake(line, Text("嵌套过深", "is nested too deeply"))
        if isinstance(event, yaml.MappingStartEvent):
            return HeaderNode(name, self._place(line), self._mapping(events, name, depth))
        if isinstance(event, yaml.SequenceStartEvent):
            value = []
            while not isinstance(event := next(events), yaml.SequenceEndEvent):
                value.append(self._node(event, events, name, self._line, depth + 1))
            return HeaderNode(name, self._place(line), value)
        assert isinstance(event, yaml.ScalarEvent)
        return self._scalar(event, name, line)

    def _mapping(self, events: Iterator[Event], name: str, depth: int) -> dict[str, HeaderNode]:
        import yaml

        found: dict[str, HeaderNode] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            line = self._line
            key = self._node(event, events, name, line, depth + 1).text()
            if key == "<<":
                raise self._mistake(line, Text("不能用合并键(<<)", "may hold no merge key (<<)"))
            node = self._node(next(events), events, f"{name}.{key}".removeprefix("."), line, depth + 1)
            if key in found:
                raise node.mistake(Text("出现了两次", "stands there twice"))
            found[key] = node
        return found

    def _scalar(self, event: ScalarEvent, name: str, line: int) -> HeaderNode:
        node = HeaderNode(
            name, self._place(line), "" if not event.style and event.value in _NULL_SCALARS else event.value
        )
        _refuse_invisible(event.value, node)  # from an escape such as "\0", or "\ud800" in pure-Python PyYAML
        return node

    def _refuse_properties(self, event: NodeEvent, line: int) -> None:
        if event.anchor is not None:
            raise self._mistake(line, Text("不能用锚点(&)", "may hold no anchor (&)"))
        if getattr(event, "tag", None) is not None:
            raise self._mistake(line, Text("不能用标签(!)", "may hold no tag (!)"))

    def _place(self, line: int) -> Place:
        """The place in the file of *line* of the header. A line after the header's end counts as its last line."""
        return Place(self._shown, self._numbers[min(line, len(self._numbers) - 1)])

    def _mistake(self, line: int, what: Text) -> SyntaxProblem:
        return HeaderNode("", self._place(line), "").mistake(what)
