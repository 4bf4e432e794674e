"""Shell completion of commands, names, queries and parameters, from the files of the last build; it never builds."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    add_completion_class,
    get_completion_class,
    shell_complete,
    split_arg_string,
)

from kg.faces.cli.language import current
from kg.faces.cli.options import Run
from kg.terms import is_url

if TYPE_CHECKING:
    from kg.ask.names import Names, Thing
    from kg.source.queryfile import SavedQuery


_SECONDS = 2.0
"""Longest wait for a store elsewhere: somebody waits at the prompt."""


def complete(cli: click.Command, instruction: str) -> int:
    """Print the completions that the shell asks for; return the exit code.

    Args:
        cli: the program.
        instruction: as Click has it: ``bash_complete``, ``bash_source``, and so for the other shells.
    """
    try:
        return shell_complete(cli, {"obj": Run(current())}, "kg", "_KG_COMPLETE", instruction)
    except Exception:  # no store, a damaged one, a wrong option: print nothing, because it would appear at the prompt
        return 1


class _Completed(click.ParamType[str]):
    """A text; the function *candidates* gives its completions."""

    def __init__(self, name: str, candidates: Callable[[click.Context, str], Iterable[str | CompletionItem]]) -> None:
        self.name = name
        self._candidates = candidates

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        found = self._candidates(ctx, incomplete)
        items = (item if isinstance(item, CompletionItem) else CompletionItem(item) for item in found)
        return [item for item in items if item.value.startswith(incomplete)]


def _record(ctx: click.Context, name: str) -> Any:
    from kg.pipeline.freshness import CURRENT, record
    from kg.source.project import Project

    run = ctx.find_root().obj
    place = run.store or os.environ.get("KG_STORE")
    if place and is_url(place):
        from kg.store.remote import RemoteStore

        return RemoteStore(place, seconds=_SECONDS).file(name)
    return record(Project.find(run.project, run.store).store_folder / CURRENT / name)


def _names(ctx: click.Context) -> Names:
    from kg.ask.names import Names

    return Names(_record(ctx, "lookup.json"))


def _queries(ctx: click.Context) -> list[SavedQuery]:
    from kg.source.queryfile import from_plain

    return [from_plain(entry) for entry in _record(ctx, "queries.json")]


def _beginning(ctx: click.Context, names: Iterable[tuple[str, str]], typed: str) -> Iterator[str]:
    """Of each pair of a Chinese label and an identifier, one that begins with *typed*; in Chinese the label is tried first."""
    first = 1 if ctx.find_root().obj.lang == "zh" else -1
    for pair in names:
        yield from [word for word in pair[::first] if word.startswith(typed)][:1]


def _labels(names: Names, things: Iterable[Thing]) -> Iterator[tuple[str, str]]:
    return ((thing.label.zh, names.slug(thing.iri)) for thing in things)


def _industries(ctx: click.Context, typed: str) -> Iterator[str]:
    names = _names(ctx)
    return _beginning(ctx, _labels(names, names.of_kind("Industry")), typed)


def _things(ctx: click.Context, typed: str) -> Iterable[str]:
    """Industries first; when something is typed, all other things too."""
    names = _names(ctx)
    things = [*names.of_kind("Industry"), *(names.things if typed else ())]
    return dict.fromkeys(_beginning(ctx, _labels(names, things), typed))


def _kinds(ctx: click.Context, typed: str) -> Iterator[str]:
    names = _names(ctx)
    return _beginning(ctx, ((zh, local) for zh, _, local in map(names.kind_words, names.kinds)), typed)


def _query_names(ctx: click.Context, typed: str) -> list[CompletionItem]:
    return [CompletionItem(q.name, help=q.title.pick(ctx.find_root().obj.lang)) for q in _queries(ctx)]


def _tags(ctx: click.Context, typed: str) -> list[str]:
    return sorted({tag for q in _queries(ctx) for tag in q.tags})


def _values(ctx: click.Context, typed: str) -> list[str]:
    """``param=`` for each parameter of the query that is not given yet; after the sign, its possible values."""
    params = next((q.params for q in _queries(ctx) if q.name == ctx.params.get("name")), ())
    name, equals, start = typed.partition("=")
    if not equals:
        given = {word.partition("=")[0] for word in ctx.params.get("params") or ()}
        return [f"{p.name}=" for p in params if p.name not in given]
    param = next((p for p in params if p.name == name), None)
    if param is None:
        return []
    if param.type == "kind":
        return [f"{name}={w}" for w in _kinds(ctx, start)]
    if param.type == "thing":
        return [f"{name}={w}" for w in _things(ctx, start)]
    names = _names(ctx)
    return [f"{name}={w}" for w in param.choices or _beginning(ctx, _labels(names, names.of_kind(param.type)), start)]


INDUSTRY, THING = _Completed("industry", _industries), _Completed("thing", _things)
KIND, TAG = _Completed("text", _kinds), _Completed("text", _tags)
QUERY, VALUE = _Completed("query", _query_names), _Completed("param=value", _values)


@add_completion_class
class _Bash(BashComplete):
    """Completion for Bash, which splits words at ``=`` and ``:`` too, and adds a blank after each completion.

    The script passes the line up to the cursor, and the text that Bash will replace. This text can be only the end of the
    last word; then the rest of the word is removed from the completions (as bash-completion does for ``:``).
    """

    source_template = """\
%(complete_func)s() {
    local response type value
    response=$(env COMP_WORDS="${COMP_LINE:0:COMP_POINT}" COMP_REPLACED="$2" \\
        %(complete_var)s=bash_complete "$1" 2>/dev/null)
    COMPREPLY=()
    while IFS=, read -r type value; do
        case $type in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done <<< "$response"
    if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]]; then compopt -o nospace; fi
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""

    def get_completion_args(self) -> tuple[list[str], str]:
        line = os.environ["COMP_WORDS"]
        words = _words(line)
        kept = line.removesuffix(os.environ.get("COMP_REPLACED", words[-1]))
        self._kept, self._quoted = _words(kept)[-1], kept.endswith(("'", '"'))
        return words[1:-1], words[-1]

    def format_completion(self, item: CompletionItem) -> str:
        value = item.value.removeprefix(self._kept)
        return f"{item.type},{value if self._quoted else _SPECIAL.sub(_ESCAPED, value)}"


_SPECIAL, _ESCAPED = re.compile(r"""[\s'"()&;|<>$`\\*?\[\]{}!#~]"""), r"\\\g<0>"


def _words(line: str) -> list[str]:
    """The words of *line*; the last one, which may be empty, ends at the end of the line."""
    *words, last = split_arg_string(f"{line}.")
    return [*words, last[:-1]]


def script(cli: click.Command, shell: str) -> str:
    """The completion script of *cli* for *shell*."""
    maker = get_completion_class(shell)
    assert maker is not None
    return maker(cli, {}, "kg", "_KG_COMPLETE").source()
