"""Rows as a data frame of pandas or polars, each column with the type of its values.

Neither library is a dependency of this package: it is imported on first use.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from kg.errors import MissingFile
from kg.store.values import Term, plain, written
from kg.terms import Text

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped]
    import polars as pl

Rows = Sequence[tuple[Term | None, ...]]

# Nullable types throughout: a missing integer must not turn its column into floats, as numpy's would.
_PANDAS: Final = {int: "Int64", float: "Float64", bool: "boolean", str: "string"}
_POLARS: Final = {int: "Int64", float: "Float64", bool: "Boolean", str: "String"}
_INTEGERS: Final = range(-(2**63), 2**63)


def to_pandas(columns: Sequence[str], rows: Rows) -> pd.DataFrame:
    """A table as a pandas frame; see :meth:`kg.store.results.Table.to_pandas`."""
    pandas = _library("pandas")
    arrays = {name: pandas.array(values, dtype=_PANDAS[kind]) for name, kind, values in typed(columns, rows)}
    return pandas.DataFrame(arrays, index=range(len(rows)))


def to_polars(columns: Sequence[str], rows: Rows) -> pl.DataFrame:
    """A table as a polars frame; see :meth:`kg.store.results.Table.to_polars`."""
    polars = _library("polars")
    series = [
        polars.Series(name, values, dtype=getattr(polars, _POLARS[kind])) for name, kind, values in typed(columns, rows)
    ]
    frame: pl.DataFrame = polars.DataFrame(series)
    return frame


def typed(columns: Sequence[str], rows: Rows) -> Iterator[tuple[str, type, list[Any]]]:
    """Name, type and values of each column; an unbound value is None.

    A column is ``int``, ``float`` or ``bool`` if all its values are. A column of integers and decimals is ``float``. Any
    other column is ``str``, and so is an empty column and one with an integer of more than 64 bits, which no frame can
    hold. In a ``str`` column, a number is its lexical form.
    """
    for n, name in enumerate(columns):
        terms = [row[n] for row in rows]
        values = [plain(term) for term in terms]
        kinds = {type(v) for v in values if v is not None}
        if any(type(v) is int and v not in _INTEGERS for v in values):
            kinds = {str}
        if kinds == {int, float}:
            yield name, float, [None if v is None else float(v) for v in values]
        elif len(kinds) == 1 and kinds != {str}:
            yield name, kinds.pop(), values
        else:
            yield name, str, [None if term is None else written(term) for term in terms]


def _library(name: str) -> Any:
    """The module *name*.

    Raises:
        MissingFile: it is not installed.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:  # the library is installed, but one of its own imports is missing
            raise
        raise MissingFile(
            Text(f"没有安装 {name}", f"{name} is not installed"),
            hint=Text(f"运行 pip install {name}", f"pip install {name}"),
        ) from error
