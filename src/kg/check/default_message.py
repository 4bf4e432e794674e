"""The message of a constraint that has no ``sh:message``: which constraint is not met, by which property and value."""

from __future__ import annotations

from typing import Final

from kg.terms import Text, compact
from kg.vocab import SH

_END: Final = "ConstraintComponent"


def parameter_of(component: str) -> str:
    """The IRI of the property by which a shape states a constraint of *component*, a local name (``sh:minCount``)."""
    name = component.removesuffix(_END)
    return SH + ("sparql" if name == "SPARQL" else name[:1].lower() + name[1:])


def default_message(component: str, path: str, value: str, required: str = "") -> Text:
    """The message.

    Args:
        component: the local name of the constraint component of SHACL (``MinCountConstraintComponent``), or the IRI of another.
        path: IRI of the property concerned, a path as SPARQL writes it, or empty.
        value: the value at fault, an IRI or a text; or empty.
        required: what the shape requires by the component's parameter (``1``), where that is one plain value; or empty.
    """
    what = f"{compact(parameter_of(component) if ':' not in component else component)} {required}".rstrip()
    zh, en = [], []
    if path:
        zh.append(f"属性 {compact(path)}")
        en.append(f"property {compact(path)}")
    if value:
        zh.append(f"值 {compact(value)}")
        en.append(f"value {compact(value)}")
    where = Text(f"({','.join(zh)})" if zh else "", f" ({', '.join(en)})" if en else "")
    return Text(f"不满足约束 {what}{where.zh}", f"does not meet the constraint {what}{where.en}")
