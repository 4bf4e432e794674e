"""The arguments of a call, checked against the tool's own schema; an error says what would be right."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from math import isfinite
from typing import Any, Final

from jsonschema import Draft202012Validator

from kg.errors import NotFound, UsageProblem
from kg.faces.mcp.schemas import SHARED, Schema
from kg.faces.mcp.tools import Tool
from kg.terms import Text

_KINDS: Final = {
    "string": Text("文本", "a text"),
    "integer": Text("整数", "a whole number"),
    "number": Text("数", "a number"),
    "boolean": Text("true 或 false", "true or false"),
}
_ORDER: Final = ("additionalProperties", "", "required")
"""What is reported first: an unknown name, a wrong value, a missing argument."""
_SHOWN: Final = 100
"""Most characters of a value in an error."""
_FEW: Final = 20


def tool_called(name: str, tools: Mapping[str, Tool]) -> Tool:
    """The tool *name*; a client that knows no hyphen may write it with underscores.

    Raises:
        NotFound: there is none; the hint offers the nearest.
    """
    found = tools.get(name) or {n.replace("-", "_"): tool for n, tool in tools.items()}.get(name)
    if found:
        return found
    near = get_close_matches(name[:_SHOWN], tools, n=3, cutoff=0.4)
    raise NotFound(
        Text(f"没有工具 {_shown(name)}", f"there is no tool {_shown(name)}"),
        hint=Text(f"是不是:{'、'.join(near)}?", f"did you mean: {', '.join(near)}?")
        if near
        else Text("工具见 tools/list;先试 find", "tools/list has them all; try find first"),
    )


def checked(tool: Tool, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call, with the defaults of those that every tool has.

    Args:
        tool: the tool.
        given: the arguments as the agent sent them; null and the empty text stand for an argument that is not given.

    Raises:
        UsageProblem: the tool has no such argument, lacks one, or one cannot have this value.
    """
    known = tool.takes["properties"]
    values = {n: _number(v, known.get(n, {})) for n, v in given.items() if v not in (None, "")}
    errors = list(Draft202012Validator(tool.takes).iter_errors(values))
    if not errors:
        return {**{name: known[name]["default"] for name in SHARED}, **values}
    error = min(errors, key=lambda e: _ORDER.index(e.validator if e.validator in _ORDER else ""))
    if error.validator == "additionalProperties":
        raise _unknown(tool.name, next(name for name in values if name not in known), list(known))
    if error.validator == "required":
        raise _missing(tool, next(name for name in tool.takes["required"] if name not in values))
    name = str(error.path[0])
    wanted = _wanted(known[name])
    raise UsageProblem(
        Text(
            f"参数 {name} 不能是“{_shown(error.instance)}”",
            f"the parameter {name} cannot be “{_shown(error.instance)}”",
        ),
        hint=Text(f"需要:{wanted.zh}", f"wanted: {wanted.en}"),
    )


def _number(value: Any, schema: Schema) -> Any:
    """A text that is a number, or a whole number with a point, as that number where *schema* wants one."""
    if schema.get("type") not in ("integer", "number") or not isinstance(value, (str, float)):
        return value
    try:
        number = float(value)
    except ValueError:
        return value
    if not isfinite(number):
        return str(value)  # JSON knows no such number, and the schema then refuses it
    return int(number) if number.is_integer() else number


def _wanted(schema: Schema) -> Text:
    """What *schema* allows, in words."""
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


def _unknown(tool: str, name: str, known: list[str]) -> UsageProblem:
    near = get_close_matches(name[:_SHOWN], known, n=1, cutoff=0.5)
    mean = Text(f"是不是 {near[0]}?", f"did you mean {near[0]}? ") if near else Text("", "")
    return UsageProblem(
        Text(f"{tool} 没有参数 {_shown(name)}", f"{tool} has no parameter {_shown(name)}"),
        hint=Text(
            f"{mean.zh}它的参数:{'、'.join(known[:_FEW])}", f"{mean.en}its parameters: {', '.join(known[:_FEW])}"
        ),
    )


def _missing(tool: Tool, name: str) -> UsageProblem:
    words = tool.takes["properties"][name]["description"]
    return UsageProblem(
        Text(f"{tool.name} 需要参数 {name}", f"{tool.name} needs the parameter {name}"),
        hint=Text(f"{name}:{words}", f"{name}: {words}"),
    )


def _shown(value: Any) -> str:
    """*value* as an error shows it."""
    try:
        text = str(value)
    except ValueError:  # Python writes no integer of more than some 4,000 digits
        return "…"
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
