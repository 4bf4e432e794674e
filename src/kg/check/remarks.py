"""What the words at a printed number say of its kind, and an observation does not: not yet so, rising or falling, compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kg.check.printed import PrintedNumber
from kg.vocab import IVC, IVL, TYPE

_NOT_YET: Final = (IVL + "forecast", IVL + "target")
_DIRECTIONS: Final = frozenset((IVL + "increase", IVL + "decrease"))
_CHANGE: Final = IVC + "ChangeObservation"
_COMPARED: Final = "comparedWith"


def remarks_lost(fields: Mapping[str, str], printed: PrintedNumber) -> dict[str, str]:
    """What an observation says otherwise than the words around its number, or not at all.

    Only where the words leave no choice. A word in the clause makes an actual value a forecast or a target, and turns the
    direction of a change; a word at the number itself makes a level a change, or a multiple a comparison.

    Args:
        fields: local name of a property of the observation → its value; ``rdf:type`` by its IRI.
        printed: the number where it is printed.

    Returns:
        Local name of a property → the IRI that the words stand for; empty for ``comparedWith``, of which they tell no thing.
    """
    lost = {}
    not_yet = [status for status in _NOT_YET if status in printed.remarks]
    if not_yet and fields.get("status") == IVL + "actual":
        lost["status"] = not_yet[0]
    seen = printed.direct if fields.get(TYPE) != _CHANGE else printed.direct or printed.remarks
    directions = seen & _DIRECTIONS
    if directions and fields.get("direction") not in directions:
        lost["direction"] = min(directions)
    if (
        IVC + _COMPARED in printed.direct
        and IVL + "times" in printed.units
        and not {_COMPARED, "startYear", "endYear"} & fields.keys()
    ):
        lost[_COMPARED] = ""
    return lost
