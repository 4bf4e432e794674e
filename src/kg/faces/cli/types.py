"""Types of options that Click does not have."""

from __future__ import annotations

from math import isnan
from typing import Any

import click

from kg.faces.cli.language import say


class Seconds(click.FloatRange):
    """A number in a range; NaN, which no comparison finds outside of one, is in none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number that *value* is; fails as Click's types do."""
        number: float = super().convert(value, param, ctx)
        if isnan(number):
            self.fail(say("时限不能是 nan 秒", "the time limit cannot be nan seconds"), param, ctx)
        return number
