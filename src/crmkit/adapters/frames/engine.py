"""What differs from engine to engine: what comes in, and what is computed only once.

Polars frames are read lazily, so that it computes shared conditions once. DuckDB would
compute a shared subquery for every use of it, so what is used twice is settled: computed,
and read again from memory, on a connection of its own. Results are eager frames of the
engine that was given; a lazy engine without one (DuckDB) gives PyArrow tables.
"""

from typing import Any

from crmkit._require import require
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.facts import TEXT_COLUMNS, Fact

__all__ = ["Engine", "finished", "narwhals", "opened", "whole_numbers"]

#: Columns that every fact has a value in.
_NEVER_NULL = ("shop_id", "source", "id", "part", "customer_id", "guest", "kind", "at", "day")
#: What pandas calls columns of text and of whole numbers, gaps aside.
_TEXTS = frozenset({"string", "empty", "unknown-array"})
_NUMBERS = frozenset({"integer", "floating", "empty", "unknown-array"})
_WAY_OUT = "see crmkit.domain.facts.Fact for the columns; fact_frame(...) makes them all"


def narwhals() -> Any:
    """The narwhals module.

    Raises:
        MissingExtraError: It is not installed.
    """
    return require("narwhals", extra="frames")


def opened(native: Any, needed: frozenset[str]) -> Any:
    """The needed columns of a user's frame as text and 64-bit integers.

    Raises:
        InvalidValueError: It is no frame, lacks a column, has one of another type, or has
            nulls where every fact has a value.
    """
    nw = narwhals()
    try:
        frame = nw.from_native(native)
    except TypeError as error:
        raise InvalidValueError(
            "frame",
            type(native).__name__,
            "must be a Polars, pandas, PyArrow or DuckDB table",
            "use fact_frame(facts) to make one",
        ) from error
    if missing := sorted(needed.difference(frame.collect_schema().names())):
        raise InvalidValueError("columns", missing, "are missing from the frame", _WAY_OUT)
    frame = _typed(_masked(frame.select(*sorted(needed))))
    _without_nulls(frame, [name for name in _NEVER_NULL if name in needed])
    return frame.lazy() if frame.implementation.is_polars() else frame


def _masked(frame: Any) -> Any:
    """A pandas frame in pandas' own nullable types, in which a gap makes no float."""
    if not frame.implementation.is_pandas():
        return frame
    native = frame.to_native()
    known = [name for name in native.columns if name in Fact._fields]
    return narwhals().from_native(native.assign(**{n: _masked_column(native[n]) for n in known}))


def _masked_column(series: Any) -> Any:
    """One pandas column as text or nullable integers; gaps may have made floats of it."""
    infer = require("pandas.api.types", extra="frames").infer_dtype
    kind = infer(series.cat.categories if hasattr(series, "cat") else series)
    into, fits = ("string", _TEXTS) if series.name in TEXT_COLUMNS else ("Int64", _NUMBERS)
    if kind not in fits:
        raise _wrong_type(series.name, series.dtype)
    try:
        return series.astype(into)
    except (TypeError, ValueError) as error:
        raise _wrong_type(series.name, series.dtype) from error


def whole_numbers(frame: Any) -> Any:
    """A frame of computed columns in which pandas kept some as integers without gaps."""
    if not frame.implementation.is_pandas():
        return frame
    native = frame.to_native()
    kinds = {name: getattr(native[name].dtype, "kind", "") for name in native.columns}
    return narwhals().from_native(
        native.astype({n: "Int64" for n, k in kinds.items() if k in "if"})
    )


def _typed(frame: Any) -> Any:
    """The frame with the columns of ``Fact`` as text and 64-bit integers."""
    nw = narwhals()
    casts = []
    for name, dtype in frame.collect_schema().items():
        wanted = nw.String if name in TEXT_COLUMNS else nw.Int64
        if name not in Fact._fields or dtype == wanted:
            continue
        if not _fits(dtype, wanted):
            raise _wrong_type(name, dtype)
        casts.append(nw.col(name).cast(wanted))
    return frame.with_columns(*casts) if casts else frame


def _fits(dtype: Any, wanted: Any) -> bool:
    """Whether a column converts without a doubt; an untyped one holds only nulls."""
    nw = narwhals()
    if dtype == nw.Unknown:
        return True
    texts = dtype in {nw.Categorical, nw.Enum} or isinstance(dtype, nw.Enum)
    return texts if wanted == nw.String else bool(dtype.is_integer())


def _wrong_type(name: str, dtype: Any) -> InvalidValueError:
    kind = "text" if name in TEXT_COLUMNS else "whole numbers (64-bit, nullable)"
    return InvalidValueError(name, str(dtype), f"the column must hold {kind}", _WAY_OUT)


def _without_nulls(frame: Any, names: list[str]) -> None:
    """Refuse a frame in which facts would be lost without a word."""
    nw = narwhals()
    counts = frame.select(nw.col(*names).is_null().cast(nw.Int64).sum())
    found = _collected(counts).rows(named=True)
    for name in names:
        if found and found[0][name]:
            raise InvalidValueError(
                name, None, "must be known in every fact", "repair the rows or leave them out"
            )


def _collected(frame: Any) -> Any:
    """The frame, computed."""
    return frame.collect() if isinstance(frame, narwhals().LazyFrame) else frame


class Engine:
    """Computes once what is used several times."""

    def __init__(self) -> None:
        self._connection: Any = None
        self._empty: list[Any] = []

    def settled(self, frame: Any) -> Any:
        """The frame, computed. What one engine settled can be joined, and with nothing else."""
        found = done = _collected(frame)
        if frame.implementation.is_polars():
            found = done.lazy()
        if frame.implementation.is_duckdb():
            found = narwhals().from_native(self._duckdb().from_arrow(done.to_arrow()))
        if done.is_empty():
            self._empty.append(found)
        return found

    def knows_empty(self, frame: Any) -> bool:
        """Whether this is a frame that it settled, and without a row."""
        return any(frame is one for one in self._empty)

    def _duckdb(self) -> Any:
        """One connection in memory: relations of two cannot be joined."""
        if self._connection is None:
            self._connection = require("duckdb", extra="duckdb").connect()
        return self._connection


def finished(frame: Any) -> Any:
    """The frame, computed, as the engine's own eager frame; pandas rows are numbered anew."""
    return narwhals().maybe_reset_index(_collected(frame)).to_native()
