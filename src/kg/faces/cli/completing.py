"""Shell completion that knows things, queries and parameters; it reads what the last build left, and never builds."""

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

if TYPE_CHECKING:
    from kg.ask.names import Names, Thing
    from kg.source.queryfile import SavedQuery


def complete(cli: click.Command, asked: str) -> int:
    """Answer a shell; the exit code.

    Args:
        cli: the program.
        asked: what is wanted, as ``bash_complete``.
    """
    try:
        return shell_complete(cli, {}, "kg", "_KG_COMPLETE", asked)
    except Exception:  # no store, a broken one, a wrong option: nothing to offer, and no error text into the prompt
        return 1


class _Offered(click.ParamType[str]):
    """A text for which *offer* has completions."""

    def __init__(self, name: str, offer: Callable[[click.Context, str], Iterable[str | CompletionItem]]) -> None:
        self.name = name
        self._offer = offer

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        offers = (o if isinstance(o, CompletionItem) else CompletionItem(o) for o in self._offer(ctx, incomplete))
        return [offer for offer in offers if offer.value.startswith(incomplete)]


def _record(ctx: click.Context, name: str) -> Any:
    from kg.pipeline.freshness import CURRENT, record
    from kg.source.project import Project

    run = ctx.find_root().obj
    return record(Project.find(run.project, run.store).store / CURRENT / name)


def _names(ctx: click.Context) -> Names:
    from kg.ask.names import Names

    return Names(_record(ctx, "lookup.json"))


def _queries(ctx: click.Context) -> list[SavedQuery]:
    from kg.source.queryfile import from_plain

    return [from_plain(entry) for entry in _record(ctx, "queries.json")]


def _called(ctx: click.Context, things: Iterable[Thing], typed: str) -> Iterator[str]:
    """One name of each thing that begins as *typed*: its Chinese label or its slug, the reader's language first."""
    from kg.terms import slug

    first = 1 if ctx.find_root().obj.lang == "zh" else -1
    for thing in things:
        yield from [w for w in (thing.label.zh, slug(thing.iri))[::first] if w.startswith(typed)][:1]


def _industries(ctx: click.Context, typed: str) -> Iterator[str]:
    return _called(ctx, _names(ctx).of_kind("Industry"), typed)


def _things(ctx: click.Context, typed: str) -> Iterable[str]:
    """Industries, and behind them all that begins as *typed* if anything is."""
    names = _names(ctx)
    return dict.fromkeys(_called(ctx, [*names.of_kind("Industry"), *(names.things if typed else ())], typed))


def _kinds(ctx: click.Context, typed: str) -> Iterator[str]:
    """One name of each kind that begins as *typed*: its Chinese label or its local name, the reader's language first."""
    names = _names(ctx)
    first = 1 if ctx.find_root().obj.lang == "zh" else -1
    for zh, _, local in map(names.kind_words, names.kinds):
        yield from [w for w in (zh, local)[::first] if w.startswith(typed)][:1]


def _query_names(ctx: click.Context, typed: str) -> list[CompletionItem]:
    return [CompletionItem(q.name, help=q.title.pick(ctx.find_root().obj.lang)) for q in _queries(ctx)]


def _tags(ctx: click.Context, typed: str) -> list[str]:
    return sorted({tag for q in _queries(ctx) for tag in q.tags})


def _values(ctx: click.Context, typed: str) -> list[str]:
    """``param=`` for each parameter of the query not given yet; behind the sign, the names or choices it takes."""
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
    return [f"{name}={w}" for w in param.choices or _called(ctx, _names(ctx).of_kind(param.type), start)]


INDUSTRY, THING = _Offered("industry", _industries), _Offered("thing", _things)
KIND = _Offered("text", _kinds)
QUERY, VALUE, TAG = _Offered("query", _query_names), _Offered("param=value", _values), _Offered("text", _tags)


@add_completion_class
class _Bash(BashComplete):
    """Completion for a shell that takes ``=`` and ``:`` for the ends of words, and blanks behind what is not finished.

    The script hands over the line up to the cursor and the text that the shell will replace, which is the end of the
    last word: its beginning is taken off what is offered (as bash-completion does for ``:``).
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
    """The words of *line*, of which the last, though perhaps empty, ends where the line does."""
    *words, last = split_arg_string(f"{line}.")
    return [*words, last[:-1]]


def script(cli: click.Command, shell: str) -> str:
    """The script that completes the words of *cli* in *shell*."""
    maker = get_completion_class(shell)
    assert maker is not None
    return maker(cli, {}, "kg", "_KG_COMPLETE").source()
