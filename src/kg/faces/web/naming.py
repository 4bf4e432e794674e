"""Forms whose fields take the names of things: what was written, what it means, what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kg.ask.choices import Choice, suggestions
from kg.ask.names import Thing
from kg.errors import KgError, UsageProblem
from kg.faces.web import negotiate
from kg.faces.web.context import BOTH, JSON, Context, choose, html
from kg.faces.web.problems import MEDIA, STATUS, code_of
from kg.service.messages import Request, Response
from kg.terms import Text


@dataclass(frozen=True)
class Field:
    """A field of a form.

    Attributes:
        name: its parameter.
        label: what is asked for.
        text: what was written; the label of what it names, if that can be written instead.
        thing: what it names; None if nothing was written, or nothing has this name.
        error: why it names nothing.
    """

    name: str
    label: Text
    text: str
    thing: Thing | None = None
    error: KgError | None = None


def fields(context: Context, request: Request, asked: Mapping[str, Text]) -> list[Field]:
    """The fields whose parameters and labels are *asked*, as *request* fills them.

    A field that is empty though another is filled has an error too; on a page only if it was sent, as a link may fill one
    field and leave the others to the reader.
    """
    texts = {name: request.one(name).strip() for name in asked}
    needed = {name for name in asked if any(texts.values()) and (request.all(name) or choose(request, BOTH) == "json")}
    filled = [_field(context, texts[name], name, asked[name], needed=name in needed) for name in asked]
    return [replace(one, text=written(context, one, request.lang)) for one in filled]


def _field(context: Context, text: str, name: str, label: Text, *, needed: bool) -> Field:
    if not text:
        what = Text(f"还需要{label.zh}({name})", f"still needed: {label.en} ({name})")
        hint = Text("名称可用中文、英文、拼音或 IRI", "a name may be Chinese, English, pinyin or an IRI")
        return Field(name, label, text, error=UsageProblem(what, hint=hint) if needed else None)
    try:
        return Field(name, label, text, context.graph.resolve(text))
    except KgError as error:
        return Field(name, label, text, error=error)


def written(context: Context, field: Field, lang: str) -> str:
    """The label of what the field names, as a reader would write it; its text if the label can mean something else."""
    if not field.thing:
        return field.text
    label = field.thing.label.pick(lang)
    try:
        return label if context.graph.resolve(label).iri == field.thing.iri else field.text
    except KgError:
        return field.text


def named(found: Sequence[Field]) -> list[Thing]:
    """The things that the fields name; none if a field is left to the reader, which only asks for the form.

    Raises:
        KgError: a field names nothing.
    """
    for field in found:
        if field.error:
            raise field.error
    things = [field.thing for field in found if field.thing]
    return things if len(things) == len(found) else []


def offered(context: Context, lang: str, *kinds: str) -> list[Choice]:
    """The names that a form offers in the language *lang*: of the things of *kinds*, in their order. A site has no such form."""
    if context.pages.static:
        return []
    return [choice for kind in kinds for choice in suggestions(context.graph.names, kind, lang)]


def refused(context: Context, request: Request, error: KgError, template: str, **values: Any) -> Response:
    """The page *template* with its form and *error* in it, under the error's HTTP status.

    Raises:
        KgError: *error* itself, unless the client asks for HTML.
    """
    if request.suffix != "html" and negotiate.media(request.accept, [MEDIA, JSON, "text/html"]) != "text/html":
        raise error
    page = context.pages.render(template, request, error=error, **values)
    return html(page, request.lang, status=STATUS[code_of(error)])._replace(keep=False)
