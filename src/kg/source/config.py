"""``kg.toml``: the settings of a project."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kg.errors import MissingFile, Place, SyntaxProblem, reason
from kg.terms import LANGS, Text

NAME: Final = "kg.toml"
PACKAGED: Final = "ivc"
"""The only value of ``extends``: the packaged ontology, lists, shapes and queries."""
_KEYS: Final = ("title", "extends", "languages", "example")


@dataclass(frozen=True)
class Config:
    """The settings of a project.

    Attributes:
        title: the project's title; None if it is not set.
        extends: whether the project's terms, shapes and queries are added to the packaged ones.
        example: name of the thing that is shown first; empty if it is not set.
        languages: languages in which the project's things have names.
    """

    title: Text | None = None
    extends: bool = False
    example: str = ""
    languages: tuple[str, ...] = LANGS


def read(path: Path) -> Config:
    """The settings in the file *path*; the defaults if there is no such file.

    Raises:
        MissingFile: the file cannot be read.
        SyntaxProblem: the file is not TOML, or a key or value is not known.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Config()
    except OSError as error:
        why = reason(error)
        raise MissingFile(Text(f"读不到 {path}:{why.zh}", f"cannot read {path}: {why.en}")) from error
    except UnicodeDecodeError as error:
        raise _mistake(Text("不是 UTF-8 文本", "this is not UTF-8 text")) from error
    import tomllib  # most projects have no such file, and every command looks for one

    try:
        body = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        raise _mistake(Text(f"不是 TOML:{error}", f"this is not TOML: {error}"), int(at[1]) if at else 0) from error
    for key in body:
        if key not in _KEYS:
            raise _mistake(Text(f"没有这个设置:{key}", f"there is no setting {key}"), _line(text, key))
    if body.get("extends", PACKAGED) != PACKAGED:
        raise _mistake(Text("extends 只能是“ivc”", "extends can only be “ivc”"), _line(text, "extends"))
    if not isinstance(example := body.get("example", ""), str):
        raise _mistake(Text("example 应是一个名称", "example is a name"), _line(text, "example"))
    languages = body.get("languages", list(LANGS))
    if not isinstance(languages, list) or not languages or any(lang not in LANGS for lang in languages):
        raise _mistake(
            Text("languages 应是 [“zh”]、[“en”] 或两者", "languages is a list of “zh”, “en” or both"),
            _line(text, "languages"),
        )
    title = _title(body["title"], text) if "title" in body else None
    return Config(title, "extends" in body, example, tuple(languages))


def _title(value: Any, text: str) -> Text:
    """The title: a table with both languages, or one string for both."""
    if isinstance(value, str):
        return Text(value, value)
    if isinstance(value, dict) and value.keys() == set(LANGS) and all(isinstance(v, str) for v in value.values()):
        return Text(value["zh"], value["en"])
    raise _mistake(
        Text("title 应是一段文字,或 {zh = “…”, en = “…”}", "a title is a text, or {zh = “…”, en = “…”}"),
        _line(text, "title"),
    )


def _line(text: str, key: str) -> int:
    lines = enumerate(text.splitlines(), start=1)
    return next((n for n, line in lines if re.match(rf"\s*\[?{re.escape(key)}\b", line)), 0)


def _mistake(what: Text, line: int = 0) -> SyntaxProblem:
    return SyntaxProblem(
        what,
        place=Place(NAME, line),
        hint=Text(f"可用的设置:{'、'.join(_KEYS)}", f"the settings are {', '.join(_KEYS)}"),
    )
