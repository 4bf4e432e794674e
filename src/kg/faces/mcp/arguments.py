"""Checks the arguments of a call against the tool's schema; errors describe the allowed values."""

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
    "object": Text("由参数名到文本或数的对象", "an object of parameters and their values, each a text or a number"),
}
_ORDER: Final = ("additionalProperties", "", "required")
"""Order in which errors are reported: an unknown argument, a wrong value, a missing argument."""
_SHOWN: Final = 100
"""Most characters of a value in an error."""
_FEW: Final = 20


def tool_called(name: str, tools: Mapping[str, Tool]) -> Tool:
    """The tool *name*; underscores are accepted for hyphens, which some clients do not support.

    Raises:
        NotFound: there is no such tool; the hint gives similar names.
    """
    found = tools.get(name) or {n.replace("-", "_"): tool for n, tool in tools.items()}.get(name)
    if found:
        return found
    near = get_close_matches(name[:_SHOWN], tools, n=3, cutoff=0.4)
    raise NotFound(
        Text(f"没有工具 {_shown(name)}", f"there is no tool {_shown(name)}"),
        hint=Text(f"是不是:{'、'.join(near)}?", f"did you mean: {', '.join(near)}?")
        if near
        else Text(
            "工具见 tools/list;保存的查询用 query 运行", "tools/list has them all; saved queries are run with query"
        ),
    )


def checked(tool: Tool, given: Mapping[str, Any]) -> dict[str, Any]:
    """The checked arguments of a call, with defaults for the arguments that all tools have.

    Args:
        tool: the tool.
        given: the arguments as sent by the client; null and the empty string mean that an argument is not given.

    Raises:
        UsageProblem: an argument is unknown, missing, or has an invalid value.
    """
    known = tool.input_schema["properties"]
    values = {n: _number(v, known.get(n, {})) for n, v in given.items() if v not in (None, "")}
    errors = list(Draft202012Validator(tool.input_schema).iter_errors(values))
    if not errors:
        return {**{name: known[name]["default"] for name in SHARED if "default" in known[name]}, **values}
    error = min(errors, key=lambda e: _ORDER.index(e.validator if e.validator in _ORDER else ""))
    if error.validator == "additionalProperties":
        raise _unknown(tool.name, next(name for name in values if name not in known), list(known))
    if error.validator == "required":
        raise _missing(tool, next(name for name in tool.input_schema["required"] if name not in values))
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
    """*value* as a number if *schema* requires a number and *value* is a numeric string or a float."""
    if schema.get("type") not in ("integer", "number") or not isinstance(value, (str, float)):
        return value
    try:
        number = float(value)
    except ValueError:
        return value
    if not isfinite(number):
        return str(value)  # not a number in JSON; the schema refuses the string
    return int(number) if number.is_integer() else number


def _wanted(schema: Schema) -> Text:
    """A description of the values that *schema* allows."""
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
    words = tool.input_schema["properties"][name]["description"]
    return UsageProblem(
        Text(f"{tool.name} 需要参数 {name}", f"{tool.name} needs the parameter {name}"),
        hint=Text(f"{name}:{words}", f"{name}: {words}"),
    )


def _shown(value: Any) -> str:
    """*value* for an error message, shortened."""
    try:
        text = str(value)
    except ValueError:  # an integer with more digits than sys.get_int_max_str_digits()
        return "…"
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
