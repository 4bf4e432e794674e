"""``/why``: why a triple holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from kg.ask.choices import Choice
from kg.ask.explain import examples
from kg.errors import KgError, UsageProblem
from kg.faces.web.context import Context, either
from kg.faces.web.naming import Field, offered, refused, written
from kg.service.messages import Request, Response
from kg.terms import Text, expand

_ASKED: Final = {
    "subject": Text("主体", "subject"),
    "predicate": Text("关系", "relation"),
    "object": Text("对象", "object"),
}
_EXAMPLES: Final = 6
"""Most statements that an empty form offers."""


def answer(context: Context, request: Request) -> Response:
    """``/why?subject=&predicate=&object=``: the proofs of a triple, or the premises that are missing.

    Raises:
        UsageProblem: to a client that wants JSON: one of the three parameters is missing. NotFound: one of them is unknown.
    """
    three = [request.one(name).strip() for name in _ASKED]
    try:
        if not any(three):
            shown = examples(context.graph.store, context.graph.names, _EXAMPLES)
            form = _form(context, request)
            return either(context, request, {"triple": None}, "why.html", why=None, examples=shown, **form)
        if not all(three):
            raise UsageProblem(
                Text("需要 subject、predicate、object 三个参数", "subject, predicate and object are all needed"),
                hint=Text(
                    "/why?subject=…&predicate=涉足产业&object=…",
                    "/why?subject=…&predicate=active in&object=…",
                ),
            )
        found = context.graph.explain(context.graph.why(*three))
    except KgError as error:
        return refused(context, request, error, "why.html", why=None, **_form(context, request, error))
    body = {**found, "dataset": context.dataset}
    return either(context, request, body, "why.html", why=found, **_form(context, request))


def _form(context: Context, request: Request, error: KgError | None = None) -> dict[str, Any]:
    """The values of the template for the form, with *error* at the field that it is about."""
    names, lang = context.graph.names, request.lang
    properties = () if context.pages.static else sorted(names.properties)
    relations = {label.pick(lang): label for label in map(names.text, properties)}
    return {
        "fields": [_field(context, request, name, error) for name in _ASKED],
        "offered": offered(context, lang, "thing"),
        "relations": [Choice(text, relations[text]) for text in sorted(relations)],
    }


def _field(context: Context, request: Request, name: str, error: KgError | None) -> Field:
    """A field. Only an unknown thing is an error of its field: an object may also be a class or a text."""
    text = request.one(name).strip()
    if error and text and name != "predicate":
        try:
            context.graph.resolve(text)
        except KgError as unknown:
            if unknown.what == error.what:
                return Field(name, _ASKED[name], text, error=error)
    names, lang = context.graph.names, request.lang
    if name == "predicate":
        label = names.label(expand(text), lang) if expand(text) in names.properties else text
        alike = [iri for iri in names.properties if names.label(iri, lang) == label]
        return Field(name, _ASKED[name], label if len(alike) == 1 else text)
    field = Field(name, _ASKED[name], text, names.get(expand(text)))
    return replace(field, text=written(context, field, lang))
