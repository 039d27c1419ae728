"""A frame out of facts, with every column and its right type even without a row."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from crmkit._require import require
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.facts import TEXT_COLUMNS, Fact

__all__ = ["fact_frame"]

Columns = dict[str, Sequence[Any]]


def fact_frame(facts: Iterable[Fact], backend: str = "polars") -> Any:
    """A table with the columns of ``Fact``: text, and nullable 64-bit integers.

    Args:
        facts: One row each.
        backend: "polars", "pandas", "pyarrow" or "duckdb" (a relation on a connection of
            its own).

    Raises:
        InvalidValueError: Another backend.
        MissingExtraError: The backend is not installed.
    """
    if backend not in _MAKE:
        raise InvalidValueError("backend", backend, f"must be one of {', '.join(sorted(_MAKE))}")
    columns = list(zip(*facts, strict=True)) or [()] * len(Fact._fields)
    return _MAKE[backend](dict(zip(Fact._fields, columns, strict=True)))


def _polars(columns: Columns) -> Any:
    pl = require("polars", extra="frames")
    schema = {n: pl.String if n in TEXT_COLUMNS else pl.Int64 for n in columns}
    return pl.DataFrame(columns, schema=schema)


def _pandas(columns: Columns) -> Any:
    pd = require("pandas", extra="frames")
    types = {n: "string" if n in TEXT_COLUMNS else "Int64" for n in columns}
    return pd.DataFrame({n: pd.array(list(v), dtype=types[n]) for n, v in columns.items()})


def _pyarrow(columns: Columns) -> Any:
    pa = require("pyarrow", extra="duckdb")
    types = {n: pa.string() if n in TEXT_COLUMNS else pa.int64() for n in columns}
    return pa.table({n: pa.array(v, types[n]) for n, v in columns.items()})


def _duckdb(columns: Columns) -> Any:
    return require("duckdb", extra="duckdb").connect().from_arrow(_pyarrow(columns))


_MAKE: dict[str, Callable[[Columns], Any]] = {
    "polars": _polars,
    "pandas": _pandas,
    "pyarrow": _pyarrow,
    "duckdb": _duckdb,
}
