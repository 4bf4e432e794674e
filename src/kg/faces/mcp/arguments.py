"""The arguments of a call, held to the tool's own schema; what is wrong is said with what would be right."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final

from kg.errors import NotFound, UsageProblem
from kg.faces.mcp.schemas import Schema, shared
from kg.faces.mcp.tools import Tool
from kg.terms import Text

_KINDS: Final = {
    "string": Text("文本", "a text"),
    "integer": Text("整数", "a whole number"),
    "number": Text("数", "a number"),
    "boolean": Text("true 或 false", "true or false"),
}
_BIG: Final = 10**15
_SHOWN: Final = 100
_FEW: Final = 20


def tool_called(name: str, tools: Mapping[str, Tool]) -> Tool:
    """The tool *name*.

    Raises:
        NotFound: there is none; the hint offers the nearest.
    """
    if name in tools:
        return tools[name]
    plain = {n.replace("-", "_"): n for n in tools}  # as a client may spell it that knows no hyphen
    if name in plain:
        return tools[plain[name]]
    near = get_close_matches(name, tools, n=3, cutoff=0.4)
    raise NotFound(
        Text(f"没有工具 {_cut(name)}", f"there is no tool {_cut(name)}"),
        hint=Text(f"是不是:{'、'.join(near)}?", f"did you mean: {', '.join(near)}?")
        if near
        else Text("工具见 tools/list;先试 find", "tools/list has them all; try find first"),
    )


def checked(tool: Tool, given: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """What a worker is told of a call.

    Args:
        tool: the tool.
        given: the arguments as the agent sent them.
        lang: the language of the server, unless the call names one.

    Raises:
        UsageProblem: an argument that the tool does not have, has not got, or cannot have this value.
    """
    own, common = tool.takes["properties"], shared(lang)
    known = {**own, **common}
    there = {name: value for name, value in given.items() if value not in (None, "")}  # as a form leaves a field empty
    for name in there:
        if name not in known:
            raise _unknown(tool, name, list(known))
    values = {name: _value(name, value, known[name]) for name, value in there.items()}
    for name in tool.takes.get("required", ()):
        if name not in values:
            raise _lacking(tool, name, own[name])
    told = {name: values.get(name, schema["default"]) for name, schema in common.items()}
    return {"tool": tool.name, "values": {n: v for n, v in values.items() if n in own}, **told}


def _value(name: str, value: Any, schema: Schema) -> Any:
    """*value* as *schema* wants it; a number may come as its text, a whole one with a point.

    Raises:
        UsageProblem: it is not what the schema wants.
    """
    made = _number(value, schema["type"])
    if not _fits(made, schema):
        raise UsageProblem(
            Text(f"参数 {name} 不能是“{_cut(value)}”", f"the parameter {name} cannot be “{_cut(value)}”"),
            hint=Text(f"需要:{_wanted(schema).zh}", f"wanted: {_wanted(schema).en}"),
        )
    return made


def _number(value: Any, kind: str) -> Any:
    """A text that is a number, or a whole number with a point, as that number; anything else as it is."""
    if kind not in ("integer", "number") or not isinstance(value, (str, float)):
        return value
    try:
        number = float(value)
    except ValueError:
        return value
    return int(number) if number.is_integer() and abs(number) < _BIG else number


def _fits(value: Any, schema: Schema) -> bool:
    kinds: dict[str, type | tuple[type, ...]] = {
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
    }
    kind = schema["type"]
    if not isinstance(value, kinds[kind]) or (isinstance(value, bool) and kind != "boolean"):
        return False
    if isinstance(value, str):
        return len(value) <= schema.get("maxLength", len(value)) and value in schema.get("enum", (value,))
    if isinstance(value, bool):
        return True
    return bool(schema.get("minimum", -_BIG) <= value <= schema.get("maximum", _BIG))


def _wanted(schema: Schema) -> Text:
    """What a value has to be."""
    kind = _KINDS[schema["type"]]
    if "enum" in schema:
        return Text(f"{'、'.join(schema['enum'])} 之一", f"one of {', '.join(schema['enum'])}")
    if "minimum" in schema:
        low, high = schema["minimum"], schema["maximum"]
        return Text(f"{low} 至 {high} 的{kind.zh}", f"{kind.en} from {low} to {high}")
    if "maxLength" in schema:
        most = schema["maxLength"]
        return Text(f"至多 {most} 字的{kind.zh}", f"{kind.en} of at most {most} characters")
    return kind


def _unknown(tool: Tool, name: str, known: list[str]) -> UsageProblem:
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    listed = known[:_FEW]
    mean = Text(f"是不是 {near[0]}?", f"did you mean {near[0]}? ") if near else Text("", "")
    return UsageProblem(
        Text(f"{tool.name} 没有参数 {_cut(name)}", f"{tool.name} has no parameter {_cut(name)}"),
        hint=Text(f"{mean.zh}它的参数:{'、'.join(listed)}", f"{mean.en}its parameters: {', '.join(listed)}"),
    )


def _lacking(tool: Tool, name: str, schema: Schema) -> UsageProblem:
    return UsageProblem(
        Text(f"{tool.name} 需要参数 {name}", f"{tool.name} needs the parameter {name}"),
        hint=Text(f"{name}:{schema['description']}", f"{name}: {schema['description']}"),
    )


def _cut(value: Any) -> str:
    """*value* as an error shows it."""
    try:
        text = str(value)
    except ValueError:  # Python writes no integer of more than some 4,000 digits
        return "…"
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
