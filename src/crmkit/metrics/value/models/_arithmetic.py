"""One formula, two arithmetics: plain floats with the standard library, arrays with numpy.

The models of this room write every formula once, over the few operations below. One customer
is scored with ``PLAIN``, which needs nothing but Python; a whole base with ``Arrays``, which
needs numpy. A formula asks its arithmetic, never the type of its numbers.

    exp, log, log1p, expm1, floor, ceil   as in the standard library
    larger, smaller, choose               of two values; by a condition
    first_true                            where a rule is first broken, or None
    once_each                             compute once for equal rows
    by_group                              rows that share an integer, together
    node_sums                             sums of a term over evenly spaced nodes

``log_gamma`` and ``log_rising`` are Stirling's series after ten steps of the recurrence
Γ(z + 1) = z Γ(z): Abramowitz & Stegun (1964), 6.1.15 and 6.1.41. The first term left out is
below 2e-14.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from crmkit._require import require
from crmkit.domain.errors import InvalidValueError

Numbers = Any
"""A float, or a numpy array of floats."""

_STEPS = 10
# Times and money mostly are whole numbers of one of these parts: days of weeks, cents.
_PARTS = (1, 7, 100)
# Whole numbers beyond this are not looked at as such; keys beyond that do not fit an integer.
_FINEST, _LARGEST_KEY = 2**31, 2**62
# How many values show whether such parts are worth trying.
_LOOK = 1000
# How many cells to each row a table may have that is not sorted for.
_ROOM = 4
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188)
# Cells of one block of an array sum: small enough to stay in a processor's cache.
_BLOCK = 16_384


class Plain:
    """Floats, with the standard library alone."""

    exp = staticmethod(math.exp)
    log = staticmethod(math.log)
    log1p = staticmethod(math.log1p)
    expm1 = staticmethod(math.expm1)
    isfinite = staticmethod(math.isfinite)
    floor = staticmethod(math.floor)
    ceil = staticmethod(math.ceil)
    larger = staticmethod(max)
    smaller = staticmethod(min)

    @staticmethod
    def read(columns: Mapping[str, Any]) -> list[float]:
        """Turn named values into floats.

        Raises:
            InvalidValueError: A value that is no number.
        """
        return [_as_float(name, value) for name, value in columns.items()]

    @staticmethod
    def choose(condition: bool, yes: float, no: float) -> float:  # noqa: FBT001
        """Return ``yes`` where the condition holds, else ``no``."""
        return yes if condition else no

    @staticmethod
    def first_true(condition: bool) -> int | None:  # noqa: FBT001
        """Return 0 if the condition holds, else None."""
        return 0 if condition else None

    @staticmethod
    def once_each(function: Callable[..., float], *columns: float) -> float:
        """Compute the one row there is."""
        return function(*columns)

    @staticmethod
    def by_group(key: int, function: Callable[..., float], *columns: float) -> float:
        """Compute the one row there is, under its key."""
        return function(int(key), *columns)

    @staticmethod
    def node_sums(
        term: Callable[..., tuple[float, float]],
        count: int,
        left: float,
        step: float,
        *columns: float,
    ) -> tuple[float, float]:
        """Sum both parts of ``term(u, *columns)`` at ``count`` nodes from ``left``."""
        terms = [term(left + i * step, *columns) for i in range(count)]
        return math.fsum(first for first, _ in terms), math.fsum(second for _, second in terms)


class Arrays:
    """One-dimensional numpy arrays of equal length."""

    def __init__(self) -> None:
        np = self._np = require("numpy", extra="models")
        self.exp, self.log, self.log1p, self.expm1 = np.exp, np.log, np.log1p, np.expm1
        self.isfinite, self.floor, self.ceil = np.isfinite, np.floor, np.ceil
        self.larger, self.smaller, self.choose = np.maximum, np.minimum, np.where

    def read(self, columns: Mapping[str, Any]) -> list[Numbers]:
        """Turn named sequences into arrays of one length; single values are repeated.

        Raises:
            InvalidValueError: A value that is no number, or lengths that differ.
        """
        np = self._np
        read = [_as_array(np, name, values) for name, values in columns.items()]
        try:
            return list(np.broadcast_arrays(*read))
        except ValueError as error:
            lengths = [column.size for column in read]
            raise InvalidValueError(", ".join(columns), lengths, "must be equally long") from error

    def first_true(self, condition: Numbers) -> int | None:
        """Return the first index where the condition holds, or None."""
        found = self._np.flatnonzero(condition)
        return int(found[0]) if found.size else None

    def once_each(self, function: Callable[..., Numbers], *columns: Numbers) -> Numbers:
        """Compute distinct rows once and spread the answers."""
        np = self._np
        columns_ = np.broadcast_arrays(*columns)
        key, size = row_key(np, [coded(np, column) for column in columns_])
        if size > _ROOM * key.size:
            values, key = np.unique(key, return_inverse=True)
            size = len(values)
        row_of = np.full(size, -1)
        row_of[key] = np.arange(key.size)
        rows = row_of[row_of >= 0]
        answers = np.empty(size)
        answers[key[rows]] = function(*(column[rows] for column in columns_))
        return answers[key]

    def by_group(
        self, keys: Numbers, function: Callable[..., Numbers], *columns: Numbers
    ) -> Numbers:
        """Compute the rows of each key together, under that key."""
        np = self._np
        keys, *columns_ = np.broadcast_arrays(keys, *columns)
        answer = np.empty(keys.shape)
        for key in np.unique(keys):
            rows = keys == key
            answer[rows] = function(int(key), *(column[rows] for column in columns_))
        return answer

    def node_sums(
        self,
        term: Callable[..., tuple[Numbers, Numbers]],
        count: int,
        left: Numbers,
        step: Numbers,
        *columns: Numbers,
    ) -> tuple[Numbers, Numbers]:
        """Sum both parts of ``term(u, *columns)`` at ``count`` nodes from ``left``."""
        np = self._np
        left, step, *columns_ = (c[:, None] for c in np.broadcast_arrays(left, step, *columns))
        nodes, size = np.arange(count), max(1, _BLOCK // count)
        sums = []
        for start in range(0, len(left), size):
            part = slice(start, start + size)
            u = left[part] + nodes * step[part]
            both = term(u, *(column[part] for column in columns_))
            sums.append([half.sum(axis=1) for half in both])
        first, second = zip(*sums, strict=True)
        return np.concatenate(first), np.concatenate(second)


def coded(np: Any, column: Numbers) -> tuple[Any, Numbers]:
    """Tell a column's values apart by whole numbers from 0.

    Values that are whole numbers of sevenths or hundredths, exactly, need no sorting.

    Args:
        np: numpy.
        column: Any floats.

    Returns:
        A code per row, and the value of each code in rising order; some may have no row.
    """
    for parts in _PARTS if column.size and abs(column).max() * max(_PARTS) < _FINEST else ():
        if (np.rint(column[:_LOOK] * parts) / parts != column[:_LOOK]).any():
            continue
        counted = np.rint(column * parts)
        low, high = int(counted.min()), int(counted.max())
        if high - low < _ROOM * column.size and (counted / parts == column).all():
            return counted.astype(np.int64) - low, np.arange(low, high + 1) / parts
    values, codes = np.unique(column, return_inverse=True)
    return codes, values


def row_key(np: Any, columns: Sequence[tuple[Any, Numbers]]) -> tuple[Any, int]:
    """Tell rows apart by one whole number each.

    Args:
        np: numpy.
        columns: From ``coded``.

    Returns:
        A key per row, in the order of the first column, then the second ..., and a number
        above all of them. They are mixed-radix numbers of the codes wherever these fit 62 bits.
    """
    (key, values), *others = columns
    size = len(values)
    for codes, values in others:
        if size * len(values) > _LARGEST_KEY:
            kept, key = np.unique(key, return_inverse=True)
            size = len(kept)
        key, size = key * len(values) + codes, size * len(values)
    return key, size


def _as_float(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidValueError(name, value, "must be a number") from error


def _as_array(np: Any, name: str, values: Any) -> Numbers:
    is_readable = hasattr(values, "__array__") or hasattr(values, "__len__") or is_single(values)
    try:
        column = np.asarray(values if is_readable else list(values), dtype=float)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidValueError(name, values, "must be a sequence of numbers") from error
    if column.ndim > 1:
        raise InvalidValueError(name, values, "must have one dimension")
    return np.atleast_1d(column)


PLAIN = Plain()
Arithmetic = Plain | Arrays


def is_single(value: Any) -> bool:
    """Say whether this is one number rather than many."""
    return not hasattr(value, "__iter__") or getattr(value, "ndim", None) == 0


def arithmetic_for(values: Iterable[Any]) -> Arithmetic:
    """Return the arithmetic that these inputs ask for."""
    return PLAIN if all(map(is_single, values)) else Arrays()


def as_column(values: Any) -> Any:
    """Return many values so that they can be read twice, and one value as a column of one."""
    if is_single(values):
        return [values]
    return values if hasattr(values, "__array__") or hasattr(values, "__len__") else list(values)


def log_gamma(m: Any, z: Numbers) -> Numbers:
    """Return ln Γ(z) for z > 0."""
    low = m.log(z)
    for i in range(1, _STEPS):
        low = low + m.log(z + i)
    y = z + _STEPS
    return (y - 0.5) * m.log(y) - y + 0.5 * math.log(2 * math.pi) + _series(y) - low


def log_rising(m: Any, z: Numbers, n: Numbers) -> Numbers:
    """Return ln Γ(z + n) - ln Γ(z) for z > 0, n >= 0, without the loss of a difference."""
    low = 0.0
    for i in range(_STEPS):
        low = low + m.log1p(n / (z + i))
    y = z + _STEPS
    smooth = (y - 0.5) * m.log1p(n / y) + n * m.log(y + n) - n
    return smooth + (_series(y + n) - _series(y)) - low


def _series(y: Numbers) -> Numbers:
    inverse, square = 1 / y, 1 / (y * y)
    total = 0.0
    for coefficient in reversed(_STIRLING):
        total = total * square + coefficient
    return total * inverse


def softplus(m: Any, d: Numbers) -> Numbers:
    """Return ln(1 + e^d), for any d."""
    return m.larger(d, 0.0) + m.log1p(m.exp(-abs(d)))


def logistic(m: Any, d: Numbers) -> Numbers:
    """Return 1 / (1 + e^-d), for any d."""
    fading = m.exp(-abs(d))
    return m.choose(d < 0, fading, 1.0) / (1 + fading)
